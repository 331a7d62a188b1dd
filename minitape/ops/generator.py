"""tf.random.Generator: a stream of random numbers whose state is a variable."""

import math
import operator

from ..arrays import philox, placed
from ..engine.primitive import convert_to_tensor
from ..engine.tensor import Tensor
from ..engine.variable import Variable
from ..errors import InvalidArgumentError
from .array import concat, reshape, stack, unstack, zeros
from .distributions import samples_before, standard_binomial, together
from .random import (
    FLOATS,
    INTEGERS,
    UNSIGNED,
    Algorithm,
    advanced_random_state,
    check_algorithm,
    dtype_name,
    lengths_of,
    next_random_state,
    random_bits,
    scaled,
    standard_normal,
    standard_truncated_normal,
    uniform_of,
)
from .types import cast, zeros_like

_LENGTH = 3  # of a state: counter low, counter high, key


def create_rng_state(seed, alg):
    """A generator's state of a seed, int64 [counter low, counter high, key].

    Args:
        seed: an integer of up to 192 bits, or a vector of up to three integers, the last one the
            key (further ones are passed over).
        alg: "philox" or "auto_select", which is the same.
    """
    check_algorithm(alg)
    if isinstance(seed, int):
        return Tensor(placed(philox.pack_state(seed >> 128, seed)))
    seed = reshape(_int64(seed), (-1,))[:_LENGTH]
    return concat([zeros((_LENGTH - len(seed),), "int64"), seed], 0)


def _int64(value) -> Tensor:
    """Integers as int64; those beyond 63 bits wrap around."""
    if isinstance(value, (list, tuple)):
        value = [philox.signed(n) if isinstance(n, int) else n for n in value]
    return cast(philox.signed(value) if isinstance(value, int) else value, "int64")


class Generator:
    """A stream of random numbers with its state in a variable: `tf.random.Generator`.

    Make one with `Generator.from_seed(1)`.

    Args:
        copy_from: a generator to begin like.
        state: three integers [counter low, counter high, key], or a variable of them to share.
        alg: "philox" or "auto_select", which is the same.
    """

    def __init__(self, copy_from=None, state=None, alg=None):
        if copy_from is not None:
            state, alg = copy_from.state.read_value(), copy_from.algorithm
        if state is None or alg is None:
            raise ValueError(
                "Generator: expected `copy_from`, or both `state` and `alg`. Received: "
                f"state={state}, alg={alg}. Generator.from_seed makes one of a seed."
            )
        check_algorithm(alg)
        if not isinstance(state, Variable):
            state = Variable(_int64(state), trainable=False, name="StateVar")
        _check_length("state", state, _LENGTH)
        self._state = state

    @classmethod
    def from_state(cls, state, alg) -> "Generator":
        """A generator with that state: see `__init__`."""
        return cls(state=state, alg=alg)

    @classmethod
    def from_seed(cls, seed, alg=None) -> "Generator":
        """A generator whose counter is the seed's low 128 bits, and its key the next 64."""
        alg = Algorithm.PHILOX if alg is None else alg
        return cls(state=create_rng_state(seed, alg), alg=alg)

    @classmethod
    def from_key_counter(cls, key, counter, alg) -> "Generator":
        """A generator of that key, an integer, and counter, two of them, the lower one first."""
        return cls(state=_of_key_and_counter(key, counter), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg=None) -> "Generator":
        """A generator that begins where the operating system's entropy says."""
        state = next_random_state(operation="Generator", seed=None, blocks=0)
        return cls(state=state, alg=Algorithm.PHILOX if alg is None else alg)

    @property
    def state(self) -> Variable:
        """The variable [counter low, counter high, key]."""
        return self._state

    @property
    def key(self) -> Tensor:
        """Which of 2**64 streams it is."""
        return self._state[_LENGTH - 1]

    @property
    def algorithm(self) -> int:
        """TensorFlow's number of Philox."""
        return Algorithm.PHILOX.value

    def reset(self, state) -> None:
        """Goes on from that state."""
        state = _int64(state)
        _check_length("state", state, _LENGTH)
        self._state.assign(state)

    def reset_from_seed(self, seed) -> None:
        """Begins again, with another seed."""
        self._state.assign(create_rng_state(seed, self.algorithm))

    def reset_from_key_counter(self, key, counter) -> None:
        """Goes on with that key and from that counter."""
        self._state.assign(_of_key_and_counter(key, counter))

    def skip(self, delta) -> Tensor:
        """Steps over `delta` values; returns the state before."""
        before = self._state.read_value()
        blocks = int(delta) * philox.BLOCKS_PER_VALUE
        self._state.assign(advanced_random_state(before, blocks=blocks))
        return before

    def normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        """Normal values of the given mean and standard deviation."""
        dtype, shape = dtype_name(dtype, FLOATS, InvalidArgumentError), lengths_of(shape)
        values = standard_normal(self.skip(math.prod(shape)), shape=shape, dtype=dtype)
        return scaled(values, mean, stddev)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        """Normal values, those beyond two standard deviations drawn again."""
        dtype, shape = dtype_name(dtype, FLOATS, InvalidArgumentError), lengths_of(shape)
        values = standard_truncated_normal(self.skip(math.prod(shape)), shape=shape, dtype=dtype)
        return scaled(values, mean, stddev)

    def uniform(self, shape, minval=0, maxval=None, dtype="float32", name=None):
        """Values in [minval, maxval), floats or integers.

        For integers both limits must be given; None for both stands for the whole range.
        """
        dtype = dtype_name(dtype, FLOATS + INTEGERS + UNSIGNED, InvalidArgumentError)
        if dtype not in FLOATS:
            if (minval is None) != (maxval is None):
                raise ValueError(
                    f"For integer dtype {dtype}, minval and maxval must be both `None` or both "
                    f"non-`None`; got minval={minval} and maxval={maxval}"
                )
            if minval is None:
                return self.uniform_full_int(shape, dtype)
            dtype = dtype_name(dtype, INTEGERS, InvalidArgumentError)
        shape = lengths_of(shape)
        maxval = 1 if maxval is None else maxval
        return uniform_of(self.skip(math.prod(shape)), shape, minval, maxval, dtype)

    def binomial(self, shape, counts, probs, dtype="int32", name=None):
        """Binomial numbers: see `tf.random.stateless_binomial`."""
        dtype = dtype_name(dtype, FLOATS + INTEGERS, InvalidArgumentError)
        probs = convert_to_tensor(probs)
        counts, probs = together(convert_to_tensor(counts, dtype_hint=probs.dtype), probs)
        samples, cases = samples_before(shape, counts.shape), counts.shape.num_elements()
        # As much as TensorFlow sets aside for them.
        state = self.skip(cases * 200 * (math.prod(samples) + 3) // 4)
        return standard_binomial(counts, probs, state, samples=samples, dtype=dtype)

    def uniform_full_int(self, shape, dtype="uint64", name=None):
        """Integers over the whole range of their type, which has 32 or 64 bits."""
        dtype = dtype_name(dtype, INTEGERS + UNSIGNED, InvalidArgumentError)
        shape = lengths_of(shape)
        return random_bits(self.skip(math.prod(shape)), shape=shape, dtype=dtype)

    def make_seeds(self, count=1) -> Tensor:
        """Seeds for stateless ops, int64 of shape (2, count): each column is one."""
        keys = self.uniform_full_int((count,), "int64")
        return stack([keys, zeros_like(keys)])

    def split(self, count=1) -> list["Generator"]:
        """Generators that are independent of each other and of this one."""
        keys = self.uniform_full_int((operator.index(count),), "int64")
        zero = convert_to_tensor(0, "int64")
        return [
            Generator(state=stack([zero, zero, key]), alg=self.algorithm) for key in unstack(keys)
        ]


def _check_length(what: str, x, length: int) -> None:
    if x.shape != (length,):
        raise ValueError(f"The {what} must have shape ({length},). Received: shape {x.shape}.")


def _of_key_and_counter(key, counter) -> Tensor:
    key, counter = _int64(key), _int64(counter)
    if key.ndim:
        raise ValueError(f"The key must be a scalar. Received: shape {key.shape}.")
    _check_length("counter", counter, _LENGTH - 1)
    return concat([counter, reshape(key, (1,))], 0)


class _Global:
    """The generator that programs share."""

    generator: Generator | None = None


def get_global_generator():
    """The generator that a program shares, made at the first call: begins where entropy says."""
    if _Global.generator is None:
        _Global.generator = Generator.from_non_deterministic_state()
    return _Global.generator


def set_global_generator(generator) -> None:
    """Has `get_global_generator` give another one."""
    _Global.generator = generator
