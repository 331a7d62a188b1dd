"""Pooling: the maximum or the mean of windows, or of whole images."""

from ... import ops
from .input_spec import InputSpec
from .layer import Layer
from .windows import check_channels_last, check_padding, pair, window_shape


class _Pooling2D(Layer):
    """A window slid over images."""

    _settings = ("pool_size", "strides", "padding", "data_format")

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = pair("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else pair("strides", strides)
        self.padding = check_padding(padding)
        self.data_format = check_channels_last(data_format)
        self.input_spec = InputSpec(ndim=4)

    def build(self, input_shape):
        """Checks that the window fits into the images."""
        self.compute_output_shape(input_shape)

    def compute_output_shape(self, input_shape):
        """(batch, rows, columns, channels)."""
        steps = window_shape(self, input_shape, self.pool_size, self.strides)
        return (input_shape[0], *steps, input_shape[3])


class MaxPooling2D(_Pooling2D):
    """The largest value in each window and channel.

    Args:
        pool_size: height and width of the window: a number or a pair.
        strides: its steps, as large as the window unless given.
        padding: "valid" or "same".
        data_format: "channels_last".
        **kwargs: Layer's arguments.
    """

    def __init__(self, pool_size=(2, 2), strides=None, padding="valid", data_format=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, **kwargs)

    def call(self, inputs):
        """The windows' maxima."""
        return ops.max_pool2d(inputs, self.pool_size, self.strides, self.padding.upper())


class AveragePooling2D(_Pooling2D):
    """The mean of each window and channel, of the image's own pixels.

    Args:
        pool_size: height and width of the window: a number or a pair.
        strides: its steps, as large as the window unless given.
        padding: "valid" or "same".
        data_format: "channels_last".
        **kwargs: Layer's arguments.
    """

    def call(self, inputs):
        """The windows' means."""
        return ops.avg_pool2d(inputs, self.pool_size, self.strides, self.padding.upper())


class _GlobalPooling2D(Layer):
    """One value for each image and channel."""

    _settings = ("data_format", "keepdims")

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.data_format = check_channels_last(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=4)

    def compute_output_shape(self, input_shape):
        """(batch, channels), or (batch, 1, 1, channels)."""
        kept = (1, 1) if self.keepdims else ()
        return (input_shape[0], *kept, input_shape[3])


class GlobalMaxPooling2D(_GlobalPooling2D):
    """The largest value of each channel.

    Args:
        data_format: "channels_last".
        keepdims: whether height and width stay, with length 1.
        **kwargs: Layer's arguments.
    """

    def call(self, inputs):
        """The images' maxima; equal ones share the gradient."""
        return ops.reduce_max(inputs, axis=(1, 2), keepdims=self.keepdims)


class GlobalAveragePooling2D(_GlobalPooling2D):
    """The mean of each channel.

    Args:
        data_format: "channels_last".
        keepdims: whether height and width stay, with length 1.
        **kwargs: Layer's arguments.
    """

    def call(self, inputs):
        """The images' means."""
        return ops.reduce_mean(inputs, axis=(1, 2), keepdims=self.keepdims)
