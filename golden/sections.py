"""What PyTorch computes for the tutorial's sections beside the forecast. Writes sections.json."""
import torch
from torch import nn

from common import double, number, pack, uniform, values, write

README = (
    "gradients: norms of d(loss)/d(h_t), t = 1..100, for loss = sum(h_T^2)/2 of one layer (1, 32). x = randn(100, 1, 1) after "
    "manual_seed(seed), the layer after manual_seed(seed) again; then weight_hh is multiplied by scale*sqrt(3) (RNN, a number in float64), or "
    "gateBias is added to rows H..2H of bias_ih (LSTM: forget gate, GRU: update gate). norms64: the same in float64. "
    "gru: x = rand(1, 1, 3)*2-1 and h = rand(1, 1, 4)*2-1 after manual_seed(seed), GRU(3, 4) after manual_seed(seed) again; r, z, n from "
    "the formulas, output from nn.GRU. conv1d: Conv1d(4, 2, 3, stride=2) after manual_seed(seed) on the tutorial's printed input, "
    "trained by Adam(lr=0.05) on the mean squared error to the printed output until no value is off by more than 4e-5 "
    "(losses by step, from 1, before the step); weight and bias as found, and the output that they give. "
    "cnn: the tutorial's network of section 5.3 for B samples, and one that flattens each sample ([B, 3] logits), each after "
    "manual_seed(seed); then x = rand(B, 15, 24)*2-1. shapes of the stages, outputs, parameters, and mixing[i][j] = norm of "
    "d(sum of output i)/d(input j)."
)
STEPS, HIDDEN = 100, 32
INPUT = torch.tensor([[
    [-0.2105, -1.0958, 0.7299, 1.1003, 2.3175, 0.8186, -1.751, -0.1925, 0.8591],
    [1.0991, -0.3016, 1.5633, 0.6162, 0.315, 1.0413, 1.0571, -0.7014, 0.2239],
    [-0.0658, 0.4755, -0.6653, -0.0696, 0.3483, -0.036, -0.4665, 1.2606, 1.3365],
    [-0.0186, -1.1802, -0.8835, -1.1813, 0.5145, -0.0534, -1.2568, 0.3211, -2.4793],
]])
OUTPUT = torch.tensor([[[-0.8012, 0.0589, 0.1576, -0.8222], [-0.8231, -0.4233, 0.7178, -0.6621]]])


def state_gradients(layer, cell, x):
    """Runs the layer's weights step by step, so that each h_t is a tensor whose gradient can be kept."""
    stepper = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}[cell](1, HIDDEN).to(x.dtype)
    stepper.load_state_dict({k.replace("_l0", ""): v for k, v in layer.state_dict().items()})
    h = torch.zeros(1, HIDDEN, dtype=x.dtype)
    c = torch.zeros(1, HIDDEN, dtype=x.dtype)
    states = []
    for t in range(STEPS):
        if cell == "lstm":
            h, c = stepper(x[t], (h, c))
        else:
            h = stepper(x[t], h)
        h.retain_grad()
        states.append(h)
    (h.square().sum() / 2).backward()
    return [s.grad.to(torch.float64).norm().item() for s in states]


def gradients(seed, cell, scale=None, gate_bias=None):
    torch.manual_seed(seed)
    x = torch.randn(STEPS, 1, 1)
    torch.manual_seed(seed)
    layer = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[cell](1, HIDDEN)
    with torch.no_grad():
        if scale is not None:
            layer.weight_hh_l0.copy_(layer.weight_hh_l0.double() * scale * 3**0.5)
        if gate_bias is not None:
            layer.bias_ih_l0[HIDDEN : 2 * HIDDEN] += gate_bias
    case = {"kind": "gradients", "seed": seed, "cell": cell}
    case.update({"scale": scale} if scale is not None else {"gateBias": gate_bias})
    case["norms"] = [double(v) for v in state_gradients(layer, cell, x)]
    case["norms64"] = [double(v) for v in state_gradients(layer.double(), cell, x.double())]
    return case


def gru(seed):
    torch.manual_seed(seed)
    x, h = uniform(1, 1, 3), uniform(1, 1, 4)
    torch.manual_seed(seed)
    layer = nn.GRU(3, 4)
    output, _ = layer(x, h)
    own = (x[0, 0] @ layer.weight_ih_l0.T + layer.bias_ih_l0).split(4)
    past = (h[0, 0] @ layer.weight_hh_l0.T + layer.bias_hh_l0).split(4)
    r, z = torch.sigmoid(own[0] + past[0]), torch.sigmoid(own[1] + past[1])
    n = torch.tanh(own[2] + r * past[2])
    return {"kind": "gru", "seed": seed, "x": values(x), "h": values(h), "r": values(r), "z": values(z), "n": values(n), "output": values(output)}


def conv1d(seed):
    torch.manual_seed(seed)
    conv = nn.Conv1d(4, 2, 3, stride=2)
    optimizer = torch.optim.Adam(conv.parameters(), lr=0.05)
    first, losses = conv(INPUT), []
    while True:
        found = conv(INPUT)
        loss = nn.functional.mse_loss(found, OUTPUT)
        losses.append(loss.item())
        if (found - OUTPUT).abs().max().item() <= 4e-5:
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    kept = {str(s): number(losses[s - 1]) for s in (1, 2, 5, 10, 20, 50, 100) if s <= len(losses)}
    return {"kind": "conv1d", "seed": seed, "firstOutput": values(first), "losses": kept, "steps": len(losses) - 1,
            "weight": pack(conv.weight), "bias": pack(conv.bias), "output": pack(conv(INPUT)), "printed": str(conv(INPUT).detach())}


def blocks():
    block = lambda a, b: nn.Sequential(nn.Conv1d(a, b, 2), nn.ReLU(), nn.MaxPool1d(2, 1))
    return block(15, 64), block(64, 128)


class Published(nn.Module):
    def __init__(self, B):
        super().__init__()
        self.conv1, self.conv2 = blocks()
        self.Linear1, self.Linear2 = nn.Linear(B * 128 * 20, B * 50), nn.Linear(B * 50, B)

    def forward(self, x):
        y = self.conv2(self.conv1(x)).view(-1)
        y = self.Linear2(torch.relu(self.Linear1(y)))
        return y.view(y.shape[0], -1)


class Corrected(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1, self.conv2 = blocks()
        self.Linear1, self.Linear2 = nn.Linear(128 * 20, 50), nn.Linear(50, classes)

    def forward(self, x):
        y = self.conv2(self.conv1(x)).flatten(1)
        return self.Linear2(torch.relu(self.Linear1(y)))


def cnn(seed, B):
    case = {"kind": "cnn", "seed": seed, "B": B}
    for name, make in (("published", lambda: Published(B)), ("corrected", lambda: Corrected(3))):
        torch.manual_seed(seed)
        net = make()
        x = uniform(B, 15, 24).requires_grad_()
        output = net(x)
        mixing = []
        for i in range(B):
            x.grad = None
            output[i].sum().backward(retain_graph=True)
            mixing.append([double(g.norm().item()) for g in x.grad])
        case[name] = {"parameters": sum(p.numel() for p in net.parameters()), "output": pack(output), "mixing": mixing}
        shapes, y = [list(x.shape)], x
        for block in (net.conv1, net.conv2):
            y = block[1](block[0](y))
            shapes.append(list(y.shape))
            y = block[2](y)
            shapes.append(list(y.shape))
        case["shapes"] = shapes
    return case


if __name__ == "__main__":
    cases = []
    for seed in (0, 1):
        cases += [gradients(seed, "rnn", scale=s) for s in (1 / 3**0.5, 1, 1.25, 1.5, 2)]
        cases += [gradients(seed, cell, gate_bias=b) for cell in ("lstm", "gru") for b in (0, 5)]
    cases += [gru(seed) for seed in (0, 1, 2)]
    cases += [conv1d(seed) for seed in (0, 1)]
    cases += [cnn(0, 4), cnn(1, 2)]
    write("sections", README, cases)
