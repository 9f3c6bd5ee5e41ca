"""Line charts, and a loss seen from above."""

import numpy as np
from matplotlib.colors import LogNorm

from .style import FAINT, GRADIENT, MARKERS, SERIES, figure


def lines(title, xlabel, ylabel, x, series, logy=False, height=3.4, ylim=None, markers=True):
    """Figure of curves over one axis. x (n,); series {label: (n,) values}; a legend where there are several.

    Every curve has a colour and a marker of its own, so that it can be told apart without colour.
    """
    fig, ax = figure(8.4, height)
    many = len(x) > 40 or not markers
    for k, (label, y) in enumerate(series.items()):
        style = {"marker": None if many else MARKERS[k % len(MARKERS)], "ms": 5}
        ax.plot(x, y, color=SERIES[k % len(SERIES)], label=label, **style)
        if many and k:
            ax.lines[-1].set_linestyle(("-", "--", ":", "-.")[k % 4])
    ax.set_title(title)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if logy:
        ax.set_yscale("log")
    if ylim:
        ax.set_ylim(ylim)
    if len(series) > 1:
        _legend(fig, len(series))
    return fig


def _legend(fig, n):
    """Under the axes, where it covers no curve; as many rows as keep it within the figure."""
    fig.legend(loc="outside lower center", ncols=min(n, 4))


def surface(title, xlabel, ylabel, x, y, z, path=None):
    """Figure of z over the plane, seen from above with contours (log scale), and a path walked on it.

    x (n,), y (m,), z (m, n) > 0; path (k, 2) points (x, y), the first marked as the start.
    """
    fig, ax = figure(8.4, 4.6)
    levels = np.geomspace(z.min(), z.max(), 25)
    filled = ax.contourf(x, y, z, levels=levels, norm=LogNorm(), cmap="cividis")
    ax.contour(x, y, z, levels=levels[::3], colors="white", linewidths=0.5, alpha=0.6)
    ticks = [t for t in 10.0 ** np.arange(-8, 8) if z.min() <= t <= z.max()]
    fig.colorbar(filled, ax=ax, label="loss L", ticks=ticks).ax.minorticks_off()
    if path is not None:
        ax.plot(*np.transpose(path), color="white", lw=4.5)
        sparse = {"markevery": max(1, len(path) // 30)}  # a marker every so many steps
        ax.plot(*np.transpose(path), "-o", color=GRADIENT, ms=4, lw=2, label="gradient descent", **sparse)
        ax.plot(*path[0], "s", color="white", mec=GRADIENT, mew=2, ms=10, label="start")
        ax.legend(frameon=True, loc="lower left")
    ax.grid(False)
    ax.set_title(title)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return fig


def states_over_words(words, h, title, ylabel="state h"):
    """Figure of states along a sentence: words (T,) on the axis, h (T,) or (T, n_h)."""
    h = np.asarray(h).reshape(len(words), -1)
    fig, ax = figure(8.4, 3.2)
    ax.axhline(0, color=FAINT, lw=1)
    for k, column in enumerate(h.T):
        ax.plot(column, "-" + MARKERS[k % 6], color=SERIES[k % 6], label=f"unit {k + 1}", ms=5)
    if h.shape[1] > 1:
        _legend(fig, h.shape[1])
    ax.set_title(title)
    ax.set_xticks(range(len(words)), words, rotation=60, ha="right", rotation_mode="anchor")
    ax.set(ylim=(-1.1, 1.1), ylabel=ylabel, xlabel="words in the order of reading")
    return fig
