"""Exercise 18: the Hessian times a vector."""

import numpy as np

from ...engine import convert_to_tensor
from ...ops import reduce_prod, reduce_sum, sin
from .drawn import array, one_of, together
from .framework import compare

START = '''"""The Hessian times a vector.

The Hessian H of a function of n numbers has n² elements: for a network far too many. But H v, how
the gradient changes in the direction v, costs no more than some gradients, for it is the gradient
of one number: of  Σ gradient(x) v.  A tape inside of a tape does it: the inner one's gradient is
made of ops, and the outer one has them written down.

Check it:  minitape learn check 18
A hint:    minitape learn hint 18
"""

import minitape as mt


def hessian_vector(f, x, v):
    """H v, a tensor, for a function f of a tensor, at x; v has the shape of x."""
    return ...
'''

HINTS = (
    "with mt.GradientTape() as outer: outer.watch(x); in it an inner tape, and its gradient.",
    "The inner gradient is taken inside of the outer's block, so that its ops are recorded.",
    "The outer tape's target is mt.reduce_sum(gradient * v), its source x. (Or forward over "
    "reverse: mt.autodiff.ForwardAccumulator.)",
)


class Case:
    """A function with its gradient and Hessian, by hand."""

    def __init__(self, name, f, gradient, hessian):
        self.name, self.f, self.gradient, self.hessian = name, f, gradient, hessian

    def __str__(self):
        return self.name


def of_product(x):
    a, b, c = x
    return np.array([[0, c, b], [c, 0, a], [b, a, 0]])


CASES = (
    Case(
        "Σ x³",
        lambda x: reduce_sum(x * x * x),
        lambda x: 3 * x**2,
        lambda x: np.diag(6 * x),
    ),
    Case(
        "Π x",
        reduce_prod,
        lambda x: np.array([x[1] * x[2], x[0] * x[2], x[0] * x[1]]),
        of_product,
    ),
    Case(
        "sin(Σ x)",
        lambda x: sin(reduce_sum(x)),
        lambda x: np.cos(x.sum()) * np.ones(3),
        lambda x: -np.sin(x.sum()) * np.ones((3, 3)),
    ),
)


def right(case, x, v):
    return case.hessian(x) @ v


MISTAKES = [
    (lambda case, x, v: case.gradient(x), "That is the gradient itself, differentiated once."),
    (
        lambda case, x, v: case.gradient(x) * v,
        "That is the gradient times v, element by element: it has still to be differentiated.",
    ),
    (
        lambda case, x, v: np.sum(case.gradient(x) * v),
        "That is the number Σ gradient v. Now its gradient with respect to x.",
    ),
    (
        lambda case, x, v: case.hessian(x).sum(axis=0) * v,
        "The gradient was summed first, and v came too late: v weights it before it is summed.",
    ),
    (
        lambda case, x, v: np.diag(case.hessian(x)) * v,
        "That is the diagonal of H alone. Each x acts on the gradient of the others.",
    ),
    (lambda case, x, v: case.hessian(x), "That is all of H. What is asked for is H v."),
    (
        lambda case, x, v: case.hessian(x).sum(axis=0),
        "v is missing: that is H times ones.",
    ),
]
NONE = (
    "Is a gradient None? The inner gradient must be taken inside of the outer tape's block, and "
    "both tapes must watch x."
)


def call(function, case, x, v):
    """Hands tensors to the user's function."""
    found = function(case.f, convert_to_tensor(x), convert_to_tensor(v))
    if found is None:
        raise TypeError("the result is None")
    return found


def check(user):
    """Compares H v with the Hessian by hand."""
    given = together(one_of(*CASES), array(3), array(3))
    compare(user, "hessian_vector", right, given, MISTAKES, NONE, call)
