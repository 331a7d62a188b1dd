"""Convolutions."""

from hypothesis import strategies as st

from ..case import OVERFLOW, Bad, Case, Inputs
from ..inputs import REAL, arrays, ones

SIDES = st.integers(3, 5)
UP_TO_3 = st.integers(1, 3)
PADDINGS = st.sampled_from(["SAME", "VALID"])


@st.composite
def filtered(draw, strides=UP_TO_3, dilation=1, groups=1):
    """Images, and filters that fit into them."""
    height, width = draw(SIDES), draw(SIDES)
    sides = st.integers(1, 2 if dilation > 1 else 3)
    x = draw(arrays(REAL, (draw(st.integers(1, 2)), height, width, 2 * groups)))
    w = draw(arrays(REAL, (draw(sides), draw(sides), 2, draw(st.integers(1, 2)) * groups)))
    params = {"strides": draw(strides), "padding": draw(PADDINGS), "dilations": dilation}
    return Inputs((x, w), params)


def by_groups(tf, x, w, **params):
    """A grouped convolution as its definition says: one for each group of channels."""
    groups = x.shape[3] // w.shape[2]
    pieces = zip(tf.split(x, groups, axis=3), tf.split(w, groups, axis=3), strict=True)
    return tf.concat([tf.nn.conv2d(x, w, **params) for x, w in pieces], axis=3)


# On no images at all TensorFlow's result has the images' height and width, whatever the filter.
APART = {"empty_inputs_are_tensorflows": "TensorFlow's result of no images has a wrong shape"}
GRADIENTS = ("conv2d_backprop_input", "conv2d_backprop_filter")
VALID = {"strides": 1, "padding": "VALID"}

CASES = [
    Case(
        "conv2d",
        lambda tf, x, w, **p: tf.nn.conv2d(x, w, **p),
        filtered(),
        covers=GRADIENTS,
        unlike=APART,
        largest=OVERFLOW,
        raises=(
            Bad("InvalidArgumentError", (ones(1, 4, 4, 3), ones(2, 2, 2, 3)), VALID),
            Bad(
                "InvalidArgumentError",
                (ones(1, 4, 4, 3), ones(2, 2, 3, 3)),
                {"strides": 1, "padding": "nonsense"},
            ),
        ),
    ),
    Case(
        "conv2d with two strides",
        lambda tf, x, w, **p: tf.nn.conv2d(x, w, **p),
        filtered(strides=st.sampled_from([(1, 2), (2, 1), [1, 2, 1, 1]])),
        covers=GRADIENTS,
        unlike=APART,
        largest=OVERFLOW,
    ),
    Case(
        "conv2d with dilation",
        lambda tf, x, w, **p: tf.nn.conv2d(x, w, **p),
        filtered(strides=st.just(1), dilation=2),
        covers=GRADIENTS,
        unlike=APART,
        largest=OVERFLOW,
        # TensorFlow has no gradient of a dilated conv2d on the CPU.
        peer=lambda tf, x, w, strides, padding, dilations: tf.nn.atrous_conv2d(
            x, w, dilations, padding
        ),
    ),
    Case(
        "conv2d in groups",
        lambda tf, x, w, **p: tf.nn.conv2d(x, w, **p),
        filtered(groups=2),
        covers=GRADIENTS,
        unlike=APART,
        largest=OVERFLOW,
        # TensorFlow has no gradient of a grouped conv2d on the CPU.
        peer=by_groups,
    ),
]
