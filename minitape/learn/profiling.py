"""Where the time and the memory of a training step go: `profile`.

A kernel is timed from the call of `Primitive.run` to its return, and nothing else is: so the ops'
times are those of the arrays' arithmetic alone. What lies between two kernels is Python: layers,
the ops' own checks, the tape. It belongs to the layer, or the gradient's rule, that it runs in.

The backward pass shows itself in the same way, for rules are made of ops. A rule's ops belong to
the op that the rule is of, and to the layer in which that op was recorded.
"""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from threading import get_ident
from typing import Any

import numpy

from .. import nest
from ..arrays import device_of
from ..arrays.cuda import gpu
from ..engine import GradientTape, Primitive, convert_to_tensor
from ..ops import rules
from ..settings import functions_run_eagerly, run_functions_eagerly, seeds
from .profile_report import Profile, Span


def profile(model, x, y=None, loss=None, repeats=5) -> Profile:
    """Measures a training step of `model` on one batch: forward, loss and gradient, op by op.

    The step runs op by op, as with `run_eagerly=True`. What `fit` runs otherwise is the same step
    as a program, in which some ops are fused and Python has no part. The optimizer isn't
    measured. Afterwards variables and random numbers are as they were before; a model that wasn't
    built is.

    >>> import minitape as mt
    >>> from minitape.learn import profile
    >>> model = mt.keras.Sequential([mt.keras.layers.Dense(100, name="wide")])
    >>> model.compile(loss="mse")
    >>> print(profile(model, mt.ones((8, 10)), mt.ones((8, 100))).summary())
    A step takes ... ms: forward ..., backward ...
    The costliest places:
    ...

    Args:
        model: a Keras model; or a function of `x` with `loss`, and with `trainable_variables` if
            it has some. What it holds that has those, a `name` and a `call` is a layer.
        x: the inputs, a batch.
        y: the labels.
        loss: a function `(y, y_pred)`; that of `compile` unless given.
        repeats: how many steps are measured. What is shown is their median.

    Returns:
        A Profile: `print` shows its tables; it has `summary()`, `show()`, `plot()`, `trace()`.

    Raises:
        ValueError: there is neither a `loss` nor a `compute_loss`.
    """
    if loss is None and not hasattr(model, "compute_loss"):
        raise ValueError(
            f"profile needs a loss: {model!r} has no `compute_loss`, so give loss=, a function of "
            "(y, y_pred)."
        )
    x = nest.map_structure(convert_to_tensor, x)
    y = None if y is None else nest.map_structure(convert_to_tensor, y)
    on_card = any(device_of(one.array).kind == "GPU" for one in nest.flatten(x))
    keras_like = hasattr(model, "compute_loss")
    told = {"training": True} if keras_like else {}
    if keras_like and not getattr(model, "built", True):
        model(x, training=False)

    def loss_of(y, y_pred):
        return model.compute_loss(x=x, y=y, y_pred=y_pred) if loss is None else loss(y, y_pred)

    def step(watch: Any) -> None:
        with watch.tape() as tape, watch.span("forward", "forward"):
            with watch.span("layer", _name(model)):
                y_pred = model(x, **told)
            with watch.span("layer", "loss"):
                value = loss_of(y, y_pred)
        watch.forward_ended()
        with watch.span("backward", "backward"):
            tape.gradient(value, getattr(model, "trainable_variables", tape.watched_variables()))
        if on_card:
            gpu.synchronize()  # it goes on while Python does

    layers = _layers(model)
    watches: list[_Watch] = []
    plain: list[float] = []
    with _unchanged(model):
        step(_NoWatch())  # whatever is compiled or imported at first
        with _MemoryWatch() as memory:
            step(memory)
        for _ in range(repeats):
            begin = time.perf_counter()
            step(_NoWatch())
            plain.append(time.perf_counter() - begin)
            watch = _Watch(on_card)
            watches.append(watch)
            with _calls_told(layers, watch), _kernels_told(watch), watch.span("step", "step"):
                step(watch)
    order = [_name(model), *layers, "loss"]
    return Profile(
        [watch.spans for watch in watches], plain, order, memory.at_forward_end, memory.peak
    )


_PARTS_OF_A_LAYER = ("name", "call", "trainable_variables")


def _name(model) -> str:
    name = getattr(model, "name", None) or getattr(model, "__name__", None)
    return str(name or type(model).__name__)


def _layers(model) -> dict[str, Any]:
    """All layers inside a model by their path, "block/dense"."""
    found: dict[str, Any] = {}
    seen = {id(model)}

    def look(one, path):
        held = nest.flatten(list(getattr(one, "__dict__", {}).values()))
        for layer in [*getattr(one, "layers", ()), *held]:
            is_layer = all(hasattr(layer, part) for part in _PARTS_OF_A_LAYER)
            if is_layer and id(layer) not in seen:
                seen.add(id(layer))
                found[f"{path}{layer.name}"] = layer
                look(layer, f"{path}{layer.name}/")

    look(model, "")
    return found


# -- what is told --------------------------------------------------------------------------------


class _NoWatch:
    """Nobody is told anything: the step as it is."""

    def tape(self) -> GradientTape:
        """The tape of the step."""
        return GradientTape()

    def span(self, kind: str, name: str) -> Any:
        """A context that does nothing."""
        return nullcontext()

    def forward_ended(self) -> None:
        """The loss is there, and the tape holds what the gradient needs."""


class _MemoryWatch(_NoWatch):
    """What Python and NumPy hold beyond what they held before, inside its `with` block."""

    def __enter__(self) -> "_MemoryWatch":
        self._was_tracing = tracemalloc.is_tracing()
        if not self._was_tracing:
            tracemalloc.start()
        tracemalloc.reset_peak()
        self._before = tracemalloc.get_traced_memory()[0]
        return self

    def forward_ended(self) -> None:
        self.at_forward_end = tracemalloc.get_traced_memory()[0] - self._before

    def __exit__(self, *exception) -> None:
        self.peak = tracemalloc.get_traced_memory()[1] - self._before
        if not self._was_tracing:
            tracemalloc.stop()


class _Watch(_NoWatch):
    """The spans of one step, each inside the one that was open when it began."""

    def __init__(self, on_card: bool):
        self.spans: list[Span] = []
        self.open: list[Span] = []
        self._on_card, self._thread = on_card, get_ident()

    def tape(self) -> GradientTape:
        return _ToldTape(self)

    @contextmanager
    def span(self, kind: str, name: str) -> Iterator[None]:
        """Notes when this context begins and ends."""
        self.begin(kind, name, name if kind == "layer" else "")
        try:
            yield
        finally:
            self.end()

    # What is told of each op costs little itself: so there are no contexts here.

    def begin(self, kind: str, name: str, layer: str) -> None:
        """Opens a span."""
        one = Span(kind, name, layer, self.open[-1] if self.open else None)
        self.spans.append(one)
        self.open.append(one)
        one.begin = time.perf_counter()

    def end(self) -> Span:
        """Closes the span that was opened last."""
        now = time.perf_counter()
        one = self.open.pop()
        one.end = now
        if one.outer is not None:
            one.outer.inside += now - one.begin
        return one

    def run(self, name: str, kernel: Callable, arrays: tuple, params: dict) -> Any:
        """Runs an op's kernel, in a span of its own unless another kernel runs it."""
        if get_ident() != self._thread or not self.open or self.open[-1].kind == "kernel":
            return kernel(*arrays, **params)
        self.begin("kernel", name, self.open[-1].layer)
        try:
            result = kernel(*arrays, **params)
            if self._on_card:
                gpu.synchronize()
        finally:
            one = self.end()
        if type(result) is not tuple:
            one.bytes = 0 if _is_view(result, arrays) else result.nbytes
        else:
            one.bytes = sum(y.nbytes for y in result if not _is_view(y, arrays))
        return result


class _ToldTape(GradientTape):
    """A tape whose ops' rules tell when they run."""

    def __init__(self, watch: _Watch):
        super().__init__()
        self._watch = watch

    def record(self, op, inputs, output, params) -> None:
        super().record(_ToldRule(op, self._watch), inputs, output, params)


class _ToldRule:
    """An op on the tape: its rule's time belongs to the layer in which it was recorded."""

    def __init__(self, op: Primitive, watch: _Watch):
        self._op, self._watch, self._layer = op, watch, watch.open[-1].layer
        self.differentiable, self.passes_slices = op.differentiable, op.passes_slices

    def vjp(self, *args) -> list:
        self._watch.begin("rule", self._op.name, self._layer)
        try:
            return self._op.vjp(*args)
        finally:
            self._watch.end()


@contextmanager
def _calls_told(layers: dict[str, Any], watch: _Watch):
    """Within this context, layers tell when their `call` runs."""

    def told(path, call):
        @wraps(call)
        def telling(*args, **kwargs):
            with watch.span("layer", path):
                return call(*args, **kwargs)

        return telling

    # In the instance's own attributes, where Python looks before it looks at the class.
    before = {path: vars(layer).get("call") for path, layer in layers.items()}
    try:
        for path, layer in layers.items():
            vars(layer)["call"] = told(path, layer.call)
        yield
    finally:
        for path, layer in layers.items():
            del vars(layer)["call"]
            if before[path] is not None:
                vars(layer)["call"] = before[path]


@contextmanager
def _kernels_told(watch: _Watch):
    """Within this context, each kernel is run by the watch."""

    def told(op):
        kernel = vars(op)["run"]

        @wraps(kernel, updated=())
        def telling(*arrays, **params):
            return watch.run(op.name, kernel, arrays, params)

        return telling

    class NoTensor:
        """What nothing is, so that no elementwise op takes its short path around `run`."""

    short_paths_take = rules.Tensor
    try:
        # A property of the class goes before the attribute of each op.
        Primitive.run = property(told, lambda op, run: vars(op).update(run=run))  # type: ignore
        rules.Tensor = NoTensor  # type: ignore[misc, assignment]
        yield
    finally:
        rules.Tensor = short_paths_take  # type: ignore[misc]
        del Primitive.run  # type: ignore[misc]


@contextmanager
def _unchanged(model):
    """Within this context ops run one by one; after it variables are what they were before it."""
    held = [*getattr(model, "variables", ()), *getattr(model, "trainable_variables", ())]
    held += [v for metric in getattr(model, "metrics", ()) for v in metric.variables]
    before = [(v, v.array) for v in held]  # nobody writes into an array
    drawn, eagerly = seeds.state(), functions_run_eagerly()
    run_functions_eagerly(True)
    try:
        yield
    finally:
        run_functions_eagerly(eagerly)
        seeds.set_state(drawn)
        for variable, array in before:
            variable.array = array


def _is_view(y, arrays: tuple) -> bool:
    """Whether a result is a view of what went in, and so took no memory."""
    return type(y) is numpy.ndarray and any(numpy.may_share_memory(y, x) for x in arrays)
