"""Many jobs over the cores, each in a process of its own: one that dies, hangs or is killed stops no other."""

import contextlib
import multiprocessing
import os
import time
from multiprocessing.connection import wait

METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def pooled(function, jobs, workers, seconds, preload=()):
    """Call function(job) for each job in a process; yields (job, whether it came to its end) as they end.

    seconds: how long one may take. What a job finds out it writes to a file of its own.
    """
    context = multiprocessing.get_context(METHOD)
    if METHOD == "forkserver":
        context.set_forkserver_preload([*preload])
    waiting, running = [*reversed(jobs)], {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                job = waiting.pop()
                process = context.Process(target=function, args=(job,))
                process.start()
                running[process.sentinel] = process, job, time.monotonic() + seconds
            wait([*running], timeout=1)
            for sentinel, (process, job, deadline) in [*running.items()]:
                if process.is_alive() and time.monotonic() < deadline:
                    continue
                ended = not process.is_alive() and process.exitcode == 0
                stop(process)
                del running[sentinel]
                yield job, ended
    finally:
        for process, _, _ in running.values():
            stop(process)


def stop(process):
    """End a process; what it has started in the sandbox dies with it."""
    if process.is_alive():
        process.kill()
    process.join()
    process.close()


@contextlib.contextmanager
def told_to(path):
    """Everything that this process and its children write goes to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        yield
