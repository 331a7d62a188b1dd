// Random floats in [0, 1), the same to the last bit as on the CPU and in TensorFlow: Philox4x32-10.
//
// A block of four words is a function of a key and of a 128-bit counter, and of nothing else. So
// each thread makes the words of its own counters, in any order, and no state is kept or shared.
// `state` is int64 [counter low, counter high, key], in the card's memory: nobody waits for it.
//
// Launch: a thread for each block of four words, in blocks of 256 threads; see EACH.
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

template <typename T>
__global__ void uniform(const long long* __restrict__ state, T* __restrict__ y, long long size) {
    const int EACH_WORDS = sizeof(T) / 4, VALUES = 4 / EACH_WORDS;  // of a value, of a block
    for EACH (i, (size + VALUES - 1) / VALUES) {
        const unsigned long long low = state[0], counter = low + i;
        const unsigned long long carry = counter < low;
        unsigned words[4];
        philox(state[2], counter, state[1] + carry, words);
        for (int n = 0; n < VALUES; n++)
            if (i * VALUES + n < size) y[i * VALUES + n] = to_unit(words + n * EACH_WORDS, T(0));
    }
}
