"""Models beside Keras': their layers, names, weights, outputs, gradients and configs."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import minitape as mt

from .test_layers import assert_close, described

LIBRARIES = (mt.keras, keras)


def both_from(make):
    """What `make` gives for minitape's keras and for Keras, names starting anew for each."""
    made = []
    for library in LIBRARIES:
        library.backend.clear_session(free_memory=False)
        made.append(make(library))
    return made


def array(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def assert_models_alike(make, inputs, training=False):
    """Compares two models: layers, weights, and, after copying those, outputs and gradients."""
    ours, theirs = both_from(make)
    for model in (ours, theirs):
        model(inputs)
    assert ours.name == theirs.name
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
    assert described(ours.weights) == described(theirs.weights)
    assert ours.count_params() == theirs.count_params()
    ours.set_weights([array(*w.shape, seed=i) for i, w in enumerate(ours.weights)])
    theirs.set_weights(ours.get_weights())
    assert_close(
        gradients(mt, mt.GradientTape, ours, inputs, training),
        gradients(tf, tf.GradientTape, theirs, inputs, training),
    )
    assert_close(ours.get_weights(), theirs.get_weights())
    return ours, theirs


def gradients(library, tape_of, model, inputs, training):
    inputs = library.nest.map_structure(library.constant, inputs)
    with tape_of() as tape:
        outputs = model(inputs, training=training)
        loss = sum(library.reduce_sum(y * y) for y in library.nest.flatten(outputs))
    return outputs, tape.gradient(loss, model.trainable_weights, unconnected_gradients="zero")


# -- the forms of models ---------------------------------------------------------------------------


def ticket_model(keras):
    """The users' model with three inputs and two outputs."""
    title = keras.Input(shape=(6,), name="title")
    text_body = keras.Input(shape=(6,), name="text_body")
    tags = keras.Input(shape=(3,), name="tags")
    features = keras.layers.Concatenate()([title, text_body, tags])
    features = keras.layers.Dense(5, activation="relu")(features)
    priority = keras.layers.Dense(1, activation="sigmoid", name="priority")(features)
    department = keras.layers.Dense(4, activation="softmax", name="department")(features)
    return keras.Model(inputs=[title, text_body, tags], outputs=[priority, department])


TICKETS = {"title": array(4, 6), "text_body": array(4, 6, seed=1), "tags": array(4, 3, seed=2)}


def sequential(keras):
    new = keras.layers
    return keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            new.Conv2D(3, 3, activation="relu"),
            new.BatchNormalization(),
            new.MaxPooling2D(),
            new.Flatten(),
            new.Dense(2),
        ]
    )


def delayed_sequential(keras):
    model = keras.Sequential(name="delayed")
    model.add(keras.layers.Dense(3, activation="relu"))
    model.add(keras.layers.Dense(2))
    return model


def residual(keras):
    new = keras.layers
    inputs = keras.Input((4,))
    x = new.Dense(4, "relu")(inputs)
    y = new.Add()([inputs, x])
    y = new.Add()([new.Dense(4)(y), x])
    return keras.Model(inputs, {"far": new.Dense(2, name="out")(y), "near": x})


def shared(keras):
    new = keras.layers
    twice = new.Dense(4, "tanh")
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    return keras.Model([a, b], new.Concatenate()([twice(a), twice(twice(b))]))


def nested(keras):
    """A functional model in a subclass in a Sequential in a functional model."""
    new = keras.layers
    x = keras.Input((3,))
    functional = keras.Model(x, new.Dense(4, "relu")(x))

    class Subclass(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = functional
            self.normal = new.BatchNormalization()
            self.blocks = [new.Dense(3) for _ in range(2)]

        def call(self, x, training=None):
            x = self.normal(self.inner(x), training=training)
            for block in self.blocks:
                x = block(x)
            return x

    inputs = keras.Input((3,))
    stack = keras.Sequential([Subclass(), new.Dropout(0.0), new.Dense(2)])
    return keras.Model(inputs, new.Dense(1)(stack(inputs)))


def subclass(keras):
    new = keras.layers

    class CustomerTicketModel(keras.Model):
        def __init__(self, num_departments):
            super().__init__()
            self.concat_layer = new.Concatenate()
            self.mixing_layer = new.Dense(5, activation="relu")
            self.priority_scorer = new.Dense(1, activation="sigmoid")
            self.department_classifier = new.Dense(num_departments, activation="softmax")

        def call(self, inputs):
            features = self.concat_layer([inputs["title"], inputs["text_body"], inputs["tags"]])
            features = self.mixing_layer(features)
            return self.priority_scorer(features), self.department_classifier(features)

    return CustomerTicketModel(num_departments=4)


def functional_subclass(keras):
    class CustomModel(keras.Model):
        pass

    inputs = keras.Input((3,))
    x = keras.layers.Dense(4, activation="relu")(inputs)
    x = keras.layers.Dropout(0.5)(x)
    return CustomModel(inputs, keras.layers.Dense(2, activation="softmax")(x))


def with_ops(keras):
    inputs = keras.Input((3, 4))
    x = inputs[:, 0] * 2 + 1
    x = keras.layers.Dense(4)(x)
    return keras.Model(inputs, keras.layers.Add()([x, -inputs[:, 1]]))


def dict_inputs(keras):
    a, b = keras.Input((2,), name="a"), keras.Input((3,), name="b")
    return keras.Model({"a": a, "b": b}, keras.layers.Dense(2)(keras.layers.Concatenate()([b, a])))


def begins_in_the_middle(keras):
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4)(inputs)
    hidden_again = keras.layers.Dense(4, "relu")(hidden)
    keras.Model(inputs, hidden_again)
    return hidden, keras.layers.Dense(2)(hidden_again)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    ("make", "inputs"),
    [
        (ticket_model, list(TICKETS.values())),
        (ticket_model, TICKETS),
        (subclass, TICKETS),
        (sequential, array(3, 6, 6, 2)),
        (delayed_sequential, array(3, 5)),
        (residual, array(3, 4)),
        (shared, [array(3, 4), array(3, 4, seed=1)]),
        (nested, array(3, 3)),
        (with_ops, array(2, 3, 4)),
        (dict_inputs, {"b": array(2, 3), "a": array(2, 2)}),
    ],
)
def test_models(make, inputs, training):
    assert_models_alike(make, inputs, training)


def test_functional_subclass():
    assert_models_alike(functional_subclass, array(4, 3))


def test_integers_in_a_dict():
    integers = {name: (10 * x).astype("int64") for name, x in TICKETS.items()}
    assert_models_alike(subclass, integers)


def test_a_model_that_begins_in_the_middle_of_another():
    ours, theirs = both_from(lambda keras: keras.Model(*begins_in_the_middle(keras)))
    assert described(ours.weights) == described(theirs.weights)
    assert [type(layer).__name__ for layer in ours.layers] == [
        type(layer).__name__ for layer in theirs.layers
    ]
    theirs.set_weights(ours.get_weights())
    assert_close(ours(array(2, 4)), theirs(array(2, 4)))


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        (lambda x: x, lambda y, z: y),
        (lambda x: [x], lambda y, z: [y]),
        (lambda x: {"input": x}, lambda y, z: {"y": y}),
        (lambda x: x, lambda y, z: (y, z)),
        (lambda x: [x], lambda y, z: {"z": z, "a": [y, y]}),
    ],
)
def test_structures_of_outputs(inputs, outputs):
    def make(keras):
        x = keras.Input((3,), name="input")
        ones = {"kernel_initializer": "ones"}
        y, z = keras.layers.Dense(2, **ones)(x), keras.layers.Dense(1, **ones)(x)
        return keras.Model(inputs(x), outputs(y, z))

    data = inputs(array(2, 3))
    ours, theirs = (model(data) for model in both_from(make))
    tf.nest.assert_same_structure(
        tf.nest.map_structure(np.asarray, ours), tf.nest.map_structure(np.asarray, theirs)
    )
    assert_close(ours, theirs)


def test_rank_of_the_data_is_adjusted():
    def make(keras):
        x, column = keras.Input((3,)), keras.Input((1,))
        dense = keras.layers.Dense(1, kernel_initializer="ones")
        return keras.Model([x, column], keras.layers.Add()([dense(x), column]))

    data = [array(2, 3, 1), array(2)]
    ours, theirs = (model(data) for model in both_from(make))
    assert_close(ours, theirs)


# -- order of layers -------------------------------------------------------------------------------


@st.composite
def graphs(draw):
    """Layers of a graph: each names the earlier tensors that it takes; some are shared."""
    inputs = draw(st.integers(1, 3))
    steps = []
    for count in range(inputs, inputs + draw(st.integers(1, 7))):
        kind = draw(st.sampled_from(["new", "shared", "add", "concatenate"]))
        few = 1 if kind in ("new", "shared") else draw(st.integers(2, 3))
        takes = draw(st.lists(st.integers(0, count - 1), min_size=few, max_size=few))
        steps.append((kind, takes))
    count = inputs + len(steps)
    outputs = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=3, unique=True))
    return inputs, steps, sorted({*outputs, count - 1}, key=outputs.count)


def graph_model(keras, graph):
    inputs, steps, outputs = graph
    tensors = [keras.Input((2,), name=f"input_{i}") for i in range(inputs)]
    one = keras.layers.Dense(2, name="shared")
    for i, (kind, takes) in enumerate(steps):
        given = [tensors[j] for j in takes]
        if kind == "add":
            tensors.append(keras.layers.Add(name=f"add_{i}")(given))
        elif kind == "concatenate":
            joined = keras.layers.Concatenate(name=f"join_{i}")(given)
            tensors.append(keras.layers.Dense(2, name=f"after_{i}")(joined))
        else:
            layer = one if kind == "shared" else keras.layers.Dense(2, name=f"dense_{i}")
            tensors.append(layer(given[0]))
    used, left = set(), list(outputs)
    while left:
        i = left.pop()
        used.add(i)
        left += [j for j in steps[i - inputs][1] if j not in used] if i >= inputs else []
    return keras.Model(
        [tensors[i] for i in range(inputs) if i in used], [tensors[i] for i in outputs]
    )


@given(graph=graphs())
def test_layers_of_any_graph_stand_in_keras_order(graph):
    ours, theirs = (graph_model(library, graph) for library in LIBRARIES)
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
    assert described(ours.weights) == described(theirs.weights)
    data = [array(3, 2, seed=i) for i in range(len(ours.inputs))]
    theirs.set_weights(ours.get_weights())
    assert_close(ours(data), theirs(data), tolerance=1e-4)
    again = keras.Model.from_config(ours.get_config())
    assert [layer.name for layer in again.layers] == [layer.name for layer in ours.layers]
    again.set_weights(ours.get_weights())
    assert_close(ours(data), again(data), tolerance=1e-4)


def test_feature_extraction():
    def make(library):
        model = ticket_model(library)
        assert [layer.name for layer in model.layers] == [
            "title", "text_body", "tags", "concatenate", "dense", "priority", "department",
        ]  # fmt: skip
        features = model.layers[4].output
        difficulty = library.layers.Dense(3, activation="softmax", name="difficulty")(features)
        assert [tuple(x.shape) for x in model.layers[3].input] == [(None, 6), (None, 6), (None, 3)]
        assert tuple(model.layers[3].output.shape) == (None, 15)
        return library.Model(model.inputs, [*model.outputs, difficulty])

    ours, theirs = assert_models_alike(make, list(TICKETS.values()))
    assert ours.output_names == theirs.output_names


def test_each_layer_of_a_sequential_model_gives_features():
    def make(library):
        model = sequential(library)
        return library.Model(model.inputs[0], [layer.output for layer in model.layers])

    assert_models_alike(make, array(2, 6, 6, 2))


# -- configs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "inputs"),
    [
        (ticket_model, list(TICKETS.values())),
        (sequential, array(3, 6, 6, 2)),
        (delayed_sequential, array(3, 5)),
        (residual, array(3, 4)),
        (shared, [array(3, 4), array(3, 4, seed=1)]),
        (dict_inputs, {"b": array(2, 3), "a": array(2, 2)}),
        (
            lambda keras: keras.Sequential([sequential(keras), residual(keras)][:1]),
            array(3, 6, 6, 2),
        ),
    ],
)
def test_configs_are_understood_by_both(make, inputs):
    ours, theirs = both_from(make)
    for model in (ours, theirs):
        model(inputs)
    again = type(theirs).from_config(ours.get_config())
    back = type(ours).from_config(theirs.get_config())
    for model in (theirs, again, back):
        model(inputs)
        assert model.name == ours.name
        assert [layer.name for layer in model.layers] == [layer.name for layer in ours.layers]
        model.set_weights(ours.get_weights())
        assert_close(ours(inputs), model(inputs))


def test_config_of_models_in_models():
    def make(keras):
        x = keras.Input((3,))
        inner = keras.Model(x, keras.layers.Dense(4, "relu", name="in")(x), name="inner")
        inner.layers[1].trainable = False
        stack = keras.Sequential([keras.layers.Dense(3)], name="stack")
        inputs = keras.Input((3,))
        return keras.Model(inputs, stack(inner(inputs), training=False), name="outer")

    ours, theirs = both_from(make)
    again = keras.Model.from_config(ours.get_config())
    back = mt.keras.Model.from_config(theirs.get_config())
    for model in (theirs, again, back):
        assert [w.trainable for w in model.weights] == [w.trainable for w in ours.weights]
        model.set_weights(ours.get_weights())
        assert_close(ours(array(2, 3)), model(array(2, 3)))


# -- training --------------------------------------------------------------------------------------


def test_batch_normalization_within_models():
    ours, theirs = assert_models_alike(nested, array(5, 3), training=True)
    for _ in range(3):
        for model in (ours, theirs):
            model(array(5, 3), training=True)
    assert_close(ours.get_weights(), theirs.get_weights())
    assert_close(ours(array(5, 3)), theirs(array(5, 3)))


def test_freezing():
    def make(keras):
        model = sequential(keras)
        model.layers[0].trainable = False
        inputs = keras.Input((6, 6, 2))
        return keras.Model(inputs, keras.layers.Dense(2)(model(inputs)))

    ours, theirs = assert_models_alike(make, array(3, 6, 6, 2), training=True)
    for change in (
        lambda model: setattr(model, "trainable", False),
        lambda model: setattr(model.layers[1].layers[1], "trainable", True),
        lambda model: setattr(model, "trainable", True),
        lambda model: setattr(model.layers[1], "trainable", False),
    ):
        for model in (ours, theirs):
            change(model)
        for kind in ("weights", "trainable_weights", "non_trainable_weights"):
            assert described(getattr(ours, kind)) == described(getattr(theirs, kind))
        assert_close(
            gradients(mt, mt.GradientTape, ours, array(3, 6, 6, 2), True),
            gradients(tf, tf.GradientTape, theirs, array(3, 6, 6, 2), True),
        )


def test_a_tape_still_records_a_weight_that_was_frozen():
    found = []
    for library, tape_of in ((mt, mt.GradientTape), (tf, tf.GradientTape)):
        layer = library.keras.layers.Dense(1, kernel_initializer="ones")
        x = library.constant(array(2, 3))
        layer(x)
        layer.trainable = False
        with tape_of() as tape:
            y = layer(x)
        found.append(tape.gradient(y, layer.weights))
    assert_close(*found)


def test_losses_of_nested_models():
    found = []
    for library, reduce_sum in zip(LIBRARIES, (mt.reduce_sum, tf.reduce_sum), strict=True):

        class Adding(library.layers.Layer):
            def call(self, x):
                self.add_loss(reduce_sum(x))  # noqa: B023
                return x

        def dense(**settings):
            return library.layers.Dense(2, kernel_initializer="ones", **settings)  # noqa: B023

        inner = library.Sequential([Adding(), dense(kernel_regularizer="l2")])
        inputs = library.Input((2,))
        outputs = dense(activity_regularizer="l1")(inner(Adding()(inputs)))
        model = library.Model(inputs, outputs)
        for batch in (2, 3):
            model(np.ones((batch, 2), "float32"))
        found.append([model.losses, inner.losses])
    assert_close(*found)


# -- errors ----------------------------------------------------------------------------------------


def functional(keras):
    inputs = keras.Input((3,))
    return keras.Model(inputs, keras.layers.Dense(2)(inputs))


def missing_call(keras):
    class Nothing(keras.Model):
        pass

    return Nothing()(array(2, 3))


def no_super_init(keras):
    class Forgetful(keras.Model):
        def __init__(self):
            pass

        def call(self, x):
            return x

    return Forgetful()(array(2, 3))


@pytest.mark.parametrize(
    "make",
    [
        missing_call,
        no_super_init,
        lambda keras: keras.Model(keras.Input((3,))),
        lambda keras: keras.Model(keras.Input((3,)), keras.Input((3,)), "name"),
        lambda keras: keras.Model([], []),
        lambda keras: keras.Model(array(2, 3), keras.Input((3,))),
        lambda keras: keras.Model(keras.Input((3,)), keras.layers.Dense(1)(keras.Input((3,)))),
        lambda keras: functional(keras)(array(2, 4)),
        lambda keras: functional(keras)(array(3)),
        lambda keras: functional(keras)([array(2, 3)] * 2),
        lambda keras: ticket_model(keras)({"title": TICKETS["title"]}),
        lambda keras: ticket_model(keras)(list(TICKETS.values())[:2]),
        lambda keras: ticket_model(keras)(list(TICKETS.values())[::-1]),
        lambda keras: functional(keras).get_layer("nobody"),
        lambda keras: functional(keras).get_layer(index=2),
        lambda keras: functional(keras).get_layer(),
        lambda keras: setattr(functional(keras), "layers", []),
        lambda keras: keras.Sequential([3]),
        lambda keras: keras.Sequential(keras.layers.Dense(1)),
        lambda keras: keras.Sequential([lambda x: x]),
        lambda keras: keras.Sequential([keras.Input((2,)), keras.Input((2,))]),
        lambda keras: keras.Sequential(
            [keras.layers.Dense(1, name="a")] * 1 + [keras.layers.ReLU(name="a")]
        ),
        lambda keras: keras.Sequential().build((None, 3)),
        lambda keras: keras.Sequential()(array(2, 3)),
        lambda keras: keras.Sequential([keras.layers.Dense(1)]).count_params(),
        lambda keras: keras.Sequential([keras.layers.Dense(1)]).output,
        lambda keras: keras.Sequential([keras.layers.Dense(1)]).inputs,
        lambda keras: keras.Sequential([keras.layers.Dense(1)]).input_shape,
        lambda keras: delayed_sequential(keras).count_params(),
        lambda keras: subclass(keras).count_params(),
        lambda keras: subclass(keras).outputs,
        lambda keras: subclass(keras).output,
    ],
)
def test_both_raise_the_same_type_of_error(make):
    types = []
    for library in LIBRARIES:
        with pytest.raises(Exception) as error:  # noqa: PT011 - the type is what is compared
            make(library)
        types.append(error.type)
    assert types[0] is types[1]


def test_sequential_model_built_in_every_way():
    def ways(keras):
        dense = keras.layers.Dense
        from_input = keras.Sequential([keras.Input((3,)), dense(2)])
        built = keras.Sequential([dense(2)])
        built.build((None, 3))
        called = keras.Sequential([dense(2)])
        called(array(2, 3))
        called(array(5, 3))
        symbolic = keras.Sequential([dense(2)])
        symbolic(keras.Input((3,)))
        with pytest.warns(UserWarning, match="input_shape"):
            first = dense(2, input_shape=(3,))
        with pytest.warns(UserWarning, match="input_shape"):
            second = dense(2, input_dim=3)
        with_model = keras.Sequential([keras.Sequential([keras.Input((3,)), dense(2)]), dense(1)])
        popped = keras.Sequential([keras.Input((3,)), dense(2), dense(1)])
        popped.pop()
        twice = dense(3)
        return [
            from_input, built, called, symbolic, keras.Sequential([first]),
            keras.Sequential([second]), with_model, popped,
            keras.Sequential([keras.Input((3,)), twice, twice]),
        ]  # fmt: skip

    ours, theirs = both_from(ways)
    for our, their in zip(ours, theirs, strict=True):
        assert our.built == their.built
        assert described(our.weights) == described(their.weights)
        assert [layer.name for layer in our.layers] == [layer.name for layer in their.layers]
        assert our.compute_output_shape((None, 3)) == their.compute_output_shape((None, 3))


def test_sequential_model_of_several_inputs():
    data = [array(2, 3), array(2, 4)]
    found = []
    for library in LIBRARIES:
        library.utils.set_random_seed(1)
        model = library.Sequential([library.layers.Concatenate(), library.layers.Dense(2)])
        found.append([model(data), model(data)])
    assert_close(*found)


# -- models made of parts of others ----------------------------------------------------------------


def feature_extractor(keras):
    """All outputs of layers, those of a shared one among them, and of a model inside."""
    layers = keras.layers
    x = keras.Input((3,), name="x")
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4, "tanh"), layers.Dense(4)])
    dense = layers.Dense(4)
    y = dense(inner(layers.Dense(4)(x)))
    y = dense(y) + y
    model = keras.Model(x, layers.Dense(1, name="last")(y))
    outputs = [layer.output for layer in model.layers if layer is not inner]
    assert model.get_layer("last").input is model.layers[-1].input
    return keras.Model(x, {"all": outputs, "inside": inner(model.layers[1].output)})


def beginning_in_the_middle(keras):
    """The later layers of a model as a model of their own, called on something else."""
    layers = keras.layers
    x = keras.Input((3,))
    y = layers.Dense(4, "tanh")(x)
    z = layers.Dense(2)(y)
    rest = keras.Model(y, z, name="rest")
    a = keras.Input((4,), name="a")
    return keras.Model([a, x], [rest(a), z])


@pytest.mark.parametrize(
    ("make", "inputs"),
    [
        (feature_extractor, array(2, 3)),
        (beginning_in_the_middle, [array(2, 4), array(2, 3)]),
    ],
    ids=["feature_extractor", "beginning_in_the_middle"],
)
def test_models_of_parts_of_others(make, inputs):
    assert_models_alike(make, inputs)


def test_compute_output_shape():
    shapes = {"a": (5, 4), "x": (5, 3)}
    for make, shape in ((beginning_in_the_middle, list(shapes.values())), (functional, (7, 3))):
        ours, theirs = both_from(make)
        our, their = ours.compute_output_shape(shape), theirs.compute_output_shape(shape)
        assert our == their
