"""Where a NaN was born: `trace_nans`, and TensorFlow's `enable_check_numerics`."""

import sys
from dataclasses import replace
from itertools import islice
from math import isfinite
from types import CodeType, FrameType
from typing import Any, NamedTuple

import numpy

from .. import nest
from ..arrays import array_module, tell_look
from ..engine import ForwardAccumulator, GradientTape, Recorder, Tensor, Variable, active
from .births import Birth, NaNError, Numbers
from .cures import cure_of
from .places import Place, is_ours

# They hand numbers on as they are.
_MOVES = {
    "broadcast_to",
    "expand_dims",
    "identity",
    "read_variable",
    "reshape",
    "squeeze",
    "stop_gradient",
    "transpose",
}
# What TensorFlow's check leaves out: its SAFE_OPS, and its Identity. (broadcast_to is its Fill.)
_UNCHECKED = {
    "broadcast_to",
    "concat",
    "expand_dims",
    "getitem",
    "getitem_grad",
    "identity",
    "maximum",
    "minimum",
    "reshape",
    "squeeze",
    "transpose",
    "unstack",
}
_REMEMBERED = 50_000  # tensors of which it is known who made them
_ndarray = numpy.ndarray


class _Made(NamedTuple):
    """Who made a tensor: an op, in the user's code at an instruction, for a layer (or None)."""

    op: Any
    code: CodeType | None
    instruction: int
    layer: Any

    @property
    def place(self) -> Place | None:
        """The user's line."""
        if self.code is None:
            return None
        # An instruction is two bytes long. The line is looked up only now: that takes long.
        line = next(islice(self.code.co_positions(), self.instruction // 2, None))[0]
        return Place(self.code.co_filename, line or self.code.co_firstlineno, self.code.co_name)


class NaNTracer(Recorder):
    """Looks at what each op makes, inside its `with` block: see `trace_nans`.

    Attributes:
        births: the Birth of each NaN or Inf so far.
        batch: set it in a loop of your own, and what is told has the batch's number.
    """

    runs_in_python = True  # functions are not replayed: see `tracing.Function`

    def __init__(self, raise_at_once=True, ignore=()):
        self.births: list[Birth] = []
        self.batch: int | None = None
        self._raises = raise_at_once
        self._ignored = {ignore} if isinstance(ignore, str) else set(ignore)
        self._made: dict[int, _Made] = {}  # by the tensor's id
        self._variables: dict[int, Variable] = {}
        self._arrived: set[int] = set()  # the ids of what brought a NaN, and was told of

    def __enter__(self) -> "NaNTracer":
        tell_look(None)  # a function that traces inside has to run in Python at each call
        super().__enter__()
        # Outermost, so that it sees what other recorders compute in answer.
        active.recorders = (self, *(other for other in active.recorders if other is not self))
        return self

    @property
    def first(self) -> Birth | None:
        """The first birth; None while there is none."""
        return self.births[0] if self.births else None

    def record(self, op, inputs, output, params) -> None:
        """Looks at an op's outputs; at its inputs only where an output isn't finite."""
        if op.name in _MOVES:
            known = self._made.get(inputs[0].id)
            if known is not None:
                self._remember(output, known)
            return
        who = _Made(op, *_who_runs(sys._getframe(1)))
        for y in output if type(output) is tuple else (output,):
            if not is_finite(y.array):
                self._look(op, inputs, y, who)
            self._remember(y, who)

    def _remember(self, y: Tensor, who: _Made) -> None:
        made = self._made
        made[y.id] = who
        if len(made) > _REMEMBERED:
            for old in list(islice(made, _REMEMBERED // 2)):
                del made[old]

    def record_read(self, variable) -> None:
        """Remembers variables, to tell their names."""
        self._variables[variable.id] = variable

    def _look(self, op, inputs: tuple, y: Tensor, who: _Made) -> None:
        """Tells of an output that isn't finite, if that is news."""
        if op.name in self._ignored:
            return
        nan = _has_nan(y.array)
        bad = [x for x in inputs if not is_finite(x.array)]
        sick = [x for x in bad if _has_nan(x.array)]
        came_in = [x for x in sick if x.id not in self._made and self._is_news(x)]
        if came_in:
            self._arrived.update(x.id for one in came_in for x in self._behind(one))
        elif sick or (bad and not nan):  # it was there before, or comes of an Inf that was meant
            return
        self._tell(self._birth(op, inputs, y, who, came_in[0] if came_in else None), "")

    def _is_news(self, x: Any) -> bool:
        return self._arrived.isdisjoint(y.id for y in self._behind(x))

    def _behind(self, x: Any) -> list:
        """A tensor, after the variable that it was read from."""
        return [*(v for v in self._variables.values() if v.array is x.array), x]

    def _tell(self, birth: Birth, message: str) -> None:
        self.births.append(birth)
        if self._raises:
            raise NaNError(birth, message)

    def _birth(self, op, inputs: tuple, y: Tensor, who: _Made, newcomer: Any) -> Birth:
        frames = list(_frames(sys._getframe(1)))
        direction, rule = _rule_of(frames)
        output = Numbers.of(y.array)
        maker, masked = who, False
        of_inputs: tuple[Numbers, ...] = ()
        if rule is not None:
            known = self._made.get(nest.flatten(rule["output"])[0].id)
            maker = known or who
            of_inputs = tuple(map(self._numbers, rule["inputs"]))
            masked = _is_zero_at(rule.get("g"), y, output.first)
        epoch, batch = _batch_of(frames)
        inputs_told = [self._numbers(x) for x in inputs]
        if newcomer is not None:
            place = next(i for i, x in enumerate(inputs) if x is newcomer)
            source, name = inputs_told[place].source, _name_of(newcomer.array, frames)
            named = f"{source}: {name}" if name else source
            inputs_told[place] = replace(inputs_told[place], source=named)
        what = [name for name, count in (("NaN", output.nans), ("Inf", output.infs)) if count]
        birth = Birth(
            what="NaN" if newcomer is not None else " and ".join(what),
            op=op.name,
            direction=direction,
            of=None if rule is None else rule["op"].name,
            came_in=newcomer is not None,
            inputs=tuple(inputs_told),
            output=output,
            of_inputs=of_inputs,
            masked=masked,
            layer=None if maker.layer is None else maker.layer.name,
            layer_class=None if maker.layer is None else type(maker.layer).__name__,
            epoch=epoch,
            batch=self.batch if batch is None else batch,
            place=who.place,
            of_place=maker.place if maker is not who else None,
        )
        return replace(birth, cure=cure_of(birth))

    def _numbers(self, x: Any) -> Numbers:
        """What stands in an input, and where that comes from."""
        made = self._made.get(x.id)
        if made is not None:
            return Numbers.of(x.array, f"made by {made.op.name}", made.op.name)
        origin = self._behind(x)[0]
        source = _called(origin) if isinstance(origin, Variable) else "data or a constant"
        return Numbers.of(x.array, source)


def _called(variable: Variable) -> str:
    return f"variable {getattr(variable, 'path', variable.name)!r}"  # a layer's has its path


class NumericsCheck(NaNTracer):
    """Raises where any op gives a NaN or Inf, whatever it was given: `enable_check_numerics`."""

    def record(self, op, inputs, output, params) -> None:
        """Looks at all outputs of floats."""
        if op.name in _UNCHECKED:
            return
        who = _Made(op, *_who_runs(sys._getframe(1)))
        outputs = output if type(output) is tuple else (output,)
        for slot, y in enumerate(outputs):
            if y.array.dtype.kind == "f" and not is_finite(y.array):
                message = (
                    f"Detected Infinity or NaN in output {slot} of eagerly-executing op "
                    f'"{op.name}" (# of outputs: {len(outputs)})\n'
                )
                self._tell(self._birth(op, inputs, y, who, None), message)
            self._remember(y, who)


def trace_nans(raise_at_once=True, ignore=()) -> NaNTracer:
    """Finds the op, forward or backward, that makes the first NaN or Inf, inside a `with` block.

    An op that makes a NaN out of numbers, or an Inf out of finite ones, is told of at once: the
    error stands where it happens, a debugger stops there, and no weight has become NaN yet. So is
    a NaN that was in the data, a constant or a variable. An Inf that comes from there is meant (as
    a mask of -inf is), and what ops make of a NaN or Inf that was told of is not told again.

    Functions run in Python at each call meanwhile, so that lines are the user's own.

    >>> import minitape as mt
    >>> from minitape.learn import trace_nans
    >>> x = mt.constant([4.0, 0.0])
    >>> with trace_nans(raise_at_once=False) as born:
    ...     with mt.GradientTape() as tape:
    ...         tape.watch(x)
    ...         y = mt.sqrt(x)
    ...     gradient = tape.gradient(y, x)
    >>> born.first.op, born.first.direction, born.first.of
    ('sqrt_grad', 'backward', 'sqrt')

    Args:
        raise_at_once: whether to raise; otherwise births are collected in `births`.
        ignore: names of ops that are left alone, as an error tells them: "log", say, where a
            `where` takes its -inf away.

    Returns:
        A NaNTracer; `births` and `first` hold what was found.

    Raises:
        NaNError: (an InvalidArgumentError, in the block) what its `birth` tells.
    """
    return NaNTracer(raise_at_once, ignore)


def enable_check_numerics(stack_height_limit=30, path_length_limit=50) -> None:
    """Has each op of this thread checked from now on: an output with a NaN or Inf is an error.

    As in TensorFlow, ops that hand numbers on or choose among them (reshape, concat, maximum, ...)
    aren't checked, nor are complex numbers. `minitape.learn.trace_nans` looks for births alone.

    Args:
        stack_height_limit: not used: no stack of graphs is printed.
        path_length_limit: not used.

    Raises:
        InvalidArgumentError: (in the op) its text tells the op, its inputs and the line.
    """
    if not any(isinstance(recorder, NumericsCheck) for recorder in active.recorders):
        NumericsCheck().__enter__()


def disable_check_numerics() -> None:
    """Ends what `enable_check_numerics` began, in this thread."""
    for recorder in active.recorders:
        if isinstance(recorder, NumericsCheck):
            recorder.__exit__()


# -- what is looked at for each op, so it must be quick ------------------------------------------


def is_finite(array: Any) -> bool:
    """Whether an array, on any device, holds no nan and no inf.

    The sum of squares of a finite array is finite, unless it is very large: it costs one pass and
    makes no array. Only where it isn't are the numbers looked at one by one.
    """
    dtype = array.dtype
    if dtype.kind not in "fc":
        return True
    if type(array) is _ndarray and dtype.itemsize > 2:  # float16 would overflow soon
        row = array.ravel("K")
        if isfinite(numpy.vdot(row, row).real):
            return True
    return bool(array_module(array).isfinite(array).all())


def _has_nan(array: Any) -> bool:
    return array.dtype.kind in "fc" and bool(array_module(array).isnan(array).any())


_USERS, _PART = 1, 2  # the user's code; a layer's, loss's, metric's or optimizer's method
_PARTS = {"call", "update_step", "update_state", "result"}
_kinds: dict[CodeType, int] = {}


def _who_runs(frame: FrameType | None) -> tuple[CodeType | None, int, Any]:
    """The user's innermost code and where it stands; the innermost layer, loss or optimizer."""
    code, instruction, layer = None, 0, None
    while frame is not None:
        kind = _kinds.get(frame.f_code)
        if kind is None:
            kind = _kinds[frame.f_code] = _kind_of(frame)
        if kind:
            if kind & _PART and layer is None:
                one = frame.f_locals.get("self")
                layer = one if isinstance(getattr(one, "name", None), str) else None
            if kind & _USERS and code is None:
                code, instruction = frame.f_code, frame.f_lasti
            if code is not None and layer is not None:
                break
        frame = frame.f_back
    return code, instruction, layer


def _kind_of(frame: FrameType) -> int:
    code = frame.f_code
    is_part = code.co_name in _PARTS and code.co_varnames[:1] == ("self",)
    return (0 if is_ours(frame) else _USERS) | (_PART if is_part else 0)


# -- what is looked at once something was born -----------------------------------------------------

_SWEEP = GradientTape._sweep.__code__
_TANGENT = ForwardAccumulator.record.__code__


def _frames(frame: FrameType | None):
    """A frame and those around it, the innermost first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def _rule_of(frames: list) -> tuple[str, dict | None]:
    """Whether a rule runs, and of which op: `op`, its `inputs` and `output`, the cotangent `g`."""
    for frame in frames:
        if frame.f_code is _SWEEP:
            found = dict(frame.f_locals)
            return "backward", {**found, "output": found["y"]}
        if frame.f_code is _TANGENT:
            return "tangent", dict(frame.f_locals)
    return "forward", None


def _is_zero_at(g: Any, y: Tensor, index: tuple | None) -> bool:
    """Whether a cotangent is 0 where what became of it isn't finite."""
    if not isinstance(g, Tensor) or index is None or g.array.shape not in ((), y.array.shape):
        return False
    return float(abs(g.array[index if g.array.ndim else ()])) == 0


_LOOPS = {"_fit_epochs", "_run_evaluation", "predict"}  # of Keras' training


def _batch_of(frames: list) -> tuple[int | None, int | None]:
    """The epoch and the batch that a loop of Keras' training is at."""
    for frame in frames:
        if frame.f_code.co_name in _LOOPS and is_ours(frame) and "step" in frame.f_locals:
            return frame.f_locals.get("epoch"), frame.f_locals["step"]
    return None, None


_BATCH = {"x": "the batch's inputs", "y": "the batch's labels", "sample_weight": "its weights"}


def _name_of(array: Any, frames: list) -> str:
    """What data that has a nan is called: in a training step, and in the user's own code."""
    told: list[str] = []
    for frame in frames:
        if not is_ours(frame):
            for name, value in frame.f_locals.items():
                index = _where_nan(value, array)
                if index is not None:
                    return "; ".join([*told, f"{name}{list(index) if index else ''} is nan"])
        elif frame.f_code.co_name == "train_step" and not told:
            for name, what in _BATCH.items():
                if any(_where_nan(v, array) for v in nest.flatten(frame.f_locals.get(name))):
                    told.append(what)
    return "; ".join(told)


def _where_nan(value: Any, like: Any) -> tuple | None:
    """Where the first nan of a value is, if it is an array of elements of the same shape."""
    array = value.array if isinstance(value, (Tensor, Variable)) else value
    if not isinstance(array, _ndarray) or array.shape[1:] != like.shape[1:]:
        return None
    return (
        None
        if is_finite(array) or not _has_nan(array)
        else tuple(map(int, numpy.argwhere(numpy.isnan(array))[0]))
    )
