"""Memory that a training step gives back is kept for the next one, instead of being fetched from the system again.

glibc, the C library of most Linux systems, returns each freed block of 128 KiB or more to the system, and the next
array of that size costs new pages, which the system fills with zeros: in a fresh process a step of training may spend
more time on that than on arithmetic. From blocks that were freed it learns: it then keeps what is not larger, and up
to twice as much unused memory (mallopt(3), M_MMAP_THRESHOLD). So the largest block that counts is freed once; none
of its pages is ever touched. Other C libraries have rules of their own; there it changes nothing.
"""

import numpy as np

LARGEST = 32 * 2**20  # bytes, with the heap's own header


def keep_what_is_freed():
    """Free one block of nearly 32 MiB that was never written to."""
    np.empty(LARGEST - 2**16, np.uint8)
