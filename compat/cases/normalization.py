"""Moments, normalization, biases."""

from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, At, Bad, Case, Inputs
from ..case import INTEGERS as ALL_INTEGERS
from ..inputs import NONZERO, POSITIVE, REAL, along, arrays, call, ones


@st.composite
def biased(draw, first=False):
    """Values, and a bias for their last axis, or for their second."""
    lengths = draw(st.sampled_from([(), (2,), (1, 2), (2, 1, 2)]))
    shape = (2, 3, *lengths) if first else (2, *lengths, 3)
    return Inputs((draw(arrays(REAL, shape)), draw(arrays(REAL, (3,)))))


@st.composite
def reduced(draw, elements):
    """An array with `axes` and `keepdims`."""
    x = draw(arrays(elements, (2, 3, 2)))
    axes = draw(st.lists(st.integers(0, 2), unique=True, min_size=1))
    return Inputs((x,), {"axes": axes, "keepdims": draw(st.booleans())})


@st.composite
def normalized(draw, **params):
    """Values of 3 channels with their mean, variance, offset and scale."""
    x = draw(arrays(REAL, st.sampled_from([(2, 3), (1, 2, 2, 3)])))
    channels = (draw(arrays(e, (3,))) for e in (REAL, POSITIVE, REAL, REAL))
    chosen = {key: draw(strategy) for key, strategy in params.items()}
    return Inputs((x, *channels), {"variance_epsilon": 1e-3, **chosen})


@st.composite
def weighted(draw):
    """An array with `axes` and `keepdims`, and weights that broadcast to it."""
    (x,), params = draw(reduced(REAL))
    shape = draw(st.sampled_from([(2, 3, 2), (1, 3, 1), (2,), ()]))
    return Inputs((x, draw(arrays(POSITIVE, shape))), params)


@st.composite
def shifted(draw):
    """An array with `axes` and `keepdims`, and a shift that broadcasts to it."""
    (x,), params = draw(reduced(REAL))
    return Inputs((x, draw(arrays(REAL, st.sampled_from([(), (2,), (3, 1)])))), params)


@st.composite
def counted(draw, *more):
    """A count, and sums for three channels."""
    sums = [draw(arrays(e, (3,))) for e in (REAL, POSITIVE, *more)]
    return Inputs((draw(arrays(POSITIVE, ())), *sums))


def channelled():
    """Images with up to five channels, and the parameters of a normalization over them."""
    channels = st.integers(1, 5).map(lambda n: (1, 1, 2, n))
    return channels.flatmap(
        lambda shape: call(
            arrays(REAL, shape),
            depth_radius=st.integers(0, 6),
            bias=st.sampled_from([1.0, 2.0]),
            alpha=st.sampled_from([1.0, 0.5]),
            beta=st.sampled_from([0.5, 0.75, 1.0]),
        )
    )


# The variance is a difference, of terms up to a hundred times its size.
DIFFERENCE = {"float16": 0.1}

CASES = [
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
        "bias_add with channels first",
        lambda tf, x, bias: tf.nn.bias_add(x, bias, "NC..."),
        biased(first=True),
        unlike={
            "jvp_is_tensorflows": "TensorFlow's forward mode fails where there are two axes",
        },
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), ones(2))),
            Bad("InvalidArgumentError", (ones(3), ones(3))),
        ),
    ),
    Case(
        "bias_add of integers",
        lambda tf, x, bias: tf.nn.bias_add(x, bias, "N...C"),
        biased(),
        dtypes=ALL_INTEGERS,
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 3), ones(1))),
            Bad("InvalidArgumentError", (ones(2, 3), ones())),
        ),
    ),
    Case(
        "bias_add of another layout",
        lambda tf, x, bias, **p: tf.nn.bias_add(x, bias, **p),
        biased(),
        raises=(Bad("ValueError", (ones(2, 3), ones(3)), {"data_format": "nonsense"}),),
    ),
    Case(
        "moments",
        lambda tf, x, axes, keepdims: tf.nn.moments(x, axes, keepdims=keepdims),
        reduced(REAL),
        covers=("variance",),
        unlike={"second_order_is_tensorflows": "TensorFlow takes the mean for a constant"},
    ),
    Case(
        "moments of integers",
        lambda tf, x, axes, keepdims: tf.nn.moments(x, axes, keepdims=keepdims),
        reduced(REAL),
        dtypes=("int32", "int64"),
        differentiable=False,
    ),
    Case(
        "weighted_moments",
        lambda tf, x, weights, axes, keepdims: tf.nn.weighted_moments(x, axes, weights, keepdims),
        weighted(),
        largest=(1, "the gradient of equal elements' weights is a difference of equal terms"),
        at=(
            At(
                ([1.0, 2.0], [0.0, 0.0]),
                (0.0, 0.0),
                ([0.0, 0.0], [0.0, 0.0]),
                params={"axes": [0], "keepdims": False},
            ),
        ),
    ),
    Case(
        "sufficient_statistics",
        lambda tf, x, axes, keepdims: tf.nn.sufficient_statistics(x, axes, None, keepdims)[:3],
        reduced(REAL),
        dtypes=(*FLOATS, "int32"),
    ),
    Case(
        "sufficient_statistics with a shift",
        lambda tf, x, shift, axes, keepdims: tf.nn.sufficient_statistics(x, axes, shift, keepdims),
        shifted(),
    ),
    Case(
        "normalize_moments",
        lambda tf, count, mean, variance: tf.nn.normalize_moments(count, mean, variance, None),
        counted(),
        tolerance=DIFFERENCE,
    ),
    Case(
        "normalize_moments with a shift",
        lambda tf, count, mean, variance, shift: tf.nn.normalize_moments(
            count, mean, variance, shift
        ),
        counted(REAL),
        tolerance=DIFFERENCE,
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
        "batch_norm_with_global_normalization",
        lambda tf, x, mean, variance, offset, scale, **p: (
            tf.nn.batch_norm_with_global_normalization(x, mean, variance, offset, scale, **p)
        ),
        normalized(scale_after_normalization=st.booleans()),
    ),
    *(
        Case(
            name,
            lambda tf, x, name=name, **p: getattr(tf.nn, name)(x, **p),
            channelled(),
            dtypes=("float16", "float32"),  # TensorFlow has no others on the CPU
            unlike={
                "second_order_is_tensorflows": "TensorFlow has no second derivative here",
                "jvp_is_tensorflows": "which its forward mode needs",
                "arrays_are_like_tensorflows": "TensorFlow makes float32 of arrays here",
            },
            raises=(
                Bad("InvalidArgumentError", (ones(2, 3),)),
                Bad("InvalidArgumentError", (ones(1, 1, 1, 3),), {"depth_radius": -1}),
            ),
        )
        for name in ("local_response_normalization", "lrn")
    ),
    Case(
        "l2_normalize",
        lambda tf, x, axis: tf.math.l2_normalize(x, axis),
        along(NONZERO),
        dtypes=(*FLOATS, *COMPLEX),
        at=(At(([0.0, 0.0],), [0.0, 0.0], ([1e6, 1e6],), params={"axis": -1}),),
    ),
]
