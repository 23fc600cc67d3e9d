"""The PyTorch side of bench-peer: builds one network of the search space and times its steps on command.

Started by peer.py; needs torch. Reads one JSON object a line on stdin and answers with one a line on stdout. A request
is sent only after the answer to the one before, since parent and child read the same pipe. torch is imported once;
every {"build": ...} forks a child, so that each measurement starts with fresh memory and its peak resident size is its
own. The child answers {"run": N} with the milliseconds of N steps, until {"end": 1}.
All tensors are channels_last, PyTorch's fastest layout on CPUs for these networks. Eager mode: candidates of a search
live for a minute, compiling each would cost more than it gains.
"""
import argparse
import json
import os
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

CHANNELS_LAST = torch.channels_last
TAP_CHANNELS, TAP_STRIDES = (24, 32, 96, 320), (4, 8, 16, 32)
# MobileNet-v2 x1.0: expansion, output channels, blocks, stride of the first block; True: a tap after the stage
STAGES = ((1, 16, 1, 1, False), (6, 24, 2, 2, True), (6, 32, 3, 2, True), (6, 64, 4, 2, False), (6, 96, 3, 1, True),
          (6, 160, 3, 2, False), (6, 320, 1, 1, True))
# operation: kernel and dilation of dense and of separable convolutions
DENSE = {0: (1, 1), 1: (3, 1), 5: (3, 3), 6: (3, 12)}
SEPARABLE = {2: (3, 1), 3: (5, 1), 7: (3, 3), 8: (5, 6)}
GLOBAL_POOL, SKIP, NONE = 4, 9, 10


def conv(cin, cout, kernel=1, stride=1, dilation=1, groups=1, bias=False):
    pad = dilation * (kernel - 1) // 2
    return nn.Conv2d(cin, cout, kernel, stride, pad, dilation, groups, bias)


def conv_unit(cin, cout, kernel=1, stride=1, dilation=1, groups=1, act=nn.ReLU):
    layers = [conv(cin, cout, kernel, stride, dilation, groups), nn.BatchNorm2d(cout)]
    return nn.Sequential(*layers, act()) if act else nn.Sequential(*layers)


def match(x, size):
    return x if x.shape[-2:] == size else F.interpolate(x, size=size, mode="bilinear", align_corners=False)


def largest(maps):
    return max((m.shape[-2:] for m in maps), key=lambda s: s[0] * s[1])


class GlobalPool(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.unit = conv_unit(width, width)

    def forward(self, x):
        return self.unit(F.adaptive_avg_pool2d(x, 1)).expand(-1, -1, *x.shape[-2:])


class Zeros(nn.Module):
    def forward(self, x):
        return torch.zeros_like(x)


def cell_op(op, width, repeats):
    if op in DENSE:
        kernel, dilation = DENSE[op]
        return conv_unit(width, width, kernel, dilation=dilation)
    if op in SEPARABLE:
        kernel, dilation = SEPARABLE[op]
        steps = []
        for _ in range(repeats):
            steps += [conv(width, width, kernel, dilation=dilation, groups=width), *conv_unit(width, width)]
        return nn.Sequential(*steps)
    return {GLOBAL_POOL: lambda: GlobalPool(width), SKIP: nn.Identity, NONE: Zeros}[op]()


class Cell(nn.Module):
    def __init__(self, code, width, repeats):
        super().__init__()
        self.layers = [tuple(layer) for layer in code[1:]]
        ops = [code[0]] + [op for layer in self.layers for op in layer[2:]]
        self.ops = nn.ModuleList(cell_op(op, width, repeats) for op in ops)
        used = {position for layer in self.layers for position in layer[:2]}
        self.outputs = [v for v in (1, 4, 7, 10) if v not in used]

    def forward(self, x):
        values = [x, self.ops[0](x)]
        for i, (left, right, _, _) in enumerate(self.layers):
            a, b = self.ops[2 * i + 1](values[left]), self.ops[2 * i + 2](values[right])
            values += [a, b, a + b]
        total = values[self.outputs[0]]
        for v in self.outputs[1:]:
            total = total + values[v]
        return total


class Auxiliary(nn.Module):
    def __init__(self, code, width, repeats, classes):
        super().__init__()
        self.cell = Cell(code, width, repeats)
        self.classifier = conv(width, classes, 3, bias=True)

    def forward(self, x):
        return self.classifier(self.cell(x))


class Decoder(nn.Module):
    def __init__(self, genotype, width, repeats, classes, auxiliary):
        super().__init__()
        code, self.inputs = genotype
        self.adapt = nn.ModuleList(conv_unit(c, width) for c in TAP_CHANNELS)
        self.arms = nn.ModuleList(
            nn.Sequential(Cell(code, width, repeats), conv_unit(width, width)) for _ in range(2 * len(self.inputs)))
        heads = [Auxiliary(code, width, repeats, classes) for _ in self.inputs] if auxiliary else []
        self.auxiliary = nn.ModuleList(heads)
        used = {source for pair in self.inputs for source in pair}
        self.outputs = [4 + b for b in range(len(self.inputs)) if 4 + b not in used]
        self.head = conv_unit(width * len(self.outputs), width)
        self.classifier = conv(width, classes, 3, bias=True)

    def forward(self, taps):
        pool = [unit(tap) for unit, tap in zip(self.adapt, taps)]
        auxiliary = []
        for b, sources in enumerate(self.inputs):
            arms = [self.arms[2 * b + side](pool[source]) for side, source in enumerate(sources)]
            size = largest(arms)
            pool.append(match(arms[0], size) + match(arms[1], size))
            if self.auxiliary:
                auxiliary.append(self.auxiliary[b](pool[-1]))
        joined = pool[self.outputs[0]]
        for v in self.outputs[1:]:  # as published: from left to right, each time resizing the smaller one
            size = largest([joined, pool[v]])
            joined = torch.cat([match(joined, size), match(pool[v], size)], dim=1)
        return self.classifier(self.head(F.relu(joined))), auxiliary


class Inverted(nn.Module):
    def __init__(self, cin, cout, stride, expansion):
        super().__init__()
        hidden = cin * expansion
        units = [conv_unit(cin, hidden, act=nn.ReLU6)] if expansion > 1 else []
        units += [conv_unit(hidden, hidden, 3, stride, groups=hidden, act=nn.ReLU6), conv_unit(hidden, cout, act=None)]
        self.units = nn.Sequential(*units)
        self.residual = stride == 1 and cin == cout

    def forward(self, x):
        y = self.units(x)
        return x + y if self.residual else y


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv_unit(3, 32, 3, 2, act=nn.ReLU6)
        self.stages, cin = nn.ModuleList(), 32
        for expansion, cout, count, stride, _ in STAGES:
            blocks = []
            for i in range(count):
                blocks.append(Inverted(cin, cout, stride if i == 0 else 1, expansion))
                cin = cout
            self.stages.append(nn.Sequential(*blocks))

    def forward(self, image):
        x, taps = self.stem(image), []
        for stage, (*_, tap) in zip(self.stages, STAGES):
            x = stage(x)
            if tap:
                taps.append(x)
        return taps


def random_map(*shape):
    return torch.randn(*shape).contiguous(memory_format=CHANNELS_LAST)


def cross_entropies(logits, auxiliary, labels):
    """Logits go up to the labels' size; auxiliary heads count 0.15 each."""
    total = F.cross_entropy(match(logits, labels.shape[-2:]), labels, ignore_index=255)
    for head in auxiliary:
        total = total + 0.15 * F.cross_entropy(match(head, labels.shape[-2:]), labels, ignore_index=255)
    return total


def average(copies, parameters, decay):
    for copy, parameter in zip(copies, parameters):
        copy.mul_(decay).add_(parameter.detach(), alpha=1 - decay)


def copies_of(parameters):
    return [p.detach().clone() for p in parameters]


def stage1(decoder, _, s):
    """Decoder from cached encoder outputs; labels and the teacher's logits at the size of the first tap."""
    side = s["crop"] // TAP_STRIDES[0]
    taps = [random_map(s["batch"], c, s["crop"] // n, s["crop"] // n) for c, n in zip(TAP_CHANNELS, TAP_STRIDES)]
    labels = torch.randint(0, s["classes"], (s["batch"], side, side))
    teacher = random_map(s["batch"], s["classes"], side, side)
    parameters = list(decoder.parameters())
    copies = copies_of(parameters)
    adam = torch.optim.Adam(parameters, lr=3e-3, weight_decay=1e-5)

    def step():
        logits, auxiliary = decoder(taps)
        loss = cross_entropies(logits, auxiliary, labels) + 0.3 * F.mse_loss(match(logits, labels.shape[-2:]), teacher)
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 3.0)
        adam.step()
        average(copies, parameters, 0.9)
        return loss
    return step


def stage2(decoder, encoder, s):
    """End to end; labels at the logits' size, as ours."""
    image = random_map(s["batch"], 3, s["crop"], s["crop"])
    full = torch.randint(0, s["classes"], (s["batch"], s["crop"], s["crop"]))
    groups = [list(encoder.parameters()), list(decoder.parameters())]
    copies = [copies_of(g) for g in groups]
    optimisers = [torch.optim.SGD(groups[0], lr=1e-3, momentum=0.9, weight_decay=1e-5),
                  torch.optim.Adam(groups[1], lr=3e-3, weight_decay=1e-5)]

    def step():
        logits, auxiliary = decoder(encoder(image))
        every = s["crop"] // logits.shape[-1]
        loss = cross_entropies(logits, auxiliary, full[:, every // 2::every, every // 2::every].contiguous())
        for optimiser in optimisers:
            optimiser.zero_grad()
        loss.backward()
        for group in groups:
            nn.utils.clip_grad_norm_(group, 3.0)
        for optimiser in optimisers:
            optimiser.step()
        for group, copy in zip(groups, copies):
            average(copy, group, 0.99)
        return loss
    return step


def infer(decoder, encoder, s):
    decoder.eval(), encoder.eval()
    image = random_map(s["batch"], 3, s["crop"], s.get("width", s["crop"]))

    def step():
        with torch.inference_mode():
            return decoder(encoder(image))[0]
    return step


def count(module):
    return sum(p.numel() for p in module.parameters())


def serve(setting, requests, answer):
    torch.set_num_threads(setting["threads"])
    torch.manual_seed(1)
    kind = setting["build"]
    decoder = Decoder(setting["genotype"], setting["channels"], setting["repeats"], setting["classes"],
                      kind != "infer").to(memory_format=CHANNELS_LAST)
    # stage 1 has no encoder in memory, but its parameters count as part of the network
    with torch.device("meta" if kind == "stage1" else "cpu"):
        encoder = Encoder()
    if kind != "stage1":
        encoder = encoder.to(memory_format=CHANNELS_LAST)
    step = {"stage1": stage1, "stage2": stage2, "infer": infer}[kind](decoder, encoder, setting)
    answer(params=count(encoder) + count(decoder) - count(decoder.auxiliary))
    for line in requests:
        request = json.loads(line)
        if "end" in request:
            return answer(ended=1)
        times = []
        for _ in range(request["run"]):
            start = time.perf_counter()
            step()
            times.append((time.perf_counter() - start) * 1e3)
        used = resource.getrusage(resource.RUSAGE_SELF)
        answer(ms=times, peak_rss_mb=used.ru_maxrss / 1024, cpu_seconds=used.ru_utime + used.ru_stime)


def alone(a):
    """One step of stage 1 on a device, for tools/gpu-check.sh: its least and median milliseconds."""
    torch.set_default_device(a.device)
    torch.manual_seed(1)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = a.tf32
    decoder = Decoder(a.genotype, 48, 1, 21, True).to(memory_format=CHANNELS_LAST)
    step = stage1(torch.compile(decoder) if a.how == "compile" else decoder, None,
                  {"batch": a.batch, "crop": 256, "classes": 21})
    times = []
    for _ in range(a.runs + 5):
        torch.cuda.synchronize()
        start = time.perf_counter()
        step()
        torch.cuda.synchronize()
        times.append((time.perf_counter() - start) * 1e3)
    times = sorted(times[5:])
    print(json.dumps({"torch": torch.__version__, "device": torch.cuda.get_device_name(), "how": a.how,
                      "tf32": a.tf32, "batch": a.batch, "ms_median": times[len(times) // 2], "ms_min": times[0]}))


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--device", required=True)
    p.add_argument("--genotype", type=json.loads, required=True)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--runs", type=int, default=20)
    p.add_argument("--how", choices=("eager", "compile"), default="eager")
    p.add_argument("--tf32", action="store_true")
    return p.parse_args()


def main():
    def answer(**fields):
        print(json.dumps(fields), flush=True)

    answer(torch=torch.__version__, isa=torch.backends.cpu.get_cpu_capability())
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            try:
                serve(json.loads(line), iter(sys.stdin.readline, ""), answer)
            except Exception as problem:  # mostly out of memory; the driver must be told of any error
                answer(error="%s: %s" % (type(problem).__name__, str(problem).split("\n")[0]))
                os._exit(1)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status):
            answer(error="PyTorch ended by signal %d" % os.WTERMSIG(status))


if __name__ == "__main__":
    alone(arguments()) if len(sys.argv) > 1 else main()
