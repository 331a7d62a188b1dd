"""The `.keras` format: a zip archive of a model's config, its weights and two lines about both."""

import datetime
import json
import os
import zipfile
from contextlib import contextmanager
from typing import Any

from ..layers import Layer
from ..variables import room_for_weights
from .files import replacing
from .hdf5 import Reader, Refused
from .serialization import deserialize_keras_object, serialize_keras_object, sharing
from .weights import read_weights, write_weights

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
# The version of Keras whose files these are.
KERAS_VERSION = "3.15.1"
# Keras compresses nothing. A member may be this many times as large as what is stored of it, or
# have this many bytes; and a config may have this many.
_EXPANSION = 100
_SMALL = 1 << 20
_LARGEST_JSON = {METADATA: 1 << 16, CONFIG: 1 << 26}
# What a model may take beyond the weights in its file: metrics, and what its making needs.
ROOM_BESIDE_WEIGHTS = 1 << 24


def save_archive(model: Any, path: Any) -> None:
    """Writes a model to a `.keras` file; the old one stays until the new one is complete."""
    with sharing():
        config = json.dumps(serialize_keras_object(model), default=refuse_value)
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    metadata = json.dumps({"keras_version": KERAS_VERSION, "date_saved": now})
    weights = write_weights(model)
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(METADATA), metadata)
        archive.writestr(zipfile.ZipInfo(CONFIG), config)
        archive.writestr(zipfile.ZipInfo(WEIGHTS), weights)


def refuse_value(value: Any) -> None:
    """Called for what a config holds and JSON has no form for."""
    raise TypeError(
        f"The model's config holds {value!r} of type {type(value).__name__}, which JSON cannot: "
        "get_config() must return numbers, texts, lists and dicts of these."
    )


def load_archive(path: Any, custom_objects: dict | None, compile: bool, safe_mode: bool) -> Any:
    """The model of a `.keras` file.

    Raises:
        ValueError: the file is damaged or refused; the message names the member.
    """
    members = read_members(path)
    config = parsed(members[CONFIG], f"{path}, member {CONFIG}")
    if not compile:
        config.pop("compile_config", None)
    where = f"{path}, member {WEIGHTS}"
    with Reader(members[WEIGHTS], where) as reader:
        room = room_for_weights(reader.declared + ROOM_BESIDE_WEIGHTS)
        with room, errors_of(f"{path}, member {CONFIG}"):
            model = model_of(config, custom_objects, safe_mode)
        load_into(model, reader, where)
    return model


def model_of(config: dict, custom_objects: dict | None, safe_mode: bool = True) -> Any:
    """The model of a config."""
    with sharing():
        model = deserialize_keras_object(config, custom_objects, safe_mode)
    if not isinstance(model, Layer):
        raise ValueError(f"it describes no model, but {model!r}.")
    return model


@contextmanager
def errors_of(where: str):
    """Whatever goes wrong in this context with what a file says becomes a ValueError."""
    try:
        yield
    except Exception as error:
        raise ValueError(
            f"{where}: expected the config of a model, and none could be made of it: {error}"
        ) from error


def load_into(model: Any, reader: Reader, where: str, skip_mismatch: bool = False) -> list[str]:
    """Assigns a file's weights to a model, and says in which file something is wrong."""
    try:
        return read_weights(model, reader, skip_mismatch)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def read_members(path: Any) -> dict[str, bytes]:
    """The members of a `.keras` file, if these are the three that Keras writes.

    Raises:
        ValueError: anything else; nothing is unpacked before all members were looked at.
    """
    with open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                _check_members(archive, os.fstat(file.fileno()).st_size)
                return {name: archive.read(name) for name in (METADATA, CONFIG, WEIGHTS)}
        except Refused as error:
            raise ValueError(f"{path}: {error}") from None
        except Exception as error:  # zipfile has many for what it cannot read
            raise ValueError(
                f"{path}: expected a whole zip archive, as model.save writes it: {error}"
            ) from error


def _check_members(archive: zipfile.ZipFile, size: int) -> None:
    found = [member.filename for member in archive.infolist()]
    if sorted(found) != sorted([METADATA, CONFIG, WEIGHTS]):
        raise Refused(
            f"a .keras file has exactly the members {METADATA}, {CONFIG} and {WEIGHTS}. Found: "
            f"{found[:20]}. This one is damaged, was made by something else, or holds what "
            "minitape doesn't read, such as the vocabularies of preprocessing layers."
        )
    for member in archive.infolist():
        stored, declared = member.compress_size, member.file_size
        limit = min(max(_SMALL, _EXPANSION * stored), _LARGEST_JSON.get(member.filename, declared))
        if stored > size or declared > limit:
            raise Refused(
                f"member {member.filename} is refused: it declares {declared:,} bytes, of which "
                f"{stored:,} are stored in an archive of {size:,}. At most {limit:,} are allowed."
            )


def parsed(data: bytes | str, where: str) -> dict:
    """The dict of a JSON text."""
    try:
        config = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where}: expected JSON: {error}") from error
    if not isinstance(config, dict):
        raise ValueError(f"{where} should hold a dict. Received: {type(config).__name__}.")
    return config


def model_from_json(json_string, custom_objects=None) -> Any:
    """The model of a text that `Model.to_json()` returned, with new weights.

    Args:
        json_string: the text.
        custom_objects: your own classes and functions by name.

    Raises:
        ValueError: no JSON, a text longer than any config that minitape reads, or an unknown class.
    """
    with errors_of("The text"):
        if len(json_string) > _LARGEST_JSON[CONFIG]:
            raise ValueError(
                f"it has {len(json_string):,} characters, and the longest that is read "
                f"{_LARGEST_JSON[CONFIG]:,}."
            )
        return model_of(parsed(json_string, "The text"), custom_objects)


def model_to_json(model: Any, **kwargs) -> str:
    """The model's config as a text."""
    with sharing():
        return json.dumps(serialize_keras_object(model), default=refuse_value, **kwargs)
