"""`function`: what is replayed is what Python would have done."""

import copy
import gc
import logging
import weakref

import numpy as np
import pytest

import minitape as mt
from minitape import settings
from minitape.tracing import OperatorNotAllowedInGraphError, function


class Counted:
    """A function of tensors that counts how often Python runs it."""

    def __init__(self, f):
        self.runs = 0
        self.f = f

    def __call__(self, *args, **kwargs):
        self.runs += 1
        return self.f(*args, **kwargs)


def test_python_runs_once_for_a_signature():
    python = Counted(lambda x, scale: mt.tanh(x) * scale)
    f = function(python)
    for numbers in ([1.0, 2.0], [-3.0, 0.5], [0.0, 7.0]):
        np.testing.assert_array_equal(f(mt.constant(numbers), 2.0), mt.tanh(numbers) * 2.0)
    assert python.runs == 1
    f(mt.constant([1.0, 2.0, 3.0]), 2.0)  # another shape
    f(mt.constant([1.0, 2.0], "float64"), 2.0)  # another dtype
    f(mt.constant([1.0, 2.0]), 3.0)  # another number, which is a constant
    assert python.runs == 4


def test_arrays_are_tensors_and_structures_come_back():
    f = function(lambda d, *, flag: {"sum": d["a"] + d["b"], "rest": [None, flag, 2.0]})
    for _ in range(2):
        found = f({"a": np.ones(2, "float32"), "b": mt.ones(2)}, flag="name")
        assert list(found) == ["sum", "rest"]
        np.testing.assert_array_equal(found["sum"], [2, 2])
        none, name, two = found["rest"]
        assert (none, name) == (None, "name")
        assert isinstance(two, mt.Tensor)


def test_variables_are_read_and_assigned_in_order():
    v = mt.Variable(1.0)

    @function
    def step(x):
        before = v * 1.0
        v.assign_add(x)
        middle = v * 1.0
        v.assign(v * 10.0)
        return before, middle, v

    for _ in range(2):
        v.assign(1.0)
        before, middle, after = step(mt.constant(2.0))
        assert (float(before), float(middle), float(after), float(v)) == (1, 3, 30, 30)


def test_a_variable_made_in_the_first_call_is_no_constant():
    class Model:
        weight = None

        @function
        def __call__(self, x):
            if self.weight is None:
                self.weight = mt.Variable(mt.random.normal((2,)))
            self.weight.assign_add([1.0, 1.0])
            return x * self.weight

    model = Model()
    x = mt.ones(2)
    model(x)
    first = model.weight.numpy()
    for i in range(1, 4):
        np.testing.assert_array_equal(model(x), first + np.float32(i))


def test_gradients_inside_and_outside():
    w = mt.Variable([[1.0, 2.0], [3.0, 4.0]])

    @function
    def inside(x):
        with mt.GradientTape() as tape:
            loss = mt.reduce_sum(mt.sin(x @ w))
        return tape.gradient(loss, w)

    outside = function(lambda x: mt.reduce_sum(mt.sin(x @ w)))
    for numbers in ([[1.0, 2.0]], [[0.5, -1.0]]):
        x = mt.constant(numbers)
        with mt.GradientTape() as tape:
            loss = outside(x)
        expected = x.numpy().T @ np.cos(x.numpy() @ w.numpy())
        np.testing.assert_allclose(inside(x), expected, rtol=1e-6)
        np.testing.assert_allclose(tape.gradient(loss, w), expected, rtol=1e-6)


def test_forward_mode_and_second_order_through_a_program():
    f = function(lambda x: x**3)
    x = mt.constant(2.0)
    f(x)
    with mt.autodiff.ForwardAccumulator(x, mt.constant(1.0)) as accumulator:
        with mt.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        first = tape.gradient(y, x)
    assert (float(first), float(accumulator.jvp(first))) == (12, 12)


def test_a_gradient_of_ones_own():
    @mt.custom_gradient
    def doubled(x):
        return x * 1.0, lambda g: g * 2 * x

    @function
    def inside(x):
        with mt.GradientTape() as tape:
            tape.watch(x)
            y = doubled(x)
        return tape.gradient(y, x)

    outside = function(doubled)
    for number in (3.0, 5.0):
        x = mt.constant(number)
        assert float(inside(x)) == 2 * number
        with mt.GradientTape() as tape:
            tape.watch(x)
            y = outside(x)
        assert float(tape.gradient(y, x)) == 2 * number


def test_random_numbers_go_on_as_eagerly():
    def draw():
        return mt.random.uniform((3,)), mt.random.normal((2,), seed=5)

    drawn = []
    for f in (draw, function(draw)):
        mt.random.set_seed(7)
        drawn.append([np.concatenate(f()) for _ in range(3)])
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0][0], drawn[0][1])


def test_a_function_in_a_function():
    python = Counted(lambda x: x * 2)
    inner = function(python)
    outer = function(lambda x: inner(x) + inner(x + 1))
    for number in (1.0, 2.0):
        assert float(outer(mt.constant(number))) == 4 * number + 2
    assert python.runs == 1


def test_shapes_may_decide():
    f = function(lambda x: mt.zeros(mt.shape(x)[0]) if mt.shape(x)[0] > 2 else x)
    assert f(mt.ones(2)).shape == (2,)
    np.testing.assert_array_equal(f(mt.ones(3)), np.zeros(3))
    assert "return" in f.program(mt.ones(3))


def test_each_way_has_a_program():
    python = Counted(lambda x: x if x > 0 else -x)
    f = function(python)
    assert [float(f(mt.constant(n))) for n in (2.0, -3.0, 4.0, -1.0)] == [2, 3, 4, 1]
    assert python.runs == 2
    assert f.program(mt.constant(1.0)).splitlines()[1:] == [
        "v2 = greater(v0, 0.0)  # bool ()",
        "only if not v2",
        "v3 = negative(v0)  # float32 ()",
        "return v3",
        "",
        "inputs v0: float32 ()",
        "v2 = greater(v0, 0.0)  # bool ()",
        "only if v2",
        "return v0",
    ]


def test_a_decision_comes_before_what_changes():
    """Where another way is gone, variables and random numbers are as they were."""

    def make():
        mt.random.set_seed(3)
        v = mt.Variable(0.0)

        def step(x):
            v.assign_add(x)
            noise = mt.random.uniform(())
            if noise < 0.5:
                v.assign(v + mt.random.normal(()))
            elif v > 3.0:
                v.assign(-v)
            return v, noise

        return step

    python = make()
    expected = [list(map(float, python(mt.constant(1.0)))) for _ in range(30)]
    f = function(make())
    assert [list(map(float, f(mt.constant(1.0)))) for _ in range(30)] == expected
    assert f.program(mt.constant(1.0)).count("return") == 3


def test_gradients_of_branches_and_loops():
    w = mt.Variable(3.0)

    def step(x):
        with mt.GradientTape() as tape:
            y = mt.cond(x > 0, lambda: x * w, lambda: mt.sin(w))
            _, y = mt.while_loop(lambda i, y: i < x, lambda i, y: (i + 1, y * w), (0.0, y))
        gradient = tape.gradient(y, w)
        w.assign_sub(0.1 * gradient)
        return y, gradient

    found = []
    for f in (step, function(step)):
        w.assign(3.0)
        found.append([list(map(float, f(mt.constant(n)))) for n in (1.0, -2.0, 2.0, 1.0, -1.0)])
    assert found[0] == found[1]


def test_too_many_ways_are_left_to_python():
    python = Counted(lambda x: mt.while_loop(lambda i: i < x, lambda i: i + 1.0, [0.0])[0])
    f = function(python)
    assert [float(f(mt.constant(float(n)))) for n in range(1, 21)] == list(range(1, 21))
    assert python.runs == 20
    with pytest.raises(ValueError, match=r"while_loop \(.*\) decides .*, in more than 8 ways"):
        f.program(mt.constant(1.0))
    long = function(python)
    assert float(long(mt.constant(500.0))) == 500
    with pytest.raises(ValueError, match="decides by the value of a tensor, again and again"):
        long.program(mt.constant(500.0))


def test_a_check_of_numbers_needs_no_reader():
    f = function(lambda x: [mt.debugging.assert_all_finite(x, "mine"), x * 2][1])
    for _ in range(2):
        assert float(f(mt.constant(1.0))) == 2
        with pytest.raises(mt.errors.InvalidArgumentError, match="mine : Tensor had NaN values"):
            f(mt.constant(np.nan))


def test_many_elements_are_no_decision():
    f = function(lambda x: 1 if x > 0 else 2)
    for _ in range(2):
        with pytest.raises(ValueError, match="ambiguous"):
            f(mt.constant([1.0, 2.0]))


def test_with_decisions_python_runs_where_somebody_records():
    f = function(lambda x: x * x if x > 0 else -x)
    for number in (3.0, -3.0, 5.0):
        x = mt.constant(number)
        for _ in range(2):
            f(x)
        with mt.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        assert float(tape.gradient(y, x)) == (2 * number if number > 0 else -1)
    outer = function(lambda x: f(x) + 1.0)
    assert [float(outer(mt.constant(n))) for n in (2.0, -2.0, 3.0)] == [5, 3, 10]


def test_a_check_that_fails_is_an_error_each_time():
    def f(x):
        mt.debugging.assert_positive(x)
        return x * 2

    python = Counted(f)
    g = function(python)
    for _ in range(3):
        assert float(g(mt.constant(1.0))) == 2
        with pytest.raises(mt.errors.InvalidArgumentError):
            g(mt.constant(-1.0))
    assert python.runs == 4


@pytest.mark.parametrize(
    ("look", "error"),
    [
        (bool, OperatorNotAllowedInGraphError),
        (int, TypeError),
        (float, TypeError),
        (lambda x: x.numpy(), AttributeError),
        (np.asarray, NotImplementedError),
    ],
)
def test_a_look_at_a_tensor_is_TensorFlows_error(look, error):
    f = function(lambda x: look(x * 2), autograph=False)
    with pytest.raises(error, match=r"test_function\.py:\d+.*run_functions_eagerly"):
        f(mt.constant(1.0))


@pytest.mark.parametrize(
    "op",
    [
        lambda x: mt.range(x),
        lambda x: mt.py_function(lambda y: y.numpy() * 2, [x], mt.int32),
        lambda x: mt.numpy_function(lambda y: y * 2, [x], mt.int32),
        lambda x: mt.boolean_mask([1, 2, 3], [x > 1, x > 2, True]),
        lambda x: mt.where([x > 1, x > 2, True]),
        lambda x: mt.unique([x, 2, 1])[0],
        lambda x: mt.sequence_mask([x, 2]),
        lambda x: mt.math.confusion_matrix([x, 0], [0, x]),
    ],
)
def test_what_needs_values_runs_in_python(op):
    f = function(op)
    for number in (1, 3, 2):
        x = mt.constant(number)
        np.testing.assert_array_equal(f(x), op(x))
    with pytest.raises(ValueError, match="has no program"):
        f.program(x)


@pytest.mark.parametrize(
    "op",
    [
        lambda x: mt.cond(x > 1, lambda: x, lambda: -x),
        lambda x: mt.case([(x > 2, lambda: x), (x > 1, lambda: -x)], default=lambda: x * x),
        lambda x: mt.switch_case(x, [lambda: x, lambda: -x, lambda: x * x]),
        lambda x: mt.while_loop(lambda i: i < 10, lambda i: i + x + 1, [x]),
        lambda x: mt.while_loop(lambda i: i < 9, lambda i: i + 1, [0], maximum_iterations=x),
        lambda x: x if not x else -x,
    ],
)
@pytest.mark.parametrize("autograph", [True, False])
def test_what_decides_by_values(op, autograph):
    f = function(op, autograph=autograph)
    for number in (1, 3, 2, 1, 0, 3, 7, 2):
        x = mt.constant(number)
        try:
            found = f(x)
        except OperatorNotAllowedInGraphError:
            assert not autograph
            return
        np.testing.assert_array_equal(found, op(x))


def test_tf_print_prints_each_time(capfd):
    f = function(lambda x: [mt.print("value", x), x][1])
    for number in (1, 2):
        f(mt.constant(number))
    assert capfd.readouterr().err.split() == ["value", "1", "value", "2"]


def test_an_error_in_a_program_names_the_op_and_its_inputs():
    f = function(mt.nn.sparse_softmax_cross_entropy_with_logits)
    f(mt.constant([0, 1]), mt.zeros((2, 3)))
    with pytest.raises(mt.errors.InvalidArgumentError, match="label value of 3 which is outside"):
        f(mt.constant([0, 3]), mt.zeros((2, 3)))
    g = function(lambda x, y: x // y)
    g(mt.constant([4]), mt.constant([2]))
    with pytest.raises(mt.errors.InvalidArgumentError, match=r"floordiv: .*zero.*\[1\] int32"):
        g(mt.constant([4]), mt.constant([0]))


def test_an_error_while_tracing_leaves_nothing():
    python = Counted(lambda x: mt.matmul(x, x))
    f = function(python)
    for _ in range(2):
        with pytest.raises(mt.errors.InvalidArgumentError):
            f(mt.ones((2, 3)))
    assert python.runs == 2
    mt.tanh(mt.ones(2)).numpy()  # nobody listens any more


def test_the_program_is_short_and_readable():
    w = mt.Variable([1.0, 2.0], name="w")

    @function
    def step(x):
        mt.sin(x)  # that nobody needs
        a = mt.exp(x) * w
        b = mt.exp(x) * w  # the same once more
        w.assign(a + b)
        return mt.constant(1.0) + 2.0  # a constant

    assert step.program(mt.zeros(2)).splitlines() == [
        "inputs v0: float32 (2,)",
        "v2 = exp(v0)  # float32 (2,)",
        "v3 = read w:0  # float32 (2,)",
        "v4 = multiply(v2, v3)  # float32 (2,)",
        "v8 = add(v4, v4)  # float32 (2,)",
        "w:0 <- v8",
        "return 3.0",
    ]


def test_an_input_signature():
    f = function(lambda x, n: x * n, input_signature=[mt.TensorSpec([None, 2]), mt.TensorSpec([])])
    np.testing.assert_array_equal(f([[1, 2]], 3), [[3, 6]])
    with pytest.raises(TypeError, match="does not match its input_signature"):
        f([[1.0, 2.0, 3.0]], 3.0)


def test_arguments_for_scripts_of_TensorFlow():
    @function(reduce_retracing=True, jit_compile=True, experimental_autograph_options=None)
    def f(x):
        return x * 2

    for length in (1, 2, 3):
        np.testing.assert_array_equal(f(mt.ones(length)), np.full(length, 2))


def test_functions_may_run_eagerly():
    python = Counted(lambda x: float(x) * 2)
    f = function(python)
    settings.run_functions_eagerly(True)
    try:
        assert [f(mt.constant(n)) for n in (1.0, 2.0)] == [2, 4]
    finally:
        settings.run_functions_eagerly(False)
    assert python.runs == 2


def test_methods_have_programs_of_their_own_that_go_with_the_object():
    class Scaled:
        def __init__(self, factor):
            self.factor = factor

        @function
        def call(self, x):
            return x * self.factor

    one, two = Scaled(1.0), Scaled(2.0)
    for _ in range(2):
        assert float(one.call(mt.constant(3.0))) == 3
        assert float(two.call(mt.constant(3.0))) == 6
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None


def test_many_programs_of_one_function_are_said_once(caplog):
    f = function(lambda x, n: x * n)
    with caplog.at_level(logging.WARNING, "minitape"):
        for n in range(20):
            f(mt.constant(1.0), float(n))
    (record,) = caplog.records
    assert "traced 8 times" in record.message


def test_an_unhashable_argument():
    with pytest.raises(TypeError, match="must be a tensor, an array, or hashable"):
        function(lambda x: x)({1, 2})


def test_a_thousand_programs_go_with_their_function():
    weight = mt.Variable(np.ones(1000, "float32"))
    seen = []

    def scaled(x, factor):
        y = x * factor
        seen.append(weakref.ref(y.array))
        return y + weight

    f = function(scaled)
    x = mt.zeros(1000)
    for factor in range(1000):
        f(x, float(factor))
    assert sum(array() is not None for array in seen) == 0  # values of the calls are not kept
    programs = [weakref.ref(trace) for (trace,) in f._traces.values()]
    del f
    gc.collect()
    assert not any(program() for program in programs)


class Counter:
    def __init__(self):
        self.count = mt.Variable(0)
        self.step = function(self.add)

    def add(self, by):
        self.count.assign_add(by)
        return self.count


def test_a_copy_writes_its_own_program():
    counter = Counter()
    counter.step(mt.constant(1))
    twin = copy.deepcopy(counter)
    assert (int(twin.step(mt.constant(5))), int(counter.count)) == (6, 1)


def test_in_python_it_takes_and_gives_what_it_does_as_a_program():
    v = mt.Variable(1.0)
    kinds = []

    @function
    def f(x):
        mt.py_function(lambda: None, [], [])  # keeps it in Python
        kinds.append(type(x))
        return v, 2.0

    for _ in range(3):
        assert [type(y) for y in f(np.ones(2, "float32"))] == [mt.Tensor, mt.Tensor]
    assert kinds == [mt.Tensor] * 3


def test_a_wrong_label_is_found_where_the_gradient_alone_is_asked_for():
    @function
    def gradient(labels, logits):
        with mt.GradientTape() as tape:
            tape.watch(logits)
            loss = mt.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        return tape.gradient(loss, logits)

    gradient(mt.constant([0, 1]), mt.zeros((2, 3)))
    for wrong in (-1, 3):
        with pytest.raises(mt.errors.InvalidArgumentError, match=f"label value of {wrong} which"):
            gradient(mt.constant([0, wrong]), mt.zeros((2, 3)))


def test_a_tensor_that_is_given_twice_is_two_arguments():
    one, five = mt.constant(1.0), mt.constant(5.0)
    f = function(lambda x, y: x - y)
    assert [float(f(*given)) for given in [(one, one), (one, five), (five, one)]] == [0, -4, 4]
    known = mt.constant(2.0)
    g = function(lambda x: x - known)
    assert [float(g(x)) for x in (known, five)] == [0, 3]
    assert "identity" not in g.program(known)


def test_an_argument_with_the_array_of_a_variable():
    @mt.custom_gradient
    def same(x):
        return x, lambda g: g

    v = mt.Variable(0.0)
    one, five = mt.constant(1.0), mt.constant(5.0)
    v.assign(one)  # which it shares its array with

    @function
    def f(x):
        return v * 10.0 + same(x)

    assert [float(f(x)) for x in (one, five)] == [11, 15]


def test_gradients_of_a_tensor_that_is_no_argument():
    known = mt.constant(3.0)
    f = function(lambda x: x * mt.square(known))
    x = mt.constant(2.0)
    for _ in range(3):
        with mt.GradientTape() as tape:
            tape.watch(known)
            y = f(x)
        assert float(tape.gradient(y, known)) == 12
        with mt.autodiff.ForwardAccumulator(known, mt.constant(1.0)) as accumulator:
            y = f(x)
        assert float(accumulator.jvp(y)) == 12
    # It is a number where nobody asks.
    assert f.program(x).splitlines()[1:] == ["v3 = multiply(v0, 9.0)  # float32 ()", "return v3"]


def test_sums_of_gradients_keep_their_order():
    def f(x):
        return mt.exp(x) * 0.1 + mt.exp(x) * 0.7

    replayed = function(f)
    x = mt.constant(np.linspace(-3, 3, 1000, dtype="float32"))
    replayed(x)
    found = []
    for g in (f, replayed):
        with mt.GradientTape() as tape:
            tape.watch(x)
            y = g(x)
        found.append(tape.gradient(y, x))
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_probabilities_remember_their_logits(activation):
    """As arguments and as results they do, and losses are exact on those."""
    activate = mt.keras.activations.get(activation)
    loss = mt.keras.losses.BinaryCrossentropy()
    replayed_loss, replayed = function(loss), function(activate)
    truth = mt.constant([[1.0, 0.0]])
    for numbers in ([[0.5, 0.1]], [[-70.0, 3.0]], [[2.0, 90.0]]):
        logits = mt.constant(numbers)
        eager = loss(truth, activate(logits))
        assert float(replayed_loss(truth, activate(logits))) == float(eager)
        assert float(loss(truth, replayed(logits))) == float(eager)
    # What remembers nothing has a program of its own.
    plain = mt.constant([[0.5, 0.25]])
    assert float(replayed_loss(truth, plain)) == float(loss(truth, plain))
