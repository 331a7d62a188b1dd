"""Two rules of the tape: multiply and sin.

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
    return g * y, g * x


def sin_vjp(g, x):
    """Given the cotangent g of y = sin(x), returns the cotangent of x."""
    return g * math.cos(x)
