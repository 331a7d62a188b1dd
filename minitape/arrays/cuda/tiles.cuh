// The product of two matrices, tile by tile: y[m, n] = sum over k of a(m, k) * b(k, n), where a and
// b are functions that fetch an element from wherever it lies. gemm.cu fetches from matrices,
// conv.cu from images, without ever writing down the matrix of all that windows see.
//
// A block makes TILE_M x TILE_N results, which its threads keep in registers. Step by step it brings
// TILE_K columns of a and as many rows of b to shared memory, and multiplies what is there. Who does
// is a class, Tiles: here each thread makes EACH_M x EACH_N results with fma, in tensor.cuh each warp
// does with tensor cores.
// Traffic: each element of a is fetched once for each tile along n, and of b for each along m: with
// tiles of 128 x 128 that is 1/16 byte of float32 for each multiplication, which a card that moves
// 3 TB a second can feed to 50 TFLOP/s and more. From shared memory a thread reads EACH_M + EACH_N
// numbers for EACH_M * EACH_N multiplications.
// Why so: a thread for each result would fetch 8 bytes for each multiplication. While a tile is
// multiplied the next one is on its way from memory to registers, so that nobody waits for it. It is
// then written beside the one that slower threads may still read: one barrier for each step will do.

#pragma once
#include "common.cuh"

// How a block's threads share out a tile of LONG x TILE_K elements: place e is (along, k). Threads
// that are neighbours take neighbours along the axis whose elements lie beside each other: eight if
// that is k, as 32 bytes are what memory is fetched in, and with more of them threads would write to
// the same bank of shared memory.
template <bool K_IS_INNER, int LONG>
struct Places {
    __device__ static int along(int e) { return K_IS_INNER ? e / 8 % LONG : e % LONG; }
    __device__ static int k(int e) { return K_IS_INNER ? e / 8 / LONG * 8 + e % 8 : e / LONG; }
};

// How many tiles there are along an axis of the results, and of all.
template <int LONG>
__device__ int tiles_along(int axis) { return (axis + LONG - 1) / LONG; }

template <typename Tiles>
__device__ int tiles_of(int rows, int columns) {
    return tiles_along<Tiles::M>(rows) * tiles_along<Tiles::N>(columns);
}

// Makes the results of k from `first` to `last` of the block's tile, which is number `tile` of those
// of all rows and columns, and calls store(m, n, result).
template <typename Tiles, bool A_BY_ROWS, bool B_BY_ROWS, typename A, typename B,
          typename Store>
__device__ void multiply_tiles(int tile, int rows, int columns, int first, int last, A a, B b,
                               Store store) {
    typedef typename Tiles::Number T;
    const int TILE_M = Tiles::M, TILE_N = Tiles::N, TILE_K = Tiles::K;
    const int THREADS = Tiles::THREADS, APART = Tiles::APART;
    const int SHARE_A = TILE_M * TILE_K / THREADS, SHARE_B = TILE_N * TILE_K / THREADS;
    typedef Places<A_BY_ROWS, TILE_M> InA;
    typedef Places<!B_BY_ROWS, TILE_N> InB;
    // Some columns more than are needed, or else threads would use the same bank of memory.
    __shared__ __align__(16) T tile_a[2][TILE_K][TILE_M + APART];
    __shared__ __align__(16) T tile_b[2][TILE_K][TILE_N + APART];

    const int along_n = tiles_along<TILE_N>(columns);
    const int first_m = tile / along_n * TILE_M, first_n = tile % along_n * TILE_N;
    T coming_a[SHARE_A], coming_b[SHARE_B];
    Tiles results;

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
    int now = 0;  // which of the two tiles is multiplied
    for (int first_k = first; first_k < last; first_k += TILE_K) {
        for (int i = 0; i < SHARE_A; i++) {
            const int e = threadIdx.x + i * THREADS;
            tile_a[now][InA::k(e)][InA::along(e)] = Tiles::rounded(coming_a[i]);
        }
        for (int i = 0; i < SHARE_B; i++) {
            const int e = threadIdx.x + i * THREADS;
            tile_b[now][InB::k(e)][InB::along(e)] = Tiles::rounded(coming_b[i]);
        }
        __syncthreads();
        fetch(first_k + TILE_K);
        results.add(tile_a[now], tile_b[now]);
        now = 1 - now;
    }
    results.each([&](int m, int n, T result) {
        if (first_m + m < rows && first_n + n < columns) store(first_m + m, first_n + n, result);
    });
}

// Each thread of a block makes EACH_M x EACH_N results of a tile. It takes four neighbours, and so
// reads them from shared memory at once, then four others further on: so the threads of a warp read
// neighbouring memory.
template <typename T, int TILE_M, int TILE_N, int TILE_K, int EACH_M, int EACH_N>
struct ByThread {
    typedef T Number;
    static const int M = TILE_M, N = TILE_N, K = TILE_K, APART = 4;
    static const int ALONG_M = TILE_M / EACH_M, ALONG_N = TILE_N / EACH_N;
    static const int THREADS = ALONG_M * ALONG_N;
    // On a processor at a time, if registers suffice for it: 128 for each thread.
    static const int BLOCKS = __CUDA_ARCH__ >= 900 && sizeof(T) == 4 ? 2 : 1;
    T total[EACH_M][EACH_N] = {};

    // Where the thread's i-th row or column is, with so many threads along it and so many for each.
    template <int THREADS_ALONG, int EACH_OF_IT>
    __device__ static int place(int thread, int i) {
        const int PIECE = EACH_OF_IT < 4 ? EACH_OF_IT : 4;
        return (i / PIECE * THREADS_ALONG + thread) * PIECE + i % PIECE;
    }
    __device__ static int row(int i) {
        return place<ALONG_M, EACH_M>(threadIdx.x / ALONG_N, i);
    }
    __device__ static int column(int i) {
        return place<ALONG_N, EACH_N>(threadIdx.x % ALONG_N, i);
    }

    __device__ static T rounded(T x) { return x; }

    __device__ void add(const T (&a)[K][M + APART], const T (&b)[K][N + APART]) {
        for (int k = 0; k < K; k++) {
            T of_a[EACH_M], of_b[EACH_N];
            for (int m = 0; m < EACH_M; m++) of_a[m] = a[k][row(m)];
            for (int n = 0; n < EACH_N; n++) of_b[n] = b[k][column(n)];
            for (int m = 0; m < EACH_M; m++)
                for (int n = 0; n < EACH_N; n++) total[m][n] = fma(of_a[m], of_b[n], total[m][n]);
        }
    }

    template <typename Store>
    __device__ void each(Store store) const {
        for (int m = 0; m < EACH_M; m++)
            for (int n = 0; n < EACH_N; n++) store(row(m), column(n), total[m][n]);
    }
};
