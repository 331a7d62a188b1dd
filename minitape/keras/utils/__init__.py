"""Small things around training."""

from ..messages import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
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
from .session import clear_session, is_keras_tensor, standardize_dtype
from .split import split_dataset

Sequence = PyDataset  # Keras 2's name
