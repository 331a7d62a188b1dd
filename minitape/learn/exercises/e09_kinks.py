"""Exercise 9: where there is no derivative."""

import numpy as np

from .drawn import array, together
from .framework import compare

START = '''"""Where there is no derivative: kinks and ties.

relu, the absolute value and the largest of several numbers have no derivative at some points. Some
number has to be taken there; which one is a convention, and programs depend on it. TensorFlow's and
minitape's: relu has the derivative 0 at 0, |x| has 0 at 0, and where several elements are the
largest, they share the cotangent in equal parts.

Write these rules, for whole arrays.

Check it:  minitape learn check 9
A hint:    minitape learn hint 9
"""

import numpy as np


def relu_vjp(g, x):
    """The cotangent of x, given that of np.maximum(x, 0)."""
    return ...


def abs_vjp(g, x):
    """The cotangent of x, given that of np.abs(x)."""
    return ...


def max_vjp(g, x):
    """The cotangent of x, given the number g, that of np.max(x)."""
    return ...
'''

HINTS = (
    "A comparison gives an array of True and False, which counts as 1 and 0 in a product.",
    "np.sign(x) is -1, 0 or 1.",
    "x == np.max(x) marks the largest; np.sum of that says how many they are.",
)


def relu(g, x):
    return g * (x > 0)


def absolute(g, x):
    return g * np.sign(x)


def largest(g, x):
    is_largest = x == np.max(x)
    return g * is_largest / np.sum(is_largest)


def first_of(places):
    return np.arange(len(places)) == np.argmax(places)


OF_RELU = [
    (lambda g, x: g * (x >= 0), "At 0 the convention is 0: only where x > 0 does g pass."),
    (lambda g, x: 1.0 * (x > 0), "g is missing: what follows in the program is in it."),
    (lambda g, x: np.maximum(g, 0) * (x > 0), "It is x that decides where g passes, not g itself."),
    (lambda g, x: np.maximum(g, 0), "It is x that decides where g passes, not g itself."),
    (lambda g, x: g * np.maximum(x, 0), "That is g times the value. The derivative is 1 or 0."),
]
OF_ABS = [
    (lambda g, x: g * np.where(x >= 0, 1, -1), "At 0 the convention is 0, neither 1 nor -1."),
    (lambda g, x: g * np.where(x > 0, 1, -1), "At 0 the convention is 0; this gives -1 there."),
    (lambda g, x: g * x / np.abs(x), "x / |x| is 0 / 0 at 0, not a number."),
    (lambda g, x: np.abs(g), "The sign of x decides, and g keeps its own."),
    (lambda g, x: g * (x > 0), "That is relu's. For x < 0 the absolute value falls: -1."),
]
OF_MAX = [
    (lambda g, x: g * (x == np.max(x)), "All the largest get all of g: so their sum is too much."),
    (lambda g, x: g * first_of(x), "Only the first of the largest has got something: they share."),
    (lambda g, x: g / x.size + 0 * x, "Only those that are the largest share g, not all."),
    (
        lambda g, x: g * np.max(x) * (x == np.max(x)) / np.sum(x == np.max(x)),
        "That is g times the value. The derivative with respect to the largest is 1.",
    ),
]


def check(user):
    """Compares the rules, at kinks and ties too."""
    arrays = together(array(3), array(3, low=-1, high=1))
    compare(user, "relu_vjp", relu, arrays, OF_RELU)
    compare(user, "abs_vjp", absolute, arrays, OF_ABS)
    numbers = together(array(1).map(lambda g: float(g[0])), array(3, low=-1, high=1))
    compare(user, "max_vjp", largest, numbers, OF_MAX)
