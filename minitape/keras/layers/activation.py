"""Activation functions as layers."""

import math
import warnings

from ... import ops
from .. import activations
from .input_spec import InputSpec
from .layer import ShapeKeepingLayer
from .weights import keep_options, make_weight, weight_config


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


class ELU(ShapeKeepingLayer):
    """x above 0, alpha * (exp(x) - 1) below.

    Args:
        alpha: minus the limit at minus infinity.
        **kwargs: Layer's arguments.
    """

    _settings = ("alpha",)

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs):
        """The function of the inputs."""
        return activations.elu(inputs, self.alpha)


class PReLU(ShapeKeepingLayer):
    """x above 0, alpha * x below, where alpha is learned, one number for each place.

    Args:
        alpha_initializer: first values of alpha, of the shape of an example.
        alpha_regularizer: a penalty on alpha.
        alpha_constraint: applied to alpha after each update.
        shared_axes: axes along which alpha is the same: [1, 2] for all pixels of an image.
        **kwargs: Layer's arguments.
    """

    _settings = ("shared_axes",)

    def __init__(
        self,
        alpha_initializer="Zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        keep_options(self, "alpha", alpha_initializer, alpha_regularizer, alpha_constraint)
        if shared_axes is not None:
            shared_axes = (
                list(shared_axes) if isinstance(shared_axes, (list, tuple)) else [shared_axes]
            )
        self.shared_axes = shared_axes

    def build(self, input_shape):
        """Makes alpha."""
        shape, shared = list(input_shape[1:]), self.shared_axes or []
        for axis in shared:
            shape[axis - 1] = 1
        self.alpha = make_weight(self, "alpha", shape)
        axes = {i: n for i, n in enumerate(input_shape) if shared and i and i not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)

    def call(self, inputs):
        """The function of the inputs."""
        return ops.relu(inputs) - self.alpha * ops.relu(-inputs)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), **weight_config(self, "alpha")}


class Softmax(ShapeKeepingLayer):
    """exp(x) / sum(exp(x)) along an axis, or several.

    Args:
        axis: the axis, the last unless given, or a list of them; None for all, with the batch's.
        **kwargs: Layer's arguments.
    """

    _settings = ("axis",)

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs, mask=None):
        """The function of the inputs; where a mask is false, 0."""
        if mask is None:
            return self._softmax(inputs)
        if mask.dtype != "bool":
            mask = ops.greater(mask, 0.5)
        lowest = -3e4 if inputs.dtype == "float16" else -1e9
        kept = self._softmax(ops.where(mask, inputs, lowest))
        return ops.where(mask, kept, 0.0)

    def _softmax(self, inputs):
        axes = list(self.axis) if isinstance(self.axis, (list, tuple)) else self.axis
        if isinstance(axes, list) and len(axes) == 1:
            axes = axes[0]
        if isinstance(axes, int):
            return activations.softmax(inputs, axis=axes)
        return ops.exp(inputs - ops.reduce_logsumexp(inputs, axes, keepdims=True))
