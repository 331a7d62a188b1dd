"""Functions that change how a gradient passes: recomputed, straight through, or not at all."""

from functools import wraps

from .. import nest
from ..engine import PRIMITIVES, GradientTape, active, convert_to_tensor, custom_gradient, only


def recompute_grad(f):
    """`f`, computed again in the backward pass instead of keeping its intermediate results.

    Needs the memory of one call's result instead of all it computes, for twice the forward time.
    """

    @custom_gradient
    @wraps(f)
    def recomputed(*args, **kwargs):
        # Only the innermost recorder, custom_gradient's own, listens: nothing is kept.
        with only(active.recorders[-1:]):
            result = f(*args, **kwargs)

        def grad_fn(*cotangents, variables=()):
            sources = nest.map_structure(convert_to_tensor, list(args))
            with GradientTape() as tape:
                tape.watch([x for x in nest.flatten(sources) if x.is_differentiable])
                again = f(*args, **kwargs)
            found = tape.gradient(again, [sources, list(variables)], list(cotangents))
            return tuple(found) if variables else found[0]

        return result, grad_fn

    return recomputed


def grad_pass_through(f):
    """`f`, with the derivative of the identity: the straight-through estimator.

    The result must have the argument's shape. Variables that `f` reads get no gradient.
    """

    @custom_gradient
    @wraps(f)
    def passing(*args, **kwargs):
        def grad_fn(*cotangents, variables=None):
            if variables is None:
                return cotangents
            return cotangents, [None] * len(variables)

        return f(*args, **kwargs), grad_fn

    return passing


def no_gradient(op_type):
    """Says that the primitive of that name has no gradient, where it has no rule yet.

    Raises:
        TypeError: the name is not a text.
        KeyError: there is a gradient, or it was said before.
    """
    if not isinstance(op_type, str):
        raise TypeError(f"op_type must be a string. Received: {op_type!r}.")
    op = PRIMITIVES.get(op_type)
    if op is None:
        return
    if op.vjps or op.vjp_all or not op.differentiable:
        raise KeyError(f"Registering two gradient with name {op_type!r}!")
    op.differentiable = False


_GRAPHS = (
    "{} is not supported when eager execution is enabled, which it always is here. Use "
    "GradientTape instead: record the computation in its block, then call {}."
)


def gradients(
    ys,
    xs,
    grad_ys=None,
    name="gradients",
    gate_gradients=False,
    aggregation_method=None,
    stop_gradients=None,
    unconnected_gradients="none",
):
    """TensorFlow's gradient of graphs: a RuntimeError that names GradientTape, as there."""
    raise RuntimeError(_GRAPHS.format("tf.gradients", "tape.gradient(ys, xs)"))


def hessians(ys, xs, gate_gradients=False, aggregation_method=None, name="hessians"):
    """TensorFlow's Hessian of graphs: a RuntimeError that names GradientTape, as there."""
    raise RuntimeError(_GRAPHS.format("tf.hessians", "outer.jacobian(inner.gradient(y, x), x)"))
