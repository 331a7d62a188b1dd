"""tf.config, tf.device and what else a script asks about its machine, beside TensorFlow's."""

import pytest

import minitape
from compat.outcome import assert_same_outcome
from minitape import dropin

OURS = dropin.find("tf")


def names_of(devices):
    return [(device.name, device.device_type, repr(device)) for device in devices]


def cpu(tf):
    return tf.config.list_physical_devices("CPU")[0]


PROGRAMS = [
    lambda tf: names_of(tf.config.list_physical_devices()),
    lambda tf: names_of(tf.config.list_physical_devices("GPU")),
    lambda tf: names_of(tf.config.list_logical_devices("CPU")),
    lambda tf: names_of(tf.config.experimental.list_physical_devices("CPU")),
    lambda tf: names_of(tf.config.experimental.list_logical_devices("GPU")),
    lambda tf: names_of(tf.config.get_visible_devices()),
    lambda tf: tf.config.set_visible_devices([], "GPU"),
    lambda tf: tf.config.set_visible_devices(cpu(tf)),
    lambda tf: tf.config.set_visible_devices([cpu(tf)], "CPU"),
    lambda tf: tf.config.set_visible_devices([], "CPU"),
    lambda tf: tf.config.set_visible_devices("GPU:0"),
    lambda tf: tf.config.experimental.set_memory_growth(cpu(tf), True),
    lambda tf: tf.config.experimental.set_memory_growth("GPU:0", True),
    lambda tf: tf.config.experimental.get_device_details(cpu(tf)),
    lambda tf: tf.config.get_logical_device_configuration(cpu(tf)),
    lambda tf: tf.config.set_logical_device_configuration(
        cpu(tf), [tf.config.LogicalDeviceConfiguration()] * 2
    ),
    lambda tf: [
        tf.config.functions_run_eagerly(),
        tf.config.run_functions_eagerly(True),
        tf.config.functions_run_eagerly(),
        tf.config.run_functions_eagerly(False),
    ],
    lambda tf: [
        tf.config.get_soft_device_placement(),
        tf.config.set_soft_device_placement(False),
        tf.config.get_soft_device_placement(),
        tf.config.set_soft_device_placement(True),
    ],
    lambda tf: [
        tf.config.experimental.enable_tensor_float_32_execution(True),
        tf.config.experimental.tensor_float_32_execution_enabled(),
        tf.config.experimental.enable_tensor_float_32_execution(False),
        tf.config.experimental.tensor_float_32_execution_enabled(),
    ],
    lambda tf: [
        tf.config.optimizer.get_jit(),
        tf.config.optimizer.set_jit("autoclustering"),
        tf.config.optimizer.get_jit(),
        tf.config.optimizer.set_jit(False),
        tf.config.optimizer.get_jit(),
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False}),
        tf.config.optimizer.get_experimental_options(),
    ],
    lambda tf: [
        tf.config.threading.get_inter_op_parallelism_threads(),
        tf.config.threading.get_intra_op_parallelism_threads(),
    ],
    lambda tf: [tf.test.is_gpu_available(), tf.test.gpu_device_name()],
    lambda tf: tf.test.is_built_with_rocm(),
    lambda tf: [
        tf.debugging.get_log_device_placement(),
        tf.debugging.set_log_device_placement(False),
    ],
    lambda tf: [tf.executing_eagerly(), tf.compat.v1.executing_eagerly()],
    lambda tf: tf.__version__ == tf.version.VERSION,
    # -- tf.device
    *(
        lambda tf, name=name: [x.device for x in within(tf, name)]
        for name in ("/CPU:0", "CPU:0", "cpu", "/device:CPU:0", "/cpu:0", "", None)
    ),
    lambda tf: [x.device for x in within(tf, "/job:localhost/replica:0/task:0/device:CPU:0")],
    lambda tf: [x.device for x in within(tf, tf.config.list_logical_devices("CPU")[0])],
    lambda tf: within(tf, "/job:worker/task:1"),
    lambda tf: within(tf, "nonsense"),
    lambda tf: within(tf, 3),
    # -- tf.compat
    lambda tf: [tf.compat.as_str(b"a"), tf.compat.as_text("ä"), tf.compat.as_str_any(3)],
    lambda tf: [tf.compat.as_bytes("ä").hex(), tf.compat.as_bytes(b"a").hex()],
    lambda tf: tf.compat.as_str(3),
    lambda tf: [tf.compat.v1.set_random_seed(7), tf.random.uniform([2])],
    lambda tf: [tf.compat.v1.enable_eager_execution(), tf.compat.v1.enable_v2_behavior()],
    lambda tf: [
        tf.get_logger().name,
        tf.compat.v1.logging.ERROR,
        tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR),
        tf.compat.v1.logging.get_verbosity(),
        tf.get_logger().level,
    ],
    lambda tf: [tf.autograph.set_verbosity(0), tf.autograph.trace("printed")],
    lambda tf: tf.autograph.experimental.do_not_convert(lambda x: x + 1)(2),
    lambda tf: tf.autograph.experimental.do_not_convert()(lambda x: x + 1)(2),
    # -- tf.distribute
    lambda tf: strategic(tf, tf.distribute.get_strategy()),
    lambda tf: strategic(tf, tf.distribute.MirroredStrategy()),
    lambda tf: strategic(tf, tf.distribute.OneDeviceStrategy("/cpu:0")),
    lambda tf: tf.distribute.has_strategy(),
]


def within(tf, name):
    """A tensor and a variable that are made within a device."""
    with tf.device(name):
        return [tf.constant(1.0) + 1.0, tf.Variable(1.0)]


def strategic(tf, strategy):
    with strategy.scope():
        v = tf.Variable([1.0, 3.0])
    y = strategy.run(lambda x, scale=1.0: v * x * scale, args=(2.0,), kwargs={"scale": 3.0})
    return [
        strategy.num_replicas_in_sync,
        y,
        strategy.reduce(tf.distribute.ReduceOp.SUM, y, axis=0),
        strategy.reduce("MEAN", y, axis=None),
        *strategy.experimental_local_results(y),
        *strategy.experimental_distribute_dataset(tf.data.Dataset.range(2)),
    ]


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_as_tensorflow_answers_without_a_gpu(program, no_global_seed, graphs):
    assert_same_outcome(program, ours=OURS)


@pytest.mark.parametrize("name", ["/GPU:0", "gpu:1", "/device:TPU:0"])
def test_a_device_that_is_not_there(name):
    """TensorFlow computes on the CPU without a word, unless soft placement is turned off."""
    with pytest.raises(minitape.errors.InvalidArgumentError, match="no device .*list_physical"):
        within(minitape, name)
    with pytest.raises(minitape.errors.InvalidArgumentError, match="no device"):
        minitape.distribute.MirroredStrategy([name])


def test_there_are_no_graphs():
    with pytest.raises(NotImplementedError, match="no graphs and sessions"):
        minitape.compat.v1.disable_eager_execution()


def test_nothing_needs_to_be_done_for_determinism():
    """TensorFlow cannot take it back, so that other tests beside it would fail."""
    assert minitape.config.experimental.enable_op_determinism() is None


def test_numbers_of_threads_are_remembered():
    threading = minitape.config.threading
    for which in ("inter", "intra"):
        name = f"{which}_op_parallelism_threads"
        get, put = getattr(threading, f"get_{name}"), getattr(threading, f"set_{name}")
        put(2)
        assert get() == 2
        put(0)
