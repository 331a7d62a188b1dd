"""Training: by fit, by a loop and a step of one's own; callbacks; files."""

import os

import numpy as np

from .guide import Guide, labels, numbers

GUIDE = Guide()


def classifier(keras, inputs=16, classes=4, compiled=True):
    """A small model for classes."""
    model = keras.Sequential(
        [
            keras.layers.Dense(8, activation="relu", input_shape=(inputs,)),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(classes),
        ]
    )
    if compiled:
        model.compile(
            optimizer="adam",
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
    return model


def rounded(history):
    """A history as texts: what a reader sees."""
    return {name: [f"{value:.3f}" for value in values] for name, values in history.items()}


@GUIDE.add
def quickstart(tf, folder):
    images, classes = (numbers(64, 8, 8) * 255).astype("uint8") / 255.0, labels(64, 10)
    model = tf.keras.models.Sequential(
        [
            tf.keras.layers.Flatten(input_shape=(8, 8)),
            tf.keras.layers.Dense(16, activation="relu"),
            tf.keras.layers.Dropout(0.2),
            tf.keras.layers.Dense(10),
        ]
    )
    untrained = model(images[:2]).numpy()
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    history = model.fit(images, classes, epochs=2, verbose=0, shuffle=False).history
    probabilities = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
    return [
        untrained,
        tf.nn.softmax(untrained),
        loss(classes[:2], untrained),
        rounded(history),
        model.evaluate(images, classes, verbose=0),
        probabilities(images[:2]),
        np.argmax(probabilities.predict(images, verbose=0), axis=1)[:5],
    ]


@GUIDE.add
def regression(tf, folder):
    x = 10 * numbers(80, 4)
    y = x @ [1.0, -2.0, 3.0, 0.5] + 1
    normalizer = tf.keras.layers.Normalization(axis=-1)
    normalizer.adapt(x)
    one = tf.keras.layers.Normalization(input_shape=[1], axis=None)
    one.adapt(x[:, 0])
    line = tf.keras.Sequential([one, tf.keras.layers.Dense(units=1)])
    line.compile(optimizer=tf.keras.optimizers.Adam(0.1), loss="mean_absolute_error")
    fitted = line.fit(x[:, 0], y, epochs=2, verbose=0, validation_split=0.2, shuffle=False)
    deep = tf.keras.Sequential(
        [normalizer, tf.keras.layers.Dense(8, activation="relu"), tf.keras.layers.Dense(1)]
    )
    deep.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return [
        normalizer.mean,
        normalizer(x[:1]),
        rounded(fitted.history),
        fitted.epoch,
        line.predict(x[:3, 0], verbose=0),
        rounded(deep.fit(x, y, epochs=2, verbose=0, shuffle=False).history),
        deep.layers[1].kernel.shape.as_list(),
    ]


@GUIDE.add
def overfitting(tf, folder):
    keras, layers = tf.keras, tf.keras.layers
    x = numbers(60, 5)
    data = tf.data.Dataset.from_tensor_slices((x, (x[:, :1] > 0.5).astype("float32")))
    validation = data.take(20).cache().batch(10)
    training = data.skip(20).take(40).cache().repeat().batch(10)
    rate = keras.optimizers.schedules.InverseTimeDecay(
        0.01, decay_steps=40, decay_rate=1, staircase=False
    )
    model = keras.Sequential(
        [
            layers.Dense(
                8, "elu", kernel_regularizer=keras.regularizers.l2(1e-3), input_shape=(5,)
            ),
            layers.Dropout(0.5),
            layers.Dense(1, kernel_regularizer=keras.regularizers.L1L2(1e-4, 1e-4)),
        ]
    )
    model.compile(
        keras.optimizers.Adam(rate),
        keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryCrossentropy(from_logits=True, name="crossentropy")],
    )
    stop = keras.callbacks.EarlyStopping(monitor="val_crossentropy", patience=1, min_delta=10)
    history = model.fit(
        training,
        steps_per_epoch=4,
        epochs=5,
        validation_data=validation,
        callbacks=[stop],
        verbose=0,
    ).history
    return [
        rate(np.linspace(0, 400, 4)),
        rounded(history),
        stop.stopped_epoch,
        tf.add_n(model.losses),
        model.optimizer.learning_rate,
    ]


@GUIDE.add
def a_loop_of_ones_own(tf, folder):
    class Net(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.conv = tf.keras.layers.Conv2D(4, 3, activation="relu")
            self.flatten = tf.keras.layers.Flatten()
            self.dense = tf.keras.layers.Dense(10)

        def call(self, x):
            return self.dense(self.flatten(self.conv(x)))

    images, classes = numbers(40, 8, 8)[..., tf.newaxis], labels(40, 10)
    batches = tf.data.Dataset.from_tensor_slices((images, classes)).shuffle(100, seed=1).batch(16)
    model, optimizer = Net(), tf.keras.optimizers.Adam()
    loss_function = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    mean = tf.keras.metrics.Mean(name="loss")
    accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name="accuracy")

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            predictions = model(x, training=True)
            loss = loss_function(y, predictions)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        mean(loss)
        accuracy(y, predictions)

    lines = []
    for epoch in range(2):
        mean.reset_state()
        accuracy.reset_state()
        for x, y in batches:
            train_step(x, y)
        lines.append(f"Epoch {epoch + 1}: {mean.result():.3f}, {accuracy.result() * 100:.1f} %")
    return [lines, int(optimizer.iterations), optimizer.learning_rate]


@GUIDE.add
def a_loop_with_added_losses(tf, folder):
    class Activity(tf.keras.layers.Layer):
        def call(self, inputs):
            self.add_loss(1e-2 * tf.reduce_sum(inputs))
            return inputs

    inputs = tf.keras.Input((16,))
    x = Activity()(tf.keras.layers.Dense(6, activation="relu")(inputs))
    model = tf.keras.Model(inputs, tf.keras.layers.Dense(4)(x))
    optimizer = tf.keras.optimizers.SGD(learning_rate=1e-2, momentum=0.9)
    loss_function = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    losses = []
    for _ in range(3):
        with tf.GradientTape() as tape:
            logits = model(numbers(20, 16), training=True)
            loss = loss_function(labels(20, 4), logits) + sum(model.losses)
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply(gradients, model.trainable_weights)
        losses.append(loss)
    return [losses, [tf.norm(g) for g in gradients]]


@GUIDE.add
def callbacks(tf, folder):
    keras, seen = tf.keras, []

    class Everything(keras.callbacks.Callback):
        pass

    def noted(hook):
        def note(self, place, logs=None):
            seen.append([hook, place, sorted(logs)])

        def note_all(self, logs=None):
            seen.append([hook, sorted(logs)])

        return note if "batch" in hook or "epoch" in hook else note_all

    for stage in ("train", "test", "predict"):
        for hook in ("begin", "end", "batch_begin", "batch_end"):
            setattr(Everything, f"on_{stage}_{hook}", noted(f"{stage} {hook}"))
    for hook in ("begin", "end"):
        setattr(Everything, f"on_epoch_{hook}", noted(f"epoch {hook}"))

    class StopEarly(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.rates = []

        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.1 / (epoch + 1)

        def on_epoch_end(self, epoch, logs=None):
            self.rates.append(float(self.model.optimizer.learning_rate))
            if epoch == 1:
                self.model.stop_training = True

    x, y = numbers(24, 6), numbers(24, 1, seed=3)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.RMSprop(learning_rate=0.1), "mse", metrics=["mae"])
    every = Everything()
    model.fit(x, y, batch_size=6, epochs=1, verbose=0, validation_split=0.5, callbacks=[every])
    model.evaluate(x, y, batch_size=12, verbose=0, callbacks=[every])
    model.predict(x, batch_size=12, verbose=0, callbacks=[every])
    stop = StopEarly()
    history = model.fit(x, y, epochs=9, verbose=0, shuffle=False, callbacks=[stop])
    log = os.path.join(folder, "log.csv")
    model.fit(
        x, y, epochs=3, verbose=0, shuffle=False,
        callbacks=[
            keras.callbacks.CSVLogger(log),
            keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.5),
            keras.callbacks.ReduceLROnPlateau(monitor="loss"),
            keras.callbacks.TerminateOnNaN(),
            keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: seen.append(e)),
        ],
    )  # fmt: skip
    with open(log) as file:
        header = file.readline()
    return [seen, stop.rates, history.epoch, header, model.optimizer.learning_rate]


@GUIDE.add
def losses_and_metrics_of_ones_own(tf, folder):
    keras = tf.keras

    class Softened(keras.losses.Loss):
        def __init__(self, factor=0.1, name="softened"):
            super().__init__(name=name)
            self.factor = factor

        def call(self, y_true, y_pred):
            error = tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
            return error + self.factor * tf.reduce_mean(tf.square(0.5 - y_pred), axis=-1)

    class Hits(keras.metrics.Metric):
        def __init__(self, name="hits", **kwargs):
            super().__init__(name=name, **kwargs)
            self.count = self.add_weight(name="count", shape=(), initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            hit = tf.cast(tf.equal(tf.argmax(y_true, 1), tf.argmax(y_pred, 1)), "float32")
            self.count.assign_add(tf.reduce_sum(hit))

        def result(self):
            return self.count

        def reset_state(self):
            self.count.assign(0.0)

    def distance(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)

    model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(4, activation="softmax")])
    model.compile("sgd", Softened(0.2), metrics=[Hits(), distance, "categorical_accuracy"])
    x, y = numbers(40, 16), tf.one_hot(labels(40, 4), depth=4)
    weights = 1 + numbers(40, seed=4)
    return [
        model.fit(x, y, epochs=2, verbose=0, shuffle=False, sample_weight=weights).history,
        model.evaluate(x, y, verbose=0, return_dict=True),
        [metric.name for metric in model.metrics],
    ]


@GUIDE.add
def a_step_of_ones_own(tf, folder):
    keras = tf.keras

    class Custom(keras.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.tracker = keras.metrics.Mean(name="loss")
            self.error = keras.metrics.MeanAbsoluteError(name="mae")

        def train_step(self, data):
            x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(y=y, y_pred=y_pred, sample_weight=sample_weight)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            self.tracker.update_state(loss)
            self.error.update_state(y, y_pred)
            return {"loss": self.tracker.result(), "mae": self.error.result()}

        def test_step(self, data):
            x, y = data
            self.error.update_state(y, self(x, training=False))
            return {"mae": self.error.result()}

        @property
        def metrics(self):
            return [self.tracker, self.error]

    inputs = keras.Input(shape=(4,))
    model = Custom(inputs, keras.layers.Dense(1)(inputs))
    model.compile(optimizer="adam", loss="mse")
    x, y = numbers(30, 4), numbers(30, 1, seed=3)
    return [
        model.fit(x, y, epochs=3, verbose=0, shuffle=False).history,
        model.fit(x, y, sample_weight=numbers(30), epochs=1, verbose=0, shuffle=False).history,
        model.evaluate(x, y, verbose=0),
    ]


@GUIDE.add
def saving_and_loading(tf, folder):
    keras = tf.keras
    x, y = numbers(40, 16), labels(40, 4)
    path = os.path.join(folder, "training", "{epoch:02d}.weights.h5")
    model, other = classifier(keras), classifier(keras)
    save = keras.callbacks.ModelCheckpoint(filepath=path, save_weights_only=True, save_freq=2 * 2)
    model.fit(x, y, epochs=4, batch_size=20, callbacks=[save], verbose=0, shuffle=False)
    other.load_weights(path.format(epoch=4))
    whole = os.path.join(folder, "model.keras")
    model.save(whole)
    loaded = keras.models.load_model(whole)
    from_json = keras.models.model_from_json(model.to_json())
    return [
        sorted(os.listdir(os.path.dirname(path))),
        np.array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0)),
        np.array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0)),
        loaded.evaluate(x, y, verbose=0),
        rounded(loaded.fit(x, y, epochs=1, verbose=0, shuffle=False).history),
        [layer.name for layer in from_json.layers] == [layer.name for layer in model.layers],
        [type(layer).__name__ for layer in keras.models.clone_model(model).layers],
    ]


@GUIDE.add
def a_variational_autoencoder(tf, folder):
    keras, layers = tf.keras, tf.keras.layers

    class Sampling(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.seeds = keras.random.SeedGenerator(1337)

        def call(self, inputs):
            mean, log_var = inputs
            noise = keras.random.normal(shape=tf.shape(mean), seed=self.seeds)
            return mean + tf.exp(0.5 * log_var) * noise

    inputs = keras.Input(shape=(8, 8, 1))
    x = layers.Conv2D(4, 3, activation="relu", strides=2, padding="same")(inputs)
    x = layers.Flatten()(x)
    mean, log_var = layers.Dense(2, name="mean")(x), layers.Dense(2, name="log_var")(x)
    encoder = keras.Model(inputs, [mean, log_var, Sampling()([mean, log_var])], name="encoder")
    code = keras.Input(shape=(2,))
    x = layers.Reshape((4, 4, 4))(layers.Dense(64, activation="relu")(code))
    x = layers.Conv2DTranspose(1, 3, activation="sigmoid", strides=2, padding="same")(x)
    decoder = keras.Model(code, x, name="decoder")

    class VAE(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.encoder, self.decoder = encoder, decoder
            self.total = keras.metrics.Mean(name="total_loss")

        @property
        def metrics(self):
            return [self.total]

        def train_step(self, data):
            with tf.GradientTape() as tape:
                mean, log_var, z = self.encoder(data)
                error = keras.losses.binary_crossentropy(data, self.decoder(z))
                rebuilt = tf.reduce_mean(tf.reduce_sum(error, axis=(1, 2)))
                kl = -0.5 * (1 + log_var - tf.square(mean) - tf.exp(log_var))
                loss = rebuilt + tf.reduce_mean(tf.reduce_sum(kl, axis=1))
            gradients = tape.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
            self.total.update_state(loss)
            return {"loss": self.total.result()}

    model = VAE()
    model.compile(optimizer=keras.optimizers.Adam())
    return rounded(
        model.fit(numbers(32, 8, 8, 1), epochs=2, batch_size=16, verbose=0, shuffle=False).history
    )


@GUIDE.add
def an_adversarial_step(tf, folder):
    layers = tf.keras.layers
    generator = tf.keras.Sequential(
        [
            layers.Dense(16, use_bias=False, input_shape=(5,)),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Reshape((2, 2, 4)),
            layers.Conv2DTranspose(1, 5, strides=4, padding="same", activation="tanh"),
        ]
    )
    discriminator = tf.keras.Sequential(
        [
            layers.Conv2D(4, 5, strides=2, padding="same", input_shape=[8, 8, 1]),
            layers.LeakyReLU(),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    judge = tf.keras.losses.BinaryCrossentropy(from_logits=True)
    optimizers = [tf.keras.optimizers.Adam(1e-3) for _ in range(2)]
    lines = []
    for batch in tf.data.Dataset.from_tensor_slices(numbers(32, 8, 8, 1)).batch(16):
        noise = tf.random.stateless_normal([16, 5], seed=[1, 2])
        with tf.GradientTape() as tape_g, tf.GradientTape() as tape_d:
            images = generator(noise, training=True)
            real, fake = discriminator(batch, training=True), discriminator(images, training=True)
            loss_g = judge(tf.ones_like(fake), fake)
            loss_d = judge(tf.ones_like(real), real) + judge(tf.zeros_like(fake), fake)
        for model, tape, loss, optimizer in zip(
            (generator, discriminator), (tape_g, tape_d), (loss_g, loss_d), optimizers, strict=True
        ):
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        lines.append(f"{loss_g:.3f} {loss_d:.3f}")
    return [lines, generator.output_shape, generator(noise[:1], training=False)]
