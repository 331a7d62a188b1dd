"""The Keras wing: layers, models and training under `tf.keras`'s names."""

from .. import config
from . import (
    activations,
    backend,
    callbacks,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    random,
    regularizers,
    saving,
    utils,
)
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
