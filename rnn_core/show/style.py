"""One look for every figure: a palette that survives colour blindness, readable sizes, one way to show.

Colours have fixed meanings in all lessons: what flows forward is blue, what flows back is vermilion.
"""

import io

import matplotlib
import numpy as np
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INPUT = "#00735A"  # bluish green
STATE = "#0072B2"  # blue: forward
OUTPUT = "#8E4585"  # purple
GRADIENT = "#C04F00"  # vermilion: backward
TARGET = "#444444"
FAINT = "#929292"  # what is there at rest: 3:1 against white
PALE = "#757575"  # words of less weight: 4.5:1
MARK = "#C77700"  # what is being worked on
SERIES = (STATE, MARK, INPUT, OUTPUT, "#303030", "#3D9BD1")
MARKERS = ("o", "s", "^", "D", "v", "P")  # a second sign beside colour

PIXELS_PER_INCH = 100  # CSS pixels for an inch of figure
WIDEST = 100  # letters that a row of a legend has room for
SHARPNESS = 1.5  # picture pixels for a CSS pixel, so that text stays crisp on dense screens

RC = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "legend.frameon": False,
    "lines.linewidth": 2,
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "figure.constrained_layout.w_pad": 0.1,
}
matplotlib.rcParams.update(RC)  # on import, so that a student's own figures look alike


def figure(width=8.4, height=3.6, **subplots):
    """(fig, axes) in the collection's look; sizes in inches, ``subplots`` as in `Figure.subplots`."""
    dpi = PIXELS_PER_INCH * SHARPNESS
    fig = Figure(figsize=(width, height), dpi=dpi, layout="constrained")
    FigureCanvasAgg(fig)
    return fig, fig.subplots(**subplots)


def stacked(fig, ax, height_ratios):
    """Two axes, one above the other, in the place of `ax`, which goes."""
    parts = ax.get_subplotspec().subgridspec(2, 1, height_ratios=height_ratios)
    ax.remove()
    return fig.add_subplot(parts[0]), fig.add_subplot(parts[1])


def columns(labels):
    """The most columns of a legend under a figure 8.4 inches wide, so that its rows fit; down a column first."""
    widths = [len(label) + 8 for label in labels]  # in letters, with a line before each
    for n in range(len(widths), 1, -1):
        if sum(max(column) for column in np.array_split(widths, n)) <= WIDEST:
            return n
    return 1


def png(fig):
    """The figure as it now stands on its canvas, as PNG bytes."""
    file = io.BytesIO()
    fig.savefig(file, format="png", dpi=fig.dpi)
    return file.getvalue()


def still(fig, says):
    """Show a finished figure and, under it, one sentence of text that says what is to be seen.

    The sentence is the picture's text alternative (JupyterLab gives pictures none) and is what nbval compares.
    """
    titles = [fig.get_suptitle(), *(ax.get_title("left") for ax in fig.axes)]
    named = "figure: " + "; ".join(t.replace("\n", " ") for t in titles if t)
    width = round(fig.get_figwidth() * PIXELS_PER_INCH)
    display(
        {"image/png": png(fig), "text/plain": named},
        metadata={"image/png": {"width": width}},
        raw=True,
    )
    print(says)
