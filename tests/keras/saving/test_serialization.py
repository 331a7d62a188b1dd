"""Registered names, custom objects, objects as data, clones, and what a save keeps."""

import json
import threading

import numpy as np
import pytest

import minitape as mt
from minitape.keras import registered

keras = mt.keras
layers = keras.layers


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(registered, "_objects", {})
    monkeypatch.setattr(registered, "_names", {})


def array(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


class Doubling(layers.Layer):
    def call(self, x):
        return 2 * x


def doubled(x):
    return 2 * x


# -- names -----------------------------------------------------------------------------------------


def test_registered_names():
    register = keras.saving.register_keras_serializable
    assert register("mine")(Doubling) is Doubling
    assert register("mine", "twice")(doubled) is doubled
    assert register()(abs) is abs
    assert keras.saving.get_registered_name(Doubling) == "mine>Doubling"
    assert keras.saving.get_registered_name(doubled) == "mine>twice"
    assert keras.saving.get_registered_name(abs) == "Custom>abs"
    assert keras.saving.get_registered_name(len) == "len"
    assert keras.saving.get_registered_object("mine>twice") is doubled
    assert keras.saving.get_registered_object("mine>nobody") is None
    assert keras.saving.get_registered_object("x", {"x": 1}, {"x": 2}) == 1
    assert keras.saving.get_registered_object("x", module_objects={"x": 2}) == 2
    assert keras.saving.get_custom_objects()["mine>Doubling"] is Doubling
    assert keras.utils.register_keras_serializable is register


def test_a_class_without_a_config_is_not_registered():
    with pytest.raises(ValueError, match="get_config"):
        keras.saving.register_keras_serializable("mine")(threading.Thread)


def test_a_scope_ends_and_is_for_its_thread():
    seen = []
    with keras.saving.custom_object_scope({"twice": doubled}):
        with keras.utils.CustomObjectScope({"Doubling": Doubling}):
            assert keras.saving.get_registered_object("twice") is doubled
            assert layers.Dense(1, activation="twice").activation is doubled
        assert keras.saving.get_registered_object("Doubling") is None
        thread = threading.Thread(
            target=lambda: seen.append(keras.saving.get_registered_object("twice"))
        )
        thread.start()
        thread.join()
    assert keras.saving.get_registered_object("twice") is None
    assert seen == [None]


# -- objects as data -------------------------------------------------------------------------------


OBJECTS = [
    None,
    3,
    "text",
    [1, [2.5, None]],
    {"a": {"b": True}},
    b"bytes",
    slice(1, None, 2),
    ...,
    layers.Dense(3, activation="relu", kernel_regularizer="l2", name="one"),
    keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    keras.losses.mean_squared_error,
    keras.activations.relu,
    keras.metrics.Mean(name="mine"),
    keras.optimizers.SGD(0.5, momentum=0.9),
    keras.initializers.RandomNormal(stddev=0.5, seed=3),
    keras.regularizers.L1L2(0.1, 0.2),
    {"loss": keras.losses.MeanSquaredError(), "list": [layers.ReLU(max_value=6.0)]},
]


@pytest.mark.parametrize("thing", OBJECTS, ids=lambda thing: type(thing).__name__)
def test_objects_survive_as_json(thing):
    config = keras.saving.serialize_keras_object(thing)
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(config)))
    assert type(again) is type(thing)
    assert keras.saving.serialize_keras_object(again) == config


def test_numbers_survive_as_json():
    for thing in (array(2, 3), mt.constant([[1, 2]], dtype="int32")):
        config = json.loads(json.dumps(keras.saving.serialize_keras_object(thing)))
        again = keras.saving.deserialize_keras_object(config)
        assert type(again) is type(thing)
        assert np.asarray(again).dtype == np.asarray(thing).dtype
        np.testing.assert_array_equal(again, thing)
    assert keras.saving.serialize_keras_object(np.float32(0.5)) == 0.5


def test_an_object_without_a_config():
    with pytest.raises(TypeError, match=r"needs a method\s+get_config"):
        keras.saving.serialize_keras_object(threading.Lock())


def test_a_function_named_like_one_of_keras_is_told_apart():
    def relu(x):
        return x + 1

    config = keras.saving.serialize_keras_object(layers.Dense(1, activation=relu))
    assert config["config"]["activation"]["config"] == "relu"
    again = keras.saving.deserialize_keras_object(config, custom_objects={"relu": relu})
    assert again.activation is relu


# -- models ----------------------------------------------------------------------------------------


def own_model():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2, activation=doubled), Doubling()])


@pytest.mark.parametrize("how", ["custom_objects", "scope", "registered"])
def test_own_layers_and_functions_load(tmp_path, how):
    if how == "registered":
        keras.saving.register_keras_serializable("mine")(Doubling)
        keras.saving.register_keras_serializable("mine")(doubled)
    model, own = own_model(), {"Doubling": Doubling, "doubled": doubled}
    model.save(tmp_path / "model.keras")
    if how == "custom_objects":
        loaded = keras.models.load_model(tmp_path / "model.keras", custom_objects=own)
    elif how == "scope":
        with keras.saving.custom_object_scope(own):
            loaded = keras.models.load_model(tmp_path / "model.keras")
    else:
        loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(array(4, 3)), model(array(4, 3)))


def test_own_layers_that_nobody_named_do_not_load(tmp_path):
    own_model().save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"doubled|Doubling"):
        keras.models.load_model(tmp_path / "model.keras")


def test_training_goes_on_as_if_never_saved(tmp_path):
    def new():
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
        return model

    x, y = array(8, 3), array(8, 1, seed=1)
    whole, first = new(), new()
    whole.fit(x, y, epochs=4, shuffle=False, verbose=0)
    first.fit(x, y, epochs=2, shuffle=False, verbose=0)
    first.save(tmp_path / "model.keras")
    second = keras.models.load_model(tmp_path / "model.keras")
    second.fit(x, y, epochs=2, shuffle=False, verbose=0)
    for one, two in zip(second.weights, whole.weights, strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_model_that_made_no_step_yet_loads_without_a_warning(tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
    model.compile(optimizer=keras.optimizers.Adam(0.5), loss="mse")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert float(loaded.optimizer.learning_rate) == 0.5
    loaded.fit(array(4, 3), array(4, 4), verbose=0)


def test_the_state_of_another_optimizer_is_left_out_with_a_warning(tmp_path):
    x, y = array(4, 3), array(4, 4)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
    model.compile(optimizer="adam", loss="mse")
    model.fit(x, y, verbose=0)
    model.save_weights(tmp_path / "model.weights.h5")
    other = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
    other.compile(optimizer=keras.optimizers.SGD(momentum=0.9), loss="mse")
    other.fit(x, y, verbose=0)
    with pytest.warns(UserWarning, match="state of optimizer 'sgd.*not loaded"):
        other.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(other.weights[0], model.weights[0])


def test_compile_false(tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
    model.compile(optimizer="adam", loss="mse")
    model.save(tmp_path / "model.keras")
    assert not keras.models.load_model(tmp_path / "model.keras", compile=False).compiled
    assert keras.models.load_model(tmp_path / "model.keras").compiled


def test_a_compile_of_ones_own_is_not_called(tmp_path):
    @keras.saving.register_keras_serializable("mine")
    class Mine(keras.Model):
        def compile(self, more, **kwargs):
            super().compile(**kwargs)

    inputs = keras.Input((3,))
    model = Mine(inputs, layers.Dense(1)(inputs))
    model.compile(1, optimizer="adam", loss="mse")
    model.save(tmp_path / "model.keras")
    with pytest.warns(UserWarning, match=r"`compile\(\)` of its own"):
        loaded = keras.models.load_model(tmp_path / "model.keras")
    assert not loaded.compiled


def test_skip_mismatch_leaves_out_what_does_not_fit(tmp_path):
    def new(units):
        return keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(units)])

    model, other = new(2), new(3)
    model.save_weights(tmp_path / "model.weights.h5")
    before = other.get_weights()
    with pytest.raises(ValueError, match="layers/dense_1"):
        other.load_weights(tmp_path / "model.weights.h5")
    for one, two in zip(other.get_weights(), before, strict=True):  # the first layer's too
        np.testing.assert_array_equal(one, two)
    with pytest.warns(UserWarning, match="layers/dense_1"):
        other.load_weights(tmp_path / "model.weights.h5", skip_mismatch=True)
    np.testing.assert_array_equal(other.weights[0], model.weights[0])
    np.testing.assert_array_equal(other.weights[2], before[2])


def test_a_layer_may_keep_its_state_its_own_way(tmp_path):
    class Counter(Doubling):
        count = 0

        def save_own_variables(self, store):
            store["count"] = np.array(self.count)

        def load_own_variables(self, store):
            self.count = int(store["count"][()])

    model = keras.Sequential([keras.Input((3,)), Counter()])
    model.layers[0].count = 7
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", custom_objects={"Counter": Counter})
    assert loaded.layers[0].count == 7


def test_a_name_that_the_reader_would_refuse_is_not_written(tmp_path):
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.größe = layers.Dense(1)

        def call(self, x):
            return self.größe(x)

    model = Model()
    model(array(2, 3))
    with pytest.raises(ValueError, match="'größe'.*Rename"):
        model.save_weights(tmp_path / "model.weights.h5")
    assert not list(tmp_path.iterdir())


# -- clones ----------------------------------------------------------------------------------------


def functional():
    inputs = [keras.Input((3,), name="a"), keras.Input((3,), name="b")]
    shared = layers.Dense(4, name="shared")
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(2)], name="inner")
    y = layers.Add()([shared(inputs[0]), shared(inputs[1]) * 2.0])
    model = keras.Model(inputs, inner(y), name="whole")
    model.compile(optimizer="sgd", loss="mse")
    return model


@pytest.mark.parametrize("recursive", [False, True])
def test_a_clone_has_its_own_weights(recursive):
    model = functional()
    clone = keras.models.clone_model(model, recursive=recursive)
    assert [layer.name for layer in clone.layers] == [layer.name for layer in model.layers]
    assert not {id(v) for v in clone.weights} & {id(v) for v in model.weights}
    clone.set_weights(model.get_weights())
    x = [array(2, 3), array(2, 3, seed=1)]
    np.testing.assert_array_equal(clone(x), model(x))
    assert clone.compiled
    assert clone.optimizer is not model.optimizer


def test_clone_function_and_call_function():
    def wider(layer):
        config = layer.get_config()
        if "units" in config:
            config["units"] = 5
        return type(layer).from_config(config)

    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(2)])
    assert keras.models.clone_model(model, clone_function=wider).output_shape == (None, 5)
    called = []

    def call(layer, *args, **kwargs):
        called.append(layer.name)
        return layer(*args, **kwargs)

    inputs = keras.Input((3,))
    plain = keras.Model(inputs, layers.Dense(2, name="one")(inputs))
    clone = keras.models.clone_model(plain, input_tensors=keras.Input((3,)), call_function=call)
    assert called == ["one"]
    assert clone.name == plain.name
    with pytest.raises(ValueError, match="call_function"):
        keras.models.clone_model(model, call_function=call)
    with pytest.raises(ValueError, match="Unexpected"):
        keras.models.clone_model(model, colour="red")


def test_clone_of_a_subclassed_model():
    class Mine(keras.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.dense = layers.Dense(units)

        def call(self, x):
            return self.dense(x)

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    model = Mine(2)
    model(array(1, 3))
    clone = keras.models.clone_model(model)
    assert [v.shape for v in clone.weights] == [v.shape for v in model.weights]
    with pytest.raises(ValueError, match="clone_function"):
        keras.models.clone_model(model, clone_function=lambda layer: layer)


# -- classes that say nothing of their config ------------------------------------------------------


class Plain(layers.Layer):
    def __init__(self, factor, shape=(1, 2), **kwargs):
        super().__init__(**kwargs)
        self.f = factor

    def call(self, x):
        return x * self.f


class Named(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(units)

    def call(self, x):
        return self.dense(x)


def test_plain_arguments_make_the_config():
    assert Plain(2, name="mine").get_config() == {
        "factor": 2,
        "shape": (1, 2),
        "name": "mine",
        "trainable": True,
        "dtype": {
            "module": "keras",
            "class_name": "DTypePolicy",
            "config": {"name": "float32"},
            "registered_name": None,
        },
    }
    assert Named(3).get_config() == {"units": 3}


def test_models_of_plain_arguments_are_saved(tmp_path):
    model = Named(3)
    model(array(2, 2))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", custom_objects={"Named": Named})
    np.testing.assert_array_equal(loaded(array(2, 2)), model(array(2, 2)))


@pytest.mark.parametrize("argument", [layers.ReLU(), [1, array(2)], lambda x: x])
def test_other_arguments_need_a_config(argument):
    with pytest.raises(NotImplementedError, match=r"get_config\(self\)"):
        Plain(argument).get_config()


def test_ops_and_arrays_in_a_graph_survive_as_json():
    inputs = keras.Input((3,))
    y = mt.nn.softmax(inputs * 2.0 - array(3), axis=-1)
    model = keras.Model(inputs, [y[:, 1:], mt.reduce_mean(y, axis=1), mt.matmul(y, array(3, 2))])
    again = keras.models.model_from_json(model.to_json())
    for one, two in zip(again(array(4, 3)), model(array(4, 3)), strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_variable_of_tensorflows_kind_is_saved_too(tmp_path):
    class Scaled(keras.Model):
        def __init__(self):
            super().__init__()
            self.scale = mt.Variable(2.0)
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(x) * self.scale

    model, other = Scaled(), Scaled()
    for one in (model, other):
        one(array(1, 3))
    model.scale.assign(5.0)
    model.save_weights(tmp_path / "model.weights.h5")
    other.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(other(array(2, 3)), model(array(2, 3)))
