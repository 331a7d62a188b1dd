"""Bad input: errors say what was expected, what was received and what to do; nothing is lost."""

import numpy as np
import pytest

import minitape as mt
from minitape.errors import InvalidArgumentError

nn = mt.nn


def f32(*shape):
    return mt.ones(shape)


def labels_out_of_range(labels):
    return nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=f32(2, 10))


def used_tape():
    x = mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    return tape.gradient(y, x)


def gradient_of(target=None, source=None):
    x = mt.Variable([3.0])
    with mt.GradientTape() as tape:
        y = x * x
    return tape.gradient(y if target is None else target, x if source is None else source)


CASES = {
    "matmul_inner_axis": (
        lambda: mt.matmul(f32(2, 3), f32(4, 5)),
        InvalidArgumentError,
        ["In[0]: [2, 3], In[1]: [4, 5]", "inner lengths must be equal; they are 3 and 4"],
    ),
    "matmul_operator": (
        lambda: f32(2, 3) @ np.ones((4, 5)),
        InvalidArgumentError,
        ["In[0]: [2, 3], In[1]: [4, 5]"],
    ),
    "matmul_inner_axis_transposed": (
        lambda: mt.matmul(f32(2, 3), f32(3, 5), transpose_b=True),
        InvalidArgumentError,
        ["In[1]: [3, 5], transpose_b=True", "they are 3 and 5"],
    ),
    "matmul_of_a_vector": (
        lambda: mt.matmul(f32(3), f32(3, 5)),
        InvalidArgumentError,
        ["In[0] must have at least 2 axes", "shape (3,)", "tensordot"],
    ),
    "float32_and_float64": (
        lambda: f32(2) + mt.ones([2], "float64"),
        InvalidArgumentError,
        ["compute add", "float32 tensor like input #0", "is a float64 tensor", "minitape.cast"],
    ),
    "float32_and_float64_matmul": (
        lambda: mt.matmul(f32(2, 2), mt.ones([2, 2], "float64")),
        InvalidArgumentError,
        ["compute matmul", "float32", "float64", "minitape.cast"],
    ),
    "float32_and_float64_concat": (
        lambda: mt.concat([f32(2), mt.ones([2], "float64")], 0),
        InvalidArgumentError,
        ["compute concat", "input #1", "float32", "float64", "minitape.cast"],
    ),
    "float32_and_int32": (
        lambda: f32(2) * mt.constant([1, 2]),
        InvalidArgumentError,
        ["compute multiply", "float32 tensor like input #0", "is a int32 tensor", "minitape.cast"],
    ),
    "int32_and_float": (
        lambda: mt.constant([1, 2]) * 2.5,
        TypeError,
        ["Cannot convert 2.5 to a Tensor of dtype int32", "minitape.cast"],
    ),
    "shapes_that_do_not_broadcast": (
        lambda: f32(2, 3) * f32(4),
        InvalidArgumentError,
        ["multiply: ", "[2, 3] float32, [4] float32"],
    ),
    "one_hot_of_floats": (
        lambda: mt.one_hot([1.0, 2.0], 3),
        InvalidArgumentError,
        ["one_hot takes integer indices", "Received: float32", "minitape.cast(indices, 'int32')"],
    ),
    "gather_of_floats": (
        lambda: mt.gather(f32(3), [1.0]),
        InvalidArgumentError,
        ["gather takes integer indices", "Received: float32", "minitape.cast(indices, 'int32')"],
    ),
    "gather_out_of_range": (
        lambda: mt.gather(f32(2), [0, 5]),
        InvalidArgumentError,
        ["gather: indices[1] = 5 is not in [0, 2)"],
    ),
    "gather_below_zero": (
        lambda: mt.gather(f32(2), [-1]),
        InvalidArgumentError,
        ["gather: indices[0] = -1 is not in [0, 2)"],
    ),
    "exp_of_integers": (
        lambda: mt.exp(mt.constant(1)),
        InvalidArgumentError,
        ["compute exp", "floats or complex numbers", "is a int32 tensor", "minitape.cast"],
    ),
    "logical_and_of_numbers": (
        lambda: mt.logical_and(mt.constant(1), mt.constant(2)),
        InvalidArgumentError,
        ["compute logical_and", "booleans", "int32"],
    ),
    "label_too_large": (
        lambda: labels_out_of_range([3, 99]),
        InvalidArgumentError,
        ["Received a label value of 99", "outside the valid range of [0, 10)"],
    ),
    "label_below_zero": (
        lambda: labels_out_of_range([-1, 3]),
        InvalidArgumentError,
        ["Received a label value of -1", "outside the valid range of [0, 10)"],
    ),
    "labels_of_floats": (
        lambda: labels_out_of_range([1.0, 2.0]),
        InvalidArgumentError,
        [
            "Labels must be integers",
            "Received: labels of float32",
            "softmax_cross_entropy_with_logits",
        ],
    ),
    "labels_of_another_length": (
        lambda: labels_out_of_range([1, 2, 3]),
        ValueError,
        ["labels of shape (3,)", "logits of shape (2, 10)"],
    ),
    "reshape": (
        lambda: mt.reshape(f32(2, 3), [4, 2]),
        InvalidArgumentError,
        ["reshape: ", "[2, 3] float32, shape=(4, 2)"],
    ),
    "reduction_axis": (
        lambda: mt.reduce_sum(f32(2, 3), 2),
        InvalidArgumentError,
        ["Invalid reduction dimension (2", "2 dimension(s)", "from -2 to 1"],
    ),
    "concat_of_other_shapes": (
        lambda: mt.concat([f32(2, 3), f32(2, 4)], 0),
        InvalidArgumentError,
        ["concat: ", "[2, 3] float32, [2, 4] float32", "axis=0"],
    ),
    "index_that_is_a_list": (
        lambda: f32(3)[[0, 1]],
        InvalidArgumentError,
        ["x[[0, 1]] means x[0, 1]", "minitape.gather(x, [0, 1])"],
    ),
    "none": (
        lambda: f32(2) + None,
        ValueError,
        ["convert a value (None)"],
    ),
    "ragged_list": (
        lambda: mt.constant([[1.0], [1.0, 2.0]]),
        ValueError,
        ["non-rectangular Python sequence"],
    ),
    "array_as_target": (
        lambda: gradient_of(target=np.ones(1)),
        TypeError,
        ["array([1.])", "'ndarray'", "as a target", "minitape.constant before the tape"],
    ),
    "array_as_source": (
        lambda: gradient_of(source=np.ones(1)),
        TypeError,
        ["array([1.])", "'ndarray'", "as a source", "minitape.constant before the tape"],
    ),
    "second_gradient": (
        used_tape,
        RuntimeError,
        ["only be used to compute one set of gradients", "GradientTape(persistent=True)"],
    ),
    "gradient_before_the_tape": (
        lambda: mt.GradientTape().gradient(f32(1), f32(1)),
        RuntimeError,
        ["after its `with` block"],
    ),
    "variable_of_another_shape": (
        lambda: mt.Variable([1.0, 2.0], name="w").assign([1.0]),
        ValueError,
        ["variable 'w:0'", "variable shape (2,)", "value shape (1,)"],
    ),
    "dtype": (
        lambda: mt.cast(1.0, "flaot32"),
        TypeError,
        ["'flaot32'", "'float32'"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name):
    call, error, parts = CASES[name]
    with pytest.raises(error) as caught:
        call()
    assert caught.type is error
    for part in parts:
        assert part in str(caught.value)


def test_a_failed_assignment_keeps_the_value():
    v = mt.Variable([1.0, 2.0])
    for value in ([1.0], mt.constant([1, 2]), [1j, 2j]):
        with pytest.raises((TypeError, ValueError)):
            v.assign(value)
    assert v.numpy().tolist() == [1, 2]


def test_a_failed_op_leaves_the_tape_as_it_was():
    x = mt.Variable([1.0, 2.0])
    with mt.GradientTape() as tape:
        y = x * x
        with pytest.raises(InvalidArgumentError):
            y * mt.ones([3])
        z = y * 2.0
    assert tape.gradient(z, x).numpy().tolist() == [4, 8]
