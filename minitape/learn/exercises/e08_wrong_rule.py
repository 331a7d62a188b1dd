"""Exercise 8: to find a wrong rule."""

import numpy as np

from .drawn import array, one_of, together
from .framework import compare

START = '''"""To find a wrong rule, without knowing the right one.

A rule is right if it agrees with differences of the function itself. For y = f(x) with cotangent g
look at the number  L(x) = Σ g f(x).  The rule's answer must be the gradient of L: and so, for each
element of x alone,  (L(x + h) - L(x - h)) / 2h,  where only that element is moved by h. Rounding
and h² leave a small difference, which a tolerance must allow.

Write the test that all rules of minitape have passed (minitape.learn.check_gradients).

Check it:  minitape learn check 8
A hint:    minitape learn hint 8
"""

import numpy as np


def is_right(f, vjp, x, g):
    """Whether vjp(g, x) is the cotangent of the array x, where g is that of f(x), an array."""
    h = 1e-5
    return ...
'''

HINTS = (
    "For each index i: moved = x.copy(); moved[i] += h. Then L(moved) = np.sum(g * f(moved)).",
    "Collect the differences in an array of x's shape; then np.allclose(..., atol=1e-6).",
    "The cotangent has x's shape as well: np.allclose broadcasts, and would not notice.",
)


class Rule:
    """A function, a rule for it, and the hint for whoever takes a wrong one for right."""

    def __init__(self, name, f, vjp, missed=None):
        self.name, self.f, self.vjp, self.missed = name, f, vjp, missed

    def __str__(self):
        return self.name


RIGHT = [
    Rule("square", lambda x: x**2, lambda g, x: 2 * g * x),
    Rule("sine", np.sin, lambda g, x: g * np.cos(x)),
    Rule("running sum", np.cumsum, lambda g, x: np.cumsum(g[::-1])[::-1]),
    Rule("sum", np.sum, lambda g, x: np.sum(g) + 0 * x),
]
WRONG = [
    Rule(
        "square, by half",
        lambda x: x**2,
        lambda g, x: g * x,
        "It finds rules right that are wrong everywhere.",
    ),
    Rule(
        "sine, without g",
        np.sin,
        lambda g, x: np.cos(x),
        "If g is 1 everywhere in the test, a rule that leaves it out passes. Use the g given.",
    ),
    Rule(
        "square, turned round",
        lambda x: x**2,
        lambda g, x: (2 * g * x)[::-1],
        "Its sum is right: one wrong element hides another. Compare element by element.",
    ),
    Rule(
        "cube, wrong in the last",
        lambda x: x**3,
        lambda g, x: 3 * g * x**2 + np.array([0, 0, 0.125]),
        "A rule may be wrong in one element alone. Move each of them, the last as well.",
    ),
    Rule(
        "mean, not repeated",
        np.mean,
        lambda g, x: np.sum(g) / 3,
        "np.allclose broadcasts, and so can't see a wrong shape. A cotangent has that of x.",
    ),
]
REFUSED = (
    "It finds rules wrong that are right. Rounding and h² leave a small difference: so numbers are "
    "compared with a tolerance, not with ==."
)


def right(rule, x, g):
    return rule.missed is None


def call(function, rule, x, g):
    """Hands the parts of a rule to the user's function; g is a number where f(x) is."""
    return bool(function(rule.f, rule.vjp, x, g if np.ndim(rule.f(x)) else np.sum(g)))


def check(user):
    """Has right and wrong rules tested."""
    xs, gs = one_of(np.array([0.5, 1.0, 2.0]), np.array([-0.75, 2.5, 1.5])), array(3, low=1.25)
    gs = gs.filter(lambda g: len(set(g)) == 3)
    rules = together(one_of(*RIGHT), xs, gs)
    compare(user, "is_right", right, rules, hint=REFUSED, call=call)
    for rule in WRONG:
        one = together(rule, xs, gs)
        compare(user, "is_right", right, one, hint=rule.missed, call=call, examples=10)
