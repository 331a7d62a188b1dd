// gemm: y[m, n] = sum over k of a[m, k] * b[k, n], then perhaps + bias[n], then perhaps relu.
// Each factor is stored by rows, or by columns, which is what a transposed one is.
//
// Launch: a block of 256 threads for each tile of results, of one matrix after the other. How a tile
// is made is told in tiles.cuh.
// Traffic: a factor's element is read once for each tile along the other factor; y is written once.
// Why so: bias and relu are applied while a result is still in its register. By themselves they
// would read and write y once more.

#include "tensor.cuh"

template <typename T, bool A_BY_ROWS, bool B_BY_ROWS, typename Tiles>
__global__ void __launch_bounds__(Tiles::THREADS, Tiles::BLOCKS) gemm(const T* __restrict__ a, const T* __restrict__ b, const T* __restrict__ bias,
                     T* __restrict__ y, int rows, int columns, int inner, int then_relu) {
    const int tiles = tiles_of<Tiles>(rows, columns), number = blockIdx.x / tiles;
    const auto matrix_a = a + (long long)number * rows * inner;
    const auto matrix_b = b + (long long)number * inner * columns;
    const auto matrix_y = y + (long long)number * rows * columns;
    multiply_tiles<Tiles, A_BY_ROWS, B_BY_ROWS>(
        blockIdx.x % tiles, rows, columns, 0, inner,
        [&](int m, int k) {
            return matrix_a[A_BY_ROWS ? (long long)m * inner + k : (long long)k * rows + m];
        },
        [&](int k, int n) {
            return matrix_b[B_BY_ROWS ? (long long)k * columns + n : (long long)n * inner + k];
        },
        [&](int m, int n, T result) {
            if (bias) result += bias[n];
            if (then_relu && result <= 0) result = 0;
            matrix_y[(long long)m * columns + n] = result;
        });
}
