"""Counting: bins, histograms, confusion matrices; and inverse permutations."""

from ..arrays import array_module, as_dtype
from ..engine import convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import reshape, squeeze
from .gather import _unsorted_segment_sum
from .math import minimum
from .types import cast


def _check(op: str, condition: bool, expected: str, received) -> None:
    if not condition:
        raise InvalidArgumentError(f"{op}: {expected}. Received: {received!r}.")


@primitive(differentiable=False, kinds="iu")
def occurrences(numbers, *, length):
    """How often each number from 0 to `length` - 1 occurs (int64); negative ones are left out."""
    flat = numbers.reshape(-1)
    return array_module(numbers).bincount(flat[flat >= 0], minlength=length).astype("int64")


@primitive(differentiable=False, kinds="iu")
def _bins(values, *, length, by_row):
    """The bin of each value, -1 where there is none; with `by_row`, each row has its own bins."""
    xp = array_module(values)
    first = length * xp.arange(len(values)).reshape(-1, 1) if by_row else 0
    return xp.where(values < length, first + values, -1)


def _counted(bins, length, weights, dtype):
    """How often each bin occurs, or the sum of its weights."""
    if weights is None:
        return cast(occurrences(bins, length=length), dtype)
    return _unsorted_segment_sum(weights, bins, num_segments=length)


def bincount(
    arr,
    weights=None,
    minlength=None,
    maxlength=None,
    dtype="int32",
    name=None,
    axis=None,
    binary_output=False,
):
    """How often each number from 0 to the largest occurs in `arr`.

    Args:
        arr: integers >= 0, of any shape.
        weights: a tensor of arr's shape; then its elements are added instead of ones.
        minlength: how many counts there are at least.
        maxlength: how many at most; larger numbers are left out.
        dtype: of the counts; weighted ones have that of the weights.
        name: not used.
        axis: 0 counts over all (like None), -1 in each row of a matrix by itself.
        binary_output: whether to say 1 instead of how often.

    Raises:
        InvalidArgumentError: a negative number, or shapes or dtypes that don't fit.
        ValueError: another axis, or weights of a binary output.
    """
    values, dtype = convert_to_tensor(arr), as_dtype(dtype)
    if axis not in (None, 0, -1):
        raise ValueError(f"bincount: axis must be 0 or -1. Received: {axis!r}.")
    if binary_output and weights is not None:
        raise ValueError("bincount: give either `weights` or `binary_output`, not both.")
    if not values.dtype.is_integer:
        values = cast(values, "int32")
    _check("bincount", values.dtype.size >= 4, "arr must be int32 or int64", values.dtype)
    if weights is not None:
        weights = convert_to_tensor(weights)
        dtype = weights.dtype
        _check(
            "bincount",
            weights.shape == values.shape,
            f"weights must have arr's shape {values.shape}",
            weights.shape,
        )
    _check(
        "bincount",
        dtype in ("int32", "int64", "float32", "float64"),
        "counts are int32, int64, float32 or float64",
        dtype,
    )
    by_row = axis == -1 and values.ndim > 1
    _check(
        "bincount",
        not by_row or values.ndim == 2,
        "axis -1 needs a vector or a matrix",
        values.shape,
    )

    numbers = values.concrete
    _check("bincount", not (numbers < 0).any(), "numbers must be >= 0", values)
    length = int(numbers.max()) + 1 if numbers.size else 0
    length = length if minlength is None else max(length, int(minlength))
    length = length if maxlength is None else min(length, int(maxlength))
    _check("bincount", length >= 0, "maxlength must be >= 0", maxlength)
    rows = len(values) if by_row else 1
    bins = _bins(values, length=length, by_row=by_row)
    counts = _counted(bins, rows * length, weights, dtype)
    counts = reshape(counts, (rows, length)) if by_row else counts
    return minimum(counts, 1) if binary_output else counts


def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype="int32", name=None):
    """How often (row) label and (column) prediction occurred together.

    Args:
        labels: a vector of class numbers.
        predictions: as many class numbers.
        num_classes: how many classes there are; one more than the largest number unless given.
        weights: a tensor of as many numbers, added instead of ones.
        dtype: of the matrix.
        name: not used.

    Raises:
        InvalidArgumentError: a negative class number, one that is too large, or other shapes.
        ValueError: weights of another shape.
    """
    labels, predictions = convert_to_tensor(labels), convert_to_tensor(predictions)
    if labels.ndim == predictions.ndim + 1 and labels.shape[-1] == 1:
        labels = squeeze(labels, -1)
    if predictions.ndim == labels.ndim + 1 and predictions.shape[-1] == 1:
        predictions = squeeze(predictions, -1)
    _check(
        "confusion_matrix",
        labels.ndim == 1 and labels.shape == predictions.shape,
        "labels and predictions must be vectors of one length",
        (labels.shape, predictions.shape),
    )
    labels, predictions = cast(labels, "int64"), cast(predictions, "int64")
    given = {"labels": labels.array, "predictions": predictions.array}
    if num_classes is None:
        count = 1 + max(int(x.concrete.max(initial=-1)) for x in (labels, predictions))
    else:
        count = int(num_classes)
    for what, x in given.items():
        _check("confusion_matrix", not (x < 0).any(), f"{what} contains negative values", x)
        _check(
            "confusion_matrix",
            not (x >= count).any(),
            f"{what} out of bound: there are {count} classes",
            x,
        )
    if weights is not None:
        weights = cast(weights, dtype)
        if weights.shape != labels.shape:
            raise ValueError(
                f"confusion_matrix: weights must have the labels' shape {labels.shape}. Received: "
                f"{weights.shape}."
            )
    pairs = _counted(labels * count + predictions, count * count, weights, dtype)
    return reshape(pairs, (count, count))


def _histogram_of(op: str, values, value_range, nbins) -> tuple:
    """Values, limits and number of the bins, checked."""
    values = convert_to_tensor(values)
    limits = convert_to_tensor(value_range, values.dtype)
    nbins = int(nbins)
    _check(op, nbins > 0, "nbins must be > 0", nbins)
    _check(
        op,
        limits.shape == (2,) and bool(limits.concrete[0] < limits.concrete[1]),
        "value_range must be two numbers, the first below the second",
        limits,
    )
    numbers = values.concrete
    _check(op, not (numbers != numbers).any(), "values must not contain nan", values)
    return values, limits, nbins


@primitive(differentiable=False, kinds="iuf")
def _histogram_fixed_width(values, limits, *, nbins):
    xp = array_module(values)
    low, high = limits.astype("float64")
    place = xp.floor((values.astype("float64") - low) / ((high - low) / nbins))
    return xp.bincount(xp.clip(place, 0, nbins - 1).astype("int64").ravel(), minlength=nbins)


def histogram_fixed_width(values, value_range, nbins=100, dtype="int32", name=None):
    """How many values fall into each of `nbins` bins of one width; those outside into the ends.

    Args:
        values: numbers, of any shape.
        value_range: where the first bin begins and the last one ends.
        nbins: how many bins.
        dtype: of the counts, int32 or int64.
        name: not used.

    Raises:
        InvalidArgumentError: no bins, an empty range, or nan among the values.
    """
    values, limits, nbins = _histogram_of("histogram_fixed_width", values, value_range, nbins)
    _check(
        "histogram_fixed_width",
        as_dtype(dtype) in ("int32", "int64"),
        "dtype must be int32 or int64",
        dtype,
    )
    return cast(_histogram_fixed_width(values, limits, nbins=nbins), dtype)


@primitive(differentiable=False, kinds="f")
def _histogram_fixed_width_bins(values, limits, *, nbins):
    xp = array_module(values)
    low, high = limits
    place = xp.floor(values.dtype.type(nbins) * ((values - low) / (high - low)))
    return xp.clip(place, 0, nbins - 1)


def histogram_fixed_width_bins(values, value_range, nbins=100, dtype="int32", name=None):
    """For each value the number of its bin, of `nbins` of one width; the ends take those outside.

    Args:
        values: floats, of any shape.
        value_range: where the first bin begins and the last one ends.
        nbins: how many bins.
        dtype: of the numbers.
        name: not used.

    Raises:
        InvalidArgumentError: no bins, an empty range, or nan among the values.
    """
    values, limits, nbins = _histogram_of("histogram_fixed_width_bins", values, value_range, nbins)
    return cast(_histogram_fixed_width_bins(values, limits, nbins=nbins), dtype)


@primitive(differentiable=False, kinds="iu")
def _invert_permutation(x):
    xp = array_module(x)
    if x.ndim != 1 or (xp.sort(x) != xp.arange(x.size)).any():
        raise ValueError(f"a vector of each of 0 to {x.size - 1} once was expected, not {x}")
    return xp.argsort(x).astype(x.dtype)


def invert_permutation(x, name=None):
    """The permutation y with y[x[i]] = i.

    Raises:
        InvalidArgumentError: `x` doesn't hold each of 0 to len(x) - 1 once.
    """
    return _invert_permutation(x)
