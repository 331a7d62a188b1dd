"""Variables: values, snapshots, names, and copies with an identity of their own."""

import copy
import pickle

import numpy as np
import pytest

import minitape as mt


def test_a_value_read_before_an_assignment_stays():
    v = mt.Variable([1.0, 2.0])
    read, array = v.value(), v.array
    v.assign([3.0, 4.0])
    v.assign_add([1.0, 1.0])
    v.scatter_update(mt.ops.IndexedSlices([9.0], [0]))
    assert read.numpy().tolist() == [1, 2]
    assert array.tolist() == [1, 2]
    assert v.numpy().tolist() == [9, 5]


def test_the_array_of_the_caller_is_not_shared():
    source = np.ones(2, "float32")
    v, w = mt.Variable(source), mt.Variable([0.0, 0.0])
    w.assign(source)
    source[:] = 7
    v.numpy()[:] = 8
    assert v.numpy().tolist() == w.numpy().tolist() == [1, 1]


def test_reading_does_not_copy():
    v = mt.Variable([1.0, 2.0])
    assert v.value().array is v.array
    assert v.value().id != v.value().id


def test_assign_returns_the_variable():
    v = mt.Variable(1.0)
    assert v.assign(2.0) is v
    assert v.assign_add(1.0).assign_sub(0.5) is v
    assert float(v) == 2.5
    v.assign(mt.Variable(4.0))
    assert float(v) == 4


def test_the_value_of_another_dtype_or_shape_is_refused():
    v = mt.Variable([1.0, 2.0], name="w")
    with pytest.raises(ValueError, match=r"'w:0': Shape mismatch.*\(2,\).*\(\)"):
        v.assign(1.0)
    with pytest.raises(ValueError, match="float32 for Tensor with dtype float64"):
        v.assign(mt.constant([1.0, 2.0], "float64"))
    v.assign([3, 4])
    v.assign(np.array([5.0, 6.0]))
    assert v.dtype == "float32"
    assert v.numpy().tolist() == [5, 6]


def test_names():
    assert mt.Variable(1.0).name == "Variable:0"
    assert mt.Variable(1.0, name="dense/kernel").name == "dense/kernel:0"
    assert "'dense/kernel:0' shape=()" in repr(mt.Variable(1.0, name="dense/kernel"))


def test_initial_values():
    assert mt.Variable(lambda: mt.ones([2])).numpy().tolist() == [1, 1]
    assert mt.Variable([1, 2], dtype="float64").dtype == "float64"
    assert mt.Variable(3).dtype == "int32"
    assert mt.Variable(True).dtype == "bool"
    assert mt.Variable("text").numpy() == b"text"
    for nothing in (None, lambda: None):
        with pytest.raises(ValueError, match="`initial_value` argument .* must be specified"):
            mt.Variable(nothing)


def test_what_is_watched_by_default():
    assert mt.Variable(1.0).trainable
    assert not mt.Variable(1.0, trainable=False).trainable
    assert mt.Variable(1.0).watched_by_default
    assert mt.Variable(1j).watched_by_default
    assert mt.Variable(1).trainable
    assert not mt.Variable(1).watched_by_default
    assert not mt.Variable(1.0, trainable=False).watched_by_default


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda v: pickle.loads(pickle.dumps(v)),
}


@pytest.mark.parametrize("make", COPIES.values(), ids=COPIES)
def test_a_copy_is_another_variable(make):
    v = mt.Variable([1.0, 2.0], name="w", trainable=False)
    copied = make(v)
    assert copied.id != v.id
    assert copied.name == "w:0"
    assert not copied.trainable
    copied.assign([9.0, 9.0])
    assert v.numpy().tolist() == [1, 2]


@pytest.mark.parametrize("make", COPIES.values(), ids=COPIES)
def test_the_copy_of_a_tensor_is_another_tensor(make):
    x = mt.constant([1.0, 2.0])
    copied = make(x)
    assert copied.id != x.id
    assert copied.numpy().tolist() == [1, 2]


@pytest.mark.parametrize("make", COPIES.values(), ids=COPIES)
def test_a_gradient_is_not_that_of_the_copy(make):
    v = mt.Variable(3.0)
    copied = make(v)
    with mt.GradientTape() as tape:
        y = v * copied * copied
    assert [float(d) for d in tape.gradient(y, [v, copied])] == [9, 18]


def test_references_are_keys():
    v, w = mt.Variable([1.0, 2.0]), mt.Variable([1.0, 2.0])
    table = {v.ref(): "v", w.ref(): "w"}
    assert table[v.ref()] == "v"
    assert v.ref() != w.ref()
    assert v.ref() != v
    assert v.ref().deref() is v


def test_in_place_operators_would_lose_the_variable():
    v = mt.Variable(1.0)
    for operator in ("+=", "-=", "*=", "/=", "**="):
        with pytest.raises(RuntimeError, match="assign_add"):
            exec(f"v {operator} 2.0", {"v": v})
    assert float(v) == 1


def test_a_scatter_out_of_range_changes_nothing():
    v = mt.Variable([1.0, 2.0])
    with pytest.raises(
        mt.errors.InvalidArgumentError, match=r"indices\[1\] = 2 is not in \[0, 2\)"
    ):
        v.scatter_update(mt.ops.IndexedSlices([9.0, 9.0], [0, 2]))
    assert v.numpy().tolist() == [1, 2]
