"""`keras.config`: settings, those of `minitape.config` among them."""

from ..settings import (  # noqa: F401
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
)
from .dtype_policies import dtype_policy, set_dtype_policy  # noqa: F401
from .messages import (  # noqa: F401
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)


def backend() -> str:
    """The name of the library whose tensors these are like: "tensorflow"."""
    return "tensorflow"


def set_image_data_format(data_format) -> None:
    """Accepts "channels_last", the layout of all images here.

    Raises:
        ValueError: another layout.
    """
    if data_format != "channels_last":
        raise ValueError(
            "minitape's layers take images of shape (batch, height, width, channels). Expected "
            f"data_format='channels_last'. Received: {data_format!r}. Use `Permute`, or a "
            "transpose, where the channels come first."
        )
