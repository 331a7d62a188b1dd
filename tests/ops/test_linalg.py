"""Products of symbolic tensors, whose batch isn't known yet; the rest is in compat/cases."""

import numpy as np
import pytest

import minitape as mt

PRODUCTS = {
    "matmul": lambda x: mt.matmul(x, x, adjoint_b=True),
    "matvec": lambda x: mt.linalg.matvec(x, x[:, 0]),
    "tensordot": lambda x: mt.tensordot(x, np.eye(3, dtype="float32"), 1),
    "einsum": lambda x: mt.einsum("bij,bjk,...k->bi...", x, x, x[0, 0]),
    "trace": mt.linalg.trace,
    "svd": lambda x: mt.linalg.svd(x, compute_uv=False),
}


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
def test_in_a_functional_model(product):
    x = mt.keras.Input((3, 3))
    model = mt.keras.Model(x, product(x))
    values = np.random.default_rng(0).normal(size=(2, 3, 3)).astype("float32")
    np.testing.assert_allclose(model(values), product(mt.constant(values)), rtol=1e-5, atol=1e-6)
