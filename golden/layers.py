"""Layers, activations, losses, the rarer recurrent options, schedulers and shuffling. Writes layers.json."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, random_split

from common import double, full, pack, uniform, write

README = {
    "all": (
        "Every case begins with manual_seed(seed), then the module's constructor, then the draws told below, in that order. U(shape) is rand(shape)*2-1. "
        "args are the constructor's required arguments, options its others, in camelCase. weights: the state dict before the forward "
        "pass; gradients: of each weight; dx: of the input. upstream = U(shape of output); loss = sum(output*upstream), so upstream is the gradient "
        "of the output."
    ),
    "cases": (
        "One module. With redrawn, every weight of two kinds (norm scales and shifts, embeddings) is replaced by U(shape) in the order of "
        "named_parameters, an embedding's padding row then set to 0. x = U(input)*scale, or for Embedding randint(0, args[0], input); "
        "if `first` is there the module first runs on U(input) in training mode without gradients (batch statistics move); training tells the mode of the "
        "recorded pass, buffers are the module's buffers after it. indices: MaxPool's, returned with returnIndices. Dropout draws its "
        "mask (bernoulli_ over the input's shape) in the forward pass, after x and before upstream."
    ),
    "losses": (
        "input = U(shape)*scale (BCELoss: sigmoid of it; KLDivLoss: log_softmax of it over dim 1). target by kind: uniform: U(shape); "
        "classes: randint(0, C, shape without dim 1), and if ignored is not null, positions with index divisible by 3 of the flattened "
        "target become it; probabilities: softmax(U(shape), 1); "
        "binary: (rand(shape) < 0.5) as float; counts: randint(0, 5, shape) as float. then, where withWeight, weight = rand(C) + 0.5; where withPosWeight, "
        "posWeight = rand(last dimension) * 2; GaussianNLLLoss: variance = rand(shape of target) + 0.1. C = shape[1]. upstream = U(shape of the loss) for reduction "
        "none, and 1 otherwise. dInput, dTarget, dVariance: gradients."
    ),
    "recurrent": (
        "As in recurrent.json, loss apart: x = U, then with state h0 = U [L*D, B, P] (P = projSize or hiddenSize, D = directions) and for LSTM c0 = U [L*D, B, H]; "
        "unbatched inputs lack B. With lengths, x is packed (enforce_sorted false) and the output padded back with 0. Dropout in training "
        "draws bernoulli_(1 - p) masks of each layer's output but the last's, in [T, B, D*P] order, during the forward pass. then upstream = U(shape of output), "
        "upstreamH = U(shape of hN), for LSTM upstreamC = U(shape of cN). loss = sum(output*upstream) + sum(hN*upstreamH) + sum(cN*upstreamC)."
    ),
    "cells": "x = U(T, B, I), h = U(B, H), for LSTMCell c = U(B, H); the cell runs over T steps. upstream = U(T, B, H) over the hidden states of all steps.",
    "packing": "pack_padded_sequence(x, lengths, batchFirst, enforceSorted) of x = U(shape): its four parts, and the padded form with padding value and total length.",
    "schedulers": (
        "One optimizer (SGD with momentum 0.9 or Adam, lr as told, a second parameter group at lr/10 when groups is 2): learning rates [step][group] before any step and "
        "after each scheduler.step(), metric i given to step i where there are metrics. OneCycleLR: momenta [step][group] likewise (Adam: beta1)."
    ),
    "loaders": (
        "DataLoader(range(n), batchSize, shuffle, dropLast): the batches of each epoch, then after = rand(1). Without a generator, an epoch "
        "draws from the default generator one 64-bit number (unused), then a 64-bit seed (both mod 2^63) for a generator of its own, whose randperm(n) is "
        "the order. With one (seeded with generator) that generator draws the unused number, the order, and one more randperm(n) that nobody sees. "
        "split: random_split(range(n), lengths): the indices of each part."
    ),
}

camel = lambda key: "".join(part.title() if i else part for i, part in enumerate(key.split("_")))
seeds = iter(range(10**6))


def camels(options):
    return {camel(k): v for k, v in options.items()}


def gradients(module):
    return {k: pack(p.grad) for k, p in module.named_parameters()}


# ---- modules ----------------------------------------------------------------------------------------------
cases = []


def module(name, args, shape, scale=1, first=False, training=True, redrawn=False, **options):
    seed = next(seeds)
    torch.manual_seed(seed)
    made = getattr(nn, name)(*args, **options)
    case = {"module": name, "args": args, "options": camels(options), "seed": seed, "input": list(shape), "scale": scale, "training": training}
    if redrawn:
        case["redrawn"] = True
        with torch.no_grad():
            for p in made.parameters():
                p.copy_(uniform(*p.shape))
            if options.get("padding_idx") is not None:
                made.weight[options["padding_idx"]] = 0
    case["weights"] = {k: pack(p, 40) for k, p in made.named_parameters()}
    x = torch.randint(0, args[0], shape) if name == "Embedding" else (uniform(*shape) * scale).requires_grad_()
    if first:
        case["first"] = True
        with torch.no_grad():
            made(uniform(*shape))
    made.train(training)
    output = made(x)
    if isinstance(output, tuple):
        output, indices = output
        case["indices"] = full(indices)
    upstream = uniform(*output.shape)
    if output.requires_grad:
        output.backward(upstream)
    case["output"] = pack(output)
    if name == "Embedding":
        case["x"] = full(x)
    elif output.requires_grad:
        case["dx"] = pack(x.grad)
    case["gradients"] = gradients(made)
    buffers = {k: full(b) for k, b in made.named_buffers()}
    if buffers:
        case["buffers"] = buffers
    cases.append(case)


module("Linear", [5, 3], (4, 5))
module("Linear", [5, 3], (2, 4, 5), bias=False)
module("Linear", [5, 3], (5,))

module("Conv1d", [4, 2, 3], (1, 4, 9), stride=2)
module("Conv1d", [3, 5, 3], (2, 3, 10))
module("Conv1d", [3, 5, 3], (3, 10))
module("Conv1d", [3, 5, 1], (2, 3, 7), bias=False)
module("Conv1d", [3, 4, 3], (2, 3, 10), padding=2, dilation=2)
module("Conv1d", [3, 4, 4], (2, 3, 11), stride=3, padding=3, dilation=2)
module("Conv1d", [4, 6, 3], (2, 4, 9), groups=2, padding=1)
module("Conv1d", [4, 8, 3], (2, 4, 9), groups=4, dilation=3, padding=3, bias=False)
for size in [3, 4]:
    module("Conv1d", [3, 4, size], (2, 3, 10), padding="same")
    module("Conv1d", [3, 4, size], (2, 3, 10), padding="same", dilation=2)
module("Conv1d", [3, 4, 3], (2, 3, 10), padding="valid", stride=2)
for mode in ["reflect", "replicate", "circular"]:
    module("Conv1d", [3, 4, 3], (2, 3, 8), padding=2, padding_mode=mode)
    module("Conv1d", [3, 4, 4], (2, 3, 8), padding="same", padding_mode=mode)
    module("Conv1d", [4, 4, 3], (2, 4, 8), padding=3, stride=2, dilation=2, groups=2, padding_mode=mode)
module("Conv1d", [15, 64, 2], (4, 15, 24))
module("Conv1d", [9, 33, 5], (3, 9, 40), padding=2)

module("ConvTranspose1d", [3, 4, 3], (2, 3, 6))
module("ConvTranspose1d", [3, 4, 3], (3, 6))
module("ConvTranspose1d", [3, 4, 3], (2, 3, 6), stride=2)
module("ConvTranspose1d", [3, 4, 4], (2, 3, 6), stride=3, padding=1, output_padding=2)
module("ConvTranspose1d", [3, 4, 3], (2, 3, 6), stride=2, padding=2, dilation=3, output_padding=1)
module("ConvTranspose1d", [4, 6, 3], (2, 4, 6), groups=2, stride=2)
module("ConvTranspose1d", [4, 4, 3], (2, 4, 6), groups=4, bias=False, dilation=2, padding=1)

module("MaxPool1d", [2], (2, 3, 9))
module("MaxPool1d", [2], (3, 9))
module("MaxPool1d", [2], (2, 3, 9), stride=1)
module("MaxPool1d", [2], (2, 3, 9), ceil_mode=True)
module("MaxPool1d", [3], (2, 3, 10), stride=2, padding=1, return_indices=True)
module("MaxPool1d", [3], (2, 3, 10), stride=2, padding=1, dilation=2, return_indices=True)
module("MaxPool1d", [3], (2, 3, 11), stride=3, padding=1, ceil_mode=True)
module("MaxPool1d", [2], (2, 3, 7), stride=4, ceil_mode=True)
module("AvgPool1d", [2], (2, 3, 9))
module("AvgPool1d", [3], (3, 9), stride=1)
module("AvgPool1d", [3], (2, 3, 10), stride=2, padding=1)
module("AvgPool1d", [3], (2, 3, 10), stride=2, padding=1, count_include_pad=False)
module("AvgPool1d", [4], (2, 3, 10), stride=3, padding=2, ceil_mode=True)
module("AvgPool1d", [4], (2, 3, 10), stride=3, padding=2, ceil_mode=True, count_include_pad=False)
for name in ["AdaptiveAvgPool1d", "AdaptiveMaxPool1d"]:
    for size in [1, 3, 4, 10, 12]:
        module(name, [size], (2, 3, 10))
    module(name, [3], (3, 7))
module("AdaptiveMaxPool1d", [4], (2, 3, 10), return_indices=True)

for training in [True, False]:
    module("BatchNorm1d", [3], (4, 3), scale=2, first=True, training=training, redrawn=True)
    module("BatchNorm1d", [3], (4, 3, 5), scale=2, first=True, training=training, redrawn=True)
    module("BatchNorm1d", [3], (4, 3, 5), scale=2, first=True, training=training, momentum=0.3, eps=1e-3, affine=False)
    module("BatchNorm1d", [3], (4, 3, 5), scale=2, first=True, training=training, redrawn=True, momentum=None)
    module("BatchNorm1d", [3], (4, 3, 5), scale=2, first=True, training=training, redrawn=True, track_running_stats=False)
module("BatchNorm1d", [33], (17, 33, 9), redrawn=True)
module("LayerNorm", [6], (4, 6), scale=2, redrawn=True)
module("LayerNorm", [6], (2, 3, 6), scale=2, redrawn=True, eps=1e-3)
module("LayerNorm", [[3, 6]], (2, 3, 6), scale=2, redrawn=True)
module("LayerNorm", [6], (2, 3, 6), scale=2, elementwise_affine=False)
module("LayerNorm", [65], (7, 65), redrawn=True)

module("Embedding", [7, 4], (3, 5), redrawn=True)
module("Embedding", [5, 3], (9,), redrawn=True, padding_idx=2)
module("Embedding", [5, 3], (4, 4), redrawn=True, padding_idx=-1)

module("Dropout", [], (4, 5), p=0.3)
module("Dropout", [], (4, 5))
module("Dropout", [], (4, 5), training=False)
module("Dropout", [], (4, 5), p=0)
module("Dropout", [], (4, 5), p=1)

for name, options in [
    ("ReLU", {}), ("ReLU6", {}), ("LeakyReLU", {}), ("LeakyReLU", {"negative_slope": 0.2}), ("PReLU", {}), ("PReLU", {"num_parameters": 3, "init": 0.1}),
    ("ELU", {}), ("ELU", {"alpha": 0.5}), ("CELU", {"alpha": 0.7}), ("SELU", {}), ("GELU", {}), ("GELU", {"approximate": "tanh"}),
    ("SiLU", {}), ("Mish", {}), ("Sigmoid", {}), ("Tanh", {}), ("LogSigmoid", {}), ("Softplus", {}), ("Softplus", {"beta": 2, "threshold": 3}),
    ("Softsign", {}), ("Hardtanh", {}), ("Hardtanh", {"min_val": -2, "max_val": 3}), ("Hardsigmoid", {}), ("Hardswish", {}),
    ("Tanhshrink", {}), ("Softshrink", {}), ("Softshrink", {"lambd": 1.5}), ("Hardshrink", {}), ("Hardshrink", {"lambd": 1.5}),
    ("Softmax", {"dim": -1}), ("Softmax", {"dim": 1}), ("Softmin", {"dim": 1}), ("LogSoftmax", {"dim": -1}), ("LogSoftmax", {"dim": 0}),
    ("GLU", {"dim": -1}), ("GLU", {"dim": 0}), ("Identity", {}),
]:
    module(name, [], (4, 3, 6), scale=6, **options)
module("Threshold", [0.5, -3.0], (4, 3, 6), scale=6)
for name, options in [("Sigmoid", {}), ("Tanh", {}), ("LogSigmoid", {}), ("Softplus", {}), ("Mish", {}), ("GELU", {}), ("Softmax", {"dim": -1}), ("LogSoftmax", {"dim": -1})]:
    module(name, [], (4, 9), scale=100, **options)

# ---- losses -----------------------------------------------------------------------------------------------
losses = []


def loss(name, kind, shape, scale=1, weighted=False, positive=False, ignored=None, **options):
    for reduction in ["mean", "sum", "none"]:
        seed = next(seeds)
        torch.manual_seed(seed)
        case = {"loss": name, "options": {**camels(options), "reduction": reduction}, "seed": seed, "shape": list(shape), "scale": scale, "target": kind}
        x = uniform(*shape) * scale
        if name == "BCELoss":
            x = torch.sigmoid(x)
        if name == "KLDivLoss":
            x = torch.log_softmax(x, 1)
        x.requires_grad_()
        classes = shape[1] if len(shape) > 1 else shape[0]
        spread = [shape[0], *shape[2:]] if len(shape) > 1 else []
        if kind == "uniform":
            target = uniform(*shape).requires_grad_()
        elif kind == "classes":
            target = torch.randint(0, classes, spread)
            if ignored is not None:
                target.view(-1)[::3] = ignored
            case["ignored"] = ignored
        elif kind == "probabilities":
            target = torch.softmax(uniform(*shape), 1)
        elif kind == "binary":
            target = (torch.rand(*shape) < 0.5).float()
        else:
            target = torch.randint(0, 5, shape).float()
        more, extra = {}, []
        if weighted:
            case["withWeight"] = True
            more["weight"] = torch.rand(classes) + 0.5
        if positive:
            case["withPosWeight"] = True
            more["pos_weight"] = torch.rand(shape[-1]) * 2
        if ignored not in (None, -100):
            more["ignore_index"] = ignored
            case["options"]["ignoreIndex"] = ignored
        if name == "GaussianNLLLoss":
            extra = [(torch.rand(*target.shape) + 0.1).requires_grad_()]
        value = getattr(nn, name)(reduction=reduction, **options, **more)(x, target, *extra)
        value.backward(uniform(*value.shape) if reduction == "none" else torch.tensor(1.0))
        case["value"] = pack(value)
        case["dInput"] = pack(x.grad)
        if target.requires_grad and target.grad is not None:
            case["dTarget"] = pack(target.grad)
        if extra:
            case["dVariance"] = pack(extra[0].grad)
        losses.append(case)


for name, options in [("MSELoss", {}), ("L1Loss", {}), ("SmoothL1Loss", {}), ("SmoothL1Loss", {"beta": 0.3}), ("SmoothL1Loss", {"beta": 0.0}), ("HuberLoss", {}), ("HuberLoss", {"delta": 0.4}), ("GaussianNLLLoss", {}), ("GaussianNLLLoss", {"full": True, "eps": 0.3})]:
    loss(name, "uniform", (4, 5), scale=2, **options)
loss("MSELoss", "uniform", (2, 3, 4))
for shape in [(6, 4), (3, 4, 5)]:
    loss("CrossEntropyLoss", "classes", shape, scale=3)
    loss("CrossEntropyLoss", "classes", shape, scale=3, weighted=True)
    loss("CrossEntropyLoss", "classes", shape, scale=3, label_smoothing=0.1)
    loss("CrossEntropyLoss", "classes", shape, scale=3, weighted=True, label_smoothing=0.2, ignored=-100)
    loss("CrossEntropyLoss", "classes", shape, scale=3, ignored=1, weighted=True)
    loss("CrossEntropyLoss", "probabilities", shape, scale=3)
    loss("CrossEntropyLoss", "probabilities", shape, scale=3, weighted=True, label_smoothing=0.1)
    loss("NLLLoss", "classes", shape)
    loss("NLLLoss", "classes", shape, weighted=True, ignored=-100)
loss("CrossEntropyLoss", "classes", (4,), scale=3)
loss("BCEWithLogitsLoss", "binary", (4, 5), scale=4)
loss("BCEWithLogitsLoss", "binary", (4, 5), scale=60)
loss("BCEWithLogitsLoss", "binary", (4, 5), scale=4, positive=True)
loss("BCELoss", "binary", (4, 5), scale=4)
loss("KLDivLoss", "probabilities", (4, 5), scale=2)
loss("PoissonNLLLoss", "counts", (4, 5), scale=2)
loss("PoissonNLLLoss", "counts", (4, 5), scale=2, full=True)

# ---- recurrent layers: the options that recurrent.json leaves out ---------------------------------------------
recurrent = []


def sequence(cell, layers=1, T=5, B=3, I=4, H=6, state=False, lengths=None, unbatched=False, training=True, **options):
    seed = next(seeds)
    torch.manual_seed(seed)
    lstm = cell == "LSTM"
    made = getattr(nn, cell)(I, H, layers, **options)
    made.train(training)
    first, directions, width = options.get("batch_first", False), 2 if options.get("bidirectional") else 1, options.get("proj_size") or H
    shape = (T, I) if unbatched else (B, T, I) if first else (T, B, I)
    case = {"cell": cell, "inputSize": I, "hiddenSize": H, "numLayers": layers, "options": camels(options), "T": T, "B": None if unbatched else B, "state": state, "training": training, "seed": seed}
    case["weights"] = {k: pack(p, 0) for k, p in made.named_parameters()}
    x = uniform(*shape).requires_grad_()
    batch = [] if unbatched else [B]
    given = [uniform(layers * directions, *batch, n).requires_grad_() for n in ([width, H] if lstm else [width])] if state else []
    h = (tuple(given) if lstm else given[0]) if state else None
    if lengths:
        case["lengths"] = lengths
        packed, last = made(pack_padded_sequence(x, torch.tensor(lengths), first, enforce_sorted=False), h)
        output, _ = pad_packed_sequence(packed, first)
    else:
        output, last = made(x, h)
    last = list(last) if lstm else [last]
    total = (output * uniform(*output.shape)).sum()
    for s in last:
        total = total + (s * uniform(*s.shape)).sum()
    total.backward()
    case["output"], case["hN"] = pack(output), pack(last[0])
    if lstm:
        case["cN"] = pack(last[1])
    case["loss"] = double(total.item())
    case["gradients"] = {k: pack(p.grad, 30) for k, p in made.named_parameters()}
    case["dx"] = pack(x.grad)
    for name, s in zip(["dh0", "dc0"], given):
        case[name] = pack(s.grad)
    recurrent.append(case)


for cell in ["RNN", "LSTM", "GRU"]:
    sequence(cell, bidirectional=True)
    sequence(cell, bidirectional=True, state=True, batch_first=True)
    sequence(cell, layers=2, bidirectional=True, state=True, bias=False)
    sequence(cell, layers=3, bidirectional=True, batch_first=True)
    sequence(cell, layers=2, bidirectional=True, state=True, unbatched=True)
    sequence(cell, layers=1, unbatched=True)
    sequence(cell, layers=2, state=True, unbatched=True, batch_first=True)
    sequence(cell, layers=2, dropout=0.4, training=False)
    sequence(cell, layers=2, dropout=0.4)
    sequence(cell, layers=3, dropout=0.25, bidirectional=True, batch_first=True, state=True)
    sequence(cell, lengths=[3, 5, 1])
    sequence(cell, lengths=[2, 5, 5], state=True, layers=2, batch_first=True)
    sequence(cell, lengths=[4, 2, 3], T=5, layers=2)
    sequence(cell, lengths=[1, 5, 3], state=True, layers=2, bidirectional=True)
    sequence(cell, T=11, B=6, I=5, H=19, lengths=[11, 3, 7, 7, 1, 9], state=True, layers=2, bidirectional=True, batch_first=True)
sequence("RNN", layers=2, bidirectional=True, state=True, nonlinearity="relu")
sequence("LSTM", proj_size=3)
sequence("LSTM", layers=2, proj_size=2, state=True, batch_first=True)
sequence("LSTM", layers=2, proj_size=4, state=True, bias=False, bidirectional=True)
sequence("LSTM", layers=2, proj_size=3, bidirectional=True, lengths=[2, 4, 5], state=True)

cells = []
for name in ["RNNCell", "LSTMCell", "GRUCell"]:
    for options in [{}, {"bias": False}] + ([{"nonlinearity": "relu"}] if name == "RNNCell" else []):
        seed = next(seeds)
        torch.manual_seed(seed)
        T, B, I, H = 3, 2, 4, 5
        made = getattr(nn, name)(I, H, **options)
        weights = {k: full(p) for k, p in made.named_parameters()}
        x = uniform(T, B, I).requires_grad_()
        start = [uniform(B, H).requires_grad_() for _ in range(2 if name == "LSTMCell" else 1)]
        state, outputs = start, []
        for t in range(T):
            made_state = made(x[t], tuple(state) if name == "LSTMCell" else state[0])
            state = list(made_state) if name == "LSTMCell" else [made_state]
            outputs.append(state[0])
        output = torch.stack(outputs)
        output.backward(uniform(T, B, H))
        case = {"cell": name, "args": [I, H], "options": camels(options), "T": T, "B": B, "seed": seed, "weights": weights, "output": full(output)}
        if name == "LSTMCell":
            case["cN"] = full(state[1])
        case.update(gradients=gradients(made), dx=full(x.grad))
        for key, s in zip(["dh0", "dc0"], start):
            case[key] = full(s.grad)
        cells.append(case)

packing = []
for lengths, first, in_order, total, value in [([3, 1, 4], False, False, None, 0), ([4, 4, 2, 1], True, True, None, 0), ([1, 3], True, False, 6, -1.5)]:
    seed = next(seeds)
    torch.manual_seed(seed)
    T, B = max(lengths), len(lengths)
    x = uniform(*((B, T) if first else (T, B)), 2)
    packed = pack_padded_sequence(x, torch.tensor(lengths), first, in_order)
    padded, back = pad_packed_sequence(packed, first, value, total)
    indices = lambda i: None if i is None else i.tolist()
    packing.append({
        "seed": seed, "shape": list(x.shape), "lengths": lengths, "batchFirst": first, "enforceSorted": in_order,
        "data": full(packed.data), "batchSizes": packed.batch_sizes.tolist(),
        "sortedIndices": indices(packed.sorted_indices), "unsortedIndices": indices(packed.unsorted_indices),
        "paddingValue": value, "totalLength": total, "padded": full(padded), "lengthsBack": back.tolist(),
    })

# ---- schedulers ---------------------------------------------------------------------------------------------
schedulers = []


def schedule(name, steps, lr=0.1, groups=1, metrics=None, optimizer="SGD", **options):
    a, b = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))
    parameters = [{"params": [a]}, {"params": [b], "lr": lr / 10}][:groups]
    made = torch.optim.SGD(parameters, lr=lr, momentum=0.9) if optimizer == "SGD" else torch.optim.Adam(parameters, lr=lr)
    scheduler = getattr(lr_scheduler, name)(made, **options)
    rates, momenta = [], []

    def record():
        rates.append([double(g["lr"]) for g in made.param_groups])
        momenta.append([double(g["momentum"] if "momentum" in g else g["betas"][0]) for g in made.param_groups])

    record()
    for step in range(steps):
        made.step()
        scheduler.step(metrics[step]) if metrics else scheduler.step()
        record()
    case = {"scheduler": name, "options": camels(options), "optimizer": optimizer, "lr": lr, "groups": groups, "rates": rates}
    if metrics:
        case["metrics"] = metrics
    if name == "OneCycleLR":
        case["momenta"] = momenta
    schedulers.append(case)


schedule("StepLR", 10, step_size=3)
schedule("StepLR", 10, step_size=4, gamma=0.5, groups=2)
schedule("MultiStepLR", 10, milestones=[2, 5, 5, 8], gamma=0.5)
schedule("ExponentialLR", 10, gamma=0.9, groups=2)
schedule("CosineAnnealingLR", 25, T_max=10)
schedule("CosineAnnealingLR", 12, T_max=8, eta_min=0.02, groups=2)
schedule("CosineAnnealingWarmRestarts", 16, T_0=4)
schedule("CosineAnnealingWarmRestarts", 16, T_0=2, T_mult=2, eta_min=0.01)
schedule("LinearLR", 8)
schedule("LinearLR", 8, start_factor=0.5, end_factor=0.9, total_iters=4, groups=2)
schedule("ConstantLR", 8, factor=0.5, total_iters=3)
METRICS = [1.0, 0.8, 0.8, 0.79999, 0.8, 0.9, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6]
schedule("ReduceLROnPlateau", 20, metrics=METRICS, patience=2)
schedule("ReduceLROnPlateau", 20, metrics=METRICS, patience=1, factor=0.5, cooldown=2, groups=2)
schedule("ReduceLROnPlateau", 20, metrics=METRICS, patience=0, factor=0.5, min_lr=0.01)
schedule("ReduceLROnPlateau", 20, metrics=METRICS, patience=1, mode="max", threshold=0.1, threshold_mode="abs")
schedule("ReduceLROnPlateau", 20, metrics=METRICS, patience=1, threshold=0.05, threshold_mode="abs")
schedule("OneCycleLR", 19, max_lr=0.5, total_steps=20)
schedule("OneCycleLR", 19, max_lr=0.5, epochs=4, steps_per_epoch=5, optimizer="Adam", groups=2)
schedule("OneCycleLR", 19, max_lr=0.3, total_steps=20, pct_start=0.25, anneal_strategy="linear", div_factor=10.0, final_div_factor=100.0)
schedule("OneCycleLR", 19, max_lr=0.3, total_steps=20, pct_start=0.4, three_phase=True, base_momentum=0.8, max_momentum=0.9)
schedule("OneCycleLR", 19, max_lr=0.3, total_steps=20, cycle_momentum=False)

# ---- shuffling ------------------------------------------------------------------------------------------------
loaders = []
for n, size, shuffle, drop, epochs, given in [(10, 3, True, False, 2, None), (10, 3, True, True, 2, None), (112, 32, True, False, 2, None), (7, 7, True, False, 1, None), (10, 4, False, False, 1, None), (10, 4, True, False, 3, 5)]:
    seed = next(seeds)
    torch.manual_seed(seed)
    g = None if given is None else torch.Generator().manual_seed(given)
    loader = DataLoader(range(n), size, shuffle=shuffle, drop_last=drop, generator=g)
    batches = [[batch.tolist() for batch in loader] for _ in range(epochs)]
    loaders.append({"seed": seed, "n": n, "batchSize": size, "shuffle": shuffle, "dropLast": drop, "generator": given, "epochs": batches, "after": full(torch.rand(1))})
torch.manual_seed(3)
split = {"seed": 3, "n": 12, "lengths": [7, 3, 2], "parts": [list(part.indices) for part in random_split(range(12), [7, 3, 2])]}

write("layers", README, cases, losses=losses, recurrent=recurrent, cells=cells, packing=packing, schedulers=schedulers, loaders=loaders, split=split)
