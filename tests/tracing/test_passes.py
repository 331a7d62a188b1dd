"""The passes, each on a program that is small enough to read."""

import re

import numpy as np
import pytest

import minitape as mt
from minitape import settings
from minitape.arrays.cpu import openblas, products
from minitape.errors import InvalidArgumentError
from minitape.keras.optimizers import SGD, Adam, RMSprop
from minitape.tracing.passes import (
    ALL,
    after,
    with_bias_in_products,
    with_chains,
    with_plans_joined,
    with_relu_before_pooling,
    with_shared_values,
    with_updates_in_place,
    without_dead_code,
)
from minitape.tracing.passes.memory import Memory


def recorded(f, *args):
    """The program of a call as it was written down."""
    function = mt.function(f)
    function(*args)
    ((trace,),) = function._traces.values()
    return trace.recorded


def lines(program):
    return str(program).replace("  # float32 (2,)", "").splitlines()


X = mt.zeros(2)


def test_dead_code_goes_and_effects_stay():
    w = mt.Variable([1.0, 2.0], name="w")

    def f(x):
        mt.sin(mt.cos(x))
        mt.random.uniform((2,))
        w.assign(mt.exp(x))
        return mt.tanh(x)

    program = recorded(f, X)
    assert [line.split(" = ")[-1].split("(")[0] for line in lines(program)[1:-1]] == [
        "cos",
        "sin",
        "next_random_state",
        "standard_uniform",
        "exp",
        "w:0 <- v5",
        "tanh",
    ]
    after = lines(without_dead_code(program))
    # Later draws depend on how many were made before them.
    assert "next_random_state" in after.pop(1)
    assert after == [
        "inputs v0: float32 (2,)",
        "v5 = exp(v0)",
        "w:0 <- v5",
        "v6 = tanh(v0)",
        "return v6",
    ]


def test_what_is_the_same_is_computed_once():
    w = mt.Variable([1.0, 2.0], name="w")

    def f(x):
        first = mt.exp(x) * w
        second = mt.exp(x) * w
        w.assign(first)
        return second + mt.exp(w)  # another value of w

    assert lines(with_shared_values(recorded(f, X))) == [
        "inputs v0: float32 (2,)",
        "v1 = exp(v0)",
        "v2 = read w:0",
        "v3 = multiply(v1, v2)",
        "w:0 <- v3",
        "v8 = exp(v3)",
        "v9 = add(v3, v8)",
        "return v9",
    ]


def test_parameters_tell_lines_apart():
    def f(x):
        return mt.reduce_sum(x, keepdims=True) + mt.reduce_sum(x, keepdims=False)

    assert len(with_shared_values(recorded(f, X)).lines) == 3


def test_random_numbers_are_not_shared():
    def f(x):
        return x + mt.random.uniform((2,)) - mt.random.uniform((2,))

    program = recorded(f, X)
    assert len(with_shared_values(program).lines) == len(program.lines)


def test_checks_come_first_and_assignments_after_them(numba):
    w = mt.Variable([1.0, 2.0], name="w")

    def f(x):
        w.assign(mt.exp(x))
        noise = mt.random.uniform((2,)) + mt.sin(x)
        if mt.random.uniform(()) < 2.0:  # these random numbers are drawn after those
            x = x + noise
        return x if mt.reduce_sum(w) < 0.0 else -x

    found = [line.split(" = ")[-1].split("(")[0] for line in lines(after(ALL, recorded(f, X)))]
    assert [re.sub(r"v\d+", "v", line) for line in found[1:]] == [
        "next_random_state",
        "next_random_state",
        "standard_uniform",
        "less",
        "only if v",
        "exp",
        "reduce_sum",
        "less",
        "only if not v",
        "w:0 <- v",
        "sin",
        "standard_uniform_then_add_then_add",
        "negative",
        "return v",
    ]


def test_peak_memory():
    def chain(x):
        for _ in range(5):
            x = mt.tanh(x)
        return x

    def kept(x):
        values = [mt.tanh(x), mt.sin(x), mt.cos(x)]
        return mt.add_n(values)

    x = mt.zeros(100)
    assert recorded(chain, x).peak_bytes() == 2 * 400  # what goes in and what comes out
    assert recorded(kept, x).peak_bytes() == 4 * 400


def equal(found, expected):
    for x, y in zip(mt.nest.flatten(found), mt.nest.flatten(expected), strict=True):
        np.testing.assert_array_equal(x.numpy(), y.numpy(), strict=True)


def test_the_bias_and_relu_become_part_of_the_product():
    def f(x, b):
        y = mt.matmul(x, x)
        return mt.nn.relu(mt.matmul(x, x, transpose_b=True) + b), y + b, y

    x, b = mt.constant([[1.0, -2.0], [3.0, 4.0]]), mt.constant([0.5, -9.0])
    program = with_bias_in_products(recorded(f, x, b))
    assert [line.split("  #")[0] for line in lines(program)[1:-1]] == [
        "v2 = matmul(v0, v0, transpose_a=False, transpose_b=False)",
        "v5 = matmul_bias_relu(v0, v0, v1, transpose_a=False, transpose_b=True)",
        "v6 = add(v2, v1)",  # the product itself is a result, too
    ]
    function = mt.function(f)
    equal([function(x, b), function(x, b)], [f(x, b)] * 2)


def test_what_is_no_bias_stays():
    def f(x, w):
        y = mt.nn.relu(mt.matmul(x, x) + w)  # a matrix
        z = mt.matmul(x, x) + w[:, 0]
        return y, z * 2, mt.nn.relu(mt.sin(x) + w[0])

    x, w = mt.constant([[1.0, -2.0], [3.0, 4.0]]), mt.constant([[0.5, -9.0], [1.0, 2.0]])
    text = str(with_bias_in_products(recorded(f, x, w)))
    assert text.count("matmul_bias(") == 1
    assert " relu(" in text
    assert "_relu" not in text
    function = mt.function(f)
    equal([function(x, w), function(x, w)], [f(x, w)] * 2)


def pooled(x, size=2, shift=0, with_y=False):
    """The gradient of the windows' maxima over relu."""
    with mt.GradientTape() as tape:
        tape.watch(x)
        y = mt.nn.relu(x)
        z = mt.nn.max_pool2d(y + shift if shift else y, size, 2, "VALID")
        z = z * mt.constant([3.0, -3.0])
    return tape.gradient(z, [x, y] if with_y else x)


def ops(program):
    return re.findall(r" = (\w+)\(", str(program))


def test_the_gradient_of_relu_comes_before_that_of_the_maximum():
    before = without_dead_code(recorded(pooled, mt.random.normal((3, 4, 5, 2))))
    after = with_relu_before_pooling(before)
    assert ops(before)[-2:] == ["max_pool_grad", "relu_grad"]
    assert ops(after) == [*ops(before)[:-2], "relu_grad", "max_pool_grad"]
    assert str(after).splitlines()[-3].endswith("# float32 (3, 2, 2, 2)")
    assert after.peak_bytes() < before.peak_bytes()


def test_then_the_gradient_has_the_same_bits(kernels):
    values = np.array([-1, 0, -0.0, 1, 2, np.nan, np.inf, -np.inf], "float32")
    x = mt.constant(np.random.default_rng(0).choice(values, (40, 20, 21, 2)))
    function = mt.function(pooled)
    expected, _, found = pooled(x).numpy(), function(x), function(x).numpy()
    np.testing.assert_array_equal(found.view("int32"), expected.view("int32"))
    assert expected.any()
    assert np.signbit(expected[expected == 0]).any()


@pytest.mark.parametrize(
    "f",
    [
        lambda x: pooled(x, size=3),  # a pixel may be the maximum of several windows
        lambda x: pooled(x, shift=1),  # the maximum is that of other values than relu's
        lambda x: pooled(x, with_y=True),  # somebody else needs what comes from the windows
    ],
)
def test_the_gradient_of_relu_stays_elsewhere(f):
    program = without_dead_code(recorded(f, mt.random.normal((3, 4, 5, 2))))
    assert "relu_grad" in ops(program)
    assert with_relu_before_pooling(program) == program


def test_elementwise_calls_on_large_arrays_become_one():
    w = mt.Variable(np.arange(1024, dtype="float32"), name="w")

    def f(x):
        y = mt.tanh(x) * w
        total = mt.reduce_sum(x)  # needs nothing of the chain
        z = mt.exp(-mt.square(y))
        large = y > 0.5
        return z + total, large, mt.reduce_sum(z)

    x = mt.random.stateless_normal((130, 1024), seed=[1, 2])
    program = with_chains(recorded(f, x))
    assert [line.split(" = ")[-1].split("(")[0] for line in lines(program)[1:-1]] == [
        "read w:0  # float32 ",
        "reduce_sum",
        "tanh_then_multiply_then_square_then_negative_then_exp_then_greater_then_add",
        "reduce_sum",
    ]
    assert program.peak_bytes() < recorded(f, x).peak_bytes()
    function = mt.function(f)
    equal([function(x), function(x)], [f(x)] * 2)


@pytest.mark.parametrize("shape", [(100, 100), (1, 1 << 17), (3, 1 << 16)])
def test_arrays_that_are_small_or_have_no_rows_make_no_chain(shape):
    program = recorded(lambda x: mt.tanh(mt.sin(x)), mt.zeros(shape))
    assert with_chains(program) == program


def test_a_chain_goes_no_further_than_its_shape():
    def f(x, y):
        return mt.sin(mt.sin(mt.broadcast_to(mt.sin(mt.sin(x)), y.shape) + y))

    x, y = mt.ones((1, 300, 300)), mt.ones((2, 300, 300))
    names = [line.split(" = ")[-1].split("(")[0] for line in lines(with_chains(recorded(f, x, y)))]
    assert names[1:-1] == ["sin", "sin", "broadcast_to", "add", "sin", "sin"]  # no rows of 32,768
    x, y = mt.ones((1, 100, 300)), mt.ones((4, 100, 300))
    names = [line.split(" = ")[-1].split("(")[0] for line in lines(with_chains(recorded(f, x, y)))]
    assert names[1:-1] == ["sin", "sin", "broadcast_to", "add_then_sin_then_sin"]
    function = mt.function(f)
    equal([function(x, y), function(x, y)], [f(x, y)] * 2)


@pytest.fixture
def numba():
    pytest.importorskip("numba", reason="numba compiles kernels", exc_type=ImportError)


@pytest.fixture(params=[True, False], ids=["kernels", "numpy"])
def kernels(request):
    if request.param:
        pytest.importorskip("numba", reason="numba compiles kernels", exc_type=ImportError)
    settings.set_cpu_kernels(request.param)
    yield
    settings.set_cpu_kernels(True)


OPTIMIZERS = {
    "sgd": lambda: SGD(0.5),
    "momentum": lambda: SGD(0.5, momentum=0.9),
    "nesterov": lambda: SGD(0.5, momentum=0.9, nesterov=True),
    "rmsprop": lambda: RMSprop(0.5),
    "adam": lambda: Adam(0.5),
    "amsgrad": lambda: Adam(0.5, amsgrad=True),
}


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_an_update_writes_over_what_nobody_else_holds(kernels, make):
    first = np.linspace(-1, 1, 20_000, dtype="float32")
    ours, eager = mt.Variable(first, name="w"), mt.Variable(first, name="w")
    optimizer, other = make(), make()

    def step(optimizer, w):
        optimizer.apply([mt.sin(w)], [w])

    function = mt.function(step)
    for _ in range(2):  # the first makes the optimizer's variables
        function(optimizer, ours)
        step(other, eager)
    assert "in place" in function.program(optimizer, ours)
    for holds in (False, True, False):
        array = ours.array
        held = ours.read_value() if holds else None
        view = array[:1] if holds else None
        before = array.copy()
        address = id(array)
        del array
        function(optimizer, ours)
        step(other, eager)
        assert (id(ours.array) == address) is not holds
        if holds:
            np.testing.assert_array_equal(held.numpy(), before)
            np.testing.assert_array_equal(view, before[:1])
        del held, view
    equal([ours, *optimizer.variables], [eager, *other.variables])


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_large_product_is_made_by_the_update_that_needs_it(numba, make, monkeypatch):
    monkeypatch.setattr(products, "_LARGE_RESULT", 1001 * 150)
    random = np.random.default_rng(0)
    first = random.normal(size=(1001, 150)).astype("float32")
    ours, eager = mt.Variable(first, name="w"), mt.Variable(first, name="w")
    optimizer, other = make(), make()
    x = mt.constant(random.normal(size=(20, 1001)).astype("float32"))
    g = mt.constant(random.normal(size=(20, 150)).astype("float32"))

    def step(optimizer, w, x, g):
        optimizer.apply([mt.matmul(x, g, transpose_a=True)], [w])

    function = mt.function(step)
    for _ in range(2):  # the first makes the optimizer's variables
        function(optimizer, ours, x, g)
        step(other, eager, x, g)
    (update,) = [x for x in function.program(optimizer, ours, x, g).split("\n") if "matmul" in x]
    assert update.startswith("w:0")
    assert update.endswith("in place")
    for count in (1, 2, 3):
        openblas.set_thread_count(count)
        function(optimizer, ours, x, g)
        step(other, eager, x, g)
    openblas.set_thread_count(0)
    backwards = mt.constant(x.numpy()[::-1])  # it doesn't lie in one piece
    held = ours.read_value()
    before = held.numpy().copy()
    for _ in range(2):
        function(optimizer, ours, backwards, g)
        step(other, eager, backwards, g)
    np.testing.assert_array_equal(held.numpy(), before)
    settings.set_cpu_kernels(False)
    try:
        function(optimizer, ours, x, g)
        step(other, eager, x, g)
    finally:
        settings.set_cpu_kernels(True)
    equal([ours, *optimizer.variables], [eager, *other.variables])


def test_an_update_that_is_not_assigned_at_once_stays_a_call():
    w, v = mt.Variable(mt.zeros(3), name="w"), mt.Variable(mt.zeros(3), name="v")
    op = mt.engine.PRIMITIVES["momentum_descent"]

    def f(x, order):
        new_w, new_v = op(x, mt.constant(0.5), w, v, momentum=0.9, nesterov=False)
        if order == "used":
            w.assign(new_w)
            v.assign(new_v)
            return mt.sin(new_w)
        if order == "crossed":
            v.assign(new_w)
            w.assign(new_v)
        if order == "half":
            w.assign(new_w)
        return x

    for order in ("used", "crossed", "half"):
        program = recorded(f, mt.ones(3), order)
        assert str(with_updates_in_place(program)) == str(program)


def test_calls_with_plans_become_one(numba):
    w = mt.Variable(np.linspace(-1, 1, 600 * 40, dtype="float32").reshape(600, 40), name="w")

    def f(x, bias):
        largest = mt.reduce_max(bias)  # needs nothing of what follows
        y = mt.nn.relu(mt.matmul(x, w) + bias)
        z = (y * 2.0 + y) * y
        return mt.reduce_sum(z), largest, y

    x = mt.random.stateless_normal((30, 600), seed=[1, 2])
    bias = mt.random.stateless_normal((40,), seed=[3, 4])
    program = with_plans_joined(with_bias_in_products(recorded(f, x, bias)))
    assert [line.split(" = ")[-1].split("(")[0] for line in lines(program)[1:-1]] == [
        "reduce_max",
        "read w:0  # float32 ",
        "matmul_bias_relu_then_multiply_then_add_then_multiply",
        "reduce_sum",
    ]
    function = mt.function(f)
    for count in (1, 2, 3):
        openblas.set_thread_count(count)
        equal(function(x, bias), f(x, bias))
        backwards = mt.constant(x.numpy()[::-1])  # what doesn't lie in one piece is copied
        equal(function(backwards, bias), f(backwards, bias))
    openblas.set_thread_count(0)
    settings.set_cpu_kernels(False)
    try:
        equal(function(x, bias), f(x, bias))
    finally:
        settings.set_cpu_kernels(True)


@pytest.mark.parametrize("size", [2, 3])
def test_convolutions_and_what_is_only_another_shape_go_into_a_run(numba, size):
    random = np.random.default_rng(0)
    w, v = (mt.Variable(random.normal(size=s).astype("float32")) for s in ((3, 3, 3, 8), (72, 5)))

    def f(x, bias):
        with mt.GradientTape() as tape:
            tape.watch(bias)
            y = mt.nn.relu(mt.nn.conv2d(x, w, 1, "SAME") + bias)
            pooled = mt.nn.max_pool2d(y, size, 2 if size == 2 else 1, "SAME")
            flat = mt.reshape(mt.nn.conv2d(pooled, mt.ones((3, 3, 8, 8)), 3, "VALID"), (-1, 72))
            z = mt.matmul(flat, v)
        return [z, flat, mt.reshape(x, (-1, 3)), *tape.gradient(z, [w, v, bias])]

    shape = (40, 20, 20, 3) if size == 2 else (40, 11, 11, 3)
    x = mt.constant(random.normal(size=shape), "float32")
    bias = mt.constant(random.normal(size=8), "float32")
    function = mt.function(f)
    (text,) = [x for x in function.program(x, bias).split("\n") if "_then_" in x]
    assert "conv_bias_relu_then_max_pool_then_conv_then_reshape_then_" in text
    assert ("relu_grad_then_max_pool_grad_then_" in text) == (size == 2)
    assert ("max_pool_grad_then_relu_grad_then_" in text) == (size == 3)
    assert "conv_backprop_filter" in text
    for given in (x, mt.constant(x.numpy()[::-1, :, ::-1])):
        equal(function(given, bias), f(given, bias))


def test_shapes_alone_make_no_run():
    program = recorded(lambda x: mt.expand_dims(mt.reshape(x, (3, 2)), 0), mt.ones((2, 3)))
    assert with_plans_joined(program).lines == program.lines


def test_a_line_that_needs_a_result_ends_the_run(numba):
    def f(x):
        y = x + 1.0 + x
        return y * mt.reduce_max(y) * y

    program = with_plans_joined(recorded(f, mt.ones((3, 4))))
    names = [line.split(" = ")[-1].split("(")[0] for line in lines(program)[1:-1]]
    assert names == ["add_then_add", "reduce_max", "multiply_then_multiply"]


def test_variables_get_their_new_values_after_the_run(numba):
    """Updates come first; what reads a variable that has a new value comes after it."""
    w, total = (mt.Variable(np.ones((4, 3), "float32"), name=name) for name in ("w", "total"))
    optimizer = SGD(0.5, name="sgd")
    optimizer.build([w])

    def f(x):
        y = x + 1.0
        total.assign_add(y)
        optimizer.apply([y * x], [w])
        return y * x * 2.0, w * y

    program = with_plans_joined(with_updates_in_place(recorded(f, mt.ones((4, 3)))))
    texts = [re.sub(r"v\d+(, v\d+)* = |\(.*", "", line).strip() for line in lines(program)[1:-1]]
    assert texts == [
        "read total:0  # float32",
        "read sgd/learning_rate  # float32",
        "read w:0  # float32",
        "read sgd/iteration  # int64",
        "add",
        "add_then_add_then_multiply_then_multiply_then_multiply",
        "w:0 <- gradient_descent",
        "total:0 <- v4",
        "sgd/iteration <- v11",
        "read w:0  # float32",
        "multiply",
    ]
    function, x = mt.function(f), mt.ones((4, 3))
    for i in range(1, 4):
        before = mt.constant(w)
        equal(function(x), [x * 4.0, (before - 1.0) * 2.0])
        equal([total, w], [mt.ones((4, 3)) * (2.0 * i + 3.0), before - 1.0])


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_updates_follow_a_run_and_nothing_is_renewed_where_it_fails(numba, make):
    random = np.random.default_rng(0)
    first = random.normal(size=(200, 90)).astype("float32")
    ours, eager = mt.Variable(first, name="w"), mt.Variable(first, name="w")
    optimizer, other = make(), make()

    def step(optimizer, w, x, labels):
        with mt.GradientTape() as tape:
            y = mt.matmul(x, w)
            loss = mt.nn.sparse_softmax_cross_entropy_with_logits(labels, y)
        optimizer.apply(tape.gradient(loss, [w]), [w])
        return mt.reduce_sum(loss)

    function = mt.function(step)
    x = mt.constant(random.normal(size=(30, 200)).astype("float32"))
    for turn in range(4):
        labels = mt.constant(random.integers(0, 90, 30))
        equal(function(optimizer, ours, x, labels), step(other, eager, x, labels))
        array = ours.array
        if turn > 1:
            with pytest.raises(InvalidArgumentError, match="label"):
                function(optimizer, ours, x, labels + 60)
        assert ours.array is array
        equal([ours, *optimizer.variables], [eager, *other.variables])
        del array
    text = function.program(optimizer, ours, x, labels)
    assert "matmul_then_sparse_softmax_cross_entropy" in text
    assert "in place" in text


def test_places_in_memory_are_taken_again():
    memory = Memory()
    assert [memory.taken(100), memory.taken(64), memory.taken(1)] == [0, 128, 192]
    memory.free(0, 100)
    memory.free(192, 1)
    assert [memory.taken(60), memory.taken(100), memory.taken(64)] == [192, 0, 256]
    assert memory.size == 320


def test_a_long_run(numba):
    """Values take each other's places, and never that of one that is still needed."""

    def f(x):
        kept, y = [], x
        for i in range(100):
            y = (y + float(i)) * x
            if i % 7 == 0:
                kept.append(y)
        for z in kept:
            y = y - z
        return y

    x = mt.constant(np.linspace(0, 0.01, 1000, dtype="float32").reshape(10, 100))
    function = mt.function(f)
    equal([function(x), function(x)], [f(x)] * 2)


def test_the_text_of_the_passes(numba):
    function = mt.function(lambda x: [mt.sin(x), mt.exp(x) + mt.exp(x)][1])
    text = function.passes(X)
    assert [line for line in text.splitlines() if ":" in line and "inputs" not in line] == [
        "as it was written down: 4 lines, at most 24 bytes at a time",
        "with shared values: 3 lines, at most 16 bytes at a time",
        "without dead code: 2 lines, at most 16 bytes at a time",
    ]
