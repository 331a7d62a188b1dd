"""Initializers: their values, spread, seeds, and what names and configs mean."""

import math

import numpy as np
import pytest

from minitape import ops
from minitape.keras import initializers
from minitape.keras.random import SeedGenerator
from minitape.keras.utils.random_seed import set_random_seed
from minitape.settings import set_floatx

RANDOM = [cls for cls in initializers._CLASSES if issubclass(cls, initializers.RandomInitializer)]


def test_constants():
    np.testing.assert_array_equal(initializers.Zeros()((2, 3)), np.zeros((2, 3)))
    np.testing.assert_array_equal(initializers.Ones()((2, 3)), np.ones((2, 3)))
    np.testing.assert_array_equal(initializers.Constant(2.5)((2,)), [2.5, 2.5])
    np.testing.assert_array_equal(initializers.Identity(3.0)((2, 3)), 3 * np.eye(2, 3))
    assert initializers.Zeros()((2,), "int32").dtype == "int32"
    with pytest.raises(ValueError, match="2D"):
        initializers.Identity()((2, 2, 2))


def test_floatx_is_the_default():
    set_floatx("float64")
    try:
        assert initializers.Zeros()((2,)).dtype == "float64"
        assert initializers.GlorotUniform()((2, 2)).dtype == "float64"
    finally:
        set_floatx("float32")


@pytest.mark.parametrize(
    ("shape", "fans"),
    [
        ((), (1, 1)),
        ((5,), (5, 5)),
        ((3, 4), (3, 4)),
        ((3, 3, 8, 16), (72, 144)),
        ((2, 5, 7), (10, 14)),
    ],
)
def test_fans(shape, fans):
    assert initializers.compute_fans(shape) == fans


def test_fans_of_axes():
    assert initializers.compute_fans((2, 3, 4), [0, 1], [2]) == (6, 4)


@pytest.mark.parametrize(
    ("name", "variance", "limit"),
    [
        ("glorot_uniform", 2 / 500, math.sqrt(6 / 500)),
        ("glorot_normal", 2 / 500, 2 * math.sqrt(2 / 500) / 0.8796),
        ("he_uniform", 2 / 300, math.sqrt(6 / 300)),
        ("he_normal", 2 / 300, 2 * math.sqrt(2 / 300) / 0.8796),
        ("lecun_uniform", 1 / 300, math.sqrt(3 / 300)),
        ("lecun_normal", 1 / 300, 2 * math.sqrt(1 / 300) / 0.8796),
        ("random_uniform", 0.1**2 / 12, 0.05),
        ("random_normal", 0.05**2, math.inf),
        ("truncated_normal", (0.05 * 0.8796) ** 2, 0.1),
    ],
)
def test_spread(name, variance, limit):
    set_random_seed(1)
    values = initializers.get(name)((300, 200)).numpy()
    assert abs(values.mean()) < 5 * math.sqrt(variance / values.size)
    assert abs(values.var() / variance - 1) < 0.05
    assert np.abs(values).max() <= limit * 1.0001


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 3, 4), (3, 3, 2, 40)])
def test_orthogonal(shape):
    values = initializers.Orthogonal(gain=2.0, seed=1)(shape, "float64").numpy()
    matrix = values.reshape(-1, shape[-1]) / 2
    if matrix.shape[0] < matrix.shape[1]:
        matrix = matrix.T
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(matrix.shape[1]), atol=1e-12)
    with pytest.raises(ValueError, match="two-dimensional"):
        initializers.Orthogonal()((3,))


@pytest.mark.parametrize("cls", RANDOM)
def test_seeds(cls):
    one = cls()
    np.testing.assert_array_equal(one((3, 3)), one((3, 3)))
    assert not np.array_equal(one((3, 3)), cls()((3, 3)))
    assert not np.array_equal(one((3, 3)), one.clone()((3, 3)))  # it draws a seed of its own
    np.testing.assert_array_equal(cls(seed=1)((3, 3)), cls(seed=1).clone()((3, 3)))
    moving = cls(seed=SeedGenerator(1))
    assert not np.array_equal(moving((3, 3)), moving((3, 3)))
    with pytest.raises(ValueError, match="seed"):
        cls(seed="one")


@pytest.mark.parametrize("cls", initializers._CLASSES)
def test_config_round_trip(cls):
    one = cls()
    again = initializers.deserialize(initializers.serialize(one))
    assert type(again) is cls
    assert again.get_config() == one.get_config()


def test_seed_generator_round_trip():
    one = initializers.HeNormal(seed=SeedGenerator(5))
    again = initializers.deserialize(initializers.serialize(one))
    np.testing.assert_array_equal(one((2, 2)), again((2, 2)))


def test_get():
    assert initializers.get(None) is None
    assert type(initializers.get("glorot_uniform")) is initializers.GlorotUniform
    assert type(initializers.get("HeNormal")) is initializers.HeNormal
    assert type(initializers.get(initializers.Zeros)) is initializers.Zeros
    assert initializers.get({"class_name": "Constant", "config": {"value": 3.0}}).value == 3

    def function(shape, dtype=None):
        return ops.ones(shape)

    assert initializers.get(function) is function
    with pytest.raises(ValueError, match="Did you mean 'glorot_uniform'"):
        initializers.get("glorot_unifrom")
    with pytest.raises(ValueError, match="initializer"):
        initializers.get(3)


@pytest.mark.parametrize("values", [np.arange(6.0).reshape(2, 3), ops.ones((2, 3))])
def test_get_of_a_tensor_is_its_values(values):
    initializer = initializers.get(values)
    np.testing.assert_array_equal(initializer((2, 3)), values)
    assert initializer((2, 3)).dtype == "float32"
    with pytest.raises(ValueError, match="Expected `shape`"):
        initializer((3, 2))


@pytest.mark.parametrize("arguments", [{"scale": 0.0}, {"mode": "fan"}, {"distribution": "cauchy"}])
def test_variance_scaling_refuses(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        initializers.VarianceScaling(**arguments)


def test_subclass():
    class Twos(initializers.Initializer):
        def __call__(self, shape, dtype=None):
            return 2 * ops.ones(shape, dtype=dtype or "float32")

    np.testing.assert_array_equal(initializers.get(Twos)((2,)), [2, 2])
    with pytest.raises(NotImplementedError, match="__call__"):
        initializers.Initializer()((2,))
