"""Figures (arrays in, matplotlib out) and explorers (sliders → core → figure). No mathematics of its own."""

from .cliff import cliff
from .curves import ball, circles, lines, seeds, states_over_words, surface
from .eigenvalues import eigenvalues
from .flow import flow
from .graph import unrolled
from .live import Choice, LiveFigure, Slider, Steps
from .neuron import neuron
from .predict import compare
from .stepper import stepper
from .style import figure, still
from .telephone import telephone
from .truncation import truncation
from .window import window

__all__ = [
    "Choice",
    "LiveFigure",
    "Slider",
    "Steps",
    "ball",
    "circles",
    "cliff",
    "compare",
    "eigenvalues",
    "figure",
    "flow",
    "lines",
    "neuron",
    "seeds",
    "states_over_words",
    "stepper",
    "still",
    "surface",
    "telephone",
    "truncation",
    "unrolled",
    "window",
]
