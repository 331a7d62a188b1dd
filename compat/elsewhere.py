"""Where public names are proven that have no case: classes, and functions that run others."""


def _in(names: str, place: str) -> dict[str, str]:
    return {f"tf.{name}": place for name in names.split()}


ELSEWHERE: dict[str, str] = {
    **_in(
        "GradientTape UnconnectedGradients autodiff.ForwardAccumulator custom_gradient "
        "recompute_grad function cond while_loop map_fn scan vectorized_map numpy_function "
        "py_function",
        "tests/compat/test_rows.py, tests/engine",
    ),
    **_in(
        "case switch_case foldl foldr grad_pass_through gradients hessians AggregationMethod "
        "RegisterGradient no_gradient no_op group executing_eagerly print",
        "tests/compat/test_control.py",
    ),
    **_in(
        "Assert assert_equal assert_greater assert_less assert_rank debugging.assert_all_finite "
        "debugging.assert_greater_equal debugging.assert_integer debugging.assert_less_equal "
        "debugging.assert_near debugging.assert_negative debugging.assert_non_negative "
        "debugging.assert_non_positive debugging.assert_none_equal debugging.assert_positive "
        "debugging.assert_proper_iterable debugging.assert_rank_at_least debugging.assert_rank_in "
        "debugging.assert_same_float_dtype debugging.assert_scalar debugging.assert_shapes "
        "debugging.assert_type debugging.is_numeric_tensor",
        "tests/compat/test_debugging.py",
    ),
    **_in(
        "debugging.disable_check_numerics debugging.enable_check_numerics",
        "tests/compat/test_check_numerics.py",
    ),
    **_in("test.compute_gradient", "tests/compat/test_compute_gradient.py"),
    **_in("Module TensorArray name_scope", "tests/compat/test_module.py"),
    **_in("random.gamma random.poisson", "tests/compat/test_distributions.py"),
    **_in(
        "debugging.get_log_device_placement debugging.set_log_device_placement device get_logger "
        "test.gpu_device_name test.is_built_with_cuda test.is_built_with_gpu_support "
        "test.is_built_with_rocm test.is_built_with_xla test.is_gpu_available",
        "tests/compat/test_runtime.py",
    ),
    **_in(
        "Tensor Variable DType TensorShape as_dtype",
        "tests/compat/test_protocol.py, tests/engine, tests/arrays",
    ),
    **_in("convert_to_tensor", "tests/compat/test_convert.py"),
    **_in("TensorSpec", "tests/compat/test_data.py"),
    **_in("newaxis", "the case of `getitem`"),
    **_in(
        "bool complex128 complex64 double float16 float32 int16 int32 int64 int8 string uint16 "
        "uint32 uint64 uint8",
        "tests/arrays/test_dtypes.py",
    ),
    **_in(
        "nest.assert_same_structure nest.flatten nest.is_nested nest.map_structure "
        "nest.pack_sequence_as",
        "tests/compat/test_nest.py",
    ),
    **_in(
        "random.categorical random.normal random.set_seed random.truncated_normal random.uniform "
        "random.Algorithm random.create_rng_state random.fold_in random.get_global_generator "
        "random.set_global_generator",
        "tests/compat/test_random.py",
    ),
}
