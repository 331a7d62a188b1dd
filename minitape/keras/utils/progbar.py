"""Progbar: a progress bar for loops of one's own."""

from ..callbacks.bar import Bar


class Progbar:
    """A progress bar in Keras' form.

    Args:
        target: how many steps there will be; None if that isn't known.
        width: how many characters the bar has.
        verbose: 1 for a bar, 2 for one line in the end, 0 for nothing.
        interval: the least number of seconds between two drawings.
        stateful_metrics: the names of values that are shown as they are; of others the mean over
            all steps is shown.
        stateless_metrics: instead of these, the names of those whose mean is shown.
        unit_name: what a step is called.

    Raises:
        ValueError: both kinds of names.
    """

    def __init__(
        self,
        target,
        width=20,
        verbose=1,
        interval=0.05,
        stateful_metrics=None,
        stateless_metrics=None,
        unit_name="step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Only one of `stateful_metrics` or `stateless_metrics` can be provided. Received: "
                f"{stateful_metrics} and {stateless_metrics}"
            )
        self.target = target
        self.verbose = verbose
        self._as_it_is = None if stateful_metrics is None else set(stateful_metrics)
        self._as_mean = None if stateless_metrics is None else set(stateless_metrics)
        self._bar = Bar(width, interval, unit_name)
        self._seen = 0
        self._sums: dict[str, tuple] = {}  # by name: (sum, number of steps)

    def update(self, current, values=None, finalize=None) -> None:
        """Draws the bar.

        Args:
            current: how many steps are done.
            values: (name, value of the last steps) pairs.
            finalize: whether this was the last step: told by the target unless given.
        """
        done = self.target is not None and current >= self.target if finalize is None else finalize
        steps = max(current - self._seen, 1)
        for name, value in values or []:
            if done or not self._is_averaged(name):
                self._sums[name] = (value, 1)
            else:
                total, count = self._sums.get(name, (0, 0))
                self._sums[name] = (total + value * steps, count + steps)
        self._seen = current
        means = {name: total / count for name, (total, count) in self._sums.items()}
        if self.verbose == 1:
            self._bar.move(current, self.target, means, done)
        elif self.verbose and done:
            self._bar.summarize(current, self.target, means)

    def add(self, n, values=None) -> None:
        """Draws the bar, n steps further."""
        self.update(self._seen + n, values)

    def _is_averaged(self, name: str) -> bool:
        if self._as_mean is not None:
            return name in self._as_mean
        return name not in (self._as_it_is or ())
