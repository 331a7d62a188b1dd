"""The global type of layers, and what is printed."""

import pytest

import minitape as mt
from minitape import keras


@pytest.fixture(autouse=True)
def forgotten():
    yield
    keras.backend.clear_session()
    keras.config.enable_interactive_logging()


@pytest.mark.parametrize("name", ["float32", "float64", "float16"])
@pytest.mark.parametrize(
    "set_policy",
    [keras.mixed_precision.set_global_policy, keras.config.set_dtype_policy],
    ids=["old name", "new name"],
)
def test_layers_take_the_global_policy(name, set_policy):
    set_policy(name)
    assert keras.mixed_precision.global_policy().name == keras.config.dtype_policy().name == name
    layer = keras.layers.Dense(2)
    assert layer(mt.ones((1, 3))).dtype.name == name
    assert layer.kernel.dtype == name
    assert layer.dtype_policy == keras.DTypePolicy(name)
    assert (layer.dtype_policy.compute_dtype, layer.dtype_policy.variable_dtype) == (name, name)
    assert keras.layers.Dense(2, dtype="float32").dtype == "float32"
    assert keras.Input((2,)).dtype == "float32"  # of the data, as in Keras
    keras.backend.clear_session()
    assert keras.layers.Dense(2).dtype == "float32"


def test_a_layer_is_given_a_policy():
    policy = keras.mixed_precision.Policy("float64")
    layer = keras.layers.Dense(2, dtype=policy)
    assert layer.dtype == "float64"
    assert keras.layers.Dense.from_config(layer.get_config()).dtype == "float64"
    assert repr(policy) == '<DTypePolicy "float64">'
    assert keras.DTypePolicy.from_config(policy.get_config()) == policy
    assert len({policy, keras.DTypePolicy("float64"), keras.DTypePolicy()}) == 2
    keras.config.set_dtype_policy(policy)
    assert keras.config.dtype_policy() is policy


@pytest.mark.parametrize("name", ["mixed_float16", "mixed_bfloat16", "nonsense", 3])
def test_there_is_no_mixed_precision(name):
    with pytest.raises(ValueError, match="no mixed precision"):
        keras.mixed_precision.set_global_policy(name)
    assert keras.config.dtype_policy().name == "float32"


def test_nothing_is_printed_where_logging_is_turned_off(capsys):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    data = mt.ones((4, 2)), mt.ones((4, 1))
    assert keras.config.is_interactive_logging_enabled()
    keras.utils.disable_interactive_logging()
    assert not keras.utils.is_interactive_logging_enabled()
    model.fit(*data, verbose=1)
    model.predict(data[0])
    model.summary()
    keras.utils.Progbar(1).update(1)
    assert capsys.readouterr().out == ""
    keras.utils.enable_interactive_logging()
    model.predict(data[0])
    assert "1/1" in capsys.readouterr().out
