"""Metric: numbers accumulated over many batches; sums and means weighted by sample."""

from ... import ops
from ...arrays import as_dtype
from ...settings import floatx
from .. import initializers
from ..losses.loss import as_tensor, squeeze_or_expand_to_same_rank
from ..naming import auto_name, require_init
from ..variables import Variable


class Metric:
    """Base class: subclass it and write `update_state(...)` and `result()`.

    Variables and metrics that are set as attributes are found by `variables`.

    Args:
        dtype: float type of the computation; None for `keras.config.floatx()`.
        name: name in logs.
    """

    # Whether a larger value is better ("up", "down"); None where nobody can say.
    _direction: str | None = None
    # Values that were restored before the variables were made.
    _to_come: list = []

    def __init__(self, dtype=None, name=None):
        self._variables: list[Variable] = []
        self._metrics: list[Metric] = []
        self.name = name or auto_name(type(self).__name__)
        self.dtype = as_dtype(dtype or floatx()).name

    def add_variable(self, shape, initializer, dtype=None, aggregation="sum", name=None):
        """A new state variable.

        Args:
            shape: its shape.
            initializer: an initializer or its name.
            dtype: its type; None for `floatx()`.
            aggregation: how several devices would combine it; there is one, so it isn't used.
            name: its name.
        """
        require_init(self, "_variables")
        variable = Variable(
            initializers.get(initializer or "zeros"),
            shape=shape,
            dtype=dtype or floatx(),
            trainable=False,
            name=name,
        )
        variable.path = f"{self.name.replace('/', '>')}/{variable.name}"
        self._variables.append(variable)
        if self._to_come:
            variable.assign(self._to_come.pop(0))
        return variable

    def add_weight(self, shape=(), initializer=None, dtype=None, name=None):
        """A new state variable; a scalar that starts at 0 unless said otherwise."""
        return self.add_variable(shape, initializer, dtype, name=name)

    def update_state(self, *args, **kwargs):
        """Adds a batch to the state; subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} needs a method update_state().")

    def result(self):
        """The metric of everything seen since the last reset; subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} needs a method result().")

    def reset_state(self):
        """Forgets everything seen: all variables become 0."""
        for variable in self.variables:
            variable.assign(ops.zeros_like(variable))

    def _restore(self, state: list) -> None:
        """Assigns the values of all variables, also of those that it makes at its first update."""
        for variable, value in zip(self.variables, state, strict=False):
            variable.assign(value)
        self._to_come = state[len(self.variables) :]

    def __call__(self, *args, **kwargs):
        """Adds a batch and returns the result."""
        require_init(self, "_variables")
        self.update_state(*args, **kwargs)
        return self.result()

    @property
    def variables(self) -> list:
        """The state variables, those of inner metrics included."""
        require_init(self, "_variables")
        return self._variables + [v for metric in self._metrics for v in metric.variables]

    def __setattr__(self, name, value):
        if isinstance(value, (Variable, Metric)):
            require_init(self, "_variables")
            kept: list = self._variables if isinstance(value, Variable) else self._metrics
            if not any(value is one for one in kept):
                kept.append(value)
        super().__setattr__(name, value)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict):
        """A metric with the arguments that `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


# -- sums and means ----------------------------------------------------------------------------


def _per_sample(values, sample_weight, reduce, dtype):
    """One value per sample and its weight: axes that the weights don't have are reduced."""
    values = as_tensor(values, dtype)
    if sample_weight is not None:
        sample_weight = as_tensor(sample_weight, dtype)
        values, sample_weight = squeeze_or_expand_to_same_rank(values, sample_weight)
        rank = sample_weight.ndim
        if values.ndim > rank:
            values = reduce(values, axis=list(range(rank, values.ndim)))
        sample_weight = sample_weight * ops.ones_like(values)
        values = values * sample_weight
        if rank > 1:
            sample_weight = reduce(sample_weight, axis=list(range(1, rank)))
    if values.ndim > 1:
        values = reduce(values, axis=list(range(1, values.ndim)))
    return values, sample_weight


class Sum(Metric):
    """sum(values * sample_weight)."""

    def __init__(self, name="sum", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")

    def update_state(self, values, sample_weight=None):
        """Adds `values`, each times the weight of its sample."""
        values, _ = _per_sample(values, sample_weight, ops.reduce_sum, as_dtype(self.dtype))
        self.total.assign_add(ops.reduce_sum(values))

    def result(self):
        return ops.convert_to_tensor(self.total)


class Mean(Metric):
    """sum(values * sample_weight) / sum(sample_weight); the mean of nothing is 0."""

    def __init__(self, name="mean", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")
        self.count = self.add_variable((), "zeros", self.dtype, name="count")

    def update_state(self, values, sample_weight=None):
        """Adds `values`, each with the weight of its sample; further axes are averaged."""
        dtype = as_dtype(self.dtype)
        if isinstance(sample_weight, (int, float)):  # it weighs the mean of all values
            values = as_tensor(values, dtype)
            values = (ops.reduce_mean(values) if values.ndim else values) * sample_weight
            weights, samples = None, sample_weight
        else:
            values, weights = _per_sample(values, sample_weight, ops.reduce_mean, dtype)
            samples = values.shape[0] if values.ndim else 1
        self.total.assign_add(ops.reduce_sum(values) if values.ndim else values)
        self.count.assign_add(samples if weights is None else ops.reduce_sum(weights))

    def result(self):
        if as_dtype(self.dtype).is_integer:
            return ops.divide_no_nan(ops.cast(self.total, floatx()), ops.cast(self.count, floatx()))
        return ops.divide_no_nan(self.total, self.count)
