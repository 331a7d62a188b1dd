// CUDA C++ on a CPU: as much of the language as the kernels in the folder above this one need.
//
// One block runs at a time, and in it one thread at a time. Each thread is a fiber, with a stack of
// its own: it runs until it ends or comes to a barrier, and then hands over to the next. Nothing
// happens at the same time, so each run gives the same bits. Threads take their turns forwards or
// backwards, by choice; a result that depends on the choice lacks a barrier.
//
// compiler.py includes this file before a kernel's own, makes `Array`s of the pointers in the
// kernel's signature, and adds a KERNEL line for each kernel. It says how many threads a block may
// have: MOST_THREADS.
//
// Most of the time that a kernel takes to be compiled goes into headers: these are few and small,
// and nothing of the C++ library needs to be linked.

#pragma once
#include <cmath>
#include <cstdio>
#include <cstring>
#include <setjmp.h>
#include <stdlib.h>
#include <ucontext.h>
#include <utility>

#define __global__ static
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static  // a block has it to itself, as no other one runs meanwhile
#define __align__(n) __attribute__((aligned(n)))
#define __CUDA_ARCH__ 0  // older than any card: it has no instructions but those of C++

using std::abs, std::ceil, std::cos, std::cosh, std::erf, std::exp, std::expm1, std::floor,
    std::fma, std::fmax, std::fmin, std::fmod, std::isfinite, std::isinf, std::isnan, std::log,
    std::log1p, std::lgamma, std::pow, std::rint, std::sin, std::sinh, std::sqrt, std::tan,
    std::tanh, std::acos, std::acosh, std::asin, std::asinh, std::atan, std::atan2, std::atanh,
    std::trunc;

template <class T>
static T max(T a, T b) {
    return a < b ? b : a;
}
template <class T>
static T min(T a, T b) {
    return b < a ? b : a;
}

struct dim3 {
    unsigned x, y, z;
};
static dim3 threadIdx, blockIdx, blockDim, gridDim;
static const int warpSize = 32;

namespace simulator {

// -- who watches is called with what a thread does ------------------------------------------------

enum Event { READS, WRITES, WAITS };
// (event, block, thread in it, number of the array among the arguments, element)
static void (*watcher)(int, long long, int, int, long long) = nullptr;

static void tell(Event event, int array, long long element) {
    if (!watcher) return;
    const long long block = blockIdx.x + 1ll * gridDim.x * (blockIdx.y + 1ll * gridDim.y * blockIdx.z);
    const int thread =
        threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    watcher(event, block, thread, array, element);
}

// -- threads ---------------------------------------------------------------------------------------

enum State { READY, AT_BLOCK_BARRIER, AT_WARP_BARRIER, DONE };

struct Thread {
    State state;
    jmp_buf place;                // where it goes on
    unsigned long long shuffled;  // what it shows the others of its warp
};

static const int STACK = 64 << 10;
static Thread threads[MOST_THREADS];
static char* stacks[MOST_THREADS];  // made as they are needed, one for each fiber
static jmp_buf scheduler;
static int current, count;  // threads of the block: the one whose turn it is, and how many
static int begun, wanted;   // how many have begun, and how many may for now
static bool failed, backwards;
static void (*kernel)(void**);
static void** arguments;

static void take_turn(int number) {
    current = number;
    threadIdx = {number % blockDim.x, number / blockDim.x % blockDim.y,
                 number / (blockDim.x * blockDim.y)};
}

// What a fiber does: it runs one thread after the other, until one of them waits. So a kernel
// without barriers needs one fiber, and no switching.
static void run_threads() {
    while (begun < wanted && !failed) {
        take_turn(backwards ? count - 1 - begun : begun);
        begun++;
        kernel(arguments);
        threads[current].state = DONE;
    }
    _longjmp(scheduler, 1);
}

// Begins a fiber; comes back when a thread of it waits, or all have ended.
static void begin(int fiber) {
    if (!stacks[fiber]) stacks[fiber] = (char*)malloc(STACK);
    ucontext_t context;
    getcontext(&context);
    context.uc_stack.ss_sp = stacks[fiber];
    context.uc_stack.ss_size = STACK;
    makecontext(&context, run_threads, 0);
    if (!_setjmp(scheduler)) setcontext(&context);
}

// Later a jump is enough, which takes no call of the system: it is thirty times as fast.
static void go_on() {
    if (!_setjmp(scheduler)) _longjmp(threads[current].place, 1);
}

static void wait(State at) {
    tell(WAITS, 0, 0);
    threads[current].state = at;
    if (!_setjmp(threads[current].place)) _longjmp(scheduler, 1);
}

// Lets the threads from `first` to `last` go on if each of them waits there or has ended; nobody
// may have ended at a barrier of the whole block.
static bool released(int first, int last, State at) {
    int waiting = 0;
    for (int i = first; i < last; i++) {
        waiting += threads[i].state == at;
        if (threads[i].state != at && (at == AT_BLOCK_BARRIER || threads[i].state != DONE))
            return false;
    }
    for (int i = first; i < last; i++)
        if (threads[i].state == at) threads[i].state = READY;
    return waiting > 0;
}

// -- what went wrong, as the caller is told -----------------------------------------------------

static char message[400];

static void note(const char* what, long long a, long long b) {
    char said[200];
    snprintf(said, sizeof said, what, a, b);
    snprintf(message, sizeof message, "block (%u, %u, %u), thread (%u, %u, %u): %s", blockIdx.x,
             blockIdx.y, blockIdx.z, threadIdx.x, threadIdx.y, threadIdx.z, said);
    failed = true;
}

// What a thread does wrong is the end of all of them.
static void fail(const char* what, long long a, long long b) {
    note(what, a, b);
    _longjmp(scheduler, 1);
}

// -- blocks -------------------------------------------------------------------------------------

// Each warp goes as far as it can before the next one does anything: as far apart as warps can be.
static void run_block() {
    const int warps = (count + warpSize - 1) / warpSize;
    int fiber = begun = 0;
    for (bool goes_on = true; goes_on && !failed;) {
        for (int w = 0; w < warps; w++) {
            const int warp = backwards ? warps - 1 - w : w;
            const int first = warp * warpSize, last = min(first + warpSize, count);
            wanted = backwards ? count - first : last;
            while (begun < wanted && !failed) begin(fiber++);
            do {
                for (int i = 0; i < last - first && !failed; i++) {
                    const int number = backwards ? last - 1 - i : first + i;
                    if (threads[number].state != READY) continue;
                    take_turn(number);
                    go_on();
                }
            } while (released(first, last, AT_WARP_BARRIER) && !failed);
        }
        goes_on = released(0, count, AT_BLOCK_BARRIER);
    }
    for (int i = 0; i < count && !failed; i++) {
        if (threads[i].state == DONE) continue;
        take_turn(i);
        note("it waits at a barrier that other threads of its block don't come to", 0, 0);
    }
}

// Runs a grid of blocks; 0, or 1 where `message` says what went wrong.
static int launch(void (*body)(void**), void** given, const unsigned* sizes, bool from_behind) {
    kernel = body;
    arguments = given;
    backwards = from_behind;
    failed = false;
    gridDim = {sizes[0], sizes[1], sizes[2]};
    blockDim = {sizes[3], sizes[4], sizes[5]};
    count = sizes[3] * sizes[4] * sizes[5];
    const unsigned long long blocks = 1ull * sizes[0] * sizes[1] * sizes[2];
    for (unsigned long long n = 0; n < blocks && !failed; n++) {
        const unsigned long long b = backwards ? blocks - 1 - n : n;
        blockIdx = {unsigned(b % sizes[0]), unsigned(b / sizes[0] % sizes[1]),
                    unsigned(b / (1ull * sizes[0] * sizes[1]))};
        run_block();
    }
    return failed;
}

// -- kernels, called with addresses of their arguments as by cuLaunchKernel ----------------------

template <class... A, size_t... I>
static void call(void (*f)(A...), void** given, std::index_sequence<I...>) {
    f(*(A*)given[I]...);
}

template <class F, F>
struct Body;
template <class... A, void (*f)(A...)>
struct Body<void (*)(A...), f> {
    static void run(void** given) { call(f, given, std::index_sequence_for<A...>{}); }
};

template <class T>
static T shuffle(T value, int from) {
    static_assert(sizeof(T) <= sizeof(unsigned long long));
    memcpy(&threads[current].shuffled, &value, sizeof value);
    const int first = current / warpSize * warpSize;
    if (first + from >= count)
        fail("it asks thread %lld of its warp for a value, which has only %lld", from,
             count - first);
    wait(AT_WARP_BARRIER);
    memcpy(&value, &threads[first + from].shuffled, sizeof value);
    wait(AT_WARP_BARRIER);
    return value;
}

static int lane() { return current % warpSize; }
static int lane_below(int n) { return lane() + n < warpSize ? lane() + n : lane(); }

}  // namespace simulator

// A pointer into a kernel's array that knows where the array begins and ends.
template <class T>
struct Array {
    T* place;
    T* begin;
    T* end;
    int number;  // among the kernel's arguments

    T& operator[](long long i) const {
        if (place + i < begin || place + i >= end)
            simulator::fail("element %lld of an array of %lld", place + i - begin, end - begin);
        simulator::tell(std::is_const<T>::value ? simulator::READS : simulator::WRITES, number,
                        place + i - begin);
        return place[i];
    }
    T& operator*() const { return (*this)[0]; }
    Array operator+(long long n) const { return {place + n, begin, end, number}; }
    explicit operator bool() const { return begin != nullptr; }
    operator Array<const T>() const { return {place, begin, end, number}; }
};

#define __syncthreads() simulator::wait(simulator::AT_BLOCK_BARRIER)
#define __syncwarp() simulator::wait(simulator::AT_WARP_BARRIER)
#define __shfl_sync(mask, value, from) simulator::shuffle(value, (from) % warpSize)
#define __shfl_xor_sync(mask, value, bits) \
    simulator::shuffle(value, simulator::lane() ^ (bits))
#define __shfl_down_sync(mask, value, n) simulator::shuffle(value, simulator::lane_below(n))

template <class T>
static T atomicAdd(T* place, T value) {
    T old = *place;
    *place += value;
    return old;
}
template <class T>
static T atomicMax(T* place, T value) {
    T old = *place;
    if (value > old) *place = value;
    return old;
}
template <class To, class From>
static To with_bits_of(From x) {
    To y;
    memcpy(&y, &x, sizeof y);
    return y;
}
static inline float __uint_as_float(unsigned x) { return with_bits_of<float>(x); }
static inline unsigned __float_as_uint(float x) { return with_bits_of<unsigned>(x); }
static inline double __longlong_as_double(long long x) { return with_bits_of<double>(x); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned long long)a * b >> 32; }

#define KERNEL(name, ...)                                                                     \
    extern "C" int name(void** given, const unsigned* sizes, int backwards) {                  \
        using Body = simulator::Body<decltype(&__VA_ARGS__), __VA_ARGS__>;                     \
        return simulator::launch(Body::run, given, sizes, backwards);                          \
    }
extern "C" const char* simulator_message() { return simulator::message; }
extern "C" void simulator_watch(void (*watcher)(int, long long, int, int, long long)) {
    simulator::watcher = watcher;
}
