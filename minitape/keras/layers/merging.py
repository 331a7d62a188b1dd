"""Layers that make one tensor of several."""

import functools
import math

import numpy

from ... import ops
from ...settings import epsilon
from .input_spec import may_be_equal
from .layer import Layer, is_shape


class _Merging(Layer):
    """A layer that takes a list of tensors."""

    def build(self, input_shape):
        """Checks the shapes."""
        if is_shape(input_shape):
            raise ValueError(
                f"A `{type(self).__name__}` layer should be called on a list of at least 1 input. "
                f"Received: input_shape={input_shape} (not a list of shapes)"
            )
        self.compute_output_shape(input_shape)


def _check_two(layer, input_shape) -> None:
    if is_shape(input_shape) or len(input_shape) != 2:
        raise ValueError(
            f"A `{type(layer).__name__}` layer should be called on exactly 2 inputs. Received: "
            f"input_shape={input_shape}"
        )


def _of_one_dtype(inputs) -> list:
    """The tensors cast to the type that can hold them all."""
    dtypes = {x.array.dtype for x in inputs}
    if len(dtypes) == 1:
        return list(inputs)
    floats = [dtype for dtype in dtypes if dtype.kind == "f"]
    common = numpy.result_type(*(floats or dtypes))
    return [ops.cast(x, common) for x in inputs]


class _Elementwise(_Merging):
    """A function of tensors, element by element.

    Where one has fewer axes, axes of length 1 are put after its batch; then all are broadcast.
    """

    def call(self, inputs):
        """The function of the inputs."""
        ndim = max(x.ndim for x in inputs)
        return self._merged(
            [
                x
                if x.ndim == ndim
                else ops.reshape(x, (*x.shape[:1], *[1] * (ndim - x.ndim), *x.shape[1:]))
                for x in _of_one_dtype(inputs)
            ]
        )

    def _merged(self, inputs: list):
        """The function of tensors with equally many axes: `_pair` of the first and each other."""
        return functools.reduce(self._pair, inputs)

    def _pair(self, x, y):
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        """The shape that all inputs broadcast to."""
        ndim = max(map(len, input_shape))
        padded = [(*shape[:1], *[1] * (ndim - len(shape)), *shape[1:]) for shape in input_shape]
        return tuple(self._common(lengths, input_shape) for lengths in zip(*padded, strict=True))

    def _common(self, lengths: tuple, input_shape) -> int | None:
        known = {n for n in lengths if n not in (1, None)}
        if len(known) > 1:
            raise ValueError(
                f"Inputs have incompatible shapes for layer '{self.name}'. Received shapes "
                f"{[tuple(shape) for shape in input_shape]}"
            )
        return known.pop() if known else None if None in lengths else 1


class Add(_Elementwise):
    """The sum of a list of tensors.

    Where one has fewer axes, axes of length 1 are put after its batch; then all are broadcast.

    Args:
        **kwargs: Layer's arguments.
    """

    def _pair(self, x, y):
        return x + y


class Subtract(_Elementwise):
    """The first of two tensors minus the second; shapes are brought together as in Add.

    Args:
        **kwargs: Layer's arguments.
    """

    def build(self, input_shape):
        """Checks the shapes, and that there are two."""
        super().build(input_shape)
        _check_two(self, input_shape)

    def _pair(self, x, y):
        return x - y


class Multiply(_Elementwise):
    """The product of a list of tensors; shapes are brought together as in Add.

    Args:
        **kwargs: Layer's arguments.
    """

    def _pair(self, x, y):
        return x * y


class Average(_Elementwise):
    """The mean of a list of tensors; shapes are brought together as in Add.

    Args:
        **kwargs: Layer's arguments.
    """

    def _merged(self, inputs):
        return super()._merged(inputs) / len(inputs)

    def _pair(self, x, y):
        return x + y


class Maximum(_Elementwise):
    """The largest element at each place of a list of tensors; shapes as in Add.

    Of equal ones, the first gets the gradient.

    Args:
        **kwargs: Layer's arguments.
    """

    def _pair(self, x, y):
        return ops.maximum(x, y)


class Minimum(_Elementwise):
    """The smallest element at each place of a list of tensors; shapes as in Add.

    Of equal ones, the first gets the gradient.

    Args:
        **kwargs: Layer's arguments.
    """

    def _pair(self, x, y):
        return ops.minimum(x, y)


class Concatenate(_Merging):
    """A list of tensors joined along an axis.

    Args:
        axis: the axis, the last unless given.
        **kwargs: Layer's arguments.
    """

    _settings = ("axis",)

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        """The joined tensor."""
        return ops.concat(_of_one_dtype(inputs), axis=self.axis)

    def compute_output_shape(self, input_shape):
        """The inputs' shape, with their lengths along the axis added up."""
        shapes = [tuple(shape) for shape in input_shape]
        ndim = len(shapes[0])
        axis = self.axis + ndim if self.axis < 0 else self.axis
        rests = [shape[:axis] + shape[axis + 1 :] for shape in shapes]
        if not 0 <= axis < ndim or not all(
            len(shape) == ndim and may_be_equal(rest, rests[0])
            for shape, rest in zip(shapes, rests, strict=True)
        ):
            raise ValueError(
                "A `Concatenate` layer requires inputs with matching shapes except for the "
                f"concatenation axis. Received: input_shape={shapes}, axis={self.axis}"
            )
        lengths = [shape[axis] for shape in shapes]
        length = None if None in lengths else sum(lengths)
        return (*shapes[0][:axis], length, *shapes[0][axis + 1 :])


class Dot(_Merging):
    """For each example, the products of two tensors along an axis of each, added up.

    The output has the other axes of the first tensor, then those of the second; (batch, 1) where
    there are none.

    Args:
        axes: the axis of both, or a pair: one of the first tensor and one of the second.
        normalize: whether both are first divided by their Euclidean norms along these axes.
        **kwargs: Layer's arguments.
    """

    _settings = ("axes", "normalize")

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(axes, int):
            if not isinstance(axes, (list, tuple)):
                raise TypeError(
                    "Invalid type for argument `axes`: it should be an integer or a pair of them. "
                    f"Received: axes={axes}"
                )
            if len(axes) != 2 or not all(isinstance(axis, int) for axis in axes):
                raise ValueError(
                    "Invalid format for argument `axes`: it should hold two integers. Received: "
                    f"axes={axes}"
                )
        self.axes = axes
        self.normalize = normalize

    def build(self, input_shape):
        """Checks that there are two inputs, and that their lengths along the axes agree."""
        _check_two(self, input_shape)
        first, second = input_shape
        axes = self._axes_of(first, second)
        lengths = first[axes[0]], second[axes[1]]
        if 0 in axes or not may_be_equal(lengths[:1], lengths[1:]):
            raise ValueError(
                f"Incompatible input shapes for layer '{self.name}': the axes {axes} must not be "
                "the batch, and be equally long. Full input shapes: "
                f"{tuple(first)}, {tuple(second)}"
            )

    def _axes_of(self, first, second) -> tuple[int, int]:
        """The axis of each shape, counted from the front."""
        one, other = (self.axes,) * 2 if isinstance(self.axes, int) else self.axes
        if not (-len(first) <= one < len(first) and -len(second) <= other < len(second)):
            raise ValueError(
                f"Layer '{self.name}' has the axes {self.axes}, which inputs of shapes "
                f"{tuple(first)} and {tuple(second)} don't have."
            )
        return one % len(first), other % len(second)

    def call(self, inputs):
        """The sums of products."""
        x, y = _of_one_dtype(inputs)
        along_x, along_y = self._axes_of(x.shape, y.shape)
        if self.normalize:
            # Keras bounds the norm, `l2_normalize` its square.
            x = ops.l2_normalize(x, along_x, epsilon() ** 2)
            y = ops.l2_normalize(y, along_y, epsilon() ** 2)
        batch = x.shape[:1]
        rows = _moved(x, along_x, x.ndim - 1)
        columns = _moved(y, along_y, 1)
        products = ops.matmul(
            ops.reshape(rows, (*batch, math.prod(rows.shape[1:-1]), rows.shape[-1])),
            ops.reshape(columns, (*columns.shape[:2], math.prod(columns.shape[2:]))),
        )
        return ops.reshape(products, self.compute_output_shape((x.shape, y.shape)))

    def compute_output_shape(self, input_shape):
        """The first input's shape without its axis, and the second's without it and the batch."""
        first, second = (list(shape) for shape in input_shape)
        axes = self._axes_of(first, second)
        del first[axes[0]], second[axes[1]]
        kept = (*first, *second[1:])
        return kept if len(kept) > 1 else (*kept, 1)


def _moved(x, axis: int, place: int):
    """The tensor with one axis put at another place: a view."""
    order = [i for i in range(x.ndim) if i != axis]
    order.insert(place, axis)
    return ops.transpose(x, order)


# -- the same as functions -------------------------------------------------------------------------


def add(inputs, **kwargs):
    """`Add(**kwargs)(inputs)`."""
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """`Subtract(**kwargs)(inputs)`."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """`Multiply(**kwargs)(inputs)`."""
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    """`Average(**kwargs)(inputs)`."""
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    """`Maximum(**kwargs)(inputs)`."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """`Minimum(**kwargs)(inputs)`."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    """`Concatenate(axis, **kwargs)(inputs)`."""
    return Concatenate(axis, **kwargs)(inputs)


def dot(inputs, axes=-1, **kwargs):
    """`Dot(axes, **kwargs)(inputs)`."""
    return Dot(axes, **kwargs)(inputs)
