"""Matrices have the spectrum that was asked for, and long products grow and shrink as they must, in logarithms."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import cases, close

from rnn_core import RNN, LinearRNN, ReluRNN
from rnn_core.bptt import step_back, through_time
from rnn_core.spectrum import (
    circle_carried,
    circle_of_eigenvalues,
    condition_number,
    eigenvalues_of,
    fit_gamma,
    jacobians,
    largest_singular_value,
    log_gradient_norms,
    log_norms_of_powers,
    log_norms_of_products,
    lyapunov_exponent,
    orthogonal,
    spectral_radius,
    with_eigenvalues,
    with_singular_values,
)

BUMP = np.array([[0.9, 5.0], [0.0, 0.9]])


def rng(seed=0):
    """A generator of its own for every use."""
    return np.random.default_rng(seed)


@st.composite
def spectra(draw, largest=2.0):
    """Real numbers and conjugate pairs, one to six of them, in any order."""
    size = st.floats(0.01, largest)
    real = draw(st.lists(st.one_of(size, size.map(lambda v: -v), st.just(0.0)), max_size=3))
    pairs = draw(st.lists(st.tuples(size, st.floats(0.05, 3.1)), min_size=not real, max_size=2))
    up = [r * np.exp(1j * angle) for r, angle in pairs]
    values = [*real, *up, *np.conj(up)]
    return np.array(draw(st.permutations(values)), complex)


def same_set(got, wanted, tolerance):
    """Each of two lists has a partner in the other, all different."""
    left = list(got)
    assert len(left) == len(wanted)
    for w in wanted:
        nearest = min(range(len(left)), key=lambda i: abs(left[i] - w))
        assert abs(left.pop(nearest) - w) <= tolerance


@given(spectra(), st.integers(0, 99))
def test_the_eigenvalues_of_a_normal_matrix_come_back(values, seed):
    W = with_eigenvalues(rng(seed), values)
    assert W.dtype == np.float64
    same_set(np.linalg.eigvals(W), values, 1e-8)
    close(W @ W.T, W.T @ W, 1e-12)
    same_set(np.linalg.svd(W, compute_uv=False), np.abs(values), 1e-8)


@given(spectra(), st.floats(0.1, 5), st.integers(0, 99))
def test_a_matrix_that_is_not_normal_keeps_its_spectrum_and_has_the_departure(values, dep, seed):
    blocks = sum(v.imag >= 0 for v in values)
    assume(blocks > 1)
    W = with_eigenvalues(rng(seed), values, dep)
    n = len(values)
    # traces of powers are the sums of powers of the eigenvalues, however ill-conditioned these are
    power, scale = np.eye(n), max(1.0, np.linalg.norm(W))
    for k in range(1, n + 1):
        power = power @ W
        wanted = (values**k).sum()
        assert abs(wanted.imag) < 1e-9 * scale**k
        assert abs(np.trace(power) - wanted.real) < 1e-10 * scale**k
    departure = np.linalg.norm(W) ** 2 - (np.abs(values) ** 2).sum()
    assert abs(departure - dep**2) < 1e-9 * scale**2
    assert np.linalg.norm(W @ W.T - W.T @ W) > 1e-6


def test_the_schur_form_holds_the_eigenvalues_on_its_diagonal():
    # Q is the first thing drawn for a normal matrix, so that it can be drawn again and taken away
    values = [0.5, 0.5, -0.25]
    Q = orthogonal(rng(3), 3)
    close(Q.T @ with_eigenvalues(rng(3), values) @ Q, np.diag(values))
    again = rng(3)
    again.normal(size=(3, 3))  # what lies above the diagonal
    Q = orthogonal(again, 3)
    T = Q.T @ with_eigenvalues(rng(3), values, 2.0) @ Q
    close(np.diag(T), values)
    close(np.tril(T, -1), np.zeros((3, 3)))
    assert np.linalg.norm(np.triu(T, 1)) == pytest.approx(2)


def test_a_pair_is_a_turn_of_the_plane():
    W = with_eigenvalues(rng(), [2j, -2j])
    close(W @ W, -4 * np.eye(2))


def test_matrices_are_drawn_anew_and_again_from_a_seed():
    for make in (
        lambda r: orthogonal(r, 4),
        lambda r: with_eigenvalues(r, [1, 2, 3], 1),
        lambda r: with_singular_values(r, [1, 2, 3]),
    ):
        np.testing.assert_array_equal(make(rng(0)), make(rng(0)))
        assert np.abs(make(rng(0)) - make(rng(1))).max() > 0.01


@pytest.mark.parametrize("n", [1, 2, 7])
def test_an_orthogonal_matrix_keeps_every_length(n):
    W = orthogonal(rng(), n)
    close(W.T @ W, np.eye(n))


def test_orthogonal_matrices_favour_no_direction():
    # of 2000 one-by-one matrices half are +1; the mean of many larger ones is 0 in every entry
    signs = [orthogonal(rng(seed), 1).item() for seed in range(2000)]
    assert set(np.round(signs, 12)) == {-1.0, 1.0}
    assert abs(np.mean(signs)) < 0.1
    draw = rng()
    mean = np.mean([orthogonal(draw, 3) for _ in range(2000)], axis=0)
    assert np.abs(mean).max() < 4 / np.sqrt(3 * 2000)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=6), st.integers(0, 99))
def test_the_singular_values_come_back(s, seed):
    W = with_singular_values(rng(seed), s)
    close(np.linalg.svd(W, compute_uv=False), np.sort(s)[::-1], 1e-10)


def test_singular_values_leave_the_eigenvectors_free():
    W = with_singular_values(rng(), [3, 2, 1])
    assert np.linalg.norm(W @ W.T - W.T @ W) > 0.1


@pytest.mark.parametrize(
    ("n", "angle", "wanted"),
    [
        (1, 1.0, [0]),
        (2, np.pi / 2, [90, -90]),
        (3, np.pi / 2, [90, -90, 0]),
        (4, np.pi, [90, -90, 180, 180]),
        (4, 0.0, [0, 0, 0, 0]),
        (7, 1.5, [np.degrees(0.5 * k) for k in (-3, -2, -1, 0, 1, 2, 3)]),
    ],
)
def test_a_circle_of_eigenvalues_is_spread_evenly_up_to_the_angle(n, angle, wanted):
    values = circle_of_eigenvalues(n, 0.8, angle)
    assert values.shape == (n,)
    same_set(values, 0.8 * np.exp(1j * np.radians(wanted)), 1e-12)
    same_set(eigenvalues_of(with_eigenvalues(rng(), values)), values, 1e-8)


def test_a_circle_of_radius_0_gives_the_zero_matrix():
    values = circle_of_eigenvalues(5, 0.0, 2.0)
    assert not np.any(values)
    assert not with_eigenvalues(rng(), values).any()


@given(spectra(), st.integers(0, 99))
def test_spectral_radius_and_largest_singular_value_are_the_largest(values, seed):
    W = with_eigenvalues(rng(seed), values)
    assert spectral_radius(W) == pytest.approx(np.abs(values).max(), rel=1e-9, abs=1e-12)
    s = with_singular_values(rng(seed), np.abs(values))
    assert largest_singular_value(s) == pytest.approx(np.abs(values).max(), rel=1e-9)


def test_the_largest_singular_value_bounds_the_radius_and_can_be_far_from_it():
    assert spectral_radius(BUMP) == pytest.approx(0.9)
    assert largest_singular_value(BUMP) == pytest.approx((5 + np.sqrt(25 + 4 * 0.81)) / 2)


def test_the_condition_number_is_the_ratio_of_singular_values():
    assert condition_number(with_singular_values(rng(), [4, 2, 0.5])) == pytest.approx(8)
    assert condition_number(orthogonal(rng(), 4)) == pytest.approx(1)
    assert condition_number(np.diag([1.0, 0.0])) == np.inf
    assert condition_number(np.zeros((2, 2))) == np.inf


def test_powers_of_the_bump_peak_at_the_ninth_and_are_below_1_from_the_55th():
    norms = np.exp(log_norms_of_powers(BUMP, 100))
    assert norms.argmax() == 9
    assert norms[9] == pytest.approx(19.4, abs=0.05)
    assert (norms[1:55] > 1).all()
    assert (norms[55:] < 1).all()


@given(st.integers(1, 4), st.integers(0, 8), st.integers(0, 99))
def test_log_norms_of_powers_are_those_of_the_powers(n, K, seed):
    W = rng(seed).normal(size=(n, n))
    wanted = [np.log(np.linalg.norm(np.linalg.matrix_power(W, k), 2)) for k in range(K + 1)]
    close(log_norms_of_powers(W, K), wanted, 1e-9)


@pytest.mark.parametrize("radius", [0.5, 2.0, 1e-30, 1e30])
def test_log_norms_of_thousands_of_powers_stay_in_range(radius):
    logs = log_norms_of_powers(radius * orthogonal(rng(), 3), 3000)
    np.testing.assert_allclose(logs, np.arange(3001) * np.log(radius), rtol=1e-9, atol=1e-9)


def test_the_log_norm_of_nothing_is_minus_infinity():
    nilpotent = np.diag([1.0, 1.0], 1)
    same = np.testing.assert_array_equal
    same(log_norms_of_powers(nilpotent, 5), [0, 0, 0, -np.inf, -np.inf, -np.inf])
    same(log_norms_of_powers(np.zeros((2, 2)), 2), [0, -np.inf, -np.inf])
    same(log_norms_of_powers(BUMP, 0), [0])


def test_products_are_taken_in_the_order_of_the_array():
    A, B = np.array([[0.0, 2.0], [0.0, 0.0]]), np.diag([5.0, 3.0])
    np.testing.assert_allclose(log_norms_of_products([A, B]), np.log([1, 2, 6]))
    np.testing.assert_allclose(log_norms_of_products(np.array([B, A])), np.log([1, 5, 10]))
    assert log_norms_of_products(np.empty((0, 2, 2))).tolist() == [0]


@given(cases(lengths=False))
def test_jacobians_are_what_moving_the_state_before_does_to_a_state(case):
    h, tape = case.cell.forward(case.x, case.state)
    J = jacobians(case.cell, tape)
    T, B, n_h = h.shape
    assert J.shape == (T, B, n_h, n_h)
    step = 1e-6
    for t in range(T):
        before = tape.state0 if t == 0 else h[t - 1]
        for k in range(n_h):
            move = step * np.eye(n_h)[k]
            up, down = (
                case.cell.forward(case.x[t : t + 1], before + side * move)[0][0] for side in (1, -1)
            )
            close(J[t, :, :, k], (up - down) / (2 * step), 1e-8)


@given(cases(lengths=False))
def test_products_of_jacobians_carry_the_gradient_back(case):
    h, tape = case.cell.forward(case.x, case.state)
    v = case.dstate
    logs = log_gradient_norms(case.cell, tape, v)
    J, back, wanted = jacobians(case.cell, tape), v, [np.linalg.norm(v)]
    for t in reversed(range(len(h))):
        back = np.einsum("bij,bi->bj", J[t], back)
        wanted.append(np.linalg.norm(back))
    close(np.exp(logs), wanted[::-1], 1e-9)
    norm = np.linalg.norm(J[-1, 0], 2)
    assert np.exp(log_norms_of_products(J[::-1, 0])[1]) == pytest.approx(norm, abs=1e-12)


@given(cases(lengths=False))
def test_log_gradient_norms_are_those_of_backpropagation(case):
    h, tape = case.cell.forward(case.x, case.state)
    dh = np.zeros_like(h)
    dh[-1] = case.dstate
    total, _ = through_time(dh, step_back(case.cell.slope(h), case.cell.W_h))
    logs = log_gradient_norms(case.cell, tape, case.dstate)
    close(np.exp(logs[1:]), np.linalg.norm(total, axis=(1, 2)), 1e-10)
    _, _, dstate0 = case.cell.backward(tape, dstate=case.dstate)
    close(np.exp(logs[0]), np.linalg.norm(dstate0), 1e-10)


def quiet(cell, T, B=1):
    """The tape of T steps without input from state 0."""
    return cell.forward(np.zeros((T, B, cell.W_x.shape[1])))[1]


@pytest.mark.parametrize("radius", [1e-3, 3.0])
def test_log_gradient_norms_of_a_thousand_steps_stay_in_range(radius):
    cell = LinearRNN(np.ones((3, 1)), radius * orthogonal(rng(), 3), np.zeros(3))
    logs = log_gradient_norms(cell, quiet(cell, 1000), np.eye(3)[:1])
    np.testing.assert_allclose(logs, np.arange(1000, -1, -1) * np.log(radius), rtol=1e-9, atol=1e-9)


def test_a_gradient_that_dies_is_minus_infinity_from_there_on():
    nilpotent = LinearRNN(np.ones((2, 1)), np.array([[0.0, 1.0], [0.0, 0.0]]), np.zeros(2))
    logs = log_gradient_norms(nilpotent, quiet(nilpotent, 4), np.array([[1.0, 0.0]]))
    assert logs.tolist() == [-np.inf, -np.inf, -np.inf, 0, 0]
    logs = log_gradient_norms(nilpotent, quiet(nilpotent, 2), np.zeros((1, 2)))
    assert logs.tolist() == [-np.inf] * 3


def test_the_lyapunov_exponent_of_a_linear_network_is_the_log_of_its_radius():
    values = [0.9, 0.3, 0.5j, -0.5j]
    for departure in (0.0, 3.0):
        W_h = with_eigenvalues(rng(), values, departure)
        cell = LinearRNN(np.ones((4, 1)), W_h, np.zeros(4))
        x = rng().normal(size=(2000, 3, 1))
        assert lyapunov_exponent(cell, x, rng()) == pytest.approx(np.log(0.9), abs=0.01)


def test_the_lyapunov_exponent_of_tanh_at_rest_is_that_of_its_linear_part():
    W_h = 1.3 * orthogonal(rng(), 5)
    cell = RNN(np.ones((5, 1)), W_h, np.zeros(5))
    x = np.zeros((50, 2, 1))
    assert lyapunov_exponent(cell, x, rng()) == pytest.approx(np.log(1.3))
    assert (
        lyapunov_exponent(cell, np.ones((500, 1, 1)) * 9, rng()) < -1
    )  # saturated: all is forgotten


def test_the_lyapunov_exponent_starts_at_the_state_and_takes_symbols():
    cell = RNN(np.zeros((1, 2)), np.ones((1, 1)), np.zeros(1))
    symbols, state = np.zeros((1, 1), int), np.array([[2.0]])
    wanted = np.log(1 - np.tanh(2.0) ** 2)
    assert lyapunov_exponent(cell, symbols, rng(), state) == pytest.approx(wanted)


def test_the_lyapunov_exponent_is_the_mean_over_the_rows():
    cell = RNN(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1))
    x = np.array([0.5, 1.5]).reshape(1, 2, 1)
    wanted = np.log(1 - np.tanh([0.5, 1.5]) ** 2).mean()
    assert lyapunov_exponent(cell, x, rng()) == pytest.approx(wanted)


@given(cases(lengths=False))
def test_the_lyapunov_exponent_is_that_of_the_product_of_jacobians(case):
    assume(type(case.cell) is not ReluRNN)
    _, tape = case.cell.forward(case.x, case.state)
    v = rng(5).normal(size=tape.state.shape)
    v /= np.linalg.norm(v, axis=1, keepdims=True)
    for J in jacobians(case.cell, tape):
        v = np.einsum("bij,bj->bi", J, v)
    rates = np.log(np.linalg.norm(v, axis=1)) / len(tape.h)
    found = lyapunov_exponent(case.cell, case.x, rng(5), case.state)
    assert found == pytest.approx(rates.mean(), abs=1e-9)


def test_a_difference_that_dies_has_an_exponent_of_minus_infinity():
    dead = ReluRNN(np.ones((2, 1)), np.eye(2), -np.ones(2))
    assert lyapunov_exponent(dead, np.zeros((3, 1, 1)), rng()) == -np.inf


@given(st.floats(0.1, 3), st.integers(2, 60), st.floats(1e-6, 1e6))
def test_gamma_is_recovered_from_a_decay(gamma, T, last):
    norms = last * gamma ** np.arange(T - 1, -1, -1.0)
    assert fit_gamma(norms) == pytest.approx(gamma, rel=1e-6)


def test_gamma_of_a_decay_with_noise_is_near_and_takes_a_list():
    noise = np.exp(0.1 * rng().normal(size=200))
    assert fit_gamma(0.8 ** np.arange(199, -1, -1.0) * noise) == pytest.approx(0.8, rel=1e-3)
    assert fit_gamma([1, 2, 4]) == pytest.approx(0.5)


def test_a_circle_is_carried_along_by_the_powers():
    images = circle_carried(BUMP, 3)
    assert images.shape == (4, 2, 121)
    close((images[0] ** 2).sum(axis=0), np.ones(121))
    for k, image in enumerate(images):
        close(image, np.linalg.matrix_power(BUMP, k) @ images[0])
    assert len(circle_carried(BUMP, 0)) == 1
