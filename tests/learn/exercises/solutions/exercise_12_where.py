"""A NaN in the branch that is not taken.

where(x > 0, sqrt(x), 0)  gives no nan: but its gradient does. Both branches are computed. Backward,
the sqrt gets the cotangent 0 where it was not taken, times its derivative 1 / (2 sqrt(x)), which is
inf at 0 and nan below: and 0 times inf is nan. So the input must be made harmless before the sqrt,
by a where of its own.

Write two functions of a tensor whose gradients have no nan.

Check it:  minitape learn check 12
A hint:    minitape learn hint 12
"""

import minitape as mt


def safe_sqrt(x):
    """sqrt(x) where x > 0, elsewhere 0, with the gradient 0."""
    inner = mt.where(x > 0, x, 1.0)
    return mt.where(x > 0, mt.sqrt(inner), 0.0)


def safe_log(x):
    """log(x) where x > 0, elsewhere 0, with the gradient 0."""
    inner = mt.where(x > 0, x, 1.0)
    return mt.where(x > 0, mt.math.log(inner), 0.0)
