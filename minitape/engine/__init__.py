"""Floor 1: tensors, variables, primitives and the recorders that differentiate them."""

from .custom import custom_gradient
from .forward import ForwardAccumulator
from .primitive import PRIMITIVES, Primitive, alike, conj, convert_to_tensor, primitive
from .recording import Recorder, active, only
from .tape import Entry, GradientTape, UnconnectedGradients
from .tensor import Tensor, next_id
from .variable import Variable
