"""A training loop written out: what `fit` does, in twenty lines, on handwritten digits."""

import numpy as np

import minitape as mt
from minitape import keras
from minitape.keras import layers

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
x_train, x_test = (x.reshape(-1, 64).astype("float32") / 16 for x in (x_train, x_test))

model = keras.Sequential(
    [
        keras.Input(shape=(64,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
loss_function = keras.losses.SparseCategoricalCrossentropy()
optimizer = keras.optimizers.Adam(0.01)
loss_tracker = keras.metrics.Mean()
accuracy = keras.metrics.SparseCategoricalAccuracy()

for epoch in range(5):
    loss_tracker.reset_state()
    for rows in np.array_split(np.random.permutation(len(x_train)), len(x_train) // 32):
        with mt.GradientTape() as tape:
            predictions = model(x_train[rows], training=True)
            loss = loss_function(y_train[rows], predictions)
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))
        loss_tracker.update_state(loss)
    print(f"epoch {epoch}: loss {loss_tracker.result():.4f}")

accuracy.update_state(y_test, model(x_test, training=False))
print(f"test accuracy {accuracy.result():.4f}")
