// Rows of a table that are named by numbers, and the way back: rows that are added to those named.
//
//   gather_rows          y[n, c] = x[index[n], c]
//   scatter_add          y[index[n], c] += x[n, c], where y is 0 before; in any order
//   scatter_add_in_order the same, in the order of n: the same bits in every run
//
// Launch: a thread for each element, in blocks of 256; see EACH. Neighbours are elements of a row.
// Traffic: gather_rows and scatter_add read and write each element once, 8 bytes of float32, and a
// number for each. scatter_add_in_order reads all numbers for each row of y, most times from the
// cache.
// Why so: where two rows have the same number, scatter_add needs atomic additions, which happen in
// the order in which threads come to them; sums of floats depend on it. In order each row of y has
// threads of its own, which look for the rows that are added to it.
// A number that names no row is passed over. That there is none, `look` has found out before:
//
//   look                 wrong[0] = 1 if index[n] < least or index[n] >= end, for any n

#include "common.cuh"

template <typename I>
__global__ void look(const I* __restrict__ index, int* __restrict__ wrong, long long least,
                     long long end, long long count) {
    for EACH (i, count)
        if (index[i] < least || index[i] >= end) wrong[0] = 1;
}

template <typename T, typename I>
__global__ void gather_rows(const T* __restrict__ x, const I* __restrict__ index,
                            T* __restrict__ y, long long count, long long rows, long long width) {
    for EACH (i, count * width) {
        const I row = index[i / width];
        if (row >= 0 && row < rows) y[i] = x[row * width + i % width];
    }
}

template <typename T, typename I>
__global__ void scatter_add(const T* __restrict__ x, const I* __restrict__ index,
                            T* __restrict__ y, long long count, long long rows, long long width) {
    for EACH (i, count * width) {
        const I row = index[i / width];
        if (row >= 0 && row < rows)
            atomicAdd(&y[row * width + i % width], x[i]);
    }
}

template <typename T, typename I>
__global__ void scatter_add_in_order(const T* __restrict__ x, const I* __restrict__ index,
                                     T* __restrict__ y, long long count, long long rows,
                                     long long width) {
    for EACH (i, rows * width) {
        T total = 0;
        for (long long n = 0; n < count; n++)
            if (index[n] == i / width) total += x[n * width + i % width];
        y[i] = total;
    }
}
