"""LiveFigure: sliders → core → picture, quick enough to hold a key down.

Axes, ticks and titles are drawn once with matplotlib, kept, and sent to a canvas in the page; for each new
setting only the moving artists are drawn over the kept picture (blitting), and only the pixels that differ
from it are sent. The controls are the page's own inputs and selects, labelled, so that keyboards and
screen readers work.
"""

import io
import itertools
import unicodedata
from pathlib import Path
from typing import NamedTuple

import anywidget
import numpy as np
import traitlets
from PIL import Image

from .style import PIXELS_PER_INCH


class Slider(NamedTuple):
    """A number from `low` to `high` in steps of `step`; label in words and symbols, W_h for a subscript."""

    name: str
    label: str
    low: float
    high: float
    step: float
    start: float
    kind: str = "slider"

    def nearest(self, value):
        """The setting of the slider that is closest to `value`."""
        ticks = round((min(max(value, self.low), self.high) - self.low) / self.step)
        value = min(round(self.low + ticks * self.step, 10), self.high)
        return value if isinstance(self.step, float) else int(value)

    def extremes(self):
        """The two ends."""
        return self.low, self.high


class Steps(Slider):
    """A slider with a button on either side, one step back and one step on; for going through a calculation."""

    __slots__ = ()

    def __new__(cls, name, label, last, start=0):
        """Steps 0 … last."""
        return super().__new__(cls, name, label, 0, last, 1, start, "steps")


class Choice(NamedTuple):
    """One of several words."""

    name: str
    label: str
    options: tuple
    start: str
    kind: str = "choice"

    def nearest(self, value):
        """`value` if it is one of the options, else the start."""
        return value if value in self.options else self.start

    def extremes(self):
        """All options."""
        return self.options


class Text(NamedTuple):
    """A line of text to type, at most `most` characters; control characters are left out."""

    name: str
    label: str
    start: str
    most: int
    kind: str = "text"

    def nearest(self, value):
        """What of `value` fits into one line of so many characters."""
        typed = [c for c in str(value) if unicodedata.category(c) not in ("Cc", "Cs")]
        return "".join(typed)[: self.most]

    def extremes(self):
        """Nothing, and a text as long as may be, of the letters it starts with."""
        return "", ((self.start or "a") * self.most)[: self.most]


def page_side(*names):
    """One module of these files, since a widget's code can import nothing that lies beside it."""
    folder = Path(__file__).parent
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


class LiveFigure(anywidget.AnyWidget):
    """A figure that follows its controls.

    fig: a matplotlib figure, complete but for the artists in `moving`; update(**values): sets the moving
    artists to the values of the controls and returns one or two sentences, rounded, that say what is to be
    seen. Where it is displayed it brings three things: the live view; a picture of the starting values, for
    readers without a kernel; and the sentences as text, which is what nbval compares.
    """

    _esm = page_side("picture.js", "live.js")
    _css = Path(__file__).parent / "live.css"
    title = traitlets.Unicode().tag(sync=True)
    controls = traitlets.List().tag(sync=True)
    size = traitlets.List().tag(sync=True)  # picture pixels, then CSS pixels
    still = traitlets.Bytes().tag(sync=True)  # RGBA of what does not move
    # From the page: {"number": n, "values": {…}}. The page need not hear its own words again.
    request = traitlets.Dict().tag(sync=True, echo_update=False)
    answered = traitlets.Int(0).tag(sync=True)  # the number of the request that the picture answers
    values = traitlets.Dict().tag(sync=True)
    summary = traitlets.Unicode().tag(sync=True)
    patch = traitlets.Bytes().tag(sync=True)  # pixels unlike `still`: their places, then their RGBA

    def __init__(self, title, fig, moving, update, controls):
        self._fig, self._update, self._controls = fig, update, tuple(controls)
        self._moving = sorted(moving, key=lambda artist: artist.get_zorder())
        for artist in self._moving:
            artist.set_animated(True)
        fig.canvas.draw()
        fig.set_layout_engine("none")  # laid out once; the picture must not shift under a slider
        self._keep()
        css = [round(inch * PIXELS_PER_INCH) for inch in fig.get_size_inches()]
        super().__init__(
            title=title,
            controls=[c._asdict() for c in self._controls],
            size=[*fig.canvas.get_width_height(), *css],
            still=self.frame,
        )
        self.set(**{c.name: c.start for c in self._controls})

    def set(self, **values):
        """Move controls to the nearest settings, draw, and return the summary; others stay where they are.

        Raises ValueError for a name that no control has.
        """
        names = {c.name for c in self._controls}
        if not names >= values.keys():
            raise ValueError(
                f"values: got {sorted(values.keys() - names)}, wanted names among {sorted(names)}"
            )
        asked = self.values | values
        values = {c.name: c.nearest(asked[c.name]) for c in self._controls}
        summary = self._update(**values)
        if self._limits() != self._kept_limits:
            self._fig.canvas.draw()  # ticks and grid anew: slow, so updates change limits seldom
            self._keep()
        with self.hold_sync():
            self.values, self.summary, self.patch = values, summary, self._drawn()
        return summary

    @property
    def frame(self):
        """The picture as it now stands: RGBA bytes, row by row from the top."""
        return bytes(self._fig.canvas.buffer_rgba())

    def corners(self):
        """Every combination of extreme settings, one dictionary each."""
        names = [c.name for c in self._controls]
        for ends in itertools.product(*(c.extremes() for c in self._controls)):
            yield dict(zip(names, ends, strict=True))

    def _limits(self):
        return [ax.viewLim.bounds for ax in self._fig.axes]

    def _keep(self):
        self._kept = self._fig.canvas.copy_from_bbox(self._fig.bbox)
        self._kept_limits = self._limits()

    def _drawn(self):
        canvas = self._fig.canvas
        canvas.restore_region(self._kept)
        for artist in self._moving:
            self._fig.draw_artist(artist)
        pixels = np.frombuffer(canvas.buffer_rgba(), "<u4")
        places = np.flatnonzero(pixels != np.frombuffer(self.still, "<u4")).astype("<u4")
        return places.tobytes() + pixels[places].tobytes()

    @traitlets.observe("request")
    def _answer(self, change):
        with self.hold_sync():
            self.set(**change["new"]["values"])
            self.answered = change["new"]["number"]

    def _repr_mimebundle_(self, **kwargs):
        file = io.BytesIO()
        Image.frombytes("RGBA", self.size[:2], self.frame).convert("RGB").save(file, "PNG")
        live = super()._repr_mimebundle_(**kwargs)
        view, metadata = live if isinstance(live, tuple) else (live, {})
        bundle = {
            **view,
            "image/png": file.getvalue(),
            "text/plain": f"{self.title}\n{self.summary}",
        }
        return bundle, {**metadata, "image/png": {"width": self.size[2]}}
