"""Which vector instructions the libraries use, and how to hold them all to fewer."""

import importlib.util
import os
import platform
import re
import subprocess
import sys

X86 = ("x86_64", "amd64", "i386", "i686", "x86")

# What holds one library back and not the others, or has Python compile every module anew.
SETTINGS = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
    "ONEDNN_MAX_CPU_ISA",
    "DNNL_MAX_CPU_ISA",
    "ATEN_CPU_CAPABILITY",
    "MKL_ENABLE_INSTRUCTIONS",
    "MKL_CBWR",
    "PYTHONDONTWRITEBYTECODE",
)


def lift():
    """Take such settings from this process, before NumPy is imported; returns {name: value} of what was set."""
    return {name: os.environ.pop(name) for name in SETTINGS if name in os.environ}


def as_avx2():
    """{variable: value} that holds NumPy and PyTorch to AVX2, as a laptop without AVX-512 would.

    Of NumPy's features only those are named which this NumPy would use here, since it warns of others. JAX cannot be
    held: XLA's option reaches the code that it generates and not the products that it brings along. Raises
    ValueError for a processor that is not of the x86 family.
    """
    if not is_x86():
        raise ValueError(f"avx2: got a processor of type {platform.machine()}, wanted x86-64")
    wider = [name for name in numpy_features() if name.startswith("AVX512") or name == "X86_V4"]
    return {
        "OPENBLAS_CORETYPE": "Haswell",
        "NPY_DISABLE_CPU_FEATURES": " ".join(wider),
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    }


def is_x86():
    """Is this processor one of the x86 family?"""
    return platform.machine().lower() in X86


def _told(code, variables):
    """What a fresh Python prints and complains of, with these variables."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=variables, capture_output=True, encoding="utf-8"
    )
    return done.stdout, done.stderr


def numpy_features():
    """The names of the instructions beyond NumPy's baseline that it would use on this processor."""
    code = (
        "from numpy._core import _multiarray_umath as u;"
        "print(*[name for name in u.__cpu_dispatch__ if u.__cpu_features__[name]])"
    )
    return _told(code, dict(os.environ))[0].split()


def openblas_core(variables):
    """The processor whose kernels NumPy's OpenBLAS says it uses with these variables; None for another BLAS."""
    if importlib.util.find_spec("numpy") is None:
        return None
    core = re.search(
        r"Core: (\S+)", "".join(_told("import numpy", {**variables, "OPENBLAS_VERBOSE": "2"}))
    )
    return core[1] if core else None
