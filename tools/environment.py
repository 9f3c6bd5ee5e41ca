"""Make .venv fit for what is asked of it, then run something in it.

    python tools/environment.py lab,test [-- -m pytest tests]

The first argument names extras of pyproject.toml; what follows `--` are the arguments of the
environment's own Python. A stamp in .venv says what has been installed completely, so that there
is nothing to do, and nothing to fetch, when nothing has changed. Standard library only; the syntax
is that of any Python, so that one which is too old can say so.
"""

import collections
import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

OLDEST, NEWEST = (3, 11), (3, 14)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "rnn_core.json")
INPUTS = ("pyproject.toml", "constraints.txt")

WRONG_PYTHON = """\
The course needs Python {0} to {1}; this is Python {2}.
Install one of them, for instance version 3.12:
    Debian, Ubuntu   sudo apt install python3.12 python3.12-venv
    macOS            brew install python@3.12
    Windows          winget install Python.Python.3.12
and name it: make lab PYTHON=python3.12
Or use conda, which brings its own Python: conda env create -f environment.yml"""
NO_VENV = """\
This Python cannot make a virtual environment: its venv or ensurepip module is missing.
On Debian and Ubuntu: sudo apt install python{0}-venv
Then run the same command again, or name another Python: make lab PYTHON=python3.12"""
DISK_FULL = """\
The disk is full. Free about 1.5 GB (`pip cache purge` may help), then run the same command again;
it goes on where it stopped."""
NOT_WRITABLE = """\
Files cannot be written in {0}
Copy or clone the course to a folder of your own, or change the owner of this one."""
NO_NETWORK = """\
Packages have to be fetched, and the package index could not be reached. Check the connection
(behind a proxy: set HTTPS_PROXY), then run the same command again; it goes on where it stopped."""
UNKNOWN = (
    "The installation failed for the reason above. Run the same command again to go on with it."
)

SIGNS = (
    (DISK_FULL, ("No space left on device", "not enough space on the disk", "quota exceeded")),
    (NOT_WRITABLE, ("Permission denied", "Read-only file system", "Access is denied")),
    (
        NO_NETWORK,
        (
            "ConnectionError",
            "Connection refused",
            "Connection reset",
            "ConnectTimeout",
            "Failed to establish a new connection",
            "NameResolutionError",
            "Network is unreachable",
            "ProxyError",
            "ReadTimeout",
            "Read timed out",
            "SSLError",
            "Temporary failure in name resolution",
            "getaddrinfo failed",
        ),
    ),
)


class Trouble(Exception):
    """What stands in the way, as a sentence for the person at the keyboard."""


def say(text, end="\n"):
    sys.stdout.write(text + end)
    sys.stdout.flush()


def dotted(version):
    return ".".join(str(part) for part in version[:2])


def venv_python():
    return os.path.join(
        VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python"))
    )


def surroundings():
    """The variables of everything that runs in .venv: nothing outside of it may take its place."""
    outside = ("PYTHONHOME", "PYTHONPATH", "JUPYTER_PATH", "PIP_TARGET", "PIP_PREFIX")
    variables = {name: value for name, value in os.environ.items() if name not in outside}
    # Without PREFER_ENV a kernel registered as python3 in the home folder would run the lessons.
    variables.update(JUPYTER_PREFER_ENV_PATH="1", PIP_USER="0", PYTHONUTF8="1")
    return variables


def advice(output):
    """The sentence that fits pip's or venv's last words."""
    for sentence, signs in SIGNS:
        if any(sign in output for sign in signs):
            return sentence.format(ROOT)
    return UNKNOWN


def check_python():
    if not OLDEST <= tuple(sys.version_info[:2]) <= NEWEST:
        raise Trouble(WRONG_PYTHON.format(dotted(OLDEST), dotted(NEWEST), dotted(sys.version_info)))


def read_stamp():
    try:
        with open(STAMP, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {"extras": []}


def write_stamp(**entries):
    with open(STAMP, "w", encoding="utf-8") as file:
        json.dump(entries, file)


def fingerprint(version):
    """Changes with whatever the installed packages depend on."""
    digest = hashlib.sha256(version.encode("utf-8"))
    for name in INPUTS:
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def version_in_venv():
    """The environment's "3.x"; empty when its Python does not start or has no pip."""
    code = (
        "import sys, importlib.util as u; print('%d.%d' % sys.version_info[:2], u.find_spec('pip'))"
    )
    try:
        output = subprocess.check_output([venv_python(), "-Ic", code], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return ""
    version, pip = output.decode("utf-8", "replace").split(None, 1)
    return "" if pip.strip() == "None" else version


def reason_to_make(version, stamp):
    """Why .venv has to be made, or made anew; None when it can stay."""
    if not os.path.exists(VENV):
        return "it is not there yet"
    if not version:
        return "the one that is there does not work"
    if not OLDEST <= tuple(int(part) for part in version.split(".")) <= NEWEST:
        return "the one that is there has Python " + version
    if os.environ.get("PYTHON") and version != dotted(sys.version_info):
        return "you named Python {0} and it has {1}".format(dotted(sys.version_info), version)
    if stamp.get("root", ROOT) != ROOT:
        return "it was made for the folder " + stamp["root"]
    return None


def make_venv(reason):
    say("Making .venv with Python {0}: {1}.".format(dotted(sys.version_info), reason))
    process = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    output = process.stdout.decode("utf-8", "replace")
    if process.returncode:
        say(output.strip())
        missing = "ensurepip" in output or "No module named venv" in output
        explained = NO_VENV.format(dotted(sys.version_info)) if missing else advice(output)
        raise Trouble(explained)


def check_names(extras):
    import tomllib

    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        known = tomllib.load(file)["project"]["optional-dependencies"]
    unknown = sorted(set(extras) - set(known))
    if unknown:
        sentence = "There is no extra named {0}; there are {1}."
        raise Trouble(sentence.format(", ".join(unknown), ", ".join(sorted(known))))


def forget_half_packages():
    """pip writes INSTALLER last; a package without it was cut short, yet counts as installed."""
    for folder, folders, files in os.walk(VENV):
        if folder.endswith(".dist-info"):
            folders[:] = []
            if "INSTALLER" not in files:
                shutil.rmtree(folder)


def pip_install(*arguments):
    command = [venv_python(), "-m", "pip", "install", "-c", "constraints.txt"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    command += arguments
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    # Wide enough to hold the cause, which stands well above what pip concludes from it.
    last = collections.deque(maxlen=60)
    for raw in process.stdout:
        line = raw.decode("utf-8", "replace").rstrip()
        last.append(line)
        if line.startswith(("Collecting", "Downloading", "Installing")):
            say(".", end="")
    if process.wait():
        say("\n" + "\n".join(list(last)[-12:]) + "\n")
        raise Trouble(advice("\n".join(last)))


def install(extras):
    start = time.time()
    say("Installing {0}: takes a minute or two the first time ".format(", ".join(extras)), end="")
    forget_half_packages()
    # The build tool is pinned with the rest, which pip's own isolated build would not respect.
    pip_install("setuptools")
    pip_install("--no-build-isolation", "-e", ".[{0}]".format(",".join(extras)))
    set_apart()
    say(" done in {0:.0f} s.".format(time.time() - start))


def set_apart():
    """Move the website's kernel to where JupyterLab does not look: it would load it and complain."""
    installed = os.path.join(VENV, "share", "jupyter", "labextensions", "@jupyterlite")
    apart = os.path.join(VENV, "share", "jupyterlite", "labextensions", "@jupyterlite")
    if os.path.isdir(installed):
        shutil.rmtree(apart, ignore_errors=True)
        shutil.copytree(installed, apart)
        shutil.rmtree(installed)


def prepare(wanted):
    check_python()
    stamp, version = read_stamp(), version_in_venv()
    reason = reason_to_make(version, stamp)
    if reason:
        make_venv(reason)
        stamp, version = read_stamp(), version_in_venv()
    extras = sorted(set(wanted) | set(stamp["extras"]))
    inputs = fingerprint(version)
    if stamp.get("inputs") == inputs and stamp["extras"] == extras:
        return
    check_names(wanted)
    # Until pip has finished, the stamp keeps the extras that are whole and vouches for nothing.
    write_stamp(root=ROOT, extras=stamp["extras"], inputs=None)
    install(extras)
    write_stamp(root=ROOT, extras=extras, inputs=inputs)


def explain(error):
    """The sentence for an OSError of our own, which is not in pip's words."""
    full = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
    closed = (errno.EACCES, errno.EPERM, errno.EROFS)
    if error.errno in full:
        return DISK_FULL
    return NOT_WRITABLE.format(ROOT) if error.errno in closed else str(error)


def run(arguments):
    os.chdir(ROOT)
    command = [venv_python()]
    command += arguments
    if os.name == "nt":
        # Windows' exec returns to the shell at once, while the program runs on.
        return subprocess.call(command, env=surroundings())
    os.execve(command[0], command, surroundings())


def main(arguments):
    if not arguments or arguments[0].startswith("-"):
        say(__doc__.strip())
        return 2
    try:
        prepare([extra for extra in arguments[0].split(",") if extra])
    except Trouble as trouble:
        sys.stderr.write("\n{0}\n".format(trouble))
        return 1
    except OSError as error:
        sys.stderr.write("\n{0}\n".format(explain(error)))
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. Run the same command again to go on with it.\n")
        return 130
    return run(arguments[2:]) if arguments[1:2] == ["--"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
