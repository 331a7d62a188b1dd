"""Dropout: elements set to zero at random, with TensorFlow's numbers for the same seeds."""

import math
import numbers

from ..arrays import array_module, cpu, cuda
from ..engine.primitive import convert_to_tensor, primitive
from ..engine.tensor import Tensor
from .logic import greater_equal, kept
from .math import multiply
from .random import lengths_of, standard_uniform, stateful_state, stateless_state


def dropout(x, rate, noise_shape=None, seed=None, name=None):
    """Zeroes elements of x at random and divides the others by 1 - rate: `tf.nn.dropout`.

    Args:
        x: floats.
        rate: the probability of zero, a number in [0, 1) or a scalar tensor.
        noise_shape: the shape of the random choice, which broadcasts against x; None stands for
            the whole shape, or for one length of it.
        seed: an integer. With one, the calls of this op with that seed continue one sequence.
        name: TensorFlow's argument; not used.

    Raises:
        ValueError: rate outside [0, 1) (at 1 nothing would be left), or x not of floats.

    Source: Srivastava et al., "Dropout", JMLR 2014.
    """

    def uniform_state(dtype, values):
        return stateful_state("RandomUniform", dtype, seed, values)

    return _dropout(x, rate, noise_shape, uniform_state)


def stateless_dropout(x, rate, seed, rng_alg=None, noise_shape=None, name=None):
    """Dropout that depends on x, rate and seed alone: `tf.nn.experimental.stateless_dropout`.

    Args:
        x: floats.
        rate: the probability of zero, a number in [0, 1) or a scalar tensor.
        seed: two integers, or an int32 or int64 tensor of shape (2,).
        rng_alg: None, "philox" or "auto_select", which are the same.
        noise_shape: as in `dropout`.
        name: TensorFlow's argument; not used.
    """
    return _dropout(x, rate, noise_shape, lambda dtype, values: stateless_state(seed, rng_alg))


def _dropout(x, rate, noise_shape, uniform_state):
    is_number = isinstance(rate, numbers.Real)
    if is_number and not 0 <= rate < 1:
        raise ValueError(
            f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={rate}"
        )
    if not is_number and not hasattr(rate, "__tensor__"):
        raise ValueError(f"`rate` must be a scalar or scalar tensor. Received: rate={rate}")
    x = convert_to_tensor(x)
    if not x.dtype.is_floating:
        raise ValueError(
            "`x.dtype` must be a floating point tensor as `x` will be scaled. "
            f"Received: x_dtype={x.dtype}"
        )
    dtype = x.dtype.name
    if is_number and rate == 0:
        uniform_state(dtype, 0)  # the seeds of later ops don't depend on the rate
        return x
    if is_number:
        scaled = multiply(x, convert_to_tensor(1 / (1 - rate), dtype))
    else:
        rate = _checked_rate(convert_to_tensor(rate), x)
        scaled = x / (1 - rate)
    shape = _noise_shape(x, noise_shape)
    uniform_values = standard_uniform(
        uniform_state(dtype, math.prod(shape)), shape=shape, dtype=dtype
    )
    return _kept(scaled, greater_equal(uniform_values, rate))


@primitive(mixed=True)
def _kept(x, condition):
    """x where the condition is true, 0 elsewhere."""
    return kept(x, array_module(x).broadcast_to(condition, x.shape))


_kept.defkernel(
    cpu=cpu.kept,
    cuda=cuda.elementwise(_kept.forward, ("x", "condition"), "condition ? x : T(0)"),
)
_kept.linear(lambda g, y, x, condition: _kept(g, condition), None)


def _checked_rate(rate: Tensor, x: Tensor) -> Tensor:
    if rate.ndim:
        raise ValueError(f"`rate` must be a scalar tensor. Received: rate of shape {rate.shape}")
    if rate.dtype != x.dtype:
        raise ValueError(
            "`x.dtype` must be compatible with `rate.dtype`. "
            f"Received: x.dtype={x.dtype} and rate.dtype={rate.dtype}"
        )
    return rate


def _noise_shape(x: Tensor, noise_shape) -> tuple[int, ...]:
    if noise_shape is None:
        return tuple(x.shape)
    if isinstance(noise_shape, (list, tuple)) and len(noise_shape) == x.ndim:
        noise_shape = [
            length if given is None else given
            for given, length in zip(noise_shape, x.shape, strict=True)
        ]
    return lengths_of(noise_shape)
