// Normalization: y = (x - mean) * factor * gamma + beta, factor = 1 / sqrt(variance + epsilon), of a
// matrix x whose columns have a gamma and a beta each. Mean and variance are those of the row (a
// layer's normalization) or of the column (a batch's). And its derivative, for a cotangent g of y:
// with z = (x - mean) * factor and h = g * gamma, and means over the row or column,
//   dx = (h - mean(h) - z * mean(h * z)) * factor, dgamma = sum of g * z, dbeta = sum of g.
//
// Launch: for rows a block of 32 to 256 threads for each, which take elements 0, 1, 2, ... in turn.
//   For columns 256 threads of up to 32 columns, so that neighbours read neighbours; a thread stays
//   in its column, and blockIdx.y shares out the rows. Where there are several shares each has a
//   result, and a second launch puts these together in their order: so each bit is the same in
//   every run.
// Traffic: of float32, 8 bytes an element for rows, whose elements are in the cache when they are read
//   for the second and third time, and 12 for columns; 12 for dx, and 8 for the sums of columns.
// Why so: a variance that is the mean square less the mean's square has no correct digit where the mean
//   is some thousand times the deviation. Rows are read once more for it, with the mean at hand;
//   columns don't stay in the cache, so each thread corrects its mean and sum of squared distances
//   with every element (Welford, 1962), and those of two threads are put together alike. From all
//   elements the first one is taken: then the mean is a small number, which is rounded to less.

#include "common.cuh"

// The rows that a thread takes of its column, one by one.
#define EACH_ROW(r, rows)                                                                          \
    (long long r = (rows) * blockIdx.y / gridDim.y + threadIdx.y,                                  \
               r##_end = (rows) * (blockIdx.y + 1) / gridDim.y;                                    \
     r < r##_end; r += blockDim.y)

const int THREADS = 256;

// What is known of some numbers: how many, their mean, the sum of squared distances from it.
template <typename T>
struct Moments {
    T count, mean, squares;
    __device__ void add(T more, T other, T others) {
        const T both = count + more, distance = other - mean;
        mean += distance * (more / both);
        squares += others + distance * distance * (count * more / both);
        count = both;
    }
};

// -- rows ------------------------------------------------------------------------------------------

template <typename T>
__global__ void normalize_rows(const T* __restrict__ x, const T* __restrict__ gamma,
                               const T* __restrict__ beta, T* __restrict__ y, T* __restrict__ mean,
                               T* __restrict__ variance, int columns, double epsilon) {
    const auto row = x + (long long)blockIdx.x * columns;
    const auto result = y + (long long)blockIdx.x * columns;
    const T first = row[0];
    T total = 0, squares = 0;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) total += row[c] - first;
    const T middle = over_block<Sum>(total) / columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        const T distance = row[c] - first - middle;
        squares += distance * distance;
    }
    squares = over_block<Sum>(squares) / columns;
    const T factor = 1 / sqrt(squares + T(epsilon));
    for (int c = threadIdx.x; c < columns; c += blockDim.x)
        result[c] = (row[c] - first - middle) * factor * gamma[c] + beta[c];
    if (threadIdx.x == 0) {
        mean[blockIdx.x] = first + middle;
        variance[blockIdx.x] = squares;
    }
}

template <typename T>
__global__ void normalize_rows_grad(const T* __restrict__ g, const T* __restrict__ x,
                                    const T* __restrict__ gamma, const T* __restrict__ mean,
                                    const T* __restrict__ variance, T* __restrict__ dx,
                                    int columns, double epsilon) {
    const long long start = (long long)blockIdx.x * columns;
    const T middle = mean[blockIdx.x], factor = 1 / sqrt(variance[blockIdx.x] + T(epsilon));
    T h = 0, hz = 0;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        h += g[start + c] * gamma[c];
        hz += g[start + c] * gamma[c] * ((x[start + c] - middle) * factor);
    }
    h = over_block<Sum>(h) / columns;
    hz = over_block<Sum>(hz) / columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        const T z = (x[start + c] - middle) * factor;
        dx[start + c] = (g[start + c] * gamma[c] - h - z * hz) * factor;
    }
}

// -- columns ---------------------------------------------------------------------------------------

// Each column's mean and variance or, for each of several shares, the mean less the first element and
// the squared distances' sum. The second time these are `means` and `squares`, each row of a share.
template <typename T>
__global__ void moments_of_columns(const T* __restrict__ x, const T* __restrict__ means,
                                   const T* __restrict__ squares, T* __restrict__ mean,
                                   T* __restrict__ variance, long long all, long long rows,
                                   int columns) {
    __shared__ Moments<T> of_threads[THREADS];
    const int c = blockIdx.x * blockDim.x + threadIdx.x;
    const T first = c < columns ? x[c] : T(0);
    Moments<T> found = {0, 0, 0};
    if (c < columns)
        for EACH_ROW(r, rows) {
            const long long i = r * columns + c;
            if (means)
                found.add(all * (r + 1) / rows - all * r / rows, means[i], squares[i]);
            else
                found.add(1, x[i] - first, 0);
        }
    auto mine = of_threads + threadIdx.y * blockDim.x + threadIdx.x;
    *mine = found;
    for (int n = blockDim.y / 2; n > 0; n /= 2) {
        __syncthreads();
        const auto other = mine + n * blockDim.x;
        if (threadIdx.y < n && other->count > 0)
            mine->add(other->count, other->mean, other->squares);
    }
    if (threadIdx.y == 0 && c < columns) {
        const long long i = (long long)blockIdx.y * columns + c;
        mean[i] = gridDim.y > 1 ? mine->mean : first + mine->mean;
        variance[i] = gridDim.y > 1 ? mine->squares : mine->squares / all;
    }
}

template <typename T>
__global__ void normalize_columns(const T* __restrict__ x, const T* __restrict__ gamma,
                                  const T* __restrict__ beta, const T* __restrict__ mean,
                                  const T* __restrict__ variance, T* __restrict__ y,
                                  long long rows, int columns, double epsilon) {
    const int c = blockIdx.x * blockDim.x + threadIdx.x;
    if (c >= columns) return;
    const T middle = mean[c], shift = beta[c];
    const T factor = gamma[c] / sqrt(variance[c] + T(epsilon));
    for EACH_ROW(r, rows) y[r * columns + c] = (x[r * columns + c] - middle) * factor + shift;
}

// Of each column the sums of g and of g * z; mean and variance are the rows' or the columns'.
template <typename T>
__global__ void sums_of_columns(const T* __restrict__ g, const T* __restrict__ x,
                                const T* __restrict__ mean, const T* __restrict__ variance,
                                T* __restrict__ sums, long long rows, int columns, double epsilon,
                                bool of_rows) {
    __shared__ T of_g[THREADS], of_gz[THREADS];
    const int c = blockIdx.x * blockDim.x + threadIdx.x;
    T total = 0, total_z = 0;
    if (c < columns)
        for EACH_ROW(r, rows) {
            const long long n = of_rows ? r : c;
            const T z = (x[r * columns + c] - mean[n]) / sqrt(variance[n] + T(epsilon));
            total += g[r * columns + c];
            total_z += g[r * columns + c] * z;
        }
    const int mine = threadIdx.y * blockDim.x + threadIdx.x;
    of_g[mine] = total;
    of_gz[mine] = total_z;
    for (int n = blockDim.y / 2; n > 0; n /= 2) {
        __syncthreads();
        if (threadIdx.y < n) {
            of_g[mine] += of_g[mine + n * blockDim.x];
            of_gz[mine] += of_gz[mine + n * blockDim.x];
        }
    }
    if (threadIdx.y == 0 && c < columns) {
        sums[2ll * blockIdx.y * columns + c] = of_g[mine];
        sums[(2ll * blockIdx.y + 1) * columns + c] = of_gz[mine];
    }
}

template <typename T>
__global__ void normalize_columns_grad(const T* __restrict__ g, const T* __restrict__ x,
                                       const T* __restrict__ gamma, const T* __restrict__ mean,
                                       const T* __restrict__ variance, const T* __restrict__ sums,
                                       T* __restrict__ dx, long long rows, int columns,
                                       double epsilon) {
    const int c = blockIdx.x * blockDim.x + threadIdx.x;
    if (c >= columns) return;
    const T middle = mean[c], factor = 1 / sqrt(variance[c] + T(epsilon));
    const T of_g = sums[c] / rows, of_gz = sums[columns + c] / rows;
    for EACH_ROW(r, rows) {
        const T z = (x[r * columns + c] - middle) * factor;
        dx[r * columns + c] = (g[r * columns + c] - of_g - z * of_gz) * (factor * gamma[c]);
    }
}
