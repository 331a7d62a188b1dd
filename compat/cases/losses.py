"""Softmax, cross entropies and other losses."""

from math import inf, log, nan

import numpy as np
from hypothesis import strategies as st

from ..case import FLOATS, OVERFLOW, At, Bad, Case, Inputs
from ..inputs import AXES, NONZERO, REAL, along, arrays, call, numbers, one, ones, same

INTEGERS = Bad("InvalidArgumentError", (ones(2, dtype="int32"),))
BAD_AXES = (
    INTEGERS._replace(params={"axis": -1}),
    Bad("InvalidArgumentError", (ones(2, 3),), {"axis": 2}),
    Bad("InvalidArgumentError", (ones(2, 3),), {"axis": -3}),
    Bad("TypeError", (ones(2, 3),), {"axis": [0]}),
)
BROADCAST = dict.fromkeys(
    ("gradient_is_tensorflows", "second_order_is_tensorflows", "jvp_is_tensorflows"),
    "TensorFlow has no gradient here",
)


def same_rows():
    """Two arrays of shape (..., classes)."""
    shapes = st.sampled_from([(3,), (2, 3), (2, 2, 3)])
    return shapes.flatmap(lambda shape: call(arrays(REAL, shape), arrays(REAL, shape)))


@st.composite
def labelled(draw):
    """Logits of shape (..., classes) and one label for each row."""
    before = draw(st.sampled_from([(), (1,), (3,), (2, 2)]))
    logits = draw(arrays(REAL, (*before, 3)))
    labels = draw(arrays(st.integers(0, 2), before, st.sampled_from([np.int32, np.int64])))
    return Inputs((labels, logits))


@st.composite
def along_any_axis(draw):
    """Two arrays of one shape, and an axis (counted from the front, as TensorFlow needs it)."""
    shape = draw(AXES)
    axis = draw(st.integers(0, len(shape) - 1))
    return Inputs((draw(arrays(REAL, shape)), draw(arrays(REAL, shape))), {"axis": axis})


@st.composite
def labels_for_all(draw):
    """Logits, and labels that hold for all of their rows."""
    shape = draw(st.sampled_from([(1, 3), (3,)]))
    return Inputs((draw(arrays(REAL, shape)), draw(arrays(REAL, (2, 3)))))


@st.composite
def weighted(draw):
    """Labels and logits of one shape, and a weight: one, or one for each class."""
    shape = draw(st.sampled_from([(), (3,), (2, 3)]))
    weight = draw(st.sampled_from([(), shape[-1:]]))
    elements = ((numbers(0, 1), shape), (NONZERO, shape), (REAL, weight))
    return Inputs(tuple(draw(arrays(e, s)) for e, s in elements))


@st.composite
def examples_and_weights(draw):
    """Losses, and a weight for each, for each example, or for all."""
    shape = draw(st.sampled_from([(3,), (2, 3), (2, 3, 2)]))
    weights = draw(st.sampled_from([(), shape, shape[:-1], (*shape[:-1], 1)]))
    return Inputs((draw(arrays(REAL, shape)), draw(arrays(REAL, weights))))


CASES = [
    Case(
        "softmax",
        lambda tf, x, axis: tf.nn.softmax(x, axis),
        along(REAL),
        raises=BAD_AXES,
        at=(At(([1000.0, 1000.0],), [0.5, 0.5], ([0.0, 0.0],), params={"axis": -1}),),
    ),
    Case(
        "softmax at infinity",
        lambda tf, x: tf.nn.softmax(x)[0],
        call(arrays(REAL, (2,))),
        at=(At(([inf, 1.0],), nan),),
    ),
    Case(
        "log_softmax",
        lambda tf, x, axis: tf.nn.log_softmax(x, axis),
        along(REAL),
        raises=BAD_AXES,
        at=(At(([0.0, 1000.0],), [-1000.0, 0.0], ([1.0, -1.0],), params={"axis": -1}),),
    ),
    Case(
        "softmax_cross_entropy_with_logits",
        # The gradient holds for labels that add up to 1, so that they may vary only as such.
        lambda tf, scores, logits: tf.nn.softmax_cross_entropy_with_logits(
            tf.nn.softmax(scores), logits
        ),
        same_rows(),
        covers=("softmax_cross_entropy", "softmax_cross_entropy_grad"),
        unlike={"second_order_is_tensorflows": "TensorFlow leaves out what the labels contribute"},
        raises=(Bad("InvalidArgumentError", (ones(2, 3), ones(2, 4))),),
    ),
    Case(
        "softmax_cross_entropy_with_logits along an axis",
        lambda tf, scores, logits, axis: tf.nn.softmax_cross_entropy_with_logits(
            tf.nn.softmax(scores, axis), logits, axis
        ),
        along_any_axis(),
        unlike={
            "second_order_is_tensorflows": "TensorFlow leaves out what the labels contribute",
        },
        raises=(Bad("InvalidArgumentError", (ones(2, 3), ones(2, 3)), {"axis": 2}),),
    ),
    Case(
        "softmax_cross_entropy_with_logits of labels for all",
        lambda tf, scores, logits: tf.nn.softmax_cross_entropy_with_logits(
            tf.nn.softmax(scores), logits
        ),
        labels_for_all(),
        unlike=BROADCAST,
    ),
    Case(
        "softmax_cross_entropy_with_logits of one-hot labels",
        lambda tf, labels, logits: tf.nn.softmax_cross_entropy_with_logits(
            tf.one_hot(labels, 3, dtype=logits.dtype), logits
        ),
        labelled(),
        covers=("softmax_cross_entropy", "softmax_cross_entropy_grad"),
    ),
    Case(
        "softmax_cross_entropy_with_logits of any labels",
        lambda tf, labels, logits: tf.nn.softmax_cross_entropy_with_logits(labels, logits),
        same_rows(),
        largest=OVERFLOW,
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (ones(), ones())),),
        at=(
            At(
                ([[0.0, 1.0], [1.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]),
                [log(2), 2 * log(2)],
                ([[log(2), log(2)]] * 2, [[0.5, -0.5], [-0.5, -0.5]]),
            ),
        ),
    ),
    Case(
        "sparse_softmax_cross_entropy_with_logits",
        lambda tf, labels, logits: tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits),
        labelled(),
        covers=("sparse_softmax_cross_entropy", "sparse_softmax_cross_entropy_grad"),
        raises=(
            Bad("InvalidArgumentError", (np.array([3]), ones(1, 3))),
            Bad("InvalidArgumentError", (np.array([-1]), ones(1, 3))),
            Bad("InvalidArgumentError", (ones(1), ones(1, 3))),
            Bad("ValueError", (np.array([1, 2]), ones(1, 3))),
            Bad("ValueError", (np.array(0), ones())),
            Bad("InvalidArgumentError", (np.array([0]), ones(1, 0))),
            Bad("InvalidArgumentError", (np.array([0]), ones(1, 3, dtype="int32"))),
        ),
    ),
    Case(
        "sigmoid_cross_entropy_with_logits",
        lambda tf, labels, logits: tf.nn.sigmoid_cross_entropy_with_logits(labels, logits),
        same(numbers(0, 1), NONZERO),
        raises=(Bad("ValueError", (ones(2), ones(3))),),
        at=(
            At(([1.0, 0.0], [-200.0, 200.0]), [200.0, 200.0], ([200.0, -200.0], [-1.0, 1.0])),
            At((0.25, 0.0), 0.6931471805599453, (0.0, 0.25)),
        ),
    ),
    Case(
        "weighted_cross_entropy_with_logits",
        lambda tf, labels, logits, weight: tf.nn.weighted_cross_entropy_with_logits(
            labels, logits, weight
        ),
        weighted(),
        largest=OVERFLOW,
        raises=(Bad("ValueError", (ones(2), ones(3), ones())),),
        at=(At(([1.0, 0.0], [1e30, -1e30], 2.0), [0.0, 0.0], ([-1e30, 2e30], [0.0, 0.0], 0.0)),),
    ),
    # -- other losses -------------------------------------------------------------------------
    Case(
        "log_poisson_loss",
        lambda tf, targets, log_input, **p: tf.nn.log_poisson_loss(targets, log_input, **p),
        same(
            numbers(1 / 8, 4, apart_from=[1]),
            REAL,
            compute_full_loss=st.booleans(),
        ),
        raises=(Bad("ValueError", (ones(2), ones(3))),),
        at=(At(([1.0, 2.0], [0.0, 0.0]), [1.0, 1.0], ([0.0, 0.0], [0.0, -1.0])),),
    ),
    Case("l2_loss", lambda tf, x: tf.nn.l2_loss(x), one(REAL), raises=(INTEGERS,)),
    Case(
        "compute_average_loss",
        lambda tf, losses, **p: tf.nn.compute_average_loss(losses, **p),
        call(arrays(REAL, AXES), global_batch_size=st.sampled_from([None, 1, 4])),
        dtypes=(*FLOATS, "int32"),
        raises=(
            Bad("ValueError", (ones(),)),
            Bad("TypeError", (ones(2),), {"global_batch_size": 2.0}),
            Bad("ValueError", (ones(2),), {"global_batch_size": [2]}),
            Bad("InvalidArgumentError", (ones(2),), {"global_batch_size": -1}),
        ),
        at=(At(([1.0, 2.0],), 0.0, params={"global_batch_size": 0}),),
    ),
    Case(
        "compute_average_loss with weights",
        lambda tf, losses, weights: tf.nn.compute_average_loss(losses, weights),
        examples_and_weights(),
        # In TensorFlow the product passes through float32.
        tolerance={"float64": 1e-5},
    ),
    Case(
        "scale_regularization_loss",
        lambda tf, losses: tf.nn.scale_regularization_loss(losses),
        one(REAL),
    ),
]
