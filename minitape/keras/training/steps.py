"""What happens to one batch: the steps, what `compile` gives them, and what they are made of."""

import inspect
import warnings
from functools import cache, partial
from typing import Any

from ... import nest, ops
from ...engine import GradientTape
from ...errors import InvalidArgumentError
from ...tracing import function
from .. import losses as losses_module
from .. import metrics as metrics_module
from .. import optimizers
from ..layers.layer import Layer
from ..metrics import Metric
from ..saving.serialization import deserialize_keras_object, serialize_keras_object
from .compiled import Compiled, CompiledLoss, CompiledMetrics
from .data import unpack_x_y_sample_weight


class Steps(Layer):
    """A layer with a loss and an optimizer: `train_step`, `test_step`, `predict_step`."""

    # Before `compile`.
    compiled = False
    optimizer: Any = None
    loss: Any = None
    run_eagerly = False
    _compiled: Compiled | None = None

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
    ) -> None:
        """Says how the model is to be trained.

        Args:
            optimizer: a name or an Optimizer.
            loss: a name, a Loss or a function `(y_true, y_pred)`; a list or dict of them where
                the model has several outputs.
            loss_weights: a factor for each output's loss, in the same form.
            metrics: a list of names, Metrics or functions; a list or dict of lists where the
                model has several outputs. "accuracy" becomes the kind that fits the labels.
            weighted_metrics: the same, for metrics that get the sample weights.
            run_eagerly: whether steps run in Python each time, rather than as programs that
                were written down at their first run (see `function`).
            steps_per_execution: accepted for Keras' scripts.
            jit_compile: accepted for Keras' scripts.
            auto_scale_loss: accepted for Keras' scripts.

        Raises:
            ValueError: an unknown name (the nearest known one is suggested).
        """
        _check_names(losses_module, loss)
        _check_names(metrics_module, [metrics, weighted_metrics])
        self.optimizer = optimizers.get(optimizer)
        self.loss = loss
        self.run_eagerly = run_eagerly
        self._forget_programs()
        # A model may be built, and so come to have outputs, after this.
        output_names = partial(getattr, self, "output_names", None)
        measured = None
        if metrics is not None or weighted_metrics is not None:
            measured = CompiledMetrics(metrics, weighted_metrics, output_names)
        minimized = None if loss is None else CompiledLoss(loss, loss_weights, output_names)
        arguments = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": False if jit_compile == "auto" else jit_compile,
        }
        self._compiled = Compiled(minimized, measured, arguments)
        self.compiled = True

    def _program_of(self, step: str) -> Any:
        """A step as a `function`, the same one until something about the steps changes."""
        if self.run_eagerly:
            return getattr(self, step)
        functions = vars(self).setdefault("_step_functions", {})
        if step not in functions:
            functions[step] = function(getattr(self, step))
        return functions[step]

    def _forget_programs(self) -> None:
        """Has the steps written down anew, because what they do has changed."""
        vars(self).pop("_step_functions", None)

    def get_compile_config(self) -> dict:
        """What `compile` was given, as data; empty before."""
        if self._compiled is None:
            return {}
        return serialize_keras_object({"optimizer": self.optimizer, **self._compiled.arguments})

    def compile_from_config(self, config: dict) -> None:
        """Compiles with a config that `get_compile_config` returned."""
        if type(self).compile is not Steps.compile:
            warnings.warn(
                f"The class {type(self).__name__} has a `compile()` of its own, which was not "
                "called: call it yourself, or write `get_compile_config()` and "
                "`compile_from_config(config)` as well.",
                stacklevel=2,
            )
            return
        self.compile(**deserialize_keras_object(config))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    @property
    def metrics(self) -> list[Metric]:
        """The loss's mean, what `compile` was given, and metrics that the model's layers hold.

        A subclass that keeps metrics of its own may return those instead: they are reset at the
        start of each epoch.
        """
        compiled = [] if self._compiled is None else self._compiled.all_metrics()
        return compiled + self._held_metrics()

    def _held_metrics(self) -> list[Metric]:
        """The metrics that the model and its layers hold."""
        found = list(self._parts(Metric))
        for layer in self._layers_inside:
            if not isinstance(layer, Steps):  # a model inside keeps its own training to itself
                found += layer.metrics
        return found

    @property
    def metrics_names(self) -> list[str]:
        """The names of `metrics`."""
        return [metric.name for metric in self.metrics]

    def reset_metrics(self) -> None:
        """Starts every metric again."""
        for metric in self.metrics:
            metric.reset_state()
        self._restore_metrics({})  # nothing that was restored waits any longer

    def _metrics_state(self) -> dict[str, list]:
        """The values of all metrics' variables, as arrays: a list for each metric."""
        held = enumerate(self._held_metrics())
        state = {f"held_{i}": [v.numpy() for v in metric.variables] for i, metric in held}
        return state if self._compiled is None else {**state, **self._compiled.state()}

    def _restore_metrics(self, state: dict[str, list]) -> None:
        """Assigns what `_metrics_state` gave, also to what the first batch will make."""
        for i, metric in enumerate(self._held_metrics()):
            metric._restore(state.get(f"held_{i}", []))
        if self._compiled is not None:
            self._compiled.restore(state)

    # -- the steps -------------------------------------------------------------------------------

    def train_step(self, data) -> dict:
        """One step of training on one batch; returns the metrics' values by name.

        Args:
            data: `x`, `(x, y)` or `(x, y, sample_weight)`.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        if self.optimizer is None:
            raise ValueError(
                "Training needs an optimizer, and there is none: compile(optimizer='adam', ...)."
            )
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self._loss_of(x, y, y_pred, sample_weight, training=True)
            scaled = self.optimizer.scale_loss(loss)
        self._track_loss(loss, x)
        trainable_weights = self.trainable_weights
        if trainable_weights:
            gradients = tape.gradient(scaled, trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, trainable_weights, strict=True))
        else:
            warnings.warn("The model does not have any trainable weights.", stacklevel=2)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def test_step(self, data) -> dict:
        """One step of evaluation on one batch; returns the metrics' values by name."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        self._track_loss(self._loss_of(x, y, y_pred, sample_weight, training=False), x)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def predict_step(self, data) -> Any:
        """The predictions for one batch."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    # -- what the steps are made of --------------------------------------------------------------

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """The loss that `compile` was given, plus what layers and regularizers add: a scalar.

        Args:
            x: the inputs; not used here.
            y: the labels.
            y_pred: the predictions.
            sample_weight: a weight per example.
            training: whether this is training; not used here.

        Raises:
            ValueError: there is nothing to compute, or there are no labels for it.
            InvalidArgumentError: a label is no class; the message names the layer.
        """
        parts = []
        if self._compiled is not None and self._compiled.loss is not None:
            try:
                parts.append(self._compiled.loss(y, y_pred, sample_weight))
            except InvalidArgumentError as error:
                raise self._with_layers(error, y_pred) from error
        parts += [ops.reduce_sum(loss) for loss in self.losses]
        parts = [loss for loss in parts if loss is not None]
        if not parts:
            raise ValueError(
                "No loss to compute. Provide a `loss` argument in `compile()`, or add one with "
                "`add_loss`, or write `compute_loss` (or the step itself) anew."
            )
        return sum(parts[1:], parts[0])

    def _loss_of(self, x, y, y_pred, sample_weight, training) -> Any:
        if _takes_training(type(self).compute_loss):
            return self.compute_loss(x, y, y_pred, sample_weight, training=training)
        return self.compute_loss(x, y, y_pred, sample_weight)

    def _track_loss(self, loss, x) -> None:
        """Adds a batch's loss to the mean over all examples."""
        if self._compiled is not None:
            examples = next((v.shape[0] for v in nest.flatten(x) if v is not None), 1)
            self._compiled.loss_tracker.update_state(loss, sample_weight=examples)

    def _with_layers(self, error: InvalidArgumentError, y_pred) -> InvalidArgumentError:
        """The error about a label, with the names of the layers that made the predictions."""
        if "label value" not in str(error):
            return error
        names = getattr(self, "output_names", None)
        if not names:  # no graph says which layers made them, but their widths do
            widths = {int(y.shape[-1]) for y in nest.flatten(y_pred)}
            last = {int(v.shape[-1]): layer for layer, v in self._last_weights()}
            names = [layer.name for width, layer in last.items() if width in widths]
        made_by = f" The predictions are the output of layer {', '.join(map(repr, names))}."
        return InvalidArgumentError(f"{error}{made_by if names else ''}")

    def _last_weights(self) -> list[tuple[Layer, Any]]:
        """Each layer inside with the last of its weights, where that has an axis."""
        pairs = [(layer, layer.weights[-1]) for layer in self._layers_inside if layer.weights]
        return [(layer, weight) for layer, weight in pairs if weight.ndim]

    def compute_metrics(self, x, y, y_pred, sample_weight=None) -> dict:
        """Adds a batch to the metrics that `compile` was given; returns all values by name."""
        if self._compiled is not None and self._compiled.metrics is not None:
            self._compiled.metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict:
        """All metrics' values by name."""
        results: dict[str, Any] = {}
        for metric in self.metrics:
            value = metric.result()
            results.update(value if isinstance(value, dict) else {metric.name: value})
        return results

    # -- Keras 2's names -------------------------------------------------------------------------

    @property
    def compiled_loss(self) -> Any:
        """Keras 2's name: a function that computes the loss and adds it to the loss's mean."""
        warnings.warn(
            "`model.compiled_loss()` is deprecated. Use `model.compute_loss(x, y, y_pred, "
            "sample_weight, training)` instead.",
            stacklevel=2,
        )
        return self._compiled_loss

    def _compiled_loss(self, y_true, y_pred, sample_weight=None, regularization_losses=None):
        # Keras 3 forgets the tracker here, and reports a mean of the predictions as the loss.
        loss = self._loss_of(None, y_true, y_pred, sample_weight, training=True)
        self._track_loss(ops.stop_gradient(loss), y_pred)
        return loss

    @property
    def compiled_metrics(self) -> CompiledMetrics:
        """Keras 2's name: the metrics that `compile` was given, as one object."""
        warnings.warn(
            "`model.compiled_metrics()` is deprecated. Use `model.compute_metrics(x, y, y_pred, "
            "sample_weight)` instead.",
            stacklevel=2,
        )
        given = None if self._compiled is None else self._compiled.metrics
        return CompiledMetrics([]) if given is None else given


@cache
def _takes_training(compute_loss) -> bool:
    """Whether a `compute_loss`, perhaps a user's, has the argument that Keras 3.3 added."""
    parameters = inspect.signature(compute_loss).parameters
    return "training" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _check_names(module, identifiers) -> None:
    """Raises at once, in compile, for a loss or metric whose name nobody knows."""
    for identifier in nest.flatten(identifiers):
        if isinstance(identifier, str) and identifier.lower() not in module.FAMILIES:
            module.find(identifier)
