"""Where a NaN was born: each birth's op, direction, layer, line and cure, read from the answer."""

import re
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import minitape as mt
from minitape.engine import active
from minitape.errors import InvalidArgumentError
from minitape.learn import NaNError, trace_nans
from minitape.learn.nans import is_finite

SOURCE = Path(__file__).read_text().splitlines()


def line_of(marker):
    """The number of the line that ends with `# marker`."""
    (number,) = [i for i, line in enumerate(SOURCE, 1) if line.endswith(f"  # {marker}")]
    return number


def born(program, *arguments):
    """The birth that a program ends with."""
    before = active.recorders
    with pytest.raises(NaNError) as raised, trace_nans() as tracer:
        program(*arguments)
    assert active.recorders == before
    assert tracer.births == [raised.value.birth]
    assert tracer.first is raised.value.birth
    birth = raised.value.birth
    assert str(raised.value) == raised.value.message == str(birth)
    for told in (repr(birth.op), birth.what, *([repr(birth.of)] if birth.of else [])):
        assert told in str(birth)
    if birth.place is not None:
        assert f"{birth.place.file}:{birth.place.line}" in str(birth)
        assert birth.place.file == __file__
        assert birth.place.code in SOURCE[birth.place.line - 1]
    return birth


def gradient_of(f, *values):
    xs = [mt.constant(value) for value in values]
    with mt.GradientTape() as tape:
        tape.watch(xs)
        y = f(*xs)
    return tape.gradient(y, xs)  # gradient


def log_of_zero():
    mt.math.log([1.0, 0.0, 2.0])  # log of zero


def log_of_softmax():
    p = mt.nn.softmax([0.0, 200.0])
    mt.math.log(p)  # log of softmax


def log_of_negative():
    mt.math.log([1.0, -1.0])  # log of negative


def quotient():
    a, b = mt.constant([1.0, 2.0]), mt.constant([4.0, 0.0])
    return a / b  # quotient


def zero_by_zero():
    a = mt.constant([0.0, 2.0])
    return a / [0.0, 1.0]  # zero by zero


def mean_of_nothing():
    x = mt.constant([1.0, 2.0])
    return mt.reduce_mean(x[x > 3])  # mean of nothing


def masked_mean():
    x, mask = mt.constant([1.0, 2.0]), mt.constant([0.0, 0.0])
    return mt.reduce_sum(x * mask) / mt.reduce_sum(mask)  # masked mean


def variance_of_one():
    x = mt.constant([3.0])
    n = float(x.shape[0])
    return mt.reduce_sum(mt.square(x - mt.reduce_mean(x))) / (n - 1)  # variance of one


def unit_vector():
    x = mt.constant([0.0, 0.0])
    return x / mt.norm(x)  # unit vector


def exp_of_large():
    mt.exp([1.0, 100.0])  # exp of large


def root_of_negative():
    mt.sqrt(mt.constant([[1.0, -1e-9]]))  # root of negative


def rsqrt_of_zero():
    mt.math.rsqrt([0.0])  # rsqrt of zero


def negative_power():
    return mt.constant([0.0]) ** -0.5  # negative power


def power_of_negative():
    return mt.constant([-8.0]) ** (1 / 3)  # power of negative


def acos_outside():
    mt.acos([1.0000001192092896])  # acos outside


def half_overflow():
    x = mt.constant([300.0], "float16")
    return x * x  # half overflow


def half_cast():
    mt.cast([1e5], "float16")  # half cast


def grown():
    w = mt.Variable([[2e38, 1.0]], name="w")
    mt.matmul(mt.constant([[2.0], [1.0]]), w)  # grown


def all_masked():
    mask = mt.constant([-np.inf, -np.inf])  # meant
    return mt.nn.softmax(mt.constant([1.0, 2.0]) + mask)  # all masked


def inf_minus_inf():
    a = mt.constant([np.inf])  # meant
    return a - a  # inf minus inf


def zero_times_inf():
    a = mt.constant([np.inf, 1.0])  # meant
    return a * mt.constant([0.0, 1.0])  # zero times inf


def singular():
    mt.linalg.inv([[1.0, 2.0], [2.0, 4.0]])


FORWARD = {
    log_of_zero: ("log", "Inf", (1,), "log of zero", "log(maximum(x, epsilon))"),
    log_of_softmax: ("log", "Inf", (0,), "log of softmax", "from_logits=True"),
    log_of_negative: ("log", "NaN", (1,), "log of negative", "negative number"),
    quotient: ("realdiv", "Inf", (1,), "quotient", "epsilon"),
    zero_by_zero: ("realdiv", "NaN", (0,), "zero by zero", "divide_no_nan"),
    mean_of_nothing: ("reduce_mean", "NaN", (), "mean of nothing", "empty selection"),
    masked_mean: ("realdiv", "NaN", (), "masked mean", "divide_no_nan(total, count)"),
    variance_of_one: ("realdiv", "NaN", (), "variance of one", "variance of one element"),
    unit_vector: ("realdiv", "NaN", (0,), "unit vector", "l2_normalize"),
    exp_of_large: ("exp", "Inf", (1,), "exp of large", "Subtract the maximum"),
    root_of_negative: ("sqrt", "NaN", (0, 1), "root of negative", "maximum(x, 0)"),
    rsqrt_of_zero: ("rsqrt", "Inf", (0,), "rsqrt of zero", "rsqrt(x + epsilon)"),
    negative_power: ("pow", "Inf", (0,), "negative power", "(x + epsilon) ** p"),
    power_of_negative: ("pow", "NaN", (0,), "power of negative", "fractional power"),
    acos_outside: ("acos", "NaN", (0,), "acos outside", "clip_by_value"),
    half_overflow: ("multiply", "Inf", (0,), "half overflow", "float32"),
    half_cast: ("cast", "Inf", (0,), "half cast", "float16 ends at 65504"),
    grown: ("matmul", "Inf", (0, 0), "grown", "learning rate"),
    all_masked: ("softmax", "NaN", (0,), "all masked", "-1e9"),
    inf_minus_inf: ("subtract", "NaN", (0,), "inf minus inf", "inf - inf"),
    zero_times_inf: ("multiply", "NaN", (0,), "zero times inf", "0 * inf"),
}


@pytest.mark.parametrize("program", FORWARD, ids=lambda program: program.__name__)
def test_a_birth_forward(program):
    op, what, first, marker, cure = FORWARD[program]
    birth = born(program)
    assert (birth.op, birth.direction, birth.of) == (op, "forward", None)
    assert (birth.what, birth.output.first) == (what, first)
    assert (birth.place.line, birth.place.function) == (line_of(marker), program.__name__)
    assert cure in birth.cure
    assert birth.layer is birth.batch is birth.epoch is birth.of_place is None
    assert not birth.came_in


def norm_of_zero(x):
    return mt.math.reduce_euclidean_norm(x)  # norm of zero


def root_of_zero(x):
    return mt.sqrt(x)  # root of zero


def distance(a, b):
    return mt.sqrt(mt.reduce_sum(mt.square(a - b)))  # distance


def deviation(x):
    return mt.math.reduce_std(x)  # deviation


def power(x):
    return x**0.5  # power


def outer_where(x):
    return mt.where(x > 0, x**0.5, 0.0)  # outer where


def outer_where_of_acos(x):
    return mt.where(abs(x) < 1, mt.acos(x), 0.0)  # outer where of acos


def angle(x):
    return mt.asin(x)  # angle


def direction(y, x):
    return mt.atan2(y, x)  # direction


def overflow_behind(x):
    return mt.cast(mt.cast(x, "float32") * 1e6, "float64")  # overflow behind


def root_of_product(x):
    return mt.sqrt(mt.reduce_prod(x))  # root of product


BACKWARD = {
    norm_of_zero: ([[0.0, 0.0]], "realdiv", "reduce_euclidean_norm", "Inf", "zero vector"),
    root_of_zero: ([[0.0]], "sqrt_grad", "sqrt", "Inf", "sqrt(x + epsilon)"),
    distance: ([[1.0, 2.0]] * 2, "sqrt_grad", "sqrt", "Inf", "equal points"),
    deviation: ([[3.0, 3.0]], "sqrt_grad", "sqrt", "Inf", "deviation"),
    power: ([[0.0, 1.0]], "pow", "pow", "Inf", "p < 1"),
    outer_where: ([[0.0, 1.0]], "pow", "pow", "Inf", "safe = where(x > 0, x, 1.0)"),
    outer_where_of_acos: ([[1.0, 0.5]], "reciprocal", "acos", "Inf", "safe = where(abs(x) < 1"),
    angle: ([[0.0, -1.0]], "reciprocal", "asin", "Inf", "clip_by_value"),
    direction: ([[0.0], [0.0]], None, "atan2", None, "origin"),
    root_of_product: ([[0.0, 2.0]], "sqrt_grad", "sqrt", "Inf", "epsilon"),
}


@pytest.mark.parametrize("f", BACKWARD, ids=lambda f: f.__name__)
def test_a_birth_backward(f):
    values, op, of, what, cure = BACKWARD[f]
    birth = born(gradient_of, f, *values)
    assert (birth.direction, birth.of) == ("backward", of)
    assert op is None or (birth.op, birth.what) == (op, what)
    assert (birth.place.line, birth.place.function) == (line_of("gradient"), "gradient_of")
    assert (birth.of_place.line, birth.of_place.function) == (
        line_of(f.__name__.replace("_", " ")),
        f.__name__,
    )
    assert birth.of_inputs[0].zeros or birth.of in ("acos", "asin")
    assert cure in birth.cure
    assert birth.masked == f.__name__.startswith("outer_where")


def test_the_cure_with_two_wheres_cures():
    def cured(x):
        safe = mt.where(x > 0, x, 1.0)
        return mt.where(x > 0, mt.pow(safe, 0.5), 0.0)

    with trace_nans():
        (d,) = gradient_of(cured, [0.0, 4.0])
    assert d.numpy().tolist() == [0.0, 0.25]
    (d,) = gradient_of(outer_where, [0.0, 4.0])
    assert np.isnan(d.numpy()).tolist() == [True, False]


class Normalized(mt.keras.layers.Layer):
    def call(self, x):
        return x / mt.reduce_max(x, -1, keepdims=True)  # in call


class Length(mt.keras.layers.Layer):
    def call(self, x):
        return mt.math.reduce_euclidean_norm(x, axis=-1)  # length


@mt.function
def traced(x):
    y = x - 1.0
    return mt.math.log(y)  # in a function


def test_a_layer_and_the_line_in_its_call():
    model = mt.keras.Sequential([mt.keras.layers.ReLU(), Normalized(name="to_one")])
    birth = born(model, mt.constant([[1.0, 2.0], [-1.0, 0.0]]))
    assert (birth.op, birth.layer, birth.layer_class) == ("realdiv", "to_one", "Normalized")
    assert (birth.place.line, birth.place.function) == (line_of("in call"), "call")
    assert birth.output.first == (1, 0)
    assert "'to_one', a Normalized" in str(birth)


def test_backward_it_is_the_layer_whose_op_it_was():
    layer = Length(name="length")
    birth = born(gradient_of, layer, [[3.0, 4.0], [0.0, 0.0]])
    assert (birth.of, birth.layer) == ("reduce_euclidean_norm", "length")
    assert (birth.place.line, birth.of_place.line) == (line_of("gradient"), line_of("length"))


def test_a_built_in_layer_has_no_line_of_the_users_but_its_name():
    dense = mt.keras.layers.Dense(1, name="last", activation="exponential")
    dense.build((None, 1))
    dense.set_weights([[[1.0]], [0.0]])
    birth = born(lambda: dense(mt.constant([[1.0], [90.0]])))  # dense
    assert (birth.op, birth.layer, birth.layer_class) == ("exp", "last", "Dense")
    assert birth.place.line == line_of("dense")


def test_a_function_runs_in_python_so_that_its_lines_are_known():
    x = mt.constant([3.0])
    traced(x)
    birth = born(lambda: traced(mt.constant([1.0])))
    assert birth.place.line == line_of("in a function")
    assert traced(x).numpy() == pytest.approx(np.log(2.0))  # and replays again, without a tracer


def test_a_function_with_a_tracer_inside_looks_at_each_call():
    @mt.function
    def inside(x):
        with trace_nans():
            return mt.math.log(x)

    inside(mt.constant([1.0]))
    inside(mt.constant([1.0]))
    with pytest.raises(NaNError):
        inside(mt.constant([0.0]))


def test_a_loss_and_an_optimizer_are_named():
    loss = mt.keras.losses.MeanSquaredError(name="distance")
    birth = born(loss, np.float32([[3e38]]), np.float32([[-1.0]]))
    assert (birth.layer, birth.layer_class) == ("distance", "MeanSquaredError")
    assert "learning rate" in birth.cure
    w = mt.Variable([1.0], name="w")
    adam = mt.keras.optimizers.Adam(name="the_adam")
    birth = born(adam.apply, [mt.constant([1e30])], [w])
    assert (birth.layer, birth.layer_class, birth.what) == ("the_adam", "Adam", "Inf")


def test_the_tangents_of_forward_mode():
    def program():
        x, t = mt.constant([0.0]), mt.constant([1.0])
        with mt.autodiff.ForwardAccumulator(x, t):
            mt.math.log1p(mt.sqrt(x))  # tangent

    birth = born(program)
    assert (birth.direction, birth.of, birth.place.line) == ("tangent", "sqrt", line_of("tangent"))


def test_second_derivatives():
    def program():
        x = mt.constant([0.0])
        with mt.GradientTape() as outer:
            outer.watch(x)
            with mt.GradientTape() as inner:
                inner.watch(x)
                y = x**1.5  # twice
            d = inner.gradient(y, x)  # once
        outer.gradient(d, x)  # second

    birth = born(program)
    assert (birth.direction, birth.of) == ("backward", "pow")
    assert birth.place.line == line_of("second")
    assert birth.of_place.line == line_of("once")  # the op whose rule it was is itself a rule's


@mt.custom_gradient
def own(x):
    def grad(g):
        return g / (x - x)  # own rule

    return mt.identity(x), grad


def test_a_gradient_of_the_users_own():
    birth = born(gradient_of, own, [2.0])
    assert (birth.op, birth.direction, birth.of) == ("realdiv", "backward", "own")
    assert (birth.place.line, birth.place.function) == (line_of("own rule"), "grad")


# -- what came in ---------------------------------------------------------------------------------


def test_data_that_had_a_nan():
    def program():
        data = np.ones((3, 2), "float32")
        data[2, 1] = np.nan
        return mt.square(mt.reshape(data, (2, 3)))  # data

    birth = born(program)
    assert birth.came_in
    assert birth.what == "NaN"
    assert birth.place.line == line_of("data")
    assert "came in" in str(birth)
    data = np.full((3, 2), 1, "float32")
    data[2, 1] = np.nan
    birth = born(lambda: mt.square(data))
    assert "data[2, 1] is nan" in birth.inputs[0].source
    assert "numpy.isnan(data)" in birth.cure


def test_a_variable_that_had_a_nan():
    v = mt.Variable([1.0, np.nan], name="spoilt")
    birth = born(lambda: v * 2.0)
    assert birth.came_in
    assert "'spoilt:0'" in birth.inputs[0].source


def test_an_inf_that_was_there_is_meant():
    mask = mt.constant([0.0, -np.inf])
    with trace_nans() as tracer:
        p = mt.nn.softmax(mt.constant([1.0, 2.0]) + mask)
        mt.where(mask < 0, 0.0, mask)
        mt.reduce_max(mask)
    assert p.numpy().tolist() == [1.0, 0.0]
    assert not tracer.births


# -- settings -------------------------------------------------------------------------------------


def test_births_are_collected_without_raising():
    with trace_nans(raise_at_once=False) as tracer:
        y = mt.math.log([0.0, 1.0])
        y = mt.reduce_sum(y * 2.0) + 1.0  # all of it comes of the first
        mt.exp(100.0)
    assert [birth.op for birth in tracer.births] == ["log", "exp"]
    assert tracer.first.op == "log"


def test_data_is_told_of_once():
    data = mt.constant([np.nan])
    v = mt.Variable([np.nan])
    with trace_nans(raise_at_once=False) as tracer:
        for _ in range(3):
            mt.square(data)
            mt.square(v)
    assert [birth.op for birth in tracer.births] == ["square", "square"]


@pytest.mark.parametrize("ignore", ["log", ("exp", "log")])
def test_ops_can_be_ignored(ignore):
    x = mt.constant([0.0, 1.0])
    with trace_nans(ignore=ignore):
        mt.where(x > 0, mt.math.log(x), 0.0)
    with pytest.raises(NaNError), trace_nans(ignore=ignore):
        mt.sqrt(-1.0)


def test_a_loop_of_ones_own_says_its_batch():
    def train(tracer):
        for tracer.batch, x in enumerate([1.0, 2.0, 0.0]):
            mt.math.log(x)

    with pytest.raises(NaNError) as raised, trace_nans() as tracer:
        train(tracer)
    assert raised.value.birth.batch == 2
    assert "batch    2, counted" in str(raised.value)


def test_it_may_be_entered_again_but_not_twice():
    tracer = trace_nans(raise_at_once=False)
    for _ in range(2):
        with tracer, pytest.raises(ValueError, match="still recording"):
            tracer.__enter__()
    assert not active.recorders


def test_what_runs_before_and_after_is_not_looked_at():
    before = mt.math.log(0.0)
    with trace_nans():
        pass
    assert np.isinf(before.numpy())
    assert np.isinf(mt.math.log(0.0).numpy())


def test_memory_stays_bounded(monkeypatch):
    monkeypatch.setattr("minitape.learn.nans._REMEMBERED", 100)
    x = mt.constant(1.0)
    with trace_nans() as tracer:
        for _ in range(1000):
            x = x + 1.0
    assert len(tracer._made) <= 101


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("shape", [(), (1,), (3, 5), (1000,)])
def test_one_number_that_is_not_finite_is_found(dtype, bad, shape):
    array = np.full(shape, 2.0, dtype)
    assert is_finite(array)
    for index in {0, array.size // 2, array.size - 1}:
        spoilt = array.copy()
        spoilt.reshape(-1)[index] = bad
        assert not is_finite(spoilt)
        assert not is_finite(spoilt.T)
        assert not is_finite(np.broadcast_to(spoilt, (2, *shape)))
        if dtype.startswith("complex"):
            spoilt = array.copy()
            spoilt.reshape(-1)[index] = complex(1.0, bad)
            assert not is_finite(spoilt)


def test_large_numbers_are_finite():
    assert is_finite(np.full(4, np.finfo("float32").max))
    assert is_finite(np.full(4, 60000.0, "float16"))
    assert is_finite(np.array([], "float32"))
    assert is_finite(np.float32(3))
    assert is_finite(np.array([1, 2]))
    assert is_finite(np.array(["a"], object))


def steps(model, x, y, count):
    """How long the quickest of some steps takes."""
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        model.train_on_batch(x, y)
        taken.append(time.perf_counter() - start)
    return min(taken)


def mlp():
    dense = mt.keras.layers.Dense
    return [mt.keras.Input((784,)), dense(512, activation="relu"), dense(10, activation="softmax")]


def cnn():
    conv, pool = mt.keras.layers.Conv2D, mt.keras.layers.MaxPooling2D
    return [
        mt.keras.Input((28, 28, 1)),
        *(conv(16, 3, activation="relu"), pool(), conv(32, 3, activation="relu"), pool()),
        *(mt.keras.layers.Flatten(), mt.keras.layers.Dense(10, activation="softmax")),
    ]


@pytest.mark.parametrize("network", [mlp, cnn])
def test_a_step_takes_at_most_twice_as_long(network):
    model = mt.keras.Sequential(network())
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    rng = np.random.default_rng(0)
    x = rng.random((32, *model.input_shape[1:]), "float32")
    y = rng.integers(0, 10, 32)
    steps(model, x, y, 3)
    ratios = []
    for _ in range(11):  # in turns, so that a busy machine slows both down
        alone = steps(model, x, y, 4)
        with trace_nans():
            ratios.append(steps(model, x, y, 4) / alone)
    assert np.median(ratios) < 2


# -- enable_check_numerics -------------------------------------------------------------------------


@pytest.fixture
def checked():
    mt.debugging.enable_check_numerics()
    yield
    mt.debugging.disable_check_numerics()
    assert not active.recorders


def test_check_numerics_is_on_until_it_is_switched_off():
    mt.debugging.enable_check_numerics()
    mt.debugging.enable_check_numerics()  # once is enough
    with pytest.raises(InvalidArgumentError, match="Detected Infinity or NaN in output 0 of"):
        mt.math.log(0.0)
    mt.debugging.disable_check_numerics()
    mt.debugging.disable_check_numerics()
    assert np.isinf(mt.math.log(0.0).numpy())
    assert not active.recorders


def test_check_numerics_tells_what_a_tracer_tells(checked):
    with pytest.raises(NaNError) as raised:
        mt.exp([1.0, 100.0])  # checked
    birth = raised.value.birth
    assert (birth.op, birth.place.line, birth.output.first) == ("exp", line_of("checked"), (1,))
    assert re.search(r"input 0 +float32 \(2,\): 1 to 100", str(raised.value))


def test_check_numerics_does_not_ask_where_it_was_born(checked):
    bad = mt.constant([np.inf])
    with pytest.raises(InvalidArgumentError, match='"add"') as raised:
        bad + 1.0
    assert "An input was infinite before" in raised.value.birth.cure
    bad = mt.constant([np.nan])
    with pytest.raises(NaNError) as raised:
        mt.math.log(bad)
    assert "An input was nan before" in raised.value.birth.cure


def test_check_numerics_is_of_one_thread(checked):
    results = []
    thread = threading.Thread(target=lambda: results.append(mt.math.log(0.0).numpy()))
    thread.start()
    thread.join()
    assert results == [-np.inf]
