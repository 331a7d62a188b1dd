"""The checks that each Case is put to: functions `check(case, example)` that raise AssertionError.

Those of PROPERTIES look at minitape alone: derivatives against finite differences and against each
other, inputs unchanged. Those of COMPARISONS look at TensorFlow beside it. `known_point` and
`refusal` check a case's single points and errors, in either library.
"""

import numpy as np

import minitape

from .case import Example
from .derivatives import (
    call_of,
    difference,
    floats,
    gradient,
    second_gradient,
    second_tangent,
    tangent,
)

# Five-point differences with a step of 1e-4 keep some eleven digits of float64's sixteen.
FINITE_DIFFERENCE = 1e-8


# -- comparing -------------------------------------------------------------------------------------


def assert_close(ours, theirs, tolerance: float, what: str) -> None:
    """Raises unless the arrays agree within tolerance times the largest element (or 1)."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape}, expected {theirs.shape}"
    finite = np.abs(theirs[np.isfinite(theirs)]) if theirs.dtype.kind in "fc" else np.zeros(0)
    largest = max(1.0, finite.max(initial=0))
    np.testing.assert_allclose(
        ours, theirs, rtol=tolerance, atol=tolerance * largest, equal_nan=True, err_msg=what
    )


def assert_same(case, ours: list, theirs: list, what: str) -> None:
    """Raises unless both lists hold tensors of the same dtypes, shapes and values, or None."""
    assert len(ours) == len(theirs), f"{what}: {len(ours)} results, expected {len(theirs)}"
    for x, y in zip(ours, theirs, strict=True):
        assert (x is None) == (y is None), f"{what}: {x}, expected {y}"
        if x is None:
            continue
        assert x.dtype.name == y.dtype.name, f"{what}: {x.dtype.name}, expected {y.dtype.name}"
        assert_close(x, y, case.allowed(x.dtype.name), what)


def random_like(rng, tensors) -> list:
    """Random arrays from -1 to 1 of the shapes and dtypes of these tensors."""

    def random(x):
        array = rng.uniform(-1, 1, tuple(x.shape))
        if x.dtype.is_complex:
            array = array + 1j * rng.uniform(-1, 1, tuple(x.shape))
        return array.astype(x.dtype.name)

    return [random(x) for x in tensors]


def drawn(case, example, tf=minitape):
    """(f, tensors, cotangents, directions): a call, and random arrays to differentiate it with."""
    f, xs = call_of(tf, case, example)
    rng = np.random.default_rng(example.seed)
    return f, xs, *(random_like(rng, floats(ts)) for ts in (f(*xs), xs))


def constants(tf, *lists) -> list:
    return [[tf.constant(array) for array in arrays] for arrays in lists]


def inner(xs, ys) -> float:
    """The inner product of two lists of arrays, as of pairs of real numbers if they are complex."""
    return sum(
        float(np.sum(np.conj(np.asarray(x)) * np.asarray(y)).real)
        for x, y in zip(xs, ys, strict=True)
    )


def size_of(xs, ys) -> float:
    """The inner product of the magnitudes: what an error of the inner product is relative to."""
    return max(1.0, sum(float(np.sum(np.abs(np.multiply(x, y)))) for x, y in zip(xs, ys)))  # noqa: B905


# -- minitape alone --------------------------------------------------------------------------------


def vjp_is_the_derivative(case, example: Example) -> None:
    """<J'w, v> is <w, Dv>, with Dv by finite differences."""
    f, xs, w, v = drawn(case, example.in_float64())
    pulled = gradient(minitape, f, xs, *constants(minitape, w), unconnected="zero")
    expected = difference(minitape, f, xs, v)
    error = abs(inner(pulled, v) - inner(w, expected))
    assert error <= FINITE_DIFFERENCE * max(size_of(pulled, v), size_of(w, expected)), (
        f"vjp against finite differences: <J'w, v> = {inner(pulled, v)}, "
        f"expected {inner(w, expected)}"
    )


def jvp_is_the_derivative(case, example: Example) -> None:
    """Jv is Dv, with Dv by finite differences."""
    f, xs, _, v = drawn(case, example.in_float64())
    pushed = tangent(minitape, f, xs, *constants(minitape, v))
    for ours, theirs in zip(pushed, difference(minitape, f, xs, v), strict=True):
        assert_close(ours, theirs, FINITE_DIFFERENCE, "jvp against finite differences")


def vjp_and_jvp_are_transposes(case, example: Example) -> None:
    """<w, Jv> is <J'w, v>."""
    f, xs, w, v = drawn(case, example)
    pulled = gradient(minitape, f, xs, *constants(minitape, w), unconnected="zero")
    pushed = tangent(minitape, f, xs, *constants(minitape, v))
    error = abs(inner(pulled, v) - inner(w, pushed))
    allowed = case.allowed(example.dtype) * max(size_of(pulled, v), size_of(w, pushed))
    assert error <= allowed, f"<J'w, v> = {inner(pulled, v)}, but <w, Jv> = {inner(w, pushed)}"


def second_order_is_right_by_both_routes(case, example: Example) -> None:
    """Reverse over reverse, forward over reverse and finite differences of J'w agree."""
    f, xs, w, u = drawn(case, example.in_float64())
    w, along = constants(minitape, w, u)

    def first(*xs):
        return gradient(minitape, f, xs, w, unconnected="zero")

    by_differences = difference(minitape, first, xs, u)
    forward = second_tangent(minitape, f, xs, w, along)
    reverse = second_gradient(minitape, f, xs, w, along)
    for a, b, c in zip(forward, reverse, by_differences, strict=True):
        b = np.zeros_like(c) if b is None else b
        assert_close(a, c, FINITE_DIFFERENCE, "forward over reverse against finite differences")
        assert_close(b, c, FINITE_DIFFERENCE, "reverse over reverse against finite differences")


class Guard(minitape.engine.Recorder):
    """Remembers what the array of every tensor held when it was first seen."""

    def __init__(self):
        self.seen = {}

    def record(self, op, inputs, output, params):
        for x in (*inputs, *(output if type(output) is tuple else (output,))):
            if x.id not in self.seen:
                self.seen[x.id] = x.array, x.array.tobytes()

    def changed(self) -> list:
        """The arrays that hold something else by now."""
        return [array for array, before in self.seen.values() if array.tobytes() != before]


def run_under(recorder, case, example: Example) -> None:
    """Shows a recorder all that the op does, with its derivatives of first and second order."""
    f, xs, w, u = drawn(case, example)
    w, u = constants(minitape, w, u)
    for x in (*xs, *w, *u):
        recorder.record(None, (), x, {})
    with recorder:
        f(*xs)
        if case.differentiable and floats(xs):
            second_gradient(minitape, f, xs, w, u)
            second_tangent(minitape, f, xs, w, u)


def nothing_is_written_into(case, example: Example) -> None:
    """No tensor changes, bit for bit: inputs, results, cotangents, and all that came between."""
    guard = Guard()
    run_under(guard, case, example)
    assert not guard.changed(), f"{case}: written into {guard.changed()}"


# -- beside TensorFlow -----------------------------------------------------------------------------


def value_is_tensorflows(case, example: Example, tf) -> None:
    """The results have TensorFlow's values, shapes and dtypes."""
    results = []
    for m in (minitape, tf):
        f, xs = call_of(m, case, example)
        results.append(f(*xs))
    assert_same(case, *results, "value")


def _beside(derivative, case, example, tf, *which):
    """The derivative in both libraries, along the same random arrays."""
    _, _, *arrays = drawn(case, example)
    return [
        derivative(m, *call_of(m, case, example), *constants(m, *(arrays[i] for i in which)))
        for m in (minitape, tf)
    ]


def gradient_is_tensorflows(case, example: Example, tf) -> None:
    """J'w has TensorFlow's values and dtypes, and is None where TensorFlow's is."""
    assert_same(case, *_beside(gradient, case, example, tf, 0), "gradient")


def second_order_is_tensorflows(case, example: Example, tf) -> None:
    """The gradient of <J'w, u> is TensorFlow's."""
    if example.dtype == "float16":  # its terms cancel, and leave nothing of three digits
        example = example.in_float64()
    assert_same(case, *_beside(second_gradient, case, example, tf, 0, 1), "second order")


def jvp_is_tensorflows(case, example: Example, tf) -> None:
    """Jv is TensorFlow's."""
    assert_same(case, *_beside(tangent, case, example, tf, 1), "jvp")


# -- single points ---------------------------------------------------------------------------------


def known_point(case, at, tf=minitape) -> None:
    """Value and gradient at a kink, a tie or a singularity are what the case says."""
    for dtype in ("float32", "float64"):
        arrays = tuple(_array(x, dtype) for x in at.inputs)
        f, xs = call_of(tf, case, Example(arrays, at.params, dtype, seed=0))
        ys = f(*xs)
        expected = at.value if isinstance(at.value, tuple) else (at.value,)
        for y, known in zip(ys, expected, strict=True):
            np.testing.assert_allclose(np.asarray(y), known, rtol=1e-6, err_msg="value")
        if not at.gradient:
            continue
        w = None if at.cotangent is None else [tf.constant(_array(at.cotangent, dtype))]
        found = gradient(tf, f, xs, w)
        for d, known in zip(found, at.gradient, strict=True):
            assert (d is None) == (known is None), f"gradient: {d}, expected {known}"
            if d is not None:
                np.testing.assert_allclose(np.asarray(d), known, rtol=1e-6, err_msg="gradient")


def _array(value, dtype) -> np.ndarray:
    array = np.asarray(value)
    return array.astype(dtype) if array.dtype.kind == "f" else array


def refusal(case, bad, tf=minitape) -> None:
    """Bad input raises an error of the name that the case says."""
    raised = None
    try:
        f, xs = call_of(tf, case, Example(bad.arrays, bad.params, "float32", seed=0))
        result = f(*xs)
    except Exception as error:
        raised = error
    assert raised is not None, f"returned {result}, expected {bad.error}"
    name = type(raised).__name__
    assert name == bad.error, f"raised {name}, expected {bad.error}: {raised}"


PROPERTIES = (
    vjp_is_the_derivative,
    jvp_is_the_derivative,
    vjp_and_jvp_are_transposes,
    second_order_is_right_by_both_routes,
)
COMPARISONS = (gradient_is_tensorflows, second_order_is_tensorflows, jvp_is_tensorflows)
