"""Files go both ways: what minitape saves loads in real Keras, and the other way round."""

import functools
import json
import re
import warnings
import zipfile

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt

LIBRARIES = (mt.keras, keras)


def array(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def one_hot(n, classes):
    return np.eye(classes, dtype="float32")[np.arange(n) % classes]


# -- models ----------------------------------------------------------------------------------------
# Each takes the library and gives (model, arguments of compile, x, y). Registered classes are made
# for each library by the same text.


def dense_stack(keras):
    new = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4,)),
            new.Dense(3, activation="relu", kernel_regularizer="l2"),
            new.Dropout(0.3, seed=1),
            new.Dense(1, use_bias=False, kernel_initializer="he_normal"),
        ]
    )
    return model, dict(optimizer="adam", loss="mse", metrics=["mae"]), array(8, 4), array(8, 1)


def convnet(keras):
    new = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            new.Conv2D(3, 3, strides=2, padding="same", activation="relu"),
            new.BatchNormalization(momentum=0.9),
            new.MaxPooling2D(2),
            new.AveragePooling2D(1),
            new.Flatten(),
            new.Dense(3, activation="softmax"),
        ],
        name="convnet",
    )
    compiled = dict(
        optimizer=keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=["accuracy", keras.metrics.CategoricalAccuracy(name="share")],
    )
    return model, compiled, array(6, 8, 8, 2), one_hot(6, 3)


def global_pooling(keras):
    new = keras.layers
    inputs = keras.Input((6, 6, 2))
    y = new.Conv2D(4, 3, use_bias=False)(inputs)
    y = new.Activation("tanh")(new.BatchNormalization(scale=False)(y))
    y = new.Add()([new.GlobalMaxPooling2D()(y), new.GlobalAveragePooling2D()(y)])
    model = keras.Model(inputs, new.Softmax()(y))
    compiled = dict(optimizer=keras.optimizers.RMSprop(0.01), loss="categorical_crossentropy")
    return model, compiled, array(4, 6, 6, 2), one_hot(4, 4)


def several_inputs_and_outputs(keras):
    new = keras.layers
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    joined = new.Concatenate()([a, b])
    model = keras.Model(
        {"a": a, "b": b},
        {
            "one": new.Dense(1, name="one")(joined),
            "two": new.Dense(2, activation="softmax", name="two")(joined),
        },
    )
    compiled = dict(
        optimizer=keras.optimizers.RMSprop(0.01, momentum=0.9, centered=True),
        loss={"one": "mse", "two": keras.losses.CategoricalCrossentropy()},
        loss_weights={"one": 0.5, "two": 1.0},
        metrics={"one": ["mae"], "two": ["accuracy"]},
    )
    x = {"a": array(6, 4), "b": array(6, 3, seed=1)}
    return model, compiled, x, {"one": array(6, 1), "two": one_hot(6, 2)}


def lists_of_inputs_and_outputs(keras):
    new = keras.layers
    inputs = [keras.Input((2,)), keras.Input((2,))]
    y = new.Concatenate()(inputs)
    model = keras.Model(inputs, [new.Dense(1)(y), new.Dense(2)(y)])
    compiled = dict(optimizer="sgd", loss=["mse", "mae"], loss_weights=[1.0, 0.5])
    return model, compiled, [array(4, 2), array(4, 2, seed=1)], [array(4, 1), array(4, 2)]


def shared_layer(keras):
    new = keras.layers
    a, b = keras.Input((4,)), keras.Input((4,))
    shared = new.Dense(3, activation="tanh", name="shared")
    model = keras.Model([a, b], new.Dense(1)(new.Concatenate()([shared(a), shared(b)])))
    compiled = dict(optimizer=keras.optimizers.Adam(amsgrad=True), loss="mse")
    return model, compiled, [array(4, 4), array(4, 4, seed=1)], array(4, 1)


def nested(keras):
    new = keras.layers
    inner = keras.Sequential([keras.Input((3,)), new.Dense(4), new.Dense(3)], name="inner")
    x = keras.Input((3,))
    block = keras.Model(x, new.Dense(3)(inner(x)), name="block")
    inputs = keras.Input((3,))
    model = keras.Model(inputs, new.Dense(2)(block(new.BatchNormalization()(inputs))))
    return model, dict(optimizer="adam", loss="mse"), array(4, 3), array(4, 2)


def model_in_sequential(keras):
    new = keras.layers
    x = keras.Input((3,))
    inner = keras.Model(x, new.Dense(2, activation="sigmoid")(x))
    model = keras.Sequential([keras.Input((3,)), new.Dense(3), inner, new.LeakyReLU()])
    return model, dict(optimizer="rmsprop", loss="mae"), array(4, 3), array(4, 2)


def layer_in_two_models(keras):
    """The same layer in two inner models: it is saved, and made, once."""
    new = keras.layers
    shared = new.Dense(2)
    first = keras.Sequential([keras.Input((2,)), shared])
    second = keras.Sequential([keras.Input((2,)), new.Dense(2), shared])
    inputs = keras.Input((2,))
    model = keras.Model(inputs, new.Add()([first(inputs), second(inputs)]))
    return model, dict(optimizer="sgd", loss="mse"), array(4, 2), array(4, 2)


def frozen(keras):
    new = keras.layers
    model = keras.Sequential([keras.Input((3,)), new.Dense(3), new.BatchNormalization()])
    model.layers[0].trainable = False
    return model, dict(optimizer="adam", loss="mse"), array(4, 3), array(4, 3)


def clipped_and_averaged(keras):
    new = keras.layers
    model = keras.Sequential([keras.Input((3,)), new.Dense(3)])
    optimizer = keras.optimizers.Adam(
        0.01, clipnorm=1.0, use_ema=True, weight_decay=0.01, ema_overwrite_frequency=3
    )
    return model, dict(optimizer=optimizer, loss="mse"), array(4, 3), array(4, 3)


def accumulating(keras):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    optimizer = keras.optimizers.SGD(0.01, gradient_accumulation_steps=3)
    return model, dict(optimizer=optimizer, loss="mse"), array(4, 3), array(4, 3)


def float64(keras):
    new = keras.layers
    inputs = keras.Input((3,), dtype="float64")
    model = keras.Model(inputs, new.Dense(2, dtype="float64")(inputs))
    return model, dict(optimizer="sgd", loss="mse"), array(4, 3), array(4, 2)


def ops_between_layers(keras):
    new, ops = keras.layers, mt if keras is mt.keras else keras.ops
    a, b = keras.Input((3,)), keras.Input((3,))
    y = -(a + b) * 2.0 / (3.0 - b) ** 2 - array(3)
    y = ops.exp(new.Dense(2)(ops.abs(y)))
    model = keras.Model([a, b], ops.tanh(ops.maximum(y, 0.5)))
    return model, dict(optimizer="sgd", loss="mse"), [array(4, 3), array(4, 3)], array(4, 2)


def no_weights(keras):
    new = keras.layers
    model = keras.Sequential([keras.Input((2, 3)), new.Flatten(), new.Reshape((3, 2)), new.ReLU()])
    return model, None, array(4, 2, 3), None


def subclassed(keras):
    new = keras.layers

    @keras.saving.register_keras_serializable("tests", "Subclassed")
    class Subclassed(keras.Model):
        def __init__(self, units=3, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.first = new.Dense(units, name="another_name")
            self.blocks = [new.Dense(2), new.BatchNormalization(), new.Dense(units)]
            self.parts = {"b": new.Dense(2), "a": [new.Dense(1), new.Dense(2)]}
            self.tail = (new.Dense(2), new.Dense(units))
            self._hidden = new.Dense(2)

        def call(self, x, training=None):
            x = self.first(x)
            for block in self.blocks:
                x = block(x)
            x = self.parts["a"][1](self.parts["a"][0](self.parts["b"](x)))
            return self._hidden(self.tail[1](self.tail[0](x)))

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    return Subclassed(4), dict(optimizer="adam", loss="mse"), array(4, 3), array(4, 2)


def own_layers_and_functions(keras):
    new = keras.layers
    ops = mt if keras is mt.keras else tf

    @keras.saving.register_keras_serializable("tests", "Scaled")
    class Scaled(new.Layer):
        def __init__(self, start=2.0, **kwargs):
            super().__init__(**kwargs)
            self.start = start
            self.inner = new.Dense(3)

        def build(self, input_shape):
            self.inner.build(input_shape)
            self.factor = self.add_weight(
                shape=(3,), initializer=keras.initializers.Constant(self.start), name="factor"
            )
            self.steps = self.add_weight(
                shape=(), initializer="zeros", trainable=False, name="steps"
            )

        def call(self, x):
            return self.inner(x) * self.factor

        def get_config(self):
            return {**super().get_config(), "start": self.start}

    @keras.saving.register_keras_serializable("tests")
    def bent(x):
        return ops.math.sin(x) + x

    @keras.saving.register_keras_serializable("tests")
    def distance(y_true, y_pred):
        return ops.reduce_mean(ops.abs(y_true - y_pred), axis=-1)

    model = keras.Sequential([keras.Input((3,)), Scaled(1.5), new.Dense(2, activation=bent)])
    compiled = dict(optimizer="sgd", loss=distance, metrics=[distance])
    return model, compiled, array(4, 3), array(4, 2)


MODELS = [
    dense_stack,
    convnet,
    global_pooling,
    several_inputs_and_outputs,
    lists_of_inputs_and_outputs,
    shared_layer,
    nested,
    model_in_sequential,
    layer_in_two_models,
    frozen,
    clipped_and_averaged,
    accumulating,
    float64,
    ops_between_layers,
    no_weights,
    subclassed,
    own_layers_and_functions,
]


def trained(library, make):
    """A model after two epochs, and its data."""
    library.backend.clear_session(free_memory=False)
    library.utils.set_random_seed(0)
    model, compiled, x, y = make(library)
    if compiled is not None:
        model.compile(**compiled)
        model.run_eagerly = True  # tracing would take longer than all the steps
        model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    return model, x, y


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A function of library and maker: a trained model, its data, and the files it was saved in."""

    @functools.cache
    def get(library, make):
        model, x, y = trained(library, make)
        folder = tmp_path_factory.mktemp(make.__name__)
        model.save(folder / "model.keras")
        model.save_weights(folder / "model.weights.h5")
        return model, x, y, folder

    return get


def outputs(model, x):
    return mt.nest.map_structure(np.asarray, model(x, training=False))


def assert_close(ours, theirs):
    assert mt.nest.flatten(ours)
    for one, two in zip(mt.nest.flatten(ours), mt.nest.flatten(theirs), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)


def assert_equal(ours, theirs):
    for one, two in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_a_model_saved_by_one_loads_in_the_other(make, there, saved):
    saving, loading = there
    if make is layer_in_two_models and saving is keras:
        pytest.skip("Keras forgets that the layer is shared, and cannot load its own file either")
    model, x, y, folder = saved(saving, make)
    make(loading)  # registers its classes
    loaded = loading.models.load_model(folder / "model.keras")
    assert_close(outputs(loaded, x), outputs(model, x))
    assert [v.name for v in loaded.weights] == [v.name for v in model.weights]
    assert_equal(loaded.weights, model.weights)
    assert [layer.trainable for layer in loaded.layers] == [one.trainable for one in model.layers]
    if y is None:
        return
    assert_equal(loaded.optimizer.variables, model.optimizer.variables)
    loaded.run_eagerly = True
    logs = [one.evaluate(x, y, verbose=0, return_dict=True) for one in (loaded, model)]
    assert sorted(logs[0]) == sorted(logs[1])
    assert_close(*logs)


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_weights_saved_by_one_load_in_the_other(make, there, saved):
    saving, loading = there
    model, x, y, folder = saved(saving, make)
    other, *_ = trained(loading, make)
    for v in other.weights:
        v.assign(np.zeros(v.shape))
    other.load_weights(folder / "model.weights.h5")
    assert_close(outputs(other, x), outputs(model, x))
    if y is not None:
        assert_equal(other.optimizer.variables, model.optimizer.variables)


def layout(path):
    """The members of a `.keras` file, and all groups and arrays with their shapes and types."""
    with zipfile.ZipFile(path) as archive:
        members = archive.namelist()
        with archive.open("model.weights.h5") as file, h5py.File(file) as stored:
            found = {}
            stored.visititems(lambda name, thing: found.update({name: described(thing)}))
    return members, found


def described(thing):
    if isinstance(thing, h5py.Group):
        return dict(thing.attrs)
    return thing.shape, thing.dtype, thing.chunks, thing.compression


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_the_files_have_the_same_members_groups_and_arrays(make, saved):
    ours, theirs = (layout(saved(library, make)[-1] / "model.keras") for library in LIBRARIES)
    assert ours == theirs


def without_numbers(config):
    """A config without the numbers of shared objects."""
    if isinstance(config, dict):
        return {k: without_numbers(v) for k, v in config.items() if k != "shared_object_id"}
    return [without_numbers(v) for v in config] if isinstance(config, list) else config


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_the_configs_say_the_same_of_class_and_compilation(make, saved):
    found = []
    for library in LIBRARIES:
        with zipfile.ZipFile(saved(library, make)[-1] / "model.keras") as archive:
            assert json.loads(archive.read("metadata.json"))["keras_version"] == keras.__version__
            found.append(without_numbers(json.loads(archive.read("config.json"))))
    for config in found:
        config.pop("config")  # compared layer by layer in test_layers.py
        if not (config.get("build_config") or {"input_shape": None})["input_shape"]:
            config.pop("build_config", None)
    ours, theirs = found
    assert ours["compile_config"] == theirs["compile_config"]
    assert ours == theirs


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_json_goes_both_ways(make, there):
    writing, reading = there
    model, *_ = make(writing)
    make(reading)  # registers its classes
    again = reading.models.model_from_json(model.to_json())
    assert len(again.layers) == len(model.layers)
    if make is not layer_in_two_models:  # of which Keras makes two
        assert [v.shape for v in again.weights] == [v.shape for v in model.weights]


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_keras_2_weights_written_by_keras_load(make, saved, tmp_path):
    theirs, x, *_ = saved(keras, make)
    theirs.save(tmp_path / "model.h5")
    ours, *_ = trained(mt.keras, make)
    for v in ours.weights:
        v.assign(np.zeros(v.shape))
    ours.load_weights(tmp_path / "model.h5")
    assert_close(outputs(ours, x), outputs(theirs, x))


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_clones_have_the_same_layers(make):
    described = []
    for library in LIBRARIES:
        library.backend.clear_session(free_memory=False)
        model, *_ = make(library)
        clone = library.models.clone_model(model)
        assert not {id(v) for v in clone.weights} & {id(v) for v in model.weights}
        shapes = [tuple(v.shape) for v in clone.weights]
        # Keras calls the inputs of a clone after their tensors, "keras_tensor".
        inner = [one for one in clone.layers if type(one).__name__ != "InputLayer"]
        described.append([one.name for one in inner] + shapes)
    ours, theirs = described
    assert ours == theirs


def unregistered(library):
    """A model with a layer, an activation and a loss of one's own, and the three by name."""
    new = library.layers
    ops = mt if library is mt.keras else tf

    class Tripled(new.Layer):
        def call(self, x):
            return x * 3.0

    def bent(x):
        return ops.sin(x) + x

    def distance(y_true, y_pred):
        return ops.reduce_mean(ops.abs(y_true - y_pred), axis=-1)

    model = library.Sequential([library.Input((3,)), Tripled(), new.Dense(2, activation=bent)])
    model.compile("sgd", distance, metrics=[distance])
    model.run_eagerly = True
    model.train_on_batch(array(4, 3), array(4, 2))
    return model, {"Tripled": Tripled, "bent": bent, "distance": distance}


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_classes_and_functions_by_name(there, ending, tmp_path):
    """Without their names an error; with them, given or in a scope, the same model."""
    saving, loading = there
    model, _ = unregistered(saving)
    _, names = unregistered(loading)
    path, x, y = tmp_path / f"model.{ending}", array(4, 3), array(4, 2)
    model.save(path)
    with pytest.raises((TypeError, ValueError), match="Tripled"):
        loading.models.load_model(path)
    given = loading.models.load_model(path, custom_objects=names)
    with loading.utils.custom_object_scope(names):
        scoped = loading.models.load_model(path)
        again = loading.models.model_from_json(model.to_json())
    for loaded in (given, scoped):
        loaded.run_eagerly = True
        assert_close(outputs(loaded, x), outputs(model, x))
        assert_close(loaded.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0))
    assert [one.name for one in again.layers] == [one.name for one in model.layers]
    # The scope is over.
    with pytest.raises((TypeError, ValueError), match="Tripled"):
        loading.models.load_model(path)


def h5_skipped(make, saving, loading):
    """Why Keras doesn't load the `.h5` file of a model, its own neither."""
    if saving is keras and make is ops_between_layers:
        return "Keras forgets of which module the ops are"
    if make is subclassed and keras in (saving, loading):
        return "the format doesn't say for which inputs such a model was built"
    if make is layer_in_two_models:
        return "Keras forgets that the layer is shared"
    return None


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_whole_models_in_h5_files(make, there, saved, tmp_path):
    saving, loading = there
    if reason := h5_skipped(make, saving, loading):
        pytest.skip(reason)
    model, x, y, _ = saved(saving, make)
    model.save(tmp_path / "model.h5")
    make(loading)  # registers its classes
    loaded = loading.models.load_model(tmp_path / "model.h5")
    assert_close(outputs(loaded, x), outputs(model, x))
    assert_equal(loaded.weights, model.weights)
    if y is None:
        return
    state = list(model.optimizer.variables)
    if loading is keras:  # it has room for the counter and the rate alone, of its own files too
        state = state[: len(loaded.optimizer.variables)]
    assert_equal(loaded.optimizer.variables, state)
    assert state[0].numpy() > 0
    loaded.run_eagerly = True
    # Keras calls a metric "mae" "mean_absolute_error" after loading.
    logs = [one.evaluate(x, y, verbose=0) for one in (loaded, model)]
    assert_close(*logs)


def test_keras_2_weights_by_name(tmp_path):
    def model(library, names):
        layers = [library.layers.Dense(3, name=name) for name in names]
        return library.Sequential([library.Input((3,)), *layers])

    theirs, ours = model(keras, "abc"), model(mt.keras, "xca")
    theirs.save(tmp_path / "model.h5")
    before = ours.layers[0].get_weights()
    ours.load_weights(tmp_path / "model.h5", by_name=True)
    assert_equal(ours.layers[1].weights, theirs.layers[2].weights)
    assert_equal(ours.layers[2].weights, theirs.layers[0].weights)
    np.testing.assert_array_equal(ours.layers[0].get_weights()[0], before[0])


def other_model(library, kind):
    """The model whose weights are saved, or one that differs from it."""
    new, inputs = library.layers, 5 if kind == "longer inputs" else 3
    names = {"other names": "bc", "names in another order": "ba"}.get(kind, "ab")
    layers = [
        new.Dense(4, name=names[0], use_bias=kind != "no bias"),
        new.Dense(3 if kind == "more units" else 2, name=names[1]),
    ]
    more = [new.Dense(2, name="more")] if kind == "another layer" else []
    model = library.Sequential([library.Input((inputs,)), *layers, *more])
    model.set_weights([np.full(w.shape, -i - 1.0) for i, w in enumerate(model.get_weights())])
    return model


def loaded_into_another(library, kind, path, arguments):
    """The numbers that each weight has then, and whether there was a warning; or "refused"."""
    other = other_model(library, kind)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            other.load_weights(path, **arguments)
        except ValueError:
            return "refused"
    return [{float(n) for n in w.ravel()} for w in other.get_weights()], len(caught) > 0


KINDS = ["the same", "more units", "longer inputs", "other names", "names in another order",
         "no bias", "another layer"]  # fmt: skip


@pytest.mark.parametrize("by_name", [False, True], ids=["in order", "by name"])
@pytest.mark.parametrize("skip", [False, True], ids=["all", "skip"])
@pytest.mark.parametrize("ending", ["h5", "weights.h5", "keras"])
@pytest.mark.parametrize("kind", KINDS)
def test_weights_into_other_models(kind, ending, skip, by_name, tmp_path):
    """Each weight holds a number of its own, which tells where it went."""
    model = other_model(keras, "the same")
    model.set_weights([np.full(w.shape, i + 1.0) for i, w in enumerate(model.get_weights())])
    path = tmp_path / f"model.{ending}"
    (model.save_weights if ending == "weights.h5" else model.save)(path)
    arguments = dict(skip_mismatch=skip) | ({"by_name": True} if by_name else {})
    ours, theirs = (loaded_into_another(one, kind, path, arguments) for one in LIBRARIES)
    if (kind, ending, skip, by_name) == ("no bias", "h5", True, False):
        # minitape leaves the layer out, as both of them do by name.
        assert (ours, theirs) == (([{-1.0}, {3.0}, {4.0}], True), "refused")
    else:
        assert ours == theirs


def test_export_by_way_of_keras(tmp_path):
    """What the error of `export` says."""
    model, _, x, _ = dense_stack(mt.keras)
    model.save(tmp_path / "model.keras")
    keras.models.load_model(tmp_path / "model.keras").export(str(tmp_path / "served"), verbose=0)
    served = tf.saved_model.load(str(tmp_path / "served"))
    np.testing.assert_allclose(served.serve(x), model(x), rtol=1e-5, atol=1e-6)


# -- tf.train.Checkpoint ---------------------------------------------------------------------------


def run_of_checkpoints(library, folder):
    """What a manager says while it saves, and the text file that it leaves."""
    v = library.Variable([1.0, 2.0])
    checkpoint = library.train.Checkpoint(v=v)
    manager = library.train.CheckpointManager(
        checkpoint, str(folder), max_to_keep=2, checkpoint_name="ck"
    )
    seen = []
    for n in range(4):
        v.assign_add([1.0, float(n)])
        seen.append((manager.save(), manager.latest_checkpoint, manager.checkpoints))
    checkpoint.restore(manager.checkpoints[0]).assert_consumed()
    seen += [v.numpy().tolist(), int(checkpoint.save_counter)]
    seen += [manager.save(), manager.save(checkpoint_number=20), int(checkpoint.save_counter)]
    seen.append(library.train.latest_checkpoint(str(folder)))
    text = (folder / "checkpoint").read_text()
    text = re.sub(r"last_preserved_timestamp: .*\n", "", text)  # for checkpoints kept by the hour
    return str(seen).replace(str(folder), ""), re.sub(r"stamps: [\d.]+", "stamps:", text)


def test_checkpoints_are_numbered_kept_and_listed_alike(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    assert run_of_checkpoints(mt, ours) == run_of_checkpoints(tf, theirs)
    # TensorFlow reads the list that minitape wrote.
    assert tf.train.get_checkpoint_state(str(ours)).model_checkpoint_path == str(ours / "ck-20")
