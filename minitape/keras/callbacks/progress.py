"""ProgbarLogger: training as it goes, in Keras' own format."""

from ..messages import say
from .bar import Bar
from .callback import Callback


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
            say(f"Epoch {epoch + 1}/{self.epochs}")
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
        self._bar = Bar()

    def _move(self, seen: int, logs) -> None:
        self._seen = seen
        if self.verbose == 1:
            self._bar.move(seen, self.steps, logs)

    def _finish(self, logs) -> None:
        # From the second epoch on, it is known how many steps there are.
        self.steps = self._seen if self.steps is None else self.steps
        if self.verbose == 1:
            self._bar.move(self._seen, self.steps, logs, finished=True)
        elif self.verbose:
            self._bar.summarize(self._seen, self.steps, logs)
