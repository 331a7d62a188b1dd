"""`tf.function`, run eagerly: each call runs the Python function and is recorded as it happens."""

from functools import update_wrapper
from types import MethodType
from typing import Any

from .. import nest
from ..engine import Variable


def function(
    func=None,
    input_signature=None,
    autograph=True,
    jit_compile=None,
    reduce_retracing=False,
):
    """Marks a function as a step that may be compiled; minitape runs it as it stands.

    The results are the same as TensorFlow's, and Python's side effects happen at every call, not
    only at the first. The arguments are TensorFlow's and are accepted for its scripts.
    """
    return Function if func is None else Function(func)


class Function:
    """A function that `function` marked. It gives the values of variables, not the variables.

    Attributes:
        python_function: the function itself.
    """

    def __init__(self, python_function):
        update_wrapper(self, python_function)
        self.python_function = python_function

    def __call__(self, *args, **kwargs):
        result = self.python_function(*args, **kwargs)
        if any(isinstance(leaf, Variable) for leaf in nest.flatten(result)):
            return nest.map_structure(_value, result)
        return result

    def __get__(self, owner, kind=None):
        """The method of an object, where the function is one of its class."""
        return self if owner is None else Function(MethodType(self.python_function, owner))

    def get_concrete_function(self, *args, **kwargs):
        """The function itself: it is the same for all inputs."""
        return self

    def __repr__(self) -> str:
        return f"<tf.function of {self.python_function!r}, run eagerly>"


def _value(leaf: Any) -> Any:
    return leaf.read_value() if isinstance(leaf, Variable) else leaf
