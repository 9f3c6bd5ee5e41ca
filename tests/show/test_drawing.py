"""The finder of faults finds them, each kind in a figure that has it."""

import pytest
from drawing import faults, texts_of
from matplotlib.patches import Rectangle

from rnn_core.show.style import figure


def clean():
    """Two bare axes and one text in a box."""
    fig, axes = figure(4, 2, ncols=2)
    for ax in axes:
        ax.axis("off")
    axes[0].add_patch(Rectangle((0.1, 0.3), 0.8, 0.4, fill=False))
    axes[0].text(0.5, 0.5, "word", ha="center", va="center")
    return fig, *axes


def test_a_clean_figure_has_no_faults():
    assert faults(clean()[0]) == []


@pytest.mark.parametrize(
    ("x", "y", "text", "options", "fault"),
    [
        (-0.3, 0.9, "far to the left", {}, "cropped"),
        (0.5, 1.2, "too high", {}, "cropped"),
        (0.5, 0.55, "over", {}, "runs into 'word'"),
        (0.5, 0.45, "under", {"rotation": 30, "rotation_mode": "anchor"}, "runs into 'word'"),
        (0.1, 0.3, "edge", {}, "crosses the edge of a box"),
        (0.5, 0.1, "a long text that leaves its axes", {}, "runs into other axes"),
    ],
)
def test_a_fault_is_found(x, y, text, options, fault):
    fig, ax, _ = clean()
    ax.text(x, y, text, in_layout=False, **options)
    assert any(fault in wrong for wrong in faults(fig))


def test_new_limits_bring_new_words():
    fig, axes = figure(4, 2, ncols=2)
    axes[0].set_xticks([0, 0.01, 1], ["here", "there", "far"])
    assert {t.get_text() for t in texts_of(fig)} >= {"here", "there", "far"}
    axes[0].set_xlim(0.5, 1.5)
    words = {t.get_text() for t in texts_of(fig)}
    assert "far" in words
    assert not words & {"here", "there"}


def test_turned_neighbours_are_apart_though_their_frames_overlap():
    fig, ax, _ = clean()
    for x in (0.3, 0.45):
        ax.text(x, 0.28, "neighbour", rotation=60, ha="right", size=8, rotation_mode="anchor")
    assert faults(fig) == []
