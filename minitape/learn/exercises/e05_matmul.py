"""Exercise 5: the rule of a matrix product."""

from .drawn import array, for_lengths, together
from .framework import compare

START = '''"""The rule of a matrix product.

In  c = a @ b  each element is a sum of products:  c[i, k] = Σ a[i, j] b[j, k].  By the rule of
multiply, a[i, j] gets g[i, k] b[j, k] from each k: and a sum over k of products is a matrix product
again. So the backward pass of a Dense layer is two matrix products, and no loop.

Check it:  minitape learn check 5
A hint:    minitape learn hint 5
"""

import numpy as np


def matmul_vjp(g, a, b):
    """Given the cotangent g of c = a @ b, returns those of a and of b."""
    return ...
'''

HINTS = (
    "Look at the shapes: a is (n, m), b is (m, p), g is (n, p). What makes (n, m) of g and b?",
    "da[i, j] = Σ g[i, k] b[j, k], summed over k: in both the last index. So b is transposed.",
    "da = g @ b.T. For db the sum runs over i, the first index of a and of g.",
)


def right(g, a, b):
    return g @ b.T, a.T @ g


MISTAKES = [
    (
        lambda g, a, b: (b.T @ g, g @ a.T),
        "The order matters in a product of matrices: da[i, j] = Σ g[i, k] b[j, k].",
    ),
    (
        lambda g, a, b: (g @ b, a @ g),
        "Something is to be transposed: in da[i, j] = Σ g[i, k] b[j, k] the k is last in both.",
    ),
    (lambda g, a, b: (b.T, a.T), "g is missing: what follows in the program is in it."),
    (lambda g, a, b: (a.T @ g, g @ b.T), "They are swapped: the cotangent of a comes first."),
    (
        lambda g, a, b: (g @ b.T, (a.T @ g).T),
        "The second one is transposed: db has the shape of b.",
    ),
    (
        lambda g, a, b: (g * b, g * a),
        "* multiplies element by element; this is the rule of a product of matrices.",
    ),
]


def check(user):
    """Compares the rule, for square matrices too, where no error tells of a wrong order."""
    shapes = "The shapes tell what can be multiplied: a is (n, m), b is (m, p), g is (n, p)."
    square = together(array(2, 2), array(2, 2), array(2, 2))
    compare(user, "matmul_vjp", right, square, MISTAKES, shapes)
    matrices = for_lengths(
        lambda n, m, p: together(array(n, p), array(n, m), array(m, p)),
        *(range(1, 4), range(1, 4), range(1, 4)),
    )
    compare(user, "matmul_vjp", right, matrices, MISTAKES, shapes)
