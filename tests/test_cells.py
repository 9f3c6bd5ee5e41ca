"""Cells: the equations, their gradients, and what batches, time, padding and symbols must not change."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import CELLS, Case, by_definition, cases, close, frozen, gradients_by_definition

from rnn_core import (
    RNN,
    LinearRNN,
    Readout,
    ReluRNN,
    SigmoidRNN,
    cross_entropy,
    gradcheck,
    one_hot,
    squared_error,
)
from rnn_core.tree import leaves, tree_map

same = np.testing.assert_array_equal


def run(case, **changes):
    """(h, final state, grads, dx, dstate0) of a case, its dh and dstate sent back."""
    case = case._replace(**changes)
    h, tape = case.cell.forward(case.x, case.state, case.lengths)
    return h, tape.state, *case.cell.backward(tape, case.dh, case.dstate)


class Everything(NamedTuple):
    """All that a loss depends on; x is None where it is symbols, state where there is none."""

    cell: Any
    readout: Readout
    x: Any
    state: Any


def loss_and_grads(p, case, target, loss, reduction):
    """L = loss(W_y h + c, target) + Σ dstate ⊙ final state, with ∂L/∂p as Everything."""
    x = case.x if p.x is None else p.x
    h, tape = p.cell.forward(x, p.state, case.lengths)
    y, tape_y = p.readout.forward(h)
    value, dy = loss(y, target, case.lengths, reduction)
    d_readout, dh = p.readout.backward(tape_y, dy)
    d_cell, dx, dstate0 = p.cell.backward(tape, dh, case.dstate)
    grads = Everything(d_cell, d_readout, dx, None if p.state is None else dstate0)
    return value + float((case.dstate * tape.state).sum()), grads


@given(cases())
def test_forward_is_the_equation_number_by_number(case):
    _, h, last = by_definition(case)
    got, tape = case.cell.forward(case.x, case.state, case.lengths)
    close(got, h)
    close(tape.state, last)


@given(cases())
def test_backward_is_the_sum_over_losses_and_paths(case):
    _, _, grads, dx, dstate0 = run(case)
    dW_x, dW_h, db, dx_wanted, dstate0_wanted = gradients_by_definition(case)
    for got, wanted in [
        (grads.W_x, dW_x),
        (grads.W_h, dW_h),
        (grads.b, db),
        (dstate0, dstate0_wanted),
    ]:
        close(got, wanted)
    if dx is not None:
        close(dx, dx_wanted)
        assert dx.shape == case.x.shape


@pytest.mark.parametrize("loss", [squared_error, cross_entropy])
@given(case=cases(), reduction=st.sampled_from(["sum", "mean"]))
def test_gradients_agree_with_central_differences(case, loss, reduction):
    T, B, _, _ = case.sizes
    n_y = len(case.readout.c)
    if loss is squared_error:
        target = case.rng.normal(size=(T, B, n_y))
    else:
        target = case.rng.integers(0, n_y, (T, B))
    x = None if case.x.ndim == 2 else case.x
    p = Everything(case.cell, case.readout, x, case.state)
    _, grads = loss_and_grads(p, case, target, loss, reduction)
    assert len(leaves(grads)) == len(leaves(p)) == 5 + (x is not None) + (case.state is not None)
    assert gradcheck(lambda q: loss_and_grads(q, case, target, loss, reduction)[0], p, grads) < 1e-7


@given(cases())
def test_a_batch_equals_its_rows(case):
    h, state, grads, dx, dstate0 = run(case)
    total = tree_map(np.zeros_like, grads)
    for b in range(case.x.shape[1]):
        at = slice(b, b + 1)
        h_b, state_b, grads_b, dx_b, dstate0_b = run(
            case,
            x=case.x[:, at],
            state=None if case.state is None else case.state[at],
            lengths=None if case.lengths is None else case.lengths[at],
            dh=case.dh[:, at],
            dstate=case.dstate[at],
        )
        close(h[:, at], h_b)
        close(state[at], state_b)
        close(dstate0[at], dstate0_b)
        if dx is not None:
            close(dx[:, at], dx_b)
        total = tree_map(np.add, total, grads_b)
    for (name, g), (_, wanted) in zip(leaves(grads), leaves(total), strict=True):
        close(g, wanted, err_msg=name)


@given(cases(), st.data())
def test_the_future_does_not_touch_the_past(case, data):
    T, _, n_x, _ = case.sizes
    t = data.draw(st.integers(0, T - 1))
    x = case.x.copy()
    x[t:] = (
        case.rng.integers(0, n_x, x[t:].shape) if x.ndim == 2 else case.rng.normal(size=x[t:].shape)
    )
    h, tape = case.cell.forward(case.x, case.state, case.lengths)
    h_other, _ = case.cell.forward(x, case.state, case.lengths)
    same(h[:t], h_other[:t])
    if x.ndim == 3:  # and backward: the loss of step t alone asks nothing of later inputs
        dh = np.zeros_like(h)
        dh[t] = case.dh[t]
        _, dx, _ = case.cell.backward(tape, dh)
        same(dx[t + 1 :], 0)


@given(cases(lengths=False, T=st.integers(2, 6)), st.data())
def test_two_halves_with_carried_state_equal_the_whole(case, data):
    cut = data.draw(st.integers(1, case.x.shape[0] - 1))
    h, state, grads, dx, dstate0 = run(case)
    h_1, tape_1 = case.cell.forward(case.x[:cut], case.state)
    h_2, tape_2 = case.cell.forward(case.x[cut:], tape_1.state)
    close(np.concatenate([h_1, h_2]), h)
    close(tape_2.state, state)
    grads_2, dx_2, back = case.cell.backward(tape_2, case.dh[cut:], case.dstate)
    grads_1, dx_1, dstate0_1 = case.cell.backward(tape_1, case.dh[:cut], back)
    for whole, first, second in zip(grads, grads_1, grads_2, strict=True):
        close(first + second, whole)
    close(dstate0_1, dstate0)
    if dx is not None:
        close(np.concatenate([dx_1, dx_2]), dx)


@given(cases(symbols=True), st.sampled_from([np.int64, np.int32, np.int8, np.uint8, np.uint64]))
def test_symbols_equal_their_one_hot_vectors(case, integers):
    vectors = one_hot(case.x, case.cell.W_x.shape[1])
    h, state, grads, dx, dstate0 = run(case, x=case.x.astype(integers))
    h_v, state_v, grads_v, dx_v, dstate0_v = run(case, x=vectors)
    assert dx is None
    assert dx_v.shape == vectors.shape
    close(h, h_v)
    close(state, state_v)
    close(dstate0, dstate0_v)
    for g, g_v in zip(grads, grads_v, strict=True):
        close(g, g_v)


@given(cases(lengths=True))
def test_padding_changes_nothing(case):
    n_x = case.sizes[2]
    x, dh = case.x.copy(), case.dh.copy()
    for b, n in enumerate(case.lengths):
        dh[n:, b] = 1e6
        x[n:, b] = n_x - 1 if x.ndim == 2 else -1e6
    h, state, grads, dx, dstate0 = run(case, x=x, dh=dh)
    total = tree_map(np.zeros_like, grads)
    for b, n in enumerate(case.lengths):
        at = slice(b, b + 1)
        h_b, state_b, grads_b, dx_b, dstate0_b = run(
            case,
            x=case.x[:n, at],
            state=None if case.state is None else case.state[at],
            lengths=None,
            dh=case.dh[:n, at],
            dstate=case.dstate[at],
        )
        close(h[:n, at], h_b)
        close(state[at], state_b)
        close(dstate0[at], dstate0_b)
        if dx is not None:
            close(dx[:n, at], dx_b)
            same(dx[n:, at], 0)
        total = tree_map(np.add, total, grads_b)
    for (name, g), (_, wanted) in zip(leaves(grads), leaves(total), strict=True):
        close(g, wanted, err_msg=name)


@given(cases(lengths=True))
def test_h_is_zero_beyond_lengths(case):
    h, tape = case.cell.forward(case.x, case.state, case.lengths)
    for b, n in enumerate(case.lengths):
        same(h[n:, b], 0)
        same(tape.state[b], h[n - 1, b])


@given(cases(lengths=False))
def test_full_lengths_equal_no_lengths(case):
    T, B, _, _ = case.sizes
    for a, b in zip(leaves(run(case)), leaves(run(case, lengths=[T] * B)), strict=True):
        close(a[1], b[1])


@given(cases(state=False))
def test_no_state_is_a_state_of_zeros(case):
    _, B, _, n_h = case.sizes
    for a, b in zip(leaves(run(case)), leaves(run(case, state=np.zeros((B, n_h)))), strict=True):
        same(a[1], b[1])


@given(cases())
def test_no_gradient_is_a_gradient_of_zeros(case):
    _, tape = case.cell.forward(case.x, case.state, case.lengths)
    zero = np.zeros_like(case.dh)
    for given_, wanted in [
        ({"dh": case.dh}, {"dh": case.dh, "dstate": zero[0]}),
        ({"dstate": case.dstate}, {"dh": zero, "dstate": case.dstate}),
    ]:
        got, want = case.cell.backward(tape, **given_), case.cell.backward(tape, **wanted)
        for a, b in zip(leaves(got), leaves(want), strict=True):
            same(a[1], b[1])
    for _, g in leaves(case.cell.backward(tape)):
        same(g, 0)


@given(cases(dtype=np.float32))
def test_float32_in_gives_float32_out_and_agrees_with_float64(case):
    wide = Case(
        *(tree_map(lambda a: a.astype(float) if a.dtype.kind == "f" else a, p) for p in case)
    )
    carry = np.ones(case.x.shape[0])
    outputs = leaves(run(case)), leaves(run(wide))
    for (_, a), (_, b) in zip(*outputs, strict=True):
        assert a.dtype == np.float32
        assert b.dtype == np.float64
        close(a, b, 1e-5)
    _, tape = case.cell.forward(case.x, case.state, case.lengths)
    for options in ({"truncate": 2}, {"carry": carry}):
        for _, a in leaves(case.cell.backward(tape, case.dh, **options)):
            assert a.dtype == np.float32


@given(cases(), st.sampled_from([None, 1, 2]), st.booleans())
def test_nothing_that_is_given_is_written_to(case, truncate, carried):
    # The arrays of a case are read-only already, so writing raises; the tape and carry are compared.
    carry = frozen(case.rng.random(case.x.shape[0])) if carried else None
    _, tape = case.cell.forward(case.x, case.state, case.lengths)
    before = [a.copy() for _, a in leaves((case, tape))]
    first = case.cell.backward(tape, case.dh, case.dstate, truncate, carry)
    second = case.cell.backward(tape, case.dh, case.dstate, truncate, carry)
    for (name, a), b in zip(leaves((case, tape)), before, strict=True):
        same(a, b, err_msg=name)
    for (name, a), (_, b) in zip(leaves(first), leaves(second), strict=True):
        same(a, b, err_msg=name)


SLOPES = {  # of h = z, and how a student's own cell may come to them
    "of another type": lambda h: np.ones(h.shape),
    "not written out": lambda h: np.broadcast_to(h.dtype.type(1), h.shape),
    "of one row": lambda h: np.ones((len(h), 1, h.shape[-1]), h.dtype),
}


@pytest.mark.parametrize("slope", SLOPES.values(), ids=SLOPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_slopes_of_every_kind_give_the_gradient(slope, dtype):
    class Same(LinearRNN):
        __slots__ = ()

    Same.slope = staticmethod(slope)
    rng = np.random.default_rng(0)
    cell, x = LinearRNN.init(rng, 2, 3, dtype), rng.normal(size=(4, 2, 2)).astype(dtype)
    h, tape = cell.forward(x)
    got, wanted = Same(*cell).backward(tape, h), cell.backward(tape, h)
    for (name, a), (_, b) in zip(leaves(got), leaves(wanted), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, err_msg=name)


@pytest.mark.parametrize("slope", [lambda h: h, lambda h: h[:]], ids=["itself", "a view of it"])
@pytest.mark.parametrize("lengths", [None, (4, 2)])
def test_h_stays_what_it_is_where_it_is_its_own_slope(slope, lengths):
    class Exponential(RNN):  # h = eᶻ = f′(z)
        __slots__ = ()
        activation = staticmethod(lambda z, out=None: np.exp(z, out=out))

    Exponential.slope = staticmethod(slope)
    rng = np.random.default_rng(0)
    cell, x = Exponential.init(rng, 2, 3), rng.normal(size=(4, 2, 2)) / 4

    h, tape = cell.forward(x, lengths=lengths)
    before = h.copy()
    grads, _, _ = cell.backward(tape, 2 * h)
    same(tape.h, before)
    loss = lambda cell: float((cell.forward(x, lengths=lengths)[0] ** 2).sum())
    assert gradcheck(loss, cell, grads) < 1e-6


@pytest.mark.parametrize("lengths", [None, (3, 2)])
@pytest.mark.parametrize("kind", CELLS)
def test_a_state_that_is_carried_on_does_not_hold_all_of_h(kind, lengths):
    cell = kind.init(np.random.default_rng(0), 2, 3)
    h, tape = cell.forward(np.ones((3, 2, 2)), lengths=lengths)
    for _, state in leaves((tape.state,)):
        assert state.base is None
        assert not np.shares_memory(state, h)


@given(cases(symbols=False, lengths=True))
def test_lists_are_taken_like_arrays(case):
    given_ = {f: getattr(case, f).tolist() for f in ("x", "lengths", "dh", "dstate")}
    for a, b in zip(leaves(run(case)), leaves(run(case, **given_)), strict=True):
        same(a[1], b[1])


@pytest.mark.parametrize("kind", CELLS)
def test_gradients_and_changed_cells_have_the_type_of_the_cell(kind):
    cell = kind.init(np.random.default_rng(0), 2, 3)
    h, tape = cell.forward(np.ones((2, 1, 2)))
    grads, _, _ = cell.backward(tape, h)
    assert type(cell) is type(grads) is type(cell._replace(b=cell.b + 1)) is kind
    with pytest.raises(AttributeError):
        cell.W_h = cell.W_h


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", CELLS)
def test_init_draws_weights_within_one_over_root_n_h_and_no_bias(kind, dtype):
    cell = kind.init(np.random.default_rng(3), 50, 16, dtype)
    again = kind.init(np.random.default_rng(3), 50, 16, dtype)
    assert [(n, a.shape, a.dtype) for n, a in leaves(cell)] == [
        ("W_x", (16, 50), dtype),
        ("W_h", (16, 16), dtype),
        ("b", (16,), dtype),
    ]
    for W in (cell.W_x, cell.W_h):
        assert np.abs(W).max() <= 0.25
        assert W.min() < -0.24
        assert W.max() > 0.24
        assert abs(W.mean()) < 0.02
    same(cell.b, 0)
    for a, b in zip(cell, again, strict=True):
        same(a, b)


def test_the_slope_of_relu_at_zero_is_zero():
    cell = ReluRNN(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1))
    h, tape = cell.forward(np.zeros((1, 1, 1)))
    grads, dx, dstate0 = cell.backward(tape, np.ones((1, 1, 1)))
    for _, g in leaves((h, grads, dx, dstate0)):
        same(g, 0)


def test_a_saturated_sigmoid_neither_overflows_nor_learns():
    cell = SigmoidRNN(np.array([[1e4]]), np.zeros((1, 1)), np.zeros(1))
    h, tape = cell.forward(np.array([[[1.0]], [[-1.0]]]))
    same(h.ravel(), [1, 0])
    same(cell.backward(tape, np.ones_like(h))[1], 0)


def test_a_linear_cell_raises_w_h_to_powers():
    W_h = np.array([[0.5, 1.0], [0.0, 0.5]])
    cell = LinearRNN(np.zeros((2, 1)), W_h, np.zeros(2))
    h, _ = cell.forward(np.zeros((4, 1, 1)), state=np.array([[1.0, 2.0]]))
    for t in range(4):
        close(h[t, 0], np.linalg.matrix_power(W_h, t + 1) @ [1.0, 2.0])


def scalar_example(x, h_0, kind=RNN):
    """W_x = 1, W_h = 2, W_y = 1, no biases, targets (0, 1), squared loss summed over the two steps."""
    one = np.array([[1.0]])
    cell, readout = kind(one, 2 * one, np.zeros(1)), Readout(one, np.zeros(1))
    h, tape = cell.forward(np.array(x).reshape(2, 1, 1), np.array([[h_0]]))
    y, tape_y = readout.forward(h)
    L, dy = squared_error(y, np.array([0.0, 1.0]).reshape(2, 1, 1))
    d_readout, dh = readout.backward(tape_y, dy)
    return cell, tape, h.ravel(), L, dy.ravel(), dh, d_readout


def rounded(value, digits):
    """To so many significant digits, as a text such as -9.21096e-06."""
    return f"{float(np.squeeze(value)):.{digits - 1}e}"


def test_the_worked_example_has_its_published_full_precision_numbers():
    cell, tape, h, L, dy, dh, d_readout = scalar_example([1.0, 2.0], 0.0)
    grads, dx, _ = cell.backward(tape, dh)
    assert rounded(h[0], 6) == "7.61594e-01"
    assert rounded(2 + 2 * h[0], 7) == "3.523188e+00"
    assert rounded(h[1], 6) == "9.98260e-01"
    assert rounded(h[0] ** 2, 6) == "5.80026e-01"
    assert rounded((h[1] - 1) ** 2, 5) == "3.0262e-06"
    assert pytest.approx(h[0] ** 2 + (h[1] - 1) ** 2, rel=1e-14) == L
    assert rounded(dx[1], 6) == "-1.20943e-05"  # δ_2, as W_x = 1
    assert rounded(2 * dx[1], 6) == "-2.41886e-05"  # W_h δ_2, sent back to h_1
    assert rounded(dx[0], 2) == "6.4e-01"  # δ_1
    assert rounded(dy[0], 4) == "1.523e+00"
    assert rounded(grads.W_h, 6) == "-9.21096e-06"
    assert rounded(grads.W_x, 6) == "6.39666e-01"
    assert rounded(d_readout.W_y, 7) == "1.156578e+00"


def test_the_worked_example_cannot_show_a_lost_carry_but_another_input_can():
    cell, tape, *_, dh, _ = scalar_example([1.0, 2.0], 0.0)
    full, lost = cell.backward(tape, dh)[0], cell.backward(tape, dh, truncate=1)[0]
    same(full.W_h, lost.W_h)
    assert (rounded(full.W_x, 6), rounded(lost.W_x, 6)) == ("6.39666e-01", "6.39676e-01")
    cell, tape, *_, dh, _ = scalar_example([0.1, 0.2], 0.1)
    full, lost = cell.backward(tape, dh)[0], cell.backward(tape, dh, truncate=1)[0]
    assert (rounded(full.W_h, 6), rounded(lost.W_h, 5)) == ("-1.34325e-01", "-6.1922e-02")
