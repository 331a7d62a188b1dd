"""tinygrad: it makes a program of the whole chain, and keeps it."""

from tinygrad import Tensor

from ..workload import chain, chain_inputs
from .versions import versions


def start(name, device):
    (Tensor([1.0]) + 1.0).numpy()  # fails here where it finds no compiler
    return TinygradEngine()


class TinygradEngine:
    version = versions("tinygrad")

    def chain_forward(self):
        x, a, b = map(Tensor, chain_inputs())
        return lambda: chain(Tensor.sin, Tensor.tanh, x, a, b).numpy()

    def chain_backward(self):
        x, a, b = map(Tensor, chain_inputs())
        return lambda: chain(Tensor.sin, Tensor.tanh, x, a, b).sum().gradient(x)[0].numpy()
