"""Lesson 07's explorer: the levels drawn are those of an LSTM, and its valves stand as its gates do."""

import numpy as np
import pytest
from explorers import live, start

from rnn_core.show.tank import FLOOR, GATE, READ, UNIT, WANTS, WRITTEN, ZERO, T

ANY = {"f": 0.8, "i_3": 0.6, "leak": 0.35, "o": 0.5}


def levels(f, i_3, leak, o):
    """(C, h) by the equations of the unit, one number at a time."""
    C, memory, out = 0.0, [], []
    for t, g in enumerate(WANTS, start=1):
        C = f * C + (i_3 if t == WRITTEN else leak) * g
        memory.append(C)
        out.append(o * np.tanh(C) if t == READ else 0.0)
    return np.array(memory), np.array(out)


def at(**setting):
    """The explorer at the start but for what is asked; and its summary."""
    explorer = live("tank")
    return explorer, explorer.set(**start(explorer) | setting)


def parts(explorer):
    """(axes of the drawing, of the chart above, of the chart below)."""
    return {ax.get_title("left").split()[0]: ax for ax in explorer._fig.axes}.values()


def curves(explorer):
    """{label: line} of the chart above."""
    _, top, _ = parts(explorer)
    return {line.get_label(): line for line in top.lines}


def shapes(explorer):
    """The corners of the moving polygons of the drawing, drawn in this order: stream, waters, slides."""
    drawing, *_ = parts(explorer)
    moving = [a for a in drawing.patches if a in explorer._moving]
    return [a.get_xy() for a in moving]


def numbers_shown(explorer):
    """{symbol: number beside it}, and the sum under the drawing."""
    drawing, *_ = parts(explorer)
    texts = [t.get_text() for t in drawing.texts]
    beside = {t[1]: texts[k + 1] for k, t in enumerate(texts) if t.endswith("_t$ =")}
    return beside, next(t for t in texts if " = " in t and "$" not in t)


@pytest.mark.parametrize("setting", [ANY, {"f": 0.0}, {"f": 1.0, "leak": 1.0}, {"i_3": 0.0}])
def test_the_curves_are_the_unit_by_its_equations(setting):
    explorer, _ = at(**setting)
    valves = {name: explorer.values[name] for name in ANY}
    C, h = levels(**valves)
    found = curves(explorer)
    steps = np.arange(1, T + 1)
    for label, values in (("memory $C_t$", C), ("output $h_t$", h)):
        np.testing.assert_array_equal(found[label].get_xdata(), steps)
        np.testing.assert_allclose(found[label].get_ydata(), values, atol=1e-12)
    left = valves["i_3"] * WANTS[WRITTEN - 1] * valves["f"] ** np.arange(T - WRITTEN + 1.0)
    np.testing.assert_array_equal(found["left of step 3"].get_xdata(), steps[WRITTEN - 1 :])
    np.testing.assert_allclose(found["left of step 3"].get_ydata(), left, atol=1e-12)
    *_, bottom = parts(explorer)
    wants, let_in = ([bar.get_height() for bar in bars] for bars in bottom.containers)
    i = np.where(steps == WRITTEN, valves["i_3"], valves["leak"])
    np.testing.assert_array_equal(wants, WANTS)
    np.testing.assert_allclose(let_in, i * WANTS, atol=1e-12)


def test_a_shut_forget_valve_without_a_leak_keeps_to_the_last_digit():
    explorer, summary = at(f=1.0, leak=0.0, t=T)
    assert set(curves(explorer)["memory $C_t$"].get_ydata()[WRITTEN - 1 :]) == {0.8}
    assert "C = 0.80; of the 0.80 written at step 3, 100 % is left (∂C_20/∂C_3 = 1.000)" in summary


@pytest.mark.parametrize("t", [1, WRITTEN, 10, READ, T])
def test_the_drawing_is_that_of_the_step(t):
    explorer, _ = at(t=t, **ANY)
    C, h = (a[t - 1] for a in levels(**ANY))
    i = ANY["i_3"] if t == WRITTEN else ANY["leak"]
    o = ANY["o"] if t == READ else 0.0
    # in the drawing they come in the order in which they were made
    tank, glass, stream, input_slide, forget_slide, output_slide = shapes(explorer)
    for water, level in ((tank, C), (glass, h)):
        assert water[:, 1].max() == pytest.approx(ZERO + UNIT * level)
        assert water[:, 1].min() == pytest.approx(FLOOR, abs=0.05)
    assert np.ptp(stream[:, 0]) == pytest.approx(i * 0.92)
    assert stream[:, 1].max() == GATE
    assert stream[:, 1].min() == pytest.approx(ZERO + UNIT * C)
    assert input_slide[:, 0].max() == pytest.approx(6 - i)  # shut, it reaches the pipe's other side
    for slide, opening in ((forget_slide, 1 - ANY["f"]), (output_slide, o)):
        assert slide[:, 1].min() == pytest.approx(2.4 + 0.8 * opening)
    shown, added = numbers_shown(explorer)
    before = levels(**ANY)[0][t - 2] if t > 1 else 0.0
    wanted = {"g": WANTS[t - 1], "i": i, "f": ANY["f"], "o": o, "C": C, "h": h}
    said = lambda v: f"{v:.2f}".replace("-", "−")
    assert shown == {name: said(value) for name, value in wanted.items()}
    bracketed = lambda v: f"({said(v)})" if v < 0 else said(v)
    assert added == (
        f"{said(C)} = {ANY['f']:.2f} · {bracketed(before)} + {i:.2f} · {bracketed(WANTS[t - 1])}"
    )
    _, top, bottom = parts(explorer)
    for ax in (top, bottom):
        assert [t, t] in [list(line.get_xdata()) for line in ax.lines]
    assert [t, C] in [
        pytest.approx(line.get_xydata()[0]) for line in top.lines if len(line.get_xdata()) == 1
    ]


def flows(explorer):
    """The marker of each of the three valves' arrowheads, or None where nothing flows."""
    drawing, *_ = parts(explorer)
    heads = [line for line in drawing.lines if line.get_marker() in ("v", "^", "<", ">")]
    return [None if np.isnan(line.get_xdata()).all() else line.get_marker() for line in heads]


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ({"t": 3}, ["v", None, None]),  # comes in; the tank was empty; the output is shut
        ({"t": 10}, [None, "<", None]),  # above the zero mark: some flows out
        ({"t": 2, "leak": 1.0}, ["^", "<", None]),
        ({"t": 5, "leak": 1.0, "f": 0.5, "i_3": 0.0}, ["v", ">", None]),  # below it: some flows in
        ({"t": 10, "f": 1.0}, [None, None, None]),
        ({"t": 16}, [None, "<", ">"]),
        ({"t": 16, "leak": 1.0, "f": 1.0}, ["^", None, "<"]),
    ],
)
def test_arrowheads_point_where_the_water_goes(setting, wanted):
    explorer, _ = at(**setting)
    assert flows(explorer) == wanted


@pytest.mark.parametrize("t", [1, 10])
def test_the_dashed_level_is_that_before_the_step(t):
    explorer, _ = at(t=t, **ANY)
    drawing, *_ = parts(explorer)
    (dashed,) = [a for a in drawing.lines if a.is_dashed() and a.get_color() != "#757575"]
    before = levels(**ANY)[0][t - 2] if t > 1 else 0.0
    np.testing.assert_allclose(dashed.get_ydata(), ZERO + UNIT * before)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"t": 2}, "At step 2 the tank holds C = 0.00; step 3 is still to come. h = 0.00"),
        ({"t": 3, "i_3": 0.0}, "C = 0.00; at step 3 nothing was let in. h = 0.00: the output valve is shut."),
        ({"t": 10}, "C = 0.56; of the 0.80 written at step 3, 70 % is left (∂C_10/∂C_3 = 0.698). h"),
        ({"t": 16}, "h = 0.39: the output valve is open to 100 %."),
        ({"t": 16, "o": 0.0}, "h = 0.00: the output valve is shut."),
        ({"t": 16, "o": 0.25}, "the output valve is open to 25 %."),
        ({"t": 16, "leak": 1.0, "f": 1.0}, "is left (∂C_16/∂C_3 = 1.000), and what other steps let in adds −1.40."),
    ],
)  # fmt: skip
def test_it_says_what_is_left_and_what_is_seen(setting, words):
    assert words in at(**setting)[1]


def test_no_level_leaves_the_tank_or_its_chart_and_none_runs_under_the_legend():
    explorer, _ = at()
    for corner in explorer.corners():
        C, h = levels(**{name: corner[name] for name in ANY})
        assert np.abs(C).max() <= 1.45
        assert np.abs(h).max() <= 1
    for f in np.linspace(0, 1, 21):
        assert np.abs(levels(f, 0.0, 1.0, 1.0)[0]).max() <= 1.45
        assert np.abs(levels(f, 1.0, 1.0, 1.0)[0]).max() <= 1.45
    _, top, _ = parts(explorer)
    edge = top.get_legend().get_window_extent().y0
    assert edge > top.transData.transform((0, 1.45))[1]
