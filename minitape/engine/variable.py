"""Variable: a named array that can be assigned, the one thing in minitape that changes."""

from typing import Any

from ..arrays import ArrayView, as_dtype, beside, text_of
from ..settings import scoped
from .primitive import convert_to_tensor, primitive
from .recording import active
from .tensor import Tensor, next_id


@primitive
def read_variable(value):
    """What a read of a variable is recorded as: the value's gradient is the variable's."""
    return value


read_variable.linear(lambda g, y, variable: g)
read_variable.passes_slices = True


class Variable(ArrayView):
    """An assignable array with a name.

    Each read is an op of its own that gives a new Tensor, so a gradient is that of the value that
    was read, whatever is assigned later. `assign` binds a new array and never writes into the old
    one, which tensors may share.

    Args:
        initial_value: a number, list, array or Tensor, or a function that makes one.
        trainable: whether tapes watch it by themselves (True unless given).
        name: shown as "name:0".
        dtype: the type of its elements; that of the initial value unless given.
    """

    def __init__(self, initial_value=None, trainable=None, name=None, dtype=None):
        value = initial_value() if callable(initial_value) else initial_value
        if value is None:
            raise ValueError(
                "The `initial_value` argument of Variable must be specified. Received: None."
            )
        self.array = convert_to_tensor(value, dtype).array
        self.id = next_id()
        self._trainable = True if trainable is None else bool(trainable)
        # Whether tapes watch it when it is read: it was made trainable, and has a derivative.
        self.watched_by_default = self._trainable and self.is_differentiable
        self._name = scoped("Variable" if name is None else name)
        # Why the last gradient for this variable was None; optimizers say it in their errors.
        self.no_gradient_reason: str | None = None

    @property
    def name(self) -> str:
        """The name with TensorFlow's output number."""
        return f"{self._name}:0"

    @property
    def trainable(self) -> bool:
        """Whether tapes watch it by themselves."""
        return self._trainable

    def __tensor__(self) -> Tensor:
        value = Tensor(self.array)
        for recorder in active.recorders:
            recorder.record_read(self)
            recorder.record(read_variable, (self,), value, {})
        return value

    def read_value(self) -> Tensor:
        """The current value as a Tensor; `value()` is the same."""
        return self.__tensor__()

    value: Any = read_value
    # `minitape.ops.variable` adds these, and others, to the class.
    assign_add: Any
    assign_sub: Any

    def assign(self, value, use_locking=False, name=None, read_value=True) -> "Variable":
        """Gives the variable a new value of the same shape and dtype; not differentiable.

        Raises:
            ValueError: where the shape or the dtype differs; the variable keeps its old value.
        """
        value = convert_to_tensor(value, as_dtype(self.array.dtype))
        if value.array.shape != self.array.shape:
            raise ValueError(
                f"Cannot assign value to variable '{self.name}': Shape mismatch. The variable "
                f"shape {self.shape}, and the assigned value shape {value.shape} are incompatible."
            )
        self.array = beside(value.array, self.array)
        for recorder in active.recorders:
            recorder.record_assign(self, value)
        return self

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state, id=next_id())  # a copy has an id of its own

    def __repr__(self) -> str:
        value, dtype = text_of(self.array, repr), self.dtype.name
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={dtype}, numpy={value}>"
