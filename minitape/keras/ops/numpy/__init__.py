"""NumPy's functions, as Keras names them."""

from .arrays import *
from .elementwise import *
