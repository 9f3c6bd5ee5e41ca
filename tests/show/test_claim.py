"""Explorer of lesson 09: a share of days for every tolerance."""

import numpy as np
import pytest
from refusals import refused

from rnn_core import show

ERRORS = {"GRU": np.array([-1.0, 2.0, -3.0, 8.0]), "like today": np.array([0.0, 0.5, -6.0, 20.0])}


@pytest.mark.parametrize(
    ("tolerance", "shares"),
    [(0.0, (0, 25)), (0.5, (0, 50)), (1.0, (25, 50)), (3.0, (75, 50)), (10.0, (100, 75))],
)
def test_a_day_is_right_when_its_error_is_at_most_the_tolerance(tolerance, shares):
    summary = show.claim(ERRORS).set(tolerance=tolerance)
    for name, share in zip(ERRORS, shares, strict=True):
        assert f"{name} {share} %" in summary


def test_the_curves_say_what_the_summary_says():
    live = show.claim(ERRORS)
    live.set(tolerance=2.0)
    line, *dots = live._moving
    assert list(line.get_xdata()) == [2.0, 2.0]
    assert [d.get_ydata()[0] for d in dots] == [0.5, 0.5]
    curves = {c.get_label(): c for c in live._fig.axes[0].lines if c.get_label() in ERRORS}
    for name, sizes in ERRORS.items():
        x, y = curves[name].get_data()
        np.testing.assert_array_equal(y, [(np.abs(sizes) <= t).mean() for t in x])


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ({}, ["0 forecasts"]),
        ([1.0], ["list"]),
        ({f"{k}": ERRORS["GRU"] for k in range(7)}, ["7 forecasts", "1 to 6"]),
        ({"a": np.array([])}, ["empty"]),
        ({"a": ERRORS["GRU"], "b": np.zeros(3)}, ["(3,)", "(4,)"]),
        ({"a": np.array([1.0, np.nan])}, ["nan"]),
        ({"a": np.array([1, 2])}, ["int64"]),
    ],
)
def test_other_errors_are_refused(errors, words):
    refused(lambda: show.claim(errors), "errors", words)
