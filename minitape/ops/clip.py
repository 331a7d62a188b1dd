"""Limiting values and norms: what is done to gradients before a step."""

from ..engine import convert_to_tensor
from ..errors import InvalidArgumentError
from .gather import IndexedSlices
from .logic import where
from .math import maximum, minimum, sqrt
from .reduce import reduce_sum
from .types import cast, ones_like


def _values(t):
    """The values of IndexedSlices, or the tensor."""
    return convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t)


def _like(t, values):
    """Values in place of those of t."""
    if isinstance(t, IndexedSlices):
        return IndexedSlices(values, t.indices, t.dense_shape)
    return values


def _check_list(t_list) -> None:
    if not isinstance(t_list, (list, tuple)):
        raise TypeError(f"`t_list` should be a sequence of tensors. Received {type(t_list)}.")


def clip_by_norm(t, clip_norm, axes=None, name=None):
    """t, scaled down to the Euclidean norm `clip_norm` where its own is larger.

    t * clip_norm / max(norm(t), clip_norm). At t = 0 the derivative is 1.

    Args:
        t: a tensor or IndexedSlices.
        clip_norm: the largest norm; a positive number or a tensor that broadcasts with t.
        axes: the axes that a norm is taken over, all unless given.
        name: not used.
    """
    values = _values(t)
    if hasattr(clip_norm, "__tensor__") or hasattr(clip_norm, "__array__"):
        clip_norm = cast(clip_norm, values.dtype)
    clip_norm = maximum(convert_to_tensor(clip_norm, values.dtype), 0)
    squares = reduce_sum(values * values, axis=axes, keepdims=True)
    # The root of 0 has no derivative: it is taken of 1 there, and not used.
    positive = squares > 0
    norm = where(positive, sqrt(where(positive, squares, ones_like(squares))), squares)
    scaled = values * clip_norm
    if (values.array * clip_norm.array).shape != values.array.shape:
        raise InvalidArgumentError(
            f"clip_by_norm: clip_norm must be a scalar, or broadcast to the shape {values.shape} "
            f"of t. Received: shape {clip_norm.shape}."
        )
    return _like(t, scaled / maximum(norm, clip_norm))


def global_norm(t_list, name=None):
    """The Euclidean norm of all tensors of a list together; None entries are passed over.

    Raises:
        TypeError: `t_list` is not a list or tuple.
    """
    _check_list(t_list)
    squares = []
    for t in t_list:
        if t is not None:
            values = _values(t)
            if not values.dtype.is_floating:
                raise InvalidArgumentError(
                    f"global_norm takes floats. Received: {values.dtype.name}."
                )
            squares.append(reduce_sum(values * values))
    return sqrt(sum(squares[1:], squares[0])) if squares else convert_to_tensor(0.0)


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """The tensors of a list, scaled down alike so that their norm together is `clip_norm`.

    Each is multiplied by clip_norm / max(global_norm, clip_norm). A norm that isn't finite gives
    nan everywhere.

    Args:
        t_list: a list or tuple of tensors, IndexedSlices and None, which are passed over.
        clip_norm: the largest norm; a positive number.
        use_norm: the norm of them all, where it is known already.
        name: not used.

    Returns:
        (the list, the norm before).
    """
    _check_list(t_list)
    norm = global_norm(t_list) if use_norm is None else convert_to_tensor(use_norm)
    clip_norm = convert_to_tensor(clip_norm, norm.dtype)
    scale = clip_norm * minimum(1.0 / norm, 1.0 / clip_norm)
    scale += norm - norm  # 0, but nan where the norm is not finite
    clipped = [
        t if t is None else _like(t, _values(t) * cast(scale, _values(t).dtype)) for t in t_list
    ]
    return clipped, norm
