"""ForwardAccumulator: the tangent of every op, computed as it happens."""

from typing import Any

from .. import nest
from .primitive import convert_to_tensor
from .recording import Recorder, active, only
from .tape import GradientTape, UnconnectedGradients
from .tensor import full_like


class ForwardAccumulator(Recorder):
    """Computes Jacobian-vector products forward, inside its `with` block.

    Args:
        primals: a tensor or variable, or a nested structure of them.
        tangents: their directions, in the same structure, shapes and dtypes.
    """

    def __init__(self, primals, tangents):
        nest.assert_same_structure(primals, tangents)
        self._tangents: dict[int, Any] = {}
        for x, t in zip(nest.flatten(primals), nest.flatten(tangents), strict=True):
            t = convert_to_tensor(t, x.dtype)
            if t.array.shape != x.array.shape:
                raise ValueError(
                    f"A tangent must have its primal's shape {x.shape}. Received: {t.shape}."
                )
            if x.id in self._tangents:
                raise ValueError(f"{x!r} was specified as a primal multiple times: give each once.")
            self._tangents[x.id] = t

    def record(self, op, inputs, output, params) -> None:
        """Answers an op with the tangent of its output, seen by the outer recorders only."""
        tangents = [self._tangents.get(x.id) for x in inputs]
        if not op.differentiable or all(t is None for t in tangents):
            return
        push = _pushed if op.jvps else _transposed
        with only(active.recorders[: active.recorders.index(self)]):
            found = push(op, inputs, output, params, tangents)
        for y, t in zip(nest.flatten(output), found, strict=True):
            if t is not None and y.is_differentiable:
                self._tangents[y.id] = t

    def jvp(self, primals, unconnected_gradients=UnconnectedGradients.NONE) -> Any:
        """The tangents of `primals`, results computed inside the block; None where unconnected."""
        zero = UnconnectedGradients(unconnected_gradients) is UnconnectedGradients.ZERO

        def tangent(x):
            t = self._tangents.get(x.id)
            return full_like(x, 0) if t is None and zero else t

        return nest.map_structure(tangent, primals)


def _pushed(op, inputs, output, params, tangents) -> list:
    """The tangent of each output: the sum of what the inputs' tangents make of it."""
    totals: list = [None] * len(nest.flatten(output))
    for rule, t in zip(op.jvps, tangents, strict=True):
        if rule is not None and t is not None:
            parts = nest.flatten(rule(t, output, *inputs, **params))
            totals = [p if s is None else s + p for s, p in zip(totals, parts, strict=True)]
    return totals


def _transposed(op, inputs, output, params, tangents) -> list:
    """J t from the vjp alone: g -> J'g is linear, so its own vjp along t is J t, at any g."""
    cotangents = nest.map_structure(lambda y: full_like(y, 1), output)
    tangent_of = {x.id: t for x, t in zip(inputs, tangents, strict=True) if t is not None}
    with GradientTape() as tape:
        tape.watch(cotangents)
        found = op.vjp(cotangents, output, inputs, params, tangent_of)
    sources = nest.flatten(cotangents)
    totals: dict[int, Any] = {}
    for x, d in found:
        if d is not None:
            t = tangent_of[x.id]
            totals[d.id] = totals[d.id] + t if d.id in totals else t
    tape._sweep(totals, {c.id for c in sources})
    return [totals.get(c.id) for c in sources]
