"""Floor 3: `tf.data`, the pipelines that data comes through on its way into a model."""

from . import experimental
from .dataset import Dataset
from .elements import DatasetSpec
from .pipeline import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Iterator

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "DatasetSpec",
    "Iterator",
    "experimental",
]
