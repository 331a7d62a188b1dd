"""Where a step's time goes: the parts, their sum, and that nothing is left behind."""

import json
import sys
import time
import tracemalloc

import numpy as np
import pytest

import minitape as mt
from minitape import keras, learn
from minitape.engine import PRIMITIVES, Primitive
from minitape.ops import rules
from minitape.settings import functions_run_eagerly, seeds

SLEEP = 0.02
X, Y = np.ones((8, 4), "float32"), np.zeros((8,), "int32")


def _sleepy(x):
    time.sleep(SLEEP)
    return x * 2


sleepy = Primitive(_sleepy, registered=False)
sleepy.defvjp(lambda g, y, x: g * 2.0)
lazy = Primitive(lambda x: x * 2, registered=False)
lazy.defvjp(lambda g, y, x: sleepy(g))


class Calling(keras.layers.Layer):
    """A layer that calls a function."""

    def __init__(self, function, name):
        super().__init__(name=name)
        self.function = function

    def call(self, x):
        return self.function(x)


def python_sleeps(x):
    time.sleep(SLEEP)
    return mt.tanh(x)


def model_of(*layers):
    first, last = keras.layers.Dense(16, "relu", name="first"), keras.layers.Dense(10, name="last")
    model = keras.Sequential([first, *layers, last], name="whole")
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@pytest.mark.parametrize(
    ("function", "phase", "op"),
    [
        (sleepy, "forward", "sleepy"),
        (lazy, "backward", "<lambda>"),
        (python_sleeps, "forward", "Python between ops"),
    ],
)
def test_a_slow_layer_comes_first(function, phase, op):
    block = keras.Sequential([keras.layers.Dropout(0.5), Calling(function, "slow")], name="block")
    profile = learn.profile(model_of(block), X, Y, repeats=3)
    first = profile.places()[0]
    assert (first.phase, first.layer, first.op) == (phase, "block/slow", op)
    assert first.seconds >= SLEEP
    assert str(first) in profile.summary()
    assert len(profile.places()) == 3


def test_the_parts_add_up_to_each_step():
    profile = learn.profile(model_of(Calling(sleepy, "slow")), X, Y, repeats=4)
    assert len(profile.seconds) == len(profile.unwatched_seconds) == 4
    for i, whole in enumerate(profile.seconds):
        assert sum(row.seconds[i] for row in profile.rows) == pytest.approx(whole, rel=1e-9)
    assert all(seconds >= 0 for row in profile.rows for seconds in row.seconds)
    assert min(profile.unwatched_seconds) >= SLEEP


def test_each_kernel_runs_as_often_as_it_is_called():
    model = keras.Sequential([keras.layers.Dense(3, use_bias=False, name="dense")])
    model.compile(loss="mse")
    profile = learn.profile(model, X, np.ones((8, 3), "float32"))
    products = {
        (row.phase, row.layer, row.op): (row.calls, row.bytes)
        for row in profile.rows
        if row.runs == "matmul"
    }
    # The input has no gradient, so that there is one product backward, of the kernel's shape.
    assert products == {
        ("forward", "dense", "matmul"): (1, 8 * 3 * 4),
        ("backward", "dense", "matmul"): (1, 4 * 3 * 4),
    }
    # The short path of elementwise ops is seen as well: the loss squares a difference.
    assert any(row.layer == "loss" and row.runs == "square" for row in profile.rows)


def test_memory():
    weight = mt.Variable(mt.ones((1000, 1000)))

    def compute(x):
        return mt.reduce_sum(mt.exp(weight) * x)

    profile = learn.profile(compute, 2.0, loss=lambda y, y_pred: y_pred)
    by_op = {row.runs: row.bytes for row in profile.rows if row.phase == "forward"}
    assert by_op["exp"] == by_op["multiply"] == 4_000_000
    assert 4_000_000 <= profile.kept_bytes < 13_000_000
    assert profile.kept_bytes <= profile.peak_bytes < 30_000_000
    assert not tracemalloc.is_tracing()


def test_the_trace_is_nested(tmp_path):
    learn.profile(model_of(), X, Y).trace(tmp_path / "trace.json")
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert events[0]["name"] == "step"
    assert {one["cat"] for one in events} == {
        "step",
        "forward",
        "backward",
        "layer",
        "rule",
        "kernel",
    }
    open_until = []
    for one in events:  # in the order in which they began
        assert (one["ph"], one["pid"], one["tid"]) == ("X", 1, 1)
        while open_until and one["ts"] >= open_until[-1] - 1e-6:
            open_until.pop()
        end = one["ts"] + one["dur"]
        assert not open_until or end <= open_until[-1] + 1e-6
        open_until.append(end)
        assert one["dur"] >= 0
    assert any(one["name"] == "gradient of matmul" for one in events)


def test_nothing_is_left_behind():
    dropout = keras.layers.Dropout(0.5)
    model = model_of(keras.layers.BatchNormalization(), dropout)
    model.build((None, 4))
    own = dropout.call
    weights = [np.array(v) for v in model.variables]
    kernels = {name: op.run for name, op in PRIMITIVES.items()}
    drawn, tensor = seeds.state(), rules.Tensor
    learn.profile(model, X, Y, repeats=1)
    for variable, before in zip(model.variables, weights, strict=True):
        np.testing.assert_array_equal(variable, before)
    assert seeds.state() == drawn
    assert rules.Tensor is tensor
    assert "run" not in vars(Primitive)
    assert {name: op.run for name, op in PRIMITIVES.items()} == kernels
    assert dropout.call == own
    assert "call" not in vars(dropout)
    assert not functions_run_eagerly()


def test_nothing_is_left_behind_by_a_step_that_fails():
    def fails(x):
        raise ZeroDivisionError

    model = keras.Sequential([Calling(fails, "fails")])
    model.compile(loss="mse")
    model.built = True
    with pytest.raises(ZeroDivisionError):
        learn.profile(model, X, X)
    assert "run" not in vars(Primitive)
    assert "call" not in vars(model.layers[0])
    assert not functions_run_eagerly()


def test_a_function_needs_a_loss():
    with pytest.raises(ValueError, match="give loss="):
        learn.profile(lambda x: x, X)


def test_tables_and_pictures(capsys, tmp_path, monkeypatch):
    profile = learn.profile(model_of(), X, Y, repeats=2)
    text = str(profile)
    assert [row[0] for row in profile.layer_table()[1:5]] == ["whole", "first", "last", "loss"]
    assert "gradient of matmul" in text
    assert text.startswith(profile.summary())
    pytest.importorskip("rich")
    profile.show()
    assert "━" in capsys.readouterr().out
    monkeypatch.setitem(sys.modules, "rich.console", None)
    profile.show()
    assert capsys.readouterr().out == f"{text}\n"
    pytest.importorskip("matplotlib")
    figure = profile.plot(tmp_path / "profile.png")
    assert (tmp_path / "profile.png").read_bytes().startswith(b"\x89PNG")
    bars = figure.axes[0].patches
    assert len(bars) == 4 * (len(profile.layer_table()) - 1)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"minitape\[plot\]"):
        profile.plot()
