"""Lockstep: minitape and Keras train the same model side by side, on the same batches."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

import minitape

from .twin import copy_weights, twin_of


@dataclass(frozen=True)
class Step:
    """One training step on both sides.

    Attributes:
        losses: minitape's and Keras' loss, before the step.
        gradient_difference: between the gradients, relative to the largest element of each.
        weight_difference: between the weights after the step, absolute.
    """

    losses: tuple[float, float]
    gradient_difference: float
    weight_difference: float

    @property
    def loss_difference(self) -> float:
        """Between the losses, relative to Keras'."""
        ours, theirs = self.losses
        return abs(ours - theirs) / max(abs(theirs), 1e-30)


@dataclass(frozen=True)
class Comparison:
    """A training run on both sides: its steps, and the largest differences among them."""

    steps: tuple[Step, ...]

    @property
    def loss_difference(self) -> float:
        """The largest relative difference of the losses."""
        return max(step.loss_difference for step in self.steps)

    @property
    def gradient_difference(self) -> float:
        """The largest relative difference of the gradients."""
        return max(step.gradient_difference for step in self.steps)

    @property
    def weight_difference(self) -> float:
        """The largest difference of any weight at the end."""
        return self.steps[-1].weight_difference

    def __str__(self) -> str:
        first, last = self.steps[0], self.steps[-1]
        return (
            f"{len(self.steps)} steps, loss {first.losses[0]:.4f} to {last.losses[0]:.4f}: "
            f"losses within {self.loss_difference:.1e} (relative), "
            f"gradients {self.gradient_difference:.1e} (relative), "
            f"final weights {self.weight_difference:.1e}"
        )


def train(
    model,
    batches: Iterable,
    optimizer: Callable,
    loss: Callable,
    twin=None,
) -> Comparison:
    """Trains a minitape model and its Keras twin in lockstep.

    Args:
        model: a built minitape model, which is changed. It should draw no random numbers.
        batches: pairs (x, y) of arrays.
        optimizer: `optimizer(keras)` makes it, with `keras` either library's.
        loss: `loss(keras)` makes the loss function, likewise.
        twin: the Keras model, for a model that has no config; else made from that.
    """
    if twin is None:
        twin = twin_of(model)
    else:
        copy_weights(model, twin)
    ours = _stepper(minitape, minitape.keras, model, optimizer, loss)
    theirs = tf.function(_stepper(tf, keras, twin, optimizer, loss), reduce_retracing=True)
    steps = []
    for x, y in batches:
        a, b = ours(minitape.constant(x), minitape.constant(y)), theirs(x, y)
        steps.append(
            Step(
                losses=(float(a[0]), float(b[0])),
                gradient_difference=max(map(_relative, a[1], b[1])),
                weight_difference=max(map(_absolute, model.weights, twin.weights)),
            )
        )
    return Comparison(tuple(steps))


def descend(library, layer, inputs, loss: Callable, steps: int = 20) -> list[np.ndarray]:
    """Trains a layer, and its inputs as if they were weights: the values of all of them.

    Args:
        library: minitape or TensorFlow.
        layer: a built layer of its Keras.
        inputs: an array or a list of them; integers stay what they are. In float64 no rounding
            decides which element of a window is the largest, or on which side of 0 a number is.
        loss: `loss(outputs)` gives a scalar.
    """
    variables = [
        library.keras.Variable(x, dtype=x.dtype.name)
        for x in library.nest.flatten(inputs)
        if _is_float(x)
    ]
    optimizer = library.keras.optimizers.SGD(2**-6, momentum=0.5)
    trained = variables + layer.trainable_weights
    for _ in range(steps):
        with library.GradientTape() as tape:
            floats = iter([library.convert_to_tensor(x) for x in variables])
            given = library.nest.map_structure(
                lambda x, floats=floats: next(floats) if _is_float(x) else library.constant(x),
                inputs,
            )
            value = loss(layer(given, training=True))
            for penalty in layer.losses:
                value += penalty
        gradients = tape.gradient(value, trained, unconnected_gradients="zero")
        optimizer.apply([library.convert_to_tensor(g) for g in gradients], trained)
    return [np.asarray(x) for x in variables + layer.weights]


def _is_float(x) -> bool:
    return x.dtype.kind == "f"


def _stepper(tf, wing, model, optimizer, loss) -> Callable:
    """A training step: the same text for both libraries."""
    optimizer, loss = optimizer(wing), loss(wing)
    optimizer.build(model.trainable_weights)

    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
            for penalty in model.losses:
                value += penalty
        gradients = tape.gradient(value, model.trainable_weights)
        optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))
        return value, gradients

    return step


def _absolute(x, y) -> float:
    return float(np.max(np.abs(np.asarray(x) - np.asarray(y)), initial=0.0))


def _relative(x, y) -> float:
    return _absolute(x, y) / max(float(np.max(np.abs(np.asarray(y)), initial=0.0)), 1e-30)
