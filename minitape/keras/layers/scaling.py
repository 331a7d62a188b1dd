"""Layers that bring data into a handy range."""

import numpy

from ... import ops
from ...settings import epsilon
from .layer import ShapeKeepingLayer


class Rescaling(ShapeKeepingLayer):
    """x * scale + offset, in the layer's dtype: `Rescaling(1 / 255)` for images of bytes.

    Args:
        scale: a number, or a list that is broadcast along the last axes.
        offset: the same.
        **kwargs: Layer's arguments.
    """

    _settings = ("scale", "offset")

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset

    def call(self, inputs):
        """The scaled inputs."""
        scale, offset = (ops.cast(x, self.dtype) for x in (self.scale, self.offset))
        return ops.cast(inputs, self.dtype) * scale + offset


class Normalization(ShapeKeepingLayer):
    """(x - mean) / sqrt(variance), with the statistics of data that `adapt` was shown.

    Args:
        axis: the axis, or several, whose places have statistics of their own; None for one mean
            and one variance of everything.
        mean: the mean, where it is known already.
        variance: the variance, where it is known.
        invert: whether to compute x * sqrt(variance) + mean instead.
        **kwargs: Layer's arguments.
    """

    _settings = ("axis", "invert")

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        if axis is None:
            axis = ()
        self.axis = (axis,) if isinstance(axis, int) else tuple(axis)
        if (mean is None) != (variance is None) or numpy.shape(mean) != numpy.shape(variance):
            raise ValueError(
                "`mean` and `variance` must be given together, and in the same shape. Received: "
                f"mean={mean} and variance={variance}"
            )
        if numpy.ndim(mean) > len(self.axis):
            raise ValueError(
                f"`mean` must have at most as many axes as `axis` names, {len(self.axis)}. "
                f"Received: mean of shape {numpy.shape(mean)} for axis {self.axis}"
            )
        self.input_mean = mean
        self.input_variance = variance
        self.invert = invert

    def build(self, input_shape):
        """Makes the statistics: mean 0 and variance 1 until `adapt` is called."""
        ndim = len(input_shape)
        if not all(-ndim <= axis < ndim for axis in self.axis):
            raise ValueError(
                f"Layer '{self.name}': all `axis` values must be axes of the input. Received: "
                f"input shape {tuple(input_shape)}, axis={self.axis}"
            )
        kept = sorted(axis % ndim for axis in self.axis)
        shape = tuple(input_shape[axis] for axis in kept)
        if None in shape:
            raise ValueError(
                f"Layer '{self.name}': the lengths along `axis` must be known. Received: input "
                f"shape {tuple(input_shape)}, axis={self.axis}"
            )
        self._lengths = {axis: input_shape[axis] for axis in kept}
        self._reduced = [axis for axis in range(ndim) if axis not in kept]
        if self.input_mean is None:
            self.adapt_mean = self.add_weight(shape, "zeros", trainable=False, name="mean")
            self.adapt_variance = self.add_weight(shape, "ones", trainable=False, name="variance")
            self.count = self.add_weight((), "zeros", "int64", trainable=False, name="count")

    def adapt(self, data) -> None:
        """Takes mean and variance from data.

        Args:
            data: an array or tensor of inputs; or batches of them, or pairs of which they are the
                first: any iterable, a Dataset too.

        Raises:
            ValueError: no data, or batches whose lengths along `axis` differ.
        """
        mean, variance, total = 0.0, 0.0, 0
        for batch in [data] if hasattr(data, "shape") else data:
            x = ops.cast(batch[0] if isinstance(batch, tuple) else batch, self.dtype)
            if not self.built:
                self.build(x.shape)
            if any(x.shape[axis] != length for axis, length in self._lengths.items()):
                raise ValueError(
                    f"Layer '{self.name}' was built for inputs with the lengths {self._lengths} by "
                    f"axis. adapt() received data of shape {x.shape}"
                )
            new_mean, new_variance = ops.moments(x, self._reduced)
            count = len(x) if self._reduced else 1
            total += count
            share = count / total
            between = share * (1 - share) * ops.square(new_mean - mean)
            mean = mean * (1 - share) + new_mean * share
            variance = variance * (1 - share) + new_variance * share + between
        if not total:
            raise ValueError(f"Layer '{self.name}': adapt() received no data.")
        if self.input_mean is None:
            self.adapt_mean.assign(mean)
            self.adapt_variance.assign(variance)

    @property
    def mean(self):
        """The mean, in a shape that is broadcast along the inputs."""
        return self._beside(self.adapt_mean if self.input_mean is None else self.input_mean)

    @property
    def variance(self):
        """The variance, in the mean's shape."""
        given = self.input_variance
        return self._beside(self.adapt_variance if given is None else given)

    def _beside(self, statistic):
        """A statistic of the last ones of the kept axes, in the inputs' number of axes."""
        statistic = ops.cast(statistic, self.dtype)
        ndim = len(self._lengths) + len(self._reduced)
        shape, kept = [1] * ndim, list(self._lengths)
        for axis, length in zip(reversed(kept), reversed(statistic.shape), strict=False):
            shape[axis] = length
        return ops.reshape(statistic, shape)

    def call(self, inputs):
        """The normalized inputs, or the inverse."""
        x = ops.cast(inputs, self.dtype)
        deviation = ops.maximum(ops.sqrt(self.variance), epsilon())
        return x * deviation + self.mean if self.invert else (x - self.mean) / deviation

    def get_config(self) -> dict:
        """The constructor's arguments."""
        given = {"mean": self.input_mean, "variance": self.input_variance}
        plain = {name: numpy.asarray(value).tolist() for name, value in given.items()}
        return {**super().get_config(), **plain}
