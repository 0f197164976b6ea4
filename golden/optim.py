"""Optimizers and gradient clipping. Writes optim.json."""
import torch
from torch import nn

from common import double, full, uniform, values, write

README = (
    "Two problems, ten steps each, for every optimizer and its options (in camelCase; `optimizer` is the class name). "
    "quadratic: parameters a [5] and b [2, 3] start at, and are pulled to, the values in `quadratic`; before each step "
    "the gradient of p is scale*(p - target) (loss = sum(scale*(p - target)^2)/2), set by hand; a and b are two entries of "
    "`trajectory[step]`, after that step, concatenated: a then b. In the case with `groups` a and b are two parameter groups "
    "with options of their own. "
    "mlp: manual_seed(0), Linear(3, 4), Linear(4, 1), x = rand(8, 3)*2-1, target = rand(8, 1)*2-1, "
    "prediction = second(tanh(first(x))), loss = mse; `losses` are taken before each step, `final` is the state dict after ten. "
    "clip: gradients given as a list of tensors; `total` is what clip_grad_norm_ returns (null for clip_grad_value_)."
)

START = {"a": [0.5, -1.25, 2.0, 0.0, 3.5], "b": [[1.0, -0.5, 0.25], [-2.0, 0.75, 10.0]]}
TARGET = {"a": [0.0, 1.0, 2.5, -0.5, 3.0], "b": [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]}
SCALE = {"a": [1.0, 0.5, 2.0, 0.1, 0.0], "b": [[1.0, 3.0, 0.3], [0.2, 0.01, 1.5]]}

camel = lambda key: "".join(part.title() if i else part for i, part in enumerate(key.split("_")))


def quadratic(kind, options, groups=None):
    p = {k: nn.Parameter(torch.tensor(v)) for k, v in START.items()}
    given = [{"params": [p["a"]], **groups[0]}, {"params": [p["b"]], **groups[1]}] if groups else list(p.values())
    optimizer = kind(given, **options)
    trajectory = []
    for _ in range(10):
        for k, v in p.items():
            v.grad = torch.tensor(SCALE[k]) * (v.detach() - torch.tensor(TARGET[k]))
        optimizer.step()
        trajectory.append(values(p["a"]) + values(p["b"]))
    return trajectory


def mlp(kind, options):
    torch.manual_seed(0)
    first, second = nn.Linear(3, 4), nn.Linear(4, 1)
    x, target = uniform(8, 3), uniform(8, 1)
    net = nn.ModuleDict({"first": first, "second": second})
    optimizer = kind(net.parameters(), **options)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(second(torch.tanh(first(x))), target)
        loss.backward()
        optimizer.step()
        losses.append(double(loss.item()))
    return losses, {k: full(v) for k, v in net.state_dict().items()}


O = torch.optim
CONFIGS = [
    (O.SGD, {"lr": 0.1}),
    (O.SGD, {"lr": 0.1, "weight_decay": 0.05}),
    (O.SGD, {"lr": 0.05, "momentum": 0.9}),
    (O.SGD, {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    (O.SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    (O.SGD, {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    (O.Adam, {}),
    (O.Adam, {"lr": 0.1}),
    (O.Adam, {"lr": 0.1, "betas": [0.8, 0.95], "eps": 1e-6}),
    (O.Adam, {"lr": 0.1, "weight_decay": 0.1}),
    (O.Adam, {"lr": 0.3, "amsgrad": True}),
    (O.Adam, {"lr": 0.3, "amsgrad": True, "weight_decay": 0.02}),
    (O.AdamW, {}),
    (O.AdamW, {"lr": 0.1, "weight_decay": 0.1}),
    (O.AdamW, {"lr": 0.3, "weight_decay": 0, "amsgrad": True}),
    (O.RMSprop, {}),
    (O.RMSprop, {"lr": 0.05, "alpha": 0.9, "eps": 1e-6}),
    (O.RMSprop, {"lr": 0.02, "momentum": 0.9, "weight_decay": 0.01}),
    (O.RMSprop, {"lr": 0.02, "centered": True, "momentum": 0.5}),
    (O.Adagrad, {}),
    (O.Adagrad, {"lr": 0.5, "lr_decay": 0.1, "weight_decay": 0.01}),
    (O.Adagrad, {"lr": 0.5, "initial_accumulator_value": 0.25, "eps": 1e-8}),
]
cases = []
for kind, options in CONFIGS:
    losses, final = mlp(kind, options)
    cases.append({
        "optimizer": kind.__name__,
        "options": {camel(k): v for k, v in options.items()},
        "trajectory": quadratic(kind, options),
        "mlp": {"losses": losses, "final": final},
    })
groups = [{"lr": 0.01}, {"weight_decay": 0.5, "betas": [0.5, 0.9]}]
cases.append({
    "optimizer": "Adam",
    "options": {"lr": 0.1},
    "groups": [{camel(k): v for k, v in g.items()} for g in groups],
    "trajectory": quadratic(O.Adam, {"lr": 0.1}, groups),
})

torch.manual_seed(1)
GRADIENTS = [uniform(5) * 3, uniform(2, 3) * 0.5, uniform(1, 1) * 8]
clip = []


def clipped(scale, name, limit, norm_type=None):
    parameters = [nn.Parameter(torch.zeros_like(g)) for g in GRADIENTS]
    for p, g in zip(parameters, GRADIENTS):
        p.grad = g * scale
    case = {"function": name, "limit": limit, "normType": norm_type, "before": [full(p.grad) for p in parameters]}
    if name == "clip_grad_norm_":
        total = nn.utils.clip_grad_norm_(parameters, limit, float(norm_type))
        case["total"] = double(total.item())
    else:
        nn.utils.clip_grad_value_(parameters, limit)
        case["total"] = None
    case["after"] = [full(p.grad) for p in parameters]
    clip.append(case)


for norm_type in ["1", "2", "3", "inf"]:
    clipped(1, "clip_grad_norm_", 1.0, norm_type)
clipped(1, "clip_grad_norm_", 100.0, "2")
clipped(0, "clip_grad_norm_", 1.0, "2")
clipped(1, "clip_grad_value_", 0.5)

write("optim", README, cases, quadratic={"start": START, "target": TARGET, "scale": SCALE}, clip=clip)
