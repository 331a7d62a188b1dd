"""`model.summary()` beside Keras': the same text, line by line."""

import io
import sys

import keras as their_keras
import numpy as np
import pytest
from keras.src.utils.summary_utils import readable_memory_size

from minitape import keras as our_keras
from minitape.keras.models.summary import _bytes

LIBRARIES = (our_keras, their_keras)


@pytest.fixture(autouse=True)
def _terminal(monkeypatch):
    """Wide enough for any table: Keras' would be cut off."""
    monkeypatch.setenv("COLUMNS", "130")


def summaries(make, **settings):
    texts = []
    for library in LIBRARIES:
        library.backend.clear_session(free_memory=False)
        printed = []
        make(library).summary(print_fn=printed.append, **settings)
        texts.append("".join(printed))
    return texts


def convolutional(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3),
            layers.BatchNormalization(name="a_name_that_needs_more_than_the_width_of_its_column"),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )


def unbuilt(keras):
    layers = keras.layers
    return keras.Sequential([layers.Dense(3), layers.ReLU(), layers.Dropout(0.5)])


def chain(keras):
    x = keras.Input((3,))
    return keras.Model(x, keras.layers.Dense(2)(keras.layers.Dense(4)(x)))


def two_heads(keras):
    """A branch after a layer is no chain, though each node has one input."""
    x = keras.Input((3,))
    y = keras.layers.Dense(4)(x)
    return keras.Model(x, {"a": keras.layers.Dense(1)(y), "b": keras.layers.Dense(2)(y)})


def shared(keras):
    """A layer that is used twice, one that another model uses too, and a frozen model inside."""
    layers = keras.layers
    title, body = keras.Input((3,), name="title"), keras.Input((4,), name="body")
    dense = layers.Dense(4)
    y = dense(dense(layers.Dense(4)(layers.Concatenate()([title, body]))))
    deepest = keras.Sequential([keras.Input((4,)), layers.Dense(5)], name="deepest")
    inner = keras.Sequential([keras.Input((4,)), deepest, layers.Dropout(0.1)], name="inner")
    inner.trainable = False
    dense(keras.Input((4,)))
    return keras.Model([title, body], [y, inner(y) * 2.0], name="shared")


def nested(keras):
    """Functional models inside of each other."""
    x = keras.Input((3,))
    inner = keras.Model(x, keras.layers.Dense(2)(x), name="inner")
    y = keras.Input((3,))
    outer = keras.Model(y, [inner(y), keras.layers.Dense(2)(y)], name="outer")
    z = keras.Input((3,))
    return keras.Model(z, keras.layers.Add()(outer(z)))


def compiled(keras):
    model = shared(keras)
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def half(keras):
    """A model that begins in the middle of another, in float16."""
    x = keras.Input((3,))
    y = keras.layers.Dense(4, dtype="float16")(x)
    z = keras.layers.Dense(4, dtype="float16")(y)
    keras.Model(x, z)
    return keras.Model(x, y)


def subclassed(keras, call=True):
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = keras.layers.Dense(4)
            self.more = [
                keras.layers.Dense(2),
                keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)]),
            ]

        def call(self, x):
            return self.more[1](self.more[0](self.first(x)))

    model = Net()
    if call:
        model(np.zeros((2, 3), "float32"))
    return model


def uncalled(keras):
    return subclassed(keras, call=False)


MODELS = [
    convolutional, unbuilt, chain, two_heads, shared, nested, compiled, half, subclassed, uncalled,
]  # fmt: skip


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"expand_nested": True, "show_trainable": True},
        {"line_length": 61},
        {"line_length": 120, "expand_nested": True},
        {"positions": [0.2, 0.5, 0.7, 1.0], "show_trainable": True},
    ],
    ids=str,
)
def test_summary(make, settings):
    if "positions" in settings and make not in (two_heads, shared, nested, compiled):
        settings = settings | {"positions": [0.4, 0.7, 1.0]}
    ours, theirs = summaries(make, **settings)
    assert ours == theirs


@pytest.mark.parametrize("count", [0, 1, 1023, 1024, 5e5, 1e7, 3e9, 4e12, 5e15])
def test_bytes(count):
    assert _bytes(count) == readable_memory_size(count)


@pytest.mark.parametrize(
    "layer_range",
    [("dense", "dense"), ("dense_1", "inner"), ("inner", "concatenate"), ("dense.*", "multiply")],
)
def test_a_range_of_layers(layer_range):
    ours, theirs = summaries(shared, layer_range=layer_range)
    assert ours == theirs


@pytest.mark.parametrize(
    "settings",
    [
        {"layer_range": ("nobody", "dense")},
        {"layer_range": ("dense",)},
        {"layer_range": (0, 2)},
        {"line_length": 10},
        {"positions": [0.01, 0.5, 0.7, 1.0]},
    ],
    ids=str,
)
def test_what_both_refuse(settings):
    for library in LIBRARIES:
        model = shared(library)
        with pytest.raises(ValueError, match="layer_range|layer_names|narrow|Insufficient"):
            model.summary(**settings)


def test_printed(capsys):
    model = shared(our_keras)
    model.summary()
    with_print = capsys.readouterr().out
    model.summary(print_fn=lambda text: print(text, end=""))
    assert with_print == capsys.readouterr().out
    assert "Connected to" in with_print


def test_a_terminal_without_box_characters(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, "ascii"))
    chain(our_keras).summary()
    sys.stdout.flush()
    assert b"| dense" in written.getvalue().replace(b"_1", b"")
