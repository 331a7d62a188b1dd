// Sums and maxima along axes. An array is seen as (outer, along, inner): the results are y[o, i],
// each of x[o, 0 .. along, i]. With means of the results' shape it is of the squared distances from
// these, which makes a variance.
//
// Two kernels, for two ways that the elements of a result lie in memory.
//   reduce_rows (inner = 1): a block for each result; its threads take the elements of the row in
//     turn, neighbours beside each other, and put their totals together.
//   reduce_columns: a thread for each result. Neighbours read beside each other again, as the
//     elements of one place along the axis lie so.
// Launch: where there are few results of many elements, blockIdx.y shares the axis out: y has a
// result for each share then, and a second launch puts these together. So the order of additions,
// and each bit of the sum, is the same in every run; with atomicAdd it would not be.
// Traffic: each element of x is read once: 4 bytes of float32.

#include "common.cuh"

template <typename T, typename How>
__global__ void reduce_rows(const T* __restrict__ x, const T* __restrict__ means,
                            T* __restrict__ y, long long along) {
    const long long from = along * blockIdx.y / gridDim.y;
    const long long to = along * (blockIdx.y + 1) / gridDim.y;
    const auto row = x + blockIdx.x * along;
    T total = How::template nothing<T>();
    for (long long i = from + threadIdx.x; i < to; i += blockDim.x) {
        const T distance = means ? row[i] - means[blockIdx.x] : T(0);
        total = How::of(means ? distance * distance : row[i], total);
    }
    total = over_block<How>(total);
    if (threadIdx.x == 0) y[(long long)blockIdx.y * gridDim.x + blockIdx.x] = total;
}

template <typename T, typename How>
__global__ void reduce_columns(const T* __restrict__ x, const T* __restrict__ means,
                               T* __restrict__ y, long long outer, long long along,
                               long long inner) {
    const long long from = along * blockIdx.y / gridDim.y;
    const long long to = along * (blockIdx.y + 1) / gridDim.y;
    for EACH (i, outer * inner) {
        const auto column = x + (i / inner * along * inner + i % inner);
        T total = How::template nothing<T>();
        for (long long n = from; n < to; n++) {
            const T distance = means ? column[n * inner] - means[i] : T(0);
            total = How::of(means ? distance * distance : column[n * inner], total);
        }
        y[blockIdx.y * outer * inner + i] = total;
    }
}
