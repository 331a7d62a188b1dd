"""Small programs of which minitape and TensorFlow must make the same, whatever that is.

Unlike `programs`, nothing is expected in writing: what TensorFlow does is what counts, a result or
the name of an error.
"""

import inspect

import numpy as np
import tensorflow

import minitape
from minitape import nest


def outcome(run, tf):
    """What a program returns, as arrays and plain values, or the name of the error it raises."""
    try:
        result = run(tf)
    except Exception as error:
        return f"raises {type(error).__name__}"
    return nest.map_structure(_plain, result)


def _plain(x):
    if x is None or isinstance(x, (str, bool, int, float)):
        return x
    if type(x).__name__ == "IndexedSlices":
        return ["slices", np.asarray(x.indices), np.asarray(x.values)]
    return np.asarray(x)


def assert_same_outcome(run, rtol=1e-6, atol=1e-6, ours=minitape) -> None:
    """Raises unless a program does the same on both libraries."""
    ours, theirs = outcome(run, ours), outcome(run, tensorflow)
    source = inspect.getsource(run).strip()
    nest.assert_same_structure(ours, theirs)
    for x, y in zip(nest.flatten(ours), nest.flatten(theirs), strict=True):
        if not isinstance(y, np.ndarray):
            assert type(x) is type(y), f"{source}: {ours}, expected {theirs}"
            assert x == y, f"{source}: {ours}, expected {theirs}"
            continue
        assert x.dtype == y.dtype, f"{source}: {x.dtype}, expected {y.dtype}"
        if y.dtype.kind in "fc":
            np.testing.assert_allclose(x, y, rtol=rtol, atol=atol, err_msg=source)
        else:
            np.testing.assert_array_equal(x, y, err_msg=source)
