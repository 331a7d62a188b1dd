"""Linear algebra, as Keras names it."""

import math as _math

from ... import ops as _ops
from . import promotion as _promotion

_float = _promotion.floating


def cholesky(x, upper=False):
    """The triangular matrix whose product with its transpose is x."""
    factor = _ops.cholesky(_float(x))
    return _ops.adjoint(factor) if upper else factor


def det(x):
    """The determinant."""
    return _ops.det(_float(x))


def eigh(x):
    """Eigenvalues and eigenvectors of a symmetric matrix."""
    return _ops.eigh(_float(x))


def inv(x):
    """The inverse matrix."""
    return _ops.inv(_float(x))


def lstsq(a, b, rcond=None):
    """The x for which the length of `a @ x - b` is smallest."""
    if rcond is not None:
        raise ValueError(f"`keras.ops.lstsq` takes rcond=None alone. Received: rcond={rcond}.")
    a, b = (_float(x) for x in _promotion.tensors(a, b))
    if b.ndim == 1:
        return _ops.squeeze(_ops.lstsq(a, _ops.expand_dims(b, -1)), -1)
    return _ops.lstsq(a, b)


def norm(x, ord=None, axis=None, keepdims=False):
    """The length of a vector, of all elements in a row, or a norm of matrices."""
    x = _float(x)
    flat = axis is None and ord is None
    if axis is None and not flat:
        axis = tuple(range(x.ndim))
    kinds = {None: "euclidean", "fro": "fro"}
    if ord == 0:
        return _ops.cast(_ops.count_nonzero(x, axis, keepdims), x.dtype)
    axes = axis if axis is None or isinstance(axis, int) else tuple(axis)
    axes = axes[0] if isinstance(axes, tuple) and len(axes) == 1 else axes
    if flat:
        squares = _ops.square(_ops.abs(x))
        return _ops.sqrt(_ops.reduce_sum(squares, axis, keepdims))
    least = _LEAST_OF_MATRICES if isinstance(axes, tuple) else _LEAST_OF_VECTORS
    if ord not in least:
        return _ops.norm(x, kinds.get(ord, ord), axes, keepdims)
    last = [axis % x.ndim for axis in (axes if isinstance(axes, tuple) else (axes,))]
    y = least[ord](_ops.transpose(x, [*(a for a in range(x.ndim) if a not in last), *last]))
    for axis in sorted(last) if keepdims else ():
        y = _ops.expand_dims(y, axis)
    return y


# Norms that TensorFlow's `norm` lacks, of the last axis or the last two.
_LEAST_OF_VECTORS = {-_math.inf: lambda x: _ops.reduce_min(_ops.abs(x), -1)}
_LEAST_OF_MATRICES = {
    "nuc": lambda x: _ops.reduce_sum(_ops.svd(x, compute_uv=False), -1),
    -2: lambda x: _ops.reduce_min(_ops.svd(x, compute_uv=False), -1),
    -1: lambda x: _ops.reduce_min(_ops.reduce_sum(_ops.abs(x), -2), -1),
    -_math.inf: lambda x: _ops.reduce_min(_ops.reduce_sum(_ops.abs(x), -1), -1),
}


def qr(x, mode="reduced"):
    """An orthogonal and a triangular matrix whose product is x."""
    if mode not in ("reduced", "complete"):
        raise ValueError(f"Expected mode 'reduced' or 'complete'. Received: mode={mode!r}.")
    return _ops.qr(_float(x), full_matrices=mode == "complete")


def slogdet(x):
    """The sign of the determinant, and the logarithm of its absolute value."""
    return tuple(_ops.slogdet(_float(x)))


def logdet(x):
    """The logarithm of the determinant of a positive definite matrix."""
    return _ops.logdet(_float(x))


def solve(a, b):
    """The x for which `a @ x` is b."""
    a, b = (_float(x) for x in _promotion.tensors(a, b))
    if b.ndim == a.ndim - 1:
        return _ops.squeeze(_ops.solve(a, _ops.expand_dims(b, -1)), -1)
    return _ops.solve(a, b)


def solve_triangular(a, b, lower=False):
    """The x for which `a @ x` is b, where a is triangular."""
    a, b = (_float(x) for x in _promotion.tensors(a, b))
    if b.ndim == a.ndim - 1:
        return _ops.squeeze(_ops.triangular_solve(a, _ops.expand_dims(b, -1), lower), -1)
    return _ops.triangular_solve(a, b, lower)


def svd(x, full_matrices=True, compute_uv=True):
    """The singular value decomposition: u, s and v transposed, whose product is x."""
    found = _ops.svd(_float(x), full_matrices, compute_uv)
    if not compute_uv:
        return found
    s, u, v = found
    return u, s, _ops.adjoint(v)
