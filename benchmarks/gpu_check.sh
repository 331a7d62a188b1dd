#!/usr/bin/env bash
# Tests and measures minitape on an NVIDIA GPU, in less than nine minutes and without a network:
#
#   benchmarks/gpu_check.sh [FOLDER]
#
# - the tests of tests/arrays/cuda that need a GPU, in several processes; none may be skipped
# - NVIDIA's compute-sanitizer looks at every kernel: memcheck, racecheck
# - the benchmarks: python -m benchmarks --suite gpu
#
# FOLDER, benchmarks/results unless given, gets check.log, gpu.json and gpu.md. A step that fails or
# takes too long does not keep the others from being run. Exit code: 0 if all went well, 1 if not, 2
# if there is no GPU. It needs NumPy, CuPy, pytest and hypothesis, and for the benchmarks PyTorch and
# JAX; minitape is taken from this checkout. PYTHON names another Python than python3.
set -u
folder=${1:-$(dirname "$0")/results}
mkdir -p "$folder" && folder=$(realpath "$folder") && cd "$(dirname "$0")/.." || exit 1
python=${PYTHON:-python3}
parts=8 # processes that share the tests: most of their time kernels are compiled, on the CPU
export PYTHONPATH=$PWD CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES:-0}
exec > >(tee "$folder/check.log") 2>&1

if ! why=$("$python" -c 'from minitape.arrays.cuda import gpu; print(gpu.why_not() or "")'); then
    why="minitape can't be imported"
fi
if [ -n "$why" ]; then
    echo "There is no GPU: $why."
    exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# step NAME SECONDS COMMAND...: runs it for so long at most; its output goes to NAME.log, and how it
# ended to NAME.ended.
step() {
    local name=$1 limit=$2 started=$SECONDS how
    shift 2
    timeout --kill-after=5 "$limit" "$@" >"$work/$name.log" 2>&1
    case $? in
    0) how="ok" ;;
    124 | 137) how="FAILED: took more than $limit s" ;;
    *) how="FAILED" ;;
    esac
    echo "$name: $how ($((SECONDS - started)) s)" >"$work/$name.ended"
}

# told NAME LINES: the last lines of what a step has said, and how it ended.
told() {
    echo
    echo "== $(cat "$work/$1.ended")"
    tail -n "$2" "$work/$1.log"
}

gpu_tests() {
    PART=$1/$parts step "tests-$1" 150 "$python" -m pytest -c /dev/null --rootdir . \
        -o "markers=gpu: needs an NVIDIA GPU and CuPy" -p no:cacheprovider \
        -p tests.arrays.cuda.part -m gpu -q -rfEs --tb=short tests/arrays/cuda
}

# The first run compiles the kernels, and CuPy keeps them: the sanitizer makes all slower.
sanitizer() {
    local check=(compute-sanitizer --error-exitcode 1 --print-limit 20)
    local kernels=("$python" -m tests.arrays.cuda.every_kernel)
    step every-kernel 60 "${kernels[@]}" float32 float64
    step racecheck 90 "${check[@]}" --tool racecheck "${kernels[@]}" float32 &
    local racecheck=$!
    step memcheck 90 "${check[@]}" --tool memcheck "${kernels[@]}" float32 float64
    wait "$racecheck"
}

step card 20 nvidia-smi
told card 20
running=() # a wait for all would wait for tee, too
for part in $(seq "$parts"); do
    gpu_tests "$part" &
    running+=($!)
done
sanitizer &
running+=($!)
wait "${running[@]}"
for part in $(seq "$parts"); do
    told "tests-$part" 30
done
told every-kernel 5
told memcheck 30
told racecheck 30

# By itself, for others would be in its way.
step benchmarks 330 "$python" -m benchmarks --suite gpu --rounds 3 \
    --output "$folder/gpu.json" --page "$folder/gpu.md"
told benchmarks 120

echo
echo "== In short, after $SECONDS s"
cat "$work"/*.ended
! grep -q FAILED "$work"/*.ended
