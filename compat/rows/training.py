"""Optimizers, layers and losses: rows 90 to 95."""

import warnings

import numpy as np

from ..programs import Programs, Raises, floats

ROWS = Programs()
row = ROWS.row


@row(
    90,
    Raises("ValueError", "No gradients provided for any variable.*not read"),
    theirs=Raises("ValueError", "No gradients provided for any variable"),
)
def optimizer_without_gradients(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.constant(1.0) * 2.0
    tf.keras.optimizers.SGD(1.0).apply_gradients([(tape.gradient(y, x), x)])


@row(90, [1.5, 5.0, True])
def optimizer_without_some_gradients(tf):
    x, z = tf.keras.Variable(2.0), tf.keras.Variable(5.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        tf.keras.optimizers.SGD(1.0).apply_gradients([(tf.constant(0.5), x), (None, z)])
    warned = any("Gradients do not exist" in str(w.message) for w in caught)
    return [tf.constant(float(x)), tf.constant(float(z)), warned]


@row(
    91,
    Raises("ValueError", "Unknown variable.*Use a new optimizer"),
    theirs=Raises("ValueError", "Unknown variable.*should recreate a new optimizer instance"),
)
def optimizer_with_a_new_variable(tf):
    x, z, g = tf.keras.Variable(2.0), tf.keras.Variable(5.0), tf.constant(0.5)
    optimizer = tf.keras.optimizers.SGD(1.0)
    optimizer.apply_gradients([(g, x)])
    optimizer.apply_gradients([(g, x), (g, z)])


@row(92, floats(0, 0, 0))
def dropout_layer_of_rate_one(tf):
    return tf.keras.layers.Dropout(1.0)(tf.ones((3,)), training=True)


@row(92, Raises("ValueError", "`rate` must be a scalar tensor or a float in the range"))
def dropout_of_rate_one(tf):
    tf.nn.dropout(tf.ones((3,)), 1.0)


@row(93, [0, 2, floats([1], [1]), floats(1)])
def layer_frozen_after_it_was_built(tf):
    layer = tf.keras.layers.Dense(1)
    layer.build((None, 2))
    layer.trainable = False
    with tf.GradientTape() as tape:
        y = layer(tf.ones((1, 2)))
    return [
        tf.constant(len(layer.trainable_weights)),
        tf.constant(len(layer.non_trainable_weights)),
        *tape.gradient(y, layer.weights),
    ]


EXAMPLES = np.array([[2.0], [2.0], [2.0], [2.0], [7.0]], "float32")


@row(94, 3.0)
def loss_over_a_short_last_batch(tf):
    class Identity(tf.keras.Model):
        def call(self, x):
            return x

    model = Identity()
    model.compile(loss="mean_absolute_error")
    loss = model.evaluate(EXAMPLES, np.zeros_like(EXAMPLES), batch_size=4, verbose=0)
    return tf.constant(float(loss))


@row(94, 4.5)
def mean_of_ones_own_over_a_short_last_batch(tf):
    class Identity(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.mean = tf.keras.metrics.Mean(name="loss")

        def call(self, x):
            return x

        def test_step(self, data):
            self.mean.update_state(tf.reduce_mean(data[0]))
            return {"loss": self.mean.result()}

        @property
        def metrics(self):
            return [self.mean]

    model = Identity()
    model.compile()
    logs = model.evaluate(
        EXAMPLES, np.zeros_like(EXAMPLES), batch_size=4, verbose=0, return_dict=True
    )
    return tf.constant(float(logs["loss"]))


@row(95, [0.0, 0.5])
def targets_without_the_last_axis(tf):
    y, prediction = tf.constant([1.0, 2.0]), tf.constant([[1.0], [2.0]])
    return [
        tf.keras.losses.MeanSquaredError()(y, prediction),
        tf.reduce_mean((y - prediction) ** 2),
    ]


@row(95, 0.0)
def fit_on_targets_without_the_last_axis(tf):
    class Identity(tf.keras.Model):
        def call(self, x):
            return x

    model = Identity()
    model.compile(loss="mse")
    x = np.array([[1.0], [2.0]], "float32")
    return tf.constant(float(model.evaluate(x, x[:, 0], verbose=0)))
