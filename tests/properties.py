"""What every cell and every pile of cells promises, written once: each takes a `strategies.Net`."""

import numpy as np
from strategies import close, frozen, row_lengths

from rnn_core import gradcheck, one_hot
from rnn_core.tree import leaves, tree_map

same = np.testing.assert_array_equal


def outputs(case, options=None, **changes):
    """(h, final state, grads, dx, dstate0) of a case, its dh and dstate sent back."""
    case = case._replace(**changes)
    h, tape = case.net.forward(case.x, case.state, case.lengths)
    return h, tape.state, *case.net.backward(tape, case.dh, case.dstate, **(options or {}))


def equal_trees(got, wanted, tolerance=1e-12):
    """The same arrays under the same names, to rounding."""
    got, wanted = leaves(got), leaves(wanted)
    assert [name for name, _ in got] == [name for name, _ in wanted]
    for (name, a), (_, b) in zip(got, wanted, strict=True):
        close(a, b, tolerance, name)


def rows(case, b, n=None):
    """The case of row b alone, of its first n steps."""
    at = slice(b, b + 1)
    return case._replace(
        x=case.x[:n, at],
        state=tree_map(lambda a: a[at], case.state),
        lengths=None if case.lengths is None or n else case.lengths[at],
        dh=case.dh[:n, at],
        dstate=tree_map(lambda a: a[at], case.dstate),
    )


def gradients_agree_with_central_differences(case):
    """Parameters, input and first state, from a loss that feels every h_t and the final state."""

    def loss(p):
        net, x, state = p
        h, tape = net.forward(case.x if x is None else x, state, case.lengths)
        at_end = zip(leaves(case.dstate), leaves(tape.state), strict=True)
        return float((case.dh * h).sum() + sum((d * s).sum() for (_, d), (_, s) in at_end))

    _, _, grads, dx, dstate0 = outputs(case)
    p = case.net, None if case.x.ndim == 2 else case.x, case.state
    assert type(grads) is type(case.net)
    assert (dx is None) == (p[1] is None)
    assert gradcheck(loss, p, (grads, dx, None if p[2] is None else dstate0)) < 1e-7


def a_batch_equals_its_rows(case):
    """Also truncated, and with factors that every row has in common or for itself."""
    T, B = case.x.shape[:2]
    shared, own = case.rng.normal(size=T), case.rng.normal(size=(T, B))
    for options in ({}, {"truncate": 2}, {"carry": shared}, {"carry": own, "truncate": 3}):
        h, state, grads, dx, dstate0 = outputs(case, options)
        total = tree_map(np.zeros_like, grads)
        for b in range(B):
            at = slice(b, b + 1)
            alone = options | (
                {"carry": own[:, b]} if "truncate" in options and "carry" in options else {}
            )
            h_b, state_b, grads_b, dx_b, dstate0_b = outputs(rows(case, b), alone)
            part = tree_map(lambda a, at=at: a[at], (state, dstate0))
            equal_trees((h[:, at], *part), (h_b, state_b, dstate0_b))
            equal_trees(None if dx is None else dx[:, at], dx_b)
            total = tree_map(np.add, total, grads_b)
        equal_trees(grads, total)


def padding_changes_nothing(case):
    """Nonsense beyond the lengths, and two steps more of it: h, state and gradients stay as each row has them."""
    T, B = case.x.shape[:2]
    ends = row_lengths(case)
    if case.x.ndim == 2:
        x = np.full((T + 2, B), case.net.n_x - 1)
    else:
        x = np.full((T + 2, *case.x.shape[1:]), -1e6)
    dh = np.full((T + 2, *case.dh.shape[1:]), 1e6)
    for b, n in enumerate(ends):
        x[:n, b], dh[:n, b] = case.x[:n, b], case.dh[:n, b]
    h, state, grads, dx, dstate0 = outputs(case, x=x, dh=dh, lengths=ends)
    total = tree_map(np.zeros_like, grads)
    for b, n in enumerate(ends):
        at = slice(b, b + 1)
        h_b, state_b, grads_b, dx_b, dstate0_b = outputs(rows(case, b, n))
        part = tree_map(lambda a, at=at: a[at], (state, dstate0))
        equal_trees((h[:n, at], *part), (h_b, state_b, dstate0_b))
        same(h[n:, b], 0)
        if dx is not None:
            close(dx[:n, at], dx_b)
            same(dx[n:, b], 0)
        total = tree_map(np.add, total, grads_b)
    equal_trees(grads, total)


def full_lengths_equal_no_lengths(case):
    """lengths = T for all is as none at all."""
    T, B = case.x.shape[:2]
    equal_trees(outputs(case, lengths=None), outputs(case, lengths=[T] * B))


def no_state_is_a_state_of_zeros(case):
    """And no dh, no dstate are gradients of zeros."""
    zero = case.net.zeros(case.x.shape[1])
    equal_trees(outputs(case, state=None), outputs(case, state=zero))
    nothing = np.zeros_like(case.dh)
    equal_trees(outputs(case, dh=None), outputs(case, dh=nothing))
    equal_trees(outputs(case, dstate=None), outputs(case, dstate=zero))
    for _, g in leaves(outputs(case, dh=None, dstate=None)[2:]):
        same(g, 0)


def symbols_equal_their_one_hot_vectors(case):
    """And have no gradient."""
    x = case.rng.integers(0, case.net.n_x, case.x.shape[:2]).astype(np.uint8)
    h, state, grads, dx, dstate0 = outputs(case, x=x)
    *wanted, dx_v, dstate0_v = outputs(case, x=one_hot(x, case.net.n_x))
    assert dx is None
    assert dx_v.shape == (*x.shape, case.net.n_x)
    equal_trees((h, state, grads, dstate0), (*wanted, dstate0_v))


def float32_in_gives_float32_out_and_agrees_with_float64(case):
    """Nothing between makes numbers wider, not even a carry of float64."""
    to = lambda kind: lambda a: a.astype(kind) if a.dtype.kind == "f" else a
    narrow = type(case)(*(tree_map(to(np.float32), part) for part in case))
    wide = type(case)(*(tree_map(to(np.float64), part) for part in narrow))
    for options in ({}, {"truncate": 2}, {"carry": np.ones(len(case.x))}):
        got = outputs(narrow, options)
        assert {a.dtype for _, a in leaves(got)} == {np.dtype(np.float32)}
        equal_trees(got, outputs(wide, options), 1e-4)


def nothing_that_is_given_is_written_to(case):
    """The arrays of a case are read-only already; the tape and carry are compared. Twice gives the same twice."""
    carry = frozen(case.rng.random(len(case.x)))
    _, tape = case.net.forward(case.x, case.state, case.lengths)
    before = tree_map(np.copy, (case, tape))
    for options in ({}, {"truncate": 2}, {"carry": carry}):
        first, second = (case.net.backward(tape, case.dh, case.dstate, **options) for _ in range(2))
        for a, b in (((case, tape), before), (first, second)):
            for (name, one), (_, other) in zip(leaves(a), leaves(b), strict=True):
                same(one, other, err_msg=name)


def truncation_beyond_the_sequence_equals_full(case):
    """τ ≥ T keeps every lag; a carry of ones, or of true, weighs nothing."""
    T, B = case.x.shape[:2]
    full = outputs(case)
    for options in ({"truncate": T}, {"truncate": T + 2}, {"carry": [True] * T}):
        equal_trees(outputs(case, options), full)
    equal_trees(outputs(case, {"carry": np.ones((T, B)), "truncate": T}), full)


EVERYWHERE = (
    gradients_agree_with_central_differences,
    a_batch_equals_its_rows,
    padding_changes_nothing,
    full_lengths_equal_no_lengths,
    no_state_is_a_state_of_zeros,
    symbols_equal_their_one_hot_vectors,
    float32_in_gives_float32_out_and_agrees_with_float64,
    nothing_that_is_given_is_written_to,
    truncation_beyond_the_sequence_equals_full,
)


def two_halves_with_carried_state_equal_the_whole(case, cut):
    """For whatever reads in one direction, and has no lengths; the gradient goes back across the cut."""
    h, state, grads, dx, dstate0 = outputs(case)
    first, second = case.x[:cut], case.x[cut:]
    h_1, tape_1 = case.net.forward(first, case.state)
    h_2, tape_2 = case.net.forward(second, tape_1.state)
    equal_trees((np.concatenate([h_1, h_2]), tape_2.state), (h, state))
    grads_2, dx_2, back = case.net.backward(tape_2, case.dh[cut:], case.dstate)
    grads_1, dx_1, dstate0_1 = case.net.backward(tape_1, case.dh[:cut], back)
    equal_trees((tree_map(np.add, grads_1, grads_2), dstate0_1), (grads, dstate0))
    if dx is not None:
        close(np.concatenate([dx_1, dx_2]), dx)


def chunks_equal_chunks_run_apart(case, size, cuts):
    """As above, but cut: the state goes on, and nothing comes back across a border."""
    T = len(case.x)
    _, _, grads, dx, dstate0 = outputs(case, {"carry": cuts})
    total, dxs, state, firsts = tree_map(np.zeros_like, grads), [], case.state, []
    for start in range(0, T, size):
        at = slice(start, start + size)
        _, tape = case.net.forward(case.x[at], state)
        state, end = tape.state, case.dstate if start + size >= T else None
        part, its_dx, first = case.net.backward(tape, case.dh[at], end)
        total = tree_map(np.add, total, part)
        dxs.append(its_dx)
        firsts.append(first)
    equal_trees((total, firsts[0]), (grads, dstate0))
    if dx is not None:
        close(np.concatenate(dxs), dx)
