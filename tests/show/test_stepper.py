"""Lesson 03's explorer: every line of the calculation has its number, and the graph follows."""

import re

import numpy as np
import pytest
from explorers import anywhere, live, start
from matplotlib.patches import FancyArrowPatch

from rnn_core import show
from rnn_core.show.stepper import FIRST_BACK, STEPS, THROUGH_TIME, factor, short, significant
from rnn_core.worked import EXAMPLE, named, work


def shown(explorer):
    """The numbers in the ledger, line by line."""
    ledger = explorer._fig.axes[1].texts[-len(STEPS) :]
    return [t.get_text() for t in ledger]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (-1.5, "−1.5"),
        (0.761594, "0.7616"),
        (-0.00347973, "−0.003480"),
        (3.523188, "3.523"),
        (-1.20943e-5, "−1.209 × 10⁻⁵"),
        (123456.7, "1.235 × 10⁵"),
        (1e5, "1.000 × 10⁵"),
        (12345.678, "1.235 × 10⁴"),
        (1234.567, "1235"),
        (9999.4, "9999.4"),
        (9999.96001, "1.000 × 10⁴"),
        (0.00099996, "1.000 × 10⁻³"),
    ],
)
def test_numbers_have_four_significant_digits(value, text):
    assert significant(value) == text


def test_a_factor_with_a_sign_or_a_power_stands_in_brackets():
    assert factor(0.5) == "0.5"
    assert factor(-0.5) == "(−0.5)"
    assert factor(1.20943e-5) == "(1.209 × 10⁻⁵)"


def test_numbers_in_the_graph_are_short():
    assert [short(v) for v in (0.761594, -3.0262e-6, 2.0)] == ["0.762", "−3.0×10⁻⁶", "2"]


def test_at_every_step_the_lines_so_far_have_their_numbers():
    explorer, last = live("stepper"), len(STEPS)
    assert last == 20
    explorer.set(**start(explorer) | {"step": last})
    all_lines = shown(explorer)
    assert "" not in all_lines
    for step in range(last + 1):
        summary = explorer.set(**start(explorer) | {"step": step})
        assert shown(explorer) == all_lines[:step] + [""] * (last - step)
        assert summary.startswith(f"Step {step}")
        if step:
            way = "backward" if step >= FIRST_BACK else "forward"
            assert summary.startswith(f"Step {step} of {last}, {way}: {STEPS[step - 1].plain} = ")
            assert summary.endswith(f" = {all_lines[step - 1]}.")


def test_the_lines_of_the_worked_example_are_its_numbers():
    explorer = live("stepper")
    explorer.set(**start(explorer) | {"step": 20})
    n = {name: significant(value) for name, value in named(work(**EXAMPLE)).items()}
    lines = dict(zip([s.plain for s in STEPS], shown(explorer), strict=True))
    wanted = {
        "z2 = W_x x2 + W_h h1": "z_2",
        "h1 = tanh z1": "h_1",
        "L2 = (ŷ2 − y*2)²": "L_2",
        "∂L/∂ŷ2 = 2 (ŷ2 − y*2)": "dL/dy_2",
        "δ2 = (1 − h2²) ∂L/∂h2": "delta_2",
        "W_h δ2 (carried back to h1)": "W_h delta_2",
        "δ1 = (1 − h1²) ∂L/∂h1": "delta_1",
        "∂L/∂W_h = δ1 h0 + δ2 h1": "dL/dW_h",
        "∂L/∂W_x = δ1 x1 + δ2 x2": "dL/dW_x",
        "∂L/∂W_y = Σ ∂L/∂ŷt ht": "dL/dW_y",
    }
    assert {line: lines[line] for line in wanted} == {line: n[k] for line, k in wanted.items()}


def spelled_out(text):
    """The value of a spelled calculation, read as a reader would."""
    text = text.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789"))
    text = text.replace(")2", ")**2") if text.endswith(")2") else text
    text = text.replace(" × 10", "e").replace("·", "*").replace("tanh ", "np.tanh")
    return eval(text.replace("np.tanh", "np.tanh(") + ")" * ("np.tanh" in text), {"np": np})


@pytest.mark.parametrize("step", range(1, 21))
def test_every_line_spelled_out_comes_to_its_number(step):
    explorer, rng = live("stepper"), np.random.default_rng(step)
    for _ in range(4):
        asked = anywhere(explorer, rng) | {"step": step, "W_x": 0.3, "x1": rng.uniform(-1, 1)}
        values = {c.name: c.nearest(asked[c.name]) for c in explorer._controls}
        summary = explorer._update(**values).removesuffix(".")
        *_, spelled, number = summary.split(" = ")
        largest = max(1, *(float(n) for n in re.findall(r"\d+\.?\d*", spelled.replace("× 10", ""))))
        error = spelled_out(spelled) - spelled_out(number)
        assert abs(error) <= 1e-3 * largest**2, summary


def test_the_arrow_and_the_frame_of_a_step_are_shown_and_no_others():
    explorer = live("stepper")
    moving = [a for a in explorer._moving if isinstance(a, FancyArrowPatch)]
    for step, line in enumerate(STEPS, 1):
        explorer._update(**start(explorer) | {"step": step})
        assert sum(a.get_visible() for a in moving) == len(line.arrows)
        halos = [a for a in explorer._moving if type(a).__name__ == "FancyBboxPatch"]
        assert sum(h.get_visible() for h in halos) == len(line.nodes)
    explorer.set(step=0)
    assert not any(a.get_visible() for a in moving)


def test_it_opens_at_the_step_through_time_of_the_worked_example():
    explorer = show.stepper()
    assert explorer.values["step"] == THROUGH_TIME
    assert explorer.summary == (
        "Step 13 of 20, backward: W_h δ2 (carried back to h1) = 2 · (−1.209 × 10⁻⁵) = −2.419 × 10⁻⁵."
    )


def test_no_step_is_taken_at_step_zero():
    assert (
        live("stepper").set(step=0).startswith("Step 0: the weights, inputs and targets are given.")
    )
