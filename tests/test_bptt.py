"""Truncation: what τ keeps, what carry cuts, and that random truncation is right on average."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import cases, close, gradients_by_definition

from rnn_core.bptt import deltas
from rnn_core.tree import leaves, tree_map

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
def test_zero_carry_at_chunk_borders_equals_chunks_run_apart(case, size):
    T = case.x.shape[0]
    carry = np.ones(T)
    carry[size - 1 :: size] = 0  # the last step of each chunk hears nothing from the next
    grads, dx, dstate0 = sent_back(case, carry=carry)
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
        same(deltas(dh, slope, W_h, **options).ravel(), delta, err_msg=str(options))


def test_deltas_use_the_transpose_of_w_h():
    W_h = np.array([[0.0, 1.0], [0.0, 0.0]])  # h_2[0] hears h_1[1], so h_2[0]'s loss goes to h_1[1]
    dh = np.zeros((2, 1, 2))
    dh[1, 0, 0] = 1
    same(deltas(dh, np.ones_like(dh), W_h)[:, 0], [[0, 1], [1, 0]])
