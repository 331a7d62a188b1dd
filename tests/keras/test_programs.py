"""The kinds of programs that minitape is for, small, from the first line to the last.

Each follows a pattern that Keras users write: models in the three ways, training by fit, by a step
of one's own and by a loop of one's own, metrics and callbacks of one's own.
"""

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from minitape.keras import layers


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(3)


@pytest.fixture
def blobs():
    """Points around three corners, and the corner of each: easily learned."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 96)
    corners = np.array([[2.0, 0.0], [-2.0, 1.0], [0.0, -2.0]])
    return corners[labels] + 0.3 * rng.normal(size=(96, 2)), labels.astype("uint8")


@pytest.fixture
def images():
    """Pictures of 8 x 8 with a bright half, left (0) or right (1)."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, 64)
    pictures = 0.2 * rng.random((64, 8, 8, 1))
    for picture, right in zip(pictures, labels, strict=True):
        picture[:, 4 * right : 4 * right + 4] += 0.8
    return pictures, labels


def classifier(base=keras.Model, dropout=0.0):
    inputs = keras.Input(shape=(2,))
    features = layers.Dense(16, activation="relu")(inputs)
    features = layers.Dropout(dropout)(features)
    return base(inputs, layers.Dense(3, activation="softmax")(features))


class OldStyle(keras.Model):
    """A step with Keras 2's `compiled_loss` and `compiled_metrics`."""

    def train_step(self, data):
        inputs, targets = data
        with mt.GradientTape() as tape:
            predictions = self(inputs, training=True)
            loss = self.compiled_loss(targets, predictions, regularization_losses=self.losses)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self.compiled_metrics.update_state(targets, predictions)
        return {m.name: m.result() for m in self.metrics}


@pytest.mark.filterwarnings("ignore:`model.compiled_:UserWarning")
@pytest.mark.parametrize(
    ("loss", "metrics"),
    [
        (keras.losses.SparseCategoricalCrossentropy, [keras.metrics.SparseCategoricalAccuracy]),
        (lambda: "mse", [lambda: "mae"]),
    ],
    ids=["classes", "numbers"],
)
def test_old_style_step_says_what_plain_fit_says(blobs, loss, metrics):
    x, labels = blobs
    y = labels if callable(getattr(loss, "call", None)) else np.eye(3)[labels]
    ours, plain = classifier(OldStyle), classifier()
    plain.set_weights(ours.get_weights())
    histories = []
    for model in (ours, plain):
        model.compile(keras.optimizers.RMSprop(), loss(), metrics=[make() for make in metrics])
        fitted = model.fit(x, y, epochs=3, shuffle=False, verbose=0, validation_split=0.25)
        histories.append(fitted.history)
    # A step of one's own says its metrics before the loss, in Keras too.
    assert sorted(histories[0]) == sorted(histories[1])
    for name, values in histories[1].items():
        np.testing.assert_allclose(histories[0][name], values, rtol=1e-6)
    assert ours.evaluate(x, y, verbose=0) == pytest.approx(plain.evaluate(x, y, verbose=0))


def test_sequential_models_are_built_in_three_ways():
    stack = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(2)], name="stack")
    grown = keras.Sequential(name="grown")
    grown.add(layers.Dense(4, activation="relu"))
    grown.add(layers.Dense(2, name="last"))
    for model in (stack, grown):
        assert model.weights == []
        model.build(input_shape=(None, 3))
    known = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(2)])
    for model in (stack, grown, known):
        assert [tuple(w.shape) for w in model.weights] == [(3, 4), (4,), (4, 2), (2,)]
        assert model(np.ones((5, 3))).shape == (5, 2)
    assert grown.layers[-1].name == "last"


WORDS, TAGS, DEPARTMENTS = 12, 3, 4


@pytest.fixture
def tickets():
    """Support tickets as word counts, with a priority and a department for each."""
    rng = np.random.default_rng(5)
    inputs = [rng.integers(0, 2, (40, n)) for n in (WORDS, WORDS, TAGS)]
    department = np.eye(DEPARTMENTS)[rng.integers(0, DEPARTMENTS, 40)].astype("int64")
    return inputs, [rng.random((40, 1)), department]


def ticket_model():
    sizes = {"title": WORDS, "body": WORDS, "tags": TAGS}
    inputs = [keras.Input((size,), name=name) for name, size in sizes.items()]
    features = layers.Dense(8, activation="relu")(layers.Concatenate()(inputs))
    priority = layers.Dense(1, activation="relu", name="priority")(features)
    department = layers.Dense(DEPARTMENTS, activation="softmax", name="department")(features)
    return keras.Model(inputs, [priority, department])


@pytest.mark.parametrize("by", ["order", "name"])
def test_several_inputs_and_outputs(tickets, by):
    x, y = tickets
    loss = ["mean_squared_error", "categorical_crossentropy"]
    metrics = [["mean_absolute_error"], ["accuracy"]]
    if by == "name":
        x = dict(zip(["title", "body", "tags"], x, strict=True))
        y, loss, metrics = (
            dict(zip(["priority", "department"], one, strict=True)) for one in (y, loss, metrics)
        )
    model = ticket_model()
    assert [layer.name for layer in model.layers[:3]] == ["title", "body", "tags"]
    model.compile("rmsprop", loss, metrics=metrics)
    history = model.fit(x, y, epochs=3, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    result = model.evaluate(x, y, verbose=0)
    logs = model.evaluate(x, y, verbose=0, return_dict=True)
    names = ["priority_loss", "department_loss", "department_accuracy"]
    assert result == [logs[name] for name in ["loss", *names, "priority_mean_absolute_error"]]
    assert result[0] == pytest.approx(result[1] + result[2], rel=1e-6)
    priority, department = model.predict(x, verbose=0)
    assert (priority.shape, department.shape) == ((40, 1), (40, DEPARTMENTS))


def test_a_subclass_on_a_dict_of_integers(tickets):
    class Tickets(keras.Model):
        def __init__(self, departments):
            super().__init__()
            self.together = layers.Concatenate()
            self.mixed = layers.Dense(8, activation="relu")
            self.priority = layers.Dense(1, activation="sigmoid")
            self.department = layers.Dense(departments, activation="softmax")

        def call(self, inputs):
            features = self.mixed(self.together([inputs["title"], inputs["body"], inputs["tags"]]))
            return self.priority(features), self.department(features)

    x, y = tickets
    x = dict(zip(["title", "body", "tags"], x, strict=True))
    model = Tickets(DEPARTMENTS)
    priority, department = model(x)
    assert (priority.shape, department.shape) == ((40, 1), (40, DEPARTMENTS))
    predicted = model.predict(x, verbose=0)
    assert type(predicted) is tuple
    np.testing.assert_allclose(predicted[1].sum(axis=1), 1, rtol=1e-5)
    model.compile("adam", ["mse", "categorical_crossentropy"], metrics=[["mae"], ["accuracy"]])
    history = model.fit(x, y, epochs=2, verbose=0).history
    assert list(history) == [
        "accuracy",
        "categorical_crossentropy_loss",
        "loss",
        "mae",
        "mse_loss",
    ]


def test_an_input_whose_shape_is_a_number():
    with pytest.warns(UserWarning, match="shape"):
        inputs = keras.Input(shape=4 * 4)
    model = keras.Model(inputs, layers.Dense(2)(inputs))
    assert model.predict(np.ones((3, 16)), verbose=0).shape == (3, 2)


class RootMeanSquare(keras.metrics.Metric):
    """The root of the mean squared distance from one-hot labels, by hand."""

    def __init__(self, name="rms", **kwargs):
        super().__init__(name=name, **kwargs)
        self.squares = self.add_weight(name="squares", initializer="zeros")
        self.samples = self.add_weight(name="samples", initializer="zeros", dtype="int32")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = mt.one_hot(y_true, depth=mt.shape(y_pred)[1])
        self.squares.assign_add(mt.reduce_sum(mt.square(y_true - y_pred)))
        self.samples.assign_add(mt.shape(y_pred)[0])

    def result(self):
        return mt.sqrt(self.squares / mt.cast(self.samples, mt.float32))

    def reset_state(self):
        self.squares.assign(0.0)
        self.samples.assign(0)


def test_a_metric_of_ones_own(blobs):
    x, y = blobs
    model = classifier()
    model.compile(
        "rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy", RootMeanSquare()]
    )
    model.fit(x, y, epochs=2, validation_split=0.25, verbose=0)
    _, accuracy, rms = model.evaluate(x, y, verbose=0)
    predicted = model.predict(x, verbose=0)
    assert accuracy == pytest.approx((predicted.argmax(axis=1) == y).mean())
    distance = ((np.eye(3)[y] - predicted) ** 2).sum(axis=1)
    assert rms == pytest.approx(np.sqrt(distance.mean()), rel=1e-5)


def test_a_callback_that_collects_losses(blobs):
    class Collects(keras.callbacks.Callback):
        def on_train_begin(self, logs):
            self.epochs = []
            self.batches = []

        def on_batch_end(self, batch, logs):
            self.batches.append(logs.get("loss"))

        def on_epoch_end(self, epoch, logs):
            self.epochs.append((epoch, self.batches))
            self.batches = []

    x, y = blobs
    model = classifier()
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    collected = Collects()
    history = model.fit(x, y, epochs=3, callbacks=[collected], validation_data=(x, y), verbose=0)
    assert [(epoch, len(losses)) for epoch, losses in collected.epochs] == [(0, 3), (1, 3), (2, 3)]
    assert [losses[-1] for _, losses in collected.epochs] == history.history["loss"]


def test_three_slips_of_a_loop_of_ones_own(blobs):
    x, y = blobs
    model = classifier()
    optimizer = keras.optimizers.RMSprop()
    with pytest.raises(AttributeError, match="SparesCategoricalCrossentropy"):
        _ = keras.losses.SparesCategoricalCrossentropy
    with mt.GradientTape(persistent=True) as tape:
        loss = keras.losses.SparseCategoricalCrossentropy()(y, model(x, training=True))
    with pytest.raises(AttributeError, match="no attribute 'gradients'"):
        tape.gradients(loss, model.trainable_weights)
    gradients = tape.gradient(loss, model.trainable_weights)
    with pytest.raises(
        (AttributeError, TypeError, ValueError), match=r"zip\(gradients, variables\)"
    ):
        optimizer.apply_gradients(zip(model.trainable_weights, gradients, strict=True))
    optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))


def test_a_loop_of_ones_own_does_what_fit_does(blobs):
    x, y = blobs
    model, fitted = classifier(), classifier()
    fitted.set_weights(model.get_weights())
    loss_fn = keras.losses.SparseCategoricalCrossentropy()
    optimizer = keras.optimizers.RMSprop()
    accuracy, tracker = keras.metrics.SparseCategoricalAccuracy(), keras.metrics.Mean()

    def train_step(inputs, targets):
        with mt.GradientTape() as tape:
            predictions = model(inputs, training=True)
            loss = loss_fn(targets, predictions)
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))
        accuracy.update_state(targets, predictions)
        tracker.update_state(loss)
        return {"accuracy": accuracy.result(), "loss": tracker.result()}

    def test_step(inputs, targets):
        predictions = model(inputs, training=False)
        accuracy.update_state(targets, predictions)
        tracker.update_state(loss_fn(targets, predictions))
        return {"val_accuracy": accuracy.result(), "val_loss": tracker.result()}

    printed = []
    for _ in range(3):
        for step in (train_step, test_step):
            accuracy.reset_state()
            tracker.reset_state()
            for start in range(0, 96, 32):
                logs = step(x[start : start + 32].astype("float32"), y[start : start + 32])
            printed.append(" ".join(f"{name}: {value:.4f}" for name, value in logs.items()))
    fitted.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = fitted.fit(x, y, epochs=3, shuffle=False, validation_data=(x, y), verbose=0).history
    expected = [
        " ".join(f"{name}: {history[name][epoch]:.4f}" for name in names)
        for epoch in range(3)
        for names in (["accuracy", "loss"], ["val_accuracy", "val_loss"])
    ]
    assert printed == expected


def test_a_step_with_a_tracker_of_ones_own(blobs):
    x, y = blobs
    loss_fn = keras.losses.SparseCategoricalCrossentropy()
    tracker = keras.metrics.Mean(name="loss")

    class Tracked(keras.Model):
        def train_step(self, data):
            inputs, targets = data
            with mt.GradientTape() as tape:
                predictions = self(inputs, training=True)
                loss = loss_fn(targets, predictions)
            gradients = tape.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
            tracker.update_state(loss)
            return {"loss": tracker.result()}

        @property
        def metrics(self):
            return [tracker]

    model = classifier(Tracked, dropout=0.5)
    model.compile(optimizer=keras.optimizers.RMSprop(0.01))
    history = model.fit(x, y, epochs=8, verbose=0).history
    assert list(history) == ["loss"]
    assert history["loss"][-1] < history["loss"][0] < 3
    with pytest.raises(ValueError, match="No loss to compute"):
        model.evaluate(x, y, verbose=0)


def convolutional(way):
    """The same network in the three ways of writing one."""
    if way == "sequential":
        return keras.models.Sequential(
            [
                layers.Conv2D(4, 3, activation="relu"),
                layers.MaxPool2D((2, 2)),
                layers.Conv2D(6, 2, activation="relu"),
                layers.Flatten(),
                layers.Dense(2, activation="softmax"),
            ]
        )
    if way == "functional":
        inputs = keras.Input(shape=(8, 8, 1))
        x = layers.Conv2D(4, 3, activation="relu")(inputs)
        x = layers.MaxPool2D((2, 2))(x)
        x = layers.Conv2D(6, 2, activation="relu")(x)
        return keras.Model(inputs, layers.Dense(2, activation="softmax")(layers.Flatten()(x)))

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv_a = layers.Conv2D(4, 3, activation="relu")
            self.conv_b = layers.Conv2D(6, 2, activation="relu")
            self.pool = layers.MaxPool2D((2, 2))
            self.flat = layers.Flatten()
            self.classes = layers.Dense(2, activation="softmax")

        def call(self, x):
            return self.classes(self.flat(self.conv_b(self.pool(self.conv_a(x)))))

    return Network()


@pytest.mark.parametrize("way", ["sequential", "functional", "subclass"])
def test_convolutional_networks(way, images, capsys):
    x, y = images
    model = convolutional(way)
    optimizer = keras.optimizers.Adam(0.01)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    # 60 examples in batches of 16: the last one is shorter.
    model.fit(x[:60], y[:60], epochs=15, batch_size=16, verbose=0)
    loss, accuracy = model.evaluate(x, y, verbose=2)
    assert accuracy >= 0.95
    printed = capsys.readouterr().out
    assert f"/step - accuracy: {accuracy:.4f} - loss: " in printed
    assert float(printed.split(": ")[-1]) == pytest.approx(loss, abs=1e-4)


def test_fewer_outputs_than_classes(images):
    x, _ = images
    model = convolutional("subclass")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    labels = np.arange(64)[:, None] % 100  # as CIFAR gives them: (N, 1)
    with pytest.raises(mt.errors.InvalidArgumentError) as raised:
        model.fit(x, labels, verbose=0)
    assert "outside the valid range of [0, 2)" in str(raised.value)
    assert model.classes.name in str(raised.value)


def test_a_loop_over_single_examples_with_the_gradient_inside_the_tape(images):
    x, y = images
    model = convolutional("subclass")
    loss_fn = keras.losses.SparseCategoricalCrossentropy()
    optimizer = keras.optimizers.Adam(0.005)

    def train_step(features, labels):
        with mt.GradientTape() as tape:
            loss = loss_fn(labels, model(features))
            gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    losses = []
    for _ in range(10):
        features, labels = [], []
        for picture, label in zip(x[:60], y, strict=False):
            features.append(picture)
            labels.append(label)
            if len(features) == 16:  # the last twelve are never seen
                batch = (np.array(features, dtype=np.float32), np.array(labels, dtype=np.float32))
                losses.append(float(train_step(*batch)))
                features, labels = [], []
    assert len(losses) == 30
    assert losses[-1] < 0.5 * losses[0]
    predicted = model.predict(x, batch_size=len(x), verbose=0)
    assert (np.argmax(predicted, axis=1) == np.squeeze(y)).mean() > 0.9


def test_tape_basics():
    x = mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = x**2
    assert tape.gradient(y, x).numpy() == 6.0
    w = mt.Variable(mt.random.normal((3, 2)), name="w")
    b = mt.Variable(mt.zeros(2, dtype=mt.float32), name="b")
    with mt.GradientTape(persistent=True) as tape:
        y = [[1.0, 2.0, 3.0]] @ w + b
        loss = mt.reduce_mean(y**2)
    [by_w, by_b] = tape.gradient(loss, [w, b])
    assert by_w.shape == w.shape
    np.testing.assert_allclose(by_b, y[0], rtol=1e-6)
    np.testing.assert_allclose(by_w, np.outer([1, 2, 3], y[0]), rtol=1e-6)
    by_name = tape.gradient(loss, {"w": w, "b": b})
    np.testing.assert_array_equal(by_name["b"], by_b)
    # Variables made after the tape were not read by it.
    later = {"w": mt.Variable(w), "b": mt.Variable(b)}
    assert tape.gradient(loss, later) == {"w": None, "b": None}
