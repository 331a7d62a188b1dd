// The product of two matrices, tile by tile: y[m, n] = sum over k of a(m, k) * b(k, n), where a and
// b are functions that fetch an element from wherever it lies. gemm.cu fetches from matrices,
// conv.cu from images, without ever writing down the matrix of all that windows see.
//
// A block makes TILE_M x TILE_N results, and each of its threads EACH_M x EACH_N of them, which it
// keeps in registers. Step by step the block brings TILE_K columns of a and as many rows of b to
// shared memory, and each thread multiplies what it needs of them.
// Traffic: each element of a is fetched once for each tile along n, and of b for each along m: with
// tiles of 128 x 128 that is 1/16 byte of float32 for each multiplication, which a card that moves
// 3 TB a second can feed to 50 TFLOP/s and more. From shared memory a thread reads EACH_M + EACH_N
// numbers for EACH_M * EACH_N multiplications.
// Why so: a thread for each result would fetch 8 bytes for each multiplication. While a tile is
// multiplied the next one is on its way from memory to registers, so that nobody waits for it.

#pragma once
#include "common.cuh"

// How a block's threads share out a tile of LONG x TILE_K elements: place e is (along, k). Threads
// that are neighbours take neighbours along the axis whose elements lie beside each other.
template <bool K_IS_INNER, int LONG, int TILE_K>
struct Places {
    __device__ static int along(int e) { return K_IS_INNER ? e / TILE_K : e % LONG; }
    __device__ static int k(int e) { return K_IS_INNER ? e % TILE_K : e / LONG; }
};

// Makes the block's results of k from `first` to `last`, and calls store(m, n, result).
template <typename T, bool A_BY_ROWS, bool B_BY_ROWS, int TILE_M, int TILE_N, int TILE_K,
          int EACH_M, int EACH_N, typename A, typename B, typename Store>
__device__ void multiply_tiles(int rows, int columns, int first, int last, A a, B b, Store store) {
    const int THREADS = TILE_M / EACH_M * (TILE_N / EACH_N);
    const int SHARE_A = TILE_M * TILE_K / THREADS, SHARE_B = TILE_N * TILE_K / THREADS;
    typedef Places<A_BY_ROWS, TILE_M, TILE_K> InA;
    typedef Places<!B_BY_ROWS, TILE_N, TILE_K> InB;
    // One column more than is needed, or else threads would write to the same bank of memory.
    __shared__ T tile_a[TILE_K][TILE_M + 1];
    __shared__ T tile_b[TILE_K][TILE_N + 1];

    const int first_m = blockIdx.y * TILE_M, first_n = blockIdx.x * TILE_N;
    const int my_m = threadIdx.x / (TILE_N / EACH_N) * EACH_M;
    const int my_n = threadIdx.x % (TILE_N / EACH_N) * EACH_N;
    T coming_a[SHARE_A], coming_b[SHARE_B], total[EACH_M][EACH_N] = {};

    auto fetch = [&](int first_k) {
        for (int i = 0; i < SHARE_A; i++) {
            const int e = threadIdx.x + i * THREADS;
            const int m = first_m + InA::along(e), k = first_k + InA::k(e);
            coming_a[i] = m < rows && k < last ? a(m, k) : T(0);
        }
        for (int i = 0; i < SHARE_B; i++) {
            const int e = threadIdx.x + i * THREADS;
            const int n = first_n + InB::along(e), k = first_k + InB::k(e);
            coming_b[i] = n < columns && k < last ? b(k, n) : T(0);
        }
    };

    fetch(first);
    for (int first_k = first; first_k < last; first_k += TILE_K) {
        for (int i = 0; i < SHARE_A; i++) {
            const int e = threadIdx.x + i * THREADS;
            tile_a[InA::k(e)][InA::along(e)] = coming_a[i];
        }
        for (int i = 0; i < SHARE_B; i++) {
            const int e = threadIdx.x + i * THREADS;
            tile_b[InB::k(e)][InB::along(e)] = coming_b[i];
        }
        __syncthreads();
        fetch(first_k + TILE_K);
        for (int k = 0; k < TILE_K; k++) {
            T of_a[EACH_M], of_b[EACH_N];
            for (int m = 0; m < EACH_M; m++) of_a[m] = tile_a[k][my_m + m];
            for (int n = 0; n < EACH_N; n++) of_b[n] = tile_b[k][my_n + n];
            for (int m = 0; m < EACH_M; m++)
                for (int n = 0; n < EACH_N; n++) total[m][n] = fma(of_a[m], of_b[n], total[m][n]);
        }
        __syncthreads();  // before the next tile is written over this one
    }
    for (int m = 0; m < EACH_M; m++)
        for (int n = 0; n < EACH_N; n++)
            if (first_m + my_m + m < rows && first_n + my_n + n < columns)
                store(first_m + my_m + m, first_n + my_n + n, total[m][n]);
}
