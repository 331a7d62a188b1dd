"""Where values lie in a piece of memory while they are needed."""


class Memory:
    """Places in a piece of memory, as many as are needed at a time.

    Attributes:
        size: of the piece, in bytes.
    """

    def __init__(self):
        self.size = 0
        self._free: list[tuple[int, int]] = []  # (size, place)

    def taken(self, size: int) -> int:
        """A place for so many bytes, the smallest that is free or a new one."""
        size = _whole_lines(size)
        fitting = [piece for piece in self._free if piece[0] >= size]
        if fitting:
            room, place = piece = min(fitting)
            self._free.remove(piece)
            if room > size:
                self._free.append((room - size, place + size))
            return place
        self.size += size
        return self.size - size

    def free(self, place: int, size: int) -> None:
        """Gives a place back."""
        self._free.append((_whole_lines(size), place))


def _whole_lines(size: int) -> int:
    """Bytes in whole lines of the cache."""
    return -(-size // 64) * 64
