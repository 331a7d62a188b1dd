"""Philox4x32-10: random numbers as a pure function of a key and a counter.

A block cipher turns a 128-bit counter into four 32-bit words; counting up gives a stream, and the
64-bit key chooses among 2**64 streams. No state is hidden anywhere: the same key and counter give
the same numbers, in any order and on any device. The distributions below consume the words in the
order in which TensorFlow's kernels do, so the numbers are TensorFlow's too.

A key or a counter is a Python integer (64 or 128 bits); its 32-bit words count from the low end.
`xp` is the array library: numpy, or another one with NumPy's functions.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

import math
from functools import lru_cache
from typing import Any

import numpy

from . import cpu, cuda
from .dispatch import with_kernel

_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)  # the golden ratio and sqrt(3) - 1, in 32 bits
_CONSTANTS = (*_KEY_STEPS, *_MULTIPLIERS)  # what the kernels are told
_ROUNDS = 10
_INDEX_KEY = 498247692  # TensorFlow puts it before the two numbers of an index_shuffle's seed
_LOW_32 = 0xFFFFFFFF
_LOW_64 = 0xFFFFFFFFFFFFFFFF
_FRACTION_32, _EXPONENT_32 = 0x7FFFFF, 0x7F << 23  # the bits of a float32 in [1, 2)
_INT64, _UINT64 = numpy.dtype("int64"), numpy.dtype("uint64")

# Counters worked on at a time: large enough to hide the cost of calling NumPy, small enough that
# the six buffers of 64 KiB stay in the second-level cache.
_CHUNK = 8192

# Blocks that TensorFlow sets aside for one value, since a rejected truncated normal is drawn again.
BLOCKS_PER_VALUE = 256


@lru_cache(maxsize=256)  # ops draw again and again with few keys
def _round_keys(key: int) -> list[tuple[int, int]]:
    low, high = key & _LOW_32, key >> 32
    return [
        ((low + i * _KEY_STEPS[0]) & _LOW_32, (high + i * _KEY_STEPS[1]) & _LOW_32)
        for i in range(_ROUNDS)
    ]


def philox_block(key: int, counter: int) -> tuple[int, int, int, int]:
    """The four words of one counter, in Python integers: quick for one, and the specification.

    >>> [f"{word:08x}" for word in philox_block(0, 0)]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0, c1, c2, c3 = (counter >> shift & _LOW_32 for shift in (0, 32, 64, 96))
    for k0, k1 in _round_keys(key):
        p0, p1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & _LOW_32, (p0 >> 32) ^ c3 ^ k1, p0 & _LOW_32
    return c0, c1, c2, c3


def philox_blocks(key: int, counter: int, offsets: Any, xp: Any = numpy) -> Any:
    """The words of the counters `counter + offsets`.

    Args:
        key: 64 bits.
        counter: 128 bits; the sum wraps around.
        offsets: uint64 array of shape (n,).
        xp: the array library of `offsets`.

    Returns:
        uint32 array of shape (n, 4).
    """

    def constant(number):  # an array without axes: NumPy takes it faster than a number
        return xp.asarray(number, "uint64")

    words = xp.empty((len(offsets), 4), "uint32")
    round_keys = [(constant(k0), constant(k1)) for k0, k1 in _round_keys(key)]
    m0, m1 = map(constant, _MULTIPLIERS)
    low_32, shift_32 = constant(_LOW_32), constant(32)
    low, high = constant(counter & _LOW_64), constant(counter >> 64 & _LOW_64)
    multiply, shift, xor, mask = xp.multiply, xp.right_shift, xp.bitwise_xor, xp.bitwise_and

    buffers = xp.empty((6, min(len(offsets), _CHUNK)), "uint64")
    for start in range(0, len(offsets), _CHUNK):
        chunk = offsets[start : start + _CHUNK]
        # Each 32-bit word rides in 64 bits, so that one multiplication gives both halves. The
        # last argument of each call below is where its result goes.
        c0, c1, c2, c3, p0, p1 = buffers[:, : len(chunk)]
        xp.add(chunk, low, p0)
        xp.add(p0 < low, high, p1)  # the carry
        mask(p0, low_32, c0)
        shift(p0, shift_32, c1)
        mask(p1, low_32, c2)
        shift(p1, shift_32, c3)
        for k0, k1 in round_keys:
            multiply(c0, m0, p0)
            multiply(c2, m1, p1)
            shift(p1, shift_32, c0)
            xor(c0, c1, c0)
            xor(c0, k0, c0)
            shift(p0, shift_32, c2)
            xor(c2, c3, c2)
            xor(c2, k1, c2)
            mask(p1, low_32, c1)
            mask(p0, low_32, c3)
        for word, lane in enumerate((c0, c1, c2, c3)):
            words[start : start + _CHUNK, word] = lane
    return words


def _blocks_kernel(key: int, counter: int, offsets: Any, xp: Any = numpy) -> Any:
    if xp is not numpy:
        return NotImplemented
    return cpu.philox_words(pack_state(key, counter), _CONSTANTS, offsets)


philox_blocks = with_kernel(philox_blocks, _blocks_kernel)


_SEED_KEY = 0x02461E293EC8F720


def scramble_seed(seed: int, seed2: int) -> tuple[int, int]:
    """The key and the counter of a stateless op: TensorFlow mixes its two seeds by one block.

    Seeds of similar value (0, 1, 2, ...) are thereby made streams that have nothing in common.
    """
    w0, w1, w2, w3 = philox_block(_SEED_KEY, (seed2 & _LOW_64) << 64 | (seed & _LOW_64))
    return w1 << 32 | w0, (w3 << 32 | w2) << 64


def scramble_builder(inputs: list, result: Any) -> Any:
    """What makes the plan of the packed state of `scramble_seed`: see `cpu.planned_by`."""
    return cpu.scramble_builder(inputs, result, _CONSTANTS, _SEED_KEY)


def scramble_on_card(seed: Any) -> Any:
    """The packed state of `scramble_seed`, where the seed lies on a card."""
    return cuda.mixed(seed, key=_SEED_KEY)


def signed(number: int) -> int:
    """The int64 with the low 64 bits of an integer."""
    return ((number + 2**63) & _LOW_64) - 2**63


def pack_state(key: int, counter: int) -> numpy.ndarray:
    """A key and a counter as `tf.random.Generator` keeps them: int64 [counter low, high, key]."""
    halves = [counter & _LOW_64, counter >> 64 & _LOW_64, key & _LOW_64]
    return numpy.array(halves, _UINT64).view(_INT64)


def unpack_state(state: Any) -> tuple[int, int]:
    """The key and the counter of a state."""
    low, high, key = state.view(_UINT64).tolist()
    return key, high << 64 | low


def random_words(key: int, counter: int, count: int, xp: Any = numpy) -> Any:
    """The first `count` 32-bit words of a stream."""
    blocks = philox_blocks(key, counter, xp.arange((count + 3) // 4, dtype="uint64"), xp)
    return blocks.reshape(-1)[:count]


def random_bits(key: int, counter: int, shape: tuple, dtype: Any, xp: Any = numpy) -> Any:
    """Integers over the whole range of `dtype` (32 or 64 bits), every bit random."""
    dtype = numpy.dtype(dtype)
    count = math.prod(shape)
    if dtype.itemsize == 4:
        return random_words(key, counter, count, xp).view(dtype).reshape(shape)
    words = random_words(key, counter, 2 * count, xp).astype("uint64")
    return (words[0::2] | words[1::2] << xp.uint64(32)).view(dtype).reshape(shape)


def random_integers(
    key: int, counter: int, shape: tuple, minval: int, maxval: int, dtype: Any, xp: Any = numpy
) -> Any:
    """int32 or int64 in [minval, maxval): minval + bits modulo the width of the range.

    Slightly biased towards small values unless the width is a power of two, as in TensorFlow.
    """
    dtype = numpy.dtype(dtype)
    unsigned = numpy.dtype(f"u{dtype.name}")
    values = random_bits(key, counter, shape, unsigned, xp) % unsigned.type(maxval - minval)
    # Unsigned sums wrap around to the right signed result, also where maxval - minval overflows.
    return (values + xp.asarray(minval, dtype).astype(unsigned)).view(dtype)


def random_uniform(key: int, counter: int, shape: tuple, dtype: Any, xp: Any = numpy) -> Any:
    """Floats in [0, 1): random bits as the fraction of a number in [1, 2), less one.

    One word gives a float16 (its low 10 bits) or a float32 (23 bits), two give a float64 (52 bits).
    """
    dtype = numpy.dtype(dtype)
    count = math.prod(shape) * (2 if dtype.itemsize == 8 else 1)
    return to_unit_interval(random_words(key, counter, count, xp), dtype, xp).reshape(shape)


_UNIFORM = (_CONSTANTS, _FRACTION_32, _EXPONENT_32)


def _uniform_kernel(key: int, counter: int, shape: tuple, dtype: Any, xp: Any = numpy) -> Any:
    if xp is not numpy or dtype != "float32":
        return NotImplemented
    return cpu.uniform(pack_state(key, counter), *_UNIFORM, shape)


random_uniform = with_kernel(random_uniform, _uniform_kernel)


def uniform_builder(inputs: list, result: Any, *, shape: tuple, dtype: Any) -> Any:
    """What makes the plan of `random_uniform` with a packed state: see `cpu.planned_by`."""
    return cpu.uniform_builder(inputs, result, *_UNIFORM)


def to_unit_interval(words: Any, dtype: numpy.dtype, xp: Any) -> Any:
    """Floats in [0, 1) from random words: see `random_uniform`."""
    if dtype.itemsize == 8:
        high, low = words[0::2].astype("uint64"), words[1::2]
        bits = (high & xp.uint64(0xFFFFF)) << xp.uint64(32)
        bits |= low
        bits |= xp.uint64(0x3FF << 52)
    elif dtype.itemsize == 4:
        bits = words & xp.uint32(_FRACTION_32)
        bits |= xp.uint32(_EXPONENT_32)
    else:
        bits = words.astype("uint16")
        bits &= xp.uint16(0x3FF)
        bits |= xp.uint16(0xF << 10)
    values = bits.view(dtype)
    values -= dtype.type(1)
    return values


def random_normal(key: int, counter: int, shape: tuple, dtype: Any, xp: Any = numpy) -> Any:
    """Floats of mean 0 and standard deviation 1, in pairs by the Box-Muller transform.

    Equal to TensorFlow's to a few units in the last place: the C library's sine and logarithm
    round differently from NumPy's. float16 is float32 rounded.
    """
    dtype = numpy.dtype(dtype)
    count = math.prod(shape)
    uniforms = random_uniform(key, counter, (count + count % 2,), _working(dtype), xp)
    return _normals(uniforms, xp)[:count].astype(dtype, copy=False).reshape(shape)


def _working(dtype: numpy.dtype) -> str:
    """The precision in which normals of a type are computed."""
    return "float64" if dtype.itemsize == 8 else "float32"


def box_muller(words: Any, dtype: numpy.dtype, xp: Any) -> Any:
    """Normals from random words: see `random_normal`."""
    return _normals(to_unit_interval(words, numpy.dtype(_working(dtype)), xp), xp)


def _normals(uniforms: Any, xp: Any) -> Any:
    """Normals from uniforms u, v: sqrt(-2 log u) times the sine, then the cosine, of 2 pi v."""
    number = uniforms.dtype.type
    angle = (uniforms[1::2] * xp.float64(2 * math.pi)).astype(number, copy=False)
    # The logarithm in float64 costs little, and removes most of the difference from TensorFlow.
    radius = xp.log(xp.maximum(uniforms[0::2], number(1e-7)), dtype="float64")
    radius = xp.sqrt(number(-2) * radius.astype(number, copy=False))
    normals = xp.empty((len(radius), 2), number)
    xp.multiply(xp.sin(angle), radius, out=normals[:, 0])
    xp.multiply(xp.cos(angle), radius, out=normals[:, 1])
    return normals.reshape(-1)


def random_truncated_normal(
    key: int, counter: int, shape: tuple, dtype: Any, xp: Any = numpy
) -> Any:
    """Normals within two standard deviations: a value outside is dropped and the next one taken.

    Each group of four values (two for float64) has a stretch of the stream to itself, so that how
    often one group draws again changes no other.
    """
    dtype = numpy.dtype(dtype)
    count = math.prod(shape)
    size = 2 if dtype.itemsize == 8 else 4
    stride = xp.uint64(size * BLOCKS_PER_VALUE // 4)

    def draw(groups, block):
        offsets = groups * stride + xp.uint64(block)
        words = philox_blocks(key, counter, offsets, xp).reshape(-1)
        drawn = box_muller(words, dtype, xp).reshape(-1, size)
        return drawn, xp.abs(drawn) < 2

    drawn, accepted = draw(xp.arange((count + size - 1) // size, dtype="uint64"), 0)
    values = drawn.astype(dtype, copy=False)
    # Five groups in six are complete at once; the others are filled one block after another.
    rows = xp.nonzero(~accepted.all(axis=1))[0]
    filled = xp.zeros((len(values), 1), "int64")
    block = 0
    while len(rows):
        drawn, accepted = draw(rows.astype("uint64"), block)
        places = filled[rows] + xp.cumsum(accepted, axis=1) - 1
        filled[rows] = places[:, -1:] + 1
        row, column = xp.nonzero(accepted & (places < size))
        values[rows[row], places[row, column]] = drawn[row, column]
        rows = rows[filled[rows, 0] < size]
        block += 1
    return values.reshape(-1)[:count].reshape(shape)


def random_permutation(key: int, counter: int, size: int) -> numpy.ndarray:
    """A random order of 0 .. size-1 (int64), by the shuffle of Fisher and Yates.

    Element i changes places with one drawn from i .. size-1: one word each, modulo what is left.
    """
    order = list(range(size))
    words = random_words(key, counter, max(size - 1, 0)).astype("int64")
    for i, step in enumerate((words % numpy.arange(size, 1, -1)).tolist()):
        order[i], order[i + step] = order[i + step], order[i]
    return numpy.array(order, "int64")


def random_categorical(
    key: int, counter: int, logits: numpy.ndarray, num_samples: int, dtype: Any
) -> numpy.ndarray:
    """Class numbers of shape (rows, num_samples), drawn with probabilities softmax(logits).

    Each draw is a uniform float64, looked up in the row's running sum of exp(logit - largest). A
    logit that is not finite counts as probability zero.
    """
    finite = numpy.isfinite(logits)
    logits = numpy.where(finite, logits, numpy.finfo(logits.dtype).min).astype("float64")
    largest = logits.max(axis=1, keepdims=True)
    sums = numpy.cumsum(numpy.where(finite, numpy.exp(logits - largest), 0), axis=1)
    draws = random_uniform(key, counter, (len(logits), num_samples), "float64") * sums[:, -1:]
    rows = [numpy.searchsorted(*row, side="right") for row in zip(sums, draws, strict=True)]
    return numpy.array(rows, dtype).reshape(len(logits), num_samples)


def index_shuffle(index: int, key: list[int], max_index: int) -> int:
    """Where `index` goes in a random order of 0 .. max_index that the key chooses.

    A block cipher permutes the numbers of its block; what comes out too large goes in again, until
    it fits. Four rounds of Simon, on halves that just hold max_index, but 8 bits at least.

    Source: Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002; Beaulieu et
    al., "The SIMON and SPECK families of lightweight block ciphers", 2013.
    """
    if max_index == 0:
        return 0
    width = max((max_index - 1).bit_length() + 1, 16) // 2
    low = (1 << width) - 1

    def rotated(x, places):
        return ((x << places) | (x >> (width - places))) & low

    def mixed(x):
        return (rotated(x, 1) & rotated(x, 8)) ^ rotated(x, 2)

    keys = [_INDEX_KEY & low, key[0] & low, key[1] & low]
    constant = 0xFFFFFFFC ^ 1  # the first bit of Simon's sequence is 1
    right_turns = rotated(keys[2], width - 3) ^ rotated(keys[2], width - 4)
    keys.append((constant & low) ^ keys[0] ^ right_turns)
    while True:
        left, right = index >> width & low, index & low
        for even, odd in ((keys[0], keys[1]), (keys[2], keys[3])):
            left ^= mixed(right) ^ even
            right ^= mixed(left) ^ odd
        index = left << width | right
        if index <= max_index:
            return index
