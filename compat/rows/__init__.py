"""The autodiff specification, row by row: one small program per behaviour.

The rows are those of minitape's specification, 96 behaviours that were run on TensorFlow 2.21.
"""

from ..programs import Programs
from . import derivatives, ops, slices, tape, training

ROWS = Programs(
    program for module in (tape, derivatives, slices, ops, training) for program in module.ROWS
)
