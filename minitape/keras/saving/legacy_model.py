"""Whole models in `.h5` files, as Keras 2 wrote them and Keras 3 still does."""

import json
import warnings
from pathlib import Path
from typing import Any

from .. import losses
from ..optimizers import Optimizer
from ..registered import CustomObjectScope
from ..variables import room_for_weights
from .archive import KERAS_VERSION, ROOM_BESIDE_WEIGHTS, errors_of, model_of, parsed, refuse_value
from .files import replacing
from .hdf5 import Reader, Writer
from .legacy import arrays_of, read_legacy, write_arrays, write_legacy
from .legacy_config import todays_compilation, todays_layer
from .serialization import serialize_keras_object, sharing

_OPTIMIZER = "optimizer_weights"


def save_legacy_model(model: Any, path: Any, include_optimizer: bool = True) -> None:
    """Writes a model to an `.h5` file; the old one stays until the new one is complete."""
    with sharing():
        config = serialize_keras_object(model)
    compilation = config.pop("compile_config", None) or {}
    # Keras looks for a class of one's own by this name alone.
    config["class_name"] = config["registered_name"] or config["class_name"]
    writer = Writer()
    texts = {"keras_version": KERAS_VERSION, "backend": "tensorflow"}
    texts["model_config"] = _json(config)
    optimizer = model.optimizer if include_optimizer and compilation else None
    if optimizer is not None:
        compilation["optimizer_config"] = compilation.pop("optimizer")
        compilation["loss"] = _long_names(compilation["loss"])
        texts["training_config"] = _json(compilation)
    writer.describe("", texts)
    write_legacy(model, writer)
    if isinstance(optimizer, Optimizer):
        write_arrays(writer, _OPTIMIZER, optimizer.variables)
    data = writer.finish()
    with replacing(path) as file:
        file.write(data)


def _long_names(loss: Any) -> Any:
    """Losses in the names of their functions: Keras knows no short ones here, its own neither."""
    if isinstance(loss, list):
        return [_long_names(one) for one in loss]
    if isinstance(loss, dict) and "class_name" not in loss:
        return {key: _long_names(one) for key, one in loss.items()}
    return getattr(losses.get(loss), "__name__", loss) if isinstance(loss, str) else loss


def _json(config: dict) -> str:
    return json.dumps(config, default=refuse_value)


def load_legacy_model(path: Any, custom_objects: dict | None, compile: bool) -> Any:
    """The model of an `.h5` file.

    Raises:
        ValueError: the file is damaged or refused, or holds weights alone.
    """
    with Reader(Path(path).read_bytes(), str(path), legacy=True) as reader:
        config = reader.text("", "model_config")
        if config is None:
            raise ValueError(
                f"{path} says nothing of how its model is made: it holds weights alone. Make the "
                "model, and load them into it: model.load_weights(path)."
            )
        where = f"{path}, model_config"
        with room_for_weights(reader.declared + ROOM_BESIDE_WEIGHTS), errors_of(where):
            model = model_of(todays_layer(parsed(config, where)), custom_objects)
        read_legacy(model, reader, by_name=False, skip_mismatch=False)
        compilation = reader.text("", "training_config") if compile else None
        if compilation is not None:
            where = f"{path}, training_config"
            with errors_of(where), CustomObjectScope(custom_objects):
                model.compile_from_config(todays_compilation(parsed(compilation, where)))
            _read_optimizer(model, reader)
    return model


def _read_optimizer(model: Any, reader: Reader) -> None:
    """Assigns the optimizer's state, where it is of an optimizer like the model's."""
    optimizer = model.optimizer
    if not isinstance(optimizer, Optimizer) or not reader.has(_OPTIMIZER):
        return
    stored = arrays_of(reader, "", _OPTIMIZER)
    try:
        optimizer.load_own_variables({str(i): array for i, array in enumerate(stored)})
    except ValueError as error:
        warnings.warn(
            f"{reader.where}: the state of the optimizer was not loaded, and it starts anew: "
            f"{error}",
            stacklevel=4,
        )
