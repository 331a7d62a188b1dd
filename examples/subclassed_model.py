"""A convolutional network as a subclass of Model, trained by `fit` on handwritten digits."""

from minitape import keras
from minitape.keras import layers


class ConvNet(keras.Model):
    """Two convolutions, a pooling, and a dense layer."""

    def __init__(self, classes):
        super().__init__()
        self.first = layers.Conv2D(16, 3, padding="same", activation="relu")
        self.second = layers.Conv2D(32, 3, activation="relu")
        self.pool = layers.MaxPooling2D()
        self.flatten = layers.Flatten()
        self.dropout = layers.Dropout(0.3)
        self.classify = layers.Dense(classes, activation="softmax")

    def call(self, images, training=False):
        features = self.pool(self.second(self.first(images)))
        return self.classify(self.dropout(self.flatten(features), training=training))


keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
x_train, x_test = (x[..., None].astype("float32") / 16 for x in (x_train, x_test))

model = ConvNet(classes=10)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=8, verbose=2)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.4f}")
