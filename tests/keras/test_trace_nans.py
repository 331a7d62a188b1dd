"""TraceNaNs: the op, the layer and the batch of a NaN in `fit`."""

from pathlib import Path

import numpy as np
import pytest

import minitape as mt
from minitape.engine import active
from minitape.errors import InvalidArgumentError
from minitape.keras import Sequential, layers
from minitape.keras.callbacks import LambdaCallback, TraceNaNs
from minitape.learn import NaNError

SOURCE = Path(__file__).read_text().splitlines()


class Logarithm(layers.Layer):
    def call(self, x):
        return mt.math.log(x)  # forward


class Power(layers.Layer):
    def call(self, x):
        return x**0.5  # backward


def line_of(marker):
    (number,) = [i for i, line in enumerate(SOURCE, 1) if line.endswith(f"  # {marker}")]
    return number


def a_model(*middle, rate=0.0):
    model = Sequential([layers.Input((2,)), *middle, layers.Dense(1, name="last")])
    model.compile(mt.keras.optimizers.SGD(rate), "mse")
    return model


def data(bad=None, at=5):
    x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
    if bad is not None:
        x[at, 1] = bad
    return x, y


def fit(model, x, y, tracer, **more):
    settings = {"batch_size": 2, "epochs": 3, "verbose": 0, "shuffle": False} | more
    model.fit(x, y, callbacks=[tracer], **settings)  # fit


def born(model, x, y, tracer=None, **more):
    with pytest.raises(NaNError) as raised:
        fit(model, x, y, tracer or TraceNaNs(), **more)
    assert not active.recorders
    assert isinstance(raised.value, InvalidArgumentError)
    return raised.value.birth


def test_forward_the_layer_and_the_batch():
    birth = born(a_model(Logarithm(name="log_of_it")), *data(0.0))
    assert (birth.op, birth.direction) == ("log", "forward")
    assert (birth.layer, birth.layer_class) == ("log_of_it", "Logarithm")
    assert (birth.epoch, birth.batch, birth.output.first) == (0, 2, (1, 1))
    assert (birth.place.file, birth.place.line) == (__file__, line_of("forward"))
    assert "2 of epoch 0" in str(birth)


def test_backward_the_layer_and_the_batch():
    # The input needs a gradient, so a layer with weights comes first.
    scale = layers.Dense(2, use_bias=False, kernel_initializer="identity", name="scale")
    birth = born(a_model(scale, Power(name="root")), *data(0.0, at=3))
    assert (birth.op, birth.direction, birth.of) == ("pow", "backward", "pow")
    assert (birth.layer, birth.layer_class, birth.batch) == ("root", "Power", 1)
    assert (birth.place.line, birth.of_place.line) == (line_of("fit"), line_of("backward"))


def test_labels_that_have_a_nan():
    x, y = data()
    y[6, 0] = np.nan
    birth = born(a_model(), x, y)
    assert birth.came_in
    assert birth.batch == 3
    sources = " ".join(each.source for each in birth.inputs)
    assert "the batch's labels" in sources
    assert "y[6, 0] is nan" in sources


def test_inputs_that_have_a_nan():
    birth = born(a_model(), *data(np.nan), shuffle=True)
    assert birth.came_in
    assert birth.layer == "last"
    assert "the batch's inputs; x[5, 1] is nan" in birth.inputs[0].source


def test_weights_that_grow():
    x, y = data()
    birth = born(a_model(rate=1e12), x, y, epochs=50)
    assert birth.what == "Inf"
    assert "learning rate" in birth.cure
    kernel = [each for each in (*birth.inputs, *birth.of_inputs) if each.high and each.high > 1e12]
    assert kernel or any(each.low < -1e12 for each in birth.inputs)


def test_it_looks_from_a_batch_on():
    birth = born(a_model(Logarithm()), *data(0.0), tracer=TraceNaNs(batch=2))
    assert (birth.op, birth.epoch, birth.batch) == ("log", 0, 2)
    for begin in ((0, 3), (1, 1)):  # the weights are nan by then
        birth = born(a_model(Logarithm()), *data(0.0), tracer=TraceNaNs(*begin))
        assert birth.came_in
        assert (birth.epoch, birth.batch) == begin
        assert birth.inputs[1].source.endswith("last/kernel'")
    fit(a_model(Logarithm()), *data(0.0), TraceNaNs(epoch=3))


def test_births_are_collected():
    tracer = TraceNaNs(raise_at_once=False)
    fit(a_model(Logarithm()), *data(0.0), tracer)
    assert [(b.op, b.epoch, b.batch) for b in tracer.births if b.of is None and b.op == "log"] == [
        ("log", 0, 2),
        ("log", 1, 2),
        ("log", 2, 2),
    ]


def test_an_op_can_be_ignored():
    birth = born(a_model(Logarithm()), *data(0.0), TraceNaNs(ignore="log"))
    assert birth.op != "log"


def test_nothing_is_changed_where_nothing_is_wrong():
    losses = []
    for callbacks in ([], [TraceNaNs()]):
        mt.keras.utils.set_random_seed(3)
        model = a_model(layers.Dense(3, activation="relu"), rate=0.1)
        losses.append(model.fit(*data(), epochs=3, verbose=0, callbacks=callbacks).history["loss"])
    assert losses[0] == losses[1]


def test_it_ends_with_fit_whatever_ends_that():
    def stop(batch, logs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        a_model().fit(
            *data(), verbose=0, callbacks=[TraceNaNs(), LambdaCallback(on_train_batch_begin=stop)]
        )
    assert not active.recorders
