"""JAX: jitted steps that may write into the weights given to them; single ops are not jitted."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..workload import (
    EPSILON,
    LEARNING_RATE,
    chain,
    chain_inputs,
    conv_inputs,
    derivative_inputs,
    uniform,
)
from .fastest import fastest
from .repeated import repeated
from .versions import versions

DECAY = 0.9, 0.999  # Adam's


def start(name, device):
    is_gpu = device.startswith("/GPU")
    if is_gpu:
        # Products and convolutions of float32 as such, as all engines compute them here.
        jax.config.update("jax_default_matmul_precision", "highest")
    jax.config.update("jax_platforms", "cuda" if is_gpu else "cpu")
    return JaxEngine(is_gpu)


class JaxEngine:
    """JAX on a GPU, or on the CPU."""

    version = versions("jax", "jaxlib")

    def __init__(self, is_gpu=False):
        self._is_gpu = is_gpu

    def chain_forward(self):
        x, a, b = map(jnp.array, chain_inputs())
        return lambda: chain(jnp.sin, jnp.tanh, x, a, b).block_until_ready()

    def chain_backward(self):
        x, a, b = map(jnp.array, chain_inputs())
        seed = jnp.ones_like(x)

        def run():
            _, pull_back = jax.vjp(lambda x: chain(jnp.sin, jnp.tanh, x, a, b), x)
            return jax.block_until_ready(pull_back(seed))

        return run

    def data(self, x, y):
        return jax.device_put((x, y)) if self._is_gpu else (x, y)

    def training(self, model, batch, dropout):
        if model.layers is None:
            return None
        # Two generators of random numbers: JAX' own, and one that is quicker.
        generators = (
            ("threefry2x32", "rbg") if dropout and ("dropout",) in model.layers else ("rbg",)
        )
        x, y = self.data(*model.data(4 * batch))
        trials = {
            name: functools.partial(_training(model, batch, dropout, name), x, y)
            for name in generators
        }
        return _training(model, batch, dropout, fastest(trials))

    def hessian_vector_product(self):
        weights, vector, x, y = derivative_inputs()
        layers = (("dense", 512),)

        @jax.jit
        def product(weights, vector):
            gradient = jax.grad(lambda weights: _loss(layers, weights, x, y, 0, None))
            return jax.jvp(gradient, (weights,), (vector,))[1]

        weights, vector = jax.device_put((weights, vector))
        return lambda: jax.block_until_ready(product(weights, vector))

    def batch_jacobian(self):
        weights, _, x, _ = derivative_inputs()

        def logits(weights, x):
            return _logits((("dense", 512),), weights, x[None], 0, None)[0]

        jacobian = jax.jit(jax.vmap(jax.jacrev(logits, argnums=1), in_axes=(None, 0)))
        weights, x = jax.device_put((weights, x))
        return lambda: jacobian(weights, x).block_until_ready()

    # -- kernels: what XLA makes, or calls, of one op ----------------------------------------------

    def product(self, size):
        return _repeated(jnp.matmul, *uniform((size, size), (size, size)))

    def conv(self, *sizes):
        x, w, _ = conv_inputs(*sizes)
        return _repeated(_conv, x, w)

    def conv_input(self, *sizes):
        x, w, g = conv_inputs(*sizes)
        return _repeated(lambda x, w, g: jax.vjp(lambda x: _conv(x, w), x)[1](g)[0], x, w, g)

    def conv_filter(self, *sizes):
        x, w, g = conv_inputs(*sizes)
        return _repeated(lambda x, w, g: jax.vjp(lambda w: _conv(x, w), w)[1](g)[0], x, w, g)

    def add(self, count):
        return _repeated(jnp.add, *uniform((count,), (count,)))

    def softmax(self, rows, columns):
        return _repeated(jax.nn.softmax, *uniform((rows, columns)))

    def row_sums(self, rows, columns):
        return _repeated(functools.partial(jnp.sum, axis=1), *uniform((rows, columns)))

    def adam(self, count):
        weights, gradient = jax.device_put(uniform((count,), (count,)))
        state = [weights, (jnp.zeros_like(weights), jnp.zeros_like(weights)), jnp.ones((), "int32")]

        @functools.partial(jax.jit, donate_argnums=0)
        def update(state, gradient):
            weights, slots, step = state
            return [*_adam(weights, gradient, slots, step), step + 1]

        def launch():
            state[:] = update(state, gradient)
            return state[0]

        return repeated(launch, jax.block_until_ready)


def _repeated(function, *arrays):
    arrays = jax.device_put(arrays)
    return repeated(functools.partial(jax.jit(function), *arrays), jax.block_until_ready)


def _training(model, batch, dropout, generator):
    @functools.partial(jax.jit, donate_argnums=0)
    def step(state, x, y):
        weights, slots, key, count = state
        key, now = jax.random.split(key)
        loss, gradients = jax.value_and_grad(
            lambda weights: _loss(model.layers, weights, x, y, dropout, now)
        )(weights)
        update = _adam if model.optimizer == "adam" else _rmsprop
        moved = [update(*three, count) for three in zip(weights, gradients, slots, strict=True)]
        weights, slots = ([pair[side] for pair in moved] for side in (0, 1))
        return (weights, slots, key, count + 1), loss

    weights = list(map(jnp.array, model.weights()))
    # A slot each: donated memory must not be named twice.
    slots = [(jnp.zeros_like(w), jnp.zeros_like(w)) for w in weights]
    state = [(weights, slots, jax.random.key(0, impl=generator), jnp.ones((), "int32"))]

    def train(x, y):
        losses = []
        cut = _batches if isinstance(x, np.ndarray) else _batches_on_a_card
        for inputs, labels in cut(x, y, batch):
            state[0], loss = step(state[0], inputs, labels)
            losses.append(loss)
        jax.block_until_ready(state[0])
        return float(np.mean([float(loss) for loss in losses]))

    return train


def _batches(x, y, batch):
    return [(x[i : i + batch], y[i : i + batch]) for i in range(0, len(x), batch)]


# All at once: by itself a slice takes as long as a step.
_batches_on_a_card = jax.jit(_batches, static_argnums=2)


def _logits(layers, weights, x, dropout, key):
    weights = iter(weights)
    for kind, *_ in layers:
        if kind == "dense":
            x = jax.nn.relu(x @ next(weights) + next(weights))
        elif kind == "conv":
            x = jax.nn.relu(_conv(x, next(weights)) + next(weights))
        elif kind == "pool":
            window = (1, 2, 2, 1)
            x = lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")
        elif kind == "flatten":
            x = x.reshape(len(x), -1)
        elif dropout:
            keep = 1 - dropout
            x = jnp.where(jax.random.bernoulli(key, keep, x.shape), x / keep, 0)
    return x @ next(weights) + next(weights)


def _conv(x, w):
    dimensions = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, w, (1, 1), "VALID", dimension_numbers=dimensions)


def _loss(layers, weights, x, y, dropout, key):
    logits = jax.nn.log_softmax(_logits(layers, weights, x, dropout, key))
    return -jnp.mean(jnp.take_along_axis(logits, y[:, None], axis=1))


def _adam(weight, gradient, slots, count):
    mean, square = slots
    first, second = DECAY
    mean = first * mean + (1 - first) * gradient
    square = second * square + (1 - second) * gradient**2
    rate = LEARNING_RATE * jnp.sqrt(1 - second**count) / (1 - first**count)
    return weight - rate * mean / (jnp.sqrt(square) + EPSILON), (mean, square)


def _rmsprop(weight, gradient, slots, count):
    square, unused = slots
    square = 0.9 * square + 0.1 * gradient**2
    return weight - LEARNING_RATE * gradient / (jnp.sqrt(square) + EPSILON), (square, unused)
