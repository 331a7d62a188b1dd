"""Convolution over images."""

from ... import ops
from .core import KernelLayer
from .input_spec import InputSpec
from .windows import check_channels_last, check_padding, pair, window_shape


class Conv2D(KernelLayer):
    """Filters slid over images, plus a bias, through an activation.

    Args:
        filters: how many filters: the channels of the output.
        kernel_size: height and width of a filter: a number or a pair.
        strides: its steps: a number or a pair.
        padding: "valid" (filters stay inside the image) or "same" (zeros around it).
        data_format: "channels_last".
        dilation_rate: distance between a filter's places: a number or a pair.
        groups: the channels are cut into so many groups, each with its own filters.
        activation: a name or function, none unless given.
        use_bias: whether a bias is added.
        kernel_initializer: first values of (height, width, channels / groups, filters).
        bias_initializer: first values of (filters,).
        kernel_regularizer: a penalty on the kernel.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the output.
        kernel_constraint: applied to the kernel after each update.
        bias_constraint: applied to the bias after each update.
        **kwargs: Layer's arguments.
    """

    _settings = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        "groups",
    )

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1),
        groups=1,
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
        if filters <= 0 or groups <= 0 or filters % groups:
            raise ValueError(
                "Invalid value for argument `filters`. Expected a strictly positive number that "
                f"is evenly divisible by `groups`. Received: filters={filters}, groups={groups}."
            )
        self.filters = filters
        self.kernel_size = pair("kernel_size", kernel_size)
        self.strides = pair("strides", strides)
        self.padding = check_padding(padding)
        self.data_format = check_channels_last(data_format)
        self.dilation_rate = pair("dilation_rate", dilation_rate)
        self.groups = groups
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}"
            )
        self.input_spec = InputSpec(ndim=4)

    def build(self, input_shape):
        """Makes the filters and the bias."""
        channels = input_shape[-1]
        if channels is None or channels % self.groups:
            raise ValueError(
                "The number of input channels must be known and evenly divisible by the number of "
                f"groups. Received groups={self.groups}, but the input has {channels} channels "
                f"(full input shape is {tuple(input_shape)})."
            )
        self.compute_output_shape(input_shape)  # the filters must fit into the images
        self._make_weights((*self.kernel_size, channels // self.groups, self.filters))
        self.input_spec = InputSpec(ndim=4, axes={-1: channels})

    def call(self, inputs):
        """Images of shape (batch, rows, columns, filters)."""
        if not inputs.dtype.is_floating:
            raise ValueError(
                f"Layer '{self.name}' takes images of floats. Received: {inputs.dtype.name} of "
                f"shape {inputs.shape}. Convert them: images.astype('float32') / 255."
            )
        return self._activated(
            ops.conv2d(
                inputs,
                self.kernel,
                self.strides,
                self.padding.upper(),
                dilations=self.dilation_rate,
            )
        )

    def compute_output_shape(self, input_shape):
        """(batch, rows, columns, filters)."""
        rows, columns = window_shape(
            self, input_shape, self.kernel_size, self.strides, self.dilation_rate
        )
        return (input_shape[0], rows, columns, self.filters)
