"""Every test here compares a kernel with the forward in NumPy that says what it computes."""

import threading

import pytest


@pytest.fixture(autouse=True)
def numba():
    why = "numba, which compiles kernels, is not installed or refuses this NumPy"
    return pytest.importorskip("numba", reason=why, exc_type=ImportError)


def in_four_threads(run):
    """Calls a function four times at once."""
    several = [threading.Thread(target=run) for _ in range(4)]
    for one in several:
        one.start()
    for one in several:
        one.join()
