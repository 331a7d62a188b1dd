"""Complex numbers: made of two parts, and taken apart.

None of these functions is holomorphic: their derivative depends on the direction. So each has a
rule for the cotangent c, with Re(c_y dy) = Re(c_x dx), and another one for the tangent.
"""

import math

from ..arrays import array_module
from ..engine import conj as _conj
from ..engine import convert_to_tensor
from .logic import where
from .rules import elementwise
from .types import ones_like, zeros_like


@elementwise(
    lambda g, z, x, y: real(g),
    lambda g, z, x, y: -imag(g),
    tangents=(
        lambda t, z, x, y: _complex(t, zeros_like(t)),
        lambda t, z, x, y: _complex(zeros_like(t), t),
    ),
    kinds="f",
)
def _complex(x, y):
    xp = array_module(x)
    shape = xp.broadcast_shapes(x.shape, y.shape)
    z = xp.empty(shape, "complex64" if x.dtype == "float32" else "complex128")
    z.real, z.imag = x, y
    return z


def complex(real, imag, name=None):
    """real + i * imag, elementwise and broadcast: float32 gives complex64, float64 complex128.

    Raises:
        TypeError: the parts are not both float32 or both float64.
        InvalidArgumentError: their shapes don't broadcast.
    """
    x, y = convert_to_tensor(real), convert_to_tensor(imag)
    if x.dtype != y.dtype or x.dtype.name not in ("float32", "float64"):
        raise TypeError(
            f"The `real` and `imag` components have incorrect types: {x.dtype.name} "
            f"{y.dtype.name}. They must be both float32 or both float64."
        )
    return _complex(x, y)


@elementwise(
    lambda g, y, x: _complex(g, zeros_like(g)), tangents=(lambda t, y, x: _real(t),), kinds="c"
)
def _real(x):
    return x.real.copy()


def real(input, name=None):
    """The real part, elementwise; the input itself where it is real.

    Raises:
        TypeError: the input holds no numbers.
    """
    x = _numeric(input)
    return _real(x) if x.dtype.is_complex else x


@elementwise(
    lambda g, y, x: _complex(zeros_like(g), -g), tangents=(lambda t, y, x: _imag(t),), kinds="c"
)
def _imag(x):
    return x.imag.copy()


def imag(input, name=None):
    """The imaginary part, elementwise; zeros where the input is real."""
    x = convert_to_tensor(input)
    return _imag(x) if x.dtype.is_complex else zeros_like(x)


# The angle is the imaginary part of log(x), whose derivative is 1 / x.
@elementwise(
    lambda g, y, x: _complex(zeros_like(g), -g) / x,
    tangents=(lambda t, y, x: _imag(t / x),),
    kinds="c",
)
def _angle(x):
    return array_module(x).angle(x)


def angle(input, name=None):
    """The angle of complex numbers in the plane, from -pi to pi, elementwise.

    Of real numbers it is pi below 0 and 0 elsewhere, without a gradient.

    Raises:
        TypeError: the input holds integers or no numbers.
    """
    x = convert_to_tensor(input)
    if x.dtype.is_complex:
        return _angle(x)
    return where(x < 0, ones_like(x) * math.pi, zeros_like(x))


def conj(x, name=None):
    """The complex conjugate, elementwise; x itself where it is real.

    Raises:
        TypeError: x holds no numbers.
    """
    x = _numeric(x)
    return _conj(x) if x.dtype.is_complex else x


def _numeric(x):
    x = convert_to_tensor(x)
    if x.dtype.is_bool or x.dtype.name == "string":
        raise TypeError(f"Expected a tensor of numbers. Received: a {x.dtype.name} tensor.")
    return x
