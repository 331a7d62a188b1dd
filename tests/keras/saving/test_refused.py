"""Every attack of the table in spec/security.md, as a crafted file: a ValueError that says why.

Each row makes a file that differs in one thing from one that loads. Nothing in a file may run, be
imported, open a path, or take more memory than the file's size allows.
"""

import ast
import inspect
import io
import json
import os
import re
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest

import minitape as mt
from tests.conftest import CHECKOUT

keras = mt.keras
layers = keras.layers


@pytest.fixture
def model():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2, name="first"), layers.Dense(1)])


@pytest.fixture
def members(model, tmp_path):
    """The members of a good file, by name."""
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    model.save(tmp_path / "good.keras")
    with zipfile.ZipFile(tmp_path / "good.keras") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, data)
    return path


def refused(path, *words):
    """The message with which a file is refused; it names the file."""
    with pytest.raises(ValueError, match=re.escape(str(path))) as caught:
        keras.models.load_model(path)
    message = str(caught.value)
    for word in words:
        assert re.search(word, message), f"{word!r} is not in: {message}"
    return message


# -- config.json -----------------------------------------------------------------------------------


def layer(module, name, config=None, **more):
    """A change of a config: its last layer becomes this one."""

    def change(config_json):
        entry = {"module": module, "class_name": name, "config": config or {}, **more}
        config_json["config"]["layers"][-1] = entry

    return change


def argument(key, value):
    """A change of a config: an argument of its last layer becomes this."""

    def change(config_json):
        config_json["config"]["layers"][-1]["config"][key] = value

    return change


def whole(module, name, config=None):
    """A change of a config: instead of a model it describes this."""

    def change(config_json):
        config_json.clear()
        config_json.update(module=module, class_name=name, config=config or {})

    return change


def compiled_with(key, value):
    def change(config_json):
        config_json["compile_config"][key] = value

    return change


def function(name, module="builtins"):
    return {
        "module": module,
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }


def array_of(dtype):
    """A change of a config: the loss gets an array as its weight."""
    config = {"value": ["x"] * 1000, "dtype": dtype}
    return compiled_with("loss_weights", {"class_name": "__numpy__", "config": config})


LAMBDA = {"class_name": "__lambda__", "config": {"value": ["4wEAAAAA", None, None]}}
CODE = ["4wEAAAAAAAAAAAAAAAEAAAADAAAA", None, None]
CONFIGS = {
    "Lambda layer with a lambda": layer("keras.layers", "Lambda", {"function": LAMBDA}),
    "Lambda layer with Keras 2's lambda": layer(
        "keras.layers", "Lambda", {"function": CODE, "function_type": "lambda"}
    ),
    "lambda as an activation": argument("activation", LAMBDA),
    "lambda as an initializer": argument("kernel_initializer", LAMBDA),
    "lambda as the loss": compiled_with("loss", LAMBDA),
    "lambda as the model": whole(None, "__lambda__", {"value": CODE}),
    "os.system as a layer": layer("os", "system", {"command": "touch pwned"}),
    "os.system as an activation": argument("activation", function("system", "os")),
    "os.system as the model": whole("os", "system", {"command": "touch pwned"}),
    "subprocess.Popen": layer("subprocess", "Popen", {"args": ["touch", "pwned"]}),
    "eval": argument("activation", function("eval")),
    "a function by a dotted name": argument("activation", function("os.system")),
    "numpy.load": argument("kernel_initializer", function("load", "numpy")),
    "get_file": layer("keras.utils", "get_file", {"fname": "x", "origin": "http://127.0.0.1/"}),
    "get_file as a function": argument("activation", function("get_file", "keras.utils")),
    "load_model as a layer": layer("keras.models", "load_model", {"filepath": "/etc/passwd"}),
    "load_model as a function": argument("activation", function("load_model", "keras.saving")),
    "load_model as the model": whole("keras.saving", "load_model", {"filepath": "good.keras"}),
    "enable_unsafe_deserialization": layer("keras.config", "enable_unsafe_deserialization"),
    "enable_unsafe_deserialization as a function": argument(
        "activation", function("enable_unsafe_deserialization", "keras.config")
    ),
    "clear_session": argument("activation", function("clear_session", "keras.backend")),
    "set_floatx": whole("keras.backend", "set_floatx", {"value": "float16"}),
    "TorchModuleWrapper": layer("keras.layers", "TorchModuleWrapper", {"module": "gASVAAAA"}),
    "TFSMLayer": layer("keras.layers", "TFSMLayer", {"filepath": "/tmp/evil"}),
    "JaxLayer": layer("keras.layers", "JaxLayer", {"call_fn": LAMBDA}),
    "a vocabulary by its path": layer(
        "keras.layers", "StringLookup", {"vocabulary": "/etc/passwd"}
    ),
    "layer name with ..": argument("name", "../../x"),
    "layer name that is a path": argument("name", "/etc/x"),
    "an op of another library": layer("keras.src.ops.core", "Map", {}, inbound_nodes=[]),
    "an op that nobody has": layer("minitape.ops", "system"),
    "a private class of Keras'": layer("keras.src.saving.saving_lib", "H5IOStore"),
    "an optimizer of os": compiled_with(
        "optimizer", {"module": "os", "class_name": "system", "config": {"command": "touch pwned"}}
    ),
    "a loss of os": compiled_with("loss", {"module": "os", "class_name": "system", "config": {}}),
    "a loss as a function of os": compiled_with("loss", function("system", "os")),
    "a metric of os": compiled_with("metrics", [function("system", "os")]),
    "huge layer": argument("units", 10**9),
    "negative layer": argument("units", -1),
    "layer that is a text": argument("units", "touch pwned"),
    "an unknown argument": argument("command", "touch pwned"),
    "a layer for the model's metric": compiled_with("metrics", [{"class_name": "Dense"}]),
    "a loss for the model": whole("keras.losses", "MeanSquaredError"),
    "an array of long texts": array_of("S1000000000"),
    "an array of objects": array_of("object"),
    "nothing": lambda config_json: config_json.clear(),
    "no list of layers": lambda config_json: config_json["config"].update(layers=7),
    "a layer that is None": lambda config_json: config_json["config"]["layers"].append(None),
}


@pytest.mark.parametrize("change", CONFIGS.values(), ids=CONFIGS)
def test_config(change, members, tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    config = json.loads(members["config.json"])
    change(config)
    path = zipped(tmp_path / "bad.keras", members | {"config.json": json.dumps(config)})
    refused(path, "config.json", "lambda" if "lambda" in request.node.name else "")
    assert sorted(os.listdir()) == ["bad.keras", "good.keras"]
    if change is not CONFIGS["huge layer"]:  # that is refused beside the weights alone
        with pytest.raises(ValueError, match="The text"):
            keras.models.model_from_json(json.dumps(config))
    assert sorted(os.listdir()) == ["bad.keras", "good.keras"]


def test_a_text_longer_than_any_config():
    with pytest.raises(ValueError, match="The text.* it has 67,108,865 characters"):
        keras.models.model_from_json(" " * (64 << 20) + "1")


def op(name, *args, module="keras.src.ops.numpy", of=(8,), **config):
    """A model of an input and one op on it; "x" stands for the input among the arguments."""
    place = {"shape": [None, *of], "dtype": "float32", "keras_history": ["x", 0, 0]}
    x = {"class_name": "__keras_tensor__", "config": place}
    call = {"args": [x if arg == "x" else arg for arg in args or ("x",)], "kwargs": {}}
    if module == "minitape.ops":
        call["kwargs"], config = config, {}
    made = {
        "module": module,
        "class_name": name,
        "config": {"name": "y", **config},
        "name": "y",
        "inbound_nodes": [call],
    }
    settings = {"batch_shape": [None, *of], "dtype": "float32", "name": "x"}
    first = {"module": "keras.layers", "class_name": "InputLayer", "config": settings}
    config = {
        "name": "model",
        "layers": [{**first, "name": "x", "inbound_nodes": []}, made],
        "input_layers": [["x", 0, 0]],
        "output_layers": [["y", 0, 0]],
    }
    return {"module": "keras.models", "class_name": "Functional", "config": config}


LARGE_OPS = {
    "tile": op("Tile", repeats=[1, 10**9]),
    "tile along many axes": op("Tile", of=(1, 1, 1, 1), repeats=[1, 999, 999, 999, 999]),
    "repeat": op("Repeat", repeats=10**9, axis=1),
    "pad": op("Pad", pad_width=[[0, 0], [0, 10**10]], mode="constant"),
    "broadcast_to": op("BroadcastTo", shape=[2, 10**5, 10**5, 8]),
    "one_hot": op("OneHot", module="keras.src.ops.nn", num_classes=10**9, axis=-1, dtype="float32"),
    "an outer product": op("Einsum", "x", "x", of=(10**5,), subscripts="bi,bj->bij"),
    "a sum of a huge input": op("Add", "x", 1.0, of=(10**5, 10**5)),
    "an activation of a huge input": op("Relu", module="keras.src.ops.nn", of=(10**5, 10**5)),
    "minitape's own": op("tile", module="minitape.ops", multiples=[1, 10**9]),
    "numbers alone": op("Arange", 10**10),
    "zeros": op("Zeros", [10**5, 10**5]),
    "random numbers": op("standard_uniform", "x", module="minitape.ops", shape=[10**6, 10**6],
                         dtype="float32"),
}  # fmt: skip


@pytest.mark.parametrize("config", LARGE_OPS.values(), ids=LARGE_OPS)
def test_an_op_with_a_large_result(config, members, tmp_path):
    path = zipped(tmp_path / "bad.keras", members | {"config.json": json.dumps(config)})
    tracemalloc.start()
    try:
        refused(path, "may give|takes too much|Unknown op|broadcast|Matrix")
        assert tracemalloc.get_traced_memory()[1] < 1 << 26
    finally:
        tracemalloc.stop()


def test_an_op_loads(members, tmp_path):
    """The craft is right: a small result is no obstacle."""
    config = op("Tile", repeats=[1, 3])
    x = keras.Input((8,))
    keras.Model(x, keras.ops.tile(x, (1, 3))).save(tmp_path / "good.keras")
    with zipfile.ZipFile(tmp_path / "good.keras") as archive:
        weights = archive.read("model.weights.h5")
    new = members | {"config.json": json.dumps(config), "model.weights.h5": weights}
    loaded = keras.models.load_model(zipped(tmp_path / "tiled.keras", new))
    assert loaded(np.ones((2, 8))).shape == (2, 24)


def test_ops_on_images_load(tmp_path):
    x = keras.Input((96, 96, 64))
    y = mt.nn.relu(x * 2.0 - mt.reduce_mean(x, axis=-1, keepdims=True))
    y = mt.matmul(mt.reshape(y, (-1, 96 * 96, 64)), mt.ones((64, 32)))
    keras.Model(x, y).save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras").output_shape == (None, 9216, 32)


@pytest.fixture
def whole_h5(model, tmp_path):
    """A function that writes an `.h5` file of the model, its config changed as in a `.keras` file.

    It returns the path; or None, where the change is of something that such a file doesn't have.
    """
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    model.save(tmp_path / "good.h5")

    def write(change):
        with h5py.File(tmp_path / "good.h5") as file:
            config, training = (
                json.loads(file.attrs[f"{n}_config"]) for n in ("model", "training")
            )
        training["optimizer"] = training.pop("optimizer_config")
        config["compile_config"] = training
        change(config)
        training = config.pop("compile_config", training)
        training["optimizer_config"] = training.pop("optimizer")
        path = tmp_path / "bad.h5"
        path.write_bytes((tmp_path / "good.h5").read_bytes())
        with h5py.File(path, "a") as file:
            file.attrs["model_config"] = json.dumps(config)
            file.attrs["training_config"] = json.dumps(training)
        return path

    return write


@pytest.mark.parametrize("change", CONFIGS.values(), ids=CONFIGS)
def test_config_in_an_h5_file(change, whole_h5, tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    keras.models.load_model(whole_h5(lambda config: None))
    path = whole_h5(change)
    refused(path, "_config", "lambda" if "lambda" in request.node.name else "")
    with pytest.raises(ValueError, match="bad.h5"):
        keras.models.load_model(path, safe_mode=False)
    assert sorted(os.listdir()) == ["bad.h5", "good.h5"]


def test_an_h5_file_whose_modules_are_left_out(whole_h5):
    """Older files name classes alone: they are looked for in the same places, and no others."""

    def without_modules(value):
        if isinstance(value, list):
            return [without_modules(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {k: without_modules(v) for k, v in value.items() if k != "module"}

    def plain(config):
        config.update(without_modules(config))

    keras.models.load_model(whole_h5(plain))
    for change in CONFIGS.values():

        def changed(config, change=change):
            change(config)
            plain(config)

        refused(whole_h5(changed), "_config")


@pytest.mark.parametrize(
    "read",
    [
        keras.saving.deserialize_keras_object,
        keras.utils.deserialize_keras_object,
        keras.activations.deserialize,
        keras.losses.deserialize,
        keras.metrics.deserialize,
        keras.initializers.deserialize,
        keras.regularizers.deserialize,
        keras.constraints.deserialize,
        keras.optimizers.deserialize,
        keras.optimizers.schedules.deserialize,
        keras.layers.deserialize,
        lambda config: layers.Lambda.from_config({"function": config}),
        lambda config: layers.TimeDistributed.from_config({"layer": config}),
        lambda config: keras.optimizers.Adam.from_config({"learning_rate": config}),
        lambda config: keras.models.model_from_json(json.dumps(config)),
        lambda config: layers.Dense.from_config({"units": 1, "activation": config}),
        lambda config: keras.Sequential.from_config({"layers": [config]}),
    ],
)
def test_every_entry_refuses(read):
    for config in (LAMBDA, function("system", "os"), function("os.system"), function("eval")):
        with pytest.raises(ValueError, match="lambda|Unknown|Could not interpret|compiled code"):
            read(config)


def test_settings_stay_as_they_are(members, tmp_path):
    """No name in a file can change what a later file may do."""
    config = json.loads(members["config.json"])
    first, second = dict(config), dict(config)
    whole("keras.config", "enable_unsafe_deserialization")(first)
    refused(zipped(tmp_path / "first.keras", members | {"config.json": json.dumps(first)}))
    argument("activation", LAMBDA)(second)
    path = zipped(tmp_path / "second.keras", members | {"config.json": json.dumps(second)})
    refused(path, "lambda")
    with pytest.raises(ValueError, match="lambda"):  # nor can the caller
        keras.models.load_model(path, safe_mode=False)


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"7", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"class_name": NaN}'],
    ids=lambda text: repr(text[:9]),
)
def test_config_that_is_no_dict(text, members, tmp_path):
    refused(zipped(tmp_path / "bad.keras", members | {"config.json": text}), "config.json")


# -- the archive -----------------------------------------------------------------------------------


def changed(**more):
    """A maker of an archive with more members, or others in the place of the good ones."""

    def make(path, members):
        return zipped(path, members | {name.replace("__", "/"): more[name] for name in more})

    return make


def without(name):
    return lambda path, members: zipped(path, {n: d for n, d in members.items() if n != name})


def twice(name):
    def make(path, members):
        with pytest.warns(UserWarning, match="Duplicate name"):
            return zipped(path, [*members.items(), (name, members[name])])

    return make


def renamed(old, new):
    return lambda path, members: zipped(
        path, [(new if name == old else name, data) for name, data in members.items()]
    )


def added(name, data=b"x"):
    return lambda path, members: zipped(path, members | {name: data})


def bomb(name, size=30 << 20):
    """A member that a few kilobytes declare to be large."""
    return lambda path, members: zipped(path, members | {name: bytes(size)}, zipfile.ZIP_DEFLATED)


def lying(field, value):
    """An archive whose list of members says something untrue about the weights."""

    def make(path, members):
        data = bytearray(zipped(path, members).read_bytes())
        entry = data.rindex(b"PK\x01\x02")
        data[entry + field : entry + field + 4] = value.to_bytes(4, "little")
        path.write_bytes(data)
        return path

    return make


ARCHIVES = {
    "a member above": (added("../x"), "exactly the members"),
    "an absolute member": (added("/tmp/x"), "exactly the members"),
    "a Windows path": (added("..\\x"), "exactly the members"),
    "assets": (added("assets/vocabulary.txt"), "exactly the members"),
    "an asset bomb": (bomb("assets/x"), "exactly the members"),
    "a pickle": (added("model.pkl"), "exactly the members"),
    "weights of NumPy": (renamed("model.weights.h5", "model.weights.npz"), "exactly the members"),
    "a config in a folder": (renamed("config.json", "./config.json"), "exactly the members"),
    "another case": (renamed("config.json", "CONFIG.JSON"), "exactly the members"),
    "two configs": (twice("config.json"), "exactly the members"),
    "two weights": (twice("model.weights.h5"), "exactly the members"),
    "no config": (without("config.json"), "exactly the members"),
    "no weights": (without("model.weights.h5"), "exactly the members"),
    "no metadata": (without("metadata.json"), "exactly the members"),
    "a bomb of weights": (bomb("model.weights.h5"), "declares"),
    "a bomb of a config": (bomb("config.json"), "declares"),
    "a bomb of metadata": (bomb("metadata.json"), "declares"),
    "weights larger than the archive": (lying(20, 2**31), "declares|damaged"),
    "weights declared to be larger": (lying(24, 2**31), "declares|damaged"),
    "a wrong checksum": (lying(16, 1), "CRC|damaged"),
    "no archive": (lambda path, members: path.write_bytes(b"x" * 99) and path, "zip"),
    "nothing": (lambda path, members: path.write_bytes(b"") or path, "zip"),
    "an HDF5 file": (
        lambda path, members: path.write_bytes(members["model.weights.h5"]) and path, "zip"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "words"), ARCHIVES.values(), ids=ARCHIVES)
def test_archive(make, words, members, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = make(tmp_path / "bad.keras", members)
    refused(path, words)
    with pytest.raises(ValueError, match=words):
        model.load_weights(path)
    assert sorted(os.listdir()) == ["bad.keras", "good.keras"]


def test_an_archive_of_compressed_members_loads(members, model, tmp_path):
    path = zipped(tmp_path / "small.keras", members, zipfile.ZIP_DEFLATED)
    loaded = keras.models.load_model(path)
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])


# -- HDF5 ------------------------------------------------------------------------------------------

PLACE = "layers/dense/vars"  # two arrays: "0" of shape (3, 2), "1" of shape (2,)


def external_link(file):
    del file[PLACE]
    file[PLACE] = h5py.ExternalLink("/etc/hostname.h5", "/")


def soft_link(file):
    del file[f"{PLACE}/1"]
    file[f"{PLACE}/1"] = h5py.SoftLink("/layers/dense_1/vars/1")


def soft_link_to_nothing(file):
    file["x"] = h5py.SoftLink("/nowhere")


def hard_link_to_itself(file):
    file["layers/x"] = file["layers"]


def second_name(file):
    del file["layers/dense_1/vars/1"]
    file["layers/dense_1/vars/1"] = file[f"{PLACE}/1"]


def external_storage(file):
    del file[f"{PLACE}/1"]
    where = [("/etc/hostname", 0, 8)]
    file.create_dataset(f"{PLACE}/1", (2,), "float32", external=where)


def virtual(file):
    del file[f"{PLACE}/1"]
    made = h5py.VirtualLayout((2,), "float32")
    made[:] = h5py.VirtualSource("/etc/hostname.h5", "x", (2,))
    file.create_virtual_dataset(f"{PLACE}/1", made)


def huge(shape, **settings):
    def change(file):
        del file[f"{PLACE}/1"]
        file.create_dataset(f"{PLACE}/1", shape, "float32", **settings)

    return change


def many_large(file):
    """Each of them is small enough, all of them are not."""
    for i in range(100):
        file.create_dataset(f"x{i}", (1 << 16,), "float32")


def large_chunk(file):
    del file[f"{PLACE}/1"]
    file.create_dataset(
        f"{PLACE}/1", (2,), "float32", chunks=(1 << 26,), maxshape=(None,), compression="gzip"
    )


def odd_filter(file):
    del file[f"{PLACE}/1"]
    file.create_dataset(f"{PLACE}/1", (2,), "float32", compression="lzf")


def of_type(value, dtype):
    def change(file):
        del file[f"{PLACE}/1"]
        file.create_dataset(f"{PLACE}/1", data=value, dtype=dtype)

    return change


def named(name):
    return lambda file: file.create_group(f"layers/{name}")


def named_type(file):
    file["x"] = np.dtype("float32")


def of_shape(shape):
    def change(file):
        del file[f"{PLACE}/1"]
        file[f"{PLACE}/1"] = np.zeros(shape, "float32")

    return change


def missing(path):
    def change(file):
        del file[path]

    return change


def group_for_array(file):
    del file[f"{PLACE}/1"]
    file.create_group(f"{PLACE}/1")


STORES = {
    "external link": (external_link, "ExternalLink"),
    "soft link": (soft_link, "SoftLink"),
    "soft link to nothing": (soft_link_to_nothing, "SoftLink"),
    "a group in itself": (hard_link_to_itself, "second name"),
    "an array of two names": (second_name, "second name"),
    "external storage": (external_storage, "another file"),
    "virtual": (virtual, "put together"),
    "huge and empty": (huge((1 << 32,)), "declares"),
    "huge and empty in chunks": (huge((1 << 32,), chunks=(1024,)), "declares"),
    "huge and empty, compressed": (
        huge((1 << 32,), chunks=(1024,), compression="gzip"), "declares"
    ),
    "huge in two axes": (huge((1 << 40, 1 << 40), chunks=(1, 1)), "declares"),
    "many large ones": (many_large, "declares"),
    "a huge chunk": (large_chunk, "declares"),
    "another filter": (odd_filter, "filter"),
    "texts": (of_type([b"a", b"b"], h5py.string_dtype()), "no numbers"),
    "references": (lambda file: file.create_dataset("x", (2,), h5py.ref_dtype), "no numbers"),
    "lists": (lambda f: f.create_dataset("x", (2,), h5py.vlen_dtype("i4")), "no numbers"),
    "records": (of_type(np.zeros(2, "f4,i4"), None), "no numbers"),
    "complex": (of_type(np.zeros(2, "c8"), None), "no numbers"),
    "enumeration": (of_type([0, 1], h5py.enum_dtype({"a": 0, "b": 1})), "no numbers"),
    "no value": (lambda f: f.create_dataset("x", data=h5py.Empty("f4")), "no numbers"),
    "a name above": (named("..."), None),
    "a name with a space": (named("a b"), "name"),
    "a name with a tab": (named("a\tb"), "name"),
    "a name of letters with accents": (named("café"), "name"),
    "a name with a colon": (named("kernel:0"), "name"),
    "a named type": (named_type, "neither group nor array"),
    "a longer array": (of_shape((3,)), "expected the shape"),
    "a scalar": (of_shape(()), "expected the shape"),
    "another rank": (of_shape((2, 1)), "expected the shape"),
    "no array": (missing(f"{PLACE}/1"), "expected 2 variables"),
    "no layer": (missing("layers/dense"), "expected 2 variables"),
    "a third array": (lambda f: f.create_dataset(f"{PLACE}/2", data=[1.0]), "expected 2 variables"),
    "other numbers": (lambda f: f.move(f"{PLACE}/1", f"{PLACE}/7"), "expected 2 variables"),
    "a group for an array": (group_for_array, "expected 2 variables"),
}  # fmt: skip


def stored(data, change):
    """An HDF5 file with a change."""
    buffer = io.BytesIO(data)
    with h5py.File(buffer, "a") as file:
        change(file)
    return buffer.getvalue()


@pytest.mark.parametrize(("change", "words"), STORES.values(), ids=STORES)
def test_weights(change, words, members, model, tmp_path):
    bad = stored(members["model.weights.h5"], change)
    path = zipped(tmp_path / "bad.keras", members | {"model.weights.h5": bad})
    alone = tmp_path / "bad.weights.h5"
    alone.write_bytes(bad)
    if words is None:
        keras.models.load_model(path)
        return
    refused(path, words, "model.weights.h5")
    before = model.get_weights()
    for file in (path, alone):
        with pytest.raises(ValueError, match=words) as caught:
            model.load_weights(file)
        assert str(file) in str(caught.value)
    for one, two in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, two)


# -- Keras 2's files -------------------------------------------------------------------------------


def legacy(path, change=None):
    """A file as Keras 2 writes it, for `model`."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"first", b"dense"]
        for name, shapes in [("first", [(3, 2), (2,)]), ("dense", [(2, 1), (1,)])]:
            group = file.create_group(name)
            names = [f"{name}/kernel:0", f"{name}/bias:0"]
            group.attrs["weight_names"] = [one.encode() for one in names]
            for one, shape in zip(names, shapes, strict=True):
                group[one] = np.ones(shape, "float32")
        if change is not None:
            change(file)
    return path


def texts(count, length):
    """Many names that all are one long text."""

    def change(file):
        del file.attrs["layer_names"]
        file.attrs.create("layer_names", ["x" * length] * count, dtype=h5py.string_dtype())

    return change


def attribute(where, name, value):
    def change(file):
        file[where].attrs[name] = value

    return change


def replaced(path, thing):
    def change(file):
        del file[path]
        file[path] = thing

    return change


def odd_numbers(file):
    """Names of a type of numbers that NumPy doesn't have."""
    kind = h5py.h5t.IEEE_F64LE.copy()
    kind.set_ebias(0xFFFFFFFF)
    del file.attrs["layer_names"]
    h5py.h5a.create(file.id, b"layer_names", kind, h5py.h5s.create_simple((2,)))


def external_bias(file):
    del file["first/first/bias:0"]
    file.create_dataset("first/first/bias:0", (2,), "f4", external=[("/etc/hostname", 0, 8)])


def virtual_bias(file):
    del file["first/first/bias:0"]
    made = h5py.VirtualLayout((2,), "f4")
    made[:] = h5py.VirtualSource("/etc/hostname.h5", "x", (2,))
    file.create_virtual_dataset("first/first/bias:0", made)


LEGACY = {
    "external link": (replaced("first", h5py.ExternalLink("/etc/hostname.h5", "/")), "External"),
    "soft link": (replaced("first/first/bias:0", h5py.SoftLink("/dense/dense/bias:0")), "Soft"),
    "virtual": (virtual_bias, "put together"),
    "external storage": (external_bias, "another file"),
    "a name that leads elsewhere": (
        attribute("first", "weight_names", [b"../dense/kernel:0", b"first/bias:0"]),
        "must have an array",
    ),
    "a layer that is not there": (
        attribute("/", "layer_names", [b"x", b"dense"]),
        "must have a group",
    ),
    "an absolute layer": (
        attribute("/", "layer_names", [b"/first", b"dense"]),
        "must have a group",
    ),
    "too few layers": (attribute("/", "layer_names", [b"first"]), "1 layers with weights"),
    "numbers for names": (attribute("/", "layer_names", [1, 2]), "no text, or a huge one"),
    "odd numbers for names": (odd_numbers, "damaged"),
    "names in two axes": (attribute("/", "layer_names", [[b"first"], [b"dense"]]), "names|group"),
    "names without end": (texts(3000, 100_000), "no text, or a huge one"),
    "another shape": (replaced("first/first/bias:0", np.ones(3)), "shapes"),
    "huge and empty": (
        lambda file: file.create_dataset("x", (1 << 40,), chunks=(1024,)), "declares"
    ),
    "a name with a space": (lambda file: file.create_group("a b"), "name"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), LEGACY.values(), ids=LEGACY)
def test_keras_2_weights(change, words, model, tmp_path):
    path = legacy(tmp_path / "old.h5")
    model.load_weights(path)
    assert all(np.all(w == 1) for w in model.get_weights())
    path = legacy(tmp_path / "bad.h5", change)
    before = model.get_weights()
    with pytest.raises(ValueError, match=words) as caught:
        model.load_weights(path)
    assert str(path) in str(caught.value)
    for one, two in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, two)


def test_weights_alone_are_no_model(tmp_path):
    with pytest.raises(ValueError, match=r"model\.h5 says nothing of how its model is made"):
        keras.models.load_model(legacy(tmp_path / "model.h5"))


FORBIDDEN = {"pickle", "cPickle", "dill", "marshal", "yaml", "shelve", "eval", "exec", "compile",
             "__import__", "import_module", "extractall", "extract", "tarfile"}  # fmt: skip


def test_nothing_that_reads_files_can_run_or_unpack_anything():
    """No loader of YAML or pickle, no unpacking of archives to the disk, no code from a file."""
    for path in (CHECKOUT / "minitape" / "keras").rglob("*.py"):
        if path.name == "pickled.py":  # it has its own tests: only arrays, after looking through it
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                used = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            elif isinstance(node, ast.Call):
                # `self.compile(...)` is a model's own.
                used = {getattr(node.func, "id", None)}
                used |= {getattr(node.func, "attr", None)} - {"compile"}
                used |= {
                    "pickle" for k in node.keywords if k.arg == "allow_pickle" and k.value.value
                }
            else:
                continue
            assert not used & FORBIDDEN, f"{path}:{node.lineno}"
    assert not {"extract", "untar"} & inspect.signature(keras.utils.get_file).parameters.keys()


def test_there_is_no_loader_of_yaml_or_of_other_libraries_models():
    assert not hasattr(keras.models, "model_from_yaml")
    assert not hasattr(layers, "TorchModuleWrapper")
    assert not hasattr(layers, "TFSMLayer")
