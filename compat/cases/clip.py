"""Norms limited: the scale of what is clipped depends on it, and so does its derivative."""

import numpy as np
from hypothesis import strategies as st

from ..case import At, Bad, Case
from ..inputs import NONZERO, REAL, arrays, call, ones

# No sum of squares of the inputs' grid is the square of these, where the norm has a kink.
LIMITS = st.sampled_from([0.7, 1.7, 5.3, 100.3])


def clipped(tf, tensors, *arguments, **params):
    """What clip_by_global_norm gives, without the None entries."""
    found, norm = tf.clip_by_global_norm(tensors, *arguments, **params)
    return [t for t in found if t is not None] + [norm]


CASES = [
    Case(
        "clip_by_norm",
        lambda tf, x, **p: tf.clip_by_norm(x, **p),
        call(
            arrays(NONZERO, (2, 3)),
            clip_norm=LIMITS,
            axes=st.sampled_from([None, 0, 1, -1, [1], [0, 1]]),
        ),
        at=(
            At(([3.0, 4.0],), [0.6, 0.8], ([0.128, -0.096],), [1.0, 0.0], {"clip_norm": 1.0}),
            # At a tie the gradient is that of the norm, not of the limit.
            At(([3.0, 4.0],), [3.0, 4.0], ([0.64, -0.48],), [1.0, 0.0], {"clip_norm": 5.0}),
            At(([0.0, 0.0],), [0.0, 0.0], ([1.0, 1.0],), params={"clip_norm": 1.0}),
            At(([1.0, 0.0],), [0.0, 0.0], ([0.0, 0.0],), params={"clip_norm": -1.0}),
            At(([0.0, 0.0],), [np.nan] * 2, ([np.nan] * 2,), params={"clip_norm": 0.0}),
            At(([np.inf, 0.0],), [np.nan, 0.0], params={"clip_norm": 1.0}),
        ),
        raises=(
            Bad("InvalidArgumentError", (ones(2, dtype="int32"),), {"clip_norm": 1}),
            Bad("InvalidArgumentError", (ones(2),), {"clip_norm": 1.0, "axes": 5}),
        ),
    ),
    Case(
        "clip_by_norm tensor",
        lambda tf, x, n, **p: tf.clip_by_norm(x, n, **p),
        call(
            arrays(NONZERO, (2, 3)),
            arrays(st.sampled_from([0.703125, 1.703125, 5.296875]), (2, 1)),
            axes=1,
        ),
        raises=(Bad("InvalidArgumentError", (ones(2, 2), ones(3)), {"axes": 1}),),
    ),
    Case(
        "clip_by_global_norm",
        lambda tf, x, y, **p: clipped(tf, [x, None, y], **p),
        call(arrays(REAL, (2, 2)), arrays(NONZERO, (3,)), clip_norm=LIMITS),
        at=(
            At(
                ([3.0, 4.0], 12.0),
                ([0.0, 0.0], 0.0, 13.0),
                ([3 / 13, 4 / 13], 12 / 13),
                params={"clip_norm": 0.0},
            ),
            At(([np.inf, 4.0], 1.0), ([np.nan] * 2, np.nan, np.inf), params={"clip_norm": 1.0}),
            At(([3.0, 4.0], 0.0), ([np.nan] * 2, np.nan, 5.0), params={"clip_norm": np.inf}),
            At(([3.0, 4.0], 0.0), ([3.0, 4.0], 0.0, 5.0), params={"clip_norm": -1.0}),
            At(([0.0, 0.0], 0.0), ([0.0, 0.0], 0.0, 0.0), params={"clip_norm": 1.0}),
        ),
        raises=(Bad("InvalidArgumentError", (ones(2, dtype="int32"), ones(2)), {"clip_norm": 1}),),
    ),
    Case(
        "clip_by_global_norm use_norm",
        lambda tf, x, norm, **p: clipped(tf, (x,), use_norm=norm, **p),
        call(arrays(REAL, (2, 2)), arrays(st.sampled_from([2.0, 9.0]), ()), clip_norm=LIMITS),
    ),
    Case(
        "global_norm",
        lambda tf, x, y: tf.linalg.global_norm([x, None, y]),
        call(arrays(REAL, (2, 2)), arrays(NONZERO, (3,))),
        at=(
            At(([3.0, 0.0], 4.0), 5.0, ([0.6, 0.0], 0.8)),
            At(([0.0, 0.0], 0.0), 0.0, ([np.nan] * 2, np.nan)),
        ),
        raises=(
            Bad("InvalidArgumentError", (ones(2, dtype="int32"), ones(2))),
            Bad("InvalidArgumentError", (ones(2), ones(2, dtype="float64"))),
        ),
    ),
]
