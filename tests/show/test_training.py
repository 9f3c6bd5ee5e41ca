"""show.training: what is seen while a training runs, what stays of it, and what Ctrl-C leaves."""

import importlib
import os
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
import record
import validate
from drawing import faults, pixels
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rnn_core import RNN, show
from rnn_core.models import ManyToOne
from rnn_core.saving import WIDGET, without_views
from rnn_core.show import style
from rnn_core.tasks import adding
from rnn_core.train import Record, train

ROOT = Path(__file__).resolve().parent.parent.parent
page = importlib.import_module("rnn_core.show.training")  # show.training is the function
LOOK = {"title": "A run", "ylabel": "loss L", "baseline": None, "logy": False}


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(page, "perf_counter", made)
    return made


@pytest.fixture
def shown(monkeypatch):
    """A page that is there, and all that is displayed in it."""
    outputs = []
    monkeypatch.setattr(page, "InteractiveShell", SimpleNamespace(initialized=lambda: True))
    for module in (page, style):
        monkeypatch.setattr(module, "display", lambda thing, **_: outputs.append(thing))
    return outputs


def loss(k):
    """A loss that falls, for whatever step."""
    return 1 / (1 + 0.02 * k)


def records(n, clock=None, seconds=0.01, every=50, stop=None):
    """n records without a model; the clock goes on by `seconds` before each; Ctrl-C is raised at `stop`."""
    for k in range(1, n + 1):
        if clock:
            clock.now += seconds
        if k == stop:
            raise KeyboardInterrupt
        held_out = 1.1 * loss(k) if k % every == 0 else None
        yield Record(k, loss(k), 1.0, held_out, f"model {k}", f"best {k}")


def real(steps, draw=None):
    """A training of a small network."""
    rng = np.random.default_rng(0)
    model = ManyToOne.init(rng, 2, 4, 1, cell=RNN)
    draw = draw or (lambda rng: adding(rng, 8, 4))
    return train(model, draw, steps, rng, held_out=adding(rng, 16, 4), every=5)


# What is returned and said


def test_a_run_holds_the_last_record_and_all_losses(capsys):
    run = show.training(real(20), 20)
    wanted = list(real(20))
    assert run.losses.tolist() == [r.loss for r in wanted]
    assert run.held_out.tolist() == [[r.step, r.held_out] for r in wanted if r.step % 5 == 0]
    assert run.record.step == 20
    np.testing.assert_array_equal(run.record.model.cell.W_h, wanted[-1].model.cell.W_h)
    assert capsys.readouterr().out.startswith("After 20 steps: the loss went from ")


@pytest.mark.parametrize(
    ("n", "steps", "more", "wanted"),
    [
        (1, 1, {}, "After 1 step: the loss was 0.98.\n"),
        (2, 2, {}, "After 2 steps: the loss went from 0.98 to 0.96.\n"),
        (2, 9, {}, "Stopped after step 2 of 9: the loss went from 0.98 to 0.96.\n"),
        (0, 9, {}, "Stopped before the first of 9 steps: there is nothing to show yet.\n"),
        (0, 1, {}, "Stopped before the first of 1 step: there is nothing to show yet.\n"),
        (
            200,
            200,
            {"baseline": (1 / 6, "always saying 1")},
            "After 200 steps: the loss went from 0.98 to 0.2 (mean of the last 10); the lowest on held-out data is "
            "0.22. Dashed: always saying 1, 0.17.\n",
        ),
    ],
)
def test_the_sentence_without_a_page(capsys, n, steps, more, wanted):
    run = show.training(records(n), steps, **more)
    assert capsys.readouterr().out == wanted
    assert (run.record.step if n else run.record) == (n or None)
    assert run.losses.shape == (n,)
    assert run.held_out.shape == (n // 50, 2)


def test_a_difference_in_the_last_digits_is_not_seen():
    for value in (0.5, 0.7, 1.0, 0.25, 12.0, 120.0, 0.0001, 3e-7):
        near = {page._rounded(value * (1 + k * 1e-13)) for k in (-3, 0, 3)}
        assert len(near) == 1
    assert page._rounded(0.0123) == "0.012"
    assert page._rounded(1234.0) == "1200"
    assert page._rounded(0.0) == "0"


def test_a_loss_beyond_all_numbers_is_said_and_drawn(shown, capsys):
    made = [Record(k, x, 1.0, x, None, None) for k, x in enumerate([1.0, 2.0, np.inf, np.nan], 1)]
    with np.errstate(invalid="ignore"):
        for logy in (False, True):
            show.training(iter(made), 4, logy=logy)
    assert "from 1 to beyond all numbers" in capsys.readouterr().out


@pytest.mark.parametrize("seconds", [0.0, 0.04, 9.94, 9.96, 59.4, 59.6, 61, 3599.6, 7300])
def test_durations_are_short(seconds):
    text = page._duration(seconds)
    assert re.fullmatch(r"\d\.\d s|\d+ s|\d+ min \d\d s|\d+ h \d\d min", text)
    assert "60" not in text


def test_arguments_out_of_range(capsys):
    for steps in (0, -3):
        with pytest.raises(ValueError, match=f"steps: got {steps}, wanted 1 or more"):
            show.training(records(3), steps)
    for tokens in (0, 2.5, "many"):
        with pytest.raises(ValueError, match=f"tokens: got {tokens!r}, wanted a whole number of 1"):
            show.training(records(3), 3, tokens=tokens)
    with pytest.raises(ValueError, match="sample: got str, wanted a function model → text"):
        show.training(records(3), 3, sample="Joh")
    with pytest.raises(ValueError, match="steps: got 2, wanted those of the records, 3 or more"):
        show.training(records(5), 2)
    assert capsys.readouterr().out == "After 2 steps: the loss went from 0.98 to 0.96.\n"


# In a page


def test_a_page_gets_a_view_a_picture_and_a_sentence(shown, capsys):
    show.training(records(60), 60, title="A run", baseline=(0.5, "a coin"))
    live, picture = shown
    view, metadata = live._repr_mimebundle_()
    assert view.keys() == {WIDGET, "text/plain"}
    assert view["text/plain"] == "Training: 60 steps"
    assert metadata == {}
    assert picture.keys() == {"image/png", "text/plain"}
    assert picture["text/plain"] == "figure: A run"
    assert pixels(picture["image/png"]).shape == (540, 1260, 4)
    assert re.fullmatch(r"60 steps, \d\.\d s", live.over)
    assert capsys.readouterr().out.startswith("After 60 steps: ")


def test_the_picture_is_the_same_however_often_it_was_drawn_before(shown, clock):
    for seconds in (0.0, 0.01, 5.0):
        show.training(records(400, clock, seconds), 400)
    assert len({out["image/png"] for out in shown[1::2]}) == 1
    assert len({out._repr_mimebundle_()[0]["text/plain"] for out in shown[0::2]}) == 1


def test_pictures_are_at_most_five_a_second(shown, clock, monkeypatch):
    drawn, paces = [], set()
    set_, follow = page.Training.set, page.Training.follow

    def watched(self, course):
        follow(self, course)
        paces.add(self.pace)

    monkeypatch.setattr(page.Training, "set", lambda self: drawn.append(1) or set_(self))
    monkeypatch.setattr(page.Training, "follow", watched)
    show.training(records(5000, clock, 0.002), 5000)
    assert 40 <= len(drawn) <= 51  # 10 s, and once when it is made
    assert 40 <= len(paces) <= 51
    assert "step 1000 of 5000 · about 8.0 s left · 500 steps/s" in paces


@pytest.mark.parametrize("cost", [0.05, 0.5])
def test_drawing_takes_less_than_a_tenth_of_the_time(shown, clock, monkeypatch, cost):
    drawn, paces = [], []
    set_, paced = page.Training.set, page.Training._paced

    def slow(self):
        clock.now += cost
        drawn.append(cost)
        return set_(self)

    def counted(self, rate):
        paces.append(rate)
        return paced(self, rate)

    monkeypatch.setattr(page.Training, "set", slow)
    monkeypatch.setattr(page.Training, "_paced", counted)
    show.training(records(2000, clock, 0.01), 2000)
    assert len(drawn) > 1
    assert 0.05 * clock.now < sum(drawn[1:]) < 0.1 * clock.now
    assert len(paces) > 60  # the bar goes on


def test_thousands_of_steps_are_means_of_groups_with_their_range():
    for n, group in [(300, 1), (301, 2), (5000, 17)]:
        chart = page._Chart(n, **LOOK)
        run = page.Run(Record(n, 0, 0, None, None, None), np.arange(n) % 7 + 1.0, np.empty((0, 2)))
        chart.put(run)
        x, y = chart._curve.get_data()
        assert len(x) == n // group <= page.POINTS
        assert x[0] == (group + 1) / 2
        assert y[0] == run.losses[:group].mean()
        if group > 1:
            edge = chart._range.get_xy()[: len(x), 1]
            assert edge.tolist() == run.losses[: len(x) * group].reshape(-1, group).min(1).tolist()


def test_limits_are_round_hold_everything_and_never_narrow():
    rng = np.random.default_rng(0)
    for logy in (False, True):
        for _ in range(40):
            low = 10.0 ** rng.uniform(-6, 4)
            values = low * 10 ** rng.uniform(0, rng.choice([0.01, 1, 3, 8]), 9)
            chart = page._Chart(10, **LOOK | {"logy": logy})
            chart._fit(values)
            bottom, top = chart._ax.get_ylim()
            ticks = [t for t in chart._ax.get_yticks() if bottom <= t <= top]
            assert bottom <= values.min() < values.max() <= top
            assert 2 <= len(ticks) <= 12
            chart._fit(values[:1])
            assert chart._ax.get_ylim() == (bottom, top)


def test_what_has_no_place_on_the_axis_does_no_harm():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for logy, values in [(False, [0.0]), (True, [0.0]), (True, [2.0]), (True, [-1.0, 3.0])]:
            chart = page._Chart(3, **LOOK | {"logy": logy, "baseline": (values[0], "level")})
            losses = np.array(values)
            held_out = np.array([[len(values), values[0]]])
            chart.put(page.Run(Record(len(values), 0, 0, None, None, None), losses, held_out))
            chart.fig.canvas.draw()


@pytest.mark.parametrize("logy", [False, True])
@pytest.mark.parametrize(
    "words", ["always saying 1", "who always says the commonest of all symbols, whatever it reads"]
)
def test_text_is_neither_cropped_nor_on_other_text(shown, clock, logy, words):
    charts = []
    for n in (1, 5, 250, 4000):
        chart = page._Chart(n, **LOOK | {"baseline": (0.3, words), "logy": logy})
        course = page._Course()
        for one in records(n):
            course.note(one)
        chart.put(course.run())
        chart.fig.canvas.draw()
        charts.append(chart)
    live = live_run(1000, clock, baseline=(0.3, words), logy=logy)
    for fig, moving in [*((c.fig, ()) for c in charts), (live._fig, live._moving)]:
        assert faults(fig, moving) == []


def live_run(n, clock, steps=None, **look):
    """A live view that has followed n steps."""
    live, course = page.Training(steps or n, **LOOK | look), page._Course()
    for one in records(n, clock, 0.3):
        course.note(one)
        live.follow(course)
    return live


def test_the_page_can_put_the_picture_together(clock):
    live = live_run(120, clock)
    places, colours = np.frombuffer(live.patch, "<u4").reshape(2, -1)
    picture = np.frombuffer(live.still, "<u4").copy()
    assert 0 < len(places) < len(picture) / 20
    picture[places] = colours
    assert picture.tobytes() == live.frame
    live._fig.canvas.restore_region(live._kept)
    assert live.frame == live.still


def test_ticks_are_seldom_drawn_anew(clock, monkeypatch):
    kept = []
    keep = page.Training._keep
    monkeypatch.setattr(page.Training, "_keep", lambda self: kept.append(1) or keep(self))
    live_run(1000, clock, logy=True)
    assert len(kept) < 8


def test_the_words_for_screen_readers_change_four_times(clock):
    live, course, told = page.Training(400, **LOOK), page._Course(), []
    live.observe(lambda change: told.append(change["new"]), "summary")
    for one in records(400, clock, 0.3):
        course.note(one)
        live.follow(course)
    assert [t.split(":")[0] for t in told] == [f"{p} % of 400 steps" for p in (25, 50, 75, 100)]
    assert told[-1] == "100 % of 400 steps: the loss is 0.11."


def test_pace_in_words(clock):
    fast, slow = live_run(8, clock, 20), page.Training(20, **LOOK)
    assert fast.pace == "step 8 of 20 · about 3.6 s left · 3.3 steps/s"
    assert (fast.done, fast.steps) == (8, 20)
    slow.done = 4
    assert slow._paced(0.25) == "step 4 of 20 · about 1 min 04 s left · 4.0 s a step"
    assert slow.pace == "before the first step"


def test_pace_in_tokens(clock):
    live = live_run(8, clock, 20, tokens=6400)
    assert live.pace == "step 8 of 20 · about 3.6 s left · 21,333 tokens/s"
    assert live_run(2, clock, 20, tokens=1)._paced(0.25).endswith(" left · 0.2 tokens/s")


def resumed(first, last, clock=None, seconds=0.3):
    """Records of steps first … last: a run that goes on with an earlier one."""
    return (one for one in records(last, None) if one.step >= first and tick(clock, seconds))


def tick(clock, seconds):
    """Let a clock go on, if there is one."""
    if clock:
        clock.now += seconds
    return True


def test_a_run_that_goes_on_has_a_bar_a_pace_and_a_picture_of_its_own(clock, monkeypatch):
    live, course = page.Training(600, **LOOK, tokens=100), page._Course()
    for one in resumed(501, 550, clock):
        course.note(one)
        live.follow(course)
    assert (live.done, live.steps) == (550, 600)
    assert live.pace == "step 550 of 600 · about 15 s left · 333 tokens/s"
    chart = live._chart
    assert chart._ax.get_xlim() == (500, 600)
    x, y = chart._curve.get_data()
    assert x.tolist() == list(range(501, 551))
    assert y.tolist() == [loss(k) for k in range(501, 551)]
    assert faults(live._fig, live._moving) == []
    live.finish(course)
    assert live.over == "stopped after 550 of 600 steps, 15 s, 333 tokens/s"


def test_a_short_run_late_in_a_long_one_is_seen_whole(shown, capsys):
    run = show.training(resumed(99_951, 100_000), 100_000)
    assert len(run.losses) == 50
    chart = page._Chart(100_000, **LOOK)
    chart.put(run)
    assert len(chart._curve.get_xdata()) == 50
    assert chart.fig.legends[0].texts[0].get_text() == "the batch of each step"
    said = capsys.readouterr().out
    assert said.startswith("After 100000 steps, of which the last 50 here: the loss went from ")
    assert shown[0].over.startswith("steps 99951 to 100000, ")


def test_one_more_step_of_a_run(capsys):
    show.training(resumed(7, 7), 7)
    assert capsys.readouterr().out.startswith("After 7 steps, of which the last here: the loss was")


# What the model writes on the way


def written(clock, n=40, cost=0.0, sample=None):
    """All that was seen of the model's texts, as [step, text], over a run of 0.3 s a step."""
    calls, seen = [], []

    def write(model):
        calls.append(clock.now)
        clock.now += cost
        return f"<b>{model}</b>"

    live = page.Training(n, **LOOK, sample=sample or write)
    live.observe(lambda change: seen.append(change["new"]), "written")
    course = page._Course()
    for one in records(n, clock, 0.3):
        course.note(one)
        live.follow(course)
    return live, calls, seen


def test_the_model_writes_every_two_seconds(clock):
    live, calls, seen = written(clock)
    assert seen[0] == [1, "<b>model 1</b>"]
    assert np.diff(calls).min() >= page.SAMPLES_APART
    assert len(calls) == len(seen) == 6
    assert live.written == seen[-1]


def test_a_slow_writer_waits_for_its_turn(clock):
    _, calls, _ = written(clock, n=400, cost=1.0)
    spent, took = len(calls) * 1.0, clock.now
    assert len(calls) >= 3
    assert spent < 0.1 * took


def test_a_long_text_is_cropped(clock):
    live, *_ = written(clock, n=2, sample=lambda model: "x" * 5000)
    assert live.written == [1, "x" * page.LETTERS + " …"]
    live, *_ = written(clock, n=2, sample=lambda model: "x\n" * 50)
    assert live.written == [1, "\n".join("x" * page.ROWS) + " …"]
    live, *_ = written(clock, n=2, sample=lambda model: "ab\nc\n")
    assert live.written == [1, "ab\nc\n"]


def test_without_a_writer_there_is_nothing_to_read(clock):
    assert live_run(3, clock).written == []
    assert page.Training(3, **LOOK, sample=str).written == [0, ""]


def test_neither_speed_nor_texts_are_stored(shown, clock, capsys):
    outputs = []
    for seconds in (0.01, 3.0):
        shown.clear()
        show.training(
            records(60, clock, seconds), 60, tokens=640, sample=lambda model: f"at {clock.now}"
        )
        live, picture = shown
        outputs.append((live._repr_mimebundle_()[0]["text/plain"], picture, capsys.readouterr()))
        assert re.fullmatch(r"60 steps, [^,]*, [\d,.]+ tokens/s", live.over)
        assert live.written[1].startswith("at ")
    assert outputs[0] == outputs[1]
    assert "token" not in str(outputs[0])


def test_a_writer_is_not_asked_where_there_is_no_page(capsys):
    show.training(records(3), 3, sample=lambda model: pytest.fail("asked"))
    assert capsys.readouterr().out.startswith("After 3 steps: ")


def test_ctrl_c_while_the_model_writes_loses_no_step(shown, clock, capsys):
    def interrupted(model):
        raise KeyboardInterrupt

    run = show.training(records(9, clock, 0.3), 9, sample=interrupted)
    assert run.record.step == len(run.losses) == 1
    assert capsys.readouterr().out.startswith("Stopped after step 1 of 9: ")


def test_a_writer_that_gives_no_text_is_refused(shown, clock):
    with pytest.raises(ValueError, match="sample: got int from it, wanted a text"):
        show.training(records(9, clock, 0.3), 9, sample=lambda model: 3)


# Ctrl-C


def test_ctrl_c_within_a_step_of_the_training(shown, capsys):
    calls = []

    def draw(rng):
        calls.append(1)
        if len(calls) == 8:
            raise KeyboardInterrupt
        return adding(rng, 8, 4)

    run = show.training(real(20, draw), 20)
    assert run.record.step == len(run.losses) == 7
    assert run.held_out[:, 0].tolist() == [5]
    assert run.record.best.loss(adding(np.random.default_rng(1), 2, 4))[0] > 0
    assert capsys.readouterr().out.startswith("Stopped after step 7 of 20: the loss went from ")
    assert re.fullmatch(r"stopped after 7 of 20 steps, \d\.\d s", shown[0].over)
    assert "image/png" in shown[1]


@pytest.mark.parametrize("where", ["note", "follow", "records"])
def test_ctrl_c_between_two_steps_loses_none(shown, capsys, monkeypatch, where):
    owner = page._Course if where == "note" else page.Training
    if where != "records":
        once, whole = [], getattr(owner, where)

        def interrupted(self, one):
            if len(self.losses if where == "note" else one.losses) == 6 and not once:
                once.append(1)
                raise KeyboardInterrupt
            return whole(self, one)

        monkeypatch.setattr(owner, where, interrupted)
    made = records(20, every=7, stop=8 if where == "records" else None)
    run = show.training(made, 20)
    done = 6 if where == "follow" else 7
    assert run.record.step == len(run.losses) == done
    assert run.record.model == f"model {done}"
    assert run.losses.tolist() == [loss(k) for k in range(1, done + 1)]
    assert len(run.held_out) == (done == 7)
    assert f"Stopped after step {done} of 20" in capsys.readouterr().out


@pytest.mark.parametrize("early", [True, False])
def test_ctrl_c_before_the_first_step(shown, capsys, monkeypatch, early):
    if early:  # while the view is made

        def interrupt(*_, **__):
            raise KeyboardInterrupt

        monkeypatch.setattr(page, "Training", interrupt)
    run = show.training(records(5, stop=1), 5)
    assert run.record is None
    assert len(run.losses) == len(run.held_out) == 0
    assert capsys.readouterr().out.startswith("Stopped before the first of 5 steps")
    assert [out.over for out in shown] == ([] if early else ["stopped after 0 of 5 steps, 0.0 s"])


def test_what_the_training_raises_is_raised_and_what_there_was_is_shown(shown, capsys):
    def failing():
        yield from records(6)
        raise ValueError("grads: got nan in W_h")

    with pytest.raises(ValueError, match="got nan in W_h"):
        show.training(failing(), 20)
    assert capsys.readouterr().out.startswith("Stopped after step 6 of 20: ")
    assert shown[0].over.startswith("stopped after 6 of 20 steps")
    assert "image/png" in shown[1]


# Stored

CELLS = """import numpy as np
from rnn_core import RNN, show
from rnn_core.models import ManyToOne
from rnn_core.tasks import adding
from rnn_core.train import train
===
rng = np.random.default_rng(0)
model = ManyToOne.init(rng, 2, 8, 1, cell=RNN)
draw = lambda rng: adding(rng, 16, 6)
records = train(model, draw, 700, rng, held_out=draw(rng), every=100)
run = show.training(records, 700, title="An RNN adds", baseline=(1 / 6, "always saying 1"))
===
run.record.step, run.losses.shape, run.held_out.shape"""


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A notebook with a training in it: (its path, its bytes after the first recording, after the second)."""
    path = tmp_path_factory.mktemp("lessons") / "97_tiny.ipynb"
    cells = [new_code_cell(s, id=f"97-cell-{n}") for n, s in enumerate(CELLS.split("\n===\n"))]
    nbformat.write(new_notebook(cells=[new_markdown_cell("# ?", id="97-title"), *cells]), path)
    written = []
    for _ in range(2):
        record.record(path)
        written.append(path.read_bytes())
    return path, *written


def test_recorded_twice_the_bytes_are_the_same(stored):
    path, once, twice = stored
    assert once == twice
    cell = nbformat.read(path, as_version=4).cells[2]
    live, picture, says = cell.outputs
    assert live.data == {"text/plain": "Training: 700 steps"}
    assert live.metadata == {}
    assert set(picture.data) == {"image/png", "text/plain"}
    assert picture.metadata == {"image/png": {"width": 840}}
    assert re.fullmatch(r"After 700 steps: [^\n]*always saying 1, 0\.17\.\n", says.text)
    assert not re.search(r"\d s\b|steps/s", says.text)


def test_nbval_finds_it_unchanged(stored):
    path, report = stored[0], stored[0].parent / "report.xml"
    settings = [f"--config-file={ROOT / 'pyproject.toml'}", f"--rootdir={path.parent}"]
    command = [sys.executable, "-m", "pytest", *settings, *validate.STRICT, f"--junitxml={report}"]
    done = subprocess.run(
        [*command, path.name],
        cwd=path.parent,
        env=os.environ | record.ONE_THREAD,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [len(case) for case in ET.parse(report).getroot().iter("testcase")] == [0, 0, 0]


def test_a_saved_notebook_keeps_the_text_alone(shown):
    show.training(records(3), 3)
    data, _ = shown[0]._repr_mimebundle_()
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    cell = {"cell_type": "code", "source": "", "outputs": [output]}
    without_views({"type": "notebook", "content": {"cells": [cell]}})
    assert output["data"] == {"text/plain": "Training: 3 steps"}
