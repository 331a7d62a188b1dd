"""Initializers: the values that weights begin with.

`get` accepts what a layer's `kernel_initializer=` argument accepts: a name, a config, an
Initializer or its class, a function `(shape, dtype)`, or a tensor. A random initializer without a
seed draws one when it is made, from Python's `random`, and gives the same values at each call;
after `keras.utils.set_random_seed` they are those of Keras.
"""

import math

from .. import ops
from ..arrays import array_module, as_dtype, is_array
from ..engine import primitive
from ..settings import floatx
from . import random
from .naming import Registry, to_snake_case


class Initializer:
    """A callable `(shape, dtype=None)` that makes a weight's first value. Subclass for others."""

    def __call__(self, shape, dtype=None):
        raise NotImplementedError(
            f"{type(self).__name__} must implement `__call__(self, shape, dtype=None)`, which "
            "returns a tensor of that shape and dtype."
        )

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict):
        """An initializer with the arguments that `get_config` returned."""
        return cls(**config)

    def clone(self):
        """Another initializer of the same config; without a seed it draws one of its own."""
        return type(self).from_config(self.get_config())


def _dtype(dtype):
    return as_dtype(dtype or floatx())


# -- constants --------------------------------------------------------------------------------


class Zeros(Initializer):
    """All zeros."""

    def __call__(self, shape, dtype=None):
        return ops.zeros(shape, dtype=_dtype(dtype))


class Ones(Initializer):
    """All ones."""

    def __call__(self, shape, dtype=None):
        return ops.ones(shape, dtype=_dtype(dtype))


class Constant(Initializer):
    """All `value`, a number."""

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None):
        dtype = _dtype(dtype)
        return ops.cast(self.value, dtype) * ops.ones(shape, dtype=dtype)

    def get_config(self) -> dict:
        return {"value": self.value}


class Identity(Initializer):
    """The identity matrix times `gain`; for matrices only."""

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) != 2:
            raise ValueError(
                "Identity matrix initializer can only be used for 2D matrices. "
                f"Received: shape={shape} of rank {len(shape)}."
            )
        rows, columns = shape
        return self.gain * ops.eye(rows, columns, dtype=_dtype(dtype))

    def get_config(self) -> dict:
        return {"gain": self.gain}


# -- random values ----------------------------------------------------------------------------


class RandomInitializer(Initializer):
    """Base of the initializers with a seed: an integer, a SeedGenerator, or None to draw one."""

    def __init__(self, seed=None):
        self._initial_seed = seed
        if seed is None:
            seed = random.make_default_seed()
        elif isinstance(seed, dict):
            seed = random.SeedGenerator.from_config(seed["config"])
        elif not isinstance(seed, (int, random.SeedGenerator)):
            raise ValueError(
                "`seed` argument should be an instance of `keras.random.SeedGenerator()` or an "
                f"integer. Received: seed={seed!r}"
            )
        self.seed = seed

    def get_config(self) -> dict:
        seed = self._initial_seed
        if isinstance(seed, random.SeedGenerator):
            seed = {
                "module": "keras.random",
                "class_name": "SeedGenerator",
                "config": seed.get_config(),
                "registered_name": None,
            }
        return {"seed": seed}


class RandomNormal(RandomInitializer):
    """Normal values."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        return random.normal(shape, self.mean, self.stddev, dtype=dtype, seed=self.seed)

    def get_config(self) -> dict:
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomInitializer):
    """Normal values, those beyond two standard deviations drawn again."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        return random.truncated_normal(shape, self.mean, self.stddev, dtype=dtype, seed=self.seed)

    def get_config(self) -> dict:
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class RandomUniform(RandomInitializer):
    """Values in [minval, maxval), each as likely as any other."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        return random.uniform(shape, self.minval, self.maxval, dtype=dtype, seed=self.seed)

    def get_config(self) -> dict:
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


class VarianceScaling(RandomInitializer):
    """Random values of variance scale / n, n the number of a unit's inputs or outputs.

    So the signal neither dies away nor explodes from layer to layer.

    Args:
        scale: a positive number.
        mode: n is the number of inputs ("fan_in"), of outputs ("fan_out") or their mean
            ("fan_avg").
        distribution: "truncated_normal" (or "normal"), "untruncated_normal" or "uniform".
        seed: an integer, a SeedGenerator, or None to draw one.
        input_axes: the axes of the weight that are inputs; found from its shape unless given.
        output_axes: the axes that are outputs; both or neither must be given.
    """

    _MODES = ("fan_in", "fan_out", "fan_avg")
    _DISTRIBUTIONS = ("uniform", "truncated_normal", "untruncated_normal")

    def __init__(
        self,
        scale=1.0,
        mode="fan_in",
        distribution="truncated_normal",
        seed=None,
        input_axes=None,
        output_axes=None,
    ):
        if scale <= 0:
            raise ValueError(f"Argument `scale` must be positive float. Received: scale={scale}")
        if mode not in self._MODES:
            raise ValueError(f"Invalid `mode` argument: {mode}. Please use one of {self._MODES}")
        distribution = distribution.lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        if distribution not in self._DISTRIBUTIONS:
            raise ValueError(
                f"Invalid `distribution` argument: {distribution}. "
                f"Please use one of {self._DISTRIBUTIONS}"
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.uniform(shape, -limit, limit, dtype=dtype, seed=self.seed)
        stddev = math.sqrt(variance)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, stddev, dtype=dtype, seed=self.seed)
        # The standard deviation that a standard normal has left when cut off at -2 and 2.
        stddev /= 0.87962566103423978
        return random.truncated_normal(shape, 0.0, stddev, dtype=dtype, seed=self.seed)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _NamedScaling(VarianceScaling):
    """A VarianceScaling whose scale, mode and distribution its name stands for."""

    _SETTINGS: tuple[float, str, str]

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(*self._SETTINGS, seed, input_axes, output_axes)

    def get_config(self) -> dict:
        config = super().get_config()
        return {name: config[name] for name in ("seed", "input_axes", "output_axes")}


class GlorotUniform(_NamedScaling):
    """Uniform within ±sqrt(6 / (inputs + outputs)). Glorot and Bengio, AISTATS 2010."""

    _SETTINGS = (1.0, "fan_avg", "uniform")


class GlorotNormal(_NamedScaling):
    """Truncated normal of variance 2 / (inputs + outputs). Glorot and Bengio, AISTATS 2010."""

    _SETTINGS = (1.0, "fan_avg", "truncated_normal")


class LecunUniform(_NamedScaling):
    """Uniform within ±sqrt(3 / inputs). Klambauer et al., NeurIPS 2017."""

    _SETTINGS = (1.0, "fan_in", "uniform")


class LecunNormal(_NamedScaling):
    """Truncated normal of variance 1 / inputs. Klambauer et al., NeurIPS 2017."""

    _SETTINGS = (1.0, "fan_in", "truncated_normal")


class HeUniform(_NamedScaling):
    """Uniform within ±sqrt(6 / inputs). He et al., ICCV 2015."""

    _SETTINGS = (2.0, "fan_in", "uniform")


class HeNormal(_NamedScaling):
    """Truncated normal of variance 2 / inputs. He et al., ICCV 2015."""

    _SETTINGS = (2.0, "fan_in", "truncated_normal")


class Orthogonal(RandomInitializer):
    """An orthogonal matrix times `gain`: its columns (or rows, if fewer) are orthonormal.

    A weight of more axes is such a matrix with all axes but the last taken together. Saxe et al.,
    ICLR 2014.
    """

    def __init__(self, gain=1.0, seed=None):
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        if len(shape) < 2:
            raise ValueError(
                "The tensor to initialize must be at least two-dimensional. "
                f"Received: shape={shape} of rank {len(shape)}."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        matrix = random.normal(
            (max(rows, columns), min(rows, columns)), dtype=dtype, seed=self.seed
        )
        matrix = _orthonormal_columns(matrix)
        if rows < columns:
            matrix = ops.transpose(matrix)
        return self.gain * ops.reshape(matrix, shape)

    def get_config(self) -> dict:
        return {**super().get_config(), "gain": self.gain}


@primitive(differentiable=False)
def _orthonormal_columns(matrix):
    """The Q of matrix = QR, whose signs are chosen such that the diagonal of R is positive.

    The choice makes Q uniformly distributed where the matrix is of independent normals.
    """
    xp = array_module(matrix)
    precise = matrix.astype(xp.promote_types(matrix.dtype, "float32"), copy=False)
    q, r = xp.linalg.qr(precise)
    return (q * xp.sign(xp.diagonal(r))).astype(matrix.dtype, copy=False)


def compute_fans(shape, input_axes=None, output_axes=None) -> tuple[int, int]:
    """The numbers of inputs and of outputs that a unit with a weight of this shape has.

    A matrix is (inputs, outputs), a convolution's kernel (*window, channels in, channels out).

    Args:
        shape: the weight's shape.
        input_axes: the axes that are inputs, if the shape doesn't say it.
        output_axes: the axes that are outputs, given together with `input_axes`.
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        fan_in = math.prod(shape[axis] for axis in input_axes)
        return int(fan_in), int(math.prod(shape[axis] for axis in output_axes))
    if len(shape) < 2:
        fan = int(math.prod(shape))
        return fan, fan
    window = math.prod(shape[:-2])
    return int(shape[-2] * window), int(shape[-1] * window)


# -- names ------------------------------------------------------------------------------------

zeros, ones, constant, identity = Zeros, Ones, Constant, Identity
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, glorot_normal, glorot_uniform = VarianceScaling, GlorotNormal, GlorotUniform
orthogonal, OrthogonalInitializer, IdentityInitializer = Orthogonal, Orthogonal, Identity
he_normal, he_uniform, lecun_normal, lecun_uniform = HeNormal, HeUniform, LecunNormal, LecunUniform

_CLASSES = (
    Initializer, Constant, Identity, Ones, Zeros, GlorotNormal, GlorotUniform, HeNormal, HeUniform,
    LecunNormal, LecunUniform, Orthogonal, RandomNormal, RandomUniform, TruncatedNormal,
    VarianceScaling,
)  # fmt: skip
_REGISTRY = Registry(
    "initializer",
    "keras.initializers",
    {cls.__name__: cls for cls in _CLASSES}
    | {to_snake_case(cls.__name__): cls for cls in _CLASSES}
    | {"zero": Zeros, "one": Ones, "normal": RandomNormal, "uniform": RandomUniform}
    | {"IdentityInitializer": Identity, "OrthogonalInitializer": Orthogonal},
)
serialize = _REGISTRY.serialize
deserialize = _REGISTRY.deserialize


def get(identifier):
    """The initializer meant by a name, a config, a class, a function, a tensor or None.

    A tensor or an array stands for its own values; the weight must have their shape.

    Raises:
        ValueError: for anything else; an unknown name gets the nearest known one suggested.
    """
    if not (hasattr(identifier, "__tensor__") or is_array(identifier)):
        return _REGISTRY.get(identifier)

    def values(shape, dtype=None):
        if tuple(shape) != tuple(identifier.shape):
            raise ValueError(
                f"Expected `shape` to be {tuple(identifier.shape)} for direct tensor as "
                f"initializer. Received shape={tuple(shape)}"
            )
        return ops.cast(identifier, _dtype(dtype))

    return values
