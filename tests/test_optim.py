"""Steps downhill: each rule against steps by hand and against PyTorch's; clipping keeps the direction."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import cases, close, frozen

from rnn_core import RNN, SGD, Adam, Readout, clip_by_global_norm, cosine
from rnn_core.optim import global_norm
from rnn_core.tree import leaves, tree_map

FILE = Path(__file__).parent / "data" / "pytorch_optim.npz"
OURS = {
    "SGD": SGD(0.1),
    "momentum": SGD(0.05, 0.9),
    "Adam": Adam(0.01),
    "Adam other": Adam(0.3, 0.5, 0.9, 1e-3),
}
RULES = pytest.mark.parametrize("optimizer", OURS.values(), ids=OURS)
same = np.testing.assert_array_equal


class Pair(NamedTuple):
    """A weight and a bias."""

    W: Any
    b: Any


def walk(optimizer, start, grads):
    """The parameters after every step under a list of gradients."""
    params, state, seen = start, optimizer.start(start), []
    for g in grads:
        params, state = optimizer.step(params, g, state)
        seen.append(params)
    return seen


def scalar_walk(optimizer, p, gradients):
    """As `walk`, with one number."""
    seen = walk(optimizer, np.array([p]), [np.array([g]) for g in gradients])
    return [q.item() for q in seen]


def test_sgd_by_hand():
    assert scalar_walk(SGD(0.5), 3.0, [2.0, -4.0]) == [2.0, 4.0]


def test_momentum_by_hand():
    # v = 2, then 0.5 · 2 + 4 = 5, then 0.5 · 5 + 0 = 2.5
    assert scalar_walk(SGD(0.1, 0.5), 1.0, [2.0, 4.0, 0.0]) == pytest.approx([0.8, 0.3, 0.05])


def test_adam_by_hand():
    # η = 1, β₁ = 1/2, β₂ = 3/4, ε = 1: m is 1, v is 1, without the pull of the zeros 2 and 4
    first = 5 - 2 / (np.sqrt(4) + 1)
    m, v = 0.5 * 1 + 0.5 * -6, 0.75 * 1 + 0.25 * 36
    second = first - (m / 0.75) / (np.sqrt(v / (1 - 0.75**2)) + 1)
    assert scalar_walk(Adam(1.0, 0.5, 0.75, 1.0), 5.0, [2.0, -6.0]) == pytest.approx(
        [first, second]
    )


@pytest.mark.parametrize("gradient", [1e-3, 1.0, -1e3])
def test_the_first_step_of_adam_has_the_length_of_its_rate(gradient):
    (p,) = scalar_walk(Adam(0.01), 0.0, [gradient])
    assert p == pytest.approx(-0.01 * np.sign(gradient), rel=1e-4)


@pytest.mark.parametrize("name", OURS)
def test_steps_equal_those_of_pytorch(name):
    with np.load(FILE) as stored:
        ref = {k.split("/")[1]: stored[k] for k in stored if k.split("/")[0] == name}
    grads = [Pair(*g) for g in zip(ref["dW"], ref["db"], strict=True)]
    grads[1], norm = clip_by_global_norm(grads[1], 1.0)
    assert norm == pytest.approx(ref["norm"].item(), rel=1e-12)
    seen = walk(OURS[name], Pair(ref["W"], ref["b"]), grads)
    # PyTorch divides by the norm + 1e-6 when it clips
    close(np.array([p.W for p in seen]), ref["W after"], 1e-6)
    close(np.array([p.b for p in seen]), ref["b after"], 1e-6)
    close(seen[0].W, ref["W after"][0], 1e-12)


def test_the_stored_steps_are_those_of_all_rules_and_clip_one():
    with np.load(FILE) as stored:
        assert {k.split("/")[0] for k in stored} == set(OURS)
        assert all(stored[f"{name}/norm"] > 2 for name in OURS)
    assert FILE.stat().st_size < 20_000


def nested(rng, dtype=np.float64):
    """Parameters nested two deep, with something between them that is no array."""
    return (RNN.init(rng, 2, 3, dtype), Readout.init(rng, 3, 1, dtype))


@RULES
def test_parameters_keep_their_types_shapes_and_dtypes(optimizer):
    for dtype in (np.float32, np.float64):
        params, grads = (nested(np.random.default_rng(s), dtype) for s in (0, 1))
        *_, last = walk(optimizer, params, [grads, grads])
        assert [type(part) for part in last] == [RNN, Readout]
        for (_, a), (_, b) in zip(leaves(last), leaves(params), strict=True):
            assert (a.dtype, a.shape) == (b.dtype, b.shape)
            assert (a != b).any() or not b.any()


@RULES
def test_a_nested_tree_is_stepped_array_by_array(optimizer):
    params, grads = (nested(np.random.default_rng(s)) for s in (0, 1))
    *_, last = walk(optimizer, params, [grads] * 3)
    for k, (_, p) in enumerate(leaves(last)):
        *_, alone = walk(optimizer, leaves(params)[k][1], [leaves(grads)[k][1]] * 3)
        same(p, alone)


@RULES
def test_nothing_that_is_given_is_changed(optimizer):
    freeze = lambda tree: tree_map(lambda a: frozen(a.copy()), tree)
    params, grads = (freeze(nested(np.random.default_rng(s))) for s in (0, 1))
    state = freeze(optimizer.start(params))
    once, after = optimizer.step(params, grads, state)
    again, _ = optimizer.step(params, grads, state)
    for (_, a), (_, b) in zip(leaves(once), leaves(again), strict=True):
        same(a, b)
    optimizer.step(once, grads, freeze(after))
    with pytest.raises(AttributeError):
        optimizer.lr = 1.0


@RULES
def test_every_rule_goes_down_a_bowl(optimizer):
    p = np.array([1.0, -1.0])
    state = optimizer.start(p)
    for _ in range(300):
        p, state = optimizer.step(p, 2 * p, state)
    assert np.abs(p).max() < 0.05


@given(cases(), st.floats(0.01, 10))
def test_clipping_keeps_the_direction_and_bounds_the_length(case, theta):
    grads = (case.cell, case.readout)
    flat = np.concatenate([g.ravel() for _, g in leaves(grads)])
    clipped, norm = clip_by_global_norm(grads, theta)
    assert norm == pytest.approx(np.linalg.norm(flat), rel=1e-12)
    short = np.concatenate([g.ravel() for _, g in leaves(clipped)])
    assert np.linalg.norm(short) == pytest.approx(min(theta, norm), rel=1e-12)
    close(short, flat * min(1, theta / norm))
    assert [type(part) for part in clipped] == [type(part) for part in grads]


def test_what_is_short_enough_stays_as_it_is():
    grads = Pair(np.array([[3.0]]), np.array([4.0]))
    clipped, norm = clip_by_global_norm(grads, 5.0)
    assert norm == 5.0
    assert clipped is grads
    assert clip_by_global_norm(grads, 10)[0] is grads


def test_all_arrays_are_clipped_by_one_factor():
    clipped, _ = clip_by_global_norm(Pair(np.array([[3.0]]), np.array([4.0])), 1.0)
    assert [float(g.item()) for g in clipped] == pytest.approx([0.6, 0.8])


def test_a_zero_gradient_is_not_divided_by():
    clipped, norm = clip_by_global_norm(Pair(np.zeros((2, 2)), np.zeros(2)), 1.0)
    assert norm == 0.0
    assert not clipped.W.any()


@pytest.mark.parametrize("size", [1e200, 1e-200, 1e300])
def test_gradients_whose_squares_leave_the_floats_are_clipped_too(size):
    grads = Pair(np.array([[3 * size]]), np.array([4 * size]))
    assert global_norm(grads) == pytest.approx(5 * size)
    clipped, _ = clip_by_global_norm(grads, 1e-250)
    assert [float(g.item()) for g in clipped] == pytest.approx([0.6e-250, 0.8e-250])


def test_float32_stays_float32_when_it_is_clipped():
    grads = Pair(np.full((1, 1), 3e30, np.float32), np.full(1, 4e30, np.float32))
    clipped, norm = clip_by_global_norm(grads, 1.0)
    assert type(norm) is float
    assert norm == pytest.approx(5e30, rel=1e-6)
    assert {g.dtype for g in clipped} == {np.dtype(np.float32)}
    assert global_norm(clipped) == pytest.approx(1, rel=1e-6)


# Schedules


def test_cosine_by_hand():
    factor = cosine(12, warmup=4)
    assert [factor(t) for t in (1, 2, 3, 4)] == [0.25, 0.5, 0.75, 1.0]
    assert factor(6) == pytest.approx((1 + np.sqrt(0.5)) / 2)  # a quarter of the way down
    assert factor(8) == pytest.approx(0.5)  # half of it
    assert factor(10) == pytest.approx((1 - np.sqrt(0.5)) / 2)
    assert factor(12) == factor(13) == factor(10**9) == 0


def test_cosine_ends_at_the_least_and_stays_there():
    factor = cosine(10, least=0.2)
    assert factor(5) == pytest.approx(0.6)
    assert factor(10) == factor(11) == 0.2
    assert [cosine(10, 3, 1.0)(t) for t in (1, 3, 7, 20)] == [1 / 3, 1, 1, 1]


def test_cosine_of_one_step():
    assert cosine(1)(1) == 0
    assert cosine(2, 1)(1) == 1


@given(st.integers(1, 200), st.integers(0, 199), st.floats(0, 1))
def test_cosine_climbs_in_a_line_and_then_only_falls(steps, warmup, least):
    warmup = min(warmup, steps - 1)
    factors = [cosine(steps, warmup, least)(t) for t in range(1, steps + 5)]
    close(factors[:warmup], np.arange(1, warmup + 1) / max(warmup, 1))
    down = np.array(factors[max(warmup - 1, 0) :])
    assert (np.diff(down) <= 0).all()
    assert down.max() <= 1
    close(down[-5:], np.full(5, least))
    if least < 1 and steps - warmup > 2:  # as much above the middle as below it
        middle = down[: steps - warmup + 1] if warmup else np.array([1.0, *down[:steps]])
        close(middle + middle[::-1], np.full(len(middle), 1 + least))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cosine(0), "steps: got 0, wanted a whole number of 1 or more"),
        (lambda: cosine(1.5), "steps: got 1.5, wanted a whole number"),
        (lambda: cosine(10, -1), "warmup: got -1, wanted a whole number of 0 or more"),
        (lambda: cosine(10, 10), "warmup: got 10, wanted fewer than steps = 10"),
        (lambda: cosine(10, 0.5), "warmup: got 0.5, wanted a whole number"),
        (lambda: cosine(10, 0, -0.1), "least: got -0.1, wanted a finite number at least 0"),
        (
            lambda: cosine(10, 0, 1.1),
            "least: got 1.1, wanted a finite number at least 0 and at most 1",
        ),
        (lambda: cosine(10, 0, np.nan), "least: got nan"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
