"""How long an explorer takes from a key press to changed pixels, in headless Chromium: milliseconds and kilobytes.

    python benchmarks/explorers.py [--presses 30] [--quick]

Each press goes through the page, the Jupyter server and the kernel (mathematics, drawing) and back to the
canvas. On top of it comes the wait for the screen's next refresh, 16 ms at most.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from rows import Row, options, program, progress, row

ROOT = Path(__file__).resolve().parent.parent
TABLE = "Explorers: from a key press to changed pixels"

WATCH = """(() => {
  const put = CanvasRenderingContext2D.prototype.putImageData;
  let pressed = 0;
  window.took = [];
  document.addEventListener('keydown', (event) => { pressed = event.timeStamp; }, true);
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    put.apply(this, given);
    window.took.push(performance.now() - pressed);
  };
})()"""


def press(page, key):
    """Press a key and leave time for the answer."""
    page.keyboard.press(key)
    time.sleep(0.2)


def focus_lively(page, explorer):
    """Focus the explorer's first slider that moves the picture."""
    explorer.scroll_into_view_if_needed()
    for slider in explorer.locator("input[type=range]").all():
        slider.focus()
        page.evaluate("window.took = []")
        for key in ("ArrowRight", "ArrowLeft"):
            press(page, key)
        if page.evaluate("window.took.length") == 2:
            break


def measure_presses(page, presses):
    """Milliseconds of each press: five steps up, five down, and so on."""
    page.evaluate("window.took = []")
    for k in range(presses):
        press(page, ("ArrowRight", "ArrowLeft")[k // 5 % 2])
    return page.evaluate("window.took")


def answers(lab, browser, address, lesson, presses):
    """Open one lesson, run it, and give the two rows of each of its explorers."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.add_init_script(WATCH)
    received = []
    hear = lambda frame: received.append(len(frame))
    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    lab.open_lesson(page, address, lesson)
    lab.run_all(page)
    for explorer in page.locator(".rnn-live").all():
        focus_lively(page, explorer)
        received.clear()
        ms = measure_presses(page, presses)
        name = explorer.get_attribute("aria-label")
        progress(name)
        yield row(TABLE, name, "time", ms, "ms")
        yield Row(TABLE, name, "an answer", sum(received) / 1000 / len(ms), "kB")
    page.close()


def measure(presses=30, quick=False):
    """Rows for each explorer of each lesson; a sentence where Playwright or Chromium is missing."""
    sys.path.insert(0, str(ROOT / "tests" / "browser"))
    try:
        import lab
        from playwright.sync_api import sync_playwright
    except ImportError:
        return [], ["Explorers not measured: Playwright is missing (make bench installs it)."]
    if not lab.CHROMIUM:
        return [], ["Explorers not measured: Chromium is missing."]
    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lessons = Path(shutil.copytree(ROOT / "notebooks", Path(folder, "lessons")))
        found = sorted(lessons.glob("*.ipynb"))
        with lab.server(lessons, Path(folder)) as address, lab.chromium(playwright) as browser:
            for lesson in [f for f in found if "05" in f.name] if quick else found:
                rows += answers(lab, browser, address, lesson.name, 5 if quick else presses)
    return rows, ["On top comes the wait for the screen's next refresh, 16 ms at most."]


def main(arguments=None):
    program(measure, options(__doc__, presses=(30, "key presses")), arguments)


if __name__ == "__main__":
    main()
