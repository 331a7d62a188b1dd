"""Sequential: a list of layers, each fed with what the one before gives."""

from typing import Any

from ..layers.core import InputLayer
from ..layers.input_spec import may_be_equal
from ..layers.keras_tensor import KerasTensor
from ..layers.layer import Layer, is_shape, policy
from ..layers.serialization import CLASSES, PUBLIC_NAMES
from ..naming import auto_name
from ..registered import CustomObjectScope
from ..saving.serialization import layer_config, layer_from_config
from .graph import Graph
from .model import Model


class Sequential(Model):
    """A stack of layers.

    It has weights once the shape of its input is known: from an Input as the first entry, from
    `build(input_shape)`, or from the first data it is called on.

    Args:
        layers: a list of layers.
        trainable: whether its weights should be changed by training.
        name: its name.
    """

    _is_list = True

    def __init__(self, layers=None, trainable=True, name=None):
        super().__init__(trainable=trainable, name=name)
        self._stack: list[Layer] = []  # with the Input, where the input's shape is known
        self._results: list[KerasTensor] = []  # what each layer of the stack gives
        for layer in layers or []:
            self._put(layer)
        self._connect()

    def add(self, layer, rebuild=True) -> None:
        """Puts a layer (or an Input) on top."""
        self._put(layer)
        try:
            self._connect()
        except Exception:
            self._stack.pop()
            raise

    def pop(self, rebuild=True) -> Layer:
        """Takes the top layer off and returns it."""
        layer = self._stack.pop()
        self._connect()
        return layer

    def _put(self, layer: Any) -> None:
        if isinstance(layer, KerasTensor) and layer.node is not None:
            layer = layer.node.layer
        if not isinstance(layer, Layer):
            raise ValueError(
                "Only instances of `keras.Layer` can be added to a Sequential model. Received: "
                f"{layer} (of type {type(layer)})"
            )
        names = [known.name for known in self._stack if known is not layer]
        if layer.name in names:
            raise ValueError(
                "All layers added to a Sequential model should have unique names. Name "
                f"'{layer.name}' is already the name of a layer in this model. Update the `name` "
                "argument to pass a unique name."
            )
        if not self._stack:
            shape = _known_input_shape(layer)
            if shape is not None and not isinstance(layer, InputLayer):
                self._stack.append(InputLayer(batch_shape=shape))
        elif isinstance(layer, InputLayer):
            raise ValueError(
                f"The Input of Sequential model '{self.name}' must come first and once; the model "
                f"already has the layers {names}."
            )
        self._stack.append(layer)

    def _connect(self) -> None:
        """Lays out the layers that are new, where the input's shape is known."""
        self._forget_programs()
        del self._results[len(self._stack) :]
        if len(self._stack) < 2 or not isinstance(self._stack[0], InputLayer):
            self._graph = None
            self.built = False
            return
        with self._as_scope():
            for layer in self._stack[len(self._results) :]:
                made = layer(self._results[-1]) if self._results else layer.output
                self._results.append(made)
        # Keras makes a functional model at this place, which takes the next of their names.
        auto_name("functional")
        self._graph = Graph(self._results[0], self._results[-1], self.name)
        self.built = True

    def build(self, input_shape=None) -> None:
        """Makes the weights for inputs of this shape, the batch included.

        Raises:
            ValueError: no shape, no layers, or built already for another shape.
        """
        if self._graph is not None:
            known = tuple(self._graph.inputs.shape)
            if input_shape is not None and not may_be_equal(known[1:], tuple(input_shape)[1:]):
                raise ValueError(
                    f"Sequential model '{self.name}' has already been configured to use input "
                    f"shape {known}. You cannot build it with input_shape {tuple(input_shape)}"
                )
            return
        if not self._stack or isinstance(self._stack[0], InputLayer):
            raise ValueError(
                f"Sequential model {self.name} cannot be built because it has no layers. Call "
                "`model.add(layer)`."
            )
        if input_shape is None:
            raise ValueError(
                f"Sequential model '{self.name}' does not know the shape of its input. Pass it: "
                "build(input_shape=(None, ...))."
            )
        # There is no graph for several inputs, which the first layer may take.
        if is_shape(input_shape):
            self._stack.insert(0, InputLayer(batch_shape=(None, *input_shape[1:])))
            self._connect()

    def call(self, inputs, training=None):
        """What the last layer gives."""
        if self._graph is not None:
            return super().call(inputs)
        for layer in self._stack:
            inputs = layer(inputs)
        return inputs

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the Input."""
        return [layer for layer in self._stack if not isinstance(layer, InputLayer)]

    def get_config(self) -> dict:
        """The layers' configs, in Keras' own form."""
        config = {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": policy(self.dtype),
            "layers": [layer_config(layer) for layer in self._stack],
        }
        if self._graph is not None:
            config["build_input_shape"] = tuple(self._graph.inputs.shape)
        return config

    def get_build_config(self) -> dict | None:
        """The shape of the input, where it is known."""
        if self._graph is None:
            return super().get_build_config()
        return {"input_shape": tuple(self._graph.inputs.shape)}

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None):
        """A model with the layers of a config, without their weights.

        Args:
            config: what `get_config` gave, of minitape or of Keras.
            custom_objects: your own layer classes by name.
        """
        with CustomObjectScope(custom_objects):
            layers = [layer_from_config(layer) for layer in config["layers"]]
        model = cls(layers, config.get("trainable", True), config.get("name"))
        if model._graph is None and config.get("build_input_shape"):
            model.build(config["build_input_shape"])
        return model


def _known_input_shape(layer: Layer) -> Any:
    """The input's shape, batch included, that a layer was given or a model was built for."""
    if isinstance(layer, Model) and layer._graph is not None:
        return layer.input_shape if isinstance(layer.input, KerasTensor) else None
    return layer._given_input_shape


CLASSES["Sequential"] = Sequential
PUBLIC_NAMES[Sequential] = ("keras", "Sequential", None)
