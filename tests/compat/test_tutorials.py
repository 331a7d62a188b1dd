"""What beginners' guides do gives the same on minitape, served as TensorFlow, as on TensorFlow."""

import numpy as np
import pytest
import tensorflow

from compat.tutorials import PROGRAMS
from minitape import dropin, nest

LIBRARIES = (dropin.find("tf"), tensorflow)


def found_out(program, tf, folder):
    """What a program returns, begun from the same seed and with fresh names."""
    folder.mkdir()
    tf.keras.backend.clear_session()
    tf.keras.utils.set_random_seed(1)
    return program(tf, str(folder))


def plain(value):
    """A leaf of a result as something that can be compared."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return np.asarray(value)


@pytest.mark.filterwarnings("ignore::UserWarning")  # each library has its own
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_tutorial(program, tmp_path, no_global_seed, graphs):
    ours, theirs = (
        found_out(program, tf, tmp_path / name)
        for tf, name in zip(LIBRARIES, ("ours", "theirs"), strict=True)
    )
    nest.assert_same_structure(ours, theirs, check_types=False)
    for our, their in zip(nest.flatten(ours), nest.flatten(theirs), strict=True):
        our, their = plain(our), plain(their)
        assert np.asarray(our).dtype.kind == np.asarray(their).dtype.kind
        if np.asarray(their).dtype.kind == "f":
            np.testing.assert_allclose(our, their, rtol=1e-4, atol=1e-5)
        elif isinstance(their, np.ndarray):
            np.testing.assert_array_equal(our, their)
        else:
            assert our == their
