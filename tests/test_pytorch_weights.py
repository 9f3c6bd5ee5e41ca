"""Weights from and to PyTorch, held against what its own networks computed (make_pytorch_reference.py)."""

import numpy as np
import pytest
from refusals import refused
from test_pytorch_reference import CASES, KINDS, network
from test_pytorch_reference import state as state_of
from text_models import alike

from rnn_core import GRU, LSTM, RNN, Bidirectional, LinearRNN, ReluRNN, Stacked
from rnn_core.pytorch_weights import from_pytorch, to_pytorch
from rnn_core.tree import leaves

PARTS = {"W_x": "weight_ih", "W_h": "weight_hh", "b_x": "bias_ih", "b_h": "bias_hh"}
PLACES = {"": "_l0", " back": "_l0_reverse", " 1": "_l1", " 1 back": "_l1_reverse"}


def theirs(ref):
    """The weights of one stored case under PyTorch's own names, as a `state_dict` has them."""
    return {
        PARTS[mine] + place: ref[mine + at]
        for at, place in PLACES.items()
        for mine in PARTS
        if mine + at in ref
    }


def kind_of(name):
    return KINDS[name.split()[0]]


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_network_with_pytorchs_weights_computes_what_pytorch_did(name):
    ref, kind = CASES[name], kind_of(name)
    net = from_pytorch(theirs(ref), kind)
    first = state_of(ref, kind, "state{}", "memory{}") if "dstate0" in ref else None
    h, _ = net.forward(ref["x"], first, ref.get("lengths"))
    np.testing.assert_allclose(h, ref["h"], rtol=1e-10, atol=1e-10)
    alike(net, network(ref, kind))


@pytest.mark.parametrize("name", sorted(CASES))
def test_weights_go_there_and_back(name):
    ref, kind = CASES[name], kind_of(name)
    weights = theirs(ref)
    net = from_pytorch(weights, kind)
    again = to_pytorch(net)
    assert {n: a.shape for n, a in again.items()} == {n: a.shape for n, a in weights.items()}
    for at, place in PLACES.items():
        if "W_x" + at not in ref:
            continue
        for part in ("weight_ih", "weight_hh") + (("bias_ih", "bias_hh") if kind is GRU else ()):
            np.testing.assert_array_equal(again[part + place], weights[part + place])
        summed = lambda of, place=place: of["bias_ih" + place] + of["bias_hh" + place]
        np.testing.assert_array_equal(summed(again), summed(weights))
    alike(from_pytorch(again, kind), net)


def test_summing_the_two_biases_of_a_gru_would_be_wrong():
    """Why a GRU keeps both: the other kinds do not mind, whatever goes into which."""
    for name, minds in (("tanh", False), ("LSTM", False), ("GRU", True)):
        ref, kind = CASES[name], kind_of(name)
        weights = theirs(ref)
        summed = weights | {
            "bias_ih_l0": weights["bias_ih_l0"] + weights["bias_hh_l0"],
            "bias_hh_l0": np.zeros_like(weights["bias_hh_l0"]),
        }
        first = state_of(ref, kind, "state{}", "memory{}")
        h, _ = from_pytorch(summed, kind).forward(ref["x"], first)
        assert (np.abs(h - ref["h"]).max() > 1e-3) == minds


def test_nothing_is_shared_and_the_dtype_stays():
    cell = LSTM.init(np.random.default_rng(0), 2, 3, np.float32)
    weights = to_pytorch(cell)
    again = from_pytorch(weights, LSTM)
    for name in weights:
        weights[name] += 1
    alike(again, cell)
    alike(from_pytorch(to_pytorch(cell), LSTM), cell)
    assert {a.dtype for _, a in leaves(again)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("kind", [RNN, ReluRNN, LSTM, GRU])
def test_without_biases_they_are_0(kind):
    cell = kind.init(np.random.default_rng(0), 2, 3)
    weights = {n: a for n, a in to_pytorch(cell).items() if n.startswith("weight")}
    found = from_pytorch(weights, kind)
    np.testing.assert_array_equal(found.W_h, cell.W_h)
    assert all(not a.any() for a in found[2:])


RNG = np.random.default_rng(1)
GOOD = to_pytorch(GRU.init(RNG, 2, 3))
TWO = to_pytorch(Stacked.init(RNG, 2, 3, cell=LSTM))
WAYS = to_pytorch(Bidirectional.init(RNG, 2, 3))
lacking = lambda weights, *names: {n: a for n, a in weights.items() if n not in names}
BAD = [
    ({}, RNN, "weights", ["no weights"]),
    (GOOD | {"weight_hr_l0": np.ones(2)}, GRU, "weights", ["'weight_hr_l0'", "'weight_ih_l0'"]),
    (GOOD | {"rnn.weight_ih_l0": np.ones(2)}, GRU, "weights", ["'rnn.weight_ih_l0'"]),
    (lacking(GOOD, "weight_hh_l0"), GRU, "weights", ["none", "'weight_hh_l0'"]),
    (lacking(GOOD, "bias_hh_l0"), GRU, "weights", ["one of", "'bias_hh_l0'", "both or none"]),
    (lacking(TWO, "weight_ih_l1"), LSTM, "weights", ["'weight_ih_l1'"]),
    (lacking(TWO, *(n for n in TWO if n.endswith("l0"))), LSTM, "weights", ["'weight_ih_l0'"]),
    (lacking(WAYS, "weight_ih_l0_reverse"), RNN, "weights", ["'weight_ih_l0_reverse'"]),
    (GOOD | {"bias_hh_l0": np.zeros(1)}, GRU, "bias_hh_l0", ["(1,)", "(9,)"]),
    (GOOD | {"bias_ih_l0": np.zeros(2), "bias_hh_l0": np.zeros(2)}, GRU, "b_x", ["(2,)"]),
    (GOOD, LSTM, "W_x", ["(9, 2)", "4 blocks"]),
    (TWO | {"weight_ih_l1": np.ones((12, 2))}, LSTM, "cells", ["n_x = 2", "3"]),
    (GOOD, "GRU", "kind", ["str", "RNN, ReluRNN, LSTM or GRU"]),
    (GOOD, LinearRNN, "kind", ["LinearRNN"]),
]


@pytest.mark.parametrize(("weights", "kind", "argument", "words"), BAD)
def test_what_does_not_fit_is_refused(weights, kind, argument, words):
    refused(lambda: from_pytorch(weights, kind), argument, words)


def test_what_pytorch_has_not_is_refused():
    gru, wide = GRU.init(RNG, 2, 3), GRU.init(RNG, 3, 4)
    refused(lambda: to_pytorch(LinearRNN.init(RNG, 2, 3)), "net", ["LinearRNN"])
    refused(lambda: to_pytorch(3), "net", ["int"])
    refused(lambda: to_pytorch(GRU), "net", ["the class GRU"])
    refused(lambda: to_pytorch(Stacked((gru, wide))), "net", ["2 sorts"])
    refused(lambda: to_pytorch(Stacked((gru, Stacked((gru,))))), "net", ["Stacked"])
    refused(lambda: to_pytorch(gru._replace(W_h=np.ones((9, 2)))), "W_h", ["(9, 2)"])
