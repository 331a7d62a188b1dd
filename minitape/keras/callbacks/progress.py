"""ProgbarLogger: training as it goes, in Keras' own format."""

import re
import sys
import time

import numpy

from .callback import Callback

_WIDTH = 20
_SECONDS_BETWEEN_DRAWS = 0.05
_BOLD, _GREEN, _WHITE, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"
_CODE = re.compile("\x1b\\[[0-9]+m")


class ProgbarLogger(Callback):
    """Prints epochs and their logs.

    With verbose=1 a bar that is drawn again and again; with verbose=2 one line per epoch. Into a
    file each epoch gets one line in either case, without control characters.
    """

    verbose = 1
    epochs = 1
    steps: int | None = None
    # A validation runs inside `fit`, silently.
    _in_fit = False

    def set_params(self, params: dict) -> None:
        """Learns how much there will be, and how much of it to print."""
        super().set_params(params)
        verbose = params.get("verbose", 1)
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self.epochs = params.get("epochs", 1)
        self.steps = params.get("steps")
        self._in_fit = False

    def on_train_begin(self, logs=None):
        """Begins a training."""
        self._in_fit = True

    def on_epoch_begin(self, epoch, logs=None):
        """Names the epoch, where there are several, and begins a line for it."""
        if self.verbose and self.epochs > 1:
            _print(f"Epoch {epoch + 1}/{self.epochs}")
        self._begin()

    def on_train_batch_end(self, batch, logs=None):
        """Moves the bar."""
        self._move(batch + 1, logs)

    def on_epoch_end(self, epoch, logs=None):
        """Prints the epoch's results."""
        self._finish(logs)

    def on_train_end(self, logs=None):
        """An evaluation may have a line of its own again."""
        self._in_fit = False

    def on_test_begin(self, logs=None):
        """Begins a line for an evaluation."""
        if not self._in_fit:
            self._begin()

    def on_test_batch_end(self, batch, logs=None):
        """Moves the bar."""
        if not self._in_fit:
            self._move(batch + 1, logs)

    def on_test_end(self, logs=None):
        """Prints the results of an evaluation."""
        if not self._in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs=None):
        """Begins a line for a prediction."""
        self._begin()

    def on_predict_batch_end(self, batch, logs=None):
        """Moves the bar; the outputs are not printed."""
        self._move(batch + 1, None)

    def on_predict_end(self, logs=None):
        """Ends the line."""
        self._finish(None)

    # -- one line --------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._seen = 0
        self._began = time.perf_counter()
        self._drawn = 0.0
        self._length = 0
        self._moves = _is_terminal()

    def _move(self, seen: int, logs) -> None:
        self._seen = seen
        now = time.perf_counter()
        if self.verbose == 1 and self._moves and now - self._drawn > _SECONDS_BETWEEN_DRAWS:
            self._drawn = now
            self._draw(logs, finished=False)

    def _finish(self, logs) -> None:
        # From the second epoch on, it is known how many steps there are.
        self.steps = self._seen if self.steps is None else self.steps
        if self.verbose == 1:
            self._draw(logs, finished=True)
        elif self.verbose:
            seconds = time.perf_counter() - self._began
            _print(f"{self._count()} - {seconds:.0f}s - {self._pace(seconds)}{_values(logs)}")

    def _draw(self, logs, finished: bool) -> None:
        line = self._line(logs, finished)
        plain = _CODE.sub("", line)
        if not self._moves:
            _print(plain)
            return
        # Spaces wipe out what a longer line left behind.
        wipe = " " * (self._length - len(plain))
        _print(f"\r{line}{wipe}", end="\n" if finished else "")
        self._length = len(plain)

    def _line(self, logs, finished: bool) -> str:
        """Count, bar, seconds (while it runs: those to go), seconds per step, logs."""
        seconds = time.perf_counter() - self._began
        pace = self._pace(seconds)
        bar = ""
        if self.steps:
            filled = _WIDTH if finished else int(_WIDTH * min(1.0, self._seen / self.steps))
            bar = f" {_GREEN}{'━' * filled}{_WHITE}{'━' * (_WIDTH - filled)}{_PLAIN}"
            if not finished:
                seconds *= max(0, self.steps - self._seen) / max(1, self._seen)
        clock = f"{_BOLD}{_clock(seconds)}{_PLAIN}"
        return f"{_BOLD}{self._count()}{_PLAIN}{bar} {clock} {pace}{_values(logs)}"

    def _count(self) -> str:
        if not self.steps:
            return f"{self._seen:7d}/Unknown"
        return f"{self._seen:{len(str(self.steps))}d}/{self.steps}"

    def _pace(self, seconds: float) -> str:
        each = seconds / max(self._seen, 1)
        if each >= 1 or each == 0:
            return f"{each:.0f}s/step"
        return f"{each * 1e3:.0f}ms/step" if each >= 1e-3 else f"{each * 1e6:.0f}us/step"


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


def _print(text: str, end: str = "\n") -> None:
    """Prints, even where the output's encoding lacks a character."""
    try:
        print(text, end=end, flush=True)
    except UnicodeEncodeError:
        print(text.replace("━", "=").encode("ascii", "replace").decode(), end=end, flush=True)
