"""A derivative by hand.

A program is a formula in small steps. Its derivative is found step by step as well: each step has a
rule (sum, product, sine, square), and the chain rule joins them. That is all that a tape does.

Give the value and the derivative of  y = x sin(x) + x²  at x, by hand.

Check it:  minitape learn check 1
A hint:    minitape learn hint 1
"""

import math


def value_and_derivative(x):
    """Returns y and dy/dx, two numbers."""
    y = x * math.sin(x) + x * x
    derivative = math.sin(x) + x * math.cos(x) + 2 * x
    return y, derivative
