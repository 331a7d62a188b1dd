"""A function on a card is replayed as one graph: the simulated card writes them down, too."""

import numpy as np
import pytest

import minitape as mt
from minitape import settings
from minitape.arrays import cuda
from minitape.errors import InvalidArgumentError
from minitape.keras import Sequential, layers, optimizers
from minitape.tracing.graphs import _MOST_GRAPHS
from tests.arrays.cuda import test_training as training


@pytest.fixture(autouse=True)
def on_card():
    with mt.device("/SIM:0"):
        yield


def without_graphs(run):
    settings.set_cuda_graphs(False)
    try:
        return run()
    finally:
        settings.set_cuda_graphs(True)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
@pytest.mark.parametrize("network", [training.perceptron, training.convolutional])
def test_training_gives_the_same_bits(network, optimizer):
    def trained():
        return training.trained(network, optimizer, "/SIM:0")

    found, expected = trained(), without_graphs(trained)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])
    for ours, theirs in zip(found[2], expected[2], strict=True):
        np.testing.assert_array_equal(ours, theirs)


def called(f, *calls):
    """The results of calls as a function, the last of them as one graph, and its text."""
    function = mt.function(f)
    found = [function(*args) for args in calls]
    return found, function.graph(*calls[-1])


def test_it_has_the_ops_that_follow_each_other():
    x = mt.constant([[1.0, 2.0], [3.0, 4.0]])
    found, text = called(lambda x: mt.matmul(mt.nn.softmax(x), x), *[(x + i,) for i in range(5)])
    assert text == "one graph of 2 launches"
    for i, one in enumerate(found):  # none of them was written over by a later call
        expected = np.exp([[1, 2], [3, 4]]) / np.exp([[1, 2], [3, 4]]).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(one, expected @ ([[1, 2], [3, 4]] + np.float64(i)), rtol=1e-5)


def test_what_numpy_does_in_place_of_cupy_is_replayed():
    def f(x):
        rows = mt.reverse(mt.cumsum(x, axis=0), [1])
        top, index = mt.math.top_k(rows, k=2)
        return mt.concat([top, mt.cast(index, "float32")], axis=1) * 2.0

    random = np.random.default_rng(0)
    calls = [(mt.constant(random.normal(size=(3, 4)), "float32"),) for _ in range(5)]
    found, text = called(f, *calls)
    assert text.startswith("one graph")
    for one, (x,) in zip(found, calls, strict=True):
        np.testing.assert_array_equal(one, f(x))


def test_variables_keep_their_arrays_and_take_what_is_assigned():
    v = mt.Variable([1.0, 2.0])
    w = mt.Variable([0.0, 0.0])

    def f(x):
        w.assign(v)  # the value before
        v.assign_add(x)
        return v * 2.0

    function = mt.function(f)
    x = mt.constant([1.0, 1.0])
    for i in range(4):
        np.testing.assert_array_equal(function(x), [4 + 2 * i, 6 + 2 * i])
    assert function.graph(x).startswith("one graph")
    place = cuda.address_of(v.array)
    v.assign([10.0, 20.0])
    np.testing.assert_array_equal(function(x), [22, 42])
    assert cuda.address_of(v.array) == place
    np.testing.assert_array_equal(w, [10, 20])


def test_a_value_that_was_read_is_not_written_over():
    v = mt.Variable([1.0, 2.0])
    function = mt.function(lambda x: v.assign_add(x))
    x, held = mt.constant([1.0, 1.0]), []
    for i in range(_MOST_GRAPHS - 2):
        function(x)
        if i > 2:
            held.append(v.read_value())
    assert function.graph(x).startswith("one graph")
    for i, one in enumerate(held):
        np.testing.assert_array_equal(one, [5 + i, 6 + i])
    for _ in range(_MOST_GRAPHS):
        function(x)
        held.append(v.read_value())
    assert "kept, again and again" in function.graph(x)
    for i, one in enumerate(held):
        np.testing.assert_array_equal(one, [5 + i, 6 + i])


def test_nothing_but_variables_goes_in():
    v = mt.Variable([1.0, 2.0])
    found, text = called(lambda: v.assign(v * 2.0 + mt.random.uniform((2,), 0.0, 1e-6)), *[()] * 5)
    assert text.startswith("one graph")
    np.testing.assert_allclose(found, [[2 * 2**i, 4 * 2**i] for i in range(5)], rtol=1e-4)
    assert "nothing goes in" in called(lambda: mt.random.uniform((2,)), *[()] * 4)[1]


def test_an_old_value_that_is_given_back():
    v = mt.Variable([1.0, 2.0])

    def f(x):
        before = v.read_value()
        v.assign(before * x)
        return before

    found, text = called(f, *[(mt.constant([2.0, 3.0]),)] * 5)
    assert text.startswith("one graph")
    for i, one in enumerate(found):
        np.testing.assert_array_equal(one, [2**i, 2 * 3**i])


def test_an_optimizer_writes_in_place_and_takes_another_rate():
    v = mt.Variable([1.0, 2.0])
    optimizer = optimizers.SGD(0.5)
    function = mt.function(lambda g: optimizer.apply([g], [v]))
    g = mt.constant([1.0, 2.0])
    for _ in range(4):
        function(g)
    assert function.graph(g).startswith("one graph")
    np.testing.assert_array_equal(v, [-1, -2])
    optimizer.learning_rate = 2.0
    place = cuda.address_of(v.array)
    function(g)
    np.testing.assert_array_equal(v, [-3, -6])
    assert cuda.address_of(v.array) == place
    assert optimizer.iterations.numpy() == 5


@pytest.mark.parametrize("draw", [mt.random.uniform, mt.random.normal])
def test_random_numbers_go_on(draw):
    def drawn():
        mt.random.set_seed(3)
        function = mt.function(lambda x: draw((4,)) + x)
        return [function(mt.zeros(4)).numpy() for _ in range(5)], function.graph(mt.zeros(4))

    (found, text), (expected, _) = drawn(), without_graphs(drawn)
    assert text.startswith("one graph")
    np.testing.assert_array_equal(found, expected)
    assert len(np.unique(found)) == 20


def test_wrong_labels_are_an_error_before_anything_happens():
    model = Sequential([mt.keras.Input((3,)), layers.Dense(4)])
    loss = mt.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss)
    x, right, wrong = np.ones((2, 3), "float32"), np.array([0, 3]), np.array([0, 4])
    for _ in range(4):
        model.train_on_batch(x, right)
    before = model.get_weights()
    with pytest.raises(InvalidArgumentError, match="label value of 4"):
        model.train_on_batch(x, wrong)
    for ours, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    model.train_on_batch(x, right)
    assert np.isfinite(model.get_weights()[0]).all()
    assert not np.array_equal(model.get_weights()[0], before[0])


def test_rows_that_are_not_there_are_an_error():
    function = mt.function(lambda table, index: mt.gather(table, index + 1))
    table = mt.reshape(mt.range(6.0), (3, 2))
    for _ in range(4):
        np.testing.assert_array_equal(function(table, mt.constant([0, 1])), [[2, 3], [4, 5]])
    assert function.graph(table, mt.constant([0, 1])).startswith("one graph")
    with pytest.raises(InvalidArgumentError, match=r"indices\[1\] = 3 is not in"):
        function(table, mt.constant([0, 2]))


CPU_VARIABLE = []


@pytest.mark.parametrize(
    ("f", "reason"),
    [
        (lambda x: x + 1.0 if mt.reduce_sum(x) > 0.0 else x, "it decides by the value of a tensor"),
        (
            lambda x: x + mt.cast(mt.cast(x, "int32") % 2, "float32"),
            "value on the card is looked at",
        ),
        (lambda x: mt.gather(x, mt.cast(mt.random.uniform((2,)), "int32")), "by what it draws"),
        (lambda x: x + mt.identity(CPU_VARIABLE[0].value()), "v:0 lies on the CPU"),
    ],
)
def test_it_says_why_it_is_no_graph(f, reason):
    with mt.device("/CPU:0"):
        CPU_VARIABLE[:] = [mt.Variable([1.0, 2.0], name="v")]
    x = mt.constant([1.0, 2.0])
    found, text = called(f, *[(x,)] * 4)
    assert text.startswith("launched one by one")
    assert reason in text
    for one in found[1:]:
        assert one.shape == found[0].shape


def test_a_graph_that_could_not_be_made_leaves_the_variables(caplog):
    v = mt.Variable([1, -2])

    def f(x):
        v.assign_add(x)
        return v % 3

    with caplog.at_level("INFO", "minitape"):
        found, _ = called(f, *[(mt.constant([1, 1]),)] * 4)
    np.testing.assert_array_equal(v, [5, 2])
    np.testing.assert_array_equal(found[-1], [2, 2])
    assert "not replayed as one graph" in caplog.text


def test_it_is_about_cards():
    with mt.device("/CPU:0"):
        x = mt.constant(1.0)
    with pytest.raises(ValueError, match="runs on the CPU"):
        mt.function(lambda x: x + 1.0).graph(x)
