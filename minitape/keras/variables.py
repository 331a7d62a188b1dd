"""Keras' Variable: the engine's, made by an initializer and belonging to a layer."""

from typing import Any

from ..arrays import as_dtype
from ..config import floatx
from ..engine import Tensor
from ..engine import Variable as EngineVariable
from .naming import auto_name


class Variable(EngineVariable):
    """A weight of a layer, a metric or an optimizer.

    Args:
        initializer: the first value, or a function `(shape, dtype)` that makes it.
        shape: its shape, where `initializer` is a function.
        dtype: the type of its elements, the default float type unless given.
        trainable: whether an optimizer should change it.
        name: its own name.
        regularizer: a function whose value is added to the model's losses.
        constraint: a function applied to the value after each update.

    Attributes:
        path: name with that of its owner, "dense/kernel".
    """

    def __init__(
        self,
        initializer,
        shape=None,
        dtype=None,
        trainable=True,
        name=None,
        regularizer=None,
        constraint=None,
    ):
        if callable(initializer):
            if shape is None:
                raise ValueError(
                    "Variable needs a `shape` where its initializer is a function. "
                    f"Received: initializer={initializer!r}, shape=None."
                )
            dtype = floatx() if dtype is None else as_dtype(dtype).name
            value = initializer(tuple(shape), dtype=dtype)
        else:
            value = initializer
            if dtype is None and not hasattr(value, "dtype"):
                dtype = floatx()
        super().__init__(
            value, trainable=trainable, name=name or auto_name("variable"), dtype=dtype
        )
        self.path = self.name
        self.regularizer = regularizer
        self.constraint = constraint
        # What the layer says now; a tape still watches a weight that was frozen later.
        self._is_trainable = self._trainable

    @property
    def name(self) -> str:
        """Its own name, without TensorFlow's output number."""
        return self._name

    @property
    def dtype(self) -> Any:
        """The type of its elements by name, as in Keras."""
        return self.array.dtype.name

    @property
    def trainable(self) -> bool:
        """Whether an optimizer should change it; may be set."""
        return self._is_trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._is_trainable = bool(value)

    @property
    def value(self) -> Tensor:
        """The current value as a Tensor (in Keras this is no method)."""
        return self.__tensor__()

    def __repr__(self) -> str:
        return (
            f"<Variable path={self.path}, shape={tuple(self.shape)}, dtype={self.dtype}, "
            f"value={self.numpy()}>"
        )
