"""Whole models in `.h5` files: configs of Keras 2 in today's form, and what such a file holds."""

import json
import warnings

import h5py
import numpy as np
import pytest

import minitape as mt

keras = mt.keras
layers = keras.layers


def array(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


# -- Keras 2's form --------------------------------------------------------------------------------


def dense(name, units, calls=None, **settings):
    """A Dense layer as Keras 2 describes it."""
    config = {
        "name": name,
        "trainable": True,
        "dtype": "float32",
        "units": units,
        "activation": "linear",
        "use_bias": True,
        "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
        "bias_initializer": {"class_name": "Zeros", "config": {}},
        "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.25}},
        "bias_regularizer": None,
        **settings,
    }
    return layer("Dense", config, calls)


def layer(class_name, config, calls=None):
    entry = {"class_name": class_name, "config": config}
    return entry if calls is None else {**entry, "name": config["name"], "inbound_nodes": calls}


def input_layer(name, *shape, **more):
    config = {
        "batch_input_shape": [None, *shape],
        "dtype": "float32",
        "sparse": False,
        "name": name,
    }
    return layer("InputLayer", config, **more)


def write(path, config, weights, training=None, state=None):
    """A file as Keras 2 writes it; `weights` are of each layer by name, in their order."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            inner = group.create_group(name)
            names = [f"{name}/w{i}:0" for i in range(len(arrays))]
            inner.attrs["weight_names"] = [one.encode() for one in names]
            for one, value in zip(names, arrays, strict=True):
                inner[one] = value
        if state is not None:
            inner = file.create_group("optimizer_weights")
            inner.attrs["weight_names"] = [f"w{i}:0".encode() for i in range(len(state))]
            for i, value in enumerate(state):
                inner[f"w{i}:0"] = value
    return path


def test_a_stack_of_keras_2(tmp_path):
    config = {
        "class_name": "Sequential",
        "config": {
            "name": "old",
            "layers": [
                input_layer("dense_input", 3),
                dense("first", 2, batch_input_shape=[None, 3]),
                layer("BatchNormalization", {"name": "norm", "axis": [1], "momentum": 0.5}),
                layer("LeakyReLU", {"name": "leaky", "alpha": 0.25}),
                layer("TimeDistributed", {"name": "each", "layer": dense("inner", 1)}),
            ][:4],
        },
    }
    training = {
        "loss": {
            "class_name": "MeanSquaredError",
            "config": {"reduction": "auto", "name": "mean_squared_error", "fn": "x"},
        },
        "metrics": [
            [
                {
                    "class_name": "MeanMetricWrapper",
                    "config": {"name": "mine", "dtype": "float32", "fn": "mean_absolute_error"},
                }
            ]
        ],
        "weighted_metrics": None,
        "loss_weights": None,
        "optimizer_config": {
            "class_name": "Custom>Adam",
            "config": {
                "name": "Adam",
                "jit_compile": True,
                "is_legacy_optimizer": False,
                "learning_rate": 0.5,
                "beta_1": 0.75,
            },
        },
    }
    kernel, bias, ones = array(3, 2), array(2), np.ones(2, "float32")
    weights = {"first": [kernel, bias], "norm": [ones, 0 * ones, 0 * ones, ones]}
    path = write(tmp_path / "old.h5", config, weights, training, state=[np.int64(3)])
    with pytest.warns(UserWarning, match=r"The state of optimizer 'Adam' was not loaded"):
        model = keras.models.load_model(path)
    x = array(4, 3, seed=1)
    y = (x @ kernel + bias) / np.sqrt(1 + 1e-3)
    expected = np.where(y > 0, y, y / 4)
    np.testing.assert_allclose(model(x), expected, rtol=1e-5)
    assert [one.name for one in model.layers] == ["first", "norm", "leaky"]
    assert model.layers[1].momentum == 0.5
    assert float(model.layers[0].losses[0]) == pytest.approx(0.25 * (kernel**2).sum(), rel=1e-6)
    assert (float(model.optimizer.learning_rate), model.optimizer.beta_1) == (0.5, 0.75)
    logs = model.evaluate(x, 0 * y, verbose=0, return_dict=True)
    assert logs["mine"] == pytest.approx(abs(expected).mean(), rel=1e-5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not keras.models.load_model(path, compile=False).compiled


def test_a_graph_of_keras_2(tmp_path):
    """Calls are lists; one layer is called twice, and an inner model counts from 1."""
    inner = {"name": "inner", "layers": [input_layer("inner_input", 2), dense("deep", 2)]}
    config = {
        "class_name": "Functional",
        "config": {
            "name": "old",
            "trainable": True,
            "layers": [
                input_layer("a", 3, calls=[]),
                input_layer("b", 3, calls=[]),
                dense("shared", 2, [[["a", 0, 0, {}]], [["b", 0, 0, {}]]]),
                layer("Add", {"name": "sum"}, [[["shared", 0, 0, {}], ["shared", 1, 0, {}]]]),
                layer("Sequential", inner, [[["sum", 0, 0, {}]]]),
                layer("Dropout", {"name": "drop", "rate": 0.5}, [[["inner", 1, 0, {}]]]),
            ],
            "input_layers": [["a", 0, 0], ["b", 0, 0]],
            "output_layers": [["drop", 0, 0], ["inner", 1, 0]],
        },
    }
    weights = {"shared": [array(3, 2), array(2)], "inner": [array(2, 2), array(2, seed=2)]}
    model = keras.models.load_model(write(tmp_path / "old.h5", config, weights))
    a, b = array(4, 3, seed=3), array(4, 3, seed=4)
    (k, c), (kernel, bias) = weights["shared"], weights["inner"]
    expected = (a @ k + c + b @ k + c) @ kernel + bias
    for y in model([a, b]):
        np.testing.assert_allclose(y, expected, rtol=1e-5)
    assert not model.compiled


@pytest.mark.parametrize(
    "calls",
    [
        [[["nowhere", 0, 0, {}]]],
        [[["a", 7, 0, {}]]],
        [[["a", 0, 9, {}]]],
        [[["a", "x", 0, {}]]],
        [[[]]],
        [[["y", 0, 0, {}]]],
        [7],
        7,
    ],
)
def test_calls_that_lead_nowhere(calls, tmp_path):
    config = {
        "name": "old",
        "layers": [input_layer("a", 3, calls=[]), dense("y", 2, calls)],
        "input_layers": [["a", 0, 0]],
        "output_layers": [["y", 0, 0]],
    }
    path = write(tmp_path / "old.h5", layer("Functional", config), {})
    with pytest.raises(ValueError, match=r"old\.h5, model_config"):
        keras.models.load_model(path)


# -- what a file holds -----------------------------------------------------------------------------


def new_model():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2, "tanh"), layers.Dense(1)])


def test_without_the_optimizer(tmp_path):
    model = new_model()
    model.compile("adam", "mse")
    model.fit(array(4, 3), array(4, 1), verbose=0)
    model.save(tmp_path / "with.h5")
    model.save(tmp_path / "without.hdf5", include_optimizer=False)
    assert keras.models.load_model(tmp_path / "with.h5").compiled
    loaded = keras.models.load_model(tmp_path / "without.hdf5")
    assert not loaded.compiled
    np.testing.assert_array_equal(loaded(array(4, 3)), model(array(4, 3)))
    with h5py.File(tmp_path / "without.hdf5") as file:
        assert list(file) == ["model_weights"]


def test_weights_of_a_whole_model(tmp_path):
    model, other = new_model(), new_model()
    model.save(tmp_path / "model.h5")
    other.load_weights(tmp_path / "model.h5")
    np.testing.assert_array_equal(other(array(4, 3)), model(array(4, 3)))


def test_training_goes_on(tmp_path):
    x, y = array(8, 3), array(8, 1)
    model = new_model()
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(x, y, epochs=2, verbose=0)
    model.save(tmp_path / "model.h5")
    loaded = keras.models.load_model(tmp_path / "model.h5")
    for one in (model, loaded):
        one.fit(x, y, epochs=2, shuffle=False, verbose=0)
    for one, two in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_many_layers_of_long_names(tmp_path):
    """Their names don't fit into one attribute."""
    stack = [layers.Dense(1, name=f"{'n' * 900}{i}") for i in range(100)]
    model = keras.Sequential([keras.Input((1,)), *stack])
    model.save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5") as file:
        assert "layer_names1" in file["model_weights"].attrs
    other = keras.models.load_model(tmp_path / "model.h5")
    np.testing.assert_array_equal(other.get_weights()[-2], model.get_weights()[-2])


def test_two_weights_of_one_name(tmp_path):
    @keras.saving.register_keras_serializable("tests.legacy")
    class Twice(layers.Layer):
        def build(self, input_shape):
            self.one = self.add_weight((2,), "ones", name="w")
            self.two = self.add_weight((3,), "ones", name="w")

        def call(self, x):
            return x

    model = keras.Sequential([keras.Input((3,)), Twice()])
    model.layers[0].two.assign([1.0, 2.0, 3.0])
    model.save(tmp_path / "model.h5")
    loaded = keras.models.load_model(tmp_path / "model.h5")
    assert loaded.layers[0].two.numpy().tolist() == [1, 2, 3]


def test_a_state_that_does_not_fit(tmp_path):
    model = new_model()
    model.compile("adam", "mse")
    model.fit(array(4, 3), array(4, 1), verbose=0)
    path = tmp_path / "model.h5"
    model.save(path)
    with h5py.File(path, "a") as file:
        group = file["optimizer_weights"]
        name = group.attrs["weight_names"][2]
        del group[name]
        group[name] = np.zeros(7)
    with pytest.warns(
        UserWarning, match=r"(?s)model\.h5: the state of the optimizer was not loaded"
    ):
        loaded = keras.models.load_model(path)
    assert int(loaded.optimizer.iterations) == 0
    np.testing.assert_array_equal(loaded(array(4, 3)), model(array(4, 3)))


def test_a_subclassed_model(tmp_path):
    @keras.saving.register_keras_serializable("tests.legacy")
    class Net(keras.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.blocks = [layers.Dense(units), layers.Dense(1)]

        def call(self, x):
            return self.blocks[1](self.blocks[0](x))

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    model, x = Net(4), array(4, 3)
    model(x)
    model.save(tmp_path / "model.h5")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.h5")(x), model(x))
