"""Images in folders, one folder per class, as a Dataset."""

import os
from pathlib import Path
from typing import Any

import numpy

from ... import ops
from ...arrays import TensorSpec
from ...data import AUTOTUNE, Dataset
from ..messages import say
from .images import MODES, load_img, resized

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_INTERPOLATIONS = ("bilinear", "nearest")
_SUBSETS = ("training", "validation", "both", None)
_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


def image_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    color_mode="rgb",
    batch_size=32,
    image_size=(256, 256),
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    interpolation="bilinear",
    follow_links=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    data_format=None,
    format="tf",
    verbose=True,
) -> Any:
    """A Dataset of the images below a folder, with their labels.

    Its elements are batches (images, labels); the images have the shape (batch, height, width,
    channels), and values from 0 to 255 as float32 (as uint8 if they are "nearest"). The dataset
    has the attributes `class_names` and `file_paths`.

    Args:
        directory: the folder.
        labels: "inferred" from the names of the folders in it, in alphabetical order; None for no
            labels; or a list with an integer for each file, in alphabetical order of their paths.
        label_mode: "int" for integers, "categorical" for one-hot rows, "binary" for 0.0 and 1.0 of
            shape (batch, 1), None for no labels.
        class_names: the folders that count, in the order of their labels.
        color_mode: "rgb", "rgba" or "grayscale".
        batch_size: images per batch; None for single images.
        image_size: (height, width) that they are resized to.
        shuffle: whether the order is random, and another one in each pass.
        seed: for the same order at each run.
        validation_split: the share of the images that is kept for validation.
        subset: "training", "validation", or "both" for a list of the two datasets.
        interpolation: "bilinear" or "nearest".
        follow_links: whether folders behind symbolic links are looked into.
        crop_to_aspect_ratio: not supported, as is the next.
        pad_to_aspect_ratio: not supported.
        data_format: "channels_last" alone.
        format: "tf" alone, which is a Dataset.
        verbose: whether it prints what it found.

    Raises:
        ImportError: Pillow is not installed.
        NotImplementedError: an argument that is not supported.
        ValueError: arguments that don't fit together, or no images.
    """
    if labels is None or label_mode is None:
        labels = label_mode = None
    _check_labels(labels, label_mode, class_names)
    if color_mode not in MODES:
        raise ValueError(
            '`color_mode` must be one of {"rgb", "rgba", "grayscale"}. Received: '
            f"color_mode={color_mode}"
        )
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    if not isinstance(image_size, (list, tuple)) or len(image_size) != 2:
        raise ValueError(
            "Invalid `image_size` value. Expected a tuple of 2 integers. Received: "
            f"image_size={image_size}"
        )
    if interpolation.lower() not in _INTERPOLATIONS:
        raise ValueError(
            f"Argument `interpolation` should be one of {_INTERPOLATIONS}. Received: "
            f"interpolation={interpolation}"
        )
    for argument, value, accepted in (
        ("crop_to_aspect_ratio", crop_to_aspect_ratio, (False,)),
        ("pad_to_aspect_ratio", pad_to_aspect_ratio, (False,)),
        ("data_format", data_format, (None, "channels_last")),
        ("format", format, ("tf",)),
    ):
        if value not in accepted:
            raise NotImplementedError(
                f"image_dataset_from_directory: {argument} must be {accepted[-1]!r}. Received: "
                f"{value!r}."
            )
    _check_split(validation_split, subset, shuffle, seed)
    seed = numpy.random.randint(10**6) if seed is None else seed
    paths, numbers, names = _index(directory, labels, class_names, follow_links)
    if label_mode == "binary" and len(names) != 2:
        raise ValueError(
            'When passing `label_mode="binary"`, there must be exactly 2 class_names. Received: '
            f"class_names={names}"
        )
    if verbose:
        classes = "" if numbers is None else f" belonging to {len(names)} classes"
        say(f"Found {len(paths)} files{classes}.")
    if shuffle:
        order = numpy.arange(len(paths))
        numpy.random.RandomState(seed).shuffle(order)
        paths = [paths[i] for i in order]
        numbers = None if numbers is None else [numbers[i] for i in order]

    def images(rows: slice, reshuffle: bool) -> Dataset:
        chosen = paths[rows]
        if not chosen:
            raise ValueError(
                f"No images found in directory {directory}. Allowed formats: {FORMATS}"
            )
        dataset = Dataset.from_tensor_slices(chosen)
        if numbers is not None:
            labels = _encoded(numpy.array(numbers[rows], "int32"), label_mode, len(names))
            dataset = Dataset.zip(dataset, labels)
        if reshuffle:
            dataset = dataset.shuffle(batch_size * 8 if batch_size else 1024, seed=seed)

        dataset = _loaded(dataset, color_mode, image_size, interpolation.lower())
        if batch_size is not None:
            dataset = dataset.batch(batch_size)
        dataset = dataset.prefetch(AUTOTUNE)
        vars(dataset).update(class_names=names if numbers is not None else None, file_paths=chosen)
        return dataset

    if not validation_split:
        return images(slice(None), shuffle)
    kept = int(validation_split * len(paths))
    training, validation = slice(0, len(paths) - kept), slice(len(paths) - kept, None)
    if subset in ("training", "both") and verbose:
        say(f"Using {len(paths[training])} files for training.")
    if subset in ("validation", "both") and verbose:
        say(f"Using {len(paths[validation])} files for validation.")
    if subset == "both":
        return [images(training, shuffle), images(validation, False)]
    return images(training if subset == "training" else validation, shuffle)


def _check_labels(labels, label_mode, class_names) -> None:
    if labels not in ("inferred", None) and not isinstance(labels, (list, tuple)):
        raise ValueError(
            "`labels` argument should be a list/tuple of integer labels, one for each image file, "
            "or 'inferred' from the names of the folders, or None for images alone. Received: "
            f"labels={labels}"
        )
    if labels != "inferred" and class_names:
        raise ValueError(
            'You can only pass `class_names` if `labels="inferred"`. Received: '
            f"labels={labels}, and class_names={class_names}"
        )
    if label_mode not in ("int", "categorical", "binary", None):
        raise ValueError(
            '`label_mode` argument must be one of "int", "categorical", "binary", or None. '
            f"Received: label_mode={label_mode}"
        )


def _check_split(validation_split, subset, shuffle, seed) -> None:
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(
            f"`validation_split` must be between 0 and 1, received: {validation_split}"
        )
    if bool(validation_split) != bool(subset):
        raise ValueError(
            "If `subset` is set, `validation_split` must be set, and inversely. Received: "
            f"subset={subset!r}, validation_split={validation_split}."
        )
    if subset not in _SUBSETS:
        raise ValueError(
            f'`subset` must be either "training", "validation" or "both", received: {subset}'
        )
    if validation_split and shuffle and seed is None:
        raise ValueError(
            "If using `validation_split` and shuffling the data, you must provide a `seed` "
            "argument, so that the training and the validation subset don't overlap. Received: "
            "None."
        )


def _index(directory, labels, class_names, follow_links) -> tuple[list, list | None, list]:
    """The paths of the images below a folder, their labels, and the names of the classes."""
    directory = os.fspath(directory)
    if labels != "inferred":
        paths = _images_below(directory, follow_links)
        if labels is None:
            return paths, None, []
        if len(labels) != len(paths):
            raise ValueError(
                "Expected the lengths of `labels` to match the number of files in the target "
                f"directory. len(labels) is {len(labels)} while we found {len(paths)} files in "
                f"directory {directory}."
            )
        return paths, list(labels), [str(label) for label in sorted(set(labels))]
    folders = sorted(
        entry.name
        for entry in os.scandir(directory)
        if entry.is_dir() and not entry.name.startswith(".")
    )
    if class_names is not None and not set(class_names) <= set(folders):
        raise ValueError(
            "The `class_names` passed did not match the names of the subdirectories of the target "
            f"directory. Expected: {folders} (or a subset of it), but received: "
            f"class_names={class_names}"
        )
    names = folders if class_names is None else list(class_names)
    found = [_images_below(os.path.join(directory, name), follow_links) for name in names]
    numbers = [number for number, paths in enumerate(found) for _ in paths]
    return [path for paths in found for path in paths], numbers, names


def _images_below(directory: str, follow_links: bool) -> list[str]:
    """The paths of the images below a folder, folder by folder."""
    return [
        str(Path(folder) / name)
        for folder, _, names in sorted(os.walk(directory, followlinks=follow_links))
        for name in sorted(names)
        if name.lower().endswith(FORMATS)
    ]


def _loaded(dataset: Dataset, color_mode: str, size, interpolation: str) -> Dataset:
    """A dataset of images, of one of paths, or of pairs (path, label)."""

    def load(element):
        path, *label = element if isinstance(element, tuple) else (element,)
        image = load_img(os.fsdecode(path.numpy()), color_mode)
        pixels = numpy.asarray(image).reshape(*image.size[::-1], _CHANNELS[color_mode])
        pixels = ops.constant(resized(pixels, size, interpolation))
        return (pixels, *label) if label else pixels

    # The spec is said here, as it can't be found out by made-up paths.
    dtype = "uint8" if interpolation == "nearest" else "float32"
    spec: Any = TensorSpec((*size, _CHANNELS[color_mode]), dtype)
    if isinstance(dataset.element_spec, tuple):
        spec = (spec, dataset.element_spec[1])
    return Dataset(lambda: map(load, dataset), lambda: spec, len(dataset))


def _encoded(numbers: numpy.ndarray, label_mode: str, classes: int) -> Dataset:
    """The labels as a dataset."""
    if label_mode == "binary":
        return Dataset.from_tensor_slices(numbers.astype("float32")[:, None])
    if label_mode == "categorical":
        return Dataset.from_tensor_slices(numpy.eye(classes, dtype="float32")[numbers])
    return Dataset.from_tensor_slices(numbers)
