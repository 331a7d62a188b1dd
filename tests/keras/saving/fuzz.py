"""Mutated files: each must give a clear error or a right model.

`python -m tests.keras.saving.fuzz --files 2000` prints how many loaded and how many were refused.
It runs in a process of its own, as HDF5's C library might end it; the last number it printed is
then that of the file.
"""

import argparse
import io
import json
import random
import re
import resource
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import h5py
import numpy as np

import minitape as mt
from minitape.keras.saving.checkpoints.bundle import BundleReader, data_files, write_bundle
from minitape.keras.saving.checkpoints.object_graph import GRAPH
from minitape.keras.saving.checkpoints.table import read_table, write_table

keras = mt.keras
layers = keras.layers
SECONDS, MEGABYTES = 5, 1024
X = np.linspace(-1, 1, 2 * 6 * 6 * 2, dtype="float32").reshape(2, 6, 6, 2)
VALUES = [
    None, True, -1, 0, 1, 2, 3.5, 10**6, 10**9, 10**30, float("nan"), "", "x", "../x", [], {},
    "relu", "Dense", "mse", "os", [None], [[]], [10**5, 10**5],
    {"class_name": "Dense", "config": {}},
    {"class_name": "function", "module": "os", "config": "system"},
]  # fmt: skip

# The names of their files; those that aren't here are archives.
NAMES = {
    "weights": "bad.weights.h5", "legacy": "bad.h5", "h5": "bad.h5", "h5 config": "bad.h5",
    "checkpoint": "bad", "entry": "bad", "graph": "bad",
}  # fmt: skip
KINDS = ["archive", "config", "member", *NAMES]
ERRORS = (ValueError, mt.errors.DataLossError, mt.errors.InvalidArgumentError)


def new_model():
    inputs = keras.Input((6, 6, 2))
    y = layers.BatchNormalization()(layers.Conv2D(3, 3, activation="relu")(inputs))
    y = layers.Dropout(0.5)(layers.Flatten()(layers.MaxPooling2D()(y)))
    rows = mt.tile(mt.reshape(y, (-1, 4, 3)), (1, 2, 1))[:, 2:6]
    y = layers.Flatten()(mt.concat([rows, mt.pad(rows, [[0, 0], [1, 1], [0, 0]])], axis=1))
    y = layers.Dense(12)(y)
    inner = keras.Sequential([keras.Input((12,)), layers.Dense(4), layers.Dense(2)])
    model = keras.Model(inputs, layers.Concatenate()([inner(y), layers.Dense(1)(y)]))
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    model.fit(X, np.zeros((2, 3), "float32"), verbose=0)
    return model


# -- mutations: of bytes, and of a config ----------------------------------------------------------


def mutated_bytes(data, chance):
    """Some bytes changed, a stretch doubled, left out or filled, or the end cut off."""
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        at = chance.randrange(len(data))
        length = chance.choice([1, 4, 8, 64])
        kind = chance.choice(["bit", "byte", "number", "fill", "cut", "copy", "double", "end"])
        if kind == "bit":
            data[at] ^= 1 << chance.randrange(8)
        elif kind == "byte":
            data[at] = chance.randrange(256)
        elif kind == "number":
            value = chance.choice([0, 1, 2**31, 2**32 - 1, 2**40, 2**63, 2**64 - 1])
            data[at : at + 8] = value.to_bytes(8, "little")
        elif kind == "fill":
            data[at : at + length] = bytes([chance.choice([0, 255])]) * length
        elif kind == "cut":
            del data[at : at + length]
        elif kind == "copy":
            other = chance.randrange(len(data))
            data[at : at + length] = data[other : other + length]
        elif kind == "double":
            data[at:at] = data[at : at + length]
        else:
            del data[max(at, 1) :]
        if not data:
            return b"\0"
    return bytes(data)


def mutated_config(config, chance):
    """One value somewhere in the config replaced, left out, or exchanged for another of its own."""
    places = list(_places(config))
    holder, key = chance.choice(places)
    kind = chance.choice(["value", "value", "value", "other", "delete", "rename"])
    if kind == "value":
        holder[key] = chance.choice(VALUES)
    elif kind == "other":
        other, other_key = chance.choice(places)
        holder[key] = json.loads(json.dumps(other[other_key]))
    elif kind == "delete":
        del holder[key]
    elif isinstance(holder, dict):
        holder[f"{key}x"] = holder.pop(key)
    return config


def _places(value):
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from _places(value[key])


class Files:
    """A good file of each kind, and its mutations."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.model = new_model()
        self.model.save(self.folder / "good.keras")
        self.model.save_weights(self.folder / "good.weights.h5")
        self.archive = (self.folder / "good.keras").read_bytes()
        self.weights = (self.folder / "good.weights.h5").read_bytes()
        with zipfile.ZipFile(self.folder / "good.keras") as archive:
            self.members = {name: archive.read(name) for name in archive.namelist()}
        self.legacy = legacy_file(self.model)
        self.model.save(self.folder / "good.h5")
        self.h5 = (self.folder / "good.h5").read_bytes()
        self.parts = dict(model=self.model, optimizer=self.model.optimizer)
        reader = BundleReader(mt.train.Checkpoint(**self.parts).write(self.folder / "good"))
        self.arrays = {name: reader.read(name) for name in reader.entries}

    def make(self, chance):
        """A kind, and the path of a mutated file of it."""
        kind = chance.choice(KINDS)
        path = self.folder / NAMES.get(kind, "bad.keras")
        if kind in ("archive", "weights", "legacy", "h5"):
            path.write_bytes(mutated_bytes(getattr(self, kind), chance))
        elif kind == "h5 config":
            self.make_h5_config(path, chance)
        elif kind in ("checkpoint", "entry", "graph"):
            self.make_checkpoint(kind, str(path), chance)
        else:
            self.make_member(kind, path, chance)
        return kind, path

    def make_h5_config(self, path, chance):
        path.write_bytes(self.h5)
        with h5py.File(path, "a") as file:
            name = chance.choice(["model_config", "training_config"])
            config = mutated_config(json.loads(file.attrs[name]), chance)
            file.attrs[name] = json.dumps(config)

    def make_checkpoint(self, kind, prefix, chance):
        """A file's bytes changed; or an entry or the graph, under checksums that are right."""
        arrays = dict(self.arrays)
        if kind == "graph":
            arrays[GRAPH] = mutated_bytes(arrays[GRAPH], chance)
        write_bundle(prefix, arrays)
        index, data = Path(f"{prefix}.index"), Path(data_files(prefix)[0])
        if kind == "entry":
            items = read_table(index.read_bytes())
            one = chance.choice(sorted(items))
            items[one] = mutated_bytes(items[one] or b"\0", chance)
            index.write_bytes(write_table(items))
        elif kind == "checkpoint":
            file = chance.choice([index, data])
            file.write_bytes(mutated_bytes(file.read_bytes(), chance))

    def make_member(self, kind, path, chance):
        members = dict(self.members)
        if kind == "config":
            config = json.loads(members["config.json"])
            for _ in range(chance.choice([1, 1, 3])):
                config = mutated_config(config, chance)
            members["config.json"] = json.dumps(config).encode()
        else:
            one = chance.choice(sorted(members))
            members[one] = mutated_bytes(members[one], chance)
        compression = chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, data in members.items():
                archive.writestr(name, data)

    def load(self, kind, path):
        """Loads the file, and checks what came of it."""
        if kind in ("weights", "legacy"):
            self.model.load_weights(path)
            return
        if NAMES.get(kind) == "bad":
            mt.train.Checkpoint(**self.parts).read(path)
            if kind == "checkpoint":  # its checksums tell every change
                np.testing.assert_array_equal(self.model(X), self.good)
            return
        loaded = keras.models.load_model(path)
        if kind == "archive":  # its checksums tell every change of a number
            np.testing.assert_array_equal(loaded(X), self.good)
            assert loaded.get_config() == self.model.get_config()

    def check(self, chance):
        """Makes a file and loads it: "loaded" or "refused"."""
        self.model.load_weights(self.folder / "good.weights.h5")
        self.good = self.model(X).numpy()
        kind, path = self.make(chance)
        start = time.perf_counter()
        try:
            self.load(kind, path)
            result = "loaded"
        except ERRORS as error:
            if str(path) not in str(error):
                raise AssertionError("The message does not name the file.") from error
            np.testing.assert_array_equal(self.model(X), self.good)
            result = "refused"
        assert time.perf_counter() - start < SECONDS, "It took too long."
        peak = peak_megabytes()
        assert peak < MEGABYTES, f"It took {peak:.0f} MB."
        return f"{kind} {result}"


def peak_megabytes() -> float:
    """The most memory that this program held. getrusage counts what its parent held, too."""
    return int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def legacy_file(model):
    """Keras 2's form of a model's weights."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["layer_names"] = [layer.name for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            weights = layer.trainable_weights + layer.non_trainable_weights
            group.attrs["weight_names"] = [f"{layer.name}/w{i}:0" for i in range(len(weights))]
            for i, weight in enumerate(weights):
                group[f"{layer.name}/w{i}:0"] = weight.numpy()
    return buffer.getvalue()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    # So that what asks for too much gets an error, and not the machine's last memory.
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    counts = Counter()
    with tempfile.TemporaryDirectory() as folder:
        files = Files(folder)
        for number in range(arguments.seed, arguments.seed + arguments.files):
            print(f"\r{number}", end="", file=sys.stderr, flush=True)
            try:
                counts[files.check(random.Random(number))] += 1
            except BaseException as error:
                error.add_note(f"With --files 1 --seed {number}.")
                raise
    print(json.dumps(counts, sort_keys=True))


if __name__ == "__main__":
    main()
