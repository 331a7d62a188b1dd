"""Products of matrices."""

from ..arrays import array_module
from ..engine import alike, primitive
from ..errors import InvalidArgumentError
from .array import reshape, transpose
from .rules import sum_to_shape


@primitive
def _matmul(a, b, *, transpose_a, transpose_b):
    # A transposed view costs nothing: BLAS reads it as it lies.
    a = a.swapaxes(-1, -2) if transpose_a else a
    b = b.swapaxes(-1, -2) if transpose_b else b
    return array_module(a).matmul(a, b)


def _matmul_vjp_a(g, y, a, b, *, transpose_a, transpose_b):
    if transpose_a:
        d = _matmul(b, g, transpose_a=transpose_b, transpose_b=True)
    else:
        d = _matmul(g, b, transpose_a=False, transpose_b=not transpose_b)
    return d if d.array.shape == a.array.shape else sum_to_shape(d, shape=a.array.shape)


def _matmul_vjp_b(g, y, a, b, *, transpose_a, transpose_b):
    if transpose_b:
        d = _matmul(g, a, transpose_a=True, transpose_b=transpose_a)
    else:
        d = _matmul(a, g, transpose_a=not transpose_a, transpose_b=False)
    return d if d.array.shape == b.array.shape else sum_to_shape(d, shape=b.array.shape)


_matmul.linear(_matmul_vjp_a, _matmul_vjp_b)


def matmul(a, b, transpose_a=False, transpose_b=False, name=None):
    """The matrix product over the last two axes; leading axes are broadcast.

    Raises:
        InvalidArgumentError: an input with fewer than two axes, or inner lengths that differ.
    """
    a, b = alike(a, b)
    for position, x in enumerate((a, b)):
        if x.ndim < 2:
            raise InvalidArgumentError(
                f"matmul: In[{position}] must have at least 2 axes. Received: shape {x.shape}. "
                "Use tensordot for vectors, or add an axis with [:, newaxis]."
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


def tensordot(a, b, axes, name=None):
    """The sum of products over the named axes of a and b, as a matrix product.

    Args:
        a: a tensor.
        b: a tensor.
        axes: a number n (the last n axes of a with the first n of b), or two lists of axes.
        name: not used.
    """
    a, b = alike(a, b)
    if isinstance(axes, int):
        axes_a = list(range(a.ndim - axes, a.ndim))
        axes_b = list(range(axes))
    else:
        axes_a, axes_b = ([n] if isinstance(n, int) else list(n) for n in axes)
        axes_a, axes_b = [n % a.ndim for n in axes_a], [n % b.ndim for n in axes_b]
    free_a = [n for n in range(a.ndim) if n not in axes_a]
    free_b = [n for n in range(b.ndim) if n not in axes_b]
    summed = 1
    for n in axes_a:
        summed *= a.shape[n]
    left = reshape(transpose(a, free_a + axes_a), (-1, summed))
    right = reshape(transpose(b, axes_b + free_b), (summed, -1))
    return reshape(
        matmul(left, right), (*(a.shape[n] for n in free_a), *(b.shape[n] for n in free_b))
    )
