"""Models: functional, Sequential and subclassed, mixed; what they say; models as data."""

import copy
import json
import pickle

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from minitape.keras import layers


def array(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def ticket_model(**names):
    title = keras.Input(shape=(6,), name="title")
    text_body = keras.Input(shape=(6,), name="text_body")
    tags = keras.Input(shape=(3,), name="tags")
    features = layers.Concatenate(name="join")([title, text_body, tags])
    features = layers.Dense(5, activation="relu", name="mix")(features)
    priority = layers.Dense(1, activation="sigmoid", name="priority")(features)
    department = layers.Dense(4, activation="softmax", name="department")(features)
    return keras.Model([title, text_body, tags], [priority, department], **names)


TICKETS = {"title": array(4, 6), "text_body": array(4, 6, seed=1), "tags": array(4, 3, seed=2)}


def functional(**names):
    inputs = keras.Input((3,), name="data")
    return keras.Model(inputs, layers.Dense(2, name="dense")(inputs), **names)


class Subclass(keras.Model):
    def __init__(self, units=2, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)

    def call(self, x):
        return self.dense(x)


# -- running ---------------------------------------------------------------------------------------


def test_a_functional_model_runs_its_layers():
    inputs = keras.Input((3,))
    first, second = layers.Dense(4, "relu"), layers.Dense(2)
    model = keras.Model(inputs, second(first(inputs)))
    x = array(5, 3)
    np.testing.assert_array_equal(model(x), second(first(x)))
    assert model.input_shape == (None, 3)
    assert model.output_shape == (None, 2)
    assert model.compute_output_shape((7, 3)) == (7, 2)
    assert model.layers[1:] == [first, second]


def test_data_in_a_list_or_a_dict():
    model = ticket_model()
    expected = model(list(TICKETS.values()))
    for data in (TICKETS, dict(reversed(TICKETS.items())), tuple(TICKETS.values())):
        for ours, theirs in zip(model(data), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_order_and_features_of_layers():
    model = ticket_model()
    assert [layer.name for layer in model.layers] == [
        "title", "text_body", "tags", "join", "mix", "priority", "department",
    ]  # fmt: skip
    assert model.layers[3].input == model.inputs
    features = keras.Model(model.inputs, model.layers[4].output)
    assert features(TICKETS).shape == (4, 5)
    assert model.output_names == ["priority", "department"]
    assert model.get_layer("mix") is model.get_layer(index=4) is model.layers[4]


def test_a_batch_of_any_length():
    inputs = keras.Input((3,), batch_size=4)
    model = keras.Model(inputs, layers.Dense(2)(inputs))
    called_first = keras.Sequential([layers.Dense(2)])
    for n in (4, 3, 0):
        assert model(array(n, 3)).shape == (n, 2)
        assert called_first(array(n, 3)).shape == (n, 2)


def test_a_very_deep_model():
    x = inputs = keras.Input((2,))
    for _ in range(1500):
        x = layers.ReLU()(x)
    model = keras.Model(inputs, x)
    assert len(model.layers) == 1501
    assert model(array(1, 2)).shape == (1, 2)


def test_a_symbolic_scalar():
    x = keras.Input((4, 6))
    model = keras.Model(x, x - mt.reduce_mean(x))
    data = np.arange(48, dtype="float32").reshape(2, 4, 6)
    np.testing.assert_allclose(model(data), data - data.mean())


def test_ops_between_layers():
    inputs = keras.Input((3, 4))
    x = mt.concat([inputs[:, 0] * 2, mt.square(inputs[:, 1])], axis=-1)
    model = keras.Model(inputs, layers.Add()([x, x / 2]))
    data = array(2, 3, 4)
    expected = 1.5 * np.concatenate([2 * data[:, 0], data[:, 1] ** 2], -1)
    np.testing.assert_allclose(model(data), expected, rtol=1e-6)
    assert [type(layer) for layer in model.layers] == [layers.InputLayer, layers.Add]
    again = keras.Model.from_config(model.get_config())
    np.testing.assert_array_equal(again(data), model(data))


def test_an_input_that_is_an_output_as_well():
    inputs = keras.Input((3,))
    inner = keras.Model(inputs, [inputs, layers.Dense(2)(inputs)])
    new_inputs = keras.Input((3,))
    same, y = inner(new_inputs)
    outer = keras.Model(new_inputs, [same, y])
    x = array(2, 3)
    np.testing.assert_array_equal(outer(x)[0], x)
    assert outer.layers[0].output is new_inputs


def test_a_model_can_begin_in_the_middle_of_another():
    inputs = keras.Input((3,))
    first, second = layers.Dense(4), layers.Dense(2)
    hidden = first(inputs)
    model = keras.Model(hidden, second(hidden))
    x = array(5, 4)
    np.testing.assert_array_equal(model(x), second(x))
    assert [type(layer) for layer in model.layers] == [layers.InputLayer, layers.Dense]
    assert model.weights == second.weights
    assert keras.Model.from_config(model.get_config())(x).shape == (5, 2)


def test_gradients_reach_shared_layers_from_every_place():
    shared = layers.Dense(1, use_bias=False, kernel_initializer="ones")
    a, b = keras.Input((1,)), keras.Input((1,))
    model = keras.Model([a, b], layers.Add()([shared(a), shared(b)]))
    with mt.GradientTape() as tape:
        y = model([np.full((1, 1), 3.0), np.full((1, 1), 4.0)])
    assert model.weights == shared.weights
    assert float(tape.gradient(y, shared.kernel)[0, 0]) == 7


# -- training or not -------------------------------------------------------------------------------


class Asks(layers.Layer):
    """Notes what it is told."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.told = {}

    def call(self, x, training=None):
        self.told["last"] = training
        return x


def test_training_passes_through_models_in_models():
    asked = Asks()
    x = keras.Input((3,))
    inner = keras.Sequential([keras.Model(x, asked(x))])

    class Outer(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = inner

        def call(self, x):
            return self.inner(x)

    inputs = keras.Input((3,))
    model = keras.Model(inputs, Outer()(inputs))
    for said, expected in [({"training": True}, True), ({"training": False}, False), ({}, None)]:
        model(array(1, 3), **said)
        assert asked.told["last"] is expected


def test_what_a_layer_was_told_while_it_was_laid_out_stays():
    """As Keras' guide to transfer learning has it; in Keras 3.15 the outer call wins."""
    asked, free = Asks(), Asks()
    inputs = keras.Input((3,))
    model = keras.Model(inputs, free(asked(inputs, training=False)))
    model(array(1, 3), training=True)
    assert asked.told["last"] is False
    assert free.told["last"] is True


# -- Sequential ------------------------------------------------------------------------------------


def test_a_stack_is_built_when_the_shape_is_known():
    model = keras.Sequential([layers.Dense(4), layers.Dense(2)])
    assert not model.built
    assert model.weights == []
    model.build((None, 3))
    assert model.built
    assert [w.shape for w in model.weights] == [(3, 4), (4,), (4, 2), (2,)]
    assert model.output_shape == (None, 2)
    before = [id(w) for w in model.weights]
    model.add(layers.Dense(1))
    assert [id(w) for w in model.weights[:4]] == before
    assert model.pop().units == 1
    assert model.output_shape == (None, 2)
    with pytest.raises(ValueError, match=r"configured to use input shape \(None, 3\)"):
        model.build((None, 4))


def test_each_layer_of_a_stack_has_one_place():
    model = keras.Sequential([keras.Input((3,))])
    for units in (4, 5, 6):
        model.add(layers.Dense(units))
    assert [len(layer.inbound_nodes) for layer in model.layers] == [1, 1, 1]
    features = keras.Model(model.inputs, [layer.output for layer in model.layers])
    assert [y.shape for y in features(array(2, 3))] == [(2, 4), (2, 5), (2, 6)]


def test_a_layer_that_does_not_fit_is_not_added():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
    with pytest.raises(ValueError, match="expected ndim=4, found ndim=2"):
        model.add(layers.Conv2D(1, 3))
    assert len(model.layers) == 1
    model.add(layers.Dense(2))
    assert model(array(1, 3)).shape == (1, 2)


def test_a_stack_of_several_inputs_has_no_graph():
    model = keras.Sequential([layers.Add(), layers.Dense(2)])
    assert model([array(2, 3), array(2, 3)]).shape == (2, 2)
    assert len(model.weights) == 2


def test_the_name_of_a_popped_layer_is_free_again():
    model = keras.Sequential([layers.Dense(1, name="a")])
    with pytest.raises(ValueError, match="'a' is already the name of a layer"):
        model.add(layers.ReLU(name="a"))
    model.pop()
    model.add(layers.ReLU(name="a"))


# -- subclasses ------------------------------------------------------------------------------------


def test_a_subclass_is_built_by_its_first_call_or_by_build():
    called, built, laid_out = Subclass(), Subclass(), Subclass()
    called(array(2, 3))
    built.build((None, 3))
    laid_out(keras.Input((3,)))
    for model in (called, built, laid_out):
        assert model.built
        assert model.count_params() == 8
        name = model.name
        assert [w.path for w in model.weights] == [
            f"{name}/{model.dense.name}/kernel",
            f"{name}/{model.dense.name}/bias",
        ]


def test_a_functional_subclass_keeps_its_own_steps_and_layers():
    class WithOwnStep(keras.Model):
        def __init__(self, inputs, outputs, **kwargs):
            super().__init__(inputs, outputs, **kwargs)
            self.extra = layers.Dense(1, name="extra")

        def train_step(self, data):
            return {"loss": 0.0}

    inputs = keras.Input((3,))
    model = WithOwnStep(inputs, layers.Dense(2, name="dense")(inputs))
    assert model.name.startswith("with_own_step")
    assert [layer.name for layer in model.layers][1:] == ["dense", "extra"]
    again = WithOwnStep.from_config(model.get_config())
    assert isinstance(again, WithOwnStep)
    assert again(array(1, 3)).shape == (1, 2)


def test_several_outputs_of_a_subclass():
    class Two(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, inputs):
            return {"far": self.dense(inputs["a"]), "near": inputs["a"]}

    inputs = keras.Input((3,))
    y = Two()({"a": inputs})
    model = keras.Model(inputs, y)
    assert {name: out.shape for name, out in model(array(4, 3)).items()} == {
        "far": (4, 2),
        "near": (4, 3),
    }
    assert model.output_names == ["far", "near"]


def test_a_copied_model_has_weights_of_its_own():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, layers.Add()([layers.Dense(3)(inputs), inputs * 2]))
    twin = copy.deepcopy(model)
    x = array(2, 3)
    np.testing.assert_array_equal(twin(x), model(x))
    twin.weights[0].assign(np.zeros((3, 3)))
    assert np.any(twin(x).numpy() != model(x).numpy())


def trained_line():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    model.compile("sgd", "mse")
    model.fit(array(8, 3), array(8, 2), verbose=0)
    return model


def test_a_copy_of_a_trained_model_trains_itself():
    model = trained_line()
    before = model.get_weights()
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        twin.compile("sgd", "mse")
        twin.fit(array(8, 3), array(8, 2), verbose=0)
        assert np.any(twin.get_weights()[0] != before[0])
        np.testing.assert_array_equal(model.get_weights()[0], before[0])
        np.testing.assert_array_equal(twin.predict(array(8, 3), verbose=0), twin(array(8, 3)))


def test_a_changed_sequential_predicts_with_its_layers():
    model = trained_line()
    model.predict(array(4, 3), verbose=0)
    model.add(layers.Dense(5))
    assert model.predict(array(4, 3), verbose=0).shape == (4, 5)
    model.pop()
    assert model.predict(array(4, 3), verbose=0).shape == (4, 2)


# -- models as data --------------------------------------------------------------------------------


def test_a_config_survives_json():
    model = ticket_model()
    again = keras.Model.from_config(json.loads(json.dumps(model.get_config())))
    again.set_weights(model.get_weights())
    for ours, theirs in zip(again(TICKETS), model(TICKETS), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert json.dumps(again.get_config()) == json.dumps(model.get_config())


class Doubling(layers.Layer):
    def call(self, x):
        return 2 * x


def test_layers_of_your_own_in_a_config():
    inputs = keras.Input((3,))
    inner = keras.Sequential([Doubling()])
    model = keras.Model(inputs, Doubling()(inner(inputs)))
    config = model.get_config()
    with pytest.raises(ValueError, match=r"Unknown class 'Doubling'.*custom_objects="):
        keras.Model.from_config(config)
    again = keras.Model.from_config(config, custom_objects={"Doubling": Doubling})
    np.testing.assert_array_equal(again(array(2, 3)), 4 * array(2, 3))


def test_an_unknown_class_gets_the_nearest_suggested():
    config = functional().get_config()
    config["layers"][1]["class_name"] = "Dens"
    with pytest.raises(ValueError, match="Did you mean 'Dense'"):
        keras.Model.from_config(config)


def test_an_unknown_class_that_is_like_none():
    config = {"layers": [{"class_name": "Qwrtz", "config": {}}]}
    with pytest.raises(ValueError, match="'Qwrtz'.*No known name is like it") as caught:
        keras.Sequential.from_config(config)
    assert "register_keras_serializable" in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_config_whose_calls_lead_nowhere():
    config = functional().get_config()
    config["layers"][1]["inbound_nodes"][0]["args"][0]["config"]["keras_history"][0] = "nobody"
    with pytest.raises(ValueError, match="need tensors that nothing makes"):
        keras.Model.from_config(config)


def test_frozen_layers_stay_frozen_in_a_config():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(1)])
    model.layers[0].trainable = False
    again = keras.Sequential.from_config(model.get_config())
    assert [layer.trainable for layer in again.layers] == [False, True]
    assert [w.trainable for w in again.weights] == [False, False, True, True]
    assert again.trainable


# -- errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: functional(name="m")(array(2, 4)),
         r"Input 0 with name 'data' of layer 'm' .* shape=\(None, 3\), found shape=\(2, 4\)"),
        (lambda: functional(name="m")(keras.Input((4,))), r"found shape=\(None, 4\)"),
        (lambda: functional(name="m")(array(3)), r"found shape=\(3,\)"),
        (lambda: functional(name="m")(array(1, 3), array(1, 3)), "in the place of `training`"),
        (lambda: ticket_model(name="m")(array(4, 6)),
         r"'m' expects 3 input\(s\), but it received 1.*\['title', 'text_body', 'tags'\]"),
        (lambda: ticket_model()({"title": array(4, 6)}),
         r'Missing data for input "text_body".*keys \[\'title\'\].*\[\'title\', \'text_body\''),
        (lambda: keras.Model(array(2, 3), keras.Input((3,))), "must be KerasTensors.*ndarray"),
        (lambda: keras.Model(keras.Input((3,), name="a"), keras.Input((3,), name="b")),
         "not connected.*name=b.*name=a"),
        (lambda: keras.Model([], []), "at least one input"),
        (lambda: functional().get_layer("dens"), r"No such layer: dens.*\['data', 'dense'\]"),
        (lambda: functional().get_layer(index=2), "index 2 but model only has 2 layers"),
        (lambda: functional().get_layer(), "either a layer name or a layer index"),
        (lambda: keras.Sequential([3]), r"Only instances of `keras.Layer`.*3 \(of type"),
        (lambda: keras.Sequential([layers.Dense(1), keras.Input((3,))]), "must come first"),
        (lambda: keras.Sequential().build((None, 3)), "has no layers"),
        (lambda: keras.Sequential([layers.Dense(1)]).build(), "does not know the shape"),
        (lambda: Subclass(name="s").count_params(), "'s', but the layer isn't built"),
    ],
)  # fmt: skip
def test_messages(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("attribute", ["inputs", "outputs", "input_shape", "output_shape"])
@pytest.mark.parametrize("model", [Subclass(name="m"), keras.Sequential(name="m")])
def test_what_only_a_graph_has(model, attribute):
    with pytest.raises(AttributeError, match=f"Model 'm' has no defined {attribute}"):
        getattr(model, attribute)


def test_a_model_without_a_call():
    class Nothing(keras.Model):
        pass

    with pytest.raises(NotImplementedError, match="Model Nothing does not have a `call"):
        Nothing()(array(1, 2))
    with pytest.raises(TypeError, match="takes inputs and outputs"):
        keras.Model(keras.Input((3,)))


class NeverCalledInit(keras.Model):
    def __init__(self):
        pass

    def call(self, x):
        return x


class SetsALayerFirst(keras.Model):
    def __init__(self):
        self.dense = layers.Dense(1)
        super().__init__()


def test_forgotten_super_init():
    with pytest.raises(RuntimeError, match=r"'NeverCalledInit', you forgot to call `super\(\)"):
        NeverCalledInit()(array(1, 2))
    with pytest.raises(RuntimeError, match=r"NeverCalledInit, you forgot to call `super\(\)"):
        NeverCalledInit().compile("sgd", "mse")
    with pytest.raises(RuntimeError, match=r"SetsALayerFirst, .*attribute 'dense' is set"):
        SetsALayerFirst()


def test_reserved_attributes():
    with pytest.raises(AttributeError, match=r"`Model.layers` attribute is reserved"):
        functional().layers = []
