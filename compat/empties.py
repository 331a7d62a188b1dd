"""Ops on empty arrays: zeros and empty arrays where mathematics has them, nan for a mean of none.

Each program returns the value and the gradients of its inputs.
"""

import numpy as np

from .programs import SAME, Programs, Raises

EMPTIES = Programs()


def zeros(*shape):
    return np.zeros(shape, "float32")


def ones(*shape):
    return np.ones(shape, "float32")


def full(number, *shape):
    return np.full(shape, number, "float32")


def empty(name, function, shapes, value, *gradients, theirs=SAME):
    """Adds a function of tensors of ones in these shapes."""

    def run(tf):
        inputs = [tf.ones(shape) for shape in shapes]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            result = function(tf, *inputs)
        found = tape.gradient(result, inputs)
        # TensorFlow gives slices for a gather.
        return [result, *[d if d is None else tf.convert_to_tensor(d) for d in found]]

    expected = value if isinstance(value, Raises) else [value, *gradients]
    EMPTIES.add(name, expected, theirs)(run)


# -- reductions ------------------------------------------------------------------------------------

E = (0, 3)
empty("sum", lambda tf, x: tf.reduce_sum(x), [E], zeros(), zeros(*E))
empty("sum_of_columns", lambda tf, x: tf.reduce_sum(x, 0), [E], zeros(3), zeros(*E))
empty("sum_of_rows", lambda tf, x: tf.reduce_sum(x, 1), [E], zeros(0), zeros(*E))
empty("mean", lambda tf, x: tf.reduce_mean(x), [E], full(np.nan), zeros(*E))
empty("mean_of_columns", lambda tf, x: tf.reduce_mean(x, 0), [E], full(np.nan, 3), zeros(*E))
empty("mean_of_rows", lambda tf, x: tf.reduce_mean(x, 1), [E], zeros(0), zeros(*E))
empty("max", lambda tf, x: tf.reduce_max(x), [E], full(-np.inf), zeros(*E))
empty("max_of_columns", lambda tf, x: tf.reduce_max(x, 0), [E], full(-np.inf, 3), zeros(*E))
empty("max_of_rows", lambda tf, x: tf.reduce_max(x, 1), [E], zeros(0), zeros(*E))
empty("min", lambda tf, x: tf.reduce_min(x), [E], full(np.inf), zeros(*E))
empty("logsumexp", lambda tf, x: tf.reduce_logsumexp(x), [E], full(-np.inf), zeros(*E))
empty("logsumexp_of_rows", lambda tf, x: tf.reduce_logsumexp(x, 1), [E], zeros(0), zeros(*E))
empty("prod", lambda tf, x: tf.reduce_prod(x), [E], ones(), zeros(*E))
empty("prod_of_columns", lambda tf, x: tf.reduce_prod(x, 0), [E], ones(3), zeros(*E))
empty("prod_of_rows", lambda tf, x: tf.reduce_prod(x, 1), [E], zeros(0), zeros(*E))
empty("std", lambda tf, x: tf.math.reduce_std(x), [E], full(np.nan), zeros(*E))
empty("variance_of_rows", lambda tf, x: tf.math.reduce_variance(x, 1), [E], zeros(0), zeros(*E))
empty("norm", lambda tf, x: tf.norm(x), [E], zeros(), zeros(*E))
empty("norm_of_columns", lambda tf, x: tf.norm(x, axis=0), [E], zeros(3), zeros(*E))
empty("largest_of_columns", lambda tf, x: tf.norm(x, np.inf, 0), [E], full(-np.inf, 3), zeros(*E))
empty("l2_normalize", lambda tf, x: tf.math.l2_normalize(x), [E], zeros(*E), zeros(*E))
for name in ("cumsum", "cumprod", "cumulative_logsumexp"):
    empty(name, lambda tf, x, name=name: getattr(tf.math, name)(x), [E], zeros(*E), zeros(*E))
for name in ("sum", "mean", "prod", "max", "min"):
    empty(
        f"segment_{name}",
        lambda tf, x, name=name: getattr(tf.math, f"segment_{name}")(x, tf.constant([], "int32")),
        [E],
        zeros(*E),
        zeros(*E),
    )
empty("all", lambda tf, x: tf.reduce_all(x > 0), [E], np.array(True), None)
empty("any", lambda tf, x: tf.reduce_any(x > 0), [E], np.array(False), None)
empty("argmax_of_rows", lambda tf, x: tf.argmax(x, 1), [E], np.zeros(0, "int64"), None)
empty(
    "argmax_of_columns", lambda tf, x: tf.argmax(x, 0), [E], Raises("InvalidArgumentError", "empty")
)
empty("global_norm", lambda tf, x: tf.linalg.global_norm([x]), [E], zeros(), zeros(*E))

# -- elementwise -----------------------------------------------------------------------------------

for name in ("exp", "tanh", "sigmoid", "square", "negative", "abs"):
    empty(name, lambda tf, x, name=name: getattr(tf, name)(x), [E], zeros(*E), zeros(*E))
for name in ("relu", "softmax", "log_softmax", "elu", "gelu"):
    empty(name, lambda tf, x, name=name: getattr(tf.nn, name)(x), [E], zeros(*E), zeros(*E))
empty("softmax_of_no_classes", lambda tf, x: tf.nn.softmax(x), [(3, 0)], zeros(3, 0), zeros(3, 0))
empty(
    "log_softmax_of_no_classes",
    lambda tf, x: tf.nn.log_softmax(x),
    [(3, 0)],
    zeros(3, 0),
    zeros(3, 0),
)
empty("add_row", lambda tf, x, y: x + y, [E, (3,)], zeros(*E), zeros(*E), zeros(3))
empty("multiply_row", lambda tf, x, y: x * y, [E, (1, 3)], zeros(*E), zeros(*E), zeros(1, 3))
empty("bias_add", lambda tf, x, b: tf.nn.bias_add(x, b), [E, (3,)], zeros(*E), zeros(*E), zeros(3))
empty("where", lambda tf, x: tf.where(x > 0, x, -x), [E], zeros(*E), zeros(*E))
empty("clip", lambda tf, x: tf.clip_by_value(x, 0.0, 1.0), [E], zeros(*E), zeros(*E))
empty("dropout", lambda tf, x: tf.nn.dropout(x, 0.5), [E], zeros(*E), zeros(*E))

# -- products --------------------------------------------------------------------------------------

empty("matmul_of_no_rows", lambda tf, a, b: a @ b, [E, (3, 2)], zeros(0, 2), zeros(*E), zeros(3, 2))
empty("matmul_of_no_columns", lambda tf, a, b: a @ b, [(2, 3), (3, 0)],
      zeros(2, 0), zeros(2, 3), zeros(3, 0))  # fmt: skip
empty(
    "matmul_over_nothing", lambda tf, a, b: a @ b, [(2, 0), E], zeros(2, 3), zeros(2, 0), zeros(*E)
)
empty("matmul_of_no_matrices", lambda tf, a, b: a @ b, [(0, 2, 3), (0, 3, 4)],
      zeros(0, 2, 4), zeros(0, 2, 3), zeros(0, 3, 4))  # fmt: skip
empty("tensordot", lambda tf, a, b: tf.tensordot(a, b, 1), [E, (3, 2)],
      zeros(0, 2), zeros(*E), zeros(3, 2))  # fmt: skip
# TensorFlow's convolution of no images forgets the number of filters.
empty("conv2d", lambda tf, x, w: tf.nn.conv2d(x, w, 1, "SAME"), [(0, 4, 4, 2), (3, 3, 2, 5)],
      zeros(0, 4, 4, 5), zeros(0, 4, 4, 2), zeros(3, 3, 2, 5),
      theirs=[zeros(0, 4, 4, 2), zeros(0, 4, 4, 2), zeros(3, 3, 2, 5)])  # fmt: skip
empty("max_pool2d", lambda tf, x: tf.nn.max_pool2d(x, 2, 2, "VALID"), [(0, 4, 4, 2)],
      zeros(0, 2, 2, 2), zeros(0, 4, 4, 2))  # fmt: skip
empty("avg_pool2d", lambda tf, x: tf.nn.avg_pool2d(x, 2, 2, "VALID"), [(0, 4, 4, 2)],
      zeros(0, 2, 2, 2), zeros(0, 4, 4, 2))  # fmt: skip

# -- shapes ----------------------------------------------------------------------------------------

empty(
    "concat", lambda tf, a, b: tf.concat([a, b], 0), [E, (2, 3)], ones(2, 3), zeros(*E), ones(2, 3)
)
empty("concat_of_columns", lambda tf, a, b: tf.concat([a, b], 1), [(2, 0), (2, 3)],
      ones(2, 3), zeros(2, 0), ones(2, 3))  # fmt: skip
empty("stack", lambda tf, a, b: tf.stack([a, b]), [E, E], zeros(2, 0, 3), zeros(*E), zeros(*E))
empty("split", lambda tf, x: tf.split(x, 3, 1)[1], [E], zeros(0, 1), zeros(*E))
empty("unstack", lambda tf, x: tf.unstack(x, axis=1)[1], [E], zeros(0), zeros(*E))
empty("transpose", lambda tf, x: tf.transpose(x), [E], zeros(3, 0), zeros(*E))
empty("reshape", lambda tf, x: tf.reshape(x, (3, 0)), [E], zeros(3, 0), zeros(*E))
empty("reshape_unknown_rows", lambda tf, x: tf.reshape(x, (-1, 3)), [E], zeros(*E), zeros(*E))
empty("reshape_unknown_columns", lambda tf, x: tf.reshape(x, (0, -1)), [(0, 2, 4)],
      zeros(0, 8), zeros(0, 2, 4))  # fmt: skip
empty("tile", lambda tf, x: tf.tile(x, (2, 1)), [E], zeros(*E), zeros(*E))
empty("tile_no_times", lambda tf, x: tf.tile(x, (0, 2)), [(2, 3)], zeros(0, 6), zeros(2, 3))
empty("pad", lambda tf, x: tf.pad(x, [[1, 1], [0, 0]]), [E], zeros(2, 3), zeros(*E))
empty("slice", lambda tf, x: x[2:], [(2, 3)], zeros(*E), zeros(2, 3))
empty("gather_nothing", lambda tf, x: tf.gather(x, tf.zeros([0], "int32")), [(2, 3)],
      zeros(*E), zeros(2, 3))  # fmt: skip
empty("boolean_mask", lambda tf, x: tf.boolean_mask(x, [False, False]), [(2, 3)],
      zeros(*E), zeros(2, 3))  # fmt: skip
empty("one_hot", lambda tf, x: tf.one_hot(tf.zeros([0], "int32"), 3), [E], zeros(*E), None)
empty("map_fn", lambda tf, x: tf.map_fn(lambda row: row * 2.0, x), [E], zeros(0), None)

# -- losses ----------------------------------------------------------------------------------------

NO_LABELS = np.zeros(0, "int32")
empty("sparse_cross_entropy", lambda tf, x: tf.nn.sparse_softmax_cross_entropy_with_logits(
    labels=NO_LABELS, logits=x), [E], zeros(0), zeros(*E))  # fmt: skip
empty("cross_entropy", lambda tf, x: tf.nn.softmax_cross_entropy_with_logits(
    labels=zeros(*E), logits=x), [E], zeros(0), zeros(*E))  # fmt: skip
empty("binary_cross_entropy", lambda tf, x: tf.nn.sigmoid_cross_entropy_with_logits(
    labels=zeros(*E), logits=x), [E], zeros(*E), zeros(*E))  # fmt: skip
