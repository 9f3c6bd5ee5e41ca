"""Explorer of lesson 08: what a character model writes at which temperature, from sure and dull to free and wild."""

import numpy as np

from ..check import count
from ..metrics import bits, uncertainty
from ..speaking import chances
from .letters import MONO, TEXT, quoted, row
from .live import LiveFigure, Slider
from .next_letter import beginning, character_model, read, typed
from .style import GRADIENT, OUTPUT, PALE, STATE, figure

LONGEST = 24  # letters of a prefix, and letters written, at most
MOST_ROWS = 12
SEEDS = 20
TEMPERATURES = np.arange(21) / 10
MARKS = {"known": GRADIENT, "new": OUTPUT, "cut off": PALE}


class _Picture:
    """Rows of texts with a word beside each; and the uncertainty of one letter over the temperature."""

    def __init__(self, rows, letters, V, place):
        self.fig, (left, right) = figure(8.8, 4.4, ncols=2, width_ratios=[1.05, 1])
        left.set(xlim=(0, 1), ylim=(rows - 0.4, -0.6))
        left.axis("off")
        left.set_title("What it writes")
        style = {"fontsize": min(13, 330 / (letters + 1)), "va": "center", **TEXT}
        put = lambda x, y, **more: left.text(x, y, "", **style, **more)
        self.texts = [put(0.0, y, family=MONO) for y in range(rows)]
        self.marks = [put(0.98, y, ha="right") for y in range(rows)]
        self._draw_curves(right, V, place)

    def _draw_curves(self, ax, V, place):
        highest = bits(uncertainty(np.full(V, 1 / V)))
        ax.set_title(f"How sure is {place}?")
        ax.set(xlim=(0, 2), ylim=(0, 1.06 * highest or 1.0))
        ax.set(xlabel="temperature", ylabel="uncertainty (bits)", xticks=(0, 0.5, 1, 1.5, 2))
        ax.axhline(highest, color="#777777", lw=1.2, ls="--", label=f"{V} equally likely")
        (self.whole,) = ax.plot([], [], color="#6A6A6A", lw=1.6, ls=":", label="all symbols")
        (self.curve,) = ax.plot([], [], color=STATE, label="the k likeliest")
        (self.point,) = ax.plot([], [], "o", color=STATE, ms=10, mec="white", clip_on=False)
        self.point.set_in_layout(False)  # whole at the edges, it needs no room of its own
        self.k = ax.text(1.85, 0.07 * highest, "", ha="right", fontsize=10)
        self.of = V
        ax.figure.legend(loc="outside lower center", ncols=3, fontsize=10)

    @property
    def moving(self):
        """All artists that follow the controls."""
        return [self.whole, self.curve, self.point, self.k, *self.texts, *self.marks]

    def point_at(self, temperature, uncertainty, curve, k):
        """Show the curve of the k likeliest, and where on it we are."""
        self.curve.set_data(TEMPERATURES, curve)
        self.point.set_data([temperature], [uncertainty])
        self.k.set_text(f"k = {k} of {self.of}")

    def put(self, texts, marks):
        """Show what was written, with a word beside each text."""
        for line, text, label, mark in zip(self.texts, texts, self.marks, marks, strict=True):
            line.set_text(row(text) or "⏎")
            label.set_text(mark)
            label.set_color(MARKS.get(mark, PALE))


def temperature(
    model, prefix="", rows=8, n=16, known=None, title="What temperature does to what it writes"
):
    """`LiveFigure`: texts by a `CharModel` up to the line break, with sliders for temperature, top_k and seed.

    Beside `rows` texts of `n` letters at most after the prefix, the entropy of the letter after the prefix over the
    temperature. known: a set of texts, such as the names trained on; each text is then marked as known, new or cut
    off after n letters. Before the first letter the model has read a line break, if it knows it. Raises ValueError
    for anything but a CharModel of characters, rows outside 1 … 12, n outside 1 … 24, a prefix of more than 24
    letters or with symbols outside the vocabulary, and for `known` that is one string.
    """
    model, prefix = character_model(model), typed(model, prefix, LONGEST)
    rows, n = _up_to("rows", rows, MOST_ROWS), _up_to("n", n, LONGEST)
    known = _texts(known)
    begins, V = beginning(model), len(model.vocab)
    logits, *_ = read(model, prefix)
    tail = f"…{prefix[-5:]}" if len(prefix) > 8 else prefix
    place = f"the letter after {quoted(row(tail))}" if prefix else "the first letter"
    picture = _Picture(rows, len(prefix) + n, V, place.replace("$", r"\$"))

    def entropies(top_k):
        p = [chances(logits, t, top_k) for t in TEMPERATURES]
        return bits(uncertainty(np.stack(p)))

    picture.whole.set_data(TEMPERATURES, entropies(V))

    def update(temperature, top_k, seed):
        rng = np.random.default_rng(seed)
        start = begins + prefix if prefix else ""
        written = model.generate(rng, n, start, temperature, top_k, rows)
        parts = [text[len(begins if prefix else "") :].partition("\n") for text in written]
        texts = [text if end else f"{text}…" for text, end, _ in parts]
        marks = [_mark(text, end, known) for text, end, _ in parts]
        picture.put(texts, marks if known is not None else [""] * rows)
        curve = entropies(top_k)
        at = curve[round(10 * temperature)]
        picture.point_at(temperature, at, curve, min(top_k, V))
        counted = _counted(marks) if known is not None else ""
        shown = ", ".join(quoted(row(text)) for text in texts)
        return (
            f"At temperature {temperature:.1f}, drawn from {_likeliest(top_k, V)} with seed {seed}: "
            f"{shown}.{counted} Uncertainty of {place}: {at:.2f} bits."
        )

    return LiveFigure(
        title,
        picture.fig,
        picture.moving,
        update,
        [
            Slider("temperature", "temperature", 0.0, 2.0, 0.1, 1.0),
            Slider("top_k", "likeliest symbols k", 1, max(V, 2), 1, V),
            Slider("seed", "seed of the draw", 0, SEEDS - 1, 1, 0),
        ],
    )


def _up_to(name, value, most):
    if count(name, value) > most:
        raise ValueError(f"{name}: got {value}, wanted a whole number of 1 … {most}")
    return int(value)


def _texts(known):
    if isinstance(known, str):
        raise ValueError("known: got one string, wanted a set of texts, such as set(names)")
    return known if known is None else frozenset(known)


def _mark(text, end, known):
    if not end:
        return "cut off"
    return "known" if known and text in known else "new"


def _counted(marks):
    of = [f"{marks.count(word)} {word}" for word in MARKS if word in marks]
    return f" Of these {', '.join(of)}."


def _likeliest(k, V):
    if k == 1 or V == 1:
        return "the likeliest symbol"
    return f"all {V} symbols" if k >= V else f"the {k} likeliest symbols"
