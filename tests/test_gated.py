"""LSTM and GRU: the equations number by number, their gradients, and what the gates promise."""

import numpy as np
import properties
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from properties import equal_trees, outputs
from strategies import (
    CELLS,
    F_PRIME,
    by_definition,
    cases,
    close,
    gated_by_definition,
    gated_gradients_by_definition,
    gated_jacobians,
    nets,
    one_of,
    row_lengths,
)

from rnn_core import GRU, LSTM
from rnn_core.bptt import chunks, gradient_by_lag, shares_by_lag
from rnn_core.spectrum import jacobians, log_gradient_norms
from rnn_core.tree import joined, leaves, tree_map

same = np.testing.assert_array_equal
GATED = LSTM, GRU


def gated(**given_):
    """A case of an LSTM or a GRU."""
    return nets([one_of(LSTM, GRU)], **given_)


def only(**blocks):
    """An LSTM (i, f, g, o) or a GRU (r, z, n) of weights 0, n_x = 2, n_h = 3, with a bias in some blocks."""
    kind = LSTM if set(blocks) <= set(LSTM.blocks) else GRU
    cell = tree_map(np.zeros_like, kind.init(np.random.default_rng(0), 2, 3))
    for name, bias in blocks.items():
        k = kind.blocks.index(name)
        cell[2][3 * k : 3 * k + 3] = bias
    return cell


@pytest.mark.parametrize("holds", properties.EVERYWHERE)
@given(case=gated())
def test_what_every_cell_promises(holds, case):
    holds(case)


@given(gated())
def test_forward_is_the_equations_number_by_number(case):
    n, s = case.net.width, gated_by_definition(case)
    h, tape = case.net.forward(case.x, case.state, case.lengths)
    for row, length in enumerate(row_lengths(case)):
        close(h[:length, row], s[1 : length + 1, row, :n])
        if type(case.net) is LSTM:
            close(tape.inner.c[:length, row], s[1 : length + 1, row, n:])
        same(h[length:, row], 0)
    close(joined(tape.state), s[-1])
    assert isinstance(tape.state, tuple) == isinstance(tape.state0, tuple) == (case.net.parts == 2)


@settings(max_examples=25)
@given(gated(), st.sampled_from([None, 1, 2, 3]), st.sampled_from([None, "shared", "own"]))
def test_backward_is_the_sum_over_losses_and_lags(case, tau, carried):
    T, B = case.x.shape[:2]
    carry = None if carried is None else case.rng.normal(size=(T, B)[: 1 + (carried == "own")])
    _, _, grads, dx, dstate0 = outputs(case, {"truncate": tau, "carry": carry})
    wanted, dx_wanted, ds_0 = gated_gradients_by_definition(case, tau, carry)
    equal_trees(tuple(grads), tuple(wanted), 1e-11)
    close(joined(dstate0), ds_0, 1e-11)
    if dx is not None:
        close(dx, dx_wanted, 1e-11)


@given(gated(lengths=False, T=st.integers(2, 5)), st.data())
def test_two_halves_with_carried_state_equal_the_whole(case, data):
    cut = data.draw(st.integers(1, len(case.x) - 1))
    properties.two_halves_with_carried_state_equal_the_whole(case, cut)


@given(gated(lengths=False), st.integers(1, 4))
def test_chunks_of_a_sequence_equal_chunks_run_apart(case, size):
    properties.chunks_equal_chunks_run_apart(case, size, chunks(len(case.x), size))


@given(gated())
def test_the_tape_tells_the_gates(case):
    _, tape = case.net.forward(case.x, case.state, case.lengths)
    inner = tape.inner._asdict()
    for name, a in inner.items():
        assert a.shape == tape.h.shape, name
    for name in set("ifo" if type(case.net) is LSTM else "rz"):
        assert 0 <= inner[name].min() <= inner[name].max() <= 1, name
    if type(case.net) is LSTM:
        i, f, g, o, c = inner.values()
        wanted = f * np.concatenate([tape.state0[1][None], c[:-1]]) + i * g, o * np.tanh(c)
        got = c, tape.h
    else:
        r, z, n, m = inner.values()
        before = np.concatenate([tape.state0[None], tape.h[:-1]])
        W, b = (a[-case.net.width :] for a in (case.net.W_h, case.net.b_h))
        wanted = before @ W.T + b, z * before + (1 - z) * n
        got = m, tape.h
        assert (np.sign(n - r * m) != 0).any()
    for row, length in enumerate(row_lengths(case)):
        for a, b in zip(got, wanted, strict=True):
            close(a[:length, row], b[:length, row])


@pytest.mark.parametrize("bias", [50.0, 1e3])
def test_an_lstm_that_forgets_nothing_and_lets_nothing_in_keeps_its_memory_to_the_last_digit(bias):
    rng = np.random.default_rng(1)
    cell = only(f=bias, i=-bias, g=0.7, o=0.3)
    state = rng.normal(size=(4, 3)), 1 + rng.random((4, 3))
    _, tape = cell.forward(rng.normal(size=(200, 4, 2)), state)
    same(tape.state[1], state[1])
    assert (tape.state[0] != state[0]).all()
    dc = rng.normal(size=(4, 3))  # and back: what the end asks of c reaches c_0 whole
    _, _, (dh_0, dc_0) = cell.backward(tape, dstate=(0 * dc, dc))
    close(dc_0, dc, 1e-15)
    close(dh_0, 0 * dc, 1e-15)


def test_an_lstm_that_forgets_all_and_lets_all_in_holds_the_proposal_only():
    cell = only(f=-1e3, i=1e3, g=0.7, o=1e3)
    h, tape = cell.forward(np.ones((3, 1, 2)), (np.ones((1, 3)), np.full((1, 3), 9.0)))
    close(tape.inner.c, np.full((3, 1, 3), np.tanh(0.7)))
    close(h, np.full((3, 1, 3), np.tanh(np.tanh(0.7))))


def test_a_closed_output_gate_hides_the_memory_and_stops_what_comes_from_h():
    cell = only(f=1.0, i=1.0, g=1.0, o=-1e3)
    h, tape = cell.forward(np.ones((3, 1, 2)))
    same(h, 0)
    assert (tape.inner.c > 0.3).all()
    for _, g in leaves(cell.backward(tape, np.ones_like(h))):
        same(g, 0)


def test_a_gru_that_keeps_all_copies_h_to_the_last_digit():
    rng = np.random.default_rng(2)
    cell = only(z=1e3)._replace(
        W_x=rng.normal(size=(9, 2)), W_h=rng.normal(size=(9, 3)), b_h=rng.normal(size=9)
    )
    state, dstate = rng.normal(size=(2, 4, 3))
    h, tape = cell.forward(rng.normal(size=(200, 4, 2)), state)
    same(h, np.broadcast_to(state, h.shape))
    grads, dx, dstate0 = cell.backward(tape, dstate=dstate)
    same(dstate0, dstate)
    for _, g in leaves((grads, dx)):
        same(g, 0)


def test_a_gru_that_keeps_nothing_holds_the_proposal_only():
    cell = only(z=-1e3, n=0.7)
    h, _ = cell.forward(np.ones((3, 1, 2)), np.full((1, 3), 9.0))
    close(h, np.full((3, 1, 3), np.tanh(0.7)))


def test_the_reset_gate_of_a_gru_acts_after_w_h_and_its_bias():
    rng = np.random.default_rng(3)
    cell = only(r=-1e3, z=-1e3)
    cell = cell._replace(W_h=rng.normal(size=(9, 3)), b_h=rng.normal(size=9))
    h, _ = cell.forward(np.zeros((2, 1, 2)), rng.normal(size=(1, 3)))
    same(h, 0)  # neither W_h h nor b_h comes through
    opened = cell._replace(b_x=np.where(np.arange(9) < 3, 1e3, cell.b_x))
    first = opened.forward(np.zeros((1, 1, 2)), np.ones((1, 3)))[0][0, 0]
    close(first, np.tanh(cell.W_h[6:].sum(axis=1) + cell.b_h[6:]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", GATED)
def test_init_draws_weights_within_one_over_root_n_h(kind, dtype):
    cell, again = (kind.init(np.random.default_rng(3), 50, 16, dtype) for _ in range(2))
    rows = {LSTM: 64, GRU: 48}[kind]
    names = {LSTM: ["W_x", "W_h", "b"], GRU: ["W_x", "W_h", "b_x", "b_h"]}[kind]
    shapes = [(rows, 50), (rows, 16), (rows,), (rows,)]
    found = [(n, a.shape, a.dtype) for n, a in leaves(cell)]
    assert found == [(n, s, dtype) for n, s in zip(names, shapes, strict=False)]
    for W in (cell.W_x, cell.W_h):
        assert 0.24 < np.abs(W).max() <= 0.25
        assert abs(W.mean()) < 0.02
    for a, b in zip(cell, again, strict=True):
        same(a, b)
    for k, (_, a) in enumerate(leaves(cell)):  # each its own: writing into one leaves the others
        assert not any(np.shares_memory(a, b) for _, b in leaves(cell)[k + 1 :])


@pytest.mark.parametrize(
    ("options", "f"), [({}, 1), ({"forget_bias": 3}, 3), ({"forget_bias": 0}, 0)]
)
def test_the_forget_bias_is_in_the_block_of_f_alone(options, f):
    cell = LSTM.init(np.random.default_rng(0), 2, 5, **options)
    same(cell.b.reshape(4, 5), np.array([[0], [f], [0], [0]]) + np.zeros(5))
    for b in GRU.init(np.random.default_rng(0), 2, 5)[2:]:
        same(b, 0)


@pytest.mark.parametrize("kind", GATED)
def test_gradients_and_changed_cells_have_the_type_of_the_cell(kind):
    cell = kind.init(np.random.default_rng(0), 2, 3)
    h, tape = cell.forward(np.ones((2, 1, 2)))
    grads, _, _ = cell.backward(tape, h)
    assert type(cell) is type(grads) is type(cell._replace(W_x=cell.W_x + 1)) is kind
    assert (cell.n_x, cell.width, h.shape) == (2, 3, (2, 1, 3))
    with pytest.raises(AttributeError):
        cell.W_h = cell.W_h


@given(nets([one_of(LSTM, GRU)], lengths=True, symbols=False, state=True))
def test_lists_are_taken_like_arrays(case):
    listed = {f: getattr(case, f).tolist() for f in ("x", "lengths", "dh")}
    in_lists = lambda tree: (
        tuple(a.tolist() for a in tree) if isinstance(tree, tuple) else tree.tolist()
    )
    listed |= {f: in_lists(getattr(case, f)) for f in ("state", "dstate")}
    equal_trees(outputs(case, **listed), outputs(case), 0)


@given(gated(lengths=False))
def test_jacobians_are_those_of_the_definition(case):
    _, tape = case.net.forward(case.x, case.state)
    J = jacobians(case.net, tape)
    for t, row in np.ndindex(case.x.shape[:2]):
        close(J[t, row], gated_jacobians(case, t, row)[2], 1e-11, f"t = {t}, row {row}")


@given(cases(CELLS, lengths=False))
def test_jacobians_of_a_cell_without_gates_are_its_slope_times_w_h(case):
    z, _, _ = by_definition(case)
    J = jacobians(case.cell, case.cell.forward(case.x, case.state)[1])
    for t, row in np.ndindex(case.x.shape[:2]):
        slope = [F_PRIME[type(case.cell)](v) for v in z[t, row]]
        close(J[t, row], np.diag(slope) @ case.cell.W_h)


@given(gated(lengths=False))
def test_log_gradient_norms_are_those_of_backward_from_every_step(case):
    net, v = case.net, case.dh[-1]
    _, tape = net.forward(case.x, case.state)
    logs, state = log_gradient_norms(net, tape, v), tape.state0
    assert logs.shape == (len(case.x) + 1,)
    for t in range(len(case.x)):
        _, rest = net.forward(case.x[t:], state)
        _, _, ds = net.backward(rest, dstate=net.unseen(v))
        close(logs[t], np.log(np.linalg.norm(joined(ds))), 1e-10)
        state = net.forward(case.x[t : t + 1], state)[1].state
    close(logs[-1], np.log(np.linalg.norm(v)), 1e-12)


@settings(max_examples=25)
@given(gated())
def test_the_gradients_by_lag_are_those_of_the_definition_and_add_up(case):
    case = case._replace(dstate=tree_map(np.zeros_like, case.dstate))
    _, tape = case.net.forward(case.x, case.state, case.lengths)
    parts = gradient_by_lag(case.net, tape, case.dh)
    assert len(parts) == len(case.x)
    so_far = tree_map(np.zeros_like, case.net)
    for tau, part in enumerate(parts, start=1):
        assert type(part) is type(case.net)
        so_far = tree_map(np.add, so_far, part)
        equal_trees(tuple(so_far), tuple(gated_gradients_by_definition(case, tau)[0]), 1e-11)
    equal_trees(so_far, case.net.backward(tape, case.dh)[0])
    if np.linalg.norm(so_far.W_h) > 1e-3:
        assert abs(shares_by_lag(case.net, tape, case.dh, "W_h").sum() - 1) < 1e-9
