"""`tf.test`: what the machine has, and `compute_gradient`, which stands in `minitape.learn`."""

from .learn.check import compute_gradient  # noqa: F401


def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None) -> bool:
    """False: minitape computes on the CPU."""
    return False


def gpu_device_name() -> str:
    """The name of a GPU, empty where there is none."""
    return ""


def is_built_with_cuda() -> bool:
    """False: this minitape has no kernels for GPUs."""
    return False


def is_built_with_gpu_support() -> bool:
    """False: this minitape has no kernels for GPUs."""
    return False


def is_built_with_rocm() -> bool:
    """False: this minitape has no kernels for GPUs."""
    return False


def is_built_with_xla() -> bool:
    """False: nothing is compiled by XLA."""
    return False
