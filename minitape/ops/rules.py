"""How elementwise ops broadcast, said once: every rule below is written as if shapes were equal."""

from collections.abc import Callable
from functools import wraps

import numpy

from ..arrays import array_module, as_array, as_dtype, beside, cpu, explained
from ..arrays import cuda as on_card
from ..arrays.cpu import planned_by
from ..arrays.dispatch import cpu_path
from ..engine import Primitive, Tensor, active, next_id, primitive


class Elementwise(Primitive):
    """An op that works element by element on inputs broadcast against each other.

    Its Jacobian is diagonal, so that one rule per input serves as vjp and as jvp. Rules are
    written for shapes that are all equal; what was broadcast is summed in the vjp.
    """

    def vjp(self, g, y, inputs: tuple, params: dict, wanted) -> list:
        """Each wanted input with its cotangent, which is summed to that input's shape."""
        pairs = super().vjp(g, y, inputs, params, wanted)
        return [(x, to_shape_of(x, d)) for x, d in pairs]

    def call(self) -> Callable:
        """The op as a function."""
        return lambda *inputs, **params: self(*inputs, **params)


# The common cases, one and two inputs, are written out: a training step spends its time in these
# few lines, beside the array library. `call` is what users call; where its short path doesn't
# apply, the op itself converts, checks and complains. What `Tensor(array)` does is written out as
# well: half of its time is Python's way to `__init__`.


_NUMBERS = (float, int)
# The commonest type, which every op with a short path takes: it saves a look at the type's kind.
_FLOAT32 = as_dtype("float32").numpy_dtype
_ndarray, _generic = numpy.ndarray, numpy.generic  # what is neither lies on a card
_new = object.__new__


class Unary(Elementwise):
    """An elementwise op of one input."""

    def vjp(self, g, y, inputs: tuple, params: dict, wanted) -> list:
        rule, x = self.vjps[0], inputs[0]
        if rule is None:
            return []
        return [(x, rule(g, y, x, **params) if params else rule(g, y, x))]

    def call(self) -> Callable:
        """The op as a function."""
        run, forward = self.run, cpu_path(self.run)
        if "f" not in (self.kinds or "f"):
            return lambda x, name=None, **params: self(x, **params)

        def call(x, name=None, **params):
            if type(x) is not Tensor:
                return self(x, **params)
            a = x.array
            if a.dtype is not _FLOAT32 and a.dtype.kind != "f":
                return self(x, **params)
            try:
                if type(a) is not _ndarray and not isinstance(a, _generic):
                    array = run(a, **params)
                else:
                    array = forward(a, **params) if params else forward(a)
            except Exception as error:
                raise explained(error, self.name, (a,), params) from error
            y = _new(Tensor)
            y.array = array
            y.id = next_id()
            for recorder in active.recorders:
                recorder.record(self, (x,), y, params)
            return y

        return call


class Binary(Elementwise):
    """An elementwise op of two inputs."""

    def vjp(self, g, z, inputs: tuple, params: dict, wanted) -> list:
        x, y = inputs
        rule_x, rule_y = self.vjps
        pairs = []
        if rule_x is not None and x.id in wanted:
            dx = rule_x(g, z, x, y)
            if dx.array.shape != x.array.shape:
                dx = sum_to_shape(dx, shape=x.array.shape)
            pairs.append((x, dx))
        if rule_y is not None and y.id in wanted:
            dy = rule_y(g, z, x, y)
            if dy.array.shape != y.array.shape:
                dy = sum_to_shape(dy, shape=y.array.shape)
            pairs.append((y, dy))
        return pairs

    def call(self) -> Callable:
        """The op as a function."""
        run, forward, kinds = self.run, cpu_path(self.run), self.kinds or "biufcO"
        if "f" not in kinds:
            return lambda x, y, name=None: self(x, y)

        def call(x, y, name=None):
            if type(x) is not Tensor or type(y) is not Tensor:
                if type(x) is Tensor and type(y) in _NUMBERS:
                    y = as_array(y, x.dtype)
                    y = Tensor(y if type(x.array) is _ndarray else beside(y, x.array))
                elif type(y) is Tensor and type(x) in _NUMBERS:
                    x = as_array(x, y.dtype)
                    x = Tensor(x if type(y.array) is _ndarray else beside(x, y.array))
                else:
                    return self(x, y)
            a, b = x.array, y.array
            dtype = a.dtype
            if dtype is not b.dtype or (dtype is not _FLOAT32 and dtype.kind not in kinds):
                return self(x, y)
            try:
                on_cpu = type(a) is _ndarray or isinstance(a, _generic)
                array = forward(a, b) if on_cpu else run(a, b)
            except Exception as error:
                raise explained(error, self.name, (a, b), {}) from error
            z = _new(Tensor)
            z.array = array
            z.id = next_id()
            for recorder in active.recorders:
                recorder.record(self, (x, y), z, {})
            return z

        return call


def elementwise(
    *rules: Callable | None,
    tangents: tuple[Callable, ...] | None = None,
    ufunc: Callable | None = None,
    cpu: Callable | None = None,
    plan: Callable | None = None,
    cuda: str | None = None,
    **properties,
) -> Callable:
    """Decorator that makes an elementwise op of a forward on raw arrays.

    Args:
        *rules: one for each input, `(g, y, *inputs)`, written for shapes that are all equal.
        tangents: the rules of the jvp, where they are others: those of functions of complex
            numbers that are not holomorphic.
        ufunc: NumPy's function, where the op is no more than that; what is decorated has no body
            then. Other libraries' arrays answer NumPy's functions by themselves.
        cpu: a kernel, see `Primitive.defkernel`.
        plan: what makes its plans, see `cpu.planned_by`.
        cuda: the result in CUDA C++, of the names of the inputs and parameters, where they are
            floats: `T` is their type.
        **properties: of the Primitive.

    Returns:
        A plain function, which Python can bind as a method: `Tensor.__mul__` is `multiply`.
    """

    def decorate(forward):
        if plan is not None:
            forward = planned_by(plan)(forward)
        kind: type[Elementwise] = {1: Unary, 2: Binary}.get(len(rules), Elementwise)
        if kind is Binary and forward.__code__.co_kwonlyargcount:
            kind = Elementwise  # Binary's short path has no parameters
        op = kind(forward, **properties)
        if ufunc is not None:
            op.forward = op.run = ufunc
        if cpu is not None or cuda is not None:
            names = forward.__code__.co_varnames[: len(rules)]
            on_a_card = None if cuda is None else on_card.elementwise(op.forward, names, cuda)
            op.defkernel(cpu, on_a_card)
        op.vjps = rules
        op.jvps = tuple(rule and _broadcasting(rule) for rule in tangents or rules)
        return wraps(forward)(op.call())

    return decorate


def _broadcasting(rule: Callable) -> Callable:
    """The rule as a jvp: an input's tangent is broadcast to the output's shape first."""

    def jvp(t, y, *inputs, **params):
        if t.array.shape != y.array.shape:
            t = broadcast_to(t, shape=y.array.shape)
        return rule(t, y, *inputs, **params)

    return jvp


@primitive
@planned_by(cpu.repeat_builder)
def broadcast_to(input, *, shape):
    """The input repeated to `shape`, without a copy where the array library can."""
    return array_module(input).broadcast_to(input, shape)


broadcast_to.linear(lambda g, y, x, *, shape: sum_to_shape(g, shape=x.array.shape))


@primitive
def sum_to_shape(x, *, shape):
    """The sum over all that was broadcast: the transpose of `broadcast_to`."""
    added = x.ndim - len(shape)
    stretched = tuple(i + added for i, n in enumerate(shape) if n == 1 and x.shape[i + added] != 1)
    if added or stretched:
        axes = (*range(added), *stretched)
        x = array_module(x).add.reduce(x, axis=axes, keepdims=True).reshape(shape)
    return x


sum_to_shape.defkernel(cpu.sum_to_shape, on_card.sum_to_shape)
sum_to_shape.linear(lambda g, y, x, *, shape: broadcast_to(g, shape=x.array.shape))


def to_shape_of(x, d):
    """The cotangent d of an input x that may have been broadcast, in x's own shape."""
    return d if d.array.shape == x.array.shape else sum_to_shape(d, shape=x.array.shape)
