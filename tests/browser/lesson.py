"""A lesson in a page, run from top to bottom, and its explorers, moved with the keyboard."""

import json
from urllib.parse import urlsplit

from lab import code_cells, open_lesson, run_all, said, themes

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
CUT_OFF = """(view) => {
  const room = view.closest('.jp-OutputArea-output').getBoundingClientRect();
  const outside = (r) => r.width === 0 || r.left < room.left - 1 || r.right > room.right + 1;
  return [...view.querySelectorAll('label, input, select, output, button, p:not([hidden])')]
    .filter((e) => outside(e.getBoundingClientRect()) || e.scrollWidth > e.clientWidth + 1 && e.clientWidth)
    .map((e) => e.outerHTML);
}"""
PUT = """(control, [value, event]) => {
  control.value = value;
  control.dispatchEvent(new Event(event));
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

    def otherwise(self):
        """Where a cell that has run says something else than it said when it was recorded; timings are free."""
        ran = zip(said(code_cells(self.page)), said(self.recorded), strict=True)
        timing = ["timing" in cell["metadata"].get("tags", []) for cell in self.recorded]
        pairs = [pair for pair, free in zip(ran, timing, strict=True) if not free]
        return [f"got {got}\nwanted {wanted}" for got, wanted in pairs if got != wanted]

    def errors(self):
        """The errors that cells have shown, and the dialogs that stand open."""
        outputs = [out for cell in code_cells(self.page) for out in cell["outputs"]]
        shown = [out["evalue"] for out in outputs if out["output_type"] == "error"]
        return shown + self.page.locator(".jp-Dialog").all_text_contents()

    def cut_off(self, theme, width):
        """What of its explorers lies outside their room, or is not accessible, in a theme and a window's width."""
        try:
            self.page.set_viewport_size({"width": width, "height": 1000})
            with themes(self.page) as wear:
                wear(theme)
                outside = [e.view.evaluate(CUT_OFF) for e in self.explorers()]
                return sum(outside, violations(self.page, ".rnn-live"))
        finally:
            self.page.set_viewport_size({"width": 1280, "height": 1000})

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
