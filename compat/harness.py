"""The checks that each Case is put to: functions `check(case, example)` that raise AssertionError.

Those of PROPERTIES look at minitape alone: derivatives against finite differences and against each
other, inputs unchanged. Those of COMPARISONS look at TensorFlow beside it. `known_point` and
`refusal` check a case's single points and errors, in either library.
"""

import importlib
from dataclasses import replace

import numpy as np

import minitape
from minitape.engine import Tensor

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
    if theirs.dtype.kind == "c":  # which part of an infinite number is inf or nan, nobody agrees on
        ours, theirs = (np.where(np.isfinite(x), x, np.nan) for x in (ours, theirs))
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


def a_card_computes_the_same(case, example: Example, device: str = "/SIM:0") -> None:
    """On a card there are the same results and gradients, and all of them lie there."""
    if any(array.dtype.kind in "OSU" for array in example.arrays):
        return  # texts stay where Python is
    rng = np.random.default_rng(example.seed)
    with minitape.device("/CPU:0"):  # where there is a GPU, the default is that
        f, xs = call_of(minitape, case, example)
        expected = f(*xs)
    with minitape.device(device):
        f, on_card = call_of(minitape, case, example)
        found = f(*on_card)
    assert_on(device, found)
    assert_same(case, minitape.nest.flatten(found), minitape.nest.flatten(expected), "value")
    if not case.differentiable:
        return
    w = random_like(rng, floats(expected))
    with minitape.device("/CPU:0"):
        expected = gradient(minitape, f, xs, *constants(minitape, w))
    with minitape.device(device):
        found = gradient(minitape, f, on_card, *constants(minitape, w))
    assert_on(device, found)
    assert_same(case, found, expected, "gradient")


def assert_on(device: str, values) -> None:
    """Raises unless all tensors but texts lie on a device."""
    for x in minitape.nest.flatten(values):
        if hasattr(x, "device") and x.dtype.name != "string":
            assert x.device.endswith(f"device:{device.strip('/')}"), f"a result lies on {x.device}"


def laid_out(array: np.ndarray, layout: int) -> np.ndarray:
    """An equal array that lies otherwise in memory, and that can't be written into."""
    if array.ndim == 0:
        view = array.copy()
    elif layout == 0:  # with gaps
        view = np.repeat(array, 2, axis=-1)[..., ::2]
    elif layout == 1 or array.ndim == 1:  # backward
        view = np.flip(np.flip(array).copy())
    else:  # by columns
        view = np.copy(array, order="F")
    view.flags.writeable = False
    return view


def layout_does_not_matter(case, example: Example) -> None:
    """Strided, transposed and reversed inputs and cotangents give the same results."""
    rng = np.random.default_rng(example.seed)
    plain, xs, w, _ = drawn(case, example)
    view = lambda array: Tensor(laid_out(np.asarray(array), rng.integers(3)))  # noqa: E731
    f, views = call_of(minitape, case, example, view)
    assert_same(case, f(*views), plain(*xs), "value of views")
    if case.differentiable and floats(xs):
        ours = gradient(minitape, f, views, [view(array) for array in w])
        theirs = gradient(minitape, plain, xs, *constants(minitape, w))
        assert_same(case, ours, theirs, "gradient of views")


def variables_are_like_tensors(case, example: Example) -> None:
    """A variable as input gives the same results and gradients as a tensor."""
    plain, xs, w, _ = drawn(case, example)
    f, variables = call_of(minitape, case, example, minitape.Variable)
    assert_same(case, f(*variables), plain(*xs), "value of variables")
    if case.differentiable and floats(xs):
        w = constants(minitape, w)
        ours = gradient(minitape, f, variables, *w)
        assert_same(case, ours, gradient(minitape, plain, xs, *w), "gradient of variables")


def replay_is_what_python_does(case, example: Example) -> None:
    """As a `function` that was written down on other values it gives the same bits, and gradients.

    The other values are the same ones backward. Where these make an error, or results of other
    shapes, the function is written down on its own values.
    """
    f, xs, w, _ = drawn(case, example)
    _, others = call_of(minitape, case, example, lambda a: minitape.constant(np.flip(a)))
    w = constants(minitape, w)

    def run(*xs):
        differentiable = case.differentiable and floats(xs)
        return f(*xs) + (gradient(minitape, f, xs, *w) if differentiable else [])

    replayed = minitape.function(run)
    try:
        replayed(*others)
    except Exception:
        replayed(*xs)
    results = []
    for call in (run, replayed):
        minitape.random.set_seed(example.seed)
        results.append(call(*xs))
    for x, y in zip(*results, strict=True):
        assert (x is None) == (y is None), f"replayed: {y}, expected {x}"
        if x is not None:
            x, y = np.asarray(x), np.asarray(y)
            assert (x.dtype, x.shape) == (y.dtype, y.shape), f"replayed: {y}, expected {x}"
            same = np.array_equal(x, y) if x.dtype == object else x.tobytes() == y.tobytes()
            assert same, f"replayed: {y}, expected {x}"


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
    """Jv is TensorFlow's.

    TensorFlow compiles the tangent of an op for 32 shapes, then one for all; where that one fails
    for lack of the shapes, it is asked again as if for the first time.
    """
    try:
        results = _beside(tangent, case, example, tf, 1)
    except Exception:
        importlib.import_module("tensorflow.python.eager.forwardprop")._TRACE_COUNT.clear()
        results = _beside(tangent, case, example, tf, 1)
    assert_same(case, *results, "jvp")


class Outcome(list):
    """Results of a call; or the error that it raised, as text."""

    error = ""


def outcome(compute) -> Outcome:
    """What compute gives, or how it fails."""
    try:
        return Outcome(compute())
    except Exception as error:
        failed = Outcome()
        failed.error = f"{type(error).__name__}: {error}"
        return failed


def assert_alike(case, ours: Outcome, theirs: Outcome, what: str) -> None:
    """Raises unless minitape's results are TensorFlow's, where TensorFlow has any."""
    if not theirs.error:
        assert not ours.error, f"{what}: {ours.error}, expected {theirs}"
        assert_same(case, ours, theirs, what)


def arrays_are_like_tensorflows(case, example: Example, tf) -> None:
    """NumPy arrays as inputs end as they do in TensorFlow."""

    def call(m):
        f, arrays = call_of(m, case, example, np.asarray)
        return [m.convert_to_tensor(y) for y in f(*arrays)]

    ours, theirs = (outcome(lambda m=m: call(m)) for m in (minitape, tf))
    assert_alike(case, ours, theirs, "value of arrays")


def empty_inputs_are_tensorflows(case, example: Example, tf) -> None:
    """With an axis of length 0, and without axes, value and gradient are as in TensorFlow."""
    lengths = sorted({n for array in example.arrays for n in array.shape})
    for length in lengths[:2]:
        cut = [a[tuple(slice(0 if n == length else n) for n in a.shape)] for a in example.arrays]
        _end_alike(case, replace(example, arrays=tuple(cut)), tf, f"without {length}")
    if any(a.ndim for a in example.arrays) and all(a.size for a in example.arrays):
        points = tuple(np.asarray(a.reshape(-1)[0]) for a in example.arrays)
        scalars = replace(example, arrays=points)
        f, xs = call_of(minitape, case, scalars)
        # Some of TensorFlow's kernels abort the process on what has too few axes.
        if not outcome(lambda: f(*xs)).error:
            _end_alike(case, scalars, tf, "without axes")


# By powers of 2, which leave no roundings behind that wouldn't be there otherwise.
SCALES = ((1e3, 2.0**10), (1e10, 2.0**33), (1e30, 2.0**100))


def large_inputs_are_tensorflows(case, example: Example, tf) -> None:
    """Inputs of a thousand times the size, in float32 up to 1e30, end as in TensorFlow."""
    if example.dtype == "float16":  # a thousand is near its end
        return
    for scale, power in SCALES if example.dtype == "float32" else SCALES[:1]:
        if scale <= case.largest[0]:
            arrays = tuple(
                a * a.dtype.type(power) if a.dtype.kind in "fc" else a for a in example.arrays
            )
            _end_alike(case, replace(example, arrays=arrays), tf, f"times {scale:.0e}")


def _end_alike(case, example: Example, tf, what: str) -> None:
    """Compares value and gradient in both libraries, errors, nan and inf included."""
    values, gradients = [], []
    with_gradient = case.differentiable and "gradient_is_tensorflows" not in case.unlike
    for m in (minitape, tf):
        f, xs = call_of(m, case, example)
        values.append(outcome(lambda f=f, xs=xs: f(*xs)))
        if with_gradient and not values[0].error and floats(values[0]):
            rng = np.random.default_rng(example.seed)
            w = constants(m, random_like(rng, floats(values[0])))
            gradients.append(
                outcome(lambda m=m, f=f, xs=xs, w=w: gradient(m, f, xs, *w))
                if floats(xs)
                else Outcome()
            )
    assert_alike(case, *values, f"value {what}")
    if len(gradients) == 2:
        assert_alike(case, *gradients, f"gradient {what}")


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
INPUTS = (layout_does_not_matter, variables_are_like_tensors)
EXTREMES = (
    arrays_are_like_tensorflows,
    empty_inputs_are_tensorflows,
    large_inputs_are_tensorflows,
)
