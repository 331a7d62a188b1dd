"""What programs asked TensorFlow for that minitape has no choice about: it is only remembered."""

from typing import Any

SETTINGS: dict[str, Any] = {
    "soft_device_placement": True,
    "log_device_placement": False,
    "inter_op_parallelism_threads": 0,
    "intra_op_parallelism_threads": 0,
    "jit": "",
    "optimizer_options": {"disable_meta_optimizer": False, "disable_model_pruning": False},
}
