"""What users write without naming an op: operators, variables, numbers and arrays."""

import numpy as np

from ..case import NUMBERS, Bad, Case
from ..inputs import NONZERO, POSITIVE, REAL, arrays, broadcast, call, one, ones, same


def number_by_number(tf, x):
    """Arithmetic between a tensor and Python's numbers, on either side."""
    return [x + 2, 2 + x, x - 2, 2 - x, x * 3, 3 * x, x / 2, 2 / x, x**2, 2**x, -x, abs(x)]


def through_a_variable(tf, x):
    """A variable's value, and the gradient for it."""
    variable = tf.Variable(x)
    with tf.GradientTape() as tape:
        y = variable * variable
    return [y, tape.gradient(y, variable)]


CASES = [
    Case(
        "operators",
        lambda tf, x, y: [x + y, x - y, x * y, x / y, -x],
        broadcast(REAL, NONZERO),
        dtypes=NUMBERS,
    ),
    Case(
        "operators with numbers",
        number_by_number,
        one(POSITIVE),
    ),
    Case(
        "operators with arrays",
        lambda tf, x: [x * np.float64([2.0, 3.0]), np.float64([1.0, 2.0]) - x],
        call(arrays(REAL, (3, 2))),
    ),
    Case(
        "operators that round",
        lambda tf, x, y: [x // y, x % y],
        broadcast(REAL, NONZERO),
        dtypes=NUMBERS,
        differentiable=False,
    ),
    Case(
        "comparisons",
        lambda tf, x, y: [
            x < y,
            x <= y,
            x > y,
            x >= y,
            x == y,
            x != y,
            ~(x < y),
            (x < y) | (x > 0),
        ],
        broadcast(REAL, REAL),
        dtypes=NUMBERS,
        differentiable=False,
    ),
    Case(
        "an integer tensor times 2.5",
        lambda tf, x: x * 2.5,
        one(REAL),
        raises=(Bad("TypeError", (ones(2, dtype="int32"),)),),
    ),
    Case(
        "matrix product operator",
        lambda tf, a, b: a @ b,
        call(arrays(REAL, (2, 3)), arrays(REAL, (3, 1))),
    ),
    Case(
        "a list of tensors",
        lambda tf, x, y: tf.reduce_sum([x, y * 2]),
        same(REAL, REAL),
    ),
    Case("read_variable", through_a_variable, one(REAL), differentiable=False),
]
