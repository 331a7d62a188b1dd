"""`tf.train`: the names alone; they stand in `minitape.keras.saving.checkpoints`."""

from .keras.saving.checkpoints import (  # noqa: F401
    Checkpoint,
    CheckpointManager,
    latest_checkpoint,
    list_variables,
    load_checkpoint,
    load_variable,
)
