"""Explorer of lesson 07: one LSTM unit as a water tank, its three gates as valves."""

import numpy as np

from ..tank import kept, run
from .graph import bare, numbers
from .live import LiveFigure, Slider
from .style import FAINT, INPUT, MARK, OUTPUT, PALE, STATE, TARGET, figure, stacked

WANTS = (
    *(0.35, -0.50, 0.80, -0.60, 0.30, 0.45, -0.70, -0.25, 0.55, -0.40),
    *(0.35, 0.20, -0.75, 0.40, -0.30, -0.50, 0.65, -0.25, 0.60, -0.45),
)  # g_t, the water that wants in
T = len(WANTS)
WRITTEN, READ = 3, 16  # the step worth remembering, and the one at which the output valve opens
WATER, WALL = "#CBE3F3", "#4D4D4D"
ZERO, UNIT = 5.6, 2.1  # in the drawing: the height of the zero mark, and of a level of 1 above it
FLOOR, HIGH, GATE = 2.4, 3.2, 9.75  # of the tank, of the pipes on it, and of the input valve
EDGE = 0.04  # half a wall
TANK, SEA, GLASS, INLET = (3.7, 7.3), (0.0, 2.1), (8.9, 9.9), (6.0, 5.0)  # from left to right


def _run(f, i_3, leak, o):
    """The steps of the LSTM, and ∂C_t/∂C_3 for t = 3 … T."""
    steps = np.arange(1, T + 1)
    i = np.where(steps == WRITTEN, i_3, leak)
    happened, tape = run(i, np.full(T, f), WANTS, np.where(steps == READ, o, 0.0))
    return happened, kept(tape, WRITTEN)


class _Valve:
    """A slide across a pipe with a handle; it leaves the pipe as far as the valve is open."""

    def __init__(self, ax, along, edges, upright, colour):
        """along: where on the pipe; edges: of the pipe, it opens to the second; upright: whether that is up."""
        self._along, self._edges, self._upright = along, edges, upright
        (low, high), deep = edges, 0.24
        room = [(-deep, high), (-deep, 2 * high - low), (deep, 2 * high - low), (deep, high)]
        ax.plot(*self._turned(room), color=FAINT, lw=1)
        (self._slide,) = ax.fill([0], [0], color=WALL, lw=0, zorder=4)
        (self._handle,) = ax.plot([], [], color=WALL, lw=2.5, zorder=4)
        (self._flow,) = ax.plot([], [], ls="", color=colour, zorder=3)
        self.moving = (self._slide, self._handle, self._flow)

    def _turned(self, points):
        """(x, y) of points (along the pipe from the valve, across)."""
        u, v = np.transpose(points)
        return (self._along + u, v) if self._upright else (v, self._along + u)

    def put(self, opening, flow, places, signs):
        """Open it so far; `flow` shows as arrowheads at `places`, its sign picking one of two `signs`."""
        across = self._edges[1] - self._edges[0]
        low, high = (edge + opening * across for edge in self._edges)
        slide = [(-0.14, low), (-0.14, high), (0.14, high), (0.14, low)]
        self._slide.set_xy(np.transpose(self._turned(slide)))
        end = high + np.sign(across) * 0.55
        grip = [(0, high), (0, end), (-0.35, end), (0.35, end)]
        self._handle.set_data(self._turned(grip))
        self._flow.set_marker(signs[0 if flow > 0 else 1])
        self._flow.set_markersize(3.5 + 6 * min(abs(flow), 1))
        self._flow.set_data(*np.transpose(places if abs(flow) >= 0.005 else [(np.nan, np.nan)]))


class _Water:
    """Water in a vessel, from its floor to a level, with its surface."""

    def __init__(self, ax, walls, colour):
        self._walls = walls[0] + EDGE, walls[1] - EDGE
        (self._body,) = ax.fill([0], [0], color=WATER, lw=0, zorder=1)
        (self._surface,) = ax.plot([], [], color=colour, lw=2.5, zorder=2, solid_capstyle="butt")
        self.moving = (self._body, self._surface)

    def put(self, level):
        """Up to `level` beside the zero mark."""
        (a, b), y = self._walls, ZERO + UNIT * level
        self._body.set_xy([(a, FLOOR + EDGE), (a, y), (b, y), (b, FLOOR + EDGE)])
        self._surface.set_data([a, b], [y, y])


class _Drawing:
    """The tank at one step: sea, tank and gauge glass at rest, and what moves in them."""

    def __init__(self, ax):
        bare(ax, (-0.3, 11.1), (-1.1, 11.6))
        ax.set_title("The memory is a tank with three valves", pad=1)
        self._at_rest(ax)
        self._tank, self._glass = _Water(ax, TANK, STATE), _Water(ax, GLASS, OUTPUT)
        (self._stream,) = ax.fill([0], [0], color=WATER, lw=0, zorder=0.5)
        (self._before,) = ax.plot([], [], color=STATE, lw=1.2, ls=(0, (4, 3)), zorder=2)
        (mark,) = ax.plot([SEA[1], 10.1], [ZERO, ZERO], color=PALE, lw=1, ls=":", zorder=1.5)
        self._input = _Valve(ax, GATE, INLET, False, INPUT)
        self._forget = _Valve(ax, (SEA[1] + TANK[0]) / 2, (FLOOR, HIGH), True, STATE)
        self._output = _Valve(ax, (TANK[1] + GLASS[0]) / 2, (FLOOR, HIGH), True, OUTPUT)
        places = {
            "g": (8.5, 10.3, INPUT),
            "i": (1.95, 9.4, TARGET),
            "f": (1.95, 0.95, TARGET),
            "o": (8.4, 0.95, TARGET),
            "C": (5.1, 0.95, STATE),
            "h": (9.4, 8.3, OUTPUT),
        }
        self._texts = {name: self._number(ax, name, *place) for name, place in places.items()}
        style = {"ha": "center", "va": "center", "color": TARGET}
        ax.text(5.3, 0.0, "$C_t = f_t\\, C_{t-1} + i_t\\, g_t$", fontsize=12, **style)
        self._sum = ax.text(5.3, -0.75, "", fontsize=11, **style)
        self.moving = [*self._texts.values(), self._sum, self._before, self._stream, mark]
        for part in (self._tank, self._glass, self._input, self._forget, self._output):
            self.moving += part.moving

    def _at_rest(self, ax):
        for x, y, words in (
            (8.5, 11.0, "water that wants in"),
            (1.95, 10.1, "input valve"),
            (1.95, 1.65, "forget valve"),
            (5.3, 1.65, "memory"),
            (1.75, 7.7, "dashed: level\nbefore the step"),
            (8.4, 1.65, "output valve"),
            (9.4, 9.0, "output"),
        ):
            ax.text(x, y, words, ha="center", va="center", fontsize=9.5, color=PALE)
        ax.fill([*SEA, *SEA[::-1]], [FLOOR, FLOOR, ZERO, ZERO], color=WATER, lw=0, zorder=0)
        for a, b in ((SEA[1], TANK[0] + 2 * EDGE), (TANK[1] - 2 * EDGE, GLASS[0] + 2 * EDGE)):
            ax.fill([a, b, b, a], [FLOOR, FLOOR, HIGH, HIGH], color=WATER, lw=0, zorder=0)
        ax.fill([*INLET, *INLET[::-1]], [GATE, GATE, 11.5, 11.5], color=WATER, lw=0, zorder=0)
        top, rim = ZERO + 1.55 * UNIT, ZERO + 1.05 * UNIT
        (tank_a, tank_b), (glass_a, glass_b), (inlet_a, inlet_b) = TANK, GLASS, INLET
        for x, y in (
            ([SEA[1], SEA[1], tank_a, tank_a], [ZERO + 0.5, HIGH, HIGH, top]),
            ([tank_b, tank_b, glass_a, glass_a], [top, HIGH, HIGH, rim]),
            ([SEA[0], glass_b, glass_b], [FLOOR, FLOOR, rim]),
            ([inlet_a, inlet_a], [11.5, 9.15]),
            ([inlet_b, inlet_b], [11.5, 9.15]),
        ):
            ax.plot(x, y, color=WALL, lw=2, zorder=5)
        ax.plot([SEA[0], SEA[1]], [ZERO, ZERO], color=STATE, lw=1.5)
        for level in (-1, 0, 1):
            y = ZERO + UNIT * level
            ax.plot([10.0, 10.15], [y, y], color=PALE, lw=1)
            ax.text(10.3, y, numbers(level, 0), va="center", fontsize=9.5, color=PALE)
        ax.text(1.0, ZERO + 0.35, "zero mark", ha="center", va="center", fontsize=9.5, color=PALE)

    @staticmethod
    def _number(ax, name, x, y, colour):
        """Still “name_t =”, and a number to come after it."""
        style = {"va": "center", "fontsize": 12, "color": colour}
        ax.text(x - 0.1, y, f"${name}_t$ =", ha="right", **style)
        return ax.text(x + 0.1, y, "", ha="left", **style)

    def put(self, steps, t):
        """Show step t of a run."""
        i, f, g, o, C, h = (float(a[t - 1]) for a in steps)
        before = float(steps.C[t - 2]) if t > 1 else 0.0
        for name, value in {"i": i, "f": f, "g": g, "o": o, "C": C, "h": h}.items():
            self._texts[name].set_text(numbers(value))
        self._tank.put(C)
        self._glass.put(h)
        self._before.set_data(TANK, [ZERO + UNIT * before] * 2)
        middle, x, y = (FLOOR + HIGH) / 2, INLET[0] - EDGE, ZERO + UNIT * C
        width = i * (INLET[0] - INLET[1] - 2 * EDGE)
        self._stream.set_xy([(x, GATE), (x - width, GATE), (x - width, y), (x, y)])
        self._input.put(i, i * g, [(x - width / 2, 9.3), (x - width / 2, 8.8)], "v^")
        self._forget.put(1 - f, (1 - f) * before, [(2.4, middle), (3.4, middle)], "<>")
        self._output.put(o, h, [(7.6, middle), (8.6, middle)], "><")
        before, g = (f"({n})" if "−" in n else n for n in (numbers(before), numbers(g)))
        self._sum.set_text(f"{numbers(C)} = {numbers(f)} · {before} + {numbers(i)} · {g}")


class _Chart:
    """All steps: the memory above, what comes in below."""

    def __init__(self, top, bottom):
        steps = (0.2, T + 0.8)
        top.set(xlim=steps, ylim=(-1.5, 2.0), xticklabels=[])
        top.set_xticks((1, WRITTEN, 6, 9, 12, READ, T))
        top.set_yticks((-1, 0, 1))
        top.set_title("Each step keeps the share $f$ of the memory")
        bottom.set(xlim=steps, ylim=(-1, 1), xlabel="step t", yticks=(-1, 0, 1))
        bottom.set_xticks(top.get_xticks(), ("1", "3\nwrite", "6", "9", "12", "16\nread", "20"))
        bottom.set_title("What wants in (outlines), what is let in (bars)")
        for ax in (top, bottom):
            ax.axhline(0, color=FAINT, lw=1)
        self._steps = np.arange(1, T + 1)
        bottom.bar(self._steps, WANTS, width=0.8, color="none", edgecolor=FAINT, lw=1)
        self._in = bottom.bar(self._steps, np.zeros(T), width=0.8, color=INPUT)
        (self._C,) = top.plot([], [], "-o", color=STATE, ms=4, label="memory $C_t$")
        style = {"color": MARK, "lw": 2, "ls": (0, (2, 1.2))}
        (self._left,) = top.plot([], [], label="left of step 3", zorder=3, **style)
        (self._h,) = top.plot([], [], "D", color=OUTPUT, ms=4.5, label="output $h_t$", zorder=5)
        (self._dot,) = top.plot([], [], "o", color=STATE, mec="white", mew=1.5, ms=11, zorder=4)
        top.legend(loc="upper left", ncols=3, fontsize=9.5, columnspacing=1.2, handlelength=1.8)
        self._now = [ax.plot([], [], color="#555555", lw=1, ls=":")[0] for ax in (top, bottom)]
        self.moving = [*self._in, self._C, self._left, self._h, self._dot, *self._now]

    def put(self, steps, left, t):
        """Show a run, what is left of step 3 from there on, and where step t is."""
        for bar, height in zip(self._in, steps.i * steps.g, strict=True):
            bar.set_height(height)
        self._C.set_data(self._steps, steps.C)
        self._left.set_data(self._steps[WRITTEN - 1 :], left)
        self._h.set_data(self._steps, steps.h)
        self._dot.set_data([t], [steps.C[t - 1]])
        for line, reach in zip(self._now, (1.45, 1), strict=True):  # above stands the legend
            line.set_data([t, t], [-1.5, reach])


def _sentence(steps, share, t):
    _, _, _, o, C, h = (a[t - 1] for a in steps)
    written = steps.i[WRITTEN - 1] * steps.g[WRITTEN - 1]
    if t < WRITTEN:
        origin = f"; step {WRITTEN} is still to come"
    elif written == 0:
        origin = f"; at step {WRITTEN} nothing was let in"
    else:
        s = share[t - WRITTEN]
        origin = (
            f"; of the {numbers(written)} written at step {WRITTEN}, {numbers(100 * s, 0)} % is left "
            f"(∂C_{t}/∂C_{WRITTEN} = {s:.3f})"
        )
        others = C - s * written
        if abs(others) >= 0.005:
            origin += f", and what other steps let in adds {numbers(others)}"
    valve = f"open to {numbers(100 * o, 0)} %" if o else "shut"
    return (
        f"At step {t} the tank holds C = {numbers(C)}{origin}. "
        f"h = {numbers(h)}: the output valve is {valve}."
    )


def tank():
    """`LiveFigure`: an LSTM unit drawn as a tank at one step, and its memory over 20; sliders for the valves and t.

    The LSTM's W_h is 0, so that nothing comes back by way of h: the valves stand as the sliders say. The forget
    valve leads to water that stands at the zero mark; f = 1 is shut. To read takes nothing out of the tank.
    """
    fig, (left, right) = figure(9.0, 5.0, ncols=2, width_ratios=[1, 1.12])
    fig.get_layout_engine().set(h_pad=0.1)
    drawing, chart = _Drawing(left), _Chart(*stacked(fig, right, [1.5, 1]))

    def update(t, **valves):
        steps, share = _run(**valves)
        drawing.put(steps, t)
        chart.put(steps, share * steps.i[WRITTEN - 1] * steps.g[WRITTEN - 1], t)
        return _sentence(steps, share, t)

    return LiveFigure(
        "One LSTM unit as a water tank",
        fig,
        [*drawing.moving, *chart.moving],
        update,
        [
            Slider("t", "look at step t", 1, T, 1, READ),
            Slider("f", "forget valve f, how much stays", 0.0, 1.0, 0.01, 0.95),
            Slider("i_3", "input valve i at step 3", 0.0, 1.0, 0.05, 1.0),
            Slider("leak", "input valve i at all other steps, leak", 0.0, 1.0, 0.05, 0.0),
            Slider("o", "output valve o at step 16, reading", 0.0, 1.0, 0.05, 1.0),
        ],
    )
