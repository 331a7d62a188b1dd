"""Data into batches: arrays, structures, streams, and what is wrong with some of them."""

import random

import numpy as np
import pytest

import minitape as mt
from minitape.keras.training import (
    PyDataset,
    pack_x_y_sample_weight,
    unpack_x_y_sample_weight,
)
from minitape.keras.training.arrays import as_arrays, class_weights, split_validation
from minitape.keras.training.data import ArrayBatches, Epochs, StreamBatches, batches

X = np.arange(14.0).reshape(7, 2)
Y = np.arange(7)


def values(batch):
    return mt.nest.map_structure(lambda tensor: tensor.numpy().tolist(), batch)


# -- arrays --------------------------------------------------------------------------------------


def test_arrays_are_cut_in_order_and_the_last_batch_is_smaller():
    source = batches(X, Y, batch_size=3)
    assert len(source) == 3
    assert [values(y) for _, y in source] == [[0, 1, 2], [3, 4, 5], [6]]


def test_shuffling_takes_every_example_once_in_a_new_order_and_keeps_pairs():
    mt.random.set_seed(None)  # a global seed makes all passes alike, as in Keras
    np.random.seed(0)
    source = batches(X, Y, batch_size=3, shuffle=True)
    orders = []
    for _ in range(2):
        rows = [(x[0], y) for xs, ys in source for x, y in zip(values(xs), values(ys), strict=True)]
        assert sorted(y for _, y in rows) == list(range(7))
        assert all(x == 2 * y for x, y in rows)
        orders.append([y for _, y in rows])
    assert orders[0] != orders[1]


def test_floats_become_the_default_type_and_nothing_else_changes():
    x, y = next(iter(batches({"a": X, "b": X.astype("float16")}, Y.astype("uint8"))))
    assert x["a"].dtype == x["b"].dtype == mt.float32
    assert y.dtype == mt.uint8
    assert next(iter(batches(X > 3))).dtype == mt.bool


@pytest.mark.parametrize(
    "structure", [[X, Y], (X, Y), {"a": X, "b": Y}], ids=["list", "tuple", "dict"]
)
def test_structures_stay_what_they_are(structure):
    x, y = next(iter(batches(structure, structure, batch_size=2)))
    assert type(x) is type(y) is type(structure)
    assert values(mt.nest.flatten(x)) == [X[:2].tolist(), [0, 1]]


def test_tensors_variables_and_what_can_become_an_array():
    class Frame:
        def __array__(self, dtype=None, copy=None):
            return X

    for x in (mt.constant(X), mt.Variable(X), Frame()):
        assert values(next(iter(batches(x)))) == X.tolist()


def test_batches_do_not_write_into_the_callers_arrays():
    x = X.copy()
    for batch in batches(x, batch_size=3):
        mt.Variable(batch).assign_add(mt.ones_like(batch))
    np.testing.assert_array_equal(x, X)


@pytest.mark.parametrize(
    ("given", "data"),
    [
        ((X,), X.tolist()),
        (([X],), ([X.tolist()],)),
        (({"a": X},), {"a": X.tolist()}),
        ((X, Y), (X.tolist(), Y.tolist())),
        ((X, Y, Y), (X.tolist(), Y.tolist(), Y.tolist())),
        ((X, None, Y), (X.tolist(), None, Y.tolist())),
    ],
    ids=["x", "[x]", "{x}", "x, y", "x, y, weight", "x, weight"],
)
def test_what_a_step_is_given(given, data):
    batch = ArrayBatches(*given).whole()
    assert mt.nest.map_structure(lambda t: t if t is None else t.numpy().tolist(), batch) == data


def test_pack_and_unpack():
    assert pack_x_y_sample_weight(1) == 1
    assert pack_x_y_sample_weight([1]) == ([1],)
    assert pack_x_y_sample_weight(1, 2) == (1, 2)
    assert pack_x_y_sample_weight(1, 2, 3) == (1, 2, 3)
    assert unpack_x_y_sample_weight(1) == (1, None, None)
    assert unpack_x_y_sample_weight((1,)) == (1, None, None)
    assert unpack_x_y_sample_weight([1, 2]) == (1, 2, None)
    assert unpack_x_y_sample_weight((1, 2, 3)) == (1, 2, 3)
    with pytest.raises(ValueError, match="expected to be in format .* Received: 4 elements"):
        unpack_x_y_sample_weight((1, 2, 3, 4))


# -- arrays that are wrong -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (None, "`x` is missing"),
        (7, "`x` must be an array with one example per row.*Received the number 7"),
        ("abc", "arrays of numbers. Received: a str of dtype <U3"),
        (np.array([["a", "b"]]), "arrays of numbers.* dtype <U1 and shape \\(1, 2\\)"),
        (np.array([[1, 2], [3]], dtype=object), "dtype object.*astype"),
        ([1.0, 2.0], "Received the number 1.0: if `x` is a list of numbers, pass numpy.array"),
        ([[1.0, 2.0]], "if `x` is a list of numbers"),
        ({"a": X, "b": X[:3]}, "'x' sizes: 7, 3"),
    ],
    ids=["None", "number", "str", "strings", "objects", "list", "nested list", "lengths"],
)
def test_what_is_no_array_of_examples(x, message):
    with pytest.raises(ValueError, match=message):
        batches(x)


def test_arrays_of_different_lengths_are_listed():
    with pytest.raises(ValueError, match="Data cardinality is ambiguous") as raised:
        batches([X, X], {"a": Y, "b": Y[:5]}, Y[:6])
    assert "'x' sizes: 7, 7; 'y' sizes: 7, 5; 'sample_weight' sizes: 6." in str(raised.value)


def test_labels_that_are_a_list_of_numbers():
    with pytest.raises(ValueError, match="`y` must be an array.*numpy.array"):
        batches(X, Y.tolist())


def test_a_batch_size_below_one():
    with pytest.raises(ValueError, match="batch_size to be at least 1. Received: 0"):
        batches(X, batch_size=0)


# -- class weights and validation splits ---------------------------------------------------------


@pytest.mark.parametrize("y", [[0, 2, 1], [[0], [2], [1]], np.eye(3)[[0, 2, 1]], [0.0, 2.0, 1.0]])
def test_class_weights(y):
    assert class_weights(np.asarray(y), {0: 5.0, 2: 0.5}).tolist() == [5.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"y": Y, "class_weight": {0: 1.0}, "sample_weight": Y},
            "`class_weight` and `sample_weight`",
        ),
        ({"y": [Y, Y], "class_weight": {0: 1.0}}, "only supported for Models with a single output"),
        ({"y": np.zeros((7, 2, 2)), "class_weight": {0: 1.0}}, "3\\+ dimensional.*\\(7, 2, 2\\)"),
        ({"class_weight": {0: 1.0}}, "needs labels"),
    ],
)
def test_class_weights_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        batches(X, **settings)


def test_the_last_rows_are_kept_for_validation():
    training, validation = split_validation({"a": X}, Y, None, 0.3)
    assert training[1].tolist() == [0, 1, 2, 3]
    assert validation[1].tolist() == [4, 5, 6]
    assert training[0]["a"].shape == (4, 2)
    assert training[2] is validation[2] is None


@pytest.mark.parametrize("split", [0.0, 1.0])
def test_a_split_that_leaves_nothing(split):
    with pytest.raises(ValueError, match="contains 7 samples, which is not sufficient"):
        split_validation(X, Y, None, split)


def test_none_stays_none():
    assert as_arrays(None, "y") is None
    assert as_arrays([None, Y], "y")[0] is None


# -- batches from elsewhere ----------------------------------------------------------------------


def test_generators_iterables_and_sequences():
    class Iterable:
        def __iter__(self):
            yield X, Y

    class Sequence:
        def __len__(self):
            return 1

        def __getitem__(self, i):
            return X, Y

    for source in (((X, Y) for _ in range(1)), Iterable(), Sequence(), iter([[X, Y]])):
        (batch,) = batches(source)
        assert values(batch) == (X.tolist(), Y.tolist())


def test_floats_of_a_stream_become_the_default_type():
    ((x, y),) = batches(iter([(X, Y)]))
    assert x.dtype == mt.float32
    assert y.dtype == mt.int64


def test_a_sequence_is_shuffled_by_whole_batches_and_told_of_each_end():
    class Sequence:
        ends = 0

        def __len__(self):
            return 20

        def __getitem__(self, i):
            return np.array([i])

        def on_epoch_end(self):
            self.ends += 1

    source = Sequence()
    random.seed(0)
    shuffled = [int(batch[0]) for batch in StreamBatches(source, shuffle=True)]
    assert shuffled != sorted(shuffled) == list(range(20))
    assert [int(batch[0]) for batch in StreamBatches(source)] == list(range(20))
    assert source.ends == 2


def test_a_py_dataset_is_told_of_each_pass():
    told = []

    class Data(PyDataset):
        def __init__(self):
            pass  # as subclasses do that forget super().__init__()

        def __len__(self):
            return 2

        def __getitem__(self, i):
            told.append(i)
            return X

        def on_epoch_begin(self):
            told.append("begin")

        def on_epoch_end(self):
            told.append("end")

    assert len(list(StreamBatches(Data()))) == 2
    assert told == ["begin", 0, 1, "end"]
    assert Data().workers == 1


def test_both_weights_of_a_stream():
    with pytest.raises(ValueError, match="`class_weight` and `sample_weight`"):
        list(batches(iter([(X, Y, Y)]), class_weight={3: 0.5}))


def test_class_weights_of_a_stream():
    ((_, _, weights),) = batches(iter([(X, Y)]), class_weight={3: 0.5})
    assert values(weights) == [1, 1, 1, 0.5, 1, 1, 1]


@pytest.mark.parametrize("argument", ["y", "sample_weight"])
def test_labels_beside_a_stream(argument):
    with pytest.raises(ValueError, match=f"received: a list_iterator.*`{argument}` should not"):
        batches(iter([X]), **{argument: Y})


@pytest.mark.parametrize("batch", [3.0, (X, [0, 1, 2])], ids=["number", "list of labels"])
def test_a_batch_that_is_no_array(batch):
    with pytest.raises(ValueError, match="A batch must be arrays.*Received the single value"):
        list(batches(iter([batch])))


# -- epochs --------------------------------------------------------------------------------------


def firsts(epochs):
    """The first label of each batch of the next epoch."""
    return [int(y[0]) for _, y in epochs]


def test_an_epoch_is_one_pass():
    epochs = Epochs(batches(X, Y, batch_size=3))
    assert epochs.steps == 3
    assert firsts(epochs) == firsts(epochs) == [0, 3, 6]


def test_an_epoch_of_some_steps_goes_on_where_the_last_one_stopped():
    epochs = Epochs(batches(X, Y, batch_size=2), steps=2)
    assert epochs.steps == 2
    assert firsts(epochs) == [0, 2]
    assert firsts(epochs) == [4, 6]
    assert firsts(epochs) == [0, 2]  # the pass ended just where the epoch did


def test_an_epoch_ends_where_the_pass_does():
    epochs = Epochs(batches(X, Y, batch_size=3), steps=2)
    assert firsts(epochs) == [0, 3]
    with pytest.warns(UserWarning, match="ran out of data.*It gave 1 in this epoch"):
        assert firsts(epochs) == [6]
    assert firsts(epochs) == [0, 3]


def test_a_generator_is_read_once():
    epochs = Epochs(batches((X[i : i + 1], Y[i : i + 1]) for i in range(3)))
    assert epochs.steps is None
    assert firsts(epochs) == [0, 1, 2]
    with pytest.warns(UserWarning, match="ran out of data.*It gave 0 in this epoch"):
        assert firsts(epochs) == []


def test_no_data_at_all():
    for source in (batches(X[:0], Y[:0]), batches(iter([]))):
        with pytest.raises(ValueError, match="There is no data"):
            list(Epochs(source))


def test_no_steps():
    with pytest.raises(ValueError, match="at least 1 step per epoch. Received: 0"):
        Epochs(batches(X), steps=0)
