"""Activations, softmax, cross entropies, normalization."""

from math import inf, log, nan

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, NUMBERS, OVERFLOW, At, Bad, Case, Inputs, primitive
from ..inputs import NONZERO, POSITIVE, REAL, along, arrays, call, numbers, one, ones, same

INTEGERS = Bad("InvalidArgumentError", (ones(2, dtype="int32"),))
AWAY_FROM_0 = one(NONZERO)


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
def biased(draw):
    """Values, and a bias for their last axis."""
    x = draw(arrays(REAL, st.sampled_from([(2, 3), (2, 2, 3), (1, 2, 2, 3)])))
    return Inputs((x, draw(arrays(REAL, (3,)))))


@st.composite
def reduced(draw, elements):
    """An array with `axes` and `keepdims`."""
    x = draw(arrays(elements, (2, 3, 2)))
    axes = draw(st.lists(st.integers(0, 2), unique=True, min_size=1))
    return Inputs((x,), {"axes": axes, "keepdims": draw(st.booleans())})


@st.composite
def normalized(draw):
    """Values of 3 channels with their mean, variance, offset and scale."""
    x = draw(arrays(REAL, st.sampled_from([(2, 3), (1, 2, 2, 3)])))
    channels = (draw(arrays(e, (3,))) for e in (REAL, POSITIVE, REAL, REAL))
    return Inputs((x, *channels), {"variance_epsilon": 1e-3})


def unary(name, inputs=AWAY_FROM_0, **known):
    """The row of an activation without parameters."""
    return Case(name, lambda tf, x: getattr(tf.nn, name)(x), inputs, **known)


CASES = [
    # -- activations --------------------------------------------------------------------------
    unary(
        "relu",
        dtypes=NUMBERS,
        at=(At(([-1.0, 0.0, 1.0],), [0.0, 0.0, 1.0], ([0.0, 0.0, 1.0],)), At((nan,), nan, (0.0,))),
    ),
    Case(
        "relu_grad",
        primitive("relu_grad"),
        same(REAL, NONZERO),
        peer=lambda tf, g, y: tf.raw_ops.ReluGrad(gradients=g, features=y),
    ),
    Case(
        "relu6_grad",
        primitive("relu6_grad"),
        same(REAL, numbers(-3, 9, apart_from=[0, 6], steps=16)),
        peer=lambda tf, g, x: tf.raw_ops.Relu6Grad(gradients=g, features=x),
    ),
    unary(
        "relu6",
        inputs=one(numbers(-3, 9, apart_from=[0, 6], steps=16)),
        at=(At(([-1.0, 0.0, 1.0, 6.0, 7.0],), [0.0, 0.0, 1.0, 6.0, 6.0], ([0, 0, 1, 0, 0],)),),
    ),
    Case(
        "leaky_relu",
        lambda tf, x, **p: tf.nn.leaky_relu(x, **p),
        one(NONZERO, alpha=st.sampled_from([0.25, 0.0, 0.5])),
        covers=("leaky_relu_slope",),
        at=(
            At(([-1.0, 0.0, 1.0],), [-0.2, 0.0, 1.0], ([0.2, 0.2, 1.0],)),
            At(([-1.0, 0.0],), [-0.5, 0.0], ([0.5, 0.5],), params={"alpha": 0.5}),
        ),
    ),
    unary("elu", raises=(INTEGERS,), at=(At(([0.0, 2.0],), [0.0, 2.0], ([1.0, 1.0],)),)),
    unary(
        "selu",
        raises=(INTEGERS,),
        at=(At(([0.0, 1.0],), [0.0, 1.0507009873554805], ([1.0507009873554805] * 2,)),),
    ),
    Case(
        "silu",
        lambda tf, x, **p: tf.nn.silu(x, **p),
        one(REAL, beta=st.sampled_from([1.0, 0.5])),
        at=(At((0.0,), 0.0, (0.5,)),),
    ),
    Case(
        "gelu",
        lambda tf, x, **p: tf.nn.gelu(x, **p),
        one(REAL, approximate=st.booleans()),
        tolerance={"float64": 1e-8},  # TensorFlow's constants are float32's also here
        at=(
            At((0.0,), 0.0, (0.5,)),
            At((0.0,), 0.0, (0.5,), params={"approximate": True}),
        ),
    ),
    # -- softmax and cross entropies ----------------------------------------------------------
    Case(
        "softmax",
        lambda tf, x, axis: tf.nn.softmax(x, axis),
        along(REAL),
        raises=(INTEGERS._replace(params={"axis": -1}),),
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
        raises=(INTEGERS._replace(params={"axis": -1}),),
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
    # -- normalization ------------------------------------------------------------------------
    Case(
        "bias_add",
        lambda tf, x, bias: tf.nn.bias_add(x, bias),
        biased(),
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), ones(2))),
            Bad("InvalidArgumentError", (ones(2, 3), ones(3, dtype="float64"))),
        ),
    ),
    Case(
        "moments",
        lambda tf, x, axes, keepdims: tf.nn.moments(x, axes, keepdims=keepdims),
        reduced(REAL),
        unlike={"second_order_is_tensorflows": "TensorFlow takes the mean for a constant"},
    ),
    Case(
        "batch_normalization",
        lambda tf, x, mean, variance, offset, scale, **p: tf.nn.batch_normalization(
            x, mean, variance, offset, scale, **p
        ),
        normalized(),
    ),
    Case(
        "batch_normalization without offset and scale",
        lambda tf, x, mean, variance, *unused, **p: tf.nn.batch_normalization(
            x, mean, variance, None, None, **p
        ),
        normalized(),
    ),
    Case(
        "l2_normalize",
        lambda tf, x, axis: tf.math.l2_normalize(x, axis),
        along(NONZERO),
        dtypes=(*FLOATS, *COMPLEX),
        at=(At(([0.0, 0.0],), [0.0, 0.0], ([1e6, 1e6],), params={"axis": -1}),),
    ),
]
