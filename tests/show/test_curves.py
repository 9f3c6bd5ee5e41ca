"""Line charts and the loss seen from above: the right data, a legend only where it is needed, no text lost."""

import numpy as np
import pytest
from drawing import faults
from matplotlib.colors import to_hex

from rnn_core.show import ball, circles, lines, seeds, states_over_words, surface
from rnn_core.show.style import GRADIENT, MARKERS, SERIES

SENTENCE = (
    "the child near the teachers that followed the farmers behind the children that saw the sailors"
)


def curves(n, T=9):
    """n labelled curves over T points, and the points."""
    x = np.arange(T)
    return x, {f"{3 * k} words between": np.sin(x + k) for k in range(n)}


def chart(n=2, T=9, **options):
    x, series = curves(n, T)
    return lines("What it shows", "time t", "value", x, series, **options), x, series


@pytest.mark.parametrize("n", [1, 2, 6])
def test_lines_are_the_data_under_their_labels(n):
    fig, x, series = chart(n)
    (ax,) = fig.axes
    assert [line.get_label() for line in ax.lines] == list(series)
    for k, (line, y) in enumerate(zip(ax.lines, series.values(), strict=True)):
        np.testing.assert_array_equal(line.get_xydata(), np.stack([x, y], 1))
        assert to_hex(line.get_color()).upper() == SERIES[k].upper()
        assert line.get_marker() == MARKERS[k]
    assert ax.get_title("left") == "What it shows"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time t", "value")
    assert ax.get_yscale() == "linear"


@pytest.mark.parametrize(("n", "labels"), [(1, 0), (2, 2), (5, 5)])
def test_several_lines_have_a_legend_outside_their_axes_and_one_has_none(n, labels):
    fig, _, series = chart(n)
    fig.canvas.draw()
    shown = [t.get_text() for legend in fig.legends for t in legend.get_texts()]
    assert shown == list(series)[:labels]
    (ax,) = fig.axes
    assert ax.get_legend() is None
    for legend in fig.legends:
        assert not legend.get_window_extent().overlaps(ax.get_window_extent())


@pytest.mark.parametrize("options", [{"T": 41}, {"markers": False}])
def test_lines_without_markers_differ_in_their_dashes(options):
    fig, *_ = chart(4, **options)
    styles = [(line.get_marker(), line.get_linestyle()) for line in fig.axes[0].lines]
    assert {marker for marker, _ in styles} == {"None"}
    assert len(set(styles)) == 4


def test_lines_take_a_scale_limits_and_a_height():
    fig, *_ = chart(ylim=(-2, 3), height=2.5)
    assert fig.axes[0].get_ylim() == (-2, 3)
    assert fig.get_figheight() == 2.5
    x = np.arange(1, 6)
    fig = lines("Falls", "n", "error", x, {"error": 10.0**-x}, logy=True)
    assert fig.axes[0].get_yscale() == "log"


def valley():
    x, y = np.linspace(-1, 2, 40), np.linspace(-2, 3, 30)
    return x, y, 0.01 + (x[None, :] - 0.5) ** 2 + 0.1 * (y[:, None] - 1) ** 2


def test_a_surface_lies_over_its_plane_with_a_scale():
    x, y, z = valley()
    fig = surface("A valley", "across", "along", x, y, z)
    ax, bar = fig.axes
    assert ax.get_title("left") == "A valley"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("across", "along")
    assert bar.get_ylabel() == "loss L"
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 2), (-2, 3))
    filled = ax.collections[0]
    assert filled.get_clim() == pytest.approx((z.min(), z.max()))
    assert [t for t in bar.get_yticks() if z.min() <= t <= z.max()] == pytest.approx([0.1, 1])
    assert len(ax.lines) == 0
    assert ax.get_legend() is None


def test_the_path_over_a_surface_is_marked_where_it_starts():
    path = np.array([[1.5, 2.5], [0.6, 2.0], [0.5, 1.0]])
    (ax, _) = surface("A valley", "across", "along", *valley(), path=path).axes
    by_label = {line.get_label(): line for line in ax.lines}
    np.testing.assert_array_equal(by_label["gradient descent"].get_xydata(), path)
    assert to_hex(by_label["gradient descent"].get_color()).upper() == GRADIENT
    np.testing.assert_array_equal(by_label["start"].get_xydata(), path[:1])
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["gradient descent", "start"]


@pytest.mark.parametrize(("points", "every"), [(2, 1), (59, 1), (301, 10)])
def test_a_long_path_has_a_marker_every_so_many_steps(points, every):
    path = np.stack([np.linspace(1.5, 0.5, points)] * 2, 1)
    (ax, _) = surface("A valley", "across", "along", *valley(), path=path).axes
    (walk,) = [line for line in ax.lines if line.get_label() == "gradient descent"]
    assert walk.get_markevery() == every
    assert len(walk.get_xydata()) == points


@pytest.mark.parametrize("n_h", [1, 3])
def test_states_stand_over_their_words(n_h):
    words = SENTENCE.split()
    h = np.random.default_rng(0).uniform(-1, 1, (len(words), n_h))
    fig = states_over_words(words, h, "Notes", ylabel="note")
    (ax,) = fig.axes
    assert [t.get_text() for t in ax.get_xticklabels()] == words
    units = [line for line in ax.lines if line.get_label().startswith("unit")]
    np.testing.assert_array_equal([line.get_ydata() for line in units], h.T)
    np.testing.assert_array_equal(units[0].get_xdata(), range(len(words)))
    labels = [t.get_text() for legend in fig.legends for t in legend.get_texts()]
    assert labels == ([f"unit {k + 1}" for k in range(n_h)] if n_h > 1 else [])
    assert ax.get_title("left") == "Notes"
    assert ax.get_ylabel() == "note"
    assert ax.get_ylim() == (-1.1, 1.1)


def test_states_of_one_unit_may_come_flat_or_as_a_batch_of_one():
    h = np.linspace(-1, 1, 4)
    for shape in [(4,), (4, 1), (4, 1, 1)]:
        fig = states_over_words(list("abcd"), h.reshape(shape), "Notes")
        np.testing.assert_array_equal(fig.axes[0].lines[-1].get_ydata(), h)


TURN = 0.9 * np.array([[0.8, -0.6], [0.6, 0.8]])
BUMP = np.array([[0.9, 5.0], [0.0, 0.9]])


@pytest.mark.parametrize("K", [1, 4])
def test_a_circle_is_carried_by_each_matrix_in_a_panel_of_its_own(K):
    fig = circles("Carried", {"a turn": TURN, "a bump": BUMP}, K=K)
    assert [ax.get_title("left") for ax in fig.axes] == ["a turn", "a bump"]
    assert fig.get_suptitle() == "Carried"
    for ax, W in zip(fig.axes, (TURN, BUMP), strict=True):
        *images, followed = (line.get_xydata().T for line in ax.lines)
        assert len(images) == K + 1
        np.testing.assert_allclose(np.hypot(*images[0]), 1)
        for k, image in enumerate(images):
            np.testing.assert_allclose(image, np.linalg.matrix_power(W, k) @ images[0], atol=1e-12)
            np.testing.assert_array_equal(followed[:, k], image[:, 15])
        greys = [line.get_color()[0] for line in ax.lines[:-1]]
        assert greys == sorted(greys, reverse=True)
        assert greys[0] <= 0x94 / 255  # 3:1 against white
        assert greys[-1] == 0
        low, high = ax.get_xlim()
        assert (low, high) == ax.get_ylim() == (-high, high)
        assert high >= np.abs(images).max()
        assert ax.get_aspect() == 1


def measured(n=4, of=5):
    """Positions, and of each of two series `of` values at each of them."""
    rng = np.random.default_rng(0)
    return np.arange(n), {"tanh": rng.random((n, of)), "ReLU": rng.random((n, of)) + 0.5}


def test_seeds_are_dots_and_their_mean_a_line():
    x, series = measured()
    fig = seeds("Spread", "distance", "accuracy", x, series, level=(0.5, "chance"), ylim=(0, 1.6))
    (ax,) = fig.axes
    *found, level = ax.lines
    for k, values in enumerate(series.values()):
        *dots, mean = found[6 * k : 6 * (k + 1)]
        np.testing.assert_array_equal([line.get_ydata() for line in dots], values.T)
        np.testing.assert_allclose(mean.get_ydata(), values.mean(axis=1))
        assert {line.get_linestyle() for line in dots} == {"None"}
        assert mean.get_linestyle() == "-"
        for line in (*dots, mean):
            np.testing.assert_array_equal(line.get_xdata(), x)
            assert line.get_marker() == MARKERS[k]
            assert to_hex(line.get_color()).upper() == SERIES[k].upper()
    assert list(level.get_ydata()) == [0.5, 0.5]
    labels = [t.get_text() for legend in fig.legends for t in legend.get_texts()]
    assert labels == ["tanh", "ReLU", "chance"]
    assert ax.get_title("left") == "Spread"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("distance", "accuracy")
    assert ax.get_ylim() == (0, 1.6)


def test_seeds_need_neither_a_level_nor_limits():
    x, series = measured()
    fig = seeds("Spread", "distance", "accuracy", x, {k: v.tolist() for k, v in series.items()})
    (ax,) = fig.axes
    assert len(ax.lines) == 2 * 6
    low, high = ax.get_ylim()
    assert low < min(v.min() for v in series.values())
    assert high > max(v.max() for v in series.values())


def learning(n=5, models=5):
    """Bits per character of several models over the number of characters that they learned from."""
    sizes = 10_000 * 2 ** np.arange(n)
    rng = np.random.default_rng(0)
    falls = np.linspace(3, 2, n)[:, None]
    return sizes, {
        f"a model number {k}": falls + k / 4 + 0.1 * rng.random((n, 3)) for k in range(models)
    }


def test_seeds_over_tenfolds_name_every_position():
    x, series = learning(8)
    fig = seeds(
        "Learns", "characters", "bits", x, series, (1.5, "entropy of the source"), logx=True
    )
    (ax,) = fig.axes
    assert ax.get_xscale() == "log"
    assert ax.get_xticks().tolist() == x.tolist()
    labels = [t.get_text() for t in ax.get_xticklabels()]
    assert labels[:3] == ["10,000", "20,000", "40,000"]
    assert labels[-1] == "1.28 M"
    assert len(ax.get_xticks(minor=True)) == 0
    assert [line.get_linestyle() for line in ax.lines][-1] == "--"


@pytest.mark.parametrize("floor", ["floor", "entropy of the source, 1.50 bits", "a" * 70])
@pytest.mark.parametrize("models", [1, 4, 6])
def test_a_legend_has_as_many_columns_as_there_is_room_for(models, floor):
    x, series = learning(3, models)
    fig = seeds("Learns", "characters", "bits", x, series, level=(1.5, floor), logx=True)
    assert faults(fig) == []
    fig.canvas.draw()
    box = fig.legends[0].get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= fig.bbox.x1


def clipped(n=6, radius=1.0):
    """n gradients and the same ones clipped by hand."""
    before = np.random.default_rng(0).normal(size=(n, 2))
    return before, before * np.minimum(1, radius / np.linalg.norm(before, axis=1))[:, None]


def test_a_ball_shows_each_gradient_before_and_after_and_a_line_between():
    before, after = clipped()
    (ax,) = (fig := ball("Clipped", before, after, radius=1.0)).axes
    circle, *between, first, last = ax.lines
    np.testing.assert_allclose(np.hypot(*circle.get_data()), 1.0)
    np.testing.assert_array_equal(first.get_xydata(), before)
    np.testing.assert_array_equal(last.get_xydata(), after)
    for line, start, end in zip(between, before, after, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), [start, end])
    assert ax.get_title("left") == "Clipped"
    assert len(fig.legends[0].get_texts()) == 3


@pytest.mark.parametrize(
    "made",
    [
        lambda: ball("Clipped", *clipped(), radius=1.0),
        lambda: chart(1)[0],
        lambda: chart(6)[0],
        lambda: chart(3, T=60, height=2.2)[0],
        lambda: lines("Falls", "n", "e", [1, 2], {"a": [1, 1e-9], "b": [1, 1e-3]}, logy=True),
        lambda: surface("A valley", "across", "along", *valley(), path=np.eye(2)),
        lambda: states_over_words(SENTENCE.split(), np.zeros(16), "Notes"),
        lambda: states_over_words(SENTENCE.split(), np.zeros((16, 6)), "Notes"),
        lambda: circles("Carried", {"a turn": TURN, "a bump, 0.9 and 5": BUMP, "none": 0 * TURN}),
        lambda: circles("Carried", {"one alone": BUMP}, K=9),
        lambda: seeds("Spread", "distance", "accuracy", *measured(10), level=(0.5, "chance")),
        lambda: seeds("Learns", "characters", "bits", *learning(8), (1, "floor"), logx=True),
        lambda: seeds("Learns", "characters", "bits", *learning(2, 1), logx=True),
    ],
)
def test_text_is_neither_cropped_nor_on_other_text(made):
    assert faults(made()) == []


@pytest.mark.parametrize("draw", [lines, seeds])
@pytest.mark.parametrize(("highest", "plain"), [(75, True), (7500, False)])
def test_a_logarithmic_axis_of_few_decades_is_labelled_in_plain_numbers(draw, highest, plain):
    values = np.array([1.3, highest])
    fig = draw(
        "t", "x", "y", [1, 2], {"a": values if draw is lines else values[:, None]}, logy=True
    )
    fig.canvas.draw()
    low, high = fig.axes[0].get_ylim()
    labels = zip(fig.axes[0].get_yticklabels(), fig.axes[0].get_yticks(), strict=True)
    shown = [label.get_text() for label, at in labels if low <= at <= high]
    assert (shown == ["2", "5", "10", "20", "50"]) is plain
