"""fit: what it computes, whatever it is given, and what it says about what cannot be."""

import linecache

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from minitape.keras import layers


def line(loss="mse", **settings):
    """y = w x + b with w = b = 0, trained with a learning rate of 0.5."""
    zeros = layers.Dense(1, kernel_initializer="zeros", name="line")
    model = keras.Sequential([keras.Input((1,)), zeros])
    model.compile(keras.optimizers.SGD(0.5), loss, **settings)
    return model


X = np.array([[-1.0], [1.0], [-1.0], [1.0]])
Y = 2 * X + 1


def weights(model):
    return [float(w.reshape(-1)[0]) for w in model.get_weights()]


def test_one_step_of_gradient_descent():
    # The loss is mean (w x + b - 2 x - 1)² = (w - 2)² + (b - 1)² here, so one step with a learning
    # rate of one half goes straight to the minimum.
    model = line()
    history = model.fit(X, Y, epochs=2, verbose=0)
    assert weights(model) == [2, 1]
    assert history.history == {"loss": [5.0, 0.0]}
    assert history.epoch == [0, 1]
    assert history.params == {"verbose": 0, "epochs": 2, "steps": 1}


def test_the_loss_of_an_epoch_is_the_mean_over_its_examples():
    class Frozen(keras.Sequential):
        def call(self, x, training=None):
            return mt.zeros_like(x) + 0 * mt.reduce_sum([mt.reduce_sum(w) for w in self.weights])

    model = Frozen([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    y = np.array([[1.0], [1.0], [4.0]])  # squares 1, 1 | 16
    history = model.fit(y, y, batch_size=2, shuffle=False, verbose=0)
    assert history.history["loss"] == [6.0]


def test_sample_weights_multiply_each_examples_loss():
    model = line()
    model.fit(X, Y, sample_weight=np.array([0, 4, 0, 0]), verbose=0)
    # Only (1, 3) counts, four times: the gradient of (w + b - 3)² is -6 in each.
    assert weights(model) == [3, 3]


def test_class_weights_are_sample_weights_by_label():
    ours, theirs = line(), line()
    y = (X > 0).astype("int64")
    ours.fit(X, y, class_weight={0: 0.5, 1: 2.0}, verbose=0)
    theirs.fit(X, y, sample_weight=np.where(y > 0, 2.0, 0.5)[:, 0], verbose=0)
    assert weights(ours) == weights(theirs) != weights(line())


def test_a_seed_makes_training_repeatable():
    results = []
    for _ in range(2):
        keras.utils.set_random_seed(7)
        model = keras.Sequential([keras.Input((1,)), layers.Dense(4), layers.Dropout(0.5)])
        model.add(layers.Dense(1))
        model.compile("adam", "mse")
        model.fit(X, Y, epochs=3, batch_size=2, verbose=0)
        results.append(model.get_weights())
    assert all((a == b).all() for a, b in zip(*results, strict=True))


def test_validation_neither_trains_nor_is_shuffled():
    seen = []

    class Watcher(keras.Sequential):
        def test_step(self, data):
            seen.append(data[0].numpy().ravel().tolist())
            return super().test_step(data)

    model = Watcher([keras.Input((1,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse", run_eagerly=True)
    x = np.arange(8.0).reshape(8, 1)
    history = model.fit(x, x, epochs=2, validation_split=0.5, batch_size=3, verbose=0)
    assert seen == 2 * [[4, 5, 6], [7]]
    assert list(history.history) == ["loss", "val_loss"]
    assert history.history["val_loss"][0] == history.history["val_loss"][1]


@pytest.mark.parametrize(
    ("frequency", "validated"), [(1, 4), (2, 2), (5, 0), ([1, 4], 2), (range(2, 4), 2)]
)
def test_validation_frequency(frequency, validated):
    settings = {"validation_data": (X, Y), "validation_freq": frequency}
    history = line().fit(X, Y, epochs=4, verbose=0, **settings).history
    assert len(history.get("val_loss", [])) == validated


def test_initial_epoch():
    history = line().fit(X, Y, epochs=5, initial_epoch=3, verbose=0)
    assert history.epoch == [3, 4]
    assert line().fit(X, Y, epochs=0, verbose=0).history == {}


def test_a_second_fit_goes_on_from_the_first():
    model = line()
    first = model.fit(X, Y, verbose=0)
    second = model.fit(X, Y, verbose=0)
    assert first.history["loss"] == [5.0]
    assert second.history["loss"] == [0.0]
    assert model.history is second


def test_an_interrupted_fit_leaves_the_model_and_the_history_usable():
    class Interrupts(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if len(self.model.history.epoch) == 2:
                raise KeyboardInterrupt

    model = line(metrics=["mae"])
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=5, verbose=0, callbacks=[Interrupts()])
    assert model.history.history["loss"] == [5.0, 0.0]
    assert model.evaluate(X, Y, verbose=0) == [0, 0]
    assert model.fit(X, Y, epochs=2, verbose=0).history == {"loss": [0, 0], "mae": [0, 0]}
    with mt.GradientTape() as tape:  # nobody else is recording
        loss = mt.reduce_sum(model(X, training=True))
    assert tape.gradient(loss, model.trainable_weights)[0] is not None


def test_an_error_in_a_step_leaves_the_weights_alone():
    model = line()
    with pytest.raises(ValueError, match="expected axis -1|incompatible"):
        model.fit(np.zeros((4, 3)), Y, verbose=0)
    assert weights(model) == [0, 0]
    model.fit(X, Y, verbose=0)
    assert weights(model) == [2, 1]


def test_no_trainable_weights():
    model = line()
    model.trainable = False
    with pytest.warns(UserWarning, match="does not have any trainable weights"):
        history = model.fit(X, Y, verbose=0)
    assert history.history["loss"] == [5.0]
    assert weights(model) == [0, 0]


def test_a_generator_that_ends_before_the_last_epoch():
    model = line()
    batches = ((X, Y) for _ in range(3))
    with pytest.warns(UserWarning, match="ran out of data; interrupting training"):
        history = model.fit(batches, epochs=5, verbose=0)
    assert history.epoch == [0]


def test_losses_added_by_layers_count():
    class Activity(layers.Layer):
        def call(self, x):
            self.add_loss(mt.reduce_sum(x * x) * 0.25)
            return x

    ones = layers.Dense(1, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), ones, Activity()])
    model.compile(keras.optimizers.SGD(0.0))
    history = model.fit(X, verbose=0)  # no labels, and no loss but the layer's
    assert history.history["loss"] == [1.0]


# -- what cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_before_compile(method):
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    with pytest.raises(ValueError, match=f"must call `compile\\(\\)` before.*`{method}` needs"):
        getattr(model, method)(X, Y)
    assert model.predict(X, verbose=0).shape == (4, 1)  # this needs neither loss nor optimizer


@pytest.mark.parametrize(
    ("args", "settings", "message"),
    [
        ((X, Y[:3]), {}, "Data cardinality is ambiguous.*'x' sizes: 4; 'y' sizes: 3"),
        ((X[:0], Y[:0]), {}, "There is no data: .*x has no examples"),
        ((X,), {}, "given a loss for the model, but there are no labels"),
        ((None, Y), {}, "`x` is missing"),
        ((X.astype(str), Y), {}, "`x` must consist of arrays of numbers"),
        ((X, Y.astype(str)), {}, "`y` must consist of arrays of numbers"),
        ((X, Y), {"validation_split": 1.0}, "contains 4 samples, which is not sufficient"),
        ((X, Y), {"validation_split": -0.5}, "contains 4 samples, which is not sufficient"),
        ((X, Y), {"validation_data": (X, Y[:2])}, "Data cardinality is ambiguous"),
        ((X, Y), {"validation_data": (X, Y, Y, Y)}, "expected to be in format"),
        ((X, Y), {"validation_data": (X, Y), "validation_freq": "2"}, "to be a list or int"),
        ((X, Y), {"steps_per_epoch": 0}, "at least 1 step per epoch"),
        ((X, Y), {"sample_weight": Y[:2]}, "'sample_weight' sizes: 2"),
        ((iter([(X, Y)]), Y), {}, "`y` should not be passed"),
        ((iter([(X, Y)]),), {"validation_split": 0.5}, "only supported for arrays in memory"),
        ((iter([]),), {}, "There is no data"),
        ((iter([(X, Y, Y, Y)]),), {}, "Received: 4 elements"),
    ],
    ids=lambda value: "" if isinstance(value, tuple) else str(value)[:40],
)
def test_data_that_cannot_be(args, settings, message):
    model = line()
    with pytest.raises(ValueError, match=message):
        model.fit(*args, verbose=0, **settings)
    assert weights(model) in ([0, 0], [2, 1])  # before the step or after it, and nothing between
    model.fit(X, Y, verbose=0)
    assert weights(model) == [2, 1]


def test_two_inputs_by_names_that_the_model_does_not_have():
    inputs = [keras.Input((1,), name="left"), keras.Input((1,), name="right")]
    model = keras.Model(inputs, layers.Dense(1)(layers.Concatenate()(inputs)))
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="right"):
        model.fit({"left": X, "wrong": X}, Y, verbose=0)


def classifier(kind):
    """A softmax over three classes, as each kind of model."""
    if kind == "functional":
        inputs = keras.Input((1,))
        model = keras.Model(inputs, layers.Dense(3, activation="softmax", name="classes")(inputs))
    elif kind == "sequential":
        model = keras.Sequential([layers.Dense(3, activation="softmax", name="classes")])
    else:

        class Subclass(keras.Model):
            def __init__(self):
                super().__init__()
                self.features = layers.Dense(5, name="features")
                self.classes = layers.Dense(3, activation="softmax", name="classes")

            def call(self, x):
                return self.classes(self.features(x))

        model = Subclass()
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("kind", ["functional", "sequential", "subclass"])
def test_a_label_that_is_no_class(kind):
    with pytest.raises(mt.errors.InvalidArgumentError) as raised:
        classifier(kind).fit(X, np.array([0, 1, 99, 2]), verbose=0)
    message = str(raised.value)
    assert "label value of 99" in message
    assert "[0, 3)" in message
    assert "the output of layer 'classes'" in message
    assert "features" not in message.split("The predictions")[1]


def test_a_loss_that_does_not_depend_on_the_weights():
    class Detached(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with mt.GradientTape() as tape:
                loss = mt.reduce_mean(mt.square(self(x).numpy() - y))  # the line
            gradients = tape.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
            return {"loss": loss}

    model = Detached([keras.Input((1,)), layers.Dense(1, name="line")])
    model.compile("sgd", run_eagerly=True)
    with pytest.raises(ValueError, match="No gradients provided for any variable") as raised:
        model.fit(X, Y.astype("float32"), verbose=0)
    line = linecache.getlines(__file__).index(
        "                loss = mt.reduce_mean(mt.square(self(x).numpy() - y))  # the line\n"
    )
    assert ".numpy() took the value" in str(raised.value)
    assert f"{__file__}:{line + 1})" in str(raised.value)


@pytest.mark.parametrize(
    "wrong", [None, 3.0, [1.0], mt.constant(1.0)], ids=["None", "3", "list", "t"]
)
def test_a_step_that_returns_no_dict(wrong):
    class Wrong(keras.Sequential):
        def train_step(self, data):
            return wrong

        test_step = train_step

    model = Wrong([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    kind = {float: "Tensor"}.get(type(wrong), type(wrong).__name__)  # as a function returns it
    with pytest.raises(TypeError, match=f"train_step must return a dict.*Received: a .*{kind}"):
        model.fit(X, Y, verbose=0)
    with pytest.raises(TypeError, match="test_step must return a dict"):
        model.evaluate(X, Y, verbose=0)
    with pytest.raises(TypeError, match="train_step must return a dict"):
        model.train_on_batch(X, Y)


def test_no_optimizer():
    model = line()
    model.compile(optimizer=None, loss="mse")
    assert model.evaluate(X, Y, verbose=0) == 5
    with pytest.raises(ValueError, match="Training needs an optimizer, .* compile\\(optimizer="):
        model.fit(X, Y, verbose=0)
