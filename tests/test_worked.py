"""The example by hand: the published numbers, what rounding did to them, and the general code beside it."""

import math
from decimal import ROUND_DOWN, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import close

from rnn_core import RNN, Readout, gradcheck, squared_error
from rnn_core.worked import EXAMPLE, FORMULAS, PRINTED, Worked, exactly, named, to_decimals, work

FULL_PRECISION = {  # as published, to as many digits
    "h_1": "0.761594",
    "L_1": "0.580026",
    "z_2": "3.523188",
    "h_2": "0.998260",
    "L_2": "3.0262e-06",
    "delta_2": "-1.20943e-05",
    "W_h delta_2": "-2.41886e-05",
    "dL/dW_h": "-9.21096e-06",
    "dL/dW_x": "0.639666",
    "dL/dW_y": "1.156578",
}
number = st.floats(-2, 2).map(lambda v: round(v, 3))


@st.composite
def arguments(draw):
    """Arguments of `work` with one to six steps."""
    T = draw(st.integers(1, 6))
    weights = {name: draw(number) for name in ("W_x", "W_h", "W_y", "h_0")}
    sequences = {name: draw(st.lists(number, min_size=T, max_size=T)) for name in ("x", "y_star")}
    return weights | sequences


def general(W_x, W_h, W_y, x, y_star, h_0, carry=1.0):
    """(L, h, y, dy, dh_now, d_cell, d_readout, dx) of the same network by the general code."""
    cell = RNN(np.array([[W_x]]), np.array([[W_h]]), np.zeros(1))
    readout = Readout(np.array([[W_y]]), np.zeros(1))
    column = lambda values: np.array(values, float).reshape(-1, 1, 1)
    h, tape = cell.forward(column(x), np.array([[h_0]]))
    y, tape_y = readout.forward(h)
    L, dy = squared_error(y, column(y_star))
    d_readout, dh = readout.backward(tape_y, dy)
    d_cell, dx, _ = cell.backward(tape, dh, carry=np.full(len(x), carry))
    return L, h.ravel(), y.ravel(), dy.ravel(), dh.ravel(), d_cell, d_readout, dx.ravel()


def rounded_like(value, text):
    """`value` written with the digits of `text`."""
    decimals = len(text.partition("e")[0].partition(".")[2])
    return f"{value:.{decimals}{'e' if 'e' in text else 'f'}}"


def cut(value, d=3):
    """A number with all but d decimals cut off."""
    return float(Decimal(value).quantize(Decimal(10) ** -d, ROUND_DOWN))


@pytest.mark.parametrize(("name", "text"), FULL_PRECISION.items())
def test_the_example_has_its_published_full_precision_numbers(name, text):
    assert rounded_like(named(work(**EXAMPLE))[name], text) == text


def test_the_printed_numbers_come_from_states_cut_to_three_decimals():
    w = named(work(**EXAMPLE, keep_state=cut))
    assert {name: rounded_like(w[name], text) for name, text in PRINTED.items()} == PRINTED
    exact = named(work(**EXAMPLE))
    same = {name for name, text in PRINTED.items() if rounded_like(exact[name], text) == text}
    assert same == {"h_2", "1-h_1^2", "delta_1"}


def test_the_printed_backward_pass_follows_from_its_own_printed_numbers():
    p = {name: float(text) for name, text in PRINTED.items()}
    two = lambda value: float(f"{value:.1e}")
    assert p["delta_2"] == two(p["1-h_2^2"] * p["dL/dy_2"])
    assert p["W_h delta_2"] == two(EXAMPLE["W_h"] * p["delta_2"])
    assert p["delta_1"] == two(p["1-h_1^2"] * (p["dL/dy_1"] + p["W_h delta_2"]))
    assert p["dL/dW_h"] == two(p["delta_2"] * p["h_1"])


def test_the_printed_gradient_is_thirty_percent_off_by_one_cancellation_that_enters_twice():
    exact = work(**EXAMPLE)
    assert float(PRINTED["dL/dW_h"]) / exact.dW_h == pytest.approx(1.30, abs=0.005)
    gap = (1 - float(PRINTED["h_2"])) / (1 - exact.h[1])
    assert gap == pytest.approx(1.15, abs=0.005)
    assert gap**2 == pytest.approx(1.32, abs=0.005)


@pytest.mark.parametrize(
    ("d", "percent"), [(2, None), (3, None), (4, None), (5, "+8.6"), (6, "-2.3"), (7, "-0.12")]
)
def test_rounding_every_step_loses_the_gradient_up_to_four_decimals(d, percent):
    kept = to_decimals(d)
    dW_h = work(**EXAMPLE, keep_state=kept, keep=kept).dW_h
    if percent is None:
        assert dW_h == 0
    else:
        error = 100 * (dW_h / work(**EXAMPLE).dW_h - 1)
        assert f"{error:+.{len(percent.partition('.')[2])}f}" == percent


@pytest.mark.parametrize(("d", "percent"), [(2, None), (3, "+32"), (4, "-4.5"), (5, "+0.05")])
def test_rounding_the_states_alone_costs_less(d, percent):
    dW_h = work(**EXAMPLE, keep_state=to_decimals(d)).dW_h
    if percent is None:
        assert dW_h == 0
    else:
        error = 100 * (dW_h / work(**EXAMPLE).dW_h - 1)
        assert f"{error:+.{len(percent.partition('.')[2])}f}" == percent


def test_the_example_cannot_show_a_lost_carry_and_another_input_can():
    right, lost = work(**EXAMPLE), work(**EXAMPLE, carry=0.0)
    assert right.dW_h == lost.dW_h
    assert (f"{right.dW_x:.6f}", f"{lost.dW_x:.6f}") == ("0.639666", "0.639676")
    other = EXAMPLE | {"x": (0.1, 0.2), "h_0": 0.1}
    right, lost = work(**other), work(**other, carry=0.0)
    assert (f"{right.dW_h:.6f}", f"{lost.dW_h:.6f}") == ("-0.134325", "-0.061922")
    assert lost.dh_later == (0.0, 0.0)


@given(arguments(), st.sampled_from([1.0, 0.0, 0.5]))
def test_it_equals_the_general_code(example, carry):
    w = work(**example, carry=carry)
    L, h, y, dy, dh_now, d_cell, d_readout, dx = general(**example, carry=carry)
    close(w.h, h)
    close(w.y, y)
    close(w.loss, L)
    close(sum(w.losses), L)
    close(w.dy, dy)
    close(w.dh_now, dh_now)
    close(np.multiply(w.delta, example["W_x"]), dx)
    close(w.dW_x, d_cell.W_x.item())
    close(w.dW_h, d_cell.W_h.item())
    close(w.dW_y, d_readout.W_y.item())
    close(sum(w.delta), d_cell.b.item())


@given(arguments())
def test_its_numbers_are_tied_by_their_equations(example):
    w, T = work(**example), len(example["x"])
    before = (example["h_0"], *w.h[:-1])
    for t in range(T):
        close(w.z[t], example["W_x"] * example["x"][t] + example["W_h"] * before[t])
        close(w.h[t], math.tanh(w.z[t]))
        close(w.slope[t], 1 - w.h[t] ** 2)
        close(w.dh[t], w.dh_now[t] + w.dh_later[t])
        close(w.delta[t], w.slope[t] * w.dh[t])
        close(w.dh_later[t], example["W_h"] * w.delta[t + 1] if t + 1 < T else 0.0)
    assert all(len(part) == T for part in w if isinstance(part, tuple))


@given(arguments())
def test_its_gradients_agree_with_central_differences(example):
    w = work(**example)
    names = ("W_x", "W_h", "W_y")
    weights = tuple(np.array(example[name]) for name in names)
    grads = tuple(np.array(getattr(w, "d" + name)) for name in names)
    f = lambda p: work(**example | dict(zip(names, map(float, p), strict=True))).loss
    assert gradcheck(f, weights, grads) < 1e-6  # a weight of one number may have a tiny gradient


def test_every_named_number_has_its_formula_and_every_printed_one_a_name():
    w = work(**EXAMPLE)
    assert isinstance(w, Worked)
    assert set(PRINTED) <= set(FORMULAS) == set(named(w))
    assert FORMULAS["z_1"] == "W_x x_1 + W_h h_0"
    assert named(w)["L_1"] == w.losses[0]


def test_numbers_are_kept_as_they_are_told():
    assert exactly(0.123456789) == 0.123456789
    assert to_decimals(3)(0.76159) == 0.762
    assert to_decimals(0)(0.76159) == 1
    assert work(**EXAMPLE, keep_state=to_decimals(2)).h == (0.76, 1.0)


def test_by_hand_every_product_is_rounded_before_it_is_added():
    seen = []
    w = work(**EXAMPLE, keep=lambda value: seen.append(value) or value)
    products = [
        *(d * x_t for d, x_t in zip(w.delta, EXAMPLE["x"], strict=True)),
        *(d * h_t for d, h_t in zip(w.dy, w.h, strict=True)),
    ]
    assert set(products) <= set(seen)


def test_numbers_may_be_whole_or_of_numpy():
    plain = work(**EXAMPLE)
    for kind in (np.float64, np.int64, np.float32):
        changes = {name: kind(EXAMPLE[name]) for name in ("W_x", "W_h", "W_y")}
        assert work(**EXAMPLE | changes | {"x": np.array([1, 2]), "y_star": [0, 1]}) == plain


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"W_x": math.nan}, "W_x: got nan, wanted one finite number"),
        ({"W_h": math.inf}, "W_h: got inf, wanted one finite number"),
        ({"W_y": "1"}, "W_y: got '1', wanted one finite number"),
        ({"h_0": (0.0,)}, r"h_0: got \(0.0,\), wanted one finite number"),
        ({"x": ()}, r"x: got shape \(0,\) \(it is empty\), wanted \(T,\)"),
        ({"x": 1.0}, r"x: got shape \(\), wanted \(T,\)"),
        ({"x": ("a", "b")}, "x: got dtype <U1, wanted float32 or float64"),
        ({"x": (1.0, math.nan)}, r"x: got nan at index \(1,\), wanted finite numbers only"),
        ({"y_star": (0.0,)}, r"y_star: got shape \(1,\), wanted \(2,\): one target per x"),
        ({"y_star": None}, "y_star: got dtype object, wanted float32 or float64"),
    ],
)
def test_what_is_no_network_of_numbers_is_refused_in_words(changes, said):
    with pytest.raises(ValueError, match=said):
        work(**EXAMPLE | changes)


def test_fewer_than_no_decimals_are_refused_in_words():
    with pytest.raises(ValueError, match="d: got -1, wanted a whole number of 0 or more"):
        to_decimals(-1)
