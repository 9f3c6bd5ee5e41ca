"""All explorers in one place, each made once: what is drawn depends on the setting alone (a test holds that)."""

from functools import cache

import numpy as np

from rnn_core import Dot, EncoderDecoder, show
from rnn_core.tasks import agreement, reversal
from rnn_core.tree import tree_map


def window():
    """Lesson 01's explorer over the longest sentences that it takes."""
    rng = np.random.default_rng(0)
    distances = (3, 6, 12, 24)
    data = {d: agreement(rng, 50, d) for d in distances}
    k = np.arange(1, 28)
    return show.window(data, {d: np.where(k >= d + 1, 1.0, 0.5) for d in distances})


def alignment():
    """Lesson 10's explorer over sources of unequal length; large random weights, so that it looks at few letters."""
    rng = np.random.default_rng(0)
    model = EncoderDecoder.init(rng, 8, 9, 16, 8, score=Dot)
    return show.alignment(tree_map(lambda a: 6 * a, model), reversal(rng, 20, 3, 8))


MAKERS = {
    "neuron": show.neuron,
    "window": window,
    "flow": show.flow,
    "stepper": show.stepper,
    "truncation": show.truncation,
    "eigenvalues": show.eigenvalues,
    "telephone": show.telephone,
    "cliff": show.cliff,
    "gradient_arrives": show.gradient_arrives,
    "alignment": alignment,
    "tank": show.tank,
}
EVENTFUL = {
    "stepper": {"step": 20},
    "cliff": {"clipping": "on"},
}  # a setting at which every control has something to move


@cache
def live(name):
    """The explorer of that name, shared by all tests; every test sets all its controls."""
    return MAKERS[name]()


def start(explorer):
    """{control: where it starts}."""
    return {c["name"]: c["start"] for c in explorer.controls}


def sample(name, n, seed=0):
    """Settings to draw: the start, n corners, and n settings anywhere, the same on every run."""
    explorer, rng = live(name), np.random.default_rng(seed)
    corners = list(explorer.corners())
    picked = rng.choice(len(corners), min(n, len(corners)), replace=False)
    yield start(explorer)
    yield from (corners[i] for i in sorted(picked))
    yield from (anywhere(explorer, rng) for _ in range(n))


def anywhere(explorer, rng):
    """One setting drawn at random."""
    return {
        c["name"]: c["options"][rng.integers(len(c["options"]))]
        if c["kind"] == "choice"
        else rng.uniform(c["low"], c["high"])
        for c in explorer.controls
    }
