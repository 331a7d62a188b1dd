"""Convolution of each channel with filters of its own, and of these with each other."""

from ... import ops
from .convolutional import CONVOLUTIONS, Filtering, check_filters
from .weights import keep_options, make_weight, weight_config


class _Depthwise(Filtering):
    """What the two kinds share: `depth_multiplier` filters for each channel."""

    _settings = ("depth_multiplier", *Filtering._settings)

    def _keep_multiplier(self, depth_multiplier) -> None:
        if depth_multiplier <= 0:
            raise ValueError(
                "Invalid value for argument `depth_multiplier`. Expected a strictly positive "
                f"value. Received depth_multiplier={depth_multiplier}."
            )
        self.depth_multiplier = depth_multiplier

    def _slid_by_channel(self, inputs, kernel):
        """Each channel's products with its own filters: a group for each channel."""
        *size, channels, multiplier = kernel.shape
        return self._slid(inputs, ops.reshape(kernel, (*size, 1, channels * multiplier)))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), **weight_config(self, "depthwise")}


class _DepthwiseConvolution(_Depthwise):
    def __init__(
        self,
        kernel_size,
        strides=1,
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self._keep_multiplier(depth_multiplier)
        self._keep_window(kernel_size, strides, padding, data_format, dilation_rate)
        keep_options(
            self, "depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint
        )

    def build(self, input_shape):
        """Makes the filters and the bias."""
        channels = self._checked_channels(input_shape)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = make_weight(self, "depthwise", shape, name="kernel")
        self._make_bias(channels * self.depth_multiplier)

    def call(self, inputs):
        """What the filters make of the inputs."""
        self._check_floats(inputs)
        return self._activated(self._slid_by_channel(inputs, self.kernel))

    def compute_output_shape(self, input_shape):
        """The filters' positions; the channels, `depth_multiplier` times."""
        channels = input_shape[self._channel_axis]
        return self._slid_shape(input_shape, channels * self.depth_multiplier)


class DepthwiseConv1D(_DepthwiseConvolution):
    """Filters of its own slid over each channel of sequences, (batch, length, channels).

    The arguments are DepthwiseConv2D's, with one number where that takes two.
    """

    _rank = 1


class DepthwiseConv2D(_DepthwiseConvolution):
    """Filters of its own slid over each channel of images, plus a bias, through an activation.

    Args:
        kernel_size: height and width of a filter: a number or a pair.
        strides: its steps: a number or a pair.
        padding: "valid" (filters stay inside the image) or "same" (zeros around it).
        depth_multiplier: how many filters each channel has; their results stand side by side.
        data_format: "channels_last", or "channels_first" for (batch, channels, height, width).
        dilation_rate: distance between a filter's places: a number or a pair.
        activation: a name or function, none unless given.
        use_bias: whether a bias is added.
        depthwise_initializer: first values of the kernel, (height, width, channels, multiplier).
        bias_initializer: first values of (channels * multiplier,).
        depthwise_regularizer: a penalty on the kernel.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the output.
        depthwise_constraint: applied to the kernel after each update.
        bias_constraint: applied to the bias after each update.
        **kwargs: Layer's arguments.
    """

    _rank = 2


class _SeparableConvolution(_Depthwise):
    _settings = ("filters", *_Depthwise._settings)

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.filters = check_filters(filters)
        self._keep_multiplier(depth_multiplier)
        self._keep_window(kernel_size, strides, padding, data_format, dilation_rate)
        keep_options(
            self, "depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint
        )
        keep_options(
            self, "pointwise", pointwise_initializer, pointwise_regularizer, pointwise_constraint
        )

    def build(self, input_shape):
        """Makes both kernels and the bias."""
        channels = self._checked_channels(input_shape)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.depthwise_kernel = make_weight(self, "depthwise", shape, name="depthwise_kernel")
        shape = (*[1] * self._rank, channels * self.depth_multiplier, self.filters)
        self.pointwise_kernel = make_weight(self, "pointwise", shape, name="pointwise_kernel")
        self._make_bias(self.filters)

    def call(self, inputs):
        """What both kernels make of the inputs."""
        self._check_floats(inputs)
        by_channel = self._slid_by_channel(inputs, self.depthwise_kernel)
        mix = CONVOLUTIONS[self._rank]
        return self._activated(mix(by_channel, self.pointwise_kernel, 1, "VALID", self._layout))

    def compute_output_shape(self, input_shape):
        """The filters' positions, and the filters as channels."""
        return self._slid_shape(input_shape, self.filters)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), **weight_config(self, "pointwise")}


class SeparableConv1D(_SeparableConvolution):
    """DepthwiseConv1D, then a mix of the channels at each place of the sequence.

    The arguments are SeparableConv2D's, with one number where that takes two.
    """

    _rank = 1


class SeparableConv2D(_SeparableConvolution):
    """DepthwiseConv2D, then a mix of the channels at each pixel, a bias, an activation.

    Args:
        filters: the channels of the output.
        kernel_size: height and width of a depthwise filter: a number or a pair.
        strides: its steps: a number or a pair.
        padding: "valid" (filters stay inside the image) or "same" (zeros around it).
        data_format: "channels_last", or "channels_first" for (batch, channels, height, width).
        dilation_rate: distance between a filter's places: a number or a pair.
        depth_multiplier: how many depthwise filters each channel has.
        activation: a name or function, none unless given.
        use_bias: whether a bias is added.
        depthwise_initializer: first values of (height, width, channels, multiplier).
        pointwise_initializer: first values of (1, 1, channels * multiplier, filters).
        bias_initializer: first values of (filters,).
        depthwise_regularizer: a penalty on the depthwise kernel.
        pointwise_regularizer: a penalty on the pointwise kernel.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the output.
        depthwise_constraint: applied to the depthwise kernel after each update.
        pointwise_constraint: applied to the pointwise kernel after each update.
        bias_constraint: applied to the bias after each update.
        **kwargs: Layer's arguments.
    """

    _rank = 2
