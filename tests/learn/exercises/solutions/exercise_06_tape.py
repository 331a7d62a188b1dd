"""A tape of your own.

A Value remembers what it was computed from: pairs of a parent and the derivative with respect to
it. To go backward is to visit each value once, after all values that used it, and to hand to each
parent its part. Such an order is called topological. Recording order is one; where there is no
record it is found from the end: a value comes after its parents, and then all is turned round.

Fill in what is missing. It must do for a value that is used twice, for a chain of 5000 steps, and
for a second call of backward, whose result is the same.

Check it:  minitape learn check 6
A hint:    minitape learn hint 6
"""

import math


class Value:
    def __init__(self, data, parents=()):
        self.data = data
        self.parents = parents  # pairs: a Value, and the derivative of this one with respect to it
        self.grad = 0.0  # the derivative of the end with respect to this one

    def __add__(self, other):
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        parents = ((self, other.data), (other, self.data))
        return Value(self.data * other.data, parents)

    def sin(self):
        parents = ((self, math.cos(self.data)),)
        return Value(math.sin(self.data), parents)

    def backward(self):
        """Sets the grad of this value, and of all that it was computed from."""
        order = topological(self)
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in order:
            for parent, derivative in value.parents:
                parent.grad += derivative * value.grad


def topological(end):
    """All values that `end` was computed from, itself first: each before its parents."""
    done, seen, path = [], {end}, [(end, iter(end.parents))]
    while path:
        value, parents = path[-1]
        for parent, _ in parents:
            if parent not in seen:
                seen.add(parent)
                path.append((parent, iter(parent.parents)))
                break
        else:  # all its parents are done
            done.append(value)
            path.pop()
    return list(reversed(done))
