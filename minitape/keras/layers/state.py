"""LayerState: what a layer consists of: its weights, and the layers inside it with theirs."""

from typing import Any

import numpy

from ...arrays import DType, as_dtype
from ...engine import Variable as EngineVariable
from .. import initializers, regularizers
from ..dtype_policies import DTypePolicy, name_of
from ..metrics import Metric
from ..naming import auto_name
from ..random import SeedGenerator
from ..variables import Variable, assign_stored
from .tracking import Tracker


class LayerState:
    """An object with weights. Whatever is set as its attribute, or put into one, is found.

    Args:
        name: its name, made from the class unless given.
        trainable: whether its weights should be changed by training.
        dtype: the type of its weights, by name or as a policy; that of the global policy unless
            given.

    Attributes:
        name: its name.
        built: whether it has made its weights.
    """

    name: str
    built: bool
    _tracker: Tracker
    _trainable: bool
    _dtype: DType
    _path: str | None

    def __new__(cls, *args, **kwargs):
        layer = super().__new__(cls)
        layer.__dict__["_given_arguments"] = (args, kwargs)  # for the config of a user's class
        return layer

    def __init__(self, name=None, trainable=True, dtype=None):
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(
                "Argument `name` must be a string and cannot contain character `/`. Received: "
                f"name={name} (of type {type(name)})"
            )
        if not isinstance(trainable, bool):
            raise ValueError(f"Expected trainable to be True or False. Received: {trainable!r}.")
        self.__dict__["_tracker"] = Tracker(LayerState, EngineVariable, Metric, SeedGenerator)
        self.name = auto_name(type(self).__name__) if name is None else name
        self.built = False
        self._trainable = trainable
        self._dtype = as_dtype(DTypePolicy(name_of(dtype)).name)
        self._path = None
        self._made_weights: list[Variable] = []

    # -- attributes ------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        if "_tracker" not in self.__dict__:
            raise RuntimeError(
                f"In class {type(self).__name__}, you forgot to call `super().__init__()` as the "
                f"first statement in the `__init__()` method, before the attribute {name!r} is set."
            )
        own = getattr(type(self), name, None)
        if isinstance(own, property):
            if own.fset is None:
                raise AttributeError(
                    f"`{type(self).__name__}.{name}` attribute is reserved and should not be "
                    "used. Please use another name."
                )
            object.__setattr__(self, name, value)
        else:
            object.__setattr__(self, name, self._tracker.track(name, value))

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._tracker.forget(name)

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there: says why it may be missing."""
        if "_tracker" not in self.__dict__:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}: you forgot to call "
                "`super().__init__()` as the first statement in the `__init__()` method."
            )
        if hasattr(type(self), name):  # a property, whose own AttributeError led here
            return object.__getattribute__(self, name)
        unbuilt = (
            f" Layer '{self.name}' is not built yet: it makes its weights in `build(input_shape)`, "
            "or when it is first called."
        )
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}."
            f"{'' if self.built else unbuilt}"
        )

    @property
    def _layers_inside(self) -> list:
        """The layers that this one holds, not those inside them."""
        return self._tracker.parts[LayerState]

    def _parts(self, kind: type) -> list:
        """What it holds of a kind: EngineVariable, Metric or SeedGenerator."""
        return self._tracker.parts[kind]

    # -- what it is -------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """Its name, after the names of the layers in whose call or `build` it was built."""
        return self._path or self.name

    @property
    def dtype(self) -> str:
        """The type of its weights and its computation, by name."""
        return self._dtype.name

    @property
    def dtype_policy(self) -> DTypePolicy:
        """The same as an object."""
        return DTypePolicy(self.dtype)

    @property
    def variable_dtype(self) -> str:
        """The type of its weights, by name."""
        return self._dtype.name

    @property
    def compute_dtype(self) -> str:
        """The type of its computation, by name."""
        return self._dtype.name

    # -- weights ----------------------------------------------------------------------------------

    def add_weight(
        self,
        shape=None,
        initializer=None,
        dtype=None,
        trainable=True,
        regularizer=None,
        constraint=None,
        name=None,
    ) -> Variable:
        """Makes a weight of this layer.

        Args:
            shape: its shape; () unless given.
            initializer: its first values; "glorot_uniform" for floats unless given, else zeros.
            dtype: the layer's dtype unless given.
            trainable: whether training should change it.
            regularizer: a penalty on it, added to `losses`.
            constraint: a function applied after each update.
            name: its name.

        Raises:
            ValueError: a shape that is no shape, or has a length that isn't known.
        """
        if isinstance(shape, str):
            raise ValueError(
                f"`name` must be passed as a keyword argument. Received: add_weight({shape!r}, "
                f"...). Use: add_weight(shape=..., name={shape!r})."
            )
        shape = (shape,) if isinstance(shape, int) else tuple(shape or ())
        path = f"{self.path}/{name}"
        if None in shape:
            raise ValueError(
                "Shapes used to initialize variables must be fully-defined (no `None` dimensions). "
                f"Received: shape={shape} for variable path='{path}'. Give the inputs a known "
                "length along that axis."
            )
        dtype = self._dtype if dtype is None else as_dtype(dtype)
        weight = Variable(
            initializers.get(initializer or ("glorot_uniform" if dtype.is_floating else "zeros")),
            shape=shape,
            dtype=dtype,
            trainable=trainable,
            name=name,
            regularizer=regularizers.get(regularizer),
            constraint=constraint,
        )
        weight.path = f"{self.path}/{weight.name}"
        weight.trainable = trainable and self._trainable
        self._made_weights.append(weight)
        return weight

    def _own_variables(self) -> list[Variable]:
        """Its own variables: those made trainable first, frozen or not, as Keras orders them."""
        return sorted(self._parts(EngineVariable), key=lambda v: not v._trainable)

    @property
    def weights(self) -> list[Variable]:
        """All weights, each once: its own, then those of the layers inside."""
        found = self._own_variables()
        for layer in self._layers_inside:
            found += layer.weights
        return _each_once(found)

    @property
    def variables(self) -> list[Variable]:
        """All weights, and the states of seed generators."""
        found = self._own_variables() + [seed.state for seed in self._parts(SeedGenerator)]
        for layer in self._layers_inside:
            found += layer.variables
        return _each_once(found)

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training should change."""
        return [v for v in self.weights if v.trainable] if self._trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training should leave alone."""
        return [v for v in self.weights if not v.trainable] if self._trainable else self.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """The same as `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training should leave alone."""
        trainable = {id(v) for v in self.trainable_weights}
        return [v for v in self.variables if id(v) not in trainable]

    @property
    def trainable(self) -> bool:
        """Whether training should change its weights; setting it sets those of layers inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for v in self._parts(EngineVariable):
            if isinstance(v, Variable) and v._trainable:
                v.trainable = value
        for layer in self._layers_inside:
            layer.trainable = value

    @property
    def metrics(self) -> list[Metric]:
        """The metrics that it and the layers inside hold."""
        found = list(self._parts(Metric))
        for layer in self._layers_inside:
            found += layer.metrics
        return found

    @property
    def metrics_variables(self) -> list:
        """The states of `metrics`."""
        return [v for metric in self.metrics for v in metric.variables]

    def get_weights(self) -> list:
        """The values of `weights`, as NumPy arrays."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights) -> None:
        """Assigns arrays to `weights`, in their order.

        Raises:
            ValueError: a wrong number of arrays or a wrong shape; nothing is then changed.
        """
        variables = self.weights
        if len(weights) != len(variables):
            raise ValueError(
                f"You called `set_weights(weights)` on layer '{self.name}' with a weight list of "
                f"length {len(weights)}, but the layer was expecting {len(variables)} weights."
                f"{'' if self.built else ' It has none before it is built.'}"
            )
        for v, value in zip(variables, weights, strict=True):
            if tuple(v.shape) != numpy.shape(value):
                raise ValueError(
                    f"Layer {self.name} weight shape {tuple(v.shape)} is not compatible with "
                    f"provided weight shape {numpy.shape(value)}."
                )
        for v, value in zip(variables, weights, strict=True):
            v.assign(value)

    def save_own_variables(self, store) -> None:
        """Puts its own weights, not those of the layers inside, into what a file keeps for it.

        Args:
            store: a dict to be filled: from "0", "1", ... to arrays.
        """
        for i, v in enumerate(self._own_variables()):
            store[str(i)] = v.numpy()

    def load_own_variables(self, store) -> None:
        """Assigns what `save_own_variables` put there.

        Args:
            store: a dict from "0", "1", ... to arrays, which a file reads when they are asked for.

        Raises:
            ValueError: a wrong number of arrays, or a wrong shape.
        """
        owner = f"Layer '{self.name}'{'' if self.built else ', which was never built,'}"
        assign_stored(owner, self._own_variables(), store)

    def count_params(self) -> int:
        """How many numbers its weights hold.

        Raises:
            ValueError: the layer has no weights yet.
        """
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on layer '{self.name}', but the layer isn't "
                "built. Build it with `build(input_shape)` or by calling it on data."
            )
        return sum(v.array.size for v in self.weights)


def _each_once(variables: list) -> list:
    return list({id(v): v for v in variables}.values())
