"""Decks of slides in a real browser: everything fits, nothing is fetched, the keys lead on and back."""

import pytest

pytest.importorskip("latex2mathml", reason="make test-browser installs it")
import slides

SMALLEST = 0.8  # to which a slide that holds much may be scaled
SCALES = "() => slides.map((slide, n) => { show(n); return Number(slide.dataset.scale); })"
OUT_OF_SIGHT = """() => [...slides[now].querySelectorAll('*')].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1);
}).map((e) => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module", params=slides.lessons(), ids=lambda path: path.stem)
def deck(request, browser, tmp_path_factory):
    """The page that shows a deck, what it complained of and what it asked for."""
    path = tmp_path_factory.mktemp("slides") / f"{request.param.stem}.html"
    path.write_text(slides.deck(request.param), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.told = []
    page.on("pageerror", lambda error: page.told.append(str(error)))
    page.on("console", lambda m: m.type == "error" and page.told.append(m.text))
    page.on("request", lambda r: r.url.startswith(("file:", "data:")) or page.told.append(r.url))
    page.goto(path.as_uri())
    page.wait_for_function("document.getElementById('where').textContent !== ''")
    yield page
    page.close()


def test_nothing_is_fetched_and_nothing_fails(deck):
    assert deck.evaluate("slides.length") >= 10
    assert deck.told == []


def test_every_slide_fits(deck):
    scales = deck.evaluate(SCALES)
    assert [(n + 1, scale) for n, scale in enumerate(scales) if scale < SMALLEST] == []
    for n in range(len(scales)):
        deck.evaluate("n => show(n)", n)
        assert deck.evaluate(OUT_OF_SIGHT) == [], f"slide {n + 1}"


def test_slides_are_accessible(deck):
    """What axe-core finds on three slides of each deck."""
    from axe_playwright_python.base import AXE_SCRIPT

    deck.evaluate(f"() => {{ {AXE_SCRIPT} }}")
    last = deck.evaluate("slides.length") - 1
    for n in (0, last // 3, 2 * last // 3):
        deck.evaluate("n => show(n)", n)
        assert deck.evaluate("async () => (await axe.run()).violations.map((v) => v.id)") == []


def test_formulas_are_drawn(deck):
    heights = deck.evaluate(
        """() => slides.flatMap((slide, n) => { show(n);
        return [...slide.querySelectorAll('math')].map((m) => m.getBoundingClientRect().height); })"""
    )
    assert all(height > 8 for height in heights)


def test_keys_lead_on_and_back(deck):
    def where():
        return int(deck.text_content("#where").split(" / ")[0])

    last = deck.evaluate("slides.length")
    deck.keyboard.press("Home")
    for key, wanted in (
        ("ArrowRight", 2),
        ("PageDown", 3),
        (" ", 4),
        ("ArrowLeft", 3),
        ("PageUp", 2),
    ):
        deck.keyboard.press(key)
        assert where() == wanted
    deck.keyboard.press("End")
    assert where() == last
    deck.keyboard.press("Home")
    deck.keyboard.press("ArrowDown")
    second = where()
    assert deck.locator("section.here h2").count() == 1
    deck.keyboard.press("o")
    assert deck.locator("main > section > section >> visible=true").count() == last
    deck.keyboard.press("Escape")
    assert where() == second
    deck.keyboard.press("ArrowUp")
    assert where() == 1


def test_a_slide_that_holds_too_much_would_be_seen(deck):
    deck.keyboard.press("Home")
    deck.evaluate(
        "slides[0].querySelector('.fit').insertAdjacentHTML('beforeend', '<p>much</p>'.repeat(60))"
    )
    assert deck.evaluate(SCALES)[0] < SMALLEST
