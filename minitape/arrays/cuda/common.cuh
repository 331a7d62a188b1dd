// What the kernels share: the loop over a grid's elements, and sums within a warp and a block.

#pragma once

// Every thread of the grid takes element i = its own number, then goes on by the number of threads
// in the grid, until all are done: so a grid of any size does the work, and neighbouring threads
// touch neighbouring elements, which the card fetches together.
#define EACH(i, size)                                                                          \
    (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < (size);               \
     i += (long long)gridDim.x * blockDim.x)

const int WARP = 32;
const unsigned ALL = 0xffffffffu;  // all threads of a warp take part

struct Sum {
    template <typename T>
    __device__ static T of(T a, T b) { return a + b; }
    template <typename T>
    __device__ static T nothing() { return 0; }
};

struct Largest {  // nan wins, as in NumPy
    template <typename T>
    __device__ static T of(T a, T b) { return a > b || a != a ? a : b; }
    template <typename T>
    __device__ static T nothing() { return -1 / T(0); }
};

// The values of a warp's 32 threads, put together: thread 0 has the result. Half of the threads
// hand their value to the other half, then a quarter to a quarter, ...: five steps, always in the
// same order.
template <typename How, typename T>
__device__ T over_warp(T value) {
    for (int n = WARP / 2; n > 0; n /= 2)
        value = How::of(value, __shfl_down_sync(ALL, value, n));
    return value;
}

// The values of all threads of a block, put together: every thread has the result. Each warp's
// goes to shared memory, and the first warp puts those together. The block has whole warps, in
// one row.
template <typename How, typename T>
__device__ T over_block(T value) {
    __shared__ T of_warps[WARP];
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    value = over_warp<How>(value);
    if (lane == 0) of_warps[warp] = value;
    __syncthreads();
    if (warp == 0) {
        value = lane < blockDim.x / WARP ? of_warps[lane] : How::template nothing<T>();
        value = over_warp<How>(value);
        if (lane == 0) of_warps[0] = value;
    }
    __syncthreads();
    value = of_warps[0];
    __syncthreads();  // before a next call writes there
    return value;
}
