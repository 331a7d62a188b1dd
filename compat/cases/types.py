"""Element types: conversions, and constants in the type and shape of a tensor."""

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, FLOATS, INTEGERS, NUMBERS, At, Bad, Case
from ..inputs import AXES, REAL, arrays, call, numbers, one, ones


def parts(slices):
    """The values and the indices of IndexedSlices."""
    return [slices.values, slices.indices]


CASES = [
    Case(
        "cast",
        lambda tf, x, dtype: tf.cast(x, dtype),
        one(REAL, dtype=st.sampled_from(FLOATS)),
        # Finite differences end where float32 does.
        differentiable=False,
        dtypes=NUMBERS,
        raises=(Bad("TypeError", (ones(2),), {"dtype": "nonsense"}),),
        at=(
            At(([1.5, -1.5],), [1.5, -1.5], ([1.0, 1.0],), params={"dtype": "float32"}),
            At(([1.5, -1.5],), [1.5, -1.5], ([1.0, 1.0],), params={"dtype": "float64"}),
            At(([1.5, -1.5],), [1, -1], (), params={"dtype": "int32"}),
            At(([1.5, 0.0],), [True, False], (), params={"dtype": "bool"}),
        ),
    ),
    Case(
        "cast to float64",
        lambda tf, x: tf.cast(x, "float64"),
        one(REAL),
        at=(At(([1.5],), [1.5], ([1.0],)),),
    ),
    Case(
        "cast to integers and back",
        lambda tf, x: tf.cast(tf.cast(x, "int32"), x.dtype),
        one(REAL),
        differentiable=False,
        at=(At(([1.5],), [1.0], (None,)),),
    ),
    Case(
        "cast between all types",
        lambda tf, x, dtype: tf.cast(x, dtype),
        one(st.sampled_from([0.0, 1.0, 2.75, 100.5]), dtype=st.sampled_from([*INTEGERS, "bool"])),
        dtypes=(*FLOATS, *INTEGERS, *COMPLEX),
        differentiable=False,
        largest=(1.0, "beyond an integer's range a cast gives what the processor gives"),
    ),
    *(
        Case(
            f"{name} of slices",
            lambda tf, x, f=f: parts(f(tf, tf.IndexedSlices(x, tf.constant([2, 0])))),
            call(arrays(numbers(-3, 3, apart_from=[-1, 1]), (2, 2))),
            differentiable=False,
        )
        for name, f in (
            ("cast", lambda tf, slices: tf.cast(slices, "float16")),
            ("clip_by_value", lambda tf, slices: tf.clip_by_value(slices, -1, 1)),
            ("scalar_mul", lambda tf, slices: tf.scalar_mul(2, slices)),
        )
    ),
    Case(
        "cast to complex numbers",
        lambda tf, x: tf.cast(x, "complex128") * (1 + 2j),
        one(REAL),
        dtypes=(*FLOATS, *COMPLEX),
    ),
    Case(
        "cast of complex to real numbers",
        lambda tf, x: tf.cast(x * x, "float64"),
        one(REAL),
        dtypes=("complex128",),
    ),
    Case(
        "bitcast",
        lambda tf, x, type: tf.bitcast(x, type),
        call(arrays(REAL, AXES), type=st.sampled_from(["uint8", "int16", "float16", "int32"])),
        dtypes=("float32", "float64", "int32", "int64", "uint32", "complex64"),
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (ones(3),), {"type": "float64"}),
            Bad("InvalidArgumentError", (ones(),), {"type": "float64"}),
            Bad("InvalidArgumentError", (ones(3),), {"type": "bool"}),
            Bad("InvalidArgumentError", (ones(3, dtype="bool"),), {"type": "uint8"}),
        ),
        at=(
            At((np.array([[0, 0, 128, 63]], "uint8"),), [1.0], params={"type": "float32"}),
            At((np.array(1, "int64"),), [1, 0], params={"type": "int32"}),
        ),
    ),
    Case(
        "zeros_like",
        lambda tf, x, dtype: tf.zeros_like(x, dtype),
        one(REAL, dtype=st.sampled_from([None, "float64", "int32"])),
        dtypes=NUMBERS,
        differentiable=False,
    ),
    Case(
        "zeros_like of text",
        lambda tf, x: tf.equal(tf.zeros_like(x), b""),
        call(arrays(st.just(b"text"), dtype=object)),
        differentiable=False,
    ),
    Case(
        "ones_like",
        lambda tf, x, dtype: tf.ones_like(x, dtype),
        one(REAL, dtype=st.sampled_from([None, "float64", "int32"])),
        dtypes=NUMBERS,
        differentiable=False,
    ),
]
