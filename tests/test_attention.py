"""Attention: by hand, by definition, its gradients, and what padding and order may change."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import close, frozen

from rnn_core import Additive, Attention, Dot, gradcheck
from rnn_core.tree import leaves, tree_map

same = np.testing.assert_array_equal
SCORES = pytest.mark.parametrize("score", [Dot, Additive])


class Everything(NamedTuple):
    """All that h̃ depends on."""

    attention: Any
    h: Any
    memory: Any


@st.composite
def everything(draw, score=None, dtype=np.float64):
    """(Everything, lengths) with lengths, or None."""
    score = draw(st.sampled_from([Dot, Additive])) if score is None else score
    T, B, S, n_h = (draw(st.integers(1, 4)) for _ in range(4))
    n_m = n_h if score is Dot else draw(st.integers(1, 4))
    lengths = [draw(st.integers(1, S)) for _ in range(B)] if draw(st.booleans()) else None
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    numbers = lambda *shape: frozen(rng.normal(0, 0.8, shape).astype(dtype))
    attention = Attention.init(rng, n_h, n_m, dtype, score)
    attention = tree_map(lambda a: numbers(*a.shape), attention)
    return Everything(attention, numbers(T, B, n_h), numbers(S, B, n_m)), lengths


def by_definition(p, lengths):
    """(h̃, α) in plain loops over numbers, the exponentials not shifted by their largest."""
    score, W_k = p.attention
    (T, B, n_h), (S, _, n_m) = p.h.shape, p.memory.shape
    out, weights = np.zeros((T, B, n_h)), np.zeros((T, B, S))
    for t, b in np.ndindex(T, B):
        h, e = p.h[t, b], []
        for s in range(S if lengths is None else lengths[b]):
            m = p.memory[s, b]
            if isinstance(score, Additive):
                e.append(
                    sum(
                        score.v[a]
                        * np.tanh(
                            sum(score.W_q[a, i] * h[i] for i in range(n_h))
                            + sum(score.W_m[a, i] * m[i] for i in range(n_m))
                        )
                        for a in range(len(score.v))
                    )
                )
            else:
                e.append(sum(h[i] * m[i] for i in range(n_h)))
        total = sum(np.exp(v) for v in e)
        k = np.zeros(n_m)
        for s, v in enumerate(e):
            weights[t, b, s] = np.exp(v) / total
            k += weights[t, b, s] * p.memory[s, b]
        for i in range(n_h):
            out[t, b, i] = np.tanh(sum(W_k[i, j] * v for j, v in enumerate([*k, *h])))
    return out, weights


def looked(p, lengths=None):
    """(h̃, α)."""
    out, tape = p.attention.forward(p.h, p.memory, lengths)
    return out, tape.weights


def test_three_vectors_by_hand():
    h = np.array([1.0, 0.0]).reshape(1, 1, 2)
    memory = np.array([[0.0, 8.0], [np.log(2), 4.0], [np.log(5), 0.0]]).reshape(3, 1, 2)
    # scores 0, ln 2, ln 5; weights 1/8, 2/8, 5/8; k = (2/8 ln 2 + 5/8 ln 5, 2)
    W_k = np.array([[0.0, 0.1, 0.0, 0.0], [0.0, 0.0, 0.5, 9.0]])
    out, weights = looked(Everything(Attention(Dot(), W_k), h, memory))
    close(weights[0, 0], [1 / 8, 2 / 8, 5 / 8])
    close(out[0, 0], np.tanh([0.2, 0.5]))
    k = [np.log(2) / 4 + np.log(5) * 5 / 8, 2.0]
    both = Everything(Attention(Dot(), np.eye(2, 4)), h, memory)
    close(looked(both)[0][0, 0], np.tanh(k))
    # without the last: 1/3, 2/3
    close(looked(both, [2])[1][0, 0], [1 / 3, 2 / 3, 0])


def test_an_additive_score_by_hand():
    score = Additive(np.array([[1.0, 0.0]]), np.array([[2.0]]), np.array([3.0]))
    h, m = np.array([0.5, 7.0]).reshape(1, 1, 2), np.array([-0.25, 1.0]).reshape(2, 1, 1)
    e, _ = score.forward(h, m)
    close(e, [[[0, 3 * np.tanh(2.5)]]])


@given(everything())
def test_forward_is_the_definition_number_by_number(drawn):
    out, weights = by_definition(*drawn)
    got, got_weights = looked(*drawn)
    close(got, out)
    close(got_weights, weights)


@given(everything())
def test_weights_sum_to_one_and_are_zero_on_padding(drawn):
    p, lengths = drawn
    _, weights = looked(p, lengths)
    S = len(p.memory)
    close(weights.sum(axis=-1), np.ones(p.h.shape[:2]))
    for b, n in enumerate(lengths or [S] * p.h.shape[1]):
        same(weights[:, b, n:], 0)
        assert (weights[:, b, :n] > 0).all()


@given(everything())
def test_garbage_in_the_padding_changes_nothing(drawn):
    p, lengths = drawn
    lengths = lengths or [1] * p.h.shape[1]
    memory = p.memory.copy()
    for b, n in enumerate(lengths):
        memory[n:, b] = 1e6
    dout = p.h + 0.5
    results = []
    for m in (p.memory, memory):
        out, tape = p.attention.forward(p.h, m, lengths)
        results.append((out, tape.weights, *p.attention.backward(tape, dout)))
    for (name, a), (_, b) in zip(*map(leaves, map(tuple, results)), strict=True):
        same(a, b, err_msg=name)
    for b, n in enumerate(lengths):
        same(results[0][-1][n:, b], 0)


@given(everything(), st.integers(0, 1000))
def test_permuting_the_source_permutes_the_weights_and_nothing_else(drawn, seed):
    p, _ = drawn
    order = np.random.default_rng(seed).permutation(len(p.memory))
    out, tape = p.attention.forward(p.h, p.memory)
    out_p, tape_p = p.attention.forward(p.h, p.memory[order])
    close(out_p, out)
    close(tape_p.weights, tape.weights[:, :, order])
    grads, dh, dm = p.attention.backward(tape, out)
    grads_p, dh_p, dm_p = p.attention.backward(tape_p, out)
    close(dh_p, dh)
    close(dm_p, dm[order])
    for (name, a), (_, b) in zip(leaves(grads_p), leaves(grads), strict=True):
        close(a, b, err_msg=name)


@SCORES
@given(data=st.data())
def test_gradients_agree_with_central_differences(score, data):
    p, lengths = data.draw(everything(score))
    dout = np.random.default_rng(0).normal(size=p.h.shape)
    _, tape = p.attention.forward(p.h, p.memory, lengths)
    grads = Everything(*p.attention.backward(tape, dout))
    assert len(leaves(grads)) == (3 if score is Dot else 6)
    assert type(grads.attention.score) is score
    assert gradcheck(lambda q: float((dout * looked(q, lengths)[0]).sum()), p, grads) < 1e-6


@SCORES
@given(data=st.data())
def test_gradients_of_the_scores_alone_agree_with_central_differences(score, data):
    p, _ = data.draw(everything(score))
    p = p._replace(attention=p.attention.score)
    e, tape = p.attention.forward(p.h, p.memory)
    de = np.random.default_rng(0).normal(size=e.shape)
    grads = Everything(*p.attention.backward(tape, de))
    f = lambda q: float((de * q.attention.forward(q.h, q.memory)[0]).sum())
    assert gradcheck(f, p, grads) < 1e-6


@SCORES
def test_large_scores_do_not_overflow(score):
    rng = np.random.default_rng(0)
    attention = tree_map(lambda a: a * 1e4, Attention.init(rng, 3, score=score))
    h, memory = rng.normal(size=(2, 2, 3)) * 1e4, rng.normal(size=(4, 2, 3)) * 1e4
    out, tape = attention.forward(h, memory, [4, 2])
    close(tape.weights.sum(-1), np.ones((2, 2)))
    for _, a in leaves((out, attention.backward(tape, out))):
        assert np.isfinite(a).all()


def test_a_score_far_above_the_others_takes_all():
    memory = np.array([[0.0], [1000.0], [-1000.0]])[:, None]
    _, weights = looked(Everything(Attention(Dot(), np.ones((1, 2))), np.ones((1, 1, 1)), memory))
    same(weights, [[[0, 1, 0]]])


@given(everything(dtype=np.float32))
def test_float32_in_gives_float32_out_and_agrees_with_float64(drawn):
    p, lengths = drawn
    results = []
    for q in (p, tree_map(lambda a: a.astype(float), p)):
        out, tape = q.attention.forward(q.h, q.memory, lengths)
        results.append(leaves((out, tape.weights, *q.attention.backward(tape, out))))
    for (name, a), (_, b) in zip(*results, strict=True):
        assert (a.dtype, b.dtype) == (np.float32, np.float64), name
        close(a, b, 1e-4, err_msg=name)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_init_draws_within_one_over_the_root_of_the_columns(dtype):
    rng = np.random.default_rng(0)
    a = Attention.init(rng, 49, 15, dtype, Additive)
    assert [(n, w.shape, w.dtype) for n, w in leaves(a)] == [
        ("score.W_q", (49, 49), dtype),
        ("score.W_m", (49, 15), dtype),
        ("score.v", (49,), dtype),
        ("W_k", (49, 64), dtype),
    ]
    for _, w in leaves(a):
        bound = 1 / np.sqrt(w.shape[-1])
        assert 0.9 * bound < w.max() <= bound * (1 + 1e-6)
        assert 0.9 * bound < -w.min() <= bound * (1 + 1e-6)
    plain = Attention.init(rng, 5)
    assert type(plain.score) is Dot
    assert plain.W_k.shape == (5, 10)
