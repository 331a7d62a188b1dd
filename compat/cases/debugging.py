"""Assertions with a result that can be differentiated; tests/compat/test_debugging has the rest."""

import numpy as np

from ..case import At, Bad, Case
from ..inputs import REAL, one, ones

CASES = [
    Case(
        "check_numerics",
        lambda tf, x: tf.debugging.check_numerics(x, "text"),
        one(REAL),
        at=(At(([1.0, 2.0],), [1.0, 2.0], ([1.0, 1.0],)),),
        raises=(
            Bad("InvalidArgumentError", (np.float32([1, np.nan]),)),
            Bad("InvalidArgumentError", (ones(2, dtype="int32"),)),
        ),
    ),
]
