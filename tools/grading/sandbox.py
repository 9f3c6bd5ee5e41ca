"""Where a student's code runs: its own processes, no network, and of the disk only Python and rnn_core.

On Linux that is bubblewrap (`bwrap`): everything else of the machine, solutions, other students and the
gradebook among it, does not exist in there. Limits of memory, time, files and processes hold as well.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

import rnn_core

STARTER = Path(__file__).with_name("limits.py")
SHARED = "shared"  # the folder of a run in which code may write: the sockets that lead out
MISSING = """\
Grading runs the code of others, so it wants bubblewrap, and {0}.
    Debian, Ubuntu   sudo apt install bubblewrap
    Fedora           sudo dnf install bubblewrap
It is there for Linux; on Windows use WSL, on macOS a virtual machine or a container.
Without it the code of students can read and delete what you can. If you want that all the same,
on a machine with nothing to lose: make grade … UNSAFE=yes"""


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    cell: float = 30  # seconds for one cell
    total: float = 300  # seconds for all of it
    memory: int = 2 * 2**30  # bytes, of all its processes
    processes: int = 40
    file: int = 64 * 2**20  # bytes of one file, and of all files together
    output: int = 100_000  # characters that one cell may write


def why_not():
    """Why there is no sandbox here, as the end of a sentence; "" if there is one."""
    if not shutil.which("bwrap"):
        return "bwrap is not installed"
    tried = subprocess.run(
        ["bwrap", *walls(Path("/nonexistent")), "--", sys.executable, "-c", "import rnn_core"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"bwrap cannot be used here: {tried.stderr.strip()[-300:]}" if tried.returncode else ""


def require():
    """ValueError with what to do if there is no sandbox on this machine."""
    if why := why_not():
        raise ValueError(MISSING.format(why))


def walls(folder, files=Limits.file):
    """Arguments of bwrap: what the sandbox is made of. Of `folder` it may write into SHARED only.

    The rest of it, the command that starts the next kernel among it, is read out here: in there nobody
    may change it.
    """
    python = {sys.prefix, sys.base_prefix, Path(sys.executable).resolve().parents[1].as_posix()}
    package = Path(rnn_core.__file__).parent
    shown = [*sorted(python - {"/usr"}), package, STARTER]
    environment = {
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "IPYTHONDIR": "/tmp/ipython",
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "PYTHONPATH": str(package.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NBGRADER_EXECUTION": "autograde",
    } | dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return [
        *("--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"),
        *("--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox"),
        *("--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"),
        *(part for name in ("bin", "lib", "lib32", "lib64", "sbin") for part in system(name)),
        *("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"),
        *("--size", str(files), "--tmpfs", "/tmp"),
        *(part for path in shown for part in ("--ro-bind", str(path), str(path))),
        *("--ro-bind-try", str(folder), str(folder)),
        *("--bind-try", str(folder / SHARED), str(folder / SHARED), "--chdir", "/tmp"),
        *("--remount-ro", "/"),
        *(part for pair in environment.items() for part in ("--setenv", *pair)),
    ]


def system(name):
    """/lib and its like: links into /usr on today's systems, folders on older ones."""
    path = Path("/", name)
    if path.is_symlink():
        return ("--symlink", os.readlink(path), str(path))
    return ("--ro-bind-try", str(path), str(path))


def kernelspec(folder, limits, isolated):
    """Write a Jupyter kernel that starts in the sandbox into `folder`; its name is "isolated"."""
    python = [sys.executable, str(STARTER), str(limits.memory), str(limits.file)]
    python += ["-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=CRITICAL"]
    python += ["--HistoryManager.hist_file=:memory:"]
    argv = ["bwrap", *walls(folder, limits.file), "--", *python] if isolated else python
    place = folder / "kernels" / "isolated"
    place.mkdir(parents=True)
    spec = {"argv": argv, "display_name": "isolated", "language": "python"}
    (place / "kernel.json").write_text(json.dumps(spec))


class Watch(threading.Thread):
    """Ends a process and all it has started when together they use too much; says in `told` why."""

    def __init__(self, pid, limits, shared=None):
        super().__init__(daemon=True)
        self.pid, self.limits, self.shared = pid, limits, shared
        self.told, self.ended = "", threading.Event()

    def run(self):
        while not self.ended.wait(0.1):
            try:
                top = psutil.Process(self.pid)
                family = [top, *top.children(recursive=True)]
                self.told = self.excess(family)
            except psutil.NoSuchProcess:
                continue  # one of them has just ended
            if self.told:
                return end(family)

    def excess(self, family):
        if len(family) > self.limits.processes:
            return f"It started more than {self.limits.processes} processes."
        used = sum(resident(process) for process in family)
        if used > self.limits.memory:
            return f"It used more than {self.limits.memory / 2**30:.1f} GiB of memory."
        if self.shared and written(self.shared) > self.limits.file:
            return f"It wrote more than {self.limits.file / 2**20:.0f} MiB of files."
        return ""


def written(folder):
    """Bytes of all files below a folder; each name counts a page, and what cannot be read has no end."""
    total, places = 0, [folder]
    while places:
        try:
            for entry in os.scandir(places.pop()):
                total += 4096 + entry.stat(follow_symlinks=False).st_size
                if entry.is_dir(follow_symlinks=False):
                    places.append(entry.path)
        except FileNotFoundError:
            continue  # it has just been deleted
        except OSError:
            return float("inf")  # no rights, or deeper than a path may be
    return total


def emptied(folder):
    """An empty folder in place of what code has left there, however deep that is or closed."""
    for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
        subprocess.run([*command, str(folder)], capture_output=True, check=False)
    folder.mkdir(parents=True, exist_ok=True)


def resident(process):
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def end(family):
    """Kill a family of processes; those of a sandbox die with the first."""
    for _ in range(3):
        for process in family:
            try:
                process.kill()
            except psutil.Error:
                continue
        time.sleep(0.05)
