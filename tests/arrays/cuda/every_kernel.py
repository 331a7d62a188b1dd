"""Launches every kernel: for what looks at launches, or at a GPU while they run.

compute-sanitizer python -m tests.arrays.cuda.every_kernel float32 float64
"""

import sys
from unittest import mock

import numpy as np

import minitape as mt
from minitape import settings
from minitape.arrays.cuda import gpu, products
from minitape.engine import PRIMITIVES
from minitape.keras import optimizers


def call_all(dtype):
    """Calls each op that has a kernel, in each of its shapes."""
    random = np.random.default_rng(0)

    def numbers(*shape):
        return mt.constant(random.uniform(0.1, 0.9, shape).astype(dtype))

    for op in PRIMITIVES.values():
        names = getattr(getattr(op.run, "cuda", None), "names", None)
        if names:
            shapes = [(3, 4)] * len(names), [(3, 1)] + [(4,)] * (len(names) - 1)
            for shape in shapes:
                inputs = [
                    numbers(*s) > 0.5 if name == "condition" else numbers(*s)
                    for name, s in zip(names, shape, strict=True)
                ]
                op(*inputs, **({"alpha": 0.5} if "leaky" in op.name else {}))
    x = numbers(6, 40)
    mt.nn.softmax(x)
    for labels in "int32", "int64":
        with mt.GradientTape() as tape:
            tape.watch(x)
            y = mt.nn.sparse_softmax_cross_entropy_with_logits(mt.range(6, dtype=labels), x)
        tape.gradient(y, x)
    for axis in 0, 1:
        mt.reduce_sum(x, axis), mt.reduce_max(x, axis)
        y = PRIMITIVES["normalized"](x, x[0], x[0], axis=axis, epsilon=0.1)
        PRIMITIVES["normalized_grad"](x, x, x[0], *y[1:], axis=axis, epsilon=0.1)
    for tf32 in False, True:
        settings.enable_tensor_float_32_execution(tf32)
        _call_products(numbers)
    settings.enable_tensor_float_32_execution(False)
    volumes, w = numbers(2, 4, 4, 4, 3), numbers(2, 2, 2, 3, 4)
    with mt.GradientTape() as tape:
        tape.watch([volumes, w])
        y = mt.nn.conv3d(volumes, w, [1] * 5, "VALID")
    tape.gradient(y, [volumes, w])
    for kind in "int32", "int64":
        for determinism in False, True:
            settings.set_op_determinism(determinism)
            mt.math.unsorted_segment_sum(x, mt.range(6, dtype=kind), 9)
        mt.gather(x, mt.range(6, dtype=kind))
    settings.set_op_determinism(False)
    for kind in "int32", "int64":
        mt.random.stateless_uniform((5,), mt.constant([1, 2], kind), dtype=dtype)
    mt.random.normal((5,), dtype=dtype)
    for optimizer in (
        optimizers.SGD(),
        optimizers.SGD(momentum=0.9),
        optimizers.SGD(momentum=0.9, nesterov=True),
        optimizers.RMSprop(),
        optimizers.Adam(),
        optimizers.Adam(amsgrad=True),
    ):
        optimizer.apply_gradients([(numbers(3), mt.Variable(numbers(3)))])
        _renew_many(optimizer.from_config(optimizer.get_config()), numbers(3))


def _renew_many(optimizer, g):
    """Calls what renews as many variables at once as one launch can."""
    variables = [mt.Variable(g) for _ in range(16)]
    step = mt.function(lambda: optimizer.apply([g * 2.0] * 16, variables))
    for _ in range(3):  # the first makes the optimizer's variables, the second the program
        step()


def _call_products(numbers):
    for size in 9, 600, 1100:
        for flags in [(False, False), (True, False), (False, True), (True, True)]:
            mt.matmul(numbers(size, size), numbers(size, size), *flags)
    for filters in 3, 20:
        images, w = numbers(2, 6, 6, 3), numbers(2, 2, 3, filters)
        with mt.GradientTape() as tape:
            tape.watch([images, w])
            y = mt.nn.max_pool2d(mt.nn.conv2d(images, w, 1, "VALID"), 2, 2, "VALID")
        tape.gradient(y, [images, w])


def main() -> None:
    """Launches all of them on a GPU, for the types that are named."""
    import cupy

    cupy.cuda.set_allocator(None)  # a pool's pieces are larger than what was asked for
    own = mock.patch.object(products, "has_own_products", return_value=True)
    for dtype in sys.argv[1:]:
        with mt.device("/GPU:0"), own:
            call_all(dtype)
            gpu.synchronize()
        print(f"Every kernel was launched for {dtype}.")


if __name__ == "__main__":
    main()
