"""What is measured, in sections, and how long that takes."""

from dataclasses import dataclass, replace

from .engines import ENGINES, MODULES
from .measurements import Fresh, Import, Launched, Repeated, Training, training
from .worker import WARM_UP
from .workload import BATCH, CHAIN_LENGTH, CHAIN_WIDTH, MODELS, deep, small

# Who takes part in what. Those that take long to compile, or are another's second face, are left
# out where a model is made in many sizes.
ALL = frozenset(ENGINES) - {"minitape-eager"}
EAGER = ALL - {"tf.function", "xla", "torch.compile"}
DIFFERENTIATE = ALL - {"tensorflow", "mygrad", "tinygrad"}
TRAIN = ALL - {"autograd", "mygrad", "tinygrad"}
GROWTH = TRAIN - {"minitape-numpy", "xla", "torch.compile"}
OWN_LOOP = ALL & {"minitape", "minitape-numpy", "tensorflow"}  # the programs of examples/
IMPORTED = frozenset(name for name, module in MODULES.items() if module)
ON_A_CARD = frozenset({"minitape", "minitape-eager", "torch", "torch.compile", "jax"})
LIBRARIES = frozenset({"minitape", "torch", "jax"})  # each once, for ops and kernels
BATCHES = (32, 128, 512, 1024)
DEPTHS = (1, 2, 5, 10, 20)
# To make one measurement ready, beyond a round's time, for engines that compile.
COMPILING = {"tf.function": 1.5, "xla": 3, "tensorflow": 1.5, "jax": 2, "torch.compile": 20}
COMPILING_ON_A_GPU = {"minitape": 0.5, "torch": 0.5, "jax": 2, "torch.compile": 6}
STARTING = 10  # all engines at once


@dataclass(frozen=True)
class Section:
    """Measurements that make a table.

    Attributes:
        peers: The engines that take part.
        most_rounds: So few are enough here, because a round is long or hardly varies.
        cores: How many an engine may use, or None for all.
    """

    name: str
    title: str
    measurements: tuple
    peers: frozenset
    most_rounds: int = 99
    cores: int | None = None

    def engines(self, names):
        return [name for name in names if name in self.peers]

    def only(self, names):
        """The same with nothing but the measurements named, or all if it is named itself."""
        chosen = (m for m in self.measurements if self.name in names or m.key in names)
        return replace(self, measurements=tuple(chosen))

    def without(self, checked):
        """The same without the measurements whose results, by these names, are not the same."""
        kept = (m for m in self.measurements if getattr(m, "checked", None) not in checked)
        return replace(self, measurements=tuple(kept))


def _chain(peers):
    return Section(
        "ops",
        f"An op of a chain of {CHAIN_LENGTH} on {CHAIN_WIDTH} float32, eager",
        (
            Repeated("chain_forward", "forward, µs", 1e-6, CHAIN_LENGTH, 1e-4),
            Repeated("chain_backward", "forward + backward, µs", 1e-6, CHAIN_LENGTH, 1e-3),
        ),
        peers=peers,
    )


def cpu(quick=False):
    """The suite for a CPU. With `quick` a few short measurements, to see that all of it works."""
    batches, depths = ((32, 128), (1, 4)) if quick else (BATCHES, DEPTHS)
    samples = {"mlp": 256, "cnn": 128} if quick else {"mlp": 8192, "cnn": 1024}
    short = {"steps": 2} if quick else {}
    return [
        _chain(EAGER),
        Section(
            "models",
            f"A training step of batch {BATCH}",
            tuple(
                training(name, seconds, **short)
                for name, seconds in (("mlp", 0.4), ("cnn", 0.7), ("cifar", 0.5))
            ),
            peers=TRAIN,
        ),
        Section(
            "generative",
            f"A training step of batch {BATCH}, two networks",
            tuple(training(name, 0.6, **short) for name in ("gan", "vae")),
            peers=OWN_LOOP,
        ),
        Section(
            "derivatives",
            f"Derivatives of the MLP, batch {BATCH}, compiled where the engine can",
            (
                Repeated("hessian_vector_product", "Hessian-vector product, ms", 1e-3, 1, 1e-4),
                Repeated("batch_jacobian", "batch_jacobian, ms", 1e-3, 1, 1e-4),
            ),
            peers=DIFFERENTIATE,
        ),
        Section(
            "batches",
            "Batch sizes: a sample's share of a training step, µs",
            tuple(
                Training(
                    f"{name}_batch{batch}",
                    f"{name}, batch {batch}",
                    MODELS[name],
                    seconds,
                    unit=1e-6,
                    per=batch,
                    batch=batch,
                    steps=max(1, samples[name] // batch),
                )
                for name, seconds in (("mlp", 0.3), ("cnn", 0.8))
                for batch in batches
            ),
            peers=GROWTH,
            most_rounds=3,
        ),
        Section(
            "depth",
            "Depth: a layer's share of a training step, µs",
            tuple(
                Training(
                    f"depth{layers}",
                    f"{layers} {'layer' if layers == 1 else 'layers'}",
                    deep(layers),
                    0.02 + 0.02 * layers,
                    unit=1e-6,
                    per=layers,
                    **short,
                )
                for layers in depths
            ),
            peers=GROWTH,
            most_rounds=5,
        ),
        Section(
            "one-core",
            f"A training step of batch {BATCH} on one core",
            tuple(
                Training(
                    f"{name}_one_core",
                    f"{name}: training step, ms",
                    MODELS[name],
                    seconds,
                    **short,
                )
                for name, seconds in (("mlp", 0.5), ("cnn", 1.2), ("cifar", 0.8))
            ),
            peers=GROWTH,
            most_rounds=3,
            cores=1,
        ),
        Section(
            "first-step",
            "The first step after the import, and the memory of 21 steps, in a fresh process",
            (Fresh("mlp"),),
            peers=TRAIN,
            most_rounds=1 if quick else 2,
        ),
        Section(
            "larger-first-step",
            "The same of larger models, one round",
            tuple(Fresh(name) for name in (("cnn",) if quick else ("cnn", "cifar"))),
            peers=GROWTH,
            most_rounds=1,
        ),
        Section(
            "import",
            "Import",
            (Import(),),
            peers=IMPORTED,
            most_rounds=2 if quick else 3,
        ),
    ]


def gpu(quick=False):
    """The suite for a GPU. With `quick` sizes that the simulated card can take, too."""
    bytes = 1 << (20 if quick else 30)
    return [
        _chain(LIBRARIES),
        Section("models", "A training step, ms", tuple(_trainings(quick)), peers=ON_A_CARD),
        Section(
            "ceilings",
            "The card's ceilings, by PyTorch, µs",
            (
                _product(64 if quick else 8192),
                Launched(f"a copy of {bytes:,} bytes", "copy", (bytes // 4,), 2 * bytes, "B"),
            ),
            peers=frozenset({"torch"}),
        ),
        Section(
            "products",
            "Products of matrices: minitape's gemm.cu, cuBLAS in PyTorch and JAX; µs",
            tuple(map(_product, (8, 40) if quick else (256, 1024, 2048, 4096))),
            peers=LIBRARIES,
        ),
        Section(
            "convolutions",
            "Convolutions of the cnn's second layer: minitape's conv.cu, cuDNN; µs",
            tuple(_convolutions(quick)),
            peers=LIBRARIES,
        ),
        Section(
            "memory", "What moves much and computes little, µs", _moved(quick), peers=LIBRARIES
        ),
    ]


def _trainings(quick):
    """Steps of the models in several sizes of batches, each so many that a round takes 0.2 s."""
    for name in "mlp", "cnn", "cifar":
        for batch, steps in ((2, 2), (4, 1)) if quick else ((32, 100), (256, 60), (2048, 12)):
            yield Training(
                f"{name}_batch{batch}",
                f"{name} of {batch}",
                small(MODELS[name]) if quick else MODELS[name],
                0.2,
                batch=batch,
                steps=steps,
                # Sums are in another order, which an Adam that divides by small numbers shows.
                tolerance=1e-4,
            )


def _product(size):
    return Launched(f"{size:,} cubed", "product", (size,), 2 * size**3, "FLOP")


def _convolutions(quick):
    """The three products of a convolution, which have the same number of operations."""
    side, channels, filters = (6, 3, 4) if quick else (26, 32, 64)
    for batch in (1, 2) if quick else (32, 256):
        products = batch * (side - 2) ** 2 * 9 * channels * filters
        for method, title in (
            ("conv", "forward"),
            ("conv_input", "derivative by the images"),
            ("conv_filter", "derivative by the filters"),
        ):
            yield Launched(
                f"batch {batch}: {title}",
                method,
                (batch, side, channels, filters),
                2 * products,
                "FLOP",
                # cuDNN may transform the images (Winograd's way), which rounds coarsely.
                tolerance=2e-4,
            )


def _moved(quick):
    """Kernels that are as fast as the memory is; their bytes are those that none can spare."""
    many, weights, rows, columns = (1000, 100, 3, 40) if quick else (1 << 26, 1 << 24, 8192, 1024)
    one = 4 * rows * columns
    return (
        Launched(f"add {many:,} numbers", "add", (many,), 12 * many, "B"),
        Launched(f"softmax of {rows:,} × {columns:,}", "softmax", (rows, columns), 2 * one, "B"),
        Launched(f"sums of {rows:,} × {columns:,}", "row_sums", (rows, columns), one, "B"),
        Launched(f"Adam's update of {weights:,} weights", "adam", (weights,), 28 * weights, "B"),
    )


SUITES = {"cpu": cpu, "gpu": gpu}


def minutes(sections, names, rounds, device="/CPU:0"):
    """About how long the measurements take: on a laptop with two cores, or beside a GPU."""
    compared, compiling = set(), COMPILING_ON_A_GPU if device.startswith("/GPU") else COMPILING
    total = STARTING * (1 + any(section.cores for section in sections))
    for section in sections:
        for measurement in section.measurements:
            in_worker = hasattr(measurement, "prepare")
            runs = min(rounds, section.most_rounds) + (WARM_UP if in_worker else 0)
            compared_here = in_worker and measurement.checked not in compared
            for name in section.engines(names):
                total += runs * measurement.seconds
                total += compiling.get(name, 0) * (in_worker + compared_here)
            compared |= {measurement.checked} if in_worker else set()
    return total / 60
