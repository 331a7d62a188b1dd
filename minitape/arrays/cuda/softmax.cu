// softmax: y[n, c] = exp(x[n, c] - m[n]) / sum over c of exp(x[n, c] - m[n]), m the row's maximum.
// And its loss with whole labels: -log of what softmax gives the row's class.
//
// Launch: a block of 32 to 256 threads for each row, as many as the row has elements, about; they
// take elements 0, 1, 2, ... of it in turn. A row's sums go over shuffles and shared memory.
// Traffic: softmax reads x three times, the second and third time from the cache while rows are
// shorter than some thousand elements, and writes y once: 8 bytes an element of float32.
// Why so: a thread for each row would read 32 rows at once, with a row's length between the places
// that a warp reads; so it fetches 32 times as much as it needs at a time.

#include "common.cuh"

// The largest element of a row, and the sum of exp(x - largest): each thread of the block has them.
template <typename T, typename Row>
__device__ void add_up(Row row, int columns, T& most, T& total) {
    most = Largest::nothing<T>();
    for (int c = threadIdx.x; c < columns; c += blockDim.x) most = Largest::of(row[c], most);
    most = over_block<Largest>(most);
    total = 0;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) total += exp(row[c] - most);
    total = over_block<Sum>(total);
}

template <typename T>
__global__ void softmax(const T* __restrict__ x, T* __restrict__ y, int columns) {
    const auto row = x + (long long)blockIdx.x * columns;
    const auto result = y + (long long)blockIdx.x * columns;
    T most, total;
    add_up(row, columns, most, total);
    for (int c = threadIdx.x; c < columns; c += blockDim.x) result[c] = exp(row[c] - most) / total;
}

// loss[n] = log(sum over c of exp(x[n, c] - m[n])) - (x[n, label[n]] - m[n]).
// That labels are classes was found out before, see gather.cu; another one reads nothing, either.
template <typename T, typename L>
__global__ void cross_entropy(const T* __restrict__ x, const L* __restrict__ labels,
                              T* __restrict__ loss, int columns) {
    const auto row = x + (long long)blockIdx.x * columns;
    T most, total;
    add_up(row, columns, most, total);
    if (threadIdx.x == 0) {
        const L label = labels[blockIdx.x];
        if (label >= 0 && label < columns) loss[blockIdx.x] = log(total) - (row[label] - most);
    }
}

// y = softmax(x), less 1 at the row's label: what is left of the loss' derivative.
template <typename T, typename L>
__global__ void cross_entropy_grad(const T* __restrict__ x, const L* __restrict__ labels,
                                   T* __restrict__ y, int columns) {
    const auto row = x + (long long)blockIdx.x * columns;
    const auto result = y + (long long)blockIdx.x * columns;
    T most, total;
    add_up(row, columns, most, total);
    const L label = labels[blockIdx.x];
    for (int c = threadIdx.x; c < columns; c += blockDim.x)
        result[c] = exp(row[c] - most) / total - (c == label);
}
