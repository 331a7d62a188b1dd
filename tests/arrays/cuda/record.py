"""`python -m tests.arrays.cuda.record` writes down what the kernels take of cards.

Registers of a thread and bytes of shared memory of a block, by NVIDIA's compiler, in
benchmarks/results/kernels.json: more of them, and fewer blocks run on a processor at a time.
"""

import json

from minitape.arrays.cuda.kernels import FOLDER
from tests.arrays.cuda import nvrtc
from tests.arrays.cuda.test_compile import CARDS, taken_by, what_ops_launch
from tests.conftest import CHECKOUT

PATH = CHECKOUT / "benchmarks" / "results" / "kernels.json"


def main() -> None:
    found: dict = {"nvrtc": nvrtc.version()}
    # Not what is written for one op, or for so many variables: these are all alike.
    launched = [
        one for one in what_ops_launch() if one[0].source == (FOLDER / one[0].file).read_text()
    ]
    taken_by_card = {card: taken_by(launched, card) for card in CARDS}
    for kernel, instance in sorted(launched, key=lambda one: (one[0].file, one[1])):
        found.setdefault(kernel.file, {})[instance] = {
            card: {name: taken[kernel, instance][name] for name in ("registers", "shared")}
            for card, taken in taken_by_card.items()
        }
    lines = json.dumps(found, indent=1).replace("\n    ", " ").replace("\n   }", " }")
    PATH.write_text(lines + "\n")


if __name__ == "__main__":
    main()
