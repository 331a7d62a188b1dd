"""Control flow as functions, run at once: Python's own `if` and `for` do the same."""

from functools import wraps

from .. import nest
from ..arrays import as_dtype
from ..engine import GradientTape, Tensor, active, convert_to_tensor, custom_gradient, only
from .array import stack, zeros


def cond(pred, true_fn=None, false_fn=None, name=None):
    """The result of `true_fn()` where `pred` is true, of `false_fn()` where it is not."""
    return true_fn() if bool(pred) else false_fn()


def while_loop(cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, name=None):
    """Runs `body(*loop_vars)`, which gives the next loop_vars, as long as `cond` holds of them."""
    state = nest.map_structure(convert_to_tensor, loop_vars)
    while bool(cond(*state)):
        following = body(*state)
        if not isinstance(following, (list, tuple)):
            following = [following]
        if len(following) != len(state):
            raise ValueError(
                f"while_loop: body must return {len(state)} loop variables, one for each it "
                f"takes. Received: {len(following)}."
            )
        state = nest.map_structure(convert_to_tensor, type(state)(following))
    return state


def map_fn(fn, elems, dtype=None, name=None, fn_output_signature=None):
    """`fn` applied to each slice of `elems` along the first axis, the results stacked."""
    leaves = [convert_to_tensor(leaf) for leaf in nest.flatten(elems)]
    results = [
        fn(nest.pack_sequence_as(elems, [leaf[i] for leaf in leaves]))
        for i in range(len(leaves[0]))
    ]
    if not results:
        return zeros((0,), fn_output_signature or dtype or leaves[0].dtype)
    return nest.map_structure(lambda *values: stack(values), *results)


def vectorized_map(fn, elems, fallback_to_while_loop=True):
    """The same as `map_fn`: a loop over the slices."""
    return map_fn(fn, elems)


def scan(fn, elems, initializer=None, reverse=False, name=None):
    """The running results of `fn(accumulated, element)` along the first axis, stacked.

    Without an initializer the first element is the first result.
    """
    leaves = [convert_to_tensor(leaf) for leaf in nest.flatten(elems)]
    order = range(len(leaves[0]))
    slices = [nest.pack_sequence_as(elems, [leaf[i] for leaf in leaves]) for i in order]
    if reverse:
        slices.reverse()
    if initializer is None:
        accumulated, slices = slices[0], slices[1:]
        results = [accumulated]
    else:
        accumulated, results = nest.map_structure(convert_to_tensor, initializer), []
    for element in slices:
        accumulated = fn(accumulated, element)
        results.append(accumulated)
    if reverse:
        results.reverse()
    return nest.map_structure(lambda *values: stack(values), *results)


def py_function(func=None, inp=None, Tout=None, name=None):
    """`func(*inp)`, its results as tensors of the dtypes `Tout`; differentiable as any code is."""
    return _typed(func(*map(convert_to_tensor, inp)), Tout)


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    """`func` applied to the NumPy arrays of `inp`. Not differentiable: NumPy isn't recorded."""
    with only(()):
        return _typed(func(*(convert_to_tensor(x).numpy() for x in inp)), Tout)


def _typed(result, types):
    if types is None or (isinstance(types, (list, tuple)) and not types):
        return result

    def typed(value, dtype):
        value = convert_to_tensor(value) if hasattr(value, "__tensor__") else value
        if isinstance(value, Tensor):
            return convert_to_tensor(value, dtype)
        return convert_to_tensor(value, as_dtype(dtype))

    if isinstance(types, (list, tuple)):
        return [typed(value, dtype) for value, dtype in zip(result, types, strict=True)]
    return typed(result, types)


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
