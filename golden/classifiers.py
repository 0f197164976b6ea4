"""What PyTorch and numpy compute for the classifiers of sequences. Writes classifiers.json."""
import numpy as np
import torch
from itertools import combinations
from torch import nn

from common import double, pack, uniform, write

README = (
    "network: the net of this kind for `channels`, `length` and 3 classes (2 of cnn-published) after manual_seed(0), "
    "x = rand(4, channels, length)*2-1 after manual_seed(1). keys and parameters of its state dict; train: logits in training mode (dropout off); "
    "loss: cross-entropy against 0, 1, 2, 0 (0, 1, 1, 0); gradient: norm of each parameter's gradient, in order; eval: logits in "
    "evaluation mode after that one step of running statistics. "
    "unequal: sequences of `lengths` cut out of x, each through the convolutions on its own; batch statistics over all steps of all "
    "sequences together. minirocketSizes: dilations and features per kernel at each, by the published formula. "
    "minirocketBiases: biases of all combinations on one sequence. minirocketFeatures: features by the definition of the convolution, "
    "with biases that are given. ridge: x standardised with its own mean and population deviation; alpha by refitting without each row "
    "in turn, the intercept not penalised; weights and intercepts of the raw x; scores: what each row gets when it is left out; "
    "sharpness minimises the log loss of softmax(sharpness * scores) against targets that keep 1/(n+2) for the other classes."
)


# ---- networks -------------------------------------------------------------------------------------------------------
def tutorial_blocks(channels):
    block = lambda a, b: nn.Sequential(nn.Conv1d(a, b, 2), nn.ReLU(), nn.MaxPool1d(2, stride=1))
    return block(channels, 64), block(64, 128)


class Cnn(nn.Module):
    def __init__(self, channels, length, classes):
        super().__init__()
        self.conv1, self.conv2 = tutorial_blocks(channels)
        self.Linear1 = nn.Linear(128 * (length - 4), 50)
        self.Linear2 = nn.Linear(50, classes)

    def forward(self, x):
        return self.Linear2(self.Linear1(self.conv2(self.conv1(x)).flatten(1)).relu())


class PublishedCnn(nn.Module):
    def __init__(self, channels, length, classes, batch=4):
        super().__init__()
        self.B = batch
        self.conv1, self.conv2 = tutorial_blocks(channels)
        self.Linear1 = nn.Linear(batch * 128 * (length - 4), batch * 50)
        self.Linear2 = nn.Linear(batch * 50, batch)

    def forward(self, x):
        z = self.Linear2(self.Linear1(self.conv2(self.conv1(x)).view(-1)).relu()).view(self.B, -1)
        return torch.cat([torch.zeros_like(z), z], 1)


class TimeCnn(nn.Module):
    def __init__(self, channels, length, classes):
        super().__init__()
        padding = "same" if length < 60 else "valid"
        self.conv1 = nn.Conv1d(channels, 6, 7, padding=padding)
        self.conv2 = nn.Conv1d(6, 12, 7, padding=padding)
        after = lambda n: (n if length < 60 else n - 6) // 3
        self.head = nn.Linear(12 * after(after(length)), classes)

    def forward(self, x):
        for conv in (self.conv1, self.conv2):
            x = nn.functional.avg_pool1d(conv(x).sigmoid(), 3)
        return self.head(x.flatten(1))


def norm(bn, xs):
    """Batch normalisation over all steps of all sequences of a list."""
    return list(bn(torch.cat(xs, 1).unsqueeze(0)).squeeze(0).split([x.shape[1] for x in xs], 1))


def each(layer, xs):
    return [layer(x.unsqueeze(0)).squeeze(0) for x in xs]


def relu(xs):
    return [x.relu() for x in xs]


def pooled(xs):
    return torch.stack([x.mean(1) for x in xs])


class Three(nn.Module):
    """Three convolutions with batch normalisation."""

    def __init__(self, channels, widths):
        super().__init__()
        for i, (width, taps) in enumerate(zip(widths, (8, 5, 3)), 1):
            setattr(self, "conv%d" % i, nn.Conv1d(channels, width, taps, padding="same"))
            setattr(self, "bn%d" % i, nn.BatchNorm1d(width))
            channels = width


class FcnBlocks(Three):
    def __init__(self, channels):
        super().__init__(channels, (128, 256, 128))

    def forward(self, xs):
        for i in "123":
            xs = relu(norm(getattr(self, "bn" + i), each(getattr(self, "conv" + i), xs)))
        return xs


class Fcn(nn.Module):
    def __init__(self, channels, length, classes):
        super().__init__()
        self.blocks = FcnBlocks(channels)
        self.head = nn.Linear(128, classes)

    def forward(self, xs):
        return self.head(pooled(self.blocks(xs)))


class Residual(Three):
    def __init__(self, channels, width):
        super().__init__(channels, (width,) * 3)
        self.shortcut = None if channels == width else nn.Conv1d(channels, width, 1)
        self.shortcutNorm = nn.BatchNorm1d(width)

    def forward(self, xs):
        ys = relu(norm(self.bn1, each(self.conv1, xs)))
        ys = relu(norm(self.bn2, each(self.conv2, ys)))
        ys = norm(self.bn3, each(self.conv3, ys))
        around = norm(self.shortcutNorm, each(self.shortcut, xs) if self.shortcut else xs)
        return relu([a + b for a, b in zip(ys, around)])


class ResNet(nn.Module):
    def __init__(self, channels, length, classes):
        super().__init__()
        self.blocks = nn.ModuleList([Residual(channels, 64), Residual(64, 128), Residual(128, 128)])
        self.head = nn.Linear(128, classes)

    def forward(self, xs):
        for block in self.blocks:
            xs = block(xs)
        return self.head(pooled(xs))


class Inception(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bottleneck = nn.Conv1d(channels, 32, 1, bias=False) if channels > 1 else None
        inner = 32 if channels > 1 else 1
        self.convs = nn.ModuleList([nn.Conv1d(inner, 32, k, padding="same", bias=False) for k in (40, 20, 10)])
        self.pooled = nn.Conv1d(channels, 32, 1, bias=False)
        self.bn = nn.BatchNorm1d(128)

    def forward(self, xs):
        narrow = each(self.bottleneck, xs) if self.bottleneck else xs
        most = [nn.functional.max_pool1d(x, 3, stride=1, padding=1) for x in xs]
        branches = [each(conv, narrow) for conv in self.convs] + [each(self.pooled, most)]
        return relu(norm(self.bn, [torch.cat(parts) for parts in zip(*branches)]))


class Shortcut(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv1d(channels, 128, 1, bias=False)
        self.bn = nn.BatchNorm1d(128)


class InceptionTime(nn.Module):
    def __init__(self, channels, length, classes):
        super().__init__()
        self.inception = nn.ModuleList([Inception(channels if i == 0 else 128) for i in range(6)])
        self.shortcuts = nn.ModuleList([Shortcut(channels), Shortcut(128)])
        self.head = nn.Linear(128, classes)

    def forward(self, xs):
        before = xs
        for i, module in enumerate(self.inception):
            xs = module(xs)
            if i % 3 == 2:
                around = norm(self.shortcuts[i // 3].bn, each(self.shortcuts[i // 3].conv, before))
                xs = before = relu([a + b for a, b in zip(xs, around)])
        return self.head(pooled(xs))


class Recurrent(nn.Module):
    def __init__(self, channels, length, classes, cell):
        super().__init__()
        self.rnn = cell(channels, 64)
        self.head = nn.Linear(64, classes)

    def forward(self, xs):
        return self.head(torch.stack([self.rnn(x.t().unsqueeze(1))[0].mean(0)[0] for x in xs]))


class LstmFcn(nn.Module):
    def __init__(self, channels, length, classes):
        super().__init__()
        self.length = length
        self.lstm = nn.LSTM(length, 8)
        self.blocks = FcnBlocks(channels)
        self.head = nn.Linear(136, classes)

    def forward(self, xs):
        padded = torch.stack([nn.functional.pad(x, (0, self.length - x.shape[1])) for x in xs])
        state = self.lstm(padded.transpose(0, 1))[1][0][0]
        return self.head(torch.cat([pooled(self.blocks(xs)), state], 1))


NETS = {
    "cnn": Cnn, "cnn-published": PublishedCnn, "time-cnn": TimeCnn, "fcn": Fcn, "resnet": ResNet, "inception-time": InceptionTime,
    "rnn": lambda *s: Recurrent(*s, nn.RNN), "lstm": lambda *s: Recurrent(*s, nn.LSTM), "gru": lambda *s: Recurrent(*s, nn.GRU),
    "lstm-fcn": LstmFcn,
}
LISTS = ("fcn", "resnet", "inception-time", "rnn", "lstm", "gru", "lstm-fcn")


def network(kind, channels, length, lengths=None):
    classes = 2 if kind == "cnn-published" else 3
    torch.manual_seed(0)
    net = NETS[kind](channels, length, classes)
    torch.manual_seed(1)
    x = uniform(4, channels, length)
    given = [row[:, :n] for row, n in zip(x, lengths or [length] * 4)] if kind in LISTS else x
    target = torch.tensor([0, 1, 1, 0] if classes == 2 else [0, 1, 2, 0])
    logits = net(given)
    loss = nn.functional.cross_entropy(logits, target)
    loss.backward()
    case = {"kind": "unequal" if lengths else "network", "net": kind, "channels": channels, "length": length}
    case.update({"lengths": lengths} if lengths else {})
    case["keys"] = list(net.state_dict())
    case["parameters"] = sum(p.numel() for p in net.parameters())
    case["train"] = pack(logits)
    case["loss"] = double(loss.item())
    case["gradient"] = [double(p.grad.double().norm().item()) for p in net.parameters()]
    case["eval"] = pack(net.eval()(given))
    return case


# ---- MiniRocket -----------------------------------------------------------------------------------------------------
HEAVY = list(combinations(range(9), 3))
PHI = (np.sqrt(5) + 1) / 2


def sizes(length, features):
    each_kernel = features // 84
    wanted = min(each_kernel, 32)
    exponent = np.log2((length - 1) / 8)
    dilations, counts = np.unique(np.logspace(0, exponent, wanted, base=2).astype(np.int32), return_counts=True)
    counts = (counts * (each_kernel / wanted)).astype(np.int32)
    i = 0
    while counts.sum() < each_kernel:
        counts[i] += 1
        i = (i + 1) % len(counts)
    return dilations.tolist(), counts.tolist()


def convolution(x, kernel, dilation):
    """x [C, L] -> [L]: weights -1, and 2 at the kernel's three taps, summed over the channels, zeros outside."""
    weights = np.full(9, -1.0)
    weights[list(HEAVY[kernel])] = 2
    length = x.shape[1]
    y = np.zeros(length)
    for t in range(length):
        for k in range(9):
            at = t + (k - 4) * dilation
            if 0 <= at < length:
                y[t] += weights[k] * x[:, at].sum()
    return y


def minirocket_biases(x, features):
    dilations, counts = sizes(x.shape[1], features)
    out, n = [], 0
    for dilation, count in zip(dilations, counts):
        for kernel in range(84):
            shares = [((n + i + 1) * PHI) % 1 for i in range(count)]
            out += np.quantile(convolution(x, kernel, dilation), shares).tolist()
            n += count
    return out


def minirocket_features(x, dilations, counts, biases):
    out, n = [], 0
    for d, (dilation, count) in enumerate(zip(dilations, counts)):
        for kernel in range(84):
            y = convolution(x, kernel, dilation)
            if (d + kernel) % 2 == 1 and len(y) > 8 * dilation:
                y = y[4 * dilation : -4 * dilation]
            for bias in biases[n : n + count]:
                out.append((y > bias).mean())
            n += count
    return out


# ---- ridge ----------------------------------------------------------------------------------------------------------
def ridge_solve(x, y, alpha):
    mx, my = x.mean(0), y.mean(0)
    w = np.linalg.solve((x - mx).T @ (x - mx) + alpha * np.eye(x.shape[1]), (x - mx).T @ (y - my))
    return w, my - mx @ w


def ridge(seed, n, p, classes):
    r = np.random.RandomState(seed)
    targets = np.arange(n) % classes
    centres = r.randn(classes, p) * 0.5
    x = (centres[targets] + r.randn(n, p)).astype(np.float32).astype(np.float64)
    x[:, 0] = 3.0
    y = np.where(targets[:, None] == np.arange(classes), 1.0, -1.0)
    mean, deviation = x.mean(0), x.std(0)
    deviation[deviation == 0] = np.inf
    z = (x - mean) / deviation
    best = None
    for alpha in np.logspace(-3, 5, 13):
        scores = np.zeros_like(y)
        for i in range(n):
            keep = np.arange(n) != i
            w, b = ridge_solve(z[keep], y[keep], alpha)
            scores[i] = z[i] @ w + b
        error = ((scores - y) ** 2).mean()
        if best is None or error < best[0]:
            best = error, alpha, scores
    error, alpha, scores = best
    w, b = ridge_solve(z, y, alpha)
    w = w / deviation[:, None]
    spare = 1 / (n + 2)
    p_true = np.where(y > 0, 1 - spare, spare / (classes - 1))
    def loss(s):
        a = s * scores
        a = a - a.max(1, keepdims=True)
        return -(p_true * (a - np.log(np.exp(a).sum(1, keepdims=True)))).sum()
    grid = np.exp(np.linspace(np.log(1e-2), np.log(1e3), 200001))
    sharpness = grid[np.argmin([loss(s) for s in grid[::100]]) * 100]
    near = grid[(grid > sharpness / 1.01) & (grid < sharpness * 1.01)]
    sharpness = near[np.argmin([loss(s) for s in near])]
    return {
        "kind": "ridge", "rows": n, "columns": p, "classes": classes, "x": [double(v) for v in x.ravel()], "targets": targets.tolist(),
        "alpha": double(alpha), "weights": [double(v) for v in w.T.ravel()],
        "intercepts": [double(v) for v in (b - mean @ w)], "sharpness": double(sharpness),
    }


cases = [network(kind, channels, length) for kind in NETS for channels, length in ((1, 24), (3, 64)) if kind != "cnn-published" or length == 24]
cases += [network(kind, 2, 20, [20, 13, 5, 1]) for kind in LISTS]
cases += [
    {"kind": "minirocketSizes", "length": length, "features": features, "dilations": sizes(length, features)[0], "counts": sizes(length, features)[1]}
    for length, features in ((24, 10000), (150, 10000), (251, 10000), (9, 10000), (1000, 84), (100, 500))
]
r = np.random.RandomState(0)
one = r.randn(1, 40).astype(np.float32).astype(np.float64)
cases.append({"kind": "minirocketBiases", "features": 420, "x": [one[0].tolist()], "biases": [double(v) for v in minirocket_biases(one, 420)]})
for channels, length in ((1, 40), (3, 40), (1, 7), (2, 1)):
    x = r.randn(channels, length).astype(np.float32).astype(np.float64)
    dilations, counts = [1, 3, 4], [2, 1, 1]
    biases = (r.randn(84 * 4) * 2).astype(np.float32).astype(np.float64)
    cases.append({
        "kind": "minirocketFeatures", "x": x.tolist(), "dilations": dilations, "counts": counts, "biases": biases.tolist(),
        "features": [double(v) for v in minirocket_features(x, dilations, counts, biases.tolist())],
    })
cases += [ridge(0, 12, 30, 3), ridge(1, 40, 15, 2)]
write("classifiers", README, cases)
