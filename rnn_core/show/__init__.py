"""Figures (arrays in, matplotlib out) and explorers (sliders → core → figure). No mathematics of its own."""

from .alignment import alignment, attention_map
from .arrives import gradient_arrives
from .claim import claim
from .cliff import cliff
from .costs import costs
from .curves import ball, circles, lines, seeds, states_over_words, surface
from .eigenvalues import eigenvalues
from .flow import flow
from .gates import gates
from .graph import unrolled
from .live import Choice, LiveFigure, Slider, Steps, Text
from .neuron import neuron
from .next_letter import next_letter
from .on_text import on_text
from .predict import compare
from .stepper import stepper
from .structures import layers, structures
from .style import figure, still
from .tank import tank
from .telephone import telephone
from .temperature import temperature
from .training import training
from .truncation import truncation
from .window import window

__all__ = [
    "Choice",
    "LiveFigure",
    "Slider",
    "Steps",
    "Text",
    "alignment",
    "attention_map",
    "ball",
    "circles",
    "claim",
    "cliff",
    "compare",
    "costs",
    "eigenvalues",
    "figure",
    "flow",
    "gates",
    "gradient_arrives",
    "layers",
    "lines",
    "neuron",
    "next_letter",
    "on_text",
    "seeds",
    "states_over_words",
    "stepper",
    "still",
    "structures",
    "surface",
    "tank",
    "telephone",
    "temperature",
    "training",
    "truncation",
    "unrolled",
    "window",
]
