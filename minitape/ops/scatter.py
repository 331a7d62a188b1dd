"""Rows put into a larger tensor."""

from ..engine import convert_to_tensor, primitive
from .gather import check_indices


@primitive(differentiable=False, mixed=True)
def _scatter_update(input, indices, updates):
    changed = input.copy()
    changed[indices] = updates
    return changed


def scatter_update(self, sparse_delta, use_locking=False, name=None):
    """Assigns the rows of an IndexedSlices to a variable; the others stay."""
    indices = convert_to_tensor(sparse_delta.indices)
    check_indices("scatter_update", indices.array, self.array.shape[0])
    values = convert_to_tensor(sparse_delta.values, self.dtype)
    return self.assign(_scatter_update(self, indices, values))
