"""Random tensors: `tf.random`. With the same seeds the numbers are TensorFlow's.

Every draw is a pure function of a state, an int64 tensor [counter low, counter high, key] that says
where in which Philox stream it begins (see `arrays.philox`). A state comes from one of three ops:
`next_random_state`, the only one here that gives another result each time it runs (the seeds it
goes by stand in `settings.seeds`); `seeded_random_state`, which makes one of a stateless op's seed;
and `advanced_random_state`, by which a Generator steps on. So a recorder sees every draw, and may
draw anew or repeat the same.
"""

import enum
import math
import operator

from ..arrays import (
    array_module,
    as_dtype,
    beside,
    cuda,
    from_numpy,
    philox,
    placed,
    tell_look,
    to_numpy,
)
from ..arrays.cpu import planned_by
from ..engine.primitive import convert_to_tensor, primitive
from ..engine.tensor import Tensor
from ..errors import InvalidArgumentError
from ..settings import seeds
from .array import stack
from .gather import gather

FLOATS = ("float16", "float32", "float64")
INTEGERS = ("int32", "int64")
UNSIGNED = ("uint32", "uint64")


def set_seed(seed) -> None:
    """Sets the global seed, and starts the stream of every seeded op from its beginning.

    Ops without a seed of their own then draw the same numbers in the same order as in TensorFlow.

    Args:
        seed: an integer; None takes the global seed away.
    """
    tell_look(None)  # no op: a function that does it runs in Python
    seeds.set_seed(seed)


# -- states -------------------------------------------------------------------------------------


@primitive(differentiable=False, mixed=True)  # it has no inputs whose dtypes could differ
def next_random_state(*, operation, seed, blocks):
    """The state with which this call of a stateful op draws; see `settings.SeedContext`."""
    return placed(philox.pack_state(*seeds.next_stream(operation, seed, blocks)))


@primitive(differentiable=False)
def seed_in_31_bits(seed):
    """What Keras gives a stateless op for a seed of its own."""
    return (seed % (2**31 - 2)).astype("int32")


@primitive(differentiable=False)
@planned_by(philox.scramble_builder)
def _seeded_random_state(seed):
    """The state that a stateless op makes of its seed, two integers."""
    if seed.shape != (2,):
        raise InvalidArgumentError(f"seed must have shape [2], not {list(seed.shape)}")
    if from_numpy(seed.dtype).name not in INTEGERS:  # NumPy takes long to name a type
        raise InvalidArgumentError(f"seed must be int32 or int64, not {seed.dtype.name}")
    return beside(philox.pack_state(*philox.scramble_seed(*seed.tolist())), seed)


_seeded_random_state.defkernel(cuda=philox.scramble_on_card)


@primitive(differentiable=False)
def advanced_random_state(state, *, blocks):
    """The state `blocks` counters further on."""
    key, counter = philox.unpack_state(state)
    return beside(philox.pack_state(key, counter + blocks), state)


def stateful_state(operation: str, dtype: str, seed, values: int) -> Tensor:
    """The state with which a stateful op draws so many values."""
    blocks = values * philox.BLOCKS_PER_VALUE
    return next_random_state(operation=f"{operation}:{dtype}", seed=seed, blocks=blocks)


class Algorithm(enum.Enum):
    """The generators of TensorFlow: minitape draws all its random numbers with Philox."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


def check_algorithm(alg) -> None:
    """Raises ValueError unless Philox, or any algorithm, is asked for."""
    name = alg.strip().lower().replace("-", "").replace("_", "") if isinstance(alg, str) else alg
    accepted = (None, "philox", "autoselect", 1, 3, Algorithm.PHILOX, Algorithm.AUTO_SELECT)
    if name not in accepted:
        raise ValueError(
            f"Argument `alg` got unsupported value {alg}. Expected 'philox', or 'auto_select', "
            "which means the same here: minitape draws all its random numbers with Philox."
        )


def stateless_state(seed, alg) -> Tensor:
    """The state with which a stateless op draws."""
    check_algorithm(alg)
    return _seeded_random_state(seed)


# -- draws --------------------------------------------------------------------------------------


@primitive(differentiable=False)
@planned_by(philox.uniform_builder)
def standard_uniform(state, *, shape, dtype):
    """Floats in [0, 1)."""
    key, counter = philox.unpack_state(state)
    return philox.random_uniform(key, counter, shape, dtype, array_module(state))


standard_uniform.defkernel(cuda=cuda.uniform)


@primitive(differentiable=False)
def standard_normal(state, *, shape, dtype):
    """Floats of mean 0 and standard deviation 1."""
    key, counter = philox.unpack_state(state)
    return philox.random_normal(key, counter, shape, dtype, array_module(state))


standard_normal.defkernel(cuda=cuda.normal)


@primitive(differentiable=False)
def standard_truncated_normal(state, *, shape, dtype):
    """Normal floats of which those outside (-2, 2) are drawn again."""
    key, counter = philox.unpack_state(state)
    return philox.random_truncated_normal(key, counter, shape, dtype, array_module(state))


@primitive(differentiable=False)
def random_bits(state, *, shape, dtype):
    """Integers over the whole range of their type."""
    key, counter = philox.unpack_state(state)
    return philox.random_bits(key, counter, shape, dtype, array_module(state))


@primitive(differentiable=False, mixed=True)
def _random_integers(state, minval, maxval, *, shape, dtype):
    """Integers in [minval, maxval)."""
    for what, limit in (("minval", minval), ("maxval", maxval)):
        if limit.ndim:
            raise InvalidArgumentError(f"{what} must be 0-D, got shape {list(limit.shape)}")
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
    if num_samples < 0:
        raise InvalidArgumentError(f"num_samples should be non-negative, got {num_samples}")
    if logits.dtype.kind != "f":
        raise InvalidArgumentError(f"logits should be floats, got {logits.dtype.name}")
    key, counter = philox.unpack_state(state)
    found = philox.random_categorical(key, counter, to_numpy(logits), num_samples, dtype)
    return beside(found, logits)


# -- what is drawn, from either kind of state ------------------------------------------------------


def lengths_of(shape) -> tuple[int, ...]:
    """A shape from a list of integers or scalar tensors, or from an integer vector."""
    if hasattr(shape, "__tensor__"):
        shape = shape.__tensor__().concrete
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


def dtype_name(dtype, accepted: tuple, error: type[Exception] = ValueError) -> str:
    """The dtype's name, which must be among those accepted."""
    name = as_dtype(dtype).name
    if name not in accepted:
        raise error(
            f"Argument `dtype` got invalid value {name}. Accepted dtypes are {', '.join(accepted)}."
        )
    return name


def uniform_of(state, lengths, minval, maxval, dtype: str) -> Tensor:
    """Floats or integers in [minval, maxval)."""
    if dtype in FLOATS:
        values = standard_uniform(state, shape=lengths, dtype=dtype)
        if type(minval) is int and type(maxval) is int and (minval, maxval) == (0, 1):
            return values
        minval, maxval = convert_to_tensor(minval, dtype), convert_to_tensor(maxval, dtype)
        return values * (maxval - minval) + minval
    minval, maxval = convert_to_tensor(minval, dtype), convert_to_tensor(maxval, dtype)
    return _random_integers(state, minval, maxval, shape=lengths, dtype=dtype)


def scaled(values: Tensor, mean, stddev) -> Tensor:
    """Standard normals made ones of that mean and standard deviation."""
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
    dtype, shape = dtype_name(dtype, FLOATS), lengths_of(shape)
    state = stateful_state("RandomStandardNormal", dtype, seed, math.prod(shape))
    return scaled(standard_normal(state, shape=shape, dtype=dtype), mean, stddev)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Normal random values, those beyond two standard deviations drawn again.

    `tf.random.truncated_normal`; the arguments are those of `normal`.
    """
    dtype, shape = dtype_name(dtype, FLOATS), lengths_of(shape)
    state = stateful_state("TruncatedNormal", dtype, seed, math.prod(shape))
    return scaled(standard_truncated_normal(state, shape=shape, dtype=dtype), mean, stddev)


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
    dtype, shape = dtype_name(dtype, FLOATS + INTEGERS), lengths_of(shape)
    if maxval is None:
        if dtype in INTEGERS:
            raise ValueError(f"Must specify maxval for integer dtype {dtype}")
        maxval = 1
    operation = "RandomUniform" if dtype in FLOATS else "RandomUniformInt"
    state = stateful_state(operation, dtype, seed, math.prod(shape))
    return uniform_of(state, shape, minval, maxval, dtype)


def shuffle(value, seed=None, name=None):
    """The same elements in random order along the first axis: `tf.random.shuffle`.

    Unlike TensorFlow's it has a gradient, which is shuffled back.
    """
    value = convert_to_tensor(value)
    if not value.ndim or len(value) < 2:
        return value
    blocks = (len(value) + 2) // 4  # one word less than there are elements
    operation = f"RandomShuffle:{value.dtype.name}"
    state = next_random_state(operation=operation, seed=seed, blocks=blocks)
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
    dtype = dtype_name(dtype or "int64", INTEGERS)
    rows = logits.shape[0] if logits.ndim else 0
    operation = f"Multinomial:{logits.dtype.name}:{dtype}"
    # TensorFlow counts two words for each sample, of which it rounds the number up to fours.
    values = 2 * ((num_samples + 3) // 4 * 4) * rows
    state = next_random_state(
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
    dtype, shape = dtype_name(dtype, FLOATS), lengths_of(shape)
    values = standard_normal(stateless_state(seed, alg), shape=shape, dtype=dtype)
    return scaled(values, mean, stddev)


def stateless_truncated_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype="float32", name=None, alg="auto_select"
):
    """Truncated normal values that depend on the seed alone.

    `tf.random.stateless_truncated_normal`; the arguments are those of `stateless_normal`.
    """
    dtype, shape = dtype_name(dtype, FLOATS), lengths_of(shape)
    values = standard_truncated_normal(stateless_state(seed, alg), shape=shape, dtype=dtype)
    return scaled(values, mean, stddev)


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
    dtype, shape = dtype_name(dtype, FLOATS + INTEGERS + UNSIGNED), lengths_of(shape)
    if dtype in FLOATS:
        maxval = 1 if maxval is None else maxval
    elif (minval is None) != (maxval is None):
        raise ValueError(
            f"For integer `dtype` argument {dtype}, argument `minval` and `maxval` must be both "
            f"None or not None. Got `minval`={minval} and `maxval`={maxval}."
        )
    elif minval is None:
        return random_bits(stateless_state(seed, alg), shape=shape, dtype=dtype)
    elif dtype in UNSIGNED:
        raise ValueError(
            f"Argument `dtype` got invalid value {dtype} when argument `minval` is not None. "
            "Expected int32 or int64."
        )
    return uniform_of(stateless_state(seed, alg), shape, minval, maxval, dtype)


def stateless_categorical(logits, num_samples, seed, dtype="int64", name=None):
    """Class numbers that depend on logits and seed alone: `tf.random.stateless_categorical`.

    Args:
        logits: shape (rows, classes).
        num_samples: how many classes to draw for each row.
        seed: two integers, or an int32 or int64 tensor of shape (2,).
        dtype: int32 or int64 of the result, whose shape is (rows, num_samples).
        name: TensorFlow's argument; not used.
    """
    dtype = dtype_name(dtype or "int64", INTEGERS)
    num_samples = operator.index(num_samples)
    state = _seeded_random_state(seed)
    return _random_categorical(logits, state, num_samples=num_samples, dtype=dtype)


# -- seeds of stateless ops, and orders -----------------------------------------------------------


def split(seed, num=2, alg="auto_select"):
    """Seeds that have nothing in common, made of one: `tf.random.split`.

    Args:
        seed: two integers, or an int32 or int64 tensor of shape (2,).
        num: how many.
        alg: "philox" or "auto_select", which is the same.

    Returns:
        A tensor of shape (num, 2) and the seed's dtype: each row is a seed.
    """
    seed = convert_to_tensor(seed)
    return stateless_uniform((num, 2), seed, None, None, seed.dtype, alg=alg)


def fold_in(seed, data, alg="auto_select"):
    """A seed made of another one and a number: `tf.random.fold_in`.

    Args:
        seed: two integers, or an int32 or int64 tensor of shape (2,).
        data: an integer, such as the number of a step; its dtype is the result's.
        alg: "philox" or "auto_select", which is the same.
    """
    data = convert_to_tensor(data)
    return stack([stateless_uniform((), seed, None, None, data.dtype, alg=alg), data])


def stateless_shuffle(value, seed, alg="auto_select", name=None):
    """The same elements in an order that depends on the seed alone, along the first axis.

    `tf.random.experimental.stateless_shuffle`. Unlike TensorFlow's it has a gradient.
    """
    value = convert_to_tensor(value)
    state = stateless_state(seed, alg)
    if not value.ndim or len(value) < 2:
        return value
    return gather(value, _random_permutation(state, size=len(value)))


@primitive(differentiable=False, mixed=True)
def _index_shuffle(index, seed, max_index):
    if seed.shape[-1:] != (2,) or seed.ndim > 2:
        raise InvalidArgumentError(
            f"Seed must be a vector of size [2] or a matrix of size [n, 2] but got "
            f"{list(seed.shape)}."
        )
    xp = array_module(index)
    lengths = xp.broadcast_shapes(index.shape, seed.shape[:-1], max_index.shape)
    keys = xp.broadcast_to(seed, (*lengths, 2)).reshape(-1, 2).tolist()
    calls = zip(
        *(xp.broadcast_to(x, lengths).ravel().tolist() for x in (index, max_index)),
        keys,
        strict=True,
    )
    places = [philox.index_shuffle(i, key, limit) for i, limit, key in calls]
    return xp.asarray(places, index.dtype).reshape(lengths)


def index_shuffle(index, seed, max_index):
    """The place of `index` in a random order of 0 to `max_index`, without making the whole order.

    `tf.random.experimental.index_shuffle`.

    Args:
        index: an integer, or a vector of them.
        seed: two integers, or a matrix with two for each index.
        max_index: the largest index.
    """
    return _index_shuffle(index, seed, max_index)
