"""Explorer of lesson 06: where the loss sits, and how much of its gradient arrives at every step."""

from functools import lru_cache

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, LogNorm

from ..bptt import norms_over_time
from ..cells import RNN
from ..encoder_decoder import EncoderDecoder
from ..gated import GRU, LSTM
from ..losses import squared_error
from ..models import ManyToMany, OneToMany
from ..optim import global_norm
from ..readout import Readout
from ..spectrum import orthogonal
from ..start import Start
from .live import Choice, LiveFigure, Slider
from .stepper import significant
from .structures import Structure, drawn, steps
from .style import GRADIENT, figure

T, S, B, N_H, N = 10, 5, 8, 8, 4  # steps, those of an encoder, rows, units, numbers in x, y and v
COLUMNS = np.arange(T + 1)
CELLS = {"RNN": RNN, "GRU": GRU, "LSTM": LSTM}
LOSSES = ("at the last step", "at every step")
_h = {0: "$h_0$"} | steps("h", T, 1)
_y = steps(r"\hat{y}", T, 1)
_TOGETHER = Structure(steps("x", T, 1), _h, _y)
STRUCTURES = {  # column 0 is h_0, or the first step of an encoder
    "many to one": Structure(_TOGETHER.x, steps("h", T, 1), {T: _y[T]}),
    "one to many": Structure({0: "$v$"}, _h, _y, tuple(range(1, T))),
    "many to many": Structure(_TOGETHER.x, steps("h", T, 1), _y),
    "encoder–decoder": Structure(
        steps("x", S),
        steps("m", S) | steps("h", T + 1 - S, S),
        steps(r"\hat{y}", T + 1 - S, S),
        tuple(range(S, T)),
    ),
}
LOWEST, HIGHEST = 1e-6, 1e1


def _cell(rng, name, size):
    """W_h, or each block of it, is `size` times an orthogonal matrix."""
    cell = CELLS[name].init(rng, N, N_H)
    return cell._replace(W_h=np.concatenate([size * orthogonal(rng, N_H) for _ in cell.blocks]))


def _felt(readout, y, y_tape, target, loss):
    """∂⁺L/∂h_t of a loss at every step, or of the last one alone."""
    _, dy = squared_error(y, target)
    if loss == "at the last step":
        dy[:-1] = 0
    return readout.backward(y_tape, dy)[1]


@lru_cache(maxsize=1024)
def _norms(structure, loss, name, size):
    """‖∂L/∂s‖ at every column that has a state, of sequences, weights and targets drawn once."""
    rng = np.random.default_rng(3)
    cell, other = _cell(rng, name, size), _cell(rng, name, size)
    readout, start = Readout.init(rng, N_H, N), Start.init(rng, N, cell.parts * N_H)
    v, x, target = (rng.normal(size=(*shape, B, N)) for shape in ((), (T + 1,), (T + 1,)))
    if structure == "one to many":
        y, (_, tape, y_tape) = OneToMany(start, cell, readout).forward(v, x[1:])
        dh = _felt(readout, y, y_tape, target[1:], loss)
        first = global_norm((cell.backward(tape, dh)[2],))
        return np.array([first, *norms_over_time(cell, tape, dh)])
    if structure == "encoder–decoder":
        y, (enc, dec, y_tape, _) = EncoderDecoder(cell, other, readout).forward(x[:S], x[S:])
        dh = _felt(readout, y, y_tape, target[S:], loss)
        message = other.backward(dec, dh)[2]
        parts = norms_over_time(cell, enc, dstate=message), norms_over_time(other, dec, dh)
        return np.concatenate(parts)
    y, (tape, y_tape) = ManyToMany(cell, readout).forward(x[1:])
    return norms_over_time(cell, tape, _felt(readout, y, y_tape, target[1:], loss))


def _losses(structure, loss):
    """The columns with a loss."""
    last = (T,) if loss == "at the last step" else None
    return last or tuple(STRUCTURES["many to many" if structure == "many to one" else structure].y)


class _Graph:
    """All nodes and arrows that some structure has, of which each shows its own."""

    def __init__(self, ax):
        everywhere = Structure(*(dict.fromkeys(COLUMNS.tolist(), "") for _ in "xhy"), range(T))
        self.nodes, self.arrows = drawn(
            ax, everywhere, COLUMNS.tolist(), size=9.5, half=(0.3, 0.27)
        )
        for arrow in (a for row in self.arrows.values() for a in row.values()):
            arrow.shrinkA = arrow.shrinkB = 0  # half the time to draw it
        words = ((2, 2.0), (7.5, 0.0))
        self._words = [
            ax.text(*at, word, ha="center", va="center", fontsize=10)
            for at, word in zip(words, ("encoder", "decoder"), strict=True)
        ]
        self._shade = LogNorm(1e-3, 1, clip=True)
        self._colours = LinearSegmentedColormap.from_list("arrives", ["white", GRADIENT])

    @property
    def moving(self):
        """All artists but the arrows from state to state after h_0, which every structure has."""
        nodes = [a for row in self.nodes.values() for n in row.values() for a in (n.box, n.number)]
        arrows = [
            a
            for kinds, row in self.arrows.items()
            for c, a in row.items()
            if kinds != "hh" or c == 0
        ]
        return [*nodes, *arrows, *self._words]

    def put(self, name, losses, parts):
        """Show one structure; parts {column: what arrives there}."""
        structure = STRUCTURES[name]
        y = structure.y | {c: _y[c] for c in losses if c not in structure.y}
        there = {"x": structure.x, "h": structure.h, "y": y, "L": dict.fromkeys(losses, "$L$")}
        for kind, row in self.nodes.items():
            for c, n in row.items():
                n.box.set_visible(c in there[kind])
                n.number.set_text(there[kind].get(c, ""))
        for kinds, row in self.arrows.items():
            below, above, step = {"hh": ("h", "h", 1), "said": ("y", "h", 1)}.get(
                kinds, (*kinds, 0)
            )
            for c, a in row.items():
                both = c in there[below] and c + step in there[above]
                a.set_visible(both and (kinds != "said" or c in structure.said))
        for c, part in parts.items():
            shade = float(self._shade(part))
            self.nodes["h"][c].box.set_facecolor(self._colours(shade))
            self.nodes["h"][c].number.set_color("white" if shade > 0.95 else "black")
        for word in self._words:
            word.set_visible(name == "encoder–decoder")


def _axes():
    fig, (top, bottom) = figure(8.8, 5.4, nrows=2, height_ratios=[1.45, 1])
    top.set(xlim=(-0.7, T + 0.6), ylim=(-0.35, 3.35))
    top.axis("off")
    top.set_title("The darker a state, the more of the gradient arrives there")
    bottom.set(xlim=(-0.7, T + 0.6), ylim=(LOWEST, HIGHEST), yscale="log")
    bottom.set_xticks([])
    bottom.set_xlabel("state", labelpad=20)
    bottom.set_ylabel("size of $\\partial L/\\partial$state\n(last step: 1)")
    bottom.set_yticks((1e-6, 1e-4, 1e-2, 1))
    bottom.minorticks_off()
    return fig, top, bottom


def gradient_arrives():
    """`LiveFigure`: the norm of ∂L/∂h_t along a structure; choices of structure, loss and cell, a slider for W_h.

    For an LSTM it is the norm of ∂L/∂(h_t, c_t), as in `bptt.norms_over_time`. Dashed arrows are symbols said and
    read again: no gradient goes along them.
    """
    fig, top, bottom = _axes()
    graph = _Graph(top)
    bars = bottom.bar(COLUMNS, np.ones(T + 1), bottom=LOWEST, color=GRADIENT, width=0.3)
    bars.set_label("of all losses")
    style = {"marker": "D", "ms": 6, "ls": "", "color": "white", "mec": "#222222", "mew": 1.5}
    (alone,) = bottom.plot([], [], label="of the loss at the last step alone", **style)
    names = [
        bottom.text(
            c, -0.06, "", ha="center", va="top", transform=bottom.get_xaxis_transform(), fontsize=10
        )
        for c in COLUMNS
    ]
    fig.legend(handles=[bars, alone], loc="outside lower center", ncols=2, fontsize=10)

    def update(structure, loss, cell, size):
        states = list(STRUCTURES[structure].h)
        own, all_ = (_norms(structure, which, cell, size) for which in (LOSSES[0], loss))
        parts = dict(zip(states, all_ / all_[-1], strict=True))
        graph.put(structure, _losses(structure, loss), parts)
        for c, (bar, name) in enumerate(zip(bars, names, strict=True)):
            bar.set_visible(c in parts)
            bar.set_height(parts.get(c, LOWEST) - LOWEST)
            name.set_text(STRUCTURES[structure].h.get(c, ""))
        alone.set_data(states, own / own[-1])
        return _sentence(structure, loss, cell, size, parts[states[0]], own[0] / own[-1])

    return LiveFigure(
        "Where the loss sits, and where its gradient arrives",
        fig,
        [*graph.moving, *bars, alone, *names],
        update,
        [
            Choice("structure", "structure", tuple(STRUCTURES), "many to one"),
            Choice("loss", "the loss sits", LOSSES, LOSSES[0]),
            Choice("cell", "kind of cell", tuple(CELLS), "RNN"),
            Slider("size", "size of W_h, |λ| of each block", 0.3, 1.6, 0.05, 0.9),
        ],
    )


FIRST = {"one to many": "h_0", "encoder–decoder": "the encoder's step 1"}


def _sentence(structure, loss, cell, size, part, own):
    last = f"the decoder's step {T + 1 - S}" if structure == "encoder–decoder" else f"step {T}"
    first = FIRST.get(structure, "step 1")
    words = f"{structure.capitalize()}, {cell}, |λ| of W_h = {size:.2f}: "
    if loss == LOSSES[0]:
        return f"{words}the gradient reaches {first} with {_percent(part)} of its size at {last}."
    if structure == "many to one":
        words += "with a loss at every step this is many to many; "
    return (
        f"{words}the gradient at {first} has {_percent(part)} of its size at {last}, "
        f"but the loss at {last} alone brings {_percent(own)} there."
    )


def _percent(part):
    return f"{100 * part:.0f} %" if part >= 0.1 else f"{significant(100 * part, 2)} %"
