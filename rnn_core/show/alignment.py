"""Explorer of lesson 10: what a decoder with attention looks at, letter by letter; and the whole of it as one map."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from ..check import fields
from .live import LiveFigure, Slider
from .style import FAINT, MARK, PALE, STATE, figure

SHADES = LinearSegmentedColormap.from_list("weights", ["white", STATE, "#00263D"])
ROWS = 12  # of a batch, at most, are looked at
VISIBLE = 0.01  # weights below are not drawn


def letter(word):
    """A symbol as it is shown: a space has a sign of its own."""
    return "␣" if word == " " else word


def _whole(inches):
    """A height in tenths of an inch: as many pixels on the page as in the picture."""
    return np.ceil(10 * inches) / 10


def _longest(*words):
    """Letters of the longest word."""
    return max(len(word) for several in words for word in several)


def attention_map(weights, source, output, title):
    """Figure of α, one row for each output symbol, darker for more: weights (T, S), source (S,), output (T,) words.

    Raises ValueError where these differ in length.
    """
    weights = np.asarray(weights)
    if weights.shape != (len(output), len(source)):
        raise ValueError(
            f"weights: got shape {weights.shape}, wanted ({len(output)}, {len(source)}): "
            f"a row for each output word, a column for each word of the source"
        )
    fig, ax = figure(8.4, _whole(min(1.5 + 0.26 * len(output), 6.0)))
    image = ax.imshow(weights, cmap=SHADES, vmin=0, vmax=1, aspect="auto")
    ax.set_xticks(range(len(source)), map(letter, source), rotation=90 * (_longest(source) > 2))
    ax.set_yticks(range(len(output)), map(letter, output))
    _between_cells(ax, *weights.shape)
    ax.set(xlabel="what is read", ylabel="what is said")
    ax.set_title(title)
    fig.colorbar(image, ax=ax, label=r"weight $\alpha_{t,s}$", ticks=(0, 0.5, 1))
    return fig


def _between_cells(ax, T, S):
    """White lines where cells meet."""
    ax.grid(False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    style = {"color": "white", "lw": 1.5}
    return [
        ax.hlines(np.arange(1, T) - 0.5, -0.5, S - 0.5, **style),
        ax.vlines(np.arange(1, S) - 0.5, -0.5, T - 0.5, **style),
    ]


def _looked(model, batch):
    """(symbols said (T, B), α (T, B, S)) of a model that runs freely on the first rows of a batch."""
    n, T = min(ROWS, batch.source.shape[1]), len(batch.x)
    lengths = None if batch.source_lengths is None else batch.source_lengths[:n]
    source, begin = batch.source[:, :n], batch.x[:1, :n]
    output = model.generate(source, T, lengths)
    _, tape = model.forward(source, np.concatenate([begin, output[:-1]]), lengths)
    return output, tape[3].weights


class _Picture:
    """Output over source with the lines between, and under every letter of the source its column of the map.

    x counts the source's letters, y the rows of the map, downwards from 0; the two rows of letters stand above it.
    """

    def __init__(self, S, T, longest):
        row = min(max(0.2, 1.2 / T), 0.3, 4.0 / T)  # inches of a row of the map
        turned = longest > 2  # words stand upright, as deep as they are long
        room = 0.1 * longest + 0.1 if turned else 0.34  # inches of a row of words
        self.S, self.T, self.half = S, T, room / 2 / row
        self.read, self.said = -self.half - 0.05 / row, -3 * self.half - 1.0 / row
        self.at = (np.arange(T) + 0.5) * S / T - 0.5  # columns of the output's letters
        self.fig, ax = figure(8.8, _whole(1.65 + 2 * room + row * T))
        left = -0.5 - S * (0.1 + 0.016 * longest)
        ax.set(xlim=(left, S - 0.5), ylim=(T - 0.4, self.said - self.half - 0.1 / row))
        ax.axis("off")
        ax.set_title(
            "What is said looks back at what was read: the thicker a line, the more weight"
        )
        for y, words in ((self.said, "said"), (self.read, "read"), (T / 2 - 0.5, "all\nweights")):
            ax.text(left, y, words, ha="left", va="center", fontsize=10, color=PALE)
        self._letters(ax, min(11, 62 * row), 90 * turned)
        black = np.zeros((T, S))
        self.map = ax.imshow(black, cmap=SHADES, vmin=0, vmax=1, aspect="auto", zorder=1)
        self.gaps = _between_cells(ax, T, S)
        plot = lambda: ax.plot([], [], color=STATE, solid_capstyle="round", zorder=3)[0]
        self.lines = [plot() for _ in range(S)]
        self.frames = [Rectangle((0, 0), 1, 1, fc="none", ec=MARK, lw=2.5, zorder=4) for _ in "12"]
        for frame in self.frames:
            ax.add_patch(frame)
        bar = {"label": r"weight $\alpha_{t,s}$", "ticks": (0, 0.5, 1), "shrink": 0.7, "pad": 0.01}
        self.fig.colorbar(self.map, ax=ax, **bar).outline.set_edgecolor(FAINT)

    def _letters(self, ax, small, turn):
        big = {"ha": "center", "fontsize": 13 if max(self.S, self.T) <= 30 else 9, "rotation": turn}
        put = lambda x, y, **style: ax.text(x, y, "", va="center", **style)
        self.source = [put(s, self.read, **big) for s in range(self.S)]
        self.output = [put(x, self.said, **big) for x in self.at]
        beside = {"ha": "right", "fontsize": small}
        self.rows = [put(-0.5 - 0.012 * self.S, t, **beside) for t in range(self.T)]

    @property
    def moving(self):
        """All artists that follow the controls."""
        letters = [*self.source, *self.output, *self.rows]
        return [self.map, *self.gaps, *letters, *self.lines, *self.frames]

    def put(self, source, output, weights, t):
        """Show these words with α (T, S), and what output t looks at."""
        for texts, words, chosen in (
            (self.source, source, weights[t].argmax()),
            (self.output, output, t),
            (self.rows, output, t),
        ):
            for k, text in enumerate(texts):
                text.set_text(letter(words[k]) if k < len(words) else "")
                text.set_weight("bold" if k == chosen else "normal")
        whole = np.full((self.T, self.S), np.nan)  # white beyond the ends
        whole[: len(output), : len(source)] = np.where(weights < VISIBLE, np.nan, weights)
        self.map.set_data(whole)
        for s, line in enumerate(self.lines):
            weight = weights[t, s] if s < len(source) else 0.0
            line.set_visible(weight >= VISIBLE)
            line.set_data([self.at[t], s], [self.said + self.half, self.read - self.half])
            line.set(linewidth=0.5 + 7.5 * weight, alpha=0.25 + 0.75 * weight)
        wide = min(0.9 * self.S / self.T, 0.045 * self.S)
        around, row = self.frames
        around.set(
            xy=(self.at[t] - wide / 2, self.said - self.half), width=wide, height=2 * self.half
        )
        row.set(xy=(-0.5, t - 0.5), width=len(source), height=1)


def alignment(model, batch, joint=""):
    """`LiveFigure` of what each output of an `EncoderDecoder` looks at, by its attention; sliders for row and output.

    The model runs freely: what it says, it reads next. batch: a `Batch` with source, x, target and the words of both;
    12 rows at most are shown, weights below 0.01 left out. joint stands between the words of a text.
    Raises ValueError for a model without attention and a batch without source or words.
    """
    if getattr(model, "attention", None) is None:
        got = type(model).__name__
        raise ValueError(f"model: got {got} without attention, wanted an EncoderDecoder with it")
    fields(batch, "source", "x", "target")
    if not (batch.words and batch.source_words):
        raise ValueError("batch: got no words for its symbols, wanted words and source_words")
    output, weights = _looked(model, batch)
    T, rows = output.shape
    picture = _Picture(len(batch.source), T, _longest(batch.source_words, batch.words))

    def ends(lengths, b, longest):
        return longest if lengths is None else int(lengths[b])

    def update(example, t):
        b = example - 1
        n_out = ends(batch.lengths, b, T)
        n_in = ends(batch.source_lengths, b, len(batch.source))
        t = min(t, n_out) - 1
        source = [batch.source_words[i] for i in batch.source[:n_in, b]]
        said = [batch.words[i] for i in output[:n_out, b]]
        seen = weights[:n_out, b, :n_in]
        picture.put(source, said, seen, t)
        wanted = batch.words[batch.target[t, b]]
        texts = f"“{joint.join(source)}” → “{joint.join(said)}”"
        return f"{texts.replace('-', '‑')}. {_sentence(source, said, seen[t], t, wanted)}"

    return LiveFigure(
        "What attention looks at",
        picture.fig,
        picture.moving,
        update,
        [
            Slider("example", "example", 1, rows, 1, 1),
            Slider("t", "output step t", 1, T, 1, 1),
        ],
    )


def _sentence(source, said, weights, t, wanted):
    first, *others = np.argsort(-weights, kind="stable")
    name = lambda word: f"‘{letter(word)}’".replace("-", "‑")  # a hyphen, no minus sign
    right = "" if said[t] == wanted else f" (right would be {name(wanted)})"
    words = (
        f"Output {t + 1} of {len(said)}, {name(said[t])}{right}, looks at {name(source[first])} "
        f"(position {first + 1} of {len(source)}) with weight {weights[first]:.2f}"
    )
    if not others:
        return f"{words}."
    then = others[0]
    return f"{words}, next at {name(source[then])} (position {then + 1}) with {weights[then]:.2f}."
