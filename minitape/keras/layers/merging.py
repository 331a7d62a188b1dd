"""Layers that make one tensor of several."""

import numpy

from ... import ops
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


def _of_one_dtype(inputs) -> list:
    """The tensors cast to the type that can hold them all."""
    dtypes = {x.array.dtype for x in inputs}
    if len(dtypes) == 1:
        return list(inputs)
    floats = [dtype for dtype in dtypes if dtype.kind == "f"]
    common = numpy.result_type(*(floats or dtypes))
    return [ops.cast(x, common) for x in inputs]


class Add(_Merging):
    """The sum of a list of tensors.

    Where one has fewer axes, axes of length 1 are put after its batch; then all are broadcast.

    Args:
        **kwargs: Layer's arguments.
    """

    def call(self, inputs):
        """The sum."""
        ndim = max(x.ndim for x in inputs)
        padded = [
            x
            if x.ndim == ndim
            else ops.reshape(x, (*x.shape[:1], *[1] * (ndim - x.ndim), *x.shape[1:]))
            for x in _of_one_dtype(inputs)
        ]
        return sum(padded[1:], padded[0])

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
