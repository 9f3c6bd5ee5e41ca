"""Lesson 05's cliff: the path and its gradients are those of the core, with and without clipping."""

import numpy as np
import pytest
from explorers import live, start

from rnn_core.cliff import Point, descend, loss_and_gradient
from rnn_core.show.cliff import STEPS, B, W


def shown(**setting):
    """The summary and the lines: path, start, norms, bound."""
    explorer = live("cliff")
    summary = explorer.set(**start(explorer) | setting)
    left, right = (ax for ax in explorer._fig.axes if ax.lines)
    halo, path, first = left.lines
    np.testing.assert_array_equal(halo.get_xydata(), path.get_xydata())
    return (
        summary,
        path.get_xydata(),
        first.get_xydata(),
        *(line.get_xydata() for line in right.lines),
    )


@pytest.mark.parametrize("clipping", ["off", "on"])
def test_the_path_and_its_gradients_are_those_of_descent(clipping):
    summary, path, first, norms, bound = shown(clipping=clipping, theta=0.3, lr=0.05, w=1.5, b=0.2)
    points, wanted = descend(1.5, 0.2, 0.05, STEPS, 0.3 if clipping == "on" else None)
    np.testing.assert_array_equal(path, points)
    np.testing.assert_array_equal(first, [[1.5, 0.2]])
    np.testing.assert_allclose(10 ** norms[:, 1], np.maximum(wanted, 1e-4))
    assert summary.startswith("With clipping at 0.30:" if clipping == "on" else "With no clipping:")
    if clipping == "on":
        np.testing.assert_allclose(bound[:, 1], np.log10(0.3))
    else:
        assert np.isnan(bound[:, 1]).all()
    loss, _ = loss_and_gradient(Point(*points[-1]))
    assert summary.endswith(f"loss {loss:.3f}.")


def test_without_clipping_it_starts_with_a_throw_out_of_the_picture():
    summary, path, *_ = shown()
    assert "outside the picture" in summary
    assert not (W[0] <= path[-1, 0] <= W[1] and B[0] <= path[-1, 1] <= B[1])
    summary, path, *_ = shown(clipping="on")
    assert "outside the picture" not in summary
    assert "longest step 0.050;" in summary  # η θ


def test_every_gradient_norm_has_a_place_on_the_axis():
    (right,) = [ax for ax in live("cliff")._fig.axes if "Before" in ax.get_title("left")]
    top = right.get_ylim()[1]
    assert right.get_yticklabels()[0].get_text() == "≤ −4"
    largest = [
        descend(w, b, lr, STEPS, 0.05)[1].max()
        for w in (1.9, 1.95, 2.05, 2.2)
        for b in (-0.55, -0.45, -0.4, -0.35)
        for lr in (0.1, 0.3, 0.5)
    ]
    assert 4 < np.log10(max(largest)) < top
