"""What the tests of kernels, for the CPU and for cards, are given."""

import numpy as np
import pytest


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return np.dtype(request.param)


@pytest.fixture
def random():
    return np.random.default_rng(0)
