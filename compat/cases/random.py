"""Random draws: with the same seeds the numbers are TensorFlow's."""

import numpy as np
from hypothesis import strategies as st

from ..case import Bad, Case
from ..inputs import POSITIVE, REAL, arrays, call, integers, numbers, one, ones

SEED = arrays(st.integers(-(2**31), 2**31 - 1), (2,), np.int32)
SHAPE = st.sampled_from([(), (3,), (2, 5), (0, 2)])
DTYPE = st.sampled_from(["float32", "float64"])
BAD_SEED = Bad("InvalidArgumentError", (np.array([1, 2, 3]),), {"shape": (2,)})


def seeded(tf, seed, draw):
    """What is drawn under a global seed."""
    tf.random.set_seed(seed)
    try:
        return draw()
    finally:
        tf.random.set_seed(None)


CASES = [
    *(
        Case(
            f"stateless_{name}",
            lambda tf, seed, name=name, **p: getattr(tf.random, f"stateless_{name}")(
                seed=seed, **p
            ),
            call(SEED, shape=SHAPE, dtype=DTYPE),
            covers=("seeded_random_state", primitive),
            differentiable=False,
            raises=(BAD_SEED,),
        )
        for name, primitive in (
            ("uniform", "standard_uniform"),
            ("normal", "standard_normal"),
            ("truncated_normal", "standard_truncated_normal"),
        )
    ),
    Case(
        "stateless_uniform integers",
        lambda tf, seed, **p: tf.random.stateless_uniform(seed=seed, dtype="int32", **p),
        call(SEED, shape=SHAPE, minval=-3, maxval=1000),
        covers=("random_integers",),
        differentiable=False,
        raises=(
            Bad("InvalidArgumentError", (ones(2),), {"shape": (2,), "minval": 3, "maxval": 3}),
        ),
    ),
    Case(
        "stateless_uniform bits",
        lambda tf, seed, shape: tf.random.stateless_uniform(
            shape, seed, minval=None, dtype="int32"
        ),
        call(SEED, shape=SHAPE),
        covers=("random_bits",),
        differentiable=False,
    ),
    Case(
        "stateless_categorical",
        lambda tf, logits, seed, num_samples: tf.random.stateless_categorical(
            logits, num_samples, seed
        ),
        call(arrays(REAL, (2, 3)), SEED, num_samples=st.integers(0, 5)),
        covers=("random_categorical",),
        dtypes=("float32",),
        differentiable=False,
    ),
    Case(
        "stateless_gamma",
        lambda tf, alpha, beta, seed: tf.random.stateless_gamma(
            (5, 2), seed, alpha, beta, dtype=alpha.dtype
        ),
        call(arrays(POSITIVE, (2,)), arrays(POSITIVE, (2,)), SEED),
        covers=("standard_gamma", "seeded_random_state"),
        dtypes=("float32", "float64"),
        # It has a gradient, but not that of the algorithm: see tests/compat/test_distributions.py.
        differentiable=False,
        largest=(1e6, "TensorFlow draws again and again"),
        raises=(
            Bad("InvalidArgumentError", (ones(3), ones(3), np.array([1, 2]))),
            Bad("InvalidArgumentError", (ones(2), ones(2), np.array([1, 2, 3]))),
        ),
    ),
    Case(
        "stateless_poisson",
        lambda tf, rate, seed, **p: tf.random.stateless_poisson((7, 3), seed, rate, **p),
        call(arrays(numbers(0, 64), (3,)), SEED, dtype=st.sampled_from(["float32", "int64"])),
        covers=("standard_poisson",),
        dtypes=("float32", "float64"),
        differentiable=False,
        largest=(1e6, "TensorFlow draws again and again"),
        raises=(Bad("InvalidArgumentError", (ones(2), np.array([1, 2]))),),
    ),
    Case(
        "stateless_binomial",
        lambda tf, counts, probs, seed: tf.random.stateless_binomial((7, 3), seed, counts, probs),
        call(arrays(st.integers(0, 90).map(float), (3,)), arrays(numbers(0, 1), (3,)), SEED),
        covers=("standard_binomial",),
        dtypes=("float32", "float64"),
        differentiable=False,
        largest=(1e6, "TensorFlow draws again and again"),
        raises=(Bad("InvalidArgumentError", (ones(2), ones(2), np.array([1, 2]))),),
    ),
    Case(
        "Generator",
        lambda tf, seed, shape: [
            draw(shape)
            for generator in [tf.random.Generator.from_seed(seed)]
            for draw in (generator.normal, generator.uniform)
        ],
        call(seed=st.integers(0, 2**31 - 1), shape=SHAPE),
        covers=("advanced_random_state", "standard_normal", "standard_uniform"),
        differentiable=False,
    ),
    Case(
        "stateless_shuffle",
        lambda tf, x, seed: tf.random.experimental.stateless_shuffle(x, seed),
        call(arrays(REAL, (5, 2)), SEED),
        covers=("seeded_random_state", "random_permutation"),
        unlike=dict.fromkeys(
            ("gradient_is_tensorflows", "second_order_is_tensorflows", "jvp_is_tensorflows"),
            "TensorFlow's shuffle has no gradient",
        ),
        raises=(Bad("InvalidArgumentError", (ones(3), np.array([1, 2, 3]))),),
    ),
    Case(
        "index_shuffle",
        lambda tf, index, seed, **p: tf.random.experimental.index_shuffle(index, seed, **p),
        call(integers(0, 9, (3,)), SEED, max_index=st.integers(9, 500)),
        differentiable=False,
        raises=(Bad("InvalidArgumentError", (np.int32(1), np.int32([1, 2, 3])), {"max_index": 9}),),
    ),
    Case(
        "shuffle",
        lambda tf, x, seed: seeded(tf, seed, lambda: tf.random.shuffle(x)),
        call(arrays(REAL, (5, 2)), seed=st.integers(0, 1000)),
        covers=("next_random_state", "random_permutation"),
        unlike=dict.fromkeys(
            ("gradient_is_tensorflows", "second_order_is_tensorflows", "jvp_is_tensorflows"),
            "TensorFlow's shuffle has no gradient",
        ),
    ),
    Case(
        "dropout",
        lambda tf, x, seed, **p: seeded(tf, seed, lambda: tf.nn.dropout(x, **p)),
        one(REAL, seed=st.integers(0, 100), rate=st.sampled_from([0.0, 0.25, 0.5])),
        covers=("next_random_state", "standard_uniform", "kept"),
        raises=(
            Bad("ValueError", (ones(2),), {"seed": 1, "rate": 1.0}),
            Bad("ValueError", (ones(2, dtype="int32"),), {"seed": 1, "rate": 0.5}),
        ),
    ),
]
