"""Primitive: a forward function on raw arrays together with its derivative rules."""

from collections.abc import Callable
from functools import partial, update_wrapper
from operator import attrgetter
from typing import Any

from .. import nest
from ..arrays import array_module, as_dtype, check_dtypes, is_array, with_kernel
from ..arrays.complaints import explained
from ..arrays.devices import beside, new_array
from .recording import active
from .tensor import Tensor

# Every primitive by name: what there is to differentiate, to test and to document.
PRIMITIVES: dict[str, "Primitive"] = {}

_raw_array = attrgetter("array")


class Primitive:
    """An op: a call runs the forward, or its kernel, on raw arrays and shows recorders an Entry.

    A rule has the signature `(g, y, *inputs, **params)`: g the cotangent of the output y (in a
    vjp) or the tangent of one input (in a jvp). Rules are written in ops, so that derivatives of
    derivatives come by themselves. For an op with several outputs, g and y are tuples.

    With complex numbers a cotangent c means Re(sum(c_y dy)) = Re(sum(c_x dx)): so the rule of a
    holomorphic op is that of the real one, with no conjugate in it. TensorFlow's gradient is the
    conjugate of c; the tape takes it where cotangents enter and leave.

    Attributes:
        forward: raw arrays in, raw array (or a tuple of them) out; never writes into its inputs.
        differentiable: False for ops whose output doesn't vary smoothly (comparisons, argmax).
        mixed: True where the inputs may have different dtypes (indices beside values, say).
        kinds: NumPy's letters for what the first input may hold ("fc", "iu", "b"); "" for anything.
        registered: False for an op made while the program runs, by custom_gradient.
        passes_slices: True where the vjp hands on IndexedSlices as they are; others get them dense.
    """

    passes_slices = False
    vjps: tuple[Callable | None, ...] = ()
    jvps: tuple[Callable | None, ...] = ()
    vjp_all: Callable | None = None

    def __init__(
        self, forward: Callable, differentiable=True, mixed=False, kinds="", registered=True
    ):
        update_wrapper(self, forward)  # help() shows the forward's signature and docstring
        self.name = forward.__name__.removeprefix("_")
        self.forward = self.run = forward
        self.differentiable, self.mixed, self.kinds = differentiable, mixed, kinds
        self.registered = registered
        if registered:
            PRIMITIVES[self.name] = self

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def defkernel(self, cpu: Callable | None = None, cuda: Callable | None = None) -> None:
        """Compiled ways to compute the forward; NotImplemented for what they aren't made for."""
        self.run = with_kernel(self.forward, cpu, cuda)

    def defvjp(self, *rules: Callable | None) -> None:
        """One rule per input: the cotangent of that input. None where there is no gradient."""
        self.vjps = rules

    def defvjp_all(self, rule: Callable) -> None:
        """One rule for all inputs: it returns a list with a cotangent (or None) for each."""
        self.vjp_all = rule

    def defjvp(self, *rules: Callable | None) -> None:
        """One rule per input: the output's tangent made by that input's tangent g."""
        self.jvps = rules

    def linear(self, *rules: Callable | None) -> None:
        """`defvjp` for an op that is linear in each input: its jvp is the op itself."""
        self.vjps = rules
        self.jvps = tuple(rule and partial(self._with_input, i) for i, rule in enumerate(rules))

    def _with_input(self, i: int, g, y, *inputs, **params) -> Any:
        return self(*inputs[:i], g, *inputs[i + 1 :], **params)

    def vjp(self, g, y, inputs: tuple, params: dict, wanted) -> list:
        """Given the output's cotangent: pairs of an input whose id is wanted and its cotangent."""
        if self.vjp_all is not None:
            found = zip(inputs, self.vjp_all(g, y, *inputs, **params), strict=True)
            return [(x, d) for x, d in found if x.id in wanted]
        pairs = zip(inputs, self.vjps, strict=True)
        return [(x, rule(g, y, *inputs, **params)) for x, rule in pairs if rule and x.id in wanted]

    def __call__(self, *inputs, **params) -> Any:
        for x in inputs:
            if type(x) is not Tensor:
                for candidate in inputs:
                    if hasattr(candidate, "__symbolic__"):
                        return candidate.__symbolic__(self, inputs, params)
                inputs = tuple(map(convert_to_tensor, inputs)) if self.mixed else alike(*inputs)
                break
        arrays = list(map(_raw_array, inputs))
        if self.kinds or not self.mixed:
            check_dtypes(self.name, arrays, self.kinds, self.mixed)
        try:
            result = self.run(*arrays, **params)
        except Exception as error:
            raise explained(error, self.name, arrays, params) from error
        output = tuple(map(Tensor, result)) if type(result) is tuple else Tensor(result)
        for recorder in active.recorders:
            recorder.record(self, inputs, output, params)
        return output


def primitive(forward: Callable | None = None, **properties) -> Any:
    """Decorator that makes a Primitive, with these properties, of a forward on raw arrays."""
    return Primitive(forward, **properties) if forward else partial(Primitive, **properties)


@primitive
def pack(*tensors):
    """Tensors of one shape along a new first axis."""
    return array_module(tensors[0]).stack(tensors)


pack.defvjp_all(lambda g, y, *tensors: [g[i] for i in range(len(tensors))])


@primitive
def conj(x):
    """The complex conjugate, elementwise; x itself where it is real."""
    return array_module(x).conj(x) if x.dtype.kind == "c" else x


conj.linear(lambda g, y, x: conj(g))


def convert_to_tensor(value, dtype=None, dtype_hint=None, name=None) -> Any:
    """The Tensor meant by a number, a list, an array, a Variable or a Tensor (given as it is).

    Args:
        value: what to convert. Arrays are copied, so that later writes don't reach the tensor.
        dtype: the type it must have; Python floats become float32, integers int32 without it.
        dtype_hint: a type to prefer, where the values fit.
        name: not used.

    Raises:
        ValueError: a Tensor of another dtype (there is no silent cast), or not convertible.
        TypeError: floats for an integer dtype.
    """
    dtype = None if dtype is None else as_dtype(dtype)
    is_list = isinstance(value, (list, tuple))
    if is_list and any(hasattr(x, "__tensor__") for x in nest.flatten(value)):
        return pack(*(value if dtype is None else [convert_to_tensor(x, dtype) for x in value]))
    if not hasattr(value, "__tensor__"):
        return Tensor(new_array(value, dtype, dtype_hint))
    tensor = value.__tensor__()
    if dtype is not None and tensor.dtype != dtype:
        raise ValueError(
            f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
            f"{as_dtype(tensor.dtype).name}: {tensor!r}. Use minitape.cast to convert it."
        )
    return tensor


def alike(*values) -> tuple:
    """The values as tensors of one dtype and device: the first tensor's, else the first value's."""
    first = next((x for x in values if hasattr(x, "__tensor__")), None)
    first = convert_to_tensor(values[0]) if first is None else first
    tensors = []
    for x in values:
        if not hasattr(x, "__tensor__"):  # an array adopts the dtype if it fits, a number must
            x = convert_to_tensor(x, *((None, first.dtype) if is_array(x) else (first.dtype, None)))
            x = Tensor(beside(x.array, getattr(first, "array", x.array)))
        tensors.append(x.__tensor__())
    return tuple(tensors)
