// The maximum of each window over images (batch, height, width, channels), and the way back. nan is
// passed over as long as there is a number in the window; of equal pixels the first is the maximum.
//
//   max_pool       y[n, i, j, c]  = max over (r, s) of x[n, i * down - top + r, j * right - left + s, c]
//   max_pool_grad  dx[n, p, q, c] = sum of g[n, i, j, c] over the windows whose maximum (p, q) is
//
// Launch: a thread for each result, in blocks of 256; see EACH. Neighbours are channels of a pixel.
// Traffic: a window's pixels are read once for each window that sees them: with windows side by side
// that is each pixel once, 4 bytes of float32, and each result is written once. The way back reads y
// and g for each window that sees a pixel, and that window's pixels up to the maximum.
// Why so: a thread for each window would have to add to pixels that other threads add to, where
// windows overlap, in any order. A thread for each pixel adds up what comes to it by itself.

#include "common.cuh"

template <typename T>
__global__ void max_pool(const T* __restrict__ x, T* __restrict__ y, long long size, int height,
                         int width, int channels, int steps_down, int steps_right, int rows,
                         int columns, int down, int right, int top, int left) {
    for EACH (i, size) {
        const int c = i % channels, b = i / channels % steps_right;
        const int a = i / channels / steps_right % steps_down;
        const auto image = x + i / channels / steps_right / steps_down * height * width * channels;
        T best = T(0) / T(0);
        for (int p = max(0, a * down - top); p < min(height, a * down - top + rows); p++)
            for (int q = max(0, b * right - left); q < min(width, b * right - left + columns); q++) {
                const T pixel = image[((long long)p * width + q) * channels + c];
                if (pixel > best || best != best) best = pixel;
            }
        y[i] = best;
    }
}

template <typename T>
__global__ void max_pool_grad(const T* __restrict__ g, const T* __restrict__ x,
                              const T* __restrict__ y, T* __restrict__ dx, long long size,
                              int height, int width, int channels, int steps_down, int steps_right,
                              int rows, int columns, int down, int right, int top, int left) {
    for EACH (i, size) {
        const int c = i % channels, q = i / channels % width, p = i / channels / width % height;
        const long long n = i / channels / width / height;
        const auto image = x + n * height * width * channels;
        T total = 0;
        // The windows (a, b) that see the pixel (p, q).
        for (int a = max(0, (p + top - rows + down) / down); a < steps_down; a++) {
            if (a * down - top > p) break;
            for (int b = max(0, (q + left - columns + right) / right); b < steps_right; b++) {
                if (b * right - left > q) break;
                const long long place =
                    ((n * steps_down + a) * steps_right + b) * channels + c;
                const T best = y[place];
                // Whether an earlier pixel of the window is the maximum already.
                bool found = false;
                for (int r = max(0, a * down - top); r <= p && !found; r++)
                    for (int s = max(0, b * right - left);
                         s < min(width, b * right - left + columns) && !found; s++) {
                        if (r == p && s >= q) break;
                        const T pixel = image[((long long)r * width + s) * channels + c];
                        found = pixel == best || best != best;
                    }
                const T pixel = image[((long long)p * width + q) * channels + c];
                if (!found && (pixel == best || best != best)) total += g[place];
            }
        }
        dx[i] = total;
    }
}
