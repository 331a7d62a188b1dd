"""The kernels for graphics cards run here on the simulated one, which needs a C++ compiler.

Those marked `gpu` run on a GPU, and need none.
"""

import pytest

from minitape.arrays.cuda.simulator import compiler


@pytest.fixture(autouse=True)
def has_compiler(request):
    if not request.node.get_closest_marker("gpu") and not compiler.has_compiler():
        pytest.skip("the simulated card needs a C++ compiler, and there is none on this machine")


@pytest.fixture(params=["forwards", "backwards"])
def order(request):
    """In which order a block's threads take their turns: a missing barrier shows."""
    if request.param == "forwards":
        yield
        return
    with compiler.backwards():
        yield
