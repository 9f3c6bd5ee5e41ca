"""make slides: from every lesson as it is stored, a deck of slides in slides/, without running anything.

    python tools/slides.py [--no-code] [lesson …]

nbconvert makes the slides; where one ends and the next begins is decided here, from the headings and from how
much fits. A deck is a single file that needs no network: pictures, style and script are in it, and formulas are
MathML, which browsers show by themselves.
"""

import argparse
import html
import math
import re
import sys
from pathlib import Path

import nbformat
import record
from maths import formula, with_maths
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parent.parent
DECK = Path(__file__).resolve().parent / "deck"
LINES = 18  # of text that a slide holds
WIDTH, CODE_WIDTH = 88, 104  # characters of a line of text, of code
OUTPUT_ONLY = "output-only"
PICTURE = 13  # lines that a picture takes, without the sentence below it
NO_GUESS = re.compile(r"^No guess yet.*\n?", re.MULTILINE)


def lessons():
    return sorted(ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))


def deck(path, code=True):
    """The HTML of the slides of the lesson at `path`."""
    from nbconvert.exporters import SlidesExporter
    from traitlets.config import Config

    nb = nbformat.read(path, as_version=4)
    title = nb.cells[0].source.splitlines()[0].removeprefix("# ")
    config = Config()
    config.SlidesExporter.extra_template_basedirs = [str(DECK.parent)]
    config.SlidesExporter.template_name = DECK.name
    config.SlidesExporter.exclude_anchor_links = True
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_input_tags = {OUTPUT_ONLY}
    config.CSSHTMLHeaderPreprocessor.style = "xcode"  # enough contrast
    style, script = ((DECK / name).read_text(encoding="utf-8") for name in ("deck.css", "deck.js"))
    told = {"title": f"{path.stem[:2]} {title}", "style": style, "script": script}
    made, _ = SlidesExporter(config=config).from_notebook_node(
        slides_of(nb, code), resources={"deck": told}
    )
    return made


def slides_of(nb, code=True):
    """A notebook in memory whose cells say where a slide begins."""
    made = []
    heading = ""
    for slide in packed(nb, code):
        words = re.match(r"#{1,2} (.+)", slide[0].source)
        heading = words[1] if words else heading
        if words is None and heading:
            slide = [new_markdown_cell(f'<p class="again">{with_maths(heading)}</p>'), *slide]
        kind = "slide" if words else "subslide"
        for n, cell in enumerate(slide):
            cell.metadata["slideshow"] = {"slide_type": "-" if n else kind}
            if cell.cell_type == "markdown":
                cell.source = with_maths(links_to_decks(cell.source))
            cell.id = f"piece-{len(made)}"  # nbformat's own is random
            made.append(cell)
    return new_notebook(cells=made)


def packed(nb, code=True):
    """The slides: lists of cells that fit on one together."""
    slides, room = [], 0
    for cells, lines, alone in pieces(nb, code):
        heading = cells[0].cell_type == "markdown" and re.match(r"#{1,3} ", cells[0].source)
        if not slides or heading or alone or lines > room:
            slides.append([])
            room = LINES
        slides[-1] += cells
        room -= lines
    return slides


def pieces(nb, code=True):
    """(cells that stay together, the lines they take, whether they begin a slide)."""
    asked = False  # the answer to a question stands on the next slide
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            for block in blocks(cell.source):
                yield [new_markdown_cell(block)], height(block), asked
                asked = False
            asked = "**Predict" in cell.source or "**Your turn" in cell.source
        elif not (cell.source.startswith("guess = ") or set_up_only(cell)):
            for cells, lines, alone in shown(cell, code):
                yield cells, lines, alone or asked
                asked = False


def shown(cell, code):
    """What a class sees of a code cell: code and text together if they fit; of a picture not the code."""
    outputs = [output for output in map(without_guess, cell.outputs) if output]
    groups = list(grouped(outputs))
    drawn = any(alone for _, _, alone in groups)
    if code and not drawn and not re.fullmatch(r"show\.compare\(.*\)", cell.source, re.DOTALL):
        both = code_height(cell.source) + sum(lines for _, lines, _ in groups)
        if both <= LINES:
            told = [output for outputs, _, _ in groups for output in outputs]
            yield [part(cell, source=True, outputs=told)], both, False
            return
        yield [part(cell, source=True)], code_height(cell.source), False
    for outputs, lines, alone in groups:
        yield [part(cell, outputs=outputs)], lines, alone


def set_up_only(cell):
    """Whether a cell does nothing but import, or nothing at all outside the browser edition."""
    return cell.source == record.FETCHES or (
        all(re.match(r"(import|from) |[ )\]]|$", line) for line in cell.source.splitlines())
        and not cell.get("outputs")
    )


def lines_of(cell):
    """About how many lines a cell of a slide takes."""
    if cell.cell_type == "markdown":
        return height(cell.source)
    outputs = sum(lines for _, lines, _ in grouped([o for o in cell.outputs if not is_caption(o)]))
    return outputs + (code_height(cell.source) if cell.source else 0)


def is_caption(output):
    return "text/html" in output.get("data", {}) and "image/png" not in output.data


def part(cell, source=False, outputs=()):
    """A code cell of which only the source or only some outputs are shown."""
    piece = new_code_cell(cell.source if source else "", outputs=list(outputs))
    if not source:
        piece.metadata["tags"] = [OUTPUT_ONLY]
    return piece


def blocks(source):
    """Prose cut at blank lines: a heading stays with what follows it, a formula with what leads to it."""
    found = []
    for block in re.split(r"\n\s*\n", source.strip()):
        before = found[-1] if found else ""
        heading = re.match(r"#{1,6} [^\n]*$", before)
        joined = block.startswith("$$") or before.endswith(":")
        if heading or (before and joined and height(f"{before}\n\n{block}") <= LINES):
            found[-1] += "\n\n" + block
        else:
            found.append(block)
    return [part for block in found for part in shortened(block)]


def shortened(block):
    """A table or a list that is longer than a slide, in parts."""
    lines = block.split("\n")
    if height(block) <= LINES or len(lines) < 4:
        return [block]
    head = lines[:2] if lines[0].startswith("|") else []
    half = (len(lines) + len(head)) // 2
    first, rest = "\n".join(lines[:half]), "\n".join([*head, *lines[half:]])
    return [*shortened(first), *shortened(rest)]


def height(block):
    """About how many lines a block of prose takes."""
    total = 0.5
    text = re.sub(r"\$\$(.+?)\$\$", "", block, flags=re.DOTALL)
    for latex in re.findall(r"\$\$(.+?)\$\$", block, flags=re.DOTALL):
        total += 2.2 + 1.3 * latex.count(r"\\")
    for line in text.split("\n"):
        words = re.sub(r"\\[a-z]+|[{}$*`]|\]\([^)]*\)", "", line)
        if line.startswith("# "):
            total += 5
        elif line.startswith("#"):
            total += 2
        elif line.startswith("|"):
            total += 0 if set(line) <= set("|-: ") else 1.25 * math.ceil(len(words) / 110)
        elif line.strip():
            total += math.ceil(len(words) / WIDTH)
    return total


def code_height(text):
    lines = text.rstrip("\n").split("\n")
    return 0.8 + 0.72 * sum(max(1, math.ceil(len(line) / CODE_WIDTH)) for line in lines)


def without_guess(output):
    """The output as a class should see it: None if it only says that no guess was made."""
    if output.output_type != "stream":
        return output
    text = NO_GUESS.sub("", output.text)
    return new_output("stream", name="stdout", text=text) if text.strip() else None


def grouped(outputs):
    """(outputs, lines, whether they begin a slide): a picture goes with the sentence that says what it shows."""
    rest = list(outputs)
    while rest:
        group = [rest.pop(0)]
        data = group[0].get("data", {})
        if "image/png" in data:
            said = data.get("text/plain", "")
            if rest and rest[0].output_type == "stream":
                said = rest.pop(0).text
            group[0].metadata.setdefault("image/png", {})["alt"] = " ".join(said.split())
            group.append(caption(said))
            yield group, PICTURE + height(said), True
        else:
            text = group[0].get("text") or data.get("text/plain", "")
            if "text/latex" in data:
                data["text/html"] = formula(data.pop("text/latex").strip("$ \n"), "block")
            yield group, code_height(text), False


def caption(said):
    lines = "<br>".join(html.escape(line) for line in said.strip().split("\n"))
    return new_output("display_data", data={"text/html": f'<p class="caption">{lines}</p>'})


def links_to_decks(source):
    """A link from lesson to lesson leads from deck to deck."""
    return re.sub(r"\]\((\d\d_\w+)\.ipynb\)", r"](\1.html)", source)


def main(arguments):
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("lesson", nargs="*", type=Path, help="all of them if none is named")
    options.add_argument(
        "--no-code", action="store_true", help="show what code gives, not the code"
    )
    chosen = options.parse_args(arguments)
    (ROOT / "slides").mkdir(exist_ok=True)
    for path in chosen.lesson or lessons():
        made = ROOT / "slides" / f"{path.stem}.html"
        made.write_text(deck(path, not chosen.no_code), encoding="utf-8")
        print(f"{made.relative_to(ROOT)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
