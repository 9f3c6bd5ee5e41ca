"""Figures (arrays in, matplotlib out) and explorers (sliders → core → figure). No mathematics of its own."""

from .curves import lines, states_over_words, surface
from .flow import flow
from .graph import unrolled
from .live import Choice, LiveFigure, Slider, Steps
from .neuron import neuron
from .predict import compare
from .stepper import stepper
from .style import figure, still
from .window import window

__all__ = [
    "Choice",
    "LiveFigure",
    "Slider",
    "Steps",
    "compare",
    "figure",
    "flow",
    "lines",
    "neuron",
    "states_over_words",
    "stepper",
    "still",
    "surface",
    "unrolled",
    "window",
]
