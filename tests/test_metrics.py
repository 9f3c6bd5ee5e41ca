"""Shares of right answers, counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import accuracy, exact, one_hot

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
