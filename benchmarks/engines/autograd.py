"""HIPS autograd: ops and derivatives of the MLP."""

import autograd
import autograd.numpy as np
from autograd.differential_operators import make_hvp, make_vjp

from ..workload import chain, chain_inputs, derivative_inputs
from .versions import versions


def start(name, device):
    return AutogradEngine()


class AutogradEngine:
    version = versions("autograd", "numpy")

    def chain_forward(self):
        x, a, b = chain_inputs()
        return lambda: chain(np.sin, np.tanh, x, a, b)

    def chain_backward(self):
        x, a, b = chain_inputs()
        seed = np.ones_like(x)

        def run():
            pull_back, _ = make_vjp(lambda x: chain(np.sin, np.tanh, x, a, b), 0)(x)
            return pull_back(seed)

        return run

    def hessian_vector_product(self):
        weights, vector, x, y = derivative_inputs()

        def loss(weights):
            logits = _logits(weights, x)
            logits = logits - np.max(logits, axis=1, keepdims=True)
            right = logits[np.arange(len(y)), y]
            return np.mean(np.log(np.sum(np.exp(logits), axis=1)) - right)

        return lambda: make_hvp(loss)(weights)[0](vector)

    def batch_jacobian(self):
        """An output at a time: its sum over the examples, which don't mix, has their gradients."""
        weights, _, x, _ = derivative_inputs()
        classes = len(weights[-1])

        def run():
            rows = [
                autograd.grad(lambda x, number=number: np.sum(_logits(weights, x)[:, number]))(x)
                for number in range(classes)
            ]
            return np.stack(rows, axis=1)

        return run


def _logits(weights, x):
    kernel, bias, last_kernel, last_bias = weights
    return np.maximum(x @ kernel + bias, 0) @ last_kernel + last_bias
