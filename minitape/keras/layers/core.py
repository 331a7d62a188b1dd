"""Where data comes in, and the layers' most common form: inputs times a kernel, plus a bias."""

import warnings

from ... import ops
from .. import activations, constraints, initializers, regularizers
from .input_spec import InputSpec
from .keras_tensor import KerasTensor
from .layer import Layer


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
        super().__init__(name=name, dtype=dtype, **kwargs)
        if isinstance(shape, int):
            warnings.warn(
                f"Input(shape={shape}) takes a shape, not a number: minitape reads it as "
                f"shape=({shape},), as Keras 2 did. Keras 3 refuses it.",
                stacklevel=3,
            )
            shape = (shape,)
        if batch_shape is None:
            if shape is None:
                raise ValueError("You must pass a `shape` argument: Input(shape=(784,)).")
            batch_shape = (batch_size, *shape)
        self.batch_shape = tuple(batch_shape)
        self.built = True
        self._lay_out((), {}, KerasTensor(self.batch_shape, self.dtype, name=self.name))

    def call(self, inputs):
        """The inputs as they are."""
        return inputs

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"batch_shape": self.batch_shape, "dtype": self.dtype, "name": self.name}


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


class KernelLayer(Layer):
    """What Dense and the convolutions share: a kernel, a bias and an activation.

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
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def _make_weights(self, kernel_shape: tuple) -> None:
        """Makes the kernel, and a bias along its last axis."""
        self.kernel = self.add_weight(
            kernel_shape,
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                kernel_shape[-1:],
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

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
            **weight_config(self, "kernel"),
            **weight_config(self, "bias"),
        }


def weight_config(layer, weight: str) -> dict:
    """The part of a layer's config that is about one of its weights."""
    config = {}
    for kind, module in [
        ("initializer", initializers),
        ("regularizer", regularizers),
        ("constraint", constraints),
    ]:
        given = getattr(layer, f"{weight}_{kind}")
        config[f"{weight}_{kind}"] = None if given is None else module.serialize(given)
    return config


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
        self._make_weights((input_shape[-1], self.units))
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
