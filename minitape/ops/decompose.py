"""Inverses, determinants, solvers and decompositions of (batches of) matrices.

Those that are no holomorphic functions of a complex matrix (cholesky, qr, svd, ...) have rules
written as in the literature: for cotangents that are the conjugates of the engine's, and with
adjoints where a real matrix would be transposed. `_of_adjoints` makes engine rules of them.

Sources: Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008); Murray, arXiv:1602.07527 (cholesky); Roberts & Roberts, arXiv:2009.10071
(qr); Townsend, "Differentiating the singular value decomposition" (2016); Wan & Zhang,
arXiv:1909.02659 (complex svd); Boeddeker et al., arXiv:1701.00392 (eig).
"""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import numpy

from .. import nest
from ..arrays import array_module
from ..engine import Tensor, alike, conj, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import concat, eye, stop_gradient
from .linalg import matmul
from .logic import where
from .math import log, maximum, square
from .matrix import adjoint, band_part, diag, diag_part, matrix_transpose, set_diag, trace
from .reduce import reduce_max, reduce_sum
from .rules import to_shape_of
from .types import cast, zeros_like


def _of_adjoints(rule: Callable) -> Callable:
    """An engine rule, of one for cotangents as the literature has them: the conjugates."""

    def conjugate(x):
        return conj(x) if x.dtype.is_complex else x

    @wraps(rule)
    def vjp(g, y, x, **params):
        return conjugate(rule(nest.map_structure(conjugate, g), y, x, **params))

    return vjp


def _each_matrix(decompose: Callable, x) -> Any:
    """decompose(x), with nan for those matrices alone that LAPACK fails on."""
    xp = array_module(x)
    try:
        return decompose(x)
    except numpy.linalg.LinAlgError:
        batch = x.shape[:-2]
        whole = decompose(xp.broadcast_to(xp.eye(*x.shape[-2:], dtype=x.dtype), x.shape))
        parts = whole if isinstance(whole, tuple) else (whole,)
        results = [xp.full_like(part, numpy.nan) for part in parts]
        for i in numpy.ndindex(*batch):
            try:
                found = decompose(x[i])
            except numpy.linalg.LinAlgError:
                continue
            for result, part in zip(results, found if len(parts) > 1 else (found,), strict=True):
                result[i] = part
        return tuple(results) if len(parts) > 1 else results[0]


def _matrix(x) -> Any:
    """x[..., newaxis, newaxis]: a number for each matrix, to multiply the matrices with."""
    return x[..., None, None]


def _identity(x) -> Any:
    """The identity with as many rows as x has columns."""
    return eye(x.shape[-1], dtype=x.dtype)


# -- inverses and determinants ---------------------------------------------------------------------


@primitive(kinds="fc")
def _inv(input):
    """The inverse of each matrix."""
    if input.dtype == "float16":  # LAPACK has no half precision
        return array_module(input).linalg.inv(input.astype("float32")).astype("float16")
    return array_module(input).linalg.inv(input)


def _inv_vjp(g, y, x):
    y = matrix_transpose(y)
    return -matmul(matmul(y, g), y)


_inv.defvjp(_inv_vjp)
_inv.defjvp(lambda t, y, x: -matmul(matmul(y, t), y))


def inv(input, adjoint=False, name=None):
    """The inverse of each matrix, or that of its conjugate transpose.

    Raises:
        InvalidArgumentError: a matrix that is singular or not square.
    """
    return _inv(matrix_transpose(input, conjugate=True) if adjoint else input)


@primitive(kinds="fc")
def _det(input):
    """The determinant of each matrix."""
    xp = array_module(input)
    return xp.asarray(xp.linalg.det(input))


def _cofactors(y, x):
    """What the determinant y changes by with each element of x: y times the inverse, transposed.

    That is a polynomial in the elements, and there for singular matrices too, which TensorFlow
    refuses. Near them the two terms that the inverse's derivative has would cancel.
    """
    xp = array_module(x.array)
    s = _each_matrix(lambda x: xp.linalg.svd(x, compute_uv=False), x.concrete)
    limit = numpy.finfo(s.dtype).eps ** 0.5
    singular = s.min(-1, initial=math.inf) <= limit * s.max(-1, initial=0)
    if not singular.any():
        return _matrix(y) * matrix_transpose(_inv(x))
    mask = Tensor(singular[..., None, None])
    by_inverse = _matrix(y) * _inv(where(mask, _identity(x), x))
    rank = int((s > limit * s.max(-1, keepdims=True))[singular].sum(-1).min())
    by_polynomial = _adjugate(where(mask, x, _identity(x)), rank)
    return matrix_transpose(where(mask, by_polynomial, by_inverse))


def _adjugate(x, rank):
    """det(x) times the inverse of x, for x of this rank, without dividing by what is 0.

    Between the singular vectors of x, which are constants here, it is [[a, b], [c, d]] with a
    regular block a of `rank` rows. The others are about 0, but have derivatives: of them only
    d - c a^-1 b is inverted, as a polynomial.
    """
    xp = array_module(x.array)
    u, _, vh = xp.linalg.svd(x.concrete)
    turned = Tensor(xp.asarray(xp.linalg.det(u) * xp.linalg.det(vh)))
    to_u, v = adjoint(Tensor(u)), adjoint(Tensor(vh))
    m = matmul(matmul(to_u, x), v)
    a, b = m[..., :rank, :rank], m[..., :rank, rank:]
    c, d = m[..., rank:, :rank], m[..., rank:, rank:]
    inverse = _inv(a)
    left, right = matmul(inverse, b), matmul(c, inverse)
    adjugate, rest = _small_adjugate(d - matmul(c, left))
    y = concat(
        [
            concat([_matrix(rest) * inverse + matmul(matmul(left, adjugate), right),
                    -matmul(left, adjugate)], -1),
            concat([-matmul(adjugate, right), adjugate], -1),
        ],
        -2,
    )  # fmt: skip
    return _matrix(turned * _det(a)) * matmul(matmul(v, y), to_u)


def _small_adjugate(x):
    """det(x) times the inverse of x, and det(x), by Faddeev and LeVerrier's recursion.

    Its terms cancel in large matrices; it is meant for as many rows as a rank lacks.
    """
    rows, identity = x.shape[-1], _identity(x)
    y = zeros_like(x) + identity
    for k in range(1, rows):
        y = matmul(x, y)
        y = y - _matrix(trace(y) / k) * identity
    y = y if rows % 2 else -y
    return y, trace(matmul(x, y)) / rows


_det.defvjp(lambda g, y, x: _matrix(g) * _cofactors(y, x))
_det.defjvp(lambda t, y, x: reduce_sum(_cofactors(y, x) * t, axis=[-2, -1]))


def det(input, name=None):
    """The determinant of each matrix.

    Raises:
        InvalidArgumentError: a matrix that is not square.
    """
    return _det(input)


class LogMatrixDeterminant(NamedTuple):
    """What `slogdet` gives: the determinant is sign * exp(log_abs_determinant)."""

    sign: Any
    log_abs_determinant: Any


@primitive(kinds="fc")
def _slogdet(input):
    """The sign and the logarithm of the absolute value of the determinant of each matrix."""
    xp = array_module(input)
    return tuple(xp.asarray(part, input.dtype) for part in xp.linalg.slogdet(input))


def _slogdet_vjp(g, y, x):
    of_sign, of_log = g
    if x.dtype.is_complex:
        # d log(det) = trace(inverse dx): its real part moves the logarithm, the imaginary the sign.
        turned = of_sign * y[0]
        of_log = (of_log + conj(of_log) + turned - conj(turned)) / 2
    return [_matrix(of_log) * matrix_transpose(_inv(x))]


_slogdet.defvjp_all(_slogdet_vjp)


def slogdet(input, name=None):
    """The sign and the logarithm of the absolute value of the determinant of each matrix.

    Both have the input's dtype; the sign of a complex determinant is a complex number on the unit
    circle. For a singular matrix they are 0 and -inf, with no gradient.

    Raises:
        InvalidArgumentError: a matrix that is not square.
    """
    return LogMatrixDeterminant(*_slogdet(input))


def logdet(matrix, name=None):
    """The logarithm of the determinant of each Hermitian positive definite matrix, by cholesky."""
    diagonal = diag_part(cholesky(matrix))
    return 2 * reduce_sum(log(cast(diagonal, diagonal.dtype.real_dtype)), axis=-1)


# -- solving equations -----------------------------------------------------------------------------


@primitive(kinds="fc")
def _solve(matrix, rhs):
    """What the matrix must be multiplied with to give rhs."""
    xp = array_module(matrix)
    if matrix.ndim != rhs.ndim or matrix.ndim < 2 or matrix.shape[:-2] != rhs.shape[:-2]:
        raise ValueError("matrix and rhs must be matrices, or as many matrices: none is broadcast")
    return xp.linalg.solve(matrix, rhs)


def _solve_vjp_matrix(g, y, matrix, rhs):
    return -matmul(_solve(matrix_transpose(matrix), g), y, transpose_b=True)


_solve.defvjp(_solve_vjp_matrix, lambda g, y, matrix, rhs: _solve(matrix_transpose(matrix), g))
_solve.defjvp(
    lambda t, y, matrix, rhs: -_solve(matrix, matmul(t, y)),
    lambda t, y, matrix, rhs: _solve(matrix, t),
)


def solve(matrix, rhs, adjoint=False, name=None):
    """The x for which matrix @ x = rhs, or for which that of the adjoint is.

    Args:
        matrix: square matrices.
        rhs: matrices, with the same leading axes.
        adjoint: whether to solve with the conjugate transpose of `matrix`.
        name: not used.

    Raises:
        InvalidArgumentError: a singular matrix, or shapes that don't fit.
    """
    matrix, rhs = alike(matrix, rhs)
    return _solve(matrix_transpose(matrix, conjugate=True) if adjoint else matrix, rhs)


@primitive(kinds="fc")
def _triangular_solve(matrix, rhs, *, lower):
    """The solution for the lower (or upper) triangle of the matrix, one row after the other."""
    rows = matrix.shape[-1]
    batch = numpy.broadcast_shapes(matrix.shape[:-2], rhs.shape[:-2])
    y = array_module(rhs).empty((*batch, *rhs.shape[-2:]), rhs.dtype)
    y[...] = rhs
    for i in range(rows) if lower else reversed(range(rows)):
        known = slice(i) if lower else slice(i + 1, rows)
        y[..., i : i + 1, :] -= matrix[..., i : i + 1, known] @ y[..., known, :]
        y[..., i, :] /= matrix[..., i, i, None]
    return y


def _triangle(x, lower):
    """The triangle of a matrix that the solver looks at."""
    return band_part(x, -1, 0) if lower else band_part(x, 0, -1)


def _triangular_solve_vjp_matrix(g, y, matrix, rhs, *, lower):
    d = _triangular_solve(matrix_transpose(matrix), g, lower=not lower)
    return to_shape_of(matrix, -_triangle(matmul(d, y, transpose_b=True), lower))


def _triangular_solve_vjp_rhs(g, y, matrix, rhs, *, lower):
    return to_shape_of(rhs, _triangular_solve(matrix_transpose(matrix), g, lower=not lower))


_triangular_solve.defvjp(_triangular_solve_vjp_matrix, _triangular_solve_vjp_rhs)
_triangular_solve.defjvp(
    lambda t, y, matrix, rhs, *, lower: (
        -_triangular_solve(matrix, matmul(_triangle(t, lower), y), lower=lower)
    ),
    lambda t, y, matrix, rhs, *, lower: _triangular_solve(matrix, zeros_like(y) + t, lower=lower),
)


def triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """The x for which triangle @ x = rhs; leading axes are broadcast.

    Args:
        matrix: square matrices, of which only one triangle is looked at.
        rhs: matrices.
        lower: whether that is the lower triangle.
        adjoint: whether to solve with the conjugate transpose of that triangle.
        name: not used.

    Returns:
        The solution; it holds inf or nan where the diagonal holds 0.

    Raises:
        InvalidArgumentError: shapes that don't fit.
    """
    matrix, rhs = alike(matrix, rhs)
    rows = matrix.shape[-1:]
    if min(matrix.ndim, rhs.ndim) < 2 or (*rows, *rows) != (
        *matrix.shape[-2:-1],
        *rhs.shape[-2:-1],
    ):
        raise InvalidArgumentError(
            "triangular_solve: square matrices are expected, and as many rows in rhs. Received: "
            f"shapes {matrix.shape} and {rhs.shape}."
        )
    if adjoint:
        matrix, lower = matrix_transpose(matrix, conjugate=True), not lower
    return _triangular_solve(matrix, rhs, lower=bool(lower))


def cholesky_solve(chol, rhs, name=None):
    """The x for which chol @ adjoint(chol) @ x = rhs, with chol from `cholesky`."""
    return triangular_solve(chol, triangular_solve(chol, rhs), adjoint=True)


def lstsq(matrix, rhs, l2_regularizer=0.0, fast=True, name=None):
    """The x with the least ||matrix @ x - rhs||^2 + l2_regularizer * ||x||^2.

    Args:
        matrix: matrices, of any shape. If there are fewer rows than columns, x is the smallest of
            all solutions.
        rhs: matrices, with as many rows.
        l2_regularizer: a number; not used unless fast.
        fast: whether to solve the normal equations by cholesky, which squares the matrix's
            condition number and gives nan if it hasn't full rank; otherwise by the pseudo-inverse.
        name: not used.
    """
    matrix, rhs = alike(matrix, rhs)
    rows, columns = matrix.shape[-2:]
    if not fast:
        return matmul(_pinv(matrix, roundings=1), rhs)
    tall = rows >= columns
    gramian = matmul(matrix, matrix, adjoint_a=tall, adjoint_b=not tall)
    weight = cast(convert_to_tensor(l2_regularizer), matrix.dtype)
    chol = cholesky(gramian + weight * _identity(gramian))
    if tall:
        return cholesky_solve(chol, matmul(matrix, rhs, adjoint_a=True))
    return matmul(matrix, cholesky_solve(chol, rhs), adjoint_a=True)


@primitive(kinds="fc")
def _pinv(a, *, roundings):
    """The pseudo-inverse; singular values that may be 0 but for so many roundings are taken for 0.

    They are compared with the largest one, and roundings with the larger of rows and columns.
    """
    rcond = roundings * max(a.shape[-2:]) * numpy.finfo(a.dtype).eps
    return array_module(a).linalg.pinv(a, rcond)


@_of_adjoints
def _pinv_vjp(g, y, a, *, roundings):
    # Golub and Pereyra, for matrices of constant rank.
    g, h = adjoint(g), adjoint(y)
    outside_rows = _identity(y) - matmul(a, y)
    outside_columns = _identity(a) - matmul(y, a)
    return (
        matmul(matmul(outside_rows, g), matmul(y, h))
        + matmul(matmul(h, y), matmul(g, outside_columns))
        - matmul(h, matmul(adjoint(g), h))
    )


_pinv.defvjp(_pinv_vjp)


def pinv(a, rcond=None, validate_args=False, name=None):
    """The Moore-Penrose pseudo-inverse of each matrix.

    Args:
        a: matrices of real numbers, of any shape.
        rcond: singular values up to this times the largest one are taken for 0; 10 times the
            larger of rows and columns times the dtype's precision unless given.
        validate_args: not used.
        name: not used.

    Raises:
        TypeError: not a tensor of floats.
        ValueError: fewer than two axes.
    """
    a = _float_matrix(convert_to_tensor(a))
    if rcond is None:
        return _pinv(a, roundings=10)
    # What is cut off may be far from 0, and moves the rest: only the vectors know how.
    s, u, v = svd(a)
    least = convert_to_tensor(rcond, a.dtype) * reduce_max(s, axis=-1)
    s = where(s > least[..., None], s, zeros_like(s) + math.inf)
    return matmul(v / s[..., None, :], u, transpose_b=True)


def _float_matrix(a):
    if not a.dtype.is_floating:
        raise TypeError(f"Input `a` must have `float`-like `dtype` (saw {a.dtype.name}).")
    if a.ndim < 2:
        raise ValueError(f"Input `a` must have at least 2 dimensions (saw: {a.ndim}).")
    return a


# -- decompositions --------------------------------------------------------------------------------


@primitive(kinds="fc")
def _cholesky(input):
    """The lower triangular factor of each matrix, of which the lower triangle is looked at."""
    xp = array_module(input)
    return xp.tril(_each_matrix(xp.linalg.cholesky, input))


@_of_adjoints
def _cholesky_vjp(g, y, x):
    middle = matmul(y, g, adjoint_a=True)
    middle = band_part(set_diag(middle, diag_part(middle) / 2), -1, 0)
    d = triangular_solve(y, middle, adjoint=True)
    d = adjoint(triangular_solve(y, adjoint(d), adjoint=True))
    return (d + adjoint(d)) / 2


_cholesky.defvjp(_cholesky_vjp)


def cholesky(input, name=None):
    """The lower triangular matrix L for which L @ adjoint(L) is the input.

    The input is taken for Hermitian (only the lower triangle is looked at), and so is its gradient.
    The result is nan, without an error, for a matrix that isn't positive definite.

    Raises:
        InvalidArgumentError: a matrix that is not square.
    """
    return _cholesky(input)


class Qr(NamedTuple):
    """What `qr` gives: the input is q @ r."""

    q: Any
    r: Any


@primitive(kinds="fc")
def _qr(input, *, full_matrices):
    """Orthonormal columns q and an upper triangle r."""
    xp = array_module(input)
    x = input.astype("float32") if input.dtype == "float16" else input
    q, r = xp.linalg.qr(x, "complete" if full_matrices else "reduced")
    return q.astype(input.dtype, copy=False), r.astype(input.dtype, copy=False)


@_of_adjoints
def _qr_vjp(g, y, x, *, full_matrices):
    (of_q, of_r), (q, r) = g, y
    rows, columns = x.shape[-2:]
    if full_matrices and rows > columns:
        raise NotImplementedError(
            "The gradient of qr isn't defined for more rows than columns with full_matrices=True: "
            f"the additional columns of q are arbitrary. Received: shape {x.shape}. Use "
            "full_matrices=False."
        )
    if rows >= columns:
        return _square_qr_vjp(of_q, of_r, q, r)
    # The first columns make q, and the others are q times the rest of r.
    rest, of_rest = x[..., rows:], of_r[..., rows:]
    of_q = of_q + matmul(rest, of_rest, adjoint_b=True)
    of_first = _square_qr_vjp(of_q, of_r[..., :rows], q, r[..., :rows])
    return concat([of_first, matmul(q, of_rest)], -1)


def _square_qr_vjp(of_q, of_r, q, r):
    """The rule for at least as many rows as columns."""
    m = matmul(r, of_r, adjoint_b=True) - matmul(of_q, q, adjoint_a=True)
    lower = band_part(m, -1, 0)
    hermitian = set_diag(lower + adjoint(lower), _real(diag_part(m)))
    d = of_q + matmul(q, hermitian)
    return adjoint(triangular_solve(r, adjoint(d), lower=False))


def _real(x):
    """The real part, in the same dtype."""
    return (x + conj(x)) / 2 if x.dtype.is_complex else x


_qr.defvjp_all(lambda g, y, x, **params: [_qr_vjp(g, y, x, **params)])


def qr(input, full_matrices=False, name=None):
    """The factors q, of orthonormal columns, and r, an upper triangle, of each matrix.

    Args:
        input: matrices, of any shape.
        full_matrices: whether q shall be square, with additional columns.
        name: not used.
    """
    return Qr(*_qr(input, full_matrices=bool(full_matrices)))


def _inverse_gaps(e):
    """1 / (e_j - e_i) for all pairs, and 0 for i = j.

    Broadened as in TensorFlow, so that two equal ones give 0, and not inf.
    """
    gap = e[..., None, :] - e[..., None]
    return set_diag(gap / (square(gap) + 1e-20), zeros_like(e))


@primitive(kinds="fc")
def _svd(tensor, *, full_matrices):
    """Singular values s, and the columns of u and v."""

    def decompose(x):
        u, s, vh = xp.linalg.svd(x, full_matrices)
        return s, u, vh.swapaxes(-1, -2).conj()

    xp = array_module(tensor)
    return _each_matrix(decompose, tensor)


@_of_adjoints
def _svd_vjp(g, y, x, *, full_matrices):
    (of_s, of_u, of_v), (s, u, v) = g, y
    rows, columns = x.shape[-2:]
    if full_matrices:
        if abs(rows - columns) > 1:
            raise NotImplementedError(
                "The gradient of svd with full_matrices=True isn't defined if rows and columns "
                "differ by more than 1: the additional vectors are arbitrary. Received: shape "
                f"{x.shape}. Use full_matrices=False."
            )
        count = min(rows, columns)
        u, of_u = _without_additional(u, of_u, count)
        v, of_v = _without_additional(v, of_v, count)
    s, of_s = cast(s, x.dtype), cast(of_s, x.dtype)
    gaps, inverse = _inverse_gaps(square(s)), (s / (square(s) + 1e-20))[..., None, :]
    by_u = gaps * matmul(u, of_u, adjoint_a=True)
    by_v = gaps * matmul(v, of_v, adjoint_a=True)
    middle = (by_u + adjoint(by_u)) * s[..., None, :] + s[..., None] * (by_v + adjoint(by_v))
    middle = middle + diag(of_s)
    if x.dtype.is_complex:  # the phases that u and v share
        phase = diag_part(matmul(v, of_v, adjoint_a=True))
        middle = middle + diag((conj(phase) - phase) / 2) * inverse
    d = matmul(middle, v, adjoint_b=True)
    if columns > rows:
        outside = of_v - matmul(v, matmul(v, of_v, adjoint_a=True))
        d = d + adjoint(outside * inverse)
    d = matmul(u, d)
    if rows > columns:
        outside = of_u - matmul(u, matmul(u, of_u, adjoint_a=True))
        d = d + matmul(outside * inverse, v, adjoint_b=True)
    return d


def _without_additional(u, of_u, count):
    """The first columns of u and their cotangent, on which the additional ones depend."""
    first, more, of_more = u[..., :count], u[..., count:], of_u[..., count:]
    return first, of_u[..., :count] - matmul(more, matmul(of_more, first, adjoint_a=True))


_svd.defvjp_all(lambda g, y, x, **params: [_svd_vjp(g, y, x, **params)])


@primitive(kinds="fc")
def _singular_values(tensor):
    """Singular values, largest first."""
    xp = array_module(tensor)
    return _each_matrix(lambda x: xp.linalg.svd(x, compute_uv=False), tensor)


@_of_adjoints
def _singular_values_vjp(g, y, x):
    _, u, v = svd(x)
    return matmul(u * cast(g, x.dtype)[..., None, :], v, adjoint_b=True)


_singular_values.defvjp(_singular_values_vjp)


def svd(tensor, full_matrices=False, compute_uv=True, name=None) -> Any:
    """The singular value decomposition: tensor = u @ diag(s) @ adjoint(v).

    Args:
        tensor: matrices, of any shape.
        full_matrices: whether u and v shall be square, with additional columns.
        compute_uv: False for the singular values alone.
        name: not used.

    Returns:
        (s, u, v), or s alone: s is real, with the largest value first. The vectors are columns
        (NumPy gives rows for v), each pair of them up to its sign. The gradient through vectors of
        singular values that are equal is not determined.
    """
    if not compute_uv:
        return _singular_values(tensor)
    return _svd(tensor, full_matrices=bool(full_matrices))


def _check_finite(x) -> None:
    if not array_module(x).isfinite(x).all():
        raise ValueError(
            "the decomposition was not successful: expected finite numbers, and a matrix holds inf "
            "or nan"
        )


@primitive(kinds="fc")
def _eigh(tensor):
    """Eigenvalues, smallest first, and eigenvectors of matrices given by their lower triangle."""
    _check_finite(tensor)
    e, v = array_module(tensor).linalg.eigh(tensor)
    return e.astype(tensor.dtype, copy=False), v


@_of_adjoints
def _eigh_vjp(g, y, x):
    (of_e, of_v), (e, v) = g, y
    middle = diag(of_e) + _inverse_gaps(e) * matmul(v, of_v, adjoint_a=True)
    return _folded(matmul(v, matmul(middle, v, adjoint_b=True)))


def _folded(d):
    """The cotangent of a Hermitian matrix, as that of its lower triangle."""
    d = band_part(d + adjoint(d), -1, 0)
    return set_diag(d, diag_part(d) / 2)


_eigh.defvjp_all(lambda g, y, x: [_eigh_vjp(g, y, x)])


def eigh(tensor, name=None):
    """The eigenvalues and eigenvectors of each Hermitian matrix.

    Only the lower triangle is looked at, and only it has a gradient.

    Returns:
        (e, v): the eigenvalues, smallest first, in the input's dtype; and the eigenvectors as
        columns, each up to its sign. The gradient through vectors of eigenvalues that are equal is
        not determined.

    Raises:
        InvalidArgumentError: a matrix that is not square, or holds nan.
    """
    return _eigh(tensor)


@primitive(kinds="fc")
def _eigvalsh(tensor):
    """Eigenvalues, smallest first, of matrices given by their lower triangle."""
    _check_finite(tensor)
    return array_module(tensor).linalg.eigvalsh(tensor).astype(tensor.dtype, copy=False)


@_of_adjoints
def _eigvalsh_vjp(g, y, x):
    _, v = _eigh(x)
    return _folded(matmul(v * g[..., None, :], v, adjoint_b=True))


_eigvalsh.defvjp(_eigvalsh_vjp)


def eigvalsh(tensor, name=None):
    """The eigenvalues of each Hermitian matrix: those of `eigh`."""
    return _eigvalsh(tensor)


def _complex_of(dtype) -> str:
    return "complex64" if dtype in ("float32", "complex64") else "complex128"


@primitive(kinds="fc")
def _eig(tensor):
    """Eigenvalues and eigenvectors of any square matrices, as complex numbers."""
    return tuple(
        part.astype(_complex_of(tensor.dtype), copy=False)
        for part in array_module(tensor).linalg.eig(tensor)
    )


@_of_adjoints
def _eig_vjp(g, y, x):
    (of_e, of_v), (e, v) = g, y
    projected = matmul(v, of_v, adjoint_a=True)
    # The vectors keep their length: what would change it goes.
    lengths = matmul(v, v, adjoint_a=True) * _real(diag_part(projected))[..., None, :]
    middle = diag(of_e) + conj(_inverse_gaps(e)) * (projected - lengths)
    return cast(_solve(adjoint(v), matmul(middle, v, adjoint_b=True)), x.dtype)


_eig.defvjp_all(lambda g, y, x: [_eig_vjp(g, y, x)])


def eig(tensor, name=None):
    """The eigenvalues and eigenvectors of each square matrix, as complex numbers.

    Returns:
        (e, v): the eigenvalues, in no particular order; and the eigenvectors as columns, of length
        1, each up to its phase. The gradient needs eigenvalues that are all different.

    Raises:
        InvalidArgumentError: a matrix that is not square, or holds nan.
    """
    return _eig(tensor)


@primitive(kinds="fc")
def _eigvals(tensor):
    """Eigenvalues of any square matrices, as complex numbers."""
    return array_module(tensor).linalg.eigvals(tensor).astype(_complex_of(tensor.dtype), copy=False)


@_of_adjoints
def _eigvals_vjp(g, y, x):
    _, v = _eig(x)
    return cast(_solve(adjoint(v), g[..., None] * adjoint(v)), x.dtype)


_eigvals.defvjp(_eigvals_vjp)


def eigvals(tensor, name=None):
    """The eigenvalues of each square matrix, as complex numbers in no particular order."""
    return _eigvals(tensor)


@primitive(differentiable=False, kinds="f")
def _matrix_rank(a, *, tol):
    """How many singular values are above tol."""
    xp = array_module(a)
    s = xp.linalg.svd(a, compute_uv=False)
    if tol is None:
        tol = numpy.finfo(a.dtype).eps * max(a.shape[-2:]) * s.max(-1, keepdims=True, initial=0)
    return xp.asarray((s > tol).sum(-1, dtype="int32"))


def matrix_rank(a, tol=None, validate_args=False, name=None):
    """How many singular values of each matrix are not 0: an int32 for each.

    Args:
        a: matrices of real numbers, of any shape.
        tol: what a singular value must be above; the dtype's precision times the larger of rows
            and columns times the largest singular value unless given.
        validate_args: not used.
        name: not used.

    Raises:
        TypeError: not a tensor of floats.
        ValueError: fewer than two axes.
    """
    a = _float_matrix(convert_to_tensor(a, dtype_hint="float32"))
    return _matrix_rank(a, tol=None if tol is None else convert_to_tensor(tol, a.dtype).concrete)


# -- functions of matrices -------------------------------------------------------------------------


@primitive(kinds="fc")
def _expm(input):
    """The exponential of each matrix, by Pade's approximation of degree 13 of a part of it.

    Higham, "The scaling and squaring method for the matrix exponential revisited" (2005).
    """
    xp = array_module(input)
    norm = xp.abs(input).sum(-2).max(-1, initial=0)[..., None, None]
    finite = xp.isfinite(norm)
    x = xp.where(finite, input, 0)
    halvings = xp.ceil(xp.log2(xp.maximum(xp.where(finite, norm, 0) / 5.37, 1)))
    x = (x / 2**halvings).astype(input.dtype)
    identity = xp.eye(x.shape[-1], dtype=x.dtype)
    coefficients = [1.0]
    for k in range(1, 14):
        coefficients.append(coefficients[-1] * (14 - k) / ((27 - k) * k))
    even, odd, squared = 0 * x, 0 * x, x @ x
    for k in range(12, -1, -2):
        even = squared @ even + coefficients[k] * identity
        odd = squared @ odd + coefficients[k + 1] * identity
    odd = x @ odd
    y = xp.linalg.solve(even - odd, even + odd)
    for k in range(int(halvings.max(initial=0))):
        y = xp.where(k < halvings, y @ y, y)
    return xp.where(finite, y, numpy.nan).astype(input.dtype)


def _expm_along(x, t):
    """The derivative along t: the upper right block of the exponential of [[x, t], [0, x]].

    It is computed for a t of at most 1, as it is linear in t: halvings for a large one would cost x
    its digits.
    """
    n = x.shape[-1]
    size = stop_gradient(reduce_max(abs(t), [-2, -1], keepdims=True))
    size = cast(maximum(size, 1), x.dtype)
    blocks = concat([concat([x, t / size], -1), concat([zeros_like(x), x], -1)], -2)
    return _expm(blocks)[..., :n, n:] * size


_expm.defvjp(lambda g, y, x: _expm_along(matrix_transpose(x), g))
_expm.defjvp(lambda t, y, x: _expm_along(x, t))


def expm(input, name=None):
    """The exponential of each square matrix: the sum of its powers over their factorials.

    Raises:
        ValueError: not a tensor of floats or complex numbers.
        InvalidArgumentError: a matrix that is not square.
    """
    x = convert_to_tensor(input)
    if not x.dtype.is_differentiable:
        raise ValueError(f"expm takes floats or complex numbers. Received: {x.dtype.name}.")
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise InvalidArgumentError(f"expm: square matrices are expected. Received: {x.shape}.")
    return _expm(x)
