"""`keras.dtype_policies` and `keras.mixed_precision`: the type that layers compute in.

There is no mixed precision: weights and computation are of one type.
"""

from typing import Any

from ..arrays import as_dtype
from ..settings import floatx

__all__ = ["DTypePolicy"]


class DTypePolicy:
    """The type of a layer's weights, and of what it computes.

    Args:
        name: "float16", "float32" or "float64"; the default float type unless given.

    Raises:
        ValueError: a mixture of two types, or none.
    """

    def __init__(self, name=None):
        name = floatx() if name is None else name
        try:
            self.name = as_dtype(name).name
        except TypeError:
            raise ValueError(
                f"Cannot convert {name!r} to a policy. Expected a type such as 'float32' or "
                "'float64': minitape computes in the type of the weights, there is no mixed "
                "precision."
            ) from None

    @property
    def compute_dtype(self) -> str:
        """The type of what a layer computes."""
        return self.name

    @property
    def variable_dtype(self) -> str:
        """The type of a layer's weights."""
        return self.name

    def get_config(self) -> dict:
        """The arguments that make the same policy."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict) -> "DTypePolicy":
        """The policy of a config."""
        return cls(**config)

    def __eq__(self, other) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self.name}">'


class _Global:
    """What `set_dtype_policy` was told."""

    policy: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are given none."""
    return _Global.policy or DTypePolicy()


def set_dtype_policy(policy) -> None:
    """Sets the policy of layers that are made afterwards, by its name or as an object."""
    _Global.policy = policy if isinstance(policy, DTypePolicy) else DTypePolicy(policy)


def reset_dtype_policy() -> None:
    """Has layers take the default float type again."""
    _Global.policy = None


def name_of(dtype: Any) -> Any:
    """The type that a layer is given as a name, a policy, a policy's config or None."""
    if dtype is None:
        return dtype_policy().name
    if isinstance(dtype, dict):
        return dtype["config"]["name"]
    return dtype.name if isinstance(dtype, DTypePolicy) else dtype
