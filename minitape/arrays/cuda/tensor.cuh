// Tiles of float32 multiplied by tensor cores, for tiles.cuh: factors are rounded to TF32, which
// keeps 10 binary digits behind the point of the 23, and their products are summed in float32.
//
// Each warp of a block makes EACH_M x EACH_N results, in pieces of 16 x 8, each by mma_tf32.
// Traffic: that of tiles.cuh. From shared memory a warp reads EACH_M + EACH_N numbers, of each k, for
// EACH_M * EACH_N multiplications.
// Why so: a tensor core multiplies about eight times as fast as fma does. A factor is rounded once,
// on its way to shared memory, and not each time that a warp reads it there.

#pragma once
#include "mma.cuh"
#include "tiles.cuh"

template <typename T, int TILE_M, int TILE_N, int TILE_K, int EACH_M, int EACH_N>
struct ByTensorCore {
    typedef T Number;
    // Eight more columns: the 4 rows x 8 columns that a warp reads at once are in 32 banks.
    static const int M = TILE_M, N = TILE_N, K = TILE_K, APART = 8;
    static const int ALONG_M = TILE_M / EACH_M, ALONG_N = TILE_N / EACH_N;
    static const int THREADS = ALONG_M * ALONG_N * WARP;
    static const int BLOCKS = __CUDA_ARCH__ >= 800 ? 2 : 1;  // see ByThread
    static const int PIECES_M = EACH_M / 16, PIECES_N = EACH_N / 8;
    float total[PIECES_M][PIECES_N][4] = {};

    __device__ static int lane() { return threadIdx.x % WARP; }
    // The first row and column of a piece of this warp's results.
    __device__ static int row(int piece) {
        return threadIdx.x / WARP / ALONG_N * EACH_M + piece * 16;
    }
    __device__ static int column(int piece) {
        return threadIdx.x / WARP % ALONG_N * EACH_N + piece * 8;
    }

    __device__ static float rounded(float x) { return to_tf32(x); }

    __device__ void add(const T (&a)[K][M + APART], const T (&b)[K][N + APART]) {
#pragma unroll
        for (int k = 0; k < K; k += 8) {
            unsigned of_a[PIECES_M][4], of_b[PIECES_N][2];
#pragma unroll
            for (int m = 0; m < PIECES_M; m++)
#pragma unroll
                for (int i = 0; i < 4; i++)
                    of_a[m][i] = __float_as_uint(
                        a[k + Fragments::k_of_a(lane(), i)][row(m) + Fragments::m_of_a(lane(), i)]);
#pragma unroll
            for (int n = 0; n < PIECES_N; n++)
#pragma unroll
                for (int i = 0; i < 2; i++)
                    of_b[n][i] = __float_as_uint(
                        b[k + Fragments::k_of_b(lane(), i)][column(n) + Fragments::n_of_b(lane())]);
#pragma unroll
            for (int m = 0; m < PIECES_M; m++)
#pragma unroll
                for (int n = 0; n < PIECES_N; n++) mma_tf32(total[m][n], of_a[m], of_b[n]);
        }
    }

    template <typename Store>
    __device__ void each(Store store) const {
#pragma unroll
        for (int m = 0; m < PIECES_M; m++)
#pragma unroll
            for (int n = 0; n < PIECES_N; n++)
#pragma unroll
                for (int i = 0; i < 4; i++)
                    store(row(m) + Fragments::m_of_result(lane(), i),
                          column(n) + Fragments::n_of_result(lane(), i), total[m][n][i]);
    }
};
