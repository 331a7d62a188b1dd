"""Where the random numbers of a dataset's passes come from, and how far they are."""

from typing import Any

from ..arrays.philox import philox_block
from ..settings import seeds


class Stream:
    """Gives the Philox key and counter of each pass.

    As TensorFlow does, the dataset's own stream is used by every pass, or, where each is to have
    other numbers, gives each pass two words as its seeds.

    Args:
        seed: the dataset's seed, or None.
        anew: whether each pass is to have other numbers.
    """

    def __init__(self, seed, anew: bool):
        self._key, self._counter = seeds.next_stream("Dataset", seed, blocks=0)
        self._anew = anew
        self._passes = 0

    def __call__(self) -> tuple[int, int]:
        if not self._anew:
            return self._key, self._counter
        block, pair = divmod(self._passes, 2)
        self._passes += 1
        low, high = philox_block(self._key, self._counter + block)[2 * pair :][:2]
        return low, high << 64

    def state(self) -> list:
        """How far it is, as plain values."""
        return [self._key, self._counter, self._passes]

    def set_state(self, state: list) -> None:
        """Goes on from a `state`, of another process perhaps."""
        self._key, self._counter, self._passes = state


class CachedStreams:
    """The streams below a cache: what it keeps was drawn when it was filled.

    Args:
        streams: those of the dataset that is cached.
        kept: a list, empty until the cache is filled.
    """

    def __init__(self, streams: list, kept: list):
        self._streams = streams
        self._kept = kept
        self._filled_from: list[Any] = []

    def filling(self) -> None:
        """A pass begins that may fill the cache."""
        self._filled_from = [stream.state() for stream in self._streams]

    def state(self) -> list:
        """The state from which the cache was filled; before that, the present one."""
        return self._filled_from if self._kept else [stream.state() for stream in self._streams]

    def set_state(self, state: list) -> None:
        """Goes on from a `state`: the next pass fills the cache, again."""
        self._kept.clear()
        for stream, one in zip(self._streams, state, strict=True):
            stream.set_state(one)
