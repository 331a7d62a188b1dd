// One instruction of tensor cores: a warp multiplies a matrix of 16 x 8 by one of 8 x 8, and adds
// the product to 16 x 8 results. Factors are in TF32, results in float32.
//
// None of the three matrices lies in memory: each of the warp's 32 threads holds a fragment of it in
// registers, 4 numbers of a, 2 of b and 4 of the results. Which ones is up to the card (PTX ISA,
// "Matrix Fragments for mma.m16n8k8"): with g = lane / 4 and t = lane % 4
//
//   a        0: (g, t)   1: (g + 8, t)   2: (g, t + 4)       3: (g + 8, t + 4)
//   b        0: (t, g)   1: (t + 4, g)
//   results  0: (g, 2t)  1: (g, 2t + 1)  2: (g + 8, 2t)      3: (g + 8, 2t + 1)
//
// Cards before sm_80, and the simulated one, have no such instruction: there each thread asks the
// others of its warp for what they hold of its rows and columns.

#pragma once
#include "common.cuh"

struct Fragments {
    __device__ static int m_of_a(int lane, int i) { return lane / 4 + i % 2 * 8; }
    __device__ static int k_of_a(int lane, int i) { return lane % 4 + i / 2 * 4; }
    __device__ static int k_of_b(int lane, int i) { return lane % 4 + i * 4; }
    __device__ static int n_of_b(int lane) { return lane / 4; }
    __device__ static int m_of_result(int lane, int i) { return lane / 4 + i / 2 * 8; }
    __device__ static int n_of_result(int lane, int i) { return lane % 4 * 2 + i % 2; }
};

// The nearest number of TF32: 13 digits fewer than float32 has. Of two that are as near, the one
// further from 0.
__device__ inline float to_tf32(float x) {
#if __CUDA_ARCH__ >= 800
    unsigned bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
    return __uint_as_float(bits);
#else
    return x != x ? x : __uint_as_float((__float_as_uint(x) + 0x1000) & ~0x1fff);
#endif
}

// d += a * b, of a whole warp.
__device__ inline void mma_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#if __CUDA_ARCH__ >= 800
    // volatile: it must not be moved to where some threads of the warp don't come.
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    const int g = threadIdx.x % WARP / 4, t = threadIdx.x % 4;
    for (int k = 0; k < 8; k++) {
        // Who holds column k of row g, and who row k of column 2t and of its neighbour.
        const int of_a = g * 4 + k % 4, of_b = t * 8 + k % 4;
        const float upper = __uint_as_float(__shfl_sync(ALL, a[k / 4 * 2], of_a));
        const float lower = __uint_as_float(__shfl_sync(ALL, a[k / 4 * 2 + 1], of_a));
        const float left = __uint_as_float(__shfl_sync(ALL, b[k / 4], of_b));
        const float right = __uint_as_float(__shfl_sync(ALL, b[k / 4], of_b + 4));
        d[0] = fma(upper, left, d[0]);
        d[1] = fma(upper, right, d[1]);
        d[2] = fma(lower, left, d[2]);
        d[3] = fma(lower, right, d[3]);
    }
#endif
}
