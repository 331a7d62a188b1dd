"""The TensorBoard callback: what TensorBoard's own reader finds in the files of a training."""

import json
import subprocess
import sys

import numpy as np
import pytest
from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def

import minitape as mt
from minitape import keras
from minitape.keras import layers
from minitape.keras.callbacks import Callback, TensorBoard
from tests.conftest import CHECKOUT
from tests.events import read

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 4)).astype("float32")
Y = (X.sum(1, keepdims=True) > 0).astype("float32")


def compiled(metrics=("accuracy",)):
    model = keras.Sequential(
        [
            keras.Input((4,), name="inputs"),
            layers.Dense(3, "tanh", name="a"),
            layers.Dense(1, "sigmoid", name="b"),
        ],
        name="net",
    )
    model.compile("adam", "binary_crossentropy", metrics=list(metrics))
    return model


def fit(callback, model=None, **settings):
    model = compiled() if model is None else model
    settings = {"epochs": 3, "batch_size": 8, "verbose": 0, **settings}
    return model.fit(X, Y, callbacks=[callback], **settings)


def test_the_numbers_of_the_epochs_are_those_of_the_history(tmp_path):
    model = compiled()
    model.optimizer.learning_rate = 0.125
    history = fit(TensorBoard(tmp_path), model, validation_split=0.5).history
    train, validation = read(tmp_path / "train"), read(tmp_path / "validation")
    assert train.keys() == {"keras", "epoch_loss", "epoch_accuracy", "epoch_learning_rate"}
    evaluations = {"evaluation_loss_vs_iterations", "evaluation_accuracy_vs_iterations"}
    assert validation.keys() == {"epoch_loss", "epoch_accuracy", *evaluations}
    for name in ("loss", "accuracy"):
        evaluation = validation[f"evaluation_{name}_vs_iterations"]
        assert evaluation.steps == [3, 6, 9]
        for series, expected in (
            (train[f"epoch_{name}"], history[name]),
            (validation[f"epoch_{name}"], history[f"val_{name}"]),
            (evaluation, history[f"val_{name}"]),
        ):
            np.testing.assert_array_equal(series.values, np.float32(expected))
        assert train[f"epoch_{name}"].steps == validation[f"epoch_{name}"].steps == [0, 1, 2]
    assert train["epoch_learning_rate"].values == [0.125] * 3


@pytest.mark.parametrize(
    ("update_freq", "steps"), [("batch", list(range(1, 16))), (4, [4, 8, 12]), ("epoch", None)]
)
def test_the_numbers_of_the_batches(update_freq, steps, tmp_path):
    seen = []

    class Notes(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["loss"])

    board = TensorBoard(tmp_path, update_freq=update_freq)
    fit([board, Notes()], validation_split=0.0)
    train = read(tmp_path / "train")
    assert ("batch_loss" in train) is (steps is not None)
    if steps is not None:
        assert train["batch_loss"].steps == train["batch_accuracy"].steps == steps
        expected = np.float32([seen[step - 1] for step in steps])
        np.testing.assert_array_equal(train["batch_loss"].values, expected)
    assert train["epoch_loss"].steps == [0, 1, 2]


def test_steps_per_second(tmp_path):
    fit(TensorBoard(tmp_path, write_steps_per_second=True, update_freq=5))
    train = read(tmp_path / "train")
    assert train["batch_steps_per_second"].steps == [5, 10, 15]
    assert train["epoch_steps_per_second"].steps == [0, 1, 2]
    for tag in ("batch_steps_per_second", "epoch_steps_per_second"):
        assert min(train[tag].values) > 0


def test_what_a_model_writes_itself(tmp_path):
    class Writes(layers.Layer):
        def call(self, x):
            mt.summary.histogram("seen", x)
            return x

    model = keras.Sequential([keras.Input((4,)), Writes(), layers.Dense(1)])
    model.compile("sgd", "mse")
    fit(TensorBoard(tmp_path, update_freq=2), model, epochs=1, validation_data=(X[:24], Y[:24]))
    assert read(tmp_path / "train")["seen"].steps == [2, 4]
    assert read(tmp_path / "validation")["seen"].steps == [2]
    assert not mt.summary.should_record_summaries()


# -- histograms ------------------------------------------------------------------------------------


def test_histograms_of_weights(tmp_path):
    weights = []

    class Keeps(Callback):
        def on_epoch_end(self, epoch, logs=None):
            weights.append({w.path: w.numpy() for w in self.model.weights})

    board = TensorBoard(tmp_path, histogram_freq=2)
    fit([board, Keeps()])
    train = read(tmp_path / "train")
    tags = {tag for tag, series in train.items() if series.plugin == "histograms"}
    assert tags == {f"net/{layer}/{w}/histogram" for layer in "ab" for w in ("kernel", "bias")}
    for path in weights[0]:
        series = train[f"{path}/histogram"]
        assert series.steps == [0, 2]
        for epoch, rows in zip(series.steps, series.values, strict=True):
            weight = weights[epoch][path]
            assert rows[:, 2].sum() == weight.size
            assert (rows[0, 0], rows[-1, 1]) == (weight.min(), weight.max())


def test_histograms_of_gradients(tmp_path):
    """Of a linear model, whose gradient is 2 X' (X w - y) / n, by the batch of the last step."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1, use_bias=False, name="a")])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    kernels = []

    class Keeps(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            kernels.append(model.layers[0].kernel.numpy())

    board = TensorBoard(tmp_path, histogram_freq=1, write_grads=True)
    fit([board, Keeps()], model, batch_size=20, epochs=2, shuffle=False)
    train = read(tmp_path / "train")
    gradients = {tag for tag in train if tag.endswith("/gradient")}
    assert gradients == {f"{model.name}/a/kernel/gradient"}
    (series,) = (train[tag] for tag in gradients)
    assert series.steps == [0, 1]
    for kernel, rows in zip(kernels[1::2], series.values, strict=True):
        gradient = 2 * X[20:].T @ (X[20:] @ kernel - Y[20:]) / 20
        assert rows[:, 2].sum() == 4
        np.testing.assert_allclose(
            [rows[0, 0], rows[-1, 1]], [gradient.min(), gradient.max()], 1e-5
        )
    assert model.optimizer.gradient_listener is None


def test_gradients_of_several_optimizers(tmp_path):
    class Pair(keras.Model):
        def __init__(self):
            super().__init__()
            self.one, self.two = layers.Dense(1, name="one"), layers.Dense(1, name="two")

        def compile(self):
            super().compile()
            self.optimizers = [keras.optimizers.SGD(), keras.optimizers.Adam()]

        def train_step(self, data):
            for layer, optimizer in zip((self.one, self.two), self.optimizers, strict=True):
                with mt.GradientTape() as tape:
                    loss = mt.reduce_sum(layer(data[0]) ** 2)
                gradients = tape.gradient(loss, layer.trainable_weights)
                optimizer.apply_gradients(zip(gradients, layer.trainable_weights, strict=True))
            return {"loss": loss}

    model = Pair()
    model.compile()
    fit(TensorBoard(tmp_path, histogram_freq=1, write_grads=True), model, epochs=1)
    assert {tag for tag in read(tmp_path / "train") if tag.endswith("/gradient")} == {
        "one/kernel/gradient", "one/bias/gradient", "two/kernel/gradient", "two/bias/gradient"
    }  # fmt: skip


def test_weights_that_became_nan_do_not_end_a_training(tmp_path):
    model = compiled()
    model.layers[0].kernel.assign(np.full((4, 3), np.nan, "float32"))
    fit(TensorBoard(tmp_path, histogram_freq=1), model, epochs=1)
    train = read(tmp_path / "train")
    assert np.isnan(train["epoch_loss"].values[0])
    assert not train["net/a/kernel/histogram"].values[0].any()


def test_pictures_of_weights(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(5, 3, name="conv2d"),
            layers.Flatten(),
            layers.Dense(1, name="dense"),
        ],
        name="net",
    )
    model.compile("sgd", "mse")
    images = RNG.normal(size=(8, 6, 6, 1))
    board = TensorBoard(tmp_path, histogram_freq=1, write_images=True)
    model.fit(images, Y[:8], verbose=0, callbacks=[board])
    train = read(tmp_path / "train")
    sizes = {tag: s.values[0][:2].tolist() for tag, s in train.items() if s.plugin == "images"}
    assert sizes == {
        "net/conv2d/kernel/image": [b"3", b"3"],
        "net/conv2d/bias/image": [b"1", b"5"],
        "net/dense/kernel/image": [b"1", b"80"],
    }
    assert len(train["net/conv2d/kernel/image"].values[0]) == 2 + 3  # the first three of five


# -- the graph -------------------------------------------------------------------------------------


def graph_of(model, folder):
    """What TensorBoard draws: the names of the nodes, and of what goes into each."""
    model.compile("sgd", "mse")
    TensorBoard(folder).set_model(model)
    keras_config = read(folder / "train")["keras"]
    assert (keras_config.plugin, keras_config.content) == ("graph_keras_model", b"1")
    graph = keras_model_to_graph_def(json.loads(keras_config.values[0].item()))
    return {node.name: list(node.input) for node in graph.node}


def test_the_graph_of_a_sequential_model(tmp_path):
    assert graph_of(compiled(), tmp_path) == {
        "net/inputs": [],
        "net/a": ["net/inputs"],
        "net/b": ["net/a"],
    }


class Functional(keras.Model):
    """A model with inputs and outputs, and a class of its own."""


@pytest.mark.parametrize("kind", [keras.Model, Functional])
def test_the_graph_of_a_functional_model(kind, tmp_path):
    inner_input = keras.Input((3,), name="inner_input")
    inner = keras.Model(inner_input, layers.Dense(2, name="deep")(inner_input), name="inner")
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    joined = layers.Concatenate(name="joined")([inner(left), right])
    model = kind([left, right], layers.Dense(1, name="end")(joined), name="net")
    assert graph_of(model, tmp_path) == {
        "net/left": [],
        "net/right": [],
        "net/inner/inner_input": ["net/left"],
        "net/inner/deep": ["net/inner/inner_input"],
        "net/joined": ["net/inner/deep", "net/right"],
        "net/end": ["net/joined"],
    }


def test_a_subclassed_model_has_no_graph_of_layers(tmp_path):
    class Own(keras.Model):
        def call(self, x):
            return x

    model = Own()
    model.compile("sgd", "mse")
    TensorBoard(tmp_path).set_model(model)
    assert not list(tmp_path.iterdir())


def test_a_model_that_has_no_config_is_trained_all_the_same(tmp_path):
    model = keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: x[:, :1])])
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="failed to serialize"):
        TensorBoard(tmp_path).set_model(model)


# -- trainings one after another -------------------------------------------------------------------


def test_a_second_training_goes_on_in_new_files(tmp_path):
    board = TensorBoard(tmp_path, update_freq=1)
    model = compiled()
    fit(board, model, epochs=1)
    fit(board, model, epochs=3, initial_epoch=1)
    train = read(tmp_path / "train")
    assert train["epoch_loss"].steps == [0, 1, 2]
    assert len(list((tmp_path / "train").iterdir())) == 2


def test_after_an_interruption_nothing_is_lost_and_the_next_training_writes_its_own(tmp_path):
    class Interrupts(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.active and batch == 2:
                raise KeyboardInterrupt

    interrupts = Interrupts()
    interrupts.active = True
    board, model = TensorBoard(tmp_path, update_freq=1), compiled()
    with pytest.raises(KeyboardInterrupt):
        fit([board, interrupts], model)
    board.set_model(model)  # as the next training does
    assert not mt.summary.should_record_summaries()
    assert read(tmp_path / "train")["batch_loss"].steps == [1, 2, 3]
    interrupts.active = False
    fit([board, interrupts], model, epochs=1)
    assert not mt.summary.should_record_summaries()
    assert read(tmp_path / "train")["epoch_loss"].steps == [0]


def test_an_evaluation_of_its_own(tmp_path):
    model = compiled()
    fit([], model, epochs=2)
    loss, _ = model.evaluate(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path, write_graph=False)])
    series = read(tmp_path / "validation")["evaluation_loss_vs_iterations"]
    assert series.steps == [10]
    assert series.values == [np.float32(loss)]
    assert not (tmp_path / "train").exists()


def test_results_that_are_arrays_are_left_out(tmp_path):
    model = compiled(metrics=[keras.metrics.F1Score(average=None)])
    fit(TensorBoard(tmp_path, update_freq=1), model, epochs=1)
    assert "epoch_loss" in read(tmp_path / "train")


# -- embeddings ------------------------------------------------------------------------------------


def embedding_model():
    model = keras.Sequential(
        [keras.Input((2,)), layers.Embedding(5, 3, name="words"), layers.Flatten(), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("metadata", ["rows.tsv", {"words": "rows.tsv"}])
def test_embeddings(metadata, tmp_path):
    from google.protobuf import text_format
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    model = embedding_model()
    board = TensorBoard(tmp_path, embeddings_freq=2, embeddings_metadata=metadata)
    words = RNG.integers(0, 5, (8, 2))
    model.fit(words, Y[:8], epochs=3, verbose=0, callbacks=[board])
    config = ProjectorConfig()
    text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), config)
    (embedding,) = config.embeddings
    assert (embedding.tensor_name, embedding.metadata_path) == ("words", "rows.tsv")
    table = np.loadtxt(tmp_path / embedding.tensor_path, delimiter="\t")
    np.testing.assert_allclose(table, model.layers[0].embeddings.numpy(), rtol=1e-7)
    saved = [tmp_path / "train" / f"keras_embedding.ckpt-{epoch}.weights.h5" for epoch in (0, 2)]
    assert sorted((tmp_path / "train").glob("*.h5")) == saved
    model.load_weights(saved[1])


def test_metadata_for_a_layer_that_is_not_there(tmp_path):
    board = TensorBoard(tmp_path, embeddings_freq=1, embeddings_metadata={"wrods": "rows.tsv"})
    with pytest.raises(ValueError, match=r"wrods.*words"):
        board.set_model(embedding_model())


# -- arguments, and what is loaded -----------------------------------------------------------------


@pytest.mark.parametrize("profile_batch", [0, "0,0", (0, 0)])
def test_no_profile(profile_batch):
    TensorBoard(profile_batch=profile_batch)


@pytest.mark.parametrize("profile_batch", [2, "10,20", (10, 20)])
def test_a_profile_is_not_made_and_that_is_said(profile_batch):
    with pytest.warns(UserWarning, match="no profiler"):
        TensorBoard(profile_batch=profile_batch)


@pytest.mark.parametrize("profile_batch", [-1, "a", (3, 2), (1, 2, 3), None, "1,2,3"])
def test_what_is_no_profile_batch(profile_batch):
    with pytest.raises(ValueError, match="profile_batch must be"):
        TensorBoard(profile_batch=profile_batch)


def test_without_the_package_it_says_what_to_install_before_the_training(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(ImportError, match=r"pip install 'minitape\[tensorboard\]'"):
        TensorBoard()


SCRIPT = """
import sys
import numpy
from minitape import keras
model = keras.Sequential([keras.Input((2, 2)), keras.layers.Flatten(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
board = keras.callbacks.TensorBoard(
    sys.argv[1], histogram_freq=1, write_images=True, update_freq="batch", embeddings_freq=1
)
x = numpy.ones((4, 2, 2))
model.fit(x, x[:, 0, :1], validation_data=(x, x[:, 0, :1]), verbose=0, callbacks=[board])
print({name for name in sys.modules if name.split(".")[0] in ("tensorflow", "keras")})
"""


def test_tensorflow_is_not_loaded(tmp_path):
    command = [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path)]
    run = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("set()\n", "")
    assert "epoch_loss" in read(tmp_path / "validation")
