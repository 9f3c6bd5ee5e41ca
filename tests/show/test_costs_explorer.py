"""Lesson 11's explorer: the dots lie on the counts that were given, and the sentence says them."""

import numpy as np
import pytest
from explorers import live
from refusals import refused

from rnn_core.show import costs


def dots(explorer):
    """[(x, y) of recurrence and attention on the left, the same on the right]."""
    moving = [a for a in explorer._moving if getattr(a, "get_marker", str)() == "o"]
    return [tuple(a.get_xydata()[0]) for a in moving]


@pytest.mark.parametrize(
    ("k", "m", "words"),
    [
        (8, 7, "attention 16.8 million in 1. Attention takes 4.0 times as many as recurrence."),
        (4, 5, "recurrence 16.4 thousand products in 16 rounds, attention 16.4 thousand in 1."),
        (3, 11, "Recurrence takes 128 times as many as attention."),
        (3, 3, "recurrence 512 products in 8 rounds, attention 1.02 thousand in 1."),
        (14, 11, "recurrence 68.7 billion products in 16,384 rounds, attention 1.1 trillion in 1."),
    ],
)
def test_dots_and_words_are_the_counts(k, m, words):
    explorer = live("costs")
    summary = explorer.set(length=k, width=m)
    T, n = 2**k, 2**m
    assert summary.startswith(f"T = {T:,}, n = {n:,}: recurrence ")
    assert words in summary
    assert dots(explorer) == [(T, T * n**2), (T, 2 * T**2 * n), (T, T), (T, 1)]
    left, right = explorer._fig.axes
    assert left.get_ylim()[0] < min(T * n**2, 2 * T**2 * n)
    assert left.get_ylim()[1] > max(T * n**2, 2 * T**2 * n)
    assert right.get_ylim()[0] < 1 < T < right.get_ylim()[1]


def test_equal_costs_are_called_equal():
    assert live("costs").set(length=6, width=7).endswith("Both take as many products.")


def test_curves_are_those_of_the_width():
    explorer = live("costs")
    explorer.set(width=5)
    curve = explorer._fig.axes[0].lines[0]
    T = 2.0 ** np.arange(3, 15)
    np.testing.assert_array_equal(curve.get_xydata(), np.transpose([T, T * 2.0**10]))


def test_other_ways_are_refused():
    one = {"recurrence": lambda T, n: 1, "attention": lambda T, n: 1}
    refused(lambda: costs({"recurrence": len}, one), "products", ["['recurrence']", "attention"])
    refused(lambda: costs(one, {}), "rounds", ["[]"])
