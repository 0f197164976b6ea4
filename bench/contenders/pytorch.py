"""PyTorch's side of the benchmarks: reads one JSON question a line on stdin, answers one JSON line on stdout.

The questions and answers are those of contenders/serve.mjs: "hello", "variants" of a row, and the timing of a row in a
variant for some seconds. A variant is a number of threads and, where there are several ways to write a row, a way.
"""
import json
import math
import os
import sys
import warnings
from time import perf_counter

warnings.filterwarnings("ignore")


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


try:
    import torch
    from torch import nn
except Exception as error:
    say({"error": "this Python has no PyTorch (%s)" % error})
    sys.exit()

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
SHORTEST_SAMPLE = 5e-3
WARM_UP = 0.3
torch.set_flush_denormal(True)


def values(shape, phase):
    """The same numbers as contenders/data.mjs."""
    count = math.prod(shape)
    waves = torch.sin(torch.arange(1, count + 1, dtype=torch.float64) * 12.9898 + phase) * 43758.5453
    return (2 * (waves - torch.floor(waves)) - 1).to(torch.float32).reshape(shape)


def adam(parameters):
    """The fastest Adam that this PyTorch has: one fused pass since 2.4, one pass for each operation before."""
    parameters = list(parameters)
    for options in ({"fused": True}, {"foreach": True}, {}):
        try:
            trial = nn.Parameter(torch.zeros(1))
            trial.grad = torch.zeros(1)
            torch.optim.Adam([trial], **options).step()
            return torch.optim.Adam(parameters, **options)
        except Exception:
            continue
    raise RuntimeError("torch.optim.Adam does not run")


def training(parameters, forward, y, x=None):
    optimizer = adam(parameters)

    def step():
        optimizer.zero_grad(set_to_none=True)
        if x is not None:
            x.grad = None
        loss = nn.functional.mse_loss(forward(), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def recurrent(row):
    T, B, I, H = row["T"], row["B"], row["I"], row["H"]
    layer, head = CELLS[row["cell"]](I, H, row["L"]), nn.Linear(H, 1)
    x, y = values((T, B, I), 1), values((T, B, 1), 2)
    forward = lambda: head(layer(x)[0])
    if row["mode"] == "forward":

        def infer():
            with torch.inference_mode():
                forward()

        return infer
    return training([*layer.parameters(), *head.parameters()], forward, y)


def cnn(row, compiled):
    T, B, I = row["T"], row["B"], row["I"]
    block = lambda a, b: [nn.Conv1d(a, b, 2), nn.ReLU(), nn.MaxPool1d(2, stride=1)]
    body = [*block(I, 64), *block(64, 128)]
    net = nn.Sequential(*body, nn.Flatten(), nn.Linear(128 * (T - 4), 50), nn.ReLU(), nn.Linear(50, 1))
    x, y = values((B, I, T), 1), values((B, 1), 2)
    run = torch.compile(net) if compiled else net
    return training(net.parameters(), lambda: run(x), y)


def tcn(row, compiled):
    T, B, I, H = row["T"], row["B"], row["I"], row["H"]
    net = nn.Sequential(nn.Conv1d(I, H, 3, dilation=4, padding=4), nn.ReLU())
    # A block in the middle of a network owes its input a gradient.
    x, y = values((B, I, T), 1).requires_grad_(), values((B, H, T), 2)
    run = torch.compile(net) if compiled else net
    return training(net.parameters(), lambda: run(x), y, x)


def stream(row, way):
    I, H = row["I"], row["H"]
    x = torch.full((1, I), 0.5)
    h, c = torch.zeros(1, H), torch.zeros(1, H)
    if way == "LSTM":
        layer = nn.LSTM(I, H)
        state = [(h[None], c[None])]
        sequence = x[None]

        def step():
            with torch.inference_mode():
                state[0] = layer(sequence, state[0])[1]

        return step
    cell = nn.LSTMCell(I, H)
    if way == "traced LSTMCell":
        cell = torch.jit.optimize_for_inference(torch.jit.trace(cell.eval(), (x, (h, c))))
    state = [(h, c)]

    def step():
        with torch.inference_mode():
            state[0] = cell(x, state[0])

    return step


def matmul(row):
    n = row["n"]
    a, b, c = values((n, n), 1), values((n, n), 2), torch.empty(n, n)

    def step():
        with torch.inference_mode():
            torch.mm(a, b, out=c)

    return step


def variants(row):
    threads = sorted({1, 2, os.cpu_count() or 1})
    if row["kind"] == "stream":
        return ["1 thread, " + way for way in ("LSTM", "LSTMCell", "traced LSTMCell")]
    names = ["%d thread%s" % (n, "s" if n > 1 else "") for n in threads]
    if row["kind"] in ("cnn", "tcn") and hasattr(torch, "compile"):
        names += ["%s, torch.compile" % name for name in names]
    return names


def prepare(row, variant):
    torch.manual_seed(0)
    kind, way = row["kind"], variant.partition(", ")[2]
    if kind == "recurrent":
        return recurrent(row)
    if kind == "stream":
        return stream(row, way)
    if kind == "matmul":
        return matmul(row)
    return {"cnn": cnn, "tcn": tcn}[kind](row, way == "torch.compile")


# What was prepared lately: more than take turns at once.
MOST_PREPARED = 12
prepared = {}


def time_steps(step, count):
    start = perf_counter()
    for _ in range(count):
        result = step()
    return perf_counter() - start, result


def answer(request):
    if request["ask"] == "hello":
        shown = torch.__config__.show()
        capability = next((line.split(":")[-1].strip() for line in shown.split("\n") if "CPU capability" in line), "")
        return {"name": "PyTorch", "version": torch.__version__.split("+")[0], "detail": capability}
    row = request["row"]
    if request["ask"] == "variants":
        return {"variants": variants(row)}
    variant = request["variant"]
    torch.set_num_threads(int(variant.split(" ")[0]))
    key = json.dumps([row, variant])
    if key not in prepared:
        step = prepare(row, variant)
        first = time_steps(step, 1)[1]
        until = perf_counter() + WARM_UP
        per_sample, taken = 1, 0
        while taken < SHORTEST_SAMPLE or perf_counter() < until:
            taken = time_steps(step, per_sample)[0]
            if taken < SHORTEST_SAMPLE:
                per_sample *= 2
        loss = first.item() if isinstance(first, torch.Tensor) else None
        prepared[key] = (step, per_sample, loss)
    prepared[key] = prepared.pop(key)
    if len(prepared) > MOST_PREPARED:
        prepared.pop(next(iter(prepared)))
    step, per_sample, loss = prepared[key]
    samples = []
    until = perf_counter() + request["seconds"]
    while not samples or perf_counter() < until:
        samples.append(time_steps(step, per_sample)[0] / per_sample * 1e3)
    samples.sort()
    return {"ms": samples[len(samples) >> 1], "samples": len(samples), "firstLoss": loss}


say({"ready": True})
for line in sys.stdin:
    if line.strip():
        try:
            say(answer(json.loads(line)))
        except Exception as error:
            say({"error": ("%s: %s" % (type(error).__name__, error)).split("\n")[0]})
