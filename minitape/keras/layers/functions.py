"""Layers that are functions: the identity, and one of yours."""

import inspect
from typing import Any

from ... import nest
from ..naming import function_config
from ..registered import find_custom
from .keras_tensor import KerasTensor
from .layer import Layer, is_shape


class Identity(Layer):
    """The inputs as they are.

    Args:
        **kwargs: Layer's arguments.
    """

    def call(self, inputs):
        """The inputs."""
        return inputs

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape

    def compute_output_spec(self, inputs):
        """The inputs' shapes and dtypes."""
        return nest.map_structure(lambda x: KerasTensor(x.shape, x.dtype), inputs)


class Lambda(Layer):
    """A function of tensors as a layer. It should not use variables: a subclass of Layer may.

    Args:
        function: takes the inputs, `arguments`, and `training` if it has such a parameter.
        output_shape: the output's shape without the batch, or a function of the input's shape;
            found by a trial on zeros unless given.
        mask: None: minitape has no masks.
        arguments: a dict of further arguments.
        **kwargs: Layer's arguments.
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        if mask is not None:
            raise ValueError(
                f"Layer '{self.name}': `mask` is not supported, as minitape passes no masks from "
                f"layer to layer. Received: mask={mask!r}"
            )
        self.function = function
        self.arguments = arguments or {}
        self._output_shape = output_shape
        self._wants_training = "training" in inspect.signature(function).parameters

    def call(self, inputs, training=None):
        """The function of the inputs."""
        told = {"training": training} if self._wants_training else {}
        return self.function(inputs, **self.arguments, **told)

    def compute_output_shape(self, input_shape):
        """The given shape, or what a trial on zeros finds."""
        if self._output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._output_shape):
            return self._output_shape(input_shape)
        batch = nest.flatten(input_shape)[0]
        return _with_batch(batch, self._output_shape)

    def compute_output_spec(self, *args, **kwargs):
        """The symbolic outputs for symbolic inputs."""
        if self._output_shape is None:
            return self._trial(args, kwargs)
        return super().compute_output_spec(*args, **kwargs)

    def get_config(self) -> dict:
        """The constructor's arguments; functions by their names.

        Raises:
            ValueError: a function without a name. Keras would write its compiled code, which
                minitape neither writes nor runs.
        """
        config = {**super().get_config(), "function": self._named(self.function)}
        if self._output_shape is not None:
            shape = self._output_shape
            config["output_shape"] = self._named(shape) if callable(shape) else shape
        return {**config, "arguments": self.arguments}

    def _named(self, function) -> dict:
        name = getattr(function, "__name__", "<lambda>")
        if name == "<lambda>":
            raise ValueError(
                f"Layer '{self.name}' has no config, as its function has no name: {function!r}. "
                "Give it one: write it with `def`, or subclass Layer."
            )
        return function_config(function)

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> "Lambda":
        """The layer of a config; its functions are found by name in `custom_objects`."""
        config = dict(config)
        for key in ("function", "output_shape"):
            value = config.get(key)
            if isinstance(value, dict) and "class_name" in value:
                config[key] = _function(value, custom_objects or {})
        return cls(**config)


def _with_batch(batch, shapes: Any) -> Any:
    """Each shape of a structure with the batch in front."""
    if is_shape(shapes):
        return (batch, *shapes)
    if isinstance(shapes, dict):
        return {key: _with_batch(batch, shape) for key, shape in shapes.items()}
    return [_with_batch(batch, shape) for shape in shapes]


def _function(config: dict, custom_objects: dict):
    """The function that a config names."""
    name = config["config"]
    if config["class_name"] != "function" or not isinstance(name, str):
        raise ValueError(
            f"The config of Lambda layer {config.get('name')!r} holds a function's compiled code, "
            "which minitape doesn't run. Write the function with `def`, and save the model again."
        )
    found = find_custom(config, custom_objects)
    if found is None:
        raise ValueError(
            f"Unknown function {name!r} in the config of a Lambda layer. Name your own functions "
            "in `custom_objects={'my_function': my_function}`, or register them with "
            "@keras.saving.register_keras_serializable()."
        )
    return found
