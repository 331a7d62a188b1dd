"""Back through a broadcast.

NumPy repeats the smaller of two arrays: in  (3, 2) + (2,)  the second is used for each of three
rows. Who is used three times gets three cotangents, and they add up (the diamond again). So the
cotangent, which has the shape of the result, is summed over all that was repeated: over axes that
were put in front, and over axes where a length of 1 was stretched.

Check it:  minitape learn check 4
A hint:    minitape learn hint 4
"""

import numpy as np


def unbroadcast(g, shape):
    """Returns the cotangent of an input of this shape, given g, that of what it was repeated to."""
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(i for i, length in enumerate(shape) if length == 1)
    return g.sum(axis=stretched, keepdims=True)
