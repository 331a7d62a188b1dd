"""Freed memory is kept for the next array, where the C library is glibc.

By itself glibc takes a block above 128 KiB from the system for each large array, and gives it back
with the array. Each page of the next one then costs a page fault, in which the system fills it with
zeros: a fifth of a training step of a small network, whose arrays come and go at the same sizes.
"""

import ctypes
import os
import sys

# From malloc.h: what a freed end of the heap may hold before it goes back to the system, and from
# which size on a block has a mapping of its own. The latter can't be larger than this.
_TRIM_THRESHOLD, _TRIM_BYTES = -1, 256 << 20
_MMAP_THRESHOLD, _MMAP_BYTES = -3, 32 << 20


def keep_freed_memory() -> None:
    """Tells glibc so, unless the environment has said otherwise in glibc's own words."""
    if sys.platform != "linux" or any(name.startswith("MALLOC_") for name in os.environ):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # another C library may have none
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _TRIM_BYTES)
        mallopt(_MMAP_THRESHOLD, _MMAP_BYTES)
