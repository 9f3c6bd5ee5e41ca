"""Explorer of lesson 09: how accurate a forecast is, by what one agrees to call right."""

import numpy as np

from ..check import floats
from .live import LiveFigure, Slider
from .style import FAINT, MARKERS, SERIES, figure

WIDEST = 10.0  # per cent
STROKES = ("-", "--", ":", "-.", "-", "--")  # a second sign beside colour
GRID = np.linspace(0, WIDEST, 401)


def claim(errors, title="How accurate? It depends on what counts as right"):
    """`LiveFigure`: the share of days on which a forecast is within a tolerance, which a slider sets.

    errors: {name: (n,) relative errors in per cent, of either sign}, for 1 to 6 forecasts of the same n days.
    Raises ValueError for none or too many, unequal lengths, NaN or infinity.
    """
    sizes = _checked(errors)
    shares = {name: _within(sizes[name], GRID) for name in sizes}
    fig, ax = figure(8.4, 4.0)
    ax.set(xlim=(0, WIDEST), ylim=(0, 1.02))
    ax.set(xlabel="tolerance (per cent of the true value)", ylabel="share of days called right")
    ax.set_title(title)
    for k, (name, share) in enumerate(shares.items()):
        ax.plot(GRID, share, STROKES[k], color=SERIES[k], label=name)
    (line,) = ax.plot([], [], color=FAINT, lw=1.2)
    dots = [
        ax.plot([], [], MARKERS[k], color=SERIES[k], ms=9, mec="white", clip_on=False)[0]
        for k in range(len(shares))
    ]
    for dot in dots:
        dot.set_in_layout(False)  # whole at the edges, they need no room of their own
    fig.legend(loc="outside lower center", ncols=2)

    def update(tolerance):
        line.set_data([tolerance, tolerance], [0, 1.02])
        found = {name: float(_within(size, tolerance)) for name, size in sizes.items()}
        for dot, share in zip(dots, found.values(), strict=True):
            dot.set_data([tolerance], [share])
        told = ", ".join(f"{name} {100 * share:.0f} %" for name, share in found.items())
        return f"Within {tolerance:.1f} % of the true value: {told} of the days."

    tolerance = Slider("tolerance", "tolerance in %", 0.0, WIDEST, 0.1, 5.0)
    return LiveFigure(title, fig, [line, *dots], update, [tolerance])


def _within(sizes, tolerance):
    """The share of `sizes` (n,) that are at most `tolerance`, for each tolerance."""
    return np.searchsorted(sizes, tolerance, side="right") / len(sizes)


def _checked(errors):
    """{name: sorted |error|}."""
    if not isinstance(errors, dict) or not 1 <= len(errors) <= len(SERIES):
        got = f"{len(errors)} forecasts" if isinstance(errors, dict) else type(errors).__name__
        raise ValueError(
            f"errors: got {got}, wanted a dictionary of 1 to {len(SERIES)} forecasts by name"
        )
    wanted, sizes = ("n",), {}
    for name, values in errors.items():
        values = floats("errors", values, wanted)
        sizes[name], wanted = np.sort(np.abs(values)), values.shape
    return sizes
