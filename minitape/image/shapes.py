"""Pictures turned, mirrored, cut and bordered."""

from typing import Any

from .. import ops


def as_images(image) -> Any:
    """The picture, or batch of pictures, as a tensor.

    Raises:
        ValueError: it has other axes than (height, width, channels), with or without a batch.
    """
    image = ops.convert_to_tensor(image)
    if image.ndim not in (3, 4):
        raise ValueError(
            f"'image' (shape {image.shape}) must have either 3 or 4 dimensions: (height, width, "
            "channels), or a batch of such."
        )
    return image


def flip_left_right(image):
    """The picture mirrored: its columns in reverse."""
    return ops.reverse(as_images(image), [-2])


def flip_up_down(image):
    """The picture upside down: its rows in reverse."""
    return ops.reverse(as_images(image), [-3])


def transpose(image, name=None):
    """The picture with rows and columns exchanged."""
    image = as_images(image)
    return ops.transpose(image, [1, 0, 2] if image.ndim == 3 else [0, 2, 1, 3])


def rot90(image, k=1, name=None):
    """The picture turned k times by a right angle, against the clock."""
    turns = int(k) % 4
    if turns == 1:
        return flip_up_down(transpose(image))
    if turns == 2:
        return flip_up_down(flip_left_right(image))
    return transpose(flip_up_down(image)) if turns == 3 else as_images(image)


def central_crop(image, central_fraction):
    """The middle of the picture: this share of its height and of its width.

    Raises:
        ValueError: a share that is not within (0, 1].
    """
    if not 0.0 < central_fraction <= 1.0:
        raise ValueError(f"central_fraction must be within (0, 1]. Received: {central_fraction}")
    image = as_images(image)
    height, width = image.shape[-3:-1]
    top, left = (int((n - n * central_fraction) / 2) for n in (height, width))
    return image[..., top : height - top, left : width - left, :]


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """The part of the picture that begins at an offset and has this height and width.

    Raises:
        ValueError: it is not within the picture.
    """
    image = as_images(image)
    bottom, right = offset_height + target_height, offset_width + target_width
    height, width = image.shape[-3:-1]
    inside = 0 <= offset_height < bottom <= height and 0 <= offset_width < right <= width
    if not inside:
        raise ValueError(
            f"Expected a box within the image of {height} x {width}. Received: rows "
            f"{offset_height} to {bottom}, columns {offset_width} to {right}."
        )
    return image[..., offset_height:bottom, offset_width:right, :]


def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """The picture within zeros: it begins at an offset of the new height and width.

    Raises:
        ValueError: it doesn't fit.
    """
    image = as_images(image)
    height, width = image.shape[-3:-1]
    below, right = target_height - offset_height - height, target_width - offset_width - width
    if min(offset_height, offset_width, below, right) < 0:
        raise ValueError(
            f"An image of {height} x {width} at ({offset_height}, {offset_width}) must fit into "
            f"the target of {target_height} x {target_width}."
        )
    border = [[offset_height, below], [offset_width, right], [0, 0]]
    return ops.pad(image, border if image.ndim == 3 else [[0, 0], *border])


def resize_with_crop_or_pad(image, target_height, target_width):
    """The picture in another size: cut, or within zeros, around its middle."""
    image = as_images(image)
    height, width = image.shape[-3:-1]
    taller, wider = target_height - height, target_width - width
    cut = crop_to_bounding_box(
        image,
        max(-taller // 2, 0),
        max(-wider // 2, 0),
        min(target_height, height),
        min(target_width, width),
    )
    return pad_to_bounding_box(
        cut, max(taller // 2, 0), max(wider // 2, 0), target_height, target_width
    )
