"""Passes over items: generators that shuffle, prefetch, window and interleave whatever they get."""

import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from queue import SimpleQueue
from typing import Any

import numpy

from ..arrays.philox import philox_blocks

_BLOCKS = 256  # blocks of random words that are made at a time
_END = object()


def random_words(key: int, counter: int) -> Iterator[int]:
    """The 32-bit words of a Philox stream, one after the other, without an end."""
    offsets = numpy.arange(_BLOCKS, dtype="uint64")
    while True:
        yield from philox_blocks(key, counter, offsets).ravel().tolist()
        counter += _BLOCKS


def shuffled(items: Iterator, buffer_size: int | None, words: Iterator[int]) -> Iterator:
    """The items in an order drawn from a buffer that the coming items fill up.

    It draws as TensorFlow does, and so gives its order: the buffer is a ring, and the item at its
    front moves to the place of the one that was drawn.

    Args:
        items: what to shuffle.
        buffer_size: how many items to draw from; None for all of them.
        words: random integers below 2**32.
    """
    buffer = list(islice(items, buffer_size))
    size, front = len(buffer), 0
    for item in items:
        drawn = (front + next(words) % size) % size
        yield buffer[drawn]
        buffer[drawn], buffer[front] = buffer[front], item
        front = (front + 1) % size
    for left in range(size, 0, -1):
        drawn = (front + next(words) % left) % size
        yield buffer[drawn]
        buffer[drawn] = buffer[front]
        front = (front + 1) % size


def repeated(start: Callable[[], Iterator], count: int | None) -> Iterator:
    """One pass after another; without an end where count is None, but if passes are empty."""
    done = 0
    while count is None or done < count:
        empty = True
        for item in start():
            empty = False
            yield item
        if empty:
            return
        done += 1


def chunks(items: Iterator, size: int, drop_remainder: bool) -> Iterator[list]:
    """Lists of `size` items; the last one may be shorter, or is left out."""
    while chunk := list(islice(items, size)):
        if len(chunk) < size and drop_remainder:
            return
        yield chunk


def windows(
    items: Iterator, size: int, shift: int, stride: int, drop_remainder: bool
) -> Iterator[list]:
    """Lists of `size` items that stand `stride` apart; each begins `shift` after the one before."""
    span = (size - 1) * stride + 1
    seen: list = list(islice(items, span))
    while seen and (len(seen) == span or not drop_remainder):
        yield seen[::stride]
        missing = shift - len(seen)
        del seen[:shift]
        for _ in islice(items, max(missing, 0)):
            pass
        seen += islice(items, span - len(seen))


def interleaved(starts: Iterator[Callable[[], Iterator]], cycle: int, block: int) -> Iterator:
    """`block` items of each of `cycle` passes in turn; a pass that ends makes room for the next.

    Args:
        starts: functions that start the passes.
        cycle: how many are open at a time.
        block: how many items in a row are taken from one.
    """
    open_passes: list[Iterator | None] = [None] * cycle
    more = True
    while more or any(one is not None for one in open_passes):
        for i in range(cycle):
            if open_passes[i] is None and more:
                start = next(starts, None)
                more = start is not None
                open_passes[i] = start() if start is not None else None
            for _ in range(block):
                if (current := open_passes[i]) is None:
                    break
                item = next(current, _END)
                if item is _END:
                    open_passes[i] = None
                else:
                    yield item


# -- prefetching ----------------------------------------------------------------------------------


def prefetched(start: Callable[[], Iterator], size: int) -> Iterator:
    """The items of a pass, of which a thread makes up to `size` ahead.

    What the pass raises is raised here, at its place. The thread ends with the pass, or soon after
    this iterator is closed or forgotten: it knows nothing of it but the queue.
    """
    ready: SimpleQueue = SimpleQueue()
    room = threading.Semaphore(size)
    stopped = threading.Event()
    arguments = (start, ready, room, stopped)
    threading.Thread(target=_fill, args=arguments, daemon=True, name="prefetch").start()
    try:
        while True:
            item, error = ready.get()
            if error is not None:
                raise error
            if item is _END:
                return
            room.release()
            yield item
    finally:
        stopped.set()
        room.release()  # wakes the thread where it waits


def _fill(start, ready: SimpleQueue, room: threading.Semaphore, stopped: threading.Event) -> None:
    item: Any = None
    try:
        items = start()
        while item is not _END:
            room.acquire()
            if stopped.is_set():
                return
            item = next(items, _END)
            ready.put((item, None))
    except BaseException as error:  # passed on, whatever it is: nobody would see it here
        ready.put((None, error))


def choose(passes: list[Iterator], choices: Iterable[int], stop_on_empty: bool) -> Iterator:
    """The next item of the pass that each choice names.

    A pass that has ended is passed over, or ends it all if `stop_on_empty`.
    """
    ended: set[int] = set()
    for choice in choices:
        if choice in ended:
            continue
        item = next(passes[choice], _END)
        if item is not _END:
            yield item
            continue
        ended.add(choice)
        if stop_on_empty or len(ended) == len(passes):
            return
