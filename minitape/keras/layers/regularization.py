"""Layers that work against overfitting."""

import math

from ... import ops
from .. import random, regularizers
from .input_spec import InputSpec
from .layer import ShapeKeepingLayer
from .windows import check_data_format


def _checked_share(argument: str, value):
    if not 0 <= value <= 1:
        raise ValueError(
            f"Invalid value received for argument `{argument}`. Expected a float value between 0 "
            f"and 1. Received: {argument}={value}"
        )
    return value


class _RandomLayer(ShapeKeepingLayer):
    """A layer that draws random numbers in training, and otherwise gives its inputs back."""

    def _keep_seed(self, seed, strength) -> None:
        """Keeps the seed, and makes a generator unless there is nothing to draw."""
        self.seed = seed
        if strength > 0:
            self.seed_generator = random.SeedGenerator(seed)


class Dropout(_RandomLayer):
    """In training, sets random values to 0 and scales the others up, so that the mean stays.

    Args:
        rate: the share that is set to 0, in [0, 1].
        noise_shape: the shape of the mask, the input's unless given; where it is 1, values
            along that axis are dropped together.
        seed: an integer, for the same masks in each run.
        **kwargs: Layer's arguments.
    """

    _settings = ("rate", "noise_shape", "seed")

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = _checked_share("rate", rate)
        if noise_shape is not None and not isinstance(noise_shape, (list, tuple)):
            raise ValueError(
                f"Expected noise_shape to be a tuple or list of lengths. Received: {noise_shape!r}."
            )
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        self._keep_seed(seed, rate)

    def call(self, inputs, training=False):
        """The inputs, with values dropped in training."""
        if not training or self.rate == 0:
            return inputs
        noise_shape = self._noise_shape_for(inputs.shape)
        return random.dropout(inputs, self.rate, noise_shape, self.seed_generator)

    def _noise_shape_for(self, shape):
        return self.noise_shape


class _SpatialDropout(Dropout):
    """Drops whole channels of sequences, images or volumes."""

    _rank: int
    data_format: str | None = None  # one-dimensional data has none in Keras

    def __init__(self, rate, seed=None, name=None, dtype=None):
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def _noise_shape_for(self, shape):
        ones = [1] * self._rank
        if self.data_format == "channels_first":
            return (*shape[:2], *ones)
        return (shape[0], *ones, shape[-1])

    def get_config(self) -> dict:
        """The constructor's arguments."""
        names = ("rate", "seed", "name", "dtype")
        config = {name: getattr(self, name) for name in names}
        return config if self.data_format is None else {**config, "data_format": self.data_format}


class SpatialDropout1D(_SpatialDropout):
    """In training, drops whole channels of sequences, (batch, length, channels).

    Args:
        rate: the share of channels that is set to 0, in [0, 1].
        seed: an integer, for the same channels in each run.
        name: the layer's name.
        dtype: the layer's dtype.
    """

    _rank = 1


class SpatialDropout2D(_SpatialDropout):
    """In training, drops whole channels of images, (batch, height, width, channels).

    Args:
        rate: the share of channels that is set to 0, in [0, 1].
        data_format: "channels_last", or "channels_first" for (batch, channels, height, width).
        seed: an integer, for the same channels in each run.
        name: the layer's name.
        dtype: the layer's dtype.
    """

    _rank = 2

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None):
        super().__init__(rate, seed, name, dtype)
        self.data_format = check_data_format(data_format)


class SpatialDropout3D(_SpatialDropout):
    """In training, drops whole channels of volumes; the arguments are SpatialDropout2D's."""

    _rank = 3

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None):
        super().__init__(rate, seed, name, dtype)
        self.data_format = check_data_format(data_format)


class AlphaDropout(_RandomLayer):
    """Dropout for selu: mean 0 and variance 1 stay.

    In training, random values are set to selu's lower limit, and all are scaled and shifted. From
    Klambauer et al., "Self-Normalizing Neural Networks", 2017.

    Args:
        rate: the share that is dropped, in [0, 1].
        noise_shape: the shape of the mask, the input's unless given; None in it stands for the
            input's length.
        seed: an integer, for the same masks in each run.
        **kwargs: Layer's arguments.
    """

    _settings = ("rate", "noise_shape", "seed")
    _LIMIT = -1.6732632423543772 * 1.0507009873554805

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = _checked_share("rate", rate)
        self.noise_shape = noise_shape
        self._keep_seed(seed, rate)

    def call(self, inputs, training=False):
        """The inputs, with values dropped in training."""
        if not training or self.rate == 0:
            return inputs
        shape = inputs.shape
        if self.noise_shape is not None:
            given = zip(self.noise_shape, shape, strict=True)
            shape = [length if n is None else n for n, length in given]
        kept = ops.greater_equal(random.uniform(shape, seed=self.seed_generator), self.rate)
        # Where x has mean 0 and variance 1, so has factor * (x or limit) + shift.
        limit, rate = self._LIMIT, self.rate
        factor = ((1 - rate) * (1 + rate * limit**2)) ** -0.5
        return factor * ops.where(kept, inputs, limit) - factor * limit * rate


class GaussianDropout(_RandomLayer):
    """In training, multiplies by normal random values of mean 1.

    Their variance is rate / (1 - rate), that of Dropout's factors.

    Args:
        rate: the share that Dropout would set to 0, in [0, 1].
        seed: an integer, for the same values in each run.
        **kwargs: Layer's arguments.
    """

    _settings = ("rate", "seed")

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = _checked_share("rate", rate)
        self._keep_seed(seed, rate)

    def call(self, inputs, training=False):
        """The inputs, times random values in training."""
        if not training or self.rate == 0:
            return inputs
        deviation = math.sqrt(self.rate / (1 - self.rate))
        return inputs * random.normal(
            inputs.shape, 1.0, deviation, dtype=self.dtype, seed=self.seed_generator
        )


class GaussianNoise(_RandomLayer):
    """In training, adds normal random values of mean 0.

    Args:
        stddev: their standard deviation, in [0, 1].
        seed: an integer, for the same values in each run.
        **kwargs: Layer's arguments.
    """

    _settings = ("stddev", "seed")

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.stddev = _checked_share("stddev", stddev)
        self._keep_seed(seed, stddev)

    def call(self, inputs, training=False):
        """The inputs, plus random values in training."""
        if not training or self.stddev == 0:
            return inputs
        return inputs + random.normal(
            inputs.shape, 0.0, self.stddev, dtype=self.dtype, seed=self.seed_generator
        )


class ActivityRegularization(ShapeKeepingLayer):
    """The inputs as they are, with a penalty on them in the loss.

    Args:
        l1: the factor of sum(|x|).
        l2: the factor of sum(x²).
        **kwargs: Layer's arguments.
    """

    _settings = ("l1", "l2")

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1, l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def call(self, inputs):
        """The inputs."""
        return inputs

    def get_config(self) -> dict:
        """The constructor's arguments."""
        config = super().get_config()
        del config["activity_regularizer"]
        return config
