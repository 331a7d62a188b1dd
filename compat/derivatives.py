"""An op's results and derivatives, by the same code in minitape and in TensorFlow.

Each function takes the module `tf`, either of the two: what both offer under the same names is all
that is used. `f` is a function of tensors; its float inputs are differentiated.
"""

import numpy as np


def call_of(tf, case, example, make=None):
    """(f, tensors): the case's call as a function of tensors, and the example's tensors.

    `make` makes a tensor of an array, or what stands for one: `tf.constant` unless given.
    """
    spelled = case.call if tf.__name__ == "minitape" else case.peer or case.call
    tensors = [(make or tf.constant)(array) for array in example.arrays]

    def f(*xs):
        result = spelled(tf, *xs, **example.params)
        return list(result) if isinstance(result, (list, tuple)) else [result]

    return f, tensors


def is_float(x) -> bool:
    """Whether a tensor has a derivative: it holds floats, or complex numbers."""
    return x.dtype.is_floating or x.dtype.is_complex


def floats(tensors) -> list:
    """The float tensors among these."""
    return [x for x in tensors if is_float(x)]


def dense(tf, d):
    """The derivative as a tensor, where it is IndexedSlices."""
    return tf.convert_to_tensor(d) if hasattr(d, "indices") else d


def gradient(tf, f, xs, cotangents, unconnected="none") -> list:
    """J'w: for each float input, the gradient of the sum of the float results times cotangents."""
    xs, sources = list(xs), floats(xs)
    with tf.GradientTape() as tape:
        tape.watch(sources)
        ys = floats(f(*xs))
    found = tape.gradient(
        ys, sources, output_gradients=cotangents, unconnected_gradients=unconnected
    )
    return [dense(tf, d) for d in found]


def tangent(tf, f, xs, directions, unconnected="zero") -> list:
    """Jv: for each float result, its derivative along the directions of the float inputs."""
    with tf.autodiff.ForwardAccumulator(floats(xs), directions) as accumulator:
        ys = floats(f(*xs))
    return [dense(tf, t) for t in accumulator.jvp(ys, unconnected_gradients=unconnected)]


def second_gradient(tf, f, xs, cotangents, directions) -> list:
    """For each float input, the gradient of <J'w, u>: reverse over reverse."""

    def first(*xs):
        return gradient(tf, f, xs, cotangents, unconnected="zero")

    return gradient(tf, first, xs, directions)


def second_tangent(tf, f, xs, cotangents, directions) -> list:
    """For each float input, the derivative of J'w along the directions: forward over reverse."""

    def first(*xs):
        return gradient(tf, f, xs, cotangents, unconnected="zero")

    return tangent(tf, first, xs, directions)


def difference(tf, f, xs, directions, step=1e-4) -> list:
    """The derivative of each float result along the directions, by central finite differences.

    The five-point formula (8 (f(+h) - f(-h)) - (f(+2h) - f(-2h))) / 12h, whose error is of order
    h^4, far below the 1e-12 that float64 leaves of it at h = 1e-4.
    """
    moves = iter(directions)
    along = [np.asarray(next(moves)) if is_float(x) else None for x in xs]

    def at(distance):
        moved = [
            x if u is None else tf.constant(np.asarray(x) + distance * u)
            for x, u in zip(xs, along, strict=True)
        ]
        return [np.asarray(y) for y in floats(f(*moved))]

    points = zip(at(step), at(-step), at(2 * step), at(-2 * step), strict=True)
    return [(8 * (a - b) - (c - d)) / (12 * step) for a, b, c, d in points]
