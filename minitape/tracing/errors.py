"""What a function is told that looks at a tensor's value while it is being traced."""

_WAY_OUT = (
    "While `function` writes a program down, a tensor has no value of its own: the program runs "
    "for every later call, with other values. Use cond or while_loop for what depends on a value, "
    "move the line out of the function, or run it as Python with "
    "config.run_functions_eagerly(True), or compile(run_eagerly=True) for a model."
)


class OperatorNotAllowedInGraphError(TypeError):
    """A tensor was used as a Python bool while a function was traced."""


def refused(method: str, value, place: str) -> Exception:
    """TensorFlow's kind of error for a look at a tensor by a method of Python's."""
    what = f"a tensor of shape {value.shape} and dtype {value.array.dtype.name}"
    if method == "__bool__":
        return OperatorNotAllowedInGraphError(
            f"{place}: Using a symbolic `tf.Tensor` as a Python `bool` is not allowed: {what}. "
            + _WAY_OUT
        )
    if method == "numpy":
        return AttributeError(
            f"{place}: a symbolic tensor has no attribute 'numpy': {what}. {_WAY_OUT}"
        )
    if method == "__array__":
        return NotImplementedError(
            f"{place}: Cannot convert a symbolic tf.Tensor to a numpy array: {what}. This error "
            f"may indicate that you're trying to pass a Tensor to a NumPy call. {_WAY_OUT}"
        )
    kind = method.strip("_")
    return TypeError(f"{place}: a symbolic tensor can't become a Python {kind}: {what}. {_WAY_OUT}")
