"""Layers and directions: cells one after another, by hand, and what may not change when they are put together."""

import numpy as np
import properties
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from properties import equal_trees, outputs
from strategies import both_ways, close, nets, one_of, row_lengths, stacked

from rnn_core import GRU, LSTM, RNN, Bidirectional, LinearRNN, Stacked
from rnn_core.bptt import chunks
from rnn_core.tree import joined, leaves, tree_map

same = np.testing.assert_array_equal
CELL = one_of(RNN, LSTM, GRU)
BOTH = both_ways(CELL)
ONE_WAY = stacked([CELL])
DEEP = (ONE_WAY, BOTH, stacked([BOTH, CELL], 2), both_ways(stacked([CELL], 2)), both_ways(BOTH))
OPTIONS = st.sampled_from(["full", "truncate", "carry", "own carry"])


def options_of(case, which):
    """What backward is told besides the gradients."""
    T, B = case.x.shape[:2]
    shapes = {"carry": (T,), "own carry": (T, B)}
    if which in shapes:
        return {"carry": case.rng.normal(size=shapes[which])}
    return {"truncate": 2} if which == "truncate" else {}


def turned(a, ends):
    """Every row turned round within its own length, one row after the other."""
    out = a.copy()
    for b, n in enumerate(ends):
        out[:n, b] = a[:n, b][::-1]
    return out


@settings(max_examples=40)
@pytest.mark.parametrize("holds", properties.EVERYWHERE)
@given(case=nets(DEEP))
def test_what_every_cell_promises(holds, case):
    holds(case)


@given(nets([ONE_WAY]), OPTIONS)
def test_a_stack_is_its_cells_one_after_another(case, which):
    options = options_of(case, which)
    state = case.net.zeros(case.x.shape[1]) if case.state is None else case.state
    h, tapes, last = case.x, [], []
    for cell, s in zip(case.net.cells, state, strict=True):
        h, tape = cell.forward(h, s, case.lengths)
        tapes.append(tape)
        last.append(tape.state)
    dh, grads, first = case.dh, [], []
    for k in reversed(range(len(tapes))):
        g, dh, ds = case.net.cells[k].backward(tapes[k], dh, case.dstate[k], **options)
        grads, first = [g, *grads], [ds, *first]
    got = outputs(case, options)
    assert type(got[2]) is Stacked
    equal_trees(got, (h, tuple(last), Stacked(tuple(grads)), dh, tuple(first)), 0)


@given(nets([ONE_WAY], lengths=False, T=st.integers(2, 5)), st.data())
def test_two_halves_of_a_stack_with_carried_state_equal_the_whole(case, data):
    cut = data.draw(st.integers(1, len(case.x) - 1))
    properties.two_halves_with_carried_state_equal_the_whole(case, cut)


@given(nets([ONE_WAY], lengths=False), st.integers(1, 4))
def test_chunks_of_a_stack_equal_chunks_run_apart(case, size):
    properties.chunks_equal_chunks_run_apart(case, size, chunks(len(case.x), size))


@given(nets([BOTH, both_ways(stacked([CELL], 2))]), OPTIONS)
def test_both_directions_are_two_cells_each_with_its_own_end_of_every_row(case, which):
    # row by row and without lengths: bwd reads x_n … x_1, and each border is crossed from its other side
    options, B = options_of(case, which), case.x.shape[1]
    h, state, grads, dx, dstate0 = outputs(case, options)
    n, total = case.net.fwd.width, tree_map(np.zeros_like, grads)
    given_state = case.net.zeros(B) if case.state is None else case.state
    for b, end in enumerate(row_lengths(case)):
        at, found = slice(b, b + 1), []
        for k, (cell, half) in enumerate(zip(case.net, (np.s_[:n], np.s_[n:]), strict=True)):
            step = -1 if k else 1
            mine = tree_map(lambda a, at=at: a[at], (given_state[k], case.dstate[k]))
            h_k, tape = cell.forward(case.x[:end, at][::step], mine[0])
            close(h[:end, at, half], h_k[::step])
            own = dict(options)
            if "carry" in own:
                carry = own["carry"] if own["carry"].ndim == 1 else own["carry"][:, b]
                between = carry[: end - 1][::step]  # end − 1 borders, and nothing behind the last
                own["carry"] = np.append(between, np.pi)
            g, dx_k, ds = cell.backward(tape, case.dh[:end, at, half][::step], mine[1], **own)
            equal_trees(tree_map(lambda a, at=at: a[at], (state[k], dstate0[k])), (tape.state, ds))
            found.append((g, None if dx_k is None else dx_k[::step]))
        total = tree_map(np.add, total, Bidirectional(found[0][0], found[1][0]))
        if dx is not None:
            close(dx[:end, at], found[0][1] + found[1][1])
    equal_trees(grads, total)


@given(nets([BOTH, both_ways(BOTH), both_ways(stacked([CELL], 2))]), OPTIONS)
def test_a_sequence_turned_round_swaps_the_directions(case, which):
    (T, B), n, ends = case.x.shape[:2], case.net.fwd.width, row_lengths(case)
    options = options_of(case, which)
    mirror = lambda a: turned(np.concatenate([a[..., n:], a[..., :n]], axis=-1), ends)
    own = dict(options)
    if "carry" in own:
        carry = own["carry"].reshape(T, -1) * np.ones((T, B))
        own["carry"] = turned(carry, [end - 1 for end in ends])
    swapped = case._replace(
        net=Bidirectional(case.net.bwd, case.net.fwd),
        x=turned(case.x, ends),
        state=None if case.state is None else case.state[::-1],
        dh=mirror(case.dh),
        dstate=case.dstate[::-1],
    )
    h, state, grads, dx, dstate0 = outputs(case, options)
    h_m, state_m, grads_m, dx_m, dstate0_m = outputs(swapped, own)
    m = case.net.bwd.width
    back = np.concatenate([h_m[..., m:], h_m[..., :m]], axis=-1)
    equal_trees((turned(back, ends), state_m[::-1]), (h, state))
    equal_trees((Bidirectional(*grads_m[::-1]), dstate0_m[::-1]), (grads, dstate0))
    if dx is not None:
        close(turned(dx_m, ends), dx)


@given(nets(DEEP, symbols=False, T=st.integers(2, 6)), st.integers(1, 3), st.data())
def test_chunks_stop_the_gradient_at_the_same_borders_in_every_layer_and_direction(
    case, size, data
):
    T, B = case.x.shape[:2]
    t = data.draw(st.integers(0, T - 1))
    dh = np.zeros_like(case.dh)
    dh[t] = case.dh[t]
    cuts = chunks(T, size)
    _, _, _, dx, _ = outputs(case, {"carry": cuts}, dh=dh, dstate=None)
    inside = np.arange(T) // size == t // size
    same(dx[~inside], 0)
    same(dx, outputs(case, {"carry": np.tile(cuts[:, None], B)}, dh=dh, dstate=None)[3])
    if case.lengths is None:
        assert (dx[t] != 0).any()


@given(nets([CELL, BOTH], symbols=False, T=st.integers(2, 6)), st.integers(1, 3), st.data())
def test_truncation_keeps_so_many_steps_in_either_direction(case, tau, data):
    T, t = len(case.x), data.draw(st.integers(0, len(case.x) - 1))
    dh = np.zeros_like(case.dh)
    dh[t] = case.dh[t]
    dx = outputs(case, {"truncate": tau}, lengths=None, dh=dh, dstate=None)[3]
    far = np.abs(np.arange(T) - t) >= tau
    same(dx[far], 0)
    reached = (
        np.arange(T)[~far]
        if isinstance(case.net, Bidirectional)
        else range(max(0, t - tau + 1), t + 1)
    )
    assert all((dx[s] != 0).any() for s in reached)


def test_both_directions_by_hand():
    # h_t = x_t + 2 h_before in both: forward 1, 2 + 2·1, 3 + 2·4; backward 3, 2 + 2·3, 1 + 2·8; row 2 ends after two
    cell = LinearRNN(np.array([[1.0]]), np.array([[2.0]]), np.zeros(1))
    x = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 99.0]])[..., None]
    net = Bidirectional(cell, cell)
    h, tape = net.forward(x, lengths=[3, 2])
    same(h[:, 0], [[1, 17], [4, 8], [11, 3]])
    same(h[:, 1], [[1, 5], [4, 2], [0, 0]])
    same(joined(tape.state), [[11, 17], [4, 5]])
    same(net.seen(tape.state), [[11, 17], [4, 5]])
    dh = np.zeros((3, 2, 2))
    dh[1] = 1  # fwd hears x_1, x_2; bwd hears x_2, x_3
    for options, dx in [
        ({}, [[2, 2], [2, 2], [2, 0]]),
        ({"truncate": 1}, [[0, 0], [2, 2], [0, 0]]),
        ({"carry": [0.0, 1.0, 1.0]}, [[0, 0], [2, 2], [2, 0]]),
        ({"carry": [1.0, 0.0, 1.0]}, [[2, 2], [2, 2], [0, 0]]),
        ({"carry": [3, 5, 7]}, [[6, 6], [2, 2], [10, 0]]),
        ({"carry": [[3, 1], [5, 0], [7, 0]]}, [[6, 2], [2, 2], [10, 0]]),
    ]:
        same(net.backward(tape, dh, **options)[1][..., 0], dx, err_msg=str(options))


@given(nets([CELL, *DEEP]))
def test_seen_and_unseen_are_each_others_transpose(case):
    # a state of seven rows, so that B is not mistaken for anything else; ⟨seen s, d⟩ = ⟨s, unseen d⟩
    state = tree_map(lambda a: case.rng.normal(size=a.shape), case.net.zeros(7))
    d = case.rng.normal(size=(7, case.net.width))
    seen, unseen = case.net.seen(state), case.net.unseen(d)
    assert seen.shape == d.shape
    assert [(n, a.shape) for n, a in leaves(unseen)] == [(n, a.shape) for n, a in leaves(state)]
    inner = sum((a * s).sum() for (_, a), (_, s) in zip(leaves(unseen), leaves(state), strict=True))
    close((seen * d).sum(), inner)


@given(nets([CELL, ONE_WAY, BOTH, stacked([BOTH])], lengths=True))
def test_what_is_seen_of_the_final_state_is_h_where_each_direction_ends(case):
    h, tape = case.net.forward(case.x, case.state, case.lengths)
    seen = case.net.seen(tape.state)
    top = case.net.cells[-1] if isinstance(case.net, Stacked) else case.net
    n = top.fwd.width if isinstance(top, Bidirectional) else top.width
    for b, end in enumerate(row_lengths(case)):
        same(seen[b, :n], h[end - 1, b, :n])
        same(seen[b, n:], h[0, b, n:])


def test_the_state_of_a_pile_has_one_place_for_every_cell():
    rng = np.random.default_rng(0)
    net = Stacked(
        (
            Bidirectional(LSTM.init(rng, 2, 3), GRU.init(rng, 2, 4)),
            RNN.init(rng, 7, 5),
        )
    )
    assert (net.n_x, net.width, net.cells[0].n_x, net.cells[0].width) == (2, 5, 2, 7)
    (((h, c), h_back), top) = net.zeros(6)
    assert [a.shape for a in (h, c, h_back, top)] == [(6, 3), (6, 3), (6, 4), (6, 5)]
    for _, a in leaves(net.zeros(6)):
        same(a, 0)
    _, tape = net.forward(np.ones((3, 6, 2)))
    assert [a.shape for _, a in leaves(tape.state)] == [a.shape for _, a in leaves(net.zeros(6))]
    same(joined(tape.state0), 0)
    with pytest.raises(ValueError, match=r"^B: got 0, wanted"):
        net.zeros(0)


def test_a_list_of_cells_is_kept_as_a_tuple():
    cells = [RNN.init(np.random.default_rng(0), 2, 2) for _ in range(2)]
    net = Stacked(cells)
    assert type(net.cells) is tuple
    equal_trees(net, Stacked(tuple(cells)), 0)
    assert len(leaves(net)) == 6


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU, Bidirectional])
def test_init_draws_one_cell_after_the_other(kind):
    first, second = np.random.default_rng(4), np.random.default_rng(4)
    net = Stacked.init(first, 5, 3, np.float32, cell=kind, layers=3)
    width = 6 if kind is Bidirectional else 3
    by_hand = [kind.init(second, n, 3, np.float32) for n in (5, width, width)]
    assert all(type(cell) is kind for cell in net.cells)
    equal_trees(net, Stacked(tuple(by_hand)), 0)
    assert {a.dtype for _, a in leaves(net)} == {np.dtype(np.float32)}
    assert (net.n_x, net.width) == (5, width)
    both = Bidirectional.init(first, 5, 3, np.float32, cell=kind)
    wanted = Bidirectional(*(kind.init(second, 5, 3, np.float32) for _ in range(2)))
    equal_trees(both, wanted, 0)
    assert (both.fwd.W_x != both.bwd.W_x).any() if kind is not Bidirectional else True
    assert {a.dtype for _, a in leaves(both)} == {np.dtype(np.float32)}


def test_init_makes_two_layers_of_rnn_unless_told_otherwise():
    rng = np.random.default_rng(0)
    assert [type(cell) for cell in Stacked.init(rng, 1, 2).cells] == [RNN, RNN]
    assert [type(cell) for cell in Bidirectional.init(rng, 1, 2)] == [RNN, RNN]
    assert len(Stacked.init(rng, 1, 2, layers=1).cells) == 1
    assert {a.dtype for _, a in leaves(Stacked.init(rng, 1, 2))} == {np.dtype(np.float64)}
