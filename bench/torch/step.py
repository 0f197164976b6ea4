"""PyTorch's side of the benchmarks: reads one JSON request a line on stdin, answers one JSON line on stdout.

First line written: {"torch": version, "threads": cores it may use, "capability": its kernels' instruction set}.
Request: {"cell": "lstm" | "gru" | "rnn", "T": steps, "B": batch, "I": inputs, "H": hidden, "L": layers,
          "threads": n, "mode": "train" | "forward", "repeats": n, "warmup": n}
Answer:  {"milliseconds": [one per repeat]} or {"error": "…"}.
A training step is zero_grad, forward through the recurrent layer and a Linear(H, 1), MSE, backward, Adam.
A forward pass is the same two layers without gradients. The last nets are kept, so that a benchmark can
alternate between sides without paying for a new net each time.
"""
import json
import sys
from time import perf_counter

import torch
from torch import nn

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
nets = {}


def make(cell, T, B, I, H, L):
    torch.manual_seed(0)
    recurrent, head = CELLS[cell](I, H, L), nn.Linear(H, 1)
    x, y = torch.rand(T, B, I) * 2 - 1, torch.rand(T, B, 1) * 2 - 1
    optimizer = torch.optim.Adam(list(recurrent.parameters()) + list(head.parameters()))

    def forward():
        with torch.no_grad():
            return head(recurrent(x)[0])

    def train():
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(head(recurrent(x)[0]), y)
        loss.backward()
        optimizer.step()

    return {"forward": forward, "train": train}


def answer(request):
    size = tuple(request[key] for key in ("cell", "T", "B", "I", "H", "L"))
    torch.set_num_threads(request.get("threads", 1))
    fresh = size not in nets
    if fresh:
        if len(nets) >= 8:
            nets.pop(next(iter(nets)))
        nets[size] = make(*size)
    step = nets[size][request.get("mode", "train")]
    for _ in range(request.get("warmup", 3 if fresh else 1)):
        step()
    times = []
    for _ in range(request.get("repeats", 10)):
        start = perf_counter()
        step()
        times.append((perf_counter() - start) * 1e3)
    return {"milliseconds": times}


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


capability = next((line.split(":")[1].strip() for line in torch.__config__.show().split("\n") if "CPU capability" in line), "")
say({"torch": torch.__version__, "threads": torch.get_num_threads(), "capability": capability})
for line in sys.stdin:
    if line.strip():
        try:
            say(answer(json.loads(line)))
        except Exception as error:
            say({"error": "%s: %s" % (type(error).__name__, error)})
