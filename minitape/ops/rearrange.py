"""Elements at other places: borders, rolls, reversals, repeats, and blocks moved between axes.

All of these are linear; each stands beside its transpose.
"""

import math
import operator

import numpy

from ..arrays import array_module, placed
from ..engine import Tensor, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import from_front, integers_of, reshape
from .gather import add_rows

# -- borders --------------------------------------------------------------------------------------


def _pairs_of(op: str, what: str, pairs, count: int) -> tuple[tuple[int, int], ...]:
    """`count` pairs of integers >= 0, given as a list or tensor of shape (count, 2)."""
    tensor = convert_to_tensor(pairs)
    if tensor.shape != (count, 2) or (count and not tensor.dtype.is_integer):
        raise InvalidArgumentError(
            f"{op}: {what} must hold integers, a pair (before, after) for each of {count} axes. "
            f"Received: {pairs!r}."
        )
    found = tuple((int(before), int(after)) for before, after in tensor.numpy())
    if any(n < 0 for pair in found for n in pair):
        raise InvalidArgumentError(f"{op}: {what} must be >= 0. Received: {found}.")
    return found


def _inside(paddings, shape) -> tuple[slice, ...]:
    """Where the tensor of that shape lies within its border."""
    return tuple(slice(n, n + length) for (n, _), length in zip(paddings, shape, strict=True))


@primitive
def _pad(x, *, paddings, constant_values):
    shape = [before + n + after for (before, after), n in zip(paddings, x.shape, strict=True)]
    whole = array_module(x).full(shape, constant_values, x.dtype)
    whole[_inside(paddings, x.shape)] = x
    return whole


# The border is constant: it drops out of the derivative.
_pad.defvjp(
    lambda g, y, x, *, paddings, constant_values: g[_inside(paddings, x.array.shape)],
)
_pad.defjvp(
    lambda t, y, x, *, paddings, constant_values: _pad(t, paddings=paddings, constant_values=0)
)


@primitive
def _mirror_pad(x, *, paddings, edge):
    # edge is 1 where the outermost elements themselves are not repeated.
    for axis, ((before, after), n) in enumerate(zip(paddings, x.shape, strict=True)):
        if max(before, after) > n - edge:
            raise ValueError(
                f"paddings {(before, after)} of axis {axis}, of length {n}, must be at most "
                f"{n - edge}: a border can't mirror more than there is"
            )
    return array_module(x).pad(x, paddings, "reflect" if edge else "symmetric") if x.ndim else x


@primitive
def _mirror_pad_grad(g, *, paddings, edge):
    """The border folded back in: each element gets what its mirror images got."""
    xp = array_module(g)
    for axis, (before, after) in enumerate(paddings):
        whole = xp.moveaxis(g, axis, 0)
        end = len(whole) - after
        middle = whole[before:end].copy()
        middle[edge : before + edge] += whole[:before][::-1]
        middle[len(middle) - after - edge : len(middle) - edge] += whole[end:][::-1]
        g = xp.moveaxis(middle, 0, axis)
    return g


_mirror_pad.linear(lambda g, y, x, **p: _mirror_pad_grad(g, **p))
_mirror_pad_grad.linear(lambda c, d, g, **p: _mirror_pad(c, **p))


def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    """A border around the tensor: `paddings[i]` is (before, after) along axis i.

    Args:
        tensor: what to pad.
        paddings: integers of shape (rank, 2).
        mode: what the border holds, in small letters too: "CONSTANT", one value; "REFLECT", the
            tensor mirrored at its outermost elements; "SYMMETRIC", mirrored behind them, so that
            they occur twice.
        constant_values: a scalar of the tensor's dtype. It gets no gradient, as in TensorFlow.
        name: not used.

    Raises:
        InvalidArgumentError: not one pair for each axis, negative ones, or more than the tensor
            that is to be mirrored has.
        ValueError: another mode.
    """
    x = convert_to_tensor(tensor)
    upper = mode.upper() if isinstance(mode, str) else mode
    if upper not in ("CONSTANT", "REFLECT", "SYMMETRIC"):
        raise ValueError(
            f"pad: mode must be 'CONSTANT', 'REFLECT' or 'SYMMETRIC'. Received: {mode!r}."
        )
    pairs = _pairs_of("pad", "paddings", paddings, x.ndim)
    if upper != "CONSTANT":
        return _mirror_pad(x, paddings=pairs, edge=int(upper == "REFLECT"))
    return _pad(x, paddings=pairs, constant_values=_border(constant_values, x.dtype))


def _border(value, dtype):
    """The scalar of a constant border; 0 means zero of any type, False or an empty text too."""
    if isinstance(value, (bool, int, float)) and value == 0:
        return b"" if dtype.name == "string" else 0
    if hasattr(value, "__tensor__") and value.dtype != dtype:
        raise InvalidArgumentError(
            f"pad: constant_values must be of the tensor's dtype, {dtype.name}. "
            f"Received: {value.dtype.name}."
        )
    border = convert_to_tensor(value, dtype)
    if border.ndim:
        raise InvalidArgumentError(
            f"pad: constant_values must be a scalar. Received: shape {border.shape}."
        )
    return border.concrete.item()


# -- moved along an axis --------------------------------------------------------------------------


@primitive
def _roll(x, *, shift, axis):
    return array_module(x).roll(x, shift, axis)


_roll.linear(lambda g, y, x, *, shift, axis: _roll(g, shift=tuple(-n for n in shift), axis=axis))


def roll(input, shift, axis, name=None):
    """The elements moved on by `shift` places along `axis`; what leaves at the end enters in front.

    Args:
        input: a tensor with at least one axis.
        shift: an integer, or a list of them; negative ones move back.
        axis: as many axes; several shifts of one axis add up.
        name: not used.

    Raises:
        InvalidArgumentError: shift and axis don't fit each other, or there is no such axis.
    """
    x = convert_to_tensor(input)
    if x.ndim == 0:
        raise InvalidArgumentError(
            f"roll: the input must have at least one axis. Received: a scalar, {x!r}."
        )
    shift, axis = convert_to_tensor(shift), convert_to_tensor(axis)
    if shift.ndim > 1 or shift.shape != axis.shape:
        raise InvalidArgumentError(
            "roll: shift and axis must be two integers, or two lists of as many. Received: shapes "
            f"{shift.shape} and {axis.shape}."
        )
    shifts = integers_of("roll", "shift", reshape(shift, (-1,)))
    axes = [
        from_front("roll", a, x.ndim) for a in integers_of("roll", "axis", reshape(axis, (-1,)))
    ]
    return _roll(x, shift=tuple(shifts), axis=tuple(axes))


@primitive
def _reverse(x, *, axis):
    return array_module(x).flip(x, axis)


_reverse.linear(lambda g, y, x, *, axis: _reverse(g, axis=axis))


def reverse(tensor, axis, name=None):
    """The elements in reverse order along each axis of the list `axis`.

    Raises:
        InvalidArgumentError: axis is no list, or names one twice, or one that doesn't exist.
    """
    x = convert_to_tensor(tensor)
    given = integers_of("reverse", "axis", axis)
    if x.ndim == 0:
        return _reverse(x, axis=())
    axes = tuple(from_front("reverse", a, x.ndim) for a in given)
    if len(set(axes)) < len(axes):
        raise InvalidArgumentError(f"reverse: axis must name none twice. Received: {given}.")
    return _reverse(x, axis=axes)


@primitive(mixed=True)
def _reverse_sequence(x, seq_lengths, *, seq_axis, batch_axis):
    xp = array_module(x)
    rows = xp.moveaxis(x, (batch_axis, seq_axis), (0, 1))
    examples, steps = rows.shape[:2]
    if seq_lengths.shape != (examples,) or (examples and seq_lengths.dtype.kind != "i"):
        raise ValueError(f"seq_lengths must hold {examples} integers, one for each example")
    if ((seq_lengths < 0) | (seq_lengths > steps)).any():
        raise ValueError(f"seq_lengths must lie in [0, {steps}]")
    step, lengths = xp.arange(steps), seq_lengths[:, None].astype("int64", copy=False)
    source = xp.where(step < lengths, lengths - 1 - step, step)
    reversed_rows = rows[xp.arange(examples)[:, None], source]
    return xp.moveaxis(reversed_rows, (0, 1), (batch_axis, seq_axis))


_reverse_sequence.linear(
    lambda g, y, x, seq_lengths, **p: _reverse_sequence(g, seq_lengths, **p), None
)


def reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=None, name=None):
    """In each example the first steps in reverse order, as many as its sequence is long.

    Args:
        input: a tensor.
        seq_lengths: for each example an integer: how many steps are reversed; the rest stay.
        seq_axis: the axis of the steps.
        batch_axis: the axis of the examples (0 unless given).
        name: not used.

    Raises:
        InvalidArgumentError: the lengths don't fit, or there is no such axis.
        TypeError: no seq_axis is given.
    """
    x = convert_to_tensor(input)
    axes = [operator.index(a) for a in (seq_axis, 0 if batch_axis is None else batch_axis)]
    if axes[0] == axes[1] or not all(0 <= a < x.ndim for a in axes):
        raise InvalidArgumentError(
            f"reverse_sequence: seq_axis and batch_axis must be two axes from 0 to {x.ndim - 1}. "
            f"Received: {axes}."
        )
    lengths = convert_to_tensor(seq_lengths)
    return _reverse_sequence(x, lengths, seq_axis=axes[0], batch_axis=axes[1])


# -- repeated -------------------------------------------------------------------------------------


@primitive
def _repeat(x, *, repeats, axis):
    xp = array_module(x)
    return xp.repeat(x, xp.array(repeats, "int64"), axis)


@primitive
def _repeat_grad(g, *, repeats, axis, length):
    """For each element the sum of what its copies got."""
    xp = array_module(g)
    copies = xp.moveaxis(g, axis, 0)
    total = xp.zeros((length, *copies.shape[1:]), g.dtype)
    add_rows(total, xp.repeat(xp.arange(length), xp.array(repeats, "int64")), copies)
    return xp.moveaxis(total, 0, axis)


_repeat.linear(lambda g, y, x, *, axis, **p: _repeat_grad(g, axis=axis, length=x.shape[axis], **p))
_repeat_grad.linear(lambda c, d, g, *, length, **p: _repeat(c, **p))


def repeat(input, repeats, axis=None, name=None):
    """Each element `repeats` times in a row, along an axis, or of all elements in one list.

    Args:
        input: a tensor.
        repeats: an integer, or one for each element along the axis.
        axis: the axis; None means that the input becomes one list first.
        name: not used.

    Raises:
        InvalidArgumentError: a number of repeats is negative.
        TypeError: repeats are not integers.
        ValueError: not as many of them as elements, or no such axis.
    """
    x, given = convert_to_tensor(input), convert_to_tensor(repeats)
    if not given.dtype.is_integer and given.shape != (0,):
        raise TypeError(f"repeat: repeats must be integers. Received: {repeats!r}.")
    if given.ndim > 1:
        raise ValueError(f"repeat: repeats must be a scalar or a list. Received: {repeats!r}.")
    if axis is None or x.ndim == 0:
        x = reshape(x, (-1,))
    axis = from_front("repeat", 0 if axis is None else axis, x.ndim, ValueError)
    if given.shape not in ((), (1,), (x.shape[axis],)):
        raise ValueError(
            f"repeat: there must be one number of repeats, or one for each of {x.shape[axis]} "
            f"elements along axis {axis}. Received: {len(given)}."
        )
    counts = tuple(int(n) for n in given.numpy().reshape(-1))
    return _repeat(x, repeats=counts, axis=axis)


# -- between space, batch and depth ---------------------------------------------------------------


@primitive
def _space_to_depth(x, *, block_size):
    n, height, width, depth = x.shape
    rows, columns = height // block_size, width // block_size
    blocks = x.reshape(n, rows, block_size, columns, block_size, depth).transpose(0, 1, 3, 2, 4, 5)
    return blocks.reshape(n, rows, columns, block_size * block_size * depth)


@primitive
def _depth_to_space(x, *, block_size):
    n, rows, columns, size = x.shape
    depth = size // block_size**2
    blocks = x.reshape(n, rows, columns, block_size, block_size, depth).transpose(0, 1, 3, 2, 4, 5)
    return blocks.reshape(n, rows * block_size, columns * block_size, depth)


_space_to_depth.linear(lambda g, y, x, *, block_size: _depth_to_space(g, block_size=block_size))
_depth_to_space.linear(lambda g, y, x, *, block_size: _space_to_depth(g, block_size=block_size))


def space_to_depth(input, block_size, data_format="NHWC", name=None):
    """Each block of `block_size` x `block_size` pixels becomes the channels of one pixel.

    Args:
        input: images of shape (batch, height, width, channels).
        block_size: an integer >= 2 by which height and width can be divided.
        data_format: "NHWC", the only one that there is on the CPU.
        name: not used.

    Returns:
        A tensor of shape (batch, height / b, width / b, channels * b * b).

    Raises:
        InvalidArgumentError: a shape, block size or data format that doesn't fit.
    """
    x, size = _image("space_to_depth", input, block_size, data_format)
    _divisible("space_to_depth", x.shape[1:3], size)
    return _space_to_depth(x, block_size=size)


def depth_to_space(input, block_size, data_format="NHWC", name=None):
    """The channels of each pixel become a block of `block_size` x `block_size` pixels.

    Args:
        input: images of shape (batch, height, width, channels).
        block_size: an integer >= 2, by whose square the channels can be divided.
        data_format: "NHWC", the only one that there is on the CPU.
        name: not used.

    Returns:
        A tensor of shape (batch, height * b, width * b, channels / (b * b)).

    Raises:
        InvalidArgumentError: a shape, block size or data format that doesn't fit.
    """
    x, size = _image("depth_to_space", input, block_size, data_format)
    _divisible("depth_to_space", x.shape[3:], size * size)
    return _depth_to_space(x, block_size=size)


def _image(op: str, input, block_size, data_format):
    x, size = convert_to_tensor(input), int(block_size)
    if data_format != "NHWC" or size < 2 or x.ndim != 4:
        raise InvalidArgumentError(
            f"{op}: expected images of shape (batch, height, width, channels), data_format 'NHWC' "
            f"and a block_size >= 2. Received: shape {x.shape}, {data_format!r} and {block_size}."
        )
    return x, size


def _divisible(op: str, lengths, size) -> None:
    if any(n is not None and n % size for n in lengths):
        raise InvalidArgumentError(
            f"{op}: lengths must be divisible by {size}. Received: {list(lengths)}."
        )


@primitive(kinds="iufc")
def _space_to_batch(x, *, block_shape, paddings):
    lengths = x.shape[1 : len(block_shape) + 1]
    padded = [before + n + after for (before, after), n in zip(paddings, lengths, strict=True)]
    for n, size in zip(padded, block_shape, strict=True):
        if n % size:
            raise ValueError(f"the padded lengths {padded} must be divisible by the block shape")
    rest = x.shape[len(block_shape) + 1 :]
    whole = array_module(x).zeros((len(x), *padded, *rest), x.dtype)
    whole[(slice(None), *_inside(paddings, lengths))] = x
    apart = [m for n, size in zip(padded, block_shape, strict=True) for m in (n // size, size)]
    blocks = whole.reshape(len(x), *apart, *rest)
    within = list(range(2, 2 * len(block_shape) + 1, 2))  # the axes of places within a block
    others = [i for i in range(blocks.ndim) if i not in within]
    count = math.prod(block_shape) * len(x)
    steps = [n // size for n, size in zip(padded, block_shape, strict=True)]
    return blocks.transpose(within + others).reshape(count, *steps, *rest)


@primitive(kinds="iufc")
def _batch_to_space(x, *, block_shape, crops):
    blocks_axes = len(block_shape)
    size = math.prod(block_shape)
    if len(x) % size:
        raise ValueError(f"the batch must be divisible by the {size} places of a block")
    steps, rest = x.shape[1 : blocks_axes + 1], x.shape[blocks_axes + 1 :]
    batch = len(x) // size
    blocks = x.reshape(*block_shape, batch, *steps, *rest)
    order = [blocks_axes]
    for i in range(blocks_axes):
        order += [blocks_axes + 1 + i, i]
    order += range(2 * blocks_axes + 1, blocks.ndim)
    lengths = [n * m for n, m in zip(steps, block_shape, strict=True)]
    kept = [n - before - after for n, (before, after) in zip(lengths, crops, strict=True)]
    if min(kept, default=0) < 0:
        raise ValueError(f"the crops must not exceed the lengths {lengths}")
    whole = blocks.transpose(order).reshape(batch, *lengths, *rest)
    return whole[(slice(None), *_inside(crops, kept))]


_space_to_batch.linear(
    lambda g, y, x, *, block_shape, paddings: _batch_to_space(
        g, block_shape=block_shape, crops=paddings
    )
)
_batch_to_space.linear(
    lambda g, y, x, *, block_shape, crops: _space_to_batch(
        g, block_shape=block_shape, paddings=crops
    )
)


def space_to_batch_nd(input, block_shape, paddings, name=None):
    """Every block's first place becomes one example, every second place another, and so on.

    Args:
        input: a tensor of shape (batch, lengths..., rest...).
        block_shape: how long a block is along each of the axes after the batch.
        paddings: for each of them how many zeros to put (before, after) it first.
        name: not used.

    Returns:
        A tensor of shape (batch * prod(block_shape), (padded lengths / block_shape)..., rest...).

    Raises:
        InvalidArgumentError: the padded lengths can't be divided, or anything else doesn't fit.
    """
    x, sizes = _batch("space_to_batch", input, block_shape)
    pairs = _pairs_of("space_to_batch", "paddings", paddings, len(sizes))
    return _space_to_batch(x, block_shape=sizes, paddings=pairs)


def space_to_batch(input, block_shape, paddings, name=None):
    """The same as `space_to_batch_nd`: places within a block become examples of the batch."""
    return space_to_batch_nd(input, block_shape, paddings)


def batch_to_space(input, block_shape, crops, name=None):
    """Examples of the batch become places within blocks: the inverse of `space_to_batch`.

    Args:
        input: a tensor of shape (batch * prod(block_shape), lengths..., rest...).
        block_shape: how long a block is along each axis; a single number means two such axes.
        crops: for each of them how much to cut off (before, after) in the end.
        name: not used.

    Raises:
        InvalidArgumentError: the batch can't be divided, or anything else doesn't fit.
    """
    both = [block_shape] * 2 if isinstance(block_shape, int) else block_shape
    x, sizes = _batch("batch_to_space", input, both)
    return _batch_to_space(
        x, block_shape=sizes, crops=_pairs_of("batch_to_space", "crops", crops, len(sizes))
    )


def _batch(op: str, input, block_shape):
    x, sizes = convert_to_tensor(input), integers_of(op, "block_shape", block_shape)
    if min(sizes, default=1) < 1 or x.ndim < len(sizes) + 1:
        raise InvalidArgumentError(
            f"{op}: block_shape must hold numbers >= 1 for axes after the first. Received: {sizes} "
            f"for shape {x.shape}."
        )
    return x, tuple(sizes)


def required_space_to_batch_paddings(input_shape, block_shape, base_paddings=None, name=None):
    """The paddings with which `space_to_batch` can divide, and the crops that take them off again.

    Args:
        input_shape: the lengths of the axes to be divided.
        block_shape: as many lengths of a block.
        base_paddings: paddings that are wanted anyway; more is added at the end.
        name: not used.

    Returns:
        (paddings, crops), two integer tensors of shape (axes, 2).

    Raises:
        ValueError: not as many lengths as block lengths.
    """
    lengths = integers_of("required_space_to_batch_paddings", "input_shape", input_shape)
    sizes = integers_of("required_space_to_batch_paddings", "block_shape", block_shape)
    if min(sizes, default=1) < 1:
        raise InvalidArgumentError(f"block_shape must hold numbers >= 1. Received: {sizes}.")
    if len(lengths) != len(sizes):
        raise ValueError(f"Shapes {lengths} and {sizes} must have as many lengths.")
    base = numpy.zeros((len(sizes), 2), "int32") if base_paddings is None else base_paddings
    pairs = _pairs_of("required_space_to_batch_paddings", "base_paddings", base, len(sizes))
    more = [-(n + sum(p)) % size for n, p, size in zip(lengths, pairs, sizes, strict=True)]
    paddings = [(before, after + n) for (before, after), n in zip(pairs, more, strict=True)]
    crops = [(0, n) for n in more]
    arrays = (numpy.array(p, "int32").reshape(len(sizes), 2) for p in (paddings, crops))
    return tuple(Tensor(placed(p)) for p in arrays)
