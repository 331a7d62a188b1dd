"""Layers: their mathematics, what they hold, what they say, and how they are called."""

import copy
import threading

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import minitape as mt
from minitape import keras
from minitape.keras import layers

SEEDS = st.integers(0, 2**32 - 1)


def array(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


# -- mathematics -----------------------------------------------------------------------------------


@given(shape=st.lists(st.integers(1, 4), min_size=2, max_size=4), units=st.integers(1, 3))
def test_dense(shape, units):
    layer = layers.Dense(units, "relu", bias_initializer="normal", dtype="float64")
    x = array(*shape).astype("float64")
    y = layer(x)
    expected = np.maximum(x @ layer.kernel.numpy() + layer.bias.numpy(), 0)
    np.testing.assert_allclose(y, expected, atol=1e-12)


def convolution(x, kernel, strides, padding, dilation, groups):
    """Each output number by itself, as the formula has it."""
    size = [(n - 1) * d + 1 for n, d in zip(kernel.shape[:2], dilation, strict=True)]
    if padding == "same":
        steps = [-(-n // s) for n, s in zip(x.shape[1:3], strides, strict=True)]
        missing = [
            max((count - 1) * s + n - length, 0)
            for count, s, n, length in zip(steps, strides, size, x.shape[1:3], strict=True)
        ]
        x = np.pad(x, [(0, 0), *((m // 2, m - m // 2) for m in missing), (0, 0)])
    steps = [(n - m) // s + 1 for n, m, s in zip(x.shape[1:3], size, strides, strict=True)]
    y = np.zeros((len(x), *steps, kernel.shape[3]))
    channels, filters = kernel.shape[2], kernel.shape[3] // groups
    for n, row, column, f in np.ndindex(y.shape):
        top, left = row * strides[0], column * strides[1]
        first = f // filters * channels
        seen = x[
            n,
            top : top + size[0] : dilation[0],
            left : left + size[1] : dilation[1],
            first : first + channels,
        ]
        y[n, row, column, f] = np.sum(seen * kernel[..., f])
    return y


PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))


@given(
    kernel_size=PAIRS,
    steps=PAIRS,
    dilated=st.booleans(),
    padding=st.sampled_from(["valid", "same"]),
    groups=st.integers(1, 3),
    more=st.tuples(st.integers(0, 3), st.integers(0, 3)),
)
def test_conv2d(kernel_size, steps, dilated, padding, groups, more):
    strides, dilation = ((1, 1), steps) if dilated else (steps, (1, 1))
    image = more
    if padding == "valid":  # the filter must fit
        image = [(n - 1) * d + 1 + m for n, d, m in zip(kernel_size, dilation, more, strict=True)]
    assume(min(image) > 0)
    layer = layers.Conv2D(
        2 * groups,
        kernel_size,
        strides,
        padding,
        dilation_rate=dilation,
        groups=groups,
        bias_initializer="normal",
        dtype="float64",
    )
    x = array(2, *image, 2 * groups).astype("float64")
    y = layer(x)
    expected = convolution(x, layer.kernel.numpy(), strides, padding, dilation, groups)
    np.testing.assert_allclose(y, expected + layer.bias.numpy(), atol=1e-12)
    assert layer.compute_output_shape((None, *x.shape[1:])) == (None, *y.shape[1:])


def test_pooling():
    x = np.arange(18.0).reshape(1, 3, 3, 2)
    assert layers.MaxPooling2D(2)(x).numpy().tolist() == [[[[8, 9]]]]
    assert layers.AveragePooling2D(2)(x).numpy().tolist() == [[[[4, 5]]]]
    # Where a window hangs over the edge, the mean is that of the pixels it does see.
    average = layers.AveragePooling2D(2, padding="same")(x).numpy()
    assert average[0, :, :, 0].tolist() == [[4, 7], [13, 16]]
    assert layers.GlobalMaxPooling2D()(x).numpy().tolist() == [[16, 17]]
    assert layers.GlobalAveragePooling2D(keepdims=True)(x).numpy().tolist() == [[[[8, 9]]]]


@given(shape=st.tuples(*[st.integers(2, 4)] * 3), axis=st.sampled_from([1, 2, -1]), seed=SEEDS)
def test_batch_normalization(shape, axis, seed):
    layer = layers.BatchNormalization(axis=axis, momentum=0.9, epsilon=0.0, dtype="float64")
    x = array(*shape, seed=seed).astype("float64")
    others = tuple(i for i in range(3) if i != axis % 3)
    mean, variance = x.mean(others, keepdims=True), x.var(others, keepdims=True)
    np.testing.assert_allclose(layer(x), x)  # at first the averages are 0 and 1
    y = layer(x, training=True)
    np.testing.assert_allclose(y, (x - mean) / np.sqrt(variance), atol=1e-9)
    np.testing.assert_allclose(layer.moving_mean, 0.1 * mean.ravel())
    np.testing.assert_allclose(layer.moving_variance, 0.9 + 0.1 * variance.ravel())
    layer.gamma.assign(layer.gamma * 3)
    layer.beta.assign(layer.beta + 5)
    scaled = 3 * (x - 0.1 * mean) / np.sqrt(0.9 + 0.1 * variance) + 5
    np.testing.assert_allclose(layer(x), scaled)


def test_a_frozen_batch_normalization_does_not_move():
    layer = layers.BatchNormalization()
    layer(array(3, 2))
    layer.trainable = False
    np.testing.assert_array_equal(layer(array(3, 2), training=True), layer(array(3, 2)))
    assert layer.moving_mean.numpy().tolist() == [0, 0]


def test_the_moving_averages_leave_no_trace_on_a_tape():
    layer = layers.BatchNormalization()
    x = mt.constant(array(4, 3))
    with mt.GradientTape(persistent=True) as tape:
        tape.watch(x)
        total = mt.reduce_sum(layer(x, training=True))
        moved = layer.moving_mean * 1.0
    assert tape.gradient(moved, x) is None
    # What is normalized adds up to 0, whatever x is.
    np.testing.assert_allclose(tape.gradient(total, x), np.zeros((4, 3)), atol=1e-5)


def test_dropout():
    layer = layers.Dropout(0.25, seed=1)
    x = np.ones((100, 100), "float32")
    y, again = layer(x, training=True).numpy(), layer(x, training=True).numpy()
    assert set(np.unique(y)) == {0, np.float32(1 / 0.75)}
    assert np.mean(y == 0) == pytest.approx(0.25, abs=0.02)
    assert np.any(y != again)
    np.testing.assert_array_equal(layer(x), x)
    assert not np.any(layers.Dropout(1.0)(x, training=True))
    rows = layers.Dropout(0.5, noise_shape=(100, 1))(x, training=True).numpy()
    assert np.all(rows == rows[:, :1])


@given(slope=st.floats(0, 2), seed=SEEDS)
def test_leaky_relu(slope, seed):
    x = array(3, 4, seed=seed)
    expected = np.where(x > 0, x, np.float32(slope) * x)
    np.testing.assert_allclose(layers.LeakyReLU(slope)(x), expected, rtol=1e-6)


def test_one_layer_used_twice_adds_up_its_gradients():
    layer = layers.Dense(2, use_bias=False, kernel_initializer=lambda shape, dtype: np.eye(2) * 3)
    x = mt.constant([[1.0, 2.0]])
    with mt.GradientTape() as tape:
        y = mt.reduce_sum(layer(layer(x)))
    # d/dK of sum(x K K) at K = 3 I: 3 (x^T 1^T) + 3 (x^T 1^T)
    np.testing.assert_allclose(tape.gradient(y, layer.kernel), [[6, 6], [12, 12]])


# -- what a layer holds ----------------------------------------------------------------------------


class Custom(layers.Layer):
    def __init__(self, units=2, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1], self.units), name="w")
        self.steps = self.add_weight((), "zeros", trainable=False, name="steps")

    def call(self, inputs, training=False):
        if training:
            self.steps.assign_add(1.0)
        return inputs @ self.w

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def test_a_layer_of_your_own():
    layer = Custom(3, name="mine")
    assert not layer.built
    assert layer(array(2, 4)).shape == (2, 3)
    assert layer.built
    assert [w.path for w in layer.weights] == ["mine/w", "mine/steps"]
    assert [w.name for w in layer.trainable_weights] == ["w"]
    assert [w.name for w in layer.non_trainable_weights] == ["steps"]
    layer(array(2, 4), training=True)
    layer(array(2, 4))
    assert float(layer.steps) == 1
    assert layer.count_params() == 13
    again = Custom.from_config(layer.get_config())
    assert (again.name, again.units, again.built) == ("mine", 3, False)


def test_building_before_the_first_call_is_building():
    for layer in (layers.Dense(2), layers.BatchNormalization(), Custom()):
        layer.build((None, 3))
        assert layer.built
        before = layer.weights
        layer(array(2, 3))
        assert [id(w) for w in layer.weights] == [id(w) for w in before]


def test_a_failed_build_can_be_repeated():
    layer = layers.Dense(2)
    with pytest.raises(ValueError, match="fully-defined"):
        layer(keras.Input((None,)))
    assert layer(array(2, 3)).shape == (2, 2)
    assert len(layer.weights) == 2

    class Halfway(layers.Layer):
        def build(self, input_shape):
            self.a = self.add_weight((), name="a")
            self.b = self.add_weight((input_shape[1] - 3,), name="b")

        def call(self, x):
            return x

    halfway = Halfway()
    with pytest.raises(IndexError):
        halfway(array(2))
    halfway(array(2, 5))
    assert [w.name for w in halfway.weights] == ["a", "b"]


class Holder(layers.Layer):
    def call(self, x):
        return x


def names(holder):
    return [layer.name for layer in holder._layers_inside]


def test_layers_put_into_containers_later_are_found():
    holder = Holder()
    holder.blocks = [[], {}]
    holder.blocks[0].append(layers.Dense(1, name="a"))
    holder.blocks[1]["key"] = layers.Dense(1, name="b")
    holder.blocks.append(layers.Dense(1, name="c"))
    holder.blocks.insert(0, layers.Dense(1, name="d"))
    holder.blocks += (layers.Dense(1, name=name) for name in "ef")
    assert names(holder) == list("abcdef")
    holder.blocks.pop()
    del holder.blocks[0]
    holder.blocks[0][0] = layers.Dense(1, name="g")
    assert names(holder) == list("bceg")
    holder.blocks[1].clear()
    assert names(holder) == list("ceg")
    holder.blocks = [holder.blocks[0]]
    assert names(holder) == ["g"]
    holder.blocks = None
    assert names(holder) == []


def test_replaced_and_deleted_layers_are_forgotten():
    holder = Holder()
    holder.a, holder.b = layers.Dense(1, name="a"), layers.Dense(1, name="b")
    holder.again = holder.a
    holder.b = layers.Dense(1, name="c")
    assert names(holder) == ["a", "c"]
    del holder.a
    assert names(holder) == ["a", "c"]
    del holder.again
    assert names(holder) == ["c"]


def test_containers_stay_what_they_are():
    holder = Holder()
    holder.sizes, holder.table = [3, 4], {1: "a", "b": 2}
    holder.log = []
    holder.log.append(0.5)
    holder.pair = (layers.Dense(1), 3)
    assert (holder.sizes, holder.table, holder.log) == ([3, 4], {1: "a", "b": 2}, [0.5])
    assert isinstance(holder.log, list)
    assert isinstance(holder.pair, tuple)
    assert copy.deepcopy(holder).log == [0.5]


def test_metrics_and_seeds_that_a_layer_holds():
    holder = Holder()
    holder.inner = Holder()
    holder.inner.mean = keras.metrics.Mean(name="mean")
    holder.seeds = keras.random.SeedGenerator(1)
    holder.plain = mt.Variable(1.0, name="plain")
    assert [metric.name for metric in holder.metrics] == ["mean"]
    assert len(holder.metrics_variables) == 2
    assert holder.weights == [holder.plain]
    assert [id(v) for v in holder.variables] == [id(holder.plain), id(holder.seeds.state)]


def test_freezing():
    layer = layers.Dense(2)
    layer(array(1, 3))
    x = mt.constant(array(1, 3))
    layer.trainable = False
    assert layer.trainable_weights == []
    assert [w.trainable for w in layer.weights] == [False, False]
    with mt.GradientTape() as tape:
        y = layer(x)
    # As in Keras: the variable is watched all the same, but no optimizer is given it.
    assert tape.gradient(y, layer.kernel) is not None
    layer.trainable = True
    assert len(layer.trainable_weights) == 2


def test_weights_are_set_all_or_none():
    layer = layers.Dense(2)
    with pytest.raises(ValueError, match="expecting 0 weights. It has none before it is built"):
        layer.set_weights([np.ones((3, 2)), np.ones(2)])
    layer.build((None, 3))
    before = layer.get_weights()
    with pytest.raises(ValueError, match=r"shape \(2,\) is not compatible.* shape \(3,\)"):
        layer.set_weights([np.ones((3, 2)), np.ones(3)])
    np.testing.assert_array_equal(layer.get_weights()[0], before[0])
    layer.set_weights([np.ones((3, 2)), [1, 2]])
    assert layer.bias.numpy().tolist() == [1, 2]


def test_a_copied_layer_has_weights_of_its_own():
    layer = layers.Dense(2)
    layer(array(1, 3))
    twin = copy.deepcopy(layer)
    twin.kernel.assign(np.zeros((3, 2)))
    assert np.any(layer.kernel.numpy())


# -- losses ----------------------------------------------------------------------------------------


class Adding(layers.Layer):
    def call(self, x):
        self.add_loss(mt.reduce_sum(x))
        return x


def test_added_losses_are_those_of_the_last_call():
    layer = Adding()
    assert layer.losses == []
    for n in (1, 2):
        layer(np.ones((n, 3), "float32"))
        assert [float(loss) for loss in layer.losses] == [3 * n]


def test_an_activity_regularizer_is_for_each_example():
    layer = layers.Dense(2, kernel_initializer="ones", activity_regularizer="l1")
    for n in (1, 4):
        layer(np.ones((n, 3), "float32"))
        assert [float(loss) for loss in layer.losses] == [pytest.approx(0.01 * 6)]


@pytest.mark.parametrize("wrong", [1.0, lambda: 1.0, keras.Input((2,))])
def test_only_tensors_can_be_added_as_losses(wrong):
    with pytest.raises(ValueError, match=r"add_loss\(\)` can only be called from inside"):
        Holder().add_loss(wrong)


# -- calling ---------------------------------------------------------------------------------------


def test_inputs_by_name_and_in_structures():
    class Three(layers.Layer):
        def call(self, first, second, scale=1.0):
            return first["a"] + first["b"][0] + scale * second

    x = array(2, 3)
    y = Three()(second=x, scale=2.0, first={"a": x, "b": [x.astype("float64")]})
    np.testing.assert_allclose(y, 4 * x, rtol=1e-6)
    np.testing.assert_allclose(layers.Dense(2, kernel_initializer="ones")(inputs=x).shape, (2, 2))


def test_floats_are_cast_to_the_dtype_of_the_layer():
    x = array(2, 3)
    for dtype in ("float32", "float64"):
        layer = layers.Dense(2, dtype=dtype)
        for data in (x, x.astype("float64"), mt.constant(x), mt.Variable(x), x.astype("int64")):
            assert layer(data).dtype == dtype
        assert layer.kernel.dtype == layer.dtype == layer.compute_dtype == dtype


def test_gradients_flow_through_the_cast():
    x = mt.Variable(array(2, 3).astype("float64"))
    layer = layers.Dense(1)
    with mt.GradientTape() as tape:
        y = layer(x)
    assert tape.gradient(y, x).dtype == "float64"


def test_training_is_forgotten_after_an_error():
    seen = []

    class Failing(layers.Layer):
        def call(self, x, training=None):
            seen.append(training)
            if training:
                raise ZeroDivisionError
            return x

    layer = Failing()
    with pytest.raises(ZeroDivisionError):
        layer(array(1), training=True)
    layer(array(1))
    assert seen == [True, None]


def test_training_of_one_inner_layer_is_not_that_of_its_neighbours():
    seen = []

    class Inner(layers.Layer):
        def call(self, x, training=None):
            seen.append(training)
            return x

    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.a, self.b = Inner(), Inner()

        def call(self, x):
            return self.b(self.a(x, training=False))

    Outer()(array(1), training=True)
    assert seen == [False, True]


def test_training_is_that_of_the_thread():
    started, finish, seen = threading.Event(), threading.Event(), []

    class Waiting(layers.Layer):
        def call(self, x, training=None):
            started.set()
            finish.wait(10)
            return x

    class Looking(layers.Layer):
        def call(self, x, training=None):
            seen.append(training)
            return x

    thread = threading.Thread(target=lambda: Waiting()(array(1), training=True))
    thread.start()
    started.wait(10)
    Looking()(array(1))
    finish.set()
    thread.join()
    assert seen == [None]


def test_an_error_names_the_innermost_layer():
    class Wrong(layers.Layer):
        def call(self, x):
            return mt.matmul(x, mt.ones((5, 5)))

    outer = keras.Sequential([Wrong(name="culprit"), layers.Dense(1)])
    with pytest.raises(mt.errors.InvalidArgumentError) as error:
        outer(array(2, 3))
    notes = " ".join(error.value.__notes__)
    assert "layer 'culprit' (Wrong)" in notes
    assert "float32" in notes


# -- errors ----------------------------------------------------------------------------------------


def test_the_wrong_last_axis():
    layer = layers.Dense(2, name="scorer")
    layer(array(2, 3))
    with pytest.raises(
        ValueError, match=r"layer 'scorer'.*axis -1 .* value 3, but received .* shape \(2, 4\)"
    ):
        layer(array(2, 4))
    with pytest.raises(ValueError, match=r"'scorer'.* expected min_ndim=2, found ndim=1"):
        layer(array(3))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (input, "built-in function input.*did you mean `inputs`"),
        (True, "should be passed as a keyword argument: True.*mean training="),
        ([[1.0, 2.0]], "1.0.*made an array first"),
        (3, "made an array first"),
        ("text", "'text'"),
        (None, "Got None .* as input for layer 'dense'"),
        (keras.layers.Dense, "should be passed as a keyword argument"),
    ],
)
def test_what_is_no_tensor(given, words):
    with pytest.raises(ValueError, match=words):
        layers.Dense(1, name="dense")(given)


def test_too_many_inputs():
    with pytest.raises(ValueError, match=r"'dense' expects 1 input\(s\), but it received 2"):
        layers.Dense(1, name="dense")([array(1, 2), array(1, 2)])
    with pytest.raises(ValueError, match=r"in the place of `training`.*one list"):
        layers.Dropout(0.5)(array(1, 2), array(1, 2))


def test_images_of_integers():
    with pytest.raises(ValueError, match=r"'eyes' takes images of floats.*uint8.*astype"):
        layers.Conv2D(1, 3, name="eyes")(np.ones((1, 4, 4, 1), "uint8"))


@pytest.mark.parametrize("layer", [layers.Conv2D(1, 5, name="w"), layers.MaxPooling2D(5, name="w")])
def test_a_window_larger_than_the_image(layer):
    for x in (array(1, 4, 4, 1), keras.Input((4, 4, 1))):
        with pytest.raises(ValueError, match=r"'w': a window of \(5, 5\).*padding='same'"):
            layer(x)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.Dense(-1), "positive integer. Received: units=-1"),
        (lambda: layers.Dense(2, unit=3), r"Unrecognized keyword .* Dense: {'unit': 3}"),
        (lambda: layers.Dense(2, "rellu"), "Did you mean 'relu'"),
        (lambda: layers.Dense(2, name="a/b"), "cannot contain character `/`"),
        (lambda: layers.Dropout(2), "between 0 and 1. Received: rate=2"),
        (lambda: layers.Conv2D(3, 3, groups=2), "divisible by `groups`"),
        (lambda: layers.Conv2D(1, (3, 0)), "`kernel_size` argument must be"),
        (lambda: layers.Conv2D(1, 3, padding="full"), "'valid', 'same'"),
        (lambda: layers.Conv2D(1, 3, data_format="channels"), "channels_last"),
        (lambda: layers.Conv2D(1, 3)(keras.Input((8, 8, None))), "must be known"),
        (lambda: layers.BatchNormalization(renorm=True), "renorm"),
        (lambda: layers.BatchNormalization(axis=4)(array(2, 3)), "axis 4, which inputs"),
        (lambda: layers.ReLU(negative_slope=-1), "negative_slope=-1"),
        (lambda: layers.LeakyReLU(-1), "negative_slope=-1"),
        (lambda: layers.Reshape((5,))(array(2, 3)), r"\(3,\), target_shape=\(5,\)"),
        (lambda: layers.Add()([array(2, 3), array(2, 4)]), r"\[\(2, 3\), \(2, 4\)\]"),
        (lambda: layers.Add()(array(2, 3)), "list of at least 1 input"),
        (lambda: layers.Concatenate(axis=5)([array(2, 3)]), "axis=5"),
        (lambda: layers.Dense(1).add_weight("w", (3,)), r"add_weight\(shape=..., name='w'\)"),
        (lambda: layers.Dense(1, name="d").count_params(), "'d', but the layer isn't built"),
        (lambda: layers.InputLayer(), r"Input\(shape=\(784,\)\)"),
    ],
)
def test_messages(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("attribute", "words"),
    [
        ("kernel", "'kernel'. Layer 'd' is not built yet"),
        ("output", "'?d'? has never been called on a symbolic tensor and thus .* output"),
        ("input", "no defined input"),
    ],
)
def test_attributes_that_are_not_there_yet(attribute, words):
    layer = layers.Dense(1, name="d")
    assert not hasattr(layer, attribute)
    with pytest.raises(AttributeError, match=words):
        getattr(layer, attribute)


def test_reserved_attributes():
    with pytest.raises(AttributeError, match=r"`Holder.losses` attribute is reserved"):
        Holder().losses = []


class SetsAnAttribute(layers.Layer):
    def __init__(self):
        self.units = 3


class DoesNothing(layers.Layer):
    def __init__(self):
        pass

    def call(self, x):
        return x


def test_forgotten_super_init():
    with pytest.raises(RuntimeError, match=r"SetsAnAttribute.*super\(\).__init__\(\).*'units'"):
        SetsAnAttribute()
    with pytest.raises(RuntimeError, match=r"DoesNothing.*super\(\).__init__\(\)"):
        DoesNothing()(array(2))
    with pytest.raises(AttributeError, match=r"'weights'.*super\(\).__init__\(\)"):
        _ = DoesNothing().weights


def test_input_specs():
    spec = layers.InputSpec
    layer = Holder(name="h")
    for wanted, words in [
        (spec(shape=(None, 4)), r"expected shape=\(None, 4\), found shape=\(2, 3\)"),
        (spec(ndim=3), r"expected ndim=3, found ndim=2. Full shape received: \(2, 3\)"),
        (spec(max_ndim=1), "expected max_ndim=1, found ndim=2"),
        (spec(min_ndim=3), "expected min_ndim=3, found ndim=2"),
        (spec(dtype="int32"), "expected dtype=int32, found dtype=float32"),
        (spec(axes={1: 5}), "axis 1 of input shape to have value 5"),
    ]:
        layer.input_spec = wanted
        with pytest.raises(ValueError, match=f"Input 0 of layer 'h' .*{words}"):
            layer(array(2, 3))
    layer.input_spec = [spec(shape=(None, 3)), spec(axes={0: None}), None]
    layer([array(2, 3), array(4), array(1)])
    assert repr(spec(shape=(None, 3))) == "InputSpec(shape=(None, 3), ndim=2)"


# -- Keras 2's spellings ---------------------------------------------------------------------------


def test_older_spellings_are_accepted_with_a_warning():
    with pytest.warns(UserWarning, match=r"reads it as shape=\(784,\)"):
        assert keras.Input(shape=(28 * 28),).shape == (None, 784)  # fmt: skip
    with pytest.warns(UserWarning, match="Use `negative_slope`"):
        assert layers.LeakyReLU(alpha=0.2).negative_slope == 0.2
    for spelling in ({"input_shape": (3,)}, {"input_dim": 3}, {"batch_input_shape": (None, 3)}):
        with pytest.warns(UserWarning, match="Do not pass an `input_shape`"):
            model = keras.Sequential([layers.Dense(2, **spelling)])
        assert model.weights[0].shape == (3, 2)


# -- symbolic tensors ------------------------------------------------------------------------------


def test_ops_take_symbolic_tensors():
    x = keras.Input((3, 4))
    for y, shape in [
        (mt.square(x), (None, 3, 4)),
        (x * 2, (None, 3, 4)),
        (np.ones((3, 4), "float32") - x, (None, 3, 4)),
        (x[:, 0], (None, 4)),
        (mt.concat([x, x], axis=0), (None, 3, 4)),
        (mt.concat([x, x], axis=-1), (None, 3, 8)),
        (mt.reduce_sum(x, axis=[0, 1]), (4,)),
        (x @ mt.ones((4, 5)), (None, 3, 5)),
        (mt.transpose(x, [2, 0, 1]), (4, None, 3)),
        (x > 0, (None, 3, 4)),
    ]:
        assert y.shape == shape
    assert (x > 0).dtype == "bool"
    same = x
    assert x == same  # the same object, not elementwise
    assert x != keras.Input((3, 4))
    assert {x: 1}[x] == 1


@pytest.mark.parametrize(
    "use",
    [
        len, list, bool, float, int, np.exp, np.asarray, lambda x: 1 if x > 0 else 2,
        lambda x: [x > 0 and 1],
    ],
)  # fmt: skip
def test_symbolic_tensors_have_no_values(use):
    with pytest.raises((TypeError, ValueError, NotImplementedError)) as error:
        use(keras.Input((3,), name="pixels"))
    assert "name=" in str(error.value)
    assert "`call()` of a Layer" in str(error.value)


def test_lengths_that_are_known_when_the_model_runs(tmp_path):
    x = keras.Input((2, 3))
    batch = mt.shape(x)[0]
    flat, pairs = mt.reshape(x, [batch, 6]), mt.reshape(x, (batch * 3, -1))
    back = mt.reshape(layers.Dense(6)(flat), mt.shape(x))
    assert [y.shape for y in (flat, pairs, back)] == [(None, 6), (None, 2), (None, 2, 3)]
    model = keras.Model(x, [flat, pairs, back])
    given = np.arange(30.0).reshape(5, 2, 3)
    for each in (model, saved_and_loaded(model, tmp_path)):
        flat, pairs, back = each(given)
        np.testing.assert_array_equal(flat, given.reshape(5, 6))
        np.testing.assert_array_equal(pairs, given.reshape(15, 2))
        assert back.shape == (5, 2, 3)


def saved_and_loaded(model, folder):
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras")


def test_shapes_are_found_by_a_trial_that_leaves_no_trace():
    class Sneaky(layers.Layer):
        def __init__(self):
            super().__init__()
            self.normal = layers.BatchNormalization()
            self.drop = layers.Dropout(0.5, seed=3)
            self.count = self.add_weight((), "zeros", trainable=False)

        def call(self, x, training=None):
            self.count.assign_add(1.0)
            self.add_loss(mt.reduce_sum(x))
            return mt.reshape(self.drop(self.normal(x)), (x.shape[0], -1, 2))

    layer = Sneaky()
    y = layer(keras.Input((3, 4)), training=True)
    assert y.shape == (None, 6, 2)
    assert float(layer.count) == 0
    assert layer.normal.moving_mean.numpy().tolist() == [0] * 4
    assert layer.drop.seed_generator.state.numpy().tolist() == [3, 0]
    assert layer.losses == []
    assert layer.compute_output_shape((None, 2, 4)) == (None, 4, 2)


def test_a_failed_trial_says_what_was_tried():
    class Picky(layers.Layer):
        def call(self, x):
            return mt.reshape(x, (-1, 7))

    with pytest.raises(mt.errors.InvalidArgumentError) as error:
        Picky()(keras.Input((3,)))
    assert any("tried this on zeros" in note for note in error.value.__notes__)


def test_a_layer_that_returns_nothing():
    class Forgetful(layers.Layer):
        def call(self, x):
            x * 2

    with pytest.raises(ValueError, match="is its `return` missing"):
        Forgetful()(keras.Input((3,)))


def test_unknown_image_sizes():
    class Net(layers.Layer):
        def __init__(self):
            super().__init__()
            self.stages = [layers.Conv2D(2, 3, strides=2) for _ in range(4)]

        def call(self, x):
            for stage in self.stages:
                x = stage(x)
            return x

    assert Net()(keras.Input((None, None, 3))).shape == (None, None, None, 2)


def test_configs_of_user_functions_and_policies():
    policy = {"class_name": "DTypePolicy", "config": {"name": "float64"}}
    assert layers.Dense(1, dtype=policy).dtype == "float64"
    assert layers.Activation(mt.nn.relu).get_config()["activation"] == "relu"
