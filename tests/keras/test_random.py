"""keras.random: seeds that move on, the global generator, and what the functions refuse."""

import random as python_random

import numpy as np
import pytest

from minitape import ops
from minitape.engine import GradientTape
from minitape.keras import random
from minitape.keras.utils.random_seed import set_random_seed


def test_seed_generator_counts():
    generator = random.SeedGenerator(9)
    assert [generator.next().numpy().tolist() for _ in range(3)] == [[9, 0], [9, 1], [9, 2]]
    assert not generator.state.trainable
    twin = random.SeedGenerator.from_config(generator.get_config())
    assert twin.next().numpy().tolist() == [9, 0]


def test_seed_generator_draws_its_seed_from_python():
    python_random.seed(4)
    seed = random.SeedGenerator().next().numpy()[0]
    python_random.seed(4)
    assert seed == python_random.randint(1, 10**9)


def test_an_integer_repeats_and_a_generator_does_not():
    np.testing.assert_array_equal(random.normal((3,), seed=1), random.normal((3,), seed=1))
    generator = random.SeedGenerator(1)
    draws = {tuple(random.normal((3,), seed=generator).numpy()) for _ in range(5)}
    assert len(draws) == 5


def test_global_generator():
    def draws():
        set_random_seed(3)
        return [random.uniform((2,)).numpy().tolist() for _ in range(3)]

    first = draws()
    assert first == draws()
    assert len({tuple(draw) for draw in first}) == 3


def test_bad_seed():
    for seed in (1.5, "a", [1, 2]):
        with pytest.raises(ValueError, match="seed"):
            random.normal((2,), seed=seed)


def test_dtypes():
    assert random.uniform((2,), dtype="float64").dtype == "float64"
    assert random.normal((2,)).dtype == "float32"
    assert random.randint((2,), 0, 5, dtype="int8").dtype == "int8"
    with pytest.raises(ValueError, match="floating point"):
        random.uniform((2,), dtype="int32")
    with pytest.raises(ValueError, match="integer"):
        random.randint((2,), 0, 5, dtype="float32")
    with pytest.raises(ValueError, match="2-D"):
        random.categorical([1.0, 2.0], 3)


def test_dropout():
    x = ops.ones((2000,))
    y = random.dropout(x, 0.25, seed=1)
    assert abs((y.numpy() == 0).mean() - 0.25) < 0.05
    assert random.dropout(x, 0.0) is x
    np.testing.assert_array_equal(random.dropout(x, 1.0), np.zeros(2000))
    with GradientTape() as tape:
        tape.watch(x)
        y = random.dropout(x, 0.25, seed=1)
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), y.numpy())


def test_shuffle():
    x = np.arange(24).reshape(4, 6)
    rows, columns = random.shuffle(x, seed=1).numpy(), random.shuffle(x, axis=1, seed=1).numpy()
    assert sorted(map(tuple, rows)) == list(map(tuple, x))
    assert sorted(map(tuple, columns.T)) == list(map(tuple, x.T))
    assert not np.array_equal(columns, x)


def test_set_random_seed_seeds_python_and_numpy():
    set_random_seed(3)
    first = (python_random.random(), np.random.rand(), random.make_default_seed())
    set_random_seed(3)
    assert first == (python_random.random(), np.random.rand(), random.make_default_seed())
