"""Complex numbers: made of two parts, and taken apart."""

from math import nan, pi

import numpy as np

from ..case import COMPLEX, FLOATS, INTEGERS, At, Bad, Case
from ..inputs import NONZERO, REAL, broadcast, one, ones

TEXT = Bad("TypeError", (np.array(["a"], object),))

CASES = [
    Case(
        "complex",
        lambda tf, x, y: tf.complex(x, y),
        broadcast(REAL, REAL),
        dtypes=("float32", "float64"),
        raises=(
            Bad("TypeError", (ones(2), ones(2, dtype="float64"))),
            Bad("TypeError", (ones(2, dtype="int32"), ones(2, dtype="int32"))),
            Bad("TypeError", (ones(2, dtype="float16"), ones(2, dtype="float16"))),
            Bad("InvalidArgumentError", (ones(2), ones(3))),
        ),
        at=(At((3.0, 4.0), 3 + 4j, (1.0, 0.0)),),
    ),
    *(
        Case(
            name,
            lambda tf, x, name=name: getattr(tf.math, name)(x * x),
            one(REAL),
            dtypes=COMPLEX,
            at=(At(([1 + 2j],), [value], ([gradient],)),),
        )
        for name, value, gradient in (("real", -3.0, 2 - 4j), ("imag", 4.0, 4 + 2j))
    ),
    Case(
        "angle",
        lambda tf, x: tf.math.angle(x),
        one(NONZERO),
        dtypes=COMPLEX,
        at=(At(([1j, -1 + 0j, 1 + 0j],), [pi / 2, pi, 0.0], ([-1, -1j, 1j],)),),
    ),
    Case(
        "conj",
        lambda tf, x: tf.math.conj(x),
        one(REAL),
        dtypes=(*FLOATS, *INTEGERS, *COMPLEX),
        raises=(TEXT,),
    ),
    *(
        Case(
            f"part of real numbers: {name}",
            lambda tf, x, name=name: getattr(tf.math, name)(x),
            one(REAL),
            dtypes=(*FLOATS, *INTEGERS),
            differentiable=False,
        )
        for name in ("real", "imag")
    ),
    Case(
        "angles of real numbers",
        lambda tf, x: tf.math.angle(x),
        one(NONZERO),
        differentiable=False,
        raises=(Bad("TypeError", (ones(2, dtype="int32"),)),),
        at=(At(([-2.0, 0.0, 2.0, nan],), [pi, 0.0, 0.0, 0.0], (None,)),),
    ),
]
