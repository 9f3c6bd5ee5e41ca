"""Let `git diff` show notebooks through nbdime, in this clone only.

nbdime's own `config-git` would name a program that is found only while .venv is active, and every
`git diff` of a notebook would die elsewhere. So the path is given, and plain diff where it is gone.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(sys.executable).relative_to(ROOT).with_name("git-nbdiffdriver").as_posix()
COMMAND = (
    f'f() {{ if test -x {PROGRAM} || test -x {PROGRAM}.exe; then {PROGRAM} diff "$@"; '
    'else git diff --no-index --no-ext-diff -- "$2" "$5" || :; fi; }; f'
)


def is_checkout() -> bool:
    """Whether ROOT is itself a clone, not merely a folder in somebody's other repository."""
    if not shutil.which("git"):
        return False
    answer = subprocess.run(
        ["git", "rev-parse", "--show-toplevel"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    return answer.returncode == 0 and Path(answer.stdout.strip()).resolve() == ROOT


def main() -> None:
    if not is_checkout():
        print("Not a git clone: nothing to configure.")
        return
    subprocess.run(
        ["git", "config", "--local", "diff.jupyternotebook.command", COMMAND], cwd=ROOT, check=True
    )
    print("Ready. `git diff` shows notebooks through nbdime in this clone; `make lab` opens them.")


if __name__ == "__main__":
    main()
