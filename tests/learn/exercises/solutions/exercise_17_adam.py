"""Optimizers: momentum and Adam.

Momentum: the velocity v keeps a part of itself at each step, and the gradient pushes it downhill;
then w moves by v.  v = momentum v - learning_rate g,  w = w + v.

Adam keeps two running means: m of the gradients, with the factor beta_1 for the old mean and
1 - beta_1 for the new gradient, and v of their squares, with beta_2. Both begin at 0 and so are too
small at first: in step t (1, 2, ...) m is divided by 1 - beta_1^t, and v by 1 - beta_2^t. Then w
moves against m / (sqrt(v) + epsilon), with these corrected means, times the learning rate.

Check it:  minitape learn check 17
A hint:    minitape learn hint 17
"""

import math


def momentum_step(w, v, g, learning_rate, momentum):
    """Returns the new w and v."""
    v = momentum * v - learning_rate * g
    return w + v, v


def adam_step(w, m, v, t, g, learning_rate, beta_1, beta_2, epsilon):
    """Returns the new w, m and v (m and v as they are kept, before the correction)."""
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    mean, square = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return w - learning_rate * mean / (math.sqrt(square) + epsilon), m, v
