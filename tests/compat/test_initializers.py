"""Initializers beside Keras': the same values, seeds, configs and names."""

import inspect

import keras
import numpy as np
import pytest

from compat.weights import INITIALIZERS
from minitape.keras import initializers as ours
from minitape.keras.utils.random_seed import set_random_seed

theirs = keras.initializers
CLASSES = [cls for cls in ours._CLASSES if cls is not ours.Initializer]
RANDOM = [cls for cls in CLASSES if issubclass(cls, ours.RandomInitializer)]
SHAPES = [(3, 4), (64, 33), (3, 3, 2, 5), (2, 3, 4)]


def assert_same(our, their, cls=None):
    """Equal, or where a normal is drawn as equal as C's and NumPy's sine and log are."""
    assert our.dtype.name == their.dtype.name
    if cls is ours.Orthogonal:  # another QR decomposition
        np.testing.assert_allclose(
            our.numpy(), their.numpy(), atol=2e-3 if our.dtype == "float16" else 1e-5
        )
    else:
        np.testing.assert_array_max_ulp(our.numpy(), their.numpy(), maxulp=4)


@pytest.mark.parametrize("cls", CLASSES)
def test_signature_and_default_config(cls):
    twin = getattr(theirs, cls.__name__)
    assert inspect.signature(cls) == inspect.signature(twin)
    our, their = ours.serialize(cls()), theirs.serialize(twin())
    if cls is ours.Identity:  # Keras forgets the gain
        their["config"]["gain"] = 1.0
    assert our == their


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("cls", [cls for cls in CLASSES if cls is not ours.Identity])
def test_values(cls, dtype):
    twin = getattr(theirs, cls.__name__)
    arguments = {"seed": 3} if cls in RANDOM else {}
    for shape in SHAPES:
        assert_same(cls(**arguments)(shape, dtype), twin(**arguments)(shape, dtype), cls)


@pytest.mark.parametrize("cls", [c for c in RANDOM if "Uniform" in c.__name__])
def test_uniforms_are_equal_bit_for_bit(cls):
    for shape in [*SHAPES, (5,), ()]:
        our, their = cls(seed=11)(shape), getattr(theirs, cls.__name__)(seed=11)(shape)
        np.testing.assert_array_equal(our.numpy(), their.numpy())


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
@pytest.mark.parametrize("distribution", ["normal", "untruncated_normal", "Uniform"])
def test_variance_scaling(mode, distribution):
    arguments = {"scale": 0.3, "mode": mode, "distribution": distribution, "seed": 5}
    our, their = ours.VarianceScaling(**arguments), theirs.VarianceScaling(**arguments)
    assert our.get_config() == their.get_config()
    for shape in [*SHAPES, (7,), ()]:
        assert_same(our(shape), their(shape))
    axes = {"input_axes": [0, 1], "output_axes": [2]}
    our = ours.VarianceScaling(**arguments, **axes)
    assert_same(our((2, 3, 4)), theirs.VarianceScaling(**arguments, **axes)((2, 3, 4)))


@pytest.mark.parametrize(("name", "settings"), INITIALIZERS)
def test_settings(name, settings):
    our, their = getattr(ours, name)(**settings), getattr(theirs, name)(**settings)
    shapes = [(2, 3, 4)] if "input_axes" in settings else [(3, 4)] if name == "Identity" else SHAPES
    for shape in shapes:
        found, values = our(shape).numpy(), their(shape).numpy()
        # Around a mean small numbers are differences of larger ones.
        last_place = np.spacing(np.abs(values).max())
        atol = 1e-5 if name == "Orthogonal" else 4 * last_place
        np.testing.assert_allclose(found, values, rtol=0, atol=atol)
    expected = theirs.serialize(their)
    if name == "Identity":  # Keras forgets the gain
        expected["config"]["gain"] = settings["gain"]
    assert ours.serialize(our) == expected
    again = ours.deserialize(expected)
    assert (type(again), again.get_config()) == (type(our), our.get_config())


def test_integers():
    assert_same(ours.Zeros()((2,), "int32"), theirs.Zeros()((2,), "int32"))


def test_same_seeds_are_drawn_after_set_random_seed():
    names = ["glorot_uniform", "zeros", "he_normal", "uniform", "orthogonal", "lecun_uniform"]
    names = [name for name in names if name in ours._REGISTRY.objects]
    drawn = []
    for module, seed_all in ((ours, set_random_seed), (theirs, keras.utils.set_random_seed)):
        seed_all(7)
        made = [module.get(name) for name in names]
        drawn.append([(getattr(one, "seed", None), one((6, 5))) for one in made])
    for (our_seed, our), (their_seed, their) in zip(*drawn, strict=True):
        assert our_seed == their_seed
        np.testing.assert_allclose(our.numpy(), their.numpy(), rtol=1e-5, atol=1e-6)


def test_seed_generator_as_seed():
    from minitape.keras.random import SeedGenerator

    our = ours.GlorotUniform(seed=SeedGenerator(3))
    their = theirs.GlorotUniform(seed=keras.random.SeedGenerator(3))
    for _ in range(3):
        np.testing.assert_array_equal(our((4, 4)).numpy(), their((4, 4)).numpy())


def test_every_name_of_ours_is_keras():
    for name, cls in ours._REGISTRY.objects.items():
        config = {"value": 0.0} if cls is ours.Constant else {}
        if cls is not ours.Initializer:
            twin = theirs.deserialize({"class_name": name, "config": config})
            assert type(twin).__name__ == cls.__name__


def test_configs_of_keras_are_understood():
    for cls in CLASSES:
        config = theirs.serialize(getattr(theirs, cls.__name__)())
        assert type(ours.deserialize(config)) is cls
    their = theirs.HeNormal(seed=keras.random.SeedGenerator(3))
    our = ours.deserialize(theirs.serialize(their))
    assert our.seed.get_config()["seed"] == 3
    assert_same(our((3, 3)), their((3, 3)))


@pytest.mark.parametrize(
    ("cls", "arguments"),
    [
        ("VarianceScaling", {"scale": 0}),
        ("VarianceScaling", {"mode": "fan"}),
        ("VarianceScaling", {"distribution": "cauchy"}),
        ("GlorotUniform", {"seed": 1.5}),
        ("get", {"identifier": "glorot_unifrom"}),
        ("get", {"identifier": 3}),
    ],
)
def test_errors(cls, arguments):
    for module in (ours, theirs):
        with pytest.raises(ValueError, match=r"."):
            getattr(module, cls)(**arguments)


@pytest.mark.parametrize(("cls", "shape"), [("Identity", (2, 2, 2)), ("Orthogonal", (3,))])
def test_shape_errors(cls, shape):
    for module in (ours, theirs):
        with pytest.raises(ValueError, match="Received"):
            getattr(module, cls)()(shape)
