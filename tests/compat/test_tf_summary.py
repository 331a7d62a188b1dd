"""tf.summary beside TensorFlow's: the same tags, steps, descriptions and values in the files."""

import io
import shutil

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

import minitape
from tests.events import read

LIBRARIES = (minitape, tf)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What both libraries write where a function is called in each."""

    def write(function, **settings):
        found = []
        for library in LIBRARIES:
            folder = tmp_path_factory.mktemp("logs")
            writer = library.summary.create_file_writer(str(folder))
            with writer.as_default(step=5):
                function(library)
            writer.close()
            found.append(read(folder))
            shutil.rmtree(folder)
        ours, theirs = found
        assert ours.keys() == theirs.keys()
        for tag in theirs:
            assert ours[tag][:4] == theirs[tag][:4], tag
        return ours, theirs

    return write


@pytest.mark.parametrize(
    "number", [1, 0.1, True, np.float64(1 / 3), np.int64(2**40 + 1), np.float16(0.1), np.inf]
)
def test_scalars(number, written):
    def write(library):
        library.summary.scalar("a/b", number, description="**it**")
        library.summary.scalar("a/b", library.constant(number), step=2**40)

    ours, theirs = written(write)
    np.testing.assert_array_equal(ours["a/b"].values, theirs["a/b"].values)
    assert ours["a/b"].values[0].dtype == theirs["a/b"].values[0].dtype


FLOATS = st.floats(-1e3, 1e3, width=32) | st.sampled_from([0.0, 0.1, 0.2, 1.0])


@given(
    data=arrays("float32", array_shapes(min_dims=0, max_side=8), elements=FLOATS),
    buckets=st.sampled_from([None, 0, 1, 2, 10]),
)
def test_histograms(data, buckets, written):
    ours, theirs = written(lambda library: library.summary.histogram("h", data, buckets=buckets))
    ours, theirs = (found["h"].values[0] for found in (ours, theirs))
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours[:, 2], theirs[:, 2])
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", ["int8", "int32", "bool", "float16", "float64"])
def test_histograms_of_other_types(dtype, written):
    data = np.random.default_rng(0).normal(size=(4, 5), scale=3).astype(dtype)
    ours, theirs = written(lambda library: library.summary.histogram("h", data))
    np.testing.assert_allclose(ours["h"].values, theirs["h"].values, rtol=1e-12, atol=1e-12)


def test_a_histogram_of_nothing(written):
    ours, theirs = written(lambda library: library.summary.histogram("h", np.zeros((0, 3))))
    np.testing.assert_array_equal(ours["h"].values, theirs["h"].values)


def pictures(dtype, channels):
    rng = np.random.default_rng(0)
    if np.dtype(dtype).kind == "f":
        return rng.uniform(-0.5, 1.5, (4, 5, 6, channels)).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, (4, 5, 6, channels), dtype)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(
    "dtype", ["float16", "float32", "float64", "uint8", "int8", "uint16", "int16", "int32", "int64"]
)
def test_images(dtype, channels, written):
    data = pictures(dtype, channels)
    ours, theirs = written(lambda library: library.summary.image("i", data, max_outputs=3))
    (ours,), (theirs,) = ours["i"].values, theirs["i"].values
    assert len(ours) == len(theirs) == 5
    assert ours[:2].tolist() == theirs[:2].tolist() == [b"6", b"5"]
    for our, their in zip(ours[2:], theirs[2:], strict=True):
        our, their = (np.asarray(Image.open(io.BytesIO(file))) for file in (our, their))
        np.testing.assert_array_equal(our, their)


@pytest.mark.parametrize("data", ["größer", b"bytes", ["a", "b"], [["a", "b"]]])
def test_texts(data, written):
    ours, theirs = written(lambda library: library.summary.text("t", library.constant(data)))
    np.testing.assert_array_equal(ours["t"].values, theirs["t"].values)


def test_conditions_and_steps(written):
    def write(library):
        summary = library.summary
        for step in range(6):
            with summary.record_if(lambda step=step: step % 3 == 0):
                summary.scalar("thirds", 1.0, step=step)
        summary.experimental.set_step(9)
        summary.scalar("default", 1.0)
        with summary.record_if(False):
            assert not summary.should_record_summaries()
            summary.scalar("never", 1.0)

    ours, _ = written(write)
    assert {tag: series.steps for tag, series in ours.items()} == {"thirds": [0, 3], "default": [9]}


@pytest.mark.parametrize("library", LIBRARIES)
def test_errors(library, tmp_path):
    with pytest.raises(ValueError, match="logdir"):
        library.summary.create_file_writer(None)
    assert not library.summary.scalar("a", 1.0, step=0)
    writer = library.summary.create_file_writer(str(tmp_path))
    with writer.as_default(), pytest.raises(ValueError, match="No step set"):
        library.summary.scalar("a", 1.0)
    writer.close()
    with pytest.raises(RuntimeError, match="already closed"), writer.as_default():
        pass
