"""Ops at their kinks, ties and singularities, and how dtypes and shapes meet: rows 65 to 89, 96."""

import numpy as np

from ..programs import Programs, Raises, floats

ROWS = Programs()
row = ROWS.row

INF, NAN = np.inf, np.nan
WRONG = Raises("InvalidArgumentError")


def at(tf, x, *functions) -> list:
    """The gradient of each function's sum at x."""
    x = tf.Variable(x)
    with tf.GradientTape(persistent=True) as tape:
        results = [f(x) for f in functions]
    return [tape.gradient(y, x) for y in results]


# -- slicing and shapes ----------------------------------------------------------------------------


@row(65, [floats(0, 1, 1, 0), floats(1, 1, 1, 1), floats(1, 0, 1, 0), floats(0, 1, 0, 1)])
def slices_and_strides(tf):
    weights = tf.constant([1.0, 1.0, 1.0, 1.0])
    return at(
        tf,
        [1.0, 2.0, 3.0, 4.0],
        lambda x: x[1:3],
        lambda x: x[tf.newaxis, ..., tf.newaxis] * weights[:, tf.newaxis],
        lambda x: x[0:4:2],
        lambda x: x[::-2],
    )


@row(65, floats(4, 3, 2, 1))
def negative_stride(tf):
    return at(tf, [1.0, 2.0, 3.0, 4.0], lambda x: x[::-1] * tf.constant([1.0, 2.0, 3.0, 4.0]))[0]


@row(65, [floats(10, 0, 20), floats(1, 0, 1)])
def mask(tf):
    chosen = tf.constant([True, False, True])
    return at(
        tf,
        [1.0, 2.0, 3.0],
        lambda x: x[chosen] * tf.constant([10.0, 20.0]),
        lambda x: tf.boolean_mask(x, chosen),
    )


@row(65, [floats([0, 0], [1, 1]), floats(0, 0, 1), floats([0, 3], [0, 3])])
def unused_parts_get_zeros(tf):
    matrix, vector = [[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0, 3.0]
    return [
        *at(tf, matrix, lambda x: tf.unstack(x)[1]),
        *at(tf, vector, lambda x: tf.split(x, [2, 1])[1]),
        *at(tf, matrix, lambda x: 3.0 * tf.split(x, 2, axis=1)[1]),
    ]


@row(66, Raises("InvalidArgumentError", "gather"), theirs=WRONG)
def list_as_an_index(tf):
    tf.constant([1.0, 2.0, 3.0])[[0, 1]]


@row(67, Raises("TypeError", "does not support item assignment"))
def item_assignment(tf):
    tf.constant([1.0, 2.0])[0] = 1.0


@row(68, [floats(6, 6), floats([3], [3]), 6.0])
def broadcast_inputs_get_sums(tf):
    x, y, z = tf.Variable([1.0, 1.0]), tf.Variable([[1.0], [1.0]]), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        total = (x * y * z) * tf.constant([[[1.0]], [[1.0]], [[1.0]]])
        total = total * tf.constant([[1.0, 1.0], [1.0, 1.0]])
    d_x, d_y, d_z = tape.gradient(total, [x, y, z])
    return [d_x, d_y / 2.0, d_z / 2.0]


# -- dtypes ----------------------------------------------------------------------------------------


@row(69, WRONG)
def float32_times_float64(tf):
    tf.constant([1.0]) * tf.constant([1.0], "float64")


@row(69, [floats(1.5), floats(3.0)])
def float32_times_a_float64_array_or_a_number(tf):
    return [tf.constant([1.0]) * np.array([1.5]), tf.constant([1.5]) * 2]


@row(69, Raises("TypeError"))
def integer_times_a_fraction(tf):
    tf.constant([1]) * 2.5


@row(69, [np.array([0.5]), np.array([0.5], "float32")])
def integer_division(tf):
    return [
        tf.constant([1]) / tf.constant([2]),
        tf.constant([1], "int16") / tf.constant([2], "int16"),
    ]


# -- kinks -----------------------------------------------------------------------------------------


@row(70, [0.0, 0.0, 0.0, 0.2, 1.0, 1.0507010, 0.5, 0.5])
def activations_at_their_kinks(tf):
    return at(
        tf,
        0.0,
        tf.nn.relu,
        tf.nn.relu6,
        lambda x: tf.nn.relu6(x + 6.0),
        tf.nn.leaky_relu,
        tf.nn.elu,
        tf.nn.selu,
        tf.nn.silu,
        tf.nn.gelu,
    )


@row(70, [0.0, 0.3])
def relu_of_nan_and_leaky_relu_of_another_slope(tf):
    return [
        *at(tf, NAN, tf.nn.relu),
        *at(tf, 0.0, lambda x: tf.nn.leaky_relu(x, alpha=0.3)),
    ]


@row(71, [floats(0, -1), floats(0, 0)])
def abs_and_sign(tf):
    return at(tf, [0.0, -3.0], tf.abs, tf.sign)


@row(71, [None, None, None, None, None, None])
def steps_have_no_gradient(tf):
    return at(
        tf,
        [-7.5, 7.5],
        tf.floor,
        tf.math.ceil,
        tf.round,
        tf.math.rint,
        lambda x: x // 2.0,
        lambda x: tf.cast(tf.argmax(x), "float32"),
    )


@row(71, [floats(1, -1), floats(1, 1), floats(4, 4)])
def remainder(tf):
    x, y = tf.Variable([-7.0, 7.0]), tf.Variable([2.0, -2.0])
    with tf.GradientTape() as tape:
        z = x % y
    return [z, *tape.gradient(z, [x, y])]


# -- singularities ---------------------------------------------------------------------------------


@row(72, [floats(INF, NAN, 0.25), floats(-INF, NAN, -1 / 16), floats(INF, -1, 0.25)])
def roots_and_logarithm(tf):
    return at(tf, [0.0, -1.0, 4.0], tf.sqrt, tf.math.rsqrt, tf.math.log)


@row(72, [floats(INF, -INF, NAN), floats(0, 0, 0), floats(0, -1), floats(0, -1 / 4)])
def division_by_zero(tf):
    numerators, zeros = tf.constant([1.0, -1.0, 0.0]), tf.constant([0.0, 0.0, 0.0])
    return [
        numerators / zeros,
        tf.math.divide_no_nan(numerators, zeros),
        *at(tf, [0.0, -1.0], lambda x: tf.math.divide_no_nan(1.0, x)),
        *at(tf, [0.0, 2.0], lambda x: tf.math.divide_no_nan(1.0, x)),
    ]


@row(72, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
def xlogy_and_xdivy_at_zero(tf):
    x, y = tf.Variable(0.0), tf.Variable(0.0)
    with tf.GradientTape(persistent=True) as tape:
        product, quotient = tf.math.xlogy(x, y), tf.math.xdivy(x, y)
    return [
        product,
        *tape.gradient(product, [x, y]),
        quotient,
        *tape.gradient(quotient, [x, y]),
    ]


def where_positive(tf, f):
    return lambda x: tf.where(x > 0.0, f(x), tf.zeros_like(x))


@row(73, [floats(0, 0, 0.25), floats(0, 0, -1 / 16)])
def square_root_in_an_inactive_branch(tf):
    return at(tf, [0.0, -1.0, 4.0], *(where_positive(tf, f) for f in (tf.sqrt, tf.math.rsqrt)))


@row(73, [floats(NAN, 0.25), floats(NAN, -1 / 16), floats(NAN, 0.25)])
def other_functions_in_an_inactive_branch(tf):
    functions = (tf.math.log, lambda x: 1.0 / x, lambda x: x**0.5)
    return at(tf, [0.0, 4.0], *(where_positive(tf, f) for f in functions))


@row(73, [0.0, floats(NAN, 0), floats(NAN, 0)])
def asin_and_exp_in_an_inactive_branch(tf):
    def guarded(f, limit):
        return lambda x: tf.where(x < limit, f(x), tf.zeros_like(x))

    return [
        *at(tf, 0.0, lambda x: tf.sqrt(x) * 0.0),
        *at(tf, [2.0, 0.0], lambda x: guarded(tf.asin, 1.0)(x) - x),
        *at(tf, [100.0, 0.0], lambda x: guarded(tf.exp, 80.0)(x) - x),
    ]


@row(74, [floats(NAN, INF, 1, 12, 12), floats(0, 0, 0, 8 * np.log(2), 0)])
def power(tf):
    x, p = tf.Variable([0.0, 0.0, 0.0, 2.0, -2.0]), tf.Variable([0.0, 0.5, 1.0, 3.0, 3.0])
    with tf.GradientTape() as tape:
        y = x**p
    return tape.gradient(y, [x, p])


# -- ties ------------------------------------------------------------------------------------------


@row(75, [floats(0.5, 0, 0.5), floats(0.5, 0.5)])
def largest_and_smallest_share_equally(tf):
    return [
        *at(tf, [3.0, 1.0, 3.0], tf.reduce_max),
        *at(tf, [1.0, 1.0], tf.reduce_min),
    ]


@row(76, [1.0, 0.0, 1.0, 0.0])
def maximum_and_minimum_of_equals(tf):
    x, y = tf.Variable(2.0), tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        larger, smaller = tf.maximum(x, y), tf.minimum(x, y)
    return [*tape.gradient(larger, [x, y]), *tape.gradient(smaller, [x, y])]


@row(77, [floats(0, 1, 1, 1, 0), 1.0, 1.0])
def clip_at_the_bounds(tf):
    x, low, high = tf.Variable([1.0, 2.0, 4.0, 6.0, 9.0]), tf.Variable(2.0), tf.Variable(6.0)
    with tf.GradientTape() as tape:
        y = tf.clip_by_value(x, low, high)
    return tape.gradient(y, [x, low, high])


def pooled(tf, numbers):
    x = tf.Variable(tf.reshape(tf.constant(numbers), (1, 2, 2, 1)))
    with tf.GradientTape() as tape:
        y = tf.nn.max_pool2d(x, 2, 2, "VALID")
    return [tf.reshape(y, ()), tf.reshape(tape.gradient(y, x), (-1,))]


@row(78, [3.0, floats(0, 1, 0, 0)])
def max_pool_of_equals(tf):
    return pooled(tf, [1.0, 3.0, 3.0, 3.0])


@row(78, [3.0, floats(0, 0, 1, 0)])
def max_pool_passes_nan_over(tf):
    return pooled(tf, [1.0, NAN, 3.0, 2.0])


@row(79, [floats(6, 0, 0), floats(0, 0, 0)])
def product_with_zeros(tf):
    return [*at(tf, [0.0, 2.0, 3.0], tf.reduce_prod), *at(tf, [0.0, 0.0, 3.0], tf.reduce_prod)]


@row(80, [floats(9, 0, 0), floats(1, 8, 0)], theirs=[floats(0, 0, 0), floats(1, 0, 0)])
def cumulative_product_with_a_zero(tf):
    return [
        *at(tf, [0.0, 3.0, 3.0], lambda x: tf.math.cumprod(x)[2]),
        *at(tf, [2.0, 0.0, 3.0], tf.math.cumprod),
    ]


@row(81, [floats(NAN, NAN), floats(NAN, NAN), floats(NAN, NAN)])
def norms_at_zero(tf):
    return at(
        tf,
        [0.0, 0.0],
        tf.norm,
        tf.math.reduce_euclidean_norm,
        tf.math.reduce_std,
    )


@row(82, floats(1e6, 1e6))
def l2_normalize_at_zero(tf):
    return at(tf, [0.0, 0.0], tf.nn.l2_normalize)[0]


@row(83, [floats(3), np.int32([0]), floats(1, 0, 0)])
def top_k_of_equals(tf):
    x = tf.Variable([3.0, 1.0, 3.0])
    with tf.GradientTape() as tape:
        values, indices = tf.math.top_k(x, k=1)
    return [values, indices, tape.gradient(values, x)]


@row(83, [np.int32([1, 0, 2]), np.int32([0, 2, 1]), floats(10, 1, 100), floats(1, 100, 10)])
def sort_of_equals(tf):
    weights, numbers = tf.constant([1.0, 10.0, 100.0]), [3.0, 1.0, 3.0]
    return [
        tf.argsort(numbers),
        tf.argsort(numbers, direction="DESCENDING"),
        *at(
            tf,
            numbers,
            lambda x: tf.sort(x) * weights,
            lambda x: tf.sort(x, direction="DESCENDING") * weights,
        ),
    ]


# -- complex numbers -------------------------------------------------------------------------------


@row(84, [np.complex128([2 - 4j]), np.complex128([(1 + 2j) / abs(1 + 2j)]), np.complex128([0j])])
def complex_gradients(tf):
    return [
        *at(tf, np.array([1 + 2j]), lambda z: z * z, tf.abs),
        *at(tf, np.array([0j]), tf.abs),
    ]


@row(84, [np.complex128([1]), np.complex128([1j]), np.complex128([1]), np.complex128([1 - 1j])])
def parts_of_complex_numbers(tf):
    one = tf.constant([1 + 1j], "complex128")
    return at(
        tf,
        np.array([1 + 2j]),
        tf.math.real,
        tf.math.imag,
        tf.math.conj,
        lambda z: z * one,
    )


# -- infinities and labels -------------------------------------------------------------------------


@row(85, [-INF, floats(NAN, NAN)])
def logsumexp_of_nothing_likely(tf):
    x = tf.Variable([-INF, -INF])
    with tf.GradientTape() as tape:
        y = tf.reduce_logsumexp(x)
    return [y, tape.gradient(y, x)]


OUTSIDE = r"Received a label value of {} which is outside the valid range of \[0, 10\)"


@row(86, Raises("InvalidArgumentError", OUTSIDE.format(99)))
def label_too_large(tf):
    tf.nn.sparse_softmax_cross_entropy_with_logits([99], tf.zeros((1, 10)))


@row(86, Raises("InvalidArgumentError", OUTSIDE.format(-1)))
def label_negative(tf):
    tf.nn.sparse_softmax_cross_entropy_with_logits([-1], tf.zeros((1, 10)))


@row(87, [NAN, floats(200, 200), floats(1, -1)])
def softmax_of_infinity_and_sigmoid_cross_entropy_far_out(tf):
    x = tf.Variable([200.0, -200.0])
    with tf.GradientTape() as tape:
        y = tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.constant([0.0, 1.0]), logits=x)
    return [tf.nn.softmax([INF, 1.0])[0], y, tape.gradient(y, x)]


@row(88, [NAN, -INF, INF, 0.0, 1.0])
def reductions_of_nothing(tf):
    nothing = tf.zeros((0,))
    reductions = (tf.reduce_mean, tf.reduce_max, tf.reduce_min, tf.reduce_sum, tf.reduce_prod)
    return [reduction(nothing) for reduction in reductions]


# -- matrices --------------------------------------------------------------------------------------


@row(89, Raises("InvalidArgumentError", "not invertible|[Ss]ingular"))
def inverse_of_a_singular_matrix(tf):
    tf.linalg.inv([[1.0, 2.0], [2.0, 4.0]])


@row(89, [0.0, floats([4, -2], [-2, 1])], theirs=Raises("InvalidArgumentError"))
def determinant_of_a_singular_matrix(tf):
    x = tf.Variable([[1.0, 2.0], [2.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.linalg.det(x)
    return [y, tape.gradient(y, x)]


@row(89, True)
def cholesky_of_an_indefinite_matrix(tf):
    return bool(np.isnan(tf.linalg.cholesky([[1.0, 2.0], [2.0, 1.0]]).numpy()).any())


# -- random numbers --------------------------------------------------------------------------------


@row(96, [floats(0.3274685, -0.8426258, 0.3194337), floats(0.6878912, 0.4844788, 0.9309944)])
def numbers_of_a_seed(tf):
    tf.random.set_seed(42)
    try:
        return [tf.random.normal((3,)), tf.random.uniform((3,))]
    finally:
        tf.random.set_seed(None)
