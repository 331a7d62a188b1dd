"""What TensorFlow can't be compared with: singular, degenerate and failing matrices."""

import numpy as np
import pytest

import minitape as mt


def gradient(f, *arrays):
    xs = [mt.constant(x) for x in arrays]
    with mt.GradientTape() as tape:
        tape.watch(xs)
        y = f(*xs)
    return [d.numpy() for d in tape.gradient(y, xs)]


def cofactors(x):
    """By their definition: the determinants without a row and a column."""
    n = len(x)
    return np.array(
        [
            [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) for j in range(n)]
            for i in range(n)
        ]
    )


RANKS = [(1, 0), (2, 0), (2, 1), (3, 2), (3, 1), (4, 3), (6, 5), (6, 4), (12, 11)]


def of_rank(n, rank):
    rng = np.random.default_rng(n)
    return np.rint(rng.uniform(-3, 3, (n, rank))) @ np.rint(rng.uniform(-3, 3, (rank, n)))


@pytest.mark.parametrize(("n", "rank"), RANKS)
def test_the_gradient_of_the_determinant_of_a_singular_matrix(n, rank):
    x = of_rank(n, rank)
    np.testing.assert_allclose(gradient(mt.linalg.det, x)[0], cofactors(x), atol=1e-8)


@pytest.mark.parametrize(("n", "rank"), RANKS)
def test_the_second_derivative_of_the_determinant_of_a_singular_matrix(n, rank):
    x, h = of_rank(n, rank), 1e-4
    u = np.random.default_rng(1).uniform(-1, 1, (n, n))
    found = gradient(lambda x: mt.reduce_sum(first(x) * u), x)[0]
    differences = (cofactors(x + h * u) - cofactors(x - h * u)) / (2 * h)
    np.testing.assert_allclose(found, differences, rtol=1e-6, atol=1e-6)


def first(x):
    with mt.GradientTape() as tape:
        tape.watch(x)
        y = mt.linalg.det(x)
    return tape.gradient(y, x)


def test_a_batch_of_singular_and_regular_matrices():
    x = np.array([[[1.0, 2.0], [2.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]])
    d = gradient(mt.linalg.det, x)[0]
    expected = [[[4, -2], [-2, 1]], [[4, -3], [-2, 1]], [[0, 0], [0, 0]]]
    np.testing.assert_allclose(d, expected, atol=1e-12)


def test_the_third_derivative_of_the_determinant_of_the_zero_matrix():
    x = mt.Variable(np.zeros((3, 3)))
    y = mt.linalg.det
    for row in range(3):  # of det, by the three diagonal elements: it is their product

        def y(x, of=y, row=row):
            with mt.GradientTape() as tape:
                tape.watch(x)
                z = of(x)
            return tape.gradient(z, x)[row, row]

    assert float(y(mt.constant(x))) == pytest.approx(1)


def test_a_complex_singular_matrix():
    x = np.array([[1 + 1j, 2j], [2 + 2j, 4j]])
    np.testing.assert_allclose(gradient(mt.linalg.det, x)[0], np.conj(cofactors(x)))


def test_a_matrix_that_is_not_positive_definite_spoils_no_other():
    x = np.array([[[4.0, 0.0], [0.0, 1.0]], [[-1.0, 0.0], [0.0, 1.0]]])
    nan = np.nan
    np.testing.assert_array_equal(mt.linalg.cholesky(x), [[[2, 0], [0, 1]], [[nan, 0], [nan, nan]]])
    np.testing.assert_array_equal(mt.linalg.logdet(x), [np.log(4.0), nan])


def test_a_matrix_with_nan_spoils_no_other_decomposition():
    x = np.array([np.eye(2), [[np.nan, 0], [0, 1]]])
    s, u, v = (part.numpy() for part in mt.linalg.svd(x))
    for part in (s, u, v):
        assert np.isnan(part[1]).all()
    np.testing.assert_allclose(u[0] * s[0] @ v[0].T, np.eye(2))
    values = mt.linalg.svd(x, compute_uv=False)
    np.testing.assert_array_equal(values, [[1, 1], [np.nan, np.nan]])
    y = mt.linalg.expm(x)
    np.testing.assert_allclose(y[0], np.e * np.eye(2), atol=1e-12)
    assert np.isnan(y[1]).all()


def test_the_pseudo_inverse_has_a_gradient_at_equal_singular_values():
    w = np.array([[1.0, 2.0], [3.0, 4.0]])
    of_pinv, of_inv = (
        gradient(lambda x, f=f: f(x) * w, np.eye(2))[0] for f in (mt.linalg.pinv, mt.linalg.inv)
    )
    np.testing.assert_allclose(of_pinv, of_inv)


@pytest.mark.parametrize("shape", [(2, 3), (3, 2)])
def test_the_pseudo_inverse_of_a_matrix_without_full_rank_keeps_the_rank(shape):
    # Along a direction in which the rank stays 1 the derivative is that of the smooth function.
    left, right = np.ones((shape[0], 1)), np.arange(1.0, shape[1] + 1)[None]
    move, h = np.eye(shape[0])[:, :1], 1e-5
    x, t = left @ right, move @ right
    with mt.autodiff.ForwardAccumulator(mt.constant(x), mt.constant(t)) as forward:
        pass
    x = mt.constant(x)
    with mt.autodiff.ForwardAccumulator(x, mt.constant(t)) as forward:
        y = mt.linalg.pinv(x)
    ahead, behind = (mt.linalg.pinv(x.numpy() + s * t).numpy() for s in (h, -h))
    np.testing.assert_allclose(forward.jvp(y), (ahead - behind) / (2 * h), atol=1e-8)


def test_equal_eigenvalues_don_t_spoil_a_gradient_that_does_not_need_the_vectors():
    def reconstructed(x):
        e, v = mt.linalg.eigh(x)
        return mt.matmul(v * e, v, transpose_b=True) * np.array([[1.0, 2.0], [2.0, 4.0]])

    d = gradient(reconstructed, 3 * np.eye(2))[0]
    assert np.isfinite(d).all()


def test_qr_and_slogdet_give_their_parts_names():
    x = np.array([[2.0, 0.0], [0.0, 3.0]])
    result = mt.linalg.slogdet(x)
    assert (float(result.sign), float(result.log_abs_determinant)) == (1, pytest.approx(np.log(6)))
    np.testing.assert_allclose(mt.linalg.qr(x).q @ mt.linalg.qr(x).r, x)


def test_expm_of_large_and_of_many():
    x = np.array([[[0.0, 30.0], [-30.0, 0.0]], [[1e-9, 0.0], [0.0, -20.0]]])
    y = mt.linalg.expm(x).numpy()
    c, s = np.cos(30), np.sin(30)
    np.testing.assert_allclose(y[0], [[c, s], [-s, c]], atol=1e-12)
    np.testing.assert_allclose(y[1], np.diag(np.exp([1e-9, -20])), rtol=1e-13, atol=1e-20)
