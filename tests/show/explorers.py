"""All explorers in one place, each made once: what is drawn depends on the setting alone (a test holds that)."""

import numpy as np

from rnn_core import CharModel, Dot, EncoderDecoder, Vocabulary, show
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


def costs():
    """Lesson 11's explorer with its own counts."""
    products = {"recurrence": lambda T, n: T * n**2, "attention": lambda T, n: 2 * T**2 * n}
    return show.costs(products, {"recurrence": lambda T: T, "attention": lambda T: 1})


def writer(text="Johanna\nSarah B.\nMichi\n", n_h=40, size=4, **options):
    """An untrained character model of large weights, so that it has preferences."""
    rng = np.random.default_rng(0)
    model = CharModel.init(rng, Vocabulary.from_text(text), n_h=n_h, **options)
    return tree_map(lambda a: size * a, model)


MAKERS = {
    "neuron": show.neuron,
    "window": window,
    "flow": show.flow,
    "stepper": show.stepper,
    "truncation": show.truncation,
    "eigenvalues": show.eigenvalues,
    "telephone": show.telephone,
    "claim": lambda: show.claim(
        {"GRU": np.linspace(-4, 8, 50), "like today": np.linspace(-3, 3, 50)}
    ),
    "cliff": show.cliff,
    "gradient_arrives": show.gradient_arrives,
    "alignment": alignment,
    "costs": costs,
    "temperature": lambda: show.temperature(writer("Sarah B.\nMichi\nLou\n"), known={"Lou"}),
    "next_letter": lambda: show.next_letter(writer()),
    "tank": show.tank,
}
EVENTFUL = {
    "stepper": {"step": 20},
    "cliff": {"clipping": "on"},
}  # a setting at which every control has something to move


MADE = {}


def live(name):
    """The explorer of that name, shared by all tests; each test finds it as it starts."""
    if name not in MADE:
        MADE[name] = MAKERS[name]()
    return MADE[name]


def restart():
    """Move back what the test before has moved."""
    for explorer in MADE.values():
        if explorer.values != start(explorer):
            explorer.set(**start(explorer))


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
    return {c["name"]: _drawn(c, rng) for c in explorer.controls}


def _drawn(control, rng):
    if control["kind"] == "choice":
        return control["options"][rng.integers(len(control["options"]))]
    if control["kind"] == "text":
        letters = [*control["start"], " ", "é", "中", "-", "$", "_", "\n"]
        return "".join(rng.choice(letters, rng.integers(control["most"] + 4)))
    return rng.uniform(control["low"], control["high"])
