"""Callbacks: when each hook is called and with what, and what is no callback."""

import pytest

import minitape as mt
from minitape import keras
from minitape.keras import layers
from minitape.keras.callbacks import Callback, CallbackList, History, ProgbarLogger

X = mt.constant([[-1.0], [1.0], [3.0]])


def model():
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    return model


class Diary(Callback):
    """Writes down every hook, by way of the methods that a subclass may write."""

    def __init__(self):
        self.lines = []


def _writes(hook):
    return lambda self, *args: self.lines.append((hook, *args))


for _hook in [name for name in vars(Callback) if name.startswith("on_")]:
    if _hook not in ("on_train_batch_begin", "on_train_batch_end"):
        setattr(Diary, _hook, _writes(_hook))


def test_every_hook_in_its_place():
    diary = Diary()
    model().fit(X, X, batch_size=2, validation_data=(X[:1], X[:1]), verbose=0, callbacks=[diary])
    result = {"loss": pytest.approx(11 / 3), "val_loss": 1.0}
    assert diary.lines == [
        ("on_train_begin", {}),
        ("on_epoch_begin", 0, {}),
        ("on_batch_begin", 0, {}),
        ("on_batch_end", 0, {"loss": pytest.approx(diary.lines[3][2]["loss"])}),
        ("on_batch_begin", 1, {}),
        ("on_batch_end", 1, {"loss": pytest.approx(11 / 3)}),  # the mean so far
        ("on_test_begin", {}),
        ("on_test_batch_begin", 0, {}),
        ("on_test_batch_end", 0, {"loss": 1.0}),
        ("on_test_end", {"loss": 1.0}),
        ("on_epoch_end", 0, result),
        ("on_train_end", result),
    ]


def test_hooks_of_predict():
    diary = Diary()
    model().predict(X, verbose=0, callbacks=diary)
    assert [line[0] for line in diary.lines] == [
        "on_predict_begin",
        "on_predict_batch_begin",
        "on_predict_batch_end",
        "on_predict_end",
    ]
    assert diary.lines[2][2]["outputs"].tolist() == [[0], [0], [0]]


def test_logs_are_floats_of_its_own_and_hooks_need_no_defaults():
    kept = []

    class Keeps(Callback):
        def on_train_begin(self, logs):
            assert logs == {}

        def on_batch_end(self, batch, logs):
            assert type(logs["loss"]) is float
            kept.append(logs)
            logs["mine"] = batch

        def on_epoch_end(self, epoch, logs):
            assert "mine" not in logs
            logs["extra"] = 1.5

    history = model().fit(X, X, batch_size=1, shuffle=False, verbose=0, callbacks=[Keeps()])
    assert [logs["loss"] for logs in kept] == pytest.approx([1, 1, 11 / 3])
    assert history.history == {"extra": [1.5], "loss": [pytest.approx(11 / 3)]}


def test_model_and_params():
    class Knows(Callback):
        def on_train_begin(self, logs=None):
            assert self.model is trained
            assert self.params == {"verbose": 0, "epochs": 3, "steps": 2}

    trained = model()
    trained.fit(X, X, batch_size=2, epochs=3, verbose=0, callbacks=[Knows()])


@pytest.mark.parametrize(("when", "last_batch"), [("batch", 0), ("epoch", 1)])
def test_stopping_after_a_batch_or_an_epoch(when, last_batch):
    class Stops(Callback):
        def on_batch_end(self, batch, logs=None):
            self.last_batch = batch
            self.model.stop_training = when == "batch"

        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    callback = Stops()
    history = model().fit(X, X, batch_size=2, epochs=5, verbose=0, callbacks=[callback])
    assert history.epoch == [0]
    assert callback.last_batch == last_batch


def test_ones_own_history_and_progress_bar_are_used(capsys):
    history, bar = History(), ProgbarLogger()
    trained = model()
    assert trained.fit(X, X, verbose=2, callbacks=[bar, [history]]) is history
    assert trained.history is history
    assert len(capsys.readouterr().out.splitlines()) == 1
    trained.fit(X, X, verbose=0, callbacks=[history])
    assert len(history.history["loss"]) == 2  # it keeps what it has


def test_a_bar_of_ones_own_is_silent_in_a_validation_and_speaks_in_an_evaluation(capsys):
    bar = ProgbarLogger()
    trained = model()
    trained.fit(X, X, validation_data=(X, X), callbacks=[bar])
    trained.evaluate(X, X, callbacks=[bar])
    first, second = capsys.readouterr().out.splitlines()
    assert "val_loss" in first
    assert "val_loss" not in second
    assert "loss" in second


def test_a_bar_whose_training_was_interrupted_speaks_again(capsys):
    class Interrupts(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            raise KeyboardInterrupt

    bar = ProgbarLogger()
    trained = model()
    with pytest.raises(KeyboardInterrupt):
        trained.fit(X, X, callbacks=[bar, Interrupts()])
    trained.evaluate(X, X, callbacks=[bar])
    assert "loss" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "named"),
    [(3, "3 of type int"), (Callback, "class .*Callback.* of type type"), (print, "print")],
    ids=["number", "class", "function"],
)
def test_what_is_no_callback(wrong, named):
    trained = model()
    for method in (trained.fit, trained.evaluate):
        with pytest.raises(TypeError, match=f"must be Callback objects. Received: .*{named}"):
            method(X, X, verbose=0, callbacks=[wrong])


def test_a_list_for_a_loop_of_ones_own():
    diary = Diary()
    callbacks = CallbackList(diary, add_history=True, model=model(), epochs=1)
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(0)
    callbacks.on_epoch_end(0, {"loss": 1.0})
    callbacks.on_train_end(logs={"loss": 1.0})
    assert [type(one) for one in callbacks.callbacks] == [Diary, History]
    assert diary.lines[-1] == ("on_train_end", {"loss": 1.0})
    assert callbacks.model.history.history == {"loss": [1.0]}
    assert diary.params == {"epochs": 1}


def test_fit_uses_a_callback_list_as_it_is():
    trained = model()
    callbacks = CallbackList([Diary()], add_history=True, model=trained, verbose=0, epochs=1)
    trained.fit(X, X, callbacks=callbacks)
    assert len(trained.history.epoch) == 1
