"""Floor 0: numbers on a device. Nothing here knows of gradients."""

from .complaints import explained
from .convert import as_array
from .devices import CPU, beside, device_of, new_array, placed
from .dispatch import with_kernel
from .dtypes import DType, as_dtype, check_dtypes, from_numpy
from .memory import keep_freed_memory
from .module import array_module, is_array, is_value, to_numpy
from .shape import TensorShape
from .spec import TensorSpec
from .view import ArrayView, looks, tell_look, text_of

keep_freed_memory()

__all__ = [
    "CPU",
    "ArrayView",
    "DType",
    "TensorShape",
    "TensorSpec",
    "array_module",
    "as_array",
    "as_dtype",
    "beside",
    "check_dtypes",
    "device_of",
    "explained",
    "from_numpy",
    "is_array",
    "is_value",
    "looks",
    "new_array",
    "placed",
    "tell_look",
    "text_of",
    "to_numpy",
    "with_kernel",
]
