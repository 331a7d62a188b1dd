"""`tf.function`, run eagerly: each call runs the Python function and is recorded as it happens."""

from functools import wraps


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

    def decorate(f):
        @wraps(f)
        def run(*args, **kwargs):
            return f(*args, **kwargs)

        return run

    return decorate if func is None else decorate(func)
