"""Model: a Layer that can be trained. Functional, or subclassed with a `call` of its own."""

from typing import Any

from ... import nest
from .. import saving
from ..layers.keras_tensor import KerasTensor
from ..layers.layer import Layer
from ..layers.serialization import CLASSES, PUBLIC_NAMES
from ..naming import auto_name
from ..registered import CustomObjectScope
from ..training import Trainer
from .config import graph_config, graph_from_config
from .graph import Graph
from .summary import print_summary


class Model(Trainer, Layer):
    """A network of layers with `fit`, `evaluate` and `predict`.

    * `Model(inputs, outputs)` runs the layers between symbolic inputs and outputs.
    * A subclass with a `call(self, inputs)` runs that; its layers are attributes.
    * A subclass without one may be given inputs and outputs too, and write `train_step` anew.

    Args:
        inputs: a KerasTensor from `Input`, or a list or dict of them.
        outputs: a KerasTensor, or a list or dict of them.
        trainable: whether its weights should be changed by training.
        name: its name.
    """

    # A model that was made from symbolic tensors has a graph; any other has None.
    _graph: Graph | None = None
    # Whether the layers are a list, whatever graph there is.
    _is_list = False

    def __init__(self, *args, **kwargs):
        if not _are_functional(args, kwargs):
            if args:
                raise TypeError(
                    f"{type(self).__name__} takes inputs and outputs, or no positional arguments. "
                    f"Received: {len(args)}."
                )
            super().__init__(**kwargs)
            return
        inputs = args[0] if args else kwargs.pop("inputs")
        outputs = args[1] if len(args) == 2 else kwargs.pop("outputs")
        if type(self) is Model and kwargs.get("name") is None:
            kwargs["name"] = auto_name("functional")
        super().__init__(**kwargs)
        self._set_graph(Graph(inputs, outputs, self.name))

    def _set_graph(self, graph: Graph) -> None:
        self._graph = graph
        self._graph_layers = [layer for layer in graph.layers if isinstance(layer, Layer)]
        self.built = True

    # -- what it consists of ---------------------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        """The layers, in the order of the graph, or in that of the attributes."""
        return list(self._layers_inside)

    def get_layer(self, name=None, index=None) -> Layer:
        """The layer of this name or at this index.

        Raises:
            ValueError: there is none.
        """
        layers = self.layers
        if (index is None) == (name is None):
            raise ValueError(
                "Provide either a layer name or a layer index to `get_layer`. Received: "
                f"index={index}, name={name}."
            )
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has "
                    f"{len(layers)} layers."
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"No such layer: {name}. Existing layers are: {[layer.name for layer in layers]}."
        )

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs."""
        return nest.flatten(self._needed_graph("inputs").inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs."""
        return nest.flatten(self._needed_graph("outputs").outputs)

    @property
    def input(self) -> Any:
        """The symbolic inputs in the structure they were given in."""
        return super().input if self._graph is None else self._graph.inputs

    @property
    def output(self) -> Any:
        """The symbolic outputs in the structure they were given in."""
        return super().output if self._graph is None else self._graph.outputs

    @property
    def input_shape(self) -> Any:
        """The shape of the inputs, with the batch."""
        return nest.map_structure(
            lambda x: tuple(x.shape), self._needed_graph("input_shape").inputs
        )

    @property
    def output_shape(self) -> Any:
        """The shape of the outputs, with the batch."""
        return nest.map_structure(
            lambda y: tuple(y.shape), self._needed_graph("output_shape").outputs
        )

    @property
    def output_names(self) -> list[str] | None:
        """The names of the layers that make the outputs, or a dict's keys; None without a graph."""
        if self._graph is None:
            return None
        if isinstance(self._graph.outputs, dict):
            return sorted(self._graph.outputs)
        return [y.node.layer.name for y in self.outputs if y.node is not None]

    def _needed_graph(self, wanted: str) -> Graph:
        if self._graph is None:
            raise AttributeError(
                f"Model '{self.name}' has no defined {wanted}: it was not made from symbolic "
                "inputs and outputs. Functional models have them, and Sequential ones once built."
            )
        return self._graph

    # -- calling ---------------------------------------------------------------------------------

    def call(self, inputs, training=None):
        """The outputs for the inputs; write it in a subclass."""
        if self._graph is None:
            raise NotImplementedError(
                f"Model {type(self).__name__} does not have a `call()` method implemented. Write "
                "`call(self, inputs)`, or make the model from inputs and outputs."
            )
        return self._graph.run(inputs)

    def compute_output_spec(self, *args, **kwargs):
        """The symbolic outputs for symbolic inputs."""
        if self._graph is None or type(self).call is not Model.call:
            return super().compute_output_spec(*args, **kwargs)
        return self._graph.run(args[0] if args else kwargs["inputs"], symbolic=True)

    # -- looking at it ---------------------------------------------------------------------------

    def summary(
        self,
        line_length=None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
    ) -> None:
        """Prints the layers, their output shapes and how many numbers they hold.

        Args:
            line_length: the width of the table, in characters.
            positions: where each column ends, as a share of the width.
            print_fn: called with the whole text, in place of `print`.
            expand_nested: whether models inside show their layers as well.
            show_trainable: whether there is a column "Trainable".
            layer_range: two names of layers, or regular expressions for them: the first layer to
                be shown and the last one.

        Raises:
            ValueError: a `layer_range` that is none, or a width that is too small.
        """
        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
        )

    # -- saving ------------------------------------------------------------------------------

    def save(self, filepath, overwrite=True, zipped=None, **kwargs) -> None:
        """Saves the model to a `.keras` file, which `keras.models.load_model` reads.

        Args:
            filepath: a path that ends in `.keras`; or in `.h5`, for Keras 2's format.
            overwrite: whether to replace a file that is there. Otherwise the user is asked.
            zipped: accepted for Keras' scripts, which may say True.
            **kwargs: Keras 2's `include_optimizer` and `save_format`.

        Raises:
            ValueError: another ending, or something that cannot be saved; the old file stays.
        """
        saving.save_model(self, filepath, overwrite, zipped, **kwargs)

    def save_weights(self, filepath, overwrite=True, max_shard_size=None) -> None:
        """Saves the weights, and the optimizer's state, to a `.weights.h5` file.

        Args:
            filepath: a path that ends in `.weights.h5`.
            overwrite: whether to replace a file that is there. Otherwise the user is asked.
            max_shard_size: must be None: there is one file.
        """
        saving.save_weights(self, filepath, overwrite, max_shard_size)

    def load_weights(self, filepath, skip_mismatch=False, **kwargs) -> None:
        """Loads the weights, and the optimizer's state, of a model made like this one.

        Args:
            filepath: a `.keras` file, a `.weights.h5` file, or an `.h5` file of Keras 2.
            skip_mismatch: whether to leave out, with a warning, what doesn't fit.
            **kwargs: `by_name=True` for an `.h5` file of Keras 2.

        Raises:
            ValueError: weights that don't fit, or a file that is damaged or refused; the model
                stays as it was.
        """
        saving.load_weights(self, filepath, skip_mismatch, **kwargs)

    def export(self, filepath, format="tf_saved_model", verbose=None, **kwargs) -> None:
        """Not there: what it writes is a graph of TensorFlow's, or of other runtimes.

        Raises:
            NotImplementedError: always; the message says how to get one.
        """
        raise NotImplementedError(
            "minitape has no graphs to export: it runs programs as they stand. Save the model with "
            "model.save('model.keras'), and export it where TensorFlow is installed: "
            f"keras.models.load_model('model.keras').export({str(filepath)!r}, format={format!r})."
        )

    def to_json(self, **kwargs) -> str:
        """How the model is made, as a text that `keras.models.model_from_json` reads.

        Args:
            **kwargs: arguments of `json.dumps`.
        """
        return saving.model_to_json(self, **kwargs)

    # -- configuration -----------------------------------------------------------------------

    def get_config(self) -> dict:
        """The layers and how they are connected, in Keras' own form."""
        if self._graph is None:
            return super().get_config()
        config = {"name": self.name, "trainable": self._trainable}
        return {**config, **graph_config(self._graph)}

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None):
        """A model with the layers of a config, without their weights.

        Args:
            config: what `get_config` gave, of minitape or of Keras.
            custom_objects: your own layer classes by name.
        """
        if "input_layers" not in config:
            return cls(**config)
        with CustomObjectScope(custom_objects):
            inputs, outputs = graph_from_config(config)
        return cls(
            inputs, outputs, name=config.get("name"), trainable=config.get("trainable", True)
        )


def _are_functional(args: tuple, kwargs: dict) -> bool:
    """Whether a model's arguments are inputs and outputs."""
    if len(args) == 2:
        return True
    return "outputs" in kwargs and (len(args) == 1 or "inputs" in kwargs)


# Keras' own configs call the functional ones by the name of a class of its own.
CLASSES.update(Model=Model, Functional=Model)
PUBLIC_NAMES[Model] = ("keras.src.models.functional", "Functional", "Functional")
