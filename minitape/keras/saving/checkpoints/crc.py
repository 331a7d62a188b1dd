"""CRC-32C, the checksum in TensorFlow's files, of many bytes at once.

A checksum without its inversions is linear: the register after two pieces of data is the one after
the first, moved on by as many zero bytes as the second has, xor the one after the second. So the
data is cut into lanes of one length, which NumPy runs side by side and then joins in pairs.
"""

import functools
from typing import Any

import numpy

_POLYNOMIAL = numpy.uint32(0x82F63B78)
_BLOCK = 1 << 24  # bytes at a time: their copies take no more memory, however much there is
_FEW = 1 << 10  # of so few NumPy would be the slower way
_LANES = 1 << 14
_ALL = numpy.uint32(0xFFFFFFFF)


def crc32c(data: Any, before: int = 0) -> int:
    """The checksum of bytes, or of those that have the checksum `before` followed by these.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    >>> crc32c(b"6789", crc32c(b"12345")) == crc32c(b"123456789")
    True
    """
    given = numpy.frombuffer(data, numpy.uint8)
    if given.size < _FEW:
        return _one_by_one(given.tobytes(), before)
    for start in range(0, given.size, _BLOCK):
        block = given[start : start + _BLOCK]
        before = int(_moved(before, block.size) ^ _of_block(block))
    return before


def masked(crc: int) -> int:
    """A checksum as files hold it, so that one of data with checksums in it is no special case."""
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def _one_by_one(data: bytes, before: int) -> int:
    table, state = _bytes_table(), before ^ 0xFFFFFFFF
    for byte in data:
        state = table[(state ^ byte) & 0xFF] ^ (state >> 8)
    return state ^ 0xFFFFFFFF


def _of_block(block: numpy.ndarray) -> Any:
    lanes = min(1 << block.size.bit_length() * 2 // 3 - 1, _LANES)
    pairs = -(-block.size // (2 * lanes))  # of bytes in a lane
    # Zeros in front leave the register, which begins at 0, as it is.
    data = numpy.zeros(2 * lanes * pairs, numpy.uint8)
    data[data.size - block.size :] = block
    columns = numpy.ascontiguousarray(data.view("<u2").reshape(lanes, pairs).T)
    states, table = numpy.zeros(lanes, numpy.uint32), _table()
    for column in columns:
        states = table[(states ^ column) & 0xFFFF] ^ (states >> 16)
    move = _zeros(2 * pairs)
    while states.size > 1:
        states = _applied(move, states[::2]) ^ states[1::2]
        move = _applied(move, move)
    return states[0] ^ _moved(_ALL, block.size) ^ _ALL


def _steps(states: numpy.ndarray, bits: int) -> numpy.ndarray:
    """Registers after so many zero bits more."""
    for _ in range(bits):
        states = (states >> 1) ^ (states & 1) * _POLYNOMIAL
    return states


@functools.cache
def _bytes_table() -> list[int]:
    """What a byte makes of a register of zeros."""
    return _steps(numpy.arange(1 << 8, dtype=numpy.uint32), 8).tolist()


@functools.cache
def _table() -> numpy.ndarray:
    """What two bytes make of a register of zeros."""
    return _steps(numpy.arange(1 << 16, dtype=numpy.uint32), 16)


# A linear map of registers is kept as what it makes of each single bit.


def _applied(linear: numpy.ndarray, states: numpy.ndarray) -> numpy.ndarray:
    bits = (states[:, None] >> numpy.arange(32, dtype=numpy.uint32)) & 1
    return numpy.bitwise_xor.reduce(bits * linear, axis=1)


@functools.lru_cache(maxsize=256)
def _zeros(count: int) -> numpy.ndarray:
    """The map that so many zero bytes are."""
    single = numpy.uint32(1) << numpy.arange(32, dtype=numpy.uint32)
    if count == 0:
        return single
    if count == 1:
        return _steps(single, 8)
    half = _zeros(count // 2)
    return _applied(_zeros(count % 2), _applied(half, half))


def _moved(state: Any, count: int) -> Any:
    return _applied(_zeros(count), numpy.array([state], numpy.uint32))[0]
