"""HDF5 files: a writer, and the one reader through which all weights come.

The reader takes a file for something that an attacker made. Before anything is read, it walks
through all of the file and refuses what Keras never writes: links to other places or files, data
kept elsewhere, filters, odd types and names, and arrays that are far larger than the file.
"""

import io
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
# Keras 2's weights are called "kernel:0".
_LEGACY_NAME = re.compile(r"[A-Za-z0-9_.-]+(:[0-9]+)?")
_FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32"}
# Keras compresses nothing. A file may declare this many times its own size, or this many bytes.
_EXPANSION = 100
_SMALL = 1 << 20
# The most bytes that one list of names may take.
_NAMES = 1 << 28


def h5py() -> Any:
    """The package that reads and writes HDF5."""
    try:
        import h5py
    except ImportError:
        raise ImportError(
            "Saving and loading weights needs the package h5py, which is missing. Install it: "
            "pip install 'minitape[save]', or pip install h5py."
        ) from None
    return h5py


class Refused(ValueError):
    """What is wrong with a file that can be read."""


class Writer:
    """An HDF5 file in memory, of groups of arrays."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self._file = h5py().File(self._buffer, "w")

    def write(self, path: str, arrays: dict[str, Any], name: Any = None) -> None:
        """Writes arrays into the group `path`/vars, and the owner's name beside them.

        Raises:
            ValueError: a name that the reader would refuse.
        """
        self._check(*filter(None, path.split("/")), *arrays)
        group = self._file.create_group(f"{path}/vars" if path else "vars")
        if isinstance(name, str):
            group.attrs["name"] = name
        for key, value in arrays.items():
            group[key] = numpy.asarray(value)

    def array(self, path: str, value: Any) -> None:
        """Writes one array under a path of its own."""
        self._check(*path.split("/"))
        self._file[path] = numpy.asarray(value)

    def describe(self, path: str, attributes: dict[str, Any]) -> None:
        """Writes texts, or lists of them, beside a group; "" is the file itself."""
        self._check(*filter(None, path.split("/")))
        self._file.require_group(path or "/").attrs.update(attributes)

    def _check(self, *names: str) -> None:
        for name in names:
            if not _NAME.fullmatch(name):
                raise ValueError(
                    f"Cannot save weights under the name {name!r}: letters without accents, "
                    "digits and the signs _ . - make a name. Rename the attribute, class or layer."
                )

    def finish(self) -> bytes:
        """The file's bytes."""
        self._file.close()
        return self._buffer.getvalue()


def _damaged(where: str, error: Exception) -> ValueError:
    return ValueError(f"{where} is damaged: expected a whole HDF5 file: {error}")


class StoredArray:
    """An array in a file, read when it is asked for.

    Attributes:
        shape: its shape.
        dtype: its NumPy dtype.
    """

    def __init__(self, dataset: Any, where: str):
        self._dataset = dataset
        self._where = where
        self.shape = tuple(dataset.shape)
        self.dtype = dataset.dtype

    def __array__(self, dtype=None, copy=None) -> numpy.ndarray:
        try:
            array = self._dataset[()]
        except Exception as error:
            raise _damaged(self._where, error) from error
        return numpy.asarray(array, dtype=dtype)

    def __getitem__(self, index: Any) -> Any:
        return self.__array__()[index]


class Group(Mapping):
    """The arrays of one group, by name."""

    def __init__(self, arrays: dict[str, StoredArray]):
        self._arrays = arrays

    def __getitem__(self, key: str) -> StoredArray:
        return self._arrays[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


class Reader:
    """An HDF5 file that was found harmless. Used in a `with` statement.

    Args:
        data: the file's bytes.
        where: what it is, for messages: "model.keras, member model.weights.h5".
        legacy: whether it is one of Keras 2's, whose names may end in ":0".

    Attributes:
        where: what it is.
        declared: how many bytes all its arrays take in memory.

    Raises:
        ValueError: it is no HDF5 file, or one of those described above.
    """

    def __init__(self, data: bytes, where: str, legacy: bool = False):
        self._h5py = h5py()
        self._data = data
        self.where = where
        self._size = len(data)
        self._name = _LEGACY_NAME if legacy else _NAME
        self._arrays: dict[str, dict[str, StoredArray]] = {}
        self.declared = 0
        try:
            self._file = self._h5py.File(io.BytesIO(data), "r")
        except Exception as error:
            raise ValueError(f"{where}: expected an HDF5 file, that is whole: {error}") from error
        try:
            self._check()
        except BaseException as error:
            self._file.close()
            if isinstance(error, Refused) or not isinstance(error, Exception):
                raise
            raise _damaged(where, error) from error

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *exception) -> None:
        self._file.close()

    def has(self, path: str) -> bool:
        """Whether there is a group of this path; "" is the file itself."""
        return path in self._arrays

    def groups(self) -> list[str]:
        """The paths of all groups."""
        return list(self._arrays)

    def group(self, path: str) -> Group:
        """The arrays of a group; none where there is no such group."""
        return Group(self._arrays.get(path, {}))

    def array(self, path: str) -> StoredArray:
        """The array of a path.

        Raises:
            ValueError: there is none.
        """
        group, _, name = path.rpartition("/")
        if name not in self._arrays.get(group, {}):
            raise ValueError(f"{self.where} must have an array '{path[:200]}', and has none.")
        return self._arrays[group][name]

    def text(self, path: str, attribute: str) -> str | None:
        """An attribute that is one text; None where there is none."""
        found = self._attribute(path, attribute)
        if found is not None and len(found) != 1:
            raise self._refuse(path, f"has an attribute {attribute!r} that is no text")
        return None if found is None else found[0]

    def names(self, path: str, attribute: str) -> list[str]:
        """An attribute of a group that is a list of names; a long one is kept in parts."""
        whole = self._attribute(path, attribute)
        if whole is not None:
            return whole
        found, number = [], 0
        while (part := self._attribute(path, f"{attribute}{number}")) is not None:
            found += part
            number += 1
        return found

    # -- checking --------------------------------------------------------------------------------

    def _refuse(self, path: str, reason: str) -> "Refused":
        return Refused(
            f"{self.where} is refused: '{path}' {reason}. Only files as Keras writes them are read."
        )

    def _check(self) -> None:
        """Walks through the file, following nothing but plain names."""
        seen = {self._address(self._file)}
        left = [("", self._file)]
        while left:
            path, group = left.pop()
            arrays = self._arrays[path] = {}
            for name in group:
                inner = f"{path}/{name}" if path else name
                child = self._checked_child(group, name, inner)
                address = self._address(child)
                if address in seen:
                    raise self._refuse(inner, "is a second name of another object")
                seen.add(address)
                if isinstance(child, self._h5py.Group):
                    left.append((inner, child))
                else:
                    self._check_dataset(child, inner)
                    arrays[name] = StoredArray(child, f"{self.where}: '{inner}'")

    def _address(self, thing: Any) -> Any:
        return self._h5py.h5o.get_info(thing.id).addr

    def _checked_child(self, group: Any, name: Any, path: str) -> Any:
        if not isinstance(name, str) or not self._name.fullmatch(name) or name in (".", ".."):
            raise self._refuse(path, "has a name of other signs than letters, digits and _ . -")
        link = group.get(name, getlink=True)
        if type(link) is not self._h5py.HardLink:
            raise self._refuse(path, f"is a link to another place, a {type(link).__name__}")
        child = group[name]
        if not isinstance(child, (self._h5py.Group, self._h5py.Dataset)):
            raise self._refuse(path, f"is a {type(child).__name__}, neither group nor array")
        return child

    def _check_dataset(self, dataset: Any, path: str) -> None:
        settings = dataset.id.get_create_plist()
        if settings.get_external_count():
            raise self._refuse(path, "has its numbers in another file")
        if dataset.is_virtual:
            raise self._refuse(path, "is put together from other arrays")
        for i in range(settings.get_nfilters()):
            if settings.get_filter(i)[0] not in _FILTERS:
                raise self._refuse(path, f"uses another filter than {list(_FILTERS.values())}")
        if dataset.shape is None or dataset.dtype.kind not in "fiub" or dataset.dtype.metadata:
            raise self._refuse(path, f"holds no numbers, but {dataset.dtype}")
        self._declare(path, dataset.shape, dataset.dtype.itemsize)
        if dataset.chunks:  # one chunk may be larger than the array
            self._declare(path, dataset.chunks, dataset.dtype.itemsize)

    def _declare(self, path: str, shape: tuple, itemsize: int) -> None:
        """Counts what reading an array would take."""
        self.declared += math.prod(shape) * itemsize
        if self.declared > max(_SMALL, _EXPANSION * self._size):
            raise self._refuse(
                path,
                f"declares the shape {tuple(shape)}: with it the arrays take {self.declared:,} "
                f"bytes, but the file has {self._size:,}",
            )

    # -- attributes ------------------------------------------------------------------------------

    def _attribute(self, path: str, name: str) -> list[str] | None:
        """The texts of an attribute; None where there is none."""
        if path not in self._arrays:
            raise ValueError(f"{self.where} must have a group '{path[:200]}', and has none.")
        try:
            attributes = self._file[path or "/"].attrs
            if name not in attributes:
                return None
            stored = attributes.get_id(name)
            kind, count = stored.dtype, math.prod(stored.shape or ())
            if kind.kind == "f" and count == 0:  # Keras' empty list
                return []
            # Texts of any length lie elsewhere in the file, where all may share a long one.
            length = kind.itemsize if kind.kind == "S" else self._longest_text()
            is_list = len(stored.shape or ()) <= 1 and self._h5py.check_string_dtype(kind)
            if not is_list or count * length > _NAMES:
                raise self._refuse(
                    path, f"has an attribute {name!r} that is no text, or a huge one"
                )
            value = numpy.atleast_1d(attributes[name]).tolist()
            return [one.decode() if isinstance(one, bytes) else one for one in value]
        except Refused:
            raise
        except Exception as error:  # h5py has ValueErrors of its own
            raise _damaged(self.where, error) from error

    def _longest_text(self) -> int:
        """A length that no text of the file exceeds.

        Texts stand in collections. One begins with "GCOL", its version in four bytes and its length
        in eight; each text in it with a number and others in eight bytes, and its length in eight.
        """
        longest = 0
        for found in re.finditer(b"GCOL\x01\0\0\0", self._data):
            length = self._number(found.end())
            position, end = found.end() + 8, min(found.start() + length, self._size)
            while position + 16 <= end:
                size = self._number(position + 8)
                longest = max(longest, min(size, length))
                # What is left at the end has the number 0, and counts its own beginning.
                used = self._data[position : position + 2] != b"\0\0"
                position += max(16 * used + -(-size // 8) * 8, 8)
        return longest

    def _number(self, position: int) -> int:
        return int.from_bytes(self._data[position : position + 8], "little")
