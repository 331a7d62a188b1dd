"""`tf.keras.backend`: Keras 2's functions beside those that Keras 3 keeps for older programs."""

import re
import types

import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from minitape import keras as our_keras

pytestmark = pytest.mark.usefixtures("no_global_seed")
SIDES = [(mt, our_keras.backend), (tf, tf.keras.backend)]
RNG = np.random.default_rng(0)
DATA = {
    "A": RNG.uniform(-2, 2, (3, 4)).astype("float32"),
    "B": RNG.uniform(-2, 2, (4, 2)).astype("float32"),
    "D": RNG.uniform(-2, 2, (2, 3, 4)).astype("float32"),
    "E": RNG.uniform(-2, 2, (2, 4, 5)).astype("float32"),
    "IMAGES": RNG.uniform(-2, 2, (2, 3, 4, 1)).astype("float32"),
    "M": RNG.integers(0, 2, (3, 4)).astype(bool),
    "P": RNG.uniform(0.1, 0.9, (3, 4)).astype("float32"),
    "Q": RNG.integers(0, 2, (3, 4)).astype("float32"),
    "CLASSES": np.array([0, 3, 1]),
    "V": RNG.uniform(-2, 2, 4).astype("float32"),
}
CALLS = """
abs(A); exp(A); log(P); sqrt(P); square(A); sin(A); cos(A); tanh(A); sigmoid(A); sign(A); round(A);
softplus(A); softsign(A); softmax(A); softmax(D, axis=1); pow(P, 2.5); maximum(A, 0.5); minimum(A,
P); equal(A, A); not_equal(A, P); greater(A, P); greater_equal(A, 0.0); less(A, P); less_equal(A,
0.5); all(M); all(M, axis=0); all(A); any(M, axis=1, keepdims=True); any(A); max(A); max(A, 0);
min(A, axis=1, keepdims=True); sum(A); sum(D, [0, 1]); prod(A, 0); mean(A); mean(M); mean(D, [0,
2], True); var(A); var(M, 0); std(A, axis=1); argmax(A); argmin(A, 0); cumsum(A); cumsum(A, 1);
cumprod(A); arange(5); arange(1, 9, 2, 'float32'); arange(-3); constant([1, 2]); constant(3,
'int32'); constant(1.5, shape=(2, 2)); variable([1, 2]); variable(3, 'int32', name='v'); zeros((2,
3)); ones(3, 'int32'); eye(2); one_hot(CLASSES, 4); zeros_like(A); ones_like(A); ndim(D);
int_shape(D); shape(D); dtype(A); count_params(variable(A)); cast(A, 'int32'); cast_to_floatx([1,
2]); cast_to_floatx(cast(A, 'int32')); get_value(variable(A)); eval(A);
batch_get_value([variable(A), variable(V)]); concatenate([A, P]); concatenate([D, D], axis=1);
concatenate([V, V]); stack([A, P]); stack([A, P], -1); expand_dims(A); expand_dims(A, 0);
squeeze(expand_dims(A), -1); flatten(D); batch_flatten(D); permute_dimensions(D, (2, 0, 1));
transpose(D); reshape(A, (2, 6)); reverse(A, 0); repeat(A, 2); repeat(D, 2); repeat_elements(D, 2,
1); tile(V, 2); tile(A, [2, 1]); gather(A, [0, 2]); temporal_padding(D); temporal_padding(D, (2,
0)); spatial_2d_padding(IMAGES); spatial_2d_padding( IMAGES, ((1, 0), (2, 1))); dot(A, B); dot(D,
B); dot(A, E); batch_dot(D, E); batch_dot(D, D, axes=2); batch_dot(D, D, axes=(1, 1)); batch_dot(A,
A); clip(A, -0.5, 0.5); clip(A, None, 0.5); clip(A, 0.5, -0.5); l2_normalize(A, 1); bias_add(D, V);
batch_normalization(A, V, P[0], V, V); elu(A); elu(A, 0.5); relu(A); relu(A, alpha=0.1); relu(A,
max_value=1.0); relu(A, threshold=0.5); relu(A, 0.1, 1.0, 0.5); hard_sigmoid(A);
switch(constant(True, 'bool'), A, P); switch(constant(False, 'bool'), lambda: A, lambda: P);
switch(M, A, P); stop_gradient(A); stop_gradient([A, P]); in_top_k(A, CLASSES, 2);
binary_crossentropy(Q, P); binary_crossentropy(Q, A, from_logits=True); categorical_crossentropy(Q,
P); categorical_crossentropy(Q, A, from_logits=True); sparse_categorical_crossentropy(CLASSES, P);
sparse_categorical_crossentropy(CLASSES, A, from_logits=True);
sparse_categorical_crossentropy(CLASSES, transpose(P), axis=0); foldl(lambda a, x: a + x, A);
foldr(lambda a, x: a - x, A); map_fn(lambda x: 2.0 * x, A); random_normal((3,), 1.0, 2.0, seed=1);
random_uniform((3,), -1.0, 2.0, seed=1); truncated_normal((3,), seed=1); random_bernoulli( (9,),
0.25, seed=1); dropout(A, 0.5, seed=1); random_normal((2,), dtype='float64', seed=3);
is_keras_tensor(A); epsilon(); floatx(); image_data_format(); backend();
standardize_dtype('float32'); gradients(A, A); update(variable(V), V * 2.0);
update_add(variable(V), V); update_sub(variable(V), V); moving_average_update(variable(V), V * 2.0,
0.9)
"""
CALLS = " ".join(CALLS.split()).split("; ")


def result(library, backend, call):
    space = {name: getattr(backend, name) for name in dir(backend) if name[0] != "_"}
    tensors = {name: library.constant(value) for name, value in DATA.items()}
    try:
        found = eval(call, {**space, **tensors})
    except Exception as error:
        return [f"raises {type(error).__name__}"]
    found = list(found) if isinstance(found, (list, tuple, map)) else [found]
    return [x if isinstance(x, (str, bool, int, float)) else np.asarray(x) for x in found]


@pytest.mark.parametrize("call", CALLS)
def test_call(call):
    ours, theirs = (result(*side, call) for side in SIDES)
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs, strict=True):
        assert type(our) is type(their)
        if isinstance(their, np.ndarray):
            assert our.dtype == their.dtype
            assert our.shape == their.shape
        if isinstance(their, np.ndarray) and their.dtype.kind == "f":
            np.testing.assert_allclose(our, their, rtol=2e-5, atol=1e-6)
        else:
            np.testing.assert_array_equal(our, their)


NOT_CALLED = {  # what changes settings or variables, with the place that tests it
    *("clear_session", "set_epsilon", "set_floatx", "set_image_data_format"),
    *("set_value", "batch_set_value", "name_scope", "legacy"),
}


def test_every_function_is_called():
    public = {
        name
        for name, value in vars(our_keras.backend).items()
        if name[0] != "_" and not isinstance(value, types.ModuleType)
    }
    called = {name for call in CALLS for name in re.findall(r"\w+(?=\()", call)}
    assert public - NOT_CALLED <= called
    assert not [name for name in called if not hasattr(tf.keras.backend, name)]


def test_values_are_set():
    K = our_keras.backend
    v, w = K.variable([1.0, 2.0]), K.variable(3.0)
    K.set_value(v, [5, 6])
    assert v.numpy().tolist() == [5.0, 6.0]
    K.batch_set_value([(v, [7.0, 8.0]), (w, 9)])
    assert [x.tolist() for x in K.batch_get_value([v, w])] == [[7.0, 8.0], 9.0]


def test_images_have_their_channels_last():
    our_keras.backend.set_image_data_format("channels_last")
    with pytest.raises(ValueError, match="channels_last"):
        our_keras.backend.set_image_data_format("channels_first")
