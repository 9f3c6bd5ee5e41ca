"""Truncation: what τ keeps, what carry cuts, and that random truncation is right on average."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import cases, close, gradients_by_definition

from rnn_core import GRU, LSTM, RNN, LinearRNN, Stacked, numerical_gradient
from rnn_core.bptt import (
    chunks,
    deltas,
    gradient_by_lag,
    norms_over_time,
    random_carry,
    shares_by_lag,
    step_back,
    terms_by_lag,
    through_time,
)
from rnn_core.tree import joined, leaves, parted, tree_map

same = np.testing.assert_array_equal


def sent_back(case, **options):
    """(grads, dx, dstate0), dx None for symbols."""
    _, tape = case.cell.forward(case.x, case.state, case.lengths)
    return case.cell.backward(tape, case.dh, case.dstate, **options)


def assert_equal_trees(got, wanted):
    for (name, a), (_, b) in zip(leaves(got), leaves(wanted), strict=True):
        close(a, b, err_msg=name)


@given(cases(), st.integers(0, 3))
def test_truncation_beyond_the_sequence_equals_full(case, more):
    T = case.x.shape[0]
    full = sent_back(case)
    assert_equal_trees(sent_back(case, truncate=T + more), full)


@given(cases())
def test_truncation_to_one_is_immediate_only(case):
    T = case.x.shape[0]
    grads, dx, dstate0 = sent_back(case, truncate=1)
    assert_equal_trees((grads, dx, dstate0), sent_back(case, carry=np.zeros(T)))
    W_x, W_h, b, dx_wanted, _ = gradients_by_definition(case, truncate=1)
    assert_equal_trees(tuple(grads), (W_x, W_h, b))
    if dx is not None:
        assert_equal_trees(dx, dx_wanted)


@given(cases(), st.integers(1, 8), st.booleans())
def test_truncation_keeps_the_lags_below_tau_of_every_loss(case, tau, carried):
    carry = case.rng.normal(size=case.x.shape[0]) if carried else None
    grads, dx, dstate0 = sent_back(case, truncate=tau, carry=carry)
    W_x, W_h, b, dx_wanted, dstate0_wanted = gradients_by_definition(case, tau, carry)
    assert_equal_trees((*grads, dstate0), (W_x, W_h, b, dstate0_wanted))
    if dx is not None:
        assert_equal_trees(dx, dx_wanted)


@given(cases())
def test_carry_weighs_what_comes_back_from_the_next_step(case):
    carry = case.rng.normal(size=case.x.shape[0])
    grads, dx, dstate0 = sent_back(case, carry=carry)
    W_x, W_h, b, dx_wanted, dstate0_wanted = gradients_by_definition(case, carry=carry)
    assert_equal_trees((*grads, dstate0), (W_x, W_h, b, dstate0_wanted))
    if dx is not None:
        assert_equal_trees(dx, dx_wanted)


@given(cases())
def test_a_carry_of_ones_equals_none(case):
    T = case.x.shape[0]
    for tau in (None, 2):
        got = sent_back(case, truncate=tau, carry=np.ones(T))
        assert_equal_trees(got, sent_back(case, truncate=tau))


@given(cases(lengths=False, T=st.integers(2, 6)), st.integers(1, 5))
def test_chunks_of_a_sequence_equal_chunks_run_apart(case, size):
    T = case.x.shape[0]
    grads, dx, dstate0 = sent_back(case, carry=chunks(T, size))
    total, dxs, state, firsts = tree_map(np.zeros_like, grads), [], case.state, []
    for start in range(0, T, size):
        x, dh = case.x[start : start + size], case.dh[start : start + size]
        _, tape = case.cell.forward(x, state)
        state = tape.state
        part, dx_part, first = case.cell.backward(
            tape, dh, case.dstate if start + size >= T else None
        )
        total = tree_map(np.add, total, part)
        dxs.append(dx_part)
        firsts.append(first)
    assert_equal_trees((total, firsts[0]), (grads, dstate0))
    if dx is not None:
        assert_equal_trees(np.concatenate(dxs), dx)


@given(cases(), st.floats(0.2, 0.9))
def test_random_truncation_is_unbiased_over_all_its_outcomes(case, p):
    # ξ_t = 1/p with probability p, else 0: every outcome once, with its probability
    T = case.x.shape[0]
    full = sent_back(case)
    mean = tree_map(np.zeros_like, full)
    weights = 0
    for goes_on in product([False, True], repeat=T - 1):
        weight = np.prod([p if g else 1 - p for g in goes_on])
        carry = np.array([1 / p if g else 0.0 for g in goes_on] + [0.0])  # the last hears nothing
        outcome = sent_back(case, carry=carry)
        mean = tree_map(lambda m, o, w=weight: m + w * o, mean, outcome)
        weights += weight
    assert abs(weights - 1) < 1e-12
    for (name, a), (_, b) in zip(leaves(mean), leaves(full), strict=True):
        assert np.linalg.norm(a - b) <= 1e-12 * max(1, np.linalg.norm(b)), name


def test_three_steps_of_a_scalar_by_hand():
    # δ_3 = 5, δ_2 = 3 + 2·5 = 13, δ_1 = 1 + 2·13 = 27 with W_h = 2 and slope 1
    dh = np.array([1.0, 3.0, 5.0]).reshape(3, 1, 1)
    slope, W_h = np.ones_like(dh), np.array([[2.0]])
    for options, delta in [
        ({}, [27, 13, 5]),
        ({"truncate": 1}, [1, 3, 5]),
        ({"truncate": 2}, [7, 13, 5]),
        ({"truncate": 3}, [27, 13, 5]),
        ({"truncate": 4}, [27, 13, 5]),
        ({"carry": np.array([0.0, 1.0, 1.0])}, [1, 13, 5]),
        ({"carry": np.array([3.0, 1.0, 1.0])}, [79, 13, 5]),
        ({"carry": np.array([1.0, 0.0, 7.0])}, [7, 3, 5]),
        ({"carry": np.array([1.0, 0.0, 7.0]), "truncate": 3}, [7, 3, 5]),
    ]:
        same(
            through_time(dh, step_back(slope, W_h), **options)[1].ravel(),
            delta,
            err_msg=str(options),
        )


@pytest.mark.parametrize("options", [{}, {"truncate": 2}, {"carry": np.array([3.0, 0.5, 1.0])}])
def test_what_a_gradient_needs_is_the_same_with_and_without_the_totals(options):
    dh = np.array([1.0, 3.0, 5.0]).reshape(3, 1, 1)
    given_ = dh, step_back(np.full_like(dh, 0.5), np.array([[2.0]]))
    total, delta = through_time(*given_, **options)
    alone, to_h_0 = deltas(*given_, **options)
    same(alone, delta)
    same(to_h_0, 2 * delta[0])  # W_hᵀ δ_1
    same(total, delta / 0.5)
    same(dh.ravel(), [1, 3, 5])  # what was given is as it was
    same(given_[1].room, 0.5)


@pytest.mark.parametrize("kind", [RNN, LinearRNN, LSTM])
def test_a_step_back_is_the_same_written_over_what_it_reads(kind):
    rng = np.random.default_rng(0)
    cell = kind.init(rng, 2, 3)
    _, tape = cell.forward(rng.normal(size=(4, 2, 2)))
    back, again = cell.back(tape), cell.back(tape)
    for t in range(4):
        g = rng.normal(size=(2, 3 * cell.parts))
        delta, message = back(t, g)
        assert not any(np.shares_memory(a, b) for a in (delta, message) for b in (g, back.room))
        found, its_message = again(t, g, over=True)
        assert its_message is g
        assert np.shares_memory(found, again.room[t])
        same(again.room[t], delta)
        same(g, message)


@pytest.mark.parametrize("options", [{}, {"truncate": 2}, {"carry": np.array([3.0, 0.5, 1.0])}])
def test_delta_written_over_what_the_steps_read_is_the_same(options):
    dh, W_h = np.array([1.0, 3.0, 5.0]).reshape(3, 1, 1), np.array([[2.0]])
    wanted = deltas(dh, step_back(np.full_like(dh, 0.5), W_h), **options)
    back = step_back(np.full_like(dh, 0.5), W_h)
    found = deltas(dh, back, over=True, **options)
    assert ("truncate" in options) != (found[0] is back.room)
    for a, b in zip(found, wanted, strict=True):
        same(a, b)
    same(dh.ravel(), [1, 3, 5])


def test_a_step_of_ones_own_may_hand_on_what_it_got():
    dh = np.array([1.0, 3.0, 5.0]).reshape(3, 1, 1)
    total, delta = through_time(dh, lambda t, g: (g.copy(), g))  # slope and W_h are 1
    same(total, delta)
    same(delta.ravel(), [9, 8, 5])
    same(dh.ravel(), [1, 3, 5])


def test_going_back_uses_the_transpose_of_w_h():
    W_h = np.array([[0.0, 1.0], [0.0, 0.0]])  # h_2[0] hears h_1[1], so h_2[0]'s loss goes to h_1[1]
    dh = np.zeros((2, 1, 2))
    dh[1, 0, 0] = 1
    same(through_time(dh, step_back(np.ones_like(dh), W_h))[1][:, 0], [[0, 1], [1, 0]])


@given(cases(lengths=False))
def test_the_gradient_of_a_state_is_what_moving_it_does_to_the_loss(case):
    h, _ = case.cell.forward(case.x, case.state)
    total, delta = through_time(case.dh, step_back(case.cell.slope(h), case.cell.W_h))
    same(delta, case.cell.slope(h) * total)
    for t in range(len(h)):

        def loss(h_t, t=t):
            later = case.cell.forward(case.x[t + 1 :], h_t)[0] if t + 1 < len(h) else 0 * h[:0]
            return (case.dh[t] * h_t).sum() + (case.dh[t + 1 :] * later).sum()

        close(total[t], numerical_gradient(loss, h[t]), 1e-7, f"t = {t}")


@given(cases(), st.booleans())
def test_the_gradients_by_lag_add_up_to_every_truncation(case, last_only):
    dh = case.dh.copy()
    dh[:-1] *= not last_only
    _, tape = case.cell.forward(case.x, case.state, case.lengths)
    parts = gradient_by_lag(case.cell, tape, dh)
    assert len(parts) == len(case.x)
    so_far = tree_map(np.zeros_like, parts[0])
    for lag, part in enumerate(parts):
        assert type(part) is type(case.cell)
        up_to, before = (
            case.cell.backward(tape, dh, truncate=tau)[0] if tau else so_far
            for tau in (lag + 1, lag)
        )
        assert_equal_trees(part, tree_map(np.subtract, up_to, before))
        so_far = tree_map(np.add, so_far, part)
    assert_equal_trees(so_far, case.cell.backward(tape, dh)[0])


@given(cases(lengths=False), st.booleans())
def test_the_terms_by_lag_add_up_to_every_truncation(case, carried):
    carry = case.rng.normal(size=len(case.x)) if carried else None
    h, _ = case.cell.forward(case.x, case.state)
    given_ = case.dh, step_back(case.cell.slope(h), case.cell.W_h)
    terms = [term for term, _ in terms_by_lag(*given_, carry)]
    assert len(terms) == len(case.x)
    for tau in range(1, len(terms) + 1):
        close(sum(terms[:tau]), through_time(*given_, tau, carry)[0])
    close(sum(terms), through_time(*given_, carry=carry)[0])


def test_the_shares_of_three_steps_by_hand():
    # h_t = x_t + 2 h_{t−1}, L = h_3: the lags give 1·x_3, 2·x_2, 4·x_1 to the gradient of W_x
    cell = LinearRNN(np.array([[1.0]]), np.array([[2.0]]), np.zeros(1))
    _, tape = cell.forward(np.array([3.0, -1.0, 1.0]).reshape(3, 1, 1))
    dh = np.array([0.0, 0.0, 1.0]).reshape(3, 1, 1)
    close(shares_by_lag(cell, tape, dh, "W_x"), np.array([1.0, -2.0, 12.0]) / 11)
    close(shares_by_lag(cell, tape, dh, "b"), np.array([1.0, 2.0, 4.0]) / 7)


@given(cases(lengths=False, symbols=False))
def test_a_share_is_a_part_along_the_whole_gradient(case):
    _, tape = case.cell.forward(case.x, case.state)
    parts = [g.W_h for g in gradient_by_lag(case.cell, tape, case.dh)]
    whole = sum(parts)
    if np.linalg.norm(whole) < 1e-3:
        return
    shares = shares_by_lag(case.cell, tape, case.dh, "W_h")
    close(shares, [(part * whole).sum() / np.linalg.norm(whole) ** 2 for part in parts], 1e-9)
    assert abs(shares.sum() - 1) < 1e-9


@pytest.mark.parametrize(
    ("T", "length", "carry"),
    [
        (7, 3, [1, 1, 0, 1, 1, 0, 1]),
        (4, 2, [1, 0, 1, 0]),
        (3, 1, [0, 0, 0]),
        (3, 5, [1, 1, 1]),
        (1, 1, [0]),
    ],
)
def test_chunks_cut_after_every_so_many_steps(T, length, carry):
    same(chunks(T, length), carry)


@pytest.mark.parametrize("p", [0.2, 0.75, 1.0])
def test_random_carry_goes_on_with_probability_p_and_makes_up_for_it(p):
    carry = random_carry(np.random.default_rng(0), 20_000, p)
    assert carry.shape == (20_000,)
    assert set(carry) == ({0.0, 1 / p} if p < 1 else {1.0})
    assert abs(carry.mean() - 1) < 4 * np.sqrt((1 / p - 1) / 20_000) + 1e-12


def test_random_carry_is_drawn_from_the_generator_step_by_step():
    first, second, other = (random_carry(np.random.default_rng(s), 50, 0.5) for s in (0, 0, 1))
    same(first, second)
    assert (first != other).any()
    assert 0 < np.count_nonzero(first[1:] == first[:-1]) < 49  # not one draw for all steps


def test_the_parts_of_a_gradient_leave_the_tape_and_the_losses_alone():
    rng = np.random.default_rng(0)
    cell = RNN.init(rng, 2, 3)
    _, tape = cell.forward(rng.normal(size=(4, 2, 2)), lengths=[4, 2])
    dh = rng.normal(size=(4, 2, 3))
    before = dh.copy(), tape.h.copy()
    gradient_by_lag(cell, tape, dh)
    same(dh, before[0])
    same(tape.h, before[1])


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
@pytest.mark.parametrize("lengths", [None, [5, 2, 3]])
@pytest.mark.parametrize("told", ["dh", "dstate", "both"])
def test_the_norms_are_those_of_what_moving_a_state_does_to_the_loss(kind, lengths, told):
    # every state s_t of a run is put in place of h_0 of the rest of it
    rng = np.random.default_rng(1)
    cell, x = kind.init(rng, 2, 3), rng.normal(size=(5, 3, 2))
    h, tape = cell.forward(x, lengths=lengths)
    dh = rng.normal(size=h.shape) * (told != "dstate")
    dstate = tree_map(lambda a: rng.normal(size=a.shape) * (told != "dh"), cell.zeros(3))
    got = norms_over_time(
        cell, tape, dh if dh.any() else None, dstate if joined(dstate).any() else None
    )
    assert got.shape == (5,)
    ends = np.full(3, 5) if lengths is None else np.array(lengths)
    for t in range(5):
        squares = 0.0
        for b in np.flatnonzero(ends > t):  # beyond its end a row has no state
            end = ends[b]
            _, upto = cell.forward(x[: t + 1, b : b + 1])

            def loss(s, t=t, b=b, end=end, like=upto.state):
                state = parted(s, like)
                total = (dh[t, b] * cell.seen(state)).sum()
                if t + 1 < end:
                    later, rest = cell.forward(x[t + 1 : end, b : b + 1], state)
                    total, state = total + (dh[t + 1 : end, b] * later[:, 0]).sum(), rest.state
                return total + (joined(dstate)[b] * joined(state)).sum()

            squares += (numerical_gradient(loss, joined(upto.state)) ** 2).sum()
        close(got[t], np.sqrt(squares), 1e-6, f"t = {t}")


def test_the_norms_of_three_steps_by_hand():
    # two rows, W_h = 2, L = 3 h_3 of the first and 4 h_3 of the second: 5 at step 3, doubled at every step back
    cell = LinearRNN(np.array([[1.0]]), np.array([[2.0]]), np.zeros(1))
    _, tape = cell.forward(np.ones((3, 2, 1)))
    close(norms_over_time(cell, tape, dstate=np.array([[3.0], [4.0]])), [20.0, 10.0, 5.0])
    close(norms_over_time(cell, tape), np.zeros(3))


def test_norms_are_refused_for_layers_and_for_wrong_shapes():
    rng = np.random.default_rng(0)
    cell, layers = RNN.init(rng, 2, 3), Stacked.init(rng, 2, 3)
    x = rng.normal(size=(4, 2, 2))
    tape = cell.forward(x)[1]
    with pytest.raises(ValueError, match="cell: got Stacked, wanted an object with `back`"):
        norms_over_time(layers, layers.forward(x)[1])
    with pytest.raises(ValueError, match=r"dh: got shape \(4, 2, 2\), wanted \(4, 2, 3\) like h"):
        norms_over_time(cell, tape, x)
    with pytest.raises(ValueError, match=r"dstate: got shape \(1, 3\)"):
        norms_over_time(cell, tape, dstate=np.zeros((1, 3)))
