"""IndexedSlices, the gradient of rows taken from a table, beside TensorFlow's and Keras'."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from minitape.keras import optimizers
from minitape.keras.variables import Variable

TABLE = np.arange(1.0, 9.0, dtype="float32").reshape(4, 2)
PROGRAMS = {
    "gather": lambda tf, x: tf.gather(x, [3, 1, 1]),
    "gather one row": lambda tf, x: tf.gather(x, 2),
    "gather nothing": lambda tf, x: tf.gather(x, tf.zeros([0], "int32")),
    "gather a matrix of rows": lambda tf, x: tf.gather(x, [[0, 1], [1, 1]]) ** 2,
    "gather by int64": lambda tf, x: tf.gather(x, tf.constant([0, 2], "int64")),
    "gather columns": lambda tf, x: tf.gather(x, [0, 0], axis=1),
    "gather in batches": lambda tf, x: tf.gather(x, [[0], [1], [1], [0]], batch_dims=1),
    "gather twice": lambda tf, x: tf.gather(x, [0, 0]) * tf.gather(x, [1, 0]),
    "gather and the whole": lambda tf, x: tf.reduce_sum(tf.gather(x, [0, 0])) + x,
    "gather of a computed table": lambda tf, x: tf.gather(x * 2.0, [0, 0]),
    "gather of the same": lambda tf, x: tf.gather(tf.identity(x), [0, 0]),
    "gather_nd of rows": lambda tf, x: tf.gather_nd(x, [[0], [3], [0]]) ** 2,
    "gather_nd of elements": lambda tf, x: tf.gather_nd(x, [[0, 1], [0, 1]]),
    "gather_nd of a matrix of rows": lambda tf, x: tf.gather_nd(x, [[[0], [1]]]),
    "embedding_lookup": lambda tf, x: tf.nn.embedding_lookup(x, [[0, 1], [1, 1]]),
    "embedding_lookup with a norm": lambda tf, x: tf.nn.embedding_lookup(x, [0, 2], max_norm=3.0),
    "embedding_lookup in two tables": lambda tf, x: tf.nn.embedding_lookup([x, x], [7, 0, 4]),
    "boolean_mask": lambda tf, x: tf.boolean_mask(x, [True, False, True, False]),
    "dynamic_partition": lambda tf, x: tf.dynamic_partition(x, [0, 1, 0, 1], 2)[0],
}


def described(gradient):
    """The kind of a gradient, with its arrays."""
    if hasattr(gradient, "indices"):
        parts = [gradient.values, gradient.indices, gradient.dense_shape]
        return ["rows", *map(np.asarray, parts), tuple(gradient.shape)]
    return ["dense", np.asarray(gradient)]


def assert_same(ours, theirs):
    assert len(ours) == len(theirs), f"{ours}, expected {theirs}"
    for x, y in zip(ours, theirs, strict=True):
        if isinstance(y, np.ndarray):
            assert x.dtype == y.dtype
            np.testing.assert_allclose(x, y, rtol=1e-6)
        else:
            assert x == y


@pytest.mark.parametrize("of_variable", [False, True])
@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients_are_of_tensorflows_kind(name, of_variable):
    def gradient(tf):
        x = tf.Variable(TABLE) if of_variable else tf.constant(TABLE)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = PROGRAMS[name](tf, x)
        return described(tape.gradient(y, x))

    assert_same(gradient(mt), gradient(tf))


def rows(tf):
    return tf.IndexedSlices(
        tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        tf.constant([0, 2, 0]),
        tf.constant([4, 2]),
    )


def test_properties():
    for ours, theirs in ((rows(mt), rows(tf)), (-rows(mt), -rows(tf))):
        assert_same(described(ours), described(theirs))
        assert ours.dtype.name == theirs.dtype.name == "float32"
    assert_same(described(mt.identity(rows(mt))), described(tf.identity(rows(tf))))
    for slices in (rows(mt), rows(tf)):
        with pytest.raises(TypeError):
            slices * 2.0
        with pytest.raises(AttributeError):
            slices.name  # noqa: B018


USES = {
    "convert": lambda tf, x: tf.convert_to_tensor(x),
    "negative": lambda tf, x: tf.convert_to_tensor(-x),
    "multiply": lambda tf, x: tf.multiply(x, 2.0),
    "beside a tensor": lambda tf, x: tf.ones([4, 2]) + x,
    "square": lambda tf, x: tf.square(x),
    "reduce": lambda tf, x: tf.reduce_sum(x),
    "shape": lambda tf, x: tf.shape(x),
    "size": lambda tf, x: tf.size(x),
    "reshape": lambda tf, x: tf.reshape(x, [8]),
    "stack": lambda tf, x: tf.stack([x, x]),
    "gather": lambda tf, x: tf.gather(x, [0]),
    "variable": lambda tf, x: tf.Variable(x).read_value(),
}


@pytest.mark.parametrize("name", USES)
def test_becomes_a_tensor_where_one_is_expected(name):
    ours, theirs = USES[name](mt, rows(mt)), USES[name](tf, rows(tf))
    assert ours.dtype.name == theirs.dtype.name
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize("tf", [mt, tf])
@pytest.mark.parametrize(
    ("slices", "error"),
    [
        (lambda tf: tf.IndexedSlices(tf.ones([1, 2]), tf.constant([0])), "ValueError"),
        (
            lambda tf: tf.IndexedSlices(tf.ones([1, 2]), tf.constant([4]), tf.constant([4, 2])),
            "InvalidArgumentError",
        ),
    ],
)
def test_what_cannot_become_a_tensor(tf, slices, error):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        tf.convert_to_tensor(slices(tf))
    assert type(caught.value).__name__ == error


def test_numpy_is_minitapes_alone():
    np.testing.assert_array_equal(rows(mt).numpy(), tf.convert_to_tensor(rows(tf)).numpy())
    with pytest.raises(AttributeError):
        rows(tf).numpy()


OPTIMIZERS = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.875}),
    ("SGD", {"momentum": 0.875, "nesterov": True}),
    ("RMSprop", {}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "epsilon": 1e-3}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True}),
    ("Adam", {"clipnorm": 0.5}),
    ("SGD", {"clipvalue": 0.5}),
    ("Adam", {"global_clipnorm": 0.5, "weight_decay": 0.125}),
    ("SGD", {"gradient_accumulation_steps": 2}),
    ("Adam", {"use_ema": True, "ema_momentum": 0.875}),
    ("AdamW", {}),
    ("Adadelta", {"learning_rate": 1.0}),
    ("Adagrad", {}),
    ("Adamax", {}),
    ("Ftrl", {}),
    ("Lamb", {}),
    ("Lion", {}),
    ("Nadam", {}),
    ("Adafactor", {}),
]


# Keras squares and clips the rows before it adds those that are named twice, in TensorFlow alone:
# so it is given the sums here.
@pytest.mark.parametrize("doubles", [False, True])
@pytest.mark.parametrize(
    ("name", "settings"), OPTIMIZERS, ids=[f"{n}-{'-'.join(s)}" for n, s in OPTIMIZERS]
)
def test_a_table_is_trained_as_by_keras(name, settings, doubles):
    rng = np.random.default_rng(0)
    start = rng.normal(size=(7, 3)).astype("float32")
    batches = [rng.choice(7, 4, replace=doubles) for _ in range(20)]
    target = rng.normal(size=(4, 3)).astype("float32")

    def train(tf, table, weight, optimizer):
        for ids in batches:
            with tf.GradientTape() as tape:
                found = tf.nn.embedding_lookup(tf.convert_to_tensor(table), ids)
                loss = tf.reduce_mean(tf.square(found * tf.convert_to_tensor(weight) - target))
            rows, d = tape.gradient(loss, [table, weight])
            assert hasattr(rows, "indices")
            if doubles and tf is not mt:
                rows = tf.convert_to_tensor(rows)
            optimizer.apply_gradients([(rows, table), (d, weight)])
        return [table.numpy(), weight.numpy(), *(v.numpy() for v in optimizer.variables)]

    one = np.ones(3, "float32")
    settings = {"learning_rate": 0.0625} | settings
    ours = getattr(optimizers, name)(**settings)
    theirs = getattr(keras.optimizers, name)(**settings)
    pairs = zip(
        train(mt, Variable(start), Variable(one), ours),
        train(tf, tf.Variable(start), tf.Variable(one), theirs),
        strict=True,
    )
    for x, y in pairs:
        np.testing.assert_allclose(x, y, rtol=2e-5, atol=2e-5)
