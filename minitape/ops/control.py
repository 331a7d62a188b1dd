"""Branches and loops as functions, run at once: Python's own `if` and `for` do the same."""

from .. import nest
from ..engine import convert_to_tensor, only
from ..errors import InvalidArgumentError, OutOfRangeError
from .array import stack, unstack, zeros

# -- branches -------------------------------------------------------------------------------------


def cond(pred, true_fn=None, false_fn=None, name=None):
    """The result of `true_fn()` where `pred` is true, of `false_fn()` where it is not.

    Raises:
        TypeError: `true_fn` or `false_fn` can't be called, or is missing.
        ValueError: `pred` is None, or has several elements.
    """
    for role, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        _check_callable("cond", role, function)
    if pred is None:
        raise ValueError("cond: pred must be true or false. Received: None.")
    return true_fn() if bool(pred) else false_fn()


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """The result of the first function whose condition is true, else of `default`.

    Args:
        pred_fn_pairs: a list of pairs (boolean scalar tensor, function without arguments).
        default: a function for when no condition is true.
        exclusive: whether it is an error that several conditions are true.
        strict: not used.
        name: not used.

    Raises:
        InvalidArgumentError: no condition is true and there is no default, or several are true
            though `exclusive`.
        TypeError: a condition is not a tensor, or a function can't be called.
    """
    if not isinstance(pred_fn_pairs, (list, tuple)) or not pred_fn_pairs:
        raise ValueError(
            "case: pred_fn_pairs must be a list of pairs (condition, function), one at least. "
            f"Received: {pred_fn_pairs!r}."
        )
    for pair in pred_fn_pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise TypeError(f"Each entry in 'pred_fn_pairs' must be a 2-tuple. Received {pair!r}.")
        if not hasattr(pair[0], "__tensor__"):
            raise TypeError(f"case: pred must be a Tensor, got: {pair[0]!r}")
        _check_callable("case", "the function of a pair", pair[1])
    if default is not None:
        _check_callable("case", "default", default)
    chosen = [function for condition, function in pred_fn_pairs if bool(condition)]
    if exclusive and len(chosen) > 1:
        raise InvalidArgumentError(
            f"case: {len(chosen)} conditions are true, and exclusive=True allows one at most."
        )
    if not chosen and default is None:
        raise InvalidArgumentError(
            "case: none of the conditions is true, and there is no default to call."
        )
    return chosen[0]() if chosen else default()


def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """The result of the function with that number; of `default` (the last) where there is none.

    Args:
        branch_index: an integer scalar tensor.
        branch_fns: a list of functions without arguments, or a dict or pairs (number, function)
            whose numbers are 0, 1, 2, ...
        default: for an index out of range; the function with the largest number unless given.
        name: not used.
    """
    if not hasattr(branch_index, "__tensor__"):
        raise TypeError(f"'branch_index' must be a Tensor, got {type(branch_index)}")
    if not branch_index.dtype.is_integer:
        raise TypeError(f"'branch_index' must be an integer Tensor, got {branch_index.dtype!r}")
    if branch_index.ndim:
        raise InvalidArgumentError(
            f"switch_case: branch_index must be a scalar. Received: shape {branch_index.shape}."
        )
    functions = _numbered(branch_fns)
    if default is not None:
        _check_callable("switch_case", "default", default)
    if default is None:
        _, default = functions.popitem()
    # Each comparison is a decision of a `function`'s program.
    chosen = (function for number, function in functions.items() if bool(branch_index == number))
    return next(chosen, default)()


def _numbered(branch_fns) -> dict:
    """The functions of a switch_case by their numbers; checked."""
    if not isinstance(branch_fns, (list, tuple, dict)):
        raise TypeError(f"'branch_fns' must be a list, tuple, or dict. Received: {branch_fns!r}.")
    if not branch_fns:
        raise ValueError("Must provide at least one item in 'branch_fns'. Received: none.")
    if isinstance(branch_fns, dict):
        pairs = list(branch_fns.items())
    elif all(map(callable, branch_fns)):
        pairs = list(enumerate(branch_fns))
    else:
        pairs = list(branch_fns)
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise TypeError(f"Each entry in 'branch_fns' must be a 2-tuple. Received {pair!r}.")
        if type(pair[0]) is not int:
            raise TypeError(f"key must be a Python `int`, got {type(pair[0])}")
        _check_callable("switch_case", f"branch {pair[0]}", pair[1])
    if sorted(number for number, _ in pairs) != list(range(len(pairs))):
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(pairs)}) but found "
            f"{sorted(number for number, _ in pairs)}"
        )
    return dict(sorted(pairs))


# -- loops ----------------------------------------------------------------------------------------


def while_loop(
    cond,
    body,
    loop_vars,
    shape_invariants=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    maximum_iterations=None,
    name=None,
):
    """Runs `body(*loop_vars)`, which gives the next loop_vars, as long as `cond` holds of them.

    Args:
        cond: a function of the loop variables that says whether to go on.
        body: a function of the loop variables that returns as many, each of the same structure.
        loop_vars: a list or tuple of tensors, numbers or nested structures.
        shape_invariants: not used: shapes may change.
        parallel_iterations: not used.
        back_prop: not used, as in TensorFlow's eager mode: gradients flow.
        swap_memory: not used.
        maximum_iterations: how often `body` is run at most.
        name: not used.

    Returns:
        The last loop variables, as tensors.
    """
    _check_callable("while_loop", "cond", cond)
    _check_callable("while_loop", "body", body)
    if not isinstance(loop_vars, (list, tuple)) or not loop_vars:
        raise ValueError(
            "while_loop: 'loop_vars' must be a list or tuple of one variable at least. Received: "
            f"{loop_vars!r}."
        )
    structure = list(loop_vars)
    runs = 0
    while (maximum_iterations is None or runs < int(maximum_iterations)) and cond(*loop_vars):
        following = body(*loop_vars)
        if not isinstance(following, (list, tuple)):
            following = [following]
        if len(following) != len(structure):
            raise ValueError(
                f"while_loop: body must return {len(structure)} loop variables, one for each it "
                f"takes. Received: {len(following)}."
            )
        nest.assert_same_structure(structure, list(following))
        loop_vars, runs = following, runs + 1
    return nest.map_structure(convert_to_tensor, loop_vars)


def map_fn(
    fn,
    elems,
    dtype=None,
    parallel_iterations=None,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    name=None,
    fn_output_signature=None,
):
    """`fn` applied to each slice of `elems` along the first axis, the results stacked.

    Args:
        fn: a function of one slice (of the structure of `elems`).
        elems: a tensor, or a nested structure of tensors whose first axes are equally long.
        dtype: the older name of `fn_output_signature`.
        parallel_iterations: not used; nor are `back_prop`, `swap_memory` and `infer_shape`.
        back_prop: see above.
        swap_memory: see above.
        infer_shape: see above.
        name: not used.
        fn_output_signature: the dtype, or a nested structure of dtypes, of what `fn` returns;
            those of `elems` unless given. For no slices at all it is all that is known: the result
            then has the shape (0,).

    Raises:
        ValueError: `elems` without a first axis or of several lengths, or results of another
            structure or of several shapes.
        InvalidArgumentError: a result of another dtype.
    """
    _check_callable("map_fn", "fn", fn)
    leaves, count = _sliceable("map_fn", elems, ValueError)
    signature = fn_output_signature if fn_output_signature is not None else dtype
    if signature is None:
        signature = nest.pack_sequence_as(elems, [leaf.dtype for leaf in leaves])
    results = []
    for element in _slices(elems, leaves):
        result = fn(element)
        nest.assert_same_structure(signature, result)
        results.append(nest.map_structure(lambda d, x: _typed("map_fn", x, d), signature, result))
    if not count:
        return nest.map_structure(lambda d: zeros((0,), d), signature)
    return nest.map_structure(lambda *values: _stacked("map_fn", values), *results)


def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True):
    """`fn` applied to each slice of `elems` along the first axis, the results stacked.

    As `map_fn`, but results may have any structure and dtype, and an axis of length 1 is repeated.
    """
    _check_callable("vectorized_map", "fn", fn)
    leaves = [convert_to_tensor(leaf) for leaf in nest.flatten(elems)]
    lengths = {_first_length("vectorized_map", leaf, IndexError) for leaf in leaves} - {1} or {1}
    if len(lengths) != 1:
        raise InvalidArgumentError(
            f"vectorized_map: the first axes of elems must be equally long (or 1). Received: "
            f"{sorted(lengths)}."
        )
    (count,) = lengths
    if not count:  # one run on zeros shows what the results are like
        with only(()):
            one = fn(nest.pack_sequence_as(elems, [zeros(x.shape[1:], x.dtype) for x in leaves]))
        like = nest.map_structure(convert_to_tensor, one)
        return nest.map_structure(lambda x: zeros((0, *x.shape), x.dtype), like)
    columns = [unstack(leaf) * (count if leaf.shape[0] == 1 else 1) for leaf in leaves]
    results = [fn(nest.pack_sequence_as(elems, row)) for row in zip(*columns, strict=True)]
    return nest.map_structure(lambda *values: _stacked("vectorized_map", values), *results)


def scan(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    reverse=False,
    name=None,
):
    """The running results of `fn(accumulated, element)` along the first axis, stacked.

    Without an initializer the first element is the first result. The arguments that have to do
    with graphs (`parallel_iterations` to `infer_shape`) are not used.
    """
    _check_callable("scan", "fn", fn)
    leaves, _ = _sliceable("scan", elems, IndexError)
    slices = _slices(elems, leaves)
    if reverse:
        slices.reverse()
    accumulated, slices = _started("scan", initializer, slices)
    like = nest.map_structure(convert_to_tensor, accumulated)
    results = [] if initializer is not None else [like]
    for element in slices:
        accumulated = fn(accumulated, element)
        nest.assert_same_structure(like, accumulated)
        results.append(
            nest.map_structure(lambda x, y: _typed("scan", y, x.dtype), like, accumulated)
        )
    if not results:
        return nest.map_structure(lambda x: zeros((0, *x.shape), x.dtype), like)
    if reverse:
        results.reverse()
    return nest.map_structure(lambda *values: _stacked("scan", values), *results)


def foldl(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
):
    """The last result of `fn(accumulated, element)` along the first axis, from first to last.

    Without an initializer the first element is the first result. The arguments that have to do
    with graphs (`parallel_iterations`, `back_prop`, `swap_memory`) are not used.
    """
    return _fold("foldl", fn, elems, initializer, forward=True)


def foldr(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
):
    """The last result of `fn(accumulated, element)` along the first axis, from last to first."""
    return _fold("foldr", fn, elems, initializer, forward=False)


def _fold(op: str, fn, elems, initializer, forward: bool):
    _check_callable(op, "fn", fn)
    leaves, _ = _sliceable(op, elems, IndexError)
    slices = _slices(elems, leaves)
    accumulated, slices = _started(op, initializer, slices if forward else slices[::-1])
    for element in slices:
        accumulated = fn(accumulated, element)
    return nest.map_structure(convert_to_tensor, accumulated)


# -- what they have in common ---------------------------------------------------------------------


def _check_callable(op: str, role: str, function) -> None:
    if not callable(function):
        raise TypeError(f"{op}: '{role}' must be callable. Received: {function!r}.")


def _first_length(op: str, leaf, error: type[Exception]) -> int:
    if not leaf.ndim:
        raise error(
            f"{op}: elems must have a first axis, along which they are taken apart; a scalar has "
            "none. A list is a structure of tensors: make it one with minitape.constant."
        )
    return leaf.shape[0]


def _sliceable(op: str, elems, error: type[Exception]) -> tuple:
    """The leaves of `elems` as tensors, and the length of their first axes; checked."""
    leaves = [convert_to_tensor(leaf) for leaf in nest.flatten(elems)]
    if not leaves:
        raise ValueError(f"{op}: elems must hold one tensor at least. Received: {elems!r}.")
    lengths = [_first_length(op, leaf, error) for leaf in leaves]
    if len(set(lengths)) > 1:
        raise ValueError(
            f"{op}: the first axes of elems must be equally long. Dimensions "
            f"{' and '.join(map(str, lengths))} are not compatible."
        )
    return leaves, lengths[0]


def _slices(elems, leaves) -> list:
    """What the function is called on, one after the other, in the structure of `elems`."""
    columns = [unstack(leaf) for leaf in leaves]
    return [nest.pack_sequence_as(elems, row) for row in zip(*columns, strict=True)]


def _started(op: str, initializer, slices: list) -> tuple:
    """What is accumulated at first, and the slices that are left."""
    if initializer is not None:
        return nest.map_structure(convert_to_tensor, initializer), slices
    if not slices:
        raise OutOfRangeError(f"{op}: elems are empty, and there is no initializer to begin with.")
    return slices[0], slices[1:]


def _typed(op: str, value, dtype):
    """A result as a tensor of the dtype that was announced."""
    if hasattr(value, "__tensor__") and value.dtype != dtype:
        raise InvalidArgumentError(
            f"{op}: fn returned {value.dtype.name}, expected {getattr(dtype, 'name', dtype)}. "
            "Convert it with minitape.cast, or say so in fn_output_signature."
        )
    return convert_to_tensor(value, dtype)


def _stacked(op: str, values):
    """Results in one tensor; None where there is nothing to stack."""
    if all(value is None for value in values):
        return None
    tensors = [convert_to_tensor(value) for value in values]
    shapes = {tuple(x.shape) for x in tensors}
    if len(shapes) > 1:
        raise ValueError(f"{op}: the results must have one shape. Received: {sorted(shapes)}.")
    return stack(tensors)
