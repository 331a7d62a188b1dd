"""Normalization of each example by itself: its layers, its groups of channels, its length."""

from ... import ops
from ...ops.normalized import normalized_on_card
from .input_spec import InputSpec
from .layer import ShapeKeepingLayer
from .weights import keep_options, make_weight, weight_config


def _axes_of(layer, shape) -> list[int]:
    """The layer's axes, counted from the front."""
    axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    ndim = len(shape)
    if not all(-ndim <= axis < ndim for axis in axes):
        raise ValueError(
            f"Layer '{layer.name}' normalizes axis {layer.axis}, which is out of bounds for inputs "
            f"of shape {tuple(shape)}."
        )
    return sorted(axis % ndim for axis in axes)


def _known_lengths(layer, shape) -> tuple:
    """The lengths along the layer's axes."""
    lengths = tuple(shape[axis] for axis in _axes_of(layer, shape))
    if None in lengths:
        raise ValueError(
            f"Axis {layer.axis} of the input of layer '{layer.name}' should have a defined length. "
            f"Received: input shape {tuple(shape)}"
        )
    return lengths


def _beside(x, axes: list[int], weight):
    """A weight in a shape that is broadcast along all other axes of x."""
    if weight is None or axes == list(range(x.ndim - len(axes), x.ndim)):
        return weight
    return ops.reshape(weight, [n if i in axes else 1 for i, n in enumerate(x.shape)])


def _in_full(x):
    """The inputs in float32, if they are of float16 or integers."""
    return ops.cast(x, "float32") if x.dtype == "float16" or x.dtype.is_integer else x


def _centred(x, axes: list[int], epsilon: float):
    """(x - mean) / sqrt(variance + epsilon) along axes."""
    mean, variance = ops.moments(x, axes, keepdims=True)
    return (x - mean) * ops.rsqrt(variance + epsilon)


def _scaled(x, gamma, beta):
    """x * gamma + beta, where they are."""
    if gamma is not None:
        x = x * ops.cast(gamma, x.dtype)
    return x if beta is None else x + ops.cast(beta, x.dtype)


def _check_axis(axis):
    if not isinstance(axis, (int, list, tuple)):
        raise TypeError(
            "Expected an int or a list/tuple of ints for the argument 'axis'. Received: "
            f"axis={axis!r}"
        )
    return list(axis) if isinstance(axis, tuple) else axis


class _CentredLayer(ShapeKeepingLayer):
    """What LayerNormalization and GroupNormalization share: gamma and beta."""

    def __init__(self, epsilon, center, scale, beta: tuple, gamma: tuple, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        keep_options(self, "beta", *beta)
        keep_options(self, "gamma", *gamma)

    def _make_weights(self, shape) -> None:
        self.gamma = make_weight(self, "gamma", shape) if self.scale else None
        self.beta = make_weight(self, "beta", shape) if self.center else None

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            **weight_config(self, "beta"),
            **weight_config(self, "gamma"),
        }


class LayerNormalization(_CentredLayer):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, over some axes of each example.

    From Ba et al., "Layer Normalization", 2016.

    Args:
        axis: the axis along which mean and variance are taken, or a list of them.
        epsilon: added to the variance.
        center: whether there is a beta.
        scale: whether there is a gamma.
        beta_initializer: first values of beta, (lengths along the axes).
        gamma_initializer: first values of gamma.
        beta_regularizer: a penalty on beta.
        gamma_regularizer: a penalty on gamma.
        beta_constraint: applied to beta after each update.
        gamma_constraint: applied to gamma after each update.
        **kwargs: Layer's arguments.
    """

    _settings = ("axis", "epsilon", "center", "scale")
    _without = {"rms_scaling": False}

    def __init__(
        self,
        axis=-1,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        if kwargs.pop("rms_scaling", False):
            raise ValueError(
                "LayerNormalization: rms_scaling=True divides by the deviation, not by the root "
                "mean square, and is deprecated in Keras. Use RMSNormalization."
            )
        super().__init__(
            epsilon,
            center,
            scale,
            (beta_initializer, beta_regularizer, beta_constraint),
            (gamma_initializer, gamma_regularizer, gamma_constraint),
            **kwargs,
        )
        self.axis = _check_axis(axis)

    def build(self, input_shape):
        """Makes gamma and beta; `axis` is a sorted list from now on, as in Keras."""
        self._make_weights(_known_lengths(self, input_shape))
        self.axis = [self.axis] if isinstance(self.axis, int) else sorted(self.axis)

    def call(self, inputs):
        """The normalized inputs."""
        x, axes = _in_full(inputs), _axes_of(self, inputs.shape)
        on_card = normalized_on_card(x, self.gamma, self.beta, axes, self.epsilon)
        if on_card:
            return ops.cast(on_card[0], self.dtype)
        gamma, beta = (_beside(x, axes, weight) for weight in (self.gamma, self.beta))
        return ops.cast(_scaled(_centred(x, axes, self.epsilon), gamma, beta), self.dtype)


class GroupNormalization(_CentredLayer):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, over each group of channels.

    From Wu and He, "Group Normalization", 2018.

    Args:
        groups: how many groups the channels are cut into; -1 for each channel by itself.
        axis: the axis of the channels.
        epsilon: added to the variance.
        center: whether there is a beta.
        scale: whether there is a gamma.
        beta_initializer: first values of beta, (channels,).
        gamma_initializer: first values of gamma, (channels,).
        beta_regularizer: a penalty on beta.
        gamma_regularizer: a penalty on gamma.
        beta_constraint: applied to beta after each update.
        gamma_constraint: applied to gamma after each update.
        **kwargs: Layer's arguments.
    """

    _settings = ("groups", "axis", "epsilon", "center", "scale")

    def __init__(
        self,
        groups=32,
        axis=-1,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        if not isinstance(groups, int) or (groups <= 0 and groups != -1):
            raise ValueError(
                "Received an invalid value for argument `groups`, expected a positive integer (or "
                f"`-1` for each channel by itself). Received: groups={groups}"
            )
        super().__init__(
            epsilon,
            center,
            scale,
            (beta_initializer, beta_regularizer, beta_constraint),
            (gamma_initializer, gamma_regularizer, gamma_constraint),
            **kwargs,
        )
        self.groups = groups
        self.axis = axis

    def build(self, input_shape):
        """Makes gamma and beta; a number of groups of -1 is the channels' from now on."""
        (channels,) = _known_lengths(self, input_shape)
        self.groups = channels if self.groups == -1 else self.groups
        if channels % self.groups:
            raise ValueError(
                f"Layer '{self.name}': the number of groups ({self.groups}) must divide the number "
                f"of channels ({channels}). Received: input shape {tuple(input_shape)}"
            )
        self._make_weights((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})

    def _grouped(self, weight):
        return None if weight is None else ops.reshape(weight, (self.groups, -1))

    def call(self, inputs):
        """The normalized inputs."""
        x, (axis,) = _in_full(inputs), _axes_of(self, inputs.shape)
        others = [i for i in range(1, x.ndim) if i != axis]
        # Of the channels first, which is fast, and then of their groups: the mean variance within
        # the channels, and that of their means. The rest is done to few numbers, until the end.
        grouped = (x.shape[0], self.groups, x.shape[axis] // self.groups)
        means, variances = (ops.reshape(m, grouped) for m in ops.moments(x, others))
        mean = ops.reduce_mean(means, -1, keepdims=True)
        variance = ops.reduce_mean(variances + ops.square(means - mean), -1, keepdims=True)
        factor = ops.rsqrt(variance + self.epsilon) + ops.zeros_like(means)
        factor = _scaled(factor, self._grouped(self.gamma), None)
        shift = _scaled(-mean * factor, None, self._grouped(self.beta))
        beside = [x.shape[0], *[1] * (x.ndim - 1)]
        beside[axis] = x.shape[axis]
        y = x * ops.reshape(factor, beside) + ops.reshape(shift, beside)
        return ops.cast(y, self.dtype)


class RMSNormalization(ShapeKeepingLayer):
    """x / sqrt(mean(x²) + epsilon) * scale, over some axes of each example.

    From Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019.

    Args:
        axis: the axis along which the mean is taken, or a list of them.
        epsilon: added to the mean.
        **kwargs: Layer's arguments.
    """

    _settings = ("axis", "epsilon")

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = epsilon

    def build(self, input_shape):
        """Makes the scale; `axis` is a sorted list from now on, as in Keras."""
        shape = _known_lengths(self, input_shape)
        self.scale = self.add_weight(shape, "ones", name="scale")
        self.axis = [self.axis] if isinstance(self.axis, int) else sorted(self.axis)

    def call(self, inputs):
        """The normalized inputs."""
        x, axes = _in_full(inputs), _axes_of(self, inputs.shape)
        share = ops.rsqrt(ops.reduce_mean(ops.square(x), axes, keepdims=True) + self.epsilon)
        return ops.cast(_scaled(x * share, _beside(x, axes, self.scale), None), inputs.dtype)


class UnitNormalization(ShapeKeepingLayer):
    """x / ||x||, so that the Euclidean norm along some axes is 1.

    Args:
        axis: the axis, or a list of them.
        **kwargs: Layer's arguments.
    """

    _settings = ("axis",)

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = _check_axis(axis)

    def build(self, input_shape):
        """Checks that there are such axes."""
        _axes_of(self, input_shape)

    def call(self, inputs):
        """The inputs divided by their norms, or by 1e-12 where these are smaller."""
        y = ops.l2_normalize(_in_full(inputs), _axes_of(self, inputs.shape), 1e-24)
        return ops.cast(y, inputs.dtype)
