"""Layers that make images larger."""

import numpy

from ... import ops
from .input_spec import InputSpec
from .layer import Layer
from .windows import OfImages, check_data_format, numbers


class _UpSampling(OfImages, Layer):
    """Each place of the images several times."""

    _settings: tuple[str, ...] = ("size", "data_format")

    def __init__(self, size=2, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.size = numbers("size", size, self._rank)
        self.data_format = check_data_format(data_format)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def call(self, inputs):
        """The inputs, with each place repeated."""
        # All axes at once: the values are copied a single time.
        factors = self._shape_of(1, self.size, 1)
        apart, repeated, joined = [], [], []
        for length, factor in zip(inputs.shape, factors, strict=True):
            apart += [length, 1]
            repeated += [length, factor]
            joined.append(length * factor)
        spread = ops.broadcast_to(ops.reshape(inputs, apart), repeated)
        return ops.reshape(spread, joined)

    def compute_output_shape(self, input_shape):
        """The lengths times the size."""
        lengths = [
            None if n is None else n * factor
            for n, factor in zip(self._lengths_of(input_shape), self.size, strict=True)
        ]
        return self._shape_of(input_shape[0], lengths, input_shape[self._channel_axis])


class UpSampling1D(_UpSampling):
    """Each step of sequences, (batch, length, channels), several times.

    Args:
        size: how often.
        **kwargs: Layer's arguments.
    """

    _rank = 1
    _settings = ("size",)

    def __init__(self, size=2, **kwargs):
        if not isinstance(size, int) or isinstance(size, bool):
            raise TypeError(f"Expected an integer value for `size`. Received: size={size!r}")
        super().__init__(size, "channels_last", **kwargs)
        self._factor = size

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), "size": self._factor}


class UpSampling2D(_UpSampling):
    """Images, (batch, height, width, channels), made larger by whole factors.

    Args:
        size: how many times as high and as wide: a number or a pair.
        data_format: "channels_last", or "channels_first" for (batch, channels, height, width).
        interpolation: "nearest" repeats each pixel; "bilinear" puts between neighbouring pixels
            what lies on the line from one to the other.
        **kwargs: Layer's arguments.
    """

    _rank = 2
    _settings = ("size", "data_format", "interpolation")

    def __init__(self, size=2, data_format=None, interpolation="nearest", **kwargs):
        super().__init__(size, data_format, **kwargs)
        self.interpolation = interpolation.lower()
        if self.interpolation not in ("nearest", "bilinear"):
            raise ValueError(
                "UpSampling2D: interpolation must be 'nearest' or 'bilinear'. Received: "
                f"interpolation={interpolation!r}"
            )

    def call(self, inputs):
        """The larger images."""
        if self.interpolation == "nearest":
            return super().call(inputs)
        rows, columns = (
            ops.convert_to_tensor(_line_weights(length, factor).astype(inputs.dtype.numpy_dtype))
            for length, factor in zip(self._lengths_of(inputs.shape), self.size, strict=True)
        )
        if self.data_format == "channels_first":
            return ops.matmul(ops.matmul(rows, inputs), columns, transpose_b=True)
        batch, height, width, channels = inputs.shape
        higher = ops.matmul(rows, ops.reshape(inputs, (batch, height, width * channels)))
        wider = ops.matmul(columns, ops.reshape(higher, (-1, width, channels)))
        return ops.reshape(wider, (batch, len(rows), len(columns), channels))


def _line_weights(length: int, factor: int):
    """(length * factor, length): how much of each old pixel a new one holds.

    Pixels are measured by their middles; beyond the outermost ones, these go on.
    """
    middles = (numpy.arange(length * factor) + 0.5) / factor - 0.5
    middles = middles.clip(0, length - 1)
    return (1 - abs(middles[:, None] - numpy.arange(length))).clip(0)


class UpSampling3D(_UpSampling):
    """Each place of volumes, (batch, depth, height, width, channels), several times.

    Args:
        size: how often along each axis: a number or three.
        data_format: "channels_last", or "channels_first" for the channels before the lengths.
        **kwargs: Layer's arguments.
    """

    _rank = 3
