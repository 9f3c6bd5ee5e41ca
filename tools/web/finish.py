"""What is put right in a site that has been built, before it is checked."""

import json
import re
import shutil

LITE = "lite"
LEFT_OUT = ("**/*.map", "_static/*macros.html", ".buildinfo", ".buildinfo.bak")
SIDEBAR = '<div id="pst-primary-sidebar" class="bd-sidebar-primary bd-sidebar">'
LANDMARK = f'{SIDEBAR[:-1]} role="region" aria-label="The site">'
EMPTY_HEAD = re.compile(r'<th class="head[^"]*">(?:<p></p>)?</th>')


def readable(site):
    """The files of the pages to read; those of JupyterLite are not ours."""
    return [p for p in sorted(site.rglob("*.html")) if p.relative_to(site).parts[0] != LITE]


def finish(made):
    """Leave out what nobody asks for, name what a screen reader needs a name for, and put lists in order."""
    for path in [path for pattern in LEFT_OUT for path in made.glob(pattern)]:
        path.unlink()
    shutil.rmtree(made / "_sources", ignore_errors=True)
    (made / ".nojekyll").touch()  # without it GitHub Pages would hide _static
    for path in readable(made):
        path.write_text(accessible(path.read_text(encoding="utf-8")), encoding="utf-8")
    for path in made.glob("lite/api/contents/**/all.json"):
        path.write_text(in_order(path.read_text(encoding="utf-8")), encoding="utf-8")


def accessible(page):
    """The page with its sidebar as a landmark, and no head of a column that says nothing."""
    return EMPTY_HEAD.sub("<td></td>", page.replace(SIDEBAR, LANDMARK))


def in_order(listing):
    """A listing of files by name, and not as a disk happens to give them."""
    told = json.loads(listing)
    told["content"].sort(key=lambda entry: entry["path"])
    return json.dumps(told, indent=1, sort_keys=True)
