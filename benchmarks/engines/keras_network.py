"""The models in Keras' words, for whatever answers to them."""

from ..workload import EPSILON, LEARNING_RATE


def network(tf, keras, model, dropout):
    """The model with its first weights, not compiled."""
    layers = keras.layers
    make = {
        "dense": lambda units: layers.Dense(units, activation="relu"),
        "conv": lambda filters: layers.Conv2D(filters, 3, activation="relu"),
        "pool": layers.MaxPooling2D,
        "flatten": layers.Flatten,
        "dropout": lambda: layers.Dropout(dropout),
    }
    inputs = outputs = keras.Input(model.input_shape)
    for kind, *arguments in model.layers:
        outputs = make[kind](*arguments)(outputs)
    outputs = layers.Dense(model.classes, activation="softmax")(outputs)
    kind = _with_own_train_step(tf, keras) if model.own_train_step else keras.Model
    made = kind(inputs, outputs)
    made.set_weights(model.weights())
    return made


def optimizer(keras, model):
    if model.optimizer == "adam":
        return keras.optimizers.Adam(LEARNING_RATE, epsilon=EPSILON)
    return keras.optimizers.RMSprop(LEARNING_RATE, rho=0.9, epsilon=EPSILON**2)


def _with_own_train_step(tf, keras):
    class Model(keras.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(y=y, y_pred=self(x, training=True))
            weights = self.trainable_weights
            gradients = tape.gradient(loss, weights)
            self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
            for metric in self.metrics:
                metric.update_state(loss)
            return {metric.name: metric.result() for metric in self.metrics}

    return Model
