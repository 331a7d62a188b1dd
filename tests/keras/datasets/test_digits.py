"""The bundled digits: complete, as documented, and licensed."""

import numpy as np

from minitape.keras.datasets import digits


def test_shapes_dtypes_and_ranges():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert (x_train.shape, y_train.shape) == ((1497, 8, 8), (1497,))
    assert (x_test.shape, y_test.shape) == ((300, 8, 8), (300,))
    for array, top in ((x_train, 16), (x_test, 16), (y_train, 9), (y_test, 9)):
        assert array.dtype == np.uint8
        assert (array.min(), array.max()) == (0, top)


def test_holds_the_counts_that_the_source_states():
    # optdigits.names lists the images of the test part by class, from 0 to 9.
    (_, y_train), (_, y_test) = digits.load_data()
    counts = np.bincount(np.concatenate([y_train, y_test]))
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_no_test_image_is_a_training_image():
    (x_train, _), (x_test, _) = digits.load_data()
    seen = {image.tobytes() for image in x_train}
    assert not [image for image in x_test if image.tobytes() in seen]


def test_every_call_returns_arrays_of_its_own():
    (x_train, _), _ = digits.load_data()
    x_train[:] = 0
    assert digits.load_data()[0][0].any()


def test_licence_and_source_stand_beside_the_data():
    text = digits.PATH.with_name("digits.LICENSE").read_text(encoding="utf-8")
    assert "Attribution 4.0 International Public License" in text
    assert "E. Alpaydin" in text
    assert "https://archive.ics.uci.edu/dataset/80" in text
