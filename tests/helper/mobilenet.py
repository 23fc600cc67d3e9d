"""Weights of a MobileNet-v2 of any width, drawn at random as He et al. do, in a safetensors file with torchvision's
names."""
import array
import json
import random
import struct

STAGES = ((1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1))


def divisible(v):
    n = max(8, int(v + 4) // 8 * 8)
    return n + 8 if n < .9 * v else n


def tensors(width):
    """(name, shape) of all of them, in order."""
    def conv_norm(conv, norm, shape):
        yield f"{conv}.weight", shape
        for last in ("weight", "bias", "running_mean", "running_var"):
            yield f"{norm}.{last}", (shape[0],)

    c = divisible(32 * width)
    yield from conv_norm("features.0.0", "features.0.1", (c, 3, 3, 3))
    index = 1
    for t, out, blocks in STAGES:
        for _ in range(blocks):
            at, wide, to = f"features.{index}.conv", c * t, divisible(out * width)
            k = 0
            if t > 1:
                yield from conv_norm(f"{at}.0.0", f"{at}.0.1", (wide, c, 1, 1))
                k = 1
            yield from conv_norm(f"{at}.{k}.0", f"{at}.{k}.1", (wide, 1, 3, 3))
            yield from conv_norm(f"{at}.{k + 1}", f"{at}.{k + 2}", (to, wide, 1, 1))
            c, index = to, index + 1


def write(path, width, seed):
    rng, head, body = random.Random(seed), {}, bytearray()
    for name, shape in tensors(width):
        if len(shape) == 4:
            n, spread = shape[0] * shape[1] * shape[2] * shape[3], (2 / (shape[1] * shape[2] * shape[3])) ** .5
            values = [rng.gauss(0, spread) for _ in range(n)]
        else:
            values = [0.0 if name.endswith(("bias", "mean")) else 1.0] * shape[0]
        begin = len(body)
        body += array.array("f", values).tobytes()
        head[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, len(body)]}
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + bytes(body))
