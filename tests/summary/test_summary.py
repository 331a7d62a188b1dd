"""tf.summary: where summaries go, when they are written, and what stands in the files."""

import io
import sys
import threading

import numpy as np
import pytest
from PIL import Image

import minitape as mt
from tests.events import read


@pytest.fixture
def writer(tmp_path):
    writer = mt.summary.create_file_writer(tmp_path)
    yield writer
    writer.close()


def test_nothing_is_written_without_a_writer():
    assert not mt.summary.should_record_summaries()
    assert mt.summary.scalar("a", 1.0, step=0) is False
    assert mt.summary.histogram("a", [1.0], step=0) is False
    assert mt.summary.write("a", lambda: pytest.fail("it is not asked for")) is False


def test_numbers_and_steps(writer, tmp_path):
    counter = mt.Variable(7, dtype="int64")
    with writer.as_default(step=3):
        assert mt.summary.scalar("loss", mt.constant(0.1), description="*how far*")
        assert mt.summary.scalar("loss", 2, step=counter)
        mt.summary.experimental.set_step(counter.assign_add(1))
        assert mt.summary.experimental.get_step() == 8
        mt.summary.scalar("loss", np.float64(0.5))
    assert mt.summary.experimental.get_step() is None
    loss = read(tmp_path)["loss"]
    assert (loss.plugin, loss.description, loss.steps) == ("scalars", "*how far*", [3, 7, 8])
    np.testing.assert_array_equal(loss.values, np.float32([0.1, 2, 0.5]))
    assert loss.values[0].dtype == "float32"


def test_a_summary_needs_a_step(writer):
    with writer.as_default(), pytest.raises(ValueError, match="No step set"):
        mt.summary.scalar("loss", 1.0)


def test_a_scalar_is_one_number(writer):
    with writer.as_default(step=0), pytest.raises(ValueError, match=r"scalar shape.*\(2,\)"):
        mt.summary.scalar("loss", [1.0, 2.0])


def test_record_if(writer, tmp_path):
    with writer.as_default():
        for step in range(5):
            with mt.summary.record_if(lambda step=step: step % 2 == 0):
                assert mt.summary.should_record_summaries() is (step % 2 == 0)
                mt.summary.scalar("even", step, step=step)
            with mt.summary.record_if(False):
                mt.summary.scalar("never", step)  # nobody misses the step
    assert {tag: series.steps for tag, series in read(tmp_path).items()} == {"even": [0, 2, 4]}


def test_writers_within_writers(writer, tmp_path):
    inner = mt.summary.create_file_writer(tmp_path / "inner")
    with writer.as_default(step=1):
        with inner.as_default(step=2):
            mt.summary.scalar("a", 1.0)
        mt.summary.scalar("a", 1.0)
    inner.close()
    assert read(tmp_path / "inner")["a"].steps == [2]
    assert read(tmp_path)["a"].steps == [1]


def test_the_default_writer_is_the_threads_own(writer):
    found = []
    with writer.as_default():
        thread = threading.Thread(target=lambda: found.append(mt.summary.should_record_summaries()))
        thread.start()
        thread.join()
        assert mt.summary.should_record_summaries()
    assert found == [False]


def test_what_was_written_stands_in_the_file_after_the_context(writer, tmp_path):
    with writer.as_default():
        mt.summary.scalar("a", 1.0, step=0)
    assert read(tmp_path)["a"].steps == [0]


@pytest.mark.parametrize("settings", [{"max_queue": 0}, {"flush_millis": 0}])
def test_flushing_at_once(settings, tmp_path):
    writer = mt.summary.create_file_writer(tmp_path, **settings)
    writer.set_as_default(step=4)
    try:
        mt.summary.scalar("a", 1.0)
        assert read(tmp_path)["a"].steps == [4]
    finally:
        # There is no public way back to no writer, as in TensorFlow.
        mt.summary.writer._state.writer = mt.summary.writer._state.step = None
        writer.close()


def test_a_closed_writer_says_so(writer):
    writer.close()
    writer.close()
    writer.flush()
    with pytest.raises(RuntimeError, match="already closed"), writer.as_default():
        pass


def test_writers_of_one_second_have_files_of_their_own(tmp_path):
    for number in range(3):
        writer = mt.summary.create_file_writer(tmp_path)
        with writer.as_default(step=number):
            mt.summary.scalar("a", 1.0)
        writer.close()
    assert read(tmp_path)["a"].steps == [0, 1, 2]


def test_a_writer_needs_a_folder():
    with pytest.raises(ValueError, match="logdir"):
        mt.summary.create_file_writer(None)


def test_without_the_package_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(ImportError, match=r"pip install 'minitape\[tensorboard\]'"):
        mt.summary.create_file_writer(tmp_path / "logs")
    assert not (tmp_path / "logs").exists()


# -- histograms, images, texts ---------------------------------------------------------------------


def histogram_of(writer, folder, data, **settings):
    with writer.as_default(step=0):
        mt.summary.histogram("h", data, **settings)
    series = read(folder)["h"]
    assert series.plugin == "histograms"
    return series.values[-1]


def test_a_histogram_counts_each_number_once(writer, tmp_path):
    data = np.random.default_rng(0).normal(size=(30, 40)).astype("float32")
    rows = histogram_of(writer, tmp_path, mt.constant(data), buckets=7)
    low, high, counts = rows.T
    np.testing.assert_array_equal(low[1:], high[:-1])
    assert (low[0], high[-1]) == (data.min(), data.max())
    for i in range(7):
        last = i == 6
        expected = ((data >= low[i]) & (data <= high[i] if last else data < high[i])).sum()
        assert counts[i] == expected


def test_histograms_of_equal_numbers_and_of_none(writer, tmp_path):
    rows = histogram_of(writer, tmp_path, [2.0, 2.0], buckets=3)
    assert rows.tolist() == [[2, 2, 0], [2, 2, 0], [2, 2, 2]]
    assert histogram_of(writer, tmp_path, np.zeros((0, 4))).tolist() == [[0, 0, 0]] * 30


def test_a_histogram_leaves_out_what_is_not_finite(writer, tmp_path):
    rows = histogram_of(writer, tmp_path, [np.nan, 0.0, 1.0, np.inf, -np.inf], buckets=2)
    assert rows.tolist() == [[0, 0.5, 1], [0.5, 1, 1]]
    assert not histogram_of(writer, tmp_path, [np.nan]).any()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_images(channels, writer, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 6, channels)).astype("uint8")
    with writer.as_default(step=0):
        mt.summary.image("i", pixels, max_outputs=2)
    series = read(tmp_path)["i"]
    width, height, *files = series.values[0]
    assert (series.plugin, width, height, len(files)) == ("images", b"6", b"4", 2)
    for file, image in zip(files, pixels, strict=False):
        decoded = np.asarray(Image.open(io.BytesIO(file))).reshape(4, 6, channels)
        np.testing.assert_array_equal(decoded, image)


@pytest.mark.parametrize(
    ("shape", "max_outputs"), [((4, 6, 1), 3), ((1, 4, 6, 5), 3), ((1, 4, 6, 1), -1)]
)
def test_what_is_no_image(shape, max_outputs, writer):
    with writer.as_default(step=0), pytest.raises(ValueError, match="Expected"):
        mt.summary.image("i", np.zeros(shape), max_outputs=max_outputs)


def test_texts(writer, tmp_path):
    with writer.as_default(step=0):
        mt.summary.text("one", "größer **als**")
        mt.summary.text("table", [["a", "b"], ["c", "d"]])
        with pytest.raises(ValueError, match="Expected a text"):
            mt.summary.text("none", 1.5)
    found = read(tmp_path)
    assert found["one"].plugin == "text"
    assert found["one"].values[0].item().decode() == "größer **als**"
    assert found["table"].values[0].tolist() == [[b"a", b"b"], [b"c", b"d"]]
