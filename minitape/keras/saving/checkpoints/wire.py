"""Protocol buffers as bytes: a message is a row of numbered fields, numbers or bytes."""

from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def varint(number: int) -> bytes:
    """An integer in groups of seven bits, the lowest first."""
    number &= (1 << 64) - 1  # a negative one counts from the top
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """(the integer that begins at a position, the position after it).

    Raises:
        ValueError: it has no end, or more than ten groups.
    """
    number = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        group = data[position]
        position += 1
        number |= (group & 0x7F) << shift
        if group < 0x80:
            return number & (1 << 64) - 1, position
    raise ValueError("a number in it has no end")


def field(number: int, value: int | bytes | str) -> bytes:
    """A field of a message; a message within another is its bytes."""
    if isinstance(value, int):
        return varint(number << 3 | _VARINT) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | _BYTES) + varint(len(value)) + value


def fixed32(number: int, value: int) -> bytes:
    """A field of four bytes."""
    return varint(number << 3 | _FIXED32) + value.to_bytes(4, "little")


class Message:
    """The fields of a message.

    Args:
        data: its bytes.

    Raises:
        ValueError: it is cut off, or no message; then and later, where a field is of another kind.
    """

    def __init__(self, data: bytes):
        self._fields: dict[int, list[int | bytes]] = {}
        for number, value in _fields(data):
            self._fields.setdefault(number, []).append(value)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def number(self, number: int) -> int:
        """The number in a field; 0 where it isn't said."""
        value = self._fields.get(number, [0])[-1]
        if not isinstance(value, int):
            raise ValueError("there are bytes where a number should be")
        return value

    def all_data(self, number: int) -> list[bytes]:
        """The bytes in a field that may occur several times."""
        found = self._fields.get(number, [])
        if not all(isinstance(value, bytes) for value in found):
            raise ValueError("there is a number where bytes should be")
        return found  # type: ignore[return-value]

    def data(self, number: int) -> bytes:
        """The bytes in a field; none where it isn't said."""
        return (self.all_data(number) or [b""])[-1]

    def text(self, number: int) -> str:
        """The text in a field."""
        return self.data(number).decode()

    def message(self, number: int) -> "Message":
        """The message in a field."""
        return Message(self.data(number))

    def messages(self, number: int) -> "list[Message]":
        """The messages in a field that may occur several times."""
        return [Message(data) for data in self.all_data(number)]


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(message):
        key, position = read_varint(message, position)
        kind = key & 7
        if kind == _VARINT:
            value, position = read_varint(message, position)
            yield key >> 3, value
            continue
        if kind == _BYTES:
            length, position = read_varint(message, position)
        elif kind in (_FIXED32, _FIXED64):
            length = 4 if kind == _FIXED32 else 8
        else:
            raise ValueError("it holds a field of an unknown kind")
        if length > len(message) - position:
            raise ValueError("it ends in the middle of a field")
        part = message[position : position + length]
        position += length
        yield key >> 3, part if kind == _BYTES else int.from_bytes(part, "little")
