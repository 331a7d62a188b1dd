"""`tf.dtypes`: the names alone; the types stand in `minitape.arrays`, the ops in `minitape.ops`."""

from .arrays import DType, as_dtype  # noqa: F401
from .arrays.dtypes import (  # noqa: F401
    bool,
    complex64,
    complex128,
    double,
    float16,
    float32,
    float64,
    half,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from .ops import cast, complex, saturate_cast  # noqa: F401
