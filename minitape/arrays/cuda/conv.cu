// Convolution of images, (batch, height, width, channels), with filters (rows, columns, channels,
// filters), and its two derivatives. Each is a product of matrices, see tiles.cuh, one of which is
// never written down: what all windows see (im2col) would take up as many copies of the images as
// a window has pixels. Its elements are fetched from the images, and are 0 beyond their border.
//
//   conv         y[n, i, j, f]  = sum over (r, s, c) of x[n, i_r, j_s, c] * w[r, s, c, f]
//   conv_input   dx[n, p, q, c] = sum over (r, s, f) of g[n, i, j, f] * w[r, s, c, f], of the windows
//                                 (i, j) whose place (r, s) is the pixel (p, q)
//   conv_filter  dw[r, s, c, f] = sum over (n, i, j) of x[n, i_r, j_s, c] * g[n, i, j, f]
//   with i_r = i * step_down - top + r * spread_down, and j_s alike.
//
// Launch: a block of 256 threads for each tile of results. conv_filter has few results and long
// sums: blockIdx.y shares those out, each share gives a dw of its own, and the caller adds them up,
// always in the same order.
// Traffic: that of tiles.cuh. A pixel is fetched once for each place of the window that sees it,
// most times from the cache, as neighbouring windows share their pixels.

#include "tensor.cuh"

// How windows lie over the images.
struct Windows {
    int height, width, channels, down, right, rows, columns, step_down, step_right;
    int spread_down, spread_right, top, left;

    // What the window at a position, (n, i, j) as one number, sees in a place of it, (r, s, c).
    template <typename T, typename Images>
    __device__ T seen(const Images& x, int position, int place) const {
        const int j = position % right, i = position / right % down, n = position / right / down;
        const int c = place % channels, s = place / channels % columns;
        const int r = place / channels / columns;
        const int p = i * step_down - top + r * spread_down;
        const int q = j * step_right - left + s * spread_right;
        if (p < 0 || p >= height || q < 0 || q >= width) return 0;
        return x[(((long long)n * height + p) * width + q) * channels + c];
    }
};

template <typename T, typename Tiles>
__global__ void conv(const T* __restrict__ x, const T* __restrict__ w, const T* __restrict__ bias,
                     T* __restrict__ y, int images, int filters, int then_relu, int height,
                     int width, int channels, int down, int right, int rows, int columns,
                     int step_down, int step_right, int spread_down, int spread_right, int top,
                     int left) {
    const Windows windows = {height,    width,      channels,    down,         right, rows, columns,
                             step_down, step_right, spread_down, spread_right, top,   left};
    const int inner = rows * columns * channels;
    multiply_tiles<Tiles, true, true>(
        blockIdx.x, images * down * right, filters, 0, inner,
        [&](int m, int k) { return windows.seen<T>(x, m, k); },
        [&](int k, int n) { return w[(long long)k * filters + n]; },
        [&](int m, int n, T result) {
            if (bias) result += bias[n];
            if (then_relu && result <= 0) result = 0;
            y[(long long)m * filters + n] = result;
        });
}

template <typename T, typename Tiles>
__global__ void conv_input(const T* __restrict__ w, const T* __restrict__ g, T* __restrict__ dx,
                           int images, int filters, int height, int width, int channels, int down,
                           int right, int rows, int columns, int step_down, int step_right,
                           int spread_down, int spread_right, int top, int left) {
    const int inner = rows * columns * filters;
    multiply_tiles<Tiles, true, false>(
        blockIdx.x, images * height * width, channels, 0, inner,
        [&](int m, int k) {
            const int q = m % width, p = m / width % height, n = m / width / height;
            const int f = k % filters, s = k / filters % columns, r = k / filters / columns;
            const int i = p + top - r * spread_down, j = q + left - s * spread_right;
            if (i < 0 || j < 0 || i % step_down || j % step_right) return T(0);
            if (i / step_down >= down || j / step_right >= right) return T(0);
            return g[(((long long)n * down + i / step_down) * right + j / step_right) * filters +
                     f];
        },
        [&](int k, int c) {
            const int f = k % filters, place = k / filters;
            return w[((long long)place * channels + c) * filters + f];
        },
        [&](int m, int c, T result) { dx[(long long)m * channels + c] = result; });
}

template <typename T, typename Tiles>
__global__ void conv_filter(const T* __restrict__ x, const T* __restrict__ g, T* __restrict__ dw,
                            int images, int filters, int height, int width, int channels,
                            int down, int right, int rows, int columns, int step_down,
                            int step_right, int spread_down, int spread_right, int top,
                            int left) {
    const Windows windows = {height,    width,      channels,    down,         right, rows, columns,
                             step_down, step_right, spread_down, spread_right, top,   left};
    const int places = rows * columns * channels, positions = images * down * right;
    const int first = (long long)positions * blockIdx.y / gridDim.y;
    const int last = (long long)positions * (blockIdx.y + 1) / gridDim.y;
    const auto result_of_share = dw + (long long)blockIdx.y * places * filters;
    multiply_tiles<Tiles, false, true>(
        blockIdx.x, places, filters, first, last,
        [&](int m, int k) { return windows.seen<T>(x, k, m); },
        [&](int k, int f) { return g[(long long)k * filters + f]; },
        [&](int m, int f, T result) { result_of_share[(long long)m * filters + f] = result; });
}
