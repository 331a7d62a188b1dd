"""BackupAndRestore: an interrupted training gives, to the last bit, what a whole one does."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from minitape.keras import layers
from minitape.keras.callbacks import BackupAndRestore, Callback, LambdaCallback
from tests.conftest import CHECKOUT
from tests.keras.interrupted import (
    BATCHES,
    EPOCHS,
    Interruption,
    X,
    Y,
    assert_same,
    new_model,
    state_of,
    train,
)


class Interrupted(Exception):
    """What ends a training here."""


def interrupt():
    raise Interrupted


def interrupted(folder, batch, save_freq="epoch", start=train, **settings):
    """Trains until that batch."""
    callbacks = [Interruption(batch, interrupt), BackupAndRestore(folder, save_freq, **settings)]
    with pytest.raises(Interrupted):
        start(callbacks)
    # Nothing that the process knows may help.
    keras.utils.set_random_seed(np.random.randint(1000))


@pytest.fixture(scope="module")
def whole():
    """An uninterrupted training: what it leaves, and its history."""
    model = train([])
    return state_of(model), model.history.history


def assert_goes_on(folder, whole, save_freq="epoch", start=train):
    """The training ends as `whole` did. Returns its epochs."""
    state, history = whole
    model = start([BackupAndRestore(folder, save_freq)])
    assert_same(state_of(model), state)
    first = model.history.epoch[0] if model.history.epoch else EPOCHS
    assert model.history.history == {k: v[first:] for k, v in history.items() if first < EPOCHS}
    assert not folder.exists()
    return model.history.epoch


# -- interrupted by an exception -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("save_freq", "batch", "epochs"),
    [
        ("epoch", 3, [0, 1, 2, 3]),  # nothing was saved
        ("epoch", 6, [1, 2, 3]),
        ("epoch", 13, [2, 3]),
        ("epoch", 20, [3]),
        (1, 2, [0, 1, 2, 3]),
        (1, 5, [0, 1, 2, 3]),
        (1, 6, [0, 1, 2, 3]),  # after the epoch's last batch, before its validation
        (1, 7, [1, 2, 3]),
        (3, 9, [1, 2, 3]),
        (4, 20, [3]),
        (7, 15, [2, 3]),  # the second backup, after batch 14
    ],
)
def test_after_an_exception(save_freq, batch, epochs, whole, tmp_path):
    interrupted(tmp_path / "backup", batch, save_freq)
    assert assert_goes_on(tmp_path / "backup", whole, save_freq) == epochs


@pytest.mark.parametrize("batch", [6, 13])
def test_steps_that_are_functions(batch, tmp_path):
    def start(callbacks):
        return train(callbacks, model=new_model(in_python=False))

    model = start([])
    whole = state_of(model), model.history.history
    interrupted(tmp_path / "backup", batch, 2, start)
    assert_goes_on(tmp_path / "backup", whole, 2, start)


def test_after_one_interruption_after_another(whole, tmp_path):
    for batch in (4, 5, 3, 6):
        interrupted(tmp_path / "backup", batch, 2)
    assert_goes_on(tmp_path / "backup", whole, 2)


def test_after_the_last_epoch(whole, tmp_path):
    """The process is gone before `fit` returns: nothing is trained twice."""
    end = LambdaCallback(on_train_end=lambda logs: interrupt())
    with pytest.raises(Interrupted):
        train([end, BackupAndRestore(tmp_path / "backup")])
    assert assert_goes_on(tmp_path / "backup", whole) == []


def test_callbacks_that_draw_random_numbers_stand_before_it(tmp_path):
    class DrawsToo(Callback):
        def _draw(self, *args, **kwargs):
            np.random.normal()

        on_train_begin = on_epoch_begin = on_epoch_end = on_train_batch_end = on_test_begin = _draw

    def start(callbacks):
        return train([DrawsToo(), *callbacks])

    model = start([])
    whole = state_of(model), model.history.history
    for save_freq, batch in (("epoch", 7), (2, 9), (5, 8)):
        interrupted(tmp_path / "backup", batch, save_freq, start)
        assert_goes_on(tmp_path / "backup", whole, save_freq, start)


# -- killed ----------------------------------------------------------------------------------------


def run(folder, *arguments):
    command = [sys.executable, "-m", "tests.keras.interrupted", str(folder), *map(str, arguments)]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)


@pytest.mark.parametrize(("save_freq", "batch"), [("epoch", 8), (3, 12)])
def test_after_a_kill(save_freq, batch, whole, tmp_path):
    killed = run(tmp_path / "backup", save_freq, batch)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (tmp_path / "backup" / "latest.weights.h5").exists()
    done = run(tmp_path / "backup", save_freq)
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "backup.npz") as result:
        assert_same([result[name] for name in result.files], whole[0])


# Children go on from what the ones before them left, and are killed at random moments, while they
# save for the most part; until one comes to the end.
KILLING = """
import os, random, signal, sys, time
import numpy as np
from tests.keras.interrupted import BackupAndRestore, Interruption, main

folder, kills = sys.argv[1], int(sys.argv[2])
moments = random.Random(0)
for i in range(kills + 1):
    child = os.fork()
    if not child:
        np.random.seed(i)
        main(folder, 1)
        os._exit(0)
    if i < kills:
        time.sleep(moments.uniform(0.02, 0.15))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        break
print(i, os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked and killed")
def test_killed_at_any_moment_it_goes_on(whole, tmp_path):
    """MINITAPE_KILLS=200 for more of them."""
    kills = os.environ.get("MINITAPE_KILLS", "10")
    command = [sys.executable, "-c", KILLING, str(tmp_path / "backup"), kills]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rounds, status = map(int, done.stdout.split())
    assert status == 0, done.stderr
    assert rounds > 0
    with np.load(tmp_path / "backup.npz") as result:
        assert_same([result[name] for name in result.files], whole[0])
    assert not (tmp_path / "backup").exists()


# -- other data ------------------------------------------------------------------------------------


class Batches(keras.utils.PyDataset):
    """Batches with noise in them, in a new order in each epoch."""

    def __len__(self):
        return BATCHES

    def __getitem__(self, i):
        rows = slice(8 * i, 8 * i + 8)
        return X[rows] + 0.1 * np.random.normal(size=(8, 6)), Y[rows]


def generated():
    while True:
        rows = np.random.permutation(40)[:8]
        yield X[rows], Y[rows]


def slices():
    return mt.data.Dataset.from_tensor_slices((X, Y))


def noisy(x, y):
    return x + 0.1 * mt.random.normal(x.shape), y


SOURCES = {
    "PyDataset": (Batches, {}),
    "generator": (generated, {"steps_per_epoch": 4}),
    "Dataset": (lambda: slices().shuffle(20, seed=3).batch(8), {}),
    "Dataset without a seed": (lambda: slices().shuffle(40).batch(8).prefetch(2), {}),
    "Dataset of one order": (lambda: slices().shuffle(9, 1, False).map(noisy).batch(8), {}),
    "Dataset that is cached": (lambda: slices().shuffle(40).cache().shuffle(9).batch(8), {}),
    "Dataset without an end": (
        lambda: slices().shuffle(40).repeat().batch(8), {"steps_per_epoch": 4}
    ),
    "Datasets in one": (
        lambda: mt.data.Dataset.zip(
            (mt.data.Dataset.random(4).take(40), slices().shuffle(30).enumerate())
        ).map(lambda r, e: (e[1][0] + mt.cast(r % 7, "float32"), e[1][1])).batch(8),
        {},
    ),
    "Datasets in turn": (
        lambda: mt.data.Dataset.sample_from_datasets(
            [slices().shuffle(5), slices().take(3).concatenate(slices().shuffle(8))], seed=1
        ).batch(8).take(6),
        {},
    ),
    "array in parts": ({"x": X[:32], "y": Y[:32]}, {"steps_per_epoch": 2, "epochs": 4}),
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_other_data(name, tmp_path):
    source, settings = SOURCES[name]

    def start(callbacks):
        model = new_model()  # which seeds what the source draws from
        data = source if isinstance(source, dict) else {"x": source(), "y": None}
        arguments = {"epochs": 3, "batch_size": 8, "verbose": 0, **settings, **data}
        model.fit(callbacks=callbacks, validation_data=(X[:9], Y[:9]), **arguments)
        return model

    model = start([])
    state, steps = state_of(model), int(model.optimizer.iterations)
    for save_freq, batch in (("epoch", steps // 2), (1, 4), (3, steps)):
        interrupted(tmp_path / "backup", batch, save_freq, start)
        again = start([BackupAndRestore(tmp_path / "backup", save_freq)])
        assert_same(state_of(again), state)
        assert again.history.epoch[0] > 0 or save_freq == 1


def test_a_dataset_without_any_seed(tmp_path):
    """Another process has other keys: those that were used first are in the backup."""

    def start(callbacks, keys=None):
        mt.random.set_seed(None)
        dataset = slices().shuffle(40).batch(8)
        (stream,) = dataset._streams
        found.append(stream.state())
        if keys is not None:
            stream.set_state(keys)
        model = keras.Sequential([keras.Input((6,)), layers.Dense(3, "softmax", name="end")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.set_weights([np.ones((6, 3)), np.zeros(3)])
        model.fit(dataset, epochs=3, verbose=0, callbacks=callbacks)
        return model

    found = []
    whole = start([])
    interrupted(tmp_path / "backup", 9, 2, lambda callbacks: start(callbacks, found[0]))
    again = start([BackupAndRestore(tmp_path / "backup", 2)])
    assert len({tuple(keys) for keys in found}) == 3
    assert_same(again.get_weights(), whole.get_weights())


def test_a_generator_that_was_read_from_is_read_on(tmp_path):
    seen = []

    def batches():
        while True:
            seen.append(len(seen))
            yield X[:8], Y[:8]

    data = batches()

    def start(callbacks):
        model = new_model()
        model.fit(data, epochs=EPOCHS, steps_per_epoch=BATCHES, verbose=0, callbacks=callbacks)
        return model

    interrupted(tmp_path / "backup", 8, 1, start)
    start([BackupAndRestore(tmp_path / "backup", 1)])
    assert len(seen) == EPOCHS * BATCHES + 1  # the eighth batch was taken and not used


def test_fewer_data_than_before(tmp_path):
    interrupted(tmp_path / "backup", 5, 1)
    with pytest.raises(ValueError, match="taken 4 batches from its data, and now there are 2"):
        train([BackupAndRestore(tmp_path / "backup", 1)], X[:16], Y[:16])


# -- other models ----------------------------------------------------------------------------------


def test_losses_and_metrics_of_several_outputs(tmp_path):
    def start(callbacks):
        keras.utils.set_random_seed(1)
        inputs = keras.Input((6,))
        hidden = layers.Dropout(0.5)(layers.Dense(5)(inputs))
        outputs = [layers.Dense(1, name="a")(hidden), layers.Dense(1, name="b")(hidden)]
        model = keras.Model(inputs, outputs)
        model.compile("rmsprop", ["mse", "mae"], metrics=[["mae"], [keras.metrics.R2Score()]])
        y = X[:, :1]
        model.fit(X, [y, y], batch_size=8, epochs=2, verbose=0, callbacks=callbacks)
        return model

    model = start([])
    state = state_of(model)
    interrupted(tmp_path / "backup", 5, 2, start)
    again = start([BackupAndRestore(tmp_path / "backup", 2)])
    assert_same(state_of(again), state)
    assert again.history.history == model.history.history
    assert len(again.history.history) == 5


class Pair(keras.Model):
    """Two models with two optimizers, a metric and a generator of their own, as in a GAN."""

    def __init__(self):
        super().__init__()
        self.one = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.Dropout(0.4)])
        self.two = keras.Sequential([keras.Input((4,)), layers.Dense(6)])
        self.mean = keras.metrics.Mean(name="mean")
        self.seeds = keras.random.SeedGenerator(5)

    def compile(self):
        super().compile()
        self.optimizers = {"one": keras.optimizers.Adam(0.01), "two": keras.optimizers.SGD(0.01)}

    @property
    def metrics(self):
        return [self.mean]

    def train_step(self, data):
        x, _ = data
        noise = keras.random.normal(x.shape, seed=self.seeds)
        for name, part in (("one", self.one), ("two", self.two)):
            with mt.GradientTape() as tape:
                loss = mt.reduce_mean((self.two(self.one(x + noise, training=True)) - x) ** 2)
            weights = part.trainable_weights
            gradients = tape.gradient(loss, weights)
            self.optimizers[name].apply_gradients(zip(gradients, weights, strict=True))
        self.mean.update_state(loss)
        return {"loss": loss, "mean": self.mean.result()}


@pytest.mark.parametrize(("save_freq", "batch"), [("epoch", 7), (1, 4), (3, 9)])
def test_a_model_of_models_with_several_optimizers(save_freq, batch, tmp_path):
    def start(callbacks):
        keras.utils.set_random_seed(2)
        model = Pair()
        model.compile()
        model.fit(X, Y, batch_size=8, epochs=3, verbose=0, callbacks=callbacks)
        return model

    def everything(model):
        parts = [model, *model.optimizers.values(), model.mean]
        return [v.numpy() for part in parts for v in part.variables]

    whole = start([])
    interrupted(tmp_path / "backup", batch, save_freq, start)
    again = start([BackupAndRestore(tmp_path / "backup", save_freq)])
    assert_same(everything(again), everything(whole))
    assert again.history.history["mean"] == whole.history.history["mean"][again.history.epoch[0] :]


# -- the files -------------------------------------------------------------------------------------


def test_the_files_are_keras_own(tmp_path):
    interrupted(tmp_path, 13, 4)
    assert sorted(os.listdir(tmp_path)) == ["latest.weights.h5", "training_metadata.json"]
    metadata = json.loads((tmp_path / "training_metadata.json").read_text())
    assert metadata == {"epoch": 2, "batch": 2}
    model = new_model()
    model.optimizer.build(model.trainable_variables)
    model.load_weights(tmp_path / "latest.weights.h5")
    assert int(model.optimizer.iterations) == 12


def test_a_file_of_weights_alone_begins_its_epoch(tmp_path):
    """As Keras writes it: there are no random states in it."""
    model = train([])
    model.save_weights(tmp_path / "latest.weights.h5")
    (tmp_path / "training_metadata.json").write_text('{"epoch": 3, "batch": 2}')
    again = train([BackupAndRestore(tmp_path)])
    assert again.history.epoch == [3]
    assert int(again.optimizer.iterations) == (EPOCHS + 1) * BATCHES


@pytest.mark.parametrize("delete", [True, False])
def test_what_is_left_after_a_training(delete, tmp_path):
    (tmp_path / "mine.txt").write_text("not a backup")
    (tmp_path / ".latest.weights.h5.0123abcd.tmp").write_text("left by a killed process")
    train([BackupAndRestore(tmp_path, double_checkpoint=True, delete_checkpoint=delete)])
    names = {"latest.weights.h5", "training_metadata.json"}
    left = {path.name for path in tmp_path.iterdir()}
    if delete:
        assert left == {"mine.txt"}
    else:
        assert left >= names | {f"{name}.bkp" for name in names}


def test_a_damaged_backup_and_the_one_before_it(whole, tmp_path):
    interrupted(tmp_path, 13, double_checkpoint=True)
    data = (tmp_path / "latest.weights.h5").read_bytes()
    (tmp_path / "latest.weights.h5").write_bytes(data[:1000])
    with pytest.warns(UserWarning, match="backup before the last one"):
        model = train([BackupAndRestore(tmp_path)])
    assert model.history.epoch == [1, 2, 3]
    assert_same(state_of(model), whole[0])


def test_a_damaged_backup_alone(tmp_path):
    interrupted(tmp_path, 13)
    (tmp_path / "latest.weights.h5").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="To begin anew, delete that folder"):
        train([BackupAndRestore(tmp_path)])
    assert (tmp_path / "latest.weights.h5").exists()


def test_a_backup_of_another_model(tmp_path):
    interrupted(tmp_path, 13)
    model = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    before = model.get_weights()
    with pytest.raises(ValueError, match="cannot go on"):
        train([BackupAndRestore(tmp_path)], model=model)
    assert_same(model.get_weights(), before)


# -- arguments -------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["", None])
def test_no_folder(folder):
    with pytest.raises(ValueError, match="Empty `backup_dir`"):
        BackupAndRestore(folder)


@pytest.mark.parametrize("save_freq", ["batch", 0, -1, 1.5, None, False])
def test_what_is_no_frequency(save_freq):
    with pytest.raises(ValueError, match="save_freq"):
        BackupAndRestore("backup", save_freq)
    with pytest.raises(ValueError, match="save_freq"):
        keras.callbacks.ModelCheckpoint("model.keras", save_freq=save_freq)


def test_a_model_that_is_not_built(tmp_path):
    model = keras.Sequential([layers.Dense(3, "softmax", name="end")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match=r"must be built.*'end'"):
        train([BackupAndRestore(tmp_path)], model=model)
    model(X)
    train([BackupAndRestore(tmp_path)], model=model)


def test_a_loop_of_ones_own(tmp_path):
    model = new_model()
    with pytest.raises(ValueError, match="takes part in `fit` alone"):
        keras.callbacks.CallbackList(BackupAndRestore(tmp_path), model=model).on_train_begin()
