"""Dropout that keeps the mean.

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
    return x * (uniform >= rate) / (1 - rate)


def dropout_vjp(g, rate, uniform):
    """The cotangent of x, given that of the result."""
    return g * (uniform >= rate) / (1 - rate)
