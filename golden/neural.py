# Writes neural.json: the losses of neural forecasters and a temporal convolutional network, by PyTorch.
# python3 golden/neural.py (PyTorch 1.13.1 made the committed file)
import json
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
QUANTILES = [0.025, 0.1, 0.5, 0.9, 0.975]


def numbers(tensor):
    return json.loads(json.dumps(tensor.tolist()))


def losses():
    rows = []
    values = torch.randn(4, 3)
    weights = torch.rand(4, 3)
    weights[1, 2] = 0
    target = torch.cat([values, weights], 1)
    for output, loss, width in [
        ("point", "huber", 1),
        ("point", "mae", 1),
        ("point", "mse", 1),
        ("quantiles", "huber", 5),
        ("gaussian", "huber", 2),
    ]:
        prediction = torch.randn(4, 3 * width)
        each = prediction.reshape(4, 3, width)
        if output == "point":
            of = {"huber": F.huber_loss, "mae": F.l1_loss, "mse": F.mse_loss}[loss]
            value = (of(prediction, values, reduction="none") * weights).mean()
        elif output == "quantiles":
            d = values.unsqueeze(-1) - each
            q = torch.tensor(QUANTILES)
            value = 2 * (torch.maximum(q * d, (q - 1) * d) * weights.unsqueeze(-1)).mean()
        else:
            own = F.gaussian_nll_loss(each[..., 0], values, each[..., 1].exp(), reduction="none")
            value = (own * weights).mean()
        rows.append(
            dict(output=output, loss=loss, prediction=numbers(prediction), target=numbers(target), value=value.item())
        )
    return rows


class Block(nn.Module):
    def __init__(self, channels, hidden, dilation):
        super().__init__()
        self.reach = 2 * dilation
        self.conv1 = nn.Conv1d(channels, hidden, 3, dilation=dilation)
        self.conv2 = nn.Conv1d(hidden, hidden, 3, dilation=dilation)
        if channels != hidden:
            self.match = nn.Conv1d(channels, hidden, 1)

    def forward(self, x):
        inner = F.relu(self.conv1(F.pad(x, (self.reach, 0))))
        inner = F.relu(self.conv2(F.pad(inner, (self.reach, 0))))
        return F.relu(inner + (self.match(x) if hasattr(self, "match") else x))


class Net(nn.Module):
    def __init__(self, channels, hidden, layers):
        super().__init__()
        self.blocks = nn.ModuleList(Block(hidden if i else channels, hidden, 2**i) for i in range(layers))

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


def tcn():
    net = Net(2, 3, 3)
    x = torch.randn(2, 2, 11)
    return dict(
        channels=2,
        hidden=3,
        layers=3,
        state={key: numbers(value) for key, value in net.state_dict().items()},
        x=numbers(x),
        y=numbers(net(x).detach()),
    )


pathlib.Path(__file__).with_name("neural.json").write_text(json.dumps(dict(losses=losses(), tcn=tcn())) + "\n")
