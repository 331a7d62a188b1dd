"""Laws of datasets: order, laziness, caching, structures, and what the elements are made of."""

from collections import Counter, namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitape as mt
from minitape.data import Dataset

SIZES = st.integers(0, 40)


@pytest.fixture
def no_global_seed():
    yield mt.random.set_seed(None)
    mt.random.set_seed(None)


def numbers(dataset):
    return [int(x) for x in dataset]


# -- order ----------------------------------------------------------------------------------------


@given(SIZES, st.integers(1, 50), st.integers(0, 2**40))
def test_shuffling_gives_each_element_once_and_none_before_the_buffer_had_it(n, buffer, seed):
    order = numbers(Dataset.range(n).shuffle(buffer, seed))
    assert sorted(order) == list(range(n))
    assert all(value <= place + buffer - 1 for place, value in enumerate(order))


@given(st.integers(0, 2**40), st.booleans())
def test_a_seed_gives_the_same_passes_again(seed, anew):
    first, second = (Dataset.range(30).shuffle(30, seed, anew) for _ in range(2))
    passes = [numbers(first) for _ in range(3)]
    assert passes == [numbers(second) for _ in range(3)]
    assert len({tuple(order) for order in passes}) == (3 if anew else 1)


def test_without_a_seed_datasets_differ(no_global_seed):
    orders = {tuple(numbers(Dataset.range(30).shuffle(30))) for _ in range(3)}
    assert len(orders) == 3


def test_shuffling_is_uniform(no_global_seed):
    mt.random.set_seed(0)
    dataset = Dataset.range(3).shuffle(3)
    counts = Counter(tuple(numbers(dataset)) for _ in range(1200))
    assert len(counts) == 6
    # 200 of each are expected, with a standard deviation of 13.
    assert all(abs(count - 200) < 65 for count in counts.values())


def test_sampling_follows_the_weights():
    zeros, ones = (Dataset.from_tensors(i).repeat() for i in range(2))
    sampled = Dataset.sample_from_datasets([zeros, ones], [0.25, 0.75], seed=1)
    assert abs(sum(numbers(sampled.take(1000))) - 750) < 70


@given(SIZES, st.integers(1, 7), st.booleans())
def test_batches_put_together_are_the_elements(n, size, drop):
    dataset = Dataset.range(n).batch(size, drop)
    batches = [batch.numpy().tolist() for batch in dataset]
    expected = list(range(n))[: n - n % size] if drop else list(range(n))
    assert [x for batch in batches for x in batch] == expected
    assert all(len(batch) == size for batch in batches[:-1])
    assert len(dataset) == len(batches)
    assert numbers(dataset.unbatch()) == expected


@given(SIZES, st.integers(0, 50))
def test_take_and_skip_part_the_elements(n, count):
    dataset = Dataset.range(n).filter(lambda x: True)
    parts = dataset.take(count).concatenate(dataset.skip(count))
    assert numbers(parts) == list(range(n))


@given(SIZES, st.integers(1, 6))
def test_shards_part_the_elements(n, shards):
    parts = [numbers(Dataset.range(n).shard(shards, i)) for i in range(shards)]
    assert sorted(x for part in parts for x in part) == list(range(n))


@given(SIZES, *[st.integers(1, 5)] * 3, st.booleans())
def test_windows_begin_where_they_should(n, size, shift, stride, drop):
    dataset = Dataset.range(n).window(size, shift, stride, drop)
    expected = [list(range(n))[i : i + size * stride : stride] for i in range(0, n, shift)]
    expected = [window for window in expected if len(window) == size or not drop]
    assert [numbers(window) for window in dataset] == expected
    assert len(dataset) == len(expected)


@given(st.lists(st.integers(0, 4), max_size=6), st.integers(1, 4), st.integers(1, 3))
def test_interleaving_gives_each_element_once_in_its_order(lengths, cycle, block):
    def tens(i):
        return Dataset.range(lengths[int(i)]).map(lambda j: 10 * i + j)

    interleaved = numbers(Dataset.range(len(lengths)).interleave(tens, cycle, block))
    assert sorted(interleaved) == [10 * i + j for i, n in enumerate(lengths) for j in range(n)]
    for i in range(len(lengths)):
        mine = [x for x in interleaved if x // 10 == i]
        assert mine == sorted(mine)


@pytest.mark.parametrize("seed", [None, 3])
def test_rows_of_arrays_are_kept_together(seed):
    x, y = np.arange(40.0).reshape(20, 2), np.arange(20)
    dataset = Dataset.from_tensor_slices({"x": x, "y": y}).shuffle(7, seed).repeat(2).skip(3)
    for batch in dataset.batch(6):
        np.testing.assert_array_equal(batch["x"], x[batch["y"].numpy()])


# -- laziness -------------------------------------------------------------------------------------


def test_functions_are_called_when_an_element_is_asked_for():
    calls = []
    iterator = iter(Dataset.range(5).map(lambda x: calls.append(int(x)) or x).batch(2))
    assert calls == []
    next(iterator)
    assert calls == [0, 1]


def test_a_generator_is_started_by_each_pass():
    starts = []

    def generator():
        starts.append(1)
        yield from range(3)

    dataset = Dataset.from_generator(generator, output_signature=mt.TensorSpec((), "int32"))
    assert numbers(dataset) == numbers(dataset) == [0, 1, 2]
    assert len(starts) == 2


def test_infinite_datasets_are_read_no_further_than_needed():
    calls = []
    endless = Dataset.range(3).repeat().map(lambda x: calls.append(1) or x)
    assert numbers(endless.take(7)) == [0, 1, 2, 0, 1, 2, 0]
    assert len(calls) == 7


def test_a_cache_is_filled_by_the_first_whole_pass():
    calls = []
    dataset = Dataset.range(3).map(lambda x: calls.append(1) or x).cache()
    next(iter(dataset))
    assert numbers(dataset) == numbers(dataset) == [0, 1, 2]
    assert len(calls) == 1 + 3


def test_a_cache_of_nothing():
    assert numbers(Dataset.range(0).cache().repeat()) == []


def test_caching_in_files_is_refused():
    with pytest.raises(NotImplementedError, match="only memory is cached in.*filename='x'"):
        Dataset.range(3).cache("x")


def test_an_error_comes_at_its_element():
    def check(x):
        if x == 2:
            raise KeyError("two")
        return x

    iterator = iter(Dataset.range(5).map(check))
    assert [int(next(iterator)), int(next(iterator))] == [0, 1]
    with pytest.raises(KeyError, match="two"):
        next(iterator)


# -- elements -------------------------------------------------------------------------------------


def test_arrays_are_copied_once():
    x = np.zeros(3)
    dataset = Dataset.from_tensor_slices(x)
    x[:] = 1
    assert numbers(dataset) == [0, 0, 0]


def test_tensors_are_not_copied():
    x = mt.constant(np.zeros([4, 3]))
    rows = list(Dataset.from_tensor_slices(x))
    assert all(np.shares_memory(row.array, x.array) for row in rows)


def test_named_tuples_are_kept_and_given_whole():
    Point = namedtuple("Point", "x y")
    dataset = Dataset.from_tensor_slices(Point([1, 2], [3, 4])).batch(2)
    (point,) = dataset
    assert isinstance(point, Point)
    assert numbers(dataset.map(lambda p: p.x + p.y).unbatch()) == [4, 6]


def test_dicts_are_told_apart_by_their_keys_in_any_order():
    def named(x):
        return {"a": x, "b": -x} if x % 2 else {"b": -x, "a": x}

    (batch,) = Dataset.range(4).map(named).batch(4)
    assert batch["a"].numpy().tolist() == [0, 1, 2, 3]
    assert batch["b"].numpy().tolist() == [0, -1, -2, -3]


def test_a_function_that_forgets_to_return():
    with pytest.raises(TypeError, match="returned None.*forget to return"):
        list(Dataset.range(2).map(lambda x: None))


def test_the_spec_of_a_function_that_refuses_made_up_elements():
    def table(x):
        return {3: mt.constant([1.0]), 4: mt.constant([1.0, 2.0])}[int(x)]

    spec = Dataset.range(3, 5).map(table).element_spec
    assert spec == mt.TensorSpec([None], "float32")
    with pytest.raises(KeyError):
        _ = Dataset.range(9, 10).map(table).element_spec
    with pytest.raises(KeyError):
        _ = Dataset.range(0).map(table).element_spec


def test_a_padded_batch_does_not_rely_on_a_guessed_length():
    dataset = Dataset.range(5).map(lambda x: mt.ones([3 if x < 3 else 4]))
    assert [batch.shape for batch in dataset.padded_batch(4)] == [(4, 4), (1, 4)]


def test_batches_of_other_shapes_are_named():
    dataset = Dataset.range(2).map(lambda x: (x, mt.ones([x])))
    message = r"component 1. First element had shape \(0,\) and element 1 had shape \(1,\)"
    with pytest.raises(mt.errors.InvalidArgumentError, match=message):
        list(dataset.batch(2))


def test_windows_are_no_batches():
    with pytest.raises(TypeError, match="Batching of datasets is not supported"):
        list(Dataset.range(4).window(2).batch(2))


def test_iterators():
    iterator = iter(Dataset.range(1))
    assert iter(iterator) is iterator
    assert iterator.element_spec == mt.TensorSpec([], "int64")
    assert int(iterator.get_next()) == 0
    with pytest.raises(mt.errors.OutOfRangeError, match="no more elements"):
        iterator.get_next()
    with pytest.raises(StopIteration):
        next(iterator)


def test_a_dataset_of_unknown_length_is_true():
    assert Dataset.range(3).filter(lambda x: False)
    assert Dataset.range(0)
