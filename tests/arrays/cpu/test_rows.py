import numpy as np
import pytest

import minitape.ops  # noqa: F401  # it makes the primitives
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


def by_numpy(monkeypatch, op, *arrays, **params):
    """What the forward gives where no kernel answers."""
    with monkeypatch.context() as patch, np.errstate(invalid="ignore"):
        for name in ("_shifted", "_chosen", "_less_one"):
            patch.setattr(losses, name, getattr(losses, name).__wrapped__)
        return PRIMITIVES[op].forward(*arrays, **params)


@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_softmax(shape, finite, dtype, random, monkeypatch):
    x = drawn(random, shape, dtype, finite)
    assert x.size < 1 << 14 or losses._shifted.kernel(x) is not NotImplemented
    for op in ("softmax", "log_softmax"):
        for axis in {0, x.ndim - 1}:
            expected = by_numpy(monkeypatch, op, x, axis=axis)
            with np.errstate(invalid="ignore"):
                found = PRIMITIVES[op].run(x, axis=axis)
            np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("labels_type", ["int32", "int64", "uint8"])
@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_sparse_cross_entropy(shape, finite, labels_type, dtype, random, monkeypatch):
    x = drawn(random, shape, dtype, finite)
    labels = np.asarray(random.integers(0, min(shape[-1], 200), shape[:-1], labels_type))
    if x.size > 1 << 14 and labels_type != "uint8":
        assert losses._chosen.kernel(labels, x) is not NotImplemented
        assert losses._less_one.kernel(labels, x.copy()) is not NotImplemented
    for op in ("sparse_softmax_cross_entropy", "sparse_softmax_cross_entropy_grad"):
        expected = by_numpy(monkeypatch, op, labels, x)
        found = PRIMITIVES[op].run(labels, x)
        np.testing.assert_array_equal(found, expected, strict=True)


def test_labels_may_lie_anyhow(random, monkeypatch):
    x, labels = drawn(random, (40, 50, 20), "float32"), random.integers(0, 20, (50, 80))
    labels = labels[:, ::2].T
    for op in ("sparse_softmax_cross_entropy", "sparse_softmax_cross_entropy_grad"):
        expected = by_numpy(monkeypatch, op, labels, x)
        np.testing.assert_array_equal(PRIMITIVES[op].run(labels, x), expected, strict=True)


@pytest.mark.parametrize("wrong", [-1, 10, 2**40])
def test_a_label_that_is_no_class(wrong, random):
    x, labels = drawn(random, (3000, 10), "float32"), random.integers(0, 10, 3000)
    labels[2345] = wrong
    for op in ("sparse_softmax_cross_entropy", "sparse_softmax_cross_entropy_grad"):
        with pytest.raises(InvalidArgumentError, match=f"a label value of {wrong} which is"):
            PRIMITIVES[op].run(labels, x)
