"""Explorer of lesson 05: the telephone game, a message passed on by word of mouth."""

import numpy as np

from ..cells import RNN
from .graph import numbers
from .live import LiveFigure, Slider
from .style import FAINT, GRADIENT, STATE, figure

PEOPLE, GAMES, SHOWN = 30, 400, 10


def _play(gain, noise):
    """(PEOPLE + 1, 2 GAMES) what each person hears; the first half of the columns began with +1, the rest with −1."""
    rng = np.random.default_rng(0)
    cell = RNN(np.ones((1, 1)), np.full((1, 1), gain), np.zeros(1))
    start = np.repeat([[1.0], [-1.0]], GAMES, axis=0)
    h, _ = cell.forward(noise * rng.normal(size=(PEOPLE, 2 * GAMES, 1)), state=start)
    return np.concatenate([start[None], h])[:, :, 0]


def telephone():
    """`LiveFigure`: 20 of 800 games, and the share heard right person by person; sliders for gain and noise."""
    fig, (top, bottom) = figure(8.8, 4.8, nrows=2, sharex=True, height_ratios=[1.5, 1])
    top.set(xlim=(0, PEOPLE), ylim=(-1.2, 1.2), ylabel="what is heard")
    top.set_title("Ten games that began with +1 (solid) and ten with −1 (dashed)")
    bottom.set(ylim=(0.4, 1.05), ylabel="heard right", xlabel="person in the chain")
    bottom.set_yticks((0.5, 0.75, 1), ("50 %", "75 %", "100 %"))
    bottom.set_title("Share of 800 games in which the sign still stands")
    top.axhline(0, color=FAINT, lw=1)
    bottom.axhline(0.5, color=FAINT, lw=1)
    people = np.arange(PEOPLE + 1)
    plus = [top.plot([], [], color=STATE, lw=1, alpha=0.7)[0] for _ in range(SHOWN)]
    minus = [top.plot([], [], color=GRADIENT, lw=1, alpha=0.7, ls="--")[0] for _ in range(SHOWN)]
    (share,) = bottom.plot([], [], "-o", color=STATE, ms=4)

    def update(gain, noise):
        heard = _play(gain, noise)
        for k in range(SHOWN):
            plus[k].set_data(people, heard[:, k])
            minus[k].set_data(people, heard[:, GAMES + k])
        signs = np.sign(heard) * np.sign(heard[0])
        right = (1 + signs.mean(axis=1)) / 2  # whoever hears 0 guesses: right in half the games
        share.set_data(people, right)
        gap = heard[-1, :GAMES].mean() - heard[-1, GAMES:].mean()
        return (
            f"Each passes on tanh(w · heard + noise) with w = {gain:.2f} and noise of size {noise:.2f}: "
            f"after {PEOPLE} people the message is heard right in {100 * right[-1]:.0f} % of games "
            f"(chance 50 %); mean difference of the two messages {numbers(gap)}."
        )

    return LiveFigure(
        "The telephone game",
        fig,
        [*plus, *minus, share],
        update,
        [
            Slider("gain", "gain w (= W_h)", 0.0, 2.0, 0.05, 0.9),
            Slider("noise", "noise", 0.0, 1.0, 0.05, 0.2),
        ],
    )
