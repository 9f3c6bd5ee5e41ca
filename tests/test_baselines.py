"""n-grams against the formulas of their sources, computed with dictionaries and fractions on tiny texts."""

import re
from collections import Counter
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import Vocabulary, grammar
from rnn_core.baselines import SMOOTHINGS, BestOrder, NGram, Uniform, Unigram, best_order

BOTH = pytest.mark.parametrize("smoothing", SMOOTHINGS)


def encode(text):
    vocab = Vocabulary.from_text(text)
    return vocab.encode(text), len(vocab)


# The definitions, read from the papers


def occurrences(x, length):
    """Counter of all stretches of `length` symbols."""
    return Counter(tuple(x[i : i + length]) for i in range(len(x) - length + 1))


def followed(counts, h):
    """{s: count of h s}."""
    return {g[-1]: c for g, c in counts.items() if g[:-1] == h and c > 0}


def witten_bell(x, n, h, s):
    """P(s | h), recursively from the longest context."""
    after = followed(occurrences(x, len(h) + 1), h)
    shorter = witten_bell(x, n, h[1:], s) if h else Fraction(1, n)
    if not after:
        return shorter
    total, kinds = sum(after.values()), len(after)
    return (after.get(s, 0) + kinds * shorter) / Fraction(total + kinds)


def kneser_ney(x, n, h, s, order):
    """P(s | h); only the highest order counts occurrences, the others count what stands before."""
    length = len(h) + 1
    if length == min(order, len(x)):
        counts = occurrences(x, length)
    else:
        longer = occurrences(x, length + 1)
        counts = Counter(g[1:] for g in longer)
    ones, twos = (sum(c == k for c in counts.values()) for k in (1, 2))
    D = Fraction(ones, ones + 2 * twos) if ones else Fraction(1, 2)
    after = followed(counts, h)
    shorter = kneser_ney(x, n, h[1:], s, order) if h else Fraction(1, n)
    if not after:
        return shorter
    total = sum(after.values())
    return (max(after.get(s, 0) - D, 0) + D * len(after) * shorter) / Fraction(total)


def defined(smoothing, x, n, order, context, s):
    """Of the context, the last order − 1 symbols count, and no more than a text as long as x can have."""
    if order == 0:
        return Fraction(1, n)
    m = min(order - 1, len(context), len(x) - 1)
    h = tuple(context[len(context) - m :])
    if smoothing == "witten-bell":
        return witten_bell(x, n, h, s)
    return kneser_ney(x, n, h, s, order)


symbols = st.lists(st.integers(0, 2), min_size=1, max_size=12)


@BOTH
@settings(max_examples=60, deadline=None)
@given(symbols, symbols, st.integers(0, 4), st.integers(3, 5))
def test_every_probability_is_that_of_the_definition(smoothing, x, y, order, n):
    said = NGram(order, smoothing).fit(x, n).log_prob(y)
    assert said.shape == (len(y),)
    assert said.dtype == np.float64
    for t, s in enumerate(y):
        expected = defined(smoothing, x, n, order, y[:t], s)
        assert np.exp(said[t]) == pytest.approx(float(expected), rel=1e-12), t


@BOTH
@pytest.mark.parametrize("order", range(6))
@pytest.mark.parametrize("text", ["abracadabra", "aaaa", "a", "ab", "abcabcabd"])
def test_probabilities_sum_to_one_after_every_context(smoothing, order, text):
    x, n = encode(text)
    n += 1  # and a symbol that was never seen
    model = NGram(order, smoothing).fit(x, n)
    for m in range(4):
        for context in product(range(n), repeat=m):
            p = model.next_probs(context)
            assert p.shape == (n,)
            assert p.sum() == pytest.approx(1, abs=1e-12)
            assert (p > 0).all()
            said = [model.log_prob([*context, s])[-1] for s in range(n)]
            np.testing.assert_allclose(np.log(p), said, rtol=1e-12, atol=1e-14)


def test_witten_bell_by_hand():
    x, n = encode("abracadabra")  # a 5, b 2, c 1, d 1, r 2
    alone = Unigram().fit(x, n)
    np.testing.assert_allclose(alone.next_probs() * 16, [6, 3, 2, 2, 3])  # (c + 5 · 1/5) / (11 + 5)
    after_a = NGram(2).fit(x, n).next_probs([0])  # b 2, c 1, d 1; three kinds in four
    np.testing.assert_allclose(after_a * 7, np.array([0, 2, 1, 1, 0]) + 3 * alone.next_probs())


def test_kneser_ney_counts_what_stands_before_and_not_how_often():
    text = "qu" * 40 + "abcdeabdcebacedcbade" * 3  # u is the commonest letter, after q alone
    x, n = encode(text)
    q, u, a = (sorted(set(text)).index(s) for s in "qua")
    bell, kneser = (NGram(2, s).fit(x, n) for s in SMOOTHINGS)
    assert bell.next_probs()[u] > 2 * bell.next_probs()[a]
    assert kneser.next_probs()[u] < kneser.next_probs()[a]
    assert min(model.next_probs([q])[u] for model in (bell, kneser)) > 0.9


def test_the_first_symbols_use_the_shorter_context():
    x, n = encode("abracadabra")
    y, _ = encode("abrcd"[:4] + "d")
    models = [NGram(order).fit(x, n) for order in range(5)]
    longest = models[4].log_prob(y)
    for t in range(3):
        assert longest[t] == models[t + 1].log_prob(y)[t]
    np.testing.assert_array_equal(models[3].log_prob(y)[:2], longest[:2])
    for t in range(len(y)):  # and what comes later changes nothing
        np.testing.assert_array_equal(models[4].log_prob(y[: t + 1]), longest[: t + 1])


def test_of_a_long_context_the_last_symbols_count():
    x, n = encode("abracadabra" * 3)
    model = NGram(3).fit(x, n)
    np.testing.assert_array_equal(model.next_probs([4, 4, 0, 1]), model.next_probs([0, 1]))
    assert (model.next_probs([0, 1]) != model.next_probs([1])).any()
    np.testing.assert_array_equal(model.next_probs(()), model.next_probs(np.array([], int)))
    np.testing.assert_array_equal(Unigram().fit(x, n).next_probs([2, 2]), model.next_probs())


def test_uniform_costs_the_logarithm_of_the_number_of_symbols():
    for n in (1, 2, 27):
        model = Uniform().fit([0, 0], n)
        np.testing.assert_allclose(model.log_prob([0] * 5), -np.log(n), atol=1e-15)
        np.testing.assert_allclose(model.next_probs([0]), 1 / n)
    assert (Uniform().order, Unigram().order) == (0, 1)


@BOTH
def test_unigram_is_the_ngram_of_order_one(smoothing):
    x, n = encode("abracadabra")
    one, same = Unigram(smoothing).fit(x, n), NGram(1, smoothing).fit(x, n)
    np.testing.assert_array_equal(one.log_prob(x), same.log_prob(x))
    shares = np.bincount(x) / len(x)
    long = Unigram(smoothing).fit(np.tile(x, 10_000), n)
    np.testing.assert_allclose(long.next_probs([3]), shares, atol=1e-3)


@BOTH
def test_large_vocabularies_and_long_orders_do_not_overflow(smoothing):
    rng = np.random.default_rng(0)
    n = 10**6
    x = rng.integers(n, size=300)
    x[150:] = x[:150]
    model = NGram(20, smoothing).fit(x, n)  # 10¹²⁰ contexts
    again = np.exp(model.log_prob(x))
    assert (again[170:] > 0.4).all()
    assert (np.exp(model.log_prob(rng.integers(n, size=50))) < 0.01).all()
    assert model.next_probs(x[:40]).sum() == pytest.approx(1)
    assert model.next_probs(x[:40]).argmax() == x[40]


@BOTH
def test_a_longer_order_than_the_text_is_the_longest_there_is(smoothing):
    x, n = [0, 1, 0, 1], 3
    y = [0, 1, 0, 1, 2, 0]
    long, four = (NGram(order, smoothing).fit(x, n) for order in (9, 4))
    np.testing.assert_allclose(long.log_prob(y), four.log_prob(y), rtol=1e-14)


@BOTH
def test_a_bigram_finds_the_entropy_of_a_chain_and_longer_ones_no_more(smoothing):
    rng = np.random.default_rng(0)
    P = np.array([[0.8, 0.15, 0.05], [0.1, 0.1, 0.8], [0.5, 0.4, 0.1]])
    x, u = [0], rng.random(60_000)
    sums = P.cumsum(axis=1)
    for v in u[1:]:
        x.append(int((v > sums[x[-1]]).sum()))
    x = np.array(x)
    stationary = np.linalg.matrix_power(P, 200)[0]
    rate = -(stationary[:, None] * P * np.log(P)).sum()
    nats = best_order(x[:40_000], x[40_000:], 3, range(6), smoothing).nats
    assert nats[0] == pytest.approx(np.log(3))
    assert nats[1] > rate + 0.1
    for order in (2, 3, 4, 5):
        assert nats[order] == pytest.approx(rate, abs=0.015)


@BOTH
def test_no_ngram_beats_the_true_source(smoothing):
    rng = np.random.default_rng(0)
    vocab = Vocabulary(grammar.AGREEMENT.alphabet)
    train, text = grammar.text(rng, 30_000), grammar.text(rng, 10_000)
    true = -grammar.log_prob(text).mean()
    found = best_order(
        vocab.encode(train), vocab.encode(text), len(vocab), (1, 2, 4, 6, 8, 12), smoothing
    )
    assert min(found.nats.values()) > 1.05 * true
    assert found.order in (6, 8, 12)
    assert found.nats[1] > 3 * found.nats[6]


def test_best_order_is_that_of_the_smallest_loss():
    x, n = encode("abracadabra" * 4)
    y = x[3:20]
    found = best_order(x, y, n, orders=[3, 1, 2])
    assert isinstance(found, BestOrder)
    assert list(found.nats) == [3, 1, 2]
    for order, nats in found.nats.items():
        assert nats == -NGram(order).fit(x, n).log_prob(y).mean()
    assert found.order == min(found.nats, key=found.nats.get) == 3
    assert best_order([0], [0, 0], 1, (3, 2)).order == 2  # equals: the lower
    assert list(best_order(x, y, n).nats) == list(range(1, 9))


def test_fit_returns_a_copy_and_nothing_changes_in_place():
    x, n = encode("abracadabra")
    blank = NGram(3)
    model = blank.fit(x, n)
    assert blank.levels is None
    assert type(Unigram().fit(x, n)) is Unigram
    before = model.log_prob(x)
    other = model.fit(x[:4], n)
    np.testing.assert_array_equal(model.log_prob(x), before)
    assert (other.log_prob(x) != before).any()
    with pytest.raises(AttributeError):
        model.order = 4
    np.testing.assert_array_equal(x, encode("abracadabra")[0])
    assert repr(model) == "NGram(order=3, smoothing='witten-bell')"


FITTED = NGram(2).fit([0, 1, 0], 2)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: NGram(-1), "order: got -1, wanted a whole number of 0 or more"),
        (lambda: NGram(2.0), "order: got 2.0, wanted a whole number of 0 or more"),
        (lambda: NGram(2, "laplace"), "smoothing: got 'laplace', wanted 'witten-bell' or 'kneser"),
        (lambda: NGram(2).fit([0, 1], 0), "n_symbols: got 0, wanted a whole number of 1 or more"),
        (lambda: NGram(2).fit([], 2), "ids: got dtype float64, wanted integers"),
        (lambda: NGram(2).fit(np.zeros(0, int), 2), "ids: got shape (0,) (it is empty), wanted"),
        (lambda: NGram(2).fit([[0, 1]], 2), "ids: got shape (1, 2), wanted (n,)"),
        (lambda: NGram(2).fit([0, 2], 2), "ids: got symbol 2 at index (1,), wanted 0 … 1"),
        (lambda: NGram(2).fit([0.0, 1.0], 2), "ids: got dtype float64, wanted integers"),
        (lambda: NGram(2).fit("ab", 2), "ids: got dtype <U2, wanted integers"),
        (lambda: NGram(2).log_prob([0]), "NGram(order=2, smoothing='witten-bell'): got no counts"),
        (
            lambda: Uniform().next_probs(),
            "Uniform(order=0, smoothing='witten-bell'): got no counts",
        ),
        (lambda: FITTED.log_prob([0, -1]), "ids: got symbol -1 at index (1,), wanted 0 … 1"),
        (lambda: FITTED.log_prob(np.zeros(0, int)), "ids: got shape (0,) (it is empty), wanted"),
        (lambda: FITTED.next_probs([3]), "context: got symbol 3 at index (0,), wanted 0 … 1"),
        (lambda: FITTED.next_probs(1), "context: got shape (), wanted (m,)"),
        (lambda: best_order([0], [0], 1, []), "orders: got none, wanted one or more"),
        (lambda: best_order([0], [1], 1), "held_out: got symbol 1 at index (0,), wanted 0 … 0"),
        (lambda: best_order([1], [0], 1), "train: got symbol 1 at index (0,), wanted 0 … 0"),
        (lambda: best_order([0], [0], 0), "n_symbols: got 0, wanted a whole number of 1 or more"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(call, said):
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        call()
