"""How an exercise is read, compared with what is right, and answered."""

import ast
import inspect
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy

from ... import nest


class Wrong(Exception):
    """What is wrong with an answer: a counterexample or an error, and a hint that fits it."""

    def __init__(self, what: str, hint: str = ""):
        super().__init__(what)
        self.hint = hint


# -- reading the user's file -----------------------------------------------------------------------


def load(path: Path) -> ModuleType:
    """The user's file as a module.

    Raises:
        Wrong: it can't be read or run, or something in it is still to be filled in.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text, str(path))
    except SyntaxError as error:
        line = (error.text or "").strip()
        raise Wrong(
            f"Python can't read {path.name}, line {error.lineno}: {error.msg}\n    {line}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{path} can't be read: {error}") from None
    for node in ast.walk(tree):
        is_open = isinstance(node, (ast.Expr, ast.Return, ast.Assign)) and isinstance(
            node.value, ast.Constant
        )
        if is_open and node.value.value is ...:  # type: ignore[attr-defined]
            line = node.lineno  # type: ignore[attr-defined]
            raise Wrong(f"{path.name}, line {line}: the `...` is yours to fill in.")
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    try:
        exec(compile(tree, str(path), "exec"), vars(module))
    except (Exception, SystemExit) as error:
        raise Wrong(f"{path.name} fails: {_told(error, module)}") from None
    return module


def function_of(user: ModuleType, name: str) -> Any:
    """A function or class of the user's file."""
    if not hasattr(user, name):
        raise Wrong(f"{_name(user)} has no {name!r}: keep the names of the start file.")
    return getattr(user, name)


def _name(user: ModuleType) -> str:
    return Path(user.__file__ or "").name


def _told(error: BaseException, user: ModuleType) -> str:
    """An error with the line of the user's file that it comes from."""
    what = f"{type(error).__name__}: {error}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == user.__file__:
            line = Path(frame.filename).read_text().splitlines()[(frame.lineno or 1) - 1]
            return f"{what}\n    {_name(user)}, line {frame.lineno}: {line.strip()}"
    return what


# -- comparing it ----------------------------------------------------------------------------------


def compare(
    user: ModuleType,
    name: str,
    right: Callable,
    arguments: Any,
    mistakes: Sequence[tuple[Callable, str]] = (),
    hint: str = "",
    call: Callable | None = None,
    tolerance: float = 1e-6,
    examples: int = 60,
) -> None:
    """Looks for arguments for which a function of the user's gives another result than `right`.

    Args:
        user: the user's file.
        name: the function's.
        right: what is right, a function of the same arguments.
        arguments: Hypothesis' strategy of tuples of arguments.
        mistakes: functions that are wrong in a way that is well known, each with the hint for
            whoever makes that mistake: whose results are those on all examples.
        hint: for whoever makes none of these.
        call: `call(function, *arguments)` is what is compared; the function's result unless given.
        tolerance: how far results may lie apart, relative to the largest of them (or 1).
        examples: how many are tried.

    Raises:
        Wrong: there are such arguments. It tells of the smallest.
    """
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.errors import Flaky

    function = function_of(user, name)
    seen: list[tuple[tuple, Any]] = []
    last: list = []
    looking = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        # Not `explain`, which runs it again, line by line, for a text that isn't shown.
        phases=[Phase.generate, Phase.shrink],
    )

    def tried(given_arguments):
        """Copies of the arguments, and what the function returned for them."""
        copies = _copies(given_arguments)
        with numpy.errstate(all="ignore"):
            received = call(function, *copies) if call else function(*copies)
        received = _plain(received)
        if received is not None:
            seen.append((given_arguments, received))
        return copies, received

    @looking
    @given(arguments)
    def holds(given_arguments):
        expected = _plain(right(*given_arguments))
        last[:] = given_arguments
        try:
            copies, received = tried(given_arguments)
        except (Exception, SystemExit) as error:
            raise Wrong(f"fails: {_told(error, user)}", hint) from None
        if received is None:
            raise Wrong("returns None.", "Is there a `return` on every way through it?")
        if not _agree(expected, received, tolerance):
            raise _Differs(expected, received)
        if not _agree(_plain(given_arguments), _plain(copies), 0):
            raise Wrong("writes into its arguments.", _IN_PLACE)

    @looking
    @given(arguments)
    def is_seen(given_arguments):
        with suppress(Exception, SystemExit):
            tried(given_arguments)

    try:
        holds()
    except Flaky:
        shown = f"{name}({_listed(right, tuple(last))})"
        changing = "It has to depend on its arguments alone."
        raise Wrong(f"{shown} gives another result the second time.", hint or changing) from None
    except Wrong as wrong:
        # The last one is the smallest. Texts are made only now: many were looked at.
        shown = f"{name}({_listed(right, tuple(last))})"
        if mistakes and not wrong.hint:
            is_seen()  # small examples alone don't tell one mistake from another
        fitting = wrong.hint or _fitting(mistakes, seen, tolerance) or hint
        raise Wrong(f"{shown} {wrong}", fitting) from None


class _Differs(Wrong):
    """The result is another one."""

    def __init__(self, expected, received):
        super().__init__("")
        self.expected, self.received = expected, received

    def __str__(self) -> str:
        return (
            f"differs:\n    expected  {_text(self.expected)}\n    received  {_text(self.received)}"
        )


_IN_PLACE = "Others still need them: make a new array, `x = x + 1`, where you write `x += 1`."


def _fitting(mistakes, seen: list, tolerance: float) -> str:
    """The hint of the mistake that explains all that was seen."""
    for mistake, hint in mistakes:
        try:
            with numpy.errstate(all="ignore"):
                explains = all(_agree(_plain(mistake(*xs)), y, tolerance) for xs, y in seen)
            if explains:
                return hint
        except Exception:  # it can't be computed for all, so it isn't this one
            continue
    return ""


def _plain(value) -> Any:
    """Tensors, numbers and lists as NumPy's arrays, through any structure."""
    if value is None or callable(value) or isinstance(value, str):
        return value
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return numpy.asarray(value)


def _copies(value) -> Any:
    return nest.map_structure(lambda x: x.copy() if isinstance(x, numpy.ndarray) else x, value)


def _agree(expected, received, tolerance: float) -> bool:
    if isinstance(expected, dict):
        same = isinstance(received, dict) and expected.keys() == received.keys()
        return same and all(_agree(expected[k], received[k], tolerance) for k in expected)
    if isinstance(expected, list):
        same = isinstance(received, list) and len(expected) == len(received)
        return same and all(map(lambda e, r: _agree(e, r, tolerance), expected, received))
    if not isinstance(expected, numpy.ndarray):
        return expected is received or expected == received
    if not isinstance(received, numpy.ndarray) or received.shape != expected.shape:
        return False
    if expected.dtype.kind not in "fc":
        return bool(numpy.array_equal(expected, received))
    if received.dtype.kind not in "fciub":
        return False
    size = max(1.0, float(numpy.abs(expected[numpy.isfinite(expected)]).max(initial=0)))
    return numpy.allclose(received, expected, rtol=0, atol=tolerance * size, equal_nan=True)


def _listed(function: Callable, arguments: tuple) -> str:
    names = inspect.signature(function).parameters
    pairs = zip(names, arguments, strict=False)
    return ", ".join(f"{name}={_text(value)}" for name, value in pairs)


def _text(value) -> str:
    """A value in a line, an array as the list that it is made of; with its shape if it has axes."""
    if isinstance(value, (list, tuple)):
        return f"({', '.join(map(_text, value))})"
    if isinstance(value, numpy.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, numpy.ndarray):
        text = numpy.array2string(value, separator=", ", precision=6, threshold=40)
        return " ".join(text.split()) + (f" of shape {value.shape}" if value.ndim > 1 else "")
    if isinstance(value, (float, numpy.floating)):
        return f"{value:.6g}"
    return getattr(value, "__name__", None) or f"{value}"
