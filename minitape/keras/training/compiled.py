"""The losses and metrics that `compile` was given, put beside a model's outputs."""

from collections import Counter
from collections.abc import Callable
from itertools import chain, count, repeat, takewhile
from typing import Any, NamedTuple

from ... import nest
from .. import losses as losses_module
from .. import metrics as metrics_module
from ..losses import Loss
from ..metrics import Mean, Metric
from .outputs import Outputs


class _MadeLater:
    """What makes its metrics at the first batch, and may be given their states before."""

    metrics: list
    _outputs: Outputs | None = None
    _states: list[list] = []  # those that wait

    def restore_each(self, states: list[list]) -> None:
        """Assigns the states of the metrics, now or when there are any."""
        self._states = states
        if self._outputs is not None:
            self._take_states()

    def _take_states(self) -> None:
        for metric, state in zip(self.metrics, chain(self._states, repeat([])), strict=False):
            metric._restore(state)
        self._states = []


class _LossEntry(NamedTuple):
    """One loss: the position of its output, its factor, and what keeps its mean."""

    output: int
    loss: Loss
    factor: float | None
    tracker: Mean | None


class CompiledLoss(_MadeLater):
    """The weighted sum of one loss per output.

    Args:
        loss: a loss by name or object; for several outputs a list or dict of them.
        loss_weights: a factor for each output, in the same form.
        output_names: a function that gives the names of the outputs, or None.
    """

    def __init__(self, loss, loss_weights=None, output_names: Callable = lambda: None):
        self._given = loss
        self._weights_given = loss_weights
        self._output_names = output_names
        self._entries: list[_LossEntry] = []

    @property
    def metrics(self) -> list[Mean]:
        """The mean of each output's own loss, where there are several losses."""
        return [entry.tracker for entry in self._entries if entry.tracker is not None]

    def __call__(self, y_true, y_pred, sample_weight=None) -> Any:
        """The total; each output's own loss, without its factor, goes to its tracker as well."""
        outputs = self._outputs or self._build(y_true, y_pred)
        examples = outputs.examples(y_true, y_pred, sample_weight)
        total = None
        for i, loss, factor, tracker in self._entries:
            label, prediction, weight = examples[i]
            outputs.check_label(i, label, "loss")
            value = loss(label, prediction, weight)
            if tracker is not None:
                tracker.update_state(value, sample_weight=prediction.shape[0])
            if factor is not None:
                value = value * factor
            total = value if total is None else total + value
        return total

    def _build(self, y_true, y_pred) -> Outputs:
        """Chooses the losses by the shapes of labels and predictions."""
        outputs = Outputs(y_pred, self._output_names())
        given = outputs.each(self._given, "loss", shared=True)
        factors = outputs.each(self._weights_given, "loss_weights")
        several = sum(one is not None for one in given) > 1
        used: Counter[str] = Counter()
        entries = []
        examples = outputs.examples(y_true, y_pred)
        for i in self._order(outputs, y_pred):
            label, prediction, _ = examples[i]
            if given[i] is not None:
                outputs.check_label(i, label, "loss")
            loss = losses_module.resolve(given[i], label, prediction)
            if loss is None:
                continue
            tracker = None
            if several:
                tracker = Mean(name=_unique(f"{outputs.names[i] or loss.name}_loss", used))
            entries.append(_LossEntry(i, loss, factors[i], tracker))
        self._entries, self._outputs = entries, outputs
        self._take_states()
        return outputs

    def _order(self, outputs: Outputs, y_pred) -> list[int]:
        """Outputs in a dict come as in the dict of losses or, without one, in their own order."""
        if not isinstance(y_pred, dict) or None in outputs.names:
            return list(range(len(outputs)))
        first = list(self._given) if isinstance(self._given, dict) else []
        return [outputs.names.index(name) for name in dict.fromkeys([*first, *y_pred])]


class _MetricEntry(NamedTuple):
    """One metric: its key in the logs, and the position of its output."""

    key: str
    output: int
    metric: Metric
    weighted: bool


class CompiledMetrics(_MadeLater, Metric):
    """The metrics of all outputs; its result is a dict.

    Args:
        metrics: names or objects: a list; for several outputs a list or dict of lists.
        weighted_metrics: the same, for metrics that get the sample weights.
        output_names: a function that gives the names of the outputs, or None.
    """

    def __init__(self, metrics, weighted_metrics=None, output_names: Callable = lambda: None):
        super().__init__(name="compile_metrics")
        self._given = {"metrics": metrics, "weighted_metrics": weighted_metrics}
        self._output_names = output_names
        self._entries: list[_MetricEntry] = []

    @property
    def metrics(self) -> list[Metric]:
        """The metrics themselves."""
        return [entry.metric for entry in self._entries]

    @property
    def variables(self) -> list:
        """The state of all metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    def update_state(self, y_true, y_pred, sample_weight=None) -> None:
        """Adds a batch to each metric."""
        outputs = self._outputs or self._build(y_true, y_pred)
        examples = outputs.examples(y_true, y_pred, sample_weight)
        for _, i, metric, weighted in self._entries:
            label, prediction, weight = examples[i]
            outputs.check_label(i, label, "metric")
            if weighted:
                metric.update_state(label, prediction, weight)
            else:
                metric.update_state(label, prediction)

    def _build(self, y_true, y_pred) -> Outputs:
        """Chooses the metrics by the shapes of labels and predictions."""
        outputs = Outputs(y_pred, self._output_names())
        used: Counter[str] = Counter()
        entries = []
        for argument, given in self._given.items():
            weighted = argument == "weighted_metrics"
            lists = _lists(given, outputs, argument)
            for i, (label, prediction, _) in enumerate(outputs.examples(y_true, y_pred)):
                prefix = f"{outputs.names[i]}_" if len(outputs) > 1 and outputs.names[i] else ""
                for identifier in lists[i]:
                    outputs.check_label(i, label, "metric")
                    metric = metrics_module.resolve(identifier, label, prediction)
                    key = prefix + metric.name
                    if weighted and key in used:
                        key = f"{prefix}weighted_{metric.name}"
                    entries.append(_MetricEntry(_unique(key, used), i, metric, weighted))
        self._entries, self._outputs = entries, outputs
        self._take_states()
        return outputs

    def reset_state(self) -> None:
        """Starts each metric again."""
        for metric in self.metrics:
            metric.reset_state()

    def result(self) -> dict[str, Any]:
        """Each metric's value, by its name in the logs."""
        results: dict[str, Any] = {}
        for key, _, metric, _ in self._entries:
            value = metric.result()
            results.update(value if isinstance(value, dict) else {key: value})
        return results


class Compiled:
    """What `compile` made of its arguments. No Metric itself, so no layer takes it for its own.

    Attributes:
        loss: the losses of the outputs, or None.
        metrics: the metrics of the outputs, or None.
        arguments: the arguments themselves, by name.
        loss_tracker: the mean of the total loss.
    """

    def __init__(
        self, loss: CompiledLoss | None, metrics: CompiledMetrics | None, arguments: dict[str, Any]
    ):
        self.loss = loss
        self.arguments = arguments
        self.metrics = metrics
        self.loss_tracker = Mean(name="loss")

    def all_metrics(self) -> list[Metric]:
        """All that keeps a number, in Keras' order."""
        found: list[Metric] = [self.loss_tracker]
        if self.metrics is not None:
            found.append(self.metrics)
        if self.loss is not None:
            found.extend(self.loss.metrics)
        return found

    def state(self) -> dict[str, list]:
        """The values of all variables, as arrays: a list for each metric."""
        return {
            f"{kind}_{i}": [v.numpy() for v in metric.variables]
            for kind, metrics in (
                ("loss", [self.loss_tracker]),
                ("metric", self.metrics.metrics if self.metrics is not None else []),
                ("output_loss", self.loss.metrics if self.loss is not None else []),
            )
            for i, metric in enumerate(metrics)
        }

    def restore(self, state: dict[str, list]) -> None:
        """Assigns what `state` gave, also to what will be made later; nothing else waits then."""
        self.loss_tracker._restore(state.get("loss_0", []))
        for kind, one in (("metric", self.metrics), ("output_loss", self.loss)):
            if one is not None:
                names = takewhile(state.__contains__, (f"{kind}_{i}" for i in count()))
                one.restore_each([state[name] for name in names])


def _lists(given, outputs: Outputs, argument: str) -> list[list]:
    """The metrics of each output; those of a single output may stand in nested lists."""
    if not given:
        return [[]] * len(outputs)
    if len(outputs) == 1 and not isinstance(given, dict):
        return [nest.flatten(given)]
    return [[] if one is None else nest.flatten(one) for one in outputs.each(given, argument)]


def _unique(name: str, used: Counter[str]) -> str:
    """The name itself; name_1, name_2, ... where it was used before."""
    count = used[name]
    used[name] += 1
    return f"{name}_{count}" if count else name
