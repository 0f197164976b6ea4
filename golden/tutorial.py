"""The tutorial's forecast of flights.csv, for ten seeds and three cells. Writes tutorial.json. Takes some minutes.

Data: ../data/flights.csv (AirPassengers, Box & Jenkins 1976), monthly passengers in thousands, 144 rows.
"""
import csv
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import torch
from torch import nn

from common import HERE, double, full, number, summary, write

README = (
    "All 144 passengers are scaled by (v - min)/(max - min) in float64 and then made float32. Window i is rows i, i+1, i+2, its target "
    "row i+3: 141 windows, x [141, 1, 3] and y [141, 1, 1] in the layout T, B, I (T is the window). The first int(141*0.8) = 112 are for training. "
    "Net after manual_seed(seed): recurrent layer (3, 6, num_layers=2), then Linear(6, 1). 1000 epochs of zero_grad, forward over the "
    "training windows, MSE, backward, Adam(lr=0.1). losses[e] is the loss of epoch e (1-based), before that epoch's step. "
    "float64: the losses of the same net, from the same initial float32 weights and data, in float64: how far the two "
    "drift apart is what rounding alone does to this training, so no other implementation can be held to less. "
    "Predictions run over all 141 windows in one pass from a zero state; RMSEs are in passengers (thousands): "
    "trainRmse over windows 0-111, testRmse over windows 112-140, recursiveRmse over the same 29 targets but with the model's "
    "own predictions in place of rows 115 and later (the state runs on from the training windows). weights: the initial state dict. "
    "persistence: the row before the target, and for recursive row 114; seasonalNaive: the row 12 before the target, "
    "and for recursive the last 12 rows before row 115, repeated."
)
EPOCHS = 1000
KEPT = [1, 2, 3, 5, 10, 20, 50] + list(range(100, EPOCHS + 1, 100))
LOOK_BACK, RATE = 3, 0.8
CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}

with open(os.path.join(HERE, "..", "data", "flights.csv")) as file:
    PASSENGERS = np.array([float(row["passengers"]) for row in csv.DictReader(file)])
LOW, HIGH = PASSENGERS.min(), PASSENGERS.max()
SCALED = (PASSENGERS - LOW) / (HIGH - LOW)
COUNT = len(PASSENGERS) - LOOK_BACK
TRAIN = int(COUNT * RATE)
X = torch.tensor([SCALED[i : i + LOOK_BACK].tolist() for i in range(COUNT)]).reshape(-1, 1, LOOK_BACK)
Y = torch.tensor([SCALED[i + LOOK_BACK] for i in range(COUNT)], dtype=torch.float32).reshape(-1, 1, 1)


class Net(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.cell = cell
        setattr(self, cell, CELLS[cell](LOOK_BACK, 6, num_layers=2))
        self.output = nn.Linear(6, 1)

    def forward(self, x, state=None):
        hidden, state = getattr(self, self.cell)(x, state)
        return self.output(hidden), state


def train(net, x, y, epochs=EPOCHS):
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(x)[0], y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def rmse(predicted, actual):
    return double(np.sqrt(np.mean((np.asarray(predicted) - np.asarray(actual)) ** 2)))


def passengers(y):
    return y.detach().to(torch.float64).reshape(-1).numpy() * (HIGH - LOW) + LOW


def recursive(net):
    """29 predictions, each made from the ones before it."""
    with torch.no_grad():
        _, state = net(X[:TRAIN])
        window = X[TRAIN].reshape(-1).tolist()
        made = []
        for _ in range(COUNT - TRAIN):
            y, state = net(torch.tensor(window).reshape(1, 1, -1), state)
            made.append(y.item())
            window = window[1:] + [made[-1]]
    return np.array(made) * (HIGH - LOW) + LOW


def run(job):
    cell, seed = job
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    net = Net(cell)
    weights = {k: v.clone() for k, v in net.state_dict().items()}
    exact = Net(cell)
    exact.load_state_dict(weights)
    exact = exact.double()
    losses = train(net, X[:TRAIN], Y[:TRAIN])
    losses64 = train(exact, X[:TRAIN].double(), Y[:TRAIN].double())
    predicted, actual = passengers(net(X)[0]), PASSENGERS[LOOK_BACK:]
    print(cell, seed, losses[-1], losses64[-1], file=sys.stderr)
    return {
        "cell": cell,
        "seed": seed,
        "parameters": sum(p.numel() for p in net.parameters()),
        "weights": {k: full(v) if seed == 0 else summary(v) for k, v in weights.items()},
        "losses": {str(e): number(losses[e - 1]) for e in KEPT},
        "float64": {str(e): double(losses64[e - 1]) for e in KEPT},
        "trainRmse": rmse(predicted[:TRAIN], actual[:TRAIN]),
        "testRmse": rmse(predicted[TRAIN:], actual[TRAIN:]),
        "recursiveRmse": rmse(recursive(net), actual[TRAIN:]),
    }


if __name__ == "__main__":
    jobs = [(cell, seed) for cell in CELLS for seed in range(10)]
    with ProcessPoolExecutor() as pool:
        cases = list(pool.map(run, jobs))
    first = TRAIN + LOOK_BACK
    actual = PASSENGERS[first:]
    season = [PASSENGERS[first - 12 + i % 12] for i in range(len(actual))]
    baselines = {
        "persistence": {"testRmse": rmse(PASSENGERS[first - 1 : -1], actual), "recursiveRmse": rmse(PASSENGERS[first - 1], actual)},
        "seasonalNaive": {"testRmse": rmse(PASSENGERS[first - 12 : -12], actual), "recursiveRmse": rmse(season, actual)},
    }
    write("tutorial", README, cases, windows={"all": COUNT, "train": TRAIN, "test": COUNT - TRAIN}, **baselines)
