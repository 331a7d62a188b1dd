"""Layers beside Keras': with the same weights, the same outputs and gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given
from hypothesis import strategies as st

import minitape as mt
from compat.layers import assert_close, described, results
from compat.layers import random_numbers as numbers
from minitape.keras import layers

SEEDS = st.integers(0, 2**32 - 1)


def assert_like_keras(ours, theirs, inputs, training=False):
    """Compares two layers: shapes, names and values of weights, outputs and gradients."""
    shape = mt.nest.map_structure(np.shape, inputs)
    spec = mt.nest.map_structure(lambda x: (None, *np.shape(x)[1:]), inputs)
    theirs.build(shape)
    ours.build(shape)
    assert described(ours.weights) == described(theirs.weights)
    rng = np.random.default_rng(0)
    ours.set_weights([rng.uniform(0.5, 1.5, w.shape).astype("float32") for w in ours.weights])
    theirs.set_weights(ours.get_weights())
    assert_close(
        results(mt, ours, inputs, training),
        results(tf, theirs, inputs, training),
    )
    assert_close(ours.get_weights(), theirs.get_weights())
    assert ours.compute_output_shape(shape) == tuple(theirs.compute_output_shape(shape))
    assert ours.compute_output_shape(spec) == tuple(theirs.compute_output_shape(spec))


def both(name, **settings):
    """A layer of minitape and one of Keras."""
    return (
        getattr(layers, name)(name="layer", **settings),
        getattr(keras.layers, name)(name="layer", **settings),
    )


# -- each layer ------------------------------------------------------------------------------------


@given(
    shape=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    units=st.integers(1, 4),
    activation=st.sampled_from([None, "relu", "softmax", "sigmoid", "tanh"]),
    use_bias=st.booleans(),
    seed=SEEDS,
)
def test_dense(shape, units, activation, use_bias, seed):
    assume(activation != "softmax" or units > 1)
    assert_like_keras(
        *both("Dense", units=units, activation=activation, use_bias=use_bias), numbers(seed, shape)
    )


PAIRS = st.one_of(st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 3)))


@st.composite
def convolutions(draw):
    dilated = draw(st.booleans())
    settings = {
        "filters": draw(st.integers(1, 3)),
        "kernel_size": draw(PAIRS),
        "strides": 1 if dilated else draw(PAIRS),
        "padding": draw(st.sampled_from(["valid", "same", "SAME"])),
        "dilation_rate": draw(PAIRS) if dilated else 1,
        "activation": draw(st.sampled_from([None, "relu"])),
        "use_bias": draw(st.booleans()),
    }
    shape = (
        draw(st.integers(1, 3)),
        draw(st.integers(7, 9)),
        draw(st.integers(7, 9)),
        draw(st.integers(1, 3)),
    )
    return settings, shape


@given(case=convolutions(), seed=SEEDS)
def test_conv2d(case, seed):
    settings, shape = case
    assert_like_keras(*both("Conv2D", **settings), numbers(seed, shape))


class GroupByGroup(keras.layers.Layer):
    """A grouped convolution as several of Keras' convolutions, each of its own channels.

    Keras itself runs a grouped one through XLA, which takes 0.2 s for each new shape, and after
    which TensorFlow 2.21 crashes in gradients of other convolutions on some processors.
    """

    def __init__(self, layer):
        super().__init__(name=layer.name)
        self.settings = {"strides": layer.strides, "padding": layer.padding.upper()}
        self.dilations = layer.dilation_rate
        self.groups = layer.groups
        self.kernel = self.add_weight(shape=layer.kernel.shape, name="kernel")
        self.bias = self.add_weight(shape=layer.bias.shape, name="bias")

    def call(self, inputs, training=None):
        parts = zip(
            tf.split(inputs, self.groups, axis=-1),
            tf.split(self.kernel, self.groups, axis=-1),
            strict=True,
        )
        made = [tf.nn.conv2d(x, w, dilations=self.dilations, **self.settings) for x, w in parts]
        return tf.concat(made, axis=-1) + self.bias


@given(
    case=convolutions(),
    groups=st.integers(2, 3),
    channels=st.integers(1, 2),
    filters=st.integers(1, 2),
    seed=SEEDS,
)
def test_grouped_conv2d(case, groups, channels, filters, seed):
    settings, shape = case
    settings |= {"filters": filters * groups, "activation": None, "use_bias": True}
    ours = layers.Conv2D(name="layer", groups=groups, **settings)
    inputs = numbers(seed, (*shape[:3], channels * groups))
    ours.build(inputs.shape)
    theirs = GroupByGroup(ours)
    theirs.set_weights(ours.get_weights())
    assert_close(
        results(mt, ours, inputs, training=False),
        results(tf, theirs, inputs, training=False),
    )
    theirs = keras.layers.Conv2D(groups=groups, **settings)
    assert ours.compute_output_shape(inputs.shape) == theirs.compute_output_shape(inputs.shape)


@pytest.mark.parametrize("name", ["MaxPooling2D", "AveragePooling2D"])
@given(
    pool_size=PAIRS,
    strides=st.one_of(st.none(), PAIRS),
    padding=st.sampled_from(["valid", "same"]),
    shape=st.tuples(*[st.integers(low, high) for low, high in ((1, 3), (3, 6), (3, 6), (1, 3))]),
    seed=SEEDS,
)
def test_pooling(name, pool_size, strides, padding, shape, seed):
    settings = {"pool_size": pool_size, "strides": strides, "padding": padding}
    assert_like_keras(*both(name, **settings), numbers(seed, shape))


@pytest.mark.parametrize("name", ["GlobalMaxPooling2D", "GlobalAveragePooling2D"])
@given(
    keepdims=st.booleans(),
    shape=st.tuples(*[st.integers(1, 4)] * 4),
    seed=SEEDS,
    ties=st.booleans(),
)
def test_global_pooling(name, keepdims, shape, seed, ties):
    x = numbers(seed, shape)
    assert_like_keras(*both(name, keepdims=keepdims), np.sign(x) if ties else x)


@given(
    shape=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    axis=st.integers(1, 3),
    from_the_end=st.booleans(),
    center=st.booleans(),
    scale=st.booleans(),
    momentum=st.sampled_from([0.99, 0.5, 0.0]),
    training=st.booleans(),
    seed=SEEDS,
)
def test_batch_normalization(shape, axis, from_the_end, center, scale, momentum, training, seed):
    assume(axis < len(shape))
    settings = {
        "axis": axis - len(shape) if from_the_end else axis,
        "center": center,
        "scale": scale,
        "momentum": momentum,
        "epsilon": 0.01,
    }
    assert_like_keras(*both("BatchNormalization", **settings), numbers(seed, shape), training)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("Activation", {"activation": "tanh"}),
        ("ReLU", {}),
        ("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.3}),
        ("LeakyReLU", {}),
        ("LeakyReLU", {"negative_slope": 0.1}),
        ("Softmax", {}),
        ("Softmax", {"axis": 1}),
        ("Flatten", {}),
        ("Dropout", {"rate": 0.4}),
        ("Dropout", {"rate": 0.0}),
    ],
)
@given(shape=st.tuples(*[st.integers(2, 4)] * 3), seed=SEEDS)
def test_layers_without_weights(name, settings, shape, seed):
    assert_like_keras(*both(name, **settings), numbers(seed, shape))


@given(
    shape=st.permutations([2, 3, 4]),
    batch=st.integers(1, 3),
    target=st.sampled_from([(24,), (-1,), (4, -1), (-1, 6), (2, 2, 6), (24, -1, 1)]),
    seed=SEEDS,
)
def test_reshape(shape, batch, target, seed):
    assert_like_keras(*both("Reshape", target_shape=target), numbers(seed, (batch, *shape)))


@given(
    lengths=st.lists(st.integers(1, 3), min_size=1, max_size=4),
    axis=st.sampled_from([1, 2, -1, -2]),
    seed=SEEDS,
)
def test_concatenate(lengths, axis, seed):
    arrays = []
    for i, n in enumerate(lengths):
        shape = [2, 3, 3]
        shape[axis] = n
        arrays.append(numbers(seed + i, shape))
    assert_like_keras(*both("Concatenate", axis=axis), arrays)


@given(
    shapes=st.lists(st.lists(st.booleans(), min_size=1, max_size=3), min_size=1, max_size=4),
    seed=SEEDS,
)
def test_add(shapes, seed):
    # The batch is as long as no other axis: Keras 3.15 takes (2, 1) for a bias of (2, 2).
    lengths, arrays = (2, 3, 4), []
    for i, full in enumerate(shapes):
        last = lengths[-len(full) :]
        shape = [n if is_full else 1 for n, is_full in zip(last, full, strict=True)]
        arrays.append(numbers(seed + i, (5, *shape)))
    assert_like_keras(*both("Add"), arrays)


@pytest.mark.parametrize("name", ["Concatenate", "Add"])
@pytest.mark.parametrize(
    "dtypes", [("int32", "int32"), ("int64", "int32"), ("int32", "float32"), ("uint8", "int64")]
)
def test_merging_of_several_dtypes(name, dtypes):
    arrays = [np.arange(6).reshape(2, 3).astype(dtype) for dtype in dtypes]
    ours, theirs = both(name)
    assert_close(ours(arrays), theirs(arrays))


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool", "float16", "float64"])
@pytest.mark.parametrize("name", ["Dense", "BatchNormalization", "Flatten"])
def test_inputs_of_other_dtypes(name, dtype):
    settings = {"units": 2, "kernel_initializer": "ones"} if name == "Dense" else {}
    x = np.arange(6).reshape(2, 3).astype(dtype)
    ours, theirs = both(name, **settings)
    assert_close(ours(x), theirs(x))


def test_images_of_integers_are_refused_by_both():
    images = np.ones((1, 4, 4, 1), "uint8")
    for layer in both("Conv2D", filters=1, kernel_size=3):
        with pytest.raises(ValueError, match="uint8"):
            layer(images)


@pytest.mark.parametrize("rate", [0.3, 0.9, 1.0])
@pytest.mark.parametrize("noise_shape", [None, (4, 1), (None, 1)])
def test_dropout_masks(rate, noise_shape):
    x = np.ones((4, 50), "float32")
    ours, theirs = both("Dropout", rate=rate, noise_shape=noise_shape, seed=7)
    for _ in range(3):
        assert_close(ours(x, training=True), theirs(x, training=True))
        assert_close(ours(x), theirs(x))


# -- random numbers --------------------------------------------------------------------------------


def test_initial_weights_and_masks_after_set_random_seed():
    found = []
    for library in (mt.keras, keras):
        library.utils.set_random_seed(3)
        model = library.Sequential(
            [
                library.layers.Conv2D(4, 3),
                library.layers.Flatten(),
                library.layers.Dropout(0.5),
                library.layers.Dense(3),
            ]
        )
        x = np.ones((2, 5, 5, 1), "float32")
        model(x)
        found.append([model.get_weights(), model(x, training=True), model(x, training=True)])
    assert_close(*found, tolerance=1e-4)


def test_a_layer_laid_out_has_drawn_no_random_numbers():
    found = []
    for library in (mt.keras, keras):

        class Noise(library.layers.Layer):
            def __init__(self, library):
                super().__init__()
                self.library = library
                self.seed_generator = library.random.SeedGenerator(1)

            def call(self, x):
                draw = self.library.random.normal
                return x + draw(x.shape, seed=self.seed_generator) + draw(x.shape, seed=None)

        library.utils.set_random_seed(5)
        inputs = library.Input(batch_shape=(2, 3))
        model = library.Model(inputs, Noise(library)(inputs))
        found.append(model(np.zeros((2, 3), "float32")))
    assert_close(*found)


# -- losses, training, names -----------------------------------------------------------------------


@given(batch=st.integers(1, 4), seed=SEEDS)
def test_losses(batch, seed):
    settings = {
        "units": 2,
        "kernel_regularizer": "l2",
        "bias_regularizer": "l1",
        "activity_regularizer": "l2",
        "bias_initializer": "ones",
    }
    x = numbers(seed, (batch, 3))
    ours, theirs = both("Dense", **settings)
    for layer in (ours, theirs):
        layer(x)
    theirs.set_weights(ours.get_weights())
    for layer in (ours, theirs):
        layer(x)
    assert_close(ours.losses, theirs.losses)
    ours.trainable = theirs.trainable = False
    assert_close(ours.losses, theirs.losses)


def test_losses_that_layers_add():
    found = []
    for library, reduce_sum in ((mt.keras, mt.reduce_sum), (keras, tf.reduce_sum)):

        class Adding(library.layers.Layer):
            def call(self, x):
                self.add_loss(reduce_sum(x))  # noqa: B023
                return x * 2

        inputs = library.Input((3,))
        adding = Adding()
        hidden = library.layers.Dense(2, "relu", kernel_initializer="ones", kernel_regularizer="l2")
        model = library.Model(inputs, hidden(adding(adding(inputs))))
        found.append([list(model.losses)])
        for _ in range(2):  # each call begins anew
            model(np.ones((2, 3), "float32"))
            found[-1].append(list(model.losses))
    assert_close(*found)


def training_seen(library, outer_default, inner_default, explicit):
    """What two layers are told of training, one of which calls the other."""
    seen = []

    class Inner(library.layers.Layer):
        def call(self, x, training=inner_default):
            seen.append(bool(training))
            return x

    class Plain(library.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = Inner()

        def call(self, x):
            return self.inner(x, **explicit)

    class Taking(Plain):
        def call(self, x, training=outer_default):
            seen.append(bool(training))
            return self.inner(x, **explicit)

    layer = Plain() if outer_default == "no such argument" else Taking()
    x = np.ones((1, 2), "float32")
    layer(x)
    seen.clear()
    for settings in ({}, {"training": True}, {"training": False}):
        layer(x, **settings)
    return seen


@pytest.mark.parametrize("outer_default", ["no such argument", None, True, False])
@pytest.mark.parametrize("inner_default", [None, True, False])
@pytest.mark.parametrize("explicit", [{}, {"training": True}, {"training": False}])
def test_who_learns_of_training(outer_default, inner_default, explicit):
    arguments = (outer_default, inner_default, explicit)
    assert training_seen(mt.keras, *arguments) == training_seen(keras, *arguments)


def automatic_names(library):
    library.backend.clear_session(free_memory=False)
    new = library.layers
    inputs = library.Input((4, 4, 2))
    made = [
        new.Dense(1), new.Dense(1), new.Conv2D(1, 1), new.ReLU(), new.LeakyReLU(), new.MaxPool2D(),
        new.GlobalAveragePooling2D(), new.BatchNormalization(), new.Add(), new.Dense(1, name="own"),
        new.Dense(1), new.InputLayer((1,)), library.Sequential(), library.Sequential(),
    ]  # fmt: skip

    class MyHTTPLayer2D(library.layers.Layer):
        pass

    class CustomModel(library.Model):
        pass

    class OtherModel(library.Model):
        pass

    outputs = made[2](inputs)
    made += [
        MyHTTPLayer2D(), library.Model(inputs, outputs), CustomModel(inputs, outputs),
        OtherModel(), OtherModel(), library.Sequential([library.Input((2,)), new.Dense(1)]),
        library.Model(inputs, outputs),
    ]  # fmt: skip
    library.backend.clear_session(free_memory=False)
    return [layer.name for layer in [*made, new.Dense(1)]]


def test_automatic_names():
    assert automatic_names(mt.keras) == automatic_names(keras)


def held_layer(library):
    """A layer that holds others in every way there is."""
    dense = library.layers.Dense

    class Holder(library.layers.Layer):
        def __init__(self):
            super().__init__(name="holder")
            self.blocks, self.named = [], {}
            self.frozen = self.add_weight(shape=(1,), name="frozen", trainable=False)
            self.head = dense(1, name="head")
            self.free = self.add_weight(shape=(2,), name="free")
            self.blocks.append(dense(1, name="first"))
            self.named["z"] = dense(1, name="z")
            self.named.update({"a": dense(1, name="a")})
            self.deep = [[], (dense(1, name="in_a_tuple"),)]
            self.deep[0].append(dense(1, name="deep"))
            self.blocks += [dense(1, name="second")]
            self.blocks.extend(dense(1, name=name) for name in ("third", "fourth"))
            self.blocks.pop(0)
            self.same = self.head
            self.one_of_a_set = {dense(1, name="in_a_set")}
            self.normal = library.layers.BatchNormalization(name="normal")
            self.drop = library.layers.Dropout(0.5, name="drop")

        def call(self, x):
            for layer in [*self.deep[0], self.head, *self.blocks, *self.named.values()]:
                x = layer(x)
            x = self.normal(self.deep[1][0](x))
            return self.drop(next(iter(self.one_of_a_set))(x))

    layer = Holder()
    layer(np.ones((1, 1), "float32"))
    return layer


def test_order_and_paths_of_the_weights_that_a_layer_holds():
    ours, theirs = held_layer(mt.keras), held_layer(keras)
    for kind in ("weights", "trainable_weights", "non_trainable_weights"):
        our, their = getattr(ours, kind), getattr(theirs, kind)
        assert [w.path for w in our] == [w.path for w in their]
    assert len(ours.variables) == len(theirs.variables)
    assert ours.count_params() == theirs.count_params()
    ours.trainable = theirs.trainable = False
    assert [w.path for w in ours.non_trainable_weights] == [
        w.path for w in theirs.non_trainable_weights
    ]
    assert ours.trainable_weights == theirs.trainable_weights == []
    ours.trainable = theirs.trainable = True
    ours.head.trainable = theirs.head.trainable = False
    assert [w.path for w in ours.trainable_weights] == [w.path for w in theirs.trainable_weights]


def shapes_given(library, build_names, as_keywords):
    """What `build` is told by a call with two inputs."""
    given = []

    class Two(library.layers.Layer):
        def call(self, query, value, scale=1.0, training=None):
            return query + value

    if build_names == 2:

        def build(self, query_shape, value_shape):
            given.append((tuple(query_shape), tuple(value_shape)))

    else:

        def build(self, input_shape):
            given.append(tuple(input_shape))

    Two.build = build
    x = np.ones((2, 3), "float32")
    if as_keywords:
        Two()(value=x, query=x[:1], training=True, scale=2.0)
    else:
        Two()(x[:1], x)
    return given


@pytest.mark.parametrize("as_keywords", [True, False])
@pytest.mark.parametrize("build_names", [1, 2])
def test_shapes_that_build_is_given(build_names, as_keywords):
    arguments = (build_names, as_keywords)
    assert shapes_given(mt.keras, *arguments) == shapes_given(keras, *arguments)


def symbolic_errors(library):
    x = library.Input((3, 4))
    found = []
    for use in (len, list, bool, float, int, np.exp, np.asarray):
        with pytest.raises(Exception) as error:  # noqa: PT011 - the type is what is compared
            use(x)
        found.append((use.__name__, error.type))
    return found


def test_what_a_symbolic_tensor_refuses():
    assert symbolic_errors(mt.keras) == symbolic_errors(keras)


@pytest.mark.parametrize(
    "make",
    [
        lambda new: new.Dense(0),
        lambda new: new.Dense(2.5),
        lambda new: new.Dense(2, foo=1),
        lambda new: new.Dense(2, name="a/b"),
        lambda new: new.Dense(2, name=3),
        lambda new: new.Dense(2, activation="rellu"),
        lambda new: new.Dropout(1.5),
        lambda new: new.Dropout(-0.1),
        lambda new: new.Conv2D(0, 3),
        lambda new: new.Conv2D(3, 3, groups=2),
        lambda new: new.Conv2D(1, 3, padding="causal"),
        lambda new: new.Conv2D(1, 3, strides=2, dilation_rate=2),
        lambda new: new.Conv2D(1, (3, 0)),
        lambda new: new.LeakyReLU(negative_slope=-1.0),
        lambda new: new.ReLU(max_value=-1.0),
        lambda new: new.Reshape((-1, -1)),
        lambda new: new.AveragePooling2D(),
        lambda new: new.Dense(2).add_weight("name", (3,)),
        lambda new: new.Dense(2).count_params(),
        lambda new: new.Dense(2).set_weights([np.ones(3)]),
        lambda new: new.Dense(2).kernel,
        lambda new: new.Dense(2).output,
        lambda new: new.Dense(2)(np.ones(3, "float32")),
        lambda new: new.Dense(2)([[1.0, 2.0]]),
        lambda new: new.Dense(2)(input),
        lambda new: new.Dense(2)(None),
        lambda new: new.Dense(2)([np.ones((1, 1))] * 2),
        lambda new: new.Dropout(0.5)(np.ones((2, 2)), True),
        lambda new: new.Dropout(0.5)(np.ones((2, 2), "int32"), training=True),
        lambda new: new.Conv2D(1, 3)(np.ones((2, 2), "float32")),
        lambda new: new.Conv2D(1, 3)(np.ones((2, 2, 2, 2), "float32")),
        lambda new: new.Conv2D(2, 1, groups=2)(np.ones((2, 2, 2, 3), "float32")),
        lambda new: new.Reshape((5,))(np.ones((2, 3), "float32")),
        lambda new: new.Add()(np.ones((2, 3))),
        lambda new: new.Add()([np.ones((2, 3)), np.ones((2, 4))]),
        lambda new: new.Concatenate()(np.ones((2, 3))),
        lambda new: new.Concatenate()([np.ones((2, 3)), np.ones((3, 3))]),
        lambda new: new.Concatenate()([np.ones((2, 3)), np.ones((2, 3, 1))]),
        lambda new: new.Layer()(np.ones((2, 3))),
        lambda new: new.InputLayer(),
    ],
)  # fmt: skip
def test_both_raise_the_same_type_of_error(make):
    types = []
    for new in (layers, keras.layers):
        with pytest.raises(Exception) as error:  # noqa: PT011 - the type is what is compared
            make(new)
        types.append(error.type)
    assert types[0] is types[1]
