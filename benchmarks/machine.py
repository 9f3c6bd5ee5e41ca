"""The machine: how many threads a benchmark gets, and what it ran on. To be imported before NumPy.

NumPy's BLAS, JAX and PyTorch each have a thread pool of their own, and each reads once, when it is imported, how
large it may be. JAX has no documented setting at all, and takes as many threads as the process may use processors.
"""

import datetime
import importlib.metadata
import os
import platform
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import instructions

PACKAGES = ("numpy", "jax", "torch")


def processors():
    """The numbers of the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def settle(threads, avx2=False):
    """So many threads for everything: by name for those who listen, and by processors where the system can.

    With as many processors as threads, a library that takes no orders has no more to run on than the others.
    avx2: NumPy and PyTorch use AVX2 at most. Raises ValueError for more threads than there are processors, and for
    avx2 on a processor that is not of the x86 family.
    """
    allowed = processors()
    if threads > len(allowed):
        raise ValueError(f"threads: got {threads}, wanted at most {len(allowed)}, the processors")
    held = instructions.as_avx2() if avx2 else {}
    names = ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM")
    variables = {f"{name}_{'' if 'MAX' in name else 'NUM_'}THREADS": threads for name in names}
    os.environ |= {name: str(value) for name, value in variables.items()}
    os.environ |= {"NPROC": str(threads), "JAX_PLATFORMS": "cpu"}  # XLA's pool has this many
    os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"  # else its compilers stay, and wait
    if threads == 1:
        os.environ["XLA_FLAGS"] = (
            "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        )
    os.environ |= held
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, allowed[-threads:])  # the first one serves the system most


def describe(threads=None):
    """What the figures depend on: processor, system, versions, threads, load at the beginning and the day."""
    about = {"processor": processor(), "processors": os.cpu_count(), "threads": threads}
    about["openblas"] = instructions.openblas_core(dict(os.environ))
    about |= {"system": platform.system(), "machine": platform.machine()}
    about |= {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    if hasattr(os, "getloadavg"):  # not on Windows
        about["load"] = round(os.getloadavg()[0], 1)
    return about | {"day": datetime.date.today().isoformat()}


def processor():
    """The name of the processor, as far as the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            found = re.search(r"^model name\s*: *(.+)$", file.read(), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def version(package):
    """The version of an installed package, or None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def sentence(about):
    """`describe` in one line."""
    versions = [f"{name} {about[name]}" for name in PACKAGES if about[name]]
    threads = [f"{about['threads']} thread(s) for all"] if about["threads"] else []
    kernels = [f"OpenBLAS as for {about['openblas']}"] if about.get("openblas") else []
    load = [f"load {about['load']} at the beginning"] if "load" in about else []
    return ", ".join(
        [
            f"{about['processor']} ({about['processors']} processors)",
            f"{about['system']} {about['machine']}",
            f"Python {about['python']}",
            *versions,
            *kernels,
            *threads,
            *load,
            about["day"],
        ]
    )
