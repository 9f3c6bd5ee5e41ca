"""Explorer of lesson 08: what a character model expects next, letter by letter, and the state it has by then."""

import unicodedata

import numpy as np

from ..models import CharModel
from ..speaking import chances
from .letters import SIGNED, TEXT, named, quoted, sign
from .live import LiveFigure, Slider, Text
from .style import OUTPUT, figure

LONGEST = 40  # letters that can be typed
LIKELIEST = 12  # symbols with a bar
COLUMNS, UNITS = 12, 32  # of the state, at most, are drawn


def character_model(model):
    """The model, refused where it is none that reads and writes single characters."""
    if not isinstance(model, CharModel):
        raise ValueError(f"model: got {type(model).__name__}, wanted a CharModel")
    if model.vocab.joint:
        raise ValueError("model: got one of words, wanted one whose symbols are characters")
    return model


def typed(model, prefix, most):
    """The prefix, refused where it cannot stand in a line of text or the model cannot read it."""
    model.vocab.encode(prefix)
    if any(unicodedata.category(c) == "Cc" for c in prefix) or len(prefix) > most:
        raise ValueError(f"prefix: got {prefix!r}, wanted one line of {most} characters at most")
    return prefix


def beginning(model):
    """What stands before the first letter of a line: in a text, the line break before it."""
    return "\n" if "\n" in model.vocab.symbols else ""


def read(model, prefix):
    """(logits (V,) of what comes next, h (T, n_h), the T symbols read): first a line break, if the model knows it."""
    text = beginning(model) + prefix
    if not text:
        return np.zeros(len(model.vocab)), np.zeros((0, model.cell.width)), text
    logits, tape = model.forward(model.vocab.encode(text)[:, None])
    return logits[-1, 0], tape[0].h[:, 0], text


class _Picture:
    """Bars of the likeliest symbols beside a map of the state, with the letters read under its columns."""

    def __init__(self, V, n_h):
        self.fig, (left, right) = figure(8.8, 4.2, ncols=2, width_ratios=[2.25, 1])
        self.n, self.units = min(LIKELIEST, V), min(UNITS, n_h)
        self._draw_bars(left, V)
        self._draw_map(right, n_h)

    def _draw_bars(self, ax, V):
        likeliest = f"the {self.n} likeliest of {V}" if self.n < V else f"all {V} symbols"
        ax.set_title(f"Which symbol comes next? ({likeliest})")
        ax.set(xlim=(-0.24, 1.14), ylim=(LIKELIEST - 0.4, -0.6), xlabel="probability")
        ax.set_xticks((0, 0.25, 0.5, 0.75, 1), ("0", "0.25", "0.5", "0.75", "1"))
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.axvline(0, color="#444444", lw=1)
        self.bars = ax.barh(range(self.n), [0] * self.n, height=0.72, color=OUTPUT).patches
        put = lambda x, **style: [
            ax.text(x, y, "", va="center", **style, **TEXT) for y in range(self.n)
        ]
        self.labels = put(-0.03, ha="right", fontsize=11.5)
        self.numbers = put(0, ha="left", fontsize=9.5)
        (self.plain,) = ax.plot([], [], ls="", marker="|", ms=11, mew=2, color="#222222")
        self.plain.set_label("at temperature 1")
        ax.legend(handles=[self.plain], loc="lower right", fontsize=9.5, handletextpad=0.1)

    def _draw_map(self, ax, n_h):
        some = f"unit (the first {self.units} of {n_h})" if n_h > self.units else "unit"
        ax.set_title("The state h after each letter")
        ax.set(xlim=(-0.5, COLUMNS - 0.5), ylim=(self.units - 0.5, -0.5), ylabel=some)
        ax.set_facecolor("#F3F3F3")
        ax.grid(False)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
        ticks = [1, *range(8, self.units + 1, 8)] if self.units > 8 else range(1, self.units + 1)
        ax.set_xticks([])
        ax.set_yticks([tick - 1 for tick in ticks], ticks, fontsize=9.5)
        ax.set_xlabel(f"letters read (the last {COLUMNS})", labelpad=21)
        empty = np.full((self.units, COLUMNS), np.nan)
        style = {"cmap": SIGNED, "vmin": -1, "vmax": 1, "interpolation": "nearest"}
        self.map = ax.imshow(empty, aspect="auto", **style)
        below = ax.get_xaxis_transform()
        style = {"ha": "center", "va": "center", "fontsize": 10.5, "transform": below}
        self.columns = [ax.text(k, -0.045, "", **style, **TEXT) for k in range(COLUMNS)]
        bar = self.fig.colorbar(self.map, ax=ax, ticks=(-1, 0, 1), aspect=30, pad=0.03)
        bar.ax.set_yticklabels(("−1", "0", "1"))
        bar.outline.set_visible(False)

    @property
    def moving(self):
        """All artists that follow the controls."""
        texts = [*self.labels, *self.numbers, *self.columns]
        return [*self.bars, self.map, *texts, self.plain]

    def put(self, symbols, p, plain, h, text):
        """Show the chances p of these symbols, those at temperature 1, and the states (T, n_h) along the text."""
        rows = zip(self.bars, self.labels, self.numbers, symbols, p, strict=True)
        for bar, label, number, symbol, share in rows:
            bar.set_width(share)
            label.set_text(named(symbol))
            number.set_text(f"{share:.2f}")
        self.plain.set_data(plain, range(self.n))
        for number, *ends in zip(self.numbers, p, plain, strict=True):
            number.set_x(max(ends) + 0.025)
        shown = np.full((self.units, COLUMNS), np.nan)
        h, text = h[-COLUMNS:, : self.units], text[-COLUMNS:]
        shown[:, : len(h)] = h.T
        self.map.set_data(shown)
        for k, column in enumerate(self.columns):
            column.set_text(sign(text[k]) if k < len(text) else "")


def next_letter(model, prefix="Joh", title="What comes next, letter by letter"):
    """`LiveFigure`: type the beginning of a name and see what a `CharModel` expects next, and its state h.

    Bars for the 12 likeliest symbols at a temperature that a slider sets; beside them at most 32 units of h (the
    output of the top layer) after each of the last 12 letters. Before the first letter the model has read a line
    break, if there is one in its vocabulary: what is typed begins a line. Letters that the model does not know are
    left out, and the words say so. Raises ValueError for anything but a CharModel of characters, and for a prefix of
    more than 40 or with symbols outside the vocabulary.
    """
    model = character_model(model)
    prefix = typed(model, prefix, LONGEST)
    known = model.vocab.symbols
    picture = _Picture(len(known), model.cell.width)

    def update(prefix, temperature):
        kept = "".join(c for c in prefix if c in known)
        logits, h, text = read(model, kept)
        p = chances(logits, temperature)
        first = np.argsort(-logits, kind="stable")[: picture.n]
        symbols = [known[k] for k in first]
        picture.put(symbols, p[first], chances(logits)[first], h, text)
        ends = p[known.index("\n")] if "\n" in known else None
        strange = dict.fromkeys(c for c in prefix if c not in known)
        told = [f"{_said(s)} {x:.2f}" for s, x in zip(symbols[:3], p[first], strict=False)]
        return f"{_where(kept, h)}, {_sentence(temperature, told, ends)}{_left_out(strange)}"

    return LiveFigure(
        title,
        picture.fig,
        picture.moving,
        update,
        [
            Text("prefix", "begins with", prefix, LONGEST),
            Slider("temperature", "temperature", 0.1, 2.0, 0.1, 1.0),
        ],
    )


def _where(kept, h):
    if kept:
        return f"After {quoted(kept)}"
    return "At the beginning of a line" if len(h) else "Before anything was read"


def _said(symbol):
    """A symbol in a list: what could be taken for a part of the sentence stands in quotes."""
    return named(symbol) if symbol.isalpha() or symbol.isspace() else f"‘{named(symbol)}’"


def _sentence(temperature, told, ends):
    several = "symbols are" if len(told) > 1 else "symbol is"
    end = "" if ends is None else f"; here it ends with probability {ends:.2f}"
    told = ", ".join(told).replace("-", "‑")
    return f"at temperature {temperature:.1f}, the likeliest next {several} {told}{end}."


def _left_out(strange):
    if not strange:
        return ""
    some = "".join(sign(c) for c in list(strange)[:10])
    return f" The model does not know {quoted(some)} and has not read it."
