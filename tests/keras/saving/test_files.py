"""Saving replaces a file whole or not at all; what it says of paths; what it needs."""

import builtins
import errno
import os
import signal
import subprocess
import sys
import zipfile

import pytest

import minitape as mt
from minitape.keras.saving import files
from tests.conftest import CHECKOUT

keras = mt.keras
layers = keras.layers


@pytest.fixture
def model():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2)])


SAVERS = {
    "model.keras": lambda model, path: model.save(path),
    "model.weights.h5": lambda model, path: model.save_weights(path),
}


@pytest.fixture(params=SAVERS)
def target(request, tmp_path):
    """A path, and the function that saves a model there."""
    return tmp_path / request.param, SAVERS[request.param]


# -- all or nothing --------------------------------------------------------------------------------


def test_nothing_but_the_file_is_left(model, target):
    path, save = target
    save(model, path)
    save(model, path)
    assert os.listdir(path.parent) == [path.name]
    model.load_weights(path)


nameless = lambda x: x  # noqa: E731


class Unserialisable(layers.Layer):
    def call(self, x):
        return x

    def get_config(self):
        return {**super().get_config(), "thing": {1, 2}}


def test_a_config_that_is_no_data_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.keras"
    path.write_text("old")
    with pytest.raises(TypeError, match="get_config"):
        keras.Sequential([keras.Input((3,)), Unserialisable()]).save(path)
    with pytest.raises(ValueError, match="A lambda cannot be saved"):
        keras.Sequential([keras.Input((3,)), layers.Dense(1, activation=nameless)]).save(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["model.keras"]


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(model, target, step, monkeypatch):
    path, save = target
    path.write_text("old")

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "write":
        opened = builtins.open

        def open_full(*args):
            file = opened(*args)

            class Full:
                write, fileno, __enter__ = full, file.fileno, lambda self: self
                tell, seekable, flush, close = file.tell, file.seekable, file.flush, file.close
                __exit__ = lambda self, *_: file.close()  # noqa: E731

            return Full()

        monkeypatch.setattr(files, "open", open_full, raising=False)
    else:
        monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space left"):
        save(model, path)
    assert path.read_text() == "old"
    assert os.listdir(path.parent) == [path.name]


def test_ctrl_c_leaves_the_old_file(model, target, monkeypatch):
    path, save = target
    path.write_text("old")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job may ignore it
    monkeypatch.setattr(os, "fsync", lambda _: signal.raise_signal(signal.SIGINT))
    try:
        with pytest.raises(KeyboardInterrupt):
            save(model, path)
    finally:
        signal.signal(signal.SIGINT, before)
    assert path.read_text() == "old"
    assert os.listdir(path.parent) == [path.name]


def test_the_file_is_on_the_disk_before_it_takes_the_others_place(model, target, monkeypatch):
    path, save = target
    done = []
    fsync, replace = os.fsync, os.replace

    def synced(descriptor):
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        fsync(descriptor)

    def replaced(old, new):
        done.append("replace")
        assert os.path.dirname(old) == os.path.dirname(new)
        replace(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    save(model, path)
    assert done == ["file", "replace", "folder"]


def test_a_link_stays_a_link(model, target):
    path, save = target
    other = path.parent / "elsewhere"
    other.mkdir()
    path.symlink_to(other / path.name)
    save(model, path)
    assert path.is_symlink()
    model.load_weights(other / path.name)


# A child saves without end, and is killed at a random moment, over and over.
KILLING = """
import os, random, signal, sys, time, warnings
import numpy as np
import minitape as mt

keras, folder, rounds = mt.keras, sys.argv[1] + "/", int(sys.argv[2])
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(512), keras.layers.Dense(512)])
callback = keras.callbacks.ModelCheckpoint(folder + "callback.keras")
callback.set_model(model)
checkpoint = mt.train.Checkpoint(model=model)
manager = mt.train.CheckpointManager(checkpoint, folder + "managed", max_to_keep=2)
moments = random.Random(0)

savers = [
    lambda: model.save(folder + "model.keras"),
    lambda: model.save(folder + "model.h5"),
    lambda: model.save_weights(folder + "model.weights.h5"),
    lambda: callback.on_epoch_end(0),
    lambda: checkpoint.write(folder + "checkpoint"),
    lambda: manager.save(),
]

def save(n):
    for v in model.weights:
        v.assign(np.full(v.shape, n, v.dtype))
    moments.shuffle(savers)
    for saver in savers:
        saver()

def value(loaded):
    values = {float(n) for w in loaded.get_weights() for n in (w.min(), w.max())}
    assert len(values) == 1, values
    return values.pop()

def restored(path):
    checkpoint.read(path).assert_consumed()
    return value(model)

save(0)  # which imports what it needs
begun = time.perf_counter()
save(0)
took = time.perf_counter() - begun
last, halfway = 0, 0
for i in range(rounds):
    moments.random()
    child = os.fork()
    if not child:
        n = last
        while True:
            n += 1
            save(n)
    time.sleep(moments.uniform(0, 3 * took))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    left = [name for _, _, names in os.walk(folder) for name in names if name.endswith(".tmp")]
    halfway += bool(left)
    found = [
        value(keras.models.load_model(folder + name))
        for name in ("model.keras", "model.h5", "callback.keras")
    ]
    model.load_weights(folder + "model.weights.h5")
    found += [value(model), restored(folder + "checkpoint")]
    manager = mt.train.CheckpointManager(checkpoint, folder + "managed", max_to_keep=2)
    managed = [restored(path) for path in manager.checkpoints]
    assert managed == sorted(managed) and managed
    assert restored(mt.train.latest_checkpoint(folder + "managed")) == managed[-1]
    last = max([last, *found, *managed])
    for path, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".tmp"):
                os.remove(os.path.join(path, name))
print(int(last), halfway)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked and killed")
def test_a_killed_process_leaves_whole_files(tmp_path):
    """MINITAPE_KILLS=200 for more of them."""
    kills = os.environ.get("MINITAPE_KILLS", "30")
    command = [sys.executable, "-c", KILLING, str(tmp_path), kills]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    last, halfway = map(int, done.stdout.split())
    assert last > 0  # some were saved, so they were killed at it
    assert halfway > int(kills) / 4  # and in the middle of it


# -- paths -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["model", "model.weights.h5", "model.tf", "model.keras.zip", ""])
def test_a_model_is_saved_with_the_ending_keras(model, tmp_path, name):
    with pytest.raises(ValueError, match=r"\.keras"):
        model.save(tmp_path / name)
    with pytest.raises(ValueError, match=r"\.keras|File not found"):
        keras.models.load_model(tmp_path / name)


@pytest.mark.parametrize("name", ["model.h5", "model.keras", "model.weights", ""])
def test_weights_are_saved_with_the_ending_weights_h5(model, tmp_path, name):
    with pytest.raises(ValueError, match=r"must end in `\.weights\.h5`"):
        model.save_weights(tmp_path / name)


def test_a_file_that_is_not_there(model, tmp_path):
    with pytest.raises(ValueError, match="File not found"):
        keras.models.load_model(tmp_path / "model.keras")
    for name in ("model.keras", "model.weights.h5", "model.h5"):
        with pytest.raises(FileNotFoundError):
            model.load_weights(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        model.save(tmp_path / "nowhere" / "model.keras")


def test_weights_of_an_unknown_kind(model, tmp_path):
    with pytest.raises(ValueError, match="File format not supported"):
        model.load_weights(tmp_path / "model.ckpt")
    with pytest.raises(ValueError, match="by_name"):
        model.load_weights(tmp_path / "model.weights.h5", by_name=True)
    with pytest.raises(ValueError, match="Invalid keyword"):
        model.load_weights(tmp_path / "model.h5", by_nam=True)


def test_a_model_that_is_not_built(tmp_path):
    model = keras.Sequential([layers.Dense(2)])
    with pytest.raises(ValueError, match="none yet"):
        model.save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(ValueError, match="none yet"):
        model.load_weights(tmp_path / "model.weights.h5")
    with pytest.warns(UserWarning, match="not built"):
        model.save(tmp_path / "model.keras")
    assert not keras.models.load_model(tmp_path / "model.keras").weights


@pytest.mark.parametrize(
    ("answers", "replaced"), [(["y"], True), (["n"], False), (["what", " Y "], True)]
)
def test_overwrite_asks(model, target, monkeypatch, answers, replaced):
    path, _ = target
    path.write_text("old")
    given = iter(answers)
    monkeypatch.setattr("builtins.input", lambda _: next(given))
    if path.suffix == ".keras":
        model.save(path, overwrite=False)
    else:
        model.save_weights(path, overwrite=False)
    assert (path.read_bytes() != b"old") is replaced
    assert list(given) == []


def test_overwrite_with_nobody_to_ask(model, tmp_path, monkeypatch):
    def nobody(_):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    path = tmp_path / "model.keras"
    model.save(path, overwrite=False)  # there is none yet
    with pytest.raises(FileExistsError, match="overwrite=True"):
        model.save(path, overwrite=False)


def test_arguments_of_keras_2(model, tmp_path):
    model.save(tmp_path / "model.keras", include_optimizer=False, save_format="keras")
    with pytest.raises(ValueError, match="not supported: .*signatures"):
        model.save(tmp_path / "model.keras", signatures=None)
    with pytest.raises(ValueError, match="zipped"):
        model.save(tmp_path / "model.keras", zipped=False)
    with pytest.raises(ValueError, match="max_shard_size"):
        model.save_weights(tmp_path / "model.weights.h5", max_shard_size=1)


def test_export_says_how(model, tmp_path):
    with pytest.raises(NotImplementedError, match=r"save\('model\.keras'\).*export\('served'"):
        model.export("served")


def test_without_h5py_the_error_says_what_to_install(model, target, monkeypatch):
    path, save = target
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match=r"pip install 'minitape\[save\]'"):
        save(model, path)
    assert not os.listdir(path.parent)


def test_the_archive_holds_three_members_uncompressed(model, tmp_path):
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        members = archive.infolist()
    assert [m.filename for m in members] == ["metadata.json", "config.json", "model.weights.h5"]
    assert all(m.compress_type == zipfile.ZIP_STORED for m in members)
