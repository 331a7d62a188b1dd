"""What the table of layers doesn't hold, beside Keras': dtypes, groups, adapt, errors, models."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from compat.layers import assert_close, described, doubled, random_numbers, results
from minitape.keras import layers

LIBRARIES = (mt.keras, keras)


def both(name, **settings):
    return (
        getattr(layers, name)(name="layer", **settings),
        getattr(keras.layers, name)(name="layer", **settings),
    )


# -- dtypes ----------------------------------------------------------------------------------------

IMAGES = (2, 4, 6, 4)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
@pytest.mark.parametrize(
    ("name", "settings", "shape"),
    [
        ("Conv1D", {"filters": 2, "kernel_size": 2, "padding": "causal"}, (2, 5, 3)),
        ("Conv2DTranspose", {"filters": 2, "kernel_size": 2, "strides": 2}, IMAGES),
        ("SeparableConv2D", {"filters": 2, "kernel_size": 2}, IMAGES),
        ("MaxPooling1D", {}, (2, 5, 3)),
        ("AveragePooling2D", {"pool_size": 2}, IMAGES),
        ("GlobalAveragePooling1D", {}, (2, 5, 3)),
        ("ZeroPadding2D", {}, IMAGES),
        ("UpSampling2D", {"size": 2}, IMAGES),
        ("LayerNormalization", {}, IMAGES),
        ("GroupNormalization", {"groups": 2}, IMAGES),
        ("RMSNormalization", {}, IMAGES),
        ("UnitNormalization", {}, IMAGES),
        ("BatchNormalization", {}, IMAGES),
        ("PReLU", {"alpha_initializer": "ones"}, IMAGES),
        ("Softmax", {"axis": (1, 2)}, IMAGES),
        ("Rescaling", {"scale": 0.5, "offset": 1}, IMAGES),
        ("Normalization", {"mean": 1.0, "variance": 4.0}, IMAGES),
        ("GaussianNoise", {"stddev": 0.3, "seed": 1}, IMAGES),
        ("GaussianDropout", {"rate": 0.3, "seed": 1}, IMAGES),
        ("SpatialDropout2D", {"rate": 0.3, "seed": 1}, IMAGES),
    ],
)
def test_other_floats(name, settings, shape, dtype):
    ours, theirs = both(name, dtype=dtype, **settings)
    x = random_numbers(0, shape).astype(dtype)
    ours.build(shape)
    theirs.build(shape)
    theirs.set_weights(ours.get_weights())
    tolerance = 4e-3 if dtype == "float16" else 1e-6
    for training in (False, True):
        assert_close(ours(x, training=training), theirs(x, training=training), tolerance)


@pytest.mark.parametrize("dtype", ["int32", "uint8", "int64"])
@pytest.mark.parametrize(
    ("name", "settings", "shape"),
    [
        ("ZeroPadding1D", {}, (2, 5, 3)),
        ("Cropping2D", {"cropping": 1}, IMAGES),
        ("UpSampling3D", {}, (1, 2, 2, 2, 2)),
        ("Permute", {"dims": (2, 1)}, (2, 3, 4)),
        ("RepeatVector", {"n": 2}, (2, 3)),
        ("Identity", {}, (2, 3)),
        ("Flatten", {"data_format": "channels_first"}, (2, 3, 4)),
        ("Rescaling", {"scale": 0.5}, (2, 3)),
        ("Normalization", {"mean": 1.0, "variance": 4.0}, (2, 3)),
        ("Embedding", {"input_dim": 40, "output_dim": 2, "embeddings_initializer": "ones"}, (2, 3)),
    ],
)
def test_integers(name, settings, shape, dtype):
    x = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    ours, theirs = both(name, **settings)
    assert_close(ours(x), theirs(x))


@pytest.mark.parametrize("name", ["Dense", "Embedding", "LayerNormalization", "InputLayer"])
def test_the_dtype_in_a_config(name):
    settings = {"Dense": {"units": 2}, "Embedding": {"input_dim": 2, "output_dim": 3}}
    settings |= {"InputLayer": {"shape": (3,)}}
    ours, theirs = both(name, dtype="float64", **settings.get(name, {}))
    assert ours.get_config() == theirs.get_config()
    for one, other in ((ours, theirs), (theirs, ours)):
        again = type(one).from_config(other.get_config())
        assert again.get_config() == one.get_config()


# -- convolution -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "shape"), [("Conv1D", (2, 6, 4)), ("Conv3D", (2, 4, 3, 3, 4))])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_groups(name, shape, data_format):
    # Keras runs groups through XLA, which takes seconds: each group is compared by itself.
    settings = {"kernel_size": 2, "padding": "same", "use_bias": False, "data_format": data_format}
    axis = -1 if data_format == "channels_last" else 1
    x = np.moveaxis(random_numbers(0, shape), -1, axis)
    ours = getattr(layers, name)(6, groups=2, **settings)
    y = ours(x).numpy()
    parts = []
    for half, kernel in zip(
        np.split(x, 2, axis), np.split(ours.kernel.numpy(), 2, -1), strict=True
    ):
        part = getattr(keras.layers, name)(3, **settings)
        part.build(half.shape)
        part.set_weights([kernel])
        parts.append(part(half).numpy())
    assert_close(y, np.concatenate(parts, axis))


# -- data ------------------------------------------------------------------------------------------

DATA = random_numbers(0, (12, 3, 4))


@pytest.mark.parametrize("axis", [-1, 1, (1, 2), None, (-1, 1)])
@pytest.mark.parametrize(
    "as_data",
    [
        lambda x: x,
        lambda x: [x[:5], x[5:]],
        lambda x: iter([(x[:1], 0), (x[1:8], 0), (x[8:], 0)]),
    ],
)
def test_adapt(axis, as_data):
    ours, theirs = both("Normalization", axis=axis)
    for layer in (ours, theirs):
        layer.adapt(as_data(DATA * 3 + 1))
    assert_close(ours.get_weights(), theirs.get_weights())
    assert_close(ours(DATA), theirs(DATA))
    assert_close([ours.mean, ours.variance], [theirs.mean, theirs.variance])
    if axis is None:
        assert abs(float(np.mean(ours(DATA * 3 + 1)))) < 1e-5


def test_adapt_again_forgets_what_was_seen():
    ours, theirs = both("Normalization")
    for layer in (ours, theirs):
        layer.adapt(DATA)
        layer.adapt(mt.constant(DATA[:2]) if layer is ours else tf.constant(DATA[:2]))
    assert_close(ours.get_weights(), theirs.get_weights())


def test_embedding():
    table = random_numbers(0, (5, 2))
    for given in (table, [table]):
        ours, theirs = both("Embedding", input_dim=5, output_dim=2, weights=given)
        assert ours.built
        for numbers in ([[0, -1], [4, -5]], [0.0, 1.9, 4.0]):
            assert_close(ours(np.array(numbers)), theirs(np.array(numbers)))
        for wrong in (5, -6):
            for library, layer in ((mt, ours), (tf, theirs)):
                with pytest.raises(library.errors.InvalidArgumentError):
                    layer(np.array([wrong]))
    gradients = []
    for library, layer in ((mt, ours), (tf, theirs)):
        with library.GradientTape() as tape:
            loss = library.reduce_sum(layer(np.array([1, 1, 3])) ** 2)
        gradients.append(tape.gradient(loss, layer.trainable_weights[0]))
    assert isinstance(gradients[0], mt.IndexedSlices)
    assert isinstance(gradients[1], tf.IndexedSlices)
    assert_close(*[(g.values, g.indices) for g in gradients])
    with pytest.warns(UserWarning, match="input_length"):
        layers.Embedding(5, 2, input_length=3)
    with pytest.raises(ValueError, match="mask_zero=False"):
        layers.Embedding(5, 2, mask_zero=True)


def test_masks_are_refused_where_they_begin(tmp_path):
    path = str(tmp_path / "masked.keras")
    for first in (keras.layers.Masking(), keras.layers.Embedding(5, 2, mask_zero=True)):
        shape = (4,) if isinstance(first, keras.layers.Embedding) else (4, 3)
        keras.Sequential([keras.Input(shape), first]).save(path)
        with pytest.raises(ValueError, match="Masking|mask_zero"):
            mt.keras.models.load_model(path)
    with pytest.warns(UserWarning, match=r"Masks.compute_mask\(\) will not be called"):

        class Masks(layers.Layer):
            def compute_mask(self, inputs, mask=None):
                return mt.not_equal(inputs, 0)


# -- other details ---------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [-1, [1, 2]])
def test_softmax_with_a_mask(axis):
    x, mask = random_numbers(0, (2, 3, 4)), np.arange(24).reshape(2, 3, 4) % 3 > 0
    ours, theirs = both("Softmax", axis=axis)
    for given in (mask, mask.astype("float32")):
        assert_close(
            ours(x, mask=mt.constant(given)), theirs(x, mask=tf.constant(given)), tolerance=1e-6
        )


def test_functions_that_merge():
    x = [random_numbers(seed, (3, 4)) for seed in (0, 1)]
    for name in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate"):
        assert_close(getattr(layers, name)(x), getattr(keras.layers, name)(x))
    assert_close(layers.concatenate(x, axis=0), keras.layers.concatenate(x, axis=0))
    assert_close(layers.dot(x), keras.layers.dot(x))
    assert_close(layers.dot(x, axes=1, normalize=True), keras.layers.dot(x, axes=1, normalize=True))
    assert layers.add([mt.keras.Input((3,)), mt.keras.Input((3,))], name="sum").shape == (None, 3)


@pytest.mark.parametrize("name", ["Maximum", "Minimum"])
def test_gradients_where_both_are_equal(name):
    x = [np.ones((2, 3), "float32")] * 2
    ours, theirs = both(name)
    assert_close(results(mt, ours, x, training=False), results(tf, theirs, x, training=False))


def test_a_kernel_whose_largest_singular_value_is_one():
    layer = layers.SpectralNormalization(layers.Dense(4), power_iterations=50)
    x = random_numbers(0, (2, 5))
    layer(x, training=True)
    assert abs(np.linalg.svd(layer.kernel.numpy(), compute_uv=False)[0] - 1) < 1e-5
    layer.kernel.assign(np.zeros((5, 4)))
    assert not np.any(layer(x, training=True))  # there is nothing to normalize


@pytest.mark.parametrize("axis", [1, (1, 2), 2])
def test_rms_normalization_along_any_axis(axis):
    x = random_numbers(0, (2, 3, 4, 5))
    layer = layers.RMSNormalization(axis=axis, epsilon=0.1)
    layer.build(x.shape)
    axes = np.atleast_1d(axis)
    scale = random_numbers(1, [x.shape[i] for i in axes])
    layer.set_weights([scale])
    beside = scale.reshape([n if i in axes else 1 for i, n in enumerate(x.shape)])
    expected = x / np.sqrt((x**2).mean(tuple(axes), keepdims=True) + 0.1) * beside
    assert_close(layer(x), expected)


def test_an_activity_regularizer_of_each_step():
    layer = layers.TimeDistributed(layers.Dense(1, activity_regularizer="l2"))
    y = layer(random_numbers(0, (2, 3, 4)))
    penalties = 0.01 * (y.numpy() ** 2).sum((0, 2)) / 2
    np.testing.assert_allclose([float(loss) for loss in layer.losses], penalties, rtol=1e-5)


def doubling(library):
    """A wrapper of one's own."""

    class Doubling(library.layers.Wrapper):
        def call(self, inputs):
            return 2 * self.layer(inputs)

    return Doubling(library.layers.Dense(2, name="inner"), name="outer")


def test_a_layer_inside_of_another_dtype():
    x = np.ones((2, 4))
    ours, theirs = (
        new.SpectralNormalization(new.Dense(3, name="inner"), dtype="float64", name="outer")
        for new in (layers, keras.layers)
    )
    for layer in (ours, theirs):
        layer.build(x.shape)
    theirs.set_weights(ours.get_weights())
    assert_close(ours(x, training=True), theirs(x, training=True))


def test_the_config_of_a_sequential_model():
    ours, theirs = (
        library.Sequential([library.Input((4,)), library.layers.Dense(2, name="d")], name="model")
        for library in LIBRARIES
    )
    found, expected = ours.get_config(), theirs.get_config()
    for config in (found, expected):
        config["layers"] = config["layers"][1:]  # the input's name is numbered
    assert found == expected


def test_a_wrapper_of_ones_own():
    x = random_numbers(0, (3, 4))
    ours, theirs = (doubling(library) for library in LIBRARIES)
    for layer in (ours, theirs):
        layer.build(x.shape)
    assert described(ours.weights) == described(theirs.weights)
    theirs.set_weights(ours.get_weights())
    assert_close(results(mt, ours, x, training=True), results(tf, theirs, x, training=True))
    ours, theirs = (doubling(library) for library in LIBRARIES)
    assert ours.get_config() == theirs.get_config()
    assert type(ours).from_config(theirs.get_config()).get_config() == ours.get_config()


def deep_model(library):
    """A model of many kinds of layers."""
    new = library.layers
    steps = library.Input((4, 8, 6, 2), name="steps")
    x = new.TimeDistributed(new.Conv2D(3, 3, padding="same"), name="each")(steps)
    x = new.Reshape((4, 8, 18))(x)
    x = new.Permute((2, 3, 1))(x)
    x = new.ZeroPadding2D(1)(x)
    x = new.SeparableConv2D(4, 3, activation="relu")(x)
    x = new.LayerNormalization()(x)
    x = new.Conv2DTranspose(2, 2, strides=2)(x)
    y = new.GroupNormalization(2)(new.UpSampling2D(interpolation="bilinear")(x))
    pooled = [new.GlobalMaxPooling2D()(y), new.GlobalAveragePooling2D()(y)]
    merged = new.Dot(1)([new.Average()(pooled), new.Subtract()(pooled)])
    return library.Model(steps, new.Lambda(doubled)(new.concatenate([*pooled, merged])))


def test_a_model_of_many_layers_goes_both_ways():
    x = random_numbers(0, (2, 4, 8, 6, 2))
    for library in LIBRARIES:  # names are counted
        library.backend.clear_session(free_memory=False)
    ours, theirs = (deep_model(library) for library in LIBRARIES)
    named = {"doubled": doubled}
    ours_again = mt.keras.Model.from_config(theirs.get_config(), custom_objects=named)
    theirs_again = keras.Model.from_config(ours.get_config(), custom_objects=named)
    for model in (theirs, ours_again, theirs_again):
        model.set_weights(ours.get_weights())
        assert_close(ours(x), model(x), tolerance=1e-4)
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]


class Halved(layers.Layer):
    def call(self, inputs):
        return inputs / 2


def test_layers_as_dicts():
    config = layers.serialize(layers.Conv1D(2, 3, name="c"))
    assert config["module"] == "keras.layers"
    assert config["class_name"] == "Conv1D"
    assert config["registered_name"] is None
    assert layers.deserialize(config).get_config() == config["config"]
    assert keras.layers.deserialize(config).get_config()["name"] == "c"
    own = layers.serialize(layers.TimeDistributed(Halved()))
    again = layers.deserialize(own, custom_objects={"Halved": Halved})
    assert type(again.layer) is Halved
    with pytest.raises(ValueError, match=r"Unknown class 'Halved'.*custom_objects"):
        layers.deserialize(own)


def test_lambdas_of_python_have_no_config():
    with pytest.raises(ValueError, match="has no name"):
        layers.Lambda(lambda x: x).get_config()
    with pytest.raises(ValueError, match="compiled code"):
        layers.Lambda.from_config(keras.layers.Lambda(lambda x: x).get_config())
    with pytest.raises(ValueError, match=r"Unknown function 'doubled'.*custom_objects="):
        layers.Lambda.from_config(layers.Lambda(doubled).get_config())


def test_shapes_given_to_lambda():
    for library in LIBRARIES:
        new = library.layers
        x = library.Input((3, 4))
        split = new.Lambda(lambda x: x, output_shape=lambda shape: (*shape[:2], 7))
        assert tuple(split(x).shape) == (None, 3, 7)
        assert tuple(new.Lambda(lambda x: x, output_shape=(5, 6))(x).shape) == (None, 5, 6)
        assert tuple(new.Lambda(lambda x: x[:, 0])(x).shape) == (None, 4)


# -- errors ----------------------------------------------------------------------------------------


def ones(*shape):
    return np.ones(shape, "float32")


@pytest.mark.parametrize(
    "make",
    [
        lambda new: new.Conv1D(1, 2, padding="full"),
        lambda new: new.Conv1D(1, (2, 2)),
        lambda new: new.Conv1D(1, 0),
        lambda new: new.Conv1D(1, 2, data_format="channels"),
        lambda new: new.Conv2D(1, 2, padding="causal"),
        lambda new: new.Conv3D(1, (2, 2)),
        lambda new: new.Conv3D(1, 9)(ones(1, 3, 3, 3, 1)),
        lambda new: new.Conv1D(1, 2)(ones(1, 3, 3, 1, 1)),
        lambda new: new.Conv2DTranspose(0, 2),
        lambda new: new.Conv2DTranspose(1, 2, output_padding=1),
        lambda new: new.Conv2DTranspose(1, 2, strides=2, output_padding=-1),
        lambda new: new.Conv2DTranspose(1, 2, strides=2, dilation_rate=2),
        lambda new: new.DepthwiseConv2D(2, depth_multiplier=0),
        lambda new: new.SeparableConv1D(0, 2),
        lambda new: new.MaxPooling1D(2)(ones(1, 4, 4, 1)),
        lambda new: new.AveragePooling1D(),
        lambda new: new.AveragePooling3D((2, 2)),
        lambda new: new.GlobalMaxPooling3D()(ones(1, 4, 4, 1)),
        lambda new: new.ZeroPadding1D((1, 2, 3)),
        lambda new: new.ZeroPadding2D(((1, 2), (1,))),
        lambda new: new.ZeroPadding2D(1.5),
        lambda new: new.Cropping1D(-1),
        lambda new: new.Cropping1D(3)(ones(1, 6, 1)),
        lambda new: new.Cropping2D(2)(ones(1, 4, 9, 1)),
        lambda new: new.Cropping3D((1, 2)),
        lambda new: new.UpSampling1D(1.5),
        lambda new: new.UpSampling1D(0),
        lambda new: new.UpSampling2D((1, 0)),
        lambda new: new.Permute((0, 1)),
        lambda new: new.Permute((2, 1))(ones(1, 2, 3, 4)),
        lambda new: new.RepeatVector(1.5),
        lambda new: new.RepeatVector(0),
        lambda new: new.Embedding(0, 2),
        lambda new: new.Embedding(2, 2.0),
        lambda new: new.GroupNormalization(0),
        lambda new: new.GroupNormalization(3)(ones(1, 4)),
        lambda new: new.GroupNormalization(8)(ones(1, 4)),
        lambda new: new.GroupNormalization(1)(new.Input((3, None))),
        lambda new: new.LayerNormalization(axis="last"),
        lambda new: new.UnitNormalization(axis=1.5),
        lambda new: new.UnitNormalization(axis=3)(new.Input((3,))),
        lambda new: new.Normalization(mean=1.0),
        lambda new: new.Normalization(mean=[1.0], variance=1.0),
        lambda new: new.Normalization(mean=[[1.0]], variance=[[1.0]]),
        lambda new: new.Normalization(axis=2)(ones(2, 3)),
        lambda new: new.Normalization()(new.Input((None,))),
        lambda new: new.Normalization().adapt([]),
        lambda new: new.Normalization().adapt([ones(2, 3), ones(2, 4)]),
        lambda new: new.GaussianNoise(1.5),
        lambda new: new.GaussianDropout(-0.5),
        lambda new: new.AlphaDropout(2),
        lambda new: new.SpatialDropout1D(2),
        lambda new: new.SpatialDropout2D(0.5)(ones(2, 3)),
        lambda new: new.Subtract()([ones(2, 3)] * 3),
        lambda new: new.Multiply()([ones(2, 3), ones(2, 4)]),
        lambda new: new.Dot("1"),
        lambda new: new.Dot((1, 2, 3)),
        lambda new: new.Dot((1, 1.5)),
        lambda new: new.Dot(1)([ones(2, 3)]),
        lambda new: new.Dot(1)([ones(2, 3), ones(2, 4)]),
        lambda new: new.Wrapper(ones(1)),
        lambda new: new.TimeDistributed(doubled),
        lambda new: new.TimeDistributed(new.Dense(1))(ones(2, 3)),
        lambda new: new.SpectralNormalization(new.Dense(1), power_iterations=0),
        lambda new: new.SpectralNormalization(new.Flatten())(ones(2, 3)),
    ],
)  # fmt: skip
def test_both_raise_the_same_type_of_error(make):
    types = []
    for new in (layers, keras.layers):
        with pytest.raises(Exception) as error:  # noqa: PT011 - the type is what is compared
            make(new)
        types.append(error.type)
    assert types[0] is types[1]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.Conv1D(1, 9, name="c")(ones(1, 4, 2)), r"'c': a window of \(9,\).*4, 2"),
        (lambda: layers.Conv3D(1, 1, name="c")(np.ones((1, 2, 2, 2, 1), "int32")), "'c' takes.*of"),
        (lambda: layers.Conv2DTranspose(1, 2, output_padding=1), "strictly less than `strides`"),
        (lambda: layers.MaxPooling3D(2, name="p")(ones(1, 2, 1, 2, 1)), r"'p'.*\(1, 2, 1, 2, 1\)"),
        (lambda: layers.Cropping2D(2, name="c")(ones(1, 4, 9, 1)), r"'c': input shape \(1, 4, 9"),
        (lambda: layers.ZeroPadding3D((1, 2)), r"3 pairs.*Received: padding=\(1, 2\)"),
        (lambda: layers.UpSampling2D(interpolation="area"), "'nearest' or 'bilinear'"),
        (lambda: layers.GroupNormalization(3, name="g")(ones(1, 4)), r"'g'.*\(3\).*\(4\)"),
        (lambda: layers.LayerNormalization(3, name="n")(ones(1, 4)), r"'n'.*axis 3.*\(1, 4\)"),
        (lambda: layers.LayerNormalization(rms_scaling=True), "Use RMSNormalization"),
        (lambda: layers.Dot(3, name="d")([ones(2, 3)] * 2), r"'d' has the axes 3.*\(2, 3\)"),
        (lambda: layers.Dot(0, name="d")([ones(2, 3)] * 2), r"'d'.*must not be the batch"),
        (lambda: layers.Lambda(doubled, mask=1), "no masks"),
        (lambda: layers.TimeDistributed(layers.Dense(1), name="t")(ones(2, 3)), r"'t'.*\(2, 3\)"),
        (lambda: layers.Normalization(name="n").adapt([]), "'n': adapt.. received no data"),
    ],
)  # fmt: skip
def test_messages(make, words):
    with pytest.raises(ValueError, match=words):
        make()
