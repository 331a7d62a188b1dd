"""Where public names are proven that have no case: classes, and functions that run others."""

ELSEWHERE: dict[str, str] = {
    **dict.fromkeys(
        [
            "tf.GradientTape",
            "tf.UnconnectedGradients",
            "tf.autodiff.ForwardAccumulator",
            "tf.custom_gradient",
            "tf.recompute_grad",
            "tf.function",
            "tf.cond",
            "tf.while_loop",
            "tf.map_fn",
            "tf.scan",
            "tf.vectorized_map",
            "tf.numpy_function",
            "tf.py_function",
        ],
        "tests/compat/test_rows.py, tests/engine",
    ),
    **dict.fromkeys(
        ["tf.Tensor", "tf.Variable", "tf.DType", "tf.TensorShape", "tf.as_dtype"],
        "tests/compat/test_protocol.py, tests/engine, tests/arrays",
    ),
    "tf.IndexedSlices": "tests/compat/test_rows.py",
    "tf.convert_to_tensor": "tests/compat/test_convert.py",
    "tf.newaxis": "the case of `getitem`",
    **dict.fromkeys(
        [
            *("tf.bool", "tf.complex128", "tf.complex64", "tf.double", "tf.float16", "tf.float32"),
            *("tf.int16", "tf.int32", "tf.int64", "tf.int8", "tf.string", "tf.uint16"),
            *("tf.uint32", "tf.uint64", "tf.uint8"),
        ],
        "tests/arrays/test_dtypes.py",
    ),
    **dict.fromkeys(
        [
            "tf.nest.assert_same_structure",
            "tf.nest.flatten",
            "tf.nest.is_nested",
            "tf.nest.map_structure",
            "tf.nest.pack_sequence_as",
        ],
        "tests/compat/test_nest.py",
    ),
    **dict.fromkeys(
        [
            "tf.random.categorical",
            "tf.random.normal",
            "tf.random.set_seed",
            "tf.random.truncated_normal",
            "tf.random.uniform",
        ],
        "tests/compat/test_random.py",
    ),
}
