"""The eigenvalue explorer of lesson 05: the spectrum of W_h, and the gradient on its way back through time."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from ..cells import RNN, LinearRNN, ReluRNN, SigmoidRNN
from ..spectrum import (
    circle_of_eigenvalues,
    eigenvalues_of,
    largest_singular_value,
    log_gradient_norms,
    with_eigenvalues,
)
from .live import Choice, LiveFigure, Slider
from .stepper import SUPERSCRIPT
from .style import FAINT, GRADIENT, INPUT, STATE, figure, stacked

CELLS = {"tanh": RNN, "linear": LinearRNN, "sigmoid": SigmoidRNN, "ReLU": ReluRNN}
LOG10_E = np.log10(np.e)
TINY = 1e-300
DECADES = (1, 2, 5, 10, 20, 50, 100)  # how far the picture may go, up and down


def _run(rho, angle, n, departure, activation, scale, T):
    """The cell, log10 ‖∂L/∂h‖ from the last step back to h_0, and the mean slope of every step back."""
    rng = np.random.default_rng(0)
    W_h = with_eigenvalues(rng, circle_of_eigenvalues(n, rho, np.radians(angle)), departure)
    cell = CELLS[activation](rng.normal(size=(n, 1)), W_h, np.zeros(n))
    x = scale * rng.normal(size=(T, 1, 1))
    _, tape = cell.forward(x)
    v = np.full((1, n), n**-0.5)  # of length 1
    logs = log_gradient_norms(cell, tape, v)[::-1] * LOG10_E
    return cell, logs, cell.slope(tape.h).mean(axis=(1, 2))[::-1]


def _axes():
    fig, (plane, right) = figure(9.2, 4.9, ncols=2, width_ratios=[1, 1.5])
    top, bottom = stacked(fig, right, [2.6, 1])
    plane.set(xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal")
    plane.set(xlabel="real part", ylabel="imaginary part", xticks=range(-3, 4), yticks=range(-3, 4))
    plane.set_title("Eigenvalues of $W_h$, unit circle")
    turn = np.linspace(0, 2 * np.pi, 181)
    plane.plot(np.cos(turn), np.sin(turn), color="#777777", lw=1.2)
    top.set(ylim=(-100, 100), ylabel=r"$\log_{10}\,\|\partial L/\partial h_t\|$")
    top.set_title("The gradient, back through time")
    top.axhline(0, color=FAINT, lw=1)
    bottom.set(ylim=(0, 1.05), ylabel="slope f′(z)", xlabel="steps back from the end, T − t")
    for ax in (top, bottom):
        ax.set_xlim(0, 200)
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    return fig, plane, top, bottom


def eigenvalues():
    """`LiveFigure`: magnitude, angle and number of eigenvalues, departure from normality, activation, input, T."""
    fig, plane, top, bottom = _axes()
    (dots,) = plane.plot([], [], "o", color=STATE, ms=6)
    (rho_line,) = top.plot([], [], "--", color=STATE, lw=1.5, label=r"$\rho^k$")
    (s_line,) = top.plot([], [], ":", color="#777777", lw=1.8, label=r"$s_{max}^k$")
    (curve,) = top.plot([], [], color=GRADIENT, label="measured")
    (slopes,) = bottom.plot([], [], color=INPUT, drawstyle="steps-post")
    fig.legend(loc="outside lower right", fontsize=9, ncols=3)

    def update(rho, **values):
        cell, logs, slope = _run(rho, **values)
        T, lags = values["T"], np.arange(len(logs))
        s = largest_singular_value(cell.W_h)
        found = eigenvalues_of(cell.W_h)
        dots.set_data(found.real, found.imag)
        for line, base in ((rho_line, rho), (s_line, s)):
            line.set_data(lags, _within(lags * np.log10(max(base, TINY))))
        curve.set_data(lags, _within(logs))
        slopes.set_data(
            lags, np.append(slope, slope[-1])
        )  # each slope lasts from one lag to the next
        for ax in (top, bottom):
            ax.set_xlim(0, T)
        reach = _reach(logs)
        top.set_ylim(-reach, reach)
        return _sentence(rho, np.abs(found).max(), s, logs, slope, values)

    return LiveFigure(
        "The eigenvalues of W_h and the gradient back through time",
        fig,
        [dots, rho_line, s_line, curve, slopes],
        update,
        [
            Slider("rho", "size of eigenvalues ρ", 0.0, 3.0, 0.05, 0.9),
            Slider("angle", "spread up to angle °", 0, 180, 5, 60),
            Slider("n", "units n", 4, 32, 1, 16),
            Slider("departure", "departure from normal", 0.0, 5.0, 0.25, 0.0),
            Choice("activation", "activation", tuple(CELLS), "tanh"),
            Slider("scale", "input scale", 0.0, 3.0, 0.1, 0.5),
            Slider("T", "steps T", 1, 200, 1, 40),
        ],
    )


def _within(decades):
    """Not too far beyond the picture, for infinities cannot be drawn."""
    return np.clip(decades, -4 * DECADES[-1], 4 * DECADES[-1])


def _reach(logs):
    """The smallest of DECADES that holds all of the curve, so that a bump of half a decade is seen too."""
    size = np.abs(logs[np.isfinite(logs)]).max()
    return next((d for d in DECADES if d >= size), DECADES[-1])


def _power(decades):
    """10 to this power, readably, also where no float can hold it."""
    if abs(decades) <= 3:
        return f"{10**decades:.3g}"
    mantissa, carried = f"{10 ** (decades % 1):.1e}".split("e")  # 9.96 is 1.0 × 10
    whole = int(decades // 1) + int(carried)
    return f"{mantissa} × 10{str(whole).translate(SUPERSCRIPT)}"


def _sentence(rho, found, s, logs, slope, values):
    T, end = values["T"], logs[-1]
    rounded = "" if abs(found - rho) < 0.005 else f" ({found:.2f} after rounding)"
    start = (
        f"ρ = {rho:.2f}{rounded}, largest singular value {s:.2f}, {values['activation']}, "
        f"mean slope {slope.mean():.2f}: "
    )
    steps = f"over {T} step{'s' if T > 1 else ''} back the gradient norm "
    if np.isneginf(end):
        return start + steps + "becomes exactly 0."
    verb = "falls to" if end < -0.01 else "grows to" if end > 0.01 else "stays near"
    peak = logs.max()
    bump = f" after a peak of {_power(peak)}" if peak > max(end, 0) + 0.1 else ""
    return f"{start}{steps}{verb} {_power(end)}{bump} (a factor {_power(end / T)} a step)."
