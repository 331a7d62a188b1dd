"""As a function a layer, a loss, a metric and an optimizer give the bits that they give in Python.

The tables are those of the comparisons with Keras. None of it stays in Python.
"""

from types import SimpleNamespace

import numpy as np
import pytest

import minitape as mt
from compat import layers as layer_table
from compat import losses as loss_table
from compat import metrics as metric_table
from compat import optimizers as optimizer_table
from minitape import keras
from minitape.tracing.function import InPython
from tests.compat.test_layer_rows import rows


def run(make, steps):
    """What each step gives, and the variables at the end, in Python and as a function.

    Args:
        make: `make() -> (step, objects whose variables matter)`.
        steps: the arguments of each step.

    Returns:
        Both as lists of arrays, and the function.
    """
    found = []
    for as_function in (False, True):
        mt.keras.utils.set_random_seed(0)
        step, parts = make()
        step = mt.function(step) if as_function else step
        results = [mt.nest.flatten(step(*arguments)) for arguments in steps]
        results.append([w for part in parts for w in part.variables])
        found.append([None if x is None else np.asarray(x) for xs in results for x in xs])
    return (*found, step)


def assert_same_bits(eager, replayed):
    assert len(eager) == len(replayed)
    for x, y in zip(eager, replayed, strict=True):
        assert (x is None) == (y is None)
        if x is not None:
            assert (x.dtype, x.shape) == (y.dtype, y.shape)
            assert x.tobytes() == y.tobytes()


def why_python(step) -> set:
    """Why a function runs in Python; nothing where it has a program."""
    return {one.why_not for one in step._traces.values() if isinstance(one, InPython)}


@rows
def test_layers(row):
    inputs = layer_table.inputs_of(row)
    scale = np.int64(1) if row.below else np.float32(0.5)
    steps = [(mt.nest.map_structure(lambda x, i=i: x * scale**i, inputs),) for i in range(4)]

    def make():
        layer = layer_table.both(row)[0]
        optimizer = keras.optimizers.SGD(0.1)

        def step(inputs):
            outputs, (of_inputs, of_weights) = layer_table.results(mt, layer, inputs, training=True)
            if of_weights:
                optimizer.apply(of_weights, layer.trainable_weights)
            return outputs, of_inputs, of_weights, layer.losses

        return step, [layer]

    eager, replayed, step = run(make, steps)
    assert_same_bits(eager, replayed)
    assert not why_python(step)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        *optimizer_table.DEFAULTS,
        *optimizer_table.CASES,
        *optimizer_table.IN_FLOAT32,
        *optimizer_table.AROUND_EACH,
    ],
)
def test_optimizers(name, settings):
    rng = np.random.default_rng(0)
    shapes = [(3, 4), (5,), ()]
    steps = [[mt.constant(rng.normal(size=s).astype("float32")) for s in shapes] for _ in range(6)]

    def make():
        variables = [mt.Variable(mt.ones(shape)) for shape in shapes]
        optimizer = getattr(keras.optimizers, name)(**settings)

        def step(*gradients):
            optimizer.apply(gradients, variables)

        return step, [optimizer, SimpleNamespace(variables=variables)]

    eager, replayed, step = run(make, steps)
    assert_same_bits(eager, replayed)
    assert not why_python(step)


@pytest.mark.parametrize(("_", "name", "settings", "kind"), loss_table.CASES)
def test_losses(_, name, settings, kind):
    steps = [loss_table.draw_arrays(kind, (4, 5), seed) for seed in range(3)]

    def make():
        loss = getattr(keras.losses, name)(**settings)

        def step(y_true, y_pred):
            y_pred = mt.convert_to_tensor(y_pred)
            with mt.GradientTape() as tape:
                tape.watch(y_pred)
                value = loss(y_true, y_pred)
            return value, tape.gradient(value, y_pred)

        return step, []

    eager, replayed, step = run(make, steps)
    assert_same_bits(eager, replayed)
    assert not why_python(step)


@pytest.mark.parametrize(
    ("name", "settings", "kind"), metric_table.CASES + metric_table.STATE_CASES
)
def test_metrics(name, settings, kind):
    rng = np.random.default_rng(0)
    steps = [metric_table.draw_arrays(kind, (4, 5), rng) for _ in range(3)]

    def make():
        metric = getattr(keras.metrics, name)(**settings)

        def step(y_true, y_pred):
            metric.update_state(y_true, y_pred)
            return metric.result()

        return step, [metric]

    eager, replayed, step = run(make, steps)
    assert_same_bits(eager, replayed)
    assert not why_python(step)
