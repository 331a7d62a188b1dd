"""Activations against their formulas in plain NumPy, and how they are named."""

import numpy as np
import pytest

import minitape as mt
from minitape.keras import activations

X = np.array([-8.0, -3.0, -1.5, -0.25, 0.0, 0.25, 1.0, 2.5, 6.0, 9.0], dtype=np.float64)


def logistic(x):
    return 1 / (1 + np.exp(-x))


def soft(x):
    return np.log1p(np.exp(x))


FORMULAS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "softplus": soft,
    "softsign": lambda x: x / (1 + np.abs(x)),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(),
    "log_softmax": lambda x: x - np.log(np.exp(x).sum()),
    "sigmoid": logistic,
    "tanh": np.tanh,
    "exponential": np.exp,
    "hard_sigmoid": lambda x: np.clip(x + 3, 0, 6) / 6,
    "silu": lambda x: x * logistic(x),
    "swish": lambda x: x * logistic(x),
    "hard_silu": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "hard_swish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "mish": lambda x: x * np.tanh(soft(x)),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_values(name):
    y = activations.get(name)(mt.constant(X))
    assert y.dtype == "float64"
    np.testing.assert_allclose(y.numpy(), FORMULAS[name](X), rtol=1e-12, atol=1e-12)


def test_gelu_is_x_times_the_normal_distribution():
    # P(Z <= 1) = 0.8413447460685429
    np.testing.assert_allclose(
        activations.gelu(mt.constant([1.0, -1.0])).numpy(), [0.84134475, -0.15865525], rtol=1e-6
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (dict(), [0, 0, 0, 1, 3, 9]),
        (dict(max_value=2.5), [0, 0, 0, 1, 2.5, 2.5]),
        (dict(max_value=6), [0, 0, 0, 1, 3, 6]),
        (dict(negative_slope=0.5), [-2, -0.5, 0, 1, 3, 9]),
        (dict(threshold=2.0), [0, 0, 0, 0, 3, 9]),
        # Below the threshold of 2: 0.5 * (x - 2).
        (dict(negative_slope=0.5, threshold=2.0, max_value=5.0), [-3, -1.5, -1, -0.5, 3, 5]),
    ],
)
def test_the_bends_of_relu(settings, expected):
    x = mt.constant([-4.0, -1.0, 0.0, 1.0, 3.0, 9.0])
    np.testing.assert_allclose(activations.relu(x, **settings).numpy(), expected)


@pytest.mark.parametrize("name", ["softmax", "sigmoid"])
def test_probabilities_remember_their_logits(name):
    x = mt.constant([[1.0, 2.0]])
    assert activations.get(name)(x).keras_logits is x
    assert not hasattr(activations.tanh(x), "keras_logits")


def test_softmax_takes_an_axis():
    y = activations.softmax(mt.constant([[1.0, 2.0], [1.0, 5.0]]), axis=0).numpy()
    np.testing.assert_allclose(y.sum(axis=0), [1, 1], rtol=1e-6)


def test_a_softmax_of_one_class_is_warned_of():
    with pytest.warns(UserWarning, match=r"shape \(3, 1\) is always 1.*use a sigmoid"):
        activations.softmax(mt.zeros((3, 1)))


def test_get():
    assert activations.get(None) is activations.linear
    assert activations.get("swish") is activations.silu
    assert activations.get(np.tanh) is np.tanh
    assert activations.serialize(activations.relu) == "relu"
    for name in FORMULAS:
        function = activations.get(name)
        assert activations.deserialize(activations.serialize(function)) is function


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ValueError, match="activation function identifier: 'reul'.*'relu'"):
        activations.get("reul")
    with pytest.raises(ValueError, match="activation function identifier: 3"):
        activations.get(3)
