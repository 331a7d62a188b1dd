"""`keras.preprocessing.sequence`: the name alone."""

from ..utils.sequences import pad_sequences  # noqa: F401
