"""The engines, each with a process of its own. What an engine lacks is not measured for it.

    version                             a text
    chain_forward(), chain_backward()   a function that runs the chain once, eagerly
    hessian_vector_product()            a function that computes it once, for the MLP's loss
    batch_jacobian()                    the same: the MLP's outputs by its inputs
    training(model, batch, dropout)     a function of `data(x, y)` that trains a step on each batch,
                                        in their order, and returns the mean of the losses; None for
                                        a model that the engine doesn't have
    data(x, y)                          NumPy's arrays in the form that this engine likes, and on
                                        its device
    product(size), conv(...), ...       as in minitape.py: a function that launches a kernel
                                        LAUNCHES times and returns the last result

Whatever such a function computes is finished when it returns, on a card too.
"""

from importlib import import_module

# What each is imported by; None for those that are another's second face.
MODULES = {
    "minitape": "minitape",
    "minitape-numpy": None,
    "minitape-eager": None,
    "tensorflow": "tensorflow",
    "tf.function": None,
    "xla": None,
    "torch": "torch",
    "torch.compile": None,
    "jax": "jax",
    "autograd": "autograd",
    "mygrad": "mygrad",
    "tinygrad": "tinygrad",
}
ABOUT = {
    "minitape": "`fit`; derivatives inside `minitape.function`",
    "minitape-numpy": "the same where Numba is not installed",
    "minitape-eager": "the same with `run_eagerly=True`",
    "tensorflow": "Keras `fit`; ops with the eager tape",
    "tf.function": "a Keras model and optimizer in a loop around a `tf.function`",
    "xla": "the same with `jit_compile=True`",
    "torch": "PyTorch, eager, with the fastest here of its optimizers' implementations",
    "torch.compile": "the same with the forward and backward pass compiled; "
    'on a GPU with `mode="reduce-overhead"`, as CUDA graphs',
    "jax": "a jitted step with donated weights; ops not jitted",
    "autograd": "HIPS autograd",
    "mygrad": "MyGrad",
    "tinygrad": "tinygrad; its CPU backend needs clang",
}
ENGINES = list(MODULES)


def start(name, device="/CPU:0"):
    """The engine of this process; only its own library is imported.

    Args:
        name: The engine's name.
        device: What it computes on, by minitape's name: "/GPU:0" or "/CPU:0". The simulated card,
            "/SIM:0", is minitape's alone; the others are on the CPU then.
    """
    engines = import_module(f".{_FILES.get(name, name)}", __name__)
    return engines.start(name, device)


_FILES = {
    "minitape": "gradient_tape",
    "minitape-numpy": "gradient_tape",
    "minitape-eager": "gradient_tape",
    "tensorflow": "gradient_tape",
    "tf.function": "tf_function",
    "xla": "tf_function",
    "torch.compile": "torch",
}
