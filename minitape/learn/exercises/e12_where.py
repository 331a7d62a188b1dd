"""Exercise 12: a NaN in the branch that is not taken."""

import numpy as np

from ...engine import GradientTape, convert_to_tensor
from .drawn import array, together
from .framework import compare

START = '''"""A NaN in the branch that is not taken.

where(x > 0, sqrt(x), 0)  gives no nan: but its gradient does. Both branches are computed. Backward,
the sqrt gets the cotangent 0 where it was not taken, times its derivative 1 / (2 sqrt(x)), which is
inf at 0 and nan below: and 0 times inf is nan. So the input must be made harmless before the sqrt,
by a where of its own.

Write two functions of a tensor whose gradients have no nan.

Check it:  minitape learn check 12
A hint:    minitape learn hint 12
"""

import minitape as mt


def safe_sqrt(x):
    """sqrt(x) where x > 0, elsewhere 0, with the gradient 0."""
    return ...


def safe_log(x):
    """log(x) where x > 0, elsewhere 0, with the gradient 0."""
    return ...
'''

HINTS = (
    "Which number has a square root with a finite derivative? Put it where x isn't positive.",
    "inner = mt.where(x > 0, x, 1.0); then mt.sqrt(inner) is finite, and so is its derivative.",
    "A second where, outside, gives the result: mt.where(x > 0, mt.sqrt(inner), 0.0).",
)


def of_parts(value, derivative):
    """Value and gradient where x > 0, zeros elsewhere."""

    def right(x):
        inner = np.where(x > 0, x, 1.0)
        return np.where(x > 0, value(inner), 0), np.where(x > 0, derivative(inner), 0)

    return right


def one_where(value, derivative):
    """What one where alone gives: 0 times the derivative, which may be inf or nan."""

    def wrong(x):
        found = np.where(x > 0, value(x), 0)
        return found, np.where(x > 0, 1.0, 0.0) * derivative(x)

    return wrong


def raised(value, derivative, least=1e-7):
    """What clipping x from below gives."""
    return lambda x: (value(np.maximum(x, least)), np.where(x >= least, derivative(x), 0))


def inner_alone(value, derivative):
    def wrong(x):
        inner = np.where(x > 0, x, 1.0)
        return value(inner), np.where(x > 0, derivative(inner), 0)

    return wrong


def value_and_gradient(function, x):
    """What the user's function gives, and its gradient by minitape's tape."""
    x = convert_to_tensor(x)
    with GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return y, tape.gradient(y, x)


ONE = (
    "The value is right and the gradient has a nan: 0 times an infinite derivative. A where "
    "inside, before the op, has to make its input harmless."
)
CLIPPED = "Clipping x leaves a value that is not 0 where x isn't positive: a where outside."
INNER = "Where x isn't positive the value should be 0: the second where, outside, is missing."
OTHER = "Compare value and gradient (the second) with what is expected."


def check(user):
    """Compares values and gradients, for numbers below 0, at 0 and above."""
    for name, value, derivative in (
        ("safe_sqrt", np.sqrt, lambda x: 0.5 / np.sqrt(x)),
        ("safe_log", np.log, lambda x: 1 / x),
    ):
        parts = value, derivative
        mistakes = [
            (one_where(*parts), ONE),
            (inner_alone(*parts), INNER),
            (raised(*parts), CLIPPED),
            (lambda x, f=value: (f(np.abs(x)), 0 * x), INNER),
        ]
        right = of_parts(*parts)
        compare(user, name, right, together(array(3)), mistakes, OTHER, value_and_gradient)
