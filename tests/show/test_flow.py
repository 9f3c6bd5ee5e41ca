"""Lesson 02's explorer: what it draws are the states of two units, step by step."""

import numpy as np
import pytest
from explorers import live

from rnn_core.show.flow import INPUTS, T


def states(x, W_x, own, up, down, b):
    """The two units by their equations, one number at a time."""
    h, one, two = [], 0.0, 0.0
    for x_t in x:
        one, two = (
            np.tanh(W_x * x_t + own * one + down * two + b),
            np.tanh(up * one + own * two + b),
        )
        h.append((one, two))
    return np.array(h)


@pytest.mark.parametrize("sequence", INPUTS)
def test_the_lines_are_the_states_of_the_two_units(sequence):
    explorer = live("flow")
    weights = {"W_x": -1.5, "own": 0.6, "up": -0.8, "down": 0.9, "b": 0.1}
    summary = explorer.set(sequence=sequence, t=9, **weights)
    h = states(INPUTS[sequence], **weights)
    lines = {ax.get_title("left"): ax.lines for ax in explorer._fig.axes}
    drawn = lines["What goes in …"][1]
    one, two = lines["… and what the two units make of it"][1:3]
    path, dot = lines["The state is a point that moves"][2:]
    np.testing.assert_array_equal(drawn.get_ydata(), INPUTS[sequence])
    np.testing.assert_allclose(one.get_ydata(), h[:, 0])
    np.testing.assert_allclose(two.get_ydata(), h[:, 1])
    np.testing.assert_allclose(path.get_xydata(), np.vstack([[0, 0], h]))
    np.testing.assert_allclose(dot.get_xydata(), h[8:9])
    np.testing.assert_array_equal(drawn.get_xdata(), np.arange(1, T + 1))
    assert f"h_1 = {h[8, 0]:.2f} and h_2 = {h[8, 1]:.2f}".replace("-", "−") in summary
    assert f"largest |h| = {np.abs(h[-1]).max():.2f}" in summary


def test_it_says_whether_the_states_die_away():
    explorer = live("flow")
    off = {"b": 0.0, "down": 0.0, "up": 0.5, "W_x": 1.5, "sequence": "one pulse"}
    assert "the states have died away" in explorer.set(own=0.2, **off)
    assert "the states are still alive" in explorer.set(own=1.5, **off)


def test_no_curve_runs_under_the_legend():
    explorer = live("flow")
    (bottom,) = [ax for ax in explorer._fig.axes if ax.get_legend()]
    top = bottom.get_legend().get_window_extent().y1
    assert top < bottom.transData.transform((0, -1))[1] - 4
