"""`pytest --under-function`: what the tests call is run as a function too, and must be the same.

Each outermost call of a layer, a loss, a metric's `update_state` or an optimizer's `apply` is
written down as a program while it runs. From the same state the program is then replayed, and gives
what the call gave, bit for bit: results, losses, variables, states of random numbers and, where a
tape is recording, gradients. A later call of the same object replays the program of an earlier one,
beside Python. A test whose calls mean something else in Python each time is marked `in_python`.
"""

import functools
import random
import re
import secrets
import weakref
from collections import Counter

import numpy as np
import pytest

from minitape import nest, settings
from minitape.arrays import looks
from minitape.engine import GradientTape, Recorder, Tensor, active, convert_to_tensor, only
from minitape.keras.layers import Layer
from minitape.keras.layers.keras_tensor import KerasTensor, _Undo
from minitape.keras.losses import Loss
from minitape.keras.metrics import Metric
from minitape.keras.optimizers import Optimizer
from minitape.tracing.function import ANOTHER_WAY, Function, InPython

# `_run` is for a layer that makes its weights first.
ENTRANCES = ((Layer, "__call__"), (Layer, "_run"), (Loss, "__call__"), (Optimizer, "apply"))


class UnderFunction:
    """Stands at the entrances while the tests run; a plugin of pytest.

    Attributes:
        counts: how many calls came to which end.
        differences: what was found in this test, as text.
    """

    def __init__(self):
        self.counts: Counter = Counter()
        self.differences: list[str] = []
        self._functions: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
        self._is_inside = False
        self._patch = pytest.MonkeyPatch()
        self.entropy = _Entropy()

    # -- pytest ------------------------------------------------------------------------------------

    def pytest_sessionstart(self):
        self.install()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        self.differences.clear()
        self._is_inside = item.get_closest_marker("in_python") is not None  # nothing is compared
        try:
            result = yield
        finally:
            self._is_inside = False
        if self.differences:
            pytest.fail("\n".join(self.differences[:5]), pytrace=False)
        return result

    def pytest_sessionfinish(self, session):
        self.remove()
        if hasattr(session.config, "workeroutput"):  # with -n
            session.config.workeroutput["under_function"] = dict(self.counts)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        self.counts.update(getattr(node, "workeroutput", {}).get("under_function", {}))

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.section("calls under function")
        for end, count in sorted(self.counts.items(), key=lambda one: (-one[1], one[0])):
            terminalreporter.write_line(f"{count:7,} {end}")

    # -- at the entrances --------------------------------------------------------------------------

    def install(self) -> None:
        """From here on all calls come by `call`."""
        self._patch.setattr(settings, "secrets", self.entropy)
        for kind, name in ENTRANCES:
            self._stand_at(kind, name)
        for kind in _subclasses(Metric):  # each has an `update_state` of its own
            self._stand_at(kind, "update_state")

        def init_subclass(kind, **kwargs):
            super(Metric, kind).__init_subclass__(**kwargs)
            self._stand_at(kind, "update_state")

        self._patch.setattr(Metric, "__init_subclass__", classmethod(init_subclass))

    def remove(self) -> None:
        """The entrances are as they were."""
        self._patch.undo()

    def _stand_at(self, kind: type, name: str) -> None:
        python = vars(kind).get(name)
        if python is None:
            return

        @functools.wraps(python)
        def entrance(owner, *args, **kwargs):
            return self.call(python, owner, args, kwargs)

        self._patch.setattr(kind, name, entrance)

    def call(self, python, owner, args: tuple, kwargs: dict):
        """What `python(owner, ...)` gives; what the program of this call gives is compared."""
        if self._is_inside or not _computes(owner, args, kwargs):
            return python(owner, *args, **kwargs)
        self._is_inside = True
        try:
            if isinstance(owner, Optimizer) and not vars(owner).get("built", True) and args[1:]:
                owner.build(list(args[1]))
            return _Comparison(self, python, owner).of(args, kwargs)
        finally:
            self._is_inside = False

    def functions_of(self, owner) -> dict:
        """The functions that were made for the calls of an object."""
        return self._functions.setdefault(owner, {})


def _computes(owner, args: tuple, kwargs: dict) -> bool:
    """Whether a call is neither symbolic, nor a trial of shapes, nor inside a function."""
    if looks.listeners or settings.functions_run_eagerly():
        return False
    if isinstance(owner, Layer) and not vars(owner).get("built"):
        return False  # `_run` will be called next
    if any(isinstance(one, _Undo) for one in active.recorders):
        return False
    return not any(isinstance(x, KerasTensor) for x in nest.flatten([args, kwargs]))


# -- one call --------------------------------------------------------------------------------------


class _Comparison:
    """One call, as Python runs it and as its program does."""

    def __init__(self, switch: UnderFunction, python, owner):
        self._switch, self._python, self._owner = switch, python, owner
        self._outer = active.recorders
        self._is_recorded = any(isinstance(one, GradientTape) for one in active.recorders)
        self._found: list[str] = []

    def of(self, args: tuple, kwargs: dict):
        """What Python gives."""
        function = self._function()
        try:
            call = function._call_of(args, kwargs)
        except TypeError:
            self._count("in Python: an argument is no tensor and can't be hashed")
            return self._python(self._owner, *args, **kwargs)
        known = call.key in function._traces
        with _State(self._owner, self._switch.entropy) as state:
            try:
                eager = function._in_python(call) if known else function._trace(call)
            except Exception as error:
                if "While `function` writes a program down" not in str(error):
                    raise
                state.restore()
                self._count("an error in a function: Python looks at a value")
                return self._python(self._owner, *args, **kwargs)
        result = self._result
        if state.python != _random_of_python():
            self._count("in Python: it draws Python's own random numbers")
        else:
            self._count(self._compare(function, call, eager, state))
        return result

    def _function(self) -> Function:
        """The function of such calls: what of Python goes into its programs is its key."""
        functions = self._switch.functions_of(self._owner)
        key = self._python, self._is_recorded, settings.floatx(), _fingerprint(self._owner)
        function = functions.setdefault(key, _Quiet(self._run))
        function.python_function = self._run
        return function

    def _run(self, *args, **kwargs) -> tuple:
        """The call, and what is compared: results and losses, and their gradients."""
        if not self._is_recorded:
            return self._results(args, kwargs), []
        inputs = _floats([args, kwargs])
        with GradientTape() as tape:
            tape.watch(inputs)
            results = self._results(args, kwargs)
        self._weights = list(tape.watched_variables())
        with only(active.recorders[len(self._outer) :]):  # the test's own tapes need not see it
            return results, _gradients(tape, results, [*inputs, *self._weights])

    def _results(self, args: tuple, kwargs: dict) -> list:
        self._result = self._python(self._owner, *args, **kwargs)
        losses = self._owner._added_losses() if isinstance(self._owner, Layer) else []
        return nest.flatten([self._result, losses])

    def _compare(self, function: Function, call, eager: tuple, before: "_State") -> str:
        """The call's end."""
        ways, tensors, after = function._traces.get(call.key), call.tensors, before.now()
        if ways is None:
            return "in Python: it makes variables"
        replayed = ANOTHER_WAY
        with only(()):
            if isinstance(ways, list):
                before.restore()
                found = (trace(tensors) for trace in ways)
                replayed = next((x for x in found if x is not ANOTHER_WAY), ANOTHER_WAY)
                if replayed is ANOTHER_WAY:  # Python writes it down once more
                    before.restore()
                    self._outer = ()
                    function._trace(call)
                    ways = function._traces[call.key]
            if isinstance(ways, InPython):
                before.set(after)
                return f"in Python: {_without_place(ways.why_not)}"
            if replayed is ANOTHER_WAY:
                before.restore()
                replayed = ways[-1](tensors)
        results, gradients = replayed
        self._same("result", eager[0], results)
        self._same("gradient", eager[1], gradients)
        self._same_state(before, after)
        if self._is_recorded and not ways[0].needs_python:
            before.restore()
            inputs = _floats(tensors)
            with only(()), GradientTape() as tape:
                tape.watch(inputs)
                results, _ = ways[0](tensors)
            self._same("result under a tape", eager[0], results)
            outside = _gradients(tape, results, [*inputs, *self._weights])
            self._same("gradient under a tape", eager[1], outside)
            self._same_state(before, after)
        before.set(after)
        if self._found:
            name = f"{type(self._owner).__name__}.{self._python.__name__}"
            found = "\n  ".join([f"{name} as a function:", *self._found, _config(self._owner)])
            self._switch.differences.append(found)
        return "DIFFERENT" if self._found else "the same"

    def _same_state(self, before: "_State", after: tuple) -> None:
        now = before.now()
        for (variable, x), (_, y) in zip(after[0], now[0], strict=True):
            self._same(f"variable {variable.name}", [Tensor(x)], [Tensor(y)])
        if after[1] != now[1]:
            self._found.append("the state of random numbers")

    def _same(self, name: str, eager: list, replayed: list) -> None:
        for i, (x, y) in enumerate(zip(eager, replayed, strict=True)):
            difference = _difference(x, y)
            if difference:
                self._found.append(f"{name} {i}: {difference}")

    def _count(self, end: str) -> None:
        self._switch.counts[end] += 1


class _Quiet(Function):
    def _warn(self) -> None:
        """Says nothing: tests look at what is logged."""


class _State(Recorder):
    """All that a call changes, as it was before; variables as they were when first read."""

    def __init__(self, owner, entropy: "_Entropy"):
        self._entropy, self._drawn = entropy, entropy.place
        variables = list(getattr(owner, "variables", ()))
        if isinstance(owner, Optimizer):
            variables += vars(owner).get("_trainable_variables", ())
        self._before = {v.id: (v, v.array) for v in variables}
        self._random = settings.seeds.state()
        self.python = _random_of_python()

    def record_read(self, variable) -> None:
        self._before.setdefault(variable.id, (variable, variable.array))

    def now(self) -> tuple:
        """The values of the variables, and the states of the random ops."""
        return [(v, v.array) for v, _ in self._before.values()], settings.seeds.state()

    def set(self, state: tuple) -> None:
        """Goes to a state."""
        for variable, array in state[0]:
            variable.array = array
        settings.seeds.set_state(state[1])

    def restore(self) -> None:
        """Goes back to before the call; the operating system's random numbers come once more.

        Nobody else has the arrays, so that programs may write over them.
        """
        values = [(v, np.copy(array, order="K")) for v, array in self._before.values()]
        self.set((values, self._random))
        self._entropy.place = self._drawn


class _Entropy:
    """Stands for Python's `secrets`; its numbers can be drawn again."""

    def __init__(self):
        self._numbers: list[int] = []
        self.place = 0

    def randbits(self, bits: int) -> int:
        if self.place == len(self._numbers):
            self._numbers.append(secrets.randbits(bits))
        self.place += 1
        return self._numbers[self.place - 1]


def _random_of_python() -> tuple:
    _, numbers, place, *rest = np.random.get_state()
    return random.getstate(), numbers.tobytes(), place, rest


def _fingerprint(owner) -> tuple:
    """Python's own values in an object, which go into a program as constants."""
    own = [
        (name, value if isinstance(value, int | float | str | None) else id(value))
        for name, value in vars(owner).items()
    ]
    trainable = [v.trainable for v in getattr(owner, "_made_weights", ())]
    inner = getattr(owner, "_layers_inside", ()) or getattr(owner, "_metrics", ())
    return (*own, *trainable, *map(_fingerprint, inner))


def _floats(structure) -> list:
    leaves = nest.flatten(structure)
    return [x for x in leaves if isinstance(x, Tensor) and x.is_differentiable]


def _gradients(tape: GradientTape, results: list, sources: list) -> list:
    """The gradients of the sum of all results, dense."""
    weights = [x for x in sources if not isinstance(x, Tensor)]
    reasons = [x.no_gradient_reason for x in weights]
    found = tape.gradient(_floats(results), sources) or []
    for x, reason in zip(weights, reasons, strict=True):
        x.no_gradient_reason = reason
    return [None if d is None else convert_to_tensor(d) for d in found]


def _difference(x, y) -> str:
    """In what two results differ; nothing if they don't."""
    if not hasattr(x, "array") or not hasattr(y, "array"):
        return "" if x is y or x == y else f"{y!r} in place of {x!r}"
    x, y = np.asarray(x.array), np.asarray(y.array)
    if (x.dtype, x.shape) != (y.dtype, y.shape):
        return f"{y.dtype} {y.shape} in place of {x.dtype} {x.shape}"
    if x.tobytes() == y.tobytes():
        return ""
    places = np.flatnonzero(x != y)
    some = f", such as {y.flat[places[0]]} in place of {x.flat[places[0]]}" if len(places) else ""
    return f"{len(places)} of {x.size} elements{some}"


def _without_place(reason: str) -> str:
    """A reason without the line of the program that it names."""
    return re.sub(r" ?\(?/\S+:\d+\)?", "", reason).strip()


def _config(owner) -> str:
    try:
        text = str(owner.get_config())
    except Exception:  # a test's own class
        text = repr(owner)
    return text if len(text) < 1000 else f"{text[:1000]} ..."


def _subclasses(kind: type) -> set:
    found = set(kind.__subclasses__())
    return found.union(*map(_subclasses, found))
