"""fit, evaluate and predict on datasets, generators and PyDatasets beside Keras."""

import keras as their_keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from minitape import keras as our_keras

SIDES = [(mt, our_keras), (tf, their_keras)]
X = np.random.default_rng(0).normal(size=(21, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True) ** 2
WEIGHTS = np.linspace(0.1, 2, 21)

# Keras warns that shuffle=True, its own default, means nothing here.
pytestmark = [
    pytest.mark.usefixtures("no_global_seed"),
    pytest.mark.filterwarnings("ignore:`shuffle=True` was passed"),
    pytest.mark.filterwarnings("ignore:Your input ran out of data"),
]


def pairs(tf, *more):
    return tf.data.Dataset.from_tensor_slices((X, Y, *more))


def generator():
    while True:
        for start in range(0, 21, 7):
            yield X[start : start + 7], Y[start : start + 7]


def py_dataset(keras, batches=3, **settings):
    class Data(keras.utils.PyDataset):
        def __len__(self):
            return batches

        def __getitem__(self, i):
            return X[i * 7 : i * 7 + 7], Y[i * 7 : i * 7 + 7]

    return Data(**settings)


def endless(keras):
    class Data(keras.utils.PyDataset):
        @property
        def num_batches(self):
            return None

        def __getitem__(self, i):
            return X[i % 20 :][:4], Y[i % 20 :][:4]

    return Data()


def models():
    found = []
    for _, keras in SIDES:
        layers = [keras.layers.Dense(5, activation="tanh"), keras.layers.Dense(1)]
        model = keras.Sequential([keras.Input((3,)), *layers])
        model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mse"])
        found.append(model)
    found[0].set_weights(found[1].get_weights())
    return found


DATA = {
    "batches": lambda tf, keras: {"x": pairs(tf).batch(8)},
    "batches without the remainder": lambda tf, keras: {"x": pairs(tf).batch(8, True)},
    "weights": lambda tf, keras: {"x": pairs(tf, WEIGHTS).batch(8)},
    "shuffled": lambda tf, keras: {"x": pairs(tf).shuffle(10, 3, False).batch(8).prefetch(2)},
    "mapped": lambda tf, keras: {"x": pairs(tf).map(lambda x, y: (x * 2, y - 1)).batch(8)},
    "class weights": lambda tf, keras: {
        "x": pairs(tf).map(lambda x, y: (x, tf.cast(y > 1, tf.int64))).batch(8),
        "class_weight": {0: 0.5, 1: 2.0},
    },
    "of unknown length": lambda tf, keras: {"x": pairs(tf).batch(8).filter(lambda x, y: True)},
    "endless": lambda tf, keras: {"x": pairs(tf).batch(8).repeat(), "steps_per_epoch": 2},
    "fewer steps": lambda tf, keras: {"x": pairs(tf).batch(8), "steps_per_epoch": 2},
    "more steps": lambda tf, keras: {"x": pairs(tf).batch(8), "steps_per_epoch": 5},
    "a batch size that means nothing": lambda tf, keras: {"x": pairs(tf).batch(8), "batch_size": 3},
    "validation": lambda tf, keras: {
        "x": pairs(tf).batch(8),
        "validation_data": pairs(tf).batch(5),
    },
    "arrays, and validation of some steps": lambda tf, keras: {
        "x": X,
        "y": Y,
        "batch_size": 4,
        "shuffle": False,
        "validation_data": (X, Y),
        "validation_steps": 2,
    },
    "arrays, and validation by a dataset": lambda tf, keras: {
        "x": X,
        "y": Y,
        "shuffle": False,
        "validation_data": pairs(tf).batch(5),
    },
    "validation of some steps": lambda tf, keras: {
        "x": pairs(tf).batch(8),
        "validation_data": pairs(tf).batch(5).repeat(),
        "validation_steps": 2,
    },
    "generator": lambda tf, keras: {"x": generator(), "steps_per_epoch": 4},
    "PyDataset": lambda tf, keras: {"x": py_dataset(keras, workers=2), "shuffle": False},
    "PyDataset of some steps": lambda tf, keras: {
        "x": py_dataset(keras),
        "shuffle": False,
        "steps_per_epoch": 2,
        "validation_data": py_dataset(keras, 1),
    },
    "PyDataset without an end": lambda tf, keras: {
        "x": endless(keras),
        "steps_per_epoch": 3,
    },
}


@pytest.mark.parametrize("name", DATA)
def test_fit(name):
    sides = models()
    logs = []
    for (library, keras), model in zip(SIDES, sides, strict=True):
        settings = {"epochs": 3, "verbose": 0} | DATA[name](library, keras)
        history = model.fit(**settings)
        assert model.optimizer.iterations.numpy() > 0
        logs.append(history.history)
    assert list(logs[0]) == list(logs[1])
    for key in logs[1]:
        np.testing.assert_allclose(logs[0][key], logs[1][key], rtol=2e-5, err_msg=key)
    for our, their in zip(*(model.get_weights() for model in sides), strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-4, atol=1e-6)


SHUFFLED = {
    "arrays": lambda keras: {"x": X, "y": Y},
    "some steps of arrays": lambda keras: {"x": X, "y": Y, "steps_per_epoch": 2},
    "a validation split": lambda keras: {"x": X, "y": Y, "validation_split": 0.3},
    "PyDataset": lambda keras: {"x": py_dataset(keras, batches=3), "batch_size": None},
}


@pytest.mark.parametrize("name", SHUFFLED)
@pytest.mark.parametrize("seed", [0, 1234])
def test_the_order_of_a_seed_is_keras_own(name, seed):
    sides = models()
    for (_, keras), model in zip(SIDES, sides, strict=True):
        keras.utils.set_random_seed(seed)
        for _ in range(2):
            model.fit(**{"batch_size": 8, "epochs": 2, "verbose": 0} | SHUFFLED[name](keras))
        model.after = np.random.random()  # fit leaves NumPy's generator alone
    assert sides[0].after == sides[1].after
    for our, their in zip(*(model.get_weights() for model in sides), strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-4, atol=1e-6)


def test_a_dataset_is_as_good_as_its_arrays():
    (by_arrays, _), (by_dataset, _) = models(), models()
    by_dataset.set_weights(by_arrays.get_weights())
    settings = {"epochs": 2, "verbose": 0}
    by_arrays.fit(X, Y, batch_size=8, shuffle=False, **settings)
    by_dataset.fit(pairs(mt).batch(8), **settings)
    for one, other in zip(by_arrays.get_weights(), by_dataset.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("steps", [None, 2])
def test_evaluate_and_predict(steps):
    results = []
    for (library, keras), model in zip(SIDES, models(), strict=True):
        settings = {"steps": steps, "verbose": 0}
        batches = pairs(library).batch(5)
        results.append(
            [
                model.evaluate(batches, **settings),
                model.evaluate(pairs(library, WEIGHTS).batch(5), **settings),
                model.evaluate(py_dataset(keras), **settings),
                model.predict(batches, **settings),
                model.predict(batches.map(lambda x, y: x), **settings),
                model.predict(py_dataset(keras), **settings),
            ]
        )
    for our, their in zip(*results, strict=True):
        # Some predictions are near 0, and all are sums of terms of size 1.
        np.testing.assert_allclose(our, their, rtol=2e-5, atol=1e-6)


REFUSALS = {
    "labels": lambda m, x: m.fit(x, Y),
    "weights": lambda m, x: m.fit(x, sample_weight=WEIGHTS),
    "validation_split": lambda m, x: m.fit(x, validation_split=0.2),
    "evaluate with labels": lambda m, x: m.evaluate(x, Y),
    "evaluate with weights": lambda m, x: m.evaluate(x, sample_weight=WEIGHTS),
    "four parts": lambda m, x: m.fit(x.map(lambda x, y: (x, y, y, y))),
    "both weights": lambda m, x: m.fit(x.map(lambda x, y: (x, y, y)), class_weight={0: 1.0}),
    "single examples": lambda m, x: m.fit(x.unbatch()),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal(name):
    for (library, _), model in zip(SIDES, models(), strict=True):
        with pytest.raises(ValueError):  # noqa: PT011
            REFUSALS[name](model, pairs(library).batch(8))


def test_py_dataset():
    for _, keras in SIDES:
        assert issubclass(keras.utils.Sequence, keras.utils.PyDataset)
        data = py_dataset(keras, workers=2, max_queue_size=3)
        assert (data.workers, data.use_multiprocessing, data.max_queue_size) == (2, False, 3)
        assert data.num_batches == 3
        with pytest.raises(NotImplementedError):
            _ = keras.utils.PyDataset().num_batches
        with pytest.raises(NotImplementedError):
            keras.utils.PyDataset()[0]
