"""Lesson 00's explorer: the curve and the dot are tanh(W_x x + b)."""

import numpy as np
import pytest
from explorers import live

import rnn_core.show as show


@pytest.mark.parametrize(("W_x", "b", "x"), [(1.0, 0.0, 1.0), (-2.5, 1.0, 0.5), (4.0, 3.0, 4.0)])
def test_the_curve_and_the_dot_are_the_unit(W_x, b, x):
    unit = live("neuron")
    summary = unit.set(W_x=W_x, b=b, x=x)
    curve, drop, dot = unit._moving
    grid, h = curve.get_data()
    np.testing.assert_allclose(h, np.tanh(W_x * grid + b))
    at = np.tanh(W_x * x + b)
    np.testing.assert_allclose(dot.get_xydata(), [[x, at]])
    np.testing.assert_allclose(drop.get_xydata()[1], [x, at])
    assert f"gives h = {at:.3f}".replace("-", "−") in summary
    assert ("nearly saturated" in summary) == (abs(at) > 0.95)


def test_it_starts_with_one_input_and_no_bias():
    assert show.neuron().summary == "With W_x = 1.0 and b = 0.0, the input x = 1.0 gives h = 0.762."
