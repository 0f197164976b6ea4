"""200 steps of every optimizer, alone and under every scheduler. Writes training.json."""
import torch
from torch import nn
from torch.optim import lr_scheduler

from common import double, full, number, uniform, write

README = (
    "Each case: manual_seed(seed), first = Linear(3, 8), second = Linear(8, 1), x = U(32, 3), target = sin(3*sum of x over dim 1, kept) where U(shape) is "
    "rand(shape)*2-1. 200 steps of prediction = second(tanh(first(x))), loss = mse; with a scheduler, scheduler.step() after each (ReduceLROnPlateau: with the loss). "
    "losses: before steps 0, 20, … 180; final: the state dict after 200; rate: the learning rate after 200. The same in float64 departs from "
    "the losses by the ratios lossDrift and from the final weights by at most finalDrift: how far rounding takes PyTorch itself."
)
camel = lambda key: "".join(part.title() if i else part for i, part in enumerate(key.split("_")))
cases = []


def run(seed, optimizer, options, scheduler, given, dtype):
    torch.manual_seed(seed)
    first, second = nn.Linear(3, 8), nn.Linear(8, 1)
    x = uniform(32, 3)
    target = torch.sin(3 * x.sum(1, keepdim=True)).to(dtype)
    first, second, x = first.to(dtype), second.to(dtype), x.to(dtype)
    parameters = [*first.parameters(), *second.parameters()]
    made = getattr(torch.optim, optimizer)(parameters, **options)
    schedule = getattr(lr_scheduler, scheduler)(made, **given) if scheduler else None
    losses = []
    for step in range(200):
        made.zero_grad()
        loss = nn.functional.mse_loss(second(torch.tanh(first(x))), target)
        if step % 20 == 0:
            losses.append(loss.item())
        loss.backward()
        made.step()
        if schedule:
            schedule.step(loss.item()) if scheduler == "ReduceLROnPlateau" else schedule.step()
    return losses, parameters, made.param_groups[0]["lr"]


def case(optimizer, options, scheduler=None, **given):
    seed = len(cases)
    losses, final, rate = run(seed, optimizer, options, scheduler, given, torch.float32)
    exact, exact_final, _ = run(seed, optimizer, options, scheduler, given, torch.float64)
    cases.append({
        "optimizer": optimizer, "options": {camel(k): v for k, v in options.items()}, "scheduler": scheduler,
        "schedule": {camel(k): v for k, v in given.items()}, "seed": seed, "losses": [number(v) for v in losses],
        "lossDrift": [float("%.2g" % abs(a / b - 1)) for a, b in zip(losses, exact)],
        "final": [full(p) for p in final], "finalDrift": float("%.2g" % max((a - b).abs().max().item() for a, b in zip(final, exact_final))),
        "rate": double(rate),
    })


case("SGD", {"lr": 0.1})
case("SGD", {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.001})
case("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True})
case("Adam", {"lr": 0.01})
case("Adam", {"lr": 0.01, "amsgrad": True, "weight_decay": 0.01})
case("AdamW", {"lr": 0.01})
case("RMSprop", {"lr": 0.001})
case("RMSprop", {"lr": 0.002, "momentum": 0.9, "centered": True, "weight_decay": 0.01})
case("Adagrad", {"lr": 0.1})
case("Adagrad", {"lr": 0.1, "lr_decay": 0.01, "initial_accumulator_value": 0.1, "weight_decay": 0.01})
for optimizer, options in [("SGD", {"lr": 0.1, "momentum": 0.5}), ("Adam", {"lr": 0.01})]:
    case(optimizer, options, "StepLR", step_size=50, gamma=0.5)
    case(optimizer, options, "MultiStepLR", milestones=[30, 100], gamma=0.3)
    case(optimizer, options, "ExponentialLR", gamma=0.99)
    case(optimizer, options, "CosineAnnealingLR", T_max=60, eta_min=0.001)
    case(optimizer, options, "ReduceLROnPlateau", patience=3, factor=0.5, threshold=0.05, cooldown=2)
    case(optimizer, options, "OneCycleLR", max_lr=0.1, total_steps=200)
write("training", README, cases)
