"""A value that is used twice: the diamond.

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
    db = g * c
    dc = g * b
    da = db * math.cos(a) + dc * 3
    dx = da * x + da * x
    return dx
