"""What users write without naming an op: operators, variables, numbers and arrays."""

import numpy as np

from ..case import COMPLEX, NUMBERS, OVERFLOW, At, Bad, Case
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


def jacobian(tf, x, y, **p):
    """The Jacobian of a product with respect to both factors."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        z = tf.tensordot(x, x * y, 1)
    return tape.jacobian(z, [x, y], experimental_use_pfor=False)


def batch_jacobian(tf, x):
    """The Jacobian of each example of a function of two arguments."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x[:, :1] * tf.exp(x)
    return tape.batch_jacobian(y, x, experimental_use_pfor=False)


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
        largest=OVERFLOW,
    ),
    Case(
        "a list of tensors",
        lambda tf, x, y: tf.reduce_sum([x, y * 2]),
        same(REAL, REAL),
    ),
    Case("read_variable", through_a_variable, one(REAL), differentiable=False),
    # -- complex numbers -------------------------------------------------------------------------
    Case(
        "operators on complex numbers",
        lambda tf, x, y: [x + y, x - y, x * y, x / y, -x],
        broadcast(REAL, NONZERO),
        dtypes=COMPLEX,
    ),
    Case(
        "conj in a product",
        lambda tf, x: tf.math.conj(x) * x * x,
        one(REAL),
        dtypes=(*NUMBERS, *COMPLEX),
        # The gradient of a holomorphic function is the conjugate of its derivative.
        at=(At(([1 + 2j],), [5 + 10j], ([7 + 4j],)),),
    ),
    # -- Jacobians -------------------------------------------------------------------------------
    Case(
        "jacobian",
        jacobian,
        call(arrays(REAL, (2, 2)), arrays(REAL, (2, 2))),
        dtypes=("float64", "complex128"),
        unlike={"empty_inputs_are_tensorflows": "TensorFlow's Jacobian of nothing is None"},
    ),
    Case(
        "batch_jacobian",
        batch_jacobian,
        call(arrays(REAL, (2, 3))),
        dtypes=("float64",),
        unlike={"empty_inputs_are_tensorflows": "TensorFlow's Jacobian of nothing is float32"},
    ),
]
