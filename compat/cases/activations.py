"""Activations."""

from math import inf, nan

from hypothesis import strategies as st

from ..case import FLOATS, SIGNED, At, Bad, Case, Inputs, primitive
from ..case import INTEGERS as ALL_INTEGERS
from ..inputs import NONZERO, REAL, along, arrays, numbers, one, ones, same

INTEGERS = Bad("InvalidArgumentError", (ones(2, dtype="int32"),))
AWAY_FROM_0 = one(NONZERO)


@st.composite
def with_beta(draw):
    """An array, and one number."""
    return Inputs((draw(arrays(REAL)), draw(arrays(REAL, ()))))


def unary(name, inputs=AWAY_FROM_0, **known):
    """The row of an activation without parameters."""
    return Case(name, lambda tf, x: getattr(tf.nn, name)(x), inputs, **known)


CASES = [
    unary(
        "relu",
        dtypes=(*FLOATS, *ALL_INTEGERS),
        raises=(Bad("InvalidArgumentError", (ones(2, dtype="bool"),)),),
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
        dtypes=(*FLOATS, *ALL_INTEGERS),
        at=(At(([-1.0, 0.0, 1.0, 6.0, 7.0],), [0.0, 0.0, 1.0, 6.0, 6.0], ([0, 0, 1, 0, 0],)),),
    ),
    Case(
        "leaky_relu",
        lambda tf, x, **p: tf.nn.leaky_relu(x, **p),
        one(NONZERO, alpha=st.sampled_from([0.25, 0.0, 0.5, 2.0])),
        covers=("leaky_relu_grad",),
        at=(
            At(([-1.0, 0.0, 1.0],), [-0.2, 0.0, 1.0], ([0.2, 0.2, 1.0],)),
            At(([-1.0, 0.0],), [-0.5, 0.0], ([0.5, 0.5],), params={"alpha": 0.5}),
        ),
    ),
    Case(
        "crelu",
        lambda tf, x, axis: tf.nn.crelu(x, axis),
        along(NONZERO),
        dtypes=(*FLOATS, *SIGNED),
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"axis": 1}),
            Bad("InvalidArgumentError", (ones(),), {"axis": -1}),
        ),
        at=(
            At(
                ([-1.0, 0.0, 2.0],),
                [0.0, 0.0, 2.0, 1.0, 0.0, 0.0],
                ([-1.0, 0.0, 1.0],),
                params={"axis": -1},
            ),
        ),
    ),
    Case(
        "leaky_relu of integers",
        lambda tf, x: tf.nn.leaky_relu(x),
        one(NONZERO),
        dtypes=ALL_INTEGERS,
        differentiable=False,
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
        at=(At((0.0,), 0.0, (0.5,)), At(([inf, -1e30],), [inf, 0.0])),
    ),
    Case(
        "silu with a beta of its own",
        lambda tf, x, beta: tf.nn.silu(x, beta),
        with_beta(),
        largest=(1e10, "TensorFlow's gradient for beta squares x first, which overflows"),
        at=(At(([1.0, 2.0], 0.0), [0.5, 1.0], ([0.5, 0.5], 1.25)),),
    ),
    Case(
        "gelu",
        lambda tf, x, **p: tf.nn.gelu(x, **p),
        one(REAL, approximate=st.booleans()),
        tolerance={"float64": 1e-8},  # TensorFlow's constants are float32's also here
        raises=(Bad("ValueError", (ones(2, dtype="int32"),), {}),),
        at=(
            At((0.0,), 0.0, (0.5,)),
            At((0.0,), 0.0, (0.5,), params={"approximate": True}),
        ),
    ),
]
