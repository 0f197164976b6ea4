"""RNN, LSTM and GRU, forward and backward, over every option. Writes recurrent.json."""
import torch
from torch import nn

from common import double, pack, uniform, write

README = (
    "Order of draws after manual_seed(seed): the module's weights as its constructor draws them (each uniform on "
    "[-1/sqrt(hiddenSize), 1/sqrt(hiddenSize)), layer by layer: weight_ih, weight_hh, then with bias bias_ih, bias_hh); "
    "x = rand(shape)*2-1, shape [T, B, inputSize] or with batchFirst [B, T, inputSize]; when state is true "
    "h0 = rand(numLayers, B, hiddenSize)*2-1 and for LSTM c0 likewise; target = rand(shape of output)*2-1. "
    "loss = mse(output, target) + mean(hN^2) + for LSTM mean(cN^2). weights: the initial state dict in its order; "
    "gradients: d loss / d each weight; dx, dh0, dc0: the gradients of the inputs. cell is rnn (with nonlinearity), lstm or gru."
)


def run(case):
    torch.manual_seed(case["seed"])
    lstm = case["cell"] == "lstm"
    kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[case["cell"]]
    options = {"nonlinearity": case["nonlinearity"]} if case["cell"] == "rnn" else {}
    size, hidden, layers, T, B = (case[k] for k in ("inputSize", "hiddenSize", "numLayers", "T", "B"))
    module = kind(size, hidden, layers, bias=case["bias"], batch_first=case["batchFirst"], **options)
    big = hidden > 16
    case["weights"] = {key: pack(value, 0 if big else 30) for key, value in module.state_dict().items()}

    x = uniform(*((B, T) if case["batchFirst"] else (T, B)), size).requires_grad_()
    state = [uniform(layers, B, hidden).requires_grad_() for _ in range(2 if lstm else 1)] if case["state"] else []
    output, last = module(x, (tuple(state) if lstm else state[0]) if state else None)
    target = uniform(*output.shape)
    last = list(last) if lstm else [last]
    loss = nn.functional.mse_loss(output, target) + sum(s.square().mean() for s in last)
    loss.backward()

    case["output"] = pack(output)
    case["hN"] = pack(last[0])
    if lstm:
        case["cN"] = pack(last[1])
    case["loss"] = double(loss.item())
    case["gradients"] = {key: pack(p.grad) for key, p in module.named_parameters()}
    case["dx"] = pack(x.grad)
    for name, s in zip(["dh0", "dc0"], state):
        case[name] = pack(s.grad)
    return case


cases = []


def add(cell, layers, bias, batch_first, state, T=5, B=3, I=4, H=6):
    name, _, nonlinearity = cell.partition("-")
    case = {"cell": name}
    if nonlinearity:
        case["nonlinearity"] = nonlinearity
    case.update(inputSize=I, hiddenSize=H, numLayers=layers, bias=bias, batchFirst=batch_first, T=T, B=B, state=state)
    case["seed"] = len(cases)
    cases.append(run(case))


for cell in ["rnn-tanh", "rnn-relu", "lstm", "gru"]:
    add(cell, 1, True, False, False)
    add(cell, 1, True, True, True)
    add(cell, 1, False, False, True)
    add(cell, 1, False, True, False)
    add(cell, 2, True, False, True)
    add(cell, 2, True, True, False)
    add(cell, 2, False, True, True)
    add(cell, 3, True, False, False)
    add(cell, 3, False, False, True)
    add(cell, 1, True, False, True, T=1, B=1, I=1, H=1)
    add(cell, 2, True, False, False, T=40, B=1, I=3, H=6)
    add(cell, 2, True, True, True, T=12, B=8, I=7, H=33)
add("lstm", 1, True, False, True, T=7, B=37, I=16, H=64)
add("gru", 1, True, False, True, T=7, B=37, I=16, H=64)
add("rnn-tanh", 1, True, False, True, T=7, B=37, I=16, H=64)
write("recurrent", README, cases)
