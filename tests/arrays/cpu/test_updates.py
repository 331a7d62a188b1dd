import numpy as np
import pytest

from minitape.arrays.cpu import Plans
from minitape.engine import PRIMITIVES
from minitape.keras import optimizers  # noqa: F401  # it makes the primitives

UPDATES = {  # the number of arrays of the state, then the parameters
    "adam_update": (2, dict(beta_1=0.9, beta_2=0.999, epsilon=1e-7)),
    "adam_update amsgrad": (3, dict(beta_1=0.9, beta_2=0.999, epsilon=1e-7)),
    "rmsprop_update": (1, dict(rho=0.9, momentum=0.0, epsilon=1e-7, centered=False)),
    "gradient_descent": (0, {}),
    "momentum_descent": (1, dict(momentum=0.9, nesterov=False)),
    "momentum_descent nesterov": (1, dict(momentum=0.9, nesterov=True)),
}


def arguments(name, arrays, rate):
    gradient, variable, *state = arrays
    rate = np.asarray(rate, "float32")
    if name.startswith("adam"):
        return gradient, rate, np.asarray(4), variable, *state
    return gradient, rate, variable, *state


def compare(name, arrays, answers=False):
    """The results are the formula's to the last bit; `answers`: they must be the kernel's."""
    _, params = UPDATES[name]
    op = PRIMITIVES[name.partition(" ")[0]]
    given = arguments(name, arrays, 0.01)
    kept = [x.copy() for x in arrays]
    assert not answers or op.run.kernel(*given, **params) is not NotImplemented
    expected, found = op.forward(*given, **params), op.run(*given, **params)
    for x, y in zip(expected, found, strict=True):
        np.testing.assert_array_equal(x, y, strict=True)
    for x, y in zip(arrays, kept, strict=True):
        np.testing.assert_array_equal(x, y)
    written = [x.copy() for x in kept]
    op.forward(*arguments(name, written, 0.01), **params, in_place=True)
    for x, y in zip(expected, written[1:], strict=True):
        np.testing.assert_array_equal(x, y, strict=True)
    plans = Plans()
    in_place = op.run.kernel(*arguments(name, kept, 0.01), **params, in_place=plans)
    if in_place is not NotImplemented:
        plans.follow()
        for x, y in zip(expected, kept[1:], strict=True):
            np.testing.assert_array_equal(x, y, strict=True)


def drawn(random, name, shape, dtype):
    count = 2 + UPDATES[name][0]
    arrays = [random.normal(size=shape).astype(dtype) for _ in range(count)]
    return [*arrays[:-1], abs(arrays[-1])]  # a mean square is not negative


@pytest.mark.parametrize("shape", [(300, 100), (40_001,), (0,), (1,), (3, 5), (257,)])
@pytest.mark.parametrize("name", UPDATES)
def test_the_update_is_that_of_the_formula(name, shape, dtype, random):
    arrays = drawn(random, name, shape, dtype)
    compare(name, arrays, answers=arrays[0].size > 20_000)


@pytest.mark.parametrize("name", UPDATES)
def test_what_is_not_finite_stays_so(name, dtype, random):
    arrays = drawn(random, name, (200, 100), dtype)
    for x in arrays:
        x.flat[random.integers(0, x.size, 50)] = np.inf
        x.flat[random.integers(0, x.size, 50)] = -np.inf
        x.flat[random.integers(0, x.size, 50)] = np.nan
    compare(name, arrays, answers=True)


@pytest.mark.parametrize("name", UPDATES)
def test_any_layout_will_do(name, dtype, random):
    arrays = drawn(random, name, (200, 100), dtype)
    compare(name, [arrays[0].T.copy().T, *arrays[1:]])
    compare(name, [x.repeat(2, axis=1)[:, ::2] for x in arrays])
    compare(name, [np.broadcast_to(arrays[0][:1], (200, 100)), *arrays[1:]])
