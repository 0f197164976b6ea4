"""PyTorch's CPU random numbers. Writes randomness.json (a script named random.py would hide Python's own module)."""
import torch

from common import full, pack, write

README = (
    "A case is a seed and the calls made one after another on one generator after manual_seed(seed). "
    "call: [name, ...arguments]; result: a tensor, full or summary. uniform(size, from, to), normal(size, mean, std) and "
    "bernoulli(size, p) are the in-place tensor methods on float32; bernoulliFloat(size, p) is torch.bernoulli "
    "of a float32 tensor filled with p (one 32-bit draw a value); random() is an int32 tensor's random_(): one 32-bit "
    "draw mod 2^31; random64() is one 64-bit draw mod 2^63, as a string; dropout(size, p) is functional.dropout of ones in "
    "training mode."
)


def run(call, g):
    name, *a = call
    if name == "uniform":
        return pack(torch.empty(a[0]).uniform_(a[1], a[2], generator=g))
    if name == "normal":
        return pack(torch.empty(a[0]).normal_(a[1], a[2], generator=g))
    if name == "bernoulli":
        return pack(torch.empty(a[0]).bernoulli_(a[1], generator=g))
    if name == "bernoulliFloat":
        return pack(torch.bernoulli(torch.full((a[0],), a[1]), generator=g))
    if name == "randperm":
        return pack(torch.randperm(a[0], generator=g), 300)
    if name == "randint":
        return pack(torch.randint(a[0], a[1], (a[2],), generator=g))
    if name == "random":
        return torch.empty((), dtype=torch.int32).random_(generator=g).item()
    if name == "random64":
        return str(torch.empty((), dtype=torch.int64).random_(generator=g).item())
    if name == "dropout":
        assert g is torch.default_generator
        return pack(torch.nn.functional.dropout(torch.ones(a[0]), a[1], True))
    raise ValueError(name)


SIZES = [1, 5, 15, 16, 17, 64, 100]
plans = []
for seed in [0, 1, 42, 2**32 + 7, -3, 2**64 - 1, 67280421310721]:
    plans.append((seed, [["uniform", size, 0, 1] for size in SIZES]))
for seed in [0, 7]:
    plans.append((seed, [["normal", size, 0, 1] for size in SIZES + [1, 2, 3]]))
plans.append((3, [["uniform", 700, -0.408248290463863, 0.408248290463863], ["uniform", 33, 0.1234567, 0.7654321], ["uniform", 5, 2, 2]]))
plans.append((4, [["normal", 3, 10, 0.02], ["normal", 40, -1, 3.7], ["normal", 1, 0, 1], ["normal", 4096, 0, 1]]))
plans.append((5, [["bernoulli", 50, 0.5], ["bernoulli", 1, 0.1], ["bernoulli", 1000, 0.9], ["bernoulli", 4, 0], ["bernoulli", 4, 1], ["uniform", 1, 0, 1]]))
plans.append((5, [["bernoulliFloat", 50, 0.25], ["uniform", 1, 0, 1]]))
plans.append((6, [["randperm", n] for n in [0, 1, 2, 10, 112, 300, 1000, 70000]] + [["uniform", 1, 0, 1]]))
plans.append((8, [["randint", 0, 10, 40], ["randint", -5, 5, 20], ["randint", 0, 2**31, 5], ["randint", 0, 2**40, 5], ["randint", -(2**45), 2**50 + 3, 5], ["uniform", 1, 0, 1]]))
plans.append((9, [["random64"], ["random64"], ["random"], ["randperm", 5]]))
plans.append((10, [["dropout", 40, 0.3], ["dropout", 7, 0.5], ["uniform", 1, 0, 1]]))
plans.append((11, [["normal", 1, 0, 1], ["uniform", 3, 0, 1], ["normal", 1, 0, 1], ["normal", 16, 0, 1], ["bernoulli", 3, 0.5], ["normal", 2, 0, 1], ["randperm", 6]]))

cases = []
for seed, calls in plans:
    torch.manual_seed(seed)
    cases.append({"seed": str(seed), "draws": [{"call": call, "result": run(call, torch.default_generator)} for call in calls]})

# The initial weights of layers made one after another, in the order of their constructors.
torch.manual_seed(12)
layers = [torch.nn.LSTM(3, 6, 2), torch.nn.Linear(6, 1), torch.nn.GRU(2, 3), torch.nn.Conv1d(4, 2, 3), torch.nn.Embedding(5, 3), torch.nn.RNN(2, 2, bias=False)]
names = ["LSTM(3, 6, 2)", "Linear(6, 1)", "GRU(2, 3)", "Conv1d(4, 2, 3)", "Embedding(5, 3)", "RNN(2, 2, bias=False)"]
modules = [
    {"module": name, "stateDict": {key: pack(value, 400) for key, value in layer.state_dict().items()}}
    for name, layer in zip(names, layers)
]

write("randomness", README, cases, modules={"seed": 12, "made": modules}, after=full(torch.rand(3)))
