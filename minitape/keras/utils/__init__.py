"""Small things around training."""

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
from .file import *
from .image_dataset import image_dataset_from_directory
from .images import array_to_img, img_to_array, load_img, save_img
from .numerical import normalize, to_categorical
from .plot_model import model_to_dot, plot_model
from .random_seed import set_random_seed
from .split import split_dataset

Sequence = PyDataset  # Keras 2's name


def clear_session() -> None:
    """Starts automatic names and the global seed generator again from the first."""
    reset_names()
    reset_global_seed_generator()
