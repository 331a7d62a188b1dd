// Random floats, from the bits that the CPU and TensorFlow have: Philox4x32-10.
//
// A block of four words is a function of a key and of a 128-bit counter, and of nothing else. So
// each thread makes the words of its own counters, in any order, and no state is kept or shared.
// `state` is int64 [counter low, counter high, key], in the card's memory: nobody waits for it.
//
//   uniform   floats, from the counter and key of a state on
//   normal    of mean 0 and standard deviation 1, by the Box-Muller transform
//   mixed     the state of an op with a seed of its own, two whole numbers: TensorFlow mixes them by
//             one block of words, so that the streams of 0, 1, 2, ... have nothing in common
//
// Launch: a thread for each block of four words, in blocks of 256 threads; see EACH. One for `mixed`.
// Traffic: each result is written once, 4 bytes of float32. Ten rounds of two multiplications make
// four words: on a card that is about as long as it takes to write them.
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

#include "common.cuh"

__device__ void philox(unsigned long long key, unsigned long long low, unsigned long long high,
                       unsigned* words) {
    unsigned c0 = low, c1 = low >> 32, c2 = high, c3 = high >> 32;
    unsigned k0 = key, k1 = key >> 32;
    for (int round = 0; round < 10; round++) {
        const unsigned high_0 = __umulhi(c0, 0xD2511F53u), low_0 = c0 * 0xD2511F53u;
        const unsigned high_1 = __umulhi(c2, 0xCD9E8D57u), low_1 = c2 * 0xCD9E8D57u;
        c0 = high_1 ^ c1 ^ k0;
        c1 = low_1;
        c2 = high_0 ^ c3 ^ k1;
        c3 = low_0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
}

// Random bits as the fraction of a number in [1, 2), less one.
__device__ float to_unit(const unsigned* words, float) {
    return __uint_as_float(words[0] & 0x7FFFFFu | 0x3F800000u) - 1;
}
__device__ double to_unit(const unsigned* words, double) {
    const unsigned long long high = words[0] & 0xFFFFFu | 0x3FF00000u;
    return __longlong_as_double(high << 32 | words[1]) - 1;
}

// The words of block i after a state.
__device__ void words_of(const long long low, const long long high, const long long key,
                         long long i, unsigned* words) {
    const unsigned long long counter = (unsigned long long)low + i;
    philox(key, counter, high + (counter < (unsigned long long)low), words);
}

template <typename T>
__global__ void uniform(const long long* __restrict__ state, T* __restrict__ y, long long size) {
    const int EACH_WORDS = sizeof(T) / 4, VALUES = 4 / EACH_WORDS;  // of a value, of a block
    for EACH (i, (size + VALUES - 1) / VALUES) {
        unsigned words[4];
        words_of(state[0], state[1], state[2], i, words);
        for (int n = 0; n < VALUES; n++)
            if (i * VALUES + n < size) y[i * VALUES + n] = to_unit(words + n * EACH_WORDS, T(0));
    }
}

// Pairs of normals, of pairs u, v of uniforms: sqrt(-2 log u) times the sine and cosine of 2 pi v.
// The logarithm is float64's, as on the CPU, which is nearer to TensorFlow's.
template <typename T>
__global__ void normal(const long long* __restrict__ state, T* __restrict__ y, long long size) {
    const int EACH_WORDS = sizeof(T) / 4, VALUES = 4 / EACH_WORDS;
    for EACH (i, (size + VALUES - 1) / VALUES) {
        unsigned words[4];
        words_of(state[0], state[1], state[2], i, words);
        for (int n = 0; n < VALUES; n += 2) {
            const T u = to_unit(words + n * EACH_WORDS, T(0));
            const T angle = to_unit(words + (n + 1) * EACH_WORDS, T(0)) * 6.283185307179586;
            const T radius = sqrt(T(-2) * T(log(double(u > T(1e-7) ? u : T(1e-7)))));
            if (i * VALUES + n < size) y[i * VALUES + n] = sin(angle) * radius;
            if (i * VALUES + n + 1 < size) y[i * VALUES + n + 1] = cos(angle) * radius;
        }
    }
}

template <typename I>
__global__ void mixed(const I* __restrict__ seed, long long* __restrict__ state,
                      unsigned long long key) {
    unsigned words[4];
    philox(key, seed[0], seed[1], words);
    state[0] = 0;
    state[1] = (unsigned long long)words[3] << 32 | words[2];
    state[2] = (unsigned long long)words[1] << 32 | words[0];
}
