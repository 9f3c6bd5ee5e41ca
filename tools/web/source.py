"""What Sphinx reads: lessons and exercises with their ways out, the pages of the site, and the start page.

A notebook keeps its place and name, so that its links lead from page to page. In memory its pictures get their text
alternative; the files themselves, which are what one downloads and runs, are those of the course, byte for byte.
"""

import ast
import html
import re
import shutil
from pathlib import Path
from urllib.parse import quote

import nbformat
from slides import lessons

import exercises

ROOT = exercises.ROOT
PAGES = Path(__file__).resolve().parent / "pages"
LAB = "lite/lab/index.html?path="
FILES = "lite/files/"
BINDER = "https://mybinder.org/v2/gh/"  # the public Binder; any other is named in full
TABLE = re.compile(r"^\|.*\n(?:\|.*\n)+", re.MULTILINE)
LESSON = re.compile(r"notebooks/\w+\.ipynb")
CODE, PICTURE = "code", "image/png"


def handed_out():
    """The exercise of every lesson, as it was generated; ValueError where somebody has worked in one."""
    found = [ROOT / "exercises" / path.stem / path.name for path in lessons()]
    for path in found:
        if not exercises.untouched(path.read_bytes()):
            name = path.relative_to(ROOT).as_posix()
            raise ValueError(f"{name} is not as it was generated: run make exercises")
    return found


def place(path):
    """Where a notebook lies in the course, which is where it lies on the site, too."""
    return path.relative_to(ROOT).as_posix()


def launch_url(binder):
    """The start of every Binder link: from owner/name, or a launch address written out; empty stays empty."""
    if re.fullmatch(r"https://[\w.:/~-]+/v2/[\w.:/~%@-]+", binder):
        return binder.rstrip("/")
    if re.fullmatch(r"[\w.-]+/[\w.-]+(/[\w.-]+)?", binder):
        owner, name, *branch = binder.split("/")
        return f"{BINDER}{owner}/{name}/{branch[0] if branch else 'HEAD'}"
    if binder:
        raise ValueError(
            f"BINDER is {binder!r}, wanted owner/name, owner/name/branch or https://…/v2/gh/owner/name/branch"
        )
    return ""


def ways_out(name, launch=""):
    """HTML: the links of a page at `name` that run it, take it along, open it on Binder."""
    top = "../" * name.count("/")
    links = [
        ("run", f"{top}{LAB}{name}", "Run in the browser"),
        ("download", f"{top}{FILES}{name}", "Download"),
    ]
    if launch:
        links.append(("binder", f"{launch}?urlpath={quote(f'lab/tree/{name}')}", "Open in Binder"))
    made = [
        f'<a class="{kind}" href="{html.escape(url)}"{" download" * (kind == "download")}>{words}</a>'
        for kind, url, words in links
    ]
    return f'<p class="ways-out">{" ".join(made)}</p>'


def page(path, launch=""):
    """The notebook at `path` as Sphinx shall see it."""
    nb = nbformat.read(path, as_version=4)
    first, _, rest = nb.cells[0].source.partition("\n")
    nb.cells[0].source = f"{first}\n\n{ways_out(place(path), launch)}\n{rest}"
    for cell in nb.cells:
        if cell.cell_type == CODE:
            describe(cell, place(path))
    return nbformat.writes(nb)


def describe(cell, name):
    """Give the cell's picture a text alternative, and an explorer, which stands still on a page, a way to run it."""
    drawn = [output for output in cell.outputs if PICTURE in output.get("data", {})]
    if len(drawn) > 1:
        raise ValueError(f"{name}: {cell.id} has {len(drawn)} pictures, wanted one for each cell")
    for output in drawn:
        said = " ".join(text_of(output).split())
        width = output.metadata.get(PICTURE, {}).get("width")
        image = {"alt": said} | ({"width": f"{width}px"} if width else {})
        cell.metadata["mystnb"] = {"image": image}
        if output.output_type == "execute_result":
            cell.outputs.append(invitation(output, name))


def text_of(output):
    """What the picture's output says in words: a figure's title, or an explorer's title and sentences."""
    text = output.data.get("text/plain", "")
    return " ".join(ast.literal_eval(text)) if text.startswith("['") else text


def invitation(output, name):
    """What stands under an explorer: the sentences that it says at its starting values, and where it moves."""
    _, _, summary = output.data["text/plain"].partition("\n")
    link = f'<a href="{"../" * name.count("/")}{LAB}{name}">run this page in the browser</a>'
    told = f'<p class="explorer">{html.escape(summary)}<br>To move its controls, {link}.</p>'
    return nbformat.v4.new_output("display_data", data={"text/html": told})


def start_page(text, template):
    """The start page: the README's introduction and its table of lessons, then the contents of the site."""
    rows = TABLE.search(text[text.index("\n## The lessons") :])[0].splitlines()
    filled = {
        "introduction": text.partition("\n## ")[0].strip(),
        "table": "\n".join([*rows[:2], *map(with_run, rows[2:])]),
        "lessons": "\n".join(
            f"{path.stem[:2]} · {title(path)} <{place(path)}>" for path in lessons()
        ),
        "exercises": "\n".join(map(place, handed_out())),
        "measured": "\n".join(map(place, measured())),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: filled[found[1]], template)


def with_run(row):
    """A row of the README's table of lessons with a link, after the question, that runs the lesson."""
    _, link, question, *rest = row.split("|")
    name = LESSON.search(link)[0]
    said = f"Run lesson {Path(name).stem[:2]} in the browser"
    run = f'<a class="run" href="{LAB}{name}" aria-label="{said}">run</a>'
    return "|".join(["", link, f"{question}{run} ", *rest])


def title(path):
    """The question that is the title of a notebook."""
    nb = nbformat.read(path, as_version=4)
    return nb.cells[0].source.splitlines()[0].removeprefix("# ")


def stage(folder, binder=""):
    """Fill `folder` with all that Sphinx reads."""
    launch = launch_url(binder)
    for path in [*lessons(), *handed_out()]:
        write(folder / place(path), page(path, launch))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in PAGES.glob("*.md"):
        made = path.read_text(encoding="utf-8")
        write(folder / path.name, start_page(text, made) if path.name == "index.md" else made)
    shutil.copy(ROOT / "picture.png", folder)
    for path in measured():
        write(folder / place(path), standing_alone(path))
        for picture in path.parent.glob("results/*.png"):
            (folder / place(picture)).parent.mkdir(exist_ok=True)
            shutil.copy(picture, folder / place(picture))


def measured():
    """The page on how fast everything is, once there is one."""
    return sorted(ROOT.glob("benchmarks/README.md"))


def standing_alone(path):
    """The text of a page without links to files that are not on the site, and without pictures yet to be made."""
    text = re.sub(
        r"(?<!!)\[([^\]]+)\]\((?!https?:|#)[^)]+\)", r"\1", path.read_text(encoding="utf-8")
    )
    there = lambda found: found[0] if (path.parent / found[1]).exists() else ""
    return re.sub(r"!\[[^\]]*\]\(([^)]+)\)", there, text)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
