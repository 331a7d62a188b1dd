"""Variables' methods that read or change some of their elements."""

from ..arrays import array_module, check_dtypes
from ..engine import Tensor, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from . import index, scatter
from .array import beside_variable
from .gather import IndexedSlices, check_indices, check_integers, gather


@primitive(differentiable=False)
def _change_elements(input, value, *, key):
    changed = input.copy()
    changed[key] = value
    return changed


class VariableSlice(Tensor):
    """variable[key]: a tensor that can be assigned through, as in `variable[0].assign(value)`."""

    __slots__ = ("_key", "_variable")

    def __init__(self, found: Tensor, variable, key):
        self.array, self.id = found.array, found.id  # to a tape it is the tensor that was found
        self._variable, self._key = variable, key

    def assign(self, value, name=None):
        """Gives these elements of the variable new values, which are broadcast to them.

        Raises:
            InvalidArgumentError: a shape that can't be broadcast to the elements'.
            ValueError: a tensor of another type.
        """
        variable = self._variable
        value = convert_to_tensor(value, variable.dtype)
        return variable.assign(_change_elements(variable, value, key=index.as_key(self._key)))


def assign_add(self, delta, use_locking=False, name=None, read_value=True):
    """Adds `delta`, of the variable's shape and dtype; it may lie elsewhere."""
    return self.assign(self + beside_variable(delta, self))


def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
    """Subtracts `delta`, of the variable's shape and dtype; it may lie elsewhere."""
    return self.assign(self - beside_variable(delta, self))


def getitem(self, key):
    """variable[key], as for tensors; what a key other than a mask names can be assigned."""
    found = index.getitem(self, key)
    return found if index.is_mask(key) else VariableSlice(found, self, key)


@primitive(differentiable=False, mixed=True)
def _change_rows(input, indices, updates, *, how):
    """Rows changed by a NumPy function, one update after the other; set for how=None."""
    changed = input.copy()
    if how is None:
        changed[indices] = updates
    elif how == "divide" and input.dtype.kind in "iu":  # cut, not floored: 7 / -4 is -1
        xp = array_module(input)
        if (updates == 0).any():
            raise ZeroDivisionError("updates must not contain 0")
        sign, changed = xp.sign(input), xp.abs(input)
        xp.multiply.at(sign, indices, xp.sign(updates))
        xp.floor_divide.at(changed, indices, xp.abs(updates))
        changed *= sign
    else:
        getattr(array_module(input), how).at(changed, indices, updates)
    return changed


def _assign_rows(op: str, variable, slices, how: str | None):
    """Changes the rows of a variable that an IndexedSlices names."""
    if not isinstance(slices, IndexedSlices):
        raise TypeError(
            f"{op}: argument `sparse_delta` must be a tf.IndexedSlices(values, indices). "
            f"Received: {slices!r}."
        )
    indices, values = slices.indices, convert_to_tensor(slices.values, variable.dtype)
    check_integers(op, indices)
    check_dtypes(op, [variable.array], "" if how is None else "iufc")
    if not variable.ndim:
        raise InvalidArgumentError(
            f"{op}: the variable must have an axis of rows. Received: {variable!r}."
        )
    check_indices(op, indices.concrete, variable.array.shape[0])
    expected = (*indices.shape, *variable.shape[1:])
    if values.shape not in ((), expected):
        raise InvalidArgumentError(
            f"{op}: indices of shape {indices.shape} into a variable of shape {variable.shape} "
            f"need values of shape {expected}, or a scalar. Received: {values.shape}."
        )
    return variable.assign(_change_rows(variable, indices, values, how=how))


def scatter_update(self, sparse_delta, use_locking=False, name=None):
    """Assigns the rows of an IndexedSlices to a variable; the others stay. The last double counts.

    Raises:
        InvalidArgumentError: a row out of range, or values of the wrong shape.
        ValueError: values of another type.
        TypeError: no IndexedSlices.
    """
    return _assign_rows("scatter_update", self, sparse_delta, None)


def scatter_add(self, sparse_delta, use_locking=False, name=None):
    """Adds the rows of an IndexedSlices to a variable's; doubles add up."""
    return _assign_rows("scatter_add", self, sparse_delta, "add")


def scatter_sub(self, sparse_delta, use_locking=False, name=None):
    """Subtracts the rows of an IndexedSlices from a variable's; doubles add up."""
    return _assign_rows("scatter_sub", self, sparse_delta, "subtract")


def scatter_mul(self, sparse_delta, use_locking=False, name=None):
    """Multiplies a variable's rows by those of an IndexedSlices."""
    return _assign_rows("scatter_mul", self, sparse_delta, "multiply")


def scatter_div(self, sparse_delta, use_locking=False, name=None):
    """Divides a variable's rows by those of an IndexedSlices; integers are cut."""
    return _assign_rows("scatter_div", self, sparse_delta, "divide")


def scatter_max(self, sparse_delta, use_locking=False, name=None):
    """Keeps the larger of a variable's rows and those of an IndexedSlices, elementwise."""
    return _assign_rows("scatter_max", self, sparse_delta, "maximum")


def scatter_min(self, sparse_delta, use_locking=False, name=None):
    """Keeps the smaller of a variable's rows and those of an IndexedSlices, elementwise."""
    return _assign_rows("scatter_min", self, sparse_delta, "minimum")


@primitive(differentiable=False)
def _full_positions(indices):
    xp = array_module(indices)
    return xp.stack([*xp.indices(indices.shape, dtype=indices.dtype)[:-1], indices], axis=-1)


def batch_scatter_update(self, sparse_delta, use_locking=False, name=None):
    """Assigns rows of each example: indices of shape (batch..., n) name rows of their example."""
    return scatter_nd_update(self, _full_positions(sparse_delta.indices), sparse_delta.values)


def scatter_nd_update(self, indices, updates, name=None):
    """Assigns `updates` at positions, as in `tensor_scatter_nd_update`."""
    updates = convert_to_tensor(updates, self.dtype)
    return self.assign(scatter.tensor_scatter_nd_update(self, indices, updates))


def scatter_nd_add(self, indices, updates, name=None):
    """Adds `updates` at positions, as in `tensor_scatter_nd_add`."""
    updates = convert_to_tensor(updates, self.dtype)
    return self.assign(scatter.tensor_scatter_nd_add(self, indices, updates))


def scatter_nd_sub(self, indices, updates, name=None):
    """Subtracts `updates` at positions, as in `tensor_scatter_nd_sub`."""
    updates = convert_to_tensor(updates, self.dtype)
    return self.assign(scatter.tensor_scatter_nd_sub(self, indices, updates))


def scatter_nd_max(self, indices, updates, name=None):
    """Keeps the larger values at positions, as in `tensor_scatter_nd_max`."""
    updates = convert_to_tensor(updates, self.dtype)
    return self.assign(scatter.tensor_scatter_nd_max(self, indices, updates))


def scatter_nd_min(self, indices, updates, name=None):
    """Keeps the smaller values at positions, as in `tensor_scatter_nd_min`."""
    updates = convert_to_tensor(updates, self.dtype)
    return self.assign(scatter.tensor_scatter_nd_min(self, indices, updates))


def sparse_read(self, indices, name=None):
    """The rows that `indices` name: `gather`, with IndexedSlices for its gradient."""
    return gather(self, indices)


def gather_nd(self, indices, name=None):
    """The elements, or slices, at positions: `gather_nd`."""
    return scatter.gather_nd(self, indices)


METHODS = {
    "__getitem__": getitem,
    "assign_add": assign_add,
    "assign_sub": assign_sub,
    "batch_scatter_update": batch_scatter_update,
    "gather_nd": gather_nd,
    "scatter_add": scatter_add,
    "scatter_div": scatter_div,
    "scatter_max": scatter_max,
    "scatter_min": scatter_min,
    "scatter_mul": scatter_mul,
    "scatter_nd_add": scatter_nd_add,
    "scatter_nd_max": scatter_nd_max,
    "scatter_nd_min": scatter_nd_min,
    "scatter_nd_sub": scatter_nd_sub,
    "scatter_nd_update": scatter_nd_update,
    "scatter_sub": scatter_sub,
    "scatter_update": scatter_update,
    "sparse_read": sparse_read,
}
