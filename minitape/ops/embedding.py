"""Rows of tables, looked up by number."""

import builtins
from itertools import accumulate

from ..engine import convert_to_tensor
from .array import constant, reshape
from .gather import check_indices, check_integers, gather
from .logic import where
from .math import maximum, sqrt, square
from .order import searchsorted
from .ranges import range
from .reduce import reduce_sum
from .scatter import dynamic_partition, dynamic_stitch
from .types import ones_like


def embedding_lookup(params, ids, max_norm=None, name=None):
    """The rows of a table that `ids` name; the gradient of the table is IndexedSlices.

    Args:
        params: the table; or a list of tables that hold consecutive rows of one large table, of
            equal lengths but for the first ones, which may be one row longer.
        ids: integers of any shape.
        max_norm: rows with a larger Euclidean norm are scaled down to it.
        name: not used.

    Returns:
        A tensor of shape ids.shape + params.shape[1:].

    Raises:
        ValueError: no table.
        InvalidArgumentError: a row that is out of range.
    """
    if params is None or (isinstance(params, list) and not params):
        raise ValueError(
            "embedding_lookup: params must be a table, or a list of at least one. Received: "
            f"{params}."
        )
    ids = convert_to_tensor(ids)
    check_integers("embedding_lookup", ids)
    if not isinstance(params, list) or len(params) == 1:
        table = params[0] if isinstance(params, list) else params
        return _limited(gather(table, ids), max_norm, ids.ndim)
    tables = [convert_to_tensor(table) for table in params]
    ends = list(accumulate(len(table) for table in tables))
    check_indices("embedding_lookup", ids.concrete, ends[-1])
    ids_shape, ids = ids.shape, reshape(ids, (-1,))
    of_table = searchsorted(constant(ends, ids.dtype), ids, side="right")
    rows = ids - gather(constant([0, *ends[:-1]], ids.dtype), of_table)
    places = dynamic_partition(range(len(ids)), of_table, len(tables))
    found = [
        _limited(gather(table, numbers), max_norm, 1)
        for table, numbers in zip(
            tables, dynamic_partition(rows, of_table, len(tables)), strict=True
        )
    ]
    return reshape(dynamic_stitch(places, found), (*ids_shape, *tables[0].shape[1:]))


def _limited(rows, max_norm, first_axis: int):
    """Each row (the axes from `first_axis` on), scaled down to a norm of at most `max_norm`."""
    if max_norm is None:
        return rows
    axes = list(builtins.range(first_axis, rows.ndim))
    squares = reduce_sum(square(rows), axes, keepdims=True)
    positive = squares > 0
    # The root of 0 has no derivative, and a row of zeros no need for one.
    norm = where(positive, sqrt(where(positive, squares, ones_like(squares))), squares)
    return rows * max_norm / maximum(norm, max_norm)
