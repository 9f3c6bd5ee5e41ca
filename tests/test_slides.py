"""Slides: what fits on one, what stays together, and that a deck is one file that needs nothing else."""

import html
import re

import maths
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

pytest.importorskip("latex2mathml", reason="only `make slides` and CI install it")
import slides

MOST = slides.LINES + 1  # a last paragraph may hang over a little; the page makes it fit
LESSONS = slides.lessons()
PNG = "iVBORw0KGgo="


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    """(the lesson, the HTML of its slides)."""
    return nbformat.read(request.param, as_version=4), slides.deck(request.param)


def problems(deck, nb):
    """What is wrong with the HTML of a lesson's slides."""
    found = set(re.findall(r"""(?:src|href)=["']?([^"'\s>]+)""", deck))
    outside = {a for a in found if not re.match(r"data:image/png;base64,|#|\.\./|\d\d_", a)}
    outside |= set(re.findall(r"@import|url\(|fetch\(", deck))
    if outside:
        yield f"it fetches {sorted(outside)}"
    if re.search(r"<script[^>]+src|<link", deck):
        yield "it loads a script or a style from another file"
    wanted = sum("image/png" in o.get("data", {}) for c in nb.cells for o in c.get("outputs", []))
    pictures = re.findall(r"<img[^>]*>", deck)
    if len(pictures) != wanted:
        yield f"{len(pictures)} pictures, wanted {wanted}"
    if not all('src="data:' in p and re.search(r'alt="[^"]{10,}"', p) for p in pictures):
        yield "a picture is not in the file or has no text alternative"
    prose = "\n".join(c.source for c in nb.cells if c.cell_type == "markdown")
    headings = len(re.findall("^##? ", prose, re.MULTILINE))
    sections = len(re.findall(r"<section\b", deck))
    if sections < 2 * headings:
        yield f"{sections} sections for {headings} headings"
    text = html.unescape(re.sub(r"<(pre|code|style|script).*?</\1>|<[^>]+>", "", deck, flags=re.S))
    if "$" in text or "\\frac" in text:
        yield "a formula is not drawn"
    if "No guess yet" in text:
        yield "it tells that nobody has guessed"


def test_a_deck_is_a_file_that_needs_nothing_else(lesson):
    nb, deck = lesson
    assert list(problems(deck, nb)) == []


def test_no_slide_holds_too_much(lesson):
    nb, _ = lesson
    full = [
        (round(lines, 1), cells[0].source[:60])
        for slide in slides.packed(nb)
        for lines, cells in [(sum(slides.lines_of(cell) for cell in slide), slide)]
        if lines > MOST and len(slide) > 1
    ]
    assert full == []


def test_nothing_of_the_lesson_is_lost(lesson):
    nb, _ = lesson
    shown = "\n".join(cell.source for slide in slides.packed(nb) for cell in slide)
    prose = [c.source for c in nb.cells if c.cell_type == "markdown"]
    lost = [w for p in prose for w in p.split() if w not in shown]
    assert lost == []


def test_twice_the_same_bytes():
    assert slides.deck(LESSONS[0]) == slides.deck(LESSONS[0])


def test_a_question_and_its_answer_are_on_two_slides():
    nb = new_notebook(
        cells=[
            new_markdown_cell("## One\n\n**Predict:** what is it?"),
            new_code_cell("guess = None  # a number"),
            new_code_cell("print(1)", outputs=[said("No guess yet: write one.\n1\n")]),
        ]
    )
    question, answer = slides.packed(nb)
    assert "Predict" in question[0].source
    assert answer[0].source == "print(1)"
    assert answer[0].outputs[0].text == "1\n"


def said(text):
    return new_output("stream", name="stdout", text=text)


def picture():
    return new_output("display_data", data={"image/png": PNG, "text/plain": "figure: A"})


def test_a_picture_goes_with_its_sentence_and_without_its_code():
    nb = new_notebook(
        cells=[new_code_cell("show.still(fig, a)", outputs=[picture(), said("It falls.\n")])]
    )
    (slide,) = slides.packed(nb)
    (cell,) = slide
    assert cell.source == ""
    assert cell.outputs[0].metadata["image/png"]["alt"] == "It falls."
    assert "It falls." in cell.outputs[1].data["text/html"]


def test_code_can_be_left_out():
    nb = new_notebook(cells=[new_code_cell("print(1)", outputs=[said("1\n")])])
    (slide,) = slides.packed(nb, code=False)
    assert [cell.source for cell in slide] == [""]
    assert slide[0].outputs[0].text == "1\n"


def test_a_heading_begins_a_slide_and_is_repeated_small():
    long = "\n\n".join(["A paragraph of some length, again and again. " * 6] * 8)
    nb = new_notebook(
        cells=[new_markdown_cell(f"## First\n\n{long}"), new_markdown_cell("## Second")]
    )
    made = slides.slides_of(nb).cells
    kinds = [cell.metadata.slideshow.slide_type for cell in made]
    assert kinds.count("slide") == 2
    assert kinds.count("subslide") >= 1
    after = kinds.index("subslide")
    assert made[after].source == '<p class="again">First</p>'


def test_a_long_table_is_cut_and_keeps_its_head():
    rows = "\n".join(f"| {n} | n |" for n in range(40))
    parts = slides.blocks(f"| a | b |\n|---|---|\n{rows}")
    assert len(parts) > 1
    assert all(part.startswith("| a | b |\n|---|---|\n") for part in parts)
    assert all(slides.height(part) <= slides.LINES for part in parts)


def test_a_formula_stays_with_what_leads_to_it():
    assert slides.blocks("So\n\n$$x = 1$$\n\nand on.") == ["So\n\n$$x = 1$$", "and on."]


def test_formulas_become_mathml_and_code_does_not():
    made = maths.with_maths("`$a$` is $y^*_t$, $|x|$ and $$\\frac{1}{2}$$")
    assert made.startswith("`$a$` is <math")
    assert made.count("<math") == 3
    assert not set("*_|$") & set(made.removeprefix("`$a$`"))


@pytest.mark.parametrize("latex", [r"\nonsense{x}", r"\begin{gather*} a & b \end{gather*}"])
def test_a_formula_that_cannot_be_shown_is_refused(latex):
    with pytest.raises(ValueError, match="cannot be shown"):
        maths.formula(latex, "inline")


def test_links_lead_from_deck_to_deck():
    old = "[03](03_bptt_by_hand.ipynb), [exercise](../exercises/03_x/03_x.ipynb)"
    assert slides.links_to_decks(old) == old.replace("hand.ipynb", "hand.html")


GOOD = (
    '<section><section><h2>One</h2><p>Text</p><img src="data:image/png;base64,iV" '
    'alt="A line that falls."></section></section>'
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<h2>", '<script src="reveal.js"></script><h2>', "fetches"),
        ("<h2>", '<link href="a.css"><h2>', "loads a script or a style"),
        ("<h2>", "<style>@import a</style><h2>", "fetches"),
        ("data:image/png;base64,iV", "one.png", "fetches"),
        ("A line that falls.", "", "no text alternative"),
        ("<img", "<p", "0 pictures, wanted 1"),
        ("<section><section", "<section", "1 sections for 1"),
        ("Text", "$x$", "a formula is not drawn"),
        ("Text", "No guess yet: write one", "nobody has guessed"),
    ],
)
def test_a_bad_deck_is_caught(old, new, told):
    nb = new_notebook(cells=[new_markdown_cell("## One"), new_code_cell("a", outputs=[picture()])])
    assert list(problems(GOOD, nb)) == []
    assert any(told in problem for problem in problems(GOOD.replace(old, new), nb))


def test_the_command_writes_the_decks(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(slides, "ROOT", tmp_path)
    slides.main(["--no-code", str(LESSONS[0])])
    (made,) = tmp_path.glob("slides/*.html")
    assert made.name == f"{LESSONS[0].stem}.html"
    assert "rng = " not in made.read_text(encoding="utf-8")
    assert capsys.readouterr().out == f"slides/{made.name}\n"
