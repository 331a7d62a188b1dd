"""`tf.data.experimental`: older names of what stands in `tf.data`."""

from .dataset import Dataset
from .pipeline import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "cardinality",
    "choose_from_datasets",
    "sample_from_datasets",
]

choose_from_datasets = Dataset.choose_from_datasets
sample_from_datasets = Dataset.sample_from_datasets


def cardinality(dataset):
    """How many elements a dataset has: its `cardinality()`."""
    return dataset.cardinality()
