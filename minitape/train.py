"""`tf.train`: the names alone; they stand in `minitape.keras.saving`."""

from .keras.saving.checkpoint import Checkpoint  # noqa: F401
from .keras.saving.checkpoint_manager import CheckpointManager  # noqa: F401
from .keras.saving.checkpoint_reader import (  # noqa: F401
    list_variables,
    load_checkpoint,
    load_variable,
)
from .keras.saving.checkpoint_state import latest_checkpoint  # noqa: F401
