"""What the threads of a kernel do, step by step, on the simulated card."""

from contextlib import contextmanager
from typing import NamedTuple

from ..arrays.cuda.simulator import compiler

_SHOWN = 4  # threads of a step, and steps of a launch


class Access(NamedTuple):
    """A thread reads or writes an element of an array.

    Attributes:
        what: "reads" or "writes"; what is both read and written counts as written.
        array: the name of the kernel's parameter.
        element: the element's number from the array's beginning.
    """

    what: str
    array: str
    element: int

    def __str__(self) -> str:
        return f"{self.what} {self.array}[{self.element}]"


class Launch:
    """A launch of a kernel.

    Attributes:
        name: of the kernel, with its types.
        file: where it stands.
        grid: how many blocks there are.
        block: how many threads a block has.
        steps: for each block and step, what each thread does in it; a step ends at a barrier.
    """

    def __init__(self, kernel, instance: str, grid: tuple, block: tuple):
        self.name, self.file, self.grid, self.block = instance, kernel.file, grid, block
        self.steps: dict[tuple[int, int], dict[int, list[Access]]] = {}
        self._names = [p.name for p in kernel.parameters]
        self._passed: dict[tuple[int, int], int] = {}  # barriers, by thread

    def note(self, event: int, block: int, thread: int, argument: int, element: int) -> None:
        """Adds what a thread does."""
        step = self._passed.setdefault((block, thread), 0)
        what = compiler.EVENTS[event]
        if what == "waits":
            self._passed[block, thread] = step + 1
            return
        threads = self.steps.setdefault((block, step), {})
        threads.setdefault(thread, []).append(Access(what, self._names[argument], element))

    def __str__(self) -> str:
        lines = [f"{self.name} of {self.file}: {self.grid} blocks of {self.block} threads"]
        for (block, step), threads in sorted(self.steps.items())[:_SHOWN]:
            lines.append(f"  block {block}, after {step} barriers")
            for thread, accesses in sorted(threads.items())[:_SHOWN]:
                lines.append(f"    thread {thread} {_joined(accesses)}")
            if len(threads) > _SHOWN:
                lines.append(f"    ... and {len(threads) - _SHOWN} threads more")
        if len(self.steps) > _SHOWN:
            lines.append(f"  ... and {len(self.steps) - _SHOWN} steps more")
        return "\n".join(lines)


def _joined(accesses: list[Access]) -> str:
    shown = [str(access) for access in accesses[:_SHOWN]]
    return ", ".join(shown) + (", ..." if len(accesses) > _SHOWN else "")


class Launches(list):
    """The launches in their order; `print` shows the first steps of each."""

    def __str__(self) -> str:
        return "\n".join(map(str, self))


@contextmanager
def watch_kernels():
    """Notes what kernels do on the simulated card within this context.

    It takes Python some time for each element: look at small arrays.

    Returns:
        A list of Launches, which is filled meanwhile.
    """
    launches = Launches()

    def begin(kernel, instance, grid, block):
        launches.append(Launch(kernel, instance, grid, block))
        return launches[-1].note

    with compiler.watching(begin):
        yield launches
