"""Exercise 11: cross entropy from logits."""

import numpy as np

from .drawn import array, number, one_of, together, whole
from .framework import compare

START = '''"""Cross entropy from logits.

The loss of a classifier is -log p[label], with p = softmax(x). Where p rounds to 0 that is inf,
and its gradient nan. Joined, the two are  log(Σ exp(x)) - x[label].  The first part, log-sum-exp,
is safe if the largest x is taken off inside and added outside. This is why losses take the logits
x (from_logits=True). The gradient becomes simple, too.

Check it:  minitape learn check 11
A hint:    minitape learn hint 11
"""

import numpy as np


def log_sum_exp(x):
    """log(Σ exp(x)) of the numbers in the array x."""
    return ...


def cross_entropy(x, label):
    """-log(softmax(x)[label])."""
    return ...


def cross_entropy_vjp(g, x, label):
    """The cotangent of x, given the number g, that of the cross entropy."""
    return ...
'''

HINTS = (
    "log(Σ exp(x)) = m + log(Σ exp(x - m)) for any m: take the largest.",
    "-log(exp(x[label]) / Σ exp(x)) is a difference of logarithms.",
    "The derivative of log-sum-exp is softmax(x); that of -x[label] is -1 at the label.",
)


def log_sum_exp(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


def cross_entropy(x, label):
    return log_sum_exp(x) - x[label]


def softmax(x):
    return np.exp(x - log_sum_exp(x))


def one_hot(label):
    return 1.0 * (np.arange(3) == label)


def vjp(g, x, label):
    return g * (softmax(x) - one_hot(label))


OF_SUM = [
    (lambda x: np.log(np.sum(np.exp(x))), "exp of a large number is inf: take off the largest."),
    (
        lambda x: np.log(np.sum(np.exp(x - np.max(x)))),
        "What is taken off inside of the logarithm is added outside again.",
    ),
    (
        lambda x: np.max(x) * np.log(np.sum(np.exp(x - np.max(x)))),
        "log(e^m s) = m + log(s): the largest is added, it is no factor.",
    ),
    (
        lambda x: np.max(x),
        "That is the largest alone, which log-sum-exp comes near to: the rest is missing.",
    ),
]
OF_LOSS = [
    (
        lambda x, label: -np.log(softmax(x)[label]),
        "softmax rounds to 0, and its logarithm is -inf. The difference of logarithms stays exact.",
    ),
    (lambda x, label: x[label] - log_sum_exp(x), "The sign: a loss is small where p is near 1."),
    (lambda x, label: log_sum_exp(x), "Where is the label? -log p[label] depends on x[label]."),
    (
        lambda x, label: log_sum_exp(x) - np.max(x),
        "It is the label's x that is taken off, not the largest.",
    ),
]
OF_RULE = [
    (lambda g, x, label: g * softmax(x), "-x[label] has a derivative as well: -1 at the label."),
    (lambda g, x, label: softmax(x) - one_hot(label), "g is missing: the loss may be weighted."),
    (
        lambda g, x, label: g * (one_hot(label) - softmax(x)),
        "The sign: a larger x at the label makes the loss smaller.",
    ),
    (
        lambda g, x, label: g * one_hot(label) * (softmax(x) - 1),
        "The other logits have a gradient as well: they are in the sum.",
    ),
]


def check(user):
    """Compares the three, for logits of any size."""
    xs = together(array(3), one_of(1.0, 1000.0)).map(lambda drawn: drawn[0] * drawn[1])
    compare(user, "log_sum_exp", log_sum_exp, together(xs), OF_SUM, tolerance=1e-9)
    compare(user, "cross_entropy", cross_entropy, together(xs, whole(0, 2)), OF_LOSS)
    given = together(number(), array(3), whole(0, 2))
    compare(user, "cross_entropy_vjp", vjp, given, OF_RULE)
