"""What a program holds for all layers, and what things are."""

from typing import Any

from ...arrays import as_dtype
from ...settings import floatx
from ..dtype_policies import reset_dtype_policy
from ..layers.keras_tensor import KerasTensor
from ..naming import reset_names
from ..random import reset_global_seed_generator


def clear_session(free_memory=True) -> None:
    """Starts automatic names and the global seed generator again; forgets the global policy."""
    reset_names()
    reset_global_seed_generator()
    reset_dtype_policy()


def is_keras_tensor(x) -> bool:
    """Whether x is symbolic: made by `Input`, or by layers of such."""
    return isinstance(x, KerasTensor)


def standardize_dtype(dtype: Any) -> str:
    """The name of a type; that of the default float type for None."""
    return floatx() if dtype is None else as_dtype(dtype).name
