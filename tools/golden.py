#!/usr/bin/env python3
"""Golden files of random decoders, for `auxcell selftest`: what PyTorch computes in double precision.

usage: golden.py DIR [--count N] [--seed N] [--channels N] [--repeats N] [--classes N] [--size HxW]
Needs torch and numpy (`make bench-peer` installs them: build/peer-venv/bin/python). Writes DIR/decoder-SEED.safetensors
with the tensors that tests/golden/README.md describes. A draw on which PyTorch's own float32 is off by more than 1e-4
is not written: batch norm over few values or a ReLU at zero makes such a network no measure of anybody's arithmetic.
"""
import argparse
import copy
import json
import pathlib
import random
import struct
import sys

import numpy
import torch
import torch.nn.functional as F
from torch import nn

sys.path += [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent / "bench")]
import genotypes  # noqa: E402
import peer_torch as peer  # noqa: E402

BATCH, IGNORE, CLIP = 4, 255, 3.0
RECIPE = {
    "bn": "eps 1e-5, momentum 0.1, running variance unbiased",
    "loss": "ce + 0.3*mse(teacher) + 0.15*sum(aux ce); bilinear, half-pixel centres, to the size of tap 0",
    "train.losses": "total, ce, teacher mse, aux 0..2",
    "adam": "one step after clipping the gradient norm to 3.0: lr 3e-3, betas .9 .999, eps 1e-8, weight decay 1e-5",
}


# ---- names ----

def unit(module, name):
    """Convolution and batch norm of a conv_unit."""
    return {module[0]: name + ".conv", module[1]: name + ".bn"}


def operation(op, name):
    if isinstance(op, peer.GlobalPool):
        return unit(op.unit, name)
    if not isinstance(op, nn.Sequential):
        return {}
    if len(op) == 3:
        return unit(op, name)
    named = {}
    for r in range(len(op) // 4):
        step = "%s.step.%d" % (name, r)
        named |= {op[4 * r]: step + ".depthwise", op[4 * r + 1]: step + ".pointwise", op[4 * r + 2]: step + ".bn"}
    return named


def cell(module, name):
    named = {}
    for i, op in enumerate(module.ops):
        named |= operation(op, "%s.op.%d" % (name, i))
    return named


def named_tensors(decoder):
    """The decoder's parameters and running statistics under the project's names."""
    named = unit(decoder.head, "decoder.head") | {decoder.classifier: "decoder.classifier"}
    for i, adapt in enumerate(decoder.adapt):
        named |= unit(adapt, "decoder.adapt.%d" % i)
    for i, arm in enumerate(decoder.arms):
        block, side = divmod(i, 2)
        named |= cell(arm[0], "decoder.block.%d.cell.%d" % (block, side))
        named |= unit(arm[1], "decoder.block.%d.merge.%d" % (block, side))
    for i, head in enumerate(decoder.auxiliary):
        named |= cell(head.cell, "decoder.aux.%d.cell" % i) | {head.classifier: "decoder.aux.%d.classifier" % i}
    return {"%s.%s" % (name, key): value for module, name in named.items()
            for key, value in module.state_dict(keep_vars=True).items() if key != "num_batches_tracked"}


# ---- computation ----

def losses(decoder, s):
    size = s["taps"][0].shape[-2:]
    logits, auxiliary = decoder(s["taps"])
    up = peer.match(logits, size)
    ce = F.cross_entropy(up, s["labels"], ignore_index=IGNORE)
    mse = F.mse_loss(up, s["teacher"])
    heads = [F.cross_entropy(peer.match(a, size), s["labels"], ignore_index=IGNORE) for a in auxiliary]
    return [ce + 0.3 * mse + 0.15 * sum(heads), ce, mse, *heads], logits, auxiliary


def gradients(decoder, s):
    """Training step without its update; a parameter that reaches no loss has none."""
    decoder.train()
    values, logits, auxiliary = losses(decoder, s)
    values[0].backward()
    return values, logits, auxiliary


def start(decoder, rng):
    """Values in which nothing is special: PyTorch's own start has batch norms of 1 and 0."""
    with torch.no_grad():
        for name, value in named_tensors(decoder).items():
            noise = torch.randn(value.shape, generator=rng, dtype=torch.float64)
            if name.endswith("bn.weight") or name.endswith("running_var"):
                value.copy_((1 + 0.2 * noise).abs() + 0.05)
            elif value.dim() == 1:
                value.copy_(0.1 * noise)
            else:
                value.copy_(noise * (2 / value[0].numel()) ** 0.5)
            value.copy_(value.float().double())  # rounded to the file's float32


def sample(o, rng):
    """Taps of an encoder, of sides that need rounding up, labels, a teacher's logits."""
    def draw(*shape):
        return torch.randn(shape, generator=rng, dtype=torch.float64).float().double()
    h, w = o.size
    taps = [draw(BATCH, c, -(-h // (n // 4)), -(-w // (n // 4))) for c, n in zip(peer.TAP_CHANNELS, peer.TAP_STRIDES)]
    labels = torch.randint(0, o.classes, (BATCH, h, w), generator=rng)
    labels[torch.rand((BATCH, h, w), generator=rng) < 0.1] = IGNORE
    return {"taps": taps, "labels": labels, "teacher": draw(BATCH, o.classes, h, w)}


def in_float(decoder, s):
    """The gradients that PyTorch gets with float32."""
    other = copy.deepcopy(decoder).float()
    gradients(other, {"taps": [t.float() for t in s["taps"]], "labels": s["labels"], "teacher": s["teacher"].float()})
    return {name: value.grad for name, value in named_tensors(other).items() if isinstance(value, nn.Parameter)}


def compute(genotype, o, seed):
    """The file's tensors, and how far float32 is off in the worst gradient."""
    rng = torch.Generator().manual_seed(seed)
    decoder = peer.Decoder(genotype, o.channels, o.repeats, o.classes, True).double()
    start(decoder, rng)
    s = sample(o, rng)
    tensors = {"input.tap.%d" % i: t for i, t in enumerate(s["taps"])}
    tensors |= {"input.labels": s["labels"].int(), "input.teacher_logits": s["teacher"]}
    tensors |= {"param." + n: v.detach().clone() for n, v in named_tensors(decoder).items()}
    rough = in_float(decoder, s)
    decoder.eval()
    with torch.no_grad():
        tensors["eval.logits"] = decoder(s["taps"])[0]
    values, tensors["train.logits"], auxiliary = gradients(decoder, s)
    tensors |= {"train.aux.%d" % i: a for i, a in enumerate(auxiliary)}
    tensors["train.losses"] = torch.stack(values)
    named, worst = named_tensors(decoder), 0
    for name, value in named.items():
        if not isinstance(value, nn.Parameter):
            tensors["after." + name] = value
            continue
        grad = torch.zeros_like(value) if value.grad is None else value.grad.clone()
        off = torch.zeros(()) if rough[name] is None else (rough[name].double() - grad).abs().max()
        tensors |= {"grad." + name: grad, "noise." + name: off.reshape(1)}
        worst = max(worst, float(off / grad.abs().max().clamp_min(1e-3)))
    parameters = [p for p in decoder.parameters() if p.grad is not None]
    tensors["train.grad_norm"] = torch.nn.utils.clip_grad_norm_(parameters, CLIP).reshape(1)
    torch.optim.Adam(decoder.parameters(), lr=3e-3, weight_decay=1e-5).step()
    tensors |= {"adam." + n: v.detach() for n, v in named.items() if isinstance(v, nn.Parameter)}
    return tensors, worst


# ---- file ----

def write(path, tensors, metadata):
    head, data, at = {"__metadata__": metadata}, [], 0
    for name, value in sorted(tensors.items()):
        whole = value.dtype == torch.int32
        raw = value.detach().numpy().astype(numpy.int32 if whole else numpy.float32).tobytes()
        head[name] = {"dtype": "I32" if whole else "F32", "shape": list(value.shape), "data_offsets": [at, at + len(raw)]}
        at += len(raw)
        data.append(raw)
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))


def main():
    p = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    p.add_argument("dir", type=pathlib.Path)
    p.add_argument("--count", type=int, default=10)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--channels", type=int, default=8)
    p.add_argument("--repeats", type=int, default=1)
    p.add_argument("--classes", type=int, default=5)
    p.add_argument("--size", type=lambda text: tuple(map(int, text.split("x"))), default=(16, 24))
    o = p.parse_args()
    o.dir.mkdir(parents=True, exist_ok=True)
    written, seed = 0, o.seed
    while written < o.count:
        genotype = genotypes.draw(random.Random(seed))
        tensors, worst = compute(genotype, o, seed)
        if worst < 1e-4:
            write(o.dir / ("decoder-%d.safetensors" % seed), tensors, RECIPE | {
                "genotype": genotypes.text(genotype), "channels": str(o.channels), "repeats": str(o.repeats),
                "classes": str(o.classes), "ignore": str(IGNORE),
                "noise": "largest absolute error of float32 PyTorch on that gradient; worst relative %.1e" % worst})
            written += 1
        seed += 1
    print("%d files in %s, of %d draws" % (written, o.dir, seed - o.seed))


if __name__ == "__main__":
    main()
