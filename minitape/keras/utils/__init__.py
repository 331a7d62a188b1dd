"""Small things around training."""

from typing import Any

from ...arrays import as_dtype
from ...config import floatx
from ..dtype_policies import reset_dtype_policy
from ..layers.keras_tensor import KerasTensor
from ..messages import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from ..naming import reset_names
from ..random import reset_global_seed_generator
from ..registered import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from ..saving import deserialize_keras_object, serialize_keras_object
from ..training import PyDataset
from ..training.data import pack_x_y_sample_weight, unpack_x_y_sample_weight
from .file import *
from .image_dataset import image_dataset_from_directory
from .images import array_to_img, img_to_array, load_img, save_img
from .numerical import normalize, to_categorical
from .plot_model import model_to_dot, plot_model
from .progbar import Progbar
from .random_seed import set_random_seed
from .sequences import pad_sequences, timeseries_dataset_from_array
from .split import split_dataset

Sequence = PyDataset  # Keras 2's name


def clear_session(free_memory=True) -> None:
    """Starts automatic names and the global seed generator again; forgets the global policy."""
    reset_names()
    reset_global_seed_generator()
    reset_dtype_policy()


def is_keras_tensor(x) -> bool:
    """Whether x is symbolic: made by `Input`, or by layers of such."""
    return isinstance(x, KerasTensor)


def standardize_dtype(dtype: Any) -> str:
    """The name of a type; that of the default float type for None."""
    return floatx() if dtype is None else as_dtype(dtype).name
