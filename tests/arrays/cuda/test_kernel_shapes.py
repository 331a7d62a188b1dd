"""Kernels beside the forwards in sizes that the ops' cases lack, in both orders of the threads.

Many blocks, tiles that are full and others that aren't, shares of long sums.
"""

import sys

import numpy as np
import pytest

import minitape as mt
from minitape import settings
from minitape.arrays import cuda
from minitape.arrays.cuda import products, simulator, unfold, windows
from minitape.engine import PRIMITIVES
from minitape.keras.optimizers import SGD, Adam, RMSprop
from minitape.ops.window import Window

# Relative to the largest element: sums go in another order.
TOLERANCE = {"float32": 1e-5, "float64": 1e-13}


def compare(op, *arrays, exactly=False, **params):
    """The kernel answers, and gives what the forward gives."""
    found = op.run.cuda(*map(simulator.put, arrays), **params)
    assert found is not NotImplemented
    expected = op.forward(*arrays, **params)
    assert type(found) is simulator.SimulatedArray
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    if exactly:
        np.testing.assert_array_equal(found.get(), expected)
        return
    allowed = TOLERANCE[expected.dtype.name] * np.nanmax(abs(expected), initial=1)
    np.testing.assert_allclose(found.get(), expected, rtol=0, atol=allowed)


@pytest.mark.parametrize(
    "shapes",
    [
        [(700_003,), (700_003,)],  # more than the threads of a grid
        [(5, 1, 300), (7, 1)],
        [(3, 1, 5, 1), (1, 4, 1, 6)],
        [(2, 3, 4, 5), (4, 1)],
        [(), (9,)],
        [(0, 4), (4,)],
    ],
)
def test_broadcast_inputs(shapes, dtype, random, order):
    compare(PRIMITIVES["subtract"], *(random.normal(size=s).astype(dtype) for s in shapes))


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.transpose(2, 0, 1),
        lambda x: x[::-1, ::2, ::3],
        lambda x: x[:, :, :1],
        lambda x: x.T[..., ::-1],
    ],
)
def test_inputs_in_another_order(view, dtype, random, order):
    x = random.normal(size=(6, 7, 8)).astype(dtype)
    y, on_card = view(x), view(simulator.put(x))
    found = PRIMITIVES["multiply"].run(on_card, on_card + 1)
    np.testing.assert_allclose(found.get(), y * (y + 1), rtol=1e-6)


@pytest.mark.parametrize("columns", [1, 31, 32, 33, 300, 2000])
def test_rows(columns, dtype, random, order):
    x = random.normal(size=(3, columns)).astype(dtype) * 5
    labels = random.integers(0, columns, 3)
    compare(PRIMITIVES["softmax"], x, axis=1)
    compare(PRIMITIVES["sparse_softmax_cross_entropy"], labels, x)
    compare(PRIMITIVES["sparse_softmax_cross_entropy_grad"], labels.astype("int32"), x)


@pytest.mark.parametrize("label", [-1, 5, 1 << 40])
def test_wrong_labels_are_left_to_the_forward(label):
    x, labels = simulator.put(np.ones((3, 5), "float32")), simulator.put(np.array([0, label, 1]))
    for name in "sparse_softmax_cross_entropy", "sparse_softmax_cross_entropy_grad":
        assert PRIMITIVES[name].run.cuda(labels, x) is NotImplemented


@pytest.mark.parametrize("wrong", [-1, 5, 1 << 40])
def test_numbers_that_name_no_place_are_passed_over_where_nobody_looked(wrong, dtype, order):
    x, places = simulator.put(np.ones((5, 5), dtype)), simulator.put(np.array([1, wrong, 0]))
    rows = simulator.put(np.ones((3, 5), dtype))
    with cuda.for_graph():
        loss = cuda.sparse_cross_entropy(places, rows).get()
        grad = cuda.sparse_cross_entropy_grad(places, rows).get()
        found = cuda.gather(x, places, axis=0, batch_dims=0).get()
        added = cuda.segment_sum(rows, places, num_segments=5).get()
    np.testing.assert_allclose(loss[[0, 2]], np.log(5), rtol=1e-6)
    np.testing.assert_allclose(grad[1], 0.2, rtol=1e-6)
    np.testing.assert_array_equal(found[[0, 2]], 1)
    np.testing.assert_array_equal(added, np.repeat([[1], [1], [0], [0], [0]], 5, axis=1))


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((3, 5000), (1,)),  # a block goes on along a row
        ((70_000,), (0,)),  # shares of one sum
        ((5000, 3), (0,)),
        ((2, 3000, 4), (1,)),
        ((2, 3, 4, 5), (1, 2)),
        ((600, 1), (0,)),
        ((4, 1, 5), (1,)),
    ],
)
def test_reductions(shape, axis, dtype, random, order):
    x = random.normal(size=shape).astype(dtype)
    for keepdims in False, True:
        compare(PRIMITIVES["reduce_max"], x, axis=axis, keepdims=keepdims, exactly=True)
        total = sys.modules["minitape.ops.reduce"]._total
        found = total.cuda(simulator.put(x), axis, keepdims)
        expected = x.astype("float64").sum(axis=axis, keepdims=keepdims)
        allowed = TOLERANCE[dtype.name] * abs(x).sum(axis=axis).max() / 10
        np.testing.assert_allclose(found.get(), expected, rtol=0, atol=allowed)
    compare(
        PRIMITIVES["sum_to_shape"],
        x,
        shape=tuple(1 if i in axis else n for i, n in enumerate(shape)),
    )


@pytest.mark.parametrize(
    ("shape", "axis"),
    [((3, 500), (1,)), ((4000, 3), (0,)), ((2, 30, 20, 4), (0, 1, 2)), ((9,), (0,))],
)
def test_variances(shape, axis, dtype, random, order):
    x = random.normal(size=shape).astype(dtype)
    compare(PRIMITIVES["variance"], x, x.mean(axis=axis, keepdims=True), axis=axis)


def test_the_largest_is_nan_where_there_is_one(dtype):
    x = np.array([[1, np.nan, 3], [-np.inf, -np.inf, -np.inf]], dtype)
    compare(PRIMITIVES["reduce_max"], x, axis=(1,), keepdims=False, exactly=True)


@pytest.mark.parametrize("sizes", [(1, 1, 1), (33, 65, 17), (70, 40, 100), (5, 130, 16)])
@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize("transpose_b", [False, True])
def test_products(sizes, transpose_a, transpose_b, dtype, random, order):
    rows, columns, inner = sizes
    a = random.normal(size=(inner, rows) if transpose_a else (rows, inner)).astype(dtype)
    b = random.normal(size=(columns, inner) if transpose_b else (inner, columns)).astype(dtype)
    flags = dict(transpose_a=transpose_a, transpose_b=transpose_b)
    compare(PRIMITIVES["matmul"], a, b, **flags)
    compare(PRIMITIVES["matmul"], np.stack([a, a + 1]), np.stack([b, b]), **flags)


@pytest.mark.parametrize("tile", products._TILES["ByThread"])
def test_each_tile(tile, dtype, random, order, monkeypatch):
    monkeypatch.setitem(products._TILES, "ByThread", (tile,))
    a, b = (random.normal(size=s).astype(dtype) for s in ((130, 70), (70, 131)))
    flags = dict(transpose_a=False, transpose_b=False)
    compare(PRIMITIVES["matmul"], a, b, **flags)
    bias = random.normal(size=131).astype(dtype)
    found = products.product(
        *map(simulator.put, (a, b)), **flags, bias=simulator.put(bias), then_relu=True
    )
    np.testing.assert_allclose(found.get(), np.maximum(a @ b + bias, 0), rtol=1e-4, atol=1e-4)


WINDOWS = {
    "valid": ((3, 13, 11, 5), Window((3, 3), (1, 1), (1, 1), "VALID")),
    "same": ((3, 13, 11, 5), Window((3, 2), (1, 1), (1, 1), "SAME")),
    "steps": ((3, 13, 11, 5), Window((3, 3), (2, 3), (1, 1), "SAME")),
    "border": ((3, 13, 11, 5), Window((2, 4), (1, 1), (1, 1), ((2, 1), (0, 3)))),
    "gaps": ((3, 13, 11, 5), Window((2, 2), (3, 3), (1, 1), "VALID")),
    "spread": ((3, 13, 11, 5), Window((3, 2), (1, 1), (2, 3), "SAME")),
    "one axis": ((3, 50, 4), Window((4,), (2,), (1,), "SAME")),
    "pairs": ((3, 12, 12, 5), Window((2, 2), (2, 2), (1, 1), "VALID")),
    "three axes": ((2, 5, 6, 7, 3), Window((2, 3, 2), (1, 1, 1), (1, 1, 1), "VALID")),
    "three with steps": ((2, 5, 6, 7, 3), Window((3, 2, 3), (2, 1, 3), (1, 1, 1), "SAME")),
    "three, spread": ((2, 6, 5, 7, 3), Window((2, 3, 2), (1, 1, 1), (3, 1, 2), "SAME")),
}
every_window = pytest.mark.parametrize(("shape", "window"), WINDOWS.values(), ids=WINDOWS)


@every_window
@pytest.mark.parametrize("filters", [3, 70])
def test_convolutions(shape, window, filters, dtype, random, order):
    x = random.normal(size=shape).astype(dtype)
    w = random.normal(size=(*window.size, shape[-1], filters)).astype(dtype)
    g = random.normal(size=(shape[0], *window.output_size(shape[1:-1]), filters)).astype(dtype)
    compare(PRIMITIVES["conv"], x, w, window=window)
    compare(PRIMITIVES["conv_backprop_input"], w, g, window=window, input_shape=shape)
    compare(PRIMITIVES["conv_backprop_filter"], x, g, window=window, filter_shape=w.shape)
    bias = random.normal(size=filters).astype(dtype)
    on_card = map(simulator.put, (x, w))
    found = PRIMITIVES["conv"].run.cuda(
        *on_card, window=window, bias=simulator.put(bias), then_relu=True
    )
    expected = np.maximum(PRIMITIVES["conv"].forward(x, w, window=window) + bias, 0)
    np.testing.assert_allclose(found.get(), expected, rtol=1e-4, atol=1e-4)


@every_window
def test_what_windows_see_and_the_way_back(shape, window, dtype, random, order):
    x = random.normal(size=shape).astype(dtype)
    steps = window.output_size(shape[1:-1])
    found = unfold.im2col(simulator.put(x), window)
    np.testing.assert_array_equal(found.get(), window.patches(window.padded(x), steps))
    matrix = random.integers(-4, 5, found.shape).astype(dtype)  # sums are exact
    expected = np.zeros(window.padded_shape(shape), dtype)
    sent = matrix.reshape(len(x), *steps, *window.size, shape[-1])
    for place, tap in window.taps(expected, steps):
        tap += sent[(..., *place, slice(None))]
    y = simulator.put(x)
    unfold.col2im(simulator.put(matrix), y, window)
    np.testing.assert_array_equal(y.get(), window.unpadded(expected, shape[1:-1]))


@pytest.mark.parametrize("own_products", [True, False], ids=["ours", "cuBLAS' place"])
def test_volumes_are_taken_some_at_a_time(own_products, dtype, random, monkeypatch):
    shape, window = WINDOWS["three, spread"]
    x, matrices = random.normal(size=(5, *shape[1:])).astype(dtype), []
    w = random.normal(size=(*window.size, shape[-1], 4)).astype(dtype)
    g = random.normal(size=(5, *window.output_size(shape[1:-1]), 4)).astype(dtype)

    def noted(x, window):
        matrices.append(im2col(x, window))
        return matrices[-1]

    im2col = unfold.im2col
    monkeypatch.setattr(unfold, "im2col", noted)
    monkeypatch.setattr(unfold, "_MOST_BYTES", 2 * im2col(simulator.put(x[:1]), window).nbytes)
    monkeypatch.setattr(products, "has_own_products", lambda x: own_products)
    compare(PRIMITIVES["conv"], x, w, window=window)
    compare(PRIMITIVES["conv_backprop_input"], w, g, window=window, input_shape=x.shape)
    compare(PRIMITIVES["conv_backprop_filter"], x, g, window=window, filter_shape=w.shape)
    of_one = len(g[0].reshape(-1, 4))
    assert [len(matrix) // of_one for matrix in matrices] == [2, 2, 1] * 2
    bias = simulator.put(np.ones(4, dtype))
    found = windows.conv(*map(simulator.put, (x, w)), window=window, bias=bias)
    assert (found is NotImplemented) is not own_products  # cuBLAS adds none


@pytest.mark.parametrize("kind", [kind for kind in WINDOWS if "spread" not in kind])
@pytest.mark.parametrize("values", ["different", "often equal", "some nan", "all nan"])
def test_pooling(kind, values, dtype, random, order):
    shape, window = WINDOWS[kind]
    x = random.normal(size=shape).astype(dtype)
    if values == "often equal":
        x = x.round()
    if "nan" in values:
        x[random.random(shape) < (0.3 if values == "some nan" else 2)] = np.nan
    y = PRIMITIVES["max_pool"].forward(x, window=window)
    compare(PRIMITIVES["max_pool"], x, window=window, exactly=True)
    compare(
        PRIMITIVES["max_pool_grad"], random.normal(size=y.shape).astype(dtype), x, y, window=window
    )


@pytest.mark.parametrize("size", [0, 1, 3, 4, 1001])
def test_random_numbers_have_the_same_bits(size, dtype, order):
    state = np.array([(1 << 63) - 2, 5, -7], "int64")  # the counter's low half runs over
    state[0] = -1
    compare(PRIMITIVES["standard_uniform"], state, shape=(size,), dtype=dtype.name, exactly=True)
    compare(PRIMITIVES["standard_normal"], state, shape=(size,), dtype=dtype.name)


@pytest.mark.parametrize("seed", [(0, 0), (3, -4), (-(1 << 31), (1 << 31) - 1)])
@pytest.mark.parametrize("kind", ["int32", "int64"])
def test_seeds_make_the_same_states(seed, kind):
    compare(PRIMITIVES["seeded_random_state"], np.array(seed, kind), exactly=True)


@pytest.mark.parametrize(
    "make",
    [
        SGD,
        lambda: SGD(0.1, momentum=0.9),
        lambda: SGD(0.1, momentum=0.9, nesterov=True),
        RMSprop,
        Adam,
        lambda: Adam(amsgrad=True),
    ],
)
def test_optimizers(make, dtype, random, order):
    gradients = [random.normal(size=700).astype(dtype) for _ in range(3)]
    found = []
    for device in "/CPU:0", "/SIM:0":
        with mt.device(device):
            w = mt.Variable(np.linspace(-1, 1, 700, dtype=dtype))
            optimizer = make()
            for g in gradients:
                optimizer.apply_gradients([(mt.constant(g), w)])
        found.append([v.numpy() for v in (w, *optimizer.variables)])
    for ours, theirs in zip(*found[::-1], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


@pytest.fixture(params=[False, True], ids=["any order", "in order"])
def determinism(request):
    settings.set_op_determinism(request.param)
    yield request.param
    settings.set_op_determinism(False)


@pytest.mark.parametrize("kind", ["int32", "int64"])
@pytest.mark.parametrize("shape", [(9,), (9, 5), (300, 2, 3)])
def test_rows_that_are_named(shape, kind, dtype, random, order, determinism):
    x = random.integers(-4, 5, shape).astype(dtype)  # no order of additions makes a difference
    index = random.integers(0, len(x), (4, 50)).astype(kind)
    params = dict(axis=0, batch_dims=0)
    compare(PRIMITIVES["gather"], x, index, exactly=True, **params)
    g = random.integers(-4, 5, (*index.shape, *shape[1:])).astype(dtype)
    compare(PRIMITIVES["gather_grad"], g, index, exactly=True, shape=shape, **params)
    index[0, :7] = -1
    compare(PRIMITIVES["unsorted_segment_sum"], g, index, exactly=True, num_segments=len(x))


@pytest.mark.parametrize("number", [-1, 9, 1 << 20])
def test_rows_that_are_not_there_are_left_to_the_forward(number, determinism):
    x, index = np.ones((9, 4), "float32"), np.array([0, number, 8], "int32")
    on_card = simulator.put(x), simulator.put(index)
    gather, total = PRIMITIVES["gather"], PRIMITIVES["unsorted_segment_sum"]
    assert gather.run.cuda(*on_card, axis=0, batch_dims=0) is NotImplemented
    if number >= 0:
        rows = simulator.put(x[:3])
        assert total.run.cuda(rows, on_card[1], num_segments=9) is NotImplemented
    with mt.device("/SIM:0"), pytest.raises(mt.errors.InvalidArgumentError, match="is not in"):
        mt.gather(mt.constant(x), [0, number])
