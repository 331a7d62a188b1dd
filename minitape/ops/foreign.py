"""Functions that TensorFlow needs to call Python from a graph; here they just call."""

import numpy

from .. import nest
from ..arrays import tell_look
from ..engine import convert_to_tensor, only
from ..errors import InvalidArgumentError


def py_function(func=None, inp=None, Tout=None, name=None):
    """`func(*inp)`, its results as tensors of the dtypes `Tout`; differentiable as any code is.

    Args:
        func: a function of tensors.
        inp: a list of tensors or of what becomes one.
        Tout: the dtype of the result, or a list of dtypes of several.
        name: not used.

    Raises:
        InvalidArgumentError: another number of results, or results of another dtype.
        ValueError: `func` can't be called.
    """
    if not callable(func):
        raise ValueError(f"Expected func to be callable. Received func={func!r} of {type(func)}.")
    tell_look(None)  # Python's business at each call
    result = func(*map(convert_to_tensor, inp))
    dtypes = list(Tout) if isinstance(Tout, (list, tuple)) else [Tout]
    if result is None:
        result = []
    results = list(result) if isinstance(result, (list, tuple)) else [result]
    if len(results) != len(dtypes):
        raise InvalidArgumentError(
            f"py_function: func must return the {len(dtypes)} values that Tout announces. "
            f"Received: {len(results)} of them."
        )
    tensors = []
    for value, dtype in zip(results, dtypes, strict=True):
        try:
            tensors.append(convert_to_tensor(value, dtype))
        except (TypeError, ValueError) as error:
            raise InvalidArgumentError(
                f"py_function: func must return what Tout announces, {dtype.name}. {error}"
            ) from error
    return tensors if isinstance(Tout, (list, tuple)) else tensors[0]


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    """`func` applied to NumPy arrays. Not differentiable: what NumPy does isn't recorded.

    Args:
        func: a function of NumPy arrays.
        inp: a list of tensors, arrays or numbers.
        Tout: not used, as in TensorFlow's eager mode: the result has the dtype it has.
        stateful: not used.
        name: not used.

    Returns:
        A tensor, a list of tensors where there are several results, or None.
    """
    tell_look(None)  # Python's business at each call
    arrays = [numpy.array(x) for x in inp]
    with only(()):
        result = func(*arrays)
        results = [None if x is None else convert_to_tensor(x) for x in nest.flatten(result)]
    return results[0] if len(results) == 1 else results
