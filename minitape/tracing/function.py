"""`tf.function`: a function that is run once, written down, and replayed from then on."""

import functools
import inspect
import logging
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy

from .. import nest
from ..arrays import as_dtype, device_of
from ..engine import Tensor, active, convert_to_tensor
from ..engine.primitive import PRIMITIVES
from ..engine.variable import Variable
from ..settings import functions_run_eagerly, seeds
from .compiled import compiled
from .graphs import Replayed
from .passes import ALL, after, text_of_passes
from .program import Check, is_stateful
from .recorder import Tracer

_log = logging.getLogger("minitape")
_identity = PRIMITIVES["identity"]
_MANY = 8  # programs of one function, from which on it says that it makes so many
_WAYS = 8  # ways through a function, for arguments of one signature, that have programs
ANOTHER_WAY = object()  # what a program gives where Python would have gone another way


class InPython(NamedTuple):
    """What is kept of a call where Python has to run at each call: the reason."""

    why_not: str


class Trace:
    """What is kept of a call for later calls with the same signature that go the same way.

    Args:
        tracer: what wrote the call down.
        results: what the call gave.
        takes_logits: whether it was given tensors that remember their logits.

    Attributes:
        recorded: the program as it was written down.
        plan: what is computed where nobody records.
        run: what computes it, of arrays.
        needs_python: whether Python has to run where somebody records: there are custom gradients
            in it, which know the first call's values alone, or decisions.
    """

    def __init__(self, tracer: Tracer, results: Any, takes_logits: bool):
        self._takes_logits = takes_logits
        self.needs_python = tracer.own_gradients or tracer.decision is not None
        leaves = nest.flatten(results)
        tensors = [x for x in leaves if isinstance(x, Tensor)]
        # Where somebody records, no line is left out or shared: sums of gradients keep their order.
        self.recorded, self._followed = tracer.programs([*tensors, *_logits(tensors)])
        self._captured = list(tracer.captured.values())
        self.plan = after(ALL, self.recorded)
        self.run = Replayed(self.plan) if self.plan.on_card else compiled(self.plan)
        kinds = [Check if isinstance(x, Check) else is_stateful(x) for x in self.plan.lines]
        self._draws_before_check = True in kinds and Check in kinds[kinds.index(True) :]
        places = iter(range(len(tensors)))
        self._results = nest.map_structure(
            lambda x: _Place(next(places)) if isinstance(x, Tensor) else x, results
        )
        self._with_logits = [i for i, x in enumerate(tensors) if hasattr(x, "keras_logits")]

    def __call__(self, tensors: list[Tensor]) -> Any:
        if self._takes_logits:
            tensors = [*tensors, *_logits(tensors)]
        if active.recorders:
            values = self._followed.replay([*tensors, *self._captured])
        else:
            state = seeds.state() if self._draws_before_check else None
            arrays = self.run(*[x.array for x in tensors])
            if arrays is None:
                if state is not None:
                    seeds.set_state(state)
                return ANOTHER_WAY
            values = list(map(Tensor, arrays))
        if self._with_logits:
            logits = values[-len(self._with_logits) :]
            for i, one in zip(self._with_logits, logits, strict=True):
                values[i].keras_logits = one
        return _filled(self._results, values)


class _Call(NamedTuple):
    """The arguments of a call, the tensors among them, and what tells signatures apart."""

    key: Any
    tensors: list[Tensor]
    args: tuple
    kwargs: dict


class Function:
    """A Python function with a program for each signature: see `function`."""

    def __init__(self, python_function: Callable, input_signature=None, autograph=True):
        functools.update_wrapper(self, python_function)
        self.python_function = python_function
        self.input_signature = None if input_signature is None else tuple(input_signature)
        self._autograph = autograph
        self._traces: dict[Any, list[Trace] | InPython] = {}  # several ways each
        self._of_instance: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()

    def __getstate__(self) -> dict:
        # A copy begins without programs: those read and assign the variables of the original.
        kept = vars(self).keys() - {"_traces", "_of_instance"}
        return {name: vars(self)[name] for name in kept}

    def __setstate__(self, state: dict) -> None:
        vars(self).update(state, _traces={}, _of_instance=weakref.WeakKeyDictionary())

    def __get__(self, instance, owner=None):
        """As a method it has programs for each instance, which go when the instance does."""
        if instance is None:
            return self
        bound = self._of_instance.get(instance)
        if bound is None:
            # The instance must not be kept alive by what is kept for it.
            method = weakref.WeakMethod(self.python_function.__get__(instance))
            bound = Function(_calling(method), self.input_signature, self._autograph)
            functools.update_wrapper(bound, self.python_function)
            self._of_instance[instance] = bound
        return bound

    def __call__(self, *args, **kwargs) -> Any:
        if functions_run_eagerly() or (active.recorders and _python_is_wanted()):
            return self.python_function(*args, **kwargs)
        call = self._call_of(args, kwargs)
        ways = self._traces.get(call.key, [])
        if isinstance(ways, InPython):
            return self._in_python(call)
        if ways and ways[0].needs_python and active.recorders:
            return self._in_python(call)
        for trace in ways:
            results = trace(call.tensors)
            if results is not ANOTHER_WAY:
                if trace is not ways[0]:  # the next call may well go the same way
                    self._traces[call.key] = [trace, *(x for x in ways if x is not trace)]
                return results
        return self._trace(call)

    def _call_of(self, args: tuple, kwargs: dict) -> "_Call":
        if self.input_signature is not None:  # by position, and as it wants them
            bound = inspect.signature(self.python_function).bind(*args, **kwargs)
            bound.apply_defaults()
            args, kwargs = _of_spec(self.input_signature, tuple(bound.arguments.values())), {}
        tensors: list[Tensor] = []
        key = (_key(args, tensors), _key(kwargs, tensors) if kwargs else None)
        return _Call(key, tensors, args, kwargs)

    def _in_python(self, call: "_Call") -> Any:
        """What the Python function makes of the arguments, arrays as tensors; as tensors, too."""
        given = iter(call.tensors)
        args, kwargs = _with_tensors(call.args, given), _with_tensors(call.kwargs, given)
        return nest.map_structure(_as_result, self.python_function(*args, **kwargs))

    def _trace(self, call: "_Call") -> Any:
        """Runs Python once, and keeps the program."""
        # A tensor that stands here twice, or that the function knows from elsewhere, too, need not
        # be the same one in the next call: each argument is a tensor of its own.
        tensors = list(map(_copied, call.tensors))
        logits = _logits(tensors)
        tracer = Tracer([*tensors, *logits], self._autograph)
        with tracer:
            results = self._in_python(call._replace(tensors=tensors))
        ways: Any = self._traces.get(call.key, [])
        why_not = tracer.why_not
        if len(ways) == _WAYS:
            why_not = f"{tracer.decision}, in more than {_WAYS} ways"
        if why_not is not None:
            _log.info("function %s runs in Python each time: %s.", self._name, why_not)
            self._traces[call.key] = InPython(why_not)
        elif not tracer.made_variables:  # otherwise the next call is the first of its kind
            self._traces[call.key] = [*ways, Trace(tracer, results, bool(logits))]
            if not ways:
                self._warn()
        return results

    def __repr__(self) -> str:
        return f"<tf.function of {self.python_function!r}>"

    @property
    def _name(self) -> str:
        return getattr(self.python_function, "__qualname__", repr(self.python_function))

    def _warn(self) -> None:
        if len(self._traces) == _MANY:
            _log.warning(
                "function %s has been traced %d times, which is slow. A new program is made for "
                "each new shape, dtype, and value of an argument that is no tensor: pass numbers "
                "that change as tensors (constant(n)), and make the function once, outside loops.",
                self._name,
                _MANY,
            )

    def program(self, *args, **kwargs) -> str:
        """The program of a call with these arguments, as text; it is run for that if it is new.

        Where a tensor decides there is one for each way that calls went so far.

        Raises:
            ValueError: there is none, because Python has to run each time; the error says why.
        """
        return "\n\n".join(str(trace.plan) for trace in self._ways_of(args, kwargs))

    def passes(self, *args, **kwargs) -> str:
        """The program as it was written down and after each pass, with how much memory it needs.

        Raises:
            ValueError: there is none, because Python has to run each time; the error says why.
        """
        return "\n\n".join(text_of_passes(x.recorded) for x in self._ways_of(args, kwargs))

    def graph(self, *args, **kwargs) -> str:
        """How the kernels of a call with these arguments are launched on a card, and why so.

        A program is written down as one CUDA graph, which takes one launch, unless it looks at
        values on the way, or does something else that can't be written down.

        Raises:
            ValueError: there is no program, because Python has to run each time; or it runs on the
                CPU.
        """
        runs = [trace.run for trace in self._ways_of(args, kwargs)]
        if not all(isinstance(run, Replayed) for run in runs):
            raise ValueError(
                f"function {self._name} runs on the CPU with these arguments, and a program on a "
                "card is needed: call it under minitape.device('/GPU:0')."
            )
        return "\n".join(map(str, runs))

    def _ways_of(self, args: tuple, kwargs: dict) -> list[Trace]:
        """What is kept for calls with these arguments, which have programs."""
        call = self._call_of(args, kwargs)
        for _ in range(2):  # the first call may make variables
            if call.key not in self._traces:
                self._trace(call)
        ways = self._traces.get(call.key)
        if not isinstance(ways, list):
            why = "it makes variables at each call" if ways is None else ways.why_not
            raise ValueError(f"function {self._name} has no program: {why}.")
        return ways

    def get_concrete_function(self, *args, **kwargs) -> Callable:
        """The function itself: its programs are found by the arguments of a call."""
        return self


def _python_is_wanted() -> bool:
    """Whether somebody listens who wants the user's own lines, as a tracer of NaNs does."""
    return any(getattr(recorder, "runs_in_python", False) for recorder in active.recorders)


class _Place(int):
    """Where a result stands among the tensors that a program returns."""


def _copied(x: Tensor) -> Tensor:
    """The same tensor to whoever records, with an array object and an id of its own."""
    copy = Tensor(x.array[...])
    for recorder in active.recorders:
        recorder.record(_identity, (x,), copy, {})
    if hasattr(x, "keras_logits"):
        copy.keras_logits = _copied(x.keras_logits)
    return copy


def _logits(tensors: list[Tensor]) -> list[Tensor]:
    """What Keras' losses look at in place of probabilities, where tensors remember it."""
    return [x.keras_logits for x in tensors if hasattr(x, "keras_logits")]


def _filled(structure, values: list) -> Any:
    if type(structure) is _Place:
        return values[structure]
    kind = type(structure)
    if kind is dict:
        return {name: _filled(one, values) for name, one in structure.items()}
    if kind is list or kind is tuple:
        return kind([_filled(one, values) for one in structure])
    if nest.is_nested(structure):
        leaves = [_filled(one, values) for one in nest.flatten(structure)]
        return nest.pack_sequence_as(structure, leaves)
    return structure


def _as_result(value) -> Any:
    """A result as a tensor, where it can be one; other objects are given back as they are."""
    if isinstance(value, Tensor):
        return value
    if hasattr(value, "__tensor__") or isinstance(value, (bool, int, float, numpy.ndarray)):
        return convert_to_tensor(value)
    return value


def _key(value, tensors: list[Tensor]) -> Any:
    """What two values must share for one program to serve both; collects their tensors."""
    kind = type(value)
    if kind is Tensor:
        tensors.append(value)
        array = value.array
        if hasattr(value, "keras_logits"):
            return array.shape, array.dtype, _key(value.keras_logits, [])
        if type(array) is numpy.ndarray or isinstance(array, numpy.generic):
            return array.shape, array.dtype
        return array.shape, array.dtype, device_of(array)  # programs on a card are others
    if kind is tuple or kind is list:
        return (kind, *[_key(one, tensors) for one in value])
    if kind is dict:
        return (kind, *[(name, _key(value[name], tensors)) for name in sorted(value)])
    if isinstance(value, Tensor | numpy.ndarray | numpy.generic):
        return _key(convert_to_tensor(value), tensors)
    if isinstance(value, Variable):
        return kind, value.id
    if nest.is_nested(value):
        return (kind, *[_key(one, tensors) for one in nest.flatten(value)])
    try:
        hash(value)
    except TypeError:
        raise TypeError(
            f"function: an argument must be a tensor, an array, or hashable. Received: {value!r}."
        ) from None
    return kind, value


def _with_tensors(structure, tensors) -> Any:
    """The arguments with a tensor in place of each array."""
    return nest.map_structure(
        lambda x: next(tensors) if isinstance(x, Tensor | numpy.ndarray | numpy.generic) else x,
        structure,
    )


def _of_spec(spec, value) -> Any:
    """An argument as its spec, or a structure of specs, wants it.

    Raises:
        TypeError: it is of another shape or dtype, or another structure.
    """
    if isinstance(spec, dict):
        return {name: _of_spec(one, value[name]) for name, one in spec.items()}
    if nest.is_nested(spec):
        if not nest.is_nested(value) or len(value) != len(spec):
            raise TypeError(
                f"function: the arguments do not match its input_signature. Expected: {spec}. "
                f"Received: {value!r}."
            )
        return tuple(map(_of_spec, spec, value))
    tensor = convert_to_tensor(value, dtype_hint=as_dtype(spec.dtype))
    if tensor.dtype != spec.dtype or not tensor.shape.is_compatible_with(spec.shape):
        raise TypeError(
            f"function: an argument does not match its input_signature. Expected: {spec}. "
            f"Received: a tensor of shape {tensor.shape} and dtype {tensor.dtype.name}."
        )
    return tensor


def _calling(method: weakref.WeakMethod) -> Callable:
    """A function that calls a method as long as its object lives."""

    def call(*args, **kwargs):
        bound = method()
        if bound is None:
            raise ReferenceError(
                "The object whose method this function is has gone: keep it, not its method alone."
            )
        return bound(*args, **kwargs)

    call.__signature__ = inspect.signature(method())  # type: ignore[attr-defined,arg-type]
    return call


def function(
    func=None,
    input_signature=None,
    autograph=True,
    jit_compile=None,
    reduce_retracing=False,
    **experimental,
) -> Any:
    """Decorator: the function runs as a program that is written down at its first call.

    The first call with arguments of new shapes and dtypes runs Python, and every op that it runs
    is recorded. Later calls replay these ops without Python: variables are read and assigned, and
    random numbers drawn, as the Python function would. Python's own side effects (printing, lists
    that grow) happen at the first call alone, and a number that isn't a tensor is a constant.

    Args:
        func: the function.
        input_signature: a TensorSpec for each argument: others are refused.
        autograph: whether Python may decide by a tensor, as in `if x > 0`: each way that it goes
            has a program, up to eight; with more of them it runs at each call. Without it that is
            an error; `cond` and `while_loop` decide in any case.
        jit_compile: accepted for TensorFlow's scripts.
        reduce_retracing: accepted for TensorFlow's scripts; a program serves one set of shapes.
        **experimental: accepted for TensorFlow's scripts.

    Raises:
        TypeError: (at a call) an argument doesn't match the input signature, or the function makes
            a Python number of a tensor.
    """

    def decorate(f):
        return Function(f, input_signature, autograph)

    return decorate if func is None else decorate(func)
