"""Every test here compares a kernel with the forward in NumPy that says what it computes."""

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def numba():
    why = "numba, which compiles kernels, is not installed or refuses this NumPy"
    return pytest.importorskip("numba", reason=why, exc_type=ImportError)


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return np.dtype(request.param)


@pytest.fixture
def random():
    return np.random.default_rng(0)
