"""Lesson 01's explorer: the words that a window sees are framed, and the share that is right is the measured one."""

import numpy as np
import pytest
from explorers import live
from matplotlib.colors import to_hex

from rnn_core.show import window
from rnn_core.show.style import GRADIENT, PALE
from rnn_core.tasks import agreement


def framed(explorer):
    """[(word, framed, bold, pale)] of the sentence on show."""
    boxes = [
        a for a in explorer._moving if hasattr(a, "get_linewidth") and hasattr(a, "get_height")
    ]
    words = [a for a in explorer._moving if hasattr(a, "get_text")][: len(boxes)]
    return [
        (w.get_text(), b.get_visible(), w.get_weight() == "bold", to_hex(w.get_color()) == PALE)
        for b, w in zip(boxes, words, strict=True)
        if w.get_text()
    ]


@pytest.mark.parametrize(
    ("distance", "k", "inside"), [("6", 3, False), ("6", 7, True), ("24", 26, True)]
)
def test_the_window_frames_the_last_words_and_the_subject(distance, k, inside):
    explorer = live("window")
    summary = explorer.set(distance=distance, k=k, sentence=2)
    shown = framed(explorer)
    n = int(distance) + 2
    assert len(shown) == n
    for place, (_, box, bold, pale) in enumerate(shown):
        seen = place >= n - k
        assert box == (seen or place == 1)
        assert bold == (place == 1)
        assert pale == (not seen)
    assert f"the last {k} of {n} words" in summary
    assert f"“{shown[1][0]}”, is {'inside' if inside else 'outside'} it" in summary
    assert ("100%" if inside else "50%") in summary
    (dot,) = [a for a in explorer._moving if getattr(a, "get_marker", str)() == "o"]
    np.testing.assert_array_equal(dot.get_xydata(), [[k, 1.0 if inside else 0.5]])
    subject = [a for a in explorer._moving if hasattr(a, "get_height")][27 - n + 1]
    assert to_hex(subject.get_edgecolor()).upper() == GRADIENT


def test_the_verb_agrees_with_the_subject_and_a_long_window_sees_all_words():
    explorer = live("window")
    verbs = set()
    for sentence in range(10):
        summary = explorer.set(distance="3", k=27, sentence=sentence)
        assert "the last 5 of 5 words" in summary
        subject = framed(explorer)[1][0]
        plural = subject.endswith("s") or subject == "children"
        assert summary.endswith(f"The verb here: {'were' if plural else 'was'}.")
        verbs.add(plural)
    assert verbs == {True, False}


def test_measured_lines_are_drawn_as_they_are():
    data = {3: agreement(np.random.default_rng(0), 10, 3)}
    explorer = window(data, {3: np.array([0.5, 0.48, 0.9])})
    line = explorer._fig.axes[1].lines[0]
    np.testing.assert_array_equal(line.get_xydata(), [[1, 0.5], [2, 0.48], [3, 0.9]])
    assert line.get_label() == "3 words between"
    assert explorer.controls[0]["high"] == 3


def test_distances_that_differ_and_sentences_too_long_are_refused_in_words():
    rng = np.random.default_rng(0)
    data = {3: agreement(rng, 10, 3), 28: agreement(rng, 10, 28)}
    with pytest.raises(ValueError, match=r"accuracy: got distances \[3\], wanted \[3, 28\]"):
        window(data, {3: [0.5]})
    with pytest.raises(ValueError, match="data: got sentences of 30 words, wanted 27 at most"):
        window(data, {3: [0.5], 28: [0.5]})
