"""Exercise 1: a derivative by hand."""

import math

from .drawn import number, together
from .framework import compare

START = '''"""A derivative by hand.

A program is a formula in small steps. Its derivative is found step by step as well: each step has a
rule (sum, product, sine, square), and the chain rule joins them. That is all that a tape does.

Give the value and the derivative of  y = x sin(x) + x²  at x, by hand.

Check it:  minitape learn check 1
A hint:    minitape learn hint 1
"""

import math


def value_and_derivative(x):
    """Returns y and dy/dx, two numbers."""
    y = x * math.sin(x) + x * x
    derivative = ...
    return y, derivative
'''

HINTS = (
    "The derivative of a sum is the sum of the derivatives: take x sin(x) and x² one by one.",
    "x sin(x) is a product: (u v)' = u' v + u v'.",
    "(x sin(x))' = sin(x) + x cos(x), and (x²)' = 2 x.",
)


def right(x):
    return x * math.sin(x) + x * x, math.sin(x) + x * math.cos(x) + 2 * x


def but(derivative):
    """A mistake: the value is right, and the derivative is this."""
    return lambda x: (right(x)[0], derivative(x))


MISTAKES = [
    (
        but(lambda x: math.cos(x) + 2 * x),
        "x sin(x) is a product, and each factor changes: (u v)' = u' v + u v'.",
    ),
    (
        but(lambda x: x * math.cos(x) + 2 * x),
        "Half of the product rule is missing: in x sin(x) the x changes, too.",
    ),
    (
        but(lambda x: math.sin(x) - x * math.cos(x) + 2 * x),
        "The derivative of the sine is +cos. It is the cosine's, -sin, that has a minus.",
    ),
    (
        but(lambda x: math.sin(x) + x * math.cos(x) + x),
        "x² = x x is a product of two factors that both change: so its derivative is 2 x, not x.",
    ),
    (
        but(lambda x: math.sin(x) + x * math.cos(x)),
        "The derivative of x² is missing: that of a sum has a part from each term.",
    ),
]


def check(user):
    """Compares the answer with the derivative."""
    compare(user, "value_and_derivative", right, together(number()), MISTAKES)
