"""`keras.backend`: settings under Keras' older names."""

from ..config import (  # noqa: F401
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
)
from .utils import clear_session  # noqa: F401
