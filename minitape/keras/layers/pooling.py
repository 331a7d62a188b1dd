"""Pooling: the maximum or the mean of windows, or of whole sequences, images and volumes."""

from ... import ops
from .input_spec import InputSpec
from .layer import Layer
from .windows import OfImages, check_data_format, check_padding, numbers

_MAXIMA = {1: ops.max_pool1d, 2: ops.max_pool2d, 3: ops.max_pool3d}
_MEANS = {1: ops.avg_pool1d, 2: ops.avg_pool2d, 3: ops.avg_pool3d}


class _Pooling(OfImages, Layer):
    """A window slid over images."""

    _settings = ("pool_size", "strides", "padding", "data_format")

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = numbers("pool_size", pool_size, self._rank)
        strides = self.pool_size if strides is None else strides
        self.strides = numbers("strides", strides, self._rank)
        self.padding = check_padding(padding)
        self.data_format = check_data_format(data_format)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def build(self, input_shape):
        """Checks that the window fits into the images."""
        self.compute_output_shape(input_shape)

    def _pooled(self, pools: dict, inputs):
        pool = pools[self._rank]
        return pool(inputs, self.pool_size, self.strides, self.padding.upper(), self._layout)

    def compute_output_shape(self, input_shape):
        """The window's positions; the same channels."""
        steps = self._steps(input_shape, self.pool_size, self.strides, self.padding)
        return self._shape_of(input_shape[0], steps, input_shape[self._channel_axis])


class _MaxPooling(_Pooling):
    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, **kwargs)

    def call(self, inputs):
        """The windows' maxima."""
        return self._pooled(_MAXIMA, inputs)


class _AveragePooling(_Pooling):
    def call(self, inputs):
        """The windows' means."""
        return self._pooled(_MEANS, inputs)


class MaxPooling1D(_MaxPooling):
    """The largest value in each window and channel of sequences, (batch, length, channels).

    The arguments are MaxPooling2D's, with one number where that takes two.
    """

    _rank = 1


class MaxPooling2D(_MaxPooling):
    """The largest value in each window and channel of images, (batch, height, width, channels).

    Args:
        pool_size: height and width of the window: a number or a pair.
        strides: its steps, as large as the window unless given.
        padding: "valid" or "same".
        data_format: "channels_last", or "channels_first" for (batch, channels, height, width).
        **kwargs: Layer's arguments.
    """

    _rank = 2


class MaxPooling3D(_MaxPooling):
    """The largest value in each window and channel of volumes.

    The arguments are MaxPooling2D's, with three numbers where that takes two.
    """

    _rank = 3


class AveragePooling1D(_AveragePooling):
    """The mean of each window and channel of sequences, of their own places.

    The arguments are AveragePooling2D's, with one number where that takes two.
    """

    _rank = 1


class AveragePooling2D(_AveragePooling):
    """The mean of each window and channel of images, of their own pixels.

    Args:
        pool_size: height and width of the window: a number or a pair.
        strides: its steps, as large as the window unless given.
        padding: "valid" or "same".
        data_format: "channels_last", or "channels_first" for (batch, channels, height, width).
        **kwargs: Layer's arguments.
    """

    _rank = 2


class AveragePooling3D(_AveragePooling):
    """The mean of each window and channel of volumes, of their own places.

    The arguments are AveragePooling2D's, with three numbers where that takes two.
    """

    _rank = 3


class _GlobalPooling(OfImages, Layer):
    """One value for each image and channel."""

    _settings = ("data_format", "keepdims")

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.data_format = check_data_format(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def compute_output_shape(self, input_shape):
        """(batch, channels), or with lengths of 1 in place of the image's."""
        lengths = [1] * self._rank if self.keepdims else []
        return self._shape_of(input_shape[0], lengths, input_shape[self._channel_axis])


class _GlobalMaxPooling(_GlobalPooling):
    def call(self, inputs):
        """The images' maxima; equal ones share the gradient."""
        return ops.reduce_max(inputs, axis=self._image_axes, keepdims=self.keepdims)


class _GlobalAveragePooling(_GlobalPooling):
    def call(self, inputs):
        """The images' means."""
        if not inputs.dtype.is_floating:
            inputs = ops.cast(inputs, self.dtype)
        return ops.reduce_mean(inputs, axis=self._image_axes, keepdims=self.keepdims)


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The largest value of each channel of a sequence; the arguments are GlobalMaxPooling2D's."""

    _rank = 1


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """The largest value of each channel of an image.

    Args:
        data_format: "channels_last", or "channels_first" for (batch, channels, height, width).
        keepdims: whether height and width stay, with length 1.
        **kwargs: Layer's arguments.
    """

    _rank = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The largest value of each channel of a volume; the arguments are GlobalMaxPooling2D's."""

    _rank = 3


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean of each channel of a sequence; the arguments are GlobalAveragePooling2D's."""

    _rank = 1


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean of each channel of an image.

    Args:
        data_format: "channels_last", or "channels_first" for (batch, channels, height, width).
        keepdims: whether height and width stay, with length 1.
        **kwargs: Layer's arguments.
    """

    _rank = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The mean of each channel of a volume; the arguments are GlobalAveragePooling2D's."""

    _rank = 3
