"""make update: take over a newer edition of the course, and keep everything that you have written.

    python tools/update.py rnn-course-2026-11-30.zip      (or the folder it was unpacked into)

A file that is as it was shipped is replaced by the new one. A file in which you have worked stays where it is if
there is no newer one, and else beside the new one as NN_name.yours.ipynb. Files of your own are left alone. The
whole edition is read and checked before anything is written, every file is written whole or not at all, and when it
is interrupted, the same command goes on. Standard library only.
"""

import hashlib
import json
import re
import stat
import sys
import zipfile
import zlib
from pathlib import Path

from keeping import store

ROOT = Path(__file__).resolve().parent.parent
EDITION = "tools/edition.json"  # {"edition": its name, "files": {path: sha256 as it was shipped}}
LARGEST = 200_000_000  # bytes, unpacked: some twenty times what the course has
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
CLONE = """\
This folder was made by git, which takes over new editions by itself:
    git pull
It stops when you have worked in a file that is new there, and says "Your local changes to the following files would
be overwritten". Nothing is lost. For each file that it lists, keep yours under another name, then pull again:
    cp exercises/NN_name/NN_name.ipynb exercises/NN_name/NN_name.yours.ipynb
    git restore exercises/NN_name/NN_name.ipynb
    git pull"""


class Refused(Exception):
    """Why nothing has been written, as a sentence for the person at the keyboard."""


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def unfit(name):
    """Why a path of an edition could not be a file of the course on every machine; None when it can."""
    parts = name.split("/")
    if not name or len(name) > 150:
        return "is empty or very long"
    if re.search(r'[\\:<>"|?*\x00-\x1f\x7f]', name):
        return "has a character that not every system allows"
    if any(part in ("", ".", "..") or part[-1] in ". " for part in parts):
        return "is absolute, leads out of the folder, or has a part that Windows would spell in another way"
    if any(RESERVED.match(part) for part in parts):
        return "has a part that is a device on Windows"
    return (
        "is a folder of git's or of the installation"
        if parts[0].lower() in (".git", ".venv")
        else None
    )


def check_names(names, source):
    """Refuse paths that lead elsewhere, and two that are one file on Windows and macOS."""
    for name in names:
        if why := unfit(name):
            raise Refused(f"{source} is no edition of the course: the path {name!r} {why}.")
    if len({name.lower() for name in names}) < len(names):
        raise Refused(f"{source} is no edition of the course: two of its paths are the same file.")


def read_zip(path):
    """{path: bytes} of the zip's one folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            check_entries(entries, path.name)
            contents = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Refused(
            f"{path.name} is no zip file, or was cut short: download it again ({error})."
        ) from None
    check_names(contents, path.name)
    tops = {name.partition("/")[0] for name in contents}
    if len(tops) != 1:
        raise Refused(
            f"{path.name} is no edition of the course: it has {len(tops)} folders, wanted one."
        )
    return {name.partition("/")[2]: content for name, content in contents.items()}


def check_entries(entries, source):
    """What can be told before unpacking: kinds of file, paths given twice, and size."""
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise Refused(
                f"{source} is no edition of the course: {entry.filename!r} is a link or device."
            )
    if len({entry.filename for entry in entries}) < len(entries):
        raise Refused(f"{source} is no edition of the course: one path is in it twice.")
    size = sum(entry.file_size for entry in entries)
    if size > LARGEST:
        raise Refused(
            f"{source} is no edition of the course: it unpacks to {size:,} bytes, the most is {LARGEST:,}."
        )


def read_folder(path):
    """{path: bytes} of an edition that has been unpacked: the files that its list names."""
    _, files = read_list(path / EDITION, path.name)
    missing = [name for name in files if not (path / name).is_file()]
    if missing:
        raise Refused(f"The folder {path.name} lacks {missing[0]}: unpack the zip file again.")
    return {name: (path / name).read_bytes() for name in [EDITION, *files]}


def read_list(path, source):
    """(name of the edition, {path: checksum}) as stored at `path`."""
    if not path.is_file():
        raise Refused(f"{source} is no edition of the course: it has no {EDITION}.")
    return parse_list(path.read_bytes(), source)


def parse_list(content, source):
    try:
        told = json.loads(content.decode())
        name, files = str(told["edition"]), dict(told["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{source}: its {EDITION} cannot be read ({error!r}).") from None
    check_names(files, source)
    return name, files


def read(path):
    """(name, {path: bytes}) of the edition at `path`, complete and as it was made."""
    if not path.exists():
        raise Refused(f"There is no {path}: name the new edition, FROM=rnn-course-….zip")
    contents = read_folder(path) if path.is_dir() else read_zip(path)
    if EDITION not in contents:
        raise Refused(f"{path.name} is no edition of the course: it has no {EDITION}.")
    name, files = parse_list(contents[EDITION], path.name)
    if set(files) != set(contents) - {EDITION}:
        odd = sorted(set(files) ^ (set(contents) - {EDITION}))[0]
        raise Refused(f"{path.name} is no edition of the course: {odd} is missing, or not listed.")
    for file, checksum in files.items():
        if sha256(contents[file]) != checksum:
            raise Refused(
                f"{path.name}: {file} is not as it was made. Download it and unpack it again."
            )
    return name, contents


def take_over(contents, root, shipped):
    """Store an edition under `root`, of which {path: checksum} was `shipped` before; yields (path, what happened).

    The list of checksums comes last: until then the older one tells what has been worked in.
    """
    for name in sorted(set(contents) - {EDITION}):
        same = as_shipped(shipped, name)(contents[name])
        if same and (root / name).exists():  # worked in or not, there is nothing newer
            yield name, "as before"
        else:
            yield name, store(root / name, contents[name], as_shipped(shipped, name))
    for name in sorted(set(shipped) - set(contents)):
        if (root / name).is_file() and as_shipped(shipped, name)((root / name).read_bytes()):
            (root / name).unlink()
            yield name, "no longer part of the course; it was as shipped, and is gone"
    store(root / EDITION, contents[EDITION], lambda _: True)


def as_shipped(shipped, name):
    return lambda content: sha256(content) == shipped.get(name)


def update(source):
    """Take over the edition at `source` into this course; says what changed."""
    mine = ROOT / EDITION
    if not mine.exists() and (ROOT / ".git").exists():
        raise Refused(CLONE)
    if not source:
        raise Refused("Name the new edition: make update FROM=rnn-course-2026-11-30.zip")
    if Path(source).resolve() == ROOT:
        raise Refused("FROM is this folder itself; wanted the new edition, a zip file or folder.")
    name, contents = read(Path(source).expanduser().resolve())
    before, shipped = read_list(mine, "this folder") if mine.exists() else ("unknown", {})
    counts = {"as before": 0}
    for file, told in take_over(contents, ROOT, shipped):
        counts[told] = counts.get(told, 0) + 1
        if told not in ("as before", "new", "changed"):
            print(f"{file}: {told}")
    told = ", ".join(f"{counts.get(what, 0)} {what}" for what in ("new", "changed", "as before"))
    print(f"This was edition {before} and is now {name}: files {told}.")


def main(arguments):
    try:
        update(arguments[0] if arguments else "")
    except Refused as refused:
        sys.exit(str(refused))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Run the same command again to go on with it.")
    except OSError as error:
        sys.exit(f"Stopped: {error}. Put this right, then run the same command again to go on.")


if __name__ == "__main__":
    main(sys.argv[1:])
