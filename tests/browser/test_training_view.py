"""A training in a real browser: its bar goes on, one line is left of it, and Ctrl-C leaves the run usable."""

import json

import lab
import pytest
from lesson import PIXELS, violations

CELLS = """import time
import numpy as np
from rnn_core import RNN, show
from rnn_core.models import ManyToOne
from rnn_core.tasks import adding
from rnn_core.train import train

def draw(rng):
    time.sleep(0.01)
    return adding(rng, 8, 4)

rng = np.random.default_rng(0)
model = ManyToOne.init(rng, 2, 4, 1, cell=RNN)
===
records = train(model, draw, STEPS, rng, held_out=draw(rng), every=50)
look = {"title": "An RNN adds", "baseline": (1 / 6, "always saying 1")}
run = show.training(
    records, STEPS, **look, tokens=32, sample=lambda model: "<b>Anna</b>\\n" * 9 + "x" * 300
)
===
print(run.record.step == len(run.losses), run.record.best.loss(draw(rng))[0] > 0)"""
START = """() => {
  window.jupyterapp.shell.activateById(window.lesson.id);
  window.finished = window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""
INTERRUPT = "() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')"
PAST = "n => Number(document.querySelector('.rnn-training-bar').getAttribute('aria-valuenow')) > n"
CUT_OFF = """(view) => {
  const room = view.closest('.jp-OutputArea-output').getBoundingClientRect();
  return [...view.querySelectorAll('p:not(.rnn-training-line), .rnn-training-bar, .rnn-live-picture, pre')]
    .filter((e) => e.getBoundingClientRect().right > room.right + 1 || e.getBoundingClientRect().width < 100)
    .map((e) => e.outerHTML);
}"""


class Started:
    """A notebook with a training of so many steps of 10 ms and more, under way."""

    def __init__(self, page, address, folder, steps):
        self.page, self.complaints = page, []
        page.on("pageerror", lambda error: self.complaints.append(error.stack or str(error)))
        page.on("console", lambda m: m.type == "error" and self.complaints.append(m.text))
        self.path = folder / "training.ipynb"
        lab.write_notebook(self.path, CELLS.replace("STEPS", str(steps)).split("\n===\n"))
        lab.open_lesson(page, address, self.path.name)
        page.evaluate(START)
        self.view, self.bar = page.locator(".rnn-training"), page.locator(".rnn-training-bar")
        self.bar.wait_for(timeout=60_000)

    def past(self, step):
        """Wait until the bar is past a step; return what it says then."""
        self.page.wait_for_function(PAST, arg=step, timeout=30_000)
        return int(self.bar.get_attribute("aria-valuenow")), self.bar.get_attribute(
            "aria-valuetext"
        )

    def finish(self):
        """Wait for the last cell; return what the last two say."""
        lab.within(self.page, 60, "() => window.finished")
        return lab.said(lab.code_cells(self.page))[1:]


@pytest.fixture
def start(browser, address, folder):
    """start(steps): a training under way in a page of its own."""
    pages = []

    def begin(steps, width=1280):
        pages.append(browser.new_page(viewport={"width": width, "height": 1000}))
        return Started(pages[-1], address, folder, steps)

    yield begin
    for page in pages:
        lab.within(page, 30, "() => window.lesson.sessionContext.shutdown()")
        page.close()


def test_the_bar_goes_on_and_gives_way_to_a_line_and_a_picture(start, browser, address):
    training = start(500)
    page, bar = training.page, training.bar
    assert bar.get_attribute("role") == "progressbar"
    (first, pace), (second, later) = training.past(0), training.past(100)
    assert 0 < first < second < 500
    assert bar.get_attribute("aria-valuemax") == "500"
    assert pace.startswith(f"step {first} of 500 · about ")
    assert later.endswith(" tokens/s")
    sample = training.view.locator("pre")
    assert sample.text_content().startswith("<b>Anna</b>\n<b>Anna</b>\n")
    assert sample.is_visible()
    assert sample.get_attribute("aria-label").startswith("What the model writes at step ")
    assert sample.evaluate("p => p.scrollHeight > p.clientHeight && p.tabIndex === 0")
    canvas = training.view.locator("canvas")
    assert canvas.evaluate(PIXELS)[1] > 20
    before = canvas.evaluate(PIXELS)[0]
    while canvas.evaluate(PIXELS)[0] == before:  # an error where the canvas goes before
        page.wait_for_timeout(100)

    said, then = training.finish()
    assert said.startswith(
        "Training: 500 stepsfigure: An RNN addsAfter 500 steps: the loss went from "
    )
    assert "token" not in said
    assert "Anna" not in said
    assert then == "True True\n"
    line = training.view.locator("[role=status]")
    line.get_by_text("500 steps, ").wait_for(timeout=10_000)
    assert line.is_visible()
    assert bar.count() == canvas.count() == sample.count() == 0
    assert line.text_content().endswith(" tokens/s")
    picture = page.locator(".jp-OutputArea-output img")
    picture.wait_for(timeout=10_000)
    assert picture.evaluate("p => p.decode().then(() => p.naturalWidth)") == 1260
    assert training.complaints == []

    lab.within(page, 30, "() => window.lesson.context.save()")
    saved = json.loads(training.path.read_text(encoding="utf-8"))["cells"][1]["outputs"]
    assert [sorted(out.get("data", ())) for out in saved] == [
        ["text/plain"],
        ["image/png", "text/plain"],
        [],
    ]
    again = browser.new_page()
    lab.open_lesson(again, address, training.path.name)
    again.get_by_text("Training: 500 steps").wait_for(timeout=10_000)
    assert again.get_by_text("model not found").count() == 0
    again.close()


def test_an_interrupt_leaves_the_run_to_the_next_cell(start):
    training = start(6000)
    training.past(40)
    lab.within(training.page, 30, INTERRUPT)
    said, then = training.finish()
    assert "Stopped after step " in said
    assert " of 6000: the loss went from " in said
    assert then == "True True\n"
    training.view.get_by_text("stopped after ").wait_for(timeout=10_000)
    kinds = {o["output_type"] for c in lab.code_cells(training.page) for o in c["outputs"]}
    assert kinds == {"display_data", "stream"}
    assert training.complaints == []


@pytest.mark.parametrize("width", [1280, 800])
def test_it_is_accessible_and_whole_in_any_theme_and_width(start, width):
    training = start(6000, width)
    page = training.page
    with lab.themes(page) as wear:
        for theme in ("JupyterLab Light", "JupyterLab Dark"):
            wear(theme)
            training.past(training.past(40)[0])
            assert training.view.evaluate(CUT_OFF) == []
            assert violations(page, ".rnn-training") == []
        lab.within(page, 30, INTERRUPT)
        training.finish()
        training.view.get_by_text("stopped after ").wait_for(timeout=10_000)
        assert violations(page, ".rnn-training") == []
    assert training.complaints == []
