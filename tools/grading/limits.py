"""Set the limits of a process, then become another Python: the first thing that runs in the sandbox.

    python limits.py MEMORY FILE arguments of Python …

MEMORY bytes of address space and FILE bytes for any one file; standard library only.
"""

import os
import sys

try:
    import resource
except ImportError:  # Windows has no such limits, and no sandbox either
    resource = None


def main(memory, size, *arguments):
    if resource:
        resource.setrlimit(resource.RLIMIT_AS, (int(memory),) * 2)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size),) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.execv(sys.executable, [sys.executable, *arguments])


if __name__ == "__main__":
    main(*sys.argv[1:])
