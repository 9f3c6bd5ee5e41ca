"""Explorer of lesson 04: where in the past a gradient comes from, and what truncation at τ keeps of it."""

from functools import lru_cache

import numpy as np

from ..bptt import shares_by_lag
from ..cells import RNN
from ..losses import squared_error
from ..readout import Readout
from ..spectrum import orthogonal
from ..tasks import echo
from .graph import numbers
from .live import LiveFigure, Slider
from .style import FAINT, GRADIENT, figure

T, B, N_H = 24, 60, 16


@lru_cache(maxsize=256)
def _shares(lag, rho):
    """(T,) share of the gradient of W_x that comes from each lag, signed along the full gradient."""
    rng = np.random.default_rng(0)
    cell = RNN(0.3 * rng.normal(size=(N_H, 1)), rho * orthogonal(rng, N_H), np.zeros(N_H))
    readout = Readout(0.3 * rng.normal(size=(1, N_H)) * N_H**-0.5, np.zeros(1))
    data = echo(rng, B, T, lag)
    h, tape = cell.forward(data.x)
    y, y_tape = readout.forward(h)
    _, dy = squared_error(y, data.target, reduction="mean")
    _, dh = readout.backward(y_tape, dy)
    return shares_by_lag(cell, tape, dh, "W_x")


def truncation():
    """`LiveFigure`: the gradient of W_x by lag on an echo task; sliders for the echo's lag, τ and the size of W_h."""
    fig, ax = figure(8.8, 3.9)
    ax.set(xlim=(-0.7, T - 0.3), ylim=(-0.25, 1.35))
    ax.set(xlabel="lag k: how many steps before the loss", ylabel="share of the gradient")
    ax.set_title(
        "Where in the past the gradient of $W_x$ comes from; truncation at τ keeps lags below τ"
    )
    ax.axhline(0, color=FAINT, lw=1)
    lags = np.arange(T)
    kept = ax.bar(lags, np.zeros(T), color=GRADIENT, width=0.8)
    lost = ax.bar(lags, np.zeros(T), color="white", edgecolor="#555555", hatch="///", width=0.8)
    (cut,) = ax.plot([], [], color="#222222", lw=1.5, ls="--")
    label = ax.text(0, 1.25, "", ha="left", va="center", fontsize=10)

    def update(lag, tau, rho):
        shares = _shares(lag, rho)
        for k in range(T):
            kept[k].set_height(shares[k] if k < tau else 0)
            lost[k].set_height(0 if k < tau else shares[k])
        cut.set_data([tau - 0.5, tau - 0.5], [-0.25, 1.18])
        label.set_text("← kept | lost →")
        label.set_position((tau - 0.5, 1.25))
        label.set_ha("center" if 2 < tau < T - 3 else "left" if tau <= 2 else "right")
        part = shares[:tau].sum()
        where = "is kept" if tau > lag else "is lost"
        return (
            f"Echo after {lag} steps, τ = {tau}, |λ| of W_h = {rho:.2f}: {numbers(100 * part, 0)} % of the "
            f"gradient of W_x is kept; what comes from lag {lag} ({numbers(100 * shares[lag], 0)} %) {where}."
        )

    return LiveFigure(
        "Truncation: what part of the gradient is lost",
        fig,
        [*kept, *lost, cut, label],
        update,
        [
            Slider("lag", "lag of the echo", 0, 20, 1, 8),
            Slider("tau", "truncation τ", 1, T, 1, 5),
            Slider("rho", "eigenvalues of W_h, |λ|", 0.5, 1.2, 0.05, 0.95),
        ],
    )
