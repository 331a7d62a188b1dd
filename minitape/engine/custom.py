"""custom_gradient: a function that brings a gradient of its own."""

import inspect
from functools import partial, wraps

from .. import nest
from ..arrays import is_value
from .primitive import Primitive, conj, convert_to_tensor
from .recording import active
from .tape import GradientTape
from .tensor import Tensor


def _gradients(grad_fn, keywords: dict, g, y, *inputs) -> list:
    """What grad_fn gives for the inputs: the arguments, then the variables. Checked."""
    found = nest.flatten(grad_fn(*map(conj, nest.flatten(g)), **keywords))
    if len(found) != len(inputs):
        raise ValueError(
            f"custom_gradient function expected to return {len(inputs)} gradients, but returned "
            f"{len(found)} instead."
        )
    gradients: list = [None] * len(inputs)
    for i, (x, d) in enumerate(zip(inputs, found, strict=True)):
        if d is not None and x.is_differentiable:
            gradients[i] = d = d if hasattr(d, "indices") else conj(convert_to_tensor(d, x.dtype))
            if d.shape != x.shape:
                raise ValueError(
                    f"A custom gradient must have its input's shape {x.shape}. Received: {d.shape}."
                )
    return gradients


def custom_gradient(f):
    """Decorator for a function that returns `(result, grad_fn)`: grad_fn is its gradient.

    `grad_fn(*cotangents)` takes one cotangent per result and returns one gradient (or None) per
    argument of `f` that is a tensor, array or number. Where `f` reads trainable variables it takes
    `variables=` as well and returns `(gradients of the arguments, of the variables)`.

    Raises:
        TypeError: `f` doesn't return a pair, or reads variables that grad_fn can't take.
        ValueError: (in the gradient) the wrong number of gradients, or a wrong shape.
    """

    @wraps(f)
    def decorated(*args, **kwargs):
        # A variable is given as its value now, whatever is assigned later.
        args = nest.map_structure(lambda x: getattr(x, "__tensor__", lambda: x)(), list(args))
        # f itself is recorded as usual, so that second derivatives can go through what
        # grad_fn captured; only the result is a new tensor, whose gradient is grad_fn.
        with GradientTape() as reads:
            returned = f(*args, **kwargs)
        if not (isinstance(returned, tuple) and len(returned) == 2 and callable(returned[1])):
            raise TypeError(
                f"A function decorated with custom_gradient must return (result, grad_fn). "
                f"{f.__name__} returned {type(returned).__name__}: {returned!r}."
            )
        result, grad_fn = returned
        named = nest.flatten(kwargs)
        variables = [v for v in reads.watched_variables() if all(v is not x for x in named)]
        keywords = {"variables": variables} if variables else {}
        try:
            inspect.signature(grad_fn).bind_partial(**keywords)
        except TypeError:
            raise TypeError(
                "grad_fn must accept keyword argument 'variables', since function uses variables: "
                f"{variables}. Return (gradients of the arguments, of the variables) from it."
            ) from None
        outputs = tuple(Tensor(convert_to_tensor(y).array) for y in nest.flatten(result))
        given = filter(is_value, nest.flatten(args))
        inputs = tuple(map(convert_to_tensor, (*given, *variables)))
        op = Primitive(f, registered=False)
        op.defvjp_all(partial(_gradients, grad_fn, keywords))
        for recorder in active.recorders:
            recorder.record(op, inputs, outputs if len(outputs) != 1 else outputs[0], {})
        return nest.pack_sequence_as(result, outputs)

    return decorated
