"""jacobian and batch_jacobian beyond values, which compat/cases and the numbered rows compare."""

import numpy as np
import pytest

import minitape as mt


def test_one_sweep_serves_nested_sources_and_leaves_the_tape_used_up():
    x, w = mt.Variable([1.0, 2.0]), mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = x * w
    found = tape.jacobian(y, {"x": x, "w": w})
    np.testing.assert_array_equal(found["x"], [[3, 0], [0, 3]])
    np.testing.assert_array_equal(found["w"], [1, 2])
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.jacobian(y, x)


def test_a_hessian_is_the_jacobian_of_a_gradient():
    x = mt.Variable([1.0, 2.0])
    with mt.GradientTape() as outer:
        with mt.GradientTape() as inner:
            y = mt.reduce_sum(x**3) * x[0]
        g = inner.gradient(y, x)
    # y = x0^4 + x0 x1^3
    np.testing.assert_allclose(outer.jacobian(g, x), [[12, 12], [12, 12]])


def test_a_jacobian_can_be_differentiated():
    x = mt.Variable([1.0, 2.0])
    with mt.GradientTape() as outer:
        with mt.GradientTape() as inner:
            y = x * x * x
        total = mt.reduce_sum(inner.jacobian(y, x))
    np.testing.assert_allclose(outer.gradient(total, x), [6, 12])


def test_hessian_vector_products_agree_by_both_routes():
    x, v = mt.constant([1.0, 2.0, 3.0]), mt.constant([1.0, -1.0, 2.0])

    def loss(x):
        return mt.reduce_sum(x * x) * mt.reduce_sum(mt.exp(x))

    with mt.autodiff.ForwardAccumulator(x, v) as forward:
        with mt.GradientTape() as tape:
            tape.watch(x)
            y = loss(x)
        g = tape.gradient(y, x)
    with mt.GradientTape() as outer:
        outer.watch(x)
        with mt.GradientTape() as inner:
            inner.watch(x)
            y = loss(x)
        along = mt.reduce_sum(inner.gradient(y, x) * v)
    np.testing.assert_allclose(forward.jvp(g), outer.gradient(along, x), rtol=1e-5)


@pytest.mark.parametrize("batch", [2, 5])
def test_examples_that_mix_are_noticed_and_right(batch):
    rng = np.random.default_rng(0)
    x = mt.constant(rng.normal(size=(batch, 2)))
    with mt.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x - mt.reduce_mean(x, axis=0, keepdims=True)
    with pytest.warns(UserWarning, match="depends on other examples"):
        found = tape.batch_jacobian(y, x)
    whole = tape.jacobian(y, x).numpy()
    np.testing.assert_allclose(found, [whole[i, :, i] for i in range(batch)])


def test_a_single_pair_of_examples_that_mixes_is_noticed():
    x = mt.Variable(np.ones((6, 2)))
    with mt.GradientTape() as tape:
        y = mt.concat([x[:5], x[5:] * x[2:3]], 0)
    with pytest.warns(UserWarning, match="depends on other examples"):
        tape.batch_jacobian(y, x)


def test_the_check_for_mixing_is_not_recorded():
    x = mt.Variable(np.ones((2, 2)))
    with mt.GradientTape() as outer:
        with mt.GradientTape() as inner:
            y = x * x * x
        found = inner.batch_jacobian(y, x)
    np.testing.assert_array_equal(outer.gradient(found, x), np.full((2, 2), 6.0))


def test_a_list_of_targets_is_refused():
    x = mt.Variable([1.0])
    with mt.GradientTape() as tape:
        y = [x * 2.0]
    with pytest.raises(TypeError, match="one Tensor or Variable.*once for each target"):
        tape.jacobian(y, x)
