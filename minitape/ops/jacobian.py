"""GradientTape.jacobian and batch_jacobian: one backward sweep for each row of the matrix."""

import logging
import math
import warnings
from typing import Any

import numpy

from .. import nest
from ..arrays import array_module
from ..engine import GradientTape, Tensor, UnconnectedGradients, Variable, only
from .array import reshape, stack, zeros

_log = logging.getLogger("minitape")
# How far a gradient may be off by rounding, relative to its largest element.
_ROUNDING = {"float16": 5e-2, "float32": 1e-3, "float64": 1e-8}


def jacobian(
    self,
    target,
    sources,
    unconnected_gradients=UnconnectedGradients.NONE,
    parallel_iterations=None,
    experimental_use_pfor=True,
) -> Any:
    """The derivative of each element of `target` with respect to each element of `sources`.

    One backward sweep for each element of the target: memory is the result's, and one sweep's.

    Args:
        target: one tensor or variable.
        sources: tensors or variables, or a nested structure of them.
        unconnected_gradients: "none" or "zero", for sources that the target doesn't depend on.
        parallel_iterations: not used.
        experimental_use_pfor: False demands a persistent tape, as in TensorFlow.

    Returns:
        In the structure of `sources`: tensors of shape target.shape + source.shape.

    Raises:
        RuntimeError: a tape that isn't persistent was used already.
        TypeError: `target` is not one tensor or variable.
    """
    zero = UnconnectedGradients(unconnected_gradients) is UnconnectedGradients.ZERO
    _check_persistent(self, experimental_use_pfor)
    self._begin()
    flat_sources = nest.flatten(sources)
    for x in (target, *flat_sources):
        _check_tensor(x)
    shape = target.array.shape
    columns: list[list] = [[] for _ in flat_sources]
    for unit in _units(target, shape):
        for column, d in zip(columns, self._pull([target], [unit], flat_sources), strict=True):
            column.append(d)
    self._end()
    results: list = []
    for x, column in zip(flat_sources, columns, strict=True):
        if any(d is not None for d in column):
            result = reshape(stack(column), (*shape, *x.array.shape))
        else:
            result = zeros((*shape, *x.array.shape), x.dtype) if zero else None
        results.append(result)
    return nest.pack_sequence_as(sources, results)


def batch_jacobian(
    self,
    target,
    source,
    unconnected_gradients=UnconnectedGradients.NONE,
    parallel_iterations=None,
    experimental_use_pfor=True,
) -> Any:
    """The Jacobian of each example of a batch: of target[i] with respect to source[i].

    One backward sweep for each element of one example, and one more that checks that target[i]
    depends on source[i] alone. Where it doesn't (a mean over the batch was subtracted, say), each
    example needs sweeps of its own, and a warning says so.

    Args:
        target: a tensor whose first axis is the batch.
        source: likewise, of as many examples.
        unconnected_gradients: "none" or "zero"; the result is zeros in either case.
        parallel_iterations: not used.
        experimental_use_pfor: False demands a persistent tape, as in TensorFlow.

    Returns:
        A tensor of shape (batch, *target.shape[1:], *source.shape[1:]).

    Raises:
        ValueError: a tensor of fewer than two axes, or batches of different lengths.
        RuntimeError: a tape that isn't persistent was used already.
    """
    UnconnectedGradients(unconnected_gradients)
    _check_persistent(self, experimental_use_pfor)
    for x in (target, source):
        _check_tensor(x)
        if x.ndim < 2:
            raise ValueError(
                "batch_jacobian: target and source must have rank at least 2, the batch and the "
                f"example. Received: target of shape {target.shape}, source of shape "
                f"{source.shape}."
            )
    if target.shape[0] != source.shape[0]:
        raise ValueError(
            f"Need first dimension of target shape ({target.shape}) and source shape "
            f"({source.shape}) to match: it is the batch."
        )
    self._begin()
    batch, example = target.shape[0], target.array.shape[1:]
    shape = (batch, *example, *source.array.shape[1:])
    rows = [
        self._pull([target], [_repeated(unit, batch)], [source])[0]
        for unit in _units(target, example)
    ]
    if not rows or rows[0] is None:
        result = zeros(shape, source.dtype)
    else:
        result = reshape(stack(rows, axis=1), shape)
        if _examples_mix(self, target, source, result):
            warnings.warn(
                "batch_jacobian: an example's target depends on other examples of the source, so "
                "one sweep can't serve the whole batch. Each example gets its own, which takes "
                f"{batch} times as long.",
                stacklevel=2,
            )
            result = reshape(stack([
                self._pull([target], [unit], [source])[0][i // math.prod(example)]
                for i, unit in enumerate(_units(target, target.array.shape))
            ]), shape)  # fmt: skip
    self._end()
    return result


def _check_persistent(tape, use_pfor: bool) -> None:
    if not use_pfor and not tape._persistent:
        raise RuntimeError(
            "GradientTape must be created with persistent=True to compute the jacobian with "
            "experimental_use_pfor=False, and this one was not."
        )


def _check_tensor(x) -> None:
    if not isinstance(x, (Tensor, Variable)):
        raise TypeError(
            "A Jacobian is that of one Tensor or Variable, with respect to Tensors or Variables. "
            f"Received: {x!r} of type {type(x).__name__}. Call it once for each target."
        )


def _units(y, shape):
    """Tensors of y's dtype: 1 at one place of `shape` and 0 elsewhere, for each place in turn."""
    if not y.is_differentiable:
        _log.warning("The dtype of the target must be floating, got %s", y.dtype.name)
        return
    for i in range(math.prod(shape)):
        unit = array_module(y.array).zeros(math.prod(shape), y.array.dtype)
        unit[i] = 1
        yield Tensor(unit.reshape(shape))


def _repeated(unit, batch: int):
    """The same cotangent for each example."""
    xp = array_module(unit.array)
    return Tensor(xp.broadcast_to(unit.array, (batch, *unit.array.shape)))


def _examples_mix(tape, target, source, result) -> bool:
    """Whether a sweep with different weights for each example contradicts the result."""
    xp = array_module(target.array)
    weights = numpy.random.default_rng(0).uniform(1, 2, target.array.shape)
    weights = xp.asarray(weights.astype(target.array.dtype))
    with only(()):
        (found,) = tape._pull([target], [Tensor(weights)], [source])
    found = found.__tensor__().concrete
    batch, values = len(weights), math.prod(target.array.shape[1:])
    rows = result.concrete.reshape(batch, values, -1)
    expected = xp.einsum("bv,bvx->bx", weights.reshape(batch, values), rows).reshape(found.shape)
    allowed = _ROUNDING[target.dtype.real_dtype.name] * xp.abs(expected).max(initial=1e-30)
    return bool((xp.abs(found - expected) > allowed).any())


GradientTape.jacobian = jacobian  # type: ignore[attr-defined]
GradientTape.batch_jacobian = batch_jacobian  # type: ignore[attr-defined]
