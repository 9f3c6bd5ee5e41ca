"""LiveFigure, and what holds for every explorer: no corner breaks it, and what it says it shows."""

import re
from itertools import pairwise

import numpy as np
import pytest
from drawing import faults, pixels
from explorers import EVENTFUL, MAKERS, anywhere, live, sample, start

from rnn_core.show import Choice, LiveFigure, Slider, Steps, Text
from rnn_core.show.style import figure

NUMBER = re.compile(r"\d+(?:\.\d+)?")
every_explorer = pytest.mark.parametrize("name", MAKERS)


def ends(control):
    """The first and the last setting of a control, as the page knows it."""
    if control["kind"] == "text":
        return "", ((control["start"] or "a") * control["most"])[: control["most"]]
    options = control.get("options")
    return (options[0], options[-1]) if options else (control["low"], control["high"])


def well_said(summary):
    """A sentence of rounded, finite numbers."""
    digits = [n.replace(".", "").lstrip("0") for n in NUMBER.findall(summary)]
    return (
        summary.endswith(".")
        and not re.search(r"\b(nan|inf)|None|−0(\.0+)?(?!\.?\d)|-\d", summary)
        and max(map(len, digits)) <= 6
    )


def test_what_is_well_said_is_told_from_what_is_not():
    assert well_said("With b = −0.5 the state is 0.123456, or 1.209 × 10⁻⁵.")
    for bad in ("h = nan.", "h = inf.", "h = 0.1234567.", "h = −0.00.", "h = -0.50.", "h = 1"):
        assert not well_said(bad)


@every_explorer
def test_at_every_corner_the_summary_is_a_sentence_of_rounded_numbers(name):
    explorer = live(name)
    for corner in explorer.corners():
        assert well_said(explorer._update(**corner)), corner


@every_explorer
def test_anywhere_the_summary_is_a_sentence_of_rounded_numbers(name):
    explorer, rng = live(name), np.random.default_rng(7)
    for _ in range(100):
        asked = anywhere(explorer, rng)
        setting = {c.name: c.nearest(asked[c.name]) for c in explorer._controls}
        assert well_said(explorer._update(**setting)), setting


@every_explorer
def test_corners_are_all_combinations_of_extremes(name):
    explorer = live(name)
    corners = list(explorer.corners())
    sizes = [len(c.get("options", "ab")) for c in explorer.controls]
    assert len({tuple(c.values()) for c in corners}) == len(corners) == np.prod(sizes)
    assert all(c[k["name"]] in ends(k) for c in corners for k in explorer.controls if "low" in k)


@every_explorer
def test_every_control_moves_the_picture_and_the_words(name):
    explorer = live(name)
    for control in explorer.controls:
        seen = []
        for end in ends(control):
            summary = explorer.set(
                **start(explorer) | EVENTFUL.get(name, {}) | {control["name"]: end}
            )
            seen.append((explorer.frame, explorer.patch, summary))
        for a, b in zip(*seen, strict=True):
            assert a != b, control["name"]


@every_explorer
def test_the_picture_depends_on_the_setting_and_not_on_the_way_to_it(name):
    explorer, fresh = live(name), MAKERS[name]()
    for setting in [*sample(name, 4), start(explorer)]:
        explorer.set(**setting)
        fresh.set(**{k: explorer.values[k] for k in reversed(explorer.values)})
        assert fresh.values == explorer.values
        assert fresh.summary == explorer.summary
        assert fresh.frame == explorer.frame
        assert fresh.patch == explorer.patch


@every_explorer
def test_what_does_not_move_is_the_same_when_drawn_anew(name):
    explorer = live(name)
    canvas = explorer._fig.canvas
    for setting in sample(name, 4, seed=1):
        explorer.set(**setting)
        canvas.restore_region(explorer._kept)
        kept = explorer.frame
        canvas.draw()  # moving artists are left out of a draw
        assert explorer.frame == kept, setting
    explorer.set()


@every_explorer
def test_the_page_can_put_the_picture_together(name):
    explorer = live(name)
    for setting in sample(name, 2, seed=2):
        explorer.set(**setting)
        places, colours = np.frombuffer(explorer.patch, "<u4").reshape(2, -1)
        picture = np.frombuffer(explorer.still, "<u4").copy()
        assert (np.diff(places.astype(int)) > 0).all()
        assert len(places) < len(picture) / 4
        picture[places] = colours
        assert picture.tobytes() == explorer.frame


@every_explorer
def test_text_is_neither_cropped_nor_on_other_text(name):
    explorer = live(name)
    for setting in sample(name, 12, seed=3):
        explorer.set(**setting)
        assert faults(explorer._fig, explorer._moving) == [], explorer.values


@every_explorer
def test_the_picture_is_opaque_and_neither_empty_nor_full(name):
    explorer = live(name)
    explorer.set(**start(explorer))
    shown = pixels(explorer)
    assert (shown[..., 3] == 255).all()
    assert 0.01 < (shown[..., :3].min(axis=2) < 250).mean() < 0.5


@every_explorer
def test_an_explorer_brings_a_view_a_picture_and_its_words(name):
    explorer = MAKERS[name]()
    bundle, metadata = explorer._repr_mimebundle_()
    assert bundle.keys() >= {
        "application/vnd.jupyter.widget-view+json",
        "image/png",
        "text/plain",
    }
    assert bundle["text/plain"] == f"{explorer.title}\n{explorer.summary}"
    view = bundle["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == explorer.model_id
    assert bundle["image/png"].startswith(b"\x89PNG")
    picture = pixels(bundle["image/png"])
    wide, high, css_wide, css_high = explorer.size
    assert picture.shape == (high, wide, 3)
    np.testing.assert_array_equal(picture, pixels(explorer)[..., :3])
    assert metadata["image/png"] == {"width": css_wide}
    assert (wide, high) == (1.5 * css_wide, 1.5 * css_high)


@every_explorer
def test_controls_have_names_words_and_a_start_within(name):
    explorer = MAKERS[name]()
    assert len({c["name"] for c in explorer.controls}) == len(explorer.controls)
    assert len({c["label"] for c in explorer.controls}) == len(explorer.controls)
    for c in explorer.controls:
        assert c["kind"] in ("slider", "steps", "choice", "text")
        assert len(c["label"]) >= 5
        if c["kind"] == "choice":
            assert c["start"] in c["options"]
        elif c["kind"] == "text":
            assert len(c["start"]) <= c["most"]
        else:
            assert c["low"] <= c["start"] <= c["high"]
            assert ((c["high"] - c["low"]) / c["step"]) == pytest.approx(
                round((c["high"] - c["low"]) / c["step"])
            )
    assert explorer.values == start(explorer)
    assert explorer.answered == 0


@every_explorer
def test_values_beyond_the_ends_go_to_the_ends(name):
    explorer = live(name)
    sliders = [c for c in explorer.controls if "low" in c]
    explorer.set(**{c["name"]: 1e9 for c in sliders})
    assert [explorer.values[c["name"]] for c in sliders] == [c["high"] for c in sliders]
    explorer.set(**{c["name"]: -1e9 for c in sliders})
    assert [explorer.values[c["name"]] for c in sliders] == [c["low"] for c in sliders]


def small(**options):
    """An explorer of one dot: two sliders, steps, a choice and a text; it counts its updates."""
    fig, ax = figure(3, 2)
    (dot,) = ax.plot([], [], "o", zorder=1)
    (line,) = ax.plot([], [], zorder=5)
    ax.set(xlim=(-1, 1), ylim=(-1, 1))
    calls = []

    def update(a, n, k, word, said):
        calls.append((a, n, k, word, said))
        dot.set_data([a], [0])
        line.set_data([0, a], [0, 1])
        return f"a = {a:.2f}, n = {n}, k = {k}, {word}, {said}."

    controls = [
        Slider("a", "number a", -1.0, 1.0, 0.05, 0.25),
        Slider("n", "count n", 1, 9, 2, 3),
        Steps("k", "step k", 4),
        Choice("word", "which word", ("up", "down"), "up"),
        Text("said", "what is said", "yes", 8),
    ]
    made = LiveFigure("A dot", fig, [line, dot], update, controls)
    made.calls = calls
    return made


def test_an_explorer_starts_where_its_controls_start():
    made = small()
    assert made.values == {"a": 0.25, "n": 3, "k": 0, "word": "up", "said": "yes"}
    assert made.summary == "a = 0.25, n = 3, k = 0, up, yes."
    assert made.calls == [(0.25, 3, 0, "up", "yes")]
    assert made.size == [450, 300, 300, 200]
    assert len(made.frame) == len(made.still) == 450 * 300 * 4


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"a": 0.262}, {"a": 0.25}),
        ({"a": 0.276}, {"a": 0.3}),
        ({"a": -7}, {"a": -1.0}),
        ({"a": 0.02}, {"a": 0.0}),
        ({"n": 5.6}, {"n": 5}),
        ({"n": 100}, {"n": 9}),
        ({"k": 3.7}, {"k": 4}),
        ({"word": "down"}, {"word": "down"}),
        ({"word": "sideways"}, {"word": "up"}),
        ({"said": ""}, {"said": ""}),
        ({"said": "á 中 𝄞"}, {"said": "á 中 𝄞"}),
        ({"said": "a\nb\tc\x00\ud83d"}, {"said": "abc"}),
        ({"said": "123456789"}, {"said": "12345678"}),
        ({"said": 7}, {"said": "7"}),
    ],
)
def test_a_setting_goes_to_the_nearest(asked, wanted):
    made = small()
    before = made.values
    summary = made.set(**asked)
    assert made.values == before | wanted
    assert summary == made.summary
    for name, value in wanted.items():
        assert type(made.values[name]) is type(value)


def test_no_tick_of_a_slider_is_a_negative_zero_or_has_a_tail():
    for low, high, step in [(-1.0, 1.0, 0.05), (-3.0, 3.0, 0.1), (-1.5, 1.5, 0.05)]:
        slider = Slider("a", "number a", low, high, step, 0.0)
        ticks = [slider.nearest(low + k * step) for k in range(round((high - low) / step) + 1)]
        assert [str(t) for t in ticks if t == 0] == ["0.0"]
        assert max(len(str(abs(t))) for t in ticks) <= 4
        assert all(b > a for a, b in pairwise(ticks))


def test_an_unknown_name_is_refused_in_words_and_nothing_moves():
    made = small()
    frame = made.frame
    with pytest.raises(ValueError, match=r"values: got \['b'\], wanted names among \['a', 'k'"):
        made.set(a=1.0, b=2.0)
    assert made.values["a"] == 0.25
    assert made.frame == frame


def test_a_request_is_answered_with_its_number_the_values_and_the_picture():
    made, other = small(), small()
    told = []
    made.observe(lambda change: told.append(change["name"]), ["answered", "values", "patch"])
    for number, a in [(1, 0.5), (2, -0.512), (3, 9)]:
        told.clear()
        made.request = {"number": number, "values": {"a": a, "word": "down"}}
        other.set(a=a, word="down")
        assert made.answered == number
        assert made.values == other.values == made.values | {"word": "down", "n": 3}
        assert made.summary == other.summary
        assert made.frame == other.frame
        assert sorted(told[-3:]) == ["answered", "patch", "values"]


def test_a_request_that_changes_nothing_is_answered_too():
    made = small()
    made.request = {"number": 8, "values": dict(made.values)}
    assert made.answered == 8


def test_what_lies_lower_is_drawn_first_in_whatever_order_it_is_given():
    assert [a.get_zorder() for a in small()._moving] == [1, 5]


def test_a_text_has_for_its_ends_nothing_and_the_longest():
    assert Text("said", "what is said", "Sar", 8).extremes() == ("", "SarSarSa")
    assert Text("said", "what is said", "", 3).extremes() == ("", "aaa")


def test_a_step_slider_starts_where_it_is_told_and_has_whole_steps():
    assert Steps("k", "step k", 4)[2:] == (0, 4, 1, 0, "steps")
    assert Steps("k", "step k", 4, 3).start == 3
