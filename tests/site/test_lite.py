"""Lessons in the browser edition: Python in the page says what was recorded, and nothing leaves this machine."""

import importlib.util
import statistics

import lab
import pytest
from lesson import violations
from lite import LiteLesson, context

LESSONS = ("03_bptt_by_hand", "05_vanishing_exploding", "08_character_model")
CLIENT = "a page that the browser has not seen yet"


def latencies():
    """benchmarks/explorers.py, which measures from a key press to changed pixels."""
    path = lab.ROOT / "benchmarks" / "explorers.py"
    spec = importlib.util.spec_from_file_location("latencies", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request, browser, site, address):
    """One lesson, opened by its link in a browser that has nothing stored, and run from top to bottom."""
    with context(browser, site) as made:
        page = made.new_page()
        page.add_init_script(latencies().WATCH)
        yield LiteLesson(page, address, lab.ROOT / "notebooks" / f"{request.param}.ipynb")


def test_the_run_says_what_the_recording_says(lesson):
    assert lesson.otherwise() == []


def test_the_run_has_no_error(lesson):
    assert lesson.errors() == []


def test_every_explorer_is_painted_and_obeys_the_keyboard(lesson):
    stored = [out for cell in lesson.recorded for out in cell["outputs"] if "data" in out]
    live = [o for o in stored if o["output_type"] == "execute_result" and "image/png" in o["data"]]
    for explorer, output in zip(lesson.explorers(), live, strict=True):
        title, summary = "".join(output["data"]["text/plain"]).split("\n", 1)
        assert explorer.told()[0] == f"{title}. {summary}"
        assert explorer.pixels()[1] > 20, "fewer colours than a picture has"
        for slider in explorer.sliders:
            start = slider.input_value()
            low, high = explorer.ends(slider)
            if low == high:  # it counts under another choice only, which make test-browser tries
                assert explorer.selects, f"{explorer.title}: {slider.get_attribute('name')}"
            explorer.put(slider, start)


def test_outputs_are_accessible(lesson):
    # JupyterLab gives inline pictures no alt text; the sentence printed under each stands in for it.
    assert violations(lesson.page, ".jp-OutputArea-output", off=["image-alt"]) == []


def test_nothing_has_left_this_machine(lesson):
    assert lesson.abroad == []


def test_how_long_it_takes(lesson, capsys):
    """Printed for whoever reads the run; machines differ too much to demand a figure."""
    bench = latencies()
    measure = getattr(bench, "measure_presses", None) or bench.measure
    bench.focus_lively(lesson.page, lesson.page.locator(".rnn-live").first)
    took = measure(lesson.page, 30)
    assert took, "no key press changed a pixel"
    with capsys.disabled():
        print(
            f"\n{lesson.name}: Python ready after {lesson.loaded:.1f} s, first live picture after "
            f"{lesson.painted:.1f} s, all cells run after {lesson.ran:.1f} s; "
            f"key press to pixels {statistics.median(took):.0f} ms (median of {len(took)})"
        )
