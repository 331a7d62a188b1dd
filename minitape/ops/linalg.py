"""Products of matrices and vectors, and over any axes."""

from string import ascii_letters

import numpy

from ..arrays import array_module, as_dtype, cpu, cuda
from ..engine import alike, conj, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import reshape
from .einsum import _einsum_of_two
from .rules import to_shape_of
from .types import cast

# -- products of matrices --------------------------------------------------------------------------


@primitive(kinds="iufc")
def _matmul(a, b, *, transpose_a, transpose_b):
    # A transposed view costs nothing: BLAS reads it as it lies.
    a = a.swapaxes(-1, -2) if transpose_a else a
    b = b.swapaxes(-1, -2) if transpose_b else b
    return array_module(a).matmul(a, b)


@cpu.planned_by(cpu.product_plan)
def _matmul_kernel(a, b, *, transpose_a, transpose_b):
    if not a.ndim == b.ndim == 2:
        return NotImplemented
    return cpu.product(a.T if transpose_a else a, b.T if transpose_b else b)


_matmul.defkernel(cpu=_matmul_kernel, cuda=cuda.product)


def _matmul_vjp_a(g, y, a, b, *, transpose_a, transpose_b):
    if transpose_a:
        d = _matmul(b, g, transpose_a=transpose_b, transpose_b=True)
    else:
        d = _matmul(g, b, transpose_a=False, transpose_b=not transpose_b)
    return to_shape_of(a, d)


def _matmul_vjp_b(g, y, a, b, *, transpose_a, transpose_b):
    if transpose_b:
        d = _matmul(g, a, transpose_a=True, transpose_b=transpose_a)
    else:
        d = _matmul(a, g, transpose_a=not transpose_a, transpose_b=False)
    return to_shape_of(b, d)


_matmul.linear(_matmul_vjp_a, _matmul_vjp_b)


def matmul(
    a,
    b,
    transpose_a=False,
    transpose_b=False,
    adjoint_a=False,
    adjoint_b=False,
    a_is_sparse=False,
    b_is_sparse=False,
    output_type=None,
    name=None,
):
    """The matrix product over the last two axes; leading axes are broadcast.

    Args:
        a: a tensor of at least two axes.
        b: likewise.
        transpose_a: whether to exchange the last two axes of a first.
        transpose_b: likewise for b.
        adjoint_a: whether to take the conjugate transpose of a instead.
        adjoint_b: likewise for b.
        a_is_sparse: not used.
        b_is_sparse: not used.
        output_type: the type to convert a and b to first; so that products of int8 don't wrap.
        name: not used.

    Raises:
        InvalidArgumentError: an input with fewer than two axes, or inner lengths that differ.
        ValueError: an input to be both transposed and conjugate transposed.
    """
    if output_type is None:
        a, b = alike(a, b)
    else:
        a, b = (cast(convert_to_tensor(x), as_dtype(output_type)) for x in (a, b))
    if adjoint_a:
        a, transpose_a = _conjugate("a", a, transpose_a), True
    if adjoint_b:
        b, transpose_b = _conjugate("b", b, transpose_b), True
    for position, x in enumerate((a, b)):
        if x.ndim < 2:
            raise InvalidArgumentError(
                f"matmul: In[{position}] must have at least 2 axes. Received: shape {x.shape}. "
                "Use linalg.matvec or tensordot for vectors, or add an axis with [:, newaxis]."
            )
    inner_a = a.shape[-2 if transpose_a else -1]
    inner_b = b.shape[-1 if transpose_b else -2]
    if inner_a != inner_b and None not in (inner_a, inner_b):
        flags = "".join(
            f", {flag}=True"
            for flag, on in (("transpose_a", transpose_a), ("transpose_b", transpose_b))
            if on
        )
        raise InvalidArgumentError(
            f"Matrix size-incompatible: In[0]: {list(a.shape)}, In[1]: {list(b.shape)}{flags}. "
            f"The inner lengths must be equal; they are {inner_a} and {inner_b}."
        )
    return _matmul(a, b, transpose_a=bool(transpose_a), transpose_b=bool(transpose_b))


def _conjugate(name: str, x, transposed):
    """What is left to be transposed of an adjoint: the conjugate."""
    if transposed:
        raise ValueError(
            f"Only one of `transpose_{name}` and `adjoint_{name}` can be True: the adjoint is the "
            "conjugate of the transpose."
        )
    return conj(x) if x.dtype.is_complex else x


def matvec(
    a, b, transpose_a=False, adjoint_a=False, a_is_sparse=False, b_is_sparse=False, name=None
):
    """The product of matrices and vectors: over the last axis of b; leading axes are broadcast.

    The parameters are those of `matmul`.
    """
    a, b = alike(a, b)
    column = reshape(b, (*b.shape, 1)) if b.ndim else b
    y = matmul(a, column, transpose_a=transpose_a, adjoint_a=adjoint_a)
    return reshape(y, y.shape[:-1])


@primitive(kinds="iuf")
def _cross(a, b):
    if a.shape != b.shape or a.shape[-1:] != (3,):
        raise ValueError("both inputs must have the same shape, of which the last length is 3")
    # Spelled out: NumPy's own cross would warn of inf - inf from within NumPy.
    (a0, a1, a2), (b0, b1, b2) = (array_module(x).moveaxis(x, -1, 0) for x in (a, b))
    parts = a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0
    return array_module(a).stack(parts, axis=-1)


_cross.linear(lambda g, y, a, b: _cross(b, g), lambda g, y, a, b: _cross(g, a))


def cross(a, b, name=None):
    """The cross product of vectors of three elements, along the last axis; no broadcasting.

    Raises:
        InvalidArgumentError: the shapes differ, or the last axis has another length than 3.
    """
    return _cross(a, b)


def tensordot(a, b, axes, name=None):
    """The sum of products over the named axes of a and b.

    Args:
        a: a tensor.
        b: a tensor.
        axes: a number n (the last n axes of a with the first n of b), or a pair: an axis, or a
            list of axes, of a, and as many of b.
        name: not used.

    Raises:
        ValueError: axes that are not of this form.
        IndexError: there is no such axis.
        InvalidArgumentError: axes of different lengths.
    """
    a, b = alike(a, b)
    axes_a, axes_b = _paired_axes(a, b, axes)
    for n, m in zip(axes_a, axes_b, strict=True):
        if a.shape[n] != b.shape[m] and None not in (a.shape[n], b.shape[m]):
            raise InvalidArgumentError(
                f"tensordot: Matrix size-incompatible: axis {n} of a has the length {a.shape[n]}, "
                f"and axis {m} of b {b.shape[m]}; they must be equal. Received: shapes {a.shape} "
                f"and {b.shape}."
            )
    of_a, of_b = list(ascii_letters[: a.ndim]), list(ascii_letters[a.ndim : a.ndim + b.ndim])
    free = [*of_a, *of_b]
    lengths = dict(zip(free, (*a.shape, *b.shape), strict=True))
    for n, m in zip(axes_a, axes_b, strict=True):
        free.remove(of_a[n])
        free.remove(of_b[m])
        of_b[m] = of_a[n]
    return _einsum_of_two(
        a,
        b,
        equation=f"{''.join(of_a)},{''.join(of_b)}->{''.join(free)}",
        shape=tuple(map(lengths.get, free)),
    )


def _paired_axes(a, b, axes) -> tuple[list, list]:
    """The axes of a and of b that `axes` means, counted from the front."""
    if hasattr(axes, "__tensor__") or hasattr(axes, "__array__"):
        axes = numpy.asarray(axes).tolist()
    if isinstance(axes, int):
        if axes < 0:
            raise ValueError(f"tensordot: `axes` must be at least 0. Received: {axes}.")
        if axes > min(a.ndim, b.ndim):
            error = ValueError if axes > a.ndim else IndexError
            raise error(
                f"tensordot: `axes` must not be larger than the number of axes. Received: {axes}, "
                f"for shapes {a.shape} and {b.shape}."
            )
        return list(range(a.ndim - axes, a.ndim)), list(range(axes))
    if not isinstance(axes, (list, tuple)):
        raise TypeError(f"tensordot: `axes` must be a number or a pair. Received: {axes!r}.")
    if len(axes) != 2:
        raise ValueError(
            f"tensordot: `axes` must be a number or a pair of axes or lists. Received: {axes}."
        )
    pair = [[n] if isinstance(n, int) else [int(i) for i in n] for n in axes]
    for x, chosen in zip((a, b), pair, strict=True):
        for n in chosen:
            if not -x.ndim <= n < x.ndim:
                raise IndexError(f"tensordot: expected axes of shape {x.shape}. Received: {n}.")
    axes_a, axes_b = [n % a.ndim for n in pair[0]], [n % b.ndim for n in pair[1]]
    for chosen in (axes_a, axes_b):
        if len(axes_a) != len(axes_b) or len(set(chosen)) != len(chosen):
            raise ValueError(
                "tensordot: `axes` must name as many axes of `a` as of `b`, each once. Received: "
                f"{axes}."
            )
    return axes_a, axes_b
