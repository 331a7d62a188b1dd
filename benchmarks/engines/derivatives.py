"""Derivatives of the MLP in TensorFlow's words: forward and backward mode are both tried."""

import functools

from ..workload import derivative_inputs
from .fastest import fastest


def hessian_vector_product(tf, compiled):
    """A function that multiplies the Hessian of the MLP's loss by a vector.

    Args:
        tf: The module with GradientTape, ForwardAccumulator and the ops.
        compiled: What makes a compiled function of one in Python.
    """
    weights, vector, x, y = _tensors(tf)

    def forward_over_reverse(weights, vector):
        with tf.autodiff.ForwardAccumulator(weights, vector) as accumulator:
            gradients = _gradients(tf, weights, x, y)
        return accumulator.jvp(gradients)

    def reverse_over_reverse(weights, vector):
        with tf.GradientTape() as tape:
            tape.watch(weights)
            gradients = _gradients(tf, weights, x, y)
        return tape.gradient(gradients, weights, output_gradients=vector)

    ways = map(compiled, (forward_over_reverse, reverse_over_reverse))
    runs = {number: functools.partial(way, weights, vector) for number, way in enumerate(ways)}
    return runs[fastest(runs)]


def batch_jacobian(tf, compiled):
    """A function that computes the Jacobians of the MLP's outputs, one for each example."""
    weights, _, x, _ = _tensors(tf)

    @compiled
    def jacobian(weights, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = _logits(tf, weights, x)
        return tape.batch_jacobian(logits, x)

    return lambda: jacobian(weights, x)


def _tensors(tf):
    weights, vector, x, y = derivative_inputs()
    return list(map(tf.constant, weights)), list(map(tf.constant, vector)), tf.constant(x), y


def _logits(tf, weights, x):
    kernel, bias, last_kernel, last_bias = weights
    return tf.nn.relu(x @ kernel + bias) @ last_kernel + last_bias


def _gradients(tf, weights, x, y):
    with tf.GradientTape() as tape:
        tape.watch(weights)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, _logits(tf, weights, x))
        loss = tf.reduce_mean(losses)
    return tape.gradient(loss, weights)
