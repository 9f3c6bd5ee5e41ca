"""What a drawn figure shows: every text that was drawn, where it stands, and what it runs into."""

import io
from functools import cache
from unittest import mock

import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.text import Text
from PIL import Image


def pixels(explorer_or_png):
    """(high, wide, 4 or 3) bytes of an explorer's picture or of a PNG."""
    if isinstance(explorer_or_png, bytes):
        return np.asarray(Image.open(io.BytesIO(explorer_or_png)))
    wide, high = explorer_or_png.size[:2]
    return np.frombuffer(explorer_or_png.frame, np.uint8).reshape(high, wide, 4)


@cache
def still_texts(fig, limits):
    """The Text artists that a draw of the figure puts on the canvas while its axes have these limits."""
    found = {}

    def record(self, renderer, *args, **kwargs):
        if self.get_visible() and self.get_text().strip():
            found[self] = True

    with mock.patch.object(Text, "draw", record):
        fig.draw(fig.canvas.get_renderer())
    return tuple(found)


def texts_of(fig, moving=()):
    """All visible text, that of `moving` artists included."""
    alive = [a for a in moving if isinstance(a, Text) and a.get_visible() and a.get_text().strip()]
    return [*still_texts(fig, tuple(ax.viewLim.bounds for ax in fig.axes)), *alive]


def corners(text):
    """(4, 2) pixels: the rectangle that a text fills, turned as it is."""
    renderer = text.figure.canvas.get_renderer()
    turn = np.deg2rad(text.get_rotation()) if text.get_rotation_mode() == "anchor" else 0.0
    if turn:
        degrees = text.get_rotation()
        text.set_rotation(0)
        box = text.get_window_extent(renderer).corners()
        text.set_rotation(degrees)
        anchor = text.get_transform().transform(text.get_unitless_position())
        spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        box = (box - anchor) @ spin + anchor
    else:
        box = text.get_window_extent(renderer).corners()
    return box[[0, 1, 3, 2]]


def depth(a, b):
    """By how many pixels two convex shapes run into each other; 0 or less where they are apart."""
    if (np.minimum(a.max(0), b.max(0)) <= np.maximum(a.min(0), b.min(0))).any():
        return 0.0
    edges = np.concatenate([np.roll(s, -1, 0) - s for s in (a, b)])
    normals = np.stack([-edges[:, 1], edges[:, 0]], 1)
    normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    pa, pb = a @ normals.T, b @ normals.T
    return np.minimum(pa.max(0) - pb.min(0), pb.max(0) - pa.min(0)).min()


def rectangle(box):
    """A Bbox as (4, 2) corners in order."""
    return box.corners()[[0, 1, 3, 2]]


def faults(fig, moving=(), allowed=2):
    """What is wrong with the text of a figure, in words: cropped, on other text, on an edge of a box, on axes.

    A text may stand wholly in a box or wholly outside; a title may stand on its own axes alone.
    """
    texts = texts_of(fig, moving)
    shapes = [corners(t) for t in texts]
    labels = {t for legend in fig.legends for t in legend.get_texts()}
    frames = [rectangle(box.get_window_extent()) for box in boxes(fig)]
    planes = [(ax, rectangle(ax.get_window_extent())) for ax in fig.axes]
    wrong = []
    for i, (text, shape) in enumerate(zip(texts, shapes, strict=True)):
        name = repr(text.get_text())
        low, high = shape.min(0), shape.max(0)
        if low.min() < -0.5 or (high > fig.bbox.max + 0.5).any():
            wrong.append(f"{name} is cropped")
        for frame in frames:
            within = (low >= frame.min(0) - 1).all() and (high <= frame.max(0) + 1).all()
            if not within and depth(shape, frame) > allowed:
                wrong.append(f"{name} crosses the edge of a box")
        for ax, plane in planes:
            if text.axes is not ax and text not in labels and depth(shape, plane) > allowed:
                wrong.append(f"{name} runs into other axes")
        for other, place in zip(texts[:i], shapes[:i], strict=True):
            if depth(shape, place) > allowed:
                wrong.append(f"{name} runs into {other.get_text()!r}")
    return wrong


def boxes(fig):
    """The visible frames that hold text: nodes of graphs, their halos, words of sentences."""
    kinds = (FancyBboxPatch, Rectangle)
    patches = [box for ax in fig.axes for box in ax.patches]
    return [box for box in patches if isinstance(box, kinds) and box.get_visible()]
