"""What the generating scripts share: how numbers are written, and the record of what made them.

A tensor is written in one of two ways:
  full     {"shape": [2, 3], "data": [ ...row-major... ]}
  summary  {"shape": [8, 33], "sum": s, "absSum": a, "first": [ ...8 values... ], "last": [ ...8 values... ]}
Values are float32 in the shortest decimal form that reads back as the same float32 (at most 9 digits).
Sums are taken in float64 over the float32 values.
"""
import json
import os
import platform

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 160

torch.set_num_threads(1)


def number(value):
    """One float32 as the shortest decimal that reads back as itself; whole numbers as integers."""
    short = float(str(np.float32(value)))
    return int(short) if short == int(short) and abs(short) < 2**24 else short


def double(value):
    """A float64, to 12 digits."""
    return float("%.12g" % value)


def values(tensor):
    """All values of a tensor, row-major."""
    flat = tensor.detach().contiguous().reshape(-1)
    if flat.dtype in (torch.int64, torch.int32, torch.bool):
        return [int(v) for v in flat]
    if flat.dtype == torch.float64:
        return [double(v) for v in flat.tolist()]
    return [number(v) for v in flat.numpy()]


def full(tensor):
    return {"shape": list(tensor.shape), "data": values(tensor)}


def summary(tensor):
    flat = tensor.detach().contiguous().reshape(-1).to(torch.float64)
    return {
        "shape": list(tensor.shape),
        "sum": double(flat.sum().item()),
        "absSum": double(flat.abs().sum().item()),
        "first": values(tensor.detach().contiguous().reshape(-1)[:8]),
        "last": values(tensor.detach().contiguous().reshape(-1)[-8:]),
    }


def pack(tensor, limit=LIMIT):
    """Full when small, a summary when not."""
    return full(tensor) if tensor.numel() <= max(limit, 16) else summary(tensor)


def uniform(*shape):
    """The inputs of all cases: uniform on [-1, 1), drawn from the default generator."""
    return torch.rand(shape) * 2 - 1


def made_with():
    return {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}


def write(name, readme, cases, **rest):
    """Writes golden/<name>.json: a readme, the versions, and one case a line."""
    path = os.path.join(HERE, name + ".json")
    compact = lambda value: json.dumps(value, separators=(",", ":"), allow_nan=False)
    with open(path, "w") as file:
        file.write('{"readme":%s,\n"madeWith":%s,\n' % (compact(readme), compact(made_with())))
        for key, value in rest.items():
            file.write('"%s":%s,\n' % (key, compact(value)))
        file.write('"cases":[\n' + ",\n".join(compact(case) for case in cases) + "\n]}\n")
    print("%s: %d cases, %d bytes" % (os.path.basename(path), len(cases), os.path.getsize(path)))
