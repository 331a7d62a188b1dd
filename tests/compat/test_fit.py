"""fit, evaluate, predict and the batch methods beside Keras': same weights, same numbers."""

import keras as their_keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from minitape import keras as our_keras

SIDES = {"ours": (mt, our_keras), "theirs": (tf, their_keras)}


@pytest.fixture
def data():
    """Features, and labels of each kind for them."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(21, 3)).astype("float32")
    classes = rng.integers(0, 4, 21)
    return {
        "x": x,
        "numbers": rng.normal(size=(21, 1)).astype("float32"),
        "bits": rng.integers(0, 2, (21, 1)),
        "classes": classes,
        "onehot": np.eye(4)[classes],
        "weights": rng.uniform(0.1, 2, 21),
    }


def single(keras, units=1, activation=None, **settings):
    """A compiled model with one output."""
    layers = [keras.layers.Dense(5, activation="tanh"), keras.layers.Dense(units, activation)]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile("sgd", **settings)
    return model


def double(keras, **settings):
    """A compiled model with the outputs `size` and `kind`.

    Its batches must be of one size: Keras' compiled step takes the mean of each output's own loss
    over batches, not examples (not so with run_eagerly=True).
    """
    inputs = keras.Input((3,))
    features = keras.layers.Dense(5, activation="tanh")(inputs)
    size = keras.layers.Dense(1, name="size")(features)
    kind = keras.layers.Dense(4, activation="softmax", name="kind")(features)
    model = keras.Model(inputs, [size, kind])
    model.compile("rmsprop", **settings)
    return model


def twins(build, *args, **settings):
    """The same model on both sides, with the same weights."""
    ours, theirs = (build(keras, *args, **settings) for _, keras in SIDES.values())
    ours.set_weights(theirs.get_weights())
    return ours, theirs


def assert_same_logs(ours, theirs):
    assert list(ours) == list(theirs)
    for name in theirs:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=2e-5, atol=1e-6, err_msg=name)


def assert_same_fit(models, *args, **settings):
    """Fits both models; compares histories and the weights they end with."""
    settings = {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0} | settings
    ours, theirs = (model.fit(*args, **settings) for model in models)
    assert ours.epoch == theirs.epoch
    assert ours.params == theirs.params
    assert_same_logs(ours.history, theirs.history)
    for our, their in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-4, atol=1e-5)


CLASSIFIER = {"units": 4, "activation": "softmax"}
MODELS = {
    "numbers": ("numbers", {"loss": "mse", "metrics": ["mae"]}),
    "bits": ("bits", {"activation": "sigmoid", "loss": "bce", "metrics": ["accuracy"]}),
    "classes": (
        "classes",
        CLASSIFIER | {"loss": "sparse_categorical_crossentropy", "metrics": ["acc"]},
    ),
    "onehot": (
        "onehot",
        CLASSIFIER | {"loss": "categorical_crossentropy", "metrics": ["accuracy", "mse"]},
    ),
}


@pytest.mark.parametrize("kind", MODELS)
def test_kinds_of_labels(kind, data):
    labels, settings = MODELS[kind]
    models = twins(single, **settings)
    assert_same_fit(models, data["x"], data[labels], validation_split=0.3)
    ours, theirs = (model.evaluate(data["x"], data[labels], verbose=0) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=2e-5)
    ours, theirs = (model.predict(data["x"], batch_size=5, verbose=0) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    assert ours.dtype == theirs.dtype


def constrained(keras, **settings):
    """A compiled model of four probabilities, with a penalty and a constraint."""
    kernel = {"kernel_constraint": "max_norm", "kernel_regularizer": "l2"}
    layers = [keras.layers.Dense(5, activation="tanh", **kernel), keras.layers.Dense(4, "sigmoid")]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile(**settings)
    return model


@pytest.mark.parametrize(
    ("optimizer", "loss", "metrics"),
    [
        ("adamw", "binary_focal_crossentropy", ["auc", "Precision", "recall", "f1_score"]),
        ("nadam", "huber", ["cosine_similarity", "r2_score", "kl_divergence", "true_positives"]),
        ("lion", "cosine_similarity", ["binary_io_u", "top_k_categorical_accuracy", "hinge"]),
    ],
)
def test_names_of_losses_metrics_and_optimizers(optimizer, loss, metrics, data):
    models = twins(constrained, optimizer=optimizer, loss=loss, metrics=metrics)
    assert_same_fit(models, data["x"], data["onehot"].astype("float32"))


@pytest.mark.parametrize(
    "settings",
    [
        {"sample_weight": "weights"},
        {"sample_weight": "weights", "validation_split": 0.25},
        {"class_weight": {0: 2.0, 2: 0.5}},
        {"class_weight": {0: 2.0, 2: 0.5}, "validation_data": ("x", "classes", "weights")},
        {"validation_data": ("x", "classes"), "validation_batch_size": 4, "validation_freq": 2},
        {"validation_data": ("x", "classes"), "validation_steps": 2, "validation_freq": [1]},
        {"initial_epoch": 1, "epochs": 3},
        {"batch_size": None},
        {"batch_size": 100},
    ],
    ids=lambda settings: "-".join(settings),
)
def test_settings_of_fit(settings, data):
    def filled(value):
        if isinstance(value, tuple):
            return tuple(map(filled, value))
        return data[value] if isinstance(value, str) else value

    models = twins(
        single,
        **CLASSIFIER,
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        weighted_metrics=["accuracy", "sparse_categorical_crossentropy"],
    )
    settings = {name: filled(value) for name, value in settings.items()}
    assert_same_fit(models, data["x"], data["classes"], **settings)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_steps_per_epoch_go_on_where_the_last_epoch_stopped(steps, data):
    models = twins(single, loss="mse")
    assert_same_fit(models, data["x"], data["numbers"], steps_per_epoch=steps, epochs=4)


@pytest.mark.parametrize("dtype", ["float64", "float16", "int64", "uint8", "bool"])
def test_dtypes_of_features(dtype, data):
    models = twins(single, loss="mse")
    x = (data["x"] * 3).astype(dtype) if dtype != "uint8" else (data["x"] ** 2).astype(dtype)
    assert_same_fit(models, x, data["numbers"].astype("float64"))


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float32"])
@pytest.mark.parametrize("columns", [(), (1,)], ids=["N", "Nx1"])
def test_shapes_and_dtypes_of_labels(dtype, columns, data):
    settings = CLASSIFIER | {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    y = data["classes"].astype(dtype).reshape(-1, *columns)
    assert_same_fit(twins(single, **settings), data["x"], y, epochs=1)


def test_labels_without_a_column_are_not_broadcast(data):
    # Row 95 of the behaviours: (N,) beside predictions of (N, 1) in loss and metrics.
    models = twins(single, loss="mse", metrics=["mae", "mse"])
    assert_same_fit(models, data["x"], data["numbers"][:, 0])


def test_a_short_last_batch_counts_by_its_examples(data):
    # Row 94: the loss of evaluate is the mean over examples, not over batches.
    models = twins(single, loss="mse")
    whole, cut = (
        [model.evaluate(data["x"], data["numbers"], batch_size=size, verbose=0) for model in models]
        for size in (21, 8)
    )
    np.testing.assert_allclose(cut, whole, rtol=1e-5)


LOSSES = ["mse", "categorical_crossentropy"]
BY_NAME = {"size": "mse", "kind": "categorical_crossentropy"}


@pytest.mark.parametrize(
    "settings",
    [
        {"loss": LOSSES, "metrics": [["mae"], ["accuracy"]]},
        {"loss": LOSSES, "metrics": ["mae", "accuracy"], "loss_weights": [2.0, 0.5]},
        {"loss": BY_NAME, "metrics": {"kind": ["accuracy", "mse"]}},
        {"loss": BY_NAME, "metrics": {"kind": "accuracy", "size": "mae"}},
        {"loss": BY_NAME, "loss_weights": {"size": 0.3, "kind": 1.0}},
        {"loss": "mse", "metrics": ["mae", "mae"]},
        {"loss": ["mse", None], "metrics": [[], ["accuracy"]]},
        {"loss": LOSSES, "weighted_metrics": [["mae"], ["accuracy"]]},
        {"loss": LOSSES, "metrics": [["mae"], []], "weighted_metrics": [["mae"], ["accuracy"]]},
    ],
    ids=lambda settings: "-".join(map(str, settings.values())).replace(" ", ""),
)
@pytest.mark.parametrize("labels", ["list", "dict"])
@pytest.mark.filterwarnings("ignore:Gradients do not exist")  # for an output without a loss
def test_two_outputs(settings, labels, data):
    y = [data["numbers"], data["onehot"]]
    y = y if labels == "list" else dict(zip(["size", "kind"], y, strict=True))
    sample_weight = None
    if "weighted_metrics" in settings and labels == "list":
        sample_weight = [data["weights"], data["weights"][::-1]]
    models = twins(double, **settings)
    assert_same_fit(models, data["x"], y, sample_weight=sample_weight, batch_size=7)
    ours, theirs = (model.evaluate(data["x"], y, verbose=0) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=2e-5)
    assert models[0].metrics_names == models[1].metrics_names


def test_order_and_names_of_two_outputs(data):
    for model in twins(double, loss=LOSSES, metrics=[["mae"], ["accuracy"]]):
        y = [data["numbers"], data["onehot"]]
        assert model.metrics_names == ["loss", "compile_metrics"]
        logs = model.evaluate(data["x"], y, verbose=0, return_dict=True)
        order = ["loss", "size_loss", "kind_loss", "kind_accuracy", "size_mae"]
        assert model.evaluate(data["x"], y, verbose=0) == [logs[name] for name in order]
        assert list(logs) == sorted(order)


def subclassed(keras, structure, **settings):
    """A model of two outputs whose `call` gives them in a structure of this type."""

    class Both(keras.Model):
        def __init__(self):
            super().__init__()
            self.size = keras.layers.Dense(1)
            self.kind = keras.layers.Dense(4, activation="softmax")

        def call(self, x):
            outputs = {"size": self.size(x), "kind": self.kind(x)}
            return outputs if structure is dict else structure(outputs.values())

    model = Both()
    model(np.zeros((1, 3)))
    model.compile("sgd", **settings)
    return model


@pytest.mark.parametrize("structure", [list, tuple, dict])
def test_outputs_of_a_subclass(structure, data):
    loss, metrics = LOSSES, [["mae"], ["accuracy"]]
    y = [data["numbers"], data["onehot"]]
    if structure is dict:
        loss, metrics = BY_NAME, {"size": ["mae"], "kind": ["accuracy"]}
        y = dict(zip(["size", "kind"], y, strict=True))
    models = twins(subclassed, structure, loss=loss, metrics=metrics)
    assert_same_fit(models, data["x"], y, epochs=1, batch_size=7)
    ours, theirs = (model.predict(data["x"], verbose=0) for model in models)
    assert type(ours) is type(theirs)
    for our, their in zip(mt.nest.flatten(ours), mt.nest.flatten(theirs), strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-4, atol=1e-6)


def test_metrics_of_the_same_name_are_numbered(data):
    settings = {"metrics": ["mae", "mae"], "weighted_metrics": ["mae", "mae"]}
    models = twins(single, loss="mse", **settings)
    assert_same_fit(models, data["x"], data["numbers"], sample_weight=data["weights"])


def test_names_of_metrics(data):
    def mean_gap(y_true, y_pred):
        return abs(y_true - y_pred)

    def build(keras):
        named = keras.metrics.MeanAbsoluteError(name="b")
        return single(keras, loss=keras.losses.MeanSquaredError(), metrics=[mean_gap, named, "mse"])

    models = twins(build)
    assert_same_fit(models, data["x"], data["numbers"], epochs=1)
    assert [m.name for m in models[0].metrics] == [m.name for m in models[1].metrics]
    ours, theirs = (model.evaluate(data["x"], data["numbers"], verbose=0) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=2e-5)


def test_no_metrics_gives_a_plain_float(data):
    for model in twins(single, loss="mse"):
        assert type(model.evaluate(data["x"], data["numbers"], verbose=0)) is float
        assert type(model.train_on_batch(data["x"], data["numbers"])) in (float, np.float32)


def test_penalties_are_part_of_the_loss(data):
    def build(keras):
        penalties = {"kernel_regularizer": "l2", "activity_regularizer": "l1"}
        layer = keras.layers.Dense(1, **penalties)
        model = keras.Sequential([keras.Input((3,)), layer])
        model.compile("sgd", "mse", metrics=["mse"])
        return model

    models = twins(build)
    assert_same_fit(models, data["x"], data["numbers"], validation_split=0.3)


def test_moving_average_of_weights_ends_the_training(data):
    def build(keras):
        model = single(keras, loss="mse")
        model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9), "mse")
        return model

    assert_same_fit(twins(build), data["x"], data["numbers"])


def test_on_batch(data):
    models = twins(single, loss="mse", metrics=["mae"], weighted_metrics=["mse"])
    x, y = data["x"], data["numbers"]
    for settings in ({}, {"sample_weight": data["weights"]}, {"class_weight": {0: 3.0}}):
        for _ in range(2):  # the second tells only of its own batch
            ours, theirs = (model.train_on_batch(x, y, **settings) for model in models)
            np.testing.assert_allclose(ours, theirs, rtol=2e-5)
    ours, theirs = (model.test_on_batch(x, y, data["weights"]) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=2e-5)
    ours, theirs = (model.test_on_batch(x, y, return_dict=True) for model in models)
    assert_same_logs(ours, theirs)
    ours, theirs = (model.predict_on_batch(x) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


# -- batches from elsewhere ----------------------------------------------------------------------


def test_generators(data):
    def batches(count):
        for i in range(count):
            rows = slice(i % 2 * 10, i % 2 * 10 + 10)
            yield data["x"][rows], data["numbers"][rows], data["weights"][rows]

    models = twins(single, loss="mse", metrics=["mae"])
    histories = [
        model.fit(
            batches(6),
            epochs=3,
            steps_per_epoch=2,
            validation_data=((data["x"], data["numbers"]) for _ in range(20)),
            validation_steps=2,
            shuffle=False,
            verbose=0,
        )
        for model in models
    ]
    assert_same_logs(*(history.history for history in histories))
    ours, theirs = (model.evaluate(batches(4), steps=3, verbose=0) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=2e-5)
    ours, theirs = (model.predict(batches(4), steps=3, verbose=0) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_a_generator_that_ends_early(data):
    def batches():
        for start in (0, 7, 14):
            yield data["x"][start : start + 7], data["numbers"][start : start + 7]

    models = twins(single, loss="mse")
    ours, theirs = (
        model.fit(batches(), epochs=2, steps_per_epoch=2, shuffle=False, verbose=0)
        for model in models
    )
    assert_same_logs(ours.history, theirs.history)


def test_sequences(data):
    def sequence(base):
        class Batches(base):
            def __len__(self):
                return 3

            def __getitem__(self, i):
                return data["x"][7 * i : 7 * i + 7], data["numbers"][7 * i : 7 * i + 7]

        return Batches()

    models = twins(single, loss="mse", metrics=["mae"])
    sources = sequence(object), sequence(their_keras.utils.PyDataset)
    settings = {"epochs": 2, "shuffle": False, "verbose": 0}
    ours, theirs = (
        model.fit(source, validation_data=source, **settings)
        for model, source in zip(models, sources, strict=True)
    )
    assert ours.params == theirs.params
    assert_same_logs(ours.history, theirs.history)
    ours, theirs = (
        model.predict(source, verbose=0) for model, source in zip(models, sources, strict=True)
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_several_inputs(data):
    def build(keras):
        a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
        outputs = keras.layers.Dense(1)(keras.layers.Concatenate()([a, b]))
        model = keras.Model([a, b], outputs)
        model.compile("sgd", "mse")
        return model

    models = twins(build)
    x, y = data["x"], data["numbers"]
    assert_same_fit(models, [x, x**2], y)
    assert_same_fit(models, {"b": x**2, "a": x}, y, validation_split=0.2)
    ours, theirs = (model.predict({"b": x**2, "a": x}, verbose=0) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


# -- what steps and callbacks see ----------------------------------------------------------------


def described(data):
    """The types, dtypes and shapes of what a step is given; lists count as tuples."""
    if isinstance(data, (tuple, list)):
        return tuple(described(part) for part in data)
    if isinstance(data, dict):
        return {name: described(part) for name, part in data.items()}
    return None if data is None else (data.dtype.name, tuple(data.shape))


@pytest.mark.parametrize(
    ("x", "y", "sample_weight"),
    [
        ("x", None, None),
        ("x", "numbers", None),
        ("x", "numbers", "weights"),
        ("x", "classes", None),
        ("x", "onehot", None),
        (["x", "x"], None, None),
        (["x"], "classes", None),
        ({"p": "x", "q": "x"}, None, None),
        ({"p": "x", "q": "x"}, ["numbers", "bits"], None),
    ],
    ids=str,
)
def test_data_of_a_step(x, y, sample_weight, data):
    def filled(names):
        return mt.nest.map_structure(lambda name: None if name is None else data[name], names)

    seen = []
    for _, keras in SIDES.values():

        class Watcher(keras.Model):
            def train_step(self, data):
                seen.append(described(data))
                return {"loss": 0.0}

        model = Watcher()
        model.compile(run_eagerly=True)
        model.fit(filled(x), filled(y), sample_weight=filled(sample_weight), verbose=0)
    assert seen[0] == seen[1]


HOOKS = [
    f"on_{moment}_{end}"
    for moment in ("train", "test", "predict", "epoch", "train_batch", "test_batch", "batch")
    for end in ("begin", "end")
]


def recorder(keras):
    """A callback that keeps every call of a hook, with a copy of the logs."""
    events = []

    def remembering(hook):
        def remember(self, *args, logs=None):  # Keras names some of them
            *number, logs = args if logs is None else (*args, logs)
            events.append((hook, number, dict(logs)))

        return remember

    methods = {hook: remembering(hook) for hook in HOOKS}
    return type("Recorder", (keras.callbacks.Callback,), methods)(), events


def test_callbacks_see_the_same(data):
    models = twins(single, loss="mse", metrics=["mae"])
    events = []
    for model, (_, keras) in zip(models, SIDES.values(), strict=True):
        callback, seen = recorder(keras)
        settings = {"epochs": 2, "batch_size": 8, "verbose": 0, "shuffle": False}
        x, y = data["x"], data["numbers"]
        model.fit(x, y, validation_data=(x, y), callbacks=[callback], **settings)
        model.evaluate(x, y, verbose=0, callbacks=[callback])
        model.predict(x, verbose=0, callbacks=[callback])
        assert callback.params == {"verbose": 0, "epochs": 1, "steps": 1}
        events.append(seen)
    ours, theirs = events
    assert [event[:2] for event in ours] == [event[:2] for event in theirs]
    for our, their in zip(ours, theirs, strict=True):
        assert_same_logs(our[2], their[2])
        assert all(type(value) is float for value in our[2].values())


def test_what_a_callback_adds_to_the_logs_is_history(data):
    for model, (_, keras) in zip(twins(single, loss="mse"), SIDES.values(), strict=True):

        class Adds(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                logs["forgotten"] = 1.0

            def on_epoch_end(self, epoch, logs=None):
                logs["twice"] = 2 * epoch

        history = model.fit(data["x"], data["numbers"], epochs=2, verbose=0, callbacks=[Adds()])
        assert history.history["twice"] == [0, 2]
        assert "forgotten" not in history.history
        assert model.history is history


def test_stop_training(data):
    for when, seen in (("on_train_batch_end", [1, 1]), ("on_epoch_end", [1, 3])):
        for model, (_, keras) in zip(twins(single, loss="mse"), SIDES.values(), strict=True):
            batches = []

            class Stops(keras.callbacks.Callback):
                def on_train_batch_begin(self, batch, logs=None, batches=batches):
                    batches.append(batch)

            def stop(self, number, logs=None):
                self.model.stop_training = True

            setattr(Stops, when, stop)
            history = model.fit(
                data["x"], data["numbers"], batch_size=8, epochs=3, verbose=0, callbacks=[Stops()]
            )
            assert [len(history.epoch), len(batches)] == seen


@pytest.mark.parametrize("outputs", ["bac", "cba"])
@pytest.mark.parametrize("losses", ["acb", None], ids=["a dict of losses", "one loss"])
def test_losses_of_a_dict_of_outputs_are_listed_in_keras_order(outputs, losses):
    x = np.ones((4, 2), "float32")
    y = {name: np.full((4, 1), i, "float32") for i, name in enumerate("abc")}
    listed = []
    for keras in (our_keras, their_keras):
        inputs = keras.Input((2,))
        made = {name: keras.layers.Dense(1, "relu", name=name)(inputs) for name in "abc"}
        model = keras.Model(inputs, {name: made[name] for name in outputs})
        loss = dict.fromkeys(losses, "mse") if losses else "mse"
        model.compile("sgd", loss, metrics={"c": ["mae"], "a": ["mae"]})
        model.evaluate(x, y, verbose=0)
        listed.append([metric.name for metric in model.metrics])
    assert listed[0] == listed[1]
