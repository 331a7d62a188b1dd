"""What tests beside TensorFlow share."""

import keras
import pytest
import tensorflow as tf

import minitape

# Most trainings here have few steps, and TensorFlow takes longer to compile them than to run them.
tf.config.run_functions_eagerly(True)


@pytest.fixture
def graphs():
    """TensorFlow compiles its functions, as it does by default."""
    tf.config.run_functions_eagerly(False)
    yield
    tf.config.run_functions_eagerly(True)


@pytest.fixture
def no_global_seed():
    """Neither library has a global seed, whatever other tests set: op seeds mean the same then."""
    for library in (minitape, tf):
        library.random.set_seed(None)
    yield
    for library in (minitape, tf):
        library.random.set_seed(None)


@pytest.fixture(params=["to Keras", "to minitape"])
def there(request):
    """The library that saves, and the one that loads."""
    libraries = (minitape.keras, keras)
    return libraries if request.param == "to Keras" else libraries[::-1]
