"""The loops around the steps: fit, evaluate, predict, and one batch alone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy

from ... import nest
from ...arrays import CPU, beside, device_of
from ...arrays.devices import near
from ...engine import active, only
from ...learn.histories import history, is_listening
from ...settings import seeds
from ..callbacks import CallbackList, History
from ..optimizers import Optimizer
from ..optimizers.optimizer import NO_GRADIENTS
from ..variables import assign_stored
from .arrays import split_validation
from .compiled import CompiledMetrics
from .data import ArrayBatches, Epochs, batches, gives_batches, unpack_x_y_sample_weight
from .steps import Steps


def _near_weights(method: Callable) -> Callable:
    """The method, whose data and new tensors go where the model's weights lie."""

    @wraps(method)
    def run(self, *args, **kwargs):
        weights = self.weights if self.built else ()
        if not weights:
            return method(self, *args, **kwargs)
        if device_of(weights[0].array) != CPU:
            _bring_counts(self, weights)
        with near(weights[0].array):
            return method(self, *args, **kwargs)

    return run


def _bring_counts(model, weights: list) -> None:
    """Moves what steps count to the weights' card, metrics and seeds, wherever it was made."""
    known = {id(x) for x in weights}
    seeds = [x for x in model.variables if id(x) not in known]
    for x in (*seeds, *(x for metric in model.metrics for x in metric.variables)):
        x.array = beside(x.array, weights[0].array)


class Run:
    """One call of `fit`, as far as a callback may look into it and have it begin elsewhere.

    Attributes:
        data: what gives the batches.
        epoch: the first epoch.
        batch: how many batches of it are done already.
        logs: what the last of these gave.
        restore: called where training begins, with the data at that place.
    """

    def __init__(self, data: Epochs, epoch: int):
        self.data = data
        self.epoch = epoch
        self.batch = 0
        self.logs: dict[str, Any] = {}
        self.restore: Callable[[], None] = lambda: None


class Trainer(Steps):
    """What a Model can do beyond a Layer: be trained.

    `fit` calls `train_step` for each batch, `evaluate` calls `test_step` and `predict` calls
    `predict_step`; a subclass may write any of them anew and keep the rest.

    Attributes:
        stop_training: set it to True in a callback, and `fit` ends after that batch or epoch.
        stop_evaluating: the same for `evaluate`.
        stop_predicting: the same for `predict`.
        history: the History of the last `fit`.
    """

    stop_training = False
    stop_evaluating = False
    stop_predicting = False
    history: Any = None
    _fit_run: Run | None = None  # while `fit` runs

    @_near_weights
    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
    ) -> History:
        """Trains the model.

        Args:
            x: an array, a list or dict of arrays, or something that gives batches: a Dataset, a
                generator, a PyDataset, any iterable.
            y: the labels, in the same form; not where `x` gives batches.
            batch_size: examples per step, 32 unless given.
            epochs: the number of the last epoch.
            verbose: 0 silent, 1 a progress bar, 2 one line per epoch; "auto" is 1.
            callbacks: a list of Callbacks.
            validation_split: share of the data, taken from the end, that is kept for validation.
            validation_data: (x, y), (x, y, sample_weight) or something that gives batches.
            shuffle: whether the examples are taken in random order. As in Keras it is a new one in
                each epoch, and where a global seed was set, the same in each.
            class_weight: a dict from class number to weight.
            sample_weight: a weight per example.
            initial_epoch: the epochs already done.
            steps_per_epoch: batches per epoch, all unless given.
            validation_steps: batches per validation, all unless given.
            validation_batch_size: examples per step of validation, `batch_size` unless given.
            validation_freq: validate every so many epochs, or after the epochs of a list.

        Returns:
            A History: its `history` has each value in the logs by epoch.

        Raises:
            ValueError: the model was not compiled, or the data doesn't fit together.
        """
        self._check_compiled("fit")
        if validation_split and validation_data is None:
            if gives_batches(x):
                raise ValueError(
                    "`validation_split` is only supported for arrays in memory. Received: a "
                    f"{type(x).__name__}. Pass `validation_data` instead."
                )
            (x, y, sample_weight), validation_data = split_validation(
                x, y, sample_weight, validation_split
            )
        source = batches(x, y, sample_weight, class_weight, batch_size, shuffle)
        training = Epochs(source, steps_per_epoch)
        validation = None
        if validation_data is not None:
            source = _validation_batches(validation_data, validation_batch_size or batch_size)
            validation = Epochs(source, validation_steps)
        listeners = self._listeners(
            callbacks, add_history=True, verbose=verbose, epochs=epochs, steps=training.steps
        )
        outer, self._fit_run = self._fit_run, Run(training, initial_epoch)
        try:
            with only(active.recorders):  # a recorder that a callback starts ends with `fit`
                self._fit_epochs(self._fit_run, epochs, validation, validation_freq, listeners)
        finally:
            self._fit_run = outer
        return self.history

    def _fit_epochs(self, run: Run, epochs: int, validation, validation_freq, listeners) -> None:
        self.stop_training = False
        logs: dict[str, Any] = {}
        listeners.on_train_begin()
        if not run.batch:
            run.restore()
        for epoch in range(run.epoch, epochs):
            self.reset_metrics()
            listeners.on_epoch_begin(epoch)
            results: dict | None = None
            done = run.batch if epoch == run.epoch else 0
            if done:  # an interrupted epoch goes on
                run.restore()
                results = run.logs
            train_step = self._training()  # a callback may have changed the step
            for step, data in enumerate(run.data, done):
                listeners.on_train_batch_begin(step)
                results = train_step(data)
                listeners.on_train_batch_end(step, _logs(results, "train_step"))
                if self.stop_training:
                    break
            if results is None:  # a generator that has been read to its end
                break
            logs = _logs(results, "train_step")
            if validation is not None and _is_due(epoch, validation_freq):
                measured = self._run_evaluation(validation, listeners)
                measured = {f"val_{name}": value for name, value in measured.items()}
                logs = _logs(results | measured, "train_step")
            listeners.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        if isinstance(self.optimizer, Optimizer) and self.optimizer.built:
            self.optimizer.finalize_variable_values(self.trainable_weights)
        listeners.on_train_end(logs)

    def _training(self) -> Callable:
        """The step of training. One that gives no gradient is run again, to say where it ends."""
        step = self._program_of("train_step")

        def run(data):
            try:
                return step(data)
            except ValueError as error:
                if is_listening() or not str(error).startswith(NO_GRADIENTS):
                    raise
                first = error
            raise self._with_lines(first, step, data)

        return run

    def _with_lines(self, error: ValueError, step: Callable, data) -> ValueError:
        """The error of a step once more, from under a History; all that counts is put back."""
        variables = [*self.variables, *(v for metric in self.metrics for v in metric.variables)]
        optimizers = (x for x in vars(self).values() if isinstance(x, Optimizer))
        variables += [v for optimizer in optimizers for v in optimizer.variables]
        saved = [(v, v.array.copy()) for v in variables]
        drawn = seeds.state()
        try:
            with history():
                step(data)
        except Exception as again:  # what else may go wrong the second time, the first time didn't
            return again if str(again).startswith(NO_GRADIENTS) else error  # type: ignore[return-value]
        finally:
            seeds.set_state(drawn)
            for v, array in saved:
                v.array = array
        return error

    @_near_weights
    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
    ) -> Any:
        """The loss and the metrics over all of the data.

        Returns:
            A list [loss, metric, ...]; the loss alone where there are no metrics; a dict with
            `return_dict=True`.
        """
        self._check_compiled("evaluate")
        data = Epochs(batches(x, y, sample_weight, None, batch_size), steps)
        listeners = self._listeners(callbacks, verbose=verbose, epochs=1, steps=data.steps)
        logs = self._run_evaluation(data, listeners)
        return logs if return_dict else self._in_order(logs)

    def _run_evaluation(self, data: Epochs, listeners: CallbackList) -> dict:
        self.stop_evaluating = False
        self.reset_metrics()
        data.restart()
        test_step = self._program_of("test_step")
        logs: dict[str, Any] = {}
        listeners.on_test_begin()
        for step, batch in enumerate(data):
            listeners.on_test_batch_begin(step)
            logs = _logs(test_step(batch), "test_step")
            listeners.on_test_batch_end(step, dict(logs))
            if self.stop_evaluating:
                break
        listeners.on_test_end(dict(logs))
        return logs

    @_near_weights
    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None) -> Any:
        """The outputs for all of `x`, as NumPy arrays in the structure of the outputs."""
        data = Epochs(batches(x, batch_size=batch_size), steps)
        listeners = self._listeners(callbacks, verbose=verbose, epochs=1, steps=data.steps)
        self.stop_predicting = False
        predict_step = self._program_of("predict_step")
        collected = []
        listeners.on_predict_begin()
        for step, batch in enumerate(data):
            listeners.on_predict_batch_begin(step)
            collected.append(_as_numpy(predict_step(batch)))
            listeners.on_predict_batch_end(step, {"outputs": collected[-1]})
            if self.stop_predicting:
                break
        listeners.on_predict_end()
        return nest.map_structure(lambda *parts: numpy.concatenate(parts), *collected)

    # -- one batch -------------------------------------------------------------------------------

    @_near_weights
    def train_on_batch(
        self, x, y=None, sample_weight=None, class_weight=None, return_dict=False
    ) -> Any:
        """One step of training on the given examples; returns what `evaluate` would."""
        self._check_compiled("train_on_batch")
        data = ArrayBatches(x, y, sample_weight, class_weight).whole()
        self.reset_metrics()
        logs = _logs(self._training()(data), "train_step")
        return logs if return_dict else self._in_order(logs)

    @_near_weights
    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False) -> Any:
        """One step of evaluation on the given examples; returns what `evaluate` would."""
        self._check_compiled("test_on_batch")
        data = ArrayBatches(x, y, sample_weight).whole()
        self.reset_metrics()
        logs = _logs(self._program_of("test_step")(data), "test_step")
        return logs if return_dict else self._in_order(logs)

    @_near_weights
    def predict_on_batch(self, x) -> Any:
        """The outputs for the given examples, as NumPy arrays."""
        return _as_numpy(self._program_of("predict_step")(ArrayBatches(x).whole()))

    # -- what a backup holds beside the weights ---------------------------------------------------

    def _seed_states(self) -> list:
        """The variables of seed generators."""
        weights = {id(v) for v in self.weights}
        return [v for v in self.variables if id(v) not in weights]

    def _state_beside_weights(self) -> dict[str, list]:
        """Arrays, by name: where seed generators and metrics stand."""
        return {"seeds": [v.numpy() for v in self._seed_states()], **self._metrics_state()}

    def _restore_beside_weights(self, state: dict[str, list]) -> None:
        seeds = {str(i): value for i, value in enumerate(state["seeds"])}
        assign_stored(f"Model '{self.name}'", self._seed_states(), seeds)
        self._restore_metrics(state)

    # -- small parts -----------------------------------------------------------------------------

    def _check_compiled(self, method: str) -> None:
        if not self.compiled:
            raise ValueError(
                f"You must call `compile()` before using the model: `{method}` needs to know the "
                "optimizer and the loss. For example: "
                "model.compile(optimizer='adam', loss='mean_squared_error')."
            )

    def _listeners(self, callbacks, verbose, **settings) -> CallbackList:
        if isinstance(callbacks, CallbackList):
            return callbacks
        return CallbackList(
            callbacks, model=self, add_progbar=verbose != 0, verbose=verbose, **settings
        )

    def _in_order(self, logs: dict) -> Any:
        """The logs as a list in the order of the metrics; the value alone where there is one."""
        names: dict[str, None] = {}
        for metric in self.metrics:
            inner = metric.metrics if isinstance(metric, CompiledMetrics) else [metric]
            names |= dict.fromkeys(one.name for one in inner)
        # What has no metric's name, as with several outputs, follows in alphabetical order.
        ordered = [logs[name] for name in names if name in logs]
        ordered += [logs[name] for name in sorted(logs) if name not in names]
        return ordered[0] if len(ordered) == 1 else ordered


def _logs(results, step: str) -> dict[str, Any]:
    """What a step returned, as floats, nested dicts laid flat, sorted by name as in Keras."""
    if not isinstance(results, dict):
        raise TypeError(
            f"{step} must return a dict of values by name, for example "
            "{m.name: m.result() for m in self.metrics}. Received: "
            f"a {type(results).__name__}."
        )
    logs: dict[str, Any] = {}
    for name, value in sorted(results.items()):
        if isinstance(value, dict):
            logs.update(_logs(value, step))
        else:
            array = numpy.asarray(value)
            logs[name] = float(array.item()) if _is_number(array) else array
    return logs


def _is_number(array: numpy.ndarray) -> bool:
    return array.size == 1 and array.dtype.kind in "fiub"


def _as_numpy(outputs) -> Any:
    return nest.map_structure(numpy.asarray, outputs)


def _validation_batches(validation_data, batch_size):
    if isinstance(validation_data, (tuple, list)):
        x, y, sample_weight = unpack_x_y_sample_weight(validation_data)
        return batches(x, y, sample_weight, batch_size=batch_size)
    return batches(validation_data, batch_size=batch_size)


def _is_due(epoch: int, frequency) -> bool:
    """Whether to validate after this epoch; users count epochs from 1."""
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    if isinstance(frequency, (list, tuple, set, range)):
        return epoch + 1 in frequency
    raise ValueError(
        "Expected `validation_freq` to be a list or int. Received: "
        f"validation_freq={frequency!r} of the type {type(frequency)}."
    )
