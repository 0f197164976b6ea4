"""Conv1d, ConvTranspose1d, MaxPool1d and AvgPool1d in combinations of every option, drawn at random so that nobody picks the
easy ones. A combination that PyTorch refuses is kept too, to be refused. Writes conv_options.json."""
import random
import warnings

import torch
from torch import nn

from common import double, full, summary, uniform, write

README = (
    "As `cases` in layers.json: manual_seed(seed), the module's constructor with args and options (camelCase), x = U(input), the forward pass, "
    "upstream = U(shape of output), where U(shape) is rand(shape)*2-1. loss = sum(output*upstream). gradients: of each weight, by its name; dx: of the "
    "input. indices: of MaxPool1d, with returnIndices. refused: combinations at which PyTorch raises an error, in the constructor or the forward pass."
)
warnings.filterwarnings("ignore", "Using padding='same'")  # a hint about speed
DRAWN = {"Conv1d": 140, "ConvTranspose1d": 60, "MaxPool1d": 40, "AvgPool1d": 40}
choose = random.Random(22)
coin = lambda p=0.5: choose.random() < p
camel = lambda key: "".join(part.title() if i else part for i, part in enumerate(key.split("_")))
pack = lambda tensor: full(tensor) if tensor.numel() <= 16 else summary(tensor)


def shape(channels):
    """[N, C, L], or [C, L]: mostly several samples of some length, lengths around the SIMD width among them."""
    length = 1 if coin(0.06) else choose.choice([2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 16, 17, 24, 31, 33])
    samples = choose.choice([1, 2, 2, 3, 3, 4, 5, 7])
    return [channels, length] if coin(0.06) else [samples, channels, length]


def convolution(transposed):
    groups = choose.choice([1, 1, 1, 2, 3, 4])
    inputs, outputs = (groups * choose.choice([1, 1, 2, 3, 4, 5]) for _ in range(2))
    kernel = choose.choice([1, 2, 2, 3, 3, 4, 5, 6, 7])
    options = {"stride": choose.choice([1, 1, 2, 3, 4]), "dilation": choose.choice([1, 1, 2, 3, 4]), "groups": groups, "bias": coin(0.7)}
    if transposed:
        options["padding"] = choose.choice([0, 0, 1, 2, 3])
        options["output_padding"] = choose.choice([0, 0, 1, 2])
    else:
        options["padding"] = choose.choice([0, 1, 2, 3, 4, "same", "same", "valid"])
        if options["padding"] == "same" and coin(0.9):
            options["stride"] = 1
        options["padding_mode"] = choose.choice(["zeros", "zeros", "reflect", "replicate", "circular"])
    return [inputs, outputs, kernel], options, shape(inputs)


def pool(largest):
    kernel = choose.choice([1, 2, 2, 3, 3, 4, 5, 6, 7])
    options = {"padding": choose.randint(0, kernel // 2 + coin(0.05)), "ceil_mode": coin()}
    if coin(0.8):
        options["stride"] = choose.randint(1, 5)
    if largest:
        options["dilation"] = choose.choice([1, 1, 2, 3])
        options["return_indices"] = coin()
    else:
        options["count_include_pad"] = coin()
    return [kernel], options, shape(choose.choice([1, 2, 3, 5, 8, 9]))


def draw(name):
    return pool(name == "MaxPool1d") if "Pool" in name else convolution(name == "ConvTranspose1d")


def run(case, options):
    torch.manual_seed(case["seed"])
    made = getattr(nn, case["module"])(*case["args"], **options)
    x = uniform(*case["input"]).requires_grad_()
    if x.ndim == 2 and options.get("padding_mode") == "circular":
        output = made(x.unsqueeze(0)).squeeze(0)  # PyTorch 1.13 has no circular padding of a single sample
    else:
        output = made(x)
    if isinstance(output, tuple):
        output, indices = output
        case["indices"] = pack(indices)
    loss = (output * uniform(*output.shape)).sum()
    loss.backward()
    return dict(case, output=pack(output), loss=double(loss.item()), dx=pack(x.grad), gradients={k: pack(p.grad) for k, p in made.named_parameters()})


cases, refused = [], []
for name, count in DRAWN.items():
    found = 0
    while found < count:
        args, options, size = draw(name)
        case = {"module": name, "args": args, "options": {camel(k): v for k, v in options.items()}, "input": size, "seed": 3000 + len(cases)}
        try:
            cases.append(run(case, options))
            found += 1
        except (RuntimeError, ValueError):
            refused.append(case)
write("conv_options", README, cases, refused=refused)
