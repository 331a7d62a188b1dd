"""Clipping IndexedSlices beside TensorFlow; compat/cases/clip.py has the rest."""

import pytest

from compat.outcome import assert_same_outcome


def clipped(tf, clip):
    """What becomes of a list with IndexedSlices in it."""
    rows = tf.IndexedSlices(tf.constant([3.0, 4.0]), tf.constant([0, 0]), tf.constant([5]))
    return clip(tf, rows)


@pytest.mark.parametrize(
    "clip",
    [
        lambda tf, rows: tf.clip_by_norm(rows, 1.0),
        lambda tf, rows: tf.clip_by_global_norm([rows, None, tf.constant(12.0)], 6.5),
        lambda tf, rows: tf.clip_by_global_norm(rows, 6.5),
        lambda tf, rows: tf.linalg.global_norm((rows, tf.constant(12.0))),
        lambda tf, rows: tf.linalg.global_norm(tf.constant([3.0, 4.0])),
        lambda tf, rows: tf.linalg.global_norm([None]),
    ],
)
def test_clipping_of_slices(clip):
    assert_same_outcome(lambda tf: clipped(tf, clip))
