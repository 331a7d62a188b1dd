"""Random tensors: `tf.random`, and dropout. With the same seeds the numbers are TensorFlow's.

Every draw is a pure function of a state, an int64 tensor [counter low, counter high, key] that says
where in which Philox stream it begins (see `arrays.philox`). A state comes from one of three ops:
`next_random_state`, the only one here that gives another result each time it runs (the seeds it
goes by stand in `config.seeds`); `seeded_random_state`, which makes one of a stateless op's seed;
and `advanced_random_state`, by which a Generator steps on. So a recorder sees every draw, and may
draw anew or repeat the same.
"""

import math
import numbers
import operator

from ..arrays import array_module, as_dtype, philox
from ..config import seeds
from ..engine.primitive import convert_to_tensor, primitive
from ..engine.tensor import Tensor
from ..engine.variable import Variable
from ..errors import InvalidArgumentError
from .array import stack, unstack
from .gather import gather
from .math import greater_equal, multiply, zeros_like

_FLOATS = ("float16", "float32", "float64")
_INTEGERS = ("int32", "int64")
_UNSIGNED = ("uint32", "uint64")


def set_seed(seed) -> None:
    """Sets the global seed, and starts the stream of every seeded op from its beginning.

    Ops without a seed of their own then draw the same numbers in the same order as in TensorFlow.

    Args:
        seed: an integer; None takes the global seed away.
    """
    seeds.set_seed(seed)


# -- states -------------------------------------------------------------------------------------


@primitive(differentiable=False, mixed=True)  # it has no inputs whose dtypes could differ
def _next_random_state(*, operation, seed, blocks):
    """The state with which this call of a stateful op draws; see `config.SeedContext`."""
    return philox.pack_state(*seeds.next_stream(operation, seed, blocks))


@primitive(differentiable=False)
def _seeded_random_state(seed):
    """The state that a stateless op makes of its seed, two integers."""
    if seed.shape != (2,):
        raise InvalidArgumentError(f"seed must have shape [2], not {list(seed.shape)}")
    if seed.dtype.name not in _INTEGERS:
        raise InvalidArgumentError(f"seed must be int32 or int64, not {seed.dtype.name}")
    return philox.pack_state(*philox.scramble_seed(*seed.tolist()))


@primitive(differentiable=False)
def _advanced_random_state(state, *, blocks):
    """The state `blocks` counters further on."""
    key, counter = philox.unpack_state(state)
    return philox.pack_state(key, counter + blocks)


def _stateful(operation: str, dtype: str, seed, values: int) -> Tensor:
    blocks = values * philox.BLOCKS_PER_VALUE
    return _next_random_state(operation=f"{operation}:{dtype}", seed=seed, blocks=blocks)


def _stateless(seed, alg) -> Tensor:
    name = alg.strip().lower().replace("-", "").replace("_", "") if isinstance(alg, str) else alg
    if name not in (None, "philox", "autoselect", 1, 3):
        raise ValueError(
            f"Argument `alg` got unsupported value {alg}. Expected 'philox', or 'auto_select', "
            "which means the same here: minitape draws all its random numbers with Philox."
        )
    return _seeded_random_state(seed)


# -- draws --------------------------------------------------------------------------------------


@primitive(differentiable=False)
def _standard_uniform(state, *, shape, dtype):
    """Floats in [0, 1)."""
    key, counter = philox.unpack_state(state)
    return philox.random_uniform(key, counter, shape, dtype, array_module(state))


@primitive(differentiable=False)
def _standard_normal(state, *, shape, dtype):
    """Floats of mean 0 and standard deviation 1."""
    key, counter = philox.unpack_state(state)
    return philox.random_normal(key, counter, shape, dtype, array_module(state))


@primitive(differentiable=False)
def _standard_truncated_normal(state, *, shape, dtype):
    """Normal floats of which those outside (-2, 2) are drawn again."""
    key, counter = philox.unpack_state(state)
    return philox.random_truncated_normal(key, counter, shape, dtype, array_module(state))


@primitive(differentiable=False)
def _random_bits(state, *, shape, dtype):
    """Integers over the whole range of their type."""
    key, counter = philox.unpack_state(state)
    return philox.random_bits(key, counter, shape, dtype, array_module(state))


@primitive(differentiable=False, mixed=True)
def _random_integers(state, minval, maxval, *, shape, dtype):
    """Integers in [minval, maxval)."""
    low, high = int(minval), int(maxval)
    if low >= high:
        raise InvalidArgumentError(f"Need minval < maxval, got {low} >= {high}")
    key, counter = philox.unpack_state(state)
    return philox.random_integers(key, counter, shape, low, high, dtype, array_module(state))


@primitive(differentiable=False)
def _random_permutation(state, *, size):
    """The integers 0 .. size-1 in random order."""
    key, counter = philox.unpack_state(state)
    return array_module(state).asarray(philox.random_permutation(key, counter, size))


@primitive(differentiable=False)
def ascending_order(keys):
    """The indices that sort `keys`, the first first among equals: random keys, random order."""
    return array_module(keys).argsort(keys, kind="stable")


@primitive(differentiable=False, mixed=True)
def _random_categorical(logits, state, *, num_samples, dtype):
    """Class numbers of shape (rows, num_samples), drawn with probabilities softmax(logits)."""
    if logits.ndim != 2:
        raise InvalidArgumentError(f"logits should be a matrix, got shape {list(logits.shape)}")
    key, counter = philox.unpack_state(state)
    return philox.random_categorical(key, counter, logits, num_samples, dtype)


# -- what is drawn, from either kind of state ------------------------------------------------------


def _lengths(shape) -> tuple[int, ...]:
    """A shape from a list of integers or scalar tensors, or from an integer vector."""
    if hasattr(shape, "__tensor__"):
        shape = shape.__tensor__().array
    try:
        lengths = tuple(map(operator.index, shape))
    except TypeError:
        raise InvalidArgumentError(
            f"shape must be a vector of integers, such as (2, 3). Received: shape={shape!r}"
        ) from None
    for length in lengths:
        if length < 0:
            raise InvalidArgumentError(
                f"Dimension {length} must be >= 0. Received: shape={lengths}"
            )
    return lengths


def _dtype_name(dtype, accepted: tuple) -> str:
    name = as_dtype(dtype).name
    if name not in accepted:
        raise ValueError(
            f"Argument `dtype` got invalid value {name}. Accepted dtypes are {', '.join(accepted)}."
        )
    return name


def _uniform(state, lengths, minval, maxval, dtype: str) -> Tensor:
    if dtype in _FLOATS:
        values = _standard_uniform(state, shape=lengths, dtype=dtype)
        if type(minval) is int and type(maxval) is int and (minval, maxval) == (0, 1):
            return values
        minval, maxval = convert_to_tensor(minval, dtype), convert_to_tensor(maxval, dtype)
        return values * (maxval - minval) + minval
    minval, maxval = convert_to_tensor(minval, dtype), convert_to_tensor(maxval, dtype)
    return _random_integers(state, minval, maxval, shape=lengths, dtype=dtype)


def _scaled(values: Tensor, mean, stddev) -> Tensor:
    dtype = values.dtype
    return values * convert_to_tensor(stddev, dtype) + convert_to_tensor(mean, dtype)


# -- stateful ops ---------------------------------------------------------------------------------


def normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Normal random values: `tf.random.normal`.

    Args:
        shape: the lengths, as a list (whose items may be tensors) or an integer vector.
        mean: the mean; a number or a tensor that broadcasts with the result.
        stddev: the standard deviation, likewise.
        dtype: float16, float32 or float64.
        seed: an integer. With one, the calls of this op with that seed continue one sequence.
        name: TensorFlow's argument; not used.
    """
    dtype, shape = _dtype_name(dtype, _FLOATS), _lengths(shape)
    state = _stateful("RandomStandardNormal", dtype, seed, math.prod(shape))
    return _scaled(_standard_normal(state, shape=shape, dtype=dtype), mean, stddev)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Normal random values, those beyond two standard deviations drawn again.

    `tf.random.truncated_normal`; the arguments are those of `normal`.
    """
    dtype, shape = _dtype_name(dtype, _FLOATS), _lengths(shape)
    state = _stateful("TruncatedNormal", dtype, seed, math.prod(shape))
    return _scaled(_standard_truncated_normal(state, shape=shape, dtype=dtype), mean, stddev)


def uniform(shape, minval=0, maxval=None, dtype="float32", seed=None, name=None):
    """Random values in [minval, maxval), each as likely as any other: `tf.random.uniform`.

    Args:
        shape: the lengths, as a list (whose items may be tensors) or an integer vector.
        minval: the lower bound, included.
        maxval: the upper bound, excluded; 1 unless given, and required for integers.
        dtype: float16, float32, float64, int32 or int64.
        seed: an integer. With one, the calls of this op with that seed continue one sequence.
        name: TensorFlow's argument; not used.
    """
    dtype, shape = _dtype_name(dtype, _FLOATS + _INTEGERS), _lengths(shape)
    if maxval is None:
        if dtype in _INTEGERS:
            raise ValueError(f"Must specify maxval for integer dtype {dtype}")
        maxval = 1
    operation = "RandomUniform" if dtype in _FLOATS else "RandomUniformInt"
    state = _stateful(operation, dtype, seed, math.prod(shape))
    return _uniform(state, shape, minval, maxval, dtype)


def shuffle(value, seed=None, name=None):
    """The same elements in random order along the first axis: `tf.random.shuffle`.

    Unlike TensorFlow's it has a gradient, which is shuffled back.
    """
    value = convert_to_tensor(value)
    if not value.ndim or len(value) < 2:
        return value
    blocks = (len(value) + 2) // 4  # one word less than there are elements
    operation = f"RandomShuffle:{value.dtype.name}"
    state = _next_random_state(operation=operation, seed=seed, blocks=blocks)
    return gather(value, _random_permutation(state, size=len(value)))


def categorical(logits, num_samples, dtype=None, seed=None, name=None):
    """Class numbers drawn with probabilities softmax(logits): `tf.random.categorical`.

    Args:
        logits: shape (rows, classes).
        num_samples: how many classes to draw for each row.
        dtype: int32 or int64 (the default) of the result, whose shape is (rows, num_samples).
        seed: an integer. With one, the calls of this op with that seed continue one sequence.
        name: TensorFlow's argument; not used.
    """
    logits, num_samples = convert_to_tensor(logits), operator.index(num_samples)
    dtype = _dtype_name(dtype or "int64", _INTEGERS)
    rows = logits.shape[0] if logits.ndim else 0
    operation = f"Multinomial:{logits.dtype.name}:{dtype}"
    # TensorFlow counts two words for each sample, of which it rounds the number up to fours.
    values = 2 * ((num_samples + 3) // 4 * 4) * rows
    state = _next_random_state(
        operation=operation, seed=seed, blocks=values * philox.BLOCKS_PER_VALUE
    )
    return _random_categorical(logits, state, num_samples=num_samples, dtype=dtype)


# -- stateless ops --------------------------------------------------------------------------------


def stateless_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype="float32", name=None, alg="auto_select"
):
    """Normal random values that depend on the seed alone: `tf.random.stateless_normal`.

    Args:
        shape: the lengths, as a list (whose items may be tensors) or an integer vector.
        seed: two integers, or an int32 or int64 tensor of shape (2,).
        mean: the mean; a number or a tensor that broadcasts with the result.
        stddev: the standard deviation, likewise.
        dtype: float16, float32 or float64.
        name: TensorFlow's argument; not used.
        alg: "philox" or "auto_select", which is the same.
    """
    dtype, shape = _dtype_name(dtype, _FLOATS), _lengths(shape)
    values = _standard_normal(_stateless(seed, alg), shape=shape, dtype=dtype)
    return _scaled(values, mean, stddev)


def stateless_truncated_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype="float32", name=None, alg="auto_select"
):
    """Truncated normal values that depend on the seed alone.

    `tf.random.stateless_truncated_normal`; the arguments are those of `stateless_normal`.
    """
    dtype, shape = _dtype_name(dtype, _FLOATS), _lengths(shape)
    values = _standard_truncated_normal(_stateless(seed, alg), shape=shape, dtype=dtype)
    return _scaled(values, mean, stddev)


def stateless_uniform(
    shape, seed, minval=0, maxval=None, dtype="float32", name=None, alg="auto_select"
):
    """Uniform random values that depend on the seed alone: `tf.random.stateless_uniform`.

    Args:
        shape: the lengths, as a list (whose items may be tensors) or an integer vector.
        seed: two integers, or an int32 or int64 tensor of shape (2,).
        minval: the lower bound, included. None, with maxval=None, for integers of the whole range.
        maxval: the upper bound, excluded; 1 for floats unless given.
        dtype: float16, float32, float64, int32 or int64; uint32 and uint64 over the whole range.
        name: TensorFlow's argument; not used.
        alg: "philox" or "auto_select", which is the same.
    """
    dtype, shape = _dtype_name(dtype, _FLOATS + _INTEGERS + _UNSIGNED), _lengths(shape)
    if dtype in _FLOATS:
        maxval = 1 if maxval is None else maxval
    elif (minval is None) != (maxval is None):
        raise ValueError(
            f"For integer `dtype` argument {dtype}, argument `minval` and `maxval` must be both "
            f"None or not None. Got `minval`={minval} and `maxval`={maxval}."
        )
    elif minval is None:
        return _random_bits(_stateless(seed, alg), shape=shape, dtype=dtype)
    elif dtype in _UNSIGNED:
        raise ValueError(
            f"Argument `dtype` got invalid value {dtype} when argument `minval` is not None. "
            "Expected int32 or int64."
        )
    return _uniform(_stateless(seed, alg), shape, minval, maxval, dtype)


def stateless_categorical(logits, num_samples, seed, dtype="int64", name=None):
    """Class numbers that depend on logits and seed alone: `tf.random.stateless_categorical`.

    Args:
        logits: shape (rows, classes).
        num_samples: how many classes to draw for each row.
        seed: two integers, or an int32 or int64 tensor of shape (2,).
        dtype: int32 or int64 of the result, whose shape is (rows, num_samples).
        name: TensorFlow's argument; not used.
    """
    dtype = _dtype_name(dtype or "int64", _INTEGERS)
    num_samples = operator.index(num_samples)
    state = _seeded_random_state(seed)
    return _random_categorical(logits, state, num_samples=num_samples, dtype=dtype)


# -- dropout --------------------------------------------------------------------------------------


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
        return _stateful("RandomUniform", dtype, seed, values)

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
    return _dropout(x, rate, noise_shape, lambda dtype, values: _stateless(seed, rng_alg))


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
    uniform_values = _standard_uniform(
        uniform_state(dtype, math.prod(shape)), shape=shape, dtype=dtype
    )
    return _kept(scaled, greater_equal(uniform_values, rate))


@primitive(mixed=True)
def _kept(x, condition):
    """x where the condition is true, 0 elsewhere.

    As `where`, but some twenty times as fast on a random condition, which no processor's branch
    predictor foresees: the bits of x are multiplied by 1 or 0. (0 times an infinite x would be
    NaN, so x itself can't be.)
    """
    xp = array_module(x)
    bits = x.view(f"int{8 * x.dtype.itemsize}")
    return (bits * xp.broadcast_to(condition, x.shape)).view(x.dtype)


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
    return _lengths(noise_shape)


# -- a generator object -------------------------------------------------------------------------


class Generator:
    """A stream of random numbers with its state in a variable: `tf.random.Generator`.

    Make one with `Generator.from_seed(1)`.

    Attributes:
        state: int64 variable [counter low, counter high, key].
    """

    def __init__(self, state, alg=None):
        self.state = Variable(convert_to_tensor(state, "int64"), trainable=False, name="StateVar")

    @classmethod
    def from_seed(cls, seed, alg=None) -> "Generator":
        """A generator whose counter is the seed's low 128 bits, and its key the next 64."""
        seed = operator.index(seed)
        return cls(philox.pack_state(seed >> 128, seed))

    @classmethod
    def from_non_deterministic_state(cls, alg=None) -> "Generator":
        """A generator that begins where the operating system's entropy says."""
        return cls(_next_random_state(operation="Generator", seed=None, blocks=0))

    def skip(self, delta) -> Tensor:
        """Steps over `delta` values; returns the state before."""
        before = self.state.read_value()
        blocks = int(delta) * philox.BLOCKS_PER_VALUE
        self.state.assign(_advanced_random_state(before, blocks=blocks))
        return before

    def normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        """Normal values of the given mean and standard deviation."""
        dtype, shape = _dtype_name(dtype, _FLOATS), _lengths(shape)
        values = _standard_normal(self.skip(math.prod(shape)), shape=shape, dtype=dtype)
        return _scaled(values, mean, stddev)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        """Normal values, those beyond two standard deviations drawn again."""
        dtype, shape = _dtype_name(dtype, _FLOATS), _lengths(shape)
        values = _standard_truncated_normal(self.skip(math.prod(shape)), shape=shape, dtype=dtype)
        return _scaled(values, mean, stddev)

    def uniform(self, shape, minval=0, maxval=None, dtype="float32", name=None):
        """Values in [minval, maxval), floats or integers."""
        dtype, shape = _dtype_name(dtype, _FLOATS + _INTEGERS), _lengths(shape)
        if maxval is None:
            if dtype in _INTEGERS:
                raise ValueError(f"Must specify maxval for integer dtype {dtype}")
            maxval = 1
        return _uniform(self.skip(math.prod(shape)), shape, minval, maxval, dtype)

    def make_seeds(self, count=1) -> Tensor:
        """Seeds for stateless ops, int64 of shape (2, count): each column is one."""
        keys = _random_bits(self.skip(count), shape=(count,), dtype="int64")
        return stack([keys, zeros_like(keys)])

    def split(self, count=1) -> list["Generator"]:
        """Generators that are independent of each other and of this one."""
        keys = _random_bits(self.skip(count), shape=(count,), dtype="int64")
        zero = convert_to_tensor(0, "int64")
        return [Generator(stack([zero, zero, key])) for key in unstack(keys)]
