"""CIFAR and Fashion-MNIST from Keras' cache: its formats, what is missing, and what is hostile."""

import gzip
import io
import pickle
import struct

import numpy as np
import pytest

from minitape.keras.datasets import cifar10, cifar100, fashion_mnist


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "datasets"


class Python2Pickler(pickle._Pickler):
    """Writes bytes as the strings of Python 2, in which CIFAR's files were written."""

    dispatch = pickle._Pickler.dispatch.copy()

    def save_bytes(self, value):
        short = len(value) < 256
        length = struct.pack("<B" if short else "<i", len(value))
        self.write((b"U" if short else b"T") + length + value)
        self.memoize(value)

    dispatch[bytes] = save_bytes

    def save_global(self, value, name=None):
        module = value.__module__.replace("numpy._core", "numpy.core")
        self.write(f"c{module}\n{value.__name__}\n".encode())
        self.memoize(value)

    dispatch[type(len)] = save_global  # numpy's _reconstruct is a builtin function
    dispatch[type] = save_global


def pickled_by_python_2(value):
    file = io.BytesIO()
    Python2Pickler(file, 2).dump(value)
    return file.getvalue()


def pickled_by_python_3(value):
    return pickle.dumps(value, 4)


PICKLERS = [pickled_by_python_2, pickled_by_python_3]


def batch(start, count, **labels):
    """A file's dict: image i is full of i, but for its first row of red."""
    data = np.repeat(np.arange(start, start + count, dtype=np.uint8)[:, None], 3072, axis=1)
    data[:, :32] = 255
    names = [b"%d.png" % i for i in range(count)]
    given = {name.encode(): values for name, values in labels.items()}
    return {b"batch_label": b"batch 1 of 5", b"data": data, b"filenames": names} | given


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_cifar10(cache, dumps=pickled_by_python_2):
    for i in range(5):
        path = cache / cifar10.FOLDER / f"data_batch_{i + 1}"
        write(path, dumps(batch(2 * i, 2, labels=[i, 9 - i])))
    write(cache / cifar10.FOLDER / "test_batch", dumps(batch(50, 3, labels=[0, 5, 9])))


def assert_images(x, start, count):
    assert x.shape == (count, 32, 32, 3)
    assert x.dtype == np.uint8
    for i in range(count):
        assert (x[i, 1:] == start + i).all()
    assert (x[:, 0, :, 0] == 255).all()
    assert (x[:, 0, :, 1:] < 255).all()


@pytest.mark.parametrize("dumps", PICKLERS)
def test_cifar10(cache, dumps):
    write_cifar10(cache, dumps)
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert_images(x_train, 0, 10)
    assert_images(x_test, 50, 3)
    assert y_train.tolist() == [[i] for i in (0, 9, 1, 8, 2, 7, 3, 6, 4, 5)]
    assert (y_test.tolist(), y_test.dtype) == ([[0], [5], [9]], np.uint8)


@pytest.mark.parametrize("dumps", PICKLERS)
def test_cifar100(cache, dumps):
    folder = cache / cifar100.FOLDER
    write(folder / "train", dumps(batch(0, 2, fine_labels=[99, 3], coarse_labels=[19, 1])))
    write(folder / "test", dumps(batch(7, 1, fine_labels=[42], coarse_labels=[7])))
    (x_train, y_train), (x_test, y_test) = cifar100.load_data()
    assert_images(x_train, 0, 2)
    assert_images(x_test, 7, 1)
    assert (y_train.tolist(), y_test.tolist()) == ([[99], [3]], [[42]])
    (_, y_train), (_, y_test) = cifar100.load_data("coarse")
    assert (y_train.tolist(), y_test.tolist()) == ([[19], [1]], [[7]])
    with pytest.raises(ValueError, match="label_mode=finest"):
        cifar100.load_data("finest")


def idx(array):
    axes = array.ndim
    header = struct.pack(f">{1 + axes}I", 0x800 + axes, *array.shape)
    return gzip.compress(header + array.tobytes())


def write_fashion(cache):
    rng = np.random.default_rng(0)
    content = {}
    for name, count in (("train", 5), ("t10k", 2)):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        content[f"{name}-images-idx3-ubyte.gz"] = images
        content[f"{name}-labels-idx1-ubyte.gz"] = np.arange(count, dtype=np.uint8)
    for name, array in content.items():
        write(cache / "fashion-mnist" / name, idx(array))
    return list(content.values())


def test_fashion_mnist(cache):
    written = write_fashion(cache)
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    for read, array in zip((x_train, y_train, x_test, y_test), written, strict=True):
        assert read.dtype == np.uint8
        np.testing.assert_array_equal(read, array)
        assert read.flags.writeable


# -- what is missing ------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", [cifar10, cifar100, fashion_mnist])
def test_a_missing_set_says_what_to_fetch_and_where_to_put_it(cache, dataset):
    with pytest.raises(FileNotFoundError, match="fetch https://") as raised:
        dataset.load_data()
    assert dataset.URL in str(raised.value)
    assert str(cache) in str(raised.value)
    assert not cache.exists()


def test_a_missing_file(cache):
    write_cifar10(cache)
    (cache / cifar10.FOLDER / "data_batch_3").unlink()
    with pytest.raises(FileNotFoundError, match="data_batch_3.*unpack it again"):
        cifar10.load_data()


# -- what is hostile, or broken -------------------------------------------------------------------


class Calls:
    """Pickles to the call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def array_of(shape, stored, dtype="u1", fortran=False):
    """What pickles to an array with this state."""

    class Stored:
        def __reduce__(self):
            reconstruct, arguments, _ = np.zeros(1, np.uint8).__reduce__()
            state = (1, shape, np.dtype(dtype), fortran, stored)
            return reconstruct, arguments, state

    return Stored()


VALID = pickled_by_python_2(batch(0, 1, labels=[3]))
HOSTILE = {
    "a function": (pickle.dumps(Calls(print, "ran")), "names builtins.print.*nothing was run"),
    "a function among the values": (
        pickled_by_python_3(batch(0, 1, labels=Calls(eval, "1/0"))),
        "names builtins.eval",
    ),
    "a class of numpy's": (pickle.dumps(Calls(np.memmap, "/etc/passwd")), "names numpy.memmap"),
    "an encoding": (pickle.dumps({b"data": b"x" * 9}, 2), "names _codecs.encode"),
    "an object": (pickle.dumps(pytest.approx), "names _pytest"),
    "a class to make": (pickle.dumps(io.BytesIO()), "needs no NEWOBJ|names _io"),
    "a bytearray": (b"\x80\x05\x96" + struct.pack("<Q", 1 << 40), "is not the file"),
    "an extension": (b"\x82\x01.", "needs no EXT1"),
    "a persistent id": (b"Pname\n.", "needs no PERSID"),
    "a large memo": (b"\x80\x02Nr\xff\xff\xff\x7f.", "memo of 2147483647 entries"),
    "long bytes": (b"\x80\x03B\xff\xff\xff\x7fabc.", "is not the file"),
    "floats": (
        pickled_by_python_3({b"data": np.zeros((1, 3072)), b"labels": [1]}),
        "expected arrays of uint8, received 'f8'",
    ),
    "objects": (
        pickled_by_python_3({b"data": np.array([[None] * 3072]), b"labels": [1]}),
        "expected arrays of uint8, received 'O8'",
    ),
    "a shape without its bytes": (
        pickled_by_python_3({b"data": array_of((1 << 40, 3072), b"abc"), b"labels": [1]}),
        "declares the shape .* holds 3 bytes",
    ),
    "a negative shape": (
        pickled_by_python_3({b"data": array_of((-1, -3), b"abc"), b"labels": [1]}),
        "is not the file|expected data",
    ),
    "an array that was never filled": (
        pickle.dumps({b"data": Calls(np.zeros(1).__reduce__()[0], np.ndarray, (0,), b"b")}, 4),
        "is not the file",
    ),
    "a list": (pickle.dumps([1]), "holds a list, not a dict"),
    "another dict": (pickled_by_python_3({b"data": b"x"}), "has no 'labels'"),
    "another shape": (
        pickled_by_python_3({b"data": np.zeros((2, 7), np.uint8), b"labels": [1, 1]}),
        r"expected data of shape \(images, 3072\), received \(2, 7\)",
    ),
    "no array": (pickled_by_python_3({b"data": [1], b"labels": [1]}), "received list"),
    "too few labels": (pickled_by_python_2(batch(0, 2, labels=[1])), "labels to be 2 integers"),
    "a label that is no class": (pickled_by_python_2(batch(0, 1, labels=[10])), "from 0 to 9"),
    "a label that is no number": (pickled_by_python_2(batch(0, 1, labels=[b"1"])), "from 0 to 9"),
    "nothing": (b"", "is not the file"),
    "half a file": (VALID[: len(VALID) // 2], "is not the file"),
    "text": (b"<html>Not found</html>", "is not the file"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_pickle_is_refused(name, cache, capsys):
    content, message = HOSTILE[name]
    write_cifar10(cache)
    write(cache / cifar10.FOLDER / "data_batch_1", content)
    with pytest.raises(ValueError, match=message):
        cifar10.load_data()
    assert capsys.readouterr().out == ""


def test_mutated_pickles_are_refused_or_read(cache):
    write_cifar10(cache)
    path = cache / cifar10.FOLDER / "test_batch"
    rng = np.random.default_rng(0)
    places = [i for i in range(len(VALID)) if not 200 < i < len(VALID) - 200]
    for _ in range(300):
        content = bytearray(VALID)
        for place in rng.choice(places, 2):
            content[place] = rng.integers(256)
        path.write_bytes(content)
        try:
            (_, _), (x, y) = cifar10.load_data()
        except ValueError:
            continue
        assert (x.shape, y.shape) == ((1, 32, 32, 3), (1, 1))


BROKEN = {
    "no gzip": (b"abc", "is not the file"),
    "half a file": (idx(np.zeros(9, np.uint8))[:15], "is not the file"),
    "images": (idx(np.zeros((2, 28, 28), np.uint8)), "begins with 0x00000803, expected 0x00000801"),
    "too little": (gzip.compress(struct.pack(">2I", 0x801, 9) + b"12"), "doesn't hold 9 bytes"),
    "too much": (gzip.compress(struct.pack(">2I", 0x801, 1) + b"12"), "doesn't hold 1 bytes"),
    "gigabytes": (gzip.compress(struct.pack(">2I", 0x801, 1 << 31)), "declares 2147483648 bytes"),
    "too few": (idx(np.zeros(1, np.uint8)), "not Fashion-MNIST.* as many labels"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_idx_file_is_refused(name, cache):
    content, message = BROKEN[name]
    write_fashion(cache)
    write(cache / "fashion-mnist" / "train-labels-idx1-ubyte.gz", content)
    with pytest.raises(ValueError, match=message):
        fashion_mnist.load_data()
