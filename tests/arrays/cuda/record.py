"""`python -m tests.arrays.cuda.record` writes down what the kernels take of cards.

Registers of a thread and bytes of shared memory of a block, by NVIDIA's compiler, in
benchmarks/results/kernels.json: more of them, and fewer blocks run on a processor at a time.
"""

import json

from minitape.arrays.cuda.kernels import FOLDER
from tests.arrays.cuda import nvrtc
from tests.arrays.cuda.test_compile import CARDS, what_ops_launch
from tests.conftest import CHECKOUT

PATH = CHECKOUT / "benchmarks" / "results" / "kernels.json"


def main() -> None:
    found: dict = {"nvrtc": nvrtc.version()}
    for kernel, instance in sorted(what_ops_launch(), key=lambda one: (one[0].file, one[1])):
        if kernel.source != (FOLDER / kernel.file).read_text():
            continue  # written for one op, or for so many variables, and all alike
        taken = found.setdefault(kernel.file, {})[instance] = {}
        for card in CARDS:
            numbers = nvrtc.compiled(kernel.source, instance, card)
            taken[card] = {name: numbers[name] for name in ("registers", "shared")}
    lines = json.dumps(found, indent=1).replace("\n    ", " ").replace("\n   }", " }")
    PATH.write_text(lines + "\n")


if __name__ == "__main__":
    main()
