"""Small things around training."""

from ..naming import reset_names
from ..random import reset_global_seed_generator
from .file import *
from .plot_model import model_to_dot, plot_model
from .random_seed import set_random_seed


def clear_session() -> None:
    """Starts automatic names and the global seed generator again from the first."""
    reset_names()
    reset_global_seed_generator()
