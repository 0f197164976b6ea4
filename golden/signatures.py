"""Writes signatures.json: the parameters that PyTorch's layers, losses, optimizers, schedulers and helpers take.

Computes nothing, so any PyTorch will do; the newest one has the most options.
"""
import inspect

from torch import nn, optim
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader

from common import write

LAYERS = """RNN LSTM GRU RNNCell LSTMCell GRUCell Conv1d ConvTranspose1d MaxPool1d AvgPool1d AdaptiveAvgPool1d
AdaptiveMaxPool1d Linear Embedding BatchNorm1d LayerNorm Dropout Flatten ReLU LeakyReLU PReLU ReLU6 ELU SELU CELU GELU
SiLU Mish Sigmoid LogSigmoid Hardsigmoid Hardswish GLU Tanh Hardtanh Tanhshrink Softsign Softplus Softshrink Hardshrink
Threshold Softmax LogSoftmax Softmin MSELoss L1Loss SmoothL1Loss HuberLoss CrossEntropyLoss NLLLoss BCEWithLogitsLoss
GaussianNLLLoss""".split()
OPTIMIZERS = "SGD Adam AdamW RMSprop Adagrad".split()
SCHEDULERS = "StepLR MultiStepLR ExponentialLR CosineAnnealingLR ReduceLROnPlateau OneCycleLR".split()
# These take *args: their parameters as PyTorch documents them.
WRITTEN = {
    "nn.RNN": "input_size hidden_size num_layers nonlinearity bias batch_first dropout bidirectional device dtype",
    "nn.LSTM": "input_size hidden_size num_layers bias batch_first dropout bidirectional proj_size device dtype",
    "nn.GRU": "input_size hidden_size num_layers bias batch_first dropout bidirectional device dtype",
}


def parameters(function):
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        {"name": p.name, "required": p.default is p.empty}
        for p in inspect.signature(function).parameters.values()
        if p.name != "self" and p.kind not in kinds
    ]


found = {}
for name in LAYERS:
    found["nn." + name] = parameters(getattr(nn, name).__init__)
for name, text in WRITTEN.items():
    found[name] = [{"name": p, "required": p.endswith("put_size") or p == "hidden_size"} for p in text.split()]
    layer = getattr(nn, name[3:])(3, 6)
    missing = [p for p in text.split()[:-2] if not hasattr(layer, p)]
    assert not missing, missing
for name in OPTIMIZERS:
    found["optim." + name] = parameters(getattr(optim, name).__init__)
for name in SCHEDULERS:
    found["lr_scheduler." + name] = parameters(getattr(lr_scheduler, name).__init__)
for function in (clip_grad_norm_, clip_grad_value_, pack_padded_sequence, pad_packed_sequence):
    found[function.__name__] = parameters(function)
found["DataLoader"] = parameters(DataLoader.__init__)

write(
    "signatures",
    "What PyTorch takes: the names of parameters in their order, and whether each is required.",
    [{"name": name, "parameters": found[name]} for name in sorted(found)],
)
