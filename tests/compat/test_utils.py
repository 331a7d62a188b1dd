"""keras.utils beside Keras': arrays, splits, images and folders of images."""

import inspect
import io
import re

import keras as their_keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from minitape import keras as our_keras

pytestmark = pytest.mark.usefixtures("no_global_seed")

SIDES = [(mt, our_keras), (tf, their_keras)]
NAMES = [
    "Progbar",
    "PyDataset",
    "array_to_img",
    "image_dataset_from_directory",
    "img_to_array",
    "load_img",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "save_img",
    "split_dataset",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
]


def both(function):
    """What a function of (library, its keras) gives on both sides."""
    return [function(*side) for side in SIDES]


def assert_same(results):
    ours, theirs = results
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert ours.dtype == getattr(theirs.dtype, "name", theirs.dtype)
    assert type(ours).__name__.endswith("Tensor") == tf.is_tensor(theirs)


@pytest.mark.parametrize("name", NAMES)
def test_signature(name):
    ours, theirs = (inspect.signature(getattr(k.utils, name)) for _, k in SIDES)
    assert [(p.name, p.default) for p in ours.parameters.values()] == [
        (p.name, p.default) for p in theirs.parameters.values()
    ]


# -- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [[0, 2, 1], [[0], [2]], [[0, 1], [2, 2]], 1, [1.0, 2.0]])
@pytest.mark.parametrize("classes", [None, 4])
def test_to_categorical(x, classes):
    assert_same(both(lambda tf, keras: keras.utils.to_categorical(x, classes)))


def test_to_categorical_of_a_tensor():
    assert_same(both(lambda tf, keras: keras.utils.to_categorical(tf.constant([[0], [2]]), 3)))


def test_to_categorical_of_too_large_a_number():
    with pytest.raises(ValueError, match="from 0 to 2. Received: from 1 to 3. Pass num_classes=4"):
        our_keras.utils.to_categorical([1, 3], 3)


@pytest.mark.parametrize(
    ("order", "tensor"), [(1, False), (2, False), (np.inf, False), (1, True), (2, True)]
)
def test_normalize(order, tensor):
    x = np.array([[3.0, -4.0], [0.0, 0.0], [1.0, 1.0]], "float32")
    assert_same(
        both(lambda tf, keras: keras.utils.normalize(tf.constant(x) if tensor else x, -1, order))
    )


def test_normalize_along_the_first_axis():
    # Keras takes axis=0 for the last one where it divides.
    x = np.array([[3.0, 1.0, 2.0], [-4.0, 0.0, 2.0]])
    ours = our_keras.utils.normalize(x, axis=0)
    np.testing.assert_allclose(ours, x / np.linalg.norm(x, axis=0, keepdims=True))


# -- splits ---------------------------------------------------------------------------------------

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10)


@pytest.mark.parametrize(
    "sizes", [(0.7, None), (3, None), (None, 0.25), (0.5, 0.2), (None, 4), (2, 3), (0.3, 2)]
)
@pytest.mark.parametrize(
    "data",
    [
        lambda tf: X,
        lambda tf: (X, Y),
        lambda tf: [X, Y],
        lambda tf: tf.data.Dataset.from_tensor_slices({"x": X, "y": Y}),
        lambda tf: tf.data.Dataset.from_tensor_slices((X, Y)).batch(3),
    ],
    ids=["array", "tuple", "list", "dataset", "batches"],
)
def test_split_dataset(data, sizes):
    for ours, theirs in zip(
        *both(lambda tf, keras: keras.utils.split_dataset(data(tf), *sizes)), strict=True
    ):
        assert len(ours) == len(theirs)
        assert repr(ours.element_spec) == repr(theirs.element_spec)
        pairs = zip(ours.as_numpy_iterator(), theirs.as_numpy_iterator(), strict=True)
        for our, their in pairs:
            np.testing.assert_equal(our, their)


def test_split_dataset_shuffles_alike():
    def split(tf, keras):
        parts = keras.utils.split_dataset(Y, 0.5, shuffle=True, seed=3)
        return [list(part.as_numpy_iterator()) for part in parts]

    ours, theirs = both(split)
    assert ours == theirs


@pytest.mark.parametrize(
    "arguments",
    [
        (Y,),
        (Y, 0),
        (Y, 10),
        (Y, 1.5),
        (Y, None, -1),
        (Y, "half"),
        (Y, 6, 6),
        (Y, 0.6, 0.6),
        (Y, 0.01),
        ((X, Y[:3]), 2),
        (([1, 2],), 1),
        (Y[:0], 1),
        (None, 1),
    ],
    ids=str,
)
def test_split_dataset_refuses(arguments):
    with pytest.raises((TypeError, ValueError)) as theirs:
        their_keras.utils.split_dataset(*arguments)
    with pytest.raises(type(theirs.value)):
        our_keras.utils.split_dataset(*arguments)


# -- images ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Images of other sizes and modes: a/0.png to a/4.png, b/0.png to b/2.bmp, c/in/0.png."""
    root = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)

    def write(name, *shape):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        our_keras.utils.save_img(path, rng.integers(0, 256, shape), scale=False)

    for i in range(5):
        write(f"a/{i}.png", 5 + i, 8, 3)
    write("b/0.png", 12, 9, 4)
    write("b/1.PNG", 6, 6, 3)
    write("b/2.bmp", 4, 7, 3)
    write("c/in/0.png", 6, 5, 3)
    (root / "b" / "notes.txt").write_text("no image")
    (root / ".hidden").mkdir()
    return root


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"target_size": (4, 6)},
        {"target_size": (7, 5), "interpolation": "bilinear"},
        {"target_size": (3, 9), "keep_aspect_ratio": True, "interpolation": "lanczos"},
        {"color_mode": "grayscale"},
        {"color_mode": "rgba", "target_size": (2, 2), "interpolation": "box"},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["a/0.png", "b/0.png"])
def test_load_img(folder, settings, name):
    def load(tf, keras):
        image = keras.utils.load_img(folder / name, **settings)
        return keras.utils.img_to_array(image)

    assert_same(both(load))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.filterwarnings("ignore:'mode' parameter is deprecated:DeprecationWarning")
def test_array_to_img(channels, scale):
    x = np.random.default_rng(0).uniform(0, 255, (4, 5, channels))

    def convert(tf, keras):
        return np.asarray(keras.utils.array_to_img(x, scale=scale))

    assert_same(both(convert))


@pytest.mark.filterwarnings("ignore:'mode' parameter is deprecated:DeprecationWarning")
def test_save_img(tmp_path):
    x = np.random.default_rng(0).uniform(0, 255, (4, 5, 4))
    for i, (_, keras) in enumerate(SIDES):
        keras.utils.save_img(tmp_path / f"{i}.png", x)
        with pytest.warns(UserWarning, match="does not support RGBA"):
            keras.utils.save_img(tmp_path / f"{i}.jpg", x)
    for ending in ("png", "jpg"):
        first, second = ((tmp_path / f"{i}.{ending}").read_bytes() for i in range(2))
        assert first == second


FOLDERS = {
    "as it is": {"shuffle": False},
    "shuffled": {"seed": 4, "batch_size": 2},
    "nearest": {"shuffle": False, "interpolation": "nearest"},
    "categorical": {"seed": 1, "label_mode": "categorical"},
    "binary": {"seed": 1, "label_mode": "binary", "class_names": ["b", "a"]},
    "no labels": {"shuffle": False, "labels": None, "batch_size": None},
    "labels that are not wanted": {"seed": 2, "label_mode": None},
    "labels of a list": {"seed": 3, "labels": [4, 4, 4, 4, 2, 2, 2, 2, 2]},
    "rgba": {"shuffle": False, "color_mode": "rgba", "class_names": ["b"]},
    "one number for the size": {"shuffle": False, "image_size": 4},
    "training": {"seed": 3, "validation_split": 0.3, "subset": "training"},
    "validation": {"seed": 3, "validation_split": 0.3, "subset": "validation"},
    "in order": {"shuffle": False, "validation_split": 0.3, "subset": "validation"},
}


def images_of(keras, folder, **settings):
    settings = {"image_size": (7, 6)} | settings
    return keras.utils.image_dataset_from_directory(folder, **settings)


def assert_same_images(ours, theirs):
    assert ours.class_names == theirs.class_names
    assert ours.file_paths == theirs.file_paths
    assert len(ours) == len(theirs)
    assert repr(ours.element_spec) == repr(theirs.element_spec)
    for _ in range(2):
        pairs = zip(ours.as_numpy_iterator(), theirs.as_numpy_iterator(), strict=True)
        for our, their in pairs:
            for our_part, their_part in zip(
                mt.nest.flatten(our), mt.nest.flatten(their), strict=True
            ):
                assert our_part.dtype == their_part.dtype
                np.testing.assert_allclose(our_part, their_part, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", FOLDERS)
def test_image_dataset(folder, name, capsys):
    printed = []
    datasets = []
    for _, keras in SIDES:
        datasets.append(images_of(keras, folder, **FOLDERS[name]))
        printed.append(capsys.readouterr().out)
    assert_same_images(*datasets)
    assert printed[0] == printed[1]


def test_image_dataset_of_both_subsets(folder):
    settings = {"seed": 3, "validation_split": 0.3, "subset": "both", "verbose": False}
    for ours, theirs in zip(
        *(images_of(keras, folder, **settings) for _, keras in SIDES), strict=True
    ):
        assert_same_images(ours, theirs)


@pytest.mark.parametrize(
    "settings",
    [
        {"labels": "other"},
        {"labels": [1] * 9, "class_names": ["a"]},
        {"labels": None, "class_names": ["a"]},
        {"class_names": ["nowhere"]},
        {"label_mode": "other"},
        {"label_mode": "binary"},
        {"color_mode": "cmyk"},
        {"image_size": (1, 2, 3)},
        {"interpolation": "other"},
        {"validation_split": 2, "subset": "training"},
        {"validation_split": 0.2},
        {"subset": "training"},
        {"validation_split": 0.2, "subset": "test"},
        {"validation_split": 0.2, "subset": "training"},
        {"format": "other"},
    ],
    ids=str,
)
def test_image_dataset_refuses(folder, settings):
    for _, keras in SIDES:
        with pytest.raises((ValueError, NotImplementedError)):
            images_of(keras, folder, **settings)


def test_image_dataset_with_too_few_labels(folder):
    with pytest.raises(ValueError, match=r"len\(labels\) is 2 while we found 9 files"):
        images_of(our_keras, folder, labels=[1, 2])


def test_image_dataset_of_an_empty_folder(tmp_path):
    for _, keras in SIDES:
        with pytest.raises(ValueError, match="No images found"):
            images_of(keras, tmp_path)


# -- sequences ------------------------------------------------------------------------------------

PADDED = [
    lambda pad: pad([[1], [2, 3], [4, 5, 6]]),
    lambda pad: pad([[1], [2, 3], [4, 5, 6]], maxlen=2),
    lambda pad: pad(
        [[1], [2, 3], [4, 5, 6]], maxlen=2, padding="post", truncating="post", value=-1
    ),
    lambda pad: pad([[1], [], [4, 5, 6]], maxlen=5, dtype="float32", value=0.5),
    lambda pad: pad([[[1, 2]], [[3, 4], [5, 6]], []], maxlen=1),
    lambda pad: pad([np.array([1.5, 2.5]), np.array([3.5])], dtype="float64"),
    lambda pad: pad([["a"], ["b", "c"]], dtype=object, value="-"),
    lambda pad: pad([["a"], ["b", "c"]], value="-"),
    lambda pad: pad([[1]], padding="middle"),
    lambda pad: pad([[1]], truncating="middle"),
    lambda pad: pad([1, 2]),
    lambda pad: pad(3),
    lambda pad: pad([[[1, 2]], [[1, 2, 3]]]),
]


def attempted(run, *args):
    try:
        return run(*args)
    except ValueError:
        return "refused"


@pytest.mark.parametrize("call", PADDED, ids=range(len(PADDED)))
def test_pad_sequences(call):
    ours, theirs = (
        attempted(call, keras.preprocessing.sequence.pad_sequences) for _, keras in SIDES
    )
    assert np.asarray(ours).dtype == np.asarray(theirs).dtype
    np.testing.assert_array_equal(ours, theirs)


SERIES = np.arange(24.0)
WINDOWS = [
    ((SERIES[:-4], SERIES[4:], 5), {"batch_size": 4}),
    ((SERIES.reshape(12, 2), None, 3), {"sequence_stride": 2, "sampling_rate": 2, "batch_size": 2}),
    ((SERIES, None, 4), {"start_index": 3, "end_index": 17, "batch_size": None}),
    ((SERIES, SERIES * 2, 4), {"start_index": 3, "end_index": 17, "sequence_stride": 3}),
    ((SERIES, SERIES[:9], 3), {"shuffle": True, "seed": 5, "batch_size": 3}),
    ((SERIES, None, 3), {"shuffle": True, "seed": 5, "batch_size": None}),
    ((list(range(9)), None, 3), {}),
    ((SERIES, None, 3), {"start_index": 40}),
    ((SERIES, None, 3), {"end_index": 40}),
    ((SERIES, None, 3), {"start_index": 9, "end_index": 4}),
    ((SERIES, None, 3), {"sampling_rate": 0}),
    ((SERIES, None, 3), {"sequence_stride": 50}),
    ((SERIES, None, 3), {"format": "other"}),
]


@pytest.mark.parametrize(("args", "settings"), WINDOWS, ids=range(len(WINDOWS)))
def test_timeseries_dataset_from_array(args, settings):
    def batches(keras):
        dataset = keras.utils.timeseries_dataset_from_array(*args, **settings)
        return [x if isinstance(x, tuple) else (x,) for x in dataset]

    ours, theirs = (attempted(batches, keras) for _, keras in SIDES)
    assert (ours == "refused", len(ours)) == (theirs == "refused", len(theirs))
    if theirs == "refused":
        return
    for our, their in zip(ours, theirs, strict=True):
        assert len(our) == len(their)
        for one, other in zip(our, their, strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.dtype.name == other.dtype.name


def test_data_is_packed_and_unpacked():
    for _, keras in SIDES:
        utils = keras.utils
        assert utils.pack_x_y_sample_weight(1, 2) == (1, 2)
        assert utils.unpack_x_y_sample_weight((1, 2)) == (1, 2, None)
        assert utils.is_keras_tensor(keras.Input((2,)))
        assert not utils.is_keras_tensor(3)
        assert utils.standardize_dtype(None) == "float32"
        assert utils.standardize_dtype(np.dtype("int32")) == "int32"


# -- the progress bar -----------------------------------------------------------------------------


def shown(keras, monkeypatch, *updates, **settings):
    """What a Progbar prints, without colours and times, and with one line for each drawing."""
    written = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", written)
        bar = keras.utils.Progbar(**{"interval": 0, **settings})
        for method, *arguments in updates:
            getattr(bar, method)(*arguments)
    text = re.sub(r"\x1b\[\d+m|\x08", "", written.getvalue())
    text = re.sub(r"\d+(s|ms|us)/|\b\d+s\b", "T/", text).replace("\r", "\n")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1:]  # Keras draws every step into a file, minitape the last


@pytest.mark.parametrize(
    ("updates", "settings"),
    [
        ([("update", 1), ("update", 3)], {"target": 3}),
        ([("update", 1, [("loss", 1.0)]), ("update", 2, [("loss", 3.0)])], {"target": 2}),
        (
            [
                ("update", 1, [("loss", 1.0)]),
                ("add", 1, [("loss", 3.0)]),
                ("update", 2, None, True),
            ],
            {"target": 9},
        ),
        (
            [("add", 1, [("a", 1.0), ("b", 1.0)]), ("update", 2, [("a", 2.0), ("b", 4.0)], True)],
            {"target": None, "stateful_metrics": ["a"]},
        ),
        ([("update", 5, [("tiny", 1e-5)])], {"target": 5, "width": 10, "unit_name": "page"}),
        ([("update", 5, [("loss", 0.5)])], {"target": 5, "verbose": 2}),
        ([("update", 5, [("loss", 0.5)])], {"target": 5, "verbose": 0}),
    ],
    ids=range(7),
)
def test_progbar(updates, settings, monkeypatch):
    ours, theirs = (shown(keras, monkeypatch, *updates, **settings) for _, keras in SIDES)
    assert ours == theirs


def test_progbar_takes_one_kind_of_names():
    for _, keras in SIDES:
        with pytest.raises(ValueError, match="Only one of"):
            keras.utils.Progbar(3, stateful_metrics=["a"], stateless_metrics=["b"])
