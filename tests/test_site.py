"""The website: everything is on it, nothing that must not be, and it needs no other computer.

It is built once, and once more for the comparison, with stand-ins for Pyodide and packages: nothing is fetched.
"""

import contextlib
import hashlib
import html
import itertools
import json
import re
import tarfile
import zipfile
from pathlib import Path

import nbformat
import needs
import pytest
import website
from web import check, lite, source, wheels

import exercises

ROOT = exercises.ROOT
LESSONS = [source.place(path) for path in source.lessons()]
NAMES = [*LESSONS, *(source.place(path) for path in source.handed_out())]
OWN = ["anywidget", "comm", "ipywidgets", "jupyterlab-widgets", "psygnal"]


def stand_in(name):
    """A wheel of the right name and version with nothing in it."""
    file = f"{name.replace('-', '_')}-{wheels.pinned(name)}"
    path = wheels.KEPT / f"{file}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        told = f"Metadata-Version: 2.1\nName: {name}\nVersion: {wheels.pinned(name)}\n"
        archive.writestr(zipfile.ZipInfo(f"{file}.dist-info/METADATA"), told)
    return path


def distribution(folder):
    """A folder like Pyodide's: the packages that are needed, one that these need, and one that nobody needs."""
    folder.mkdir(parents=True)
    packages = {name: {"depends": []} for name in (*lite.PACKAGES, "kiwisolver", "pandas")}
    packages["matplotlib"]["depends"] = ["kiwisolver"]
    for name, package in packages.items():
        package["file_name"] = f"{name}-1.0-py3-none-any.whl"
        (folder / package["file_name"]).write_text(name)
        package["sha256"] = hashlib.sha256(name.encode()).hexdigest()
    for name in lite.CORE:
        (folder / name).write_text(name)
    (folder / lite.LOCK).write_text(json.dumps({"info": {}, "packages": packages}))
    return folder


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """A function that builds the site in a folder of its own and returns that."""
    needs.needed("jupyterlite_sphinx", "only `make site` and CI install it: make test EXTRAS=site")
    pyodide = distribution(tmp_path_factory.mktemp("given") / "pyodide")

    def made():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wheels, "KEPT", tmp_path_factory.mktemp("wheels"))
            patch.setattr(wheels, "fetched", stand_in)
            out = tmp_path_factory.mktemp("sites") / "site"
            website.build(out, str(pyodide), "somebody/course")
        return out

    return made


@pytest.fixture(scope="session")
def site(build):
    return build()


@pytest.fixture(scope="session")
def read(site):
    return {path.relative_to(site).as_posix(): page for path, page in check.pages(site).items()}


def page_of(name):
    return name.replace(".ipynb", ".html")


def text_of(site, name):
    return (site / page_of(name)).read_text(encoding="utf-8")


# What is on it


@pytest.mark.parametrize("name", NAMES)
def test_every_lesson_and_exercise_has_a_page_with_three_ways_out(site, read, name):
    told = html.unescape(re.search("<title>(.*?)</title>", text_of(site, name))[1])
    assert told == f"{source.title(ROOT / name)} — Recurrent networks"
    top = "../" * name.count("/")
    links = read[page_of(name)].links
    assert f"{top}lite/lab/index.html?path={name}" in links
    assert f"{top}lite/files/{name}" in links
    assert [a for a in links if a.startswith("https://mybinder.org/v2/gh/somebody/course/HEAD?")]


@pytest.mark.parametrize("name", NAMES)
def test_what_one_downloads_and_runs_is_the_course_itself(site, name):
    assert (site / "lite" / "files" / name).read_bytes() == (ROOT / name).read_bytes()


@pytest.mark.parametrize("name", LESSONS)
def test_every_picture_of_a_lesson_is_on_its_page_with_what_it_says(read, name):
    nb = nbformat.read(ROOT / name, as_version=4)
    drawn = [
        o for c in nb.cells for o in c.get("outputs", []) if source.PICTURE in o.get("data", {})
    ]
    said = [" ".join(source.text_of(output).split()) for output in drawn]
    assert [picture["alt"] for picture in read[page_of(name)].pictures] == said


@pytest.mark.parametrize("name", NAMES)
def test_no_formula_is_left_as_it_was_written(site, name):
    plain = re.sub(
        r'<(pre|code|script|style)\b.*?</\1>|<(span|div) class="[^"]*math.*?</\2>|<[^>]+>',
        "",
        text_of(site, name),
        flags=re.DOTALL,
    )
    assert not re.search(r"\$|\\frac|\\\(", html.unescape(plain))


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_reader_finds_the_sidebar_and_no_empty_head_of_a_column(site, name):
    text = text_of(site, name)
    assert 'class="bd-sidebar-primary bd-sidebar" role="region" aria-label=' in text
    assert not re.search(r"<th\b[^>]*>(\s|<p>|</p>)*</th>", text)


def test_results_of_long_experiments_lie_beside_the_lessons(site):
    stored = {path.name for path in ROOT.glob("notebooks/results/*.json")}
    assert {p.name for p in site.glob("lite/files/notebooks/results/*.json")} == stored


def test_the_start_page_has_the_readmes_table_and_runs_every_lesson(read):
    links = read["index.html"].links
    assert {page_of(name) for name in NAMES} <= set(links)
    assert {f"lite/lab/index.html?path={name}" for name in LESSONS} <= set(links)


def test_lessons_follow_each_other_in_the_order_of_the_course(site):
    for name, following in itertools.pairwise(LESSONS):
        found = re.search(r'<link rel="next" [^>]*href="([^"]+)"', text_of(site, name))
        assert found[1] == Path(page_of(following)).name


def test_one_can_search(site):
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert '"eigenvalu' in index
    assert all(page_of(name).removesuffix(".html") in index for name in NAMES)


def test_jupyterlab_lists_the_files_in_the_order_of_the_course(site):
    for folder in ("notebooks", "exercises"):
        listed = json.loads((site / f"lite/api/contents/{folder}/all.json").read_text())
        names = [entry["name"] for entry in listed["content"]]
        assert names == sorted(path.name for path in (site / "lite/files" / folder).iterdir())


# What is not


def test_nothing_is_wrong_with_it(site):
    assert list(check.problems(site, self_contained=True)) == []


def test_nothing_for_instructors_is_on_it(site):
    paths = [path.relative_to(site).as_posix() for path in site.rglob("*")]
    assert [p for p in paths if re.search(r"solution|instructor|(^|/)tests?/|\.map$", p)] == []


def test_twice_the_same_bytes(site, build):
    again = build()
    ours, theirs = contents(site), contents(again)
    assert sorted(ours) == sorted(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@contextlib.contextmanager
def changed(path, text):
    """The file with other contents, as long as one looks; `text` None takes it away."""
    before = path.read_bytes()
    try:
        path.unlink() if text is None else path.write_text(text, encoding="utf-8")
        yield
    finally:
        path.write_bytes(before)


SPOILT = {
    "asks https://elsewhere.example/x.js": '<script src="https://elsewhere.example/x.js"></script>',
    "asks //elsewhere.example/x.css": '<link rel="stylesheet" href="//elsewhere.example/x.css">',
    "leads to nowhere.html": '<a href="nowhere.html">x</a>',
    "leads to index.html#nowhere": '<a href="index.html#nowhere">x</a>',
    "leads to /index.html": '<a href="/index.html">x</a>',
    "leads to lite/lab/index.html?path=x.ipynb": '<a href="lite/lab/index.html?path=x.ipynb">x</a>',
    "the picture picture.png has no words": '<img src="picture.png">',
}


@pytest.mark.parametrize("told", SPOILT)
def test_a_spoilt_page_is_found(site, told):
    path = site / "class.html"
    with changed(path, path.read_text(encoding="utf-8") + SPOILT[told]):
        read = check.pages(site)
        found = [*check.requests(site, read), *check.broken_links(site, read)]
        found += check.unnamed_pictures(site, read)
    assert any(f"class.html {told}" in f or f"class.html: {told}" in f for f in found)


def test_a_line_of_a_solution_is_found_on_a_page_and_in_a_file(site):
    path = ROOT / "solutions/03_bptt_by_hand/03_bptt_by_hand.ipynb"
    secret = sorted(check.leaks.secrets([check.leaks.read(path)], {})[0], key=len)[-1]
    for name, text in (
        ("class.html", f"<p>{html.escape(secret)}</p>"),
        ("browser.html", "<pre>### BEGIN SOLUTION</pre>"),
        ("lite/files/notebooks/results/04_truncation.json", json.dumps([secret])),
    ):
        with changed(site / name, text):
            found = list(check.secrets(site, check.pages(site)))
        assert [s for s in found if " has a line of 03-" in s or " has the words BEGIN" in s], name


def test_a_style_or_script_that_fetches_is_found(site):
    for name, text in (
        ("_static/site.css", "@import 'https://elsewhere.example/x.css';"),
        ("_static/site.css", "body { background: url(//elsewhere.example/x.png); }"),
        ("_static/doctools.js", "fetch('https://elsewhere.example/x')"),
    ):
        with changed(site / name, text):
            assert any(f"{name} asks" in told for told in check.requests(site, {}))


def test_settings_that_lost_something_are_found(site):
    path = site / "lite" / "jupyter-lite.json"
    for key, told in (
        ("pyodideUrl", "has the pyodideUrl None, wanted ./static/pyodide/pyodide.mjs"),
        ("disablePyPIFallback", "lets packages come from elsewhere"),
        ("pipliteUrls", "does not name the site's own wheels"),
    ):
        settings = json.loads(path.read_text(encoding="utf-8"))
        del settings["jupyter-config-data"]["litePluginSettings"][lite.KERNEL][key]
        with changed(path, json.dumps(settings)):
            assert any(told in sentence for sentence in check.misconfigured(site / "lite", True))


def test_a_damaged_or_missing_wheel_is_found(site):
    ours = next(site.glob("lite/pypi/rnn_core-*.whl"))
    theirs = next(site.glob(f"lite/{lite.OURS}/numpy-*.whl"))
    for path, told in ((ours, "the wheel of rnn-core"), (theirs, "Pyodide's numpy")):
        for text in ("other", None):
            with changed(path, text):
                found = list(check.misconfigured(site / "lite", True))
            assert any(told in sentence for sentence in found), (path, text)


# Packages


def test_the_site_brings_what_pyodide_does_not(site):
    assert wheels.own() == OWN
    index = json.loads((site / "lite/pypi/all.json").read_text(encoding="utf-8"))
    assert sorted(index) == sorted([*OWN, "rnn-core"])
    assert all(list(index[name]["releases"]) == [wheels.pinned(name)] for name in OWN)


def test_the_wheel_of_rnn_core_is_the_package_with_the_measured_results(site):
    with zipfile.ZipFile(next(site.glob("lite/pypi/rnn_core-*.whl"))) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    code = {p.relative_to(ROOT).as_posix() for p in (ROOT / "rnn_core").rglob("*") if p.is_file()}
    # Where the browser gives Python no folder, a lesson reads the measured results from the package.
    results = {
        f"rnn_core/data/results/{path.name}" for path in ROOT.glob("notebooks/results/*.json")
    }
    assert held == results | {name for name in code if "__pycache__" not in name}


def test_of_pyodide_only_what_is_needed_is_taken_over(site):
    folder = site / "lite" / lite.OURS
    packages = json.loads((folder / lite.LOCK).read_text(encoding="utf-8"))["packages"]
    assert sorted(packages) == sorted((*lite.PACKAGES, "kiwisolver"))
    files = {*lite.CORE, lite.LOCK, *(package["file_name"] for package in packages.values())}
    assert {path.name for path in folder.iterdir()} == files


def test_a_tar_serves_as_well_as_a_folder(tmp_path):
    given = distribution(tmp_path / "pyodide")
    with tarfile.open(tmp_path / "pyodide.tar.bz2", "w:bz2") as tar:
        tar.add(given, "pyodide")
    lite.take_over(tmp_path / "pyodide.tar.bz2", tmp_path / "taken", tmp_path / "work")
    assert (tmp_path / "taken" / lite.LOCK).exists()


def test_what_is_no_distribution_is_refused_in_a_sentence(tmp_path):
    given = distribution(tmp_path / "pyodide")
    (tmp_path / "text.tar").write_text("no tar")
    (given / "numpy-1.0-py3-none-any.whl").unlink()
    for name, told in (
        ("nowhere", "wanted a Pyodide distribution, a folder or tar with pyodide-lock.json"),
        ("text.tar", "wanted a folder or a tar"),
        ("pyodide", "which lacks numpy-1.0-py3-none-any.whl"),
    ):
        with pytest.raises(ValueError, match=told):
            lite.take_over(tmp_path / name, tmp_path / f"taken-{name}", tmp_path / "work")
    with pytest.raises(ValueError, match="PYODIDE has no package"):
        lite.chosen({"numpy": {"depends": []}})


def test_a_package_without_a_version_is_refused():
    with pytest.raises(ValueError, match=r"constraints\.txt has no version of x-y"):
        wheels.pinned("x-y")


# Pages that are taken over


def test_a_page_stands_alone(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("[a file](x.py), [elsewhere](https://example.org), ![two](b.png) ![one](a.png)")
    (tmp_path / "a.png").touch()
    told = "a file, [elsewhere](https://example.org),  ![one](a.png)"
    assert source.standing_alone(page) == told


# Addresses


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("", ""),
        ("me/course", "https://mybinder.org/v2/gh/me/course/HEAD"),
        ("me/course/v2", "https://mybinder.org/v2/gh/me/course/v2"),
        (
            "https://hub.example.org/v2/gh/me/course/main",
            "https://hub.example.org/v2/gh/me/course/main",
        ),
    ],
)
def test_a_binder_address_is_made_of_a_name_or_taken_as_it_is(given, made):
    assert source.launch_url(given) == made


@pytest.mark.parametrize("given", ["course", "me/course/a/b", "https://example.org/x", 'me/"x"'])
def test_what_is_no_binder_address_is_refused(given):
    with pytest.raises(ValueError, match=r"BINDER is .*, wanted owner/name"):
        source.launch_url(given)


def test_without_a_repository_there_is_no_binder_button():
    assert "Binder" not in source.ways_out("notebooks/02_forward_pass.ipynb")


def test_an_exercise_in_which_somebody_has_worked_is_not_published(monkeypatch):
    monkeypatch.setattr(exercises, "untouched", lambda content: False)
    with pytest.raises(ValueError, match="is not as it was generated: run make exercises"):
        source.handed_out()


def test_the_date_is_that_of_the_last_commit_or_the_one_given(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert website.date() == 1000000000
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert website.date() >= website.UNDATED


def test_a_build_that_fails_leaves_the_older_site_and_says_why(monkeypatch, tmp_path, capsys):
    (tmp_path / "index.html").touch()
    with pytest.raises(SystemExit, match="BINDER is 'x'"):
        website.main(["--binder", "x", "--out", str(tmp_path)])
    assert (tmp_path / "index.html").exists()
