"""What tests beside TensorFlow share."""

import pytest
import tensorflow as tf

import minitape


@pytest.fixture
def no_global_seed():
    """Neither library has a global seed, whatever other tests set: op seeds mean the same then."""
    for library in (minitape, tf):
        library.random.set_seed(None)
    yield
    for library in (minitape, tf):
        library.random.set_seed(None)
