"""Tensors and control flow, as Keras names them."""

import numpy as _numpy

from ... import nest as _nest
from ... import ops as _ops
from . import promotion as _promotion

_any = _promotion.tensor


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """x as a tensor, of this type."""
    return _any(x) if dtype is None else _ops.cast(_any(x), dtype)


def convert_to_numpy(x):
    """x as a NumPy array."""
    return _numpy.array(x)


def is_tensor(x) -> bool:
    """Whether x is a tensor."""
    return _ops.is_tensor(x)


def cast(x, dtype):
    """x with elements of this type."""
    return _ops.cast(_any(x), dtype)


def saturate_cast(x, dtype):
    """x with elements of this type; what is beyond it becomes its largest or smallest value."""
    return _ops.saturate_cast(_any(x), dtype)


def dtype(x) -> str:
    """The name of the type of x's elements."""
    return _any(x).dtype.name


def shape(x) -> tuple:
    """The lengths of x; None of a symbolic tensor's unknown one."""
    return tuple(_any(x).shape)


def stop_gradient(variable):
    """The same values, through which no gradient flows."""
    return _ops.stop_gradient(_any(variable))


def slice(inputs, start_indices, shape):
    """The block of this shape that begins at these indices."""
    return _ops.slice(_any(inputs), start_indices, shape)


def slice_update(inputs, start_indices, updates):
    """The inputs with a block in place of what stands at these indices."""
    inputs, updates = _promotion.tensors(inputs, updates)
    grid = _numpy.moveaxis(_numpy.indices(tuple(updates.shape), dtype="int32"), 0, -1)
    places = _ops.cast(_any(start_indices), "int32") + _any(grid)
    return _ops.tensor_scatter_nd_update(inputs, places, updates)


def scatter(indices, values, shape):
    """Zeros with values added at these indices."""
    return _ops.scatter_nd(_any(indices), _any(values), shape)


def scatter_update(inputs, indices, updates, reduction=None):
    """The inputs with other values at these indices, or with values added (and so on) there."""
    known = {
        None: _ops.tensor_scatter_nd_update,
        "add": _ops.tensor_scatter_nd_add,
        "max": _ops.tensor_scatter_nd_max,
        "min": _ops.tensor_scatter_nd_min,
    }
    if reduction not in known:
        raise ValueError(f"Expected a `reduction` of {list(known)}. Received: {reduction!r}.")
    inputs, updates = _promotion.tensors(inputs, updates)
    return known[reduction](inputs, _any(indices), updates)


def segment_sum(data, segment_ids, num_segments=None, sorted=False):
    """The sums of the rows with the same number."""
    return _segments(_ops.unsorted_segment_sum, data, segment_ids, num_segments)


def segment_max(data, segment_ids, num_segments=None, sorted=False):
    """The largest values of the rows with the same number."""
    return _segments(_ops.unsorted_segment_max, data, segment_ids, num_segments)


def _segments(op, data, segment_ids, num_segments):
    segment_ids = _any(segment_ids)
    if num_segments is None:
        num_segments = int(_ops.reduce_max(segment_ids)) + 1
    return op(_any(data), segment_ids, num_segments)


def cond(pred, true_fn, false_fn):
    """What the one function gives where the condition holds, or the other."""
    return _ops.cond(_any(pred), true_fn, false_fn)


def switch(index, branches, *operands):
    """What the function at this place (the first or last for one beyond) gives of the operands."""
    place = min(max(int(_any(index)), 0), len(branches) - 1)
    return branches[place](*operands)


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """The variables after `body` was applied again and again, as long as `cond` holds."""
    is_structure = isinstance(loop_vars, (list, tuple))
    state = tuple(loop_vars) if is_structure else (loop_vars,)
    state = _nest.map_structure(_any, state)
    steps = 0
    while (maximum_iterations is None or steps < maximum_iterations) and bool(cond(*state)):
        result = body(*state)
        state = tuple(result) if isinstance(result, (list, tuple)) else (result,)
        steps += 1
    return type(loop_vars)(state) if is_structure else state[0]


def fori_loop(lower, upper, body_fun, init_val):
    """`value = body_fun(i, value)` for each i from lower to below upper."""
    value = init_val
    for i in range(int(_any(lower)), int(_any(upper))):
        value = body_fun(_any(i), value)
    return value


def map(f, xs):
    """f of each element along the first axis."""
    return scan(lambda _, x: (None, f(x)), None, xs)[1]


def vectorized_map(function, elements):
    """The function of each element along the first axis."""
    return map(function, elements)


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """`carry, y = f(carry, x)` for each x along the first axis; the last carry, and all y."""
    count = length if xs is None else _any(_nest.flatten(xs)[0]).shape[0]
    carry, found = init, []
    for i in reversed(range(count)) if reverse else range(count):
        x = None if xs is None else _nest.map_structure(lambda v, i=i: _any(v)[i], xs)
        carry, y = f(carry, x)
        found.append(y)
    if reverse:
        found.reverse()
    return carry, _nest.map_structure(lambda *ys: _ops.stack([_any(y) for y in ys]), *found)
