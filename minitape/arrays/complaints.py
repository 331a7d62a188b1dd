"""What an array library complains of, as TensorFlow's errors."""

from typing import Any

from ..errors import InvalidArgumentError, OpError
from .devices import CPU, device_of


def explained(error: Exception, op: str, arrays, params: dict) -> Exception:
    """What the array library complained of, as TensorFlow's error, with the op and its inputs."""
    if isinstance(error, OpError):
        return error
    received = ", ".join(map(_described, arrays))
    if len(set(map(device_of, arrays))) > 1:
        return InvalidArgumentError(
            f"{op}: the inputs lie on different devices. Received: {received}. Nothing is moved by "
            "itself: write tensor.cpu() or tensor.gpu(), or make them within one tf.device(...)."
        )
    settings = "".join(f", {key}={value!r}" for key, value in params.items())
    text = f"{op}: {error}. Received: {received}{settings}."
    return TypeError(text) if isinstance(error, TypeError) else InvalidArgumentError(text)


def _described(array: Any) -> str:
    where = device_of(array)
    on = "" if where == CPU else f" on /{where.kind}:{where.number}"
    return f"{list(array.shape)} {array.dtype.name}{on}"
