"""Element types: conversions between them, and constants in the type and shape of a tensor."""

from ..arrays import array_module, as_dtype
from ..engine import convert_to_tensor, primitive
from ..errors import InvalidArgumentError, UnimplementedError


@primitive(differentiable=True)
def _cast(x, *, dtype):
    if x.dtype.kind == "c" and dtype.numpy_dtype.kind != "c":
        x = x.real
    return x.astype(dtype.numpy_dtype)


# Between floats the gradient comes back in the input's dtype; an integer on the way cuts it.
_cast.linear(
    lambda g, y, x, *, dtype: (
        cast(g, x.dtype) if dtype.is_differentiable and x.dtype.is_differentiable else None
    )
)


def cast(x, dtype, name=None):
    """x with its elements converted to `dtype`; x itself where it has that type already.

    Floats are cut towards zero to integers, and all but 0 is True. Complex numbers lose their
    imaginary part.

    Raises:
        UnimplementedError: from or to text.
    """
    x, dtype = convert_to_tensor(x), as_dtype(dtype)
    if x.dtype == dtype:
        return x
    if "string" in (x.dtype.name, dtype.name):
        raise UnimplementedError(
            f"cast: {x.dtype.name} to {dtype.name} is not supported, there are numbers only."
        )
    return _cast(x, dtype=dtype)


@primitive(differentiable=False, kinds="iufc")
def _bitcast(input, *, dtype):
    xp = array_module(input)
    old, new = input.dtype.itemsize, dtype.itemsize
    if new < old:
        shape = (*input.shape, old // new)
    elif new == old:
        shape = input.shape
    else:
        shape = input.shape[:-1]
    return xp.ascontiguousarray(input).reshape(-1).view(dtype).reshape(shape)


def bitcast(input, type, name=None):
    """The bits of the elements read as another type, without a conversion. No gradient.

    A type half as wide gives a new last axis of 2, and one twice as wide takes such an axis away.

    Raises:
        InvalidArgumentError: for booleans and text, or where the last axis is not as long as the
            wider type needs.
    """
    input, dtype = convert_to_tensor(input), as_dtype(type)
    if dtype.numpy_dtype.kind not in "iufc":
        raise InvalidArgumentError(f"bitcast: expected a type of numbers. Received: {dtype.name}.")
    parts = dtype.size // input.dtype.size
    if parts > 1 and input.shape[-1:] != (parts,):
        raise InvalidArgumentError(
            f"Cannot bitcast {input.dtype.name} to {dtype.name}: expected a last axis of {parts}. "
            f"Received: shape {input.shape}."
        )
    return _bitcast(input, dtype=dtype.numpy_dtype)


@primitive(differentiable=False)
def _zeros_like(input, *, dtype):
    zeros = array_module(input).zeros_like(input, dtype=dtype)
    return array_module(input).full_like(zeros, b"") if zeros.dtype.kind == "O" else zeros


def zeros_like(input, dtype=None, name=None):
    """Zeros in the shape of the input, and in its dtype unless another is given; b"" for text."""
    return _zeros_like(input, dtype=None if dtype is None else as_dtype(dtype).numpy_dtype)


@primitive(differentiable=False)
def _ones_like(input, *, dtype):
    return array_module(input).ones_like(input, dtype=dtype)


def ones_like(input, dtype=None, name=None):
    """Ones in the shape of the input, and in its dtype unless another is given."""
    return _ones_like(input, dtype=None if dtype is None else as_dtype(dtype).numpy_dtype)
