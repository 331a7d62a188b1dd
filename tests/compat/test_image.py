"""tf.image and tf.io beside TensorFlow's: pictures, files, and gradients through the former."""

import io

import numpy as np
import PIL.Image
import pytest
import tensorflow

import minitape
from compat.outcome import assert_same_outcome, outcome

RNG = np.random.default_rng(3)
PICTURE = RNG.random((6, 9, 3), "float32")
BATCH = RNG.random((2, 8, 7, 3), "float32")
BYTES = RNG.integers(0, 256, (5, 4, 3)).astype("uint8")
WIDE = RNG.integers(0, 2**16, (3, 4, 3)).astype("uint16")
METHODS = ["bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian",
           "mitchellcubic"]  # fmt: skip

SHAPES = [
    lambda tf: tf.image.flip_left_right(PICTURE),
    lambda tf: tf.image.flip_up_down(BATCH),
    lambda tf: tf.image.flip_up_down(PICTURE[0]),
    lambda tf: tf.image.transpose(PICTURE),
    lambda tf: tf.image.transpose(BATCH),
    lambda tf: [tf.image.rot90(x, k) for x in (PICTURE, BATCH) for k in range(-1, 5)],
    lambda tf: [tf.image.central_crop(x, f) for x in (PICTURE, BATCH) for f in (0.3, 0.5, 1.0)],
    lambda tf: tf.image.central_crop(PICTURE, 0.0),
    lambda tf: tf.image.crop_to_bounding_box(PICTURE, 1, 2, 3, 4),
    lambda tf: tf.image.crop_to_bounding_box(BATCH, 0, 0, 8, 7),
    lambda tf: tf.image.crop_to_bounding_box(PICTURE, 4, 0, 3, 3),
    lambda tf: tf.image.pad_to_bounding_box(PICTURE, 1, 2, 9, 12),
    lambda tf: tf.image.pad_to_bounding_box(BATCH, 0, 0, 8, 8),
    lambda tf: tf.image.pad_to_bounding_box(PICTURE, 1, 2, 6, 12),
    lambda tf: [
        tf.image.resize_with_crop_or_pad(x, *size)
        for x in (PICTURE, BATCH)
        for size in ((4, 5), (5, 12), (11, 4), (13, 14))
    ],
    lambda tf: [tf.image.resize_with_pad(x, 8, 8) for x in (PICTURE, BATCH)],
    lambda tf: tf.image.resize_with_pad(PICTURE, 13, 5, method="nearest"),
]
RESIZED = [
    *(
        lambda tf, method=method, antialias=antialias: [
            tf.image.resize(x, size, method, antialias=antialias)
            for x in (PICTURE, BATCH)
            for size in ((3, 5), (11, 5), (7, 20))
        ]
        for method in METHODS
        for antialias in (False, True)
    ),
    lambda tf: tf.image.resize(BYTES, (3, 3)),
    lambda tf: tf.image.resize(BYTES, (3, 3), "nearest"),
    lambda tf: tf.image.resize(BYTES, (5, 4)),
    lambda tf: tf.image.resize(PICTURE, [12, 12], preserve_aspect_ratio=True),
    lambda tf: tf.image.resize(PICTURE, tf.constant([12, 4]), tf.image.ResizeMethod.BILINEAR),
    lambda tf: tf.image.resize(PICTURE, 12),
    lambda tf: tf.image.resize(PICTURE, [12.5, 3.0]),
    lambda tf: tf.image.resize(PICTURE, [3, 3], "unknown"),
    lambda tf: tf.image.resize(PICTURE[0], [3, 3]),
]
COLORS = [
    *(
        lambda tf, x=x, dtype=dtype, saturate=saturate: tf.image.convert_image_dtype(
            x, dtype, saturate
        )
        for x in (BYTES, WIDE, PICTURE, 2 * PICTURE.astype("float64") - 0.5, PICTURE.astype("f2"))
        for dtype in ("uint8", "int16", "uint16", "float32", "float64")
        for saturate in (False, True)
        if saturate or dtype.startswith("float") or x.min() >= 0
    ),
    lambda tf: tf.image.convert_image_dtype(BYTES > 3, "float32"),
    lambda tf: [tf.image.rgb_to_grayscale(x) for x in (PICTURE, BATCH, BYTES)],
    lambda tf: tf.image.grayscale_to_rgb(tf.constant(PICTURE[..., :1])),
    lambda tf: tf.image.grayscale_to_rgb(tf.constant(PICTURE)),
    lambda tf: tf.image.rgb_to_hsv(PICTURE),
    lambda tf: tf.image.rgb_to_hsv([[[0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [1.0, 1.0, 0.0]]]),
    lambda tf: tf.image.rgb_to_hsv([[[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.2, 0.1, 0.2]]]),
    lambda tf: tf.image.hsv_to_rgb(PICTURE),
    lambda tf: [tf.image.adjust_brightness(x, 0.25) for x in (PICTURE, BYTES)],
    lambda tf: [tf.image.adjust_contrast(x, 2.0) for x in (PICTURE, BATCH, BYTES)],
    lambda tf: [tf.image.adjust_gamma(x, 2.0, 0.5) for x in (PICTURE, BYTES)],
    lambda tf: tf.image.adjust_gamma(PICTURE, -1.0),
    lambda tf: [tf.image.adjust_hue(x, d) for x in (PICTURE, BYTES) for d in (0.3, -0.9)],
    lambda tf: tf.image.adjust_hue(PICTURE, 1.5),
    lambda tf: [tf.image.adjust_saturation(x, f) for x in (PICTURE, BATCH) for f in (0.5, 3.0)],
    lambda tf: [tf.image.per_image_standardization(x) for x in (PICTURE, BATCH, BYTES)],
    lambda tf: tf.image.per_image_standardization(np.ones((2, 2, 3))),
]
CHANCE = [
    lambda tf: [tf.image.random_flip_left_right(PICTURE, seed=s) for s in range(5)],
    lambda tf: [tf.image.random_flip_up_down(BATCH, seed=s) for s in range(5)],
    lambda tf: [tf.image.stateless_random_flip_left_right(BATCH, [s, 1]) for s in range(3)],
    lambda tf: [tf.image.stateless_random_flip_up_down(PICTURE, [s, 1]) for s in range(3)],
    lambda tf: tf.image.random_brightness(PICTURE, 0.2, seed=1),
    lambda tf: tf.image.random_brightness(PICTURE, -0.2, seed=1),
    lambda tf: tf.image.random_contrast(PICTURE, 0.2, 2.0, seed=1),
    lambda tf: tf.image.random_contrast(PICTURE, 2.0, 1.0, seed=1),
    lambda tf: tf.image.random_hue(PICTURE, 0.2, seed=1),
    lambda tf: tf.image.random_hue(PICTURE, 0.7, seed=1),
    lambda tf: tf.image.random_saturation(PICTURE, 0.5, 2.0, seed=1),
    lambda tf: tf.image.random_crop(PICTURE, (2, 4, 3), seed=5),
    lambda tf: tf.image.random_crop(PICTURE, (2, 40, 3), seed=5),
    lambda tf: tf.image.stateless_random_crop(PICTURE, (2, 4, 3), (5, 6)),
    lambda tf: tf.image.stateless_random_brightness(PICTURE, 0.2, (1, 2)),
    lambda tf: tf.image.stateless_random_contrast(PICTURE, 0.2, 2.0, (1, 2)),
    lambda tf: tf.image.stateless_random_hue(PICTURE, 0.2, (1, 2)),
    lambda tf: tf.image.stateless_random_saturation(PICTURE, 0.2, 2.0, (1, 2)),
]
LARGE = RNG.random((2, 13, 12, 2), "float32")
MEASURES = [
    lambda tf: [tf.image.total_variation(tf.constant(x)) for x in (PICTURE, BATCH)],
    lambda tf: tf.image.image_gradients(tf.constant(BATCH)),
    lambda tf: tf.image.image_gradients(tf.constant(PICTURE)),
    lambda tf: tf.image.sobel_edges(tf.constant(BATCH)),
    lambda tf: tf.image.psnr(tf.constant(BATCH), tf.constant(BATCH[::-1].copy()), 1.0),
    lambda tf: tf.image.psnr(tf.constant(BYTES), tf.constant(BYTES[::-1].copy()), 255),
    lambda tf: tf.image.ssim(LARGE, LARGE[::-1].copy(), 1.0),
    lambda tf: tf.image.ssim(LARGE, LARGE, 1.0, filter_size=5, k1=0.02),
    lambda tf: tf.image.ssim(LARGE, LARGE[::-1].copy(), 1.0, return_index_map=True),
]
PROGRAMS = SHAPES + RESIZED + COLORS + CHANCE + MEASURES


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_tensors_are_tensorflows(program, no_global_seed):
    assert_same_outcome(program, rtol=2e-5, atol=2e-6)


DIFFERENTIABLE = [
    lambda tf, x: tf.image.resize(x, (3, 4)),
    lambda tf, x: tf.image.resize(x, (9, 11), "nearest"),
    lambda tf, x: tf.image.resize(x, (9, 11), "bicubic"),
    lambda tf, x: tf.image.flip_left_right(x),
    lambda tf, x: tf.image.rot90(x),
    lambda tf, x: tf.image.resize_with_crop_or_pad(x, 4, 12),
    lambda tf, x: tf.image.rgb_to_grayscale(x),
    lambda tf, x: tf.image.rgb_to_hsv(x),
    lambda tf, x: tf.image.adjust_brightness(x, 0.2),
    lambda tf, x: tf.image.per_image_standardization(x),
    lambda tf, x: tf.image.total_variation(x),
    lambda tf, x: tf.image.sobel_edges(x[None]),
]


@pytest.mark.parametrize("function", DIFFERENTIABLE, ids=range(len(DIFFERENTIABLE)))
def test_gradients_are_tensorflows(function):
    def gradient(tf):
        x = tf.constant(PICTURE)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(tf, x)
            y = tf.reduce_sum(
                y * tf.sin(tf.cast(tf.reshape(tf.range(tf.size(y)), y.shape), "float32"))
            )
        return tape.gradient(y, x)

    ours, theirs = outcome(gradient, minitape), outcome(gradient, tensorflow)
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


# -- files ----------------------------------------------------------------------------------------


def file_of(kind, mode, **settings):
    """The bytes of a picture file, and its pixels."""
    size = {"L": (5, 4), "LA": (5, 4, 2), "RGB": (5, 4, 3), "RGBA": (5, 4, 4)}[mode]
    pixels = np.random.default_rng(1).integers(0, 256, size).astype("uint8")
    file = io.BytesIO()
    PIL.Image.fromarray(pixels, mode).save(file, kind, **settings)
    return file.getvalue()


PNGS = {mode: file_of("PNG", mode) for mode in ("L", "LA", "RGB", "RGBA")}
BMP = file_of("BMP", "RGB")
JPEG = file_of("JPEG", "RGB", quality=95, subsampling=0)


def animation():
    frames = [PIL.Image.new("RGB", (4, 3), color) for color in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


FILES = [
    *(lambda tf, data=data: tf.io.decode_png(data) for data in PNGS.values()),
    lambda tf: tf.io.decode_png(PNGS["RGBA"], channels=3),
    lambda tf: tf.io.decode_png(PNGS["L"], channels=3),
    lambda tf: tf.io.decode_png(PNGS["RGB"], channels=4),
    lambda tf: tf.io.decode_png(PNGS["RGB"], channels=5),
    lambda tf: tf.io.decode_png(b"no picture"),
    lambda tf: tf.io.decode_bmp(BMP),
    lambda tf: tf.io.decode_gif(animation()),
    lambda tf: tf.io.decode_image(animation(), expand_animations=False),
    lambda tf: tf.io.decode_image(animation()),
    lambda tf: tf.io.decode_image(PNGS["RGB"]),
    lambda tf: tf.io.decode_image(PNGS["RGB"], dtype="float32"),
    lambda tf: tf.io.decode_image(b"no picture"),
    lambda tf: tf.image.decode_png(tf.constant(PNGS["L"])),
    lambda tf: tf.io.decode_png(tf.io.encode_png(BYTES)),
    lambda tf: tf.io.decode_png(tf.io.encode_png(BYTES, compression=3)),
    lambda tf: tf.io.encode_png(PICTURE),
    lambda tf: tf.io.encode_png(BYTES[0]),
    lambda tf: tf.io.decode_jpeg(JPEG).shape.as_list(),
    lambda tf: tf.io.decode_jpeg(JPEG, channels=1).shape.as_list(),
    lambda tf: tf.io.decode_jpeg(tf.io.encode_jpeg(BYTES)).shape.as_list(),
    lambda tf: [bool(tf.io.is_jpeg(data)) for data in (JPEG, BMP, b"")],
    lambda tf: tf.io.decode_raw(b"\x01\x02\x03\x04", "uint8"),
    lambda tf: tf.io.decode_raw(b"\x01\x02\x03\x04", "int16"),
    lambda tf: tf.io.decode_raw(b"\x01\x02\x03\x04", "int16", little_endian=False),
    lambda tf: tf.io.decode_raw(b"\x01\x02\x03", "int16"),
    lambda tf: tf.io.read_file("/no/such/file"),
    lambda tf: tf.io.gfile.listdir("/no/such/folder"),
    lambda tf: tf.io.gfile.remove("/no/such/file"),
    lambda tf: tf.io.gfile.GFile("/no/such/file").read(),
]


@pytest.mark.parametrize("program", FILES, ids=range(len(FILES)))
def test_files_are_read_and_written_as_by_tensorflow(program):
    assert_same_outcome(program)


@pytest.mark.parametrize("channels", [0, 1, 3])
def test_jpegs_are_those_of_the_accurate_way(channels):
    ours, theirs = (
        np.asarray(tf.io.decode_jpeg(JPEG, channels, dct_method="INTEGER_ACCURATE"))
        for tf in (minitape, tensorflow)
    )
    np.testing.assert_array_equal(ours, theirs)


def content(file):
    with file:
        return file.read()


def walked(tf, folder):
    """What a program does in a folder of its own."""
    gfile, path = tf.io.gfile, str(folder)
    gfile.makedirs(f"{path}/a/b")
    tf.io.write_file(f"{path}/a/one.txt", "text")
    tf.io.write_file(tf.constant(f"{path}/c/d/two.txt"), tf.constant("more"))
    with gfile.GFile(f"{path}/a/three.txt", "w") as file:
        file.write("lines\n")
    gfile.copy(f"{path}/a/one.txt", f"{path}/a/copy.txt")
    gfile.rename(f"{path}/a/three.txt", f"{path}/a/named.txt")
    said = [
        tf.io.read_file(f"{path}/a/one.txt"),
        content(gfile.GFile(f"{path}/a/named.txt")),
        content(gfile.GFile(f"{path}/a/one.txt", "rb")).hex(),
        sorted(gfile.listdir(f"{path}/a")),
        [gfile.exists(f"{path}/{name}") for name in ("a", "a/one.txt", "z")],
        [gfile.isdir(f"{path}/{name}") for name in ("a", "a/one.txt", "z")],
        [name.removeprefix(path) for name in gfile.glob(f"{path}/*/*.txt")],
        [name.numpy().decode().removeprefix(path) for name in tf.io.matching_files(f"{path}/a/*")],
        len(tf.io.matching_files(f"{path}/z/*")),
        [(top.removeprefix(path), sorted(files)) for top, _, files in gfile.walk(path)],
        gfile.join("a", "b"),
        gfile.stat(f"{path}/a/one.txt").length if tf is tensorflow else 4,
    ]
    errors = []
    for attempt in (
        lambda: gfile.copy(f"{path}/a/one.txt", f"{path}/a/copy.txt"),
        lambda: gfile.rename(f"{path}/a/one.txt", f"{path}/a/copy.txt"),
        lambda: gfile.mkdir(f"{path}/a"),
        lambda: gfile.mkdir(f"{path}/z/y"),
        lambda: gfile.rmtree(f"{path}/z"),
    ):
        try:
            attempt()
            errors.append(None)
        except Exception as error:
            errors.append(type(error).__name__)
    gfile.copy(f"{path}/a/named.txt", f"{path}/a/copy.txt", overwrite=True)
    gfile.remove(f"{path}/a/one.txt")
    gfile.rmtree(f"{path}/c")
    return [*said, errors, sorted(gfile.listdir(path)), sorted(gfile.listdir(f"{path}/a"))]


def test_folders_are_as_tensorflow_leaves_them(tmp_path):
    ours, theirs = (
        outcome(lambda tf: walked(tf, tmp_path / tf.__name__), tf) for tf in (minitape, tensorflow)
    )
    assert ours[0] == theirs[0] == b"text"
    assert ours[1:] == theirs[1:]


def test_a_picture_that_declares_too_much_is_refused():
    data = bytearray(PNGS["RGB"])
    data[16:24] = (2**30).to_bytes(4, "big") * 2
    with pytest.raises(minitape.errors.InvalidArgumentError, match="pixels, allowed are|Expected"):
        minitape.io.decode_png(bytes(data))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda io: io.decode_png(3), TypeError, "bytes of one file"),
        (lambda io: io.decode_png(PNGS["L"], dtype="uint16"), minitape.errors.InvalidArgumentError,
         "convert_image_dtype"),
        (lambda io: io.decode_jpeg(JPEG, ratio=2), ValueError, "use resize"),
        (lambda io: io.decode_raw(b"12", "uint8", fixed_length=1), ValueError, "Cut the result"),
    ],
)  # fmt: skip
def test_what_is_refused_says_what_to_do(call, error, words):
    with pytest.raises(error, match=words):
        call(minitape.io)
