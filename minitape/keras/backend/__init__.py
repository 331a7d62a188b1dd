"""`keras.backend`: settings under Keras' older names, and Keras 2's functions."""

from ...module import name_scope
from ...ops import (
    abs,
    cast,
    cos,
    cumprod,
    cumsum,
    equal,
    exp,
    foldl,
    foldr,
    gather,
    greater,
    greater_equal,
    less,
    less_equal,
    log,
    map_fn,
    maximum,
    minimum,
    not_equal,
    ones_like,
    pow,
    reshape,
    round,
    shape,
    sigmoid,
    sign,
    sin,
    softplus,
    softsign,
    sqrt,
    square,
    squeeze,
    stack,
    tanh,
    transpose,
    zeros_like,
)
from ..activations import softmax
from ..config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from ..utils import clear_session, is_keras_tensor, standardize_dtype
from .legacy import *
