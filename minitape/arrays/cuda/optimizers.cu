// Optimizers: each weight's new value and state in one pass. The formulas stand in keras/optimizers.
//
// Launch: a thread for each weight, in blocks of 256; see EACH. Where a step renews several variables,
// one launch does: then the parameters up to `size`, which are one variable's own, are there for each
// of them, and blockIdx.y picks whose they are; optimizers.py writes that down. Blocks along x are as
// many as the largest variable needs, and those that a smaller one doesn't need end at once.
// Traffic: of Adam 28 bytes of float32 for a weight: gradient, weight, mean and mean square are read,
// all but the gradient written. Op by op, as NumPy's formula stands, it is 120.
// Why so: the learning rate and the number of steps are read from the card's memory. As arguments they
// would be fixed in a graph of launches; and reading them to pass them on would wait for the card.
// Most variables are small, biases say, and launching a kernel takes longer than renewing them.

#include "common.cuh"

template <typename T, typename R, typename I>
__global__ void adam(const T* __restrict__ g, const T* __restrict__ w, const T* __restrict__ m,
                     const T* __restrict__ v, const T* __restrict__ top, T* __restrict__ new_w,
                     T* __restrict__ new_m, T* __restrict__ new_v, T* __restrict__ new_top,
                     long long size, const R* __restrict__ rate, const I* __restrict__ iterations,
                     double beta_1, double beta_2, double epsilon) {
    // Means that start at 0 are too small at first. As Keras does, powers and differences are
    // taken in the weights' own precision.
    const T t = iterations[0] + 1;
    const T alpha = T(rate[0]) * (sqrt(1 - pow(T(beta_2), t)) / (1 - pow(T(beta_1), t)));
    const T share_1 = 1 - beta_1, share_2 = 1 - beta_2;
    for EACH (i, size) {
        const T mean = (g[i] - m[i]) * share_1 + m[i];
        const T square = (g[i] * g[i] - v[i]) * share_2 + v[i];
        T largest = square;
        if (top) {  // amsgrad
            largest = square > top[i] || square != square ? square : top[i];
            new_top[i] = largest;
        }
        new_m[i] = mean;
        new_v[i] = square;
        new_w[i] = w[i] - mean * alpha / (sqrt(largest) + T(epsilon));
    }
}

template <typename T, typename R>
__global__ void rmsprop(const T* __restrict__ g, const T* __restrict__ w, const T* __restrict__ v,
                        T* __restrict__ new_w, T* __restrict__ new_v, long long size,
                        const R* __restrict__ rate, double rho, double epsilon) {
    const T alpha = rate[0];
    for EACH (i, size) {
        const T square = v[i] * T(rho) + g[i] * g[i] * T(1 - rho);
        new_v[i] = square;
        new_w[i] = w[i] - g[i] * alpha / sqrt(square + T(epsilon));
    }
}

template <typename T, typename R>
__global__ void descent(const T* __restrict__ g, const T* __restrict__ w, T* __restrict__ new_w,
                        long long size, const R* __restrict__ rate) {
    const T alpha = rate[0];
    for EACH (i, size) new_w[i] = w[i] - g[i] * alpha;
}

template <typename T, typename R>
__global__ void momentum(const T* __restrict__ g, const T* __restrict__ w, const T* __restrict__ v,
                         T* __restrict__ new_w, T* __restrict__ new_v, long long size,
                         const R* __restrict__ rate, double share, int nesterov) {
    const T alpha = rate[0];
    for EACH (i, size) {
        const T step = g[i] * alpha, velocity = v[i] * T(share) - step;
        new_v[i] = velocity;
        new_w[i] = nesterov ? velocity * T(share) - step + w[i] : w[i] + velocity;
    }
}
