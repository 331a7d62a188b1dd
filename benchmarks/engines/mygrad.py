"""MyGrad: ops."""

import mygrad
import numpy as np

from ..workload import CHAIN_LENGTH, chain_inputs
from .versions import versions


def start(name):
    return MyGradEngine()


class MyGradEngine:
    version = versions("mygrad", "numpy")

    def chain_forward(self):
        x, a, b = chain_inputs()

        def run():
            with mygrad.no_autodiff:
                return np.asarray(_chain(mygrad.tensor(x), a, b))

        return run

    def chain_backward(self):
        x, a, b = chain_inputs()
        seed = np.ones_like(x)

        def run():
            source = mygrad.tensor(x)
            _chain(source, a, b).backward(seed)
            return source.grad

        return run


def _chain(x, a, b):
    for _ in range(CHAIN_LENGTH // 4):
        x = mygrad.tanh(mygrad.sin(x * a + b))
    return x
