"""TensorFlow's compiled functions in a loop of one's own, with XLA or without."""

import functools

import keras
import tensorflow as tf

from . import derivatives, keras_network
from .versions import versions


def start(name, device):
    return FunctionEngine(jit_compile=name == "xla")


class FunctionEngine:
    version = versions("tensorflow", "keras")

    def __init__(self, jit_compile):
        self._compiled = functools.partial(tf.function, jit_compile=jit_compile)

    def data(self, x, y):
        return x, y

    def training(self, model, batch, dropout):
        if model.layers is None:
            return None
        network = keras_network.network(tf, keras, model, dropout)
        optimizer = keras_network.optimizer(keras, model)
        loss_function = keras.losses.SparseCategoricalCrossentropy()
        weights = network.trainable_variables
        optimizer.build(weights)

        @self._compiled
        def step(x, y):
            with tf.GradientTape() as tape:
                loss = loss_function(y, network(x, training=True))
            optimizer.apply(tape.gradient(loss, weights), weights)
            return loss

        def train(x, y):
            starts = range(0, len(x), batch)
            losses = [step(x[start : start + batch], y[start : start + batch]) for start in starts]
            return float(tf.reduce_mean(losses))

        return train

    def hessian_vector_product(self):
        return derivatives.hessian_vector_product(tf, self._compiled)

    def batch_jacobian(self):
        return derivatives.batch_jacobian(tf, self._compiled)
