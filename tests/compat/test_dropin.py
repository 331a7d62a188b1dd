"""What minitape serves as TensorFlow and Keras are names that these have, and their versions."""

import keras
import tensorflow as tf

from minitape import dropin
from minitape import keras as our_keras


def test_no_name_of_minitapes_own_passes_for_tensorflows():
    served = [path for path in dropin.public_names() if path.startswith("tf.")]
    assert len(served) > 500
    lacking = [path for path in served if not _has(tf, path.split(".")[1:])]
    # The device where new tensors are put is a setting of minitape's own.
    assert lacking == ["tf.config.get_default_device", "tf.config.set_default_device"]


def test_versions():
    def followed(version):
        return version.split(".")[:2]

    assert followed(dropin.TENSORFLOW_VERSION) == followed(tf.__version__)
    assert followed(our_keras.__version__) == followed(keras.__version__)


def _has(module, names):
    for name in names:
        if not hasattr(module, name):
            return False
        module = getattr(module, name)
    return True
