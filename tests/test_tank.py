"""An LSTM whose gates are set by hand: they take the wanted values, and backpropagation says what is kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.tank import kept, run

T = 6
SHARES = st.lists(st.floats(0, 1), min_size=T, max_size=T)
WATER = st.lists(st.floats(-1, 1), min_size=T, max_size=T)


@given(SHARES, SHARES, WATER, SHARES)
def test_the_gates_take_the_values_that_are_asked_for(i, f, g, o):
    steps, tape = run(i, f, g, o)
    C = 0.0
    for t in range(T):
        C = f[t] * C + i[t] * g[t]
        step = [a[t] for a in steps]
        assert step == pytest.approx([i[t], f[t], g[t], o[t], C, o[t] * np.tanh(C)], abs=1e-12)
    np.testing.assert_array_equal(tape.inner.c[:, 0, 0], steps.C)
    np.testing.assert_array_equal(tape.h[:, 0, 0], steps.h)


def test_nought_and_one_are_exact():
    gate = [0.0, 1.0, 0.0, 1.0]
    steps, _ = run(gate, gate, [-1.0, 0.8, 1.0, 0.0], gate)
    for a in (steps.i, steps.f, steps.o):
        assert a.tolist() == gate
    assert steps.g == pytest.approx([-1, 0.8, 1, 0], abs=1e-15)


@given(SHARES, SHARES, WATER, st.integers(1, T))
def test_what_is_kept_is_the_product_of_the_forget_gates(i, f, g, s):
    _, tape = run(i, f, g, [0.5] * T)
    wanted = [np.prod(f[s:t]) for t in range(s, T + 1)]
    np.testing.assert_allclose(kept(tape, s), wanted, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"i": [0.5, 1.2]}, "^i: got 1.2, wanted numbers 0 … 1$"),
        ({"f": [-0.1, 0.5]}, "^f: got -0.1, wanted numbers 0 … 1$"),
        ({"g": [0.5, -1.5]}, "^g: got -1.5, wanted numbers -1 … 1$"),
        ({"o": [0.5, np.nan]}, "^o: got nan at index .* finite"),
        ({"o": [0.5]}, r"^o: got shape \(1,\), wanted \(2,\) like i$"),
        ({"g": 0.5}, r"^g: got shape \(\), wanted \(2,\) like i$"),
        ({"i": [[0.5, 0.5]]}, r"^i: got shape \(1, 2\), wanted \(T,\)$"),
    ],
)
def test_other_numbers_are_refused_in_words(change, words):
    with pytest.raises(ValueError, match=words):
        run(**{name: [0.5, 0.5] for name in "ifgo"} | change)


@pytest.mark.parametrize("s", [0, T + 1, 2.0])
def test_a_step_outside_is_refused(s):
    _, tape = run(*[[0.5] * T] * 4)
    with pytest.raises(ValueError, match=f"^s: got {s}, wanted "):
        kept(tape, s)
