"""One small model of each kind, trained, and saved in evaluation mode as PyTorch users save them: trained_<name>.safetensors and
trained_<name>.pt (torch.save of the state dict). Writes them and trained_models.json."""
import json
import os
import struct

import torch
from torch import nn

from common import HERE, double, full, uniform, write
from model_file import compare_with_package, load

README = (
    "Each case is a model, trained `steps` steps of Adam(lr 0.01), in evaluation mode: golden/<file>.safetensors and golden/<file>.pt hold its state dict, "
    "`keys` names it. losses: the first and the last. runs: an input x, of int32 where the model begins with an embedding, and all "
    "that the model gives for it (a recurrent model: the head's output, then hN, for LSTM then cN). The models are written out in trained_models.py."
)
STEPS = 80


class Recurrent(nn.Module):
    """A recurrent layer and a head at every step."""

    def __init__(self, layer, head):
        super().__init__()
        self.layer = layer
        self.head = head

    def forward(self, x):
        output, state = self.layer(x)
        return (self.head(output), *(state if isinstance(state, tuple) else [state]))


class Words(nn.Module):
    """Which word comes next."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 6, padding_idx=0)
        self.gru = nn.GRU(6, 10, batch_first=True)
        self.head = nn.Linear(10, 11)

    def forward(self, x):
        output, state = self.gru(self.embedding(x))
        return self.head(output), state


def recurrent(layer, head):
    return lambda: Recurrent(layer(), head())


def save(path, tensors):
    """As save in model_file.py, with int64 beside float32: BatchNorm counts its batches."""
    kinds = {torch.float32: ("F32", "<f4"), torch.int64: ("I64", "<i8")}
    header, offset, blobs = {"__metadata__": {"format": "pt"}}, 0, []
    for name, tensor in tensors.items():
        kind, code = kinds[tensor.dtype]
        blobs.append(tensor.detach().contiguous().numpy().astype(code).tobytes())
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blobs[-1])]}
        offset += len(blobs[-1])
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def words(*shape):
    return torch.randint(0, 11, shape)


def smooth(x, time, outputs):
    """What a recurrent layer can learn: at each step, a decaying sum of the inputs so far."""
    decay = torch.tensor([0.7 ** (x.shape[time] - 1 - t) for t in range(x.shape[time])])
    weights = torch.stack([nn.functional.pad(decay[x.shape[time] - 1 - t :], (0, x.shape[time] - 1 - t)) for t in range(x.shape[time])])
    summed = torch.einsum("st,tbi->sbi", weights, x if time == 0 else x.transpose(0, 1))
    summed = summed if time == 0 else summed.transpose(0, 1)
    return torch.stack([summed[..., i % x.shape[-1]] * (1 - 0.3 * i) for i in range(outputs)], -1)


square = nn.functional.mse_loss
entropy = nn.functional.cross_entropy
# By name: the model, draws of its inputs (the shape to train on, then those of the runs), targets from inputs, loss of (output, target).
MODELS = {
    "rnn_relu": (
        recurrent(lambda: nn.RNN(3, 9, nonlinearity="relu"), lambda: nn.Linear(9, 2)),
        uniform, [(10, 12, 3), (7, 3, 3), (1, 1, 3), (5, 3)], lambda x: smooth(x, 0, 2), square,
    ),
    "rnn_tanh": (
        recurrent(lambda: nn.RNN(3, 8, 2, bias=False, batch_first=True), lambda: nn.Linear(8, 2)),
        uniform, [(12, 10, 3), (3, 7, 3), (2, 1, 3)], lambda x: smooth(x, 1, 2), square,
    ),
    "lstm": (
        recurrent(lambda: nn.LSTM(4, 9), lambda: nn.Linear(9, 3)),
        uniform, [(10, 12, 4), (8, 2, 4), (1, 5, 4)], lambda x: smooth(x, 0, 3), square,
    ),
    "lstm_projected": (
        recurrent(lambda: nn.LSTM(4, 10, 2, proj_size=5, dropout=0.2), lambda: nn.Linear(5, 1)),
        uniform, [(10, 12, 4), (6, 3, 4), (9, 4)], lambda x: smooth(x, 0, 1), square,
    ),
    "gru_bidirectional": (
        recurrent(lambda: nn.GRU(3, 7, 2, bidirectional=True, batch_first=True, dropout=0.1), lambda: nn.Linear(14, 3)),
        uniform, [(12, 10, 3), (3, 6, 3), (1, 13, 3)], lambda x: smooth(x, 1, 3).flip(1), square,
    ),
    "classifier": (
        lambda: nn.Sequential(
            nn.Conv1d(3, 8, 5, padding=2), nn.BatchNorm1d(8), nn.ReLU(), nn.MaxPool1d(2),
            nn.Conv1d(8, 12, 3, padding="same", dilation=2, groups=2, padding_mode="replicate", bias=False), nn.BatchNorm1d(12), nn.ReLU(),
            nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(12, 4),
        ),
        uniform, [(24, 3, 16), (3, 3, 16), (1, 3, 9)], lambda x: 2 * (x[:, 0].mean(1) > 0) + (x[:, 1].mean(1) > 0), entropy,
    ),
    "autoencoder": (
        lambda: nn.Sequential(
            nn.Conv1d(2, 6, 4, stride=2, padding=1, padding_mode="circular"), nn.Tanh(), nn.AvgPool1d(2), nn.Conv1d(6, 6, 1), nn.Tanh(),
            nn.ConvTranspose1d(6, 6, 4, stride=2, padding=1, groups=3), nn.Tanh(), nn.ConvTranspose1d(6, 2, 4, stride=2, padding=1),
        ),
        lambda *shape: torch.cumsum(uniform(*shape), 2) * 0.5, [(16, 2, 16), (3, 2, 16), (1, 2, 8)], lambda x: x, square,
    ),
    "words": (Words, words, [(16, 9), (3, 6), (1, 1)], lambda x: torch.roll(x, 1, 1), lambda y, t: entropy(y.flatten(0, 1), t.flatten())),
    "mlp": (
        lambda: nn.Sequential(
            nn.Linear(5, 16), nn.LayerNorm(16), nn.GELU(), nn.Dropout(0.1), nn.Linear(16, 12), nn.LayerNorm(12), nn.SiLU(), nn.Linear(12, 2)
        ),
        uniform, [(32, 5), (6, 5), (2, 3, 5)], lambda x: torch.stack([x[:, 0] * x[:, 1], x.abs().sum(1)], 1), square,
    ),
}


def train(seed, name, make, draw, shapes, target, loss):
    torch.manual_seed(seed)
    model = make().train()
    x = draw(*shapes[0])
    y = target(x)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        output = model(x)
        value = loss(output[0] if isinstance(output, tuple) else output, y)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    assert losses[-1] < 0.8 * losses[0], (name, losses[0], losses[-1])

    model.eval()
    state, file = model.state_dict(), "trained_" + name
    path = os.path.join(HERE, file)
    save(path + ".safetensors", state)
    torch.save(state, path + ".pt")
    tensors, _ = load(path + ".safetensors")
    compare_with_package(path + ".safetensors", tensors)
    for read in [tensors, torch.load(path + ".pt")]:
        assert list(read) == list(state)
        assert all(torch.equal(read[key], value) and read[key].dtype == value.dtype for key, value in state.items())
    runs = []
    with torch.no_grad():
        for shape in shapes[1:]:
            x = draw(*shape)
            output = model(x)
            runs.append({"x": full(x), "outputs": [full(y) for y in (output if isinstance(output, tuple) else [output])]})
    return {"model": name, "file": file, "seed": seed, "steps": STEPS, "losses": [double(losses[0]), double(losses[-1])], "keys": list(state), "runs": runs}


write("trained_models", README, [train(seed, name, *model) for seed, (name, model) in enumerate(MODELS.items())])
