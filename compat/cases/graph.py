"""What orders the ops of a graph: tensors pass through."""

from ..case import Case
from ..inputs import REAL, one

CASES = [
    Case("identity_n", lambda tf, x: tf.identity_n([x, 2.0 * x, 3]), one(REAL)),
    Case("tuple", lambda tf, x: tf.tuple([x, 2.0 * x]), one(REAL)),
]
