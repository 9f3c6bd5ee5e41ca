"""The wheels that the website holds and those of its kernel, with their index as piplite reads it."""

import hashlib
import json
import shutil

from web.lite import extension
from web.wheels import collect

KERNEL = extension("@jupyterlite/pyodide-kernel-extension")
DATE = 1_700_000_000  # of the files, in seconds since 1970: no matter which


def wheels(folder, work):
    """Fill `folder`."""
    collect(folder, work, DATE)
    for path in (KERNEL / "static" / "pypi").glob("*.whl"):
        if not path.name.startswith("widgetsnbextension-3"):
            shutil.copy(path, folder)
    write_index(folder)


def write_index(folder):
    """all.json: of each package its one release."""
    index = {}
    for path in sorted(folder.glob("*.whl")):
        name, version = path.name.split("-")[:2]
        digests = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        release = {"filename": path.name, "url": f"./{path.name}", "digests": digests}
        index[name.replace("_", "-").lower()] = {"releases": {version: [release]}}
    (folder / "all.json").write_text(json.dumps(index), encoding="utf-8")
