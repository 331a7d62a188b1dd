"""Layers and models: Sequential, functional, subclassed, nested, frozen."""

import numpy as np

from .guide import Guide, labels, numbers

GUIDE = Guide()


def printed(model, **settings):
    """The summary of a model as a text."""
    lines = []
    model.summary(print_fn=lines.append, line_length=80, **settings)
    return "\n".join(lines)


@GUIDE.add
def sequential_models(tf, folder):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [layers.Dense(2, activation="relu", name="first"), layers.Dense(4, name="last")]
    )
    y = model(tf.ones((3, 3)))
    model.pop()
    images = tf.keras.Sequential(name="images")
    images.add(tf.keras.Input(shape=(20, 20, 3)))
    images.add(layers.Conv2D(3, 5, strides=2, activation="relu"))
    images.add(layers.Conv2D(3, 3, activation="relu", name="middle"))
    images.add(layers.MaxPooling2D(2))
    before = printed(images)
    images.add(layers.GlobalMaxPooling2D())
    images.add(layers.Dense(10))
    features = tf.keras.Model(images.inputs[0], [layer.output for layer in images.layers])
    middle = tf.keras.Model(images.inputs[0], images.get_layer(name="middle").output)
    for layer in images.layers[:-1]:
        layer.trainable = False
    x = numbers(1, 20, 20, 3)
    return [
        y,
        len(model.layers),
        [w.path for w in model.weights],
        before,
        images.output_shape,
        [f.shape.as_list() for f in features(x)],
        middle(x),
        [len(images.trainable_weights), len(images.non_trainable_weights)],
    ]


@GUIDE.add
def functional_models(tf, folder):
    keras, layers = tf.keras, tf.keras.layers
    image = keras.Input(shape=(14, 14, 1), name="image")
    x = layers.Conv2D(4, 3, activation="relu")(image)
    x = layers.MaxPooling2D(3)(layers.Conv2D(6, 3, activation="relu")(x))
    code = layers.GlobalMaxPooling2D()(x)
    encoder = keras.Model(image, code, name="encoder")
    x = layers.Reshape((2, 3, 1))(code)
    x = layers.UpSampling2D(2)(layers.Conv2DTranspose(4, 3, activation="relu")(x))
    autoencoder = keras.Model(image, layers.Conv2DTranspose(1, 3)(x), name="autoencoder")

    def part():
        inputs = keras.Input(shape=(6,))
        return keras.Model(inputs, layers.Dense(1)(inputs))

    inputs = keras.Input(shape=(6,))
    parts = [part() for _ in range(3)]
    ensemble = keras.Model(inputs, layers.average([model(inputs) for model in parts]))
    block = keras.Input(shape=(8, 8, 3))
    first = layers.Conv2D(4, 3, padding="same", activation="relu")(block)
    second = layers.Conv2D(4, 3, padding="same")(first)
    pooled = layers.GlobalAveragePooling2D()(layers.add([first, second]))
    residual = keras.Model(block, layers.Dropout(0.5)(pooled), name="residual")
    return [
        printed(encoder),
        printed(autoencoder),
        printed(residual),
        autoencoder(numbers(2, 14, 14, 1)),
        ensemble(numbers(2, 6)),
        residual(numbers(1, 8, 8, 3)),
    ]


@GUIDE.add
def several_inputs_and_outputs(tf, folder):
    keras, layers = tf.keras, tf.keras.layers
    title = keras.Input(shape=(None,), name="title")
    tags = keras.Input(shape=(4,), name="tags")
    words = layers.GlobalAveragePooling1D()(layers.Embedding(20, 6)(title))
    x = layers.concatenate([words, tags])
    model = keras.Model(
        inputs=[title, tags],
        outputs={
            "priority": layers.Dense(1, name="priority")(x),
            "department": layers.Dense(3, name="department")(x),
        },
    )
    model.compile(
        optimizer=keras.optimizers.SGD(0.05, momentum=0.9),
        loss={
            "priority": keras.losses.BinaryCrossentropy(from_logits=True),
            "department": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        },
        loss_weights={"priority": 1.0, "department": 0.2},
        metrics={"department": ["accuracy"]},
    )
    x = {"title": labels(160, 20).reshape(16, 10), "tags": numbers(16, 4)}
    y = {"priority": labels(16, 2).reshape(16, 1), "department": labels(16, 3)}
    history = model.fit(x, y, epochs=2, batch_size=8, verbose=0, shuffle=False).history
    return [history, model.evaluate(x, y, verbose=0), model.predict(x, verbose=0)]


@GUIDE.add
def layers_of_ones_own(tf, folder):
    keras = tf.keras

    class Linear(keras.layers.Layer):
        def __init__(self, units=32, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
            )
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)

        def call(self, inputs):
            return tf.matmul(inputs, self.w) + self.b

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    class Total(keras.layers.Layer):
        def __init__(self, length):
            super().__init__()
            self.total = self.add_weight(initializer="zeros", shape=(length,), trainable=False)

        def call(self, inputs, training=None):
            if training:
                self.total.assign_add(tf.reduce_sum(inputs, axis=0))
            return self.total

    class Block(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = [Linear(4), Linear(1)]
            self.norm = keras.layers.BatchNormalization()

        def call(self, inputs, training=False):
            x = tf.nn.relu(self.norm(self.inner[0](inputs), training=training))
            self.add_loss(1e-2 * tf.reduce_sum(x))
            return self.inner[1](x)

    block, total = Block(), Total(3)
    x = numbers(5, 3)
    y = block(x, training=True)
    config = Linear(7, name="line").get_config()
    again = Linear.from_config(config)
    return [
        y,
        [w.path.split("/")[-1] for w in block.weights],
        [len(block.trainable_weights), len(block.non_trainable_weights), len(block.losses)],
        block.losses,
        total(x, training=True),
        total(x, training=False),
        [again.units, again.name, config["units"]],
    ]


@GUIDE.add
def a_residual_block_as_a_model(tf, folder):
    layers = tf.keras.layers

    class Residual(tf.keras.Model):
        def __init__(self, size, filters):
            super(Residual, self).__init__(name="residual")  # noqa: UP008 - as older guides write it
            self.conv_a = layers.Conv2D(filters[0], (1, 1))
            self.bn_a = layers.BatchNormalization()
            self.conv_b = layers.Conv2D(filters[1], size, padding="same")
            self.bn_b = layers.BatchNormalization()

        def call(self, inputs, training=False):
            x = tf.nn.relu(self.bn_a(self.conv_a(inputs), training=training))
            x = self.bn_b(self.conv_b(x), training=training)
            return tf.nn.relu(x + inputs)

    block = Residual(3, [2, 3])
    y = block(numbers(1, 4, 5, 3), training=True)
    return [y, printed(block), len(block.layers), [w.name for w in block.variables]]


@GUIDE.add
def frozen_layers(tf, folder):
    keras, layers = tf.keras, tf.keras.layers
    base = keras.Sequential(
        [keras.Input((12, 12, 3)), layers.Conv2D(4, 3), layers.BatchNormalization(),
         layers.GlobalAveragePooling2D()],
        name="base",
    )  # fmt: skip
    base.trainable = False
    inputs = keras.Input(shape=(12, 12, 3))
    x = layers.Rescaling(scale=1 / 127.5, offset=-1)(inputs)
    x = layers.Dropout(0.2)(base(x, training=False))
    model = keras.Model(inputs, layers.Dense(1)(x))
    before = printed(model, show_trainable=True)
    model.compile(keras.optimizers.Adam(), keras.losses.BinaryCrossentropy(from_logits=True))
    x, y = 255 * numbers(20, 12, 12, 3), labels(20, 2).reshape(-1, 1)
    frozen = [w.copy() for w in base.get_weights()]
    history = model.fit(x, y, epochs=1, verbose=0, shuffle=False).history
    unchanged = all(np.array_equal(a, b) for a, b in zip(frozen, base.get_weights(), strict=True))
    base.trainable = True
    return [before, history, unchanged, len(model.trainable_weights), base.layers[1].trainable]
