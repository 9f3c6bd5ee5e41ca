"""The picture of the training step: ratios against the line of 1, and shares of the matrix-product limit."""

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, NullLocator
from training_step import COMPILED, EAGER, JAX, KINDS, NUMPY, RATIOS, SHARES

ALONE = "own products alone"
# Okabe and Ito's colours, which all eyes tell apart, and a shape for each
LOOKS = {
    NUMPY: ("#0072B2", "o"),
    JAX: ("#009E73", "s"),
    EAGER: ("#D55E00", "D"),
    COMPILED: ("#CC79A7", "v"),
    ALONE: ("#555555", "_"),
}
TICKS = (0.2, 0.5, 1, 2, 5, 10)


def draw(rows, path):
    """A column for each kind of cell; above NumPy's speed over the others', below shares of the limit."""
    kinds = [kind for kind in KINDS if any(r.case.startswith(kind) for r in rows)]
    fig, axes = plt.subplots(
        2, len(kinds), figsize=(5 * len(kinds), 8), sharey="row", sharex="col", squeeze=False
    )
    for kind, (above, below) in zip(kinds, axes.T, strict=True):
        mine = [r for r in rows if r.case.split()[0] == kind]
        ratios = [r for r in mine if r.table == RATIOS and r.what.startswith(NUMPY)]
        points(above, ratios, lambda what: what.removeprefix(f"{NUMPY} / "))
        shares = [r for r in mine if r.table == SHARES and r.what in LOOKS]
        points(below, shares, lambda what: what)
        above.axhline(1, color="black", linewidth=1)
        above.set(title=kind, yscale="log")
    for ax, label in zip(
        axes[:, 0],
        ("speed of NumPy over theirs\n(above the line NumPy is faster)", "share of the limit, %"),
        strict=True,
    ):
        ax.set_ylabel(label)
    axes[1, 0].set_ylim(0, top(rows))
    axes[0, 0].yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}×"))
    axes[0, 0].yaxis.set_major_locator(mpl.ticker.FixedLocator(TICKS))
    axes[0, 0].yaxis.set_minor_locator(NullLocator())
    for ax in axes[:, -1]:
        ax.legend(loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
    fig.suptitle("One training step: medians and quartiles over rounds")
    fig.tight_layout()
    fig.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(fig)


def top(rows):
    """Where the axis of the shares ends: at 100 %, or above the highest quartile."""
    return max([100.0, *(1.05 * r.high for r in rows if r.table == SHARES and r.what in LOOKS)])


def points(ax, rows, name):
    """A point with its quartiles for each case and each name, side by side."""
    cases = list(dict.fromkeys(r.case for r in rows))
    names = list(dict.fromkeys(name(r.what) for r in rows))
    for k, one in enumerate(names):
        mine = [r for r in rows if name(r.what) == one]
        at = [cases.index(r.case) + 0.15 * (k - (len(names) - 1) / 2) for r in mine]
        middle = [r.value for r in mine]
        errors = [[r.value - r.low for r in mine], [r.high - r.value for r in mine]]
        colour, marker = LOOKS[one]
        style = {"color": colour, "marker": marker, "linestyle": "none", "markersize": 6}
        ax.errorbar(at, middle, errors, label=one, capsize=2, elinewidth=1, **style)
    labels = [case.split(maxsplit=1)[1].replace(", B", "\nB") for case in cases]
    ax.set_xticks(range(len(cases)), labels, rotation=90)
    ax.grid(axis="y", color="#dddddd")
    ax.set_axisbelow(True)
