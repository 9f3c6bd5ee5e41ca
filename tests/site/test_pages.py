"""The pages to read, in a real browser: formulas drawn, nothing cut off, accessible, nothing from elsewhere."""

import pytest

PAGES = (
    "index.html",
    "browser.html",
    "class.html",
    "search.html?q=eigenvalue",
    "notebooks/02_forward_pass.html",
    "notebooks/05_vanishing_exploding.html",
    "notebooks/06_structures.html",
    "exercises/03_bptt_by_hand/03_bptt_by_hand.html",
)
DRAWN = """() => {
  const formulas = document.querySelectorAll('.math');
  return [...formulas].every((f) => f.querySelector('mjx-container')) &&
    !document.querySelector('[data-mjx-error], mjx-merror');
}"""
WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"
AXE = """async () => (await axe.run()).violations
  .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 200)}`))"""


@pytest.fixture(params=[(1280, "light"), (1280, "dark"), (400, "light"), (400, "dark")])
def page(request, browser):
    """A page of a wide or narrow window, light or dark, with what it asked for and complained of."""
    width, scheme = request.param
    made = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    made.asked, made.complaints = [], []
    made.on("request", lambda asked: made.asked.append(asked.url))
    made.on("console", lambda m: m.type == "error" and made.complaints.append(m.text))
    made.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    made.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_accessible_and_of_this_site_alone(page, address, name):
    from axe_playwright_python.base import AXE_SCRIPT

    page.goto(f"{address}{name}")
    page.wait_for_function(DRAWN, timeout=30_000)
    assert page.evaluate(WIDER) <= 0
    assert [url for url in page.asked if not url.startswith((address, "data:", "blob:"))] == []
    assert page.complaints == []
    page.evaluate(f"() => {{ {AXE_SCRIPT} }}")
    assert page.evaluate(AXE) == []


def test_the_search_finds_a_lesson(browser, address):
    page = browser.new_page()
    page.goto(f"{address}search.html?q=eigenvalue")
    page.locator("#search-results a", has_text="Why do gradients vanish").first.wait_for()
    page.locator("#search-results .context").first.wait_for()
    assert "\\" not in page.locator("#search-results").inner_text()
    page.close()
