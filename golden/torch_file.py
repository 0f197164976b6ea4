"""Files that torch.save wrote, good ones and ones to be refused. Writes torch_*.pt and torch_file.json."""
import os
import pickle
import zipfile

import torch
from torch import nn

from common import HERE, full, uniform, write

README = (
    "files: golden/<file> as torch.save wrote it. `tensors`: what it holds, by the path of keys joined with a slash; types other than float32 "
    "are given as what they become. `values`: what else it holds, likewise. refused: golden/<file> and a part of the reason why it must not load. "
    "lstm: manual_seed(0), the tutorial's net with LSTM(3, 6, 2) as lstm and Linear(6, 1) as output; x [T, B, 3] and its output."
)


def path(name):
    return os.path.join(HERE, name)


files = []


def keep(name, data, values=None, **options):
    torch.save(data, path(name), **options)
    tensors = {}

    def visit(value, prefix):
        if isinstance(value, torch.Tensor):
            value = value.detach()
            exact = value.float() if value.dtype.is_floating_point else value.int()
            tensors["/".join(prefix)] = full(exact)
        elif isinstance(value, dict):
            for key, item in value.items():
                visit(item, [*prefix, str(key)])
        elif isinstance(value, (list, tuple)):
            for i, item in enumerate(value):
                visit(item, [*prefix, str(i)])

    visit(data, [])
    files.append({"file": name, "tensors": tensors, "values": values or {}})


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 6, 2)
        self.output = nn.Linear(6, 1)

    def forward(self, x):
        return self.output(self.lstm(x)[0])


torch.manual_seed(0)
net = Net()
keep("torch_lstm.pt", net.state_dict())
x = uniform(5, 2, 3)
case = {"x": full(x), "output": full(net(x))}

norm = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
keep("torch_norm.pt", norm.state_dict())

base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
keep("torch_views.pt", {
    "transposed": base.t(), "rows": base[1:3], "columns": base[:, ::2], "permuted": base.reshape(2, 3, 4).permute(2, 0, 1),
    "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 5), "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3), "parameter": nn.Parameter(base[0]),
})
small = torch.tensor([0.1, -2.5, 65504.0, 1e-7])
keep("torch_types.pt", {
    "f64": small.double(), "f16": small.half(), "bf16": small.bfloat16(), "f32": small,
    "i64": torch.tensor([-(2**31), 7, 2**31 - 1]), "i32": torch.tensor([-5, 6], dtype=torch.int32), "i16": torch.tensor([-300, 300], dtype=torch.int16),
    "i8": torch.tensor([-128, 127], dtype=torch.int8), "u8": torch.tensor([0, 255], dtype=torch.uint8), "bool": torch.tensor([True, False]),
})
optimizer = torch.optim.Adam(norm.parameters(), lr=0.01)
norm(uniform(4, 2)).sum().backward()
optimizer.step()
keep(
    "torch_checkpoint.pt",
    {"model": norm.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "loss": 0.25, "name": "回望", "done": False, "none": None,
     "history": [3.5, 2.25], "big": 2**40, "negative": -70000, "long": 2**70},
    {"epoch": 3, "loss": 0.25, "name": "回望", "done": False, "none": None, "history": [3.5, 2.25], "big": 2**40, "negative": -70000,
     "optimizer/param_groups/0/lr": 0.01, "optimizer/param_groups/0/betas": [0.9, 0.999], "optimizer/param_groups/0/params": [0, 1, 2, 3]},
)

# ---- files to be refused ------------------------------------------------------------------------------------
refused = []


def refuse(name, reason):
    refused.append({"file": name, "reason": reason})


class Evil:
    def __reduce__(self):
        return os.system, ("echo this must never run",)


torch.save({"weight": torch.zeros(2), "extra": Evil()}, path("torch_evil.pt"))
refuse("torch_evil.pt", "it names posix.system")
torch.save(net, path("torch_model.pt"))
refuse("torch_model.pt", "it names __main__.Net")
torch.save({"weight": torch.zeros(2)}, path("torch_legacy.pt"), _use_new_zipfile_serialization=False)
refuse("torch_legacy.pt", "it is in the format from before PyTorch 1.6. Convert it in Python: torch.save(torch.load(FILE")
with zipfile.ZipFile(path("torch_lstm.pt")) as archive, zipfile.ZipFile(path("torch_script.pt"), "w") as script:
    # What tells a TorchScript archive, without the names of source files that a real one holds.
    for entry in ["torch_lstm/data.pkl", "torch_lstm/version"]:
        script.writestr(entry, archive.read(entry))
    script.writestr("torch_lstm/constants.pkl", pickle.dumps((), protocol=2))
refuse("torch_script.pt", "it is a TorchScript program")
torch.save({"weight": torch.zeros(2)}, path("torch_protocol4.pt"), pickle_protocol=4)
refuse("torch_protocol4.pt", "its pickle has protocol 4, expected 2")
torch.save({"step": torch.tensor([2**40])}, path("torch_large_integer.pt"))
refuse("torch_large_integer.pt", "holds the whole number 1099511627776, which int32 cannot")
with open(path("torch_bare.pt"), "wb") as file:
    pickle.dump({"epoch": 3}, file, protocol=2)
refuse("torch_bare.pt", "it is a bare pickle")
with zipfile.ZipFile(path("torch_lstm.pt")) as archive, zipfile.ZipFile(path("torch_repacked.pt"), "w", zipfile.ZIP_DEFLATED) as packed:
    for entry in archive.namelist():
        packed.writestr(entry, archive.read(entry))
refuse("torch_repacked.pt", "is compressed (method 8)")

write("torch_file", README, [case], files=files, refused=refused)
