"""The fuzzer: random programs, run on minitape and on TensorFlow, must come to the same.

`python -m compat fuzz --programs 10000 --seed 1 --jobs 2` makes programs of a few ops each (a graph
with shared parts, in one of several dtypes, differentiated once or twice, backward or forward), and
compares all values, shapes, dtypes, errors and gradients. A program is data; a counterexample is
made small and printed as a script that runs.
"""

from . import program
from .command import examine, random_program
from .comparing import Finding, Verdict, compare
from .program import Leaf, Program, Ref, Step
from .running import directions_like, run

__all__ = [
    "Finding",
    "Leaf",
    "Program",
    "Ref",
    "Step",
    "Verdict",
    "compare",
    "directions_like",
    "examine",
    "program",
    "random_program",
    "run",
]
