"""A JupyterLab server, headless Chromium, and a page of it with a notebook, opened and run."""

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
THEME = "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
RUN_ALL = """async () => {
  window.jupyterapp.shell.activateById(window.lesson.id);
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
  await window.lesson.sessionContext.session.kernel.info;
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


def write_notebook(path, sources):
    """A notebook with these code cells, that have never been run."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [cell | {"id": f"cell-{k}", "source": source} for k, source in enumerate(sources)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nb = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(nb), encoding="utf-8")


@contextlib.contextmanager
def themes(page):
    """wear(theme), which puts one on JupyterLab; at the end it has the theme that it had."""
    before = page.evaluate("() => document.body.dataset.jpThemeName")

    def wear(theme):
        page.evaluate(THEME, theme)
        page.wait_for_function("t => document.body.dataset.jpThemeName === t", arg=theme)

    try:
        yield wear
    finally:
        wear(before)


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
