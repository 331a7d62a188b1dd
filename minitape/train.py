"""`tf.train`: the names alone; they stand in `minitape.keras.saving.checkpoint`."""

from .keras.saving.checkpoint import (  # noqa: F401
    Checkpoint,
    CheckpointManager,
    latest_checkpoint,
)
