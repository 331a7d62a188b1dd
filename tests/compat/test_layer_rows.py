"""Each row of the table of layers beside Keras: numbers, weights, shapes, configs, signatures."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from compat import layers as table
from compat.lockstep import descend
from minitape.keras import layers


def title(row):
    if callable(row.settings):
        return row.name
    # Of a function its name: each process of the tests must call a row the same.
    settings = {key: getattr(v, "__name__", v) for key, v in row.settings.items()}
    return f"{row.name}-{settings}-{row.shape}"


rows = pytest.mark.parametrize("row", table.ROWS, ids=title)


def shape_of(inputs):
    return mt.nest.map_structure(np.shape, inputs)


def built(row, dtype="float32"):
    """Both layers, with the same weights."""
    ours, theirs = table.both(row, dtype)
    rng = np.random.default_rng(0)
    for layer in (ours, theirs):
        layer.build(shape_of(table.inputs_of(row)))
    weights = [rng.uniform(0.5, 1.5, w.shape).astype(w.dtype) for w in ours.weights]
    for layer in (ours, theirs):
        layer.set_weights(weights)
    if row.name == "Normalization":
        theirs.finalize_state()  # Keras doesn't notice new weights
    return ours, theirs


@rows
def test_like_keras(row, graphs):
    ours, theirs = built(row)
    inputs = table.inputs_of(row)
    assert table.described(ours.weights) == table.described(theirs.weights)
    for training in (False, True, True):
        table.assert_close(
            table.results(mt, ours, inputs, training), table.results(tf, theirs, inputs, training)
        )
        table.assert_close(ours.losses, theirs.losses)
    table.assert_close(ours.get_weights(), theirs.get_weights())


def towards_a_line(library):
    """A loss for any outputs: how far their numbers are from evenly spaced ones.

    Its gradient is bounded, so that no layer runs away.
    """

    def loss(outputs):
        value = 0
        for y in library.nest.flatten(outputs):
            line = np.linspace(-1, 1, y.shape.num_elements()).reshape(y.shape).astype(y.dtype.name)
            value += library.reduce_mean(library.sqrt(1 + library.square(y - line)))
        return value

    return loss


@pytest.mark.parametrize(
    ("row", "dtype"), table.rows_to_train(), ids=lambda x: getattr(x, "name", x)
)
def test_trained_like_keras(row, dtype):
    ours, theirs = built(row, dtype)
    inputs = mt.nest.map_structure(
        lambda x: x.astype(dtype) if x.dtype.kind == "f" else x, table.inputs_of(row)
    )
    before = [np.array(x) for x in (*mt.nest.flatten(inputs), *ours.get_weights())]
    trained = [
        descend(library, layer, inputs, towards_a_line(library))
        for library, layer in ((mt, ours), (tf, theirs))
    ]
    table.assert_close(*trained, tolerance={"float32": 2e-5, "float64": 1e-11}[dtype])
    assert all(np.isfinite(x).all() for x in trained[0])
    if not row.below:
        steps = [np.abs(new - old).max() for new, old in zip(trained[0], before, strict=True)]
        assert max(steps) > 1e-4


@rows
def test_shapes(row):
    ours, theirs = table.both(row)
    inputs = table.inputs_of(row)
    given = mt.nest.map_structure(lambda x: (None, *np.shape(x)[1:]), inputs)
    symbolic = [
        mt.nest.map_structure(
            lambda x, library=library: library.Input(x.shape[1:], dtype=x.dtype.name), inputs
        )
        for library in (mt.keras, keras)
    ]
    ours, theirs = ours(symbolic[0]), theirs(symbolic[1])
    for our, their in zip(mt.nest.flatten(ours), tf.nest.flatten(theirs), strict=True):
        assert tuple(our.shape) == tuple(their.shape)
        assert our.dtype.name == their.dtype
    our, their = (layer.compute_output_shape(given) for layer in table.both(row))
    assert mt.nest.flatten(our) == tf.nest.flatten(their)
    model = mt.keras.Model(symbolic[0], ours)
    assert shape_of(model(inputs)) == shape_of(table.both(row)[0](inputs))


@rows
def test_configs(row):
    ours, theirs = table.both(row)
    assert ours.get_config() == theirs.get_config()
    functions = {"doubled": table.doubled, "scaled": table.scaled}
    own = {"custom_objects": functions} if row.name == "Lambda" else {}
    again = type(ours).from_config(theirs.get_config(), **own)
    assert again.get_config() == ours.get_config()
    again = type(theirs).from_config(ours.get_config(), **own)
    assert again.get_config() == theirs.get_config()


def simple(default):
    """A default as it is compared: several equal numbers are one."""
    while isinstance(default, tuple) and default and all(n == default[0] for n in default):
        default = default[0]
    return default


def parameters(function):
    """The parameters as (name, default), without those of every layer and of what isn't here."""
    left_out = {"self", "name", "dtype", "lora_rank", "lora_alpha", "quantization_config"}
    left_out |= {"synchronized", "renorm", "renorm_clipping", "renorm_momentum"}
    left_out |= {"optional", "sparse", "ragged"}
    return [
        (p.name, simple(p.default))
        for p in inspect.signature(function).parameters.values()
        if p.name not in left_out and p.kind is p.POSITIONAL_OR_KEYWORD
    ]


@pytest.mark.parametrize("name", [name for name in layers.__all__ if name != "InputSpec"])
def test_signatures(name):
    if name in ("Layer", "InputLayer", "Input"):
        pytest.skip("takes some arguments by keyword alone, or Keras 2's")
    ours, theirs = (getattr(library, name) for library in (layers, keras.layers))
    if inspect.isclass(ours):
        ours, theirs = ours.__init__, theirs.__init__
    our, their = parameters(ours), parameters(theirs)
    if name in ("Conv3DTranspose", "Convolution3DTranspose"):  # it hands the rest on
        their = their[: len(our)]
    assert our == their
