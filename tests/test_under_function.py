"""The switch `--under-function` finds what it is for, and leaves everything as it was."""

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from tests.under_function import UnderFunction


@pytest.fixture
def switch():
    """It stands at the entrances during a test."""
    switch = UnderFunction()
    switch.install()
    yield switch
    switch.remove()


class Scaled(keras.layers.Layer):
    """Multiplies by a weight, and by what a subclass takes for a constant."""

    def build(self, input_shape):
        self.weight = self.add_weight(name="weight", initializer="ones")
        self.calls = self.add_weight(name="calls", initializer="zeros", trainable=False)

    def factor(self, x):
        return 1.0

    def call(self, x):
        self.calls.assign_add(1.0)
        self.add_loss(mt.reduce_sum(x) * self.weight)
        return x * self.weight * self.factor(x)


class Hidden(Scaled):
    """A program can't know what it looks at: the value of its input, behind the back of the ops."""

    def factor(self, x):
        return float(x.array.max())


class Assigning(Scaled):
    """It changes a weight without telling."""

    def factor(self, x):
        self.calls.array = self.calls.array + np.float32(1)
        return 1.0


def called(layer, numbers):
    """The output, and the gradient of the output and the losses for the weight."""
    with mt.GradientTape() as tape:
        y = layer(mt.constant(numbers))
        loss = mt.reduce_sum(y) + layer.losses[0]
    return float(mt.reduce_sum(y)), float(tape.gradient(loss, layer.weight))


def test_what_is_the_same(switch):
    layer = Scaled()
    for numbers in ([1.0, 2.0], [3.0, 4.0], [5.0, 6.0]):
        assert called(layer, numbers) == (sum(numbers), 2 * sum(numbers))
    assert float(layer.calls) == 3
    assert switch.counts == {"the same": 3}
    assert not switch.differences


def test_a_value_that_is_not_among_the_ops(switch):
    layer = Hidden()
    layer.build((2,))
    assert called(layer, [1.0, 2.0]) == (6, 9)
    assert not switch.differences
    assert called(layer, [1.0, 4.0]) == (20, 25)  # the test goes on with what Python gives
    (found,) = switch.differences
    assert "Hidden.__call__ as a function" in found
    for what in ("result 0", "gradient 0", "result under a tape 0", "gradient under a tape 0"):
        assert f"  {what}: 2 of 2 elements, such as " in found
    assert "'name': 'hidden'" in found


def test_a_variable_that_changes_silently(switch):
    called(Assigning(), [1.0, 2.0])
    assert "variable calls 0: 1 of 1 elements, such as 1.0 in place of 2.0" in switch.differences[0]


def test_random_numbers_and_states(switch):
    mt.random.set_seed(None)
    layer, x = keras.layers.Dropout(0.5, seed=3), mt.ones((20, 20))
    first, second = layer(x, training=True), layer(x, training=True)
    assert not np.array_equal(first, second)
    assert layer.seed_generator.state.numpy().tolist() == [3, 2]
    noisy = keras.layers.Lambda(lambda x: x + mt.random.normal(x.shape))  # from entropy
    assert not np.array_equal(noisy(x), noisy(x))
    assert switch.counts == {"the same": 4}


def test_the_other_entrances(switch):
    class Summed(keras.metrics.Metric):
        def __init__(self):
            super().__init__()
            self.total = self.add_weight()

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(mt.reduce_sum(mt.convert_to_tensor(y_pred)))

    y_true, y_pred = mt.constant([[1.0, 0.0]]), mt.constant([[0.5, 0.25]])
    keras.losses.MeanSquaredError()(y_true, y_pred)
    for metric in (Summed(), keras.metrics.AUC()):
        metric.update_state(y_true, y_pred)
    weight = mt.Variable([1.0, 2.0])
    keras.optimizers.Adam().apply([mt.constant([1.0, 2.0])], [weight])
    assert switch.counts == {"the same": 4}


def test_what_stays_in_python_is_counted(switch):
    keras.layers.Lambda(lambda x: mt.boolean_mask(x, x > 0))(mt.ones(2))
    keras.layers.Lambda(lambda x: x * float(mt.reduce_sum(x)))(mt.ones(2))
    assert switch.counts == {
        "in Python: boolean_mask needs the elements of a tensor to be known": 1,
        "an error in a function: Python looks at a value": 1,
    }


def test_ways_that_a_call_goes(switch):
    layer = keras.layers.Lambda(lambda x: x if mt.reduce_sum(x) > 0 else -x)
    layer.built = True
    for number in (1.0, -1.0, -2.0, 3.0):
        layer(mt.constant([number]))
    assert switch.counts == {"the same": 4}


def test_symbolic_calls_and_functions_are_left_alone(switch):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    mt.function(model)(mt.ones((1, 2)))
    assert not switch.counts


def test_nothing_is_left():
    entrances = keras.layers.Layer.__call__, keras.metrics.AUC.update_state
    switch = UnderFunction()
    switch.install()
    switch.remove()
    assert (keras.layers.Layer.__call__, keras.metrics.AUC.update_state) == entrances
