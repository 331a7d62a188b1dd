"""Arrays by name in TensorFlow's own files: `PREFIX.index`, a table, and `PREFIX.data-...`, bytes.

The table has for each name the type and shape of an array, and where its bytes lie; all of it is
checked before anything is read. Code is not among the types.
"""

import math
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy

from ....errors import DataLossError
from ..files import replacing
from .crc import crc32c, masked
from .table import read_table, write_table
from .wire import Message, field, fixed32, read_varint, varint

# The numbers of TensorFlow's types.
_TYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 8: "complex64",
    9: "int64", 10: "bool", 17: "uint16", 18: "complex128", 19: "float16", 22: "uint32",
    23: "uint64",
}  # fmt: skip
_NUMBERS = {name: number for number, name in _TYPES.items()}
_TEXT, _TEXT_TYPE = 7, "string"
_LARGEST_INDEX = 1 << 26
_LARGEST_TEXT = 1 << 24


class Entry(NamedTuple):
    """What the table says of one array."""

    dtype: str
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    checksum: int


# -- writing -------------------------------------------------------------------------------------


def write_bundle(prefix: str, arrays: dict[str, Any]) -> None:
    """Writes arrays, and texts as bytes. What has this prefix already stays until all is written.

    The table takes the place of the old one at a stroke, and it names the file of the bytes by its
    number. So the bytes get a number that the old ones don't have: usually they are 0 of 1.
    """
    number = 0
    while os.path.exists(data_file(prefix, number, number + 1)):
        number += 1
    data = data_file(prefix, number, number + 1)
    table = {b"": field(1, number + 1) + field(3, field(1, 1))}
    index, whole = Path(f"{prefix}.index"), b""
    try:
        with replacing(data) as file:
            for name, value in sorted(arrays.items()):
                dtype, shape, size, checksum = _written(file, value)
                table[name.encode()] = b"".join(
                    [
                        field(1, dtype),
                        field(2, b"".join(field(2, field(1, length)) for length in shape)),
                        field(3, number),
                        field(4, file.tell() - size),
                        field(5, size),
                        fixed32(6, masked(checksum)),
                    ]
                )
        whole = write_table(table)
        with replacing(index) as file:
            file.write(whole)
    except BaseException:
        # Unless the table is in its place: something may go wrong after that.
        if not index.is_file() or index.read_bytes() != whole:
            Path(data).unlink(missing_ok=True)
        raise
    for old in data_files(prefix):
        if old != data:
            Path(old).unlink(missing_ok=True)


def _written(file: Any, value: Any) -> tuple[int, tuple[int, ...], int, int]:
    """Writes a value: (the number of its type, its shape, its size in bytes, its checksum)."""
    if isinstance(value, bytes):
        # The checksum is of the length in four bytes, and of what is written after it.
        checksum = crc32c(len(value).to_bytes(4, "little"))
        text = masked(checksum).to_bytes(4, "little") + value
        length = varint(len(value))
        file.write(length + text)
        return _TEXT, (), len(length + text), crc32c(text, checksum)
    array = numpy.asarray(value)
    if array.dtype.name not in _NUMBERS:
        raise ValueError(f"Cannot save an array of the type {array.dtype} in a checkpoint.")
    data = numpy.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1).view("u1")
    file.write(data)
    return _NUMBERS[array.dtype.name], array.shape, data.size, crc32c(data)


def data_file(prefix: str, number: int, count: int) -> str:
    """The name of one of the files that hold the bytes."""
    return f"{prefix}.data-{number:05d}-of-{count:05d}"


def data_files(prefix: str) -> list[str]:
    """The files that hold bytes of this prefix."""
    folder, name = os.path.split(prefix)
    pattern = re.compile(re.escape(name) + r"\.data-\d{5}-of-\d{5}")
    return [os.path.join(folder, n) for n in os.listdir(folder or ".") if pattern.fullmatch(n)]


def exists(prefix: str) -> bool:
    """Whether there is something of this prefix to be read."""
    return os.path.isfile(f"{prefix}.index")


def delete_bundle(prefix: str) -> None:
    """Removes the files of a prefix; a crash leaves nothing that looks whole and isn't."""
    Path(f"{prefix}.index").unlink(missing_ok=True)
    for path in data_files(prefix):
        Path(path).unlink(missing_ok=True)


# -- reading -------------------------------------------------------------------------------------


class BundleReader:
    """The arrays of a prefix, each read when it is asked for.

    Args:
        prefix: the path of the files without their endings.

    Attributes:
        entries: what there is, by name.

    Raises:
        DataLossError: files that are damaged or refused.
        FileNotFoundError: there are none.
    """

    def __init__(self, prefix: str):
        self.prefix = prefix
        self._index = f"{prefix}.index"
        try:
            size = os.path.getsize(self._index)
            if size > _LARGEST_INDEX:
                raise ValueError(f"at most {_LARGEST_INDEX:,} bytes are read, and it has {size:,}")
            table = read_table(Path(self._index).read_bytes())
            self._count = _count_of_files(Message(table.pop(b"", b"")))
            self.entries = {name.decode(): _entry(Message(value)) for name, value in table.items()}
        except ValueError as error:
            raise DataLossError(
                f"{self._index}: expected the index of a checkpoint, that is whole: {error}"
            ) from error
        self._check()

    def _check(self) -> None:
        """Looks whether the files hold what the index says, each byte once."""
        ends: dict[int, int] = {}
        sizes: dict[int, int] = {}
        for name, entry in sorted(self.entries.items(), key=lambda item: item[1].offset):
            if entry.dtype in _NUMBERS:
                declared = math.prod(entry.shape) * numpy.dtype(entry.dtype).itemsize
                if declared != entry.size:
                    raise self._refused(
                        name,
                        f"declares the shape {entry.shape} of {entry.dtype}, {declared:,} bytes, "
                        f"and has {entry.size:,}",
                    )
            if entry.shard not in sizes:
                sizes[entry.shard] = self._size(entry.shard)
            if entry.size and entry.offset < ends.get(entry.shard, 0):
                raise self._refused(name, "overlaps another array")
            ends[entry.shard] = max(ends.get(entry.shard, 0), entry.offset + entry.size)
            if ends[entry.shard] > sizes[entry.shard]:
                raise self._refused(
                    name,
                    f"lies beyond the end of its file: it declares {entry.size:,} bytes from "
                    f"{entry.offset:,} on, and there are {sizes[entry.shard]:,}",
                )

    def _size(self, number: int) -> int:
        path = data_file(self.prefix, number, self._count)
        if number >= self._count or not os.path.isfile(path):
            raise DataLossError(f"{self._index} is there, but {path}, which it names, is missing.")
        return os.path.getsize(path)

    def _refused(self, name: str, reason: str) -> DataLossError:
        return DataLossError(f"{self._index} is damaged or was changed: '{name}' {reason}.")

    def read(self, name: str) -> Any:
        """An array; a text as bytes.

        Raises:
            DataLossError: its bytes were changed, or it is of a type that minitape doesn't have.
        """
        entry = self.entries[name]
        if entry.dtype == _TEXT_TYPE:
            return self._text(name, entry)
        if entry.dtype not in _NUMBERS:
            raise self._refused(name, f"is of TensorFlow's {entry.dtype}, which minitape lacks")
        data = self._bytes(name, entry)
        if masked(crc32c(data)) != entry.checksum:
            raise self._refused(name, "has a wrong checksum")
        dtype = numpy.dtype(entry.dtype)
        little = data != 0 if dtype.kind == "b" else data.view(dtype.newbyteorder("<"))
        return little.astype(dtype, copy=False).reshape(entry.shape)

    def _bytes(self, name: str, entry: Entry) -> numpy.ndarray:
        path = data_file(self.prefix, entry.shard, self._count)
        data = numpy.fromfile(path, numpy.uint8, entry.size, offset=entry.offset)
        if data.size != entry.size:
            raise self._refused(name, "lies beyond the end of its file")
        return data

    def _text(self, name: str, entry: Entry) -> bytes:
        if entry.shape or entry.size > _LARGEST_TEXT:
            raise self._refused(name, "is no single text, or a very long one")
        data = self._bytes(name, entry).tobytes()
        length, start = read_varint(data, 0)
        checksum = crc32c(length.to_bytes(8, "little")[:4])
        text = data[start:]
        if (
            len(text) - 4 != length
            or text[:4] != masked(checksum).to_bytes(4, "little")
            or masked(crc32c(text, checksum)) != entry.checksum
        ):
            raise self._refused(name, "is a text with a wrong length or checksum")
        return text[4:]


def _count_of_files(header: Message) -> int:
    """How many files there are for the bytes, as the first entry of the table says."""
    if header.number(2):
        raise ValueError("its numbers have the other order of bytes")
    if not 0 < header.number(1) < 100_000:
        raise ValueError("it doesn't say how many files there are")
    return header.number(1)


def _entry(message: Message) -> Entry:
    if 7 in message:
        raise ValueError("it holds an array in several parts, which minitape doesn't read")
    shape = [length.number(1) for length in message.message(2).messages(2)]
    dtype, *places = (message.number(number) for number in (1, 3, 4, 5, 6))
    if max([*shape, *places]) >= 1 << 63:
        raise ValueError("it has an entry with a negative number")
    name = _TEXT_TYPE if dtype == _TEXT else _TYPES.get(dtype, f"type {dtype}")
    return Entry(name, tuple(shape), *places)
