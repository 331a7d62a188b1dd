"""The passes, each on a program that is small enough to read."""

import re

import minitape as mt
from minitape.tracing.passes import optimized, with_shared_values, without_dead_code


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


def test_checks_come_first_and_assignments_after_them():
    w = mt.Variable([1.0, 2.0], name="w")

    def f(x):
        w.assign(mt.exp(x))
        noise = mt.random.uniform((2,)) + mt.sin(x)
        if mt.random.uniform(()) < 2.0:  # these random numbers are drawn after those
            x = x + noise
        return x if mt.reduce_sum(w) < 0.0 else -x

    after = [line.split(" = ")[-1].split("(")[0] for line in lines(optimized(recorded(f, X)))]
    assert [re.sub(r"v\d+", "v", line) for line in after[1:]] == [
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
        "standard_uniform",
        "sin",
        "add",
        "add",
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


def test_the_text_of_the_passes():
    function = mt.function(lambda x: [mt.sin(x), mt.exp(x) + mt.exp(x)][1])
    text = function.passes(X)
    assert [line for line in text.splitlines() if ":" in line and "inputs" not in line] == [
        "as it was written down: 4 lines, at most 24 bytes at a time",
        "with shared values: 3 lines, at most 16 bytes at a time",
        "without dead code: 2 lines, at most 16 bytes at a time",
    ]
