"""What must hold of a site that has been built; each function yields a sentence for every place where it does not."""

import hashlib
import html
import json
import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urlsplit

import leaks

import exercises
from web.finish import LITE, readable
from web.lite import KERNEL, LOCK, OURS, START, published

LOADED = ("stylesheet", "preload", "icon", "modulepreload", "preconnect", "dns-prefetch")
FROM_ELSEWHERE = re.compile(r"(?:https?:)?//")
IN_STYLE = re.compile(r"""(?:@import\s+(?:url\()?|url\()\s*["']?((?:https?:)?//[^"')\s]+)""")
IN_SCRIPT = re.compile(
    r"""(?:importScripts|import|fetch)\(\s*["'`]((?:https?:)?//[^"'`]+)|\.src\s*=\s*["'`](https?://[^"'`]+)"""
)


class Page(HTMLParser):
    """What a page asks for while it opens, where its links lead, its pictures and the names of its places."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.links, self.pictures, self.places = [], [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.places |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "img":
            self.pictures.append(given)
        if given.get("src"):
            self.loads.append(given["src"])
        if given.get("href") and tag in ("a", "link"):
            loaded = tag == "link" and {*(given.get("rel") or "").split()} & {*LOADED}
            (self.loads if loaded else self.links).append(given["href"])


def pages(site):
    """{path: Page} of the pages to read."""
    return {path: Page(path.read_text(encoding="utf-8")) for path in readable(site)}


def problems(site, self_contained):
    """A sentence for everything that is wrong with the site; `self_contained`: it brings Pyodide."""
    read = pages(site)
    yield from requests(site, read)
    yield from broken_links(site, read)
    yield from unnamed_pictures(site, read)
    yield from misconfigured(site / LITE, self_contained)
    yield from secrets(site, read)


def requests(site, read):
    """Whatever a reader's browser would fetch from another computer."""
    for path, page in read.items():
        for address in page.loads:
            if FROM_ELSEWHERE.match(address):
                yield f"{path.relative_to(site)} asks {address}"
    for path in sorted(site.rglob("*.css")):
        for address in IN_STYLE.findall(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)} asks {address}"
    for path in sorted(site.glob("_static/**/*.js")):
        for address in IN_SCRIPT.findall(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)} asks {''.join(address)}"


def broken_links(site, read):
    """Links and files of pages that are not there, and links that begin at the root of a server."""
    for path, page in read.items():
        for address in dict.fromkeys([*page.links, *page.loads]):
            parts = urlsplit(address)
            if parts.scheme or address.startswith("//"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            notebook = parse_qs(parts.query).get("path", [""])[0]
            there = target.is_file() and (site / LITE / "files" / notebook).exists()
            known = read[target].places if target in read else {parts.fragment}
            if parts.path.startswith("/") or not there or parts.fragment not in {*known, ""}:
                yield f"{path.relative_to(site)} leads to {address}, which is not there"


def unnamed_pictures(site, read):
    """Pictures without a text alternative."""
    for path, page in read.items():
        for picture in page.pictures:
            if not (picture.get("alt") or "").strip():
                yield f"{path.relative_to(site)}: the picture {picture.get('src')} has no words"


def misconfigured(lite, self_contained):
    """What of JupyterLite's settings, wheels and Pyodide is not as it must be."""
    settings = json.loads((lite / "jupyter-lite.json").read_text(encoding="utf-8"))
    kernel = settings["jupyter-config-data"]["litePluginSettings"].get(KERNEL, {})
    wanted = f"./{OURS}/{START}" if self_contained else published()
    if kernel.get("pyodideUrl") != wanted:
        yield f"jupyter-lite.json has the pyodideUrl {kernel.get('pyodideUrl')}, wanted {wanted}"
    if kernel.get("disablePyPIFallback") is not True:
        yield "jupyter-lite.json lets packages come from elsewhere"
    for url in kernel.get("pipliteUrls", []):
        yield from damaged_wheels(lite, url.partition("?")[0])
    if not any(url.startswith("./pypi/all.json") for url in kernel.get("pipliteUrls", [])):
        yield "jupyter-lite.json does not name the site's own wheels, ./pypi/all.json"
    if self_contained:
        yield from damaged_pyodide(lite / OURS)


def damaged_wheels(lite, url):
    """Wheels of an index that are missing or not what the index says."""
    index = lite / url
    if not index.is_file():
        yield f"{url} is not there"
        return
    for name, package in json.loads(index.read_text(encoding="utf-8")).items():
        for file in [file for files in package["releases"].values() for file in files]:
            if digest(index.parent / file["url"]) != file["digests"]["sha256"]:
                yield f"{url}: the wheel of {name} is not what the index says"


def damaged_pyodide(folder):
    """Files of Pyodide that are missing or not what its lock says."""
    lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    for name, package in lock["packages"].items():
        if digest(folder / package["file_name"]) != package["sha256"]:
            yield f"Pyodide's {name} is not what its lock says"


def digest(path):
    """The SHA-256 of a file; empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def secrets(site, read):
    """Lines of solutions, hidden tests and rubrics, in pages as one reads them and in the files for JupyterLite."""
    files = {
        path.relative_to(site).as_posix(): words(path.read_text(encoding="utf-8")) for path in read
    }
    given = site / LITE / "files"
    files |= {
        p.relative_to(given).as_posix(): p.read_bytes() for p in given.rglob("*") if p.is_file()
    }
    code = exercises.ROOT.glob("rnn_core/**/*.py")  # public: what is in it, is no secret
    files |= {p.relative_to(exercises.ROOT).as_posix(): p.read_bytes() for p in code}
    yield from leaks.leaks(files, [leaks.read(path) for path in exercises.solutions()])


def words(text):
    """What a page says, without its tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", text)).encode()
