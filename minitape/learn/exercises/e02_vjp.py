"""Exercise 2: two rules of the tape."""

import math

from .drawn import number, together
from .framework import compare

START = '''"""Two rules of the tape: multiply and sin.

The tape walks backward with one number for each result: how much the end of the program changes
with it, the cotangent g. An op's rule, its vjp, takes the cotangent of the op's result and gives
those of its inputs: g times the derivative of the result with respect to that input.

Write the rules of  z = x y  and of  y = sin(x).

Check it:  minitape learn check 2
A hint:    minitape learn hint 2
"""

import math


def multiply_vjp(g, x, y):
    """Given the cotangent g of z = x * y, returns the cotangents of x and of y."""
    return ...


def sin_vjp(g, x):
    """Given the cotangent g of y = sin(x), returns the cotangent of x."""
    return ...
'''

HINTS = (
    "Hold y fast. Where x grows by a little dx, by how much does x y grow?",
    "The cotangent of x is g times that derivative: g y. What is that of y?",
    "The derivative of the sine at x is cos(x): at x, the input, not at the result.",
)


def multiply(g, x, y):
    return g * y, g * x


def sin(g, x):
    return g * math.cos(x)


OF_MULTIPLY = [
    (lambda g, x, y: (g * x, g * y), "They are swapped: x y changes by y where x changes by 1."),
    (lambda g, x, y: (y, x), "g is missing: what follows in the program is in it."),
    (lambda g, x, y: (g + y, g + x), "The chain rule multiplies: g times the derivative."),
    (
        lambda g, x, y: (g * x * y, g * x * y),
        "x y is the value. Its derivative with respect to x has no x left in it.",
    ),
]
OF_SIN = [
    (lambda g, x: math.cos(x), "g is missing: what follows in the program is in it."),
    (lambda g, x: -g * math.cos(x), "There is no minus: sin' is cos. (It is cos' that is -sin.)"),
    (lambda g, x: g * math.sin(x), "g is times the derivative, cos(x), not the value."),
    (
        lambda g, x: math.cos(g * x),
        "The derivative is taken at the input x; g is a factor outside of it.",
    ),
    (
        lambda g, x: g * math.cos(math.sin(x)),
        "The derivative is taken at the op's input x, not at its result.",
    ),
]


def check(user):
    """Compares both rules."""
    compare(user, "multiply_vjp", multiply, together(number(), number(), number()), OF_MULTIPLY)
    compare(user, "sin_vjp", sin, together(number(), number()), OF_SIN)
