"""Inverses, determinants, solvers and decompositions of matrices."""

import numpy as np
from hypothesis import strategies as st

from ..case import COMPLEX, At, Bad, Case, limited
from ..inputs import REAL, arrays, call, numbers, ones

LAPACK = ("float32", "float64", *COMPLEX)
REALS = ("float32", "float64")
DERIVATIVES = ("gradient_is_tensorflows", "second_order_is_tensorflows", "jvp_is_tensorflows")
NO_JVP = {
    "jvp_is_tensorflows": "TensorFlow's jvp forgets the shapes, which its qr's and svd's rules need"
}
COMPLEX_SVD = {
    **NO_JVP,
    "second_order_is_tensorflows": "TensorFlow's is wrong for complex matrices",
}
BATCHES = st.sampled_from([(), (2,), (0,), (2, 1)])
LENGTHS = st.integers(0, 3)
SMALL = numbers(-1 / 4, 1 / 4)
# A column without anything below the diagonal isn't reflected, so that its sign jumps there.
APART = numbers(-1 / 4, 1 / 4, apart_from=[0], margin=1 / 16)
NOT_SQUARE = (Bad("InvalidArgumentError", (ones(2, 3),)), Bad("InvalidArgumentError", (ones(2),)))


@st.composite
def regular(draw, batch=None, rows=None, signs=True):
    """Square matrices of a condition number below 20, also as complex ones."""
    batch = draw(BATCHES) if batch is None else batch
    rows = draw(LENGTHS) if rows is None else rows
    x = draw(arrays(REAL, (*batch, rows, rows))) + 10 * np.eye(rows)
    return x * draw(arrays(st.sampled_from([-1.0, 1.0]), (rows, 1))) if signs else x


@st.composite
def equations(draw, broadcast=False):
    """Square matrices and right-hand sides."""
    before = draw(BATCHES)
    matrix = draw(regular(before))
    if broadcast:
        before = draw(st.sampled_from([before, before[1:], (3, *before)]))
    rhs = draw(arrays(REAL, (*before, matrix.shape[-1], draw(LENGTHS))))
    return matrix, rhs


@st.composite
def separated(draw, square=False, least=0, most=3, elements=SMALL):
    """Matrices whose singular values, or eigenvalues, are well apart and not 0."""
    rows = draw(st.integers(least, most))
    columns = rows if square else draw(st.integers(least, most))
    x = draw(arrays(elements, (*draw(BATCHES), rows, columns)))
    values = draw(st.permutations([2.0, 5.0, 8.0]))
    for i in range(min(rows, columns)):
        x[..., i, i] += values[i]
    return x


@st.composite
def squares(draw, elements):
    """Square matrices of any kind."""
    rows = draw(st.integers(1, 3))
    return draw(arrays(elements, (*draw(BATCHES.filter(lambda shape: 0 not in shape)), rows, rows)))


def weighted(tf, u, v):
    """The sum of the outer products of columns, each times its number: no sign is left in it."""
    weights = tf.constant([float(i + 1) for i in range(u.shape[-1])], u.dtype)
    return tf.matmul(u * weights, v, adjoint_b=True)


def hermitian(tf, x):
    return (x + tf.linalg.adjoint(x)) / 2


def svd(tf, x, full_matrices=False):
    s, u, v = tf.linalg.svd(x, full_matrices=full_matrices)
    k = s.shape[-1]
    # Column by column, for which the sign of the product is free in the additional ones alone.
    return [
        s,
        weighted(tf, u, u),
        weighted(tf, v, v),
        weighted(tf, u[..., :k], v[..., :k]),
    ]


def full_svd(tf, x):
    return svd(tf, x, full_matrices=True)


def nearly_square():
    """Matrices with at most one row more than columns, or the reverse."""
    return separated().filter(lambda x: abs(x.shape[-2] - x.shape[-1]) < 2)


def eigh(tf, x):
    e, v = tf.linalg.eigh(x)
    return [e, weighted(tf, v, v)]


def eig(tf, x):
    # Symmetric functions: the order of the eigenvalues is free, and the phase of the vectors.
    e, v = tf.linalg.eig(x)
    powers = [tf.reduce_sum(e * e, -1), tf.reduce_sum(e * e * e, -1)]
    return [*powers, tf.matmul(v * e[..., None, :], v, adjoint_b=True)]


def eigvals(tf, x):
    e = tf.linalg.eigvals(x)
    return [tf.reduce_sum(e, -1), tf.reduce_sum(e * e, -1), tf.reduce_sum(e * e * e, -1)]


def logarithm(tf, x):
    """That of the absolute value of the determinant, as the real number that it is."""
    log = tf.linalg.slogdet(x).log_abs_determinant
    return tf.cast(log, log.dtype.real_dtype)


def qr(tf, x):
    """No sign of a column of q and of the row of r that goes with it is left in it."""
    q, r = tf.linalg.qr(x)
    adjoint = tf.linalg.adjoint(r)
    return [weighted(tf, q, q), weighted(tf, q, adjoint), weighted(tf, adjoint, adjoint)]


EXTREME = {
    "empty_inputs_are_tensorflows": "of no matrices TensorFlow's exponential is a constant",
    "large_inputs_are_tensorflows": "e ** 1000 is beyond all dtypes",
}

CASES = [
    # -- inverses and determinants -----------------------------------------------------------------
    Case(
        "inv",
        lambda tf, x, **p: tf.linalg.inv(x, **p),
        call(regular(), adjoint=st.booleans()),
        dtypes=("float16", *LAPACK),
        raises=(
            *NOT_SQUARE,
            Bad("InvalidArgumentError", (ones(2, 2),)),
            Bad("InvalidArgumentError", (ones(2, 2, dtype="int32"),)),
        ),
    ),
    Case(
        "det",
        lambda tf, x: tf.linalg.det(x),
        call(regular()),
        dtypes=REALS,
        at=(At(([[1.0, 2.0], [3.0, 4.0]],), -2.0, ([[4.0, -3.0], [-2.0, 1.0]],)),),
        raises=NOT_SQUARE,
    ),
    Case(
        "det of complex numbers",
        lambda tf, x: tf.linalg.det(x),
        call(regular()),
        dtypes=COMPLEX,
        unlike=dict.fromkeys(DERIVATIVES, "TensorFlow's lacks a conjugate of det"),
    ),
    Case(
        "slogdet",
        lambda tf, x: list(tf.linalg.slogdet(x)),
        call(regular()),
        dtypes=REALS,
        raises=NOT_SQUARE,
    ),
    Case("slogdet of complex numbers: logarithm", logarithm, call(regular()), dtypes=COMPLEX),
    Case(
        "slogdet of complex numbers: sign",
        lambda tf, x: tf.linalg.slogdet(x).sign,
        call(regular()),
        dtypes=COMPLEX,
        unlike=dict.fromkeys(DERIVATIVES, "TensorFlow takes the sign for a constant"),
    ),
    Case(
        "logdet",
        lambda tf, x: tf.linalg.logdet(hermitian(tf, x)),
        call(regular(signs=False)),
        dtypes=LAPACK,
    ),
    # -- solving equations -------------------------------------------------------------------------
    Case(
        "solve",
        lambda tf, a, b, **p: tf.linalg.solve(a, b, **p),
        equations().flatmap(lambda ab: call(*map(st.just, ab), adjoint=st.booleans())),
        dtypes=LAPACK,
        raises=(
            Bad("InvalidArgumentError", (ones(2, 2), ones(2, 1))),
            Bad("InvalidArgumentError", (np.eye(2), np.ones(2))),
            Bad("InvalidArgumentError", (np.eye(2)[None], np.ones((2, 1)))),
            Bad("InvalidArgumentError", (np.eye(2)[None], np.ones((2, 2, 1)))),
            Bad("InvalidArgumentError", (np.eye(2), np.ones((3, 1)))),
            Bad("InvalidArgumentError", (np.eye(2), np.ones((2, 1), "float32"))),
            Bad("InvalidArgumentError", (ones(2, 3), ones(2, 1))),
        ),
    ),
    Case(
        "triangular_solve",
        lambda tf, a, b, **p: tf.linalg.triangular_solve(a, b, **p),
        equations(broadcast=True).flatmap(
            lambda ab: call(*map(st.just, ab), lower=st.booleans(), adjoint=st.booleans())
        ),
        dtypes=LAPACK,
        at=(At(([[1.0, 9.0], [1.0, 0.0]], [[4.0], [1.0]]), [[4.0], [-np.inf]]),),
        raises=(
            Bad("InvalidArgumentError", (ones(2, 2), ones(2))),
            Bad("InvalidArgumentError", (ones(2), ones(2, 1))),
            Bad("InvalidArgumentError", (ones(2, 2), ones(3, 1))),
            Bad("InvalidArgumentError", (ones(2, 3), ones(2, 1))),
        ),
    ),
    Case(
        "cholesky_solve",
        lambda tf, a, b: tf.linalg.cholesky_solve(a, b),
        equations(broadcast=True).flatmap(lambda ab: call(*map(st.just, ab))),
        dtypes=LAPACK,
        raises=(Bad("InvalidArgumentError", (ones(2, 2), ones(2))),),
    ),
    Case(
        "lstsq",
        lambda tf, a, b, **p: tf.linalg.lstsq(a, b, **p),
        separated(least=1).flatmap(
            lambda a: call(
                st.just(a),
                arrays(REAL, (*a.shape[:-1], 2)),
                l2_regularizer=st.sampled_from([0.0, 0.5]),
            )
        ),
        dtypes=("float32", "float64", "complex64"),
        # The normal equations square the condition number, which is below 16.
        tolerance={"float32": 1e-4, "complex64": 1e-4, "float64": 1e-11},
        raises=(Bad("InvalidArgumentError", (np.eye(2), np.ones((3, 1)))),),
    ),
    Case(
        "lstsq slow",
        lambda tf, a, b: tf.linalg.lstsq(a, b, fast=False),
        separated(least=1).flatmap(lambda a: call(st.just(a), arrays(REAL, (*a.shape[:-1], 2)))),
        covers=("pinv",),
        dtypes=LAPACK,
        unlike={"empty_inputs_are_tensorflows": "TensorFlow's solution is what lay in memory"}
        | dict.fromkeys(DERIVATIVES, "TensorFlow has no gradient for fast=False"),
    ),
    Case(
        "pinv",
        lambda tf, a, **p: tf.linalg.pinv(a, **p),
        call(separated(), rcond=st.sampled_from([None, 0.01, np.array(0.5)])),
        dtypes=REALS,
        raises=(
            Bad("ValueError", (ones(2),)),
            Bad("TypeError", (ones(2, 2, dtype="int32"),)),
            Bad("TypeError", (ones(2, 2, dtype="complex64"),)),
        ),
    ),
    Case(
        "matrix_rank",
        lambda tf, a, **p: tf.linalg.matrix_rank(a, **p),
        call(separated(least=1), tol=st.sampled_from([None, 4.0, 7.0])),
        dtypes=REALS,
        differentiable=False,
        at=(At(([[1.0, 2.0], [2.0, 4.0]],), 1), At(([[0.0, 0.0], [0.0, 0.0]],), 0)),
        raises=(
            Bad("ValueError", (ones(2),)),
            Bad("TypeError", (ones(2, 2, dtype="int32"),)),
        ),
    ),
    # -- decompositions ----------------------------------------------------------------------------
    Case(
        "cholesky",
        lambda tf, x: tf.linalg.cholesky(hermitian(tf, x)),
        call(regular(signs=False)),
        dtypes=LAPACK,
    ),
    Case(
        "cholesky of what is given",
        lambda tf, x: tf.linalg.cholesky(x),
        call(regular(signs=False)),
        dtypes=LAPACK,
        differentiable=False,
        raises=NOT_SQUARE,
        # The gradient is symmetric, although only the lower triangle is looked at.
        at=(
            At(
                ([[4.0, 2.0], [2.0, 5.0]],),
                [[2.0, 0.0], [1.0, 2.0]],
                ([[0.1875, 0.125], [0.125, 0.25]],),
            ),
        ),
    ),
    Case(
        "qr",
        qr,
        call(separated(least=1)),
        dtypes=LAPACK,
        unlike=NO_JVP,
        raises=(Bad("InvalidArgumentError", (ones(2),)),),
    ),
    Case(
        "qr with its signs",
        lambda tf, x: list(tf.linalg.qr(x)),
        call(separated(least=1, elements=APART)),
        dtypes=LAPACK,
        unlike=NO_JVP,
    ),
    Case(
        "qr of half precision",
        lambda tf, x: list(tf.linalg.qr(x)),
        call(separated(elements=APART)),
        dtypes=("float16",),
        differentiable=False,
    ),
    Case(
        "qr full",
        lambda tf, x: list(tf.linalg.qr(x, full_matrices=True)),
        call(separated()),
        dtypes=LAPACK,
        differentiable=False,
    ),
    Case(
        "qr full and wide",
        lambda tf, x: list(tf.linalg.qr(x, full_matrices=True)),
        separated(least=1, elements=APART)
        .filter(lambda x: x.shape[-2] <= x.shape[-1])
        .flatmap(lambda x: call(st.just(x))),
        dtypes=LAPACK,
        unlike=NO_JVP,
    ),
    Case(
        "svd",
        svd,
        call(separated()),
        dtypes=REALS,
        unlike=NO_JVP,
        raises=(Bad("InvalidArgumentError", (ones(2),)),),
    ),
    Case("svd of complex numbers", svd, call(separated()), dtypes=COMPLEX, unlike=COMPLEX_SVD),
    Case("svd full", full_svd, call(nearly_square()), dtypes=REALS, unlike=NO_JVP),
    Case(
        "svd full of complex numbers",
        full_svd,
        call(nearly_square()),
        dtypes=COMPLEX,
        unlike=COMPLEX_SVD,
    ),
    Case(
        "svd without vectors",
        lambda tf, x: tf.linalg.svd(x, compute_uv=False),
        call(separated()),
        covers=("singular_values",),
        dtypes=LAPACK,
    ),
    Case(
        "eigh",
        eigh,
        call(separated(square=True)),
        dtypes=LAPACK,
        raises=(*NOT_SQUARE, Bad("InvalidArgumentError", (np.full((2, 2), np.nan),))),
    ),
    Case(
        "eigvalsh",
        lambda tf, x: tf.linalg.eigvalsh(x),
        call(separated(square=True)),
        dtypes=LAPACK,
        # Only the lower triangle is looked at, and has a gradient.
        at=(
            At(
                ([[2.0, 9.0], [1.0, 2.0]],),
                [1.0, 3.0],
                ([[0.5, 0.0], [1.0, 0.5]],),
                cotangent=[0.0, 1.0],
            ),
        ),
        raises=NOT_SQUARE,
    ),
    Case("eig", eig, call(separated(square=True)), dtypes=LAPACK, raises=NOT_SQUARE),
    Case("eigvals", eigvals, call(separated(square=True)), dtypes=LAPACK, raises=NOT_SQUARE),
    # -- functions of matrices ---------------------------------------------------------------------
    Case(
        "expm",
        lambda tf, x: tf.linalg.expm(x),
        call(squares(REAL)),
        dtypes=("float64", "complex128"),
        unlike=EXTREME,
        at=(
            At(([[0.0, 1.0], [0.0, 0.0]],), [[1.0, 1.0], [0.0, 1.0]]),
            At(([[0.0, 0.0], [0.0, 0.0]],), [[1.0, 0.0], [0.0, 1.0]]),
        ),
        raises=(*NOT_SQUARE, Bad("ValueError", (ones(2, 2, dtype="int32"),))),
    ),
    Case(
        "expm of single precision",
        lambda tf, x: tf.linalg.expm(x),
        # TensorFlow differentiates an approximation that is exact to float32's digits in its
        # values, but not in its derivatives: for norms from about 2 on they keep four or five.
        call(squares(SMALL)),
        dtypes=("float32", "complex64"),
        unlike=EXTREME,
    ),
]

CASES = limited(
    CASES, (1e3, "decompositions square their numbers: beyond that TensorFlow's are full of nan")
)
