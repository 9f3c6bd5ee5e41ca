"""Lesson 04's explorer: the bars are the shares of the lags, those from τ on are hatched."""

import sys

import numpy as np
import pytest
from explorers import live

from rnn_core.bptt import shares_by_lag
from rnn_core.show import truncation
from rnn_core.show.truncation import _shares


def bars():
    """(heights of the kept, heights of the lost), lag by lag."""
    kept, lost = live("truncation")._fig.axes[0].containers
    return [np.array([bar.get_height() for bar in group]) for group in (kept, lost)]


@pytest.mark.parametrize(
    ("lag", "tau", "rho"), [(8, 5, 0.95), (8, 8, 0.95), (8, 9, 0.95), (0, 1, 0.5), (20, 24, 1.2)]
)
def test_the_bars_below_tau_are_kept_and_the_others_lost(lag, tau, rho):
    explorer = live("truncation")
    summary = explorer.set(lag=lag, tau=tau, rho=rho)
    shares, (kept, lost) = _shares(lag, rho), bars()
    np.testing.assert_array_equal(kept, np.where(np.arange(24) < tau, shares, 0))
    np.testing.assert_array_equal(lost, np.where(np.arange(24) < tau, 0, shares))
    (cut,) = [a for a in explorer._moving if hasattr(a, "get_xdata")]
    assert set(cut.get_xdata()) == {tau - 0.5}
    assert shares.sum() == pytest.approx(1)
    percent = f"{100 * shares[:tau].sum():.0f} % of the gradient of W_x is kept".replace("-", "−")
    assert percent in summary
    assert f"from lag {lag} (" in summary
    assert summary.endswith("is kept." if tau > lag else "is lost.")


def test_the_shares_are_those_of_the_gradient_of_an_echo(monkeypatch):
    seen = {}

    def spy(cell, tape, dh, field):
        seen.update(cell=cell, tape=tape, dh=dh, field=field)
        return shares_by_lag(cell, tape, dh, field)

    module = sys.modules[_shares.__module__]  # the package has a function of this name
    monkeypatch.setattr(module, "shares_by_lag", spy)
    _shares.cache_clear()
    shares = _shares(3, 0.8)
    cell, tape = seen["cell"], seen["tape"]
    full = cell.backward(tape, seen["dh"])[0].W_x
    kept = cell.backward(tape, seen["dh"], truncate=4)[0].W_x
    assert seen["field"] == "W_x"
    assert shares[:4].sum() == pytest.approx((kept * full).sum() / (full**2).sum())
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(cell.W_h)), 0.8)
    assert np.argsort(shares)[-2:].tolist() in ([0, 3], [3, 0])


def test_every_bar_and_the_label_have_room():
    ax = live("truncation")._fig.axes[0]
    low, _ = ax.get_ylim()
    shares = [_shares(lag, rho) for lag in (0, 8, 20) for rho in (0.5, 0.95, 1.2)]
    assert np.min(shares) > low
    assert np.max(shares) < 1.18


def test_it_starts_with_a_truncation_that_loses_the_echo():
    assert truncation().summary == (
        "Echo after 8 steps, τ = 5, |λ| of W_h = 0.95: 51 % of the gradient of W_x is kept; "
        "what comes from lag 8 (54 %) is lost."
    )
