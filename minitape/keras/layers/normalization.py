"""Batch normalization."""

from ... import ops
from ...ops.normalized import normalized_on_card
from .. import initializers
from .input_spec import InputSpec
from .layer import ShapeKeepingLayer
from .weights import keep_options, make_weight, weight_config


class BatchNormalization(ShapeKeepingLayer):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, for each place along an axis.

    In training, mean and variance are the batch's, and move the layer's own averages; otherwise
    they are those averages. From Ioffe and Szegedy, "Batch Normalization", 2015.

    Args:
        axis: the axis that keeps its own statistics, the channels unless given.
        momentum: how much of the averages stays at each step.
        epsilon: added to the variance.
        center: whether there is a beta.
        scale: whether there is a gamma.
        beta_initializer: first values of beta.
        gamma_initializer: first values of gamma.
        moving_mean_initializer: first values of the average mean.
        moving_variance_initializer: first values of the average variance.
        beta_regularizer: a penalty on beta.
        gamma_regularizer: a penalty on gamma.
        beta_constraint: applied to beta after each update.
        gamma_constraint: applied to gamma after each update.
        **kwargs: Layer's arguments.
    """

    _settings = ("axis", "momentum", "epsilon", "center", "scale")
    _without = {
        "synchronized": False,
        "renorm": False,
        "renorm_clipping": None,
        "renorm_momentum": 0.99,
    }

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.axis = axis
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        keep_options(self, "beta", beta_initializer, beta_regularizer, beta_constraint)
        keep_options(self, "gamma", gamma_initializer, gamma_regularizer, gamma_constraint)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

    def build(self, input_shape):
        """Makes gamma, beta and the two averages."""
        ndim = len(input_shape)
        if not -ndim <= self.axis < ndim:
            raise ValueError(
                f"Layer '{self.name}' normalizes axis {self.axis}, which inputs of shape "
                f"{tuple(input_shape)} don't have."
            )
        shape = (input_shape[self.axis],)
        self.gamma = make_weight(self, "gamma", shape) if self.scale else None
        self.beta = make_weight(self, "beta", shape) if self.center else None
        self.moving_mean = self.add_weight(
            shape, self.moving_mean_initializer, trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            shape, self.moving_variance_initializer, trainable=False, name="moving_variance"
        )
        self.input_spec = InputSpec(ndim=ndim, axes={self.axis: shape[0]})

    def call(self, inputs, training=False):
        """The normalized inputs; a frozen layer uses its averages even in training."""
        if not inputs.dtype.is_floating:
            inputs = ops.cast(inputs, self.dtype)
        axis = self.axis % inputs.ndim
        if training and self.trainable:
            others = [i for i in range(inputs.ndim) if i != axis]
            on_card = normalized_on_card(inputs, self.gamma, self.beta, others, self.epsilon)
            mean, variance = on_card[1:] if on_card else ops.moments(inputs, others)
            self._move(self.moving_mean, mean)
            self._move(self.moving_variance, variance)
            if on_card:
                return on_card[0]
        else:
            mean, variance = self.moving_mean, self.moving_variance
        beta, gamma = self.beta, self.gamma
        if axis != inputs.ndim - 1:  # along the last axis they broadcast by themselves
            shape = (-1, *[1] * (inputs.ndim - 1 - axis))
            mean, variance, beta, gamma = (
                x if x is None else ops.reshape(x, shape) for x in (mean, variance, beta, gamma)
            )
        return ops.batch_normalization(inputs, mean, variance, beta, gamma, self.epsilon)

    def _move(self, average, value) -> None:
        """Moves an average towards the batch's value, and leaves no trace on a tape."""
        value = ops.stop_gradient(value)
        average.assign(average * self.momentum + value * (1 - self.momentum))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        averages = {
            name: initializers.serialize(getattr(self, name))
            for name in ("moving_mean_initializer", "moving_variance_initializer")
        }
        return {
            **super().get_config(),
            **weight_config(self, "beta"),
            **weight_config(self, "gamma"),
            **averages,
        }
