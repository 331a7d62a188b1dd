"""Saving and loading by the kind of file that a path names."""

import os
import warnings
from pathlib import Path
from typing import Any

from .archive import WEIGHTS, load_archive, load_into, read_members, save_archive
from .files import may_write, replacing
from .hdf5 import Reader
from .legacy import read_legacy
from .legacy_model import load_legacy_model, save_legacy_model
from .weights import write_weights

_WEIGHTS = ".weights.h5"
_LEGACY = (".h5", ".hdf5")


def save_model(model, filepath, overwrite=True, zipped=None, **kwargs) -> None:
    """Saves a model: how it is made, its weights, what it was compiled with, the optimizer's state.

    Args:
        model: the model.
        filepath: a path that ends in `.keras`; or in `.h5`, for Keras 2's format.
        overwrite: whether to replace a file that is there. Otherwise the user is asked.
        zipped: accepted for Keras' scripts, which may say True.
        **kwargs: Keras 2's `include_optimizer` and `save_format`.

    Raises:
        ValueError: another ending, or something that cannot be saved; the old file stays.
    """
    include_optimizer = kwargs.pop("include_optimizer", True)
    kwargs.pop("save_format", None)
    if kwargs:
        raise ValueError(
            f"The following argument(s) are not supported: {list(kwargs)}. Leave them out."
        )
    legacy = str(filepath).endswith(_LEGACY) and not str(filepath).endswith(_WEIGHTS)
    if not legacy and not str(filepath).endswith(".keras"):
        raise ValueError(
            "Invalid filepath extension for saving: a model is saved in a file whose name ends in "
            "`.keras`, its weights alone by `save_weights` in one that ends in `.weights.h5`. "
            f"Received: filepath={filepath}."
        )
    if zipped is False:
        raise ValueError(
            "minitape saves a model as one file, a zip archive: leave `zipped` out. Received: "
            "False."
        )
    if not may_write(filepath, overwrite):
        return
    if not model.built:
        warnings.warn(
            "The model is not built yet, and so has no weights to be saved. Call it on data, or "
            "build it, first.",
            stacklevel=2,
        )
    if legacy:
        save_legacy_model(model, filepath, include_optimizer)
    else:
        save_archive(model, filepath)


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True) -> Any:
    """The model of a `.keras` file, or of an `.h5` file of Keras 2's format, whoever wrote it.

    The file may come from anybody: nothing in it is run or imported, whatever it says.

    Args:
        filepath: its path.
        custom_objects: your own classes and functions by name. Those that were registered with
            `register_keras_serializable` are known anyway.
        compile: whether to compile the model as it was.
        safe_mode: accepted for Keras' scripts. Code in a file is never run.

    Raises:
        ValueError: a file of another kind, a damaged one, one that is refused, or an unknown
            class in it.
    """
    if not str(filepath).endswith((".keras", *_LEGACY)):
        raise ValueError(
            "File format not supported: expected a `.keras` file, or an `.h5` file of Keras 2's "
            "format. Weights alone are loaded into a model by `model.load_weights`. Received: "
            f"filepath={filepath}."
        )
    if not os.path.isfile(filepath):
        raise ValueError(
            f"File not found: filepath={filepath}. The path of a file that exists is expected."
        )
    if str(filepath).endswith(_LEGACY):
        return load_legacy_model(filepath, custom_objects, compile)
    return load_archive(filepath, custom_objects, compile, safe_mode)


def save_weights(model, filepath, overwrite=True, max_shard_size=None) -> None:
    """Saves a model's weights, and its optimizer's state.

    Args:
        model: a model that is built.
        filepath: a path that ends in `.weights.h5`.
        overwrite: whether to replace a file that is there. Otherwise the user is asked.
        max_shard_size: must be None: there is one file.

    Raises:
        ValueError: another ending, or a model without weights yet.
    """
    if not str(filepath).endswith(_WEIGHTS):
        raise ValueError(f"The filename must end in `.weights.h5`. Received: filepath={filepath}")
    if max_shard_size is not None:
        raise ValueError(
            "minitape writes weights into one file: leave `max_shard_size` out. Received: "
            f"{max_shard_size}."
        )
    _check_built(model, "saving")
    if not may_write(filepath, overwrite):
        return
    data = write_weights(model)
    with replacing(filepath) as file:
        file.write(data)


def load_weights(model, filepath, skip_mismatch=False, **kwargs) -> None:
    """Loads weights, and the optimizer's state, into a model made like the one that was saved.

    Args:
        model: a model that is built.
        filepath: a `.keras` file, a `.weights.h5` file, or an `.h5` file of Keras 2.
        skip_mismatch: whether to leave out, with a warning, what doesn't fit.
        **kwargs: `by_name=True` for an `.h5` file of Keras 2, to go by the names of layers.

    Raises:
        ValueError: weights that don't fit, or a file that is damaged or refused; the model stays
            as it was.
    """
    path, by_name = str(filepath), kwargs.pop("by_name", False)
    if kwargs:
        raise ValueError(f"Invalid keyword arguments: {kwargs}. Leave them out.")
    if not path.endswith((".keras", *_LEGACY)):
        raise ValueError(
            "File format not supported: expected a `.keras`, a `.weights.h5` or an `.h5` file of "
            f"Keras 2's. Received: filepath={filepath}"
        )
    _check_built(model, "loading")
    if by_name and path.endswith((".keras", _WEIGHTS)):
        raise ValueError(
            f"`by_name` needs an `.h5` file of Keras 2's. Received: filepath={filepath}"
        )
    if path.endswith(".keras"):
        data, where = read_members(filepath)[WEIGHTS], f"{path}, member {WEIGHTS}"
    else:
        data, where = Path(filepath).read_bytes(), path
    legacy = not path.endswith((".keras", _WEIGHTS))
    with Reader(data, where, legacy) as reader:
        if legacy:
            skipped = read_legacy(model, reader, by_name, skip_mismatch)
        else:
            skipped = load_into(model, reader, where, skip_mismatch)
    if skipped:
        warnings.warn(f"Left out of {path}: {'; '.join(skipped)}", stacklevel=2)


def _check_built(model: Any, doing: str) -> None:
    if not model.built:
        raise ValueError(
            f"You are {doing} the weights of a model that has none yet: call it on data, or "
            "`build` it, first."
        )
