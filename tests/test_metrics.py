"""Shares of right answers, scales, calibration and intervals, counted by hand or by simulation."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import (
    CharModel,
    NGram,
    Uniform,
    Vocabulary,
    accuracy,
    bits,
    bootstrap,
    calibration,
    evaluate,
    exact,
    one_hot,
    perplexity,
    softmax,
    spread,
)
from rnn_core.metrics import uncertainty

TARGET = np.array([[1, 2], [0, 1], [2, 0]])  # (T, B)
SAID = np.array([[1, 2], [0, 0], [1, 0]])


def test_shares_by_hand():
    assert accuracy(SAID, TARGET) == pytest.approx(4 / 6)
    assert exact(SAID, TARGET) == 0
    assert accuracy(SAID, TARGET, [2, 1]) == 1
    assert exact(SAID, TARGET, [2, 1]) == 1
    assert accuracy(SAID, TARGET, [2, 3]) == pytest.approx(4 / 5)
    assert exact(SAID, TARGET, [2, 3]) == 0.5
    assert accuracy([1, 0, 2], [1, 1, 2]) == pytest.approx(2 / 3)


def test_one_answer_for_each_row_is_right_as_a_row():
    assert exact([1, 0, 2, 2], [1, 1, 2, 0]) == 0.5
    assert exact(one_hot(np.array([[1, 0, 2, 2]]), 3)[0], [1, 1, 2, 0]) == 0.5


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**16), st.booleans())
def test_shares_equal_a_count(T, B, seed, cut):
    rng = np.random.default_rng(seed)
    y, target = rng.normal(size=(T, B, 2)), rng.integers(2, size=(T, B))
    lengths = rng.integers(1, T + 1, B) if cut else None
    right, steps, rows = 0, 0, 0
    for b in range(B):
        answers = [
            int(y[t, b, target[t, b]] == max(y[t, b])) for t in range(lengths[b] if cut else T)
        ]
        right, steps, rows = right + sum(answers), steps + len(answers), rows + all(answers)
    for said in (y, y.argmax(-1), y.argmax(-1).astype(np.uint8)):
        assert accuracy(said, target, lengths) == pytest.approx(right / steps)
        assert exact(said, target, lengths) == pytest.approx(rows / B)
    assert type(accuracy(y, target)) is type(exact(y, target)) is float


def test_where_rows_are_as_many_as_scores_the_axes_decide():
    y = np.eye(3)  # scores (B, n) with B = n
    assert accuracy(y, [0, 1, 2]) == 1
    assert accuracy(y.argmax(-1), [0, 1, 0]) == pytest.approx(2 / 3)


# Scales


def test_nats_bits_and_perplexity_are_one_quantity():
    for n in (1, 2, 8, 27):  # a uniform guess among n
        assert bits(np.log(n)) == pytest.approx(np.log2(n), abs=1e-15)
        assert perplexity(np.log(n)) == pytest.approx(n)
    assert bits(1.0) == pytest.approx(1.4426950408889634)
    nats = np.array([[0.0, 0.3], [1.0, 7.5]])
    np.testing.assert_allclose(2 ** bits(nats), perplexity(nats), rtol=1e-14)
    assert bits(nats).shape == perplexity(nats).shape == (2, 2)
    assert type(bits(np.float32(1))) is type(perplexity(1)) is float
    assert bits(np.inf) == perplexity(np.inf) == perplexity(1e6) == np.inf
    assert perplexity(np.mean([0, 2])) < np.mean(perplexity([0.0, 2.0]))


# Calibration


@given(st.integers(2, 30), st.integers(0, 2**16))
def test_evaluate_is_the_mean_surprise_at_all_symbols_but_the_first(n, seed):
    rng = np.random.default_rng(seed)
    ids, vocab = rng.integers(0, 4, n), Vocabulary.from_text("abcd")
    for model in (CharModel.init(rng, vocab, n_h=3), NGram(3).fit(rng.integers(0, 4, 50), 4)):
        wanted = -np.mean([np.log(model.next_probs(ids[:t])[ids[t]]) for t in range(1, n)])
        found = evaluate(model, ids.tolist())
        assert type(found) is float
        assert found == pytest.approx(wanted, rel=1e-12)


def test_uncertainty_is_the_mean_surprise():
    assert uncertainty([0.0, 1.0, 0.0]) == 0
    assert uncertainty(np.full(8, 1 / 8)) == pytest.approx(np.log(8))
    assert bits(uncertainty([0.5, 0.25, 0.25])) == pytest.approx(1.5)
    p = softmax(np.random.default_rng(0).normal(size=(3, 4, 5)))
    np.testing.assert_allclose(uncertainty(p), -(p * np.log(p)).sum(axis=-1))
    for bad in ([0.5, 0.4], [1.5, -0.5], [1, 0], [np.nan, 1.0], 1.0, []):
        with pytest.raises(ValueError, match="probs: got "):
            uncertainty(bad)


def test_evaluate_of_a_uniform_guess_is_ln_n_and_of_a_sure_one_0():
    assert evaluate(Uniform().fit([0], 7), [0, 6, 3]) == pytest.approx(np.log(7))

    class Sure:
        """The first symbol comes as a surprise, no other."""

        def log_prob(self, ids):
            return np.where(np.arange(len(ids)) == 0, -99.0, 0.0)

    assert evaluate(Sure(), [1, 2, 3]) == 0


def test_calibration_by_hand():
    probs = np.array([[0.9, 0.1], [0.2, 0.8], [0.55, 0.45], [0.5, 0.5], [0.0, 1.0]])
    found = calibration(probs, [0, 0, 0, 1, 1], bins=4)  # borders 0.25, 0.5, 0.75
    np.testing.assert_array_equal(found.count, [0, 1, 1, 3])
    np.testing.assert_allclose(found.confidence, [np.nan, 0.5, 0.55, 0.9])
    np.testing.assert_allclose(found.accuracy, [np.nan, 0, 1, 2 / 3])
    assert found.error == pytest.approx((0.5 + 0.45 + 3 * (0.9 - 2 / 3)) / 5)
    together = calibration(probs, [0, 0, 0, 1, 1], bins=1)
    assert together.error == pytest.approx(abs(3 / 5 - (0.9 + 0.8 + 0.55 + 0.5 + 1) / 5))


def test_chances_that_are_meant_are_calibrated_and_bragging_is_not():
    rng = np.random.default_rng(0)
    logits = 2 * rng.normal(size=(200, 100, 3))
    probs = softmax(logits)
    target = (rng.random((200, 100, 1)) > probs.cumsum(-1)).sum(-1).clip(max=2)
    honest, loud = calibration(probs, target), calibration(softmax(3 * logits), target)
    assert honest.error < 0.015
    assert loud.error > 0.1
    assert (loud.confidence > loud.accuracy)[loud.count > 200].all()
    assert honest.count.sum() == target.size
    assert honest.count[:3].sum() == 0  # the largest of three is a third or more
    assert np.isnan(honest.accuracy[:3]).all()
    flat = calibration(probs.reshape(-1, 3), target.ravel())
    np.testing.assert_array_equal(flat.count, honest.count)
    assert flat.error == honest.error
    assert calibration(probs.astype(np.float32), target).error == pytest.approx(
        honest.error, abs=2e-3
    )


# Intervals


def covered(draw, mean, tries, **options):
    """The share of intervals that hold the mean."""
    hits = 0
    for seed in range(tries):
        low, high = bootstrap(
            draw(np.random.default_rng(seed)), np.random.default_rng(99), **options
        )
        assert low < high
        hits += low <= mean <= high
    return hits / tries


def test_an_interval_holds_the_mean_as_often_as_it_says():
    draw = lambda rng: rng.exponential(size=200)
    for level in (0.95, 0.6):
        share = covered(draw, 1.0, 300, n=300, level=level)
        assert abs(share - level) < 4 * np.sqrt(level * (1 - level) / 300) + 0.015


def chain(rng, N=3000, keep=0.9):
    """Values of which each keeps 0.9 of the one before."""
    noise, x = rng.normal(size=N), np.zeros(N)
    for t in range(1, N):
        x[t] = keep * x[t - 1] + noise[t]
    return x


def test_of_dependent_values_only_blocks_give_an_honest_interval():
    assert covered(chain, 0, 60, n=200) < 0.7
    assert covered(chain, 0, 60, n=200, block=150) > 0.85


def test_an_interval_is_as_wide_as_theory_says():
    values = np.random.default_rng(1).normal(5, 2, size=10_000)
    for block in (1, 7):
        low, high = bootstrap(values, np.random.default_rng(0), n=2000, block=block)
        assert (high - low) / 2 == pytest.approx(1.96 * 2 / 100, rel=0.1)
        assert (high + low) / 2 == pytest.approx(values.mean(), abs=0.005)
    x = chain(np.random.default_rng(2), 20_000)
    low, high = bootstrap(x, np.random.default_rng(0), block=400)
    sigma = 1 / (1 - 0.9) / np.sqrt(20_000)  # of the mean of the chain
    assert (high - low) / 2 == pytest.approx(1.96 * sigma, rel=0.25)


def test_blocks_go_on_at_the_beginning_and_a_seed_gives_the_same_interval():
    values = np.array([5.0, 1.0, 4.0])
    draw = lambda seed, **o: bootstrap(values, np.random.default_rng(seed), n=400, **o)
    assert draw(0, block=3) == pytest.approx((10 / 3, 10 / 3))  # a whole turn, wherever it begins
    assert draw(0, block=2, level=0.999) == pytest.approx((2.5, 4.5))  # 5 1, 1 4 and 4 5
    assert draw(0) == draw(0) != draw(1, level=0.5)
    assert all(type(v) is float for v in draw(0))
    assert bootstrap(values.astype(np.float32), np.random.default_rng(0), n=400) == draw(0)


def test_the_spread_over_seeds_by_hand():
    found = spread([1.0, 2.0, 6.0])
    assert found == pytest.approx((3.0, np.sqrt(7), 1.0, 6.0, 3))
    assert found._fields == ("mean", "std", "low", "high", "n")
    assert [type(v) for v in found] == [float] * 4 + [int]


RNG = np.random.default_rng(0)
HALF = np.full((2, 2), 0.5)
NGRAM = NGram(2).fit([0, 1, 0], 2)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: bits(np.nan), "nats: got NaN, wanted a number, or an array of numbers"),
        (lambda: bits("1"), "nats: got dtype <U1, wanted a number"),
        (lambda: perplexity([0.0, np.nan]), "nats: got NaN, wanted a number"),
        (lambda: perplexity(None), "nats: got dtype object, wanted a number"),
        (lambda: calibration(HALF, [0, 1], 0), "bins: got 0, wanted a whole number of 1 or more"),
        (lambda: calibration(HALF * 2, [0, 1]), "probs: got numbers from 1 and rows with sums 2 …"),
        (
            lambda: calibration([[1.5, -0.5]], [0]),
            "probs: got numbers from -0.5 and rows with sums",
        ),
        (lambda: calibration([[np.nan, 1]], [0]), "probs: got nan at index (0, 0), wanted finite"),
        (lambda: calibration(1.0, 0), "probs: got shape (), wanted (n,)"),
        (lambda: calibration([[1, 0]], [0]), "probs: got dtype int64, wanted float32 or float64"),
        (
            lambda: calibration(HALF, [0]),
            "target: got shape (1,), wanted (2,) like probs without n",
        ),
        (lambda: calibration(HALF, [0, 2]), "target: got symbol 2 at index (1,), wanted 0 … 1"),
        (lambda: calibration(HALF, [0.0, 1.0]), "target: got dtype float64, wanted integers"),
        (lambda: evaluate(NGRAM, []), "ids: got 0 symbols, wanted 2 or more: the first is given"),
        (lambda: evaluate(NGRAM, [1]), "ids: got 1 symbols, wanted 2 or more"),
        (lambda: evaluate(NGRAM, 1), "ids: got 1 symbols, wanted 2 or more"),
        (lambda: evaluate(NGRAM, [[0, 1]]), "ids: got shape (1, 2), wanted (n,)"),
        (lambda: evaluate(NGRAM, [0, 2]), "ids: got symbol 2 at index (1,), wanted 0 … 1"),
        (lambda: evaluate(NGRAM, "abc"), "ids: got 1 symbols, wanted 2 or more"),
        (lambda: evaluate(NGram, [0, 1]), "model: got the class NGram, wanted an object with `log"),
        (lambda: evaluate(None, [0, 1]), "model: got NoneType, wanted an object with `log_prob`"),
        (lambda: bootstrap([1.0], 0), "rng: got int, wanted a generator"),
        (lambda: bootstrap([], RNG), "values: got shape (0,) (it is empty), wanted (N,)"),
        (lambda: bootstrap([[1.0]], RNG), "values: got shape (1, 1), wanted (N,)"),
        (lambda: bootstrap([1.0, np.inf], RNG), "values: got inf at index (1,), wanted finite"),
        (lambda: bootstrap([1.0], RNG, n=0), "n: got 0, wanted a whole number of 1 or more"),
        (
            lambda: bootstrap([1.0], RNG, level=1.0),
            "level: got 1.0, wanted a finite number above 0",
        ),
        (lambda: bootstrap([1.0], RNG, block=0), "block: got 0, wanted a whole number of 1 or"),
        (lambda: bootstrap([1.0], RNG, block=2), "block: got 2, wanted at most the number of val"),
        (lambda: spread([1.0]), "values: got 1 value, wanted 2 or more: one seed shows no spread"),
        (lambda: spread([1.0, np.nan]), "values: got nan at index (1,), wanted finite numbers"),
        (lambda: spread(1.0), "values: got shape (), wanted (n,)"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(call, said):
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        call()
