"""Losses by hand: values, reductions, logits, labels, shapes, names."""

import numpy as np
import pytest

import minitape as mt
from minitape.keras import activations, losses

Y = [[0.0, 1.0], [2.0, 3.0]]
P = [[0.5, 1.0], [2.0, 5.0]]  # errors 0.5, 0, 0, 2


def gradient(loss, y_true, y_pred, **arguments):
    x = mt.constant(y_pred)
    with mt.GradientTape() as tape:
        tape.watch(x)
        value = loss(y_true, x, **arguments)
    return tape.gradient(value, x).numpy()


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (losses.mean_squared_error, [0.125, 2.0]),
        (losses.mean_absolute_error, [0.25, 1.0]),
        (losses.huber, [0.0625, 0.75]),
        (losses.log_cosh, [np.log(np.cosh(0.5)) / 2, np.log(np.cosh(2.0)) / 2]),
        (losses.mean_squared_logarithmic_error, [np.log(1.5) ** 2 / 2, np.log(1.5) ** 2 / 2]),
        (losses.poisson, [(0.5 + 1.0) / 2, (2 - 2 * np.log(2) + 5 - 3 * np.log(5)) / 2]),
    ],
)
def test_regression(function, expected):
    np.testing.assert_allclose(function(Y, P).numpy(), expected, rtol=1e-5, atol=1e-6)


def test_percentages_are_of_the_truth():
    np.testing.assert_allclose(
        losses.mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]]).numpy(), [25.0]
    )


def test_hinge_reads_bits_as_signs():
    expected = [[0.75, 0.25 + 0.5 * 2.25]]  # margins 1.5 and 0
    for y in ([[1.0, 0.0]], [[1.0, -1.0]]):
        assert losses.hinge(y, [[-0.5, -2.0]]).numpy() == pytest.approx(expected[0][0])
        assert losses.squared_hinge(y, [[-0.5, -2.0]]).numpy() == pytest.approx(1.125)
    wrong_by_half = losses.categorical_hinge([[0.0, 1.0, 0.0]], [[0.2, 0.1, 0.4]])
    assert float(wrong_by_half[0]) == pytest.approx(1.3)


def test_crossentropies_of_probabilities():
    p = [[0.25, 0.75], [0.5, 0.5]]
    expected = -np.log([0.25, 0.5])
    sparse = losses.sparse_categorical_crossentropy([0, 1], p)
    dense = losses.categorical_crossentropy([[1.0, 0.0], [0.0, 1.0]], p)
    np.testing.assert_allclose(sparse.numpy(), expected, rtol=1e-5)
    np.testing.assert_allclose(dense.numpy(), expected, rtol=1e-5)
    binary = losses.binary_crossentropy([[1.0, 0.0]], [[0.25, 0.5]])
    np.testing.assert_allclose(binary.numpy(), [-np.log([0.25, 0.5]).mean()], rtol=1e-5)
    assert float(losses.kl_divergence([[0.5, 0.5]], p[:1])[0]) == pytest.approx(
        0.5 * np.log(2) + 0.5 * np.log(2 / 3), rel=1e-5
    )


def test_label_smoothing():
    loss = losses.CategoricalCrossentropy(label_smoothing=0.2)
    assert float(loss([[1.0, 0.0]], [[0.25, 0.75]])) == pytest.approx(
        -0.9 * np.log(0.25) - 0.1 * np.log(0.75), rel=1e-5
    )
    loss = losses.BinaryCrossentropy(label_smoothing=0.2)
    assert float(loss([[1.0]], [[0.25]])) == pytest.approx(
        -0.9 * np.log(0.25) - 0.1 * np.log(0.75), rel=1e-5
    )


# -- logits ------------------------------------------------------------------------------------


def test_a_saturated_softmax_keeps_its_loss_and_gradient():
    # Logits (-200, 200), label 0: the probability is 0 in any precision, the loss is 400.
    def loss(y, x):
        return losses.SparseCategoricalCrossentropy()(y, activations.softmax(x))

    assert float(loss([0], mt.constant([[-200.0, 200.0]]))) == 400
    np.testing.assert_array_equal(gradient(loss, [0], [[-200.0, 200.0]]), [[-1, 1]])

    def dense(y, x):
        return losses.CategoricalCrossentropy()(y, activations.softmax(x))

    np.testing.assert_array_equal(gradient(dense, [[1.0, 0.0]], [[-200.0, 200.0]]), [[-1, 1]])


def test_a_saturated_sigmoid_keeps_its_loss_and_gradient():
    def loss(y, x):
        return losses.BinaryCrossentropy()(y, activations.sigmoid(x))

    assert float(loss([[0.0]], mt.constant([[200.0]]))) == 200
    np.testing.assert_array_equal(gradient(loss, [[0.0]], [[200.0]]), [[1]])


def test_a_softmax_of_ones_own_is_clipped():
    probabilities = mt.nn.softmax(mt.constant([[-200.0, 200.0]]))
    loss = losses.SparseCategoricalCrossentropy()
    assert float(loss([0], probabilities)) == pytest.approx(-np.log(1e-7), rel=1e-5)
    np.testing.assert_array_equal(gradient(loss, [0], [[0.0, 1.0]]), [[0, 0]])


def test_from_logits():
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    assert float(loss([0], [[-200.0, 200.0]])) == 400
    with pytest.warns(UserWarning, match="received from_logits=True, but y_pred was made by a"):
        assert float(loss([0], activations.softmax(mt.constant([[-200.0, 200.0]])))) == 400


# -- labels ------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", [99, 10, -1])
def test_a_label_that_is_no_class(label):
    logits = mt.zeros((1, 10))
    text = f"label value of {label} which is outside the valid range of \\[0, 10\\)"
    with pytest.raises(mt.errors.InvalidArgumentError, match=text):
        losses.SparseCategoricalCrossentropy(from_logits=True)([label], logits)


@pytest.mark.parametrize(
    "labels", [[1, 0], [1.0, 0.0], [[1], [0]], np.array([1, 0], "uint8"), mt.constant([1, 0])]
)
def test_labels_of_any_number_type_and_with_a_last_axis(labels):
    loss = losses.SparseCategoricalCrossentropy()
    assert float(loss(labels, [[0.5, 0.5], [0.25, 0.75]])) == pytest.approx(
        -np.log([0.5, 0.25]).mean(), rel=1e-5
    )


def test_an_ignored_class_does_not_count():
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    p = [[0.5, 0.5], [0.25, 0.75]]
    assert float(loss([0, -1], p)) == pytest.approx(np.log(2), rel=1e-5)
    assert float(loss([0, 0], p, sample_weight=[1.0, 0.0])) == pytest.approx(np.log(2) / 2)
    values = losses.SparseCategoricalCrossentropy(ignore_class=-1, reduction="none")([0, -1], p)
    np.testing.assert_allclose(values.numpy(), [np.log(2), 0], rtol=1e-5)
    assert float(loss([-1, -1], p)) == 0


# -- reduction and weights ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reduction", "plain", "weighted"),
    [
        ("sum_over_batch_size", 1.0625, 0.0625),
        ("mean", 1.0625, 0.0625),
        ("sum", 2.125, 0.125),
        ("mean_with_sample_weight", 1.0625, 0.125),
        ("none", [0.125, 2.0], [0.125, 0.0]),
        (None, [0.125, 2.0], [0.125, 0.0]),
    ],
)
def test_reductions(reduction, plain, weighted):
    loss = losses.MeanSquaredError(reduction=reduction)
    np.testing.assert_allclose(loss(Y, P).numpy(), plain)
    np.testing.assert_allclose(loss(Y, P, sample_weight=[1, 0]).numpy(), weighted)
    np.testing.assert_allclose(loss(Y, P, sample_weight=[[1], [0]]).numpy().ravel(), weighted)


def test_a_scalar_weight():
    assert float(losses.MeanSquaredError()(Y, P, sample_weight=2.0)) == 2.125


def test_the_loss_of_nothing_is_zero():
    for shape in ((0, 3), (0, 2, 3)):
        assert np.sum(losses.MeanSquaredError()(np.zeros(shape), np.zeros(shape)).numpy()) == 0


def test_a_column_of_predictions_goes_with_flat_labels():
    # Without the squeeze, (3,) - (3, 1) would be broadcast to (3, 3).
    predictions = [[1.0], [2.0], [3.0]]
    assert float(losses.MeanSquaredError()([1.0, 2.0, 3.0], predictions)) == 0
    np.testing.assert_array_equal(losses.mean_squared_error([1.0, 2.0, 3.0], predictions), [0] * 3)


def test_a_broadcast_is_warned_of():
    with pytest.warns(UserWarning, match=r"\(4, 1, 3\) and y_pred of shape \(4, 3\) differ"):
        losses.MeanSquaredError()(np.zeros((4, 1, 3)), np.zeros((4, 3)))


def test_dtypes():
    single = losses.MeanSquaredError()(np.zeros((2, 2)), mt.zeros((2, 2), "float64"))
    assert single.dtype == "float32"  # as Keras: the loss's own dtype
    double = losses.MeanSquaredError(dtype="float64")(np.zeros((2, 2)), mt.zeros((2, 2)))
    assert double.dtype == "float64"
    assert losses.mean_squared_error([1, 2], mt.zeros(2, "float64")).dtype == "float64"


# -- shapes that don't fit -----------------------------------------------------------------------


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"y_true.shape=\(2,\), y_pred.shape=\(2, 3\).*sparse_cat"):
        losses.categorical_crossentropy([1, 2], np.zeros((2, 3)))
    with pytest.raises(ValueError, match="For one-hot labels use categorical_crossentropy"):
        losses.sparse_categorical_crossentropy(np.zeros((2, 3)), np.zeros((2, 3)))
    with pytest.raises(ValueError, match="of the same shape"):
        losses.BinaryCrossentropy()(np.zeros((2, 3)), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="axis=-1. Received: axis=0"):
        losses.sparse_categorical_crossentropy([0], [[1.0, 2.0]], axis=0)
    with pytest.warns(SyntaxWarning, match="more than one class"):
        losses.categorical_crossentropy([[1.0]], [[0.5]])


# -- names and classes -----------------------------------------------------------------------------


def test_get():
    assert losses.get(None) is None
    assert losses.get("mse") is losses.get("MSE") is losses.mean_squared_error
    assert isinstance(losses.get("MeanSquaredError"), losses.MeanSquaredError)
    assert isinstance(losses.get(losses.Huber), losses.Huber)
    loss = losses.get({"class_name": "Huber", "config": {"delta": 2.0}})
    assert losses.deserialize(losses.serialize(loss)).get_config() == loss.get_config()
    function = losses.huber
    assert losses.deserialize(losses.serialize(function)) is function


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("sparse_categorical_crossentropi", "sparse_categorical_crossentropy"),
        ("SparesCategoricalCrossentropy", "SparseCategoricalCrossentropy"),
        ("msee", "mse"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(name, nearest):
    with pytest.raises(ValueError, match=f"loss identifier: '{name}'. Did you mean '{nearest}'"):
        losses.get(name)


def test_what_is_no_loss():
    with pytest.raises(ValueError, match="loss identifier: 3 of type int"):
        losses.get(3)
    with pytest.raises(ValueError, match="Expected reduction in"):
        losses.MeanSquaredError(reduction="average")


@pytest.mark.parametrize(
    ("labels", "predictions", "expected"),
    [
        ((8,), (8, 1), "binary"),
        ((8, 1), (8, 1), "binary"),
        ((8,), (8, 10), "sparse_categorical"),
        ((8, 1), (8, 10), "sparse_categorical"),
        ((8, 10), (8, 10), "categorical"),
    ],
)
def test_crossentropy_is_chosen_by_the_shapes(labels, predictions, expected):
    y_true, y_pred = mt.zeros(labels), mt.zeros(predictions)
    assert losses.kind_of_classification(y_true, y_pred) == expected
    for name in ("crossentropy", "ce"):
        loss = losses.resolve(name, y_true, y_pred)
        assert loss.fn.__name__ == f"{expected}_crossentropy"
        assert loss.name == name


def test_resolve_wraps_functions():
    def distance(y_true, y_pred):
        return mt.reduce_sum(mt.abs(y_true - y_pred), axis=-1)

    loss = losses.resolve(distance, None, None)
    assert (loss.name, float(loss(Y, P))) == ("distance", 1.25)
    assert losses.resolve("mse", None, None).name == "mse"
    assert losses.resolve(None, None, None) is None
    huber = losses.Huber()
    assert losses.resolve(huber, None, None) is huber


def test_a_loss_of_ones_own():
    class Offset(losses.Loss):
        def call(self, y_true, y_pred):
            return mt.reduce_mean(y_pred - y_true, axis=-1)

    assert float(Offset()(Y, P)) == 0.625
    assert Offset().get_config()["reduction"] == "sum_over_batch_size"


def test_a_forgotten_super_init():
    class Forgetful(losses.Loss):
        def __init__(self):
            self.factor = 2

    with pytest.raises(RuntimeError, match=r"Forgetful.__init__\(\) did not call super"):
        Forgetful()(Y, P)


def test_predictions_in_a_dict():
    class Both(losses.Loss):
        def call(self, y_true, y_pred):
            return mt.abs(y_true["a"] - y_pred["a"]) + mt.abs(y_true["b"] - y_pred["b"])

    y = {"a": np.array([1, 2]), "b": np.array([1, 2])}
    p = {"a": np.array([1.0, 4.0]), "b": np.array([2.0, 2.0])}
    assert float(Both()(y, p)) == 1.5


def test_cosine_similarity_is_minus_the_cosine():
    values = losses.cosine_similarity([[3.0, 4.0], [1.0, 0.0], [0.0, 0.0]], [[6.0, 8.0]] * 3)
    np.testing.assert_allclose(values.numpy(), [-1, -0.6, 0], rtol=1e-6)


def test_focal_losses_weigh_easy_examples_down():
    # Predicted at 0.9, an example counts 0.1² of its crossentropy.
    binary = losses.binary_focal_crossentropy([[1.0]], [[0.9]])
    assert float(binary[0]) == pytest.approx(-0.01 * np.log(0.9), rel=1e-4)
    dense = losses.categorical_focal_crossentropy([[1.0, 0.0]], [[0.9, 0.1]])
    assert float(dense[0]) == pytest.approx(-0.25 * 0.01 * np.log(0.9), rel=1e-4)


def test_overlap():
    y, p = [[1.0, 1.0, 0.0, 0.0]], [[1.0, 0.0, 1.0, 0.0]]  # one shared, one missed, one invented
    assert float(losses.dice(y, p)) == pytest.approx(0.5)
    assert float(losses.tversky(y, p, alpha=1.0, beta=2.0)) == pytest.approx(0.75)


def test_generalized_crossentropy_takes_q_within_bounds():
    value = losses.CategoricalGeneralizedCrossEntropy(q=0.5)([0], [[0.25, 0.75]])
    assert float(value) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="Expected q to be between 0 and 1"):
        losses.CategoricalGeneralizedCrossEntropy(q=1.0)
