"""Exercise 3: a value that is used twice."""

import math

from .drawn import number, together
from .framework import compare

START = '''"""A value that is used twice: the diamond.

In  a = x²,  b = sin(a),  c = 3 a,  y = b c  the value a is used twice: two ways lead from it to y.
A change of a reaches y on both, and what comes back on them adds up. So a's cotangent is complete
only when everything that used a has been walked, and only then may a's own rule run.

Walk backward through the program, from g, the cotangent of y.

Check it:  minitape learn check 3
A hint:    minitape learn hint 3
"""

import math


def diamond_vjp(g, x):
    """Returns the cotangent of x."""
    a = x * x
    b = math.sin(a)
    c = 3 * a
    # y = b * c, and its cotangent is g. Backward, from the last line to the first:
    db = ...
    dc = ...
    da = ...
    dx = ...
    return dx
'''

HINTS = (
    "The last line is y = b c: the rule of multiply gives db and dc from g.",
    "b = sin(a) gives a the part db cos(a); c = 3 a gives it the part 3 dc. They add up.",
    "In a = x x the value x is used twice as well.",
)


def after_a(x):
    """For g = 1 the two parts of a's cotangent: what comes from b and what comes from c."""
    a = x * x
    return 3 * a * math.cos(a), 3 * math.sin(a)


def right(g, x):
    return g * sum(after_a(x)) * 2 * x


MISTAKES = [
    (
        lambda g, x: g * after_a(x)[0] * 2 * x,
        "What came from c is lost: a was used for b and for c, and both parts add up.",
    ),
    (
        lambda g, x: g * after_a(x)[1] * 2 * x,
        "What came from b is lost: da was overwritten where the second part should be added.",
    ),
    (
        lambda g, x: g * sum(after_a(x)) * x,
        "x is used twice in x * x, and gets a cotangent from either use.",
    ),
    (lambda g, x: sum(after_a(x)) * 2 * x, "g is missing: y is not the end of the program."),
    (
        lambda g, x: g * after_a(x)[0] * after_a(x)[1] * 2 * x,
        "What comes back on two ways is added. Only along one way are derivatives multiplied.",
    ),
    (
        lambda g, x: g * (after_a(x)[0] + after_a(x)[1] / 3) * 2 * x,
        "The way through c = 3 a has a factor: where a grows by 1, c grows by 3.",
    ),
]


def check(user):
    """Compares the walk with the derivative."""
    compare(user, "diamond_vjp", right, together(number(), number(-2, 2)), MISTAKES)
