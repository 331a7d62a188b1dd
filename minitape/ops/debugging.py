"""Assertions about tensors: each raises TensorFlow's error where what it says does not hold."""

import numpy

from ..arrays import array_module, as_dtype
from ..engine import alike, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .logic import equal, greater, greater_equal, less, less_equal, not_equal
from .reduce import reduce_all

# -- values ---------------------------------------------------------------------------------------


@primitive(kinds="f")
def _check_numerics(tensor, *, message):
    xp = array_module(tensor)
    kinds = [
        kind
        for kind, found in (("Inf", xp.isinf(tensor).any()), ("NaN", xp.isnan(tensor).any()))
        if found
    ]
    if kinds:
        raise InvalidArgumentError(f"{message} : Tensor had {' and '.join(kinds)} values")
    return tensor


_IN_GRADIENT = "Not a number (NaN) or infinity (Inf) values detected in gradient. "
_check_numerics.defvjp(
    lambda g, y, x, *, message: _check_numerics(g, message=_IN_GRADIENT + message)
)
_check_numerics.defjvp(lambda t, y, x, *, message: t)


def check_numerics(tensor, message, name=None):
    """The tensor itself, where all its numbers are finite; its gradient is checked as well.

    Raises:
        InvalidArgumentError: there is an inf or nan; the text begins with `message`.
    """
    return _check_numerics(tensor, message=message)


def assert_all_finite(x, message, name=None):
    """The tensor itself, where all its numbers are finite: `check_numerics`."""
    return check_numerics(x, message)


def Assert(condition, data, summarize=None, name=None):
    """Raises InvalidArgumentError, with the tensors `data`, unless the condition is true."""
    if not isinstance(data, (list, tuple, str)):
        raise TypeError(f"Assert: data must be a list of tensors. Received: {data!r}.")
    if hasattr(condition, "__tensor__"):
        holds = bool(condition)
    else:
        holds = condition
    if not holds:
        shown = "\n".join(_elements(convert_to_tensor(x), summarize or 3) for x in data)
        raise InvalidArgumentError(f"Expected '{condition}' to be true. Summarized data: {shown}")


def _elements(x, summarize: int) -> str:
    """The first elements, as a text."""
    elements = numpy.ravel(x.numpy())
    shown = [str(element) for element in elements[:summarize]]
    return ", ".join([*shown, "..."] if len(elements) > summarize else shown)


def _compare(compare, sign: str, shows_where=False):
    """An assertion that an elementwise comparison of two tensors holds everywhere."""

    def check(x, y, message, summarize) -> None:
        x, y = convert_to_tensor(x), convert_to_tensor(y)
        if x.dtype is not y.dtype:
            raise InvalidArgumentError(
                f"Expected x {sign} y of one dtype. Received: {x.dtype.name} and {y.dtype.name}. "
                "Convert one of them with minitape.cast."
            )
        holds = compare(x, y)
        if reduce_all(holds):
            return
        holds = holds.numpy()
        most = 3 if summarize is None else summarize
        lines = [message] if message else []
        lines.append(f"Condition x {sign} y did not hold.")
        if shows_where and x.shape == y.shape and x.ndim:
            where = array_module(holds).argwhere(~holds)[:most]
            found = [tuple(position) for position in where.tolist()]
            lines.append(f"Indices of first {len(found)} different values:\n{where}")
            for role, values in (("x", x.numpy()), ("y", y.numpy())):
                lines.append(f"Corresponding {role} values:\n{_row([values[i] for i in found])}")
        for role, values in (("x", numpy.ravel(x.numpy())), ("y", numpy.ravel(y.numpy()))):
            first = values if most < 0 else values[:most]
            lines.append(f"First {len(first)} elements of {role}:\n{first}")
        raise InvalidArgumentError("\n".join(lines))

    return check


def _row(values) -> str:
    return f"[{' '.join(map(str, values))}]"


_equal = _compare(equal, "==", shows_where=True)
_none_equal = _compare(not_equal, "!=", shows_where=True)
_less = _compare(less, "<")
_less_equal = _compare(less_equal, "<=")
_greater = _compare(greater, ">")
_greater_equal = _compare(greater_equal, ">=")


def assert_equal(x, y, message=None, summarize=None, name=None):
    """Raises InvalidArgumentError unless x == y everywhere."""
    if x is not y:  # a thing equals itself, even nan, as in TensorFlow
        _equal(x, y, message, summarize)


def assert_none_equal(x, y, summarize=None, message=None, name=None):
    """Raises InvalidArgumentError unless x != y everywhere."""
    _none_equal(x, y, message, summarize)


def assert_less(x, y, message=None, summarize=None, name=None):
    """Raises InvalidArgumentError unless x < y everywhere."""
    _less(x, y, message, summarize)


def assert_less_equal(x, y, message=None, summarize=None, name=None):
    """Raises InvalidArgumentError unless x <= y everywhere."""
    _less_equal(x, y, message, summarize)


def assert_greater(x, y, message=None, summarize=None, name=None):
    """Raises InvalidArgumentError unless x > y everywhere."""
    _greater(x, y, message, summarize)


def assert_greater_equal(x, y, message=None, summarize=None, name=None):
    """Raises InvalidArgumentError unless x >= y everywhere."""
    _greater_equal(x, y, message, summarize)


def assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    """Raises InvalidArgumentError unless |x - y| <= atol + rtol * |y| everywhere.

    Args:
        x: floats.
        y: floats of the same dtype.
        rtol: the relative tolerance, ten roundings of the dtype unless given.
        atol: the absolute tolerance, likewise.
        message: text that the error's begins with.
        summarize: how many elements the error shows.
        name: not used.

    Raises:
        ValueError: x is not of floats.
    """
    x, y = alike(x, y)
    if not (x.dtype.is_floating or x.dtype.is_complex):
        raise ValueError(f"assert_near compares floats. Received: {x.dtype.name}.")
    xp, real = array_module(x.array), as_dtype(x.dtype.real_dtype)
    rounding = 10 * xp.finfo(real.numpy_dtype).eps
    rtol, atol = (convert_to_tensor(rounding if t is None else t, real) for t in (rtol, atol))
    allowed = atol.concrete + rtol.concrete * xp.abs(y.concrete)
    if not (xp.abs((x - y).concrete) <= allowed).all():
        most = summarize or 3
        raise InvalidArgumentError(
            f"{message or ''}\nx and y not equal to tolerance rtol = {rtol.numpy()}, atol = "
            f"{atol.numpy()}\nx (shape={x.shape} dtype={x.dtype.name}) = {_elements(x, most)}\n"
            f"y (shape={y.shape} dtype={y.dtype.name}) = {_elements(y, most)}"
        )


def _beside_zero(compare, sign: str, x, message, summarize) -> None:
    x = convert_to_tensor(x)
    if not reduce_all(compare(x, 0)):
        begin = f"{message}.  " if message else ""
        raise InvalidArgumentError(
            f"{begin}\nCondition x {sign} 0 did not hold element-wise:\nx (shape={x.shape} "
            f"dtype={x.dtype.name}) = \n{_elements(x, summarize or 3)}"
        )


def assert_positive(x, message=None, summarize=None, name=None):
    """Raises InvalidArgumentError unless x > 0 everywhere."""
    _beside_zero(greater, ">", x, message, summarize)


def assert_negative(x, message=None, summarize=None, name=None):
    """Raises InvalidArgumentError unless x < 0 everywhere."""
    _beside_zero(less, "<", x, message, summarize)


def assert_non_negative(x, message=None, summarize=None, name=None):
    """Raises InvalidArgumentError unless x >= 0 everywhere."""
    _beside_zero(greater_equal, ">=", x, message, summarize)


def assert_non_positive(x, message=None, summarize=None, name=None):
    """Raises InvalidArgumentError unless x <= 0 everywhere."""
    _beside_zero(less_equal, "<=", x, message, summarize)


# -- dtypes ---------------------------------------------------------------------------------------


def _begin(message) -> str:
    return f"{message}.  " if message else ""


def assert_integer(x, message=None, name=None):
    """Raises TypeError unless x is of integers."""
    dtype = convert_to_tensor(x).dtype
    if not dtype.is_integer:
        raise TypeError(
            f'{_begin(message)}Expected "x" to be integer type.  Found: tensor of dtype {dtype!r}'
        )


def assert_type(tensor, tf_type, message=None, name=None):
    """Raises TypeError unless the tensor is of that dtype."""
    dtype = convert_to_tensor(tensor).dtype
    if dtype != as_dtype(tf_type):
        raise TypeError(
            f"{_begin(message)}tensor must be of type {as_dtype(tf_type)!r}; got {dtype!r}"
        )


def assert_same_float_dtype(tensors=None, dtype=None):
    """The one dtype of floats that the tensors have; float32 where nothing says otherwise.

    Raises:
        ValueError: they differ from each other or from `dtype`, or are not of floats.
    """
    expected = None if dtype is None else as_dtype(dtype)
    for tensor in tensors or ():
        found = convert_to_tensor(tensor).dtype
        if expected is not None and found != expected:
            raise ValueError(
                f"{tensor!r}, type={found!r}, must be of the same type "
                f"({expected!r}) as the others."
            )
        expected = found
    expected = expected or as_dtype("float32")
    if not expected.is_floating:
        raise ValueError(f"Expected floating point type, got {expected!r}.")
    return expected


def is_numeric_tensor(tensor):
    """Whether it is a tensor of integers, floats or complex numbers."""
    if not hasattr(tensor, "__tensor__"):
        return False
    return tensor.dtype.is_integer or tensor.dtype.is_floating or tensor.dtype.is_complex


def assert_proper_iterable(values):
    """Raises TypeError unless it is a list, tuple or the like: no tensor, array or text."""
    if (
        hasattr(values, "__tensor__")
        or hasattr(values, "__array__")
        or isinstance(values, (str, bytes))
    ):
        raise TypeError(
            f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}'
        )
    if not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')


# -- shapes ---------------------------------------------------------------------------------------


def _rank_of(rank) -> int:
    rank = convert_to_tensor(rank)
    if not rank.dtype.is_integer:
        raise TypeError(f"A rank must be of type int32. Received: {rank.dtype!r}.")
    if rank.ndim:
        raise ValueError(f"Rank must be a scalar. Received: shape {rank.shape}.")
    return int(rank)


def _check_rank(x, holds: bool, expected: str, message) -> None:
    if not holds:
        raise ValueError(
            f"{_begin(message)}Tensor must have rank {expected}.  Received rank {x.ndim}, shape "
            f"{x.shape}"
        )


def assert_rank(x, rank, message=None, name=None):
    """Raises ValueError unless x has that many axes."""
    x, rank = convert_to_tensor(x), _rank_of(rank)
    _check_rank(x, x.ndim == rank, f"{rank}", message)


def assert_rank_at_least(x, rank, message=None, name=None):
    """Raises ValueError unless x has that many axes, or more."""
    x, rank = convert_to_tensor(x), _rank_of(rank)
    _check_rank(x, x.ndim >= rank, f"at least {rank}", message)


def assert_rank_in(x, ranks, message=None, name=None):
    """Raises ValueError unless x has one of these numbers of axes."""
    x, ranks = convert_to_tensor(x), tuple(_rank_of(rank) for rank in ranks)
    _check_rank(x, x.ndim in ranks, f"in {ranks}", message)


def assert_scalar(tensor, message=None, name=None):
    """Raises ValueError unless the tensor has no axes."""
    shape = convert_to_tensor(tensor).shape
    if len(shape):
        raise ValueError(f"{message or ''}Expected scalar shape, saw shape: {shape}.")


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """Raises ValueError unless tensors have these shapes, with one length for each name.

    `assert_shapes([(x, ("N", "D")), (w, ("D", 3))])`: x is a matrix, w has as many rows as x has
    columns, and 3 columns.

    Args:
        shapes: pairs (tensor, shape), or a dict of them. A shape is a tuple of lengths: a number, a
            name, "." or None for any; "..." (or "*") in the first place for any number of axes.
        data: not used.
        summarize: not used.
        message: text that the error's begins with.
        name: not used.
    """
    known: dict = {}
    for tensor, shape in shapes.items() if isinstance(shapes, dict) else shapes:
        x, begin = convert_to_tensor(tensor), _begin(message)
        what = f"{begin}Tensor of shape {x.shape} and dtype {x.dtype.name}"
        if not (hasattr(shape, "__iter__") or hasattr(shape, "__getitem__")):
            raise ValueError(f"{what}: the specified shape must be iterable. Received: {shape!r}.")
        lengths = list(shape)
        open_ended = bool(lengths) and lengths[0] in (..., "*")
        lengths = lengths[open_ended:]
        if any(length in (..., "*") for length in lengths):
            raise ValueError(
                f"{what}: `...` or `*`, for any number of axes, is only allowed as the first entry."
            )
        if x.ndim < len(lengths) or (x.ndim > len(lengths) and not open_ended):
            least = "at least " if open_ended else ""
            raise ValueError(f"{what} must have rank {least}{len(lengths)}.")
        first = x.ndim - len(lengths)
        for axis, length in enumerate(lengths, first):
            if length in (None, "."):
                continue
            if isinstance(length, str):
                expected, source = known.setdefault(length, (x.shape[axis], x.shape))
                reason = f"as {length!r} has in a tensor of shape {source}"
            else:
                expected, reason = int(length), "as specified"
            if x.shape[axis] != expected:
                raise ValueError(
                    f"{what}: dimension {axis} must have size {expected}, {reason}. Received size "
                    f"{x.shape[axis]}."
                )
