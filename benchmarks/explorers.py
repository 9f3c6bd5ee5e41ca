"""How long an explorer takes from a key press to changed pixels, in headless Chromium: milliseconds and kilobytes.

python benchmarks/explorers.py [key presses]

Each press goes through the page, the Jupyter server and the kernel (mathematics, drawing) and back to the
canvas. On top of it comes the wait for the screen's next refresh, 16 ms at most.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))

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


def measure(page, presses):
    """Milliseconds of each press: five steps up, five down, and so on."""
    page.evaluate("window.took = []")
    for k in range(presses):
        press(page, ("ArrowRight", "ArrowLeft")[k // 5 % 2])
    return page.evaluate("window.took")


def main(presses=30):
    """One line for each explorer of each lesson."""
    try:
        import lab
        from playwright.sync_api import sync_playwright
    except ImportError:
        return print("Explorers not measured: Playwright is missing (make bench installs it).")
    if not lab.CHROMIUM:
        return print("Explorers not measured: Chromium is missing.")
    print(f"{'explorer':60} {'median':>7} {'min':>5} {'max':>5} ms   kB per answer")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lessons = Path(shutil.copytree(ROOT / "notebooks", Path(folder, "lessons")))
        with lab.server(lessons, Path(folder)) as address, lab.chromium(playwright) as browser:
            for lesson in sorted(lessons.glob("*.ipynb")):
                report(lab, browser, address, lesson.name, presses)
    if hasattr(os, "getloadavg"):  # not on Windows
        print(f"load of the machine during the last minute: {os.getloadavg()[0]:.1f}")


def report(lab, browser, address, lesson, presses):
    """Open one lesson, run it, and print a line for each of its explorers."""
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
        ms = measure(page, presses)
        name = explorer.get_attribute("aria-label")
        print(
            f"{name:60} {statistics.median(ms):7.0f} {min(ms):5.0f} {max(ms):5.0f}"
            f"      {sum(received) / 1000 / len(ms):.0f}",
            flush=True,
        )
    page.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
