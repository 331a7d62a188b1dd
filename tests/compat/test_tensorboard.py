"""The TensorBoard callback beside Keras': the same tags, steps and values in the files."""

import inspect
import io
import json

import keras as their_keras
import numpy as np
import pytest
from PIL import Image
from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def

from minitape import keras as our_keras
from tests.events import read

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 6, 6, 2)).astype("float32")
Y = RNG.integers(0, 3, 48)
FOLDERS = ("train", "validation")


def test_signature():
    ours, theirs = (
        list(inspect.signature(library.callbacks.TensorBoard).parameters.values())
        for library in (our_keras, their_keras)
    )
    assert [(p.name, p.default, p.kind) for p in ours[:-1]] == [
        (p.name, p.default, p.kind) for p in theirs
    ]
    assert (ours[-1].name, ours[-1].kind) == ("write_grads", inspect.Parameter.KEYWORD_ONLY)


def network(library):
    layers = library.layers
    x = inputs = library.Input((6, 6, 2), name="image")
    x = layers.Conv2D(3, 3, activation="relu", name="conv")(x)
    x = layers.BatchNormalization(name="norm")(x)
    inner = library.Sequential(
        [
            library.Input((4, 4, 3), name="start"),
            layers.Flatten(name="flat"),
            layers.Dense(4, name="deep"),
        ],
        name="inner",
    )
    outputs = layers.Dense(3, "softmax", name="end")(inner(x))
    model = library.Model(inputs, outputs, name="net")
    weights = np.random.default_rng(1)
    model.set_weights([weights.uniform(0.1, 0.5, w.shape) for w in model.weights])
    return model


def logs_of(library, folder, **settings):
    model = network(library)
    rate = library.optimizers.schedules.ExponentialDecay(0.01, 2, 0.5)
    metrics = ["accuracy", library.metrics.SparseTopKCategoricalAccuracy(2, name="top")]
    model.compile(library.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=metrics)
    board = library.callbacks.TensorBoard(str(folder), **settings)
    model.fit(
        X, Y, epochs=3, batch_size=8, shuffle=False, verbose=0, validation_split=0.5,
        callbacks=[board],
    )  # fmt: skip
    return {name: read(folder / name) for name in FOLDERS}


def graph(series):
    nodes = keras_model_to_graph_def(json.loads(series.values[0].item())).node
    return [(node.name, list(node.input), node.attr["keras_class"].s) for node in nodes]


def assert_same_values(tag, our, their):
    if our.plugin == "graph_keras_model":
        assert graph(our) == graph(their)
    elif our.plugin == "images":
        for ours, theirs in zip(our.values, their.values, strict=True):
            assert ours[:2].tolist() == theirs[:2].tolist()
            for one, other in zip(ours[2:], theirs[2:], strict=True):
                one, other = (
                    np.asarray(Image.open(io.BytesIO(f))).astype(int) for f in (one, other)
                )
                assert abs(one - other).max() <= 1  # of 255, where a weight is rounded otherwise
    elif our.plugin == "histograms":
        for ours, theirs in zip(our.values, their.values, strict=True):
            np.testing.assert_allclose(ours[:, :2], theirs[:, :2], rtol=1e-4, atol=1e-5)
            assert ours[:, 2].sum() == theirs[:, 2].sum()
            # A weight at the edge of a range may lie on its other side.
            assert abs(np.cumsum(ours[:, 2]) - np.cumsum(theirs[:, 2])).max() <= 1
    elif not tag.endswith("steps_per_second"):
        np.testing.assert_allclose(our.values, their.values, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {
            "histogram_freq": 2,
            "write_graph": False,
            "write_images": True,
            "write_steps_per_second": True,
            "update_freq": "batch",
        },
    ],
    ids=["defaults", "all"],
)
def test_a_training(settings, tmp_path):
    ours = logs_of(our_keras, tmp_path / "ours", **settings)
    theirs = logs_of(their_keras, tmp_path / "theirs", **settings)
    for name in FOLDERS:
        assert ours[name].keys() == theirs[name].keys()
        for tag, their in theirs[name].items():
            assert ours[name][tag][:4] == their[:4], tag
            assert_same_values(tag, ours[name][tag], their)


def test_where_a_last_batch_is_not_written_keras_loses_the_epoch(tmp_path):
    """Of nine batches every other is written; the epochs end with the third, sixth and ninth."""
    ours = logs_of(our_keras, tmp_path / "ours", update_freq=2)
    theirs = logs_of(their_keras, tmp_path / "theirs", update_freq=2)
    assert ours["train"]["batch_loss"].steps == theirs["train"]["batch_loss"].steps == [2, 4, 6, 8]
    assert ours["train"]["epoch_loss"].steps == [0, 1, 2]
    assert theirs["train"]["epoch_loss"].steps == [1]
