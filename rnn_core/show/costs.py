"""Explorer of lesson 11: what it costs that places of a sequence know of each other, step by step or all at once."""

import numpy as np

from .live import LiveFigure, Slider
from .style import MARK, STATE, figure

WAYS = ("recurrence", "attention")
COLOURS = dict(zip(WAYS, (STATE, MARK), strict=True))
LINES = dict(zip(WAYS, ("-", "--"), strict=True))
LENGTHS, WIDTHS = (3, 14), (3, 11)  # powers of two


def costs(products, rounds):
    """`LiveFigure` of what both ways cost at length T and width n: products, and rounds that wait for each other.

    products {"recurrence": f(T, n), "attention": f(T, n)} and rounds {"recurrence": f(T), "attention": f(T)} give
    numbers above 0; sliders for T and n, as powers of two. Raises ValueError for other ways than these two.
    """
    for name, given in (("products", products), ("rounds", rounds)):
        if set(given) != set(WAYS):
            raise ValueError(f"{name}: got {sorted(given)}, wanted {' and '.join(WAYS)}")
    T = 2.0 ** np.arange(LENGTHS[0], LENGTHS[1] + 1)
    fig, (left, right) = figure(8.8, 3.9, ncols=2, width_ratios=[1.75, 1])
    _axis(left, "multiplications for a sequence", products, T, 2.0 ** np.array(WIDTHS))
    _axis(right, "rounds, one after the other", rounds, T)
    left.set_title("Attention's cost grows with the square of T …")
    right.set_title("… but nothing waits")
    style = {way: {"color": COLOURS[way], "ls": LINES[way]} for way in WAYS}
    curves = {way: left.plot([], [], label=way, **style[way])[0] for way in WAYS}
    for way in WAYS:
        right.plot(T, [rounds[way](t) for t in T], **style[way])
    fig.legend(loc="outside lower center", ncols=2)
    dots = [
        ax.plot([], [], "o", ms=9, color=COLOURS[way])[0] for ax in (left, right) for way in WAYS
    ]
    cursors = [ax.axvline(T[0], color="#555555", lw=1.2, ls=":") for ax in (left, right)]

    def update(length, width):
        t, n = 2**length, 2**width
        found = [products[way](t, n) for way in WAYS] + [rounds[way](t) for way in WAYS]
        for way, curve in curves.items():
            curve.set_data(T, [products[way](other, n) for other in T])
        for dot, value in zip(dots, found, strict=True):
            dot.set_data([t], [value])
        for cursor in cursors:
            cursor.set_xdata([t, t])
        return _sentence(t, n, found)

    return LiveFigure(
        "Step by step, or all at once",
        fig,
        [*curves.values(), *dots, *cursors],
        update,
        [
            Slider("length", "length T = 2ᵏ, k", *LENGTHS, 1, 8),
            Slider("width", "width n = 2ᵐ, m", *WIDTHS, 1, 7),
        ],
    )


def _axis(ax, ylabel, functions, T, *width):
    """Logarithmic axes with room for all that the sliders can ask for."""
    ends = [
        f(t, *n) for f in functions.values() for t in (T[0], T[-1]) for n in np.transpose(width)
    ] or [f(t) for f in functions.values() for t in (T[0], T[-1])]
    ax.set(xscale="log", yscale="log", xlim=(T[0] / 1.4, T[-1] * 1.4))
    ax.set(ylim=(min(ends) / 2, max(ends) * 2), xlabel="length T", ylabel=ylabel)


def _sentence(t, n, found):
    here, there, waits, at_once = found
    less, more = (WAYS[0], WAYS[1]) if here < there else (WAYS[1], WAYS[0])
    ratio = max(here, there) / min(here, there)
    verdict = (
        "Both take as many products."
        if here == there
        else f"{more.capitalize()} takes {ratio:,.0f} times as many as {less}."
        if ratio >= 10
        else f"{more.capitalize()} takes {ratio:.1f} times as many as {less}."
    )
    return (
        f"T = {t:,}, n = {n:,}: recurrence {_millions(here)} products in {waits:,} "
        f"{'round' if waits == 1 else 'rounds'}, attention {_millions(there)} in {at_once:,}. {verdict}"
    )


def _millions(value):
    """Three digits: 12 thousand, 3.46 million."""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if value >= size:
            return f"{value / size:.3g} {word}"
    return f"{value:.0f}"
