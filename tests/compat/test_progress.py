"""What fit, evaluate and predict print, beside Keras."""

import io
import re
import sys

import keras as their_keras
import numpy as np
import pytest

from minitape import keras as our_keras

X = np.linspace(-1, 1, 30, dtype="float32").reshape(10, 3)
Y = X[:, :1]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shape_of(text):
    """What was printed last on each line, with every time replaced by #."""
    text = re.sub(r"\x1b\[\d+m|\x08", "", text)
    lines = [line.split("\r")[-1].rstrip() for line in text.split("\n")]
    return [re.sub(r"\d+(s|ms|us)", "#", line) for line in lines]


def printed(monkeypatch, keras, action, verbose):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    model.set_weights([np.full((3, 1), 0.3), np.zeros(1)])
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    action(model, {"batch_size": 3, "verbose": verbose})
    monkeypatch.undo()
    return stream.getvalue()


ACTIONS = {
    "fit": lambda model, how: model.fit(X, Y, shuffle=False, **how),
    "epochs": lambda model, how: model.fit(X, Y, epochs=12, initial_epoch=9, shuffle=False, **how),
    "validation": lambda model, how: model.fit(
        X, Y, validation_data=(X, Y), shuffle=False, epochs=2, **how
    ),
    "evaluate": lambda model, how: model.evaluate(X, Y, **how),
    "predict": lambda model, how: model.predict(X, **how),
    "generator": lambda model, how: model.fit(
        ((X, Y) for _ in range(12)), steps_per_epoch=6, shuffle=False, verbose=how["verbose"]
    ),
    "unknown": lambda model, how: model.evaluate(
        ((X, Y) for _ in range(12)), verbose=how["verbose"]
    ),
}


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize(
    ("action", "verbose"),
    [(action, verbose) for action in ACTIONS for verbose in (1, 2)] + [("fit", "auto"), ("fit", 0)],
)
def test_last_lines(monkeypatch, action, verbose):
    ours, theirs = (
        shape_of(printed(monkeypatch, keras, ACTIONS[action], verbose))
        for keras in (our_keras, their_keras)
    )
    assert ours == theirs


def test_colours_and_the_moving_bar(monkeypatch):
    """A line in the middle of a bar has the same characters, the control characters included."""
    streams = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdout", streams[0])
    logger = our_keras.callbacks.ProgbarLogger()
    logger.set_params({"verbose": 1, "epochs": 1, "steps": 20})
    logger.on_epoch_begin(0, {})
    logger.on_train_batch_end(6, {"loss": 0.5, "tiny": 1e-5})
    monkeypatch.setattr(sys, "stdout", streams[1])
    their_keras.utils.Progbar(20).update(7, [("loss", 0.5), ("tiny", 1e-5)])
    monkeypatch.undo()
    ours, theirs = (
        re.sub(r"\d+(s|ms|us)", "#", stream.getvalue()).lstrip("\r") for stream in streams
    )
    # Keras ends the green part before it begins the white one; that is all.
    assert ours == theirs.replace("\x1b[0m\x1b[37m", "\x1b[37m")
    assert "\x1b[32m━━━━━━━\x1b[37m━" in ours
