import numpy as np
import pytest

import minitape as mt
from minitape import settings
from minitape.arrays.cpu import builder_of, ufuncs
from minitape.engine import PRIMITIVES
from minitape.errors import InvalidArgumentError
from minitape.ops import losses

SHAPES = [(300, 100), (20, 30, 40), (2000, 10), (40_000, 1), (30_000,), (3, 5), (7,), (0, 4)]


def drawn(random, shape, dtype, finite=True):
    x = random.normal(size=shape).astype(dtype)
    if not finite:
        for value in (np.nan, np.inf, -np.inf, -0.0):
            x[random.random(shape) < 0.01] = value
    return x


def by_numpy(op, *arrays, **params):
    """What the forward gives where no kernel answers."""
    settings.set_cpu_kernels(False)
    try:
        with np.errstate(invalid="ignore"):
            return PRIMITIVES[op].run(*arrays, **params)
    finally:
        settings.set_cpu_kernels(True)


@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_softmax(shape, finite, dtype, random):
    x = drawn(random, shape, dtype, finite)
    assert x.size < 1 << 14 or losses._shifted.kernel(x) is not NotImplemented
    for op in ("softmax", "log_softmax"):
        for axis in {0, x.ndim - 1}:
            expected = by_numpy(op, x, axis=axis)
            with np.errstate(invalid="ignore"):
                found = PRIMITIVES[op].run(x, axis=axis)
            np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("labels_type", ["int32", "int64", "uint8"])
@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_sparse_cross_entropy(shape, finite, labels_type, dtype, random):
    x = drawn(random, shape, dtype, finite)
    labels = np.asarray(random.integers(0, min(shape[-1], 200), shape[:-1], labels_type))
    answers = x.size > 1 << 14 and labels.size <= 4096 and labels_type != "uint8"
    for op in ("sparse_softmax_cross_entropy", "sparse_softmax_cross_entropy_grad"):
        expected = by_numpy(op, labels, x)
        assert not answers or PRIMITIVES[op].run.kernel(labels, x) is not NotImplemented
        found = PRIMITIVES[op].run(labels, x)
        np.testing.assert_array_equal(found, expected, strict=True)


def test_labels_may_lie_anyhow(random):
    x, labels = drawn(random, (40, 50, 20), "float32"), random.integers(0, 20, (50, 80))
    labels = labels[:, ::2].T
    for op in ("sparse_softmax_cross_entropy", "sparse_softmax_cross_entropy_grad"):
        expected = by_numpy(op, labels, x)
        np.testing.assert_array_equal(PRIMITIVES[op].run(labels, x), expected, strict=True)


@pytest.mark.parametrize("wrong", [-1, 10, 2**40])
def test_a_label_that_is_no_class(wrong, random):
    x, labels = drawn(random, (3000, 10), "float32"), random.integers(0, 10, 3000)
    labels[2345] = wrong
    for op in ("sparse_softmax_cross_entropy", "sparse_softmax_cross_entropy_grad"):
        with pytest.raises(InvalidArgumentError, match=f"a label value of {wrong} which is"):
            PRIMITIVES[op].run(labels, x)


PLANNED = {  # an op, and its parameters for x
    "reduce_sum": lambda x: dict(axis=(x.ndim - 1,), keepdims=False),
    "reduce_mean": lambda x: dict(axis=(x.ndim - 1,), keepdims=True),
    "softmax": lambda x: dict(axis=x.ndim - 1),
    "broadcast_to": lambda x: dict(shape=(5, 1, *x.shape)),
}
ROWS = [(300, 100), (20, 3, 400), (33,), (1,), (4000, 7), (3, 1), (2, 9000)]


@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize("shape", ROWS)
@pytest.mark.parametrize("op", PLANNED)
def test_plans_compute_what_numpy_does(op, shape, finite, dtype, random):
    x = drawn(random, shape, dtype, finite)
    params = PLANNED[op](x)
    expected = by_numpy(op, x, **params)
    found = np.empty(expected.shape, dtype)
    make = builder_of(PRIMITIVES[op])([x], found, **params)
    if make is None:
        assert op == "broadcast_to"
        assert x.size == 1 or found.size > 1 << 16
        return
    assert make().follow(x, found)
    np.testing.assert_array_equal(found, expected)


def test_a_ufunc_that_works_in_another_way_has_no_loop(monkeypatch):
    dtype = np.dtype("float32")
    assert ufuncs.loop_of(np.exp, dtype)
    assert ufuncs.loop_of(np.exp, np.dtype("int8")) is None
    monkeypatch.setattr(np, "array_equal", lambda *arrays: False)
    assert ufuncs.loop_of.__wrapped__(np.exp, dtype) is None


def test_a_program_says_which_label_is_no_class(random):
    x, labels = drawn(random, (3000, 10), "float32"), random.integers(0, 10, 3000)
    function = mt.function(lambda x, y: mt.nn.sparse_softmax_cross_entropy_with_logits(y, x * 2.0))
    function(x, labels)
    assert "multiply_then_sparse" in function.program(x, labels)
    labels[2345] = 10
    with pytest.raises(InvalidArgumentError, match="a label value of 10 which is"):
        function(x, labels)
