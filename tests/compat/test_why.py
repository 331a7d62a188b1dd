"""The programs whose gradient is explained have none on TensorFlow, too."""

import numpy as np
import pytest
import tensorflow as tf

from tests.learn.unconnected import PROGRAMS


@pytest.mark.parametrize("name", PROGRAMS)
def test(name):
    program = PROGRAMS[name]
    tape, y, x = program.run(tf)
    gradient = tape.gradient(y, x)
    assert (gradient is None) == (program.cause not in ("flows", "zero"))
    if program.cause in ("flows", "zero"):
        assert np.all(gradient) == (program.cause == "flows")
