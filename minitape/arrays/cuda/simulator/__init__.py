"""A graphics card that isn't there: the kernels run on the CPU, thread by thread, and are checked.

`cuda.h` is the language, `compiler` makes a library of a kernel with it, `array` is the memory, and
`graph` writes down what runs, to run it again.
"""

from .array import LIBRARY, SimulatedArray, put
from .graph import Graph
