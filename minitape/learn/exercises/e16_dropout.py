"""Exercise 16: dropout that keeps the mean."""

from .drawn import array, one_of, together
from .framework import compare

START = '''"""Dropout that keeps the mean.

In training, dropout sets some elements to 0 at random, each with the probability `rate`, so that no
layer relies on one of them. What is left is scaled up, so that the mean stays what it is without
dropout: and later, when the model is used, nothing has to be done. Backward, the same elements are
dropped, and the same factor applies.

`uniform` has a random number from 0 to 1 for each element: one below `rate` means dropped.

Check it:  minitape learn check 16
A hint:    minitape learn hint 16
"""

import numpy as np


def dropout(x, rate, uniform):
    """The array x with elements dropped, and the others scaled."""
    return ...


def dropout_vjp(g, rate, uniform):
    """The cotangent of x, given that of the result."""
    return ...
'''

HINTS = (
    "uniform >= rate is True for what is kept. In a product, True counts as 1 and False as 0.",
    "A share of 1 - rate is kept. Which factor gives the mean back?",
    "dropout is linear in x, elementwise: so its rule is dropout itself, of g.",
)


def right(x, rate, uniform):
    return x * (uniform >= rate) / (1 - rate)


def back(g, rate, uniform):
    return right(g, rate, uniform)


OF_DROPOUT = [
    (
        lambda x, rate, uniform: x * (uniform >= rate),
        "The mean becomes smaller: what is kept is to be scaled up for what is dropped.",
    ),
    (
        lambda x, rate, uniform: x * (uniform < rate) / (1 - rate),
        "It is turned round: `rate` is the share that is dropped, not the one that is kept.",
    ),
    (
        lambda x, rate, uniform: x * (uniform >= rate) / rate,
        "The factor is 1 / (1 - rate): a share of 1 - rate is kept.",
    ),
    (
        lambda x, rate, uniform: x * (uniform >= rate) * (1 - rate),
        "That makes the mean smaller once more: what is kept is divided by 1 - rate.",
    ),
    (lambda x, rate, uniform: x / (1 - rate), "Nothing is dropped."),
]
OF_RULE = [
    (
        lambda g, rate, uniform: g * (uniform >= rate),
        "The factor of the forward pass is one of the derivative as well.",
    ),
    (
        lambda g, rate, uniform: g / (1 - rate),
        "What was dropped has no effect: its cotangent is 0.",
    ),
    (lambda g, rate, uniform: g, "The derivative of x * factor is the factor, which may be 0."),
    (
        lambda g, rate, uniform: (uniform >= rate) / (1 - rate),
        "g is missing: what follows in the program is in it.",
    ),
]


def check(user):
    """Compares both, for given random numbers."""
    rate = one_of(0.5, 0.25, 0.75)
    given = together(array(4), rate, array(4, low=0, high=0.75).map(lambda u: u + 0.125))
    compare(user, "dropout", right, given, OF_DROPOUT)
    compare(user, "dropout_vjp", back, given, OF_RULE)
