"""A JupyterLab server and a page in headless Chromium that shows one of the lessons, run from top to bottom."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
VIEW = "application/vnd.jupyter.widget-view+json"
QUIET = [  # without these Chromium calls its maker's hosts at every start
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]

# "Kernel idle" is racy; a restored application, a ready context and session and a connected kernel are not.
CONNECTED = """async (path) => {
  const app = window.jupyterapp;
  await app.restored;
  const widget = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
  await widget.context.ready;
  await widget.sessionContext.ready;
  const kernel = () => widget.sessionContext.session && widget.sessionContext.session.kernel;
  for (let i = 0; i < 600 && !(kernel() && kernel().connectionStatus === 'connected'); i++)
    await new Promise(done => setTimeout(done, 100));
  if (kernel().connectionStatus !== 'connected') throw new Error('no kernel');
  window.lesson = widget;
}"""
# JupyterLab renders what is out of sight when it finds the time: so wait for the `expected` number of pictures.
PICTURES = """async (expected) => {
  const find = () => [...document.querySelectorAll('.jp-OutputArea-output img')];
  for (let i = 0; i < 100 && find().length < expected; i++)
    await new Promise(done => setTimeout(done, 100));
  await Promise.all(find().map((picture) => picture.decode()));
  return find().map((picture) => picture.naturalWidth);
}"""
PIXELS = """(canvas) => {
  const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const pixels = new Uint32Array(all.buffer);
  let hash = 0;
  for (const pixel of pixels) hash = (Math.imul(hash, 31) + pixel) | 0;
  return [hash, new Set(pixels).size];
}"""
PUT = """(control, [value, event]) => {
  control.value = value;
  control.dispatchEvent(new Event(event));
}"""
RUN_ALL = """async () => {
  window.jupyterapp.shell.activateById(window.lesson.id);
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
  await window.lesson.sessionContext.session.kernel.info;
}"""

# JupyterLab's body is 0 high and hides what overflows it, cells out of sight are not laid out, and what has been
# scrolled away upwards is off the screen: axe-core would take all three for invisible and not look at colours. So
# they are put right, and it runs again until it has measured contrast; that it never did would be an error.
AXE = """async ([place, off]) => {
  const rules = Object.fromEntries(off.map((rule) => [rule, {enabled: false}]));
  document.body.style.height = '100vh';
  for (const cell of document.querySelectorAll('.jp-Cell'))
    cell.style.setProperty('content-visibility', 'visible', 'important');
  for (let i = 0; i < 10; i++) {
    document.querySelector(place).scrollIntoView();
    await new Promise((done) => setTimeout(done, 50 * i));
    const found = await axe.run(place, {rules});
    if ([...found.passes, ...found.violations].some((rule) => rule.id === 'color-contrast'))
      return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 200)}`));
  }
  return ['axe-core measured no contrast'];
}"""


@contextlib.contextmanager
def server(folder, settings):
    """JupyterLab over `folder` on a free loopback port; yields its address. Its settings go to `settings`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {f"JUPYTER_{k}_DIR": str(settings / k.lower()) for k in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += [
        "--expose-app-in-browser",
        "--IdentityProvider.token=",
        f"--ServerApp.root_dir={folder}",
    ]
    command += [  # as `make lab`
        f"--LabApp.app_settings_dir={ROOT / 'tools' / 'lab'}",
        "--ContentsManager.pre_save_hook=rnn_core.saving.without_views",
    ]
    with (settings / "jupyterlab.log").open("w") as log:
        process = subprocess.Popen(
            command, env=os.environ | own, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        try:
            _wait(f"http://127.0.0.1:{port}/api/status", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait(address, process, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(address, timeout=2).close()
            return
        time.sleep(0.2)
    raise RuntimeError("JupyterLab did not start; see jupyterlab.log")


@contextlib.contextmanager
def chromium(playwright):
    """Headless Chromium of the system."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
    try:
        yield browser
    finally:
        browser.close()


def within(page, seconds, code, argument=None):
    """Await an asynchronous function in the page; what JupyterLab never answers becomes an error."""
    race = f"""(argument) => Promise.race([({code})(argument), new Promise((_, fail) =>
      setTimeout(() => fail(new Error('no answer in {seconds} s')), {1000 * seconds}))])"""
    return page.evaluate(race, argument)


def open_lesson(page, address, name):
    """Show the notebook in the page, as it was recorded, with its kernel connected."""
    page.goto(f"{address}/lab?reset")
    page.wait_for_function("window.jupyterapp !== undefined", timeout=60_000)
    within(page, 60, CONNECTED, name)


def run_all(page, seconds=600):
    """Run all cells of the lesson in the page and wait until every explorer has been painted."""
    within(page, seconds, RUN_ALL)
    shown = [out.get("data", {}) for cell in code_cells(page) for out in cell["outputs"]]
    views = sum(VIEW in data and "image/png" in data for data in shown)  # a training has no picture
    page.wait_for_function(
        "n => document.querySelectorAll('.rnn-live[aria-busy=false]').length >= n", arg=views
    )


def code_cells(page):
    """The code cells of the lesson, with their outputs, as the page's own model holds them."""
    cells = page.evaluate("() => JSON.stringify(window.lesson.content.model.toJSON().cells)")
    return [cell for cell in json.loads(cells) if cell["cell_type"] == "code"]


def said(cells):
    """What the cells say: all stdout and all text/plain, as one string for each cell."""
    return [
        "".join(
            "".join(out.get("text", "")) + "".join(out.get("data", {}).get("text/plain", ""))
            for out in cell["outputs"]
        )
        for cell in cells
    ]


def violations(page, place, off=()):
    """What axe-core finds in the elements that the selector `place` names."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.locator(place).count():
        return []
    page.evaluate(f"() => {{ {AXE_SCRIPT} }}")
    return page.evaluate(AXE, [place, list(off)])


class Lesson:
    """A lesson that has been opened, looked at, and run; with all that went wrong on the way."""

    def __init__(self, page, address, path):
        self.page, self.address, self.complaints, self.abroad = page, address, [], []
        self.path = path
        page.on("pageerror", lambda error: self.complaints.append(error.stack or str(error)))
        page.on("console", lambda m: m.type == "error" and self.complaints.append(m.text))
        page.on("request", lambda request: self._note(request.url))
        page.on("websocket", lambda socket: self._note(socket.url))
        self.recorded = [
            cell
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
            if cell["cell_type"] == "code"
        ]
        self.start()

    def start(self):
        """Open the lesson, count the pictures that it shows, and run it."""
        stored = [output for cell in self.recorded for output in cell["outputs"]]
        open_lesson(self.page, self.address, self.path.name)
        self.pictures = self.page.evaluate(
            PICTURES, sum("image/png" in o.get("data", {}) for o in stored)
        )
        run_all(self.page)

    def _note(self, url):
        home = f"//{urlsplit(self.address).netloc}"  # JupyterLite asks the top of its server, too
        if not url.startswith((f"http:{home}/", f"ws:{home}/", "data:", "blob:")):
            self.abroad.append(url)

    def explorers(self):
        """All explorers of the lesson, in order, scrolled to in turn."""
        for view in self.page.locator(".rnn-live").all():
            view.scroll_into_view_if_needed()
            yield Explorer(self.page, view)


class Explorer:
    """One explorer in the page, moved with the keyboard only."""

    def __init__(self, page, view):
        self.page, self.view, self.title = page, view, view.get_attribute("aria-label")
        self.canvas, self.summary = view.locator("canvas"), view.locator("[role=status]")
        self.sliders = view.locator("input[type=range]").all()
        self.selects = view.locator("select").all()
        self.texts = view.locator("input[type=text]").all()
        self.steps = view.locator(".rnn-live-control:has(button)").all()

    def press(self, control, *keys):
        """Press keys in a control as a reader does who waits for each answer; return its value."""
        control.focus()
        for key in keys:
            self.page.keyboard.press(key)
            self.settle()
        return control.evaluate("c => c.value")

    def settle(self):
        """Wait until the explorer has been answered."""
        handle = self.view.element_handle()
        self.page.wait_for_function("v => v.getAttribute('aria-busy') === 'false'", arg=handle)

    def put(self, control, value):
        """Set a control without the keyboard, for the sake of the next check."""
        event = "change" if control in self.selects else "input"
        control.evaluate(PUT, [value, event])
        self.settle()

    def seen(self):
        """All that a reader is given: (pixels, text alternative, summary)."""
        return (self.pixels(), *self.told())

    def ends(self, slider):
        """What is seen with the slider at its two ends."""
        states = []
        for key, end in (("Home", "min"), ("End", "max")):
            value = float(self.press(slider, key))
            number = slider.locator("xpath=following-sibling::output").text_content()
            where = f"{self.title}: {slider.get_attribute('name')}, {key}"
            assert value == float(number.replace("−", "-")), where
            assert value == float(slider.get_attribute(end)), where
            states.append(self.seen())
        return states

    def settings(self):
        """(select, option) for every option of every select; each select ends where it started."""
        for select in self.selects:
            start = select.input_value()
            for option in [*select.locator("option").all_text_contents(), start]:
                yield select, option

    def pixels(self):
        """(a number that stands for the canvas's pixels, how many colours they have)."""
        return tuple(self.canvas.evaluate(PIXELS))

    def told(self):
        """(text alternative of the picture, summary under it)."""
        return self.canvas.get_attribute("aria-label"), self.summary.text_content()
