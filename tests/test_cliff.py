"""The loss with a cliff: its gradient, where it jumps, and what clipping does to a step there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import RNN, gradcheck
from rnn_core.cliff import START, TARGET, Point, T, descend, loss_and_gradient

HERE = st.floats(-1.5, 1.5)


@given(HERE, HERE)
def test_the_loss_is_that_of_one_tanh_unit_after_t_steps(w, b):
    h = START
    for _ in range(T):
        h = np.tanh(w * h + b)
    loss, _ = loss_and_gradient(Point(np.array(w), np.array(b)))
    assert loss == pytest.approx((h - TARGET) ** 2, rel=1e-12, abs=1e-15)


@given(HERE, HERE)
def test_the_gradient_agrees_with_finite_differences(w, b):
    point = Point(np.array([w]), np.array([b]))
    loss = lambda p: loss_and_gradient(p)[0].item()
    assert gradcheck(loss, point, loss_and_gradient(point)[1]) < 1e-5


@given(HERE, HERE)
def test_the_gradient_agrees_with_backpropagation(w, b):
    cell = RNN(np.zeros((1, 1)), np.array([[w]]), np.array([b]))
    h, tape = cell.forward(np.zeros((T, 1, 1)), np.array([[START]]))
    grads, _, _ = cell.backward(tape, dstate=2 * (h[-1] - TARGET))
    _, (dw, db) = loss_and_gradient(Point(np.array([w]), np.array([b])))
    np.testing.assert_allclose(dw, grads.W_h[0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(db, grads.b, rtol=1e-9, atol=1e-12)


def test_a_plane_of_points_is_computed_at_once():
    w, b = np.meshgrid(np.linspace(0.6, 2.4, 7), np.linspace(-0.9, 0.7, 5))
    loss, (dw, db) = loss_and_gradient(Point(w, b))
    assert loss.shape == dw.shape == db.shape == (5, 7)
    one, (dw1, db1) = loss_and_gradient(Point(w[3, 2], b[3, 2]))
    assert (loss[3, 2], dw[3, 2], db[3, 2]) == pytest.approx((one, dw1, db1))


def test_there_is_a_cliff():
    b = np.linspace(-0.9, 0.7, 4001)
    loss, grads = loss_and_gradient(Point(np.full_like(b, 1.6), b))
    steepest = np.abs(grads.b).argmax()
    assert abs(grads.b[steepest]) > 100 * np.median(np.abs(grads.b))
    assert loss[steepest + 20] - loss[steepest - 20] > 1  # up by so much within 0.016


def test_descent_goes_by_the_rule_and_keeps_what_it_saw():
    points, norms = descend(1.6, 0.1, 0.1, 5)
    assert points.shape == (6, 2)
    assert norms.shape == (5,)
    np.testing.assert_array_equal(points[0], [1.6, 0.1])
    for k in range(5):
        _, g = loss_and_gradient(Point(*points[k]))
        np.testing.assert_allclose(points[k + 1], points[k] - 0.1 * np.array(g), rtol=1e-12)
        assert norms[k] == pytest.approx(np.hypot(*g))


def test_clipping_bounds_every_step_and_norms_are_those_before():
    points, norms = descend(1.6, 0.1, 0.1, 60, 0.5)
    moves = np.linalg.norm(np.diff(points, axis=0), axis=1)
    np.testing.assert_allclose(moves, 0.1 * np.minimum(norms, 0.5), rtol=1e-6)
    assert norms.max() > 20 * 0.5


def test_at_the_cliff_one_step_without_clipping_leaves_the_picture():
    points, _ = descend(1.6, 0.1, 0.1, 60)
    assert np.abs(np.diff(points, axis=0)).max() > 5
    clipped, _ = descend(1.6, 0.1, 0.1, 60, 0.5)
    assert np.abs(clipped - clipped[0]).max() < 2


@pytest.mark.parametrize("bad", [{"θ": 0.0}, {"θ": -1.0}, {"lr": 0.0}])
def test_a_bound_or_a_rate_that_is_not_above_0_is_refused(bad):
    with pytest.raises(ValueError, match=f"^{next(iter(bad))}: got .*, wanted .* above 0"):
        descend(**{"w": 1.0, "b": 0.0, "lr": 0.1, "steps": 3} | bad)


def test_no_steps_stay_at_the_start():
    points, norms = descend(1.0, 0.0, 0.1, 0)
    assert points.tolist() == [[1.0, 0.0]]
    assert norms.shape == (0,)
