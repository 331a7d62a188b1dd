"""Pipelines, pictures, and the first lines of many scripts."""

import logging
import os

import numpy as np

from .guide import Guide, labels, numbers

GUIDE = Guide()


@GUIDE.add
def first_lines_of_a_script(tf, folder):
    tf.get_logger().setLevel(logging.ERROR)
    tf.autograph.set_verbosity(0)
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    tf.keras.backend.clear_session()
    tf.keras.utils.set_random_seed(42)
    strategy = tf.distribute.get_strategy()
    with strategy.scope():
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    with tf.device("/GPU:0" if gpus else "/CPU:0"):
        y = model(tf.ones((1, 2)))
    return [
        len(gpus),
        tf.test.gpu_device_name(),
        tf.executing_eagerly(),
        tf.__version__ == tf.version.VERSION,
        tf.keras.version() == tf.keras.__version__,
        [
            tf.keras.backend.floatx(),
            tf.keras.backend.backend(),
            tf.keras.config.image_data_format(),
        ],
        tf.keras.mixed_precision.global_policy().name,
        strategy.num_replicas_in_sync,
        tf.data.experimental.AUTOTUNE == tf.data.AUTOTUNE,
        y,
    ]


@GUIDE.add
def pipelines(tf, folder):
    def count(stop):
        i = 0
        while i < stop:
            yield i
            i += 1

    Dataset = tf.data.Dataset
    numbers_ = Dataset.from_tensor_slices([8, 3, 0, 8, 2, 1])
    counted = Dataset.from_generator(count, args=[7], output_types=tf.int32, output_shapes=())
    ten = Dataset.range(10)
    filled = ten.map(lambda x: tf.fill([tf.cast(x, tf.int32)], x)).padded_batch(
        4, padded_shapes=(None,)
    )
    windows = ten.window(5, shift=2, drop_remainder=True).flat_map(lambda w: w.batch(5))
    pairs = Dataset.zip((ten, Dataset.range(0, -10, -1))).batch(4)
    named = Dataset.from_tensor_slices((np.arange(4), np.arange(4) * 2)).map(
        lambda a, b: {"a": a, "b": b}, num_parallel_calls=tf.data.AUTOTUNE
    )
    return {
        "elements": [e.numpy() for e in numbers_],
        "next": next(iter(numbers_)),
        "sum": numbers_.reduce(0, lambda state, value: state + value),
        "generator": list(counted.repeat().batch(5).take(3)),
        "padded": list(filled),
        "windows": list(windows.as_numpy_iterator()),
        "pairs": [[a, b] for a, b in pairs],
        "names": list(named.prefetch(1).as_numpy_iterator()),
        "shuffled": list(ten.shuffle(5, seed=2).take(4)),
        "lengths": [len(ten), ten.cardinality(), tf.data.experimental.cardinality(ten.repeat())],
        "kept": list(ten.filter(lambda x: x % 3 == 0)),
        "joined": list(ten.skip(8).concatenate(Dataset.range(2))),
        "counted": [[i, x] for i, x in Dataset.from_tensor_slices(["a", "b"]).enumerate()],
        "spec": str(named.element_spec),
    }


@GUIDE.add
def pictures(tf, folder):
    picture = tf.constant((numbers(6, 8, 3) * 255).astype("uint8"))
    path = os.path.join(folder, "pictures", "0", "one.png")
    tf.io.write_file(path, tf.io.encode_png(picture))

    def loaded(path):
        image = tf.io.decode_png(tf.io.read_file(path), channels=3)
        image = tf.image.convert_image_dtype(image, tf.float32)
        return tf.image.resize(image, [3, 4])

    def augmented(image):
        image = tf.image.stateless_random_flip_left_right(image, seed=(1, 2))
        return tf.image.adjust_contrast(tf.image.adjust_brightness(image, 0.1), 1.5)

    image = loaded(path)
    return [
        image,
        augmented(image),
        tf.image.rgb_to_grayscale(image),
        tf.image.central_crop(picture, 0.5),
        tf.image.rot90(picture),
        tf.image.adjust_saturation(image, 3),
        tf.io.gfile.exists(path),
        [os.path.basename(name) for name in tf.io.gfile.glob(os.path.join(folder, "*", "*", "*"))],
        tf.keras.utils.load_img(path, target_size=(3, 4)).size,
        tf.keras.preprocessing.image.img_to_array(tf.keras.utils.load_img(path)).shape,
    ]


@GUIDE.add
def sequences_and_classes(tf, folder):
    utils, K = tf.keras.utils, tf.keras.backend
    series = np.arange(20.0)
    windows = utils.timeseries_dataset_from_array(series[:-5], series[5:], 5, batch_size=4)
    left, right = utils.split_dataset(np.arange(10), left_size=0.8)
    a = K.constant([[1.0, 2.0], [3.0, 4.0]])

    def rmse(y_true, y_pred):
        return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1))

    return [
        tf.keras.preprocessing.sequence.pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2),
        utils.to_categorical(labels(5, 3), 3),
        utils.normalize(np.array([[3.0, 4.0]])),
        [[x, y] for x, y in windows],
        [len(left), len(right)],
        rmse(a, a * 2),
        [K.mean(a), K.sum(a, axis=0), K.max(a), K.int_shape(a), K.eval(K.dot(a, a))],
    ]


@GUIDE.add
def layers_written_with_the_backend(tf, folder):
    K, layers = tf.keras.backend, tf.keras.layers
    inputs = tf.keras.Input((4, 3))
    x = layers.Dense(2)(inputs)
    x = layers.Lambda(lambda t: t / (tf.norm(t, axis=-1, keepdims=True) + K.epsilon()))(x)
    model = tf.keras.Model(inputs, layers.Flatten()(x))

    def loss(y_true, y_pred):
        return K.mean(K.square(K.clip(y_pred, -1.0, 1.0) - y_true), axis=-1)

    model.compile(tf.keras.optimizers.SGD(0.1), loss)
    return [
        model.fit(numbers(12, 4, 3), numbers(12, 8), epochs=2, verbose=0, shuffle=False).history,
        model.output_shape,
    ]
