"""Normalization on a card: its kernels beside float64, and its layers beside the CPU's."""

import numpy as np
import pytest

import minitape as mt
from minitape.arrays.cuda.simulator import compiler, put
from minitape.engine import PRIMITIVES
from minitape.keras import layers

EPSILON = 1e-3
SHAPES = [
    (1, 1),
    (1, 33),
    (3, 12),
    (40, 3),
    (7, 33),
    (5, 300),
    (2, 2000),  # a block goes on along a row
    (300, 70),
    (1100, 40),  # two shares of the rows
]
TALL = [(5000, 3), (20_000, 5)]  # more shares, not all of the same length
every_axis = pytest.mark.parametrize("axis", [0, 1], ids=["columns", "rows"])
every_shape = pytest.mark.parametrize(
    ("axis", "shape"), [(0, s) for s in SHAPES + TALL] + [(1, s) for s in SHAPES], ids=str
)


def given(shape, dtype, random, offset=0.0):
    """g, x, gamma, beta."""
    g, x = random.normal(size=(2, *shape))
    gamma, beta = random.uniform(0.5, 2, (2, shape[1]))
    return [a.astype(dtype) for a in (g, x + offset, gamma, beta)]


def normalized(x, gamma, beta, axis):
    """y, mean, variance in float64."""
    x, gamma, beta = (a.astype("float64") for a in (x, gamma, beta))
    mean, variance = x.mean(axis, keepdims=True), x.var(axis, keepdims=True)
    y = (x - mean) / np.sqrt(variance + EPSILON) * gamma + beta
    return y, mean.ravel(), variance.ravel()


def derivative(g, x, gamma, axis):
    """dx, dgamma, dbeta in float64, by the variance's derivative and the mean's."""
    g, x, gamma = (a.astype("float64") for a in (g, x, gamma))
    n = x.shape[axis]
    distance = x - x.mean(axis, keepdims=True)
    root = np.sqrt((distance**2).mean(axis, keepdims=True) + EPSILON)
    h = g * gamma
    d_variance = (h * distance).sum(axis, keepdims=True) * -0.5 / root**3
    d_mean = -h.sum(axis, keepdims=True) / root
    dx = h / root + d_variance * 2 * distance / n + d_mean / n
    return dx, (g * distance / root).sum(0), g.sum(0)


def check(found, expected, dtype, scale=1.0):
    tolerance = {"float32": 3e-5, "float64": 1e-13}[dtype.name] * scale
    for ours, theirs in zip(found, expected, strict=True):
        assert (ours.shape, ours.dtype) == (theirs.shape, dtype)
        allowed = tolerance * max(1, abs(theirs).max())
        np.testing.assert_allclose(ours.get(), theirs, rtol=0, atol=allowed)


@every_shape
def test_normalize(shape, axis, dtype, random, order):
    _, *arrays = given(shape, dtype, random)
    found = PRIMITIVES["normalized"].run.cuda(*map(put, arrays), axis=axis, epsilon=EPSILON)
    check(found, normalized(*arrays, axis), dtype)


@every_shape
def test_normalize_grad(shape, axis, dtype, random, order):
    g, x, gamma, beta = given(shape, dtype, random)
    _, mean, variance = (a.astype(dtype) for a in normalized(x, gamma, beta, axis))
    arrays = g, x, gamma, mean, variance
    found = PRIMITIVES["normalized_grad"].run.cuda(*map(put, arrays), axis=axis, epsilon=EPSILON)
    # Of one number dx is 0, and so is what is left of rounding.
    check(found, derivative(g, x, gamma, axis), dtype, scale=10)


@every_axis
def test_each_bit_is_the_same_in_every_order(axis, random):
    shape = (1100, 40)
    g, *arrays = map(put, given(shape, "float32", random))
    bits = []
    for _ in range(2):
        y, mean, variance = PRIMITIVES["normalized"].run.cuda(*arrays, axis=axis, epsilon=EPSILON)
        back = PRIMITIVES["normalized_grad"].run.cuda(
            g, *arrays[:2], mean, variance, axis=axis, epsilon=EPSILON
        )
        bits.append([a.get().tobytes() for a in (y, mean, variance, *back)])
        with compiler.backwards():
            again = PRIMITIVES["normalized"].run.cuda(*arrays, axis=axis, epsilon=EPSILON)
        assert [a.get().tobytes() for a in again] == bits[-1][:3]
    assert bits[0] == bits[1]


@pytest.mark.parametrize(
    ("axis", "shape"),
    [(0, (500, 7)), (0, (40_000, 3)), (0, (30, 500)), (1, (9, 40)), (1, (3, 2000))],
)
def test_a_mean_far_from_0(shape, axis, random, order):
    _, x, gamma, beta = given(shape, np.dtype("float32"), random, offset=1e4)
    found = PRIMITIVES["normalized"].run.cuda(*map(put, (x, gamma, beta)), axis=axis, epsilon=0.0)
    _, mean, variance = normalized(x, gamma, beta, axis)
    np.testing.assert_allclose(found[1].get(), mean, rtol=1e-6)
    np.testing.assert_allclose(found[2].get(), variance, rtol=1e-3)


@every_axis
def test_elements_that_are_equal(axis, dtype, order):
    values = np.array([0.1, -3e4, 7.0], dtype)
    x = np.repeat(values[:, None], 50, 1)
    x = x if axis == 1 else np.ascontiguousarray(x.T)
    gamma = beta = np.full(x.shape[1], 2.0, dtype)
    found = PRIMITIVES["normalized"].run.cuda(
        *map(put, (x, gamma, beta)), axis=axis, epsilon=EPSILON
    )
    y, mean, variance = (a.get() for a in found)
    np.testing.assert_array_equal(mean, values)
    assert not variance.any()
    np.testing.assert_array_equal(y, 2.0)


LAYERS = {
    "batch": (layers.BatchNormalization, {}, (9, 5, 4, 3), 2),
    "batch of rows": (layers.BatchNormalization, {}, (9, 5), 2),
    "batch, bare": (layers.BatchNormalization, dict(scale=False, center=False), (6, 4), 2),
    "batch, axis 1": (layers.BatchNormalization, dict(axis=1), (4, 3, 5), None),
    "layer": (layers.LayerNormalization, {}, (3, 4, 7), 1),
    "layer, bare": (layers.LayerNormalization, dict(scale=False, center=False), (4, 7), 1),
    "layer, no beta": (layers.LayerNormalization, dict(center=False), (4, 7), 1),
    "layer, two axes": (layers.LayerNormalization, dict(axis=(1, 2)), (3, 4, 5), 1),
    "layer, axis 1": (layers.LayerNormalization, dict(axis=1), (3, 4, 5), None),
    "group": (layers.GroupNormalization, dict(groups=2), (3, 5, 4), None),
}
every_layer = pytest.mark.parametrize("name", LAYERS)


def made(name, device, dtype="float64"):
    """The layer on a device, with weights that are not ones and zeros; and inputs."""
    kind, options, shape, _ = LAYERS[name]
    random = np.random.default_rng(0)
    with mt.device(device):
        layer = kind(**options, dtype=dtype)
        layer.build(shape)
        for w in layer.weights:
            w.assign(random.uniform(0.5, 1.5, w.shape))
        x, g, t = (mt.constant(random.normal(size=shape), dtype) for _ in range(3))
    return layer, x, g, t


def results(layer, x, g, t):
    """The result, its gradients, theirs, a tangent, the weights, by name."""
    training = {"training": True} if isinstance(layer, layers.BatchNormalization) else {}
    found = {}
    with mt.GradientTape() as second:
        second.watch([x, g])
        with mt.GradientTape() as first:
            first.watch(x)
            y = layer(x, **training)
        gradients = first.gradient(y, [x, *layer.trainable_weights], output_gradients=g)
        total = sum(mt.reduce_sum(mt.sin(d)) for d in gradients)
    found["gradients of gradients"] = second.gradient(total, [x, g, *layer.trainable_weights])
    found["y"], found["gradients"] = y, gradients
    with mt.autodiff.ForwardAccumulator(x, t) as forward:
        y = layer(x, **training)
    found["tangent"] = forward.jvp(y)
    found["weights"] = [w.__tensor__() for w in layer.weights]
    return found


@every_layer
def test_layers_beside_those_of_the_cpu(name):
    found, expected = (results(*made(name, device)) for device in ("/SIM:0", "/CPU:0"))
    for key, theirs in expected.items():
        for a, b in zip(mt.nest.flatten(found[key]), mt.nest.flatten(theirs), strict=True):
            assert (a is None) == (b is None), key
            if b is not None:
                assert a.device.endswith("SIM:0")
                np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-10, err_msg=key)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@every_layer
def test_layers_of_other_types(name, dtype):
    found = []
    for device in "/SIM:0", "/CPU:0":
        layer, x, _, _ = made(name, device, dtype)
        found.append([layer(x).numpy(), *layer.get_weights()])
    tolerance = 1e-5 if dtype == "float32" else 1e-2
    for a, b in zip(*found, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def test_inputs_in_another_order_and_of_nothing():
    layer, x, _, _ = made("layer", "/SIM:0")
    other, y, _, _ = made("layer", "/CPU:0")
    np.testing.assert_allclose(layer(x[::-1]), other(y[::-1]), rtol=1e-12)
    assert layer(x[:0]).shape == (0, 4, 7)


@every_layer
def test_how_many_launches(name):
    wanted = LAYERS[name][-1]
    if wanted is None:
        pytest.skip("it has no kernels of its own")
    layer, x, g, _ = made(name, "/SIM:0")
    training = {"training": True} if isinstance(layer, layers.BatchNormalization) else {}

    def back(x, g):
        with mt.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, **training)
        return tape.gradient(y, [x, *layer.trainable_weights], output_gradients=g)

    function = mt.function(back)
    function(x, g)
    launched = []

    def noted(kernel, instance, grid, block):
        launched.append(kernel.file)
        return lambda *event: None

    with compiler.watching(noted):
        function(x, g)
    assert launched.count("normalization.cu") == wanted + 2
    averages = 1 if training else 0
    assert len(launched) == wanted + 2 + averages
