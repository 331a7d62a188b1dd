"""Keras' Variable: the engine's, made by an initializer and belonging to a layer."""

import math
import threading
from contextlib import contextmanager
from typing import Any

import numpy

from ..arrays import as_dtype
from ..engine import Tensor
from ..engine import Variable as EngineVariable
from ..settings import floatx
from .naming import auto_name


class _Room(threading.local):
    """How many bytes new weights may still take; None where nobody set a limit."""

    left: int | None = None


_room = _Room()


@contextmanager
def room_for_weights(size: int):
    """In this context new weights may take so many bytes in all.

    A model is made from a file's config within the size of the weights that the file holds, so
    that a small file cannot ask for more memory than there is.
    """
    outer, _room.left = _room.left, size
    try:
        yield
    finally:
        _room.left = outer


def is_room_limited() -> bool:
    """Whether a model is being made from a file."""
    return _room.left is not None


def _take_room(shape: tuple, dtype: str) -> None:
    """Counts a new weight.

    Raises:
        ValueError: there is no room for it.
    """
    if _room.left is None:
        return
    size = math.prod(shape) * as_dtype(dtype).numpy_dtype.itemsize
    if size > _room.left:
        raise ValueError(
            f"The config asks for a weight of shape {shape}, {size:,} bytes; but the file holds "
            "fewer weights than that. One of the two was changed."
        )
    _room.left -= size


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
            _take_room(tuple(shape), dtype)
            value = initializer(tuple(shape), dtype=dtype)
        else:
            value = initializer
            if dtype is None and not hasattr(value, "dtype"):
                dtype = floatx()
        name = name or auto_name("variable")
        super().__init__(value, trainable=trainable, name=name, dtype=dtype)
        self._name = self.path = name  # whatever tf.name_scope is open
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


def assign_stored(owner: str, variables: list, store: Any) -> None:
    """Assigns the arrays "0", "1", ... of a store to variables, whose shapes they must have.

    Raises:
        ValueError: a wrong number of arrays, or a wrong shape; nothing is then changed.
    """
    if sorted(store) != sorted(str(i) for i in range(len(variables))):
        raise ValueError(
            f"{owner} expected {len(variables)} variables, but received {len(store)} of the names "
            f"{sorted(store)}. Expected: {[v.name for v in variables]}. The file is of another "
            "model, or this one isn't built as that one was."
        )
    for i, v in enumerate(variables):
        received = tuple(store[str(i)].shape)
        if received != tuple(v.shape):
            raise ValueError(
                f"{owner} expected the shape {tuple(v.shape)} for its variable {v.name!r}, but "
                f"received {received}. The file is of another model."
            )
    for i, v in enumerate(variables):
        v.assign(numpy.asarray(store[str(i)]).astype(v.array.dtype, copy=False))
