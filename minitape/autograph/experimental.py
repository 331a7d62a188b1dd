"""`tf.autograph.experimental`."""


def do_not_convert(func=None):
    """The function as it is: none is rewritten. Also a decorator with brackets."""
    return (lambda func: func) if func is None else func
