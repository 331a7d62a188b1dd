"""The Keras wing: layers, models and training under `tf.keras`'s names."""

from ..module import name_scope
from . import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    datasets,
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    mixed_precision,
    models,
    ops,
    optimizers,
    preprocessing,
    random,
    regularizers,
    saving,
    utils,
)
from .dtype_policies import DTypePolicy
from .initializers import Initializer
from .layers import Input, InputSpec, Layer
from .layers.keras_tensor import KerasTensor
from .losses import Loss
from .metrics import Metric
from .models import Model, Sequential
from .optimizers import Optimizer
from .regularizers import Regularizer
from .variables import Variable

# The Keras whose behaviour the wing follows, for programs that ask.
__version__ = "3.15.1"


def version() -> str:
    """The Keras that the wing follows."""
    return __version__
