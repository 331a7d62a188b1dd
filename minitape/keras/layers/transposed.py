"""Transposed convolution: from what a convolution gives back to what it takes."""

from ... import ops
from .convolutional import Filtering, check_filters
from .core import KernelLayer
from .windows import numbers

_TRANSPOSED = {1: ops.conv1d_transpose, 2: ops.conv2d_transpose, 3: ops.conv3d_transpose}


class _TransposedConvolution(Filtering, KernelLayer):
    _settings = ("filters", "output_padding", *Filtering._settings)

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        output_padding=None,
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
        self.filters = check_filters(filters)
        self._keep_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._refuse_spread_strides()
        self.output_padding = output_padding
        if output_padding is not None:
            self.output_padding = numbers("output_padding", output_padding, self._rank, zero=True)
            if any(a >= b for a, b in zip(self.output_padding, self.strides, strict=True)):
                raise ValueError(
                    "`output_padding` must be strictly less than `strides` along each axis. "
                    f"Received: output_padding={self.output_padding}, strides={self.strides}"
                )

    def build(self, input_shape):
        """Makes the filters and the bias."""
        channels = self._checked_channels(input_shape)
        self._make_weights((*self.kernel_size, self.filters, channels), self.filters)

    def call(self, inputs):
        """What a convolution with these filters would have to take to give the inputs."""
        self._check_floats(inputs)
        spread = _TRANSPOSED[self._rank]
        return self._activated(
            spread(
                inputs,
                self.kernel,
                self.compute_output_shape(inputs.shape),
                self.strides,
                self.padding.upper(),
                self._layout,
                self.dilation_rate,
            )
        )

    def compute_output_shape(self, input_shape):
        """The lengths times the strides, and the border of "valid"; the filters as channels."""
        lengths = [self._length(*each) for each in enumerate(self._lengths_of(input_shape))]
        return self._shape_of(input_shape[0], lengths, self.filters)

    def _length(self, axis: int, length: int | None) -> int | None:
        """How long the output is along an axis.

        Several lengths give a convolution's output the same length; `output_padding` picks one.
        """
        if length is None:
            return None
        stride = self.strides[axis]
        reach = (self.kernel_size[axis] - 1) * self.dilation_rate[axis] + 1
        added = None if self.output_padding is None else self.output_padding[axis]
        if self.padding == "valid":
            added = max(stride - reach, 0) if added is None else added
            return (length - 1) * stride + reach + added
        return length * stride if added is None else (length - 1) * stride + reach % 2 + added


class Conv1DTranspose(_TransposedConvolution):
    """The transpose of Conv1D: (batch, length, channels) to (batch, longer, filters).

    The arguments are Conv2DTranspose's, with one number where that takes two.
    """

    _rank = 1


class Conv2DTranspose(_TransposedConvolution):
    """The transpose of Conv2D: (batch, rows, columns, channels) to larger images of filters.

    Each pixel of the input puts its multiple of the filters into the output, at steps of the
    strides; then come a bias and an activation.

    Args:
        filters: the channels of the output.
        kernel_size: height and width of a filter: a number or a pair.
        strides: how far apart the input's pixels stand in the output: a number or a pair.
        padding: "valid" (the output holds all of each filter) or "same" (it is as long as the
            input times the strides).
        output_padding: picks one of the lengths that a convolution would bring to the input's: a
            number or a pair, below the strides.
        data_format: "channels_last", or "channels_first" for (batch, channels, rows, columns).
        dilation_rate: distance between a filter's places: a number or a pair.
        activation: a name or function, none unless given.
        use_bias: whether a bias is added.
        kernel_initializer: first values of (height, width, filters, channels).
        bias_initializer: first values of (filters,).
        kernel_regularizer: a penalty on the kernel.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the output.
        kernel_constraint: applied to the kernel after each update.
        bias_constraint: applied to the bias after each update.
        **kwargs: Layer's arguments.
    """

    _rank = 2


class Conv3DTranspose(_TransposedConvolution):
    """The transpose of Conv3D: volumes of channels to larger volumes of filters.

    The arguments are Conv2DTranspose's, with three numbers where that takes two; by position,
    `data_format` comes before `output_padding`, as in Keras.
    """

    _rank = 3

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        output_padding=None,
        *args,
        **kwargs,
    ):
        super().__init__(
            filters, kernel_size, strides, padding, output_padding, data_format, *args, **kwargs
        )
