"""Weights from and to PyTorch's nn.RNN, nn.LSTM and nn.GRU, as dictionaries of arrays. PyTorch is not needed.

    cell = from_pytorch(torch_rnn.state_dict(), GRU)
    torch_rnn.load_state_dict({name: torch.from_numpy(a) for name, a in to_pytorch(cell).items()})

Shapes and the order of the gates are the same. Names differ: weight_ih_l0 is the W_x, weight_hh_l0 the W_h of the
lowest layer, a way back has "_reverse" behind. And PyTorch has two biases, bias_ih and bias_hh. In an RNN and an
LSTM they are only ever added, and our b is their sum; in a GRU bias_hh stands inside r ⊙ (…), so b_x and b_h stay
two.
"""

import re

import numpy as np

from .cells import RNN, ReluRNN
from .gated import GRU, LSTM
from .layers import Bidirectional, Stacked
from .tape import checked_cell

KINDS = (RNN, ReluRNN, LSTM, GRU)
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
WAYS = ("", "_reverse")
NAME = re.compile(rf"(?:{'|'.join(NAMES)})_l(\d+)(_reverse)?")


def to_pytorch(net):
    """{"weight_ih_l0": (· n_h, n_x), …}, copies of the parameters of a cell, a Bidirectional, or a Stacked of them.

    b goes into bias_ih, and bias_hh is 0; a GRU has both. Raises ValueError for what PyTorch cannot hold.
    """
    layers = net.cells if isinstance(net, Stacked) else (net,)
    told, found = set(), {}
    for k, layer in enumerate(layers):
        ways = layer if isinstance(layer, Bidirectional) else (layer,)
        for cell, way in zip(ways, WAYS, strict=False):
            checked_cell(_known("net", cell, type(cell)))
            told.add((type(cell), cell.width, len(ways)))
            biases = cell[2:] if isinstance(cell, GRU) else (cell.b, np.zeros_like(cell.b))
            parts = zip(NAMES, (*cell[:2], *biases), strict=True)
            found |= {f"{name}_l{k}{way}": a.copy() for name, a in parts}
    if len(told) > 1:
        raise ValueError(
            f"net: got {len(told)} sorts of layers, wanted one kind of cell, one width and as many ways in each"
        )
    return found


def from_pytorch(weights, kind=RNN):
    """A cell of this kind, Bidirectional where there are two ways, Stacked where there are several layers.

    weights: {name: array} with PyTorch's names; kind: RNN (nonlinearity "tanh"), ReluRNN ("relu"), LSTM or GRU.
    Without biases (bias=False) they are 0. Raises ValueError for names that are missing or unknown, and for shapes
    that do not belong together.
    """
    _known("kind", kind, kind)
    unknown = sorted(name for name in weights if not NAME.fullmatch(name))
    if unknown or not weights:
        got = repr(unknown[0]) if unknown else "no weights"
        raise ValueError(f"weights: got {got}, wanted names such as 'weight_ih_l0', 'bias_hh_l0'")
    places = [NAME.fullmatch(name).groups() for name in weights]
    n_layers = 1 + max(int(layer) for layer, _ in places)
    ways = WAYS if any(way for _, way in places) else WAYS[:1]
    layers = []
    for k in range(n_layers):
        cells = [_cell(weights, kind, f"_l{k}{way}") for way in ways]
        layers.append(Bidirectional(*cells) if len(ways) == 2 else cells[0])
    net = Stacked(layers)
    net._checked()
    return layers[0] if n_layers == 1 else net


def _known(name, what, kind):
    if kind not in KINDS:
        got = f"the class {what.__name__}" if isinstance(what, type) else type(what).__name__
        raise ValueError(f"{name}: got {got}, wanted RNN, ReluRNN, LSTM or GRU, which PyTorch has")
    return what


def _cell(weights, kind, place):
    W_x, W_h = (_array(weights, name + place) for name in NAMES[:2])
    names = [name + place for name in NAMES[2:]]
    biases = [_array(weights, name) for name in names if name in weights]
    if len(biases) == 1:
        raise ValueError(f"weights: got one of {names[0]!r} and {names[1]!r}, wanted both or none")
    b_x, b_h = biases or [np.zeros(len(W_x), W_x.dtype)] * 2
    if b_x.shape != b_h.shape:  # else their sum might be broadcast
        raise ValueError(f"{names[1]}: got shape {b_h.shape}, wanted {b_x.shape} like {names[0]}")
    cell = kind(W_x, W_h, b_x, b_h) if kind is GRU else kind(W_x, W_h, b_x + b_h)
    checked_cell(cell)
    return cell


def _array(weights, name):
    if name not in weights:
        raise ValueError(f"weights: got none with the name {name!r}, wanted it beside the others")
    return np.array(weights[name])  # a copy: their network goes on learning, ours stays
