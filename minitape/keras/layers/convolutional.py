"""Convolution over sequences, images and volumes."""

from ... import ops
from .. import regularizers
from .core import BiasedLayer, KernelLayer
from .input_spec import InputSpec
from .windows import OfImages, check_data_format, check_padding, numbers

CONVOLUTIONS = {1: ops.conv1d, 2: ops.conv2d, 3: ops.conv3d}


class Filtering(OfImages, BiasedLayer):
    """What all convolutions share: filters slid over images, a bias and an activation."""

    _settings: tuple[str, ...] = (
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
    )

    def _keep_window(self, kernel_size, strides, padding, data_format, dilation_rate) -> None:
        """Checks the arguments of the window, and keeps them."""
        self.kernel_size = numbers("kernel_size", kernel_size, self._rank)
        self.strides = numbers("strides", strides, self._rank)
        self.padding = check_padding(padding, causal=self._takes_causal)
        self.data_format = check_data_format(data_format)
        self.dilation_rate = numbers("dilation_rate", dilation_rate, self._rank)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    _takes_causal = False

    def _refuse_spread_strides(self) -> None:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`: one of them "
                f"must be 1. Received: strides={self.strides} and "
                f"dilation_rate={self.dilation_rate}"
            )

    def _checked_channels(self, input_shape) -> int:
        """The inputs' channels, which from now on must be as many; and the filters must fit."""
        channels = input_shape[self._channel_axis]
        if channels is None:
            raise ValueError(
                f"The number of input channels of layer '{self.name}' must be known. Received: "
                f"input shape {tuple(input_shape)}."
            )
        self.compute_output_shape(input_shape)
        self.input_spec = InputSpec(ndim=self._rank + 2, axes={self._channel_axis: channels})
        return channels

    def _slid(self, inputs, kernel):
        """The filters' products with what they see."""
        padding = self.padding.upper()
        if padding == "CAUSAL":  # each place sees itself and what came before
            before = self.dilation_rate[0] * (self.kernel_size[0] - 1)
            inputs = ops.pad(inputs, self._shape_of((0, 0), [(before, 0)], (0, 0)))
            padding = "VALID"
        slide = CONVOLUTIONS[self._rank]
        return slide(
            inputs, kernel, self.strides, padding, self._layout, dilations=self.dilation_rate
        )

    def _check_floats(self, inputs) -> None:
        if not inputs.dtype.is_floating:
            raise ValueError(
                f"Layer '{self.name}' takes images of floats. Received: {inputs.dtype.name} of "
                f"shape {inputs.shape}. Convert them: images.astype('float32') / 255."
            )

    def _activated(self, products):
        if self.bias is not None and self.data_format == "channels_first":
            bias = ops.reshape(self.bias, (-1, *[1] * self._rank))
            return self.activation(products + bias)
        return super()._activated(products)

    def _slid_shape(self, input_shape, outputs) -> tuple:
        padding = self.padding.replace("causal", "same")
        steps = self._steps(
            input_shape, self.kernel_size, self.strides, padding, self.dilation_rate
        )
        return self._shape_of(input_shape[0], steps, outputs)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        penalty = regularizers.serialize(self.activity_regularizer)
        return {**super().get_config(), "activity_regularizer": penalty}


def check_filters(filters, groups: int = 1) -> int:
    """The number of filters; ValueError unless it is positive and the groups divide it."""
    if filters <= 0 or groups <= 0 or filters % groups:
        raise ValueError(
            "Invalid value for argument `filters`. Expected a strictly positive number that "
            f"is evenly divisible by `groups`. Received: filters={filters}, groups={groups}."
        )
    return filters


class _Convolution(Filtering, KernelLayer):
    _settings = ("filters", "groups", *Filtering._settings)

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
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
        self.filters = check_filters(filters, groups)
        self.groups = groups
        self._keep_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._refuse_spread_strides()

    def build(self, input_shape):
        """Makes the filters and the bias."""
        channels = self._checked_channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                "The number of input channels must be evenly divisible by the number of groups. "
                f"Received groups={self.groups}, but the input of layer '{self.name}' has "
                f"{channels} channels (full input shape is {tuple(input_shape)})."
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self._make_weights(shape, self.filters)

    def call(self, inputs):
        """What the filters make of the inputs."""
        self._check_floats(inputs)
        return self._activated(self._slid(inputs, self.kernel))

    def compute_output_shape(self, input_shape):
        """The filters' positions, and the filters as channels."""
        return self._slid_shape(input_shape, self.filters)


class Conv1D(_Convolution):
    """Filters slid over sequences, (batch, length, channels), plus a bias, through an activation.

    Args:
        filters: how many filters: the channels of the output.
        kernel_size: the length of a filter.
        strides: its step.
        padding: "valid" (filters stay inside the sequence), "same" (zeros around it) or "causal"
            (zeros before it, so that no place sees a later one).
        data_format: "channels_last", or "channels_first" for (batch, channels, length).
        dilation_rate: distance between a filter's places.
        groups: the channels are cut into so many groups, each with its own filters.
        activation: a name or function, none unless given.
        use_bias: whether a bias is added.
        kernel_initializer: first values of (length, channels / groups, filters).
        bias_initializer: first values of (filters,).
        kernel_regularizer: a penalty on the kernel.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the output.
        kernel_constraint: applied to the kernel after each update.
        bias_constraint: applied to the bias after each update.
        **kwargs: Layer's arguments.
    """

    _rank = 1
    _takes_causal = True


class Conv2D(_Convolution):
    """Filters slid over images, (batch, height, width, channels), a bias, an activation.

    Args:
        filters: how many filters: the channels of the output.
        kernel_size: height and width of a filter: a number or a pair.
        strides: its steps: a number or a pair.
        padding: "valid" (filters stay inside the image) or "same" (zeros around it).
        data_format: "channels_last", or "channels_first" for (batch, channels, height, width).
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

    _rank = 2


class Conv3D(_Convolution):
    """Filters slid over volumes, (batch, depth, height, width, channels), a bias, an activation.

    The arguments are Conv2D's, with three numbers where that takes two.
    """

    _rank = 3
