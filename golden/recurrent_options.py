"""RNN, LSTM and GRU in combinations of every option, drawn at random so that nobody picks the easy ones, and the GRU whose
reset gate comes before the product, which PyTorch does not have, written out step by step. Writes recurrent_options.json."""
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from common import double, full, summary, uniform, write

README = (
    "cases: as `recurrent` in layers.json (its readme tells the order of draws and the loss), but without the weights, whose names "
    "are those of the gradients; summaries hold four values from each end. resetBefore: the same of "
    "GRU(resetAfter false), n = tanh(W_in x + b_in + W_hn (r*h) + b_hn), h' = (1-z)*n + z*h, written out in PyTorch's operations "
    "with autograd; its weights are those of PyTorch's GRU, its options are numLayers, bias, batchFirst, bidirectional, lengths."
)
DRAWN = 400
choose = random.Random(20)
camel = lambda key: "".join(part.title() if i else part for i, part in enumerate(key.split("_")))


def pack(tensor):
    """Short: all values up to 8, else a summary with four values from each end."""
    if tensor.numel() <= 8:
        return full(tensor)
    short = summary(tensor)
    return dict(short, first=short["first"][:4], last=short["last"][-4:])


class ResetBefore(nn.GRU):
    """One sequence after another, one step after another: slow, and as the formula reads."""

    def step(self, x, h, key):
        w = lambda name: getattr(self, name + key, None)
        size = self.hidden_size
        a = nn.functional.linear(x, w("weight_ih_"), w("bias_ih_"))
        w_hh, b_hh = w("weight_hh_"), w("bias_hh_")
        b = torch.zeros(3 * size) if b_hh is None else b_hh
        rz = torch.sigmoid(a[: 2 * size] + w_hh[: 2 * size] @ h + b[: 2 * size])
        r, z = rz[:size], rz[size:]
        n = torch.tanh(a[2 * size :] + w_hh[2 * size :] @ (r * h) + b[2 * size :])
        return (1 - z) * n + z * h

    def run(self, x, h0, lengths):
        """x [T, B, I] → output [T, B, D*H] with zeros after each end, h_n [L*D, B, H]."""
        T, B, _ = x.shape
        directions = 2 if self.bidirectional else 1
        last = []
        for layer in range(self.num_layers):
            columns = []
            for direction in range(directions):
                key = "l%d%s" % (layer, "_reverse" if direction else "")
                rows, ends = [], []
                for b in range(B):
                    h = h0[layer * directions + direction, b] if h0 is not None else torch.zeros(self.hidden_size)
                    steps = [torch.zeros(self.hidden_size)] * T
                    for t in reversed(range(lengths[b])) if direction else range(lengths[b]):
                        h = self.step(x[t, b], h, key)
                        steps[t] = h
                    rows.append(torch.stack(steps))
                    ends.append(h)
                columns.append(torch.stack(rows, 1))
                last.append(torch.stack(ends))
            x = torch.cat(columns, 2)
        return x, torch.stack(last)


def sequence(seed, cell, layers, T, B, I, H, state, lengths, training, reset_before=False, **options):
    torch.manual_seed(seed)
    lstm = cell == "LSTM"
    made = (ResetBefore if reset_before else getattr(nn, cell))(I, H, layers, **options)
    made.train(training)
    first, directions, width = options.get("batch_first", False), 2 if options.get("bidirectional") else 1, options.get("proj_size") or H
    case = {"cell": cell, "inputSize": I, "hiddenSize": H, "numLayers": layers, "options": {camel(k): v for k, v in options.items()}, "T": T, "B": B, "state": state, "training": training, "seed": seed}
    x = uniform(*((B, T) if first else (T, B)), I).requires_grad_()
    given = [uniform(layers * directions, B, n).requires_grad_() for n in ([width, H] if lstm else [width])] if state else []
    h = (tuple(given) if lstm else given[0]) if state else None
    if lengths:
        case["lengths"] = lengths
    if reset_before:
        longest = max(lengths) if lengths else T
        output, last = made.run((x.transpose(0, 1) if first else x)[:longest], h, lengths or [T] * B)
        output = output.transpose(0, 1) if first else output
    elif lengths:
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
    case["gradients"] = {k: pack(p.grad) for k, p in made.named_parameters()}
    case["dx"] = pack(x.grad)
    for name, s in zip(["dh0", "dc0"], given):
        case[name] = pack(s.grad)
    return case


def draw(seed, cell, reset_before=False):
    """One configuration: every option on or off by a coin, sizes around the SIMD width and the tiles."""
    coin = lambda p=0.5: choose.random() < p
    T, B = choose.randint(1, 8), choose.choice([1, 2, 3, 4, 5, 7])
    H = choose.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 17])
    layers = choose.choice([1, 1, 2, 2, 3])
    options = {"bidirectional": coin(), "batch_first": coin(), "bias": coin(0.7)}
    if layers > 1 and coin(0.4) and not reset_before:
        options["dropout"] = choose.choice([0.1, 0.25, 0.5, 0.8])
    if cell == "LSTM" and H > 1 and coin(0.4):
        options["proj_size"] = choose.randint(1, H - 1)
    if cell == "RNN" and coin():
        options["nonlinearity"] = "relu"
    lengths = [choose.randint(1, T) for _ in range(B)] if coin() else None
    return sequence(seed, cell, layers, T, B, choose.choice([1, 2, 3, 4, 5, 8, 9]), H, coin(), lengths, coin(0.8), reset_before, **options)


cases = [draw(1000 + i, ["RNN", "LSTM", "GRU"][i % 3]) for i in range(DRAWN)]
reset_before = [draw(2000 + i, "GRU", True) for i in range(50)]
write("recurrent_options", README, cases, resetBefore=reset_before)
