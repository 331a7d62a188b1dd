"""Checkpoints: what `tf.train` writes and reads, in TensorFlow's own files."""

from .checkpoint import Checkpoint
from .manager import CheckpointManager
from .reader import CheckpointReader, list_variables, load_checkpoint, load_variable
from .state import latest_checkpoint
