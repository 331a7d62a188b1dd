"""Layers that move values without changing them."""

import math

from ... import ops
from .input_spec import InputSpec
from .keras_tensor import KerasTensor
from .layer import Layer
from .windows import check_data_format


class _Reshaping(Layer):
    """The same values in another shape."""

    def call(self, inputs):
        """The values in the shape that `compute_output_shape` gives."""
        return ops.reshape(inputs, self.compute_output_shape(inputs.shape))

    def compute_output_spec(self, inputs, training=None):
        """The output's shape, with the input's dtype."""
        return KerasTensor(self.compute_output_shape(inputs.shape), inputs.dtype)


class Flatten(_Reshaping):
    """Each example as one row.

    Args:
        data_format: "channels_last", or "channels_first" for inputs of (batch, channels, ...): a
            row is then laid out as if the channels had come last.
        **kwargs: Layer's arguments.
    """

    _settings = ("data_format",)

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = check_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        """The rows."""
        if self.data_format == "channels_first" and inputs.ndim > 1:
            inputs = ops.transpose(inputs, (0, *range(2, inputs.ndim), 1))
        return super().call(inputs)

    def compute_output_shape(self, input_shape):
        """(batch, everything else)."""
        lengths = tuple(input_shape[1:])
        return (input_shape[0], None if None in lengths else math.prod(lengths))


class Reshape(_Reshaping):
    """Each example in another shape.

    Args:
        target_shape: the shape without the batch; one length may be -1, and is then found.
        **kwargs: Layer's arguments.
    """

    _settings = ("target_shape",)

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)
        if self.target_shape.count(-1) > 1:
            raise ValueError(
                "There must be at most one unknown dimension (-1) in `target_shape`. Received: "
                f"target_shape={target_shape}."
            )

    def compute_output_shape(self, input_shape):
        """(batch, *target_shape)."""
        lengths, target = tuple(input_shape[1:]), self.target_shape
        if None in lengths:
            return (input_shape[0], *(None if n == -1 else n for n in target))
        total, known = math.prod(lengths), math.prod(n for n in target if n != -1)
        found = total // known if -1 in target and known else 1
        if found * known != total:
            raise ValueError(
                "The total size of the tensor must be unchanged. Received: "
                f"input_shape={lengths}, target_shape={target}"
            )
        return (input_shape[0], *(found if n == -1 else n for n in target))


class Permute(_Reshaping):
    """Each example with its axes in another order.

    Args:
        dims: the old axes in their new order; the first after the batch is 1.
        **kwargs: Layer's arguments.
    """

    _settings = ("dims",)

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                "Invalid permutation argument `dims` for Permute Layer. It must hold the numbers "
                f"from 1 to {len(self.dims)}, the axes after the batch. Received dims={dims}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs):
        """The values, seen along other axes."""
        return ops.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape):
        """The lengths in their new order."""
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))


class RepeatVector(Layer):
    """Each example, a row, `n` times: (batch, length) to (batch, n, length).

    Args:
        n: how often.
        **kwargs: Layer's arguments.
    """

    _settings = ("n",)

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(n, int) or isinstance(n, bool):
            raise TypeError(f"Expected an integer value for `n`. Received: n={n!r}")
        if n <= 0:
            raise ValueError(f"Argument `n` should be a positive integer. Received: n={n}")
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs):
        """The repeated rows."""
        return ops.repeat(ops.expand_dims(inputs, 1), self.n, axis=1)

    def compute_output_shape(self, input_shape):
        """(batch, n, length)."""
        return (input_shape[0], self.n, input_shape[1])
