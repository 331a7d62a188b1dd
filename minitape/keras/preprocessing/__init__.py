"""`keras.preprocessing`: older paths of what stands in `keras.utils`."""

from ..utils import image_dataset_from_directory, timeseries_dataset_from_array
from . import image, sequence
