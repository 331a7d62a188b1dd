"""Order: sort, argsort, top_k, searchsorted, unique."""

from typing import NamedTuple

import numpy

from ..arrays import array_module, as_dtype, check_dtypes, tell_look
from ..engine import Tensor, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import from_front, reshape
from .types import cast

# nan counts as larger than any number, as in NumPy. (In TensorFlow, where no number compares with
# nan, its place depends on the algorithm.)


def _along_key(xp, indices, axis: int) -> tuple:
    """The index that names x[..., indices[..., i, ...], ...]: one number along `axis` each."""
    key = list(xp.ix_(*[xp.arange(n) for n in indices.shape]))
    key[axis] = indices
    return tuple(key)


@primitive(mixed=True)
def _take_along(x, indices, *, axis):
    """x at other places along an axis; no place is named twice."""
    return x[_along_key(array_module(x), indices, axis)]


@primitive(mixed=True)
def _put_along(g, indices, *, axis, shape):
    xp = array_module(g)
    whole = xp.zeros(shape, g.dtype)
    whole[_along_key(xp, indices, axis)] = g
    return whole


_take_along.linear(
    lambda g, y, x, indices, *, axis: _put_along(g, indices, axis=axis, shape=x.array.shape), None
)
_put_along.linear(
    lambda g, y, values, indices, *, axis, shape: _take_along(g, indices, axis=axis), None
)


@primitive(differentiable=False, kinds="iuf")
def _argsort(values, *, axis, descending):
    xp = array_module(values)
    if not descending:
        return xp.argsort(values, axis=axis, kind="stable").astype("int32")
    # Sorted backward and read backward: so that of equal elements the first comes first.
    order = xp.argsort(xp.flip(values, axis), axis=axis, kind="stable")
    return (values.shape[axis] - 1 - xp.flip(order, axis)).astype("int32")


def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """The places (int32) that the sorted elements along `axis` come from.

    Args:
        values: real numbers.
        axis: the axis to sort along.
        direction: "ASCENDING" or "DESCENDING".
        stable: not used; of equal elements the first always comes first.
        name: not used.

    Raises:
        ValueError: another direction.
        InvalidArgumentError: no such axis, or values that have no order.
    """
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(
            f"Argument `direction` should be one of ASCENDING, DESCENDING. Received: {direction!r}."
        )
    if axis is None or numpy.ndim(axis):
        raise ValueError(f"Argument `axis` must be a number. Received: axis={axis!r}.")
    values = convert_to_tensor(values)
    axis = from_front("sort", axis, values.ndim)
    return _argsort(values, axis=axis, descending=direction == "DESCENDING")


def sort(values, axis=-1, direction="ASCENDING", name=None):
    """The elements in order along `axis`; each takes its gradient with it.

    Args:
        values: real numbers.
        axis: the axis to sort along.
        direction: "ASCENDING" or "DESCENDING".
        name: not used.

    Raises:
        ValueError: another direction.
        InvalidArgumentError: no such axis, or values that have no order.
    """
    values = convert_to_tensor(values)
    order = argsort(values, axis, direction)
    return _take_along(values, order, axis=int(axis) % values.ndim)


class TopKV2(NamedTuple):
    """What top_k gives: the values, and where they stood."""

    values: Tensor
    indices: Tensor


def top_k(input, k=1, sorted=True, index_type="int32", name=None):
    """The k largest elements along the last axis, and their places; the first of equal ones.

    Args:
        input: real numbers, with at least one axis.
        k: how many.
        sorted: not used; the largest always comes first.
        index_type: of the places: int16, int32 or int64.
        name: not used.

    Returns:
        (values, indices), both of shape input.shape[:-1] + (k,).

    Raises:
        InvalidArgumentError: k is negative, or larger than the last axis.
    """
    x, k = convert_to_tensor(input), convert_to_tensor(k, None if hasattr(k, "dtype") else "int32")
    if k.ndim or not x.ndim or not 0 <= int(k) <= x.shape[-1]:
        raise InvalidArgumentError(
            "top_k: k must be a number from 0 to the length of the last axis. Received: "
            f"k={k.numpy()} for an input of shape {x.shape}."
        )
    dtype = _index_type("top_k", index_type, ("int16", "int32", "int64"))
    places = _argsort(x, axis=x.ndim - 1, descending=True)[..., : int(k)]
    return TopKV2(_take_along(x, places, axis=x.ndim - 1), cast(places, dtype))


def _index_type(op: str, dtype, names: tuple):
    """The dtype that places are asked for in."""
    dtype = as_dtype(dtype)
    if dtype.name not in names:
        raise InvalidArgumentError(
            f"{op}: places are given as {' or '.join(names)}. Received: {dtype.name}."
        )
    return dtype


@primitive(differentiable=False, mixed=True)
def _in_top_k(targets, predictions, *, k):
    xp, count = array_module(predictions), predictions.shape[1]
    known = (targets >= 0) & (targets < count)
    if not count:
        return known
    of_target = predictions[xp.arange(len(targets)), xp.where(known, targets, 0)]
    larger = (predictions > of_target[:, None]).sum(axis=1)
    return known & (larger < k) & xp.isfinite(predictions).all(axis=1)


def in_top_k(targets, predictions, k, name=None):
    """Whether each target's prediction is among the k largest of its row; all equal ones are.

    False where a target is out of range, or a row holds something infinite or nan.

    Args:
        targets: integers of shape (rows,).
        predictions: float32, of shape (rows, classes).
        k: how many places count.
        name: not used.

    Raises:
        InvalidArgumentError: shapes or types that don't fit.
    """
    targets, predictions = convert_to_tensor(targets), convert_to_tensor(predictions)
    if targets.ndim != 1 or predictions.ndim != 2 or len(targets) != len(predictions):
        raise InvalidArgumentError(
            "in_top_k: targets must be of shape (rows,) and predictions of shape (rows, classes). "
            f"Received: {targets.shape} and {predictions.shape}."
        )
    check_dtypes("in_top_k", [targets.array], "iu")
    if predictions.dtype.name != "float32":
        raise InvalidArgumentError(
            f"in_top_k takes float32 predictions. Received: {predictions.dtype.name}. Convert them "
            "with minitape.cast."
        )
    return _in_top_k(targets, predictions, k=int(k))


@primitive(differentiable=False, kinds="iuf")
def _searchsorted(sorted_sequence, values, *, side):
    xp = array_module(values)
    found = xp.empty(values.shape, "int64")
    for i in range(len(values)):
        found[i] = xp.searchsorted(sorted_sequence[i], values[i], side=side)
    return found


def searchsorted(sorted_sequence, values, side="left", out_type="int32", name=None):
    """Where each value would go into a sorted sequence, row by row along the last axis.

    Args:
        sorted_sequence: real numbers, in ascending order along the last axis.
        values: of the same type; all axes but the last agree.
        side: "left" (before what is equal) or "right" (behind it).
        out_type: int32 or int64.
        name: not used.

    Raises:
        ValueError: another side.
        InvalidArgumentError: shapes or types that don't fit.
    """
    if side not in ("left", "right"):
        raise ValueError(f"Argument `side` must be 'left' or 'right'. Received: {side!r}.")
    dtype = _index_type("searchsorted", out_type, ("int32", "int64"))
    rows, values = convert_to_tensor(sorted_sequence), convert_to_tensor(values)
    if not rows.ndim or not values.ndim or rows.shape[:-1] != values.shape[:-1]:
        raise InvalidArgumentError(
            "searchsorted: sorted_sequence and values must agree in all axes but the last. "
            f"Received: shapes {rows.shape} and {values.shape}."
        )
    count = rows.shape[:-1].num_elements()
    flat = [reshape(x, (count, x.shape[-1])) for x in (rows, values)]
    return cast(reshape(_searchsorted(*flat, side=side), values.shape), dtype)


class Unique(NamedTuple):
    """What unique gives: the different elements, and for each element which of them it is."""

    y: Tensor
    idx: Tensor


class UniqueWithCounts(NamedTuple):
    """What unique_with_counts gives: `Unique`, and how often each element occurs."""

    y: Tensor
    idx: Tensor
    count: Tensor  # type: ignore[assignment]  # the method of tuples is given up


@primitive(differentiable=False)
def _unique(x):
    xp = array_module(x)
    y, first, idx, count = xp.unique(
        x, return_index=True, return_inverse=True, return_counts=True, equal_nan=False
    )
    order = xp.argsort(first)  # NumPy sorts by value
    return y[order], xp.argsort(order)[idx], count[order]


def unique_with_counts(x, out_idx="int32", name=None):
    """The different elements in order of appearance, which of them each is, how often they occur.

    Each nan is an element of its own.

    Args:
        x: a tensor with one axis.
        out_idx: the type of the numbers: int32 or int64.
        name: not used.

    Returns:
        (y, idx, count), with y[idx] the same as x.

    Raises:
        InvalidArgumentError: x has another number of axes.
    """
    x, dtype = convert_to_tensor(x), _index_type("unique", out_idx, ("int32", "int64"))
    if x.ndim != 1:
        raise InvalidArgumentError(
            f"unique expects a 1D vector. Received: shape {x.shape}. Use minitape.reshape(x, [-1])."
        )
    tell_look(x)  # its elements are the length of the result
    y, idx, count = _unique(x)
    return UniqueWithCounts(y, cast(idx, dtype), cast(count, dtype))


def unique(x, out_idx="int32", name=None):
    """The different elements in order of appearance, and which of them each is.

    Arguments and errors are those of `unique_with_counts`.

    Returns:
        (y, idx), with y[idx] the same as x.
    """
    return Unique(*unique_with_counts(x, out_idx)[:2])
