"""Reductions over segments: rows with the same id are reduced to one.

`unsorted_segment_...` takes ids in any order and drops negative ones. `segment_...` takes sorted
ids, and the last says how many segments there are.
"""

from ..arrays import array_module
from ..engine import convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import reshape
from .count import occurrences
from .cumulative import cumprod
from .gather import _unsorted_segment_sum, check_indices, check_integers, segment_rows
from .logic import equal, less, where
from .math import abs, divide, floordiv, maximum, sign, sqrt
from .types import cast, ones_like, zeros_like


def _unsorted(op: str, data, segment_ids, num_segments) -> tuple:
    """The data, the ids and their number, checked."""
    data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
    count = convert_to_tensor(num_segments)
    check_integers(op, ids)
    if count.ndim or not count.dtype.is_integer or int(count) < 0:
        raise InvalidArgumentError(
            f"{op}: num_segments must be one integer >= 0. Received: {num_segments!r}."
        )
    if data.shape[: ids.ndim] != ids.shape:
        raise InvalidArgumentError(
            f"{op}: the shape of data, {data.shape}, must begin with that of segment_ids. "
            f"Received: {ids.shape}."
        )
    return data, _segments_below(ids, op=op, count=int(count)), int(count)


@primitive(differentiable=False)
def _segments_below(ids, *, op, count):
    """The ids themselves, if none is too large; an op, so that a function checks each time."""
    if (ids >= 0).any():
        check_indices(op, array_module(ids).maximum(ids, 0), count, "segment_ids")
    return ids


def _sorted(op: str, data, segment_ids) -> tuple:
    """The data, the ids and the number of segments, checked."""
    data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
    check_integers(op, ids)
    if ids.ndim != 1 or not data.ndim or len(ids) != len(data):
        raise InvalidArgumentError(
            f"{op}: segment_ids must be a vector with an id for each row of data. Received: data "
            f"of shape {data.shape}, segment_ids of shape {ids.shape}."
        )
    if (ids.concrete[1:] < ids.concrete[:-1]).any() or (ids.concrete < 0).any():
        raise InvalidArgumentError(
            f"{op}: segment_ids must be sorted and not negative. Received: {ids.numpy()}. "
            f"unsorted_{op} takes them in any order."
        )
    return data, ids, int(ids.concrete[-1]) + 1 if len(ids) else 0


def _sizes(data, ids, count):
    """How many rows each segment has (1 where none), in a shape that the results divide by."""
    sizes = cast(maximum(occurrences(ids, length=count), 1), data.dtype)
    return reshape(sizes, (count, *(1,) * (data.ndim - ids.ndim)))


# -- sums and means --------------------------------------------------------------------------------


def unsorted_segment_sum(data, segment_ids, num_segments, name=None):
    """The sums of the rows of `data` that have the same id: the transpose of `gather`.

    Args:
        data: a tensor whose shape begins with that of `segment_ids`.
        segment_ids: integers below `num_segments`; rows with a negative one are left out.
        num_segments: how many sums there are; those of no rows are 0.
        name: not used.

    Raises:
        InvalidArgumentError: an id that is too large, or shapes that don't fit.
    """
    data, ids, count = _unsorted("unsorted_segment_sum", data, segment_ids, num_segments)
    return _unsorted_segment_sum(data, ids, num_segments=count)


def unsorted_segment_mean(data, segment_ids, num_segments, name=None):
    """The means of the rows of `data` that have the same id, 0 of no rows; integers give floats.

    Takes and refuses what `unsorted_segment_sum` does.
    """
    data, ids, count = _unsorted("unsorted_segment_mean", data, segment_ids, num_segments)
    return divide(_unsorted_segment_sum(data, ids, num_segments=count), _sizes(data, ids, count))


def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None):
    """The sums of the rows with the same id over the square roots of their numbers; 0 of no rows.

    Takes and refuses what `unsorted_segment_sum` does.
    """
    data, ids, count = _unsorted("unsorted_segment_sqrt_n", data, segment_ids, num_segments)
    root = sqrt(_sizes(data, ids, count))
    return divide(_unsorted_segment_sum(data, ids, num_segments=count), root)


def segment_sum(data, segment_ids, name=None):
    """The sums of the rows of `data` that have the same id.

    Args:
        data: a tensor of at least one axis.
        segment_ids: a vector of integers, one for each row: sorted, not negative.
        name: not used.

    Raises:
        InvalidArgumentError: ids that aren't sorted, are negative, or don't fit the rows.
    """
    data, ids, count = _sorted("segment_sum", data, segment_ids)
    return _unsorted_segment_sum(data, ids, num_segments=count)


def segment_mean(data, segment_ids, name=None):
    """The means of the rows of `data` that have the same id, 0 of no rows; integers are cut.

    Takes and refuses what `segment_sum` does.
    """
    data, ids, count = _sorted("segment_mean", data, segment_ids)
    total, sizes = _unsorted_segment_sum(data, ids, num_segments=count), _sizes(data, ids, count)
    if not data.dtype.is_integer:
        return divide(total, sizes)
    if total.dtype.min == 0:
        return floordiv(total, sizes)
    return sign(total) * floordiv(abs(total), sizes)  # rounded towards zero


# -- products --------------------------------------------------------------------------------------


@primitive(mixed=True, kinds="iufc")
def _unsorted_segment_prod(data, segment_ids, *, num_segments):
    xp = array_module(data)
    product = xp.ones((num_segments, *data.shape[segment_ids.ndim :]), data.dtype)
    xp.multiply.at(product, segment_ids[segment_ids >= 0], data[segment_ids >= 0])
    return product


@primitive(differentiable=False, kinds="iu")
def segment_table(segment_ids):
    """Which rows each segment has, a line for each segment, filled up with -1; and back.

    Returns:
        The table, and for each row its place in the flattened table, -1 where its id is negative.
    """
    xp, flat = array_module(segment_ids), segment_ids.reshape(-1)
    order = xp.argsort(flat, kind="stable")
    order = order[flat[order] >= 0]
    _, starts, lengths = xp.unique(flat[order], return_index=True, return_counts=True)
    lines, longest = len(starts), int(lengths.max(initial=0))
    places = xp.arange(order.size) + xp.repeat(xp.arange(lines) * longest - starts, lengths)
    table, back = xp.full(lines * longest, -1), xp.full(flat.size, -1)
    table[places], back[order] = order, places
    return table.reshape(lines, longest), back


def _all_others(data, ids):
    """For each row the product of all others in its segment, right also where some are 0."""
    table, back = segment_table(ids)
    rest = data.array.shape[ids.ndim :]
    rows = segment_rows(reshape(data, (back.array.size, *rest)), table)
    filling = reshape(cast(less(table, 0), data.dtype), (*table.array.shape, *(1,) * len(rest)))
    rows = rows + filling
    others = cumprod(rows, 1, exclusive=True) * cumprod(rows, 1, exclusive=True, reverse=True)
    others = segment_rows(reshape(others, (table.array.size, *rest)), back)
    return reshape(others, data.array.shape)


_unsorted_segment_prod.defvjp(
    lambda g, y, data, ids, *, num_segments: segment_rows(g, ids) * _all_others(data, ids), None
)
_unsorted_segment_prod.defjvp(
    lambda t, y, data, ids, *, num_segments: _unsorted_segment_sum(
        t * _all_others(data, ids), ids, num_segments=num_segments
    ),
    None,
)


def unsorted_segment_prod(data, segment_ids, num_segments, name=None):
    """The products of the rows of `data` that have the same id; 1 of no rows.

    Takes and refuses what `unsorted_segment_sum` does. The gradient is right also where rows are 0.
    """
    data, ids, count = _unsorted("unsorted_segment_prod", data, segment_ids, num_segments)
    return _unsorted_segment_prod(data, ids, num_segments=count)


def segment_prod(data, segment_ids, name=None):
    """The products of the rows of `data` that have the same id; 1 of no rows.

    Takes and refuses what `segment_sum` does. The gradient is right also where rows are 0.
    """
    data, ids, count = _sorted("segment_prod", data, segment_ids)
    return _unsorted_segment_prod(data, ids, num_segments=count)


# -- extremes --------------------------------------------------------------------------------------


def _extreme(ufunc, start, data, ids, num_segments, of_none):
    xp = array_module(data)
    kept = ids >= 0
    extreme = xp.full((num_segments, *data.shape[ids.ndim :]), start, data.dtype)
    ufunc.at(extreme, ids[kept], data[kept])
    extreme[xp.bincount(ids[kept], minlength=num_segments) == 0] = of_none
    return extreme


@primitive(mixed=True, kinds="iuf")
def _unsorted_segment_max(data, segment_ids, *, num_segments, of_none):
    xp = array_module(data)
    start = -xp.inf if data.dtype.kind == "f" else xp.iinfo(data.dtype).min
    return _extreme(xp.maximum, start, data, segment_ids, num_segments, of_none)


@primitive(mixed=True, kinds="iuf")
def _unsorted_segment_min(data, segment_ids, *, num_segments, of_none):
    xp = array_module(data)
    start = xp.inf if data.dtype.kind == "f" else xp.iinfo(data.dtype).max
    return _extreme(xp.minimum, start, data, segment_ids, num_segments, of_none)


def _hits(y, data, ids, count):
    """Which rows hold their segment's extreme, and how many do, at least 1."""
    hits = equal(data, segment_rows(y, ids))
    number = _unsorted_segment_sum(cast(hits, data.dtype), ids, num_segments=count)
    return hits, maximum(number, ones_like(number))


def _to_extremes(g, y, data, ids, *, num_segments, of_none):
    """The cotangent goes to the extreme rows, in equal parts where several are equal."""
    hits, number = _hits(y, data, ids, num_segments)
    share = segment_rows(g / number, ids)
    return where(hits, share, zeros_like(share))  # not hits * share: 0 * nan would be nan


def _from_extremes(t, y, data, ids, *, num_segments, of_none):
    hits, number = _hits(y, data, ids, num_segments)
    t = where(hits, t, zeros_like(t))
    return _unsorted_segment_sum(t, ids, num_segments=num_segments) / number


for _op in (_unsorted_segment_max, _unsorted_segment_min):
    _op.defvjp(_to_extremes, None)
    _op.defjvp(_from_extremes, None)


def unsorted_segment_max(data, segment_ids, num_segments, name=None):
    """The largest of the rows of `data` that have the same id; of no rows the dtype's smallest.

    Takes and refuses what `unsorted_segment_sum` does. Equal rows share the gradient.
    """
    data, ids, count = _unsorted("unsorted_segment_max", data, segment_ids, num_segments)
    return _unsorted_segment_max(data, ids, num_segments=count, of_none=_limit(data, "min"))


def unsorted_segment_min(data, segment_ids, num_segments, name=None):
    """The smallest of the rows of `data` that have the same id; of no rows the dtype's largest.

    Takes and refuses what `unsorted_segment_sum` does. Equal rows share the gradient.
    """
    data, ids, count = _unsorted("unsorted_segment_min", data, segment_ids, num_segments)
    return _unsorted_segment_min(data, ids, num_segments=count, of_none=_limit(data, "max"))


def _limit(data, which: str):
    """The smallest or largest finite value of a real dtype; the op complains of any other."""
    return 0 if data.dtype.is_complex or data.dtype.is_bool else getattr(data.dtype, which)


def segment_max(data, segment_ids, name=None):
    """The largest of the rows of `data` that have the same id; 0 of no rows.

    Takes and refuses what `segment_sum` does. Equal rows share the gradient.
    """
    data, ids, count = _sorted("segment_max", data, segment_ids)
    return _unsorted_segment_max(data, ids, num_segments=count, of_none=0)


def segment_min(data, segment_ids, name=None):
    """The smallest of the rows of `data` that have the same id; 0 of no rows.

    Takes and refuses what `segment_sum` does. Equal rows share the gradient.
    """
    data, ids, count = _sorted("segment_min", data, segment_ids)
    return _unsorted_segment_min(data, ids, num_segments=count, of_none=0)
