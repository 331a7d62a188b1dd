"""NumPy's functions of whole arrays, as Keras names them: reductions, shapes, products."""

import builtins as _builtins
from itertools import pairwise as _pairwise

import numpy as _numpy

from .... import ops as _ops
from ....settings import floatx as _floatx
from .. import promotion as _promotion

_any, _float, _cast = _promotion.tensor, _promotion.floating, _promotion.cast


# -- reductions ------------------------------------------------------------------------------------


def sum(x, axis=None, keepdims=False):
    """The sum along axes."""
    return _ops.reduce_sum(_promotion.summable(x), axis, keepdims)


def prod(x, axis=None, keepdims=False, dtype=None):
    """The product along axes."""
    x = _promotion.summable(x) if dtype is None else _cast(x, dtype)
    return _ops.reduce_prod(x, axis, keepdims)


def mean(x, axis=None, keepdims=False):
    """The mean along axes."""
    return _ops.reduce_mean(_float(x), axis, keepdims)


def var(x, axis=None, keepdims=False):
    """The variance along axes: the mean squared distance to the mean."""
    return _ops.reduce_variance(_float(x), axis, keepdims)


def std(x, axis=None, keepdims=False):
    """The square root of the variance along axes."""
    return _ops.reduce_std(_float(x), axis, keepdims)


def max(x, axis=None, keepdims=False, initial=None):
    """The largest value along axes; `initial` takes part."""
    return _extreme(_ops.reduce_max, _ops.maximum, x, axis, keepdims, initial)


def min(x, axis=None, keepdims=False, initial=None):
    """The smallest value along axes; `initial` takes part."""
    return _extreme(_ops.reduce_min, _ops.minimum, x, axis, keepdims, initial)


def _extreme(reduce, of_two, x, axis, keepdims, initial):
    x = _any(x)
    if x.dtype.is_bool:
        return _ops.cast(reduce(_ops.cast(x, "int32"), axis, keepdims), "bool")
    result = reduce(x, axis, keepdims)
    return result if initial is None else of_two(result, _cast(initial, x.dtype))


def amax(x, axis=None, keepdims=False):
    """The largest value along axes."""
    return max(x, axis, keepdims)


def amin(x, axis=None, keepdims=False):
    """The smallest value along axes."""
    return min(x, axis, keepdims)


def all(x, axis=None, keepdims=False):
    """Whether all elements along axes are other than 0."""
    return _ops.reduce_all(_promotion.boolean(x), axis, keepdims)


def any(x, axis=None, keepdims=False):
    """Whether one element along axes is other than 0."""
    return _ops.reduce_any(_promotion.boolean(x), axis, keepdims)


def count_nonzero(x, axis=None):
    """How many elements along axes are other than 0."""
    return _ops.count_nonzero(_any(x), axis, dtype="int32")


def argmax(x, axis=None, keepdims=False):
    """Where the largest element along an axis (of all) stands, the first of equal ones."""
    return _position(_ops.argmax, x, axis, keepdims)


def argmin(x, axis=None, keepdims=False):
    """Where the smallest element along an axis (of all) stands, the first of equal ones."""
    return _position(_ops.argmin, x, axis, keepdims)


def _position(op, x, axis, keepdims):
    x = _any(x)
    if axis is None:
        place = op(_ops.reshape(x, [-1]), axis=0, output_type="int32")
        return _ops.reshape(place, [1] * x.ndim) if keepdims else place
    place = op(x, axis=axis, output_type="int32")
    return _ops.expand_dims(place, axis) if keepdims else place


def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) along axes, without an overflow."""
    return _ops.reduce_logsumexp(_float(x), axis, keepdims)


def average(x, axis=None, weights=None):
    """The mean along an axis, or the one weighted with `weights`."""
    if weights is None:
        return mean(x, axis)
    x, weights = (_float(value) for value in _promotion.tensors(x, weights))
    if weights.ndim == 1 and x.ndim > 1:
        shape = [1] * x.ndim
        shape[axis] = -1
        weights = _ops.reshape(weights, shape)
    weights = weights + _ops.zeros_like(x)
    return _ops.reduce_sum(x * weights, axis) / _ops.reduce_sum(weights, axis)


def median(x, axis=None, keepdims=False):
    """The middle value along an axis (of all), the mean of two middle ones."""
    x = _float(x)
    ordered = sort(_ops.reshape(x, [-1]) if axis is None else x, axis=0 if axis is None else axis)
    along = 0 if axis is None else axis
    count = ordered.shape[along]
    low, high = (take(ordered, place, along) for place in ((count - 1) // 2, count // 2))
    middle = (low + high) / 2
    if not keepdims:
        return middle
    return _ops.reshape(middle, [1] * x.ndim) if axis is None else _ops.expand_dims(middle, axis)


def cumsum(x, axis=None, dtype=None):
    """The sums of the elements so far along an axis (of all, in a row)."""
    return _cumulative(_ops.cumsum, x, axis, dtype)


def cumprod(x, axis=None, dtype=None):
    """The products of the elements so far along an axis (of all, in a row)."""
    return _cumulative(_ops.cumprod, x, axis, dtype)


def _cumulative(op, x, axis, dtype):
    x = _any(x) if dtype is None else _cast(x, dtype)
    x = _ops.cast(x, "int32") if x.dtype.is_bool else x
    return op(_ops.reshape(x, [-1]), axis=0) if axis is None else op(x, axis=axis)


# -- making arrays ---------------------------------------------------------------------------------


def array(x, dtype=None):
    """x as a tensor, of this type."""
    return _any(x) if dtype is None else _cast(x, dtype)


def zeros(shape, dtype=None):
    """Zeros."""
    return _ops.zeros(shape, dtype or _floatx())


def ones(shape, dtype=None):
    """Ones."""
    return _ops.ones(shape, dtype or _floatx())


empty = zeros


def full(shape, fill_value, dtype=None):
    """A tensor of one value."""
    return _ops.broadcast_to(_cast(fill_value, dtype or _floatx()), _shape_of(shape))


def zeros_like(x, dtype=None):
    """Zeros in the shape of x."""
    return _ops.zeros_like(_any(x), dtype)


def ones_like(x, dtype=None):
    """Ones in the shape of x."""
    return _ops.ones_like(_any(x), dtype)


empty_like = zeros_like


def full_like(x, fill_value, dtype=None):
    """A tensor of one value in the shape of x."""
    x = _any(x)
    return _cast(fill_value, dtype or x.dtype) + _ops.zeros_like(x, dtype)


def arange(start, stop=None, step=None, dtype=None):
    """The numbers from start (0 where there is no stop) to below stop, step apart."""
    if dtype is None:
        dtype = _promotion.result_type(
            *(
                n if type(n) in (int, float) else _any(n)
                for n in (start, stop, step)
                if n is not None
            ),
            *([] if type(start) is float else [_ops.constant(0)]),
        )
    start, stop = (0, start) if stop is None else (start, stop)
    return _ops.range(_cast(start, dtype), _cast(stop, dtype), _cast(step or 1, dtype))


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """`num` numbers from start to stop, all as far apart; the stop is left out if wanted."""
    start, stop = (_float(x) for x in _promotion.tensors(start, stop))
    step = (stop - start) / _builtins.max(num - 1 if endpoint else num, 1)
    last = stop if endpoint else stop - step
    values = _ops.linspace(start, last, num, axis=axis)
    values = values if dtype is None else _ops.cast(values, dtype)
    return (values, step) if retstep else values


def eye(N, M=None, k=0, dtype=None):
    """Ones on the k-th diagonal of a matrix of N rows and M columns."""
    rows, columns = _numpy.indices((N, N if M is None else M), sparse=True)
    return _cast(columns - rows == k, dtype or _floatx())


def identity(n, dtype=None):
    """The identity matrix."""
    return eye(n, dtype=dtype)


def tri(N, M=None, k=0, dtype=None):
    """Ones on and below the k-th diagonal of a matrix of N rows and M columns."""
    rows, columns = _numpy.indices((N, N if M is None else M), sparse=True)
    return _cast(columns - rows <= k, dtype or _floatx())


def meshgrid(*x, indexing="xy"):
    """For each of several vectors, its numbers spread over a grid of all."""
    return _ops.meshgrid(*map(_any, x), indexing=indexing)


# -- shapes ----------------------------------------------------------------------------------------


def _shape_of(shape):
    return (shape,) if isinstance(shape, int) else shape


def size(x):
    """How many elements x has."""
    return _ops.size(_any(x))


def ndim(x):
    """How many axes x has."""
    return _any(x).ndim


def reshape(x, newshape):
    """The elements in another shape; one length may be -1."""
    return _ops.reshape(_any(x), _shape_of(newshape))


def ravel(x):
    """All elements in a row."""
    return _ops.reshape(_any(x), [-1])


def transpose(x, axes=None):
    """The axes in this order, reversed unless given."""
    return _ops.transpose(_any(x), axes)


def swapaxes(x, axis1, axis2):
    """Two axes changed for each other."""
    return moveaxis(x, (axis1, axis2), (axis2, axis1))


def moveaxis(x, source, destination):
    """Some axes moved to other places; the rest keep their order."""
    x = _any(x)
    source, destination = ([n % x.ndim for n in _ints(axes)] for axes in (source, destination))
    rest = [n for n in range(x.ndim) if n not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        rest.insert(place, axis)
    return x if rest == sorted(rest) else _ops.transpose(x, rest)


def _ints(axes) -> tuple:
    return (axes,) if isinstance(axes, int) else tuple(axes)


def expand_dims(x, axis):
    """New axes of length 1."""
    x = _any(x)
    count = x.ndim + len(_ints(axis))
    for one in sorted(n % count for n in _ints(axis)):
        x = _ops.expand_dims(x, one)
    return x


def squeeze(x, axis=None):
    """Without its axes of length 1, or without these."""
    return _ops.squeeze(_any(x), axis)


def broadcast_to(x, shape):
    """x repeated along axes to this shape."""
    return _ops.broadcast_to(_any(x), shape)


def concatenate(xs, axis=0):
    """Tensors one after the other along an axis."""
    return _ops.concat(_promotion.tensors(*xs), axis)


def stack(x, axis=0):
    """Tensors of one shape along a new axis."""
    return _ops.stack(_promotion.tensors(*x), axis)


def unstack(x, num=None, axis=0):
    """The tensors along an axis, as a list."""
    return _ops.unstack(_any(x), num, axis)


def hstack(xs):
    """Tensors side by side: along the second axis, vectors along the first."""
    xs = _promotion.tensors(*xs)
    return _ops.concat(xs, 0 if xs[0].ndim == 1 else 1)


def vstack(xs):
    """Tensors one below the other: along the first axis, vectors as rows."""
    xs = _promotion.tensors(*xs)
    return _ops.concat([_ops.reshape(x, [1, -1]) if x.ndim < 2 else x for x in xs], 0)


def split(x, indices_or_sections, axis=0):
    """x in so many equal parts along an axis, or cut at these places."""
    x = _any(x)
    if isinstance(indices_or_sections, int):
        return _ops.split(x, indices_or_sections, axis)
    places = [0, *(int(n) for n in indices_or_sections), x.shape[axis]]
    return _ops.split(x, [b - a for a, b in _pairwise(places)], axis)


def tile(x, repeats):
    """x as a whole again and again along each axis."""
    x, repeats = _any(x), _ints(repeats)
    if len(repeats) > x.ndim:
        x = _ops.reshape(x, [1] * (len(repeats) - x.ndim) + [n or -1 for n in x.shape])
    return _ops.tile(x, [1] * (x.ndim - len(repeats)) + list(repeats))


def repeat(x, repeats, axis=None):
    """Each element along an axis (of all, in a row) again and again."""
    return _ops.repeat(_any(x), repeats, axis)


def roll(x, shift, axis=None):
    """x shifted along axes (of all elements, in a row); what leaves at an end enters the other."""
    x = _any(x)
    if axis is None:
        return _ops.reshape(_ops.roll(_ops.reshape(x, [-1]), shift, 0), x.shape)
    return _ops.roll(x, shift, axis)


def flip(x, axis=None):
    """The elements in reverse order along axes (all)."""
    x = _any(x)
    return _ops.reverse(x, list(range(x.ndim)) if axis is None else list(_ints(axis)))


def pad(x, pad_width, mode="constant", constant_values=None):
    """x with elements added at both ends of each axis: a value, or those near the end."""
    x = _any(x)
    pairs = _numpy.broadcast_to(pad_width, (x.ndim, 2)).tolist()
    return _ops.pad(x, pairs, mode, 0 if constant_values is None else constant_values)


# -- choosing --------------------------------------------------------------------------------------


def take(x, indices, axis=None):
    """The elements at these places of an axis (of all, in a row)."""
    x, indices = _any(x), _any(indices)
    indices = indices if indices.dtype.is_integer else _ops.cast(indices, "int32")
    x, axis = (_ops.reshape(x, [-1]), 0) if axis is None else (x, axis)
    return _ops.gather(x, _from_front(indices, x.shape[axis]), axis=axis)


def take_along_axis(x, indices, axis=None):
    """For each row along an axis, the elements at its own places. The other axes broadcast."""
    x, indices = _any(x), _any(indices)
    if axis is None:
        return take(x, _ops.reshape(indices, [-1]))
    x, indices = moveaxis(x, axis, -1), moveaxis(indices, axis, -1)
    if tuple(x.shape[:-1]) != tuple(indices.shape[:-1]):
        rows = _ops.broadcast_static_shape(x.shape[:-1], indices.shape[:-1])
        x = _ops.broadcast_to(x, [*rows, x.shape[-1]])
        indices = _ops.broadcast_to(indices, [*rows, indices.shape[-1]])
    indices = _from_front(indices, x.shape[-1])
    return moveaxis(_ops.gather(x, indices, axis=x.ndim - 1, batch_dims=x.ndim - 1), -1, axis)


def _from_front(indices, count):
    """Indices among `count`, the negative ones counted from the end."""
    return _ops.where(_ops.less(indices, 0), indices + count, indices)


def nonzero(x):
    """Where the elements other than 0 stand: for each axis, a vector of their places."""
    x = _promotion.boolean(x)
    return [_ops.cast(places, "int32") for places in _ops.unstack(_ops.where(x), x.ndim, axis=1)]


def where(condition, x1=None, x2=None):
    """x1 where the condition holds, and x2 elsewhere; without them, `nonzero(condition)`."""
    if x1 is None and x2 is None:
        return nonzero(condition)
    return _ops.where(_promotion.boolean(condition), *_promotion.tensors(x1, x2))


def diag(x, k=0):
    """The k-th diagonal of a matrix; of a vector, the matrix with that diagonal."""
    x = _any(x)
    return _ops.diag(x, k=k) if x.ndim == 1 else diagonal(x, k)


def diagonal(x, offset=0, axis1=0, axis2=1):
    """The diagonal of two axes, as the last axis."""
    return _ops.diag_part(moveaxis(x, (axis1, axis2), (-2, -1)), k=offset)


def trace(x, offset=0, axis1=0, axis2=1):
    """The sum of the diagonal of two axes."""
    return sum(diagonal(_promotion.summable(x), offset, axis1, axis2), axis=-1)


def tril(x, k=0):
    """x with zeros above the k-th diagonal."""
    x = _any(x)
    return _ops.where(tri(x.shape[-2], x.shape[-1], k, "bool"), x, _ops.zeros_like(x))


def triu(x, k=0):
    """x with zeros below the k-th diagonal."""
    x = _any(x)
    return _ops.where(tri(x.shape[-2], x.shape[-1], k - 1, "bool"), _ops.zeros_like(x), x)


def sort(x, axis=-1):
    """The elements along an axis in order, the smallest first."""
    return _ops.sort(_any(x), axis)


def argsort(x, axis=-1):
    """Where the elements along an axis stand that come first, second, ... in order."""
    x = _any(x)
    x, axis = (_ops.reshape(x, [-1]), 0) if axis is None else (x, axis)
    return _ops.argsort(x, axis, stable=True)


def searchsorted(sorted_sequence, values, side="left"):
    """Where values belong in a sorted vector."""
    sorted_sequence, values = _promotion.tensors(sorted_sequence, values)
    return _ops.searchsorted(sorted_sequence, values, side)


# -- products --------------------------------------------------------------------------------------


def matmul(x1, x2):
    """The matrix product, over all leading axes; vectors count as a row, as a column."""
    x1, x2 = _promotion.tensors(x1, x2)
    if x1.ndim == 1 and x2.ndim == 1:
        return _ops.tensordot(x1, x2, 1)
    if x1.ndim == 1:
        return _ops.squeeze(_ops.matmul(_ops.expand_dims(x1, 0), x2), -2)
    if x2.ndim == 1:
        return _ops.squeeze(_ops.matmul(x1, _ops.expand_dims(x2, -1)), -1)
    return _ops.matmul(x1, x2)


def dot(x1, x2):
    """The sums over the last axis of x1 and the last but one of x2."""
    x1, x2 = _promotion.tensors(x1, x2)
    if 0 in (x1.ndim, x2.ndim):
        return x1 * x2
    return _ops.tensordot(x1, x2, [[x1.ndim - 1], [_builtins.max(x2.ndim - 2, 0)]])


def tensordot(x1, x2, axes=2):
    """The sums over pairs of axes."""
    x1, x2 = _promotion.tensors(x1, x2)
    return _ops.tensordot(x1, x2, axes)


def inner(x1, x2):
    """The sums over the last axes of both."""
    x1, x2 = _promotion.tensors(x1, x2)
    if 0 in (x1.ndim, x2.ndim):
        return x1 * x2
    return _ops.tensordot(x1, x2, [[x1.ndim - 1], [x2.ndim - 1]])


def outer(x1, x2):
    """The product of each element of x1 with each of x2."""
    x1, x2 = _promotion.tensors(x1, x2)
    return _ops.reshape(x1, [-1, 1]) * _ops.reshape(x2, [1, -1])


def vdot(x1, x2):
    """The sum of the products of all elements."""
    x1, x2 = _promotion.tensors(x1, x2)
    return _ops.tensordot(_ops.conj(_ops.reshape(x1, [-1])), _ops.reshape(x2, [-1]), 1)


def cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The vector product, along the last axis."""
    if axis not in (None, -1) or {axisa, axisb, axisc} != {-1}:
        raise ValueError(
            "`keras.ops.cross` works along the last axis. Received: "
            f"axisa={axisa}, axisb={axisb}, axisc={axisc}, axis={axis}. Use `moveaxis` first."
        )
    return _ops.cross(*_promotion.tensors(x1, x2))


def einsum(subscripts, *operands):
    """The sums of products that the subscripts describe."""
    return _ops.einsum(subscripts, *_promotion.tensors(*operands))
