"""Gamma, Poisson and binomial numbers: `tf.random.gamma` and its like, with TensorFlow's numbers.

`shape` and the shape of the parameters follow each other in the stateful ops; in the stateless ones
`shape` is the whole, and ends with that of the parameters.
"""

import math

import numpy

from ..arrays import as_dtype, beside, philox, rejection, to_numpy
from ..engine import convert_to_tensor, primitive
from ..engine.tensor import Tensor
from ..errors import InvalidArgumentError
from .array import broadcast_to
from .math import maximum
from .random import FLOATS, INTEGERS, dtype_name, lengths_of, stateful_state, stateless_state
from .reduce import reduce_sum
from .special import density_of_gamma, slope_of_igamma

# -- the primitives --------------------------------------------------------------------------------
#
# Samples come first, parameters last: in TensorFlow's kernels all samples of one parameter follow
# each other.


# Numbers are drawn again until one is accepted, which takes Python's decisions: on the CPU.


def _on_cpu(array):
    return to_numpy(array).ravel()


def _laid_out(values, like, samples, dtype):
    return beside(values.T.reshape((*samples, *like.shape)).astype(dtype), like)


@primitive(mixed=True, kinds="f")
def standard_gamma(alpha, state, *, samples):
    """Gamma numbers of scale 1, so many of each shape: (*samples, *alpha.shape)."""
    key, counter = philox.unpack_state(state)
    values = rejection.random_gamma(key, counter, _on_cpu(alpha), math.prod(samples))
    return _laid_out(values, alpha, samples, alpha.dtype)


def _slope(y, alpha):
    """How a gamma number grows with its shape while its probability P(alpha, y) stays the same."""
    alpha = broadcast_to(alpha, y.shape)
    return -slope_of_igamma(alpha, y) / density_of_gamma(alpha, y)


standard_gamma.defvjp(
    lambda g, y, alpha, state, *, samples: reduce_sum(
        g * _slope(y, alpha), axis=list(range(len(samples)))
    ),
    None,
)
standard_gamma.defjvp(lambda t, y, alpha, state, *, samples: t * _slope(y, alpha), None)


@primitive(differentiable=False, mixed=True)
def standard_poisson(rate, state, *, samples, dtype):
    """Poisson numbers, so many of each rate: (*samples, *rate.shape)."""
    key, counter = philox.unpack_state(state)
    values = rejection.random_poisson(key, counter, _on_cpu(rate), math.prod(samples))
    return _laid_out(values, rate, samples, dtype)


@primitive(differentiable=False, mixed=True)
def standard_binomial(counts, probs, state, *, samples, dtype):
    """Binomial numbers, so many of each count and probability: (*samples, *counts.shape)."""
    key, counter = philox.unpack_state(state)
    values = rejection.random_binomial(
        key, counter, _on_cpu(counts), _on_cpu(probs), math.prod(samples)
    )
    return _laid_out(values, counts, samples, dtype)


def samples_before(shape, parameters) -> tuple[int, ...]:
    """What is left of a shape that ends with that of the parameters.

    Raises:
        InvalidArgumentError: it doesn't.
    """
    lengths = lengths_of(shape)
    split = len(lengths) - len(parameters)
    if split < 0 or lengths[split:] != tuple(parameters):
        raise InvalidArgumentError(
            f"Shape passed in must end with broadcasted shape. Expected: one that ends with "
            f"{tuple(parameters)}. Received: shape={lengths}."
        )
    return lengths[:split]


def together(*parameters) -> tuple:
    """The parameters, broadcast to one shape."""
    shape = numpy.broadcast_shapes(*(tuple(x.shape) for x in parameters))
    return tuple(broadcast_to(x, shape) for x in parameters)


def _scaled(values, alpha, beta):
    # A shape near 0 gives numbers that are too small for the type.
    return maximum(values / beta, float(numpy.finfo(alpha.dtype.numpy_dtype).tiny))


# -- the public names ------------------------------------------------------------------------------


def gamma(shape, alpha, beta=None, dtype="float32", seed=None, name=None) -> Tensor:
    """Gamma numbers: `tf.random.gamma`. They have gradients for alpha and beta.

    Args:
        shape: how many of each parameter, as a list or vector of lengths.
        alpha: the shape parameter, above 0.
        beta: the inverse of the scale, 1 unless given; broadcast with alpha.
        dtype: float16, float32 or float64.
        seed: an integer. With one, the calls of this op with that seed continue one sequence.
        name: not used.

    Returns:
        Numbers of shape (*shape, *shape of alpha with beta); nan where alpha isn't above 0.
    """
    alpha = convert_to_tensor(alpha, dtype_name(dtype, FLOATS, TypeError))
    beta = convert_to_tensor(1 if beta is None else beta, alpha.dtype)
    alpha, beta = together(alpha, beta)
    samples = lengths_of(shape)
    count = math.prod(samples) * alpha.shape.num_elements()
    state = stateful_state("RandomGamma", alpha.dtype.name, seed, count)
    return _scaled(standard_gamma(alpha, state, samples=samples), alpha, beta)


def stateless_gamma(shape, seed, alpha, beta=None, dtype="float32", name=None) -> Tensor:
    """Gamma numbers that depend on the seed alone: `tf.random.stateless_gamma`.

    Args:
        shape: the lengths of the result, which end with those of alpha and beta.
        seed: two integers, or an int32 or int64 tensor of shape (2,).
        alpha: the shape parameter, above 0.
        beta: the inverse of the scale, 1 unless given.
        dtype: float16, float32 or float64.
        name: not used.
    """
    alpha = convert_to_tensor(alpha, dtype_name(dtype, FLOATS, TypeError))
    beta = convert_to_tensor(1 if beta is None else beta, alpha.dtype)
    alpha, beta = together(alpha, beta)
    samples = samples_before(shape, alpha.shape)
    state = stateless_state(seed, None)
    return _scaled(standard_gamma(alpha, state, samples=samples), alpha, beta)


def poisson(shape, lam, dtype="float32", seed=None, name=None) -> Tensor:
    """Poisson numbers: `tf.random.poisson`. No gradient.

    Args:
        shape: how many of each rate, as a list or vector of lengths.
        lam: the rate, the mean.
        dtype: float16, float32, float64, int32 or int64.
        seed: an integer. With one, the calls of this op with that seed continue one sequence.
        name: not used.

    Returns:
        Numbers of shape (*shape, *lam.shape).
    """
    dtype = dtype_name(dtype, FLOATS + INTEGERS, InvalidArgumentError)
    rate, samples = convert_to_tensor(lam, dtype_hint=as_dtype("float32")), lengths_of(shape)
    count = math.prod(samples) * rate.shape.num_elements()
    kind = f"{rate.dtype.name}:{dtype}"
    state = stateful_state("RandomPoisson", kind, seed, count)
    return standard_poisson(rate, state, samples=samples, dtype=dtype)


def stateless_poisson(shape, seed, lam, dtype="int32", name=None) -> Tensor:
    """Poisson numbers that depend on the seed alone: `tf.random.stateless_poisson`. No gradient.

    Args:
        shape: the lengths of the result, which end with those of lam.
        seed: two integers, or an int32 or int64 tensor of shape (2,).
        lam: the rate, the mean.
        dtype: float16, float32, float64, int32 or int64.
        name: not used.
    """
    dtype = dtype_name(dtype, FLOATS + INTEGERS, InvalidArgumentError)
    rate = convert_to_tensor(lam)
    samples = samples_before(shape, rate.shape)
    return standard_poisson(rate, stateless_state(seed, None), samples=samples, dtype=dtype)


def stateless_binomial(shape, seed, counts, probs, output_dtype="int32", name=None) -> Tensor:
    """Binomial numbers that depend on the seed alone: `tf.random.stateless_binomial`. No gradient.

    Args:
        shape: the lengths of the result, which end with those of counts and probs.
        seed: two integers, or an int32 or int64 tensor of shape (2,).
        counts: how many tries.
        probs: the probability that one succeeds; broadcast with counts.
        output_dtype: float16, float32, float64, int32 or int64.
        name: not used.
    """
    dtype = dtype_name(output_dtype, FLOATS + INTEGERS, InvalidArgumentError)
    probs = convert_to_tensor(probs)
    counts, probs = together(convert_to_tensor(counts, dtype_hint=probs.dtype), probs)
    samples = samples_before(shape, counts.shape)
    state = stateless_state(seed, None)
    return standard_binomial(counts, probs, state, samples=samples, dtype=dtype)
