"""`tf.test`: what the machine has, and `compute_gradient`, which stands in `minitape.learn`."""

from .arrays.cuda import gpu as _gpu
from .learn.check import compute_gradient  # noqa: F401


def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None) -> bool:
    """Whether there is a GPU, and CuPy finds it."""
    return _gpu.count() > 0


def gpu_device_name() -> str:
    """The name of the first GPU, empty where there is none."""
    return "/device:GPU:0" if _gpu.count() else ""


def is_built_with_cuda() -> bool:
    """Whether CuPy is installed, through which minitape's kernels run on NVIDIA's cards."""
    return _gpu.is_installed()


def is_built_with_gpu_support() -> bool:
    """The same as `is_built_with_cuda`: there are no other cards."""
    return _gpu.is_installed()


def is_built_with_rocm() -> bool:
    """False: there are no kernels for AMD's cards."""
    return False


def is_built_with_xla() -> bool:
    """False: nothing is compiled by XLA."""
    return False
