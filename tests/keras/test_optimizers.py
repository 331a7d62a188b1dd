"""Optimizers against their plain formulas, and what they do and say around an update."""

import numpy as np
import pytest

import minitape as mt
from minitape.keras import optimizers
from minitape.keras.optimizers.blocks import in_blocks
from minitape.keras.variables import Variable

# -- the formulas, as a textbook writes them: (weight, gradient, state, t) -> weight ---------------


def sgd(w, g, state, t, rate=0.1, momentum=0.0, nesterov=False):
    state["v"] = momentum * state.get("v", 0) - rate * g
    return w + (momentum * state["v"] - rate * g if nesterov else state["v"])


def rmsprop(w, g, state, t, rate=0.1, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
    state["v"] = rho * state.get("v", 0) + (1 - rho) * g * g
    state["a"] = rho * state.get("a", 0) + (1 - rho) * g
    variance = state["v"] - state["a"] ** 2 if centered else state["v"]
    state["m"] = momentum * state.get("m", 0) + rate * g / np.sqrt(variance + epsilon)
    return w - state["m"]


def adam(w, g, state, t, rate=0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
    state["m"] = beta_1 * state.get("m", 0) + (1 - beta_1) * g
    state["v"] = beta_2 * state.get("v", 0) + (1 - beta_2) * g * g
    state["top"] = np.maximum(state.get("top", 0), state["v"])
    v = state["top"] if amsgrad else state["v"]
    alpha = rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - alpha * state["m"] / (np.sqrt(v) + epsilon)


TENTH = float(np.float32(0.1))  # as the initializer of an accumulator makes it


def adagrad(w, g, state, t, rate=0.1, initial_accumulator_value=TENTH, epsilon=1e-7):
    state["a"] = state.get("a", initial_accumulator_value) + g * g
    return w - rate * g / np.sqrt(state["a"] + epsilon)


def adadelta(w, g, state, t, rate=0.1, rho=0.95, epsilon=1e-7):
    state["a"] = rho * state.get("a", 0) + (1 - rho) * g * g
    step = np.sqrt(state.get("d", 0) + epsilon) / np.sqrt(state["a"] + epsilon) * g
    state["d"] = rho * state.get("d", 0) + (1 - rho) * step**2
    return w - rate * step


def adamax(w, g, state, t, rate=0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    state["m"] = beta_1 * state.get("m", 0) + (1 - beta_1) * g
    state["u"] = np.maximum(beta_2 * state.get("u", 0), np.abs(g))
    return w - rate / (1 - beta_1**t) * state["m"] / (state["u"] + epsilon)


def nadam(w, g, state, t, rate=0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    u = [beta_1 * (1 - 0.5 * 0.96**i) for i in range(1, t + 2)]
    state["m"] = beta_1 * state.get("m", 0) + (1 - beta_1) * g
    state["v"] = beta_2 * state.get("v", 0) + (1 - beta_2) * g * g
    ahead = u[t] * state["m"] / (1 - np.prod(u)) + (1 - u[t - 1]) * g / (1 - np.prod(u[:-1]))
    return w - rate * ahead / (np.sqrt(state["v"] / (1 - beta_2**t)) + epsilon)


def lion(w, g, state, t, rate=0.1, beta_1=0.9, beta_2=0.99):
    m = state.get("m", 0)
    state["m"] = beta_2 * m + (1 - beta_2) * g
    return w - rate * np.sign(beta_1 * m + (1 - beta_1) * g)


def lamb(w, g, state, t, rate=0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    state["m"] = beta_1 * state.get("m", 0) + (1 - beta_1) * g
    state["v"] = beta_2 * state.get("v", 0) + (1 - beta_2) * g * g
    step = state["m"] / (1 - beta_1**t) / (np.sqrt(state["v"] / (1 - beta_2**t)) + epsilon)
    return w - rate * np.linalg.norm(w) / np.linalg.norm(step) * step


def ftrl(w, g, state, t, rate=0.1, l1_regularization_strength=0.0, beta=0.0):
    n = state.get("n", TENTH)
    state["n"] = n + g * g
    sigma = (np.sqrt(state["n"]) - np.sqrt(n)) / rate
    state["z"] = z = state.get("z", 0) + g - sigma * w
    shrunk = np.maximum(np.abs(z) - l1_regularization_strength, 0) * -np.sign(z)
    return shrunk / ((beta + np.sqrt(state["n"])) / rate)


def adafactor(w, g, state, t, rate=0.1, clip_threshold=1.0):
    beta = 1 - t**-0.8
    squares = g * g + 1e-30
    if np.ndim(w) < 2:
        state["v"] = v = beta * state.get("v", 0) + (1 - beta) * squares
    else:
        state["r"] = beta * state.get("r", 0) + (1 - beta) * squares.mean(1)
        state["c"] = beta * state.get("c", 0) + (1 - beta) * squares.mean(0)
        v = np.outer(state["r"], state["c"]) / state["r"].mean()
    step = g / np.sqrt(v)
    step /= max(1, np.sqrt(np.mean(step**2)) / clip_threshold)
    return w - min(rate, 1 / np.sqrt(t)) * max(1e-3, np.sqrt(np.mean(w**2))) * step


CASES = [
    (optimizers.SGD, sgd, {}),
    (optimizers.SGD, sgd, {"momentum": 0.9}),
    (optimizers.SGD, sgd, {"momentum": 0.9, "nesterov": True}),
    (optimizers.RMSprop, rmsprop, {}),
    (optimizers.RMSprop, rmsprop, {"rho": 0.8, "momentum": 0.5, "epsilon": 1e-3}),
    (optimizers.RMSprop, rmsprop, {"centered": True}),
    (optimizers.RMSprop, rmsprop, {"centered": True, "momentum": 0.9}),
    (optimizers.Adam, adam, {}),
    (optimizers.Adam, adam, {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-2}),
    (optimizers.Adam, adam, {"amsgrad": True}),
    (optimizers.Adagrad, adagrad, {}),
    (optimizers.Adagrad, adagrad, {"initial_accumulator_value": 1.0, "epsilon": 0.5}),
    (optimizers.Adadelta, adadelta, {}),
    (optimizers.Adamax, adamax, {}),
    (optimizers.Nadam, nadam, {}),
    (optimizers.Lion, lion, {}),
    (optimizers.Lamb, lamb, {}),
    (optimizers.Ftrl, ftrl, {}),
    (optimizers.Ftrl, ftrl, {"l1_regularization_strength": 2.0, "beta": 0.5}),
    (optimizers.Adafactor, adafactor, {}),
    (optimizers.Adafactor, adafactor, {"clip_threshold": 0.1}),
]
IDS = [f"{c.__name__}-{'-'.join(map(str, s))}" for c, _, s in CASES]


@pytest.mark.parametrize(("optimizer_class", "formula", "settings"), CASES, ids=IDS)
def test_ten_steps_of_the_formula(optimizer_class, formula, settings):
    # Long enough for several blocks, with a last one that is not full.
    shapes = [(3, 7001), (2,), ()]
    rng = np.random.default_rng(0)
    expected = [rng.normal(size=shape) for shape in shapes]
    variables = [Variable(w, dtype="float64") for w in expected]
    states = [{} for _ in shapes]
    optimizer = optimizer_class(learning_rate=0.1, **settings)
    rate = float(np.float32(0.1))  # the learning rate is a float32 variable
    for t in range(1, 11):
        gradients = [rng.normal(size=shape) for shape in shapes]
        optimizer.apply([mt.constant(g) for g in gradients], variables)
        expected = [
            formula(w, g, state, t, rate=rate, **settings)
            for w, g, state in zip(expected, gradients, states, strict=True)
        ]
    for variable, w in zip(variables, expected, strict=True):
        np.testing.assert_allclose(variable.numpy(), w, rtol=1e-9, atol=1e-12)
    assert int(optimizer.iterations) == 10


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (optimizers.RMSprop(), [0.9968377, 0.9945436, 0.9926226]),
        (optimizers.Adam(), [0.999, 0.998, 0.997]),
        (optimizers.SGD(momentum=0.9), [0.995, 0.9855, 0.97195]),
    ],
    ids=["rmsprop", "adam", "sgd"],
)
def test_three_steps_known_from_keras(optimizer, expected):
    w = Variable(1.0)
    found = []
    for _ in range(3):
        optimizer.apply_gradients([(mt.constant(0.5), w)])
        found.append(float(w))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(("optimizer_class", "formula", "settings"), CASES, ids=IDS)
def test_an_update_writes_into_nothing_that_others_hold(optimizer_class, formula, settings):
    w = Variable(np.ones(4, "float32"))
    g = mt.constant([1.0, 2.0, 3.0, 4.0])
    optimizer = optimizer_class(**settings)
    optimizer.apply([g], [w])
    held = [(v, v.array, v.array.copy()) for v in [w, *optimizer.variables]]
    optimizer.apply([g], [w])
    np.testing.assert_array_equal(g.numpy(), [1, 2, 3, 4])
    for _, array, copy in held:
        np.testing.assert_array_equal(array, copy)


def test_blocks_give_the_numbers_of_the_whole():
    def formula(x, y, scratch):
        np.multiply(x, 2, out=scratch)
        y += scratch

    x, y = np.arange(150_000.0).reshape(300, 500), np.ones((500, 300)).T
    (new,) = in_blocks(formula, [x, y], scratch=1)
    np.testing.assert_array_equal(new, 1 + 2 * x)
    np.testing.assert_array_equal(y, np.ones((300, 500)))
    assert in_blocks(formula, [np.zeros((0, 3))] * 2, scratch=1)[0].shape == (0, 3)


def test_gradients_need_not_be_contiguous():
    w = Variable(np.zeros((3, 2), "float32"))
    optimizers.SGD(1.0).apply([mt.transpose(mt.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))], [w])
    np.testing.assert_array_equal(w.numpy(), [[-1, -4], [-2, -5], [-3, -6]])


# -- state -----------------------------------------------------------------------------------------


def test_variables_and_names():
    w = Variable(np.ones((2, 3), "float32"), name="kernel")
    optimizer = optimizers.Adam(amsgrad=True)
    optimizer.build([w])
    assert [v.name for v in optimizer.variables] == [
        "iteration",
        "learning_rate",
        "kernel_momentum",
        "kernel_velocity",
        "kernel_velocity_hat",
    ]
    assert optimizer.iterations.dtype == "int64"
    assert optimizer.variables[2].shape == (2, 3)


def test_plain_variables_are_trained_too():
    w = mt.Variable([1.0, 2.0], name="w")
    optimizer = optimizers.Adam(0.1)
    optimizer.apply_gradients(zip([mt.constant([1.0, -1.0])], [w], strict=True))
    np.testing.assert_allclose(w.numpy(), [0.9, 2.1], rtol=1e-5)


def test_the_learning_rate_can_be_set():
    w, g = Variable(0.0), mt.constant(1.0)
    optimizer = optimizers.SGD(0.5)
    optimizer.apply([g], [w])
    optimizer.learning_rate = 0.25
    optimizer.apply([g], [w])
    optimizer.learning_rate.assign(1)
    optimizer.apply([g], [w])
    assert float(w) == -1.75
    assert optimizer.get_config()["learning_rate"] == 1


def test_a_schedule_is_asked_at_each_step():
    class Halving(optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.5 ** mt.cast(step, "float32")

        def get_config(self):
            return {}

    w, g = Variable(0.0), mt.constant(1.0)
    optimizer = optimizers.SGD(Halving())
    for _ in range(3):
        optimizer.apply([g], [w])
    assert float(w) == -1.75
    assert float(optimizer.learning_rate) == 0.125
    with pytest.raises(TypeError, match="made with a schedule"):
        optimizer.learning_rate = 0.1


@pytest.mark.in_python
def test_a_rate_of_ones_own_is_asked_at_each_step():
    w, g = Variable(0.0), mt.constant(1.0)
    rates = iter([1.0, 0.5])
    optimizer = optimizers.SGD(lambda: next(rates))
    optimizer.apply([g], [w])
    optimizer.apply([g], [w])
    assert float(w) == -1.5


def test_apply_without_variables():
    w = Variable(1.0)
    optimizer = optimizers.SGD(0.5)
    with pytest.raises(ValueError, match="optimizer.build"):
        optimizer.apply([mt.constant(1.0)])
    optimizer.build([w])
    optimizer.apply([mt.constant(1.0)])
    assert float(w) == 0.5
    with pytest.raises(ValueError, match="the 1 variables. Received: 2 gradients"):
        optimizer.apply([mt.constant(1.0)] * 2)


def test_minimize():
    w = Variable(3.0)
    optimizer = optimizers.SGD(0.1)
    optimizer.minimize(lambda: w * w, [w])
    assert float(w) == pytest.approx(2.4)
    with mt.GradientTape() as tape:
        y = w * w
    optimizer.minimize(y, [w], tape=tape)
    assert float(w) == pytest.approx(1.92)
    with pytest.raises(ValueError, match="tape=tape"):
        optimizer.minimize(y, [w])


# -- around the update -----------------------------------------------------------------------------


def applied(gradients, **settings):
    variables = [Variable(np.zeros(np.shape(g), "float32")) for g in gradients]
    optimizers.SGD(1.0, **settings).apply([mt.constant(g) for g in gradients], variables)
    return [-v.numpy() for v in variables]


def test_clipping():
    np.testing.assert_allclose(applied([[3.0, 4.0]], clipnorm=1.0), [[0.6, 0.8]], rtol=1e-6)
    np.testing.assert_allclose(applied([[0.3, 0.4]], clipnorm=1.0), [[0.3, 0.4]], rtol=1e-6)
    np.testing.assert_allclose(applied([[3.0, -0.5]], clipvalue=1.0), [[1, -0.5]])
    np.testing.assert_allclose(applied([[3.0], [4.0]], global_clipnorm=1.0), [[0.6], [0.8]], 1e-6)
    np.testing.assert_allclose(applied([[0.0], [0.0]], global_clipnorm=1.0), [[0], [0]])
    assert np.isnan(applied([[np.inf], [1.0]], global_clipnorm=1.0)).all()
    with pytest.raises(ValueError, match="Only one of clipnorm"):
        optimizers.SGD(clipnorm=1.0, clipvalue=1.0)


def test_weight_decay():
    kernel, bias = Variable(2.0, name="kernel"), Variable(2.0, name="bias")
    optimizer = optimizers.SGD(0.5, weight_decay=0.1)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.apply([mt.constant(1.0)] * 2, [kernel, bias])
    assert float(kernel) == pytest.approx(2 - 0.5 * 0.1 * 2 - 0.5)
    assert float(bias) == pytest.approx(1.5)
    with pytest.raises(ValueError, match="before build"):
        optimizer.exclude_from_weight_decay(var_list=[kernel])


def test_loss_scale():
    w = Variable(1.0)
    optimizer = optimizers.SGD(1.0, loss_scale_factor=4.0)
    with mt.GradientTape() as tape:
        loss = optimizer.scale_loss(w * 0.5)
    optimizer.apply(tape.gradient(loss, [w]), [w])
    assert float(loss) == 2
    assert float(w) == 0.5


def test_gradient_accumulation():
    w = Variable(0.0)
    optimizer = optimizers.SGD(1.0, gradient_accumulation_steps=2)
    seen = []
    for g in (1.0, 3.0, 5.0, 7.0):
        optimizer.apply([mt.constant(g)], [w])
        seen.append(float(w))
    assert seen == [0, -2, -2, -8]  # the means of 1, 3 and of 5, 7
    assert int(optimizer.iterations) == 2
    with pytest.raises(ValueError, match=">= 2"):
        optimizers.SGD(gradient_accumulation_steps=1)


def test_moving_average():
    w = Variable(0.0)
    optimizer = optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
    for _ in range(3):
        optimizer.apply([mt.constant(-1.0)], [w])  # w is 1, 2, 3; the average 1, 1.5, 2.25
    assert float(w) == 3
    optimizer.finalize_variable_values([w])
    assert float(w) == 2.25
    w.assign(0.0)
    optimizer = optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)
    seen = []
    for _ in range(3):
        optimizer.apply([mt.constant(-1.0)], [w])
        seen.append(float(w))
    assert seen == [1, 1.5, 2.5]
    with pytest.raises(ValueError, match="ema_momentum in"):
        optimizers.SGD(use_ema=True, ema_momentum=2.0)


def test_constraints_have_the_last_word():
    w = Variable(1.0)
    w.constraint = lambda value: mt.maximum(value, 0.0)
    optimizers.SGD(1.0).apply([mt.constant(5.0)], [w])
    assert float(w) == 0


# -- errors ----------------------------------------------------------------------------------------


def test_no_gradient_for_any_variable():
    kernel, bias = Variable(1.0, name="kernel"), Variable(1.0, name="bias")
    with mt.GradientTape() as tape:
        loss = kernel * 2.0
        loss = mt.constant(loss.numpy())
    gradients = tape.gradient(loss, [kernel, bias])
    with pytest.raises(ValueError, match="No gradients provided for any variable") as error:
        optimizers.SGD().apply_gradients(zip(gradients, [kernel, bias], strict=True))
    assert "kernel (it was read, but the target was not computed from it)" in str(error.value)
    assert "bias (it was not read while the tape was recording)" in str(error.value)


def test_a_missing_gradient_is_skipped_with_a_warning():
    kernel, bias = Variable(1.0, name="kernel"), Variable(1.0, name="bias")
    optimizer = optimizers.SGD(1.0)
    with pytest.warns(UserWarning, match="Gradients do not exist for.*bias"):
        optimizer.apply_gradients([(mt.constant(1.0), kernel), (None, bias)])
    assert (float(kernel), float(bias)) == (0, 1)


def test_the_pair_swapped():
    w = Variable(1.0)
    with pytest.raises(TypeError, match=r"\(variable, gradient\): write zip\(gradients, variabl"):
        optimizers.SGD().apply_gradients([(w, mt.constant(1.0))])
    with pytest.raises(TypeError, match="Received a Tensor as the variable"):
        optimizers.SGD().apply_gradients([(mt.constant(1.0), mt.constant(1.0))])


def test_no_pairs():
    with pytest.raises(
        ValueError, match=r"expects \(gradient, variable\) pairs, and received none"
    ):
        optimizers.SGD().apply_gradients([])


def test_variables_the_optimizer_does_not_know():
    first, second = Variable(1.0, name="first"), Variable(1.0, name="second")
    optimizer = optimizers.Adam()
    optimizer.apply([mt.constant(1.0)], [first])
    with pytest.raises(ValueError, match="Unknown variable: second.*Use a new optimizer"):
        optimizer.apply([mt.constant(1.0)], [second])


def test_a_gradient_of_another_shape():
    w = Variable(np.zeros((2, 3), "float32"), name="kernel")
    with pytest.raises(
        ValueError, match=r"kernel must have its shape, \(2, 3\). Received: shape \(3, 2\)"
    ):
        optimizers.SGD().apply([mt.zeros((3, 2))], [w])


def test_unknown_arguments():
    with pytest.raises(ValueError, match=r"not recognized: \{'lr': 0.1\}.*`learning_rate`"):
        optimizers.Adam(lr=0.1)
    with pytest.warns(UserWarning, match="`decay` is ignored"):
        optimizers.Adam(decay=0.1)
    with pytest.raises(ValueError, match="learning_rate='fast'"):
        optimizers.Adam("fast")
    with pytest.raises(ValueError, match="momentum to be a float in"):
        optimizers.SGD(momentum=2.0)


def test_settings_that_are_refused():
    for make, match in [
        (lambda: optimizers.AdamW(weight_decay=None), "weight_decay to be a float"),
        (lambda: optimizers.Lion(beta_1=0.0), r"beta_1 in \(0, 1\]"),
        (lambda: optimizers.Ftrl(learning_rate_power=0.5), "learning_rate_power <= 0"),
        (lambda: optimizers.Ftrl(l1_regularization_strength=-1.0), "l1_regularization_stre.* >= 0"),
        (lambda: optimizers.SGD(use_ema=True, ema_overwrite_frequency=0.5), "an integer >= 1"),
        (lambda: optimizers.schedules.CosineDecay(0.1, 0), "decay_steps > 0"),
        (lambda: optimizers.schedules.CosineDecayRestarts(0.1, 0), "first_decay_steps > 0"),
        (lambda: optimizers.schedules.PiecewiseConstantDecay([1], [0.1]), "one more of values"),
    ]:
        with pytest.raises(ValueError, match=match):
            make()


def test_l1_in_ftrl_leaves_weights_at_zero():
    w = Variable([1.0, 1.0])
    optimizer = optimizers.Ftrl(0.1, l1_regularization_strength=1.0)
    for _ in range(20):
        optimizer.apply([mt.constant([0.01, 1.0])], [w])
    assert float(w[0]) == 0
    assert float(w[1]) < 0


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (optimizers.schedules.ExponentialDecay(1.0, 2, 0.25), [1, 0.5, 0.25, 0.125]),
        (optimizers.schedules.ExponentialDecay(1.0, 2, 0.25, staircase=True), [1, 1, 0.25, 0.25]),
        (optimizers.schedules.InverseTimeDecay(1.0, 1, 1.0), [1, 1 / 2, 1 / 3, 1 / 4]),
        (optimizers.schedules.PiecewiseConstantDecay([1, 2], [1.0, 0.5, 0.25]), [1, 1, 0.5, 0.25]),
        (optimizers.schedules.PiecewiseConstantDecay([], [0.5]), [0.5] * 4),
        (optimizers.schedules.PolynomialDecay(1.0, 2, 0.5), [1, 0.75, 0.5, 0.5]),
        (optimizers.schedules.PolynomialDecay(1.0, 2, 0.0, cycle=True), [1, 0.5, 0, 0.25]),
        (optimizers.schedules.CosineDecay(1.0, 2), [1, 0.5, 0, 0]),
        (optimizers.schedules.CosineDecay(0.0, 2, 0, warmup_target=1, warmup_steps=1), [0, 1, 0.5]),
        (optimizers.schedules.CosineDecayRestarts(1.0, 2, 1.0, 0.5), [1, 0.5, 0.5, 0.25]),
    ],
    ids=lambda one: type(one).__name__,
)
def test_schedules_at_their_first_steps(schedule, rates):
    found = [float(schedule(step)) for step in range(len(rates))]
    np.testing.assert_allclose(found, rates, rtol=1e-6, atol=1e-7)


def test_a_schedule_is_part_of_the_config():
    optimizer = optimizers.SGD(optimizers.schedules.ExponentialDecay(1.0, 2, 0.25))
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()
    assert float(again.learning_rate) == 1

    class Mine(optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.5

        def get_config(self):
            return {}

    config = optimizers.SGD(Mine()).get_config()
    assert optimizers.SGD.from_config(config, {"Mine": Mine}).learning_rate == 0.5
    with pytest.raises(ValueError, match="Unknown class 'Mine'"):
        optimizers.SGD.from_config(config)


def test_names_and_configs():
    assert isinstance(optimizers.get("rmsprop"), optimizers.RMSprop)
    assert isinstance(optimizers.get("RMSprop"), optimizers.RMSprop)
    assert optimizers.get(None) is None
    adam = optimizers.Adam(0.25, beta_1=0.5, amsgrad=True, clipnorm=1.0)
    again = optimizers.deserialize(optimizers.serialize(adam))
    assert again.get_config() == adam.get_config()
    assert optimizers.get(adam) is adam
    with pytest.raises(ValueError, match="optimizer identifier: 'adamm'. Did you mean 'adam'"):
        optimizers.get("adamm")
    with pytest.raises(ValueError, match="an object, not a class"):
        optimizers.get(optimizers.Adam)


def test_an_optimizer_of_ones_own():
    class SignDescent(optimizers.Optimizer):
        def __init__(self, learning_rate=0.1, **kwargs):
            super().__init__(learning_rate, **kwargs)

        def build(self, variables):
            super().build(variables)
            self.steps = [self.add_variable_from_reference(v, name="steps") for v in variables]

        def update_step(self, gradient, variable, learning_rate):
            self.steps[self._get_variable_index(variable)].assign_add(mt.ones_like(gradient))
            variable.assign_sub(learning_rate * mt.sign(gradient))

    w = Variable([1.0, 2.0], name="w")
    optimizer = SignDescent(0.5)
    optimizer.apply([mt.constant([3.0, -7.0])], [w])
    np.testing.assert_allclose(w.numpy(), [0.5, 2.5])
    np.testing.assert_allclose(optimizer.variables[-1].numpy(), [1, 1])
    assert optimizer.variables[-1].name == "w_steps"

    class Forgetful(optimizers.Optimizer):
        def __init__(self):
            pass

    with pytest.raises(RuntimeError, match=r"Forgetful.__init__\(\) did not call super"):
        Forgetful().apply([mt.constant(1.0)], [w])
