"""Every lesson in a real browser: it opens as recorded, it runs, and its explorers obey the keyboard."""

import json
from itertools import pairwise

import lab
import pytest
import record
from lesson import Lesson, violations

ACTIVE = "() => [window.lesson.content.activeCellIndex, window.lesson.content.mode]"
NEW_VIEW = "() => { window.jupyterapp.commands.execute('notebook:create-output-view'); }"
TWICE = ["from rnn_core import show\n\nexplorer = show.neuron()\nexplorer", "explorer"]


def differ(before, after):
    """Whether pixels, text alternative and summary have all changed."""
    return all(old != new for old, new in zip(before, after, strict=True))


def test_an_opened_lesson_shows_its_stored_pictures_before_it_is_run(lesson):
    stored = [out for cell in lesson.recorded for out in cell["outputs"] if "data" in out]
    expected = sum("image/png" in out["data"] for out in stored)
    assert len(lesson.pictures) == expected > 0
    assert min(lesson.pictures) > 0


def test_the_run_says_what_the_recording_says(lesson, request):
    if record.needs_jax(lesson.path):
        request.getfixturevalue("jax")
    assert lesson.otherwise() == []


def test_the_run_has_no_error(lesson):
    assert lesson.errors() == []
    assert lesson.page.locator(".jp-toast-button, .Toastify__toast").count() == 0


def test_every_explorer_is_there_and_painted(lesson):
    stored = [out for cell in lesson.recorded for out in cell["outputs"] if "data" in out]
    live = [o for o in stored if o["output_type"] == "execute_result" and "image/png" in o["data"]]
    for explorer, output in zip(lesson.explorers(), live, strict=True):
        title, summary = "".join(output["data"]["text/plain"]).split("\n", 1)
        plain = summary.replace("_", "")  # the page sets W_h with a subscript
        assert explorer.pixels()[1] > 20, "fewer colours than a picture has"
        assert explorer.canvas.get_attribute("role") == "img"
        assert explorer.told() == (f"{title}. {summary}", plain)
        assert explorer.summary.is_visible()


def test_every_slider_moves_picture_and_words_from_end_to_end(lesson):
    for explorer in lesson.explorers():
        for row in explorer.steps:  # at the end of a calculation every slider has something to move
            explorer.press(row.locator("input"), "End")
        for slider in explorer.sliders:
            name = f"{explorer.title}: {slider.get_attribute('name')}"
            starts = [(c, c.input_value()) for c in (*explorer.selects, slider)]
            low, high = explorer.ends(slider)
            for select, option in explorer.settings():  # it may count under one choice only
                if differ(low, high):
                    break
                explorer.put(select, option)
                low, high = explorer.ends(slider)
            assert differ(low, high), f"{name}: Home and End give the same picture or words"
            explorer.press(slider, "ArrowLeft")
            assert explorer.pixels() != high[0], f"{name}: ArrowLeft"
            explorer.press(slider, "ArrowRight")
            assert explorer.seen() == high, f"{name}: ArrowRight"
            for control, start in starts:
                explorer.put(control, start)


def test_every_select_obeys_the_keyboard(lesson):
    for explorer in lesson.explorers():
        for select in explorer.selects:
            start = select.input_value()
            first, before = explorer.press(select, "Home"), explorer.seen()
            assert explorer.press(select, "ArrowDown") != first
            assert differ(before, explorer.seen())
            assert explorer.press(select, "ArrowUp") == first
            assert explorer.seen() == before
            explorer.put(select, start)


def test_what_is_typed_changes_picture_and_words(lesson):
    for explorer in lesson.explorers():
        for text in explorer.texts:
            start, seen = text.input_value(), [explorer.seen()]
            assert explorer.press(text, "ControlOrMeta+a", "Delete") == ""
            for letter in "Sar":
                seen.append(explorer.seen())
                explorer.press(text, letter)
            assert text.input_value() == "Sar"
            assert all(differ(a, b) for a, b in pairwise([*seen, explorer.seen()]))
            explorer.put(text, start)
            assert explorer.seen() == seen[0]


def test_keys_for_a_control_do_not_move_the_notebook(lesson):
    for explorer in lesson.explorers():
        buttons = explorer.view.locator("button").all()
        for control in [*explorer.sliders, *explorer.selects, *explorer.texts, *buttons]:
            control.focus()
            before = lesson.page.evaluate(ACTIVE)
            for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp", "Home", "End"):
                lesson.page.keyboard.press(key)
                assert lesson.page.evaluate(ACTIVE) == before, key
                assert control.evaluate("c => c === document.activeElement"), key
            explorer.settle()


def test_a_step_is_taken_by_button_and_by_arrow_and_stops_at_both_ends(lesson):
    for explorer in lesson.explorers():
        for row in explorer.steps:
            slider = row.locator("input")
            back, on = row.locator("button").all()
            last = int(slider.get_attribute("max"))

            def at(control, *keys, slider=slider, explorer=explorer):
                explorer.press(control, *keys)
                number = slider.locator("xpath=following-sibling::output").inner_text()
                assert number == slider.input_value()
                return int(number)

            assert at(slider, "Home", "ArrowLeft") == 0
            assert at(back, "Enter") == 0
            assert at(on, "Enter") == 1
            assert at(on, "Space", "Enter") == 3
            assert at(back, "Space") == 2
            assert at(slider, "End", "ArrowRight") == last
            assert at(on, "Enter") == last
            assert at(back, "Enter") == last - 1
            assert lesson.page.evaluate(ACTIVE)[1] == "command"


def test_a_key_held_down_never_leaves_the_picture_behind(lesson):
    for explorer in lesson.explorers():
        slider = explorer.sliders[0]
        explorer.press(slider, "Home")
        for _ in range(25):
            lesson.page.keyboard.down("ArrowRight")
        lesson.page.keyboard.up("ArrowRight")
        explorer.settle()
        value, shown = slider.input_value(), explorer.seen()
        low, high, step = (float(slider.get_attribute(k)) for k in ("min", "max", "step"))
        assert float(value) == pytest.approx(min(low + 25 * step, high))
        explorer.press(slider, "Home")
        assert explorer.seen() != shown
        explorer.put(slider, value)
        assert explorer.seen() == shown


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("width", [1280, 800])
def test_explorers_are_accessible_and_whole_in_any_theme_and_width(lesson, theme, width):
    assert lesson.cut_off(theme, width) == []


def test_outputs_are_accessible(lesson):
    # JupyterLab gives inline pictures no alt text; the sentence printed under each stands in for it.
    assert violations(lesson.page, ".jp-OutputArea-output", off=["image-alt"]) == []


def test_nothing_complains_and_nothing_is_fetched_from_elsewhere(lesson):
    assert lesson.complaints == []
    assert lesson.abroad == []


@pytest.fixture
def twice(browser, address, folder):
    """A notebook that shows one explorer twice."""
    path = folder / "twice.ipynb"
    lab.write_notebook(path, TWICE)
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    yield Lesson(page, address, path)
    page.close()


def test_all_views_of_one_explorer_stay_in_step(twice):
    twice.page.evaluate("() => { window.lesson.content.activeCellIndex = 0; }")
    twice.page.evaluate(NEW_VIEW)
    twice.page.wait_for_function("() => document.querySelectorAll('.rnn-live').length === 3")
    views = list(twice.explorers())
    for view in (*views, *views):
        before = view.told()
        view.press(view.sliders[0], "ArrowRight")
        assert view.told() != before
        values = {other.sliders[0].input_value() for other in views}
        assert len(values) == len({(other.pixels(), other.told()) for other in views}) == 1


def test_after_a_restart_the_picture_stays_and_a_moved_slider_says_what_to_do(twice):
    explorer = next(twice.explorers())
    picture, told = explorer.pixels(), explorer.told()
    lab.within(twice.page, 30, "() => window.lesson.sessionContext.session.kernel.restart()")
    explorer.sliders[0].focus()
    twice.page.keyboard.press("ArrowRight")
    note = explorer.view.get_by_text("run this cell again")
    note.wait_for(timeout=10_000)
    assert (explorer.pixels(), explorer.told()) == (picture, told)
    lab.run_all(twice.page)
    explorer = next(twice.explorers())
    explorer.press(explorer.sliders[0], "ArrowRight")
    assert explorer.told() != told
    assert not explorer.view.get_by_text("run this cell again").is_visible()


def test_a_saved_notebook_shows_its_pictures_when_it_is_opened_again(
    twice, browser, address, folder
):
    lab.within(twice.page, 30, "() => window.lesson.context.save()")
    saved = json.loads((folder / "twice.ipynb").read_text(encoding="utf-8"))
    data = [out["data"] for cell in saved["cells"] for out in cell["outputs"]]
    assert [("image/png" in d, lab.VIEW in d) for d in data] == [(True, False)] * 2
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    lab.open_lesson(page, address, "twice.ipynb")
    page.locator(".jp-OutputArea-output img").nth(1).wait_for(timeout=10_000)
    assert page.get_by_text("model not found").count() == 0
    page.close()
