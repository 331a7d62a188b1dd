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
from .file import *
from .random_seed import set_random_seed


def clear_session() -> None:
    """Starts automatic names and the global seed generator again from the first."""
    reset_names()
    reset_global_seed_generator()
