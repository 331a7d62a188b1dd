"""Tracing: running a function once while every op is written down as a line of a Program."""

import sys
from types import FrameType
from typing import Any

from ..arrays import CPU, device_of, looks
from ..engine import Recorder, Tensor
from ..engine.tensor import next_id
from ..engine.variable import read_variable
from .errors import refused
from .program import STATEFUL, Assign, Call, Check, Kind, Line, Program, Read

# Of these only the input's shape matters, which every call of a program shares.
_SHAPE_ONLY = {"shape", "size", "zeros_like", "ones_like"}
_CHECKS = 100  # decisions in one program at most


class Tracer(Recorder):
    """Writes down what runs in its `with` block, on real values.

    A value is dynamic if another call may bring another one: it comes from an argument, a
    variable or a random state. What is computed of the others alone is a constant of the program.
    It is followed, too, if it comes from a tensor that was there before: a tape may watch that.

    Args:
        arguments: the tensors that a call brings; nobody else has them.
        autograph: whether a tensor may decide in an `if`.

    Attributes:
        captured: the tensors with a derivative that were there before, by number.
        why_not: why there can be no program, for the user; None if there can.
        decision: what decided last by the value of a tensor, for the user; None if nothing did.
        own_gradients: whether a custom_gradient ran.
        made_variables: whether variables were made on the way: then what was written down is no
            later call.
    """

    def __init__(self, arguments: list[Tensor], autograph: bool):
        self._autograph = autograph
        self._begin = next_id()
        self._numbers: dict[int, int] = {}  # of a tensor's id
        self._of_array: dict[int, int] = {}  # of a raw array's id(): `_values` keeps those alive
        self._values: list[Tensor] = []  # by number
        self._dynamic: set[int] = set()
        self.captured: dict[int, Tensor] = {}
        self._followed: set[int] = set()
        self._constants: dict[int, Any] = {}
        self._lines: list[Line] = []
        self.why_not: str | None = None
        self.decision: str | None = None
        self.own_gradients = self.made_variables = False
        self._checks = 0
        self._inputs = [self._new(x, dynamic=True) for x in arguments]

    def programs(self, outputs: list[Tensor]) -> tuple[Program, Program]:
        """What was written down, with these results; and the same for those who record.

        That one takes the captured tensors as further arguments.
        """
        numbers = [self._number(x) for x in outputs]
        kinds = {n: Kind(x.array.dtype, x.array.shape) for n, x in enumerate(self._values)}
        lines = [x for x in self._lines if self._followed.isdisjoint(x.outputs)]
        constants = {n: a for n, a in self._constants.items() if n not in self._followed}
        followed = [*self._inputs, *self.captured]
        on_card = any(device_of(x.array) != CPU for x in self._values)
        return (
            Program(self._inputs, self._constants, lines, numbers, kinds, on_card),
            Program(followed, constants, self._lines, numbers, kinds, on_card),
        )

    def _new(self, x: Tensor, dynamic: bool) -> int:
        number = self._numbers[x.id] = len(self._values)
        self._values.append(x)
        self._of_array[id(x.array)] = number
        if dynamic:
            self._dynamic.add(number)
        else:
            self._constants[number] = x.array
            if x.id < self._begin and x.is_differentiable:
                self.captured[number] = x
                self._followed.add(number)
        return number

    def _number(self, x: Tensor) -> int:
        """The number of a tensor; one that nothing here made is a constant."""
        known = self._numbers.get(x.id)
        return self._new(x, dynamic=False) if known is None else known

    def record(self, op, inputs, output, params) -> None:
        """Writes an op down, unless its result is the same in each call."""
        outputs = output if type(output) is tuple else (output,)
        if op is read_variable:
            (variable,) = inputs
            self._lines.append(Read(variable, (self._new(output, dynamic=True),)))
            self._notice(variable)
            return
        if not op.registered:  # a function with a gradient of its own: its ops were seen already
            self.own_gradients = True
            for y in outputs:
                number = self._of_array.get(id(y.array))
                if number is None:
                    self._new(y, dynamic=False)
                else:
                    self._numbers[y.id] = number
            return
        numbers = tuple(map(self._number, inputs))
        dynamic = op.name in STATEFUL or (
            op.name not in _SHAPE_ONLY and any(n in self._dynamic for n in numbers)
        )
        made = tuple(self._new(y, dynamic) for y in outputs)
        followed = not dynamic and not self._followed.isdisjoint(numbers)
        if followed:
            self._followed.update(made)
        if dynamic or followed:
            self._lines.append(Call(op, numbers, made, params, type(output) is tuple))

    def record_assign(self, variable, value) -> None:
        """Writes an assignment down."""
        self._lines.append(Assign(variable, (self._number(value),)))
        self._notice(variable)

    def _notice(self, variable) -> None:
        if variable.id > self._begin:
            self.made_variables = True

    def __enter__(self) -> "Tracer":
        super().__enter__()
        looks.listeners = (*looks.listeners, self._look)
        return self

    def __exit__(self, *exception) -> None:
        looks.listeners = looks.listeners[:-1]
        super().__exit__(*exception)

    def _look(self, value) -> None:
        """Python looks at a value: if it is dynamic, what Python does next hangs on it.

        Raises:
            TypeError, AttributeError, NotImplementedError: the user's own code looks, as
                TensorFlow raises them.
        """
        if self.why_not is not None:
            return
        if value is None:
            self.why_not = f"{_op_of(sys._getframe(2))} has to run in Python each time"
            return
        if isinstance(value, Tensor) and self._number(value) not in self._dynamic:
            return
        # Below this frame and `tell_look` stand methods of ArrayView: the outermost is what looks.
        method = ""
        user: FrameType | None = sys._getframe(2)
        while user is not None and _is_view(user):
            method, user = user.f_code.co_name, user.f_back
        inside = user is not None and _is_minitape(user)
        if method == "__bool__" and (inside or self._autograph):
            if value.array.size == 1:  # otherwise it is Python's own error
                self._decide(value, _op_of(user) if inside else _place(user))
        elif inside:
            self.why_not = f"{_op_of(user)} needs the elements of a tensor to be known"
        else:
            raise refused(method, value, _place(user))

    def _decide(self, value, place: str) -> None:
        """Writes down which way Python goes."""
        self.decision = f"{place} decides by the value of a tensor"
        self._lines.append(Check((self._number(value.__tensor__()),), bool(value.array)))
        self._checks += 1
        if self._checks > _CHECKS:
            self.why_not = f"{self.decision}, again and again"


def _module(frame: FrameType) -> str:
    return frame.f_globals.get("__name__", "")


def _is_minitape(frame: FrameType) -> bool:
    return _module(frame).partition(".")[0] == "minitape"


def _is_view(frame: FrameType) -> bool:
    return _module(frame) == "minitape.arrays.view"


def _op_of(frame: FrameType | None) -> str:
    """The outermost function of minitape's own that led here, as the user calls it."""
    name = "an op"
    while frame is not None and _is_minitape(frame):
        name, frame = frame.f_code.co_name, frame.f_back
    return f"{name} ({_place(frame)})"


def _place(frame: FrameType | None) -> str:
    if frame is None:
        return "unknown line"
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
