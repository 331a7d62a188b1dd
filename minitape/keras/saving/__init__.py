"""Saving and loading: `.keras` files, weights, and objects as data."""

from ..registered import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from .api import load_model, load_weights, save_model, save_weights
from .archive import model_from_json, model_to_json
from .serialization import deserialize_keras_object, serialize_keras_object
