"""Random ops: shapes, seeds, what is recorded, and dropout with its gradient."""

import math

import numpy as np
import pytest

from minitape import ops
from minitape.engine import GradientTape, Recorder
from minitape.errors import InvalidArgumentError
from minitape.ops import random
from minitape.ops.dropout import dropout, stateless_dropout
from minitape.ops.generator import Generator

DRAWS = [random.normal, random.truncated_normal, random.uniform]
STATELESS = [random.stateless_normal, random.stateless_truncated_normal, random.stateless_uniform]


@pytest.fixture(autouse=True)
def no_global_seed():
    yield
    random.set_seed(None)


@pytest.mark.parametrize("draw", DRAWS)
def test_shape_may_be_given_in_many_ways(draw):
    x = ops.zeros((2, 3))
    for shape in [(2, 3), [2, 3], x.shape, np.array([2, 3]), ops.shape(x), (ops.constant(2), 3)]:
        assert draw(shape).shape == (2, 3)
    assert draw(()).shape == ()
    assert draw((0, 3)).shape == (0, 3)


@pytest.mark.parametrize("shape", [3, (2.0,), (-1,), "ab", [[1, 2]], None])
def test_bad_shapes(shape):
    with pytest.raises(InvalidArgumentError, match=r"shape|Dimension"):
        random.normal(shape)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", np.float64, ops.zeros(1).dtype])
def test_dtypes(draw, dtype):
    assert draw((2,), dtype=dtype).dtype == dtype


@pytest.mark.parametrize("draw", [random.normal, random.truncated_normal])
def test_normals_are_floats(draw):
    with pytest.raises(ValueError, match="dtype"):
        draw((2,), dtype="int32")


def test_integer_bounds():
    with pytest.raises(ValueError, match="Must specify maxval"):
        random.uniform((2,), dtype="int32")
    with pytest.raises(ValueError, match="dtype"):
        random.uniform((2,), 0, 5, dtype="uint8")
    with pytest.raises(InvalidArgumentError, match="Need minval < maxval, got 5 >= 5"):
        random.uniform((2,), 5, 5, dtype="int32")
    values = random.uniform((1000,), -3, 4, dtype="int64").numpy()
    assert set(values) == set(range(-3, 4))
    with pytest.raises(ValueError, match="both None"):
        random.stateless_uniform((2,), [1, 2], None, 3, dtype="int32")
    with pytest.raises(ValueError, match="not None"):
        random.stateless_uniform((2,), [1, 2], 0, 3, dtype="uint32")


# -- seeds --------------------------------------------------------------------------------------


def test_unseeded_draws_differ():
    draws = [random.uniform((4,)).numpy() for _ in range(3)]
    random.set_seed(None)
    draws += [random.uniform((4,)).numpy() for _ in range(3)]
    assert len({tuple(draw) for draw in draws}) == 6


def test_global_seed_repeats_the_sequence():
    def sequence():
        random.set_seed(11)
        return [tuple(draw((3,), seed=seed).numpy()) for draw in DRAWS for seed in (None, 4, 4)]

    first = sequence()
    assert sequence() == first
    for draws in (first[:3], first[3:6], first[6:]):
        assert len(set(draws)) == 3


def test_op_seed_continues_its_own_stream():
    random.set_seed(11)
    whole = [random.uniform((4,), seed=3).numpy() for _ in range(3)]
    random.set_seed(11)
    for values in whole:
        random.uniform((100,))
        random.normal((100,), seed=3)
        random.uniform((7,), seed=4)
        np.testing.assert_array_equal(random.uniform((4,), seed=3).numpy(), values)


@pytest.mark.parametrize("seed", [1.5, "7", [1]])
def test_seeds_are_integers(seed):
    with pytest.raises(TypeError):
        random.set_seed(seed)
    with pytest.raises(TypeError):
        random.uniform((2,), seed=seed)


@pytest.mark.parametrize("draw", STATELESS)
def test_stateless_draws_depend_on_the_seed_alone(draw):
    random.set_seed(1)
    first = draw((5,), [3, 4]).numpy()
    random.uniform((5,))
    for seed in ((3, 4), np.array([3, 4]), ops.constant([3, 4]), ops.constant([3, 4], "int64")):
        np.testing.assert_array_equal(draw((5,), seed).numpy(), first)
    assert not np.array_equal(draw((5,), [4, 3]).numpy(), first)


@pytest.mark.parametrize("seed", [3, [1, 2, 3], [[1, 2]], [1.0, 2.0]])
def test_stateless_seeds_are_two_integers(seed):
    with pytest.raises(InvalidArgumentError, match="seed must"):
        random.stateless_normal((2,), seed)


def test_only_philox():
    for alg in ("threefry", 2, "mersenne"):
        with pytest.raises(ValueError, match="alg"):
            random.stateless_normal((2,), [1, 2], alg=alg)


# -- distributions ------------------------------------------------------------------------------


def test_moments():
    size = 40_000
    values = random.stateless_normal((size,), [1, 2], mean=3.0, stddev=2.0).numpy()
    assert abs(values.mean() - 3) < 5 * 2 / math.sqrt(size)
    assert abs(values.std() - 2) < 5 * 2 / math.sqrt(2 * size)
    values = random.stateless_uniform((size,), [1, 2], -1.0, 3.0).numpy()
    assert values.min() >= -1
    assert values.max() < 3
    assert abs(values.mean() - 1) < 5 * 4 / math.sqrt(12 * size)
    values = random.stateless_truncated_normal((size,), [1, 2], 1.0, 0.5).numpy()
    assert values.min() > 0
    assert values.max() < 2
    assert abs(values.std() - 0.5 * 0.8796) < 0.01


def test_shuffle_moves_whole_rows():
    x = np.arange(30).reshape(10, 3)
    shuffled = random.shuffle(x).numpy()
    assert sorted(map(tuple, shuffled)) == list(map(tuple, x))
    assert not np.array_equal(shuffled, x)  # but for one order in 3,628,800
    for small in (5, [7], np.zeros((0, 2))):
        np.testing.assert_array_equal(random.shuffle(small).numpy(), small)


def test_shuffle_has_a_gradient():
    x = ops.constant([1.0, 2.0, 3.0, 4.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = random.shuffle(x, seed=1)
        total = ops.reduce_sum(y * y * y)
    np.testing.assert_allclose(tape.gradient(total, x).numpy(), 3 * x.numpy() ** 2)


def test_categorical():
    logits = np.log([[0.2, 0.8], [0.6, 0.4]])
    drawn = random.categorical(logits, 4000, dtype="int32")
    assert drawn.dtype == "int32"
    np.testing.assert_allclose(drawn.numpy().mean(axis=1), [0.8, 0.4], atol=0.05)
    assert random.stateless_categorical(logits, 3, [1, 2]).dtype == "int64"
    with pytest.raises(InvalidArgumentError, match="should be a matrix"):
        random.categorical([1.0, 2.0], 3)
    with pytest.raises(ValueError, match="dtype"):
        random.categorical(logits, 3, dtype="float32")


# -- what recorders see -------------------------------------------------------------------------


class Listener(Recorder):
    def __init__(self):
        self.entries = []

    def record(self, op, inputs, output, params):
        self.entries.append((op, inputs, output, params))


def recorded(draw):
    with Listener() as listener:
        return listener.entries, draw()


def test_a_draw_is_a_function_of_a_recorded_state():
    entries, values = recorded(lambda: random.uniform((3,)))
    (next_state, no_inputs, state, settings), (draw, inputs, _, params) = entries
    assert no_inputs == ()
    assert inputs[0] is state
    np.testing.assert_array_equal(draw(*inputs, **params).numpy(), values.numpy())
    # Run again, the first op gives another state: a replayed program draws anew.
    assert not np.array_equal(next_state(**settings).numpy(), state.numpy())


def test_a_seed_tensor_is_an_input():
    seed = ops.constant([1, 2])
    entries, _ = recorded(lambda: random.stateless_normal((3,), seed))
    _, inputs, _, _ = entries[0]
    assert inputs[0] is seed


def test_gradients_reach_mean_and_stddev():
    mean, stddev = ops.constant(1.0), ops.constant(2.0)
    with GradientTape() as tape:
        tape.watch([mean, stddev])
        y = random.stateless_normal((4,), [1, 2], mean, stddev)
    by_mean, by_stddev = tape.gradient(y, [mean, stddev])
    assert by_mean == 4
    expected = ops.reduce_sum(random.stateless_normal((4,), [1, 2]))
    np.testing.assert_allclose(by_stddev.numpy(), expected.numpy(), rtol=1e-6)


# -- dropout ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_mean(rate):
    y = stateless_dropout(ops.ones((20_000,)), rate, [1, 2]).numpy()
    assert set(np.round(y, 4)) == {0, np.float32(round(1 / (1 - rate), 4))}
    assert abs((y == 0).mean() - rate) < 5 * math.sqrt(rate * (1 - rate) / len(y))


def test_dropout_keeps_where_the_uniform_is_at_least_the_rate():
    x = np.linspace(1, 2, 50, dtype="float32")
    u = random.stateless_uniform((50,), [5, 6]).numpy()
    expected = np.where(u >= np.float32(0.3), x * np.float32(1 / 0.7), 0)
    np.testing.assert_array_equal(stateless_dropout(x, 0.3, [5, 6]).numpy(), expected)


def test_dropout_gradient_is_the_mask():
    x = ops.constant(np.linspace(-1, 1, 40), "float32")
    with GradientTape() as tape:
        tape.watch(x)
        y = dropout(x, 0.4, seed=2)
    kept = y.numpy() != 0
    np.testing.assert_array_equal(
        tape.gradient(y, x).numpy(), np.where(kept, np.float32(1 / 0.6), 0)
    )


def test_dropout_of_infinities():
    x = np.array([np.inf, -np.inf, np.nan, -1.0] * 10, "float32")
    y = stateless_dropout(x, 0.5, [1, 2]).numpy()
    kept = random.stateless_uniform((40,), [1, 2]).numpy() >= 0.5
    np.testing.assert_array_equal(y, np.where(kept, 2 * x, 0))
    assert not np.signbit(y[~kept]).any()


def test_dropout_of_a_scalar_and_of_nothing():
    assert dropout(3.0, 0.5).shape == ()
    assert dropout(np.zeros((0, 2), "float32"), 0.5).shape == (0, 2)
    strided = np.arange(24.0, dtype="float32").reshape(4, 6).T[::2]
    y = stateless_dropout(strided, 0.5, [1, 2]).numpy()
    assert set(y.ravel()) <= {0, *(2 * strided.ravel())}


def test_noise_shape_shares_the_choice():
    x = np.ones((4, 6, 3), "float32")
    y = dropout(x, 0.5, noise_shape=(None, 1, None)).numpy()
    np.testing.assert_array_equal(y, np.broadcast_to(y[:, :1], y.shape))
    with pytest.raises(InvalidArgumentError):
        dropout(x, 0.5, noise_shape=(3, 1, 1))


def test_dropout_of_rate_zero_is_the_input():
    x = ops.ones((3,))
    assert dropout(x, 0) is x
    random.set_seed(1)
    dropout(x, 0.0)
    after_zero = random.uniform((3,)).numpy()
    random.set_seed(1)
    dropout(x, 0.5)
    np.testing.assert_array_equal(random.uniform((3,)).numpy(), after_zero)


def test_dropout_errors():
    for rate in (1, 1.0, -0.5, math.nan):
        with pytest.raises(ValueError, match=r"in the range \[0, 1\)"):
            dropout([1.0], rate)
    with pytest.raises(ValueError, match="floating point"):
        dropout([1], 0.5)
    with pytest.raises(ValueError, match="scalar"):
        dropout([1.0], ops.constant([0.5]))
    with pytest.raises(ValueError, match="compatible"):
        dropout([1.0], ops.constant(0.5, "float64"))


# -- Generator ----------------------------------------------------------------------------------


def test_generator_moves_on():
    one, same = Generator.from_seed(5), Generator.from_seed(5)
    first = one.normal((3,)).numpy()
    assert not np.array_equal(one.normal((3,)).numpy(), first)
    same.skip(3)
    one = Generator.from_seed(5)
    one.uniform((3,))
    np.testing.assert_array_equal(one.normal((3,)).numpy(), same.normal((3,)).numpy())
    unseeded = [Generator.from_non_deterministic_state() for _ in range(2)]
    assert not np.array_equal(*[generator.uniform((4,)).numpy() for generator in unseeded])
    with pytest.raises(ValueError, match="maxval"):
        one.uniform((2,), dtype="int32")


def test_generator_counter_carries():
    generator = Generator(
        state=[-1, 0, 7], alg="philox"
    )  # the counter's low half is about to overflow
    generator.skip(1)
    assert generator.state.numpy().tolist() == [255, 1, 7]


def test_generator_splits():
    generators = Generator.from_seed(5).split(3)
    draws = {tuple(generator.uniform((2,)).numpy()) for generator in generators}
    assert len(draws) == 3
    assert Generator.from_seed(5).make_seeds(4).shape == (2, 4)
