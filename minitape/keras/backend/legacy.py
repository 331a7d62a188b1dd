"""What Keras 2 had its users write formulas with, as far as it is not one of minitape's ops.

Keras 3 keeps these names for older programs; new ones use `tf` or `keras.ops`.
"""

from typing import Any as _Any

import numpy as _numpy

from ... import ops as _ops
from ...engine import Variable as _Variable
from ...ops.dropout import dropout as _dropout
from ...settings import epsilon as _epsilon
from ...settings import floatx as _floatx

# -- sums and their like --------------------------------------------------------------------------


def _floats(x) -> _Any:
    """x as a tensor; booleans become floats."""
    x = _ops.convert_to_tensor(x)
    return _ops.cast(x, _floatx()) if x.dtype.is_bool else x


def all(x, axis=None, keepdims=False):
    """Whether all elements are true."""
    return _ops.reduce_all(_ops.cast(x, "bool"), axis, keepdims)


def any(x, axis=None, keepdims=False):
    """Whether an element is true."""
    return _ops.reduce_any(_ops.cast(x, "bool"), axis, keepdims)


def max(x, axis=None, keepdims=False):
    """The largest element."""
    return _ops.reduce_max(x, axis, keepdims)


def min(x, axis=None, keepdims=False):
    """The smallest element."""
    return _ops.reduce_min(x, axis, keepdims)


def sum(x, axis=None, keepdims=False):
    """The sum."""
    return _ops.reduce_sum(x, axis, keepdims)


def prod(x, axis=None, keepdims=False):
    """The product."""
    return _ops.reduce_prod(x, axis, keepdims)


def argmax(x, axis=-1):
    """Where the largest element stands."""
    return _ops.argmax(x, axis)


def argmin(x, axis=-1):
    """Where the smallest element stands."""
    return _ops.argmin(x, axis)


def mean(x, axis=None, keepdims=False):
    """The mean."""
    return _ops.reduce_mean(_floats(x), axis, keepdims)


def var(x, axis=None, keepdims=False):
    """The mean square of the distance from the mean."""
    return _ops.reduce_variance(_floats(x), axis, keepdims)


def std(x, axis=None, keepdims=False):
    """The root of `var`."""
    return _ops.reduce_std(_floats(x), axis, keepdims)


# -- making tensors and variables -----------------------------------------------------------------


def arange(start, stop=None, step=1, dtype="int32"):
    """The numbers from start, or 0, up to stop."""
    start = 0 if stop is None and start < 0 else start
    return _ops.cast(_ops.range(start, stop, step), dtype)


def constant(value, dtype=None, shape=None, name=None):
    """A tensor, of the default float type unless another is given."""
    return _ops.constant(value, dtype or _floatx(), shape)


def variable(value, dtype=None, name=None, constraint=None):
    """A variable, of the default float type unless another is given."""
    return _Variable(value, dtype=dtype or _floatx(), name=name)


def zeros(shape, dtype=None, name=None):
    """A variable of zeros."""
    return _Variable(_ops.zeros(shape, dtype or _floatx()), name=name)


def ones(shape, dtype=None, name=None):
    """A variable of ones."""
    return _Variable(_ops.ones(shape, dtype or _floatx()), name=name)


def eye(size, dtype=None, name=None):
    """A variable that holds the identity matrix."""
    return _Variable(_ops.eye(size, dtype=dtype or _floatx()), name=name)


def one_hot(indices, num_classes):
    """Zeros with a single 1 for each number."""
    return _ops.one_hot(indices, num_classes)


# -- asking and changing --------------------------------------------------------------------------


def ndim(x) -> int:
    """How many axes there are."""
    return x.shape.rank


def int_shape(x) -> tuple:
    """The shape as a tuple of numbers, None where a length isn't known."""
    return tuple(x.shape)


def dtype(x) -> str:
    """The type of the elements, by name."""
    return getattr(x.dtype, "name", x.dtype)


def count_params(x) -> int:
    """How many elements there are."""
    return x.shape.num_elements()


def cast_to_floatx(x) -> _Any:
    """A tensor or an array of the default float type."""
    return _ops.cast(x, _floatx()) if _ops.is_tensor(x) else _numpy.asarray(x, _floatx())


def get_value(x) -> _Any:
    """The value as an array; what is no tensor as it is."""
    return x.numpy() if _ops.is_tensor(x) else x


eval = get_value


def batch_get_value(tensors) -> list:
    """The values as arrays."""
    return [get_value(x) for x in tensors]


def set_value(x, value) -> None:
    """Assigns numbers to a variable."""
    x.assign(_numpy.asarray(value, dtype(x)))


def batch_set_value(tuples) -> None:
    """Assigns numbers to variables: (variable, value) pairs."""
    for x, value in tuples:
        set_value(x, value)


def update(x, new_x):
    """Assigns to a variable."""
    return x.assign(new_x)


def update_add(x, increment):
    """Adds to a variable."""
    return x.assign_add(increment)


def update_sub(x, decrement):
    """Subtracts from a variable."""
    return x.assign_sub(decrement)


def moving_average_update(x, value, momentum):
    """Moves a variable towards a value."""
    return x.assign_sub((x - value) * (1 - momentum))


def gradients(loss, variables):
    """Derivatives in a graph, of which there are none: raises as TensorFlow does eagerly."""
    return _ops.gradients(loss, variables)


def stop_gradient(variables):
    """The same values, through which no gradient goes."""
    if isinstance(variables, (list, tuple)):
        return map(_ops.stop_gradient, variables)
    return _ops.stop_gradient(variables)


# -- shapes ---------------------------------------------------------------------------------------


def concatenate(tensors, axis=-1):
    """The tensors one behind the other."""
    return _ops.concat(tensors, axis)


def expand_dims(x, axis=-1):
    """x with a new axis of length 1."""
    return _ops.expand_dims(x, axis)


def flatten(x):
    """All elements in a row."""
    return _ops.reshape(x, [-1])


def batch_flatten(x):
    """The elements of each example in a row."""
    return _ops.reshape(x, [len(x), -1])


def permute_dimensions(x, pattern):
    """x with its axes in another order."""
    return _ops.transpose(x, pattern)


def reverse(x, axes):
    """x with its elements along an axis, or several, in reverse."""
    return _ops.reverse(x, [axes] if isinstance(axes, int) else axes)


def repeat(x, n):
    """The rows of a matrix, each n times, along a new axis in the middle.

    Raises:
        ValueError: x is no matrix.
    """
    if ndim(x) != 2:
        raise ValueError(f"Expected input `x` to have rank 2. Received: rank(x)={ndim(x)}")
    return _ops.tile(_ops.expand_dims(x, 1), [1, n, 1])


def repeat_elements(x, rep, axis):
    """x with each element along an axis `rep` times."""
    return _ops.repeat(x, rep, axis)


def tile(x, n):
    """x put together n times along each axis."""
    return _ops.tile(x, [n] if isinstance(n, int) else n)


def temporal_padding(x, padding=(1, 1)):
    """Sequences with zeros before and behind them."""
    return _ops.pad(x, [[0, 0], list(padding), [0, 0]])


def spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    """Images with a border of zeros."""
    return _ops.pad(x, [[0, 0], *map(list, padding), [0, 0]])


# -- formulas -------------------------------------------------------------------------------------


def in_top_k(predictions, targets, k):
    """Whether the prediction for the right class is among the k largest."""
    return _ops.in_top_k(targets, predictions, k)


def dot(x, y):
    """The matrix product; the last axis of x meets the last but one of y."""
    return _ops.tensordot(x, y, [[-1], [-2]]) if ndim(x) > 2 or ndim(y) > 2 else _ops.matmul(x, y)


def batch_dot(x, y, axes=None):
    """The products of the examples in x and y along an axis of each.

    Args:
        x: a batch.
        y: another one of the same size.
        axes: the axis in x, and that in y: the last of x and the last but one of y unless given.
    """
    if axes is None:
        axes = [ndim(x) - 1, ndim(y) - (1 if ndim(y) == 2 else 2)]
    left, right = [axes, axes] if isinstance(axes, int) else axes
    left, right = left % ndim(x), right % ndim(y)
    letters = "abcdefghijklmnopqrstuvw"
    of_x = ["z", *letters[: ndim(x) - 1]]
    of_y = ["z", *letters[ndim(x) - 1 : ndim(x) + ndim(y) - 2]]
    of_x[left] = of_y[right] = "y"
    free = [letter for letter in of_x[1:] + of_y[1:] if letter != "y"]
    product = _ops.einsum(f"{''.join(of_x)},{''.join(of_y)}->z{''.join(free)}", x, y)
    return product if free else _ops.expand_dims(product, 1)


def clip(x, min_value, max_value):
    """x within bounds, of which either may be None."""
    low = -_numpy.inf if min_value is None else min_value
    high = _numpy.inf if max_value is None else max_value
    return _ops.clip_by_value(x, low, high if _numpy.ndim(high) or high >= low else low)


def l2_normalize(x, axis=None):
    """x divided by its length."""
    return _ops.l2_normalize(x, axis)


def bias_add(x, bias, data_format=None):
    """x and a number for each of its last axis."""
    return x + bias


def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """x shifted and scaled."""
    return _ops.batch_normalization(x, mean, var, beta, gamma, epsilon)


def elu(x, alpha=1.0):
    """x where it is positive; alpha (exp(x) - 1) elsewhere."""
    y = _ops.elu(x)
    return y if alpha == 1 else _ops.where(x > 0, y, alpha * y)


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """x where it is above the threshold, alpha (x - threshold) elsewhere; cut at max_value."""
    x = _ops.convert_to_tensor(x)
    y = _ops.where(x > threshold, x, 0.0)
    y = y if max_value is None else _ops.minimum(y, max_value)
    return y if alpha == 0 else y - alpha * _ops.relu(threshold - x)


def hard_sigmoid(x):
    """0 to 1 by lines: x / 5 + 1 / 2, as it was in Keras 2."""
    return _ops.clip_by_value(0.2 * x + 0.5, 0.0, 1.0)


def switch(condition, then_expression, else_expression):
    """One of two values, or the result of one of two functions, or each element from one of two."""
    condition = _ops.cast(condition, "bool")
    if not ndim(condition):
        chosen = then_expression if bool(condition) else else_expression
        return chosen() if callable(chosen) else chosen
    values = [x() if callable(x) else x for x in (then_expression, else_expression)]
    missing = ndim(_ops.convert_to_tensor(values[0])) - ndim(condition)
    return _ops.where(_ops.reshape(condition, [*condition.shape, *[1] * missing]), *values)


# -- losses of each element, or example -----------------------------------------------------------


def _probabilities(output) -> _Any:
    output = _ops.convert_to_tensor(output)
    return _ops.clip_by_value(output, _epsilon(), 1.0 - _epsilon())


def binary_crossentropy(target, output, from_logits=False):
    """The cross entropy of each probability, or of each logit."""
    if from_logits:
        return _ops.sigmoid_cross_entropy_with_logits(labels=target, logits=output)
    p = _probabilities(output)
    y = _ops.convert_to_tensor(target)
    return -(y * _ops.log(p + _epsilon()) + (1 - y) * _ops.log(1 - p + _epsilon()))


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The cross entropy of each example, from one-hot classes."""
    if from_logits:
        return _ops.softmax_cross_entropy_with_logits(target, output, axis)
    output = _ops.convert_to_tensor(output)
    p = _probabilities(output / _ops.reduce_sum(output, axis, True))
    return -_ops.reduce_sum(target * _ops.log(p), axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The cross entropy of each example, from the numbers of its classes."""
    if not from_logits:
        output = _ops.log(_probabilities(output))
    last = [i for i in range(ndim(output)) if i != axis % ndim(output)] + [axis % ndim(output)]
    logits = _ops.transpose(output, last)
    labels = _ops.reshape(_ops.cast(target, "int64"), logits.shape[:-1])
    return _ops.sparse_softmax_cross_entropy_with_logits(labels, logits)


# -- random numbers -------------------------------------------------------------------------------
#
# Without a seed of their own they draw one from NumPy, as Keras does.


def _seed(seed):
    return _numpy.random.randint(10_000_000) if seed is None else seed


def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Numbers of a normal distribution."""
    return _ops.random.normal(shape, mean, stddev, dtype or _floatx(), _seed(seed))


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Numbers of a uniform distribution."""
    return _ops.random.uniform(shape, minval, maxval, dtype or _floatx(), _seed(seed))


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Numbers of a normal distribution, none further off than two standard deviations."""
    return _ops.random.truncated_normal(shape, mean, stddev, dtype or _floatx(), _seed(seed))


def random_bernoulli(shape, p=0.0, dtype=None, seed=None):
    """1 with the probability p, 0 otherwise."""
    dtype = dtype or _floatx()
    return _ops.cast(_ops.random.uniform(shape, dtype=dtype, seed=_seed(seed)) <= p, dtype)


def dropout(x, level, noise_shape=None, seed=None):
    """x with a share of its elements set to 0, the others scaled up."""
    return _dropout(x, level, noise_shape, _seed(seed))
