"""Lesson 05's explorer: the spectrum is that of W_h, the curve that of backpropagation, the extremes are true."""

import numpy as np
import pytest
from explorers import live, start

from rnn_core import LinearRNN
from rnn_core.bptt import step_back, through_time
from rnn_core.show.eigenvalues import CELLS, _power, _run


def shown(**setting):
    """The summary, and the artists by what they show."""
    explorer = live("eigenvalues")
    summary = explorer.set(**start(explorer) | setting)
    plane, top, bottom = explorer._fig.axes
    _, rho, s, curve = top.lines
    return summary, plane.lines[-1], (rho, s, curve), bottom.lines[-1]


@pytest.mark.parametrize("activation", CELLS)
@pytest.mark.parametrize("departure", [0.0, 2.0])
def test_the_curve_is_the_gradient_of_backpropagation(activation, departure):
    values = {"angle": 60, "n": 6, "departure": departure, "scale": 0.7, "T": 12}
    summary, dots, (rho_line, s_line, curve), slopes = shown(
        rho=0.9, activation=activation, **values
    )
    cell, _, _ = _run(0.9, activation=activation, **values)
    assert type(cell) is CELLS[activation]
    rng = np.random.default_rng(0)
    rng.normal(size=(2 if departure else 1, 6, 6))  # drawn for W_h
    assert (cell.W_x == rng.normal(size=(6, 1))).all()
    h, tape = cell.forward(0.7 * rng.normal(size=(12, 1, 1)))
    dh = np.zeros_like(h)
    dh[-1] = 1 / np.sqrt(6)
    total, _ = through_time(dh, step_back(cell.slope(h), cell.W_h))
    first = cell.backward(tape, dh)[2]
    norms = [*np.linalg.norm(total[::-1, 0], axis=1), np.linalg.norm(first)]
    np.testing.assert_array_equal(curve.get_xdata(), range(13))
    np.testing.assert_allclose(10 ** curve.get_ydata(), norms, rtol=1e-9)
    np.testing.assert_allclose(10 ** rho_line.get_ydata(), 0.9 ** np.arange(13), rtol=1e-9)
    s = np.linalg.norm(cell.W_h, 2)
    np.testing.assert_allclose(10 ** s_line.get_ydata(), s ** np.arange(13), rtol=1e-9)
    assert (s > 1.2) == (departure > 0)
    np.testing.assert_allclose(slopes.get_ydata()[:-1], cell.slope(h)[::-1].mean(axis=(1, 2)))
    found = np.linalg.eigvals(cell.W_h)
    np.testing.assert_array_equal(dots.get_xydata(), np.stack([found.real, found.imag], 1))
    np.testing.assert_allclose(np.abs(found), 0.9, rtol=1e-6)
    assert f"largest singular value {s:.2f}, {activation}, mean slope" in summary
    assert (
        f"over 12 steps back the gradient norm {'falls' if norms[-1] < 1 else 'grows'} to"
        in summary
    )


def test_a_spectrum_of_size_0_kills_the_gradient_at_once():
    summary, dots, lines, _ = shown(rho=0.0)
    assert summary.endswith("over 40 steps back the gradient norm becomes exactly 0.")
    np.testing.assert_array_equal(dots.get_xydata(), np.zeros((16, 2)))
    for line in lines:
        assert line.get_ydata()[0] == pytest.approx(0)
        assert (line.get_ydata()[1:] < -100).all()
        assert np.isfinite(line.get_ydata()).all()


def test_what_rounding_did_to_a_repeated_eigenvalue_is_said():
    summary, *_ = shown(rho=0.0, departure=5.0, n=32)
    assert "ρ = 0.00 (0." in summary
    assert "after rounding)" in summary
    assert "after rounding" not in shown(rho=0.9)[0]


def test_two_hundred_steps_explode_in_a_linear_net_and_not_as_much_under_tanh():
    linear, _, (rho, _, curve), _ = shown(rho=3.0, T=200, activation="linear")
    assert "grows to 2.7 × 10⁹⁵ (a factor 3 a step)" in linear  # 3²⁰⁰
    np.testing.assert_allclose(curve.get_ydata(), rho.get_ydata(), atol=1e-9)
    tanh, _, (_, _, curve), _ = shown(rho=3.0, T=200)
    assert "mean slope 0.2" in tanh
    assert curve.get_ydata()[-1] < 40
    saturated, *_ = shown(rho=3.0, T=200, scale=3.0)
    assert "ρ = 3.00" in saturated


def test_one_step_is_one_step():
    summary, _, lines, slopes = shown(T=1)
    assert "over 1 step back the gradient norm" in summary
    for line in (*lines, slopes):
        assert line.get_xdata().tolist() == [0, 1]
    top = live("eigenvalues")._fig.axes[1]
    assert top.get_xlim() == (0, 1)
    assert [t for t in top.get_xticks() if 0 <= t <= 1] == [0, 1]


def test_a_bump_is_said_and_a_turn_keeps_the_norm():
    summary, *_ = shown(activation="linear", departure=5.0, angle=180, T=100)
    assert "falls to" in summary
    assert "after a peak of" in summary
    assert "stays near 1 (a factor 1 a step)" in shown(rho=1.0, activation="linear")[0]


def test_the_words_agree_with_the_last_number():
    rng = np.random.default_rng(0)
    for _ in range(20):
        rho, T = rng.choice([0.5, 0.95, 1.05, 2.0]), int(rng.integers(1, 200))
        summary, _, (_, _, curve), _ = shown(rho=rho, T=T)
        end = curve.get_ydata()[-1]
        word = "falls to" if end < -0.01 else "grows to" if end > 0.01 else "stays near"
        assert f"{word} {_power(end)}" in summary


@pytest.mark.parametrize(
    ("decades", "text"),
    [
        (0, "1"),
        (-1, "0.1"),
        (2.5, "316"),
        (-3, "0.001"),
        (-5.17, "6.8 × 10⁻⁶"),
        (4, "1.0 × 10⁴"),
        (-384.7, "2.0 × 10⁻³⁸⁵"),
        (400.3, "2.0 × 10⁴⁰⁰"),
        (np.log10(9.96e7), "1.0 × 10⁸"),
        (np.log10(9.96e-7), "1.0 × 10⁻⁶"),
    ],
)
def test_powers_of_ten_are_written_out_beyond_the_range_of_floats_too(decades, text):
    assert _power(decades) == text


def test_it_starts_with_a_gradient_that_vanishes():
    summary, *_ = shown()
    assert summary == (
        "ρ = 0.90, largest singular value 0.90, tanh, mean slope 0.78: over 40 steps back the gradient norm "
        "falls to 6.8 × 10⁻⁶ (a factor 0.743 a step)."
    )
    assert CELLS["linear"] is LinearRNN


@pytest.mark.parametrize(
    ("setting", "reach"),
    [
        ({"rho": 0.0}, 1),
        ({}, 10),
        ({"T": 1}, 1),
        ({"activation": "linear", "departure": 5.0, "angle": 180, "T": 100}, 5),
        ({"rho": 3.0, "T": 200, "activation": "linear"}, 100),
        ({"rho": 0.05, "T": 200}, 100),
    ],
)
def test_the_picture_reaches_as_far_as_the_curve_or_a_hundred_decades(setting, reach):
    _, _, (_, _, curve), _ = shown(**setting)
    low, high = live("eigenvalues")._fig.axes[1].get_ylim()
    assert (low, high) == (-reach, reach)
    logs = curve.get_ydata()[np.abs(curve.get_ydata()) < 400]  # what is 0 is put beyond the picture
    assert np.abs(logs).max() <= reach or reach == 100


def test_no_curve_runs_under_the_legend():
    fig = live("eigenvalues")._fig
    (legend,) = fig.legends
    assert [t.get_text() for t in legend.get_texts()] == [r"$\rho^k$", r"$s_{max}^k$", "measured"]
    for ax in fig.axes:
        assert not legend.get_window_extent().overlaps(ax.get_window_extent())
