"""tf.train.Checkpoint and CheckpointManager: what is saved, restored, kept and refused."""

import errno
import os
import re

import numpy as np
import pytest

import minitape as mt
from minitape.keras.saving import files
from minitape.keras.saving.checkpoints import bundle

keras = mt.keras
layers = keras.layers


def array(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


X, Y = array(4, 3), array(4, 1)


class Net(keras.Model):
    """A model that is built when it is first called."""

    def __init__(self):
        super().__init__()
        self.blocks = [layers.Dense(4), layers.BatchNormalization()]
        self.last = layers.Dense(1)

    def call(self, x, training=None):
        for block in self.blocks:
            x = block(x)
        return self.last(x)


def step(model, optimizer):
    with mt.GradientTape() as tape:
        loss = mt.reduce_mean((model(X, training=True) - Y) ** 2)
    weights = model.trainable_weights
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))


def assert_same(ours, theirs):
    for one, two in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, two)


def files_of(*prefixes):
    endings = ("data-00000-of-00001", "index")
    return ["checkpoint", *(f"{prefix}.{ending}" for prefix in prefixes for ending in endings)]


def test_variables_come_back(tmp_path):
    v, w = mt.Variable([1.0, 2.0]), mt.Variable(3)
    checkpoint = mt.train.Checkpoint(v=v, inner=mt.train.Checkpoint(w=w), more=[mt.Variable(True)])
    assert checkpoint.save(tmp_path / "ck") == str(tmp_path / "ck-1")
    v.assign([5.0, 6.0])
    w.assign(7)
    assert checkpoint.save(tmp_path / "ck") == str(tmp_path / "ck-2")
    status = checkpoint.restore(tmp_path / "ck-1")
    assert status.assert_consumed() is status
    assert (v.numpy().tolist(), int(w), int(checkpoint.save_counter)) == ([1.0, 2.0], 3, 1)
    assert sorted(os.listdir(tmp_path)) == files_of("ck-1", "ck-2")


@pytest.mark.parametrize("built", [True, False], ids=["built", "not built yet"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop"])
def test_training_goes_on_as_if_never_stopped(tmp_path, built, optimizer):
    def new():
        keras.utils.set_random_seed(0)
        return Net(), keras.optimizers.get(optimizer)

    def checkpoint_of(model, optimizer):
        return mt.train.Checkpoint(model=model, optimizer=optimizer)

    whole, first, second = new(), new(), new()
    for _ in range(4):
        step(*whole)
    step(*first)
    step(*first)
    path = checkpoint_of(*first).save(tmp_path / "ck")
    if built:
        step(*second)
    checkpoint = checkpoint_of(*second)
    checkpoint.restore(path).assert_existing_objects_matched()
    if not built:  # what waits to be built is saved too
        path = checkpoint.write(tmp_path / "again")
        second = new()
        checkpoint_of(*second).restore(path)
    step(*second)
    step(*second)
    assert_same(second[0].weights, whole[0].weights)
    assert_same(second[1].variables, whole[1].variables)


def test_the_parts_of_a_root(tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    path = mt.train.Checkpoint(model).write(tmp_path / "weights")
    other = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    mt.train.Checkpoint(other).read(path).assert_consumed()
    assert_same(other.weights, model.weights)


def test_the_roots_own_variables(tmp_path):
    class Scale(keras.Model):
        def build(self, shape):
            self.factor = self.add_weight((3,), "ones", name="factor")

        def call(self, x):
            return x * self.factor

    model = Scale()
    model(X)
    model.factor.assign([1.0, 2.0, 3.0])
    path = mt.train.Checkpoint(model).write(tmp_path / "weights")
    other = Scale()
    other(X)
    mt.train.Checkpoint(other).read(path).assert_consumed()
    assert_same(other.weights, model.weights)


def test_a_metric(tmp_path):
    mean = keras.metrics.Mean()
    mean.update_state([1.0, 3.0])
    path = mt.train.Checkpoint(mean=mean).save(tmp_path / "ck")
    other = keras.metrics.Mean()
    mt.train.Checkpoint(mean=other).restore(path)
    assert float(other.result()) == 2.0


def test_the_status_tells_what_is_missing(tmp_path):
    path = mt.train.Checkpoint(v=mt.Variable(1.0)).save(tmp_path / "ck")
    both = mt.train.Checkpoint(v=mt.Variable(0.0), w=mt.Variable(2.0)).restore(path)
    with pytest.raises(AssertionError, match="'w'"):
        both.assert_existing_objects_matched()
    assert both.expect_partial() is both
    assert both.assert_nontrivial_match() is both
    none = mt.train.Checkpoint().restore(path)
    assert none.assert_existing_objects_matched() is none
    with pytest.raises(AssertionError, match="'v'"):
        none.assert_consumed()
    nothing = mt.train.Checkpoint().restore(None)
    for check in (nothing.assert_consumed, nothing.assert_nontrivial_match):
        with pytest.raises(AssertionError, match="save_path=None"):
            check()


class MadeInBuild(layers.Layer):
    """A layer whose inner one is made late, and built later still."""

    def build(self, input_shape):
        self.inner = layers.Dense(2)

    def call(self, x):
        return self.inner(x)


def test_a_layer_that_is_made_in_build(tmp_path):
    one, two = MadeInBuild(), MadeInBuild()
    one(X)
    path = mt.train.Checkpoint(layer=one).save(tmp_path / "ck")
    status = mt.train.Checkpoint(layer=two).restore(path)
    np.testing.assert_array_equal(two(X), one(X))
    status.assert_consumed()


@pytest.mark.parametrize("step", ["write", "fsync", "replace", "the folder"])
@pytest.mark.parametrize("which", [1, 2], ids=["the bytes", "the index"])
def test_a_full_disk_leaves_one_of_the_two(step, which, tmp_path, monkeypatch):
    """The old one; or the new one, if all of it has its place."""
    v = mt.Variable([1.0, 2.0])
    checkpoint = mt.train.Checkpoint(v=v)
    path = checkpoint.write(tmp_path / "ck")
    before = sorted(os.listdir(tmp_path))
    calls = []

    def full(*args):
        calls.append(step)
        if len(calls) == which:
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(*args)

    places = {"fsync": os, "replace": os, "write": bundle, "the folder": files}
    name = {"write": "replacing", "the folder": "_sync_folder"}.get(step, step)
    original = getattr(places[step], name)
    v.assign([3.0, 4.0])
    with monkeypatch.context() as patch:
        patch.setattr(places[step], name, full)
        with pytest.raises(OSError, match="No space left"):
            checkpoint.write(path)
    checkpoint.read(path).assert_consumed()
    if (step, which) == ("the folder", 2):
        assert v.numpy().tolist() == [3, 4]
    else:
        assert v.numpy().tolist() == [1, 2]
        assert sorted(os.listdir(tmp_path)) == before


def test_what_does_not_fit_changes_nothing(tmp_path):
    path = mt.train.Checkpoint(a=mt.Variable(1.0), b=mt.Variable([1.0])).save(tmp_path / "ck")
    a, b = mt.Variable(0.0), mt.Variable([0.0, 0.0])
    with pytest.raises(ValueError, match=r"ck-1, 'b'.*shape"):
        mt.train.Checkpoint(a=a, b=b).restore(path)
    assert float(a) == 0


def test_what_is_refused(tmp_path):
    with pytest.raises(mt.errors.NotFoundError, match="ck-1"):
        mt.train.Checkpoint().restore(tmp_path / "ck-1")
    for value in (3, "x", [mt.Variable(1.0), 3], {"a": None}, lambda: 0):
        with pytest.raises(ValueError, match="expecting x"):
            mt.train.Checkpoint(x=value)


# -- the newest, and those that are kept -----------------------------------------------------------


def test_latest_checkpoint(tmp_path):
    assert mt.train.latest_checkpoint(tmp_path) is None
    assert mt.train.latest_checkpoint(tmp_path / "nowhere") is None
    checkpoint = mt.train.Checkpoint(v=mt.Variable(1.0))
    for _ in range(3):
        path = checkpoint.save(tmp_path / "ck")
        assert mt.train.latest_checkpoint(tmp_path) == path
    os.remove(f"{path}.index")
    assert mt.train.latest_checkpoint(tmp_path) is None


def test_the_manager_keeps_the_last_ones(tmp_path):
    v = mt.Variable(0)
    manager = mt.train.CheckpointManager(mt.train.Checkpoint(v=v), tmp_path, max_to_keep=2)
    assert manager.latest_checkpoint is None
    for n in range(1, 5):
        v.assign(n)
        assert manager.save() == str(tmp_path / f"ckpt-{n}")
    kept = [str(tmp_path / "ckpt-3"), str(tmp_path / "ckpt-4")]
    assert manager.checkpoints == kept
    assert sorted(os.listdir(tmp_path)) == files_of("ckpt-3", "ckpt-4")

    w = mt.Variable(0)
    again = mt.train.CheckpointManager(mt.train.Checkpoint(v=w), tmp_path, max_to_keep=2)
    assert again.checkpoints == kept
    assert again.restore_or_initialize() == kept[-1]
    assert int(w) == 4
    assert again.save() == str(tmp_path / "ckpt-5")
    assert again.save(checkpoint_number=77) == str(tmp_path / "ckpt-77")
    assert sorted(os.listdir(tmp_path)) == files_of("ckpt-5", "ckpt-77")


def test_restore_or_initialize_where_there_is_nothing(tmp_path):
    called = []
    checkpoint = mt.train.Checkpoint()
    manager = mt.train.CheckpointManager(
        checkpoint, tmp_path / "new", 1, init_fn=lambda: called.append(1)
    )
    assert manager.restore_or_initialize() is None
    assert called == [1]


def test_the_interval_between_checkpoints(tmp_path):
    steps = mt.Variable(0)
    manager = mt.train.CheckpointManager(
        mt.train.Checkpoint(steps=steps), tmp_path, None, step_counter=steps, checkpoint_interval=3
    )
    saved = []
    for n in range(8):
        steps.assign(n)
        saved.append(manager.save() is not None)
    assert [n for n, one in enumerate(saved) if one] == [0, 3, 6]
    assert manager.save(check_interval=False) is not None


def test_a_foreign_list_of_files_deletes_nothing_elsewhere(tmp_path):
    outside = tmp_path / "outside.index"
    outside.write_text("mine")
    folder = tmp_path / "folder"
    folder.mkdir()
    names = ["../outside", str(tmp_path / "outside"), "x/../../outside"]
    lines = [f'all_model_checkpoint_paths: "{name}"' for name in names]
    (folder / "checkpoint").write_text('model_checkpoint_path: "../outside"\n' + "\n".join(lines))
    assert mt.train.latest_checkpoint(folder) is None
    manager = mt.train.CheckpointManager(mt.train.Checkpoint(), folder, max_to_keep=1)
    for _ in range(3):
        manager.save()
    assert outside.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(max_to_keep=0), "max_to_keep"),
        (dict(max_to_keep=1, keep_checkpoint_every_n_hours=1), "max_to_keep alone"),
        (dict(max_to_keep=1, checkpoint_interval=3), "step_counter"),
    ],
)
def test_arguments_of_the_manager(arguments, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        mt.train.CheckpointManager(mt.train.Checkpoint(), tmp_path, **arguments)


def test_the_text_file_is_in_tensorflows_form(tmp_path):
    manager = mt.train.CheckpointManager(mt.train.Checkpoint(), tmp_path, max_to_keep=2)
    for _ in range(2):
        manager.save()
    lines = (tmp_path / "checkpoint").read_text().splitlines()
    assert lines[:3] == [
        'model_checkpoint_path: "ckpt-2"',
        'all_model_checkpoint_paths: "ckpt-1"',
        'all_model_checkpoint_paths: "ckpt-2"',
    ]
    assert all(re.fullmatch(r"all_model_checkpoint_timestamps: \d+\.\d+", n) for n in lines[3:])
    assert len(lines) == 5
