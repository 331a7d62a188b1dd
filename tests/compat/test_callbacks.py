"""Callbacks beside Keras': the same epochs, learning rates, weights, files and printed lines."""

import contextlib
import inspect
import io
import warnings
from types import SimpleNamespace

import keras as their_keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitape import keras as our_keras

LIBRARIES = (our_keras, their_keras)
ADDED = [
    "BackupAndRestore", "CSVLogger", "EarlyStopping", "LambdaCallback", "LearningRateScheduler",
    "ModelCheckpoint", "ReduceLROnPlateau", "SwapEMAWeights", "TerminateOnNaN",
]  # fmt: skip


@pytest.mark.parametrize("name", ADDED)
def test_signature(name):
    ours, theirs = (inspect.signature(getattr(lib.callbacks, name)) for lib in LIBRARIES)
    assert [(p.name, p.default, p.kind) for p in ours.parameters.values()] == [
        (p.name, p.default, p.kind) for p in theirs.parameters.values()
    ]


# -- on logs that are made up ----------------------------------------------------------------------


class Model:
    """As much of a model as callbacks know; its weights count the epochs."""

    def __init__(self, rate=1.0):
        self.optimizer = SimpleNamespace(learning_rate=rate)
        self.stop_training = False
        self.metrics = []
        self.epochs = 0
        self.saved = []

    def get_weights(self):
        return self.epochs

    def set_weights(self, weights):
        self.epochs = weights

    def save(self, path, overwrite):
        assert overwrite
        self.saved.append(path)

    def save_weights(self, path, overwrite):
        assert overwrite
        self.saved.append(f"weights to {path}")


def trained(callback, epochs_logs, batches=0, trainings=1):
    """Runs the hooks as `fit` does; returns all that the callback did, what it warned included."""
    model = Model()
    callback.set_model(model)
    done = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(trainings):
            model.stop_training = False
            callback.on_train_begin({})
            for epoch, logs in enumerate(epochs_logs):
                logs = dict(logs)
                callback.on_epoch_begin(epoch, {})
                for batch in range(batches):
                    callback.on_train_batch_end(batch, {"loss": batch / 2})
                model.epochs += 1
                callback.on_epoch_end(epoch, logs)
                done.append((epoch, logs, model.optimizer.learning_rate, list(model.saved)))
                if model.stop_training:
                    break
            callback.on_train_end({})
            state = {
                name: getattr(callback, name)
                for name in ("best", "wait", "stopped_epoch", "best_epoch", "cooldown_counter")
                if hasattr(callback, name)
            }
            done.append((model.epochs, model.saved, state))
    return done, [one.category for one in warned]


def assert_same(name, settings, *args, **kwargs):
    seen = []
    for library in LIBRARIES:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            callback = getattr(library.callbacks, name)(**settings)
            result = trained(callback, *args, **kwargs)
        seen.append((result, printed.getvalue()))
    assert seen[0] == seen[1]
    return seen[0]


# Few values, so that they often are equal or apart by `min_delta`.
VALUES = st.lists(st.sampled_from([0.5, 0.5001, 0.6, 0.7, 1.0]), min_size=1, max_size=12)


@given(
    values=VALUES,
    settings=st.fixed_dictionaries(
        {},
        optional={
            "mode": st.sampled_from(["auto", "min", "max"]),
            "min_delta": st.sampled_from([0, 1e-4, 0.1, -0.1]),
            "patience": st.integers(0, 4),
            "baseline": st.sampled_from([None, 0.5, 0.65]),
            "restore_best_weights": st.booleans(),
            "start_from_epoch": st.integers(0, 3),
            "verbose": st.integers(0, 1),
        },
    ),
)
def test_early_stopping(values, settings):
    logs = [{"val_loss": value} for value in values]
    assert_same("EarlyStopping", settings, logs, trainings=2)


@given(
    values=VALUES,
    settings=st.fixed_dictionaries(
        {},
        optional={
            "mode": st.sampled_from(["auto", "min", "max"]),
            "factor": st.sampled_from([0.1, 0.5]),
            "min_delta": st.sampled_from([0, 1e-4, 0.1]),
            "patience": st.integers(0, 3),
            "cooldown": st.integers(0, 3),
            "min_lr": st.sampled_from([0.0, 0.02, 0.3, 2.0]),
            "verbose": st.integers(0, 1),
        },
    ),
)
def test_reduce_lr_on_plateau(values, settings):
    logs = [{"val_loss": value} for value in values]
    assert_same("ReduceLROnPlateau", settings, logs, trainings=2)


@pytest.mark.parametrize(
    "settings",
    [
        {"filepath": "a.keras"},
        {"filepath": "a.h5", "save_best_only": True, "verbose": 1},
        {"filepath": "a.weights.h5", "save_weights_only": True},
        {"filepath": "{epoch:02d}-{val_loss:.2f}.keras", "save_best_only": True, "mode": "max"},
        {"filepath": "a.keras", "save_best_only": True, "initial_value_threshold": 0.55},
        {"filepath": "{epoch}-{batch}-{loss}.keras", "save_freq": 2},
        {"filepath": "{epoch}-{batch}.keras", "save_freq": 3, "verbose": 1},
        {"filepath": "{epoch}.keras", "monitor": "loss", "save_best_only": True, "save_freq": 4},
        {"filepath": "a.keras", "monitor": "mae", "mode": "min", "save_best_only": True},
        {"filepath": "a.keras", "monitor": "array", "mode": "min", "save_best_only": True},
        {"filepath": "a.keras", "mode": "best", "save_best_only": True},
    ],
    ids=str,
)
def test_model_checkpoint(settings, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = [0.7, 0.6, 0.65, 0.5]
    logs = [{"val_loss": value, "array": np.array([value, 1.0])} for value in values]
    seen = []
    for library in LIBRARIES:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            callback = library.callbacks.ModelCheckpoint(**settings)
        (done, warned_later) = trained(callback, logs, batches=3)
        seen.append(([end[-2] for end in done], warned_later, len(warned), capsys.readouterr().out))
    np.testing.assert_equal(*seen)
    assert seen[0][0][-1]  # something was saved


def test_model_checkpoint_makes_the_folder(tmp_path):
    callback = our_keras.callbacks.ModelCheckpoint(tmp_path / "new" / "{epoch}.keras")
    trained(callback, [{"val_loss": 1.0}])
    assert (tmp_path / "new").is_dir()


def csv_of(library, path, *trainings, **settings):
    for logs in trainings:
        trained(library.callbacks.CSVLogger(path, **settings), logs)
    return path.read_bytes()


@pytest.mark.parametrize(
    "settings", [{}, {"separator": ";"}, {"append": True}, {"append": True, "separator": "\t"}]
)
@pytest.mark.parametrize(
    "logs",
    [
        [{"loss": 1.5, "acc": 0.25}, {"loss": 1.0, "acc": 0.5, "val_loss": 3.0, "val_acc": 0.0}],
        [{"loss": 1.5, "val_loss": 2.0}, {"loss": 1e-9}, {"other": 1.0}],
        [{"loss": np.array([1.0, 2.0]), "text": "a,b;c"}],
        [{}],
    ],
    ids=["late validation", "missing", "array", "nothing"],
)
def test_csv_logger(logs, settings, tmp_path):
    ours, theirs = (
        csv_of(library, tmp_path / f"{i}.csv", logs, logs, **settings)
        for i, library in enumerate(LIBRARIES)
    )
    assert ours == theirs


@pytest.mark.parametrize("verbose", [0, 1])
@pytest.mark.parametrize(
    "schedule",
    [
        lambda epoch, rate: rate * 0.5,
        lambda epoch: 1.0 / (epoch + 1),
        lambda epoch, rate: np.float32(0.25),
        lambda epoch, rate: np.float64(0.25),
    ],
)
def test_learning_rate_scheduler(schedule, verbose):
    settings = {"schedule": schedule, "verbose": verbose}
    done, _ = assert_same("LearningRateScheduler", settings, [{"loss": 1.0}] * 3)[0]
    assert done[0][1].keys() == {"loss", "learning_rate"}


@pytest.mark.parametrize(
    "make",
    [
        lambda c: c.ReduceLROnPlateau(factor=1.0),
        lambda c: c.ModelCheckpoint("a.txt"),
        lambda c: c.ModelCheckpoint("a.h5", save_weights_only=True),
        lambda c: c.ModelCheckpoint("a.weights"),
        lambda c: c.ModelCheckpoint("a.keras", save_freq="batch"),
        lambda c: trained(c.ModelCheckpoint("{mae}.keras"), [{"loss": 1.0}]),
        lambda c: trained(c.ModelCheckpoint("a.keras", monitor="other"), [{"other": 1.0}]),
        lambda c: trained(c.EarlyStopping(monitor="val_accuracy"), [{"val_accuracy": 1.0}]),
        lambda c: trained(c.ReduceLROnPlateau(monitor="accuracy"), [{"accuracy": 1.0}]),
        lambda c: trained(c.LearningRateScheduler(lambda epoch, rate: 1), [{}]),
        lambda c: trained(c.LearningRateScheduler(lambda: 1.0), [{}]),
    ],
)
def test_both_raise_the_same_type_of_error(make):
    types = []
    for library in LIBRARIES:
        with pytest.raises(Exception) as error:  # noqa: PT011 - the type is what is compared
            make(library.callbacks)
        types.append(error.type)
    assert types[0] is types[1]


@pytest.mark.parametrize("raise_error", [False, True])
@pytest.mark.parametrize("loss", [1.0, float("nan"), float("inf"), -float("inf"), None])
def test_terminate_on_nan(loss, raise_error, capsys):
    ends = []
    for library in LIBRARIES:
        model = Model()
        callback = library.callbacks.TerminateOnNaN(raise_error)
        callback.set_model(model)
        try:
            callback.on_train_batch_end(3, {} if loss is None else {"loss": loss})
            error = None
        except RuntimeError as caught:
            error = type(caught)
        ends.append((model.stop_training, error, capsys.readouterr().out))
    assert ends[0] == ends[1]


def test_lambda_callback_in_a_training():
    counts = []
    for library in LIBRARIES:
        calls = []

        def noting(name, calls=calls):
            return lambda *args, **logs: calls.append((name, [n for n in args if type(n) is int]))

        moments = ["epoch", "train", "train_batch", "test", "test_batch"]
        hooks = [f"on_{moment}_{edge}" for moment in moments for edge in ("begin", "end")]
        callback = library.callbacks.LambdaCallback(
            **{hook: noting(hook) for hook in hooks}, mine=3
        )
        assert callback.mine == 3
        compiled(library).fit(X, Y, epochs=2, verbose=0, callbacks=[callback], validation_split=0.5)
        counts.append(calls)
    assert counts[0] == counts[1]


# -- in a training ---------------------------------------------------------------------------------

RNG = np.random.default_rng(3)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = (X.sum(1, keepdims=True) > 0).astype("float32")


def compiled(library, metrics=("accuracy",), rate=0.5, **settings):
    model = library.Sequential(
        [library.Input((3,)), library.layers.Dense(4, "tanh"), library.layers.Dense(1, "sigmoid")]
    )
    weights = np.random.default_rng(4)
    model.set_weights([weights.normal(size=w.shape) for w in model.weights])
    optimizer = library.optimizers.SGD(rate, **settings)
    model.compile(optimizer, "binary_crossentropy", metrics=list(metrics))
    return model


def assert_same_fit(make_callbacks, **settings):
    runs = []
    for library in LIBRARIES:
        model = compiled(library, **settings)
        history = model.fit(
            X, Y, epochs=8, batch_size=10, shuffle=False, verbose=0, validation_split=0.5,
            callbacks=make_callbacks(library),
        )  # fmt: skip
        runs.append((history, model))
    (ours, our_model), (theirs, their_model) = runs
    assert ours.epoch == theirs.epoch
    assert list(ours.history) == list(theirs.history)
    for name, values in theirs.history.items():
        np.testing.assert_allclose(ours.history[name], values, rtol=1e-4, atol=1e-5)
    for our, their in zip(our_model.get_weights(), their_model.get_weights(), strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-4, atol=1e-5)
    return ours


def test_a_training_with_early_stopping():
    history = assert_same_fit(
        lambda library: [
            library.callbacks.EarlyStopping(
                "val_accuracy", patience=1, restore_best_weights=True, min_delta=0.01
            )
        ]
    )
    assert len(history.epoch) < 8


def test_a_training_with_changing_rates():
    history = assert_same_fit(
        lambda library: [
            library.callbacks.LearningRateScheduler(
                lambda epoch, rate: rate * 0.9 if epoch < 3 else rate
            ),
            library.callbacks.ReduceLROnPlateau("val_loss", 0.5, patience=1, min_delta=0.05),
        ]
    )
    assert len(set(history.history["learning_rate"])) > 3


@pytest.mark.parametrize("began", LIBRARIES)
def test_a_training_that_one_library_begins_and_the_other_ends(began, tmp_path):
    """What Keras knows of an interrupted training is its weights and its epoch."""

    def fit(library, *callbacks):
        model = compiled(library)
        backup = library.callbacks.BackupAndRestore(str(tmp_path))
        history = model.fit(
            X, Y, epochs=4, batch_size=10, shuffle=False, verbose=0, callbacks=[backup, *callbacks]
        )
        return model.get_weights(), history.history["loss"]

    def stop(epoch, logs):
        if epoch == 2:
            raise KeyboardInterrupt

    whole, losses = fit(began)
    with pytest.raises(KeyboardInterrupt):
        fit(began, began.callbacks.LambdaCallback(on_epoch_begin=stop))
    (other,) = set(LIBRARIES) - {began}
    weights, last_losses = fit(other)
    np.testing.assert_allclose(last_losses, losses[2:], rtol=1e-4)
    for one, another in zip(weights, whole, strict=True):
        np.testing.assert_allclose(one, another, rtol=1e-4, atol=1e-5)


def test_a_training_with_averages():
    shown = []

    def callbacks(library):
        weights = []
        shown.append(weights)
        watch = library.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: weights.append(watch.model.get_weights())
        )
        return [library.callbacks.SwapEMAWeights(swap_on_epoch=True), watch]

    assert_same_fit(callbacks, use_ema=True)
    for ours, theirs in zip(*shown, strict=True):
        for our, their in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(our, their, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "monitor",
    ["loss", "val_loss", "accuracy", "val_accuracy", "mae", "bce", "own", "unknown"],
)
def test_direction_is_inferred_alike(monitor):
    def own(y_true, y_pred):
        return y_true - y_pred

    found = []
    for library in LIBRARIES:
        metrics = ["accuracy", "mae", library.metrics.BinaryCrossentropy(name="bce"), own]
        model = compiled(library, metrics)
        model.evaluate(X, Y, verbose=0)
        callback = library.callbacks.EarlyStopping(monitor)
        callback.set_model(model)
        try:
            callback._set_monitor_op()
            found.append(callback.monitor_op.__name__)
        except ValueError:
            found.append(None)
    assert found[0] == found[1]


def test_the_rate_of_a_schedule_cannot_be_set():
    for library in LIBRARIES:

        class Decay(library.optimizers.schedules.LearningRateSchedule):
            def __call__(self, step):
                return 0.1

        model = compiled(library, rate=Decay())
        scheduler = library.callbacks.LearningRateScheduler(lambda epoch: 0.5)
        with pytest.raises(TypeError, match="(?i)schedule"):
            model.fit(X, Y, verbose=0, callbacks=[scheduler])
