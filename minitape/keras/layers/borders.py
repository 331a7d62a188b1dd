"""Layers that put zeros around images, and that cut their borders off."""

from ... import ops
from .input_spec import InputSpec
from .layer import Layer
from .windows import OfImages, check_data_format, numbers, pairs


class _ZeroPadding(OfImages, Layer):
    _settings = ("padding", "data_format")
    padding: tuple

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = check_data_format(data_format)
        self._sides = pairs("padding", padding, self._rank)
        self.padding = self._sides
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def call(self, inputs):
        """The inputs, with zeros around them."""
        return ops.pad(inputs, self._shape_of((0, 0), self._sides, (0, 0)))

    def compute_output_shape(self, input_shape):
        """The lengths, with what is added."""
        return _changed(self, input_shape, [sum(side) for side in self._sides])


def _changed(layer, input_shape, added) -> tuple:
    lengths = [
        None if n is None else n + more
        for n, more in zip(layer._lengths_of(input_shape), added, strict=True)
    ]
    return layer._shape_of(input_shape[0], lengths, input_shape[layer._channel_axis])


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after sequences, (batch, length, channels).

    Args:
        padding: how many: a number, or a pair (before, after).
        data_format: "channels_last", or "channels_first" for (batch, channels, length).
        **kwargs: Layer's arguments.
    """

    _rank = 1

    def __init__(self, padding=1, data_format=None, **kwargs):
        before_and_after = numbers("padding", padding, 2, zero=True)
        super().__init__((before_and_after,), data_format, **kwargs)
        self.padding = before_and_after


class ZeroPadding2D(_ZeroPadding):
    """Zeros around images, (batch, height, width, channels).

    Args:
        padding: how many: a number for all four sides, a pair for height and width, or two pairs
            ((top, bottom), (left, right)).
        data_format: "channels_last", or "channels_first" for (batch, channels, height, width).
        **kwargs: Layer's arguments.
    """

    _rank = 2


class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes; the arguments are ZeroPadding2D's, for three axes."""

    _rank = 3


class _Cropping(OfImages, Layer):
    _settings: tuple[str, ...] = ("cropping", "data_format")
    cropping: tuple

    def __init__(self, cropping, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = check_data_format(data_format)
        self._sides = pairs("cropping", cropping, self._rank)
        self.cropping = self._sides
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def call(self, inputs):
        """The inside of the inputs."""
        lengths = self._lengths_of(self._checked(inputs.shape))
        inside = [
            slice(before, length - after)
            for (before, after), length in zip(self._sides, lengths, strict=True)
        ]
        return inputs[self._shape_of(slice(None), inside, slice(None))]

    def compute_output_shape(self, input_shape):
        """The lengths, without what is cut off."""
        return _changed(self, self._checked(input_shape), [-sum(side) for side in self._sides])

    def _checked(self, shape):
        lengths = self._lengths_of(shape)
        if any(n is not None and sum(s) >= n for s, n in zip(self._sides, lengths, strict=True)):
            raise ValueError(
                "Values in the `cropping` argument must be smaller than the input's lengths. "
                f"Received in layer '{self.name}': input shape {tuple(shape)}, "
                f"cropping={self.cropping}"
            )
        return shape


class Cropping1D(_Cropping):
    """Sequences, (batch, length, channels), without their ends.

    Args:
        cropping: how much is cut off: a number, or a pair (before, after).
        **kwargs: Layer's arguments.
    """

    _rank = 1
    _settings = ("cropping",)

    def __init__(self, cropping=(1, 1), **kwargs):
        before_and_after = numbers("cropping", cropping, 2, zero=True)
        super().__init__((before_and_after,), "channels_last", **kwargs)
        self.cropping = before_and_after


class Cropping2D(_Cropping):
    """Images, (batch, height, width, channels), without their borders.

    Args:
        cropping: how much is cut off: a number for all four sides, a pair for height and width,
            or two pairs ((top, bottom), (left, right)).
        data_format: "channels_last", or "channels_first" for (batch, channels, height, width).
        **kwargs: Layer's arguments.
    """

    _rank = 2

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(_Cropping):
    """Volumes without their borders; the arguments are Cropping2D's, for three axes."""

    _rank = 3

    def __init__(self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)
