"""`keras.ops` beside Keras' on TensorFlow: values, types, signatures; and in functional models."""

import inspect
import re
import types

import keras as their_keras
import numpy as np
import pytest

from minitape import keras as our_keras

LIBRARIES = (our_keras, their_keras)
RNG = np.random.default_rng(0)


def floats(*shape):
    return RNG.uniform(-2, 2, shape).astype("float32")


DATA = {
    "A": floats(3, 4),
    "B": floats(3, 4),
    "C": floats(4, 2),
    "D": floats(2, 3, 4),
    "I": RNG.integers(-3, 6, (3, 4)).astype("int32"),
    "J": RNG.integers(1, 5, (3, 4)).astype("int64"),
    "M": RNG.integers(0, 2, (3, 4)).astype("bool"),
    "P": RNG.uniform(0.1, 0.9, (3, 4)).astype("float32"),
    "Q": (np.array([[4, 1, 0], [1, 3, 1], [0, 1, 2]])).astype("float32"),
    "N": np.array([1.0, np.nan, np.inf, -np.inf, 0.0], "float32"),
    "T": np.array([1, 0, 2], "int32"),
    "V": floats(4),
    "W": floats(3),
    "U8": np.array([[1, 2], [250, 4]], "uint8"),
    "I8": np.array([[1, -2], [100, 4]], "int8"),
    "H": floats(3, 4).astype("float16"),
    "F64": RNG.uniform(-2, 2, (3, 4)),
    "SIGNAL": floats(2, 9, 3),
    "IMAGES": floats(2, 7, 6, 3),
    "VOLUMES": floats(1, 4, 5, 6, 2),
    "K1": floats(3, 3, 5),
    "K2": floats(3, 2, 3, 5),
    "K3": floats(2, 2, 2, 2, 3),
    "DEPTHWISE": floats(3, 3, 3, 2),
    "POINTWISE": floats(1, 1, 6, 4),
    "S": np.sort(floats(6)),
    "Z": (floats(3) + 1j * floats(3)).astype("complex64"),
}


def names(text):
    return text.split()


UNARY = names(
    """
    abs absolute arcsinh arctan ceil cos cosh erf exp expm1 floor isfinite isinf isnan
    logical_not negative reciprocal round sigmoid sign silu sin sinh softplus softsign square
    swish tan tanh relu relu6 selu celu elu gelu hard_sigmoid hard_silu hard_swish leaky_relu
    log_sigmoid ravel conj conjugate real softmax log_softmax normalize rms_normalization
    layer_normalization sum prod mean var std max min amax amin all any count_nonzero argmax
    argmin median cumsum cumprod average zeros_like ones_like size ndim transpose sort argsort
    flip nan_to_num shape dtype convert_to_tensor convert_to_numpy stop_gradient norm array diag
    diagonal trace tril triu squeeze nonzero
    """
)
POSITIVE = names(
    """
    log log1p log2 log10 sqrt rsqrt arccos arcsin arctanh erfinv
    """
)
BINARY = names(
    """
    add subtract multiply divide true_divide floor_divide mod maximum minimum equal not_equal
    less less_equal greater greater_equal logical_and logical_or logical_xor arctan2 logaddexp
    divide_no_nan isclose
    """
)
REDUCTIONS = names(
    """
    sum prod mean var std max min amax amin all any logsumexp norm median
    """
)
FLOATS_ONLY = names(
    """
    celu elu erf gelu hard_sigmoid hard_silu hard_swish layer_normalization leaky_relu
    log_sigmoid log_softmax logaddexp normalize reciprocal rms_normalization selu sigmoid silu
    softmax softplus softsign swish
    """
)
OTHERS = """
arccosh(P + 1); imag(Z); real(Z); conj(Z); abs(Z); log(J); sqrt(J); log2(J); power(P, A); power(I,
2); power(2.0, A); power(J, 0.5); bitwise_and(I, J); bitwise_or(I, 6); bitwise_xor(U8, I8); add(U8,
I8); add(H, F64); add(H, 2); add(I8, 1.5); add(M, 1); add(M, I); add(1, 2); add(1, 2.5);
multiply(A, M); add([1, 2], [0.5, 1]); add(A, V); divide(1, 3); sum(U8); sum(I8); sum(M); prod(I8,
1); mean(U8); mean(H); max(M); min(M, 0); cumsum(M); cumsum(D, 1); cumprod(D, -1); cumsum(I, 0,
'float32'); max(A, initial=1.5); min(A, axis=1, initial=-1.0); median(D, keepdims=True); argmax(D,
axis=1); argmin(D, -1, keepdims=True); argmax(D, keepdims=True); argmax(I); count_nonzero(I,
axis=0); average(A, axis=1, weights=V); average(A, weights=B); logsumexp(A); norm(A, ord=1);
norm(A, ord=2, axis=1); norm(A, ord='fro'); norm(A, ord=np.inf, axis=0); norm(V, ord=3); norm(V,
ord=0); norm(D, axis=(1, 2)); norm(A, ord='nuc'); norm(D, ord=-2, axis=(0, 2), keepdims=True);
norm(D, ord=-1, axis=(2, 0)); norm(A, ord=-np.inf); norm(A, ord=-np.inf, axis=1, keepdims=True);
round(A, 1); round(I, 1); clip(A, -1, 1); clip(I, -1, 2); clip(A, V, 3.0); where(M, A, B); where(M,
A, 0); where(M, I, 2.5); where(M); nan_to_num(N); nan_to_num(N, 1.0, 2.0, -2.0); isnan(N);
isinf(N); isfinite(N); zeros(3); zeros((2, 3), 'int32'); ones((2,)); ones(2, dtype='bool');
full((2, 2), 7); full((3,), 2.5, 'float64'); full_like(A, 2); full_like(I, 3, dtype='float32');
zeros_like(A, dtype='int32'); ones_like(I, dtype='float32'); shape(empty((2, 3)));
shape(empty_like(A)); array([1, 2.5]); array(A, dtype='int32'); arange(5); arange(1, 7, 2);
arange(1.5); arange(0, 1, 0.25); arange(3, dtype='float32'); arange(5, 1, -2); linspace(0, 1, 5);
linspace(0, 1, 5, endpoint=False); linspace(0.0, V, 3); linspace(0, 10, 6, dtype='int32');
linspace(0, 1, 3, retstep=True); eye(3); eye(3, 4, k=1); eye(2, k=-1, dtype='int32'); identity(3);
tri(3); tri(3, 4, -1); tri(2, k=1, dtype='bool'); meshgrid(V, W); meshgrid(V, W, indexing='ij');
reshape(A, (2, -1)); reshape(A, 12); transpose(D, (1, 0, 2)); swapaxes(D, 0, 2); swapaxes(D, -1,
1); moveaxis(D, 0, -1); moveaxis(D, (0, 1), (2, 0)); moveaxis(D, -1, 0); expand_dims(A, 1);
expand_dims(A, (0, -1)); squeeze(expand_dims(A, 1), 1); broadcast_to(V, (2, 4)); concatenate([A,
B]); concatenate([A, I], axis=1); stack([A, B]); stack([V, V], axis=-1); unstack(A); unstack(A,
axis=1); hstack([V, W]); hstack([A, B]); vstack([A, B]); split(A, 2, axis=1); split(A, [1, 3],
axis=-1); tile(A, 2); tile(A, (2, 1, 3)); tile(V, (2, 2)); repeat(A, 2); repeat(A, 2, axis=1);
repeat(A, T, axis=0); roll(A, 1); roll(A, (1, 2), axis=(0, 1)); flip(A, 1); flip(D, (0, 2)); pad(A,
((0, 1), (2, 0)), constant_values=3); pad(A, ((1, 1), (2, 2)), mode='reflect'); pad(A, ((1, 1), (1,
1)), mode='symmetric'); take(A, T, axis=0); take(A, [[0, -1]], axis=1); take(A, 5); take(V, T);
take_along_axis(A, argsort(A, 1), 1); take_along_axis(A, np.array([[0, 2, -1, 1]]), 0);
take_along_axis(A, np.array([3, -1])); diag(V); diag(V, 1); diag(A, -1); diagonal(D, 1, 1, 2);
diagonal(D); trace(D, axis1=1, axis2=2); trace(I8); trace(A, 1); tril(D, -1); triu(D, 1); tril(I);
sort(A, 0); argsort(A, None); sort(I); searchsorted(S, V); searchsorted(S, V, 'right'); matmul(A,
C); matmul(D, C); matmul(V, C); matmul(A, V); matmul(V, V); matmul(I, C); dot(A, C); dot(A, V);
dot(V, V); dot(D, C); dot(A, 2); tensordot(D, C, 1); tensordot(A, B, [[0, 1], [0, 1]]); inner(A,
B); inner(V, V); outer(V, W); outer(A, [1, 2]); vdot(A, B); cross(Q, Q + 1); einsum('ij,jk->ik', A,
C); einsum('ij,ij->', A, I); cholesky(Q); cholesky(Q, upper=True); det(Q); inv(Q); eigh(Q)[0];
slogdet(Q); logdet(Q); solve(Q, W); solve(Q, transpose(A)[:3]); solve_triangular(tril(Q), W,
lower=True); solve_triangular(Q, transpose(D[0])[:3]); abs(qr(A)[1]); svd(A, compute_uv=False);
svd(A)[1]; abs(qr(A, 'complete')[0]); svd(A, full_matrices=False)[1]; lstsq(transpose(A), V);
lstsq(Q, Q); softmax(D, axis=1); softmax(D, axis=(1, 2)); log_softmax(D, 0); gelu(A, False); elu(A,
0.5); celu(A, 0.5); leaky_relu(A, 0.1); glu(A); glu(C, axis=0); relu(I); one_hot(T, 3); one_hot(I,
4, axis=0); one_hot(T, 2, dtype='int32'); multi_hot(T, 4); multi_hot(I, 5); in_top_k(T, A, 2);
top_k(A, 2); top_k(I, k=1); binary_crossentropy(P, P); binary_crossentropy(P, A, from_logits=True);
categorical_crossentropy(P, P); categorical_crossentropy(P, A, from_logits=True);
sparse_categorical_crossentropy(T, P); sparse_categorical_crossentropy(T, A, from_logits=True);
conv(SIGNAL, K1); conv(SIGNAL, K1, 2, 'same'); conv(IMAGES, K2); conv(VOLUMES, K3); conv(IMAGES,
K2, (2, 1), 'same'); conv(IMAGES, K2, dilation_rate=2); depthwise_conv(IMAGES, DEPTHWISE);
depthwise_conv(IMAGES, DEPTHWISE, 2, 'same'); separable_conv(IMAGES, DEPTHWISE, POINTWISE);
max_pool(IMAGES, 2); max_pool(SIGNAL, 3, 1); average_pool(IMAGES, (2, 3), padding='same');
average_pool(VOLUMES, 2, 1); moments(D, [0, 1]); moments(A, (1,), keepdims=True); normalize(A, 0);
normalize(D, order=1); batch_normalization(A, V, V * V, -1); batch_normalization(A, W, W * W, 0, W,
W, 0.1); layer_normalization(A, V, V); layer_normalization(D, axis=(1, 2)); rms_normalization(A,
V); rms_normalization(A, epsilon=0.5); convert_to_tensor([1, 2]); convert_to_tensor(A, 'float64');
convert_to_numpy([1.5]); is_tensor(A); is_tensor(abs(A)); cast(A, 'int32'); saturate_cast(A * 200,
'uint8'); slice(A, (1, 1), (2, 2)); slice_update(A, (1, 1), C[:2]); scatter([[1], [1]], [2.0, 3.0],
(3,)); scatter_update(V, [[1], [3]], [5.0, 6.0]); scatter_update(V, [[1], [1]], [5.0, 6.0], 'add');
scatter_update(V, [[1], [3]], [0.0, 0.0], 'max'); scatter_update(V, [[0]], [0.0], 'min');
segment_sum(A, T); segment_sum(A, T, 5); segment_max(A, T); cond(True, lambda: A, lambda: B);
cond(A[0, 0] > 5, lambda: A, lambda: B); switch(1, [lambda x: x, lambda x: -x], A); switch(7,
[lambda x: x, lambda x: -x], A); while_loop(lambda i: i < 5, lambda i: i + 2, 0); fori_loop(1, 4,
lambda i, v: v * i, 1); while_loop(lambda i, x: i < 5, lambda i, x: (i + 1, x * 2.0), (0, A),
maximum_iterations=3); map(lambda x: x * 2.0, A); vectorized_map(lambda x: x * 2.0, A); scan(lambda
s, x: (s + x, s * x), V, A); scan(lambda s, x: (s + x, s), V, A, reverse=True); scan(lambda s, x:
(s * 2.0, s), V, length=3)
"""
CALLS = [
    *(f"{name}(A)" for name in UNARY),
    *(f"{name}(I)" for name in UNARY if name not in FLOATS_ONLY),
    *(f"{name}(P)" for name in POSITIVE),
    *(f"{name}({x})" for name in BINARY for x in ("A, B", "A, 2")),
    *(
        f"{name}({x})"
        for name in BINARY
        if name not in FLOATS_ONLY
        for x in ("I, J", "I, 2.5", "A, I")
    ),
    *(
        f"{name}(D, axis={axis}, keepdims={keep})"
        for name in REDUCTIONS
        for axis in (0, -1)
        for keep in (False, True)
    ),
    *(f"{name}(D, axis=(0, 2))" for name in REDUCTIONS if name != "median"),
    *" ".join(OTHERS.split()).split("; "),
]


def result(library, call):
    space = {name: getattr(library.ops, name) for name in dir(library.ops) if name[0] != "_"}
    return eval(call, {**space, **DATA, "np": np})


def flat(value):
    """The values in a structure, with their types' names."""
    if isinstance(value, (list, tuple)):
        return [one for item in value for one in flat(item)]
    array = np.asarray(value)
    return [(array.dtype.name, array)]


@pytest.mark.parametrize("call", CALLS)
def test_call(call):
    ours, theirs = (flat(result(library, call)) for library in LIBRARIES)
    assert [name for name, _ in ours] == [name for name, _ in theirs]
    for (name, our), (_, their) in zip(ours, theirs, strict=True):
        assert our.shape == their.shape
        if our.dtype.kind in "fc":
            tolerance = 2e-3 if name == "float16" else 2e-5
            np.testing.assert_allclose(our, their, rtol=tolerance, atol=tolerance)
        else:
            np.testing.assert_array_equal(our, their)


def functions():
    """The names of all functions."""
    for name in dir(our_keras.ops):
        value = getattr(our_keras.ops, name)
        if not name.startswith("_") and not isinstance(value, types.ModuleType):
            yield name


def test_every_function_is_called():
    assert set(functions()) <= {name for call in CALLS for name in re.findall(r"\w+(?=\()", call)}


@pytest.mark.parametrize("name", list(functions()))
def test_signature(name):
    ours, theirs = (
        [(p.name, p.default) for p in inspect.signature(getattr(lib.ops, name)).parameters.values()]
        for lib in LIBRARIES
    )
    assert ours == [p for p in theirs if p[0] != "kwargs"]


DTYPES = ["bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", "int64", "float16",
          "float32", "float64"]  # fmt: skip


@pytest.mark.parametrize("first", DTYPES)
def test_types_promote_alike(first):
    for second in [*DTYPES, 1, 2.5]:
        x = np.ones(2, first)
        y = second if type(second) in (int, float) else np.ones(2, second)
        if first == second == "bool":  # TensorFlow has no products of them
            continue
        types = [flat(lib.ops.multiply(x, y))[0][0] for lib in LIBRARIES]
        assert types[0] == types[1], second


def test_in_functional_models():
    """Symbolic tensors go through the functions, and gradients come back."""
    models = []
    for library in LIBRARIES:
        ops = library.ops
        x = library.Input((6,))
        y = ops.reshape(library.layers.Dense(6, name="dense")(x), (-1, 2, 3))
        y = ops.concatenate([ops.softmax(y), ops.sqrt(ops.square(y) + 1), y], axis=-1)
        y = ops.add(ops.mean(y, axis=1), ops.max(y, axis=1)) * ops.cast(1, "float32")
        y = ops.where(ops.greater(y, 0.5), ops.log1p(ops.abs(y)), ops.expand_dims(y[:, 0], 1))
        models.append(library.Model(x, [y, ops.einsum("bi,bj->bij", y, y)]))
    ours, theirs = models
    ours.set_weights(theirs.get_weights())
    data = floats(4, 6)
    assert [tuple(y.shape) for y in ours.outputs] == [tuple(y.shape) for y in theirs.outputs]
    for our, their in zip(ours(data), theirs(data), strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-5, atol=1e-6)
    ours.compile("sgd", "mse")
    theirs.compile("sgd", "mse")
    targets = [np.zeros((4, 9), "float32"), np.zeros((4, 9, 9), "float32")]
    for model in models:
        model.train_on_batch(data, targets)
    for our, their in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-4, atol=1e-5)
