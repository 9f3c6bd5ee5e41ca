"""make site: the course as a website, in build/site: pages to read, and JupyterLite to work in.

    python tools/website.py [--pyodide folder-or-tar] [--binder owner/name] [--out folder]

One Sphinx build makes both, from the notebooks as they are stored; nothing is executed. It always begins with an
empty folder: built again over an older site, JupyterLite forgets where Pyodide lies. Without --pyodide the page
fetches Pyodide, and nothing else, from where its makers publish it; with it the site asks no other computer for
anything. What the site must not have, a line of a solution or an address elsewhere, stops the build. Run twice, the
bytes are equal.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from student import git
from web import check, finish, lite, source

ROOT = source.ROOT
BUILD = ROOT / "build"
CONFIGURATION = Path(source.__file__).parent
UNDATED = 315532800  # 1980, the first year that a zip file can name


def date():
    """Seconds since 1970 that stand wherever a date is stored: those of the last commit."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    try:
        return int(git("log", "-1", "--format=%ct"))
    except ValueError:
        return UNDATED


def sphinx(folder, prepared, made, when):
    """Run Sphinx, which runs JupyterLite; ValueError with its last words where either fails or warns."""
    options = {
        "jupyterlite_dir": prepared,
        "jupyterlite_config": prepared / "jupyter_lite_config.json",
        "jupyterlite_overrides": prepared / "overrides.json",
        "jupyterlite_contents": prepared / "contents" / "*",
    }
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-W", "--keep-going"]
    command += ["-c", str(CONFIGURATION), "-d", str(folder.parent / "doctrees")]
    command += [word for key, value in options.items() for word in ("-D", f"{key}={value}")]
    fixed = {"SOURCE_DATE_EPOCH": str(when), "PYTHONHASHSEED": "0", "TZ": "UTC"}
    done = subprocess.run(
        [*command, str(folder), str(made)],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | fixed,
    )
    if done.returncode:
        raise ValueError("\n".join(f"{done.stdout}\n{done.stderr}".strip().splitlines()[-30:]))


def size(folder):
    """Megabytes of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def build(out, pyodide="", binder=""):
    """Make the site in `out`, in place of an older one; returns megabytes with and without source maps."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="site-") as name:
        work, when = Path(name), date()
        source.stage(work / "source", binder)
        lite.prepare(work / "lite", work, pyodide, when)
        made = work / "site"
        sphinx(work / "source", work / "lite", made, when)
        whole = size(made)
        finish.finish(made)
        if found := list(check.problems(made, bool(pyodide))):
            raise ValueError("\n".join([f"No site made: {len(found)} reasons.", *found]))
        shutil.rmtree(out, ignore_errors=True)
        made.rename(out)
    return whole, size(out)


def main(arguments):
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--pyodide", default="", help="a Pyodide distribution, folder or tar")
    options.add_argument("--binder", default="", help="owner/name of the repository on Binder")
    options.add_argument("--out", type=Path, default=BUILD / "site")
    chosen = options.parse_args(arguments)
    try:
        whole, small = build(chosen.out.resolve(), chosen.pyodide, chosen.binder)
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    print(f"{chosen.out}: {small:.1f} MB ({whole:.1f} MB with source maps, which are left out)")
    if not chosen.pyodide:
        told = (
            "Pages that run Python fetch Pyodide {} from outside; PYODIDE=… puts it into the site."
        )
        print(told.format(lite.published_version()))


if __name__ == "__main__":
    main(sys.argv[1:])
