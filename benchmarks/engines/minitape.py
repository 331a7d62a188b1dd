"""minitape, on the CPU, on a card or on the simulated one: its models, and its kernels alone."""

import functools
from importlib import metadata
from importlib.util import find_spec

import numpy as np

import minitape
from minitape import dropin, keras
from minitape.arrays import cuda
from minitape.arrays.cuda import gpu
from minitape.arrays.cuda.products import gemm
from minitape.arrays.devices import default_device
from minitape.engine import PRIMITIVES, Tensor
from minitape.ops.window import Window

from ..workload import EPSILON, LEARNING_RATE, conv_inputs, uniform
from . import derivatives
from .gradient_tape import GradientTapeEngine
from .repeated import repeated
from .versions import versions

WINDOW = Window((3, 3), (1, 1), (1, 1), "VALID")


class MinitapeEngine(GradientTapeEngine):
    """minitape on its default device."""

    @classmethod
    def of(cls, name, device):
        """The engine of this name, on a device."""
        dropin.install()  # the examples among the models say `import tensorflow`
        minitape.config.set_default_device(device)
        has_numba = name != "minitape-numpy" and find_spec("numba")
        packages = ["minitape", "numpy", *(["numba"] if has_numba else [])]
        if device.startswith("/GPU"):  # CuPy is called by the version of CUDA it is made for
            packages += metadata.packages_distributions()["cupy"][:1]
        return cls(minitape, keras, versions(*packages), eagerly=name == "minitape-eager")

    def data(self, x, y):
        """Tensors on the card; on the CPU the arrays themselves."""
        return (minitape.constant(x), minitape.constant(y)) if _is_card() else (x, y)

    def _finished(self, result):
        return _finished(result)

    def hessian_vector_product(self):
        return derivatives.hessian_vector_product(self.tf, self.tf.function)

    def batch_jacobian(self):
        return derivatives.batch_jacobian(self.tf, self.tf.function)

    # -- kernels, past the ops where those would call cuBLAS or need a tape ------------------------

    def product(self, size):
        """The product by gemm.cu: `matmul` on a GPU calls cuBLAS."""
        a, b, y = map(_put, (*uniform((size, size), (size, size)), np.empty((size, size), "f4")))

        def launch():
            gemm(a, b, y, True, True)
            return y

        return _repeated(launch)

    def conv(self, *sizes):
        x, w, _ = map(_put, conv_inputs(*sizes))
        return _repeated(functools.partial(cuda.conv, x, w, window=WINDOW))

    def conv_input(self, *sizes):
        x, w, g = map(_put, conv_inputs(*sizes))
        return _repeated(
            functools.partial(cuda.conv_input, w, g, window=WINDOW, input_shape=x.shape)
        )

    def conv_filter(self, *sizes):
        x, w, g = map(_put, conv_inputs(*sizes))
        return _repeated(
            functools.partial(cuda.conv_filter, x, g, window=WINDOW, filter_shape=w.shape)
        )

    def add(self, count):
        return _repeated(functools.partial(PRIMITIVES["add"].run.cuda, *_puts((count,), (count,))))

    def softmax(self, rows, columns):
        (x,) = _puts((rows, columns))
        return _repeated(functools.partial(cuda.softmax, x, axis=1))

    def row_sums(self, rows, columns):
        (x,) = _puts((rows, columns))
        return _repeated(functools.partial(cuda.total, x, (1,), False))

    def adam(self, count):
        weights, gradient = map(minitape.constant, uniform((count,), (count,)))
        weights = minitape.Variable(weights)
        optimizer = keras.optimizers.Adam(LEARNING_RATE, epsilon=EPSILON)
        optimizer.build([weights])

        @minitape.function
        def update(gradient):
            optimizer.apply_gradients([(gradient, weights)])

        def launch():
            update(gradient)
            return weights.array

        return _repeated(launch)


def _is_card():
    return default_device().kind != "CPU"


def _put(array):
    """The array on the card, as what kernels take."""
    return default_device().put(array)


def _puts(*shapes):
    return map(_put, uniform(*shapes))


def _repeated(launch):
    return repeated(launch, lambda y: _finished(Tensor(y)))


def _finished(result):
    """The result, when a card has come to its end."""
    if default_device().kind == "GPU":
        gpu.synchronize()
    return result
