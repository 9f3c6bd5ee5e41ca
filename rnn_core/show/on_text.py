"""A text with a number for each of its letters: what an output depends on, what a hidden unit follows."""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize

from ..check import array
from .letters import MONO, SIGNED, TEXT, sign
from .style import STATE, figure, still

AMOUNT = LinearSegmentedColormap.from_list("amount", ["white", STATE, "#00263D"])
ACROSS, LONGEST = 60, 600  # letters in a row, letters altogether
NARROWEST = 30  # cells of a row, so that a few letters are not as large as a hand
FAINTER = 0.6  # of the contrast of a letter: signs for spaces and line breaks


def on_text(text, values, title, says, limits=None, label="value"):
    """Show a text letter by letter on cells coloured by `values`, a colour bar with `label`, and the sentence `says`.

    text: 1 … 600 letters, drawn in rows of 60; a space is ␣, a line break ⏎. values (n,): a number for each letter,
    NaN where there is none. limits: (0, b) for amounts, white to dark; (−b, b) for signed numbers, brown to blue with
    white at 0; None chooses by the values. What lies beyond them has the colour of the end. Raises ValueError
    for a text that is empty or too long, another number of values, infinite ones, and other limits.
    """
    still(text_figure(text, values, title, limits, label), says)


def text_figure(text, values, title, limits=None, label="value"):
    """The figure of `on_text`."""
    values = _checked(text, values)
    low, high = _limits(values) if limits is None else _given(limits)
    n = len(text)
    across = max(min(n, ACROSS), NARROWEST)
    rows = -(-n // across)
    cell = 8.1 / across  # inches
    fig, ax = figure(8.4, np.ceil(10 * (1.0 + rows * min(1.9 * cell, 0.34))) / 10)
    colours = ScalarMappable(Normalize(low, high, clip=True), SIGNED if low < 0 else AMOUNT)
    grid = np.full(rows * across, np.nan)
    grid[:n] = values
    ax.imshow(
        np.ma.masked_invalid(grid.reshape(rows, across)),
        cmap=colours.cmap,
        norm=colours.norm,
        aspect="auto",
        interpolation="nearest",
    )
    ax.hlines(np.arange(1, rows) - 0.5, -0.5, across - 0.5, color="white", lw=4)
    ax.axis("off")
    ax.set_title(title)
    size = min(72 * cell * 1.15, 16)
    _write(ax, text, colours.to_rgba(np.ma.masked_invalid(values)), across, size)
    _bar(fig, ax, colours, values, label)
    return fig


def _write(ax, text, grounds, across, size):
    """The letters, black or white as their ground demands."""
    style = {"ha": "center", "va": "center", "family": MONO, "fontsize": size, **TEXT}
    for k, symbol in enumerate(text):
        drawn, ground = sign(symbol), grounds[k]
        ink = _ink(ground)
        if symbol.isspace():
            ink = FAINTER * ink + (1 - FAINTER) * ground[:3]
        ax.text(k % across, k // across, drawn, color=tuple(ink), **style)


def _ink(ground):
    """Black or white, whichever stands out more on a colour (WCAG 2: relative luminance)."""
    if ground[3] == 0:  # no value: the white of the page
        return np.zeros(3)
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in ground[:3])
    return np.zeros(3) if 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 else np.ones(3)


def _bar(fig, ax, colours, values, label):
    low, high = colours.get_clim()
    seen = values[np.isfinite(values)]
    beyond = {(False, False): "neither", (True, False): "min", (False, True): "max"}
    ends = bool((seen < low).any()), bool((seen > high).any())
    bar = fig.colorbar(
        colours,
        ax=ax,
        location="bottom",
        label=label,
        ticks=[low, (low + high) / 2, high],
        extend=beyond.get(ends, "both"),
        shrink=0.5,
        aspect=40,
        pad=0.03,
    )
    bar.ax.set_xticklabels([f"{v:.3g}".replace("-", "−") for v in bar.get_ticks()])
    bar.outline.set_edgecolor("#929292")


def _checked(text, values):
    """(n,) floats for a text of n letters."""
    if not isinstance(text, str) or not 1 <= len(text) <= LONGEST:
        got = f"{len(text)} letters" if isinstance(text, str) else type(text).__name__
        raise ValueError(f"text: got {got}, wanted a string of 1 … {LONGEST}")
    values = array("values", values)
    if values.shape != (len(text),) or values.dtype.kind not in "iufb":
        raise ValueError(
            f"values: got shape {values.shape} of {values.dtype}, wanted ({len(text)},): a number for each letter"
        )
    if np.isinf(values).any():
        raise ValueError("values: got infinity, wanted finite numbers, or NaN where there is none")
    return values.astype(float)


def _given(limits):
    """(0, b) or (−b, b)."""
    ends = array("limits", limits)
    good = ends.shape == (2,) and ends.dtype.kind in "iuf" and np.isfinite(ends).all()
    if not (good and ends[1] > 0 and ends[0] in (0, -ends[1])):
        raise ValueError(f"limits: got {limits}, wanted (0, b) or (−b, b) with b > 0")
    return float(ends[0]), float(ends[1])


def _limits(values):
    """Those that hold all values: from 0, or alike on both sides of it where some are negative."""
    seen = values[np.isfinite(values)]
    reach = float(abs(seen).max(initial=0.0)) or 1.0
    return (-reach if (seen < 0).any() else 0.0), reach
