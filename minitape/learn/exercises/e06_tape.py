"""Exercise 6: a tape of one's own."""

import math

from .drawn import number, one_of, together
from .framework import compare

START = '''"""A tape of your own.

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
        parents = ...
        return Value(self.data * other.data, parents)

    def sin(self):
        parents = ...
        return Value(math.sin(self.data), parents)

    def backward(self):
        """Sets the grad of this value, and of all that it was computed from."""
        order = topological(self)
        ...


def topological(end):
    """All values that `end` was computed from, itself first: each before its parents."""
    return ...
'''

HINTS = (
    "Depth first: a list `done` to which a value is added when all its parents are in it; "
    "then list(reversed(done)). A set keeps you from going to the same value twice.",
    "In backward: all grads 0, the end's 1. Then for each value in order and each of its pairs: "
    "parent.grad += derivative * value.grad.",
    "Python's own calls go about 1000 deep. Keep a list of pairs, a value and an iterator of its "
    "parents, and look at the last one, as long as there is one.",
)


class Node:
    """What programs are run with here, to see what a mistake would make of them."""

    def __init__(self, data, parents=()):
        self.data, self.parents = data, parents

    def __add__(self, other):
        return Node(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Node(self.data * other.data, ((self, other.data), (other, self.data)))

    def sin(self):
        """The sine."""
        return Node(math.sin(self.data), ((self, math.cos(self.data)),))


# -- programs of two inputs ------------------------------------------------------------------------


def product(x, y):
    return x * y


def sine(x, y):
    return x.sin() * y


def square(x, y):
    return x * x + y


def diamond(x, y):
    a = x * y
    return a.sin() * a + a


def early(x, y):  # x is used by the end itself, and deep below it
    a = x * y
    return a * y + x * (a + x).sin()


def chain(x, y):
    for _ in range(5000):
        x = x + y
    return x


# -- orders ----------------------------------------------------------------------------------------


def sorted_(end):
    done, seen, open_ = [], {end}, [(end, iter(end.parents))]
    while open_:
        parents = open_[-1][1]
        for parent, _ in parents:
            if parent not in seen:
                seen.add(parent)
                open_.append((parent, iter(parent.parents)))
                break
        else:
            done.append(open_.pop()[0])
    return done[::-1]


def breadth_first(end):
    order = [end]
    for node in order:
        order += [parent for parent, _ in node.parents if parent not in order]
    return order


def depth_first(end, repeated=False):
    order = []

    def visit(node):
        if repeated or node not in order:
            order.append(node)
            for parent, _ in node.parents:
                visit(parent)

    visit(end)
    return order


def without_a_set(end):
    order = []

    def visit(node):
        for parent, _ in node.parents:
            visit(parent)
        order.append(node)

    visit(end)
    return order[::-1]


def swept(order, add=True, times=1, clear=True, start=1.0):
    """The gradients of both inputs by a walk in this order."""

    def gradients(program, x, y):
        inputs = Node(x), Node(y)
        end = program(*inputs)
        grads = dict.fromkeys(sorted_(end), 0.0) | dict.fromkeys(inputs, 0.0)
        for _ in range(times):
            grads = dict.fromkeys(grads, 0.0) if clear else grads
            grads[end] = start
            for node in order(end):
                for parent, derivative in node.parents:
                    known = grads[parent] if add else 0.0
                    grads[parent] = known + derivative * grads[node]
        return [grads[one] for one in inputs]

    return gradients


TWICE = "A value that is used twice gets a part from each use: +=, not =."
MISTAKES = [
    (
        swept(lambda end: sorted_(end)[::-1]),
        "The order is turned round: the end comes first, and a value after all that used it.",
    ),
    (swept(sorted_, start=0.0), "Everything is 0: the walk begins with end.grad = 1."),
    (swept(sorted_, add=False), TWICE),
    (
        swept(breadth_first),
        "Breadth first is no topological order: a value that the end uses itself and that is also "
        "used further down is walked before its grad is complete.",
    ),
    (
        swept(depth_first),
        "A value was put in the order before its parents were visited. That walks down one way to "
        "its bottom while another is still to come: add it after its parents, and reverse.",
    ),
    (
        swept(lambda end: depth_first(end, repeated=True)),
        "Each use of a value walks on from it, with the sum so far: so the first part is handed on "
        "twice. Sort first; then each value is walked once, with the whole sum.",
    ),
    (
        swept(without_a_set),
        "A value that is used twice is in the order twice, and hands on its grad twice. A set of "
        "what was visited keeps it from that.",
    ),
]
SECOND = [
    (
        swept(sorted_, times=2, clear=False),
        "The second backward adds to the grads of the first. Set those of all values to 0 before.",
    )
]
DEEP = (
    "Python's calls go about 1000 deep, and a program may have more steps: keep a stack of your "
    "own, a list, in a loop."
)


def gradients_of(calls):
    """How the user's Value is asked for the gradients of a program."""

    def call(value, program, x, y):
        inputs = value(x), value(y)
        end = program(*inputs)
        for _ in range(calls):
            end.backward()
        return [one.grad for one in inputs]

    return call


def check(user):
    """Runs programs: small ones, those with values used twice, a long one, one walked twice."""

    def holds(programs, mistakes, hint="", calls=1):
        arguments = together(one_of(*programs), number(), number())
        compare(user, "Value", swept(sorted_), arguments, mistakes, hint, gradients_of(calls))

    rule = "The rule of an op is at fault: x y changes by y with x, sin(x) by cos(x)."
    holds([product, sine], MISTAKES[:2], rule)
    holds([square, diamond, early], MISTAKES)
    holds([diamond, early], SECOND, "The second backward has another result.", calls=2)
    compare(
        user,
        "Value",
        swept(sorted_),
        together(chain, 1.0, 2.0),
        hint=DEEP,
        call=gradients_of(1),
        examples=1,
    )
