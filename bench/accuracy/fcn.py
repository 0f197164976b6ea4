"""PyTorch's side of fcn.ts: reads {"threads": n, "epochs": n} a line on stdin, answers {"milliseconds": [one per epoch]}.

The first line written is {"torch": version}. The network is that of Wang, Yan & Oates (2017) on 50 sequences of 150 steps in
three batches, trained as fcn.ts does: cross-entropy, gradients clipped to a norm of 5, Adam in its fastest form.
"""
import json
import sys
import warnings
from time import perf_counter

import torch
from torch import nn

warnings.filterwarnings("ignore")
torch.set_flush_denormal(True)
torch.manual_seed(0)
ROWS, STEPS, CLASSES, BATCHES = 50, 150, 2, 3


def block(before, after, taps):
    return nn.Sequential(nn.Conv1d(before, after, taps, padding="same"), nn.BatchNorm1d(after), nn.ReLU())


net = nn.Sequential(block(1, 128, 8), block(128, 256, 5), block(256, 128, 3), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(128, CLASSES))
try:
    optimizer = torch.optim.Adam(net.parameters(), fused=True)
except (RuntimeError, TypeError):
    optimizer = torch.optim.Adam(net.parameters())
x = torch.randn(ROWS, 1, STEPS)
y = torch.arange(ROWS) % CLASSES
loss = nn.CrossEntropyLoss()


def epoch():
    for rows in torch.randperm(ROWS).tensor_split(BATCHES):
        optimizer.zero_grad(set_to_none=True)
        loss(net(x[rows]), y[rows]).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5)
        optimizer.step()


print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    torch.set_num_threads(request["threads"])
    times = []
    for _ in range(request["epochs"]):
        start = perf_counter()
        epoch()
        times.append((perf_counter() - start) * 1e3)
    print(json.dumps({"milliseconds": times}), flush=True)
