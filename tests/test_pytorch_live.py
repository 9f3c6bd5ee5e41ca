"""Equal to the PyTorch that is installed: values, gradients, training steps, weights there and back."""

from functools import partial

import needs
import numpy as np
import pytest
from strategies import close
from text_models import V, made, text

from rnn_core import (
    GRU,
    LSTM,
    RNN,
    SGD,
    Adam,
    Bidirectional,
    ReluRNN,
    Stacked,
    clip_by_global_norm,
    cross_entropy,
)
from rnn_core.pytorch_weights import from_pytorch, to_pytorch
from rnn_core.tree import leaves, tree_map

T, B, N_X, N_H = 7, 3, 4, 5
KINDS = (RNN, ReluRNN, LSTM, GRU)
PARTS = {"W_x": "weight_ih_l0", "W_h": "weight_hh_l0", "b": "bias_ih_l0", "b_x": "bias_ih_l0"}
PARTS |= {"b_h": "bias_hh_l0"}


@pytest.fixture(scope="module")
def torch():
    return needs.needed("torch", "`make test EXTRAS=bench` installs it")


def theirs(torch, kind, n_x=N_X, n_h=N_H, **options):
    """PyTorch's layer of this kind of cell, in float64."""
    if kind in (RNN, ReluRNN):
        options["nonlinearity"] = "relu" if kind is ReluRNN else "tanh"
    name = "RNN" if kind is ReluRNN else kind.__name__
    return getattr(torch.nn, name)(n_x, n_h, dtype=torch.float64, **options)


def load(torch, module, net):
    module.load_state_dict({name: torch.from_numpy(a) for name, a in to_pytorch(net).items()})
    return module


def drawn(kind, seed=0):
    """A cell whose biases are not 0 either."""
    rng = np.random.default_rng(seed)
    return tree_map(lambda a: rng.normal(0, 0.6, a.shape), kind.init(rng, N_X, N_H))


def pair(kind, state):
    """A state as a tuple of its parts."""
    return state if kind is LSTM else (state,)


@pytest.mark.parametrize("kind", KINDS)
def test_values_and_gradients_are_pytorchs(torch, kind):
    cell, rng = drawn(kind), np.random.default_rng(1)
    x, dh = rng.normal(size=(T, B, N_X)), rng.normal(size=(T, B, N_H))
    first, dlast = (
        tuple(rng.normal(size=(B, N_H)) for _ in range(cell.parts)) for _ in ("state", "gradient")
    )
    single = lambda parts: parts if kind is LSTM else parts[0]
    h, tape = cell.forward(x, single(first))
    grads, dx, dstate0 = cell.backward(tape, dh, single(dlast))

    module = load(torch, theirs(torch, kind), cell)
    x_, *first_ = (torch.tensor(a).requires_grad_() for a in (x, *first))
    h_, last_ = module(x_, single([s[None] for s in first_]))
    felt = (h_ * torch.tensor(dh)).sum()
    for s, ds in zip(pair(kind, last_), dlast, strict=True):
        felt = felt + (s[0] * torch.tensor(ds)).sum()
    felt.backward()

    close(h, h_.detach(), 1e-10, "h")
    for ours, its in zip(pair(kind, tape.state), pair(kind, last_), strict=True):
        close(ours, its[0].detach(), 1e-10, "final state")
    parameters = dict(module.named_parameters())
    for name, gradient in leaves(grads):
        close(gradient, parameters[PARTS[name]].grad, 1e-10, name)
    close(dx, x_.grad, 1e-10, "dx")
    for ours, its in zip(pair(kind, dstate0), first_, strict=True):
        close(ours, its.grad, 1e-10, "dstate0")


@pytest.mark.parametrize("ways", [1, 2])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_weights_of_a_new_layer_come_here_and_go_back(torch, kind, layers, ways):
    torch.manual_seed(0)
    make = partial(theirs, torch, kind, num_layers=layers, bidirectional=ways == 2)
    module = make()
    net = from_pytorch({name: a.numpy() for name, a in module.state_dict().items()}, kind)
    assert type(net) is (Stacked if layers == 2 else Bidirectional if ways == 2 else kind)
    again = load(torch, make(), net)
    x = np.random.default_rng(0).normal(size=(T, B, N_X))
    with torch.no_grad():
        wanted, back = module(torch.tensor(x))[0], again(torch.tensor(x))[0]
    close(net.forward(x)[0], wanted, 1e-10)
    close(back, wanted, 1e-10)
    own, shown = module.state_dict(), again.state_dict()
    for name in own:
        if name.startswith("weight") or kind is GRU:
            assert torch.equal(own[name], shown[name]), name


class Character:
    """A PyTorch model of text with the weights of ours, and its training step."""

    def __init__(self, torch, model, optimizer, clip):
        kind = type(model.cell)
        self.torch, self.clip = torch, clip
        self.rnn = load(torch, theirs(torch, kind, V, model.cell.width), model.cell)
        self.linear = torch.nn.Linear(model.cell.width, V, dtype=torch.float64)
        self.linear.load_state_dict(
            {"weight": torch.tensor(model.readout.W_y), "bias": torch.tensor(model.readout.c)}
        )
        self.rnn.bias_hh_l0.requires_grad_(kind is GRU)  # else it is the one bias a second time
        both = [*self.rnn.parameters(), *self.linear.parameters()]
        self.free = [p for p in both if p.requires_grad]
        self.optimizer, self.state = optimizer(torch)(self.free), None

    def step(self, x, target):
        """(loss, ‖g‖) of one step; the state goes on, the gradient does not."""
        functional = self.torch.nn.functional
        vectors = functional.one_hot(self.torch.tensor(x), V).double()
        h, state = self.rnn(vectors, self.state)
        self.state = (
            tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        )
        logits = self.linear(h).reshape(-1, V)
        loss = functional.cross_entropy(logits, self.torch.tensor(target).ravel())
        self.optimizer.zero_grad()
        loss.backward()
        norm = self.torch.nn.utils.clip_grad_norm_(self.free, self.clip)
        self.optimizer.step()
        return loss.item(), norm.item()

    def weights(self):
        return [p.detach().numpy() for p in self.free]


def ours(model, memory, state, optimizer, clip, x, target):
    """One step of the core: (model, memory, state, loss, ‖g‖)."""
    logits, tape = model.forward(x, state=state)
    loss, dlogits = cross_entropy(logits, target)
    grads, norm = clip_by_global_norm(model.backward(tape, dlogits)[0], clip)
    return *optimizer.step(model, grads, memory), tape[0].state, loss, norm


WAYS = {
    "SGD": (SGD(0.3), lambda torch: partial(torch.optim.SGD, lr=0.3)),
    "momentum": (SGD(0.3, 0.9), lambda torch: partial(torch.optim.SGD, lr=0.3, momentum=0.9)),
    "Adam": (Adam(0.02), lambda torch: partial(torch.optim.Adam, lr=0.02)),
}


@pytest.mark.parametrize("clip", [1e6, 0.1])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_training_steps_are_pytorchs(torch, kind, way, clip):
    """clip_grad_norm_ divides by ‖g‖ + 1e−6, so where it clips the steps agree to that and no further."""
    tolerance = 1e-10 if clip > 1 else 1e-4
    optimizer, its = WAYS[way]
    model = made(kind, size=0.7)
    other = Character(torch, model, its, clip)
    memory, state, ids = optimizer.start(model), None, text(200, 1)
    for k in range(3):
        at = slice(13 * k, 13 * k + 13)
        x, target = (ids[shift : shift + 120].reshape(3, 40).T[at] for shift in (0, 1))
        model, memory, state, loss, norm = ours(model, memory, state, optimizer, clip, x, target)
        wanted, its_norm = other.step(x, target)
        assert loss == pytest.approx(wanted, rel=tolerance)
        assert norm == pytest.approx(its_norm, rel=tolerance)
        if clip < 1:
            assert norm > clip
    for (name, a), b in zip(leaves((model.cell, model.readout)), other.weights(), strict=True):
        close(a, b, tolerance, name)
