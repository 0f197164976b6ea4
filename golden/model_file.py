"""A .safetensors file as PyTorch users write it, and a check of one that Lookback wrote.

  python3 golden/model_file.py                      writes torch_lstm.safetensors and model_file.json
  python3 golden/model_file.py --check FILE [INPUT] loads FILE into PyTorch, prints {"output": …, "hN": …} for the
                                                    input {"x": nested [T][B][I]} read from INPUT or stdin
FILE holds one recurrent layer named lstm, gru or rnn, and a Linear head named output. The format (huggingface.co/docs/safetensors):
8 bytes little-endian N, N bytes of JSON {name: {dtype, shape, data_offsets}, "__metadata__": {…}}, then the values.
Where the package `safetensors` is installed, what it reads must equal what the reader below does.
"""
import json
import os
import re
import struct
import sys

import numpy as np
import torch
from torch import nn

from common import HERE, full, uniform, write

README = (
    "The tutorial's LSTM net (seed 0) after 100 epochs, saved as torch_lstm.safetensors with PyTorch's keys and metadata "
    "{format: pt}. weights: its state dict. Each case: an input x [T, B, 3], the head's output [T, B, 1], and hN, cN."
)


def save(path, tensors, metadata):
    header, offset, blobs = {"__metadata__": metadata}, 0, []
    for name, tensor in tensors.items():
        blob = tensor.detach().contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def load(path):
    with open(path, "rb") as file:
        raw = file.read()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        kind = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4"}[entry["dtype"]]
        flat = np.frombuffer(raw[8 + length + start : 8 + length + end], dtype=kind)
        tensors[name] = torch.from_numpy(flat.reshape(entry["shape"]).copy())
    return tensors, metadata


def compare_with_package(path, tensors):
    try:
        from safetensors.torch import load_file
    except ImportError:
        return
    other = load_file(path)
    assert sorted(other) == sorted(tensors), (sorted(other), sorted(tensors))
    assert all(torch.equal(other[name], tensor) for name, tensor in tensors.items())
    print("the safetensors package reads the same tensors", file=sys.stderr)


class Net(nn.Module):
    """A recurrent layer and a head, of whatever sizes the state dict has."""

    def __init__(self, tensors):
        super().__init__()
        self.cell = next(name.split(".")[0] for name in tensors if "weight_ih_l0" in name)
        rows, size = tensors[self.cell + ".weight_ih_l0"].shape
        hidden = tensors[self.cell + ".weight_hh_l0"].shape[1]
        layers = 1 + max(int(re.search(r"_l(\d+)", name).group(1)) for name in tensors if "weight_ih_l" in name)
        kind = {1: nn.RNN, 3: nn.GRU, 4: nn.LSTM}[rows // hidden]
        bias = self.cell + ".bias_ih_l0" in tensors
        setattr(self, self.cell, kind(size, hidden, layers, bias=bias))
        self.output = nn.Linear(hidden, tensors["output.weight"].shape[0], bias="output.bias" in tensors)
        self.load_state_dict(tensors)

    def forward(self, x):
        hidden, state = getattr(self, self.cell)(x)
        return self.output(hidden), state if isinstance(state, tuple) else (state,)


def check(path, source):
    tensors, metadata = load(path)
    compare_with_package(path, tensors)
    x = torch.tensor(json.load(open(source) if source else sys.stdin)["x"], dtype=torch.float32)
    with torch.no_grad():
        output, state = Net(tensors)(x)
    result = {"torch": torch.__version__, "keys": list(tensors), "metadata": metadata, "output": full(output)}
    for name, value in zip(["hN", "cN"], state):
        result[name] = full(value)
    print(json.dumps(result))


def make():
    import tutorial

    torch.manual_seed(0)
    net = tutorial.Net("lstm")
    tutorial.train(net, tutorial.X[: tutorial.TRAIN], tutorial.Y[: tutorial.TRAIN], epochs=100)
    path = os.path.join(HERE, "torch_lstm.safetensors")
    save(path, net.state_dict(), {"format": "pt"})
    tensors, _ = load(path)
    compare_with_package(path, tensors)
    assert all(torch.equal(tensors[name], value) for name, value in net.state_dict().items())
    cases = []
    torch.manual_seed(1)
    for x in [tutorial.X[:5], tutorial.X[-29:], uniform(4, 2, 3)]:
        output, (h, c) = net(x)
        cases.append({"x": full(x), "output": full(output), "hN": full(h), "cN": full(c)})
    weights = {name: full(value) for name, value in tensors.items()}
    write("model_file", README, cases, file="torch_lstm.safetensors", weights=weights)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        check(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
    else:
        make()
