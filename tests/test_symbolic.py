"""The network in symbols: what sympy differentiates is what the code computes."""

import pytest
import sympy
from strategies import close

from rnn_core.symbolic import WEIGHTS, unrolled
from rnn_core.worked import EXAMPLE, work

EXAMPLES = {
    1: {"W_x": 0.7, "W_h": -1.2, "W_y": 0.9, "x": (0.4,), "y_star": (0.5,), "h_0": 0.3},
    2: EXAMPLE | {"x": (0.1, 0.2), "h_0": 0.1},
    3: {
        "W_x": 0.6,
        "W_h": 1.1,
        "W_y": -0.8,
        "x": (0.5, -0.3, 0.8),
        "y_star": (0.1, 0.4, -0.6),
        "h_0": -0.2,
    },
}
lengths = pytest.mark.parametrize("T", EXAMPLES)


def differences(example, weight, eps=1e-5):
    """∂L/∂weight by two values of the loss."""
    up, down = (work(**example | {weight: example[weight] + e}).loss for e in (eps, -eps))
    return (up - down) / (2 * eps)


def total(net, by, example):
    """∂L/∂by as a number."""
    return net.value(net.total(net.L, by), net.numbers(**example))


@lengths
@pytest.mark.parametrize("tied", [True, False])
def test_every_name_has_the_value_that_the_code_computes(T, tied):
    net, w = unrolled(T, tied), work(**EXAMPLES[T])
    given = net.numbers(**EXAMPLES[T])
    for names, values in ((net.z, w.z), (net.h, w.h), (net.y, w.y), (net.losses, w.losses)):
        close([net.value(name, given) for name in names], values)
    close(net.value(net.L, given), w.loss)
    assert list(net.equations) == [
        *(n for t in range(T) for n in (net.z[t], net.h[t], net.y[t], net.losses[t])),
        net.L,
    ]


@lengths
@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_total_derivative_is_that_of_the_code_and_of_differences(T, weight):
    net, example = unrolled(T), EXAMPLES[T]
    got = total(net, getattr(net, weight), example)
    close(got, getattr(work(**example), "d" + weight), 1e-9)
    close(got, differences(example, weight), 1e-8)


@lengths
@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_copies_of_an_untied_weight_add_up_to_the_tied_one(T, weight):
    free, example = unrolled(T, tied=False), EXAMPLES[T]
    copies = getattr(free, weight)
    assert [str(c) for c in copies] == [f"{weight}^({t})" for t in range(1, T + 1)]
    parts = [total(free, copy, example) for copy in copies]
    close(sum(parts), getattr(work(**example), "d" + weight), 1e-9)
    w = work(**example)
    before = (example["h_0"], *w.h[:-1])
    terms = {
        "W_x": zip(w.delta, example["x"], strict=True),
        "W_h": zip(w.delta, before, strict=True),
        "W_y": zip(w.dy, w.h, strict=True),
    }[weight]
    close(parts, [a * b for a, b in terms], 1e-9)


@lengths
def test_the_total_derivatives_by_states_are_those_of_the_backward_pass(T):
    net, w = unrolled(T), work(**EXAMPLES[T])
    given = net.numbers(**EXAMPLES[T])
    for names, values in ((net.z, w.delta), (net.h, w.dh), (net.y, w.dy)):
        close([net.value(net.total(net.L, n), given) for n in names], values, 1e-9)


@lengths
def test_a_finite_difference_moves_one_name_and_all_that_follows_from_it(T):
    net, w = unrolled(T), work(**EXAMPLES[T])
    given = net.numbers(**EXAMPLES[T])
    found = lambda names: [net.finite_difference(n, given) for n in names]
    close(found((net.W_x, net.W_h, net.W_y)), [w.dW_x, w.dW_h, w.dW_y], 1e-8)
    close(found(net.z), w.delta, 1e-8)
    close(found(net.h), w.dh, 1e-8)
    assert net.finite_difference(net.h[0], given, eps=0.5) != found(net.h[:1])[0]


def test_immediate_and_total_derivative_are_different_things():
    net = unrolled(2)
    z_2, W_x, W_h = net.z[1], net.W_x, net.W_h
    h_1, x_1, x_2 = net.h[0], *net.x
    assert net.immediate(z_2, W_h) == h_1
    assert net.immediate(z_2, W_x) == x_2
    slope = 1 - sympy.tanh(W_x * x_1 + W_h * net.h_0) ** 2
    assert sympy.simplify(net.total(z_2, W_x) - (x_2 + W_h * slope * x_1)) == 0
    assert sympy.simplify(net.total(z_2, W_h) - (net.expand(h_1) + W_h * slope * net.h_0)) == 0
    assert net.immediate(z_2, h_1) == net.total(z_2, h_1) == W_h
    assert net.immediate(net.L, net.losses[0]) == 1
    assert net.immediate(net.L, W_h) == 0


def test_what_is_expanded_holds_weights_and_inputs_only():
    net = unrolled(2)
    inputs = {net.W_x, net.W_h, net.W_y, *net.x, *net.y_star, net.h_0}
    assert net.expand(net.L).free_symbols == inputs
    assert net.expand(net.L, keep=net.h[0]).free_symbols == inputs - {net.x[0], net.h_0} | {
        net.h[0]
    }


def test_a_prediction_wears_its_hat_in_formulas_alone():
    y_1 = unrolled(1).y[0]
    assert str(y_1) == "y_1"
    assert sympy.latex(y_1) == r"\hat{y}_{1}"


def test_numbers_are_exact_so_that_nothing_is_lost_to_cancellation():
    net = unrolled(2)
    given = net.numbers(**EXAMPLE | {"x": (0.1, 0.2)})
    assert given[net.x[0]] == sympy.Rational(1, 10)
    assert given[net.h_0] == 0
    free = unrolled(2, tied=False)
    copies = free.numbers(**EXAMPLE)
    assert [copies[c] for c in free.W_h] == [2, 2]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda net: unrolled(0), "T: got 0, wanted a whole number of 1 or more"),
        (lambda net: unrolled(2.0), "T: got 2.0, wanted a whole number"),
        (lambda net: net.equation(net.W_x), "quantity: got W_x, wanted one of z_1, h_1, y_1, L_1"),
        (lambda net: net.immediate(net.h_0, net.W_h), "quantity: got h_0, wanted one of"),
        (lambda net: net.value(net.L, {net.W_x: 1}), "numbers: got none for W_h, W_y, h_0, x_1"),
        (
            lambda net: net.numbers(**EXAMPLE | {"x": (1.0,)}),
            r"x: got shape \(1,\), wanted \(2,\): one number per step",
        ),
        (
            lambda net: net.numbers(**EXAMPLE | {"y_star": (1, 2, 3)}),
            r"y_star: got shape \(3,\), wanted \(2,\): one number per step",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_words(act, said):
    with pytest.raises(ValueError, match=said):
        act(unrolled(2))
