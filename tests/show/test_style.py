"""The look: colours that can be read and told apart, and one way to show a figure with its sentence."""

from itertools import combinations

import numpy as np
import pytest
from drawing import pixels, texts_of
from explorers import MAKERS, live
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyArrowPatch

from rnn_core.show import style
from rnn_core.show.style import (
    FAINT,
    GRADIENT,
    INPUT,
    MARK,
    MARKERS,
    OUTPUT,
    PALE,
    SERIES,
    STATE,
    TARGET,
    figure,
    png,
    still,
)

# Linear RGB as a dichromat sees it: Machado, Oliveira and Fernandes (2009), severity 1.
DICHROMATS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    """sRGB to linear RGB."""
    v = np.array(to_rgb(colour))
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def contrast(colour, ground="white"):
    """The WCAG contrast of two colours."""
    light = sorted(TO_XYZ[1] @ linear(c) + 0.05 for c in (colour, ground))
    return light[1] / light[0]


def ground(fig, text):
    """The colour that a text stands on: that of the uppermost filled shape behind its middle, else white."""
    box = text.get_window_extent()
    middle = (box.x0 + box.width / 2, box.y0 + box.height / 2)
    behind = [
        patch
        for ax in fig.axes
        for patch in ax.patches
        if not isinstance(patch, FancyArrowPatch)
        and patch.get_visible()
        and patch.get_facecolor()[3] > 0
        and patch.get_zorder() < text.get_zorder()
        if patch.get_path().contains_point(middle, patch.get_transform())
    ]
    return max(behind, key=lambda patch: patch.get_zorder()).get_facecolor() if behind else "white"


def lab(rgb):
    """Linear RGB to CIE L*a*b*, white as (1, 1, 1)."""
    x, y, z = np.cbrt(np.clip(TO_XYZ @ np.clip(rgb, 0, 1) / TO_XYZ.sum(1), 0.008856, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_contrast_is_21_for_black_and_1_for_white():
    assert contrast("black") == pytest.approx(21)
    assert contrast("white") == pytest.approx(1)
    assert contrast("#767676") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("colour", [INPUT, STATE, OUTPUT, GRADIENT, TARGET, PALE])
def test_colours_of_text_have_4_5_to_1_against_white(colour):
    assert contrast(colour) >= 4.5


@pytest.mark.parametrize("colour", sorted({*SERIES, FAINT, MARK}))
def test_colours_of_lines_have_3_to_1_against_white(colour):
    assert contrast(colour) >= 3


@pytest.mark.parametrize("name", MAKERS)
def test_all_text_of_explorers_has_4_5_to_1_against_white(name):
    explorer = live(name)
    explorer.set(**list(explorer.corners())[-1])
    for text in texts_of(explorer._fig, explorer._moving):
        under = ground(explorer._fig, text)
        assert contrast(text.get_color(), under) >= 4.5, (text.get_text(), under)
        assert text.get_alpha() in (None, 1)


@pytest.mark.parametrize("sight", ["full", *DICHROMATS])
def test_series_are_told_apart_by_colour_in_any_sight(sight):
    seen = [lab(np.array(DICHROMATS.get(sight, np.eye(3))) @ linear(c)) for c in SERIES]
    for (i, a), (j, b) in combinations(enumerate(seen), 2):
        assert np.linalg.norm(a - b) > 10, (SERIES[i], SERIES[j])


def test_series_are_told_apart_by_marker_too():
    assert len(set(MARKERS)) == len(MARKERS) == len(SERIES)


def test_a_figure_has_the_size_that_is_asked_for():
    fig, axes = figure(6, 2, ncols=2)
    assert len(axes) == 2
    assert fig.get_size_inches().tolist() == [6, 2]
    picture = pixels(png(fig))
    assert picture.shape[:2] == (300, 900)
    assert (picture[0, 0, :3] == 255).all()


def test_a_student_s_own_figures_look_alike():
    import matplotlib

    assert {name: matplotlib.rcParams[name] for name in style.RC}.items() >= {
        ("axes.titlelocation", "left"),
        ("axes.spines.top", False),
    }


def test_still_shows_the_picture_and_says_what_is_to_be_seen(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(style, "display", lambda *args, **kwargs: shown.append((args, kwargs)))
    fig, (left, right) = figure(5, 2, ncols=2)
    left.set_title("One\nline")
    right.plot([0, 1])
    still(fig, "It rises from 0 to 1.")
    assert capsys.readouterr().out == "It rises from 0 to 1.\n"
    [((data,), options)] = shown
    assert data.keys() == {"image/png", "text/plain"}
    assert data["text/plain"] == "figure: One line"
    assert pixels(data["image/png"]).shape[:2] == (300, 750)
    assert (pixels(data["image/png"]) < 128).any()
    assert options == {"metadata": {"image/png": {"width": 500}}, "raw": True}


def test_still_draws_the_same_bytes_each_time():
    pictures = []
    for _ in range(2):
        fig, ax = figure(3, 2)
        ax.plot([0, 1])
        pictures.append(png(fig))
    assert pictures[0] == pictures[1]
