"""Lesson 05's telephone game: what is drawn is what was heard, and the share is counted right."""

import re

import numpy as np
import pytest
from explorers import live

from rnn_core.show.telephone import GAMES, PEOPLE, SHOWN, _play


def share():
    """The line of the lower axes."""
    return live("telephone")._fig.axes[1].lines[-1].get_ydata()


def test_a_message_is_passed_on_by_tanh_with_noise():
    heard = _play(0.8, 0.3)
    noise = 0.3 * np.random.default_rng(0).normal(size=(PEOPLE, 2 * GAMES))
    assert (heard[0, :GAMES] == 1).all()
    assert (heard[0, GAMES:] == -1).all()
    for k in range(PEOPLE):
        np.testing.assert_allclose(heard[k + 1], np.tanh(0.8 * heard[k] + noise[k]), rtol=1e-12)


def test_ten_games_of_each_are_drawn_and_the_share_is_that_of_all():
    explorer = live("telephone")
    summary = explorer.set(gain=1.3, noise=0.4)
    heard = _play(1.3, 0.4)
    games = [line.get_ydata() for line in explorer._fig.axes[0].lines[-2 * SHOWN :]]
    wanted = np.concatenate([heard[:, :SHOWN], heard[:, GAMES : GAMES + SHOWN]], axis=1)
    np.testing.assert_array_equal(games, wanted.T)
    right = [
        (np.count_nonzero(h[:GAMES] > 0) + np.count_nonzero(h[GAMES:] < 0)) / 800 for h in heard
    ]
    np.testing.assert_allclose(share(), right)
    assert f"heard right in {100 * right[-1]:.0f} % of games" in summary


@pytest.mark.parametrize(
    ("gain", "noise", "percent"), [(0.0, 0.0, 50), (1.0, 0.0, 100), (2.0, 0.0, 100)]
)
def test_without_noise_a_message_stands_unless_nothing_is_passed_on(gain, noise, percent):
    summary = live("telephone").set(gain=gain, noise=noise)
    assert f"heard right in {percent} % of games" in summary
    assert share()[-1] == percent / 100


def test_a_small_gain_forgets_and_a_large_one_keeps_the_message():
    found = {}
    for gain in (0.5, 2.0):
        summary = live("telephone").set(gain=gain, noise=0.2)
        found[gain] = int(re.search(r"right in (\d+) %", summary)[1])
    assert found[0.5] < 60 < 95 < found[2.0]


def test_all_of_the_share_is_in_the_picture():
    low, high = live("telephone")._fig.axes[1].get_ylim()
    for gain in np.linspace(0, 2, 9):
        for noise in (0, 0.5, 1):
            live("telephone").set(gain=gain, noise=noise)
            assert low < share().min()
            assert share().max() < high
