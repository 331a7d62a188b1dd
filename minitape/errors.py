"""TensorFlow's error types, so that `except tf.errors.InvalidArgumentError` means the same here."""


class OpError(Exception):
    """An operation failed; `message` says what was expected, what was received and what to do."""

    @property
    def message(self) -> str:
        """The error's text."""
        return str(self)


class InvalidArgumentError(OpError):
    """An operation received an argument that it cannot take (shape, dtype or value)."""


class OutOfRangeError(OpError):
    """An iteration went past its valid range."""


class NotFoundError(OpError):
    """A requested entity (a file, say) was not found."""


class AlreadyExistsError(OpError):
    """What should be made is there already."""


class DataLossError(OpError):
    """Data would be lost, as where an element is longer than what it is padded to."""


class UnimplementedError(OpError):
    """An operation is not available for this argument type or device."""
