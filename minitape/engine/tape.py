"""GradientTape: write down what happens, then walk it backward."""

import logging
from enum import Enum
from typing import Any, NamedTuple

from .. import nest
from ..errors import InvalidArgumentError
from .primitive import conj, convert_to_tensor
from .recording import Recorder, active, only
from .tensor import Tensor, full_like
from .variable import Variable

_log = logging.getLogger("minitape")
_NOT_FLOATING = "The dtype of the %s tensor must be floating (e.g. float32), got %s"


class UnconnectedGradients(Enum):
    """What a gradient is where the target does not depend on the source."""

    NONE = "none"
    ZERO = "zero"

    @classmethod
    def _missing_(cls, value):
        raise ValueError(f"Unknown value for unconnected_gradients: {value!r}; use 'none', 'zero'.")


class Entry(NamedTuple):
    """One op as it happened: `op` made `output` from `inputs` (tensors) under `params`."""

    op: Any
    inputs: tuple
    output: Any
    params: dict


class GradientTape(Recorder):
    """Records the ops run inside its `with` block, and differentiates them.

    Only ops that depend on something watched are kept. Trainable variables are watched when they
    are read; tensors where `watch` is called.

    Args:
        persistent: whether `gradient` may be called more than once.
        watch_accessed_variables: whether trainable variables are watched by themselves.

    `jacobian` and `batch_jacobian`, rows of gradients, stand in `ops/jacobian.py`.
    """

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self._persistent, self._watch_accessed = persistent, watch_accessed_variables
        self._started = False  # and not used up since
        self._forget()

    def _forget(self) -> None:
        # What was recorded, in order, as plain tuples (quicker to make than Entry objects).
        self._entries: list[tuple] = []
        # Ids of everything watched and of all that was computed from it.
        self._connected: set[int] = set()
        self._watched: dict[int, Variable] = {}

    def __getattr__(self, name: str) -> Any:
        # Notebooks don't show Python's own hint; elsewhere `name` without an object keeps it back.
        hint = ". Did you mean: 'gradient'?" if name == "gradients" else ""
        raise AttributeError(f"'GradientTape' object has no attribute {name!r}{hint}", name=name)

    def __enter__(self) -> "GradientTape":
        super().__enter__()
        if not self._started:
            self._forget()
            self._started = True
        return self

    @property
    def entries(self) -> list[Entry]:
        """What was recorded, in order; an op's inputs always stand before it."""
        return [Entry(*entry) for entry in self._entries]

    def record(self, op, inputs, output, params) -> None:
        """Keeps an op if its output depends on something watched."""
        connected = self._connected
        for x in inputs:
            if x.id in connected:
                break
        else:
            return
        if not op.differentiable:
            return
        if type(output) is tuple:
            connected.update(y.id for y in output)
        else:
            connected.add(output.id)
        self._entries.append((op, inputs, output, params))

    def record_read(self, variable: Variable) -> None:
        """Watches a trainable variable when it is read."""
        if self._watch_accessed and variable.watched_by_default:
            self._connected.add(variable.id)
            self._watched[variable.id] = variable

    def watch(self, tensor) -> None:
        """Has the tape follow a tensor or variable, or each of a nested structure."""
        if not self._started:
            raise AttributeError("Call watch() inside `with GradientTape() as tape:`, not earlier.")
        for x in _checked(tensor, "what to watch", ValueError):
            if not x.is_differentiable:
                _log.warning(_NOT_FLOATING, "watched", x.array.dtype.name)
                continue
            self._connected.add(x.id)
            if isinstance(x, Variable):
                self._watched[x.id] = x

    def watched_variables(self) -> tuple:
        """The variables that the tape follows, in the order of their creation."""
        return tuple(variable for _, variable in sorted(self._watched.items()))

    def stop_recording(self):
        """A context in which the tape doesn't listen: what is computed there is a constant."""
        if self not in active.recorders:
            raise ValueError("Tape is not recording: use it inside its `with` block.")
        return only(tuple(other for other in active.recorders if other is not self))

    def reset(self) -> None:
        """Forgets everything that was recorded and watched, and goes on recording."""
        with self.stop_recording():
            self._forget()

    def gradient(
        self,
        target,
        sources,
        output_gradients=None,
        unconnected_gradients=UnconnectedGradients.NONE,
    ) -> Any:
        """The gradient of the sum of all of `target` with respect to each of `sources`.

        Args:
            target: a tensor or variable, or a nested structure of them (summed).
            sources: the same; the result has its structure, and each gradient its source's shape.
            output_gradients: cotangents of the targets, ones unless given: the result is then
                the vector-Jacobian product.
            unconnected_gradients: "none" or "zero", for sources that the target doesn't depend on.

        Raises:
            RuntimeError: a tape that isn't persistent was used already.
            TypeError: a target or source that is no Tensor or Variable.
            InvalidArgumentError: an output gradient of the wrong shape or dtype.
        """
        zero = UnconnectedGradients(unconnected_gradients) is UnconnectedGradients.ZERO
        self._begin()
        targets, flat_sources = _checked(target, "a target"), _checked(sources, "a source")
        gradients = self._pull(targets, self._cotangents(targets, output_gradients), flat_sources)
        for i, (x, d) in enumerate(zip(flat_sources, gradients, strict=True)):
            if isinstance(x, Variable):
                x.no_gradient_reason = self._reason(x) if d is None else None
            gradients[i] = full_like(x, 0) if d is None and zero else d
        self._end()
        return nest.pack_sequence_as(sources, gradients) if targets else None

    def _begin(self) -> None:
        """Before a sweep: the tape must not be used up, and its block is left for good."""
        if not self._started:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients "
                "(or jacobians), after its `with` block. This one is used up, or was not entered; "
                "GradientTape(persistent=True) gives more."
            )
        if self in active.recorders:
            if self._persistent:
                _log.warning("Inside its block a persistent tape records its gradient's ops too.")
            else:
                self.__exit__()

    def _end(self) -> None:
        """After the sweeps: a tape that isn't persistent is used up, and frees what it kept."""
        if not self._persistent:
            self._started, self._entries, self._connected = False, [], set()

    def _pull(self, targets: list, cotangents: list, sources: list) -> list:
        """The gradient for each of the sources, None where no target depends on it."""
        totals: dict[int, Any] = {}
        for y, g in zip(targets, cotangents, strict=True):
            if g is not None:
                g = conj(g) if g.array.dtype.kind == "c" else g
                totals[y.id] = totals[y.id] + g if y.id in totals else g
        self._sweep(totals, {x.id for x in sources})
        found = [(x, totals.get(x.id)) for x in sources]
        return [d if d is None or x.array.dtype.kind != "c" else conj(d) for x, d in found]

    def _cotangents(self, targets: list, output_gradients) -> list:
        """What the backward sweep starts from: a tensor for each target, None for integers."""
        ones = [full_like(y, 1) for y in targets]
        given = ones if output_gradients is None else nest.flatten(output_gradients)
        if len(given) != len(targets) or any(g is None for g in given):
            raise ValueError(
                f"output_gradients must hold one tensor for each of the {len(targets)} "
                f"targets. Received: {output_gradients!r}."
            )
        cotangents: list = [None] * len(targets)
        for i, (y, one, g) in enumerate(zip(targets, ones, given, strict=True)):
            if not y.is_differentiable:
                _log.warning(_NOT_FLOATING, "target", y.array.dtype.name)
                continue
            g = convert_to_tensor(g, dtype_hint=y.dtype)
            if g.array.dtype != y.array.dtype or g.array.shape not in ((), y.array.shape):
                raise InvalidArgumentError(
                    f"An output gradient must have its target's shape {y.shape} (or be a scalar) "
                    f"and dtype {y.array.dtype}. Received: shape {g.shape}, dtype {g.array.dtype}."
                )
            cotangents[i] = g if g.array.shape == y.array.shape else one * g
        return cotangents

    def _sweep(self, cotangents: dict[int, Any], source_ids: set[int]) -> None:
        """Walks the entries backward; each turns its output's cotangent into its inputs'.

        Recording order is a topological order, so no sort and no recursion is needed: when an
        entry is reached, everything that used its output has been walked already.
        """
        for op, inputs, y, params in reversed(self._entries):
            if type(y) is tuple:  # several outputs: zeros for those that were not used
                found = [cotangents.get(one.id) for one in y]
                if all(g is None for g in found):
                    continue
                g: Any = tuple(
                    full_like(one, 0) if g is None else g.__tensor__()
                    for one, g in zip(y, found, strict=True)
                )
            else:
                # An intermediate tensor that is asked for as well keeps its cotangent.
                g = cotangents.get(y.id) if y.id in source_ids else cotangents.pop(y.id, None)
                if g is None:
                    continue
                if type(g) is not Tensor and not op.passes_slices:
                    g = g.__tensor__()
            for x, d in op.vjp(g, y, inputs, params, self._connected):
                if d is not None:
                    known = cotangents.get(x.id)
                    cotangents[x.id] = d if known is None else known + d

    def _reason(self, variable: Variable) -> str:
        """Why a variable has no gradient, for the errors of optimizers."""
        if variable.id in self._watched:
            return "it was read, but the target was not computed from it"
        if variable.watched_by_default:
            how = "read" if self._watch_accessed else "watched"
            return f"it was not {how} while the tape was recording"
        return "it was not watched, being not trainable or not floating"


def _checked(structure, role: str, error: type[Exception] = TypeError) -> list:
    """The leaves of a structure of tensors and variables."""
    leaves = nest.flatten(structure)
    for x in leaves:
        if not isinstance(x, (Tensor, Variable)):
            raise error(
                f"Passed in object {x!r} of type {type(x).__name__!r}, not a Tensor or Variable, "
                f"as {role}. Make a number or array a tensor with minitape.constant before the "
                "tape, watch it, and compute with that tensor."
            )
    return leaves
