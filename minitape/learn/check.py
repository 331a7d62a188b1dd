"""Gradients beside finite differences: `check_gradients`, and TensorFlow's `compute_gradient`.

Both take a complex number for two real ones, its parts. TensorFlow's gradient of a complex tensor
is then the gradient for the parts, and no case needs care of its own.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy

from .. import nest
from ..engine import ForwardAccumulator, GradientTape, Tensor, convert_to_tensor


@dataclass(frozen=True)
class Comparison:
    """One derivative beside its finite differences, where they differ most.

    Attributes:
        what: which derivative: "order 2, forward over reverse".
        where: the input, and the position in it (in forward mode: in the output).
        analytic: what minitape computed there; None where it gave no gradient at all.
        numeric: what finite differences give.
        error: how far they lie apart, relative to the largest element of the derivative.
        agrees: whether that is within the tolerance.
    """

    what: str
    where: str
    analytic: float | None
    numeric: float
    error: float
    agrees: bool

    def __str__(self) -> str:
        found = "None" if self.analytic is None else f"{self.analytic:.10g}"
        return (
            f"{self.what}: {self.where}: analytic {found}, numeric {self.numeric:.10g}, "
            f"relative error {self.error:.1e}"
        )


@dataclass
class GradientReport:
    """What `check_gradients` found.

    Attributes:
        comparisons: all of them, in the order in which they were made.
    """

    comparisons: list[Comparison] = field(default_factory=list)

    @property
    def failures(self) -> list[Comparison]:
        """The comparisons that don't agree."""
        return [one for one in self.comparisons if not one.agrees]

    @property
    def largest_error(self) -> float:
        """The largest relative error."""
        return max((one.error for one in self.comparisons), default=0.0)

    def __str__(self) -> str:
        total = len(self.comparisons)
        if not self.failures:
            return f"{total} derivatives agree; largest relative error {self.largest_error:.1e}"
        lines = [f"{len(self.failures)} of {total} derivatives differ from finite differences:"]
        return "\n  ".join([*lines, *map(str, self.failures)])


class GradientError(AssertionError):
    """A derivative differs from finite differences; the text is the report.

    Attributes:
        report: the GradientReport.
    """

    def __init__(self, report: GradientReport):
        super().__init__(str(report))
        self.report = report


def check_gradients(
    f,
    *inputs,
    order=2,
    modes=("reverse", "forward"),
    rtol=1e-6,
    atol=1e-8,
    step=1e-4,
    elements=200,
    dtype="float64",
    seed=0,
):
    """Compares the derivatives of `f` at `inputs` with finite differences, in all given ways.

    Reverse mode: the gradient of a random weighting of the results, element by element. Forward
    mode: the derivative of the results along a random direction of each input. For order 2 the
    same is done with both of these derivatives in the place of `f`, and so on.

    >>> import minitape as mt
    >>> from minitape.learn import check_gradients
    >>> print(check_gradients(lambda x: mt.sin(x) * x, [1.0, 2.0], order=1))
    2 derivatives agree; largest relative error ...

    Args:
        f: a function of as many tensors, which returns a tensor or a nested structure of them. It
            must give the same result each time, and be smooth at the inputs and near them.
        *inputs: numbers, arrays or tensors; integers are given to `f` as they are.
        order: the highest order of derivatives that is checked.
        modes: "reverse", "forward" or both.
        rtol: the difference allowed, relative to the largest element of the derivative.
        atol: what is allowed besides, relative to the result (or 1): what rounding makes of it.
        step: the step of the differences, relative to each number (or 1).
        elements: how many elements of an input are tried in reverse mode at most, chosen at random.
        dtype: what float inputs are converted to (complex ones to its complex dtype); None leaves
            them as they are, and then `rtol`, `atol` and `step` must suit their precision.
        seed: of the random numbers.

    Returns:
        The GradientReport, if everything agrees.

    Raises:
        GradientError: (an AssertionError) a derivative differs; the report says which and where.
        ValueError: `f` has no result with a derivative, or doesn't repeat its results.
    """
    unknown = set(modes) - {"reverse", "forward"}
    if unknown or not modes:
        raise ValueError(f"modes must be 'reverse', 'forward' or both. Received: {modes!r}.")
    xs = [_input(x, dtype) for x in inputs]
    checker = _Checker(modes, rtol, atol, step, elements, numpy.random.default_rng(seed))
    try:
        checker.check(lambda *xs: _differentiable(f(*xs)), xs, order, "")
    except Exception as error:
        if dtype is not None:
            error.add_note(f"check_gradients runs the function in {dtype}; dtype=None leaves it.")
        raise
    if checker.report.failures:
        raise GradientError(checker.report)
    return checker.report


def _input(x, dtype) -> Tensor:
    """An input as a tensor of the precision that is asked for."""
    array = convert_to_tensor(x).numpy()
    if dtype is not None and array.dtype.kind in "fc":
        precision = numpy.dtype(dtype)
        if array.dtype.kind == "c":
            precision = numpy.result_type(precision, numpy.complex64)
        array = array.astype(precision)
    return convert_to_tensor(array)


def _differentiable(structure) -> list:
    """The leaves of a result that have a derivative."""
    leaves = [convert_to_tensor(y) for y in nest.flatten(structure) if y is not None]
    return [y for y in leaves if y.is_differentiable]


def _parts(array) -> Any:
    """The numbers of an array in a row, those of a complex one as their parts."""
    array = numpy.ascontiguousarray(array).reshape(-1)
    return array.view(array.real.dtype)


def _position(place: int, x) -> str:
    """The index of an element, counted in parts."""
    part = ""
    if x.dtype.is_complex:
        place, imaginary = divmod(place, 2)
        part = ", its imaginary part" if imaginary else ", its real part"
    index = [int(i) for i in numpy.unravel_index(place, tuple(x.shape))]
    return f"at {index}{part}" if index else f"the scalar{part}"


def _moved(x, place: int, distance: float) -> Tensor:
    """The tensor with one number changed."""
    array = x.numpy() if x.ndim else x.numpy()[None]
    _parts(array)[place] += distance
    return convert_to_tensor(array.reshape(tuple(x.shape)))


def _difference(values, step: float) -> Any:
    """The derivative of a function of one number at 0, its arguments being moved by `step`.

    The five-point formula (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h: its error is of order h^4.
    """
    one = values(step) - values(-step)
    two = values(2 * step) - values(-2 * step)
    return (8 * one - two) / (12 * step)


class _Checker:
    """The comparisons of one `check_gradients`, and their settings."""

    def __init__(self, modes, rtol, atol, step, elements, rng):
        self.modes, self.rtol, self.atol, self.step = modes, rtol, atol, step
        self.elements, self.rng = elements, rng
        self.report = GradientReport()

    def check(self, f, xs: list, order: int, of: str, depth=1) -> None:
        """Compares the derivatives of f, a function that returns a list of tensors."""
        results, again = f(*xs), f(*xs)
        if not results:
            raise ValueError(
                "check_gradients: the function must return a tensor of floats or complex numbers, "
                "to have a derivative, and returns none."
            )
        for y, same in zip(results, again, strict=True):
            if not numpy.array_equal(y.numpy(), same.numpy(), equal_nan=True):
                raise ValueError(
                    "check_gradients: the function doesn't repeat its result, as is needed to "
                    f"compare results. Received: {y!r}, then {same!r}. Give its random ops seeds "
                    "(or use stateless ones)."
                )
        places = [i for i, x in enumerate(xs) if x.is_differentiable]
        cotangents, directions = self._like(results), self._like(xs)
        for mode in self.modes:
            what = f"order {depth}, {mode}{of}"
            if mode == "reverse":
                self._reverse(f, xs, places, cotangents, what)
            else:
                self._forward(f, xs, places, directions, what)
        if order > 1 and not self.report.failures:  # what is wrong at first is wrong later
            for mode in self.modes:
                if mode == "reverse":

                    def derived(*xs):
                        return _gradients(f, xs, places, cotangents, "zero")
                else:

                    def derived(*xs):
                        return _tangents(f, xs, places, directions, "zero")

                self.check(derived, xs, order - 1, f" over {mode}{of}", depth + 1)

    def _like(self, tensors) -> list:
        """Random tensors of the shapes and dtypes of these; None in the place of integers."""
        drawn: list = []
        for x in tensors:
            if x.is_differentiable:
                parts = self.rng.uniform(0.5, 1.5, _parts(x.numpy()).size)
                parts *= self.rng.choice([-1, 1], parts.size)
                array = parts.astype(_parts(x.numpy()).dtype).view(x.numpy().dtype)
                drawn.append(convert_to_tensor(array.reshape(tuple(x.shape))))
            else:
                drawn.append(None)
        return drawn

    def _reverse(self, f, xs, places, cotangents, what: str) -> None:
        def weighted(*xs) -> Any:
            pairs = zip(cotangents, f(*xs), strict=True)
            return sum(_parts(w.numpy()) @ _parts(y.numpy()) for w, y in pairs)

        size = abs(weighted(*xs))
        for i, d in zip(places, _gradients(f, xs, places, cotangents, "none"), strict=True):
            x = xs[i]
            numbers = _parts(x.numpy())
            tried = numpy.arange(numbers.size)
            if len(tried) > self.elements:
                tried = numpy.sort(self.rng.choice(tried, self.elements, replace=False))
            numeric = numpy.empty(len(tried))
            for row, place in enumerate(tried):

                def values(distance, i=i, x=x, place=place):
                    return weighted(*xs[:i], _moved(x, place, distance), *xs[i + 1 :])

                step = self.step * max(1.0, abs(float(numbers[place])))
                numeric[row] = _difference(values, step)
            analytic = None if d is None else _parts(d.numpy())[tried]
            names = [f"input {i} of shape {x.shape}, {_position(p, x)}" for p in tried]
            self._compare(what, names, analytic, numeric, size)

    def _forward(self, f, xs, places, directions, what: str) -> None:
        for i in places:
            x, v = xs[i], directions[i]
            step = self.step * max(1.0, float(numpy.abs(x.numpy()).max(initial=0)))

            def values(distance, i=i, x=x, v=v):
                moved = convert_to_tensor(
                    (x.numpy() + distance * v.numpy()).astype(x.numpy().dtype)
                )
                ys = f(*xs[:i], moved, *xs[i + 1 :])
                return numpy.concatenate([_parts(y.numpy()) for y in ys])

            numeric = _difference(values, step)
            ys = f(*xs)
            found = _tangents(f, xs, [i], directions, "none")
            analytic = numpy.concatenate(
                [
                    _parts(numpy.zeros_like(y.numpy()) if t is None else t.numpy())
                    for y, t in zip(ys, found, strict=True)
                ]
            )
            names = [
                f"along input {i} of shape {x.shape}, output {n} {_position(place, y)}"
                for n, y in enumerate(ys)
                for place in range(_parts(y.numpy()).size)
            ]
            given = None if all(t is None for t in found) else analytic
            size = max(float(numpy.abs(y.numpy()).max(initial=0)) for y in ys)
            self._compare(what, names, given, numeric, size)

    def _compare(self, what: str, names: list, analytic, numeric, size: float) -> None:
        """Adds the place where the two differ most to the report."""
        if not len(numeric):
            return
        values = numpy.zeros_like(numeric) if analytic is None else analytic
        apart = numpy.abs(values - numeric)
        worst = int(numpy.argmax(numpy.where(numpy.isnan(apart), numpy.inf, apart)))
        scale = float(max(numpy.abs(values).max(), numpy.abs(numeric).max()))
        allowed = self.rtol * scale + self.atol * max(1.0, float(size))
        self.report.comparisons.append(
            Comparison(
                what,
                names[worst],
                None if analytic is None else float(analytic[worst]),
                float(numeric[worst]),
                float(apart[worst] / scale) if scale else 0.0,
                bool(apart[worst] <= allowed),
            )
        )


def _gradients(f, xs, places: list, cotangents: list, unconnected: str) -> list:
    """J'w for the inputs at these places."""
    sources = [xs[i] for i in places]
    with GradientTape() as tape:
        tape.watch(sources)
        ys = f(*xs)
    found = tape.gradient(ys, sources, cotangents, unconnected)
    return [None if d is None else convert_to_tensor(d) for d in found]


def _tangents(f, xs, places: list, directions: list, unconnected: str) -> list:
    """J v for the results, v being the directions of the inputs at these places."""
    primals, tangents = [xs[i] for i in places], [directions[i] for i in places]
    with ForwardAccumulator(primals, tangents) as accumulator:
        ys = f(*xs)
    found = accumulator.jvp(ys, unconnected)
    return [None if t is None else convert_to_tensor(t) for t in found]


def compute_gradient(f, x, delta=None):
    """The Jacobians of `f` by the tape and by central differences: `tf.test.compute_gradient`.

    Args:
        f: a function that returns one tensor.
        x: the list of its arguments.
        delta: the step of the differences, 1/1024 unless given.

    Returns:
        (the tape's Jacobians, those of the differences): in each a matrix for each argument, with
        a row for each number of the result and a column for each number of the argument.

    Raises:
        ValueError: `x` is not a list or tuple.
        TypeError: an argument or the result is not of floats or complex numbers.
    """
    if not isinstance(x, (list, tuple)):
        raise ValueError(
            "`x` must be a list or tuple of values convertible to a Tensor (arguments to `f`), "
            f"not a {type(x)}"
        )
    delta = 1 / 1024 if delta is None else delta
    xs = [convert_to_tensor(convert_to_tensor(one).numpy()) for one in x]
    y = f(*xs)
    for role, tensor in [*((f"argument {i}", one) for i, one in enumerate(xs)), ("y", y)]:
        if not getattr(tensor, "is_differentiable", False):
            raise TypeError(
                f"Cannot compute gradient for unsupported type of {role}: expected a tensor of "
                f"floats or complex numbers. Received: {tensor!r}."
            )
    pairs = [(_by_tape(f, y, xs, i), _by_differences(f, y, xs, i, delta)) for i in range(len(xs))]
    return tuple(zip(*pairs, strict=True))


def _by_tape(f, y, xs, i: int) -> Any:
    parts = _parts(y.numpy())
    jacobian = numpy.zeros((parts.size, _parts(xs[i].numpy()).size), _parts(xs[i].numpy()).dtype)
    for row in range(parts.size):
        unit = numpy.zeros_like(parts)
        unit[row] = 1
        cotangent = unit.view(y.numpy().dtype).reshape(tuple(y.shape))
        (d,) = _gradients(lambda *xs: [f(*xs)], xs, [i], [convert_to_tensor(cotangent)], "zero")
        jacobian[row] = _parts(d.numpy())
    return jacobian


def _by_differences(f, y, xs, i: int, delta: float) -> Any:
    columns = _parts(xs[i].numpy()).size
    parts = _parts(y.numpy())
    jacobian = numpy.zeros((parts.size, columns), _parts(xs[i].numpy()).dtype)
    for column in range(columns):
        high, low = (
            f(*xs[:i], _moved(xs[i], column, distance), *xs[i + 1 :])
            for distance in (delta, -delta)
        )
        jacobian[:, column] = (_parts(high.numpy()) - _parts(low.numpy())) / parts.dtype.type(
            2 * delta
        )
    return jacobian
