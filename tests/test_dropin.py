"""`import tensorflow` and `import keras` are answered by minitape, and nothing else is.

Each program runs in a process of its own: in this one, other tests import the real TensorFlow.
"""

import json
import re
import subprocess
import sys

import pytest

import minitape
from tests.conftest import CHECKOUT
from tests.events import read

# Every import in ../shared/seeds, and the ways of writing them that Keras' readers know.
IMPORTS = """
import tensorflow as tf
import tensorflow
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras import layers, models, optimizers, losses, metrics, callbacks
from tensorflow.keras.datasets import mnist
from tensorflow.keras.layers import Input, Conv2D, Flatten, Dense
from tensorflow.keras.models import Model, Sequential
from tensorflow.keras import Model, Sequential, Input
from tensorflow.keras.optimizers import Adam
from tensorflow.keras.optimizers.schedules import LearningRateSchedule
from tensorflow.keras.losses import SparseCategoricalCrossentropy
from tensorflow.keras.callbacks import Callback
from tensorflow.keras.utils import set_random_seed
from tensorflow.keras.layers import *
import tensorflow.keras
import tensorflow.keras as keras
import tensorflow.keras.backend as K
import tensorflow.keras.layers as L
import tensorflow.keras.datasets.mnist
import tensorflow.math
import tensorflow.math.special
import tensorflow.nn as nn
import tensorflow.random.experimental
import tensorflow.linalg, tensorflow.errors
import tensorflow.train
from tensorflow.train import Checkpoint
from tensorflow.math import reduce_sum
import tensorflow.config
from tensorflow.config import list_physical_devices
import tensorflow.io.gfile as gfile
import tensorflow.compat.v1 as tf1
from tensorflow.image import resize
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.preprocessing.image import load_img, img_to_array
from tensorflow.keras import mixed_precision
from tensorflow import GradientTape, Variable
import keras
import keras.layers
import keras.optimizers.schedules
from keras import layers, losses, metrics, activations, initializers, regularizers, random
from keras.layers import Dense
from keras.datasets import mnist
import keras.backend as K
"""
SEEDS = CHECKOUT.parent / "shared" / "seeds"
INSTALL = "from minitape import dropin; dropin.install()\n"


def run(program):
    """What a program prints."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def outcomes(statements):
    """What each statement raises, in one process: a list of (type, text), or None."""
    program = """
import json, sys
from minitape import dropin
dropin.install()
results = []
for statement in json.loads(sys.argv[1]):
    try:
        exec(statement, {"tf": __import__("tensorflow"), "keras": __import__("keras")})
        results.append(None)
    except Exception as error:
        results.append([type(error).__name__, str(error)])
print(json.dumps(results))
"""
    command = [sys.executable, "-W", "error", "-c", program, json.dumps(statements)]
    result = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_every_way_of_importing():
    statements = IMPORTS.strip().splitlines()
    failed = dict(zip(statements, outcomes(statements), strict=True))
    assert not {statement: error for statement, error in failed.items() if error}


def test_the_list_has_every_import_of_the_documents():
    if not SEEDS.is_dir():
        pytest.skip(f"no documents: there is no folder {SEEDS}")
    text = "\n".join(path.read_text(errors="replace") for path in SEEDS.glob("*.md"))
    imports = re.findall(r"^\s*((?:from|import) (?:tensorflow|keras)\b.*?)\s*$", text, re.MULTILINE)
    assert len(imports) > 5
    assert set(imports) <= set(IMPORTS.strip().splitlines())


def test_modules_and_classes_are_minitapes_own():
    run(
        INSTALL
        + """
import sys
import minitape
before = {name for name in sys.modules if name.startswith("minitape")}
import tensorflow as tf
import tensorflow.keras.layers
import keras
import keras.optimizers.schedules
from tensorflow.keras.layers import Dense
import tensorflow.keras.backend as K
assert Dense is tf.keras.layers.Dense is keras.layers.Dense is minitape.keras.layers.Dense
assert tf.keras is keras is minitape.keras
assert tensorflow.keras.layers is minitape.keras.layers
assert sys.modules["tensorflow.keras.backend"] is K is minitape.keras.backend
assert tf.math is minitape.math and tf.Variable is minitape.Variable
assert tf.optimizers is keras.optimizers
assert tf.train.Checkpoint is minitape.train.Checkpoint
after = {name for name in sys.modules if name.startswith("minitape")}
assert before == after, after - before  # nothing was executed a second time
assert minitape.keras.__spec__.name == "minitape.keras" == minitape.keras.__package__
"""
    )


def test_versions_are_those_of_the_libraries_that_are_followed():
    program = """
import tensorflow as tf, keras, minitape
print(tf.__version__, tf.keras.__version__, keras.__version__, minitape.__version__)
"""
    tensorflow, inner, keras, own = run(INSTALL + program).split()
    assert re.fullmatch(r"2\.\d+\.\d+", tensorflow)
    assert re.fullmatch(r"3\.\d+\.\d+", keras)
    assert inner == keras
    assert own == minitape.__version__ != tensorflow


LACKING = {  # statement: what the error says beside that minitape speaks
    "tf.reduce_summ": ["`tf.reduce_summ`", "`tf.reduce_sum`"],
    "tf.keras.layers.Dens": ["`keras.layers.Dens`", "`keras.layers.Dense`"],
    "keras.layers.Adam": ["`keras.layers.Adam`", "`keras.optimizers.Adam`"],
    "keras.losses.SparesCategoricalCrossentropy()": ["`keras.losses.SparseCategoricalCrossentropy"],
    "tf.arrays": ["has no `tf.arrays`"],  # a floor of minitape's
    "from tensorflow import Variabel": ["`tf.Variable`"],
    "from tensorflow.keras.layers import Dens": ["`keras.layers.Dense`"],
    "from tensorflow.math import addd": ["`tf.math.add`"],
    "import tensorflow.kers": ["`tf.keras`"],
    "import tensorflow.python": ["`tf.python`", "without `.python`"],
    "from tensorflow.python.keras import layers": ["`tf.python`", "without `.python`"],
    "import keras.src.layers": ["`keras.src`"],
}


@pytest.fixture(scope="module")
def lacking():
    return dict(zip(LACKING, outcomes(list(LACKING)), strict=True))


@pytest.mark.parametrize(("statement", "says"), LACKING.items(), ids=LACKING)
def test_a_name_that_is_lacking(statement, says, lacking):
    kind, text = lacking[statement]
    assert kind == ("ModuleNotFoundError" if "import" in statement else "AttributeError")
    assert "minitape, which answers for TensorFlow and Keras here" in text
    for words in says:
        assert words in text


def test_a_class_is_no_module():
    ((kind, text),) = outcomes(["import keras.layers.Dense"])
    assert kind == "ModuleNotFoundError"
    assert "from keras.layers import Dense" in text


def test_a_lacking_name_can_be_asked_for():
    run(
        INSTALL
        + """
import importlib.util
import tensorflow as tf
assert not hasattr(tf.keras.layers, "Dens")
assert getattr(tf, "reduce_summ", None) is None
assert importlib.util.find_spec("tensorflow").name == "tensorflow"
assert importlib.util.find_spec("a_package_that_nobody_has") is None
try:
    from tensorflow.keras.layers import Dens
except ImportError:
    pass
assert "Dense" in dir(tf.keras.layers) and "GradientTape" in dir(tf)
"""
    )


def test_other_imports_are_left_alone():
    run(
        INSTALL
        + """
import colorsys
try:
    import tensorflow_of_another_name
except ModuleNotFoundError as error:
    assert "minitape" not in str(error)
try:
    import minitape.nothing
except ModuleNotFoundError as error:
    assert "which answers" not in str(error)
import minitape.cli
"""
    )


def test_it_can_be_installed_twice_and_taken_out():
    run(
        """
import sys, types
import minitape
from minitape import dropin
finders = list(sys.meta_path)
for _ in range(2):
    dropin.install()
    dropin.install()
    assert len(sys.meta_path) == len(finders) + 1
    import tensorflow as tf, keras.layers
    assert tf.keras is minitape.keras
    dropin.uninstall()
    dropin.uninstall()
    assert sys.meta_path == finders
    assert not [name for name in sys.modules if name.split(".")[0] in ("tensorflow", "keras")]
    assert type(minitape.keras.layers) is types.ModuleType
    try:
        minitape.keras.layers.Dens
    except AttributeError as error:
        assert "which answers" not in str(error)
"""
    )


@pytest.mark.parametrize("name", ["tensorflow", "keras"])
def test_too_late_where_the_real_one_is_imported(name):
    run(
        f"""
import sys, types
from minitape import dropin
sys.modules[{name!r}] = types.ModuleType({name!r})
sys.modules[{name!r}].__file__ = "/usr/lib/real.py"
try:
    dropin.install()
except RuntimeError as error:
    assert {name!r}[1:-1] in str(error) and "/usr/lib/real.py" in str(error), error
    assert "dropin.install()" in str(error)
else:
    raise AssertionError("installed")
assert not isinstance(sys.meta_path[0], dropin._Finder)
"""
    )


def test_a_program_trains_under_its_own_names():
    printed = run(
        INSTALL
        + """
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x**2
print(tape.gradient(y, x).numpy())
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input(shape=(3,)), layers.Dense(1)])
model.compile(optimizer=tf.keras.optimizers.SGD(0.1), loss="mean_squared_error")
rows = np.eye(3)
history = model.fit(rows, rows @ [[1.0], [2.0], [3.0]], epochs=200, verbose=0)
print(history.history["loss"][-1] < 1e-2 < history.history["loss"][0])
"""
    )
    assert printed.split() == ["6.0", "True"]


def test_callbacks_that_write_files_under_their_own_names(tmp_path):
    """The package tensorboard asks `import tensorflow` for what minitape doesn't have."""
    program = """
import sys
import numpy as np
import tensorflow as tf
from tensorflow.keras.callbacks import BackupAndRestore, SwapEMAWeights, TensorBoard

model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
model.compile(tf.keras.optimizers.Adam(use_ema=True), "mse")
x = np.ones((8, 3))
folder = sys.argv[-1]
callbacks = [
    TensorBoard(f"{folder}/logs", histogram_freq=1, write_images=True, update_freq="batch"),
    SwapEMAWeights(),
    BackupAndRestore(f"{folder}/backup", delete_checkpoint=False),
]
model.fit(x, x[:, :1], validation_data=(x, x[:, :1]), verbose=0, callbacks=callbacks)
with tf.summary.create_file_writer(f"{folder}/mine").as_default():
    tf.summary.scalar("one", 1.0, step=tf.Variable(0, dtype=tf.int64))
"""
    script = tmp_path / "script.py"
    script.write_text(program)
    start = "import sys; from minitape.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", start, "run", str(script), str(tmp_path)]
    result = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "backup" / "latest.weights.h5").exists()
    assert "epoch_loss" in read(tmp_path / "logs" / "train")
    assert read(tmp_path / "mine")["one"].values == [1.0]
