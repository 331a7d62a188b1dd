"""Names of TensorFlow's that order the ops of a graph, and here have little to do."""

import pprint
import sys

import numpy

from .. import nest
from ..arrays import tell_look
from ..engine import convert_to_tensor
from ..errors import InvalidArgumentError
from .array import identity


def executing_eagerly():
    """True: every op is run when it is called."""
    return True


def group(*inputs, **kwargs):
    """An op that is done when all inputs are: they are already. Returns None."""


def no_op(name=None):
    """Does nothing. Returns None."""


def tuple(tensors, control_inputs=None, name=None):
    """The tensors as they are: all of them are computed already."""
    return tensors


def identity_n(input, name=None):
    """The same values, as a list of new tensors.

    Raises:
        InvalidArgumentError: there is none.
    """
    tensors = [identity(convert_to_tensor(x)) for x in input]
    if not tensors:
        raise InvalidArgumentError("identity_n takes one tensor at least. Received: none.")
    return tensors


class AggregationMethod:
    """How TensorFlow's graphs add up gradients; here they are added one by one."""

    ADD_N = 0
    DEFAULT = 0
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


class RegisterGradient:
    """TensorFlow's decorator for the gradient of an op that C++ code added: not supported.

    Raises:
        NotImplementedError: always, with what to do instead.
        TypeError: the name is not a text.
    """

    def __init__(self, op_type):
        if not isinstance(op_type, str):
            raise TypeError(f"op_type must be a string. Received: {op_type!r}.")
        raise NotImplementedError(
            f"RegisterGradient({op_type!r}) is for ops that were added to TensorFlow in C++. Give "
            "a function a gradient of its own with custom_gradient, or make a Primitive with "
            "minitape.engine.primitive and its rules."
        )


def print(*inputs, **kwargs):
    """Prints tensors and other values on the standard error stream, long axes shortened.

    Args:
        *inputs: values, or nested structures of them.
        **kwargs: `output_stream` (a stream with `write`, a function such as `logging.info`, or
            "file:///path", whose end it goes to), `summarize` (how many elements to show at each
            end of an axis, 3 unless given; -1 for all), `sep` (what stands between the inputs),
            `end` (what stands after them) and `name`, which is not used.
    """
    tell_look(None)  # Python's business at each call
    stream = kwargs.pop("output_stream", sys.stderr)
    summarize = kwargs.pop("summarize", 3)
    sep, end = kwargs.pop("sep", " "), kwargs.pop("end", "\n")
    kwargs.pop("name", None)
    if kwargs:
        raise ValueError(
            f"Unrecognized keyword arguments for print: {kwargs}. Only sep, end, output_stream, "
            "summarize and name are valid."
        )
    summarize = 3 if summarize is None else summarize
    text = sep.join(_text(one, summarize) for one in inputs)
    if len(inputs) == 1 and hasattr(inputs[0], "__tensor__") and not inputs[0].shape.rank:
        text = text.strip('"')  # a text alone is printed without quotes
    if isinstance(stream, str) and stream.startswith("file://"):
        with open(stream.removeprefix("file://"), "a") as file:
            file.write(text + end)
    elif callable(stream):
        stream(text)
    else:
        stream.write(text + end)


class _Shown(str):
    """A text that stands in a structure without quotes."""

    __repr__ = str.__str__


def _text(value, summarize: int) -> str:
    if isinstance(value, str):
        return value
    shown = nest.map_structure(
        lambda x: _Shown(_array_text(x.numpy(), summarize)) if hasattr(x, "__tensor__") else x,
        value,
    )
    return pprint.pformat(shown)


def _array_text(array, summarize: int, indent=1) -> str:
    """An array as TensorFlow prints it: the elements without commas, as few digits as needed."""
    if not numpy.ndim(array):
        return _number_text(array)
    rows = [_array_text(row, summarize, indent + 1) for row in array]
    if summarize >= 0 and len(rows) > 2 * summarize:
        rows[summarize:-summarize] = ["..."]
    between = " " if array.ndim == 1 else "\n" * (array.ndim - 1) + " " * indent
    return f"[{between.join(rows)}]"


def _number_text(x) -> str:
    if isinstance(x, (bool, numpy.bool_)):
        return str(int(x))
    if isinstance(x, (bytes, str)):
        return '"{}"'.format(x.decode(errors="replace") if isinstance(x, bytes) else x)
    if isinstance(x, numpy.floating):
        kind, few, many = (float, 15, 17) if x.dtype.itemsize == 8 else (numpy.float32, 6, 9)
        text = f"{x:.{few}g}"
        return text if kind(text) == x or x != x else f"{x:.{many}g}"
    return str(x)
