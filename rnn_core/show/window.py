"""Explorer of lesson 01: which words a fixed window sees, and how often it is right."""

from matplotlib.patches import Rectangle

from .live import Choice, LiveFigure, Slider
from .style import FAINT, GRADIENT, MARKERS, PALE, SERIES, STATE, figure

PER_ROW = 9
ROWS = 3


def _places(count):
    """(column, row) of `count` words, right-aligned to the end so that the verb is always in one place."""
    start = PER_ROW * ROWS - count
    return [((start + k) % PER_ROW, (start + k) // PER_ROW) for k in range(count)]


def _draw_sentence(ax):
    ax.set(xlim=(-0.1, PER_ROW + 1.35), ylim=(ROWS + 0.1, -0.1))
    ax.axis("off")
    boxes, words = [], []
    for column, row in _places(PER_ROW * ROWS):
        box = Rectangle((column + 0.03, row + 0.12), 0.94, 0.76, fc="none", lw=1.2, visible=False)
        boxes.append(ax.add_patch(box))
        words.append(ax.text(column + 0.5, row + 0.5, "", ha="center", va="center", fontsize=9))
    gap = ax.text(PER_ROW + 0.7, ROWS - 0.5, "", ha="center", va="center", fontsize=11)
    return boxes, words, gap


def _draw_accuracy(ax, accuracy):
    for k, (distance, values) in enumerate(accuracy.items()):
        style = {"color": SERIES[k], "marker": MARKERS[k], "ms": 4}
        ax.plot(range(1, len(values) + 1), values, label=f"{distance} words between", **style)
    longest = max(len(values) for values in accuracy.values())
    ax.set(xlim=(0.5, longest + 0.5), ylim=(0.4, 1.05))
    ax.set(xlabel="window length k (words)", ylabel="accuracy")
    ax.set_title("A window is at chance until it reaches the subject")
    ax.axhline(0.5, color=FAINT, lw=1)
    ax.figure.legend(loc="outside lower center", ncols=min(len(accuracy), 5), fontsize=9)
    return longest


def window(data, accuracy):
    """`LiveFigure`: sentences with the window drawn on them, over the measured accuracy of windows.

    data {distance: `Batch` of agreement}; accuracy {distance: (K,) share right with window length 1 … K}. Raises
    ValueError where the two have different distances or a sentence is longer than 27 words.
    """
    if list(data) != list(accuracy):
        raise ValueError(f"accuracy: got distances {list(accuracy)}, wanted {list(data)}")
    longest = max(len(d.x) for d in data.values())
    if longest > PER_ROW * ROWS:
        raise ValueError(f"data: got sentences of {longest} words, wanted {PER_ROW * ROWS} at most")
    fig, (top, bottom) = figure(8.8, 5.0, nrows=2, height_ratios=[1, 1.5])
    boxes, words, gap = _draw_sentence(top)
    last = _draw_accuracy(bottom, accuracy)
    (cursor,) = bottom.plot([], [], color="#555555", lw=1.5, ls=":")
    (dot,) = bottom.plot([], [], "o", ms=13, mfc="none", mec="#222222", mew=2)

    def update(k, distance, sentence):
        d = data[int(distance)]
        text = d.text(sentence).split()
        seen = min(k, len(text))
        _put_sentence(boxes, words, text, seen)
        gap.set_text("was / were?")
        share = accuracy[int(distance)][k - 1]
        cursor.set_data([k, k], [0.4, 1.05])
        dot.set_data([k], [share])
        inside = "inside" if seen >= len(text) - 1 else "outside"
        verb = ("was", "were")[d.target[sentence]]
        return (
            f"A window of {k} sees the last {seen} of {len(text)} words; the subject, “{text[1]}”, is {inside} it. "
            f"Right in {share:.0%} of sentences like this one. The verb here: {verb}."
        )

    first = str(next(iter(data)))
    return LiveFigure(
        "What a fixed window sees of a sentence",
        fig,
        [*boxes, *words, gap, cursor, dot],
        update,
        [
            Slider("k", "window length k", 1, last, 1, 3),
            Choice("distance", "words between subject and verb", tuple(map(str, data)), first),
            Slider("sentence", "which sentence", 0, 9, 1, 0),
        ],
    )


def _put_sentence(boxes, words, text, seen):
    """Words right-aligned; inside the window dark in a box, outside pale; the subject has a frame of its own."""
    start = len(words) - len(text)
    for place, (box, label) in enumerate(zip(boxes, words, strict=True)):
        at = place - start
        label.set_text(text[at] if at >= 0 else "")
        inside = at >= len(text) - seen
        label.set_color("#111111" if inside else PALE)
        label.set_weight("bold" if at == 1 else "normal")
        box.set_visible(at >= 0 and (inside or at == 1))
        box.set_edgecolor(GRADIENT if at == 1 else STATE)
        box.set_linewidth(2.2 if at == 1 else 1.2)
