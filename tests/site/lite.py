"""JupyterLite in a page: a notebook of the site, opened by its link and run with Python in the page."""

import json
import time

import lab
from lesson import Lesson

PATIENCE = (
    900  # seconds for all cells of a lesson: WebAssembly, on a machine that has other things to do
)
EXPOSED = "**/lite/jupyter-lite.json*"
PAINTED = """(() => {
  new MutationObserver(() => {
    const painted = document.querySelector('.rnn-live[aria-busy=false]');
    if (painted && !window.painted) window.painted = performance.now();
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-busy'] });
})()"""
OPENED = """async (path) => {
  const app = window.jupyterapp;
  await app.restored;
  const widget = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
  await widget.context.ready;
  window.lesson = widget;
}"""
SOURCES = "() => window.lesson.content.model.toJSON().cells.map((cell) => [].concat(cell.source).join(''))"
WRITE = """async ([n, source]) => {
  window.lesson.content.model.cells.get(n).sharedModel.setSource(source);
  await window.lesson.context.save();
}"""
RUN = """async (code) => {
  const kernel = window.lesson.sessionContext.session.kernel;
  const told = [];
  const future = kernel.requestExecute({code});
  future.onIOPub = (message) => told.push(message.content.text ?? message.content.evalue ?? '');
  await future.done;
  return told.join('');
}"""


def context(browser, site):
    """A browser that has never seen the site, and whose JupyterLite lets tests take hold of it."""
    made = browser.new_context(viewport={"width": 1280, "height": 1000})
    settings = json.loads((site / "lite" / "jupyter-lite.json").read_text(encoding="utf-8"))
    settings["jupyter-config-data"]["exposeAppInBrowser"] = True
    made.route(EXPOSED, lambda route: route.fulfill(json=settings))
    return made


def visit(page, address, name=""):
    """Follow the link that runs the notebook, and wait for JupyterLab and, if one is named, the notebook."""
    page.goto(f"{address}lite/lab/index.html{f'?path={name}' if name else ''}")
    page.wait_for_function("window.jupyterapp !== undefined", timeout=60_000)
    if name:
        lab.within(page, 120, OPENED, name)


class LiteLesson(Lesson):
    """A lesson as somebody meets it on the site: opened by its link, then run, with the seconds that it took."""

    def start(self):
        self.name = f"notebooks/{self.path.name}"
        self.page.add_init_script(PAINTED)
        begun = time.perf_counter()
        visit(self.page, self.address, self.name)
        lab.within(self.page, 120, lab.CONNECTED, self.name)
        self.loaded = time.perf_counter() - begun
        lab.run_all(self.page, PATIENCE)
        self.ran = time.perf_counter() - begun
        self.painted = self.page.evaluate("window.painted") / 1000
