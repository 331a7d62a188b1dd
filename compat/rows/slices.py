"""IndexedSlices, the gradients of tables: rows 62 to 64."""

import numpy as np

from ..programs import Programs, Raises, floats

ROWS = Programs()
row = ROWS.row

TABLE = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def kind(g) -> str:
    """What kind of gradient it is; both libraries' names for tensors mean the same."""
    return "slices" if type(g).__name__ == "IndexedSlices" else "tensor"


def parts(g) -> list:
    """Kind, indices, values and dense shape of IndexedSlices."""
    return [kind(g), g.indices, g.values, g.dense_shape]


def slices(tf, dense_shape=(3,)):
    return tf.IndexedSlices(
        tf.constant([1.0, 2.0, 4.0]), tf.constant([2, 0, 2]), tf.constant(dense_shape)
    )


@row(62, ["slices", np.int32([2, 0, 2]), floats([10, 20], [1, 2], [100, 200]), np.int32([3, 2])])
def gather(tf):
    table = tf.Variable(TABLE)
    with tf.GradientTape() as tape:
        y = tf.gather(table, [2, 0, 2]) * tf.constant([[10.0, 20.0], [1.0, 2.0], [100.0, 200.0]])
    return parts(tape.gradient(y, table))


@row(62, ["slices", np.int32([1, 1, 0, 1]), np.ones((4, 2), "float32"), np.int32([3, 2])])
def gather_of_a_matrix_of_indices(tf):
    table = tf.Variable(TABLE)
    with tf.GradientTape() as tape:
        y = tf.gather(table, [[1, 1], [0, 1]])
    return parts(tape.gradient(y, table))


@row(62, ["slices", np.int32([1, 0, 1]), np.ones((3, 2), "float32"), np.int32([3, 2])])
def embedding_lookup(tf):
    table = tf.Variable(TABLE)
    with tf.GradientTape() as tape:
        y = tf.nn.embedding_lookup(table, [1, 0, 1])
    return parts(tape.gradient(y, table))


@row(
    62,
    [
        "slices",
        np.int32([1, 1]),
        np.ones((2, 2), "float32"),
        "tensor",
        floats([0, 2], [0, 0], [0, 0]),
    ],
)
def gather_nd(tf):
    table = tf.Variable(TABLE)
    with tf.GradientTape(persistent=True) as tape:
        rows = tf.gather_nd(table, [[1], [1]])
        elements = tf.gather_nd(table, [[0, 1], [0, 1]])
    d_rows, d_elements = tape.gradient(rows, table), tape.gradient(elements, table)
    return [kind(d_rows), d_rows.indices, d_rows.values, kind(d_elements), d_elements]


@row(62, ["tensor", floats([0, 2], [0, 2], [0, 2])])
def gather_along_another_axis(tf):
    table = tf.Variable(TABLE)
    with tf.GradientTape() as tape:
        y = tf.gather(table, [1, 1], axis=1)
    g = tape.gradient(y, table)
    return [kind(g), g]


@row(62, ["slices", np.int32([0, 2, 2]), "tensor", floats([2, 2], [1, 1], [1, 1])])
def gather_twice_and_with_a_dense_gradient(tf):
    table = tf.Variable(TABLE)
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(tf.gather(table, [0])) + tf.reduce_sum(tf.gather(table, [2, 2]))
        z = tf.reduce_sum(tf.gather(table, [0])) + tf.reduce_sum(table)
    g, dense = tape.gradient(y, table), tape.gradient(z, table)
    return [kind(g), tf.sort(g.indices), kind(dense), dense]


@row(62, floats([-1, 0], [3, 4]))
def optimizer_adds_equal_rows(tf):
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(table, [0, 0])
    g = tape.gradient(y, table)
    tf.keras.optimizers.SGD(1.0).apply_gradients([(g, table)])
    return table.read_value()


@row(63, floats(2, 0, 5), theirs=Raises("AttributeError"))
def slices_numpy(tf):
    return slices(tf).numpy()


@row(63, Raises("TypeError"))
def slices_times_a_number(tf):
    slices(tf) * 2.0


@row(63, [floats(2, 0, 5), floats(4, 0, 10)])
def slices_as_a_tensor(tf):
    return [tf.convert_to_tensor(slices(tf)), tf.multiply(slices(tf), 2.0)]


@row(64, Raises("InvalidArgumentError", r"indices\[0\] = 5 is not in \[0, 2\)"))
def gather_out_of_range(tf):
    tf.gather([1.0, 2.0], [5])


@row(64, Raises("InvalidArgumentError", r"indices\[1\] = -1 is not in \[0, 2\)"))
def gather_at_a_negative_index(tf):
    tf.gather([1.0, 2.0], [0, -1])
