"""From scores to symbols: chances at their limits, and draws that keep to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import close

from rnn_core import softmax
from rnn_core.speaking import chances, draw, likeliest, run_on

same = np.testing.assert_array_equal
TINY = 5e-324


@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.floats(0.01, 100))
def test_chances_are_softmax_of_scores_over_temperature(n, seed, temperature):
    z = np.random.default_rng(seed).normal(0, 3, (2, 3, n))
    p = chances(z, temperature)
    close(p, softmax(z / temperature))
    close(chances(z), softmax(z))
    same(chances(z, 1, n + 3), chances(z))
    assert p.dtype == np.float64


@given(st.integers(2, 6), st.integers(1, 6), st.integers(0, 2**32 - 1), st.floats(0.1, 10))
def test_only_the_k_largest_have_chances_and_these_add_up_to_1(n, k, seed, temperature):
    z = np.random.default_rng(seed).integers(-3, 4, (4, n)).astype(float)  # with ties
    p = chances(z, temperature, k)
    close(p.sum(-1), np.ones(4))
    for row, scores in zip(p, z, strict=True):
        kept = sorted(range(n), key=lambda s: (-scores[s], s))[:k]
        assert set(np.flatnonzero(row)) == set(kept)
        weights = np.exp((scores[kept] - scores.max()) / temperature)
        close(row[kept], weights / weights.sum())


@pytest.mark.parametrize("temperature", [0, 0.0, TINY, 1e-300, 1e-12])
def test_near_0_the_likeliest_takes_all(temperature):
    z = np.array([[1.0, 3.0, 2.0], [-5.0, -9.0, -7.0]])
    same(chances(z, temperature), [[0, 1, 0], [1, 0, 0]])


def test_of_equals_the_first_is_taken_at_0_and_all_share_just_above():
    z = np.array([1.0, 4.0, 4.0, 0.0])
    same(chances(z, 0), [0, 1, 0, 0])
    same(chances(z, top_k=1), [0, 1, 0, 0])
    same(chances(z, 1e-6), [0, 0.5, 0.5, 0])


def test_far_above_1_all_become_alike():
    close(chances(np.array([1.0, 50.0, -3.0]), 1e9), np.full(3, 1 / 3), 1e-7)


@pytest.mark.parametrize("temperature", [0, TINY, 1.0, 1e300])
def test_huge_scores_overflow_nowhere(temperature):
    p = chances(np.array([8e307, -8e307, 0.0]), temperature)
    assert np.isfinite(p).all()
    close(p.sum(), 1.0)
    assert p[0] >= max(p)


def test_scores_of_whole_numbers_or_float32_will_do():
    same(chances([0, 0]), [0.5, 0.5])
    z = np.array([1.0, 2.0], np.float32)
    same(chances(z), chances(z.astype(float)))


class Rolled:
    """A generator that rolls what it is told."""

    def __init__(self, *values):
        self.values = np.array(values)

    def random(self, shape):
        assert shape == (len(self.values), 1)
        return self.values[:, None]


ALMOST_1 = np.nextafter(1.0, 0.0)


@pytest.mark.parametrize(
    ("u", "symbol"), [(0.0, 1), (0.2499, 1), (0.25, 3), (0.75, 3), (ALMOST_1, 3)]
)
def test_a_symbol_without_a_chance_is_never_drawn(u, symbol):
    p = np.array([[0.0, 0.25, 0.0, 0.75, 0.0]])
    same(draw(Rolled(u), p), [symbol])


def test_each_row_is_drawn_from_its_own_chances():
    p = np.array([[0.5, 0.5], [0.1, 0.9], [1.0, 0.0]])
    same(draw(Rolled(0.3, 0.3, ALMOST_1), p), [0, 1, 0])


@given(st.integers(0, 2**32 - 1), st.integers(1, 300))
def test_rounding_of_the_sum_draws_nothing_beyond_the_last(seed, n):
    p = np.random.default_rng(seed).random((2, n)) ** 4
    p = p / p.sum(-1, keepdims=True) * np.array([[1 - 1e-15], [1 + 1e-15]])
    same(draw(Rolled(ALMOST_1, 0.0), p), [n - 1, 0])


def test_draws_come_as_often_as_their_chances():
    p = np.array([0.05, 0.6, 0.0, 0.35])
    said = draw(np.random.default_rng(0), np.tile(p, (20000, 1)))
    assert np.abs(np.bincount(said, minlength=4) / 20000 - p).max() < 0.012
    assert (said != 2).all()


def test_what_was_said_is_read_next_where_nothing_is_given():
    def speak(x, state):  # scores that favour x + state, and a state that counts
        return np.eye(9)[(x + state) % 9], state + 1

    x = np.array([[2, 5], [7, 7], [1, 1], [0, 0]])
    given_ = np.array([True, False, True, False])
    read, said = run_on(speak, 1, x, given_)
    same(read, [[2, 5], [3, 6], [1, 1], [4, 4]])
    same(said, [[3, 6], [5, 8], [4, 4], [8, 8]])
    read, said = run_on(speak, 1, x, given_, choose=lambda y: likeliest(-y) + 1)
    same(said, np.ones((4, 2)))
    same(read, [[2, 5], [1, 1], [1, 1], [1, 1]])
