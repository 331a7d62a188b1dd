"""Functions with NumPy's names and arguments, for code that is written for any backend of Keras.

Each is one of minitape's ops under Keras' name, with Keras' rule for the type of the result:
`keras.ops.add(int32, float32)` is float32, where `mt.add` would refuse. They take symbolic tensors
as layers do.
"""

from . import linalg, nn, numpy
from .core import *
from .linalg import *
from .nn import *
from .numpy import *
