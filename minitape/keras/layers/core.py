"""Where data comes in, and the layers' most common form: inputs times a kernel, plus a bias."""

import warnings

from ... import ops
from ...settings import floatx
from .. import activations
from .input_spec import InputSpec
from .keras_tensor import KerasTensor
from .layer import Layer
from .weights import keep_options, make_weight, weight_config


class InputLayer(Layer):
    """Where a model's data comes in; made by `Input`.

    Args:
        shape: the shape of one example.
        batch_size: the number of examples, where it is fixed.
        dtype: the type of the data.
        batch_shape: the shape with the batch, in place of `shape` and `batch_size`.
        name: its name, which a dict of data may use.
    """

    def __init__(
        self, shape=None, batch_size=None, dtype=None, batch_shape=None, name=None, **kwargs
    ):
        super().__init__(name=name, dtype=dtype or floatx(), **kwargs)
        if isinstance(shape, int):
            warnings.warn(
                f"Input(shape={shape}) takes a shape, not a number: minitape reads it as "
                f"shape=({shape},), as Keras 2 did. Keras 3 refuses it.",
                stacklevel=3,
            )
            shape = (shape,)
        if batch_shape is None:
            if shape is None:
                raise ValueError(
                    "You must pass a `shape` argument, and there is none: Input(shape=(784,))."
                )
            batch_shape = (batch_size, *shape)
        self.batch_shape = tuple(batch_shape)
        self.built = True
        self._lay_out((), {}, KerasTensor(self.batch_shape, self.dtype, name=self.name))

    def call(self, inputs):
        """The inputs as they are."""
        return inputs

    def get_config(self) -> dict:
        """The constructor's arguments."""
        given = {"batch_shape": self.batch_shape, "dtype": self.dtype, "name": self.name}
        return {**given, "sparse": False, "ragged": False, "optional": False}


def Input(shape=None, batch_size=None, dtype=None, batch_shape=None, name=None, tensor=None):
    """A symbolic tensor that stands for a model's input.

    Args:
        shape: the shape of one example, e.g. (784,); None for a length not known.
        batch_size: the number of examples, where it is fixed.
        dtype: the type of the data, the default float type unless given.
        batch_shape: the shape with the batch, in place of `shape` and `batch_size`.
        name: the input's name, which a dict of data may use.
        tensor: an existing symbolic tensor to use instead.
    """
    if tensor is not None:
        return tensor
    return InputLayer(shape, batch_size, dtype, batch_shape, name).output


class BiasedLayer(Layer):
    """What Dense and the convolutions share: a bias and an activation.

    Args:
        activation: a name or function, none unless given.
        use_bias: whether a bias is added.
        bias_initializer: first values of the bias, one for each output.
        bias_regularizer: a penalty on the bias.
        bias_constraint: applied to the bias after each update.
        **kwargs: Layer's arguments.
    """

    def __init__(
        self,
        activation=None,
        use_bias=True,
        bias_initializer="zeros",
        bias_regularizer=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        keep_options(self, "bias", bias_initializer, bias_regularizer, bias_constraint)

    def _make_bias(self, outputs: int) -> None:
        self.bias = make_weight(self, "bias", (outputs,)) if self.use_bias else None

    def _activated(self, products):
        """The activation of what the kernel made, plus the bias."""
        if self.bias is not None:
            products = products + self.bias
        return self.activation(products)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            **weight_config(self, "bias"),
        }


class KernelLayer(BiasedLayer):
    """A layer with a kernel, a bias and an activation.

    Args:
        activation: a name or function, none unless given.
        use_bias: whether a bias is added.
        kernel_initializer: first values of the kernel.
        bias_initializer: first values of the bias, one for each output.
        kernel_regularizer: a penalty on the kernel.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the output.
        kernel_constraint: applied to the kernel after each update.
        bias_constraint: applied to the bias after each update.
        **kwargs: Layer's arguments.
    """

    def __init__(
        self,
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
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        keep_options(self, "kernel", kernel_initializer, kernel_regularizer, kernel_constraint)

    def _make_weights(self, kernel_shape: tuple, outputs: int) -> None:
        self.kernel = make_weight(self, "kernel", kernel_shape)
        self._make_bias(outputs)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), **weight_config(self, "kernel")}


class Dense(KernelLayer):
    """activation(inputs @ kernel + bias), along the last axis.

    Args:
        units: length of the output's last axis.
        activation: a name or function, none unless given.
        use_bias: whether a bias is added.
        kernel_initializer: first values of the kernel, (length of the last axis, units).
        bias_initializer: first values of the bias, (units,).
        kernel_regularizer: a penalty on the kernel.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the output.
        kernel_constraint: applied to the kernel after each update.
        bias_constraint: applied to the bias after each update.
        **kwargs: Layer's arguments.
    """

    _settings = ("units",)
    _without = {"quantization_config": None}

    def __init__(
        self,
        units,
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
        if not isinstance(units, int) or isinstance(units, bool) or units <= 0:
            raise ValueError(
                "Received an invalid value for `units`, expected a positive integer. "
                f"Received: units={units}"
            )
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
        self.units = units
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape):
        """Makes the kernel and the bias."""
        self._make_weights((input_shape[-1], self.units), self.units)
        self.input_spec = InputSpec(min_ndim=2, axes={-1: input_shape[-1]})

    def call(self, inputs):
        """The layer's output for inputs of shape (..., length)."""
        if not inputs.dtype.is_floating:
            inputs = ops.cast(inputs, self.dtype)
        if inputs.ndim == 2:
            return self._activated(ops.matmul(inputs, self.kernel))
        # Several leading axes are one long batch to the matrix product: one call of BLAS.
        shape = inputs.shape
        products = ops.matmul(ops.reshape(inputs, (-1, shape[-1])), self.kernel)
        return self._activated(ops.reshape(products, (*shape[:-1], self.units)))

    def compute_output_shape(self, input_shape):
        """(..., units)."""
        return (*input_shape[:-1], self.units)
