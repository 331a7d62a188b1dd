"""The structure of matrices: diagonals, bands, traces, transposes. All of it is linear.

Where several diagonals are meant, from k[0] (the lowest) to k[1], they are the rows of one array,
the uppermost first, and as long as the longest. `align` says on which side the shorter ones are
filled up: "RIGHT_LEFT" moves those above the main diagonal to the right and those below it to the
left, so that each column of the array comes from one column of the matrix.
"""

from typing import Any, NamedTuple

import numpy

from ..arrays import array_module
from ..engine import alike, conj, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import reshape, transpose
from .reduce import reduce_sum
from .types import zeros_like

# -- transposes ------------------------------------------------------------------------------------


def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """The last two axes exchanged; the elements conjugated as well, if asked for.

    Raises:
        ValueError: a tensor of fewer than two axes.
    """
    a = convert_to_tensor(a)
    if a.ndim < 2:
        raise ValueError(
            f"Argument `a` should be a (batch) matrix with rank >= 2. Received: shape {a.shape}."
        )
    y = transpose(a, (*range(a.ndim - 2), a.ndim - 1, a.ndim - 2))
    return conj(y) if conjugate and y.dtype.is_complex else y


def adjoint(matrix, name=None):
    """The conjugate transpose of each matrix.

    Raises:
        ValueError: a tensor of fewer than two axes.
    """
    return matrix_transpose(matrix, conjugate=True)


# -- diagonals -------------------------------------------------------------------------------------


class Diagonals(NamedTuple):
    """Some diagonals, from number `lowest` to `highest`, and how they are aligned in an array."""

    lowest: int
    highest: int
    align: str

    def length(self, rows: int, columns: int) -> int:
        """That of the longest one."""
        return min(rows + min(self.highest, 0), columns - max(self.lowest, 0))

    def shape(self, rows: int, columns: int) -> tuple[int, ...]:
        """That of the array; a single diagonal has no axis that counts them."""
        count = self.highest - self.lowest + 1
        length = self.length(rows, columns)
        return (count, length) if count > 1 else (length,)

    def positions(self, rows: int, columns: int) -> tuple[Any, Any, Any]:
        """For each element of the array: its row and column, and whether it is in the matrix."""
        longest = self.length(rows, columns)
        k = numpy.arange(self.highest, self.lowest - 1, -1)[:, None]
        lengths = numpy.minimum(rows + numpy.minimum(k, 0), columns - numpy.maximum(k, 0))
        above, below = self.align.split("_")
        to_right = numpy.where(k >= 0, above == "RIGHT", below == "RIGHT")
        along = numpy.arange(longest) - numpy.where(to_right, longest - lengths, 0)
        inside = (along >= 0) & (along < lengths)
        row, column = along - numpy.minimum(k, 0), along + numpy.maximum(k, 0)
        shape = self.shape(rows, columns)
        return row.reshape(shape), column.reshape(shape), inside.reshape(shape)


def _diagonals(op: str, k, align: str) -> Diagonals:
    if align not in ("LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT"):
        raise InvalidArgumentError(
            f"{op}: align must be 'LEFT_RIGHT', 'RIGHT_LEFT', 'LEFT_LEFT' or 'RIGHT_RIGHT'. "
            f"Received: {align!r}."
        )
    numbers = numpy.asarray(k)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"{op}: k must be an integer or a pair. Received: {k!r}.")
    if numbers.size not in (1, 2) or numbers.ndim > 1:
        raise InvalidArgumentError(f"{op}: k must have one or two elements. Received: {k!r}.")
    lowest, highest = int(numbers.flat[0]), int(numbers.flat[-1])
    if lowest > highest:
        raise InvalidArgumentError(
            f"{op}: the lower diagonal must not be above the upper one. Received: k={k!r}."
        )
    return Diagonals(lowest, highest, align)


def _check_matrix(op: str, x, diagonals: Diagonals) -> None:
    """Raises unless x is a matrix (or several) that has these diagonals."""
    if x.ndim < 2:
        raise InvalidArgumentError(f"{op}: input must be at least 2-dim. Received: {x.shape}.")
    rows, columns = x.shape[-2:]
    for k in diagonals[:2]:
        if not (-rows < k < columns or k == 0):
            raise InvalidArgumentError(
                f"{op}: the diagonals must lie between {1 - rows} and {columns - 1} in shape "
                f"{x.shape}. Received: {k}."
            )


def _padding(value, dtype):
    """The padding value as a number of this dtype; TypeError if it isn't one."""
    if dtype.is_bool:
        return bool(value)
    return convert_to_tensor(value, None if hasattr(value, "__tensor__") else dtype).numpy()[()]


@primitive
def _diag(diagonal, *, diagonals, rows, columns, padding_value):
    row, column, inside = diagonals.positions(rows, columns)
    batch = diagonal.shape[: diagonal.ndim - inside.ndim]
    y = array_module(diagonal).full((*batch, rows, columns), padding_value, diagonal.dtype)
    y[..., row[inside], column[inside]] = diagonal[..., inside]
    return y


_diag.defvjp(
    lambda g, y, x, *, diagonals, rows, columns, padding_value: _diag_part(
        g, diagonals=diagonals, padding_value=0
    )
)
_diag.defjvp(
    lambda t, y, x, *, diagonals, rows, columns, padding_value: _diag(
        t, diagonals=diagonals, rows=rows, columns=columns, padding_value=0
    )
)


@primitive
def _diag_part(input, *, diagonals, padding_value):
    xp = array_module(input)
    row, column, inside = diagonals.positions(*input.shape[-2:])
    if inside.all():
        return input[..., row, column]
    y = xp.full((*input.shape[:-2], *inside.shape), padding_value, input.dtype)
    y[..., inside] = input[..., row[inside], column[inside]]
    return y


_diag_part.defvjp(
    lambda g, y, x, *, diagonals, padding_value: _diag(
        g, diagonals=diagonals, rows=x.shape[-2], columns=x.shape[-1], padding_value=0
    )
)
_diag_part.defjvp(
    lambda t, y, x, *, diagonals, padding_value: _diag_part(t, diagonals=diagonals, padding_value=0)
)


@primitive
def _set_diag(input, diagonal, *, diagonals):
    row, column, inside = diagonals.positions(*input.shape[-2:])
    y = input.copy()
    y[..., row[inside], column[inside]] = diagonal[..., inside]
    return y


_set_diag.defvjp(
    lambda g, y, x, d, *, diagonals: _set_diag(g, zeros_like(d), diagonals=diagonals),
    lambda g, y, x, d, *, diagonals: _diag_part(g, diagonals=diagonals, padding_value=0),
)
_set_diag.defjvp(
    lambda t, y, x, d, *, diagonals: _set_diag(t, zeros_like(d), diagonals=diagonals),
    lambda t, y, x, d, *, diagonals: _set_diag(zeros_like(x), t, diagonals=diagonals),
)


def diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    """Matrices with these elements in their diagonals, and the padding value elsewhere.

    Args:
        diagonal: a vector for each matrix; where k is a pair, an array of several (see above).
        name: not used.
        k: which diagonal: 0 the main one, 1 that above it, -1 that below it; or a pair, from the
            lowest to the highest.
        num_rows: of each matrix; -1 for as many as are needed, and for a square one if num_cols
            isn't given either.
        num_cols: likewise.
        padding_value: a number. No gradient flows to it.
        align: see above.

    Raises:
        InvalidArgumentError: the diagonals don't fit a matrix of this shape.
    """
    x, diagonals = convert_to_tensor(diagonal), _diagonals("diag", k, align)
    count = diagonals.highest - diagonals.lowest + 1
    if x.ndim < (1 if count == 1 else 2):
        raise InvalidArgumentError(
            f"diag: {count} diagonals of at least 1-dim are expected. Received: shape {x.shape}."
        )
    if count > 1 and x.shape[-2] != count:
        raise InvalidArgumentError(
            f"diag: k={k!r} needs {count} diagonals. Received: {x.shape[-2]} of them, in shape "
            f"{x.shape}."
        )
    rows, columns = int(num_rows), int(num_cols)
    fewest_rows = x.shape[-1] - min(diagonals.highest, 0)
    fewest_columns = x.shape[-1] + max(diagonals.lowest, 0)
    if rows == columns == -1:
        rows = columns = max(fewest_rows, fewest_columns)
    rows = fewest_rows if rows == -1 else rows
    columns = fewest_columns if columns == -1 else columns
    too_small = rows < fewest_rows or columns < fewest_columns
    if too_small or (rows != fewest_rows and columns != fewest_columns):
        raise InvalidArgumentError(
            f"diag: diagonals of length {x.shape[-1]} for k={k!r} need {fewest_rows} rows and "
            f"{fewest_columns} columns, and more of only one of them. Received: {rows} rows, "
            f"{columns} columns."
        )
    padding = _padding(padding_value, x.dtype)
    return _diag(x, diagonals=diagonals, rows=rows, columns=columns, padding_value=padding)


def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):
    """The diagonals of matrices: those that `diag` makes such matrices of.

    Args:
        input: a tensor of at least two axes.
        name: not used.
        k: which diagonal, or a pair, from the lowest to the highest.
        padding_value: a number that fills up shorter diagonals. No gradient flows to it.
        align: on which side it does; see above.

    Raises:
        InvalidArgumentError: there is no such diagonal.
    """
    x, diagonals = convert_to_tensor(input), _diagonals("diag_part", k, align)
    _check_matrix("diag_part", x, diagonals)
    return _diag_part(x, diagonals=diagonals, padding_value=_padding(padding_value, x.dtype))


def set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):
    """The matrices with these elements in their diagonals instead; see `diag`.

    Raises:
        InvalidArgumentError: there is no such diagonal, or those given have another shape.
    """
    x, d = alike(input, diagonal)
    diagonals = _diagonals("set_diag", k, align)
    _check_matrix("set_diag", x, diagonals)
    expected = (*x.shape[:-2], *diagonals.shape(*x.shape[-2:]))
    if d.shape != expected:
        raise InvalidArgumentError(
            f"set_diag: the diagonals of k={k!r} in shape {x.shape} have shape {expected}. "
            f"Received: {d.shape}."
        )
    return _set_diag(x, d, diagonals=diagonals)


def trace(x, name=None):
    """The sum of the main diagonal of each matrix."""
    return reduce_sum(diag_part(x), axis=-1)


def tensor_diag(diagonal, name=None):
    """A tensor with all axes doubled: y[i, j, i, j] = diagonal[i, j], and 0 elsewhere."""
    x = convert_to_tensor(diagonal)
    if x.ndim == 0:
        raise InvalidArgumentError("tensor_diag: input must be at least rank 1, got 0.")
    return reshape(diag(reshape(x, (x.array.size,))), (*x.shape, *x.shape))


def tensor_diag_part(input, name=None):
    """The diagonal of a tensor whose axes come twice: y[i, j] = input[i, j, i, j].

    Raises:
        InvalidArgumentError: the second half of the shape is not like the first.
    """
    x = convert_to_tensor(input)
    half = x.shape[: x.ndim // 2]
    if x.shape != (*half, *half):
        raise InvalidArgumentError(
            "tensor_diag_part: the second half of the axes must be like the first. Received: "
            f"shape {x.shape}."
        )
    size = numpy.prod(half, dtype=int)
    return reshape(diag_part(reshape(x, (size, size))), half)


# -- bands -----------------------------------------------------------------------------------------


@primitive
def _band_part(input, *, num_lower, num_upper):
    xp = array_module(input)
    rows, columns = input.shape[-2:]
    above = xp.arange(columns) - xp.arange(rows)[:, None]
    inside = (above >= -num_lower) if num_lower >= 0 else xp.ones((rows, columns), bool)
    if num_upper >= 0:
        inside = inside & (above <= num_upper)
    return xp.where(inside, input, input.dtype.type(0))


_band_part.linear(lambda g, y, x, **band: _band_part(g, **band))


def band_part(input, num_lower, num_upper, name=None):
    """Each matrix with zeros outside a band around its main diagonal.

    Args:
        input: a tensor of at least two axes.
        num_lower: how many diagonals below the main one stay; all if negative.
        num_upper: how many above it.
        name: not used.

    Raises:
        InvalidArgumentError: more diagonals than there are rows or columns.
    """
    x = convert_to_tensor(input)
    if x.ndim < 2:
        raise InvalidArgumentError(f"band_part: input must be at least 2-dim. Received: {x.shape}.")
    band = {}
    for key, given, limit in (
        ("num_lower", num_lower, x.shape[-2]),
        ("num_upper", num_upper, x.shape[-1]),
    ):
        number = numpy.asarray(given)
        if number.dtype.kind not in "iu":
            raise TypeError(f"band_part: {key} must be an integer. Received: {given!r}.")
        if number.ndim or number > limit:
            raise InvalidArgumentError(
                f"band_part: {key} must be a number up to {limit}, or negative for all. Received: "
                f"{given!r}."
            )
        band[key] = int(number)
    return _band_part(x, **band)
