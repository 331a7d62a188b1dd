"""A graphics card that isn't there: the kernels run on the CPU, thread by thread, and are checked.

`cuda.h` is the language, `compiler` makes a library of a kernel with it, and `array` is the memory.
"""

from .array import LIBRARY, SimulatedArray
from .array import on_card as put
