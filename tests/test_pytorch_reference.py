"""Equal to torch.nn.RNN, LSTM and GRU, against numbers stored by make_pytorch_reference.py."""

from pathlib import Path

import numpy as np
import pytest

from rnn_core import GRU, LSTM, RNN, Bidirectional, ReluRNN, Stacked
from rnn_core.tree import leaves

FILES = [Path(__file__).parent / "data" / f"pytorch_{name}.npz" for name in ("rnn", "gated")]
CASES = {}
for file in FILES:
    with np.load(file) as stored:
        for key in stored:
            case, name = key.split("/")
            CASES.setdefault(case, {})[name] = stored[key]
KINDS = {"tanh": RNN, "relu": ReluRNN, "LSTM": LSTM, "GRU": GRU}


def close(got, wanted, name):
    assert got.shape == wanted.shape, name
    np.testing.assert_allclose(got, wanted, rtol=1e-10, atol=1e-10, err_msg=name)


def together(ref, one):
    """one("") for a single cell, else as many layers and directions of one(" 1 back") as ref has, as tuples."""
    way = lambda at: (one(at), one(at + " back")) if "W_x back" in ref else one(at)
    return (way(""), way(" 1")) if "W_x 1" in ref else way("")


def network(ref, kind):
    """Our cell or layers with the parameters of PyTorch's."""

    def cell(at):
        b_x, b_h = ref["b_x" + at], ref["b_h" + at]
        biases = (b_x, b_h) if kind is GRU else (b_x + b_h,)
        return kind(ref["W_x" + at], ref["W_h" + at], *biases)

    layer = lambda cells: Bidirectional(*cells) if "W_x back" in ref else cells
    cells = together(ref, cell)
    return Stacked(tuple(layer(c) for c in cells)) if "W_x 1" in ref else layer(cells)


def state(ref, kind, h, c):
    """A state of the names h and c, {} being the place of a cell."""
    names = (h, c) if kind is LSTM else (h,)
    array = lambda at: tuple(ref[name.format(at)] for name in names)
    return together(ref, lambda at: array(at) if kind is LSTM else array(at)[0])


def equal_trees(got, wanted, name):
    for (path, a), (_, b) in zip(leaves(got), leaves(wanted), strict=True):
        close(a, b, f"{name} {path}")


@pytest.mark.parametrize("name", sorted(CASES))
def test_values_and_gradients_equal_those_of_pytorch(name):
    ref, kind = CASES[name], KINDS[name.split()[0]]
    net, given = network(ref, kind), "dstate0" in ref
    first = state(ref, kind, "state{}", "memory{}") if given else None
    h, tape = net.forward(ref["x"], first, ref.get("lengths"))
    close(h, ref["h"], "h")
    equal_trees(tape.state, state(ref, kind, "last{}", "last memory{}"), "final state")
    grads, dx, dstate0 = net.backward(tape, ref["dh"], state(ref, kind, "dstate{}", "dmemory{}"))
    fields = kind._fields
    equal_trees(grads, together(ref, lambda at: tuple(ref[f"d{f}{at}"] for f in fields)), "d")
    close(dx, ref["dx"], "dx")
    if given:
        equal_trees(dstate0, state(ref, kind, "dstate0{}", "dmemory0{}"), "dstate0")


def test_the_stored_files_are_small_and_have_the_cases_that_matter():
    assert FILES[0].stat().st_size < 100_000
    assert FILES[1].stat().st_size < 150_000
    for kind in KINDS:
        for what in ("", " packed", " all ones"):
            assert kind + what in CASES
    for kind in ("LSTM", "GRU"):
        for what in (" one step", " packed zero state", " two layers packed", " both ways packed"):
            assert kind + what in CASES
        assert "dstate0" not in CASES[f"{kind} packed zero state"]
        assert "dstate0 back" in CASES[f"{kind} both ways packed"]
        assert {"W_x 1", "W_x back", "W_x 1 back"} < set(CASES[f"{kind} two layers both ways"])
    assert all(np.abs(ref["dW_h"]).max() > 1e-3 for ref in CASES.values())
