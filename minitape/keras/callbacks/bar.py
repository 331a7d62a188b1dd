"""Bar: one line that shows how far something is, in Keras' own format."""

import re
import sys
import time

import numpy

from ..messages import say

_BOLD, _GREEN, _WHITE, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"
_CODE = re.compile("\x1b\\[[0-9]+m")


class Bar:
    """A line that is drawn again and again: in a terminal or notebook; once into a file.

    Args:
        width: how many characters the bar has.
        interval: the least number of seconds between two drawings.
        unit: what a step is called.
    """

    def __init__(self, width=20, interval=0.05, unit="step"):
        self._width = width
        self._interval = interval
        self._unit = unit
        self._began = time.perf_counter()
        self._drawn = 0.0
        self._length = 0
        self._moves = _is_terminal()

    def move(self, seen: int, steps: int | None, values, finished: bool = False) -> None:
        """Draws the bar after `seen` of so many steps, if it is time to."""
        now = time.perf_counter()
        if not finished and not (self._moves and now - self._drawn > self._interval):
            return
        self._drawn = now
        line = self._line(seen, steps, values, finished)
        plain = _CODE.sub("", line)
        if not self._moves:
            say(plain)
            return
        # Spaces wipe out what a longer line left behind.
        wipe = " " * (self._length - len(plain))
        say(f"\r{line}{wipe}", end="\n" if finished else "")
        self._length = len(plain)

    def summarize(self, seen: int, steps: int | None, values) -> None:
        """Prints one line without a bar, at the end."""
        seconds = time.perf_counter() - self._began
        pace = self._pace(seen, seconds)
        say(f"{_count(seen, steps)} - {seconds:.0f}s - {pace}{_values(values)}")

    def _line(self, seen: int, steps: int | None, values, finished: bool) -> str:
        """Count, bar, seconds (while it runs: those to go), seconds per step, values."""
        seconds = time.perf_counter() - self._began
        pace = self._pace(seen, seconds)
        bar = ""
        if steps:
            filled = self._width if finished else int(self._width * min(1.0, seen / steps))
            bar = f" {_GREEN}{'━' * filled}{_WHITE}{'━' * (self._width - filled)}{_PLAIN}"
            if not finished:
                seconds *= max(0, steps - seen) / max(1, seen)
        clock = f"{_BOLD}{_clock(seconds)}{_PLAIN}"
        return f"{_BOLD}{_count(seen, steps)}{_PLAIN}{bar} {clock} {pace}{_values(values)}"

    def _pace(self, seen: int, seconds: float) -> str:
        each = seconds / max(seen, 1)
        if each >= 1 or each == 0:
            text = f"{each:.0f}s"
        else:
            text = f"{each * 1e3:.0f}ms" if each >= 1e-3 else f"{each * 1e6:.0f}us"
        return f"{text}/{self._unit}"


def _count(seen: int, steps: int | None) -> str:
    return f"{seen:{len(str(steps))}d}/{steps}" if steps else f"{seen:7d}/Unknown"


def _clock(seconds: float) -> str:
    """Seconds, or minutes and hours where there are many."""
    whole = int(seconds)
    if whole > 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}" if whole > 60 else f"{whole}s"


def _values(logs) -> str:
    """The logs: four decimals, or powers of ten for small numbers; the mean of an array."""
    text = ""
    for name, value in (logs or {}).items():
        number = float(numpy.mean(value))
        text += f" - {name}: {number:.4f}" if abs(number) > 1e-3 else f" - {name}: {number:.4e}"
    return text


def _is_terminal() -> bool:
    """Whether a printed line can be printed over: in a terminal, and in a notebook's cell."""
    isatty = getattr(sys.stdout, "isatty", None)
    return (isatty is not None and isatty()) or "ipykernel" in sys.modules
