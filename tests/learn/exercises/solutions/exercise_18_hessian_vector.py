"""The Hessian times a vector.

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
    with mt.GradientTape() as outer:
        outer.watch(x)
        with mt.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        gradient = inner.gradient(y, x)
        target = mt.reduce_sum(gradient * v)
    return outer.gradient(target, x)
