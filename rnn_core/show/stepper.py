"""Explorer of lesson 03, the stepper: the T = 2 example forward and backward, one arrow at a time."""

from typing import NamedTuple

from ..worked import EXAMPLE, work
from .graph import ROWS, arrow, bare, halo, node
from .live import LiveFigure, Slider, Steps
from .style import FAINT, GRADIENT, MARK, STATE, TARGET, figure

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def significant(value, digits=4):
    """A number to so many significant digits, with × 10ⁿ where it is very small or large."""
    if value == 0:
        return "0"
    if value == round(value, 2) and abs(value) < 1e5:
        text = f"{value:g}"
    elif abs(value) >= 1e-3 and abs(float(f"{value:.{digits - 1}e}")) < 10**digits:
        text = f"{value:#.{digits}g}".rstrip(".")
    else:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa} × 10{str(int(power)).translate(SUPERSCRIPT)}"
    return text.replace("-", "−")


def short(value):
    """A number for a place in the graph: three significant digits, or two and a power of ten."""
    text = significant(value, 3)
    return significant(value, 2).replace(" ", "") if "×" in text else text


def factor(value):
    """A number as it stands in a product or sum: in brackets where it has a sign or a power of its own."""
    text = significant(value)
    return f"({text})" if value < 0 or "×" in text else text


class Step(NamedTuple):
    """One line of the calculation: left of its equals sign in mathtext and in plain text, and what it touches."""

    math: str
    plain: str
    value: object  # Worked → the number it yields
    spelled: object  # (Worked, settings) → the numbers that go into it
    arrows: tuple = ()
    nodes: tuple = ()


def _forward(t):
    """z, h, ŷ and L of step t."""
    i, before = t - 1, f"h{t - 1}"
    h_before = lambda w, s: w.h[i - 1] if i else s["h_0"]
    n = factor
    return [
        Step(
            rf"$z_{t} = W_x x_{t} + W_h h_{t - 1}$",
            f"z{t} = W_x x{t} + W_h h{t - 1}",
            lambda w: w.z[i],
            lambda w, s: f"{n(s['W_x'])} · {n(s['x'][i])} + {n(s['W_h'])} · {n(h_before(w, s))}",
            ((f"x{t}", f"h{t}"), (before, f"h{t}")),
        ),
        Step(
            rf"$h_{t} = \tanh z_{t}$",
            f"h{t} = tanh z{t}",
            lambda w: w.h[i],
            lambda w, s: f"tanh {n(w.z[i])}",
            (),
            (f"h{t}",),
        ),
        Step(
            rf"$\hat{{y}}_{t} = W_y h_{t}$",
            f"ŷ{t} = W_y h{t}",
            lambda w: w.y[i],
            lambda w, s: f"{n(s['W_y'])} · {n(w.h[i])}",
            ((f"h{t}", f"y{t}"),),
            (f"y{t}",),
        ),
        Step(
            rf"$L_{t} = (\hat{{y}}_{t} - y^*_{t})^2$",
            f"L{t} = (ŷ{t} − y*{t})²",
            lambda w: w.losses[i],
            lambda w, s: f"({n(w.y[i])} − {n(s['y_star'][i])})²",
            ((f"y{t}", f"L{t}"),),
            (f"L{t}",),
        ),
    ]


def _output_gradient(t):
    """∂L/∂ŷ and ∂⁺L/∂h of step t."""
    i, n = t - 1, factor
    return [
        Step(
            rf"$\partial L/\partial \hat{{y}}_{t} = 2\,(\hat{{y}}_{t} - y^*_{t})$",
            f"∂L/∂ŷ{t} = 2 (ŷ{t} − y*{t})",
            lambda w: w.dy[i],
            lambda w, s: f"2 · ({n(w.y[i])} − {n(s['y_star'][i])})",
            ((f"L{t}", f"y{t}"),),
            (f"y{t}",),
        ),
        Step(
            rf"$\partial^+\!L/\partial h_{t} = W_y\,\partial L/\partial \hat{{y}}_{t}$",
            f"∂⁺L/∂h{t} = W_y ∂L/∂ŷ{t}",
            lambda w: w.dh_now[i],
            lambda w, s: f"{n(s['W_y'])} · {n(w.dy[i])}",
            ((f"y{t}", f"h{t}"),),
            (f"h{t}",),
        ),
    ]


def _delta(t, total):
    i, n = t - 1, factor
    return Step(
        rf"$\delta_{t} = (1 - h_{t}^2)\,{total}$",
        f"δ{t} = (1 − h{t}²) ∂L/∂h{t}",
        lambda w: w.delta[i],
        lambda w, s: f"{n(w.slope[i])} · {n(w.dh[i])}",
        (),
        (f"h{t}",),
    )


def _sum(weight, left, right, factors, nodes):
    """A weight's gradient: one term per step."""
    n = factor

    def spelled(w, s):
        return " + ".join(f"{n(a)} · {n(b)}" for a, b in factors(w, s))

    value = {"y": lambda w: w.dW_y, "h": lambda w: w.dW_h, "x": lambda w: w.dW_x}[weight]
    return Step(
        rf"$\partial L/\partial W_{weight} = {left}$",
        f"∂L/∂W_{weight} = {right}",
        value,
        spelled,
        (),
        nodes,
    )


def _steps():
    n = factor
    middle = [
        Step(
            r"$L = L_1 + L_2$",
            "L = L1 + L2",
            lambda w: w.loss,
            lambda w, s: f"{n(w.losses[0])} + {n(w.losses[1])}",
            (),
            ("L1", "L2"),
        ),
        *_output_gradient(2),
        _delta(2, r"\partial L/\partial h_2"),
        Step(
            r"$W_h\,\delta_2$  (carried back to $h_1$)",
            "W_h δ2 (carried back to h1)",
            lambda w: w.dh_later[0],
            lambda w, s: f"{n(s['W_h'])} · {n(w.delta[1])}",
            (("h2", "h1"),),
            ("h1",),
        ),
        *_output_gradient(1),
        Step(
            r"$\partial L/\partial h_1 = \partial^+\!L/\partial h_1 + W_h\,\delta_2$",
            "∂L/∂h1 = ∂⁺L/∂h1 + W_h δ2",
            lambda w: w.dh[0],
            lambda w, s: f"{n(w.dh_now[0])} + {n(w.dh_later[0])}",
            (("h2", "h1"), ("y1", "h1")),
            ("h1",),
        ),
        _delta(1, r"\partial L/\partial h_1"),
    ]
    pairs = {
        "y": lambda w, s: zip(w.dy, w.h, strict=True),
        "h": lambda w, s: zip(w.delta, (s["h_0"], w.h[0]), strict=True),
        "x": lambda w, s: zip(w.delta, s["x"], strict=True),
    }
    dy = r"(\partial L/\partial \hat{{y}}_{0})\,h_{0}"
    sums = [
        _sum("y", f"{dy.format(1)} + {dy.format(2)}", "Σ ∂L/∂ŷt ht", pairs["y"], ("y1", "y2")),
        _sum("h", r"\delta_1 h_0 + \delta_2 h_1", "δ1 h0 + δ2 h1", pairs["h"], ("h0", "h1")),
        _sum("x", r"\delta_1 x_1 + \delta_2 x_2", "δ1 x1 + δ2 x2", pairs["x"], ("x1", "x2")),
    ]
    return [*_forward(1), *_forward(2), *middle, *sums]


STEPS = _steps()
FIRST_BACK = 10  # the step, counted from 1, with which the way back begins
THROUGH_TIME = 13  # the step that goes from h_2 to h_1; the explorer opens here


def _draw_graph(ax):
    """All nodes and arrows of T = 2; what moves is returned: numbers, gradients, arrows by their two ends."""
    bare(ax, (-1.0, 7.2), (-0.45, 7.05))
    ax.set_anchor("N")
    places = {"h0": (-0.3, "h")} | {f"{k}{t}": (2.8 * t - 0.4, k) for t in (1, 2) for k in "xhyL"}
    names = {key: rf"${kind}_{key[1]}$" for key, (_, kind) in places.items()}
    names |= {f"y{t}": rf"$\hat{{y}}_{t}$" for t in (1, 2)}
    nodes = {
        k: node(ax, (x, 1.35 * ROWS[kind]), kind, names[k], half=(0.66, 0.34))
        for k, (x, kind) in places.items()
    }
    back = {
        k: ax.text(n.at[0] + 0.78, n.at[1] - 0.2, "", color=GRADIENT, fontsize=10, va="top")
        for k, n in nodes.items()
    }
    ends = [("h0", "h1"), ("h1", "h2")]
    ends += [
        (f"{a}{t}", f"{b}{t}") for t in (1, 2) for a, b in (("x", "h"), ("h", "y"), ("y", "L"))
    ]
    arrows = {}
    for a, b in ends:
        arrow(ax, nodes[a], nodes[b], FAINT)
        arrows[a, b] = arrow(ax, nodes[a], nodes[b], STATE)
        arrows[b, a] = arrow(ax, nodes[b], nodes[a], GRADIENT)
    for a, b, weight in (("x", "h", "$W_x$"), ("h", "y", "$W_y$")):
        for t in (1, 2):
            (x, low), (_, high) = nodes[f"{a}{t}"].at, nodes[f"{b}{t}"].at
            ax.text(x - 0.1, (low + high) / 2, weight, ha="right", va="center", color="#333333")
    for a, b in ends[:2]:
        (left, y), (right, _) = nodes[a].at, nodes[b].at
        ax.text((left + right) / 2, y + 0.08, "$W_h$", ha="center", va="bottom", color="#333333")
    targets = [
        ax.text(n.at[0] + 0.78, n.at[1] + 0.12, "", fontsize=9, color=TARGET, va="bottom")
        for n in (nodes["y1"], nodes["y2"])
    ]
    halos = {k: halo(ax, n) for k, n in nodes.items()}
    return nodes, back, arrows, targets, halos


def _draw_ledger(ax):
    """The lines of the calculation, symbols only; the numbers beside them move."""
    last = len(STEPS)
    ax.set(xlim=(0, 1), ylim=(last + 1.2, -1.5))
    ax.axis("off")
    rows = [k + (0.9 if k >= FIRST_BACK - 1 else 0) for k in range(last)]
    ax.text(0, -0.95, "forward", color=STATE, weight="bold", va="center")
    ax.text(0, rows[FIRST_BACK - 1] - 0.95, "backward", color=GRADIENT, weight="bold", va="center")
    for step, y in zip(STEPS, rows, strict=True):
        ax.text(0.02, y, step.math, va="center", fontsize=9.5)
    shown = [ax.text(1.0, y, "", va="center", ha="right", fontsize=9.5) for y in rows]
    (mark,) = ax.plot([], [], color=MARK, lw=2, clip_on=False)
    return rows, shown, mark


def _settings(values):
    """The sliders' values as arguments of `work`."""
    weights = {k: float(values[k]) for k in ("W_x", "W_h", "W_y", "h_0")}
    return weights | {
        "x": (values["x1"], values["x2"]),
        "y_star": (values["target1"], values["target2"]),
    }


def stepper():
    """`LiveFigure` of the worked example: step through forward and backward; sliders for every number in it."""
    fig, (left, right) = figure(8.8, 5.2, ncols=2, width_ratios=[1.3, 1])
    left.set_title("Blue goes forward, vermilion comes back")
    right.set_title("Every line of the calculation")
    nodes, back, arrows, targets, halos = _draw_graph(left)
    rows, shown, mark = _draw_ledger(right)

    def update(step, **values):
        s = _settings(values)
        w = work(**s)
        _show_numbers(nodes, back, targets, w, s, step)
        for row, (line, text) in enumerate(zip(STEPS, shown, strict=True)):
            text.set_text(significant(line.value(w)) if row < step else "")
        now = STEPS[step - 1] if step else None
        for ends, patch in arrows.items():
            patch.set_visible(bool(now) and ends in now.arrows)
        for key, box in halos.items():
            box.set_visible(bool(now) and key in now.nodes)
        y = rows[step - 1] if step else float("nan")
        mark.set_data(
            [-0.01, 1.02, 1.02, -0.01, -0.01], [y - 0.5, y - 0.5, y + 0.5, y + 0.5, y - 0.5]
        )
        return _sentence(step, now, w, s)

    moving = [n.number for n in nodes.values()] + [*back.values(), *arrows.values(), *targets]
    return LiveFigure(
        "The stepper: the T = 2 example, one arrow at a time",
        fig,
        [*moving, *halos.values(), *shown, mark],
        update,
        _controls(),
    )


def _show_numbers(nodes, back, targets, w, s, step):
    """Numbers appear in the graph when their step has been taken."""
    known = {"h0": (0, s["h_0"]), "x1": (0, s["x"][0]), "x2": (0, s["x"][1])}
    for t, first in ((1, 2), (2, 6)):
        known |= {f"h{t}": (first, w.h[t - 1]), f"y{t}": (first + 1, w.y[t - 1])}
        known[f"L{t}"] = (first + 2, w.losses[t - 1])
    for key, (since, value) in known.items():
        nodes[key].number.set_text(short(value) if step >= since else "")
        nodes[key].number.set_fontsize(8 if "×" in short(value) else 11)
    gradients = {"y2": (10, w.dy[1]), "h2": (11, w.dh[1]), "y1": (14, w.dy[0])}
    gradients["h1"] = (13, w.dh_later[0]) if step < 16 else (16, w.dh[0])
    for key, (since, value) in gradients.items():
        back[key].set_text(short(value) if step >= since else "")
    for text, target in zip(targets, s["y_star"], strict=True):
        text.set_text(f"y* = {significant(target)}")


def _sentence(step, now, w, s):
    if not step:
        return "Step 0: the weights, inputs and targets are given. Press “step” to go forward."
    way = "backward" if step >= FIRST_BACK else "forward"
    value = significant(now.value(w))
    return f"Step {step} of {len(STEPS)}, {way}: {now.plain} = {now.spelled(w, s)} = {value}."


def _controls():
    e = EXAMPLE
    weights = [Slider(k, f"weight {k}", -3.0, 3.0, 0.1, e[k]) for k in ("W_x", "W_h", "W_y")]
    inputs = [Slider(f"x{t}", f"input x_{t}", -3.0, 3.0, 0.1, e["x"][t - 1]) for t in (1, 2)]
    goals = [
        Slider(f"target{t}", f"target y*_{t}", -2.0, 2.0, 0.1, e["y_star"][t - 1]) for t in (1, 2)
    ]
    start = Slider("h_0", "initial state h_0", -1.0, 1.0, 0.1, e["h_0"])
    steps = Steps("step", "step of the calculation", len(STEPS), THROUGH_TIME)
    return [steps, *weights, start, *inputs, *goals]
