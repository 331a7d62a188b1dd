// What all windows see in images, written down as a matrix, and the way back: a convolution is then
// one product of matrices. Images are (batch, depth, height, width, channels); with fewer axes the
// first ones have a length of 1.
//
//   im2col  matrix[(n, windows' steps), (place in the window, channel)] = the pixel seen there, or 0
//           beyond the border
//   col2im  x[n, pixel, channel] = sum of the matrix's elements at which im2col would write it
//
// Launch: a thread for each result, in blocks of 256; see EACH. Neighbours are channels of a pixel.
// Traffic: im2col writes each element of the matrix once, 4 bytes of float32, and reads its pixel,
// most times from the cache. col2im reads each element once, and writes each pixel once.
// Why so: a thread for each element of the matrix would, on the way back, have to add to pixels that
// others add to, in any order. A thread for each pixel finds the windows that see it, and adds up
// what they send always in the same order.

#include "common.cuh"

// How windows lie along one axis of the images.
struct Axis {
    int length, steps, places, stride, spread, before;

    // The pixel that the window at a step has in a place of it; it may lie beyond the border.
    __device__ int pixel(int step, int place) const {
        return step * stride - before + place * spread;
    }
    __device__ bool has(int pixel) const { return pixel >= 0 && pixel < length; }
    // The step of the window that has a pixel in that place; below 0 if there is none.
    __device__ int step(int pixel, int place) const {
        const int from_first = pixel + before - place * spread;
        if (from_first % stride || from_first / stride >= steps) return -1;
        return from_first / stride;
    }
};

// Takes the last index off a number that counts through several.
__device__ int last_index(long long& number, int length) {
    const int index = number % length;
    number /= length;
    return index;
}

template <typename T>
__global__ void im2col(const T* __restrict__ x, T* __restrict__ matrix, long long size,
                       int channels, int length_0, int steps_0, int places_0, int stride_0,
                       int spread_0, int before_0, int length_1, int steps_1, int places_1,
                       int stride_1, int spread_1, int before_1, int length_2, int steps_2,
                       int places_2, int stride_2, int spread_2, int before_2) {
    const Axis depth = {length_0, steps_0, places_0, stride_0, spread_0, before_0};
    const Axis height = {length_1, steps_1, places_1, stride_1, spread_1, before_1};
    const Axis width = {length_2, steps_2, places_2, stride_2, spread_2, before_2};
    for EACH (i, size) {
        long long n = i;
        const int channel = last_index(n, channels), place_2 = last_index(n, places_2);
        const int place_1 = last_index(n, places_1), place_0 = last_index(n, places_0);
        const int r = width.pixel(last_index(n, steps_2), place_2);
        const int q = height.pixel(last_index(n, steps_1), place_1);
        const int p = depth.pixel(last_index(n, steps_0), place_0);
        const long long pixel = ((n * length_0 + p) * length_1 + q) * length_2 + r;
        const bool inside = depth.has(p) && height.has(q) && width.has(r);
        matrix[i] = inside ? x[pixel * channels + channel] : T(0);
    }
}

template <typename T>
__global__ void col2im(const T* __restrict__ matrix, T* __restrict__ x, long long size,
                       int channels, int length_0, int steps_0, int places_0, int stride_0,
                       int spread_0, int before_0, int length_1, int steps_1, int places_1,
                       int stride_1, int spread_1, int before_1, int length_2, int steps_2,
                       int places_2, int stride_2, int spread_2, int before_2) {
    const Axis depth = {length_0, steps_0, places_0, stride_0, spread_0, before_0};
    const Axis height = {length_1, steps_1, places_1, stride_1, spread_1, before_1};
    const Axis width = {length_2, steps_2, places_2, stride_2, spread_2, before_2};
    for EACH (i, size) {
        long long n = i;
        const int channel = last_index(n, channels), r = last_index(n, length_2);
        const int q = last_index(n, length_1), p = last_index(n, length_0);
        T total = 0;
        for (int place_0 = 0; place_0 < places_0; place_0++) {
            const int a = depth.step(p, place_0);
            for (int place_1 = 0; place_1 < places_1 && a >= 0; place_1++) {
                const int b = height.step(q, place_1);
                for (int place_2 = 0; place_2 < places_2 && b >= 0; place_2++) {
                    const int c = width.step(r, place_2);
                    if (c < 0) continue;
                    const long long row = ((n * steps_0 + a) * steps_1 + b) * steps_2 + c;
                    const int place = (place_0 * places_1 + place_1) * places_2 + place_2;
                    const int places = places_0 * places_1 * places_2;
                    total += matrix[(row * places + place) * channels + channel];
                }
            }
        }
        x[i] = total;
    }
}
