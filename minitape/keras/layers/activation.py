"""Activation functions as layers."""

import math
import warnings

from ... import ops
from .. import activations
from .layer import ShapeKeepingLayer


class Activation(ShapeKeepingLayer):
    """An activation function, by name or object, as a layer.

    Args:
        activation: the name or the function.
        **kwargs: Layer's arguments.
    """

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs):
        """The function of the inputs."""
        return self.activation(inputs)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), "activation": activations.serialize(self.activation)}


class ReLU(ShapeKeepingLayer):
    """max(x, 0), or with a slope below a threshold and a limit above.

    Args:
        max_value: the largest output, none unless given.
        negative_slope: the slope below the threshold.
        threshold: where the output begins to grow.
        **kwargs: Layer's arguments.
    """

    _settings = ("max_value", "negative_slope", "threshold")

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        for name, value in [
            ("max_value", 0 if max_value is None else max_value),
            ("negative_slope", negative_slope),
            ("threshold", threshold),
        ]:
            if value is None or value < 0:
                raise ValueError(
                    f"{name} of a ReLU layer cannot be None or a negative value. Received: "
                    f"{name}={value}"
                )
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold

    def call(self, inputs):
        """The function of the inputs."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(ShapeKeepingLayer):
    """x above 0, negative_slope * x below.

    Args:
        negative_slope: the slope below 0; Keras 2 called it `alpha`.
        **kwargs: Layer's arguments.
    """

    _settings = ("negative_slope",)

    def __init__(self, negative_slope=0.3, **kwargs):
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
            warnings.warn(
                "Argument `alpha` is deprecated. Use `negative_slope` instead.", stacklevel=2
            )
        super().__init__(**kwargs)
        if negative_slope is None or not math.isfinite(negative_slope) or negative_slope < 0:
            raise ValueError(
                "The negative_slope value of a Leaky ReLU layer cannot be None or negative value. "
                f"Expected a float. Received: negative_slope={negative_slope}"
            )
        self.negative_slope = negative_slope

    def call(self, inputs):
        """The function of the inputs."""
        return ops.leaky_relu(inputs, self.negative_slope)


class Softmax(ShapeKeepingLayer):
    """exp(x) / sum(exp(x)) along an axis.

    Args:
        axis: the axis, the last unless given.
        **kwargs: Layer's arguments.
    """

    _settings = ("axis",)

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        """The function of the inputs."""
        return activations.softmax(inputs, axis=self.axis)
