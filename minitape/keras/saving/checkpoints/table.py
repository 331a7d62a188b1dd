"""Sorted tables of keys and values in one file, in LevelDB's form: TensorFlow's `.index` files.

A table is a row of blocks, each followed by its checksum; the last of them is the index of the
others, and the end of the file says where that is. A key is kept as what it doesn't share with the
one before. minitape writes a single block, without sharing.
"""

from collections.abc import Iterator

import numpy

from .crc import crc32c, masked
from .wire import read_varint, varint

_MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
_FOOTER = 48
# Keys that share their beginnings may be much larger than the file.
_MOST_ENTRIES = 1 << 16
_MOST_BYTES = 1 << 26
# TensorFlow begins a new block at 256 KiB.
_SMALLEST_BLOCK = 1 << 14


def write_table(items: dict[bytes, bytes]) -> bytes:
    """The bytes of a table."""
    table = b""

    def add(block: bytes) -> bytes:
        """Adds a block; where it lies."""
        nonlocal table
        handle = varint(len(table)) + varint(len(block))
        block += b"\0"  # not compressed
        table += block + masked(crc32c(block)).to_bytes(4, "little")
        return handle

    entries = add(_block(sorted(items.items())))
    extras = add(_block([]))
    index = add(_block([(max(items), entries)]))
    return table + (extras + index).ljust(_FOOTER - 8, b"\0") + _MAGIC


def _block(items: list[tuple[bytes, bytes]]) -> bytes:
    """Entries, and where each of them begins, for a search by halves."""
    entries, starts = bytearray(), []
    for key, value in items:
        starts.append(len(entries))
        entries += varint(0) + varint(len(key)) + varint(len(value)) + key + value
    numbers = [*(starts or [0]), len(starts) or 1]
    return bytes(entries) + numpy.array(numbers, "<u4").tobytes()


def read_table(data: bytes) -> dict[bytes, bytes]:
    """The keys and values of a table.

    Raises:
        ValueError: it is none, a damaged one, or one that would take far more memory than its size.
    """
    footer = data[-_FOOTER:]
    if len(footer) < _FOOTER or not footer.endswith(_MAGIC):
        raise ValueError("it doesn't end as a table does")
    position = 0
    for _ in range(2):  # of a block for extras, and of the index
        start, position = read_varint(footer, position)
        size, position = read_varint(footer, position)
    found: dict[bytes, bytes] = {}
    last, total = None, 0
    blocks = list(_entries(_contents(data, start, size)))
    if len(blocks) > 16 + len(data) // _SMALLEST_BLOCK:
        raise ValueError("its blocks are smaller than TensorFlow's")
    for _, handle in blocks:
        start, position = read_varint(handle, 0)
        size, _ = read_varint(handle, position)
        for key, value in _entries(_contents(data, start, size)):
            if last is not None and key <= last:
                raise ValueError("its keys are not sorted")
            found[key], last = value, key
            total += len(key)
            if len(found) > _MOST_ENTRIES or total > _MOST_BYTES:
                raise ValueError(
                    f"at most {_MOST_ENTRIES:,} entries and {_MOST_BYTES:,} bytes of names are "
                    "read, and it has more"
                )
    return found


def _contents(data: bytes, start: int, size: int) -> bytes:
    """A block, if it has its checksum."""
    end = start + size
    if end + 5 > len(data):
        raise ValueError("one of its blocks lies beyond its end")
    if masked(crc32c(data[start : end + 1])) != int.from_bytes(data[end + 1 : end + 5], "little"):
        raise ValueError("the checksum of one of its blocks is wrong")
    if data[end]:
        raise ValueError("one of its blocks is compressed, which TensorFlow's are not")
    return data[start:end]


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    count = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (count + 1)
    if end < 0:
        raise ValueError("one of its blocks is too short")
    position, key = 0, b""
    while position < end:
        shared, position = read_varint(block, position)
        own, position = read_varint(block, position)
        size, position = read_varint(block, position)
        if shared > len(key) or position + own + size > end:
            raise ValueError("one of its entries is too short")
        key = key[:shared] + block[position : position + own]
        position += own + size
        yield key, block[position - size : position]
