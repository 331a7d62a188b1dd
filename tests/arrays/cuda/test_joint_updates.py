"""The updates of several variables in one launch have the bits of one by one."""

import re

import numpy as np
import pytest

import minitape as mt
from minitape.arrays.cuda.simulator import compiler, put
from minitape.engine import PRIMITIVES
from minitape.keras import layers
from minitape.keras.optimizers import SGD, Adam, RMSprop
from minitape.tracing.compiled import compiled
from minitape.tracing.passes import (
    after,
    with_updates_in_place,
    with_updates_joined,
    without_dead_code,
)

SIZES = (1, 3000, 7, 256, 257, 2)  # of variables, again and again
RATE, STEPS = put(np.array(0.1, "float32")), put(np.array(3, "int64"))
ADAM = dict(beta_1=0.9, beta_2=0.999, epsilon=1e-7)
# The op, the inputs that variables share, the number of arrays that it renews, its parameters.
OPS = {
    "sgd": ("gradient_descent", (RATE,), 1, {}),
    "momentum": ("momentum_descent", (RATE,), 2, dict(momentum=0.9, nesterov=False)),
    "nesterov": ("momentum_descent", (RATE,), 2, dict(momentum=0.9, nesterov=True)),
    "rmsprop": (
        "rmsprop_update",
        (RATE,),
        2,
        dict(rho=0.9, momentum=0.0, epsilon=1e-7, centered=False),
    ),
    "adam": ("adam_update", (RATE, STEPS), 3, ADAM),
    "amsgrad": ("adam_update", (RATE, STEPS), 4, ADAM),
}


def launches_in(f):
    """The kernels that a call launches, with their grids."""
    launched = []

    def noted(kernel, instance, grid, block):
        launched.append((kernel.file, grid))
        return lambda *event: None

    with compiler.watching(noted):
        f()
    return launched


@pytest.mark.parametrize("count", [1, 2, 17, 40])
@pytest.mark.parametrize("name", OPS)
def test_the_bits_of_one_by_one(name, count, dtype, random, order):
    op, shared, renewed, params = OPS[name]
    run = PRIMITIVES[op].run.cuda
    sizes = [SIZES[i % len(SIZES)] for i in range(count)]
    gradients = [put(random.normal(size=n).astype(dtype)) for n in sizes]
    old = [
        tuple(put(random.uniform(0.1, 1, n).astype(dtype)) for _ in range(renewed)) for n in sizes
    ]
    expected = [run(g, *shared, *some, **params) for g, some in zip(gradients, old, strict=True)]
    before = [[x.get() for x in some] for some in old]
    in_place = [i % 3 > 0 for i in range(count)]
    found = run.of_many(gradients, shared, old, in_place, **params)
    for over, some, was, ours, theirs in zip(in_place, old, before, found, expected, strict=True):
        assert len(ours) == len(theirs) == renewed
        for x, first, y, z in zip(some, was, ours, theirs, strict=True):
            np.testing.assert_array_equal(y.get(), z.get(), strict=True)
            assert (x is y) == over
            assert over or (x.get() == first).all()


def test_so_many_variables_are_one_launch():
    op, shared, _, params = OPS["sgd"]
    x = [put(np.ones(n, "float32")) for n in range(300, 340)]
    run = PRIMITIVES[op].run.cuda
    done = launches_in(lambda: run.of_many(x, shared, [(y,) for y in x], [False] * 40, **params))
    assert done == [
        ("optimizers.cu", (2, 16)),
        ("optimizers.cu", (2, 16)),
        ("optimizers.cu", (2, 8)),
    ]


def test_a_gradient_in_another_order():
    op, shared, _, params = OPS["sgd"]
    g, w = np.arange(6, dtype="float32").reshape(3, 2), np.ones((2, 3), "float32")
    many = [put(g).T, put(w)], shared, [(put(w),), (put(w.copy()),)], [False, True]
    (found,), (other,) = PRIMITIVES[op].run.cuda.of_many(*many, **params)
    np.testing.assert_allclose(found.get(), w - 0.1 * g.T, rtol=1e-6)
    np.testing.assert_allclose(other.get(), w - 0.1, rtol=1e-6)


OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.1, momentum=0.9),
    "nesterov": lambda: SGD(0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda: RMSprop(0.1),
    "adam": lambda: Adam(0.1),
    "amsgrad": lambda: Adam(0.1, amsgrad=True),
}


def step(optimizer, variables, x):
    with mt.GradientTape() as tape:
        loss = sum(mt.reduce_sum(mt.sin(v * x)) for v in variables)
    optimizer.apply(tape.gradient(loss, variables), variables)


def variables_of(*dtypes):
    """Variables on the card, of other sizes each."""
    with mt.device("/SIM:0"):
        return [
            mt.Variable(np.linspace(-1, 1, 5 * n + 1, dtype=dtype), name=f"w{n}")
            for n, dtype in enumerate(dtypes)
        ]


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_step_is_one_launch_that_writes_over_what_nobody_else_holds(make):
    ours, eager = variables_of(*["float32"] * 5), variables_of(*["float32"] * 5)
    with mt.device("/SIM:0"):
        optimizer, other, x = make(), make(), mt.constant(2.0)
    function = mt.function(step)
    for _ in range(2):  # the first makes the optimizer's variables
        function(optimizer, ours, x)
        step(other, eager, x)
    run = compiled(plan_of(function))
    run(x.array)  # what was put on the card is a view of what came from there
    step(other, eager, x)
    for holds in (False, True, False):
        arrays = [v.array for v in ours]
        held = ours[2].read_value() if holds else None
        before, addresses = arrays[2].get(), list(map(id, arrays))
        del arrays
        launched = launches_in(lambda: run(x.array))
        assert [file for file, _ in launched].count("optimizers.cu") == 1
        step(other, eager, x)
        same = [id(v.array) == address for v, address in zip(ours, addresses, strict=True)]
        assert same == [True, True, not holds, True, True]
        if holds:
            np.testing.assert_array_equal(held, before)
        del held
        for v, w in zip([*ours, *optimizer.variables], [*eager, *other.variables], strict=True):
            np.testing.assert_array_equal(v, w)


@pytest.mark.parametrize("make", [lambda: RMSprop(0.1, centered=True), lambda: Adam(0.1)])
def test_updates_without_a_kernel_are_computed_one_by_one(make):
    dtype = "float32" if isinstance(make(), RMSprop) else "float16"
    ours, eager = variables_of(*[dtype] * 3), variables_of(*[dtype] * 3)
    with mt.device("/SIM:0"):
        optimizer, other, x = make(), make(), mt.constant(2.0, dtype)
    function = mt.function(step)
    for _ in range(4):
        function(optimizer, ours, x)
        step(other, eager, x)
    for v, w in zip([*ours, *optimizer.variables], [*eager, *other.variables], strict=True):
        np.testing.assert_array_equal(v, w)


def test_a_model_is_renewed_in_one_launch():
    random = np.random.default_rng(0)
    x, y = random.normal(size=(8, 5)).astype("float32"), random.integers(0, 3, 8)
    with mt.device("/SIM:0"):
        model = mt.keras.Sequential(
            [mt.keras.Input((5,)), layers.Dense(6, activation="relu"), layers.Dense(3)]
        )
        loss = mt.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss)
    for _ in range(2):
        model.train_on_batch(x, y)
    launched = launches_in(lambda: model.train_on_batch(x, y))
    assert [file for file, _ in launched].count("optimizers.cu") == 1


def plan_of(function):
    """What the last call ran."""
    ((trace,),) = [ways for ways in function._traces.values() if isinstance(ways, list)]
    return trace.plan


def lines_of(f, *args):
    """What a function on the card does to variables, in its order."""
    function = mt.function(f)
    function(*args)
    ((trace,),) = function._traces.values()
    passes = with_updates_in_place, without_dead_code, with_updates_joined
    text = re.sub(r":0|v\d+ = ", "", str(after(passes, trace.recorded)))
    return re.findall(r"^w.*? <- [a-z_]+|^read w\d", text, re.MULTILINE)


def test_a_line_that_needs_or_renews_a_variable_comes_after_its_update():
    a, b, c = variables_of(*["float32"] * 3)
    descent = PRIMITIVES["gradient_descent"]
    with mt.device("/SIM:0"):
        x, rate = mt.constant(1.0), mt.constant(0.5)
        gradients = [mt.ones(v.shape) for v in (a, b, c)]

    def f(x, rate, *gradients):
        for v, g in zip((a, b), gradients, strict=False):
            v.assign(descent(g, rate, v)[0])
        total = mt.reduce_sum(a)  # the new one
        c.assign(descent(gradients[2], rate, c)[0])
        b.assign(descent(gradients[1], rate, b)[0])
        c.assign(gradients[2] * x)
        return total

    before = [v.numpy() for v in (a, b, c)]
    assert lines_of(f, x, rate, *gradients) == [
        "w0, w1 <- gradient_descent",
        "read w0",
        "w2, w1 <- gradient_descent",
        "w2 <- v",
    ]
    np.testing.assert_array_equal(a, before[0] - 0.5)
    np.testing.assert_array_equal(b, before[1] - 1)
    np.testing.assert_array_equal(c, np.ones(c.shape))


def test_what_has_other_rates_or_types_is_renewed_apart():
    variables = variables_of("float32", "float32", "float64", "float32", "float64")
    descent = PRIMITIVES["gradient_descent"]
    with mt.device("/SIM:0"):
        rates = [mt.constant(x) for x in (0.5, 0.25)]
        gradients = [mt.ones(v.shape, v.dtype) for v in variables]

    def f(small, large, *gradients):
        given = small, small, large, large, large
        for v, rate, g in zip(variables, given, gradients, strict=True):
            v.assign(descent(g, rate, v)[0])

    assert lines_of(f, *rates, *gradients) == [
        "w0, w1 <- gradient_descent",
        "w2, w4 <- gradient_descent",
        "w3 <- gradient_descent",
    ]


def test_on_the_cpu_they_stay_apart():
    a, b = mt.Variable([1.0, 2.0]), mt.Variable([3.0])

    def f():
        for v in (a, b):
            v.assign(PRIMITIVES["gradient_descent"](v * 2.0, mt.constant(0.5), v)[0])

    function = mt.function(f)
    function()
    ((trace,),) = function._traces.values()
    assert with_updates_joined(trace.plan) == trace.plan
