"""Keras' random numbers: pure functions of a seed, which a SeedGenerator keeps and moves on.

With the same seeds the numbers are those of Keras on TensorFlow.
"""

import random as python_random
from typing import Any

from .. import ops
from ..arrays import as_dtype
from ..ops import distributions, random
from ..ops.array import placed_tensor
from ..ops.dropout import stateless_dropout
from ..settings import floatx
from .naming import auto_name
from .variables import Variable


class SeedGenerator:
    """Seeds for the functions below, another one at each call.

    Args:
        seed: an integer; without one it is drawn from Python's `random`.
        name: its name, "seed_generator" unless given.

    Attributes:
        state: int64 variable [seed, calls so far].
    """

    def __init__(self, seed=None, name=None):
        self.name = auto_name("SeedGenerator") if name is None else name
        self._initial_seed = seed
        seed = make_default_seed() if seed is None else seed
        if not isinstance(seed, int):
            raise ValueError(f"Argument `seed` must be an integer. Received: seed={seed!r}")
        self.state = Variable(
            ops.convert_to_tensor([seed, 0], dtype="int64"),
            trainable=False,
            name="seed_generator_state",
        )

    def next(self, ordered=True):
        """The current state as a seed; afterwards the state is another.

        Args:
            ordered: whether the state counts calls. Otherwise it jumps about, as the global
                generator's does.
        """
        seed: Any = self.state.value
        if ordered:
            self.state.assign(seed + [0, 1])
        else:
            self.state.assign((seed + 1) * 5387 % 933199)
        return seed

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict):
        """A generator with the arguments that `get_config` returned."""
        return cls(**config)


_global_generators: list[SeedGenerator] = []


def global_seed_generator() -> SeedGenerator:
    """The generator that functions without a seed share, made at the first use."""
    if not _global_generators:
        _global_generators.append(SeedGenerator())
    return _global_generators[0]


def reset_global_seed_generator() -> None:
    """Forgets the shared generator: the next use makes one, from Python's `random`."""
    _global_generators.clear()


def make_default_seed() -> int:
    """The seed of whatever was given none, from Python's `random`."""
    return python_random.randint(1, int(1e9))


def draw_seed(seed):
    """The seed, an int64 tensor of two, that an integer, a SeedGenerator or None stands for.

    An integer gives the same numbers at each call, a SeedGenerator others; None stands for the
    global generator.
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if isinstance(seed, int):
        return ops.convert_to_tensor([seed, 0], dtype="int64")
    if seed is None:
        return global_seed_generator().next(ordered=False)
    raise ValueError(
        "Argument `seed` must be either an integer or an instance of `SeedGenerator`. "
        f"Received: seed={seed!r} (of type {type(seed)})"
    )


def _stateless_seed(seed):
    """What TensorFlow's stateless ops are given by Keras: the seed brought into 31 bits.

    Numbers are drawn where it lies: where new tensors are put.
    """
    return placed_tensor(random.seed_in_31_bits(draw_seed(seed)))


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal random values.

    Args:
        shape: the lengths.
        mean: the mean.
        stddev: the standard deviation.
        dtype: a float type, `floatx()` unless given.
        seed: an integer (the same values at each call), a SeedGenerator, or None for the global
            one.
    """
    return random.stateless_normal(
        shape, _stateless_seed(seed), mean=mean, stddev=stddev, dtype=dtype or floatx()
    )


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal random values, those beyond two standard deviations drawn again.

    The arguments are those of `normal`.
    """
    return random.stateless_truncated_normal(
        shape, _stateless_seed(seed), mean=mean, stddev=stddev, dtype=dtype or floatx()
    )


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Random values in [minval, maxval), each as likely as any other.

    Args:
        shape: the lengths.
        minval: the lower bound, included.
        maxval: the upper bound, excluded.
        dtype: a float type, `floatx()` unless given.
        seed: an integer (the same values at each call), a SeedGenerator, or None for the global
            one.
    """
    dtype = as_dtype(dtype or floatx())
    if not dtype.is_floating:
        raise ValueError(
            "`keras.random.uniform` requires a floating point `dtype`. "
            f"Received: dtype={dtype.name}. For integers there is `keras.random.randint`."
        )
    # A limit from an initializer is a Python float, or a tensor of another dtype.
    minval, maxval = ops.cast(minval, dtype), ops.cast(maxval, dtype)
    return random.stateless_uniform(shape, _stateless_seed(seed), minval, maxval, dtype=dtype)


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Random integers in [minval, maxval).

    Args:
        shape: the lengths.
        minval: the lower bound, included.
        maxval: the upper bound, excluded.
        dtype: an integer type.
        seed: an integer (the same values at each call), a SeedGenerator, or None for the global
            one.
    """
    dtype = as_dtype(dtype)
    if not dtype.is_integer:
        raise ValueError(
            "`keras.random.randint` requires an integer `dtype`. "
            f"Received: dtype={dtype.name}. For floats there is `keras.random.uniform`."
        )
    drawn = dtype.name if dtype.name in ("int32", "int64") else "int64"
    seed = _stateless_seed(seed)
    return ops.cast(random.stateless_uniform(shape, seed, minval, maxval, dtype=drawn), dtype)


def categorical(logits, num_samples, dtype="int32", seed=None):
    """Class numbers of shape (rows, num_samples), drawn with probabilities softmax(logits).

    Args:
        logits: shape (rows, classes).
        num_samples: how many classes to draw for each row.
        dtype: the type of the result.
        seed: an integer (the same values at each call), a SeedGenerator, or None for the global
            one.
    """
    logits = ops.convert_to_tensor(logits)
    if logits.ndim != 2:
        raise ValueError(
            "`logits` should be a 2-D tensor with shape [batch_size, num_classes]. "
            f"Received: logits of shape {logits.shape}"
        )
    seed = _stateless_seed(seed)
    return ops.cast(random.stateless_categorical(logits, num_samples, seed), dtype)


def dropout(inputs, rate, noise_shape=None, seed=None):
    """Zeroes elements of `inputs` at random and divides the others by 1 - rate.

    Args:
        inputs: floats.
        rate: the probability of zero, in [0, 1].
        noise_shape: the shape of the random choice, which broadcasts against `inputs`; None stands
            for the whole shape, or for one length of it.
        seed: an integer (the same values at each call), a SeedGenerator, or None for the global
            one.
    """
    if rate == 1.0:
        return ops.zeros_like(inputs)
    if rate == 0.0:
        return inputs
    return stateless_dropout(inputs, rate, _stateless_seed(seed), noise_shape=noise_shape)


def shuffle(x, axis=0, seed=None):
    """The same elements in random order along `axis`.

    Args:
        x: what to shuffle.
        axis: an axis of x.
        seed: an integer (the same order at each call), a SeedGenerator, or None for the global
            one.
    """
    x = ops.convert_to_tensor(x)
    keys = random.stateless_uniform((x.shape[axis],), _stateless_seed(seed))
    return ops.gather(x, random.ascending_order(keys), axis=axis)


def gamma(shape, alpha, dtype=None, seed=None):
    """Random values of a gamma distribution.

    Args:
        shape: the lengths, which end with those of alpha.
        alpha: the shape parameter, above 0.
        dtype: a float type, `floatx()` unless given.
        seed: an integer (the same values at each call), a SeedGenerator, or None for the global
            one.
    """
    seed = _stateless_seed(seed)
    return distributions.stateless_gamma(shape, seed, alpha, dtype=dtype or floatx())


def binomial(shape, counts, probabilities, dtype=None, seed=None):
    """Random values of a binomial distribution: how many of so many tries succeed.

    Args:
        shape: the lengths, which end with those of counts and probabilities.
        counts: how many tries.
        probabilities: how likely one is to succeed.
        dtype: a type of numbers, `floatx()` unless given.
        seed: an integer (the same values at each call), a SeedGenerator, or None for the global
            one.
    """
    seed, dtype = _stateless_seed(seed), dtype or floatx()
    return distributions.stateless_binomial(shape, seed, counts, probabilities, dtype)


def beta(shape, alpha, beta, dtype=None, seed=None):
    """Random values of a beta distribution: the share of one gamma number in the sum of two.

    Args:
        shape: the lengths, to which alpha and beta are broadcast.
        alpha: the shape parameter of the first.
        beta: that of the second.
        dtype: a float type, `floatx()` unless given.
        seed: an integer (the same values at each call), a SeedGenerator, or None for the global
            one.
    """
    dtype, first = dtype or floatx(), _stateless_seed(seed)
    draws: Any = [
        distributions.stateless_gamma(
            shape, draw, ops.broadcast_to(ops.cast(parameter, dtype), shape), dtype=dtype
        )
        for draw, parameter in ((first, alpha), (ops.add(first, 12), beta))
    ]
    return draws[0] / (draws[0] + draws[1])
