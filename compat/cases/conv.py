"""Convolutions."""

from hypothesis import strategies as st

from ..case import OVERFLOW, Bad, Case, Inputs, limited
from ..inputs import REAL, arrays, ones

UP_TO_3 = st.integers(1, 3)
PADDINGS = st.sampled_from(["SAME", "VALID"])
GRADIENTS = ("conv_backprop_input", "conv_backprop_filter")
VALID = {"strides": 1, "padding": "VALID"}


def channels_first(shape):
    """A shape, or strides and the like, with the channels before the lengths."""
    return (shape[0], shape[-1], *shape[1:-1])


@st.composite
def filtered(draw, rank=2, strides=UP_TO_3, padding=PADDINGS, dilation=1, groups=1, first=False):
    """Images with `rank` axes, and filters that fit into them."""
    sides = st.integers(1, 2 if dilation > 1 else 3)
    lengths = [draw(st.integers(3, 4 if rank == 3 else 5)) for _ in range(rank)]
    channels = draw(st.sampled_from([2, 5]))  # many channels and few outputs go another way
    shape = (draw(st.integers(1, 2)), *lengths, channels * groups)
    x = draw(arrays(REAL, channels_first(shape) if first else shape))
    size = [draw(sides) for _ in range(rank)]
    w = draw(arrays(REAL, (*size, channels, draw(st.integers(1, 2)) * groups)))
    stride = draw(strides)
    if rank == 3:  # TensorFlow's conv3d is wrong with larger ones, see docs/deviations.md
        stride = min(stride, *size)
    params = {"strides": stride, "padding": draw(padding), "dilations": dilation}
    return Inputs((x, w), params)


@st.composite
def several_batches(draw, rank):
    """Images with two axes of batches."""
    x = draw(arrays(REAL, (2, 2, *[3] * rank, 1)))
    w = draw(arrays(REAL, (*[2] * rank, 1, 2)))
    return Inputs((x, w), {"strides": 1, "padding": draw(PADDINGS)})


@st.composite
def transposed(draw, rank=2, strides=UP_TO_3, dilation=1, first=False):
    """What a convolution may have given, the filters, and the shape of the images."""
    size = [draw(st.integers(1, 2)) for _ in range(rank)]
    lengths = [draw(st.integers(3, 4)) for _ in range(rank)]
    stride, padding = draw(strides), draw(PADDINGS)
    if rank == 3:  # as above
        stride = min(stride, *size)
    batch, channels, outputs = draw(st.integers(1, 2)), draw(st.integers(1, 2)), 2
    reach = [(k - 1) * dilation + 1 for k in size]
    steps = [
        -(-n // stride) if padding == "SAME" else (n - r) // stride + 1
        for n, r in zip(lengths, reach, strict=True)
    ]
    shape, images = (batch, *steps, outputs), (batch, *lengths, channels)
    if first:
        shape, images = channels_first(shape), channels_first(images)
    g = draw(arrays(REAL, shape))
    w = draw(arrays(REAL, (*size, channels, outputs)))
    params = {"output_shape": images, "strides": stride, "padding": padding}
    return Inputs((g, w), {**params, "dilations": dilation})


@st.composite
def depthwise(draw, strides=UP_TO_3, dilation=1, padding=PADDINGS):
    """Images, depthwise filters that fit into them, and the parameters."""
    shape = (draw(st.integers(1, 2)), draw(st.integers(3, 5)), draw(st.integers(3, 5)))
    sides, channels = st.integers(1, 2 if dilation > 1 else 3), draw(UP_TO_3)
    x = draw(arrays(REAL, (*shape, channels)))
    w = draw(arrays(REAL, (draw(sides), draw(sides), channels, draw(st.integers(1, 2)))))
    stride = draw(strides)
    params = {"strides": [1, stride, stride, 1], "padding": draw(padding)}
    return Inputs((x, w), {**params, "dilations": [dilation, dilation]})


@st.composite
def depthwise_backward(draw, of_filter):
    """The arguments of the backprops of a depthwise convolution."""
    lengths, size = [draw(st.integers(3, 4)) for _ in "hw"], [draw(st.integers(1, 2)) for _ in "hw"]
    batch, channels, multiplier = (draw(st.integers(1, 2)) for _ in range(3))
    stride, padding = draw(st.integers(1, 2)), draw(PADDINGS)
    steps = [
        -(-n // stride) if padding == "SAME" else (n - k) // stride + 1
        for n, k in zip(lengths, size, strict=True)
    ]
    image, filters = (batch, *lengths, channels), (*size, channels, multiplier)
    g = draw(arrays(REAL, (batch, *steps, channels * multiplier)))
    other, sizes = (image, filters) if of_filter else (filters, image)
    params = {"sizes": sizes, "strides": [1, stride, stride, 1], "padding": padding}
    return Inputs((draw(arrays(REAL, other)), g), params)


@st.composite
def separable(draw):
    """Images, depthwise and pointwise filters."""
    channels, multiplier, outputs = (draw(st.integers(1, 2)) for _ in range(3))
    x = draw(arrays(REAL, (draw(st.integers(1, 2)), 4, 3, channels)))
    w = draw(arrays(REAL, (2, draw(st.integers(1, 2)), channels, multiplier)))
    mix = draw(arrays(REAL, (1, 1, channels * multiplier, outputs)))
    return Inputs((x, w, mix), {"strides": [1, 1, 1, 1], "padding": draw(PADDINGS)})


def by_groups(tf, x, w, **params):
    """A grouped convolution as its definition says: one for each group of channels."""
    groups = x.shape[3] // w.shape[2]
    pieces = zip(tf.split(x, groups, axis=3), tf.split(w, groups, axis=3), strict=True)
    return tf.concat([tf.nn.conv2d(x, w, **params) for x, w in pieces], axis=3)


def moved(tf, y, *, back):
    """A tensor with its channels moved to the front, or back."""
    n = len(y.shape)
    order = (0, n - 1, *range(1, n - 1)) if back else (0, *range(2, n), 1)
    return tf.transpose(y, order)


def channels_last_of(call):
    """A call on images with the channels first, by one on images with the channels last."""
    return lambda tf, x, w, **p: moved(tf, call(tf, moved(tf, x, back=False), w, **p), back=True)


def conv(name):
    """The call of a convolution in TensorFlow's order of arguments."""
    return lambda tf, x, w, **p: getattr(tf.nn, name)(x, w, **p)


def convolution(tf, x, w, **params):
    """Without a data_format, TensorFlow's gradients fail."""
    layout = {3: "NWC", 4: "NHWC", 5: "NDHWC"}[len(x.shape)]
    return tf.nn.convolution(x, w, data_format=layout, **params)


def conv1d(tf, x, w, *, strides, **params):
    return tf.nn.conv1d(x, w, strides, **params)


def conv3d_in_tensorflow(tf, x, w, *, strides, padding, dilations=1):
    """conv3d takes five numbers each, and no dilation has a gradient on the CPU."""
    return tf.nn.convolution(x, w, strides, padding, "NDHWC", [dilations] * 3)


def on_images_without(op):
    """A call on images with dilated windows by atrous_conv2d, which has a gradient."""
    return lambda tf, x, w, strides, padding, dilations: getattr(tf.nn, op)(
        x, w, dilations, padding
    )


def backprop_input(tf, w, g, *, sizes, **params):
    return tf.nn.depthwise_conv2d_backprop_input(sizes, w, g, **params)


def backprop_filter(tf, x, g, *, sizes, **params):
    return tf.nn.depthwise_conv2d_backprop_filter(x, sizes, g, **params)


def row(name, call, inputs, **known):
    """A Case that covers the primitives of every convolution."""
    backward = GRADIENTS if known.get("differentiable", True) else ()
    return Case(name, call, inputs, covers=("conv", *backward), **known)


NO_FORWARD_MODE = {
    "jvp_is_tensorflows": "TensorFlow's forward mode fails at what it makes of a dilation"
}
BORDERS = st.tuples(*[st.integers(0, 2)] * 4).map(
    lambda n: [[0, 0], [n[0], n[1]], [n[2], n[3]], [0, 0]]
)

CASES = [
    # -- conv2d -------------------------------------------------------------------------------
    row(
        "conv2d",
        conv("conv2d"),
        filtered(),
        raises=(
            Bad("InvalidArgumentError", (ones(1, 4, 4, 3), ones(2, 2, 2, 3)), VALID),
            Bad("InvalidArgumentError", (ones(1, 4, 4, 3), ones(9, 2, 3, 3)), VALID),
            Bad("InvalidArgumentError", (ones(1, 4, 4, 3), ones(2, 2, 3)), VALID),
            Bad("InvalidArgumentError", (ones(1, 4, 4, 3), ones(2, 2, 3, 0)), VALID),
            Bad(
                "InvalidArgumentError",
                (ones(1, 4, 4, 3), ones(2, 2, 3, 1, dtype="float64")),
                VALID,
            ),
            Bad(
                "InvalidArgumentError",
                (ones(1, 4, 4, 3), ones(2, 2, 3, 3)),
                {"strides": 1, "padding": "nonsense"},
            ),
            Bad(
                "InvalidArgumentError",
                (ones(1, 4, 4, 3), ones(2, 2, 3, 3)),
                {**VALID, "data_format": "nonsense"},
            ),
            Bad(
                "UnimplementedError",
                (ones(1, 4, 4, 3), ones(2, 2, 3, 3)),
                {"strides": [2, 1, 1, 1], "padding": "VALID"},
            ),
            Bad(
                "ValueError",
                (ones(1, 4, 4, 3), ones(2, 2, 3, 3)),
                {"strides": [1, 1, 1], "padding": "VALID"},
            ),
            Bad(
                "ValueError",
                (ones(1, 4, 4, 3), ones(2, 2, 3, 3)),
                {"strides": 1, "padding": [[1, 1], [1, 1]]},
            ),
        ),
    ),
    row(
        "conv2d of integers",
        conv("conv2d"),
        filtered(),
        dtypes=("int32",),
        differentiable=False,
    ),
    row(
        "conv2d with two strides",
        conv("conv2d"),
        filtered(strides=st.sampled_from([(1, 2), (2, 1), [1, 2, 1, 1]])),
    ),
    row(
        "conv2d with explicit padding",
        conv("conv2d"),
        filtered(padding=BORDERS),
    ),
    row(
        "conv2d with dilation",
        conv("conv2d"),
        filtered(strides=st.just(1), dilation=2),
        unlike=NO_FORWARD_MODE,
        # TensorFlow has no gradient of a dilated conv2d on the CPU.
        peer=on_images_without("atrous_conv2d"),
    ),
    row(
        "conv2d in groups",
        conv("conv2d"),
        filtered(groups=2),
        # TensorFlow has no gradient of a grouped conv2d on the CPU.
        peer=by_groups,
    ),
    row(
        "conv2d with channels first",
        lambda tf, x, w, **p: tf.nn.conv2d(x, w, data_format="NCHW", **p),
        filtered(first=True),
        peer=channels_last_of(conv("conv2d")),
    ),
    row("conv2d of batches", conv("conv2d"), several_batches(2)),
    # -- other ranks --------------------------------------------------------------------------
    row(
        "conv1d",
        conv1d,
        filtered(rank=1),
        raises=(
            Bad("InvalidArgumentError", (ones(1, 4, 3), ones(2, 2, 3)), VALID),
            Bad("InvalidArgumentError", (ones(1, 4, 3), ones(9, 3, 3)), VALID),
            Bad(
                "ValueError",
                (ones(1, 4, 3), ones(2, 3, 3)),
                {**VALID, "data_format": "nonsense"},
            ),
            Bad(
                "TypeError",
                (ones(1, 4, 1), ones(2, 1, 1)),
                {"strides": 1, "padding": [[0, 0], [1, 1], [0, 0]]},
            ),
        ),
    ),
    row(
        "conv1d with dilation",
        conv1d,
        filtered(rank=1, strides=st.just(1), dilation=2),
        unlike=NO_FORWARD_MODE,
        peer=lambda tf, x, w, strides, padding, dilations: tf.nn.convolution(
            x, w, strides, padding, "NWC", [dilations]
        ),
    ),
    row(
        "conv1d with channels first",
        lambda tf, x, w, *, strides, **p: tf.nn.conv1d(x, w, strides, data_format="NCW", **p),
        filtered(rank=1, first=True),
        peer=channels_last_of(conv1d),
    ),
    row("conv1d of batches", conv1d, several_batches(1)),
    row(
        "conv3d",
        conv("conv3d"),
        filtered(rank=3),
        peer=conv3d_in_tensorflow,
        raises=(
            Bad(
                "InvalidArgumentError",
                (ones(1, 2, 2, 2, 1), ones(9, 1, 1, 1, 1)),
                {"strides": [1] * 5, "padding": "VALID"},
            ),
            Bad(
                "TypeError",
                (ones(1, 2, 2, 2, 1), ones(1, 1, 1, 1, 1)),
                {"strides": [1] * 5, "padding": [[0, 0]] * 5},
            ),
        ),
    ),
    row(
        "conv3d with dilation",
        conv("conv3d"),
        filtered(rank=3, strides=st.just(1), dilation=2),
        unlike=NO_FORWARD_MODE,
        peer=conv3d_in_tensorflow,
    ),
    *(
        row(
            f"convolution over {rank} axes",
            convolution,
            filtered(rank=rank),
        )
        for rank in (1, 2, 3)
    ),
    row(
        "convolution with dilation",
        lambda tf, x, w, strides, padding, dilations: tf.nn.convolution(
            x, w, padding=padding, data_format="NHWC", dilations=[dilations, 1]
        ),
        filtered(strides=st.just(1), dilation=2),
        unlike=NO_FORWARD_MODE,
    ),
    row(
        "convolution refused",
        conv("convolution"),
        filtered(strides=st.just(1)),
        differentiable=False,
        raises=(
            Bad(
                "ValueError",
                (ones(1, 4, 4, 1), ones(1, 1, 1, 1)),
                {"strides": 2, "padding": "VALID", "dilations": 2},
            ),
            Bad("ValueError", (ones(1, 1, 1, 1, 1, 1), ones(1, 1, 1, 1, 1, 1)), VALID),
        ),
    ),
    row(
        "atrous_conv2d",
        lambda tf, x, w, strides, padding, dilations: tf.nn.atrous_conv2d(x, w, dilations, padding),
        filtered(strides=st.just(1), dilation=2),
        unlike=NO_FORWARD_MODE,
        raises=(
            Bad("ValueError", (ones(1, 4, 4, 1), ones(1, 1, 1, 1)), {**VALID, "dilations": 0}),
        ),
    ),
    # -- transposed ---------------------------------------------------------------------------
    *(
        row(
            name,
            lambda tf, g, w, name=name, **p: getattr(tf.nn, name)(g, w, **p),
            transposed(rank=rank),
            raises=(
                Bad(
                    "InvalidArgumentError",
                    (ones(1, *[4] * rank, 3), ones(*[2] * rank, 2, 3)),
                    {"output_shape": (1, *[4] * rank, 7), "strides": 1, "padding": "SAME"},
                ),
            ),
        )
        for rank, name in ((1, "conv1d_transpose"), (2, "conv2d_transpose"))
    ),
    row(
        "conv3d_transpose",
        conv("conv3d_transpose"),
        transposed(rank=3),
    ),
    row(
        "conv2d_transpose with channels first",
        lambda tf, g, w, **p: tf.nn.conv2d_transpose(g, w, data_format="NCHW", **p),
        transposed(first=True),
        peer=lambda tf, g, w, output_shape, **p: moved(
            tf,
            tf.nn.conv2d_transpose(
                moved(tf, g, back=False),
                w,
                (output_shape[0], *output_shape[2:], output_shape[1]),
                **p,
            ),
            back=True,
        ),
    ),
    row(
        "conv_transpose",
        conv("conv_transpose"),
        st.sampled_from([1, 2, 3]).flatmap(lambda rank: transposed(rank=rank)),
        raises=(
            Bad(
                "ValueError",
                (ones(1, 4, 4, 3), ones(2, 2, 2, 3)),
                {"output_shape": (4, 4), "strides": 1, "padding": "SAME"},
            ),
        ),
    ),
    row(
        "atrous_conv2d_transpose",
        lambda tf, g, w, output_shape, strides, padding, dilations: tf.nn.atrous_conv2d_transpose(
            g, w, output_shape, dilations, padding
        ),
        transposed(strides=st.just(1), dilation=2),
        unlike=NO_FORWARD_MODE,
    ),
    # -- depthwise ----------------------------------------------------------------------------
    row(
        "depthwise_conv2d",
        lambda tf, x, w, **p: tf.nn.depthwise_conv2d(x, w, **p),
        depthwise(),
        raises=(
            Bad(
                "InvalidArgumentError",
                (ones(1, 4, 4, 3), ones(2, 2, 2, 1)),
                {"strides": [1] * 4, "padding": "VALID"},
            ),
            Bad(
                "InvalidArgumentError",
                (ones(1, 4, 4, 3), ones(9, 2, 3, 1)),
                {"strides": [1] * 4, "padding": "VALID"},
            ),
        ),
    ),
    row(
        "depthwise_conv2d with explicit padding",
        lambda tf, x, w, **p: tf.nn.depthwise_conv2d(x, w, **p),
        depthwise(padding=BORDERS),
    ),
    row(
        "depthwise_conv2d with dilation",
        lambda tf, x, w, **p: tf.nn.depthwise_conv2d(x, w, **p),
        depthwise(strides=st.just(1), dilation=2),
        unlike=NO_FORWARD_MODE,
    ),
    row(
        "depthwise_conv2d_backprop_input",
        backprop_input,
        depthwise_backward(of_filter=False),
    ),
    row(
        "depthwise_conv2d_backprop_filter",
        backprop_filter,
        depthwise_backward(of_filter=True),
    ),
    row(
        "separable_conv2d",
        lambda tf, x, w, mix, **p: tf.nn.separable_conv2d(x, w, mix, **p),
        separable(),
        raises=(
            Bad(
                "InvalidArgumentError",
                (ones(1, 4, 4, 2), ones(2, 2, 2, 1), ones(1, 1, 3, 1)),
                {"strides": [1] * 4, "padding": "VALID"},
            ),
            Bad(
                "ValueError",
                (ones(1, 4, 4, 2), ones(2, 2, 2, 1), ones(2, 1, 2, 1)),
                {"strides": [1] * 4, "padding": "VALID"},
            ),
        ),
    ),
]

# On images or filters without elements some of TensorFlow's kernels abort the process.
CASES = limited(
    CASES,
    OVERFLOW,
    empty_inputs_are_tensorflows="TensorFlow aborts, or the shape is wrong",
)
