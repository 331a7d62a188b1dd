"""What TensorFlow has in the namespaces of `names.NAMESPACES`, and minitape doesn't: by reason.

`python -m compat report` prints it on the coverage page. A test sees to it that every public name
of TensorFlow's is either in minitape or here, and none in both.
"""


def _in(space: str, names: str) -> list[str]:
    prefix = f"tf.{space}." if space else "tf."
    return [prefix + name for name in names.split()]


GRAPHS = "graphs and sessions: minitape runs eagerly, and its tape is plain Python"
STRUCTURES = "ragged and sparse tensors, sets, tables and queues: there is one kind of tensor"
TEXTS = "texts, sounds and protocol buffers: no arithmetic with derivatives"
DEVICES = "devices, clusters and compilers"
ESTIMATORS = "in TensorFlow 2 these belong to Keras: see minitape.keras"
SAMPLERS = "candidate sampling for losses over large vocabularies"
OPERATORS = "matrices as objects; the ops on plain matrices are there"
QUANTIZED = "quantized and other special element types"
LEGACY = "an old name, or a helper of TensorFlow 1"
MODULES = "a module outside the vocabulary of differentiable ops"
TESTING = "TensorFlow's own test harness; minitape's tests use pytest"
RNN = "wrappers of recurrent cells of TensorFlow 1"
RANDOM = "seldom used distributions"
APPROXIMATE = "approximate search for accelerators"
CTC = "connectionist temporal classification"

LEFT_OUT: dict[str, list[str]] = {
    GRAPHS: [
        *_in("", "CriticalSection Graph Operation"),
        *_in("", "control_dependencies get_current_name_scope graph_util"),
        *_in("", "import_graph_def init_scope inside_function is_symbolic_tensor"),
        *_in("", "nondifferentiable_batch_function variable_creator_scope"),
        *_in("", "check_pinned guarantee_const"),
        *_in("", "VariableAggregation VariableSynchronization timestamp"),
        *_in("", "load_library load_op_library register_tensor_conversion_function"),
    ],
    "specifications of tensors for tf.function's signatures": _in(
        "",
        "IndexedSlicesSpec NoneTensorSpec OptionalSpec RaggedTensorSpec SparseTensorSpec "
        "TensorArraySpec TypeSpec type_spec_from_value",
    ),
    STRUCTURES: [
        *_in("", "RaggedTensor SparseTensor lookup queue ragged sets sparse edit_distance"),
        *_in("", "ragged_fill_empty_rows ragged_fill_empty_rows_grad"),
        *_in("nn", "embedding_lookup_sparse safe_embedding_lookup_sparse"),
    ],
    TEXTS: [
        *_in("", "as_string audio fingerprint make_ndarray make_tensor_proto strings"),
    ],
    DEVICES: [
        *_in("", "DeviceSpec dtensor tpu xla mlir lite profiler security"),
    ],
    ESTIMATORS: [
        *_in("", "constant_initializer initializers losses metrics ones_initializer optimizers"),
        *_in("", "random_normal_initializer random_uniform_initializer zeros_initializer"),
        *_in("", "feature_column"),
    ],
    SAMPLERS: [
        *_in("nn", "all_candidate_sampler compute_accidental_hits fixed_unigram_candidate_sampler"),
        *_in("nn", "learned_unigram_candidate_sampler nce_loss sampled_softmax_loss"),
        *_in("random", "all_candidate_sampler fixed_unigram_candidate_sampler"),
        *_in("random", "learned_unigram_candidate_sampler log_uniform_candidate_sampler"),
        *_in("random", "uniform_candidate_sampler"),
    ],
    OPERATORS: [
        *_in("linalg", "LinearOperator"),
        *(
            f"tf.linalg.LinearOperator{name}"
            for name in [
                "Adjoint",
                "BlockDiag",
                "BlockLowerTriangular",
                "Circulant",
                "Circulant2D",
                "Circulant3D",
                "Composition",
                "Diag",
                "FullMatrix",
                "Householder",
                "Identity",
                "Inversion",
                "Kronecker",
                "LowRankUpdate",
                "LowerTriangular",
                "Permutation",
                "ScaledIdentity",
                "Toeplitz",
                "Tridiag",
                "Zeros",
            ]
        ),
    ],
    QUANTIZED: _in("", "bfloat16 qint16 qint32 qint8 quantization quint16 quint8 resource variant"),
    MODULES: [
        *_in("", "experimental raw_ops saved_model signal sysconfig"),
        *_in("", "tools types version fftnd ifftnd irfftnd rfftnd"),
        *_in("debugging", "experimental"),
        *_in("linalg", "experimental"),
        *_in("nn", "experimental"),
        *_in("test", "experimental"),
    ],
    TESTING: [
        *_in("test", "Benchmark TestCase assert_equal_graph_def benchmark_config main"),
        *_in("test", "create_local_cluster disable_with_predicate is_cpu_target_available"),
        *_in("test", "with_eager_op_as_function"),
        *_in("debugging", "disable_traceback_filtering enable_traceback_filtering"),
        *_in("debugging", "is_traceback_filtering_enabled"),
    ],
    RNN: _in("nn", "RNNCellDeviceWrapper RNNCellDropoutWrapper RNNCellResidualWrapper"),
    RANDOM: _in("random", "stateless_parameterized_truncated_normal"),
    APPROXIMATE: [
        *_in("", "approx_top_k"),
        *_in("math", "approx_max_k approx_min_k"),
        *_in("nn", "approx_max_k approx_min_k"),
    ],
    "functions and factors of matrices beyond the usual ones": [
        *_in("", "matrix_square_root"),
        *_in("linalg", "banded_triangular_solve eigh_tridiagonal logm lu lu_matrix_inverse"),
        *_in("linalg", "lu_reconstruct lu_solve sqrtm tridiagonal_matmul tridiagonal_solve"),
    ],
    "seldom used": [
        *_in("", "extract_volume_patches random_index_shuffle"),
        *_in("math", "sobol_sample"),
        *_in("nn", "dilation2d erosion2d fractional_avg_pool fractional_max_pool"),
        *_in("nn", "isotonic_regression"),
    ],
    CTC: _in(
        "nn",
        "collapse_repeated ctc_beam_search_decoder ctc_greedy_decoder ctc_loss ctc_unique_labels",
    ),
    LEGACY: [
        *_in("", "conv2d_backprop_filter_v2 conv2d_backprop_input_v2 conv"),
        *_in("nn", "with_space_to_batch"),
    ],
}
