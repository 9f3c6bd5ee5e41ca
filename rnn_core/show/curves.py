"""Line charts, and a loss seen from above."""

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from ..spectrum import circle_carried
from .style import FAINT, GRADIENT, MARKERS, SERIES, STATE, columns, figure


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
    if all(float(v).is_integer() for v in x):  # steps, lags, lengths: there is none between two
        ax.xaxis.set_major_locator(MaxNLocator("auto", steps=(1, 2, 5, 10), integer=True))
    if logy:
        ax.set_yscale("log")
        _plain_numbers(ax, np.concatenate([np.ravel(y) for y in series.values()]))
    if ylim:
        ax.set_ylim(ylim)
    if len(series) > 1:
        _legend(fig, len(series))
    return fig


def _plain_numbers(ax, values):
    """Ticks 1, 2, 5, 10, 20 … on a logarithmic axis that spans less than two powers of ten."""
    values = values[np.isfinite(values) & (values > 0)]
    if len(values) and values.max() < 100 * values.min():
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter("{x:g}")


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
        ax.plot(
            *np.transpose(path),
            "-o",
            color=GRADIENT,
            ms=4,
            lw=2,
            label="gradient descent",
            **sparse,
        )
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


def circles(title, matrices, K=4):
    """Figure: a circle of vectors, and what W, W², … W^K make of it; one panel per {name: (2, 2) matrix}.

    Later powers are darker; a line follows one vector, so that turning shows.
    """
    fig, axes = figure(8.8, 3.2, ncols=len(matrices), squeeze=False)
    shades = np.linspace(0.57, 0.0, K + 1)
    for ax, (name, W) in zip(axes[0], matrices.items(), strict=True):
        images = circle_carried(W, K)
        for shade, image in zip(shades, images, strict=True):
            ax.plot(*image, color=(shade, shade, shade), lw=1.6)
        ax.plot(*images[:, :, 15].T, "-o", color=GRADIENT, ms=4, lw=1.4)
        ax.set_title(name, fontsize=11)
        reach = 1.1 * np.abs(images).max()
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        ax.set(xlabel="unit 1", ylabel="unit 2")
    fig.suptitle(title, x=0.01, ha="left", fontsize=12)
    return fig


def seeds(title, xlabel, ylabel, x, series, level=None, ylim=None, logx=False, logy=False):
    """Figure of repeated measurements: series {label: (n, seeds) values}; a dot for each seed, a line for the mean.

    level: (y, words) a horizontal line, such as chance. x (n,); logx: each tenfold is as wide, and every x is named;
    logy: each tenfold is as high.
    """
    fig, ax = figure(8.4, 3.6)
    for k, (label, values) in enumerate(series.items()):
        values = np.asarray(values, float)
        style = {"color": SERIES[k], "marker": MARKERS[k]}
        for column in values.T:
            ax.plot(x, column, ls="", ms=4, alpha=0.45, **style)
        ax.plot(x, values.mean(axis=1), lw=2, ms=6, label=label, **style)
    if level:
        ax.axhline(level[0], color="#777777", lw=1.2, ls="--", label=level[1])
    ax.set_title(title)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if logx:
        ax.set_xscale("log")
        ax.set_xticks(x, [f"{v:,g}" if v < 1e6 else f"{v / 1e6:g} M" for v in x])
        ax.xaxis.set_minor_locator(NullLocator())
    if logy:
        ax.set_yscale("log")
        _plain_numbers(ax, np.concatenate([np.ravel(values) for values in series.values()]))
    if ylim:
        ax.set_ylim(ylim)
    labels = [*series, *([level[1]] if level else [])]
    fig.legend(loc="outside lower center", ncols=columns(labels))
    return fig


def ball(title, before, after, radius):
    """Figure of vectors in the plane and what clipping makes of them: (n, 2) `before`, `after`; the ball's radius."""
    fig, ax = figure(8.4, 3.8)
    turn = np.linspace(0, 2 * np.pi, 181)
    ax.fill(radius * np.cos(turn), radius * np.sin(turn), color="#E8F1F8", zorder=0)
    ax.plot(
        radius * np.cos(turn), radius * np.sin(turn), color=STATE, lw=1.5, label="ball of radius θ"
    )
    for start, end in zip(before, after, strict=True):
        ax.plot(*np.transpose([start, end]), color="#8A8A8A", lw=1)
    ax.plot(*np.transpose(before), "o", color="#6A6A6A", mfc="white", ms=6, label="gradient")
    ax.plot(*np.transpose(after), "s", color=GRADIENT, ms=5, label="after clipping")
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_title(title)
    ax.set(xlabel=r"$\partial L/\partial w_1$", ylabel=r"$\partial L/\partial w_2$")
    fig.legend(loc="outside right upper")
    return fig
