"""A Pyodide distribution for the tests of the browser edition, put together from npm and PyPI in build/pyodide.

    python tools/pyodide.py [folder]

A site for a class takes the official distribution, which holds hundreds of packages and comes from neither. For tests
these sources are enough: the core is npm's `pyodide`; the wheels compiled for it are those that PyPI's `open-webui`
carries along, each compared with the checksum in npm's lock; wheels of pure Python come from PyPI in the versions of
the lock, whose entry then says what came. About 130 MB are fetched, 35 MB kept, and nothing when all is there.

Pyodide is under the MPL-2.0. `open-webui` has a licence of its own: nothing of it but Pyodide's own files is looked
at, and what is put together here is for tests on this machine, never committed and never published.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "pyodide"
VERSION = "314.0.3"
CORE_IS = "sK40My6m8tmBUYtYH9au9rXUeh9x0wfahtHdOlGmJxZDsKBGKtP6KznyFB2+u/klbQTdDionR0uaVd176zVQzQ=="
CORE = ("pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs", "python_stdlib.zip", "package.json")
LOCK = "pyodide-lock.json"
CARRIER = "open-webui==0.12.4"
CARRIER_IS = "02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6"
PACKAGES = ("ipython", "jedi", "matplotlib", "micropip", "numpy", "sympy", "typing-extensions")
PURE = "--no-deps --only-binary=:all: --platform=any --implementation=py --abi=none"
PYTHON = "--python-version=3.14 --ignore-requires-python"  # the carrier wants another, to be run


class Refused(Exception):
    """What came is not what was wanted, or nothing came."""


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, encoding="utf-8", **options)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-3:])
        raise Refused(f"{' '.join(command[:4])} … failed:\n{last}")
    return done.stdout


def pip_download(folder, *wanted):
    """Wheels of pure Python; pip compares them with the checksums of the index."""
    pip = (sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check")
    run(*pip, *PURE.split(), *PYTHON.split(), f"--dest={folder}", *wanted)


def core(folder):
    """npm's package, unpacked in `folder`: the core and the lock."""
    if not shutil.which("npm"):
        raise Refused("npm is missing; on Debian: apt-get install nodejs npm")
    said = run("npm", "pack", "--json", f"pyodide@{VERSION}", cwd=folder)
    file = folder / json.loads(said)[0]["filename"]
    check(file.name, base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode(), CORE_IS)
    shutil.unpack_archive(file, folder)
    return folder / "package"


def check(name, got, wanted):
    if got != wanted:
        raise Refused(f"{name}: got the checksum {got}, wanted {wanted}")


def needed(packages, names):
    """These packages of a lock and all that they need in turn."""
    found, open_names = {}, list(names)
    while open_names:
        name = re.sub(r"[-_.]+", "-", open_names.pop()).lower()
        if name not in found:
            found[name] = packages[name]
            open_names += packages[name]["depends"]
    return found


def carried(carrier, packages):
    """{name: content} of the wheels that the carrier holds exactly as the lock describes them."""
    found = {}
    with zipfile.ZipFile(carrier) as archive:
        place = {Path(name).name: name for name in archive.namelist() if "/pyodide/" in name}
        for name, entry in packages.items():
            if entry["file_name"] in place:
                content = archive.read(place[entry["file_name"]])
                check(entry["file_name"], sha256(content), entry["sha256"])
                found[name] = content
    return found


def put_together(folder, work):
    """Fetch everything into `work`, and lay out in `folder` what Pyodide needs, with a lock of just that."""
    source = core(work)
    lock = json.loads((source / LOCK).read_text(encoding="utf-8"))
    packages = lock["packages"] = needed(lock["packages"], PACKAGES)
    pip_download(work, CARRIER)
    (carrier,) = work.glob("open_webui-*.whl")
    check(carrier.name, sha256(carrier.read_bytes()), CARRIER_IS)
    wheels = carried(carrier, packages)
    pure = [name for name in packages if name not in wheels]
    pip_download(work, *(f"{name}=={packages[name]['version']}" for name in pure))
    for name in pure:
        wheels[name] = (work / packages[name]["file_name"]).read_bytes()
        packages[name]["sha256"] = sha256(wheels[name])
    for name, entry in packages.items():
        (folder / entry["file_name"]).write_bytes(wheels[name])
    for name in CORE:
        shutil.copy(source / name, folder)
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")


def whole(folder):
    """Whether the folder holds a lock of this version and every file as that describes it."""
    try:
        packages = json.loads((folder / LOCK).read_text(encoding="utf-8"))["packages"].values()
        version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
        good = all(sha256((folder / p["file_name"]).read_bytes()) == p["sha256"] for p in packages)
        return version == VERSION and good and all((folder / name).exists() for name in CORE)
    except (OSError, ValueError, KeyError):
        return False


def distribution(folder=FOLDER):
    """The folder, filled where it was not; half a distribution is never left in its place."""
    if whole(folder):
        return folder
    print(f"Fetching Pyodide {VERSION} for the tests (about 130 MB) …", flush=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        made = Path(work, "made")
        made.mkdir()
        put_together(made, Path(work))
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    return folder


def main(names):
    try:
        folder = distribution(*(Path(name).resolve() for name in names[:1]))
    except Refused as error:
        sys.exit(str(error))
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(
        f"Pyodide {VERSION} in {folder}: {size / 1e6:.0f} MB, {len(list(folder.iterdir()))} files"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
