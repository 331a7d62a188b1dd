"""Layer: a function with weights, and all that calling one involves."""

import functools
import inspect
import threading
import warnings
from contextlib import contextmanager
from typing import Any

from ... import nest, ops
from ...engine import Tensor
from ...engine import Variable as EngineVariable
from .. import regularizers
from .input_spec import check_inputs
from .keras_tensor import KerasTensor, Node, SymbolicCalls, output_spec
from .state import LayerState


class _CallContext(threading.local):
    """What a layer's call says to the calls inside it.

    Attributes:
        layers: the layers whose `call` or `build` is running, the outermost first.
        training: whether this is training; None where nobody said.
    """

    layers: tuple = ()
    training: bool | None = None


_context = _CallContext()

# Arguments that Keras' configs hold and that mean nothing here, and the value that says so.
_NEUTRAL = {
    "autocast": (True,),
    "optional": (False,),
    "quantization_config": (None,),
    "ragged": (None, False),
    "renorm": (False,),
    "renorm_clipping": (None,),
    "renorm_momentum": (0.99,),
    "sparse": (None, False),
    "synchronized": (False,),
}


_TRAINING = {"training"}


def _builds(build):
    """A `build` that also notes the layer's path and that it is built; or it leaves no weights."""
    signature = inspect.signature(build)

    @functools.wraps(build)
    def wrapper(self, *args, **kwargs):
        before = len(self._made_weights)
        if self._built_for is None:
            given = list(signature.bind(self, *args, **kwargs).arguments.items())[1:]
            vars(self)["_built_for"] = dict(given)
        try:
            with self._as_scope():
                build(self, *args, **kwargs)
        except Exception:
            del self._made_weights[before:]
            raise
        self.built = True
        if type(self).build is wrapper:  # a `build` that this one calls is too early
            self._take_awaited()

    return wrapper


class Layer(SymbolicCalls, LayerState):
    """A function with weights. Subclass it and write `call`, and `build` to make the weights.

    Args:
        activity_regularizer: a penalty on the output.
        trainable: whether its weights should be changed by training.
        dtype: the type of its weights and its computation, the default float type unless given.
        name: its name, made from the class unless given.
        input_shape: (Keras 2) the shape of an input without the batch: a Sequential model then
            builds itself.

    Attributes:
        input_spec: the InputSpec of its inputs, or a list of them.
        inbound_nodes: its symbolic calls.
    """

    # The constructor's arguments that are kept as attributes under their own names.
    _settings: tuple[str, ...] = ()
    # What else Keras' config holds: arguments for what minitape doesn't have, at their defaults.
    _without: dict[str, Any] = {}
    input_spec: Any = None
    activity_regularizer: Any = None

    def __init__(
        self, *, activity_regularizer=None, trainable=True, dtype=None, name=None, **kwargs
    ):
        super().__init__(name, trainable, dtype)
        self._given_input_shape = _pop_input_shape(kwargs)
        self._built_for: dict | None = None  # what `build` was given, or would have been, by name
        unknown = {k: v for k, v in kwargs.items() if v not in _NEUTRAL.get(k, ())}
        if unknown:
            raise ValueError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: {unknown}. Is "
                "one misspelt? `help` names those that it takes."
            )
        self.activity_regularizer = regularizers.get(activity_regularizer)
        # These lists hold no parts of the layer, and so are not tracked.
        vars(self).update(inbound_nodes=[], _losses=[])
        self._signature = inspect.signature(self.call)
        parameter = self._signature.parameters.get("training")
        self._takes_training = parameter is not None
        default = None if parameter is None else parameter.default
        self._default_training = default if isinstance(default, bool) else None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "compute_mask" in vars(cls):
            warnings.warn(
                f"{cls.__name__}.compute_mask() will not be called: minitape passes no masks from "
                "layer to layer. Give a mask to the layer that needs it: layer(x, mask=mask).",
                stacklevel=2,
            )
        if "build" in vars(cls):
            cls.build = _builds(cls.build)  # type: ignore[method-assign]

    # -- losses ------------------------------------------------------------------------------------

    def add_loss(self, loss) -> None:
        """Adds a scalar tensor (or several), computed in `call`, to what training minimizes."""
        for one in nest.flatten(loss):
            if not isinstance(one, (Tensor, EngineVariable)):
                raise ValueError(
                    "`add_loss()` can only be called from inside `build()` or `call()`, on a "
                    f"tensor. Received invalid value: {one!r}"
                )
            self._losses.append(one)

    @property
    def losses(self) -> list:
        """What `add_loss` was given in the last call, and the penalties on weights."""
        weights = [v for v in self.trainable_weights if getattr(v, "regularizer", None)]
        return self._added_losses() + [v.regularizer(v) for v in weights]

    def _added_losses(self) -> list:
        found = list(self._losses)
        for layer in self._layers_inside:
            found += layer._added_losses()
        return found

    def _clear_losses(self) -> None:
        self._losses.clear()
        for layer in self._layers_inside:
            layer._clear_losses()

    # -- what a subclass writes ------------------------------------------------------------------

    @_builds
    def build(self, input_shape) -> None:
        """Makes the weights for inputs of this shape, the batch included.

        Unless a subclass writes it, those of the layers inside are made, by a trial of `call`.
        """
        if self._layers_inside and not self.built:
            self._trial((tensors_of(input_shape, self.dtype),), {})

    def call(self, *args, **kwargs):
        """What the layer computes; write it in a subclass."""
        raise NotImplementedError(
            f"Layer {type(self).__name__} does not have a `call()` method implemented."
        )

    def compute_output_shape(self, input_shape):
        """The shape of the output for an input of a shape; found by a trial unless overridden."""
        outputs = self.compute_output_spec(tensors_of(input_shape, self.dtype))
        return nest.map_structure(lambda y: tuple(y.shape), outputs)

    def compute_output_spec(self, *args, **kwargs):
        """The symbolic outputs for symbolic inputs."""
        if type(self).compute_output_shape is Layer.compute_output_shape:
            return self._trial(args, kwargs)
        shapes = self._given_shapes(self.compute_output_shape, args, kwargs)
        return tensors_of(shapes, self.dtype)

    def _trial(self, args: tuple, kwargs: dict) -> Any:
        outputs = output_spec(self._run, args, kwargs)
        self._clear_losses()
        return outputs

    # -- calling -----------------------------------------------------------------------------------

    def __call__(self, *args, **kwargs):
        # 1. A forgotten super().__init__() shows itself here at the latest.
        if "_tracker" not in self.__dict__:
            raise RuntimeError(
                f"In layer {type(self).__name__!r}, you forgot to call `super().__init__()` as "
                "the first statement in the `__init__()` method. Go add it!"
            )
        # 2. Arrays become tensors, floats of the layer's own dtype.
        args = tuple([self._as_input(x) for x in args])
        if kwargs:
            kwargs = {name: self._as_input(x) for name, x in kwargs.items()}
        # 3. The inputs must be what the layer can take. The usual case is one tensor.
        if len(args) == 1 and type(args[0]) is Tensor and kwargs.keys() <= _TRAINING:
            inputs, symbolic = args[0], False
        else:
            inputs, symbolic = self._looked_through(args, kwargs)
        if self.input_spec is not None:
            check_inputs(self.input_spec, inputs, self.name)
        # 4. The first call makes the weights.
        if not self.built:
            self._build_for(args, kwargs)
        # 5. A symbolic call is laid out; any other computes.
        if symbolic:
            return self._lay_out(args, kwargs, self.compute_output_spec(*args, **kwargs))
        return self._run(*args, **kwargs)

    def _as_input(self, value: Any) -> Any:
        """Arrays as tensors and floats in the layer's dtype, through any structure."""
        if type(value) is Tensor:
            dtype = value.array.dtype
            if dtype is self._dtype.numpy_dtype or dtype.kind != "f":
                return value
            return ops.cast(value, self._dtype)
        if nest.is_nested(value):
            return nest.map_structure(self._as_input, value)
        if isinstance(value, EngineVariable):
            return self._as_input(ops.convert_to_tensor(value))
        if hasattr(value, "__array__") and not isinstance(value, KerasTensor):
            is_float = getattr(getattr(value, "dtype", None), "kind", "") == "f"
            return self._as_input(ops.convert_to_tensor(value, self._dtype if is_float else None))
        return value

    def _looked_through(self, args: tuple, kwargs: dict) -> tuple[Any, bool]:
        """The first argument, and whether anything given is symbolic.

        Raises:
            ValueError: a positional argument that is no tensor.
        """
        leaves = nest.flatten(args)
        for x in leaves:
            if not isinstance(x, (Tensor, KerasTensor, type(None))):
                raise ValueError(
                    "Only input tensors may be passed as positional arguments. The following "
                    f"argument value should be passed as a keyword argument: {x!r} (of type "
                    f"{type(x)}), in the call of layer '{self.name}'.{_hint(x)}"
                )
        symbolic = any(isinstance(x, KerasTensor) for x in leaves + nest.flatten(kwargs))
        if len(args) == 1:
            return args[0], symbolic
        given = self._given(args, kwargs)
        if "training" in given:
            raise ValueError(
                f"Layer '{self.name}' was called with {len(args)} positional arguments, the last "
                "of them in the place of `training`. Several inputs are passed as one list or dict."
            )
        return next(iter(given.values()), None), symbolic

    def _given(self, args: tuple, kwargs: dict) -> dict:
        """The arguments of `call` by name, in its own order, without `training`."""
        kwargs = {name: value for name, value in kwargs.items() if name != "training"}
        return self._signature.bind_partial(*args, **kwargs).arguments

    def _build_for(self, args: tuple, kwargs: dict) -> None:
        """Makes the weights for the arguments of the first call."""
        if type(self).build is Layer.build:  # the layers inside do it, when they are called
            given = self._given(args, kwargs)
            shapes = {f"{name}_shape": _shapes(value) for name, value in given.items()}
            vars(self)["_built_for"] = shapes
            with self._as_scope():
                self.built = True
            self._take_awaited()
        else:
            self._given_shapes(self.build, args, kwargs)

    def _take_awaited(self) -> None:
        """Takes the values of a checkpoint that was restored before there were weights for them."""
        if "_awaited" in vars(self):
            vars(self).pop("_awaited")()

    @contextmanager
    def _as_scope(self):
        """Layers that are built within this context are named as parts of this one."""
        outer = _context.layers
        _context.layers = (*outer, self)
        if self._path is None:
            self._path = "/".join(layer.name for layer in dict.fromkeys(_context.layers))
        try:
            yield
        finally:
            _context.layers = outer

    def _given_shapes(self, function, args: tuple, kwargs: dict) -> Any:
        """Calls `build` or `compute_output_shape` with the shape of the first argument.

        For `call(self, query, value)`, a `build(self, query_shape, value_shape)` gets both.
        """
        given = self._given(args, kwargs)
        shapes = {f"{name}_shape": _shapes(value) for name, value in given.items()}
        wanted = inspect.signature(function).parameters
        if len(wanted) > 1 and wanted.keys() <= shapes.keys():
            return function(**{name: shapes[name] for name in wanted})
        return function(next(iter(shapes.values()), None))

    def _run(self, *args, **kwargs):
        """Runs `call`; it and all layers inside learn whether this is training."""
        outer_layers, outer_training = _context.layers, _context.training
        # What is said explicitly counts, None included; then the outer call; then the default.
        inherited = self._default_training if outer_training is None else outer_training
        training = kwargs.pop("training", inherited)
        if self._takes_training and training is not None:
            kwargs["training"] = training
        if not outer_layers:
            self._clear_losses()
        _context.layers, _context.training = (*outer_layers, self), training
        try:
            outputs = self.call(*args, **kwargs)
        except Exception as error:
            if not hasattr(error, "__notes__"):  # the innermost layer speaks
                error.add_note(
                    f"In the call of layer '{self.name}' ({type(self).__name__}) with "
                    f"{nest.map_structure(_described, [*args, *kwargs.items()])}."
                )
            raise
        finally:
            _context.layers, _context.training = outer_layers, outer_training
        if self.activity_regularizer is not None:
            for y in nest.flatten(outputs):
                # For each example, so that the length of the batch makes no difference.
                self.add_loss(self.activity_regularizer(y) / max(y.shape[0] if y.ndim else 1, 1))
        return outputs

    # -- symbolic inputs and outputs ---------------------------------------------------------------

    @property
    def input(self):
        """The symbolic input of the layer's first use."""
        args = self._first_node("input").args
        return args[0] if len(args) == 1 else list(args)

    @property
    def output(self):
        """The symbolic output of the layer's first use."""
        return self._first_node("output").outputs

    def _first_node(self, wanted: str) -> Node:
        if not self.inbound_nodes:
            raise AttributeError(
                f"The layer {self.name} has never been called on a symbolic tensor and thus has "
                f"no defined {wanted}. Use it in a functional or Sequential model."
            )
        return self.inbound_nodes[0]

    # -- configuration -------------------------------------------------------------------------

    def get_config(self) -> dict:
        """The constructor's arguments; a subclass that takes more than plain values extends it."""
        config = {"name": self.name, "trainable": self._trainable, "dtype": policy(self.dtype)}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        settings = {name: getattr(self, name) for name in self._settings}
        config = {**config, **settings, **self._without}
        if type(self).get_config.__module__.startswith("minitape.") and not self._settings:
            return _with_given_arguments(self, config)
        return config

    def get_build_config(self) -> dict | None:
        """The shapes that it was built for, with which `build_from_config` makes its weights."""
        if not self._built_for:
            return None
        if len(self._built_for) == 1:
            return {"input_shape": next(iter(self._built_for.values()))}
        return {"shapes_dict": self._built_for}

    def build_from_config(self, config: dict) -> None:
        """Makes the weights for the shapes of a config that `get_build_config` returned."""
        if config.get("input_shape") is not None:
            self.build(_as_shapes(config["input_shape"]))
        elif "shapes_dict" in config:
            self.build(**{name: _as_shapes(one) for name, one in config["shapes_dict"].items()})

    @classmethod
    def from_config(cls, config: dict) -> "Layer":
        """A layer with the arguments that `get_config` returned, without weights."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


class ShapeKeepingLayer(Layer):
    """A layer whose output has the shape of its input."""

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return tuple(input_shape)


def policy(dtype: str) -> dict:
    """How configs name a type: as the policy to compute in it, and to have weights of it."""
    config = {"name": dtype}
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": config,
        "registered_name": None,
    }


def _with_given_arguments(layer: Layer, config: dict) -> dict:
    """The config of a layer whose class says nothing of it: what its constructor was given.

    Raises:
        NotImplementedError: that was something else than numbers, texts, lists and dicts.
    """
    constructor = type(layer).__init__
    if constructor.__module__.startswith("minitape."):
        return config
    signature = inspect.signature(constructor)
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    args, kwargs = layer._given_arguments
    bound = signature.bind(layer, *args, **kwargs)
    bound.apply_defaults()
    given = dict(list(bound.arguments.items())[1:])
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            given |= given.pop(name, {})
    plain = all(isinstance(x, (str, int, float, type(None))) for x in nest.flatten(given))
    if inspect.Parameter.VAR_POSITIONAL in kinds or not plain:
        raise NotImplementedError(
            f"The constructor of {type(layer).__name__} was given other things than numbers, texts "
            "and lists of these, so that the class must say itself how it is made again: write "
            "get_config(self), which returns {**super().get_config(), 'argument': value, ...}."
        )
    if inspect.Parameter.VAR_KEYWORD not in kinds:
        config = {name: value for name, value in config.items() if name in signature.parameters}
    return {**given, **config}


def tensors_of(shapes: Any, dtype: Any) -> Any:
    """A KerasTensor for a shape, or one for each shape in a list or dict of them."""
    if isinstance(shapes, dict):
        return {key: tensors_of(shape, dtype) for key, shape in shapes.items()}
    if is_shape(shapes):
        return KerasTensor(shapes, dtype)
    return type(shapes)(tensors_of(shape, dtype) for shape in shapes)


def _as_shapes(shapes: Any) -> Any:
    """Shapes as tuples, as they were before JSON made them lists."""
    if isinstance(shapes, dict):
        return {key: _as_shapes(shape) for key, shape in shapes.items()}
    if shapes is None or is_shape(shapes):
        return None if shapes is None else tuple(shapes)
    return [_as_shapes(shape) for shape in shapes]


def is_shape(value: Any) -> bool:
    """True for one shape, False for a structure of shapes."""
    return isinstance(value, (list, tuple)) and all(n is None or isinstance(n, int) for n in value)


def _shapes(inputs: Any) -> Any:
    """The shapes of a structure of tensors, as plain tuples; None for what is no tensor."""
    return nest.map_structure(lambda x: tuple(x.shape) if hasattr(x, "shape") else None, inputs)


def _described(value: Any) -> Any:
    """A tensor's shape and dtype, for messages; anything else as it is."""
    return f"{value.dtype.name} {value.shape}" if isinstance(value, Tensor) else value


def _hint(value: Any) -> str:
    """What may have been meant by a positional argument that is no tensor."""
    if value is input:
        return " That is Python's own function `input`: did you mean `inputs`?"
    if isinstance(value, bool):
        return " Did you mean training=...?"
    if isinstance(value, (int, float)):
        return " Numbers and lists of them must be made an array first: numpy.array(...)."
    return ""


def _pop_input_shape(kwargs: dict) -> tuple | None:
    """Takes Keras 2's spellings of an input's shape out of the arguments; the batch included."""
    if "batch_input_shape" in kwargs:
        shape = tuple(kwargs.pop("batch_input_shape"))
    elif "input_dim" in kwargs:
        shape = (None, int(kwargs.pop("input_dim")))
    elif "input_shape" in kwargs:
        given = kwargs.pop("input_shape")
        shape = (None, given) if isinstance(given, int) else (None, *given)
    else:
        return None
    warnings.warn(
        "Do not pass an `input_shape`/`input_dim` argument to a layer. When using Sequential "
        "models, prefer using an `Input(shape)` object as the first layer in the model instead.",
        stacklevel=4,
    )
    return shape
