"""`minitape doctor` finds what is wrong in the users' scripts, and nothing in those that run.

The faults are those of the documents in ../shared/seeds, as ../shared/spec/keras.md lists them.
"""

import re
import subprocess
import sys

import pytest

from minitape import cli, doctor
from minitape.doctor import checks
from tests.conftest import CHECKOUT

IMPORTS = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
"""
NO_BREAK = "\N{NO-BREAK SPACE}"
# name: (script after IMPORTS, line of the finding in it, words of it, what the corrected copy has)
FAULTS = {
    "no-break spaces": (
        f"def double(x):\n{NO_BREAK * 2} y = x\n{NO_BREAK * 2} return y * 2\n",
        2,
        ["no-break space (U+00A0)", "lines 6, 7"],
        "def double(x):\n   y = x\n   return y * 2\n",
    ),
    "curved quotes": (
        "layers.Dense(3, activation=“relu”, name=‘first’)\n",
        1,
        ["left double quotation mark (U+201C)"],
        "layers.Dense(3, activation=\"relu\", name='first')",
    ),
    "a dash for a minus": ("x = 3 – 1\n", 1, ["en dash (U+2013)"], "x = 3 - 1"),
    "nothing to see": ("x\u200b = 3\n", 1, ["zero width space (U+200B) for nothing"], "x = 3"),
    "brackets of full width": (
        "print（1，2）\n",
        1,
        ["fullwidth left parenthesis (U+FF08) for a plain ("],
        "print(1,2)",
    ),
    "mixed tabs": (  # document 001, CustomModel with a loss tracker
        "class CustomModel(keras.Model):\n"
        "\tdef train_step(self, data):\n"
        "\t\twith tf.GradientTape() as tape:\n"
        "\t\t\tpredictions = self(data, training=True)\n"
        "\t\t    loss = predictions\n"
        "\t\treturn loss\n",
        5,
        ["mixes tabs and spaces", "lines 6, 7, 8, 9, 10", "4 spaces"],
        "(data, training=True)\n            loss = predictions\n        return loss",
    ),
    "tabs of eight": (
        "if x:\n        y = 1\n\tz = 2\n".replace("x", "True"),
        3,
        ["8 spaces"],
        "        y = 1\n        z = 2\n",
    ),
    "a missing comma": (
        "f = [\n    layers.Dense(3, activation='relu') # first\n    layers.Dense(4)\n]\n",
        2,
        ["a comma is missing after `)`"],
        "activation='relu'), # first\n    layers.Dense(4)",
    ),
    "two missing commas": ("x = [1 2 3]\n", 1, ["a comma is missing after `1`"], "x = [1, 2, 3]"),
    "a missing equal sign": (
        "layers.Dense(3, activation 'relu')\n",
        1,
        ["an equal sign is missing after `activation`"],
        "layers.Dense(3, activation= 'relu')",
    ),
    "a missing equal sign before a list": (
        "callbacks_list[\n    keras.callbacks.Callback(),\n    keras.callbacks.Callback()\n]\n",
        1,
        ["an equal sign is missing: callbacks_list = [...]"],
        "callbacks_list = [\n",
    ),
    "a shape that is called": (
        "x = [3]\nx.append(layers.Dense(3, activation='relu', input_shape(3, )))\n",
        2,
        ["an equal sign is missing: input_shape=(...)"],
        "input_shape=(3, )",
    ),
    "a missing colon": (
        "for epoch in range(3)  # thrice\n    pass\n",
        1,
        ["a colon is missing"],
        "for epoch in range(3):  # thrice",
    ),
    "a notebook's command": (
        "%load_ext tensorboard\n",
        1,
        ["`%load_ext tensorboard` is a command for a notebook"],
        "# %load_ext tensorboard",
    ),
    "a shell's command": ("!pip install x\n", 1, ["`!pip install x`"], "# !pip install x"),
    "a bracket left open": ("x = (1,\n", 1, ["Python cannot read", "never closed"], None),
    "tape.gradients": (
        "with tf.GradientTape() as t:\n    y = x = 1.0\nt.gradients(y, x)\n",
        3,
        ["`gradients`", "`gradient`"],
        "t.gradient(y, x)",
    ),
    "a swapped zip": (
        "def step(model, optimizer, gradients):\n"
        "    optimizer.apply_gradients(zip(model.trainable_weights, gradients))\n",
        2,
        ["pairs of (gradient, variable)"],
        "optimizer.apply_gradients(zip(gradients, model.trainable_weights))",
    ),
    "a swapped zip of names": (
        "def step(model, optimizer, grads):\n"
        "    chosen = model.trainable_variables\n"
        "    optimizer.apply_gradients(zip(chosen, grads))\n",
        3,
        ["pairs of (gradient, variable)"],
        "zip(grads, chosen)",
    ),
    "a misspelt loss": (
        "loss_fn = keras.losses.SparesCategoricalCrossentropy()\n",
        1,
        ["`SparseCategoricalCrossentropy`"],
        "keras.losses.SparseCategoricalCrossentropy()",
    ),
    "a misspelt tape": (
        "tape = tf.GradientTpae()\n",
        1,
        ["`tf.GradientTpae` is misspelt: `GradientTape`"],
        "tf.GradientTape()",
    ),
    "a misspelt import": (
        "from tensorflow.keras.layers import Flatten as F, Desne as D\n",
        1,
        ["`keras.layers.Desne` is misspelt: `Dense`"],
        "import Flatten as F, Dense as D",
    ),
    "a name that may be meant": (
        "from tensorflow.keras.layers import Flaten\n",
        1,
        ["minitape has no `keras.layers.Flaten`; the nearest is `keras.layers.Flatten`"],
        None,
    ),
    "TensorFlow's inside": (
        "from tensorflow.python.keras.layers import Dense\n",
        1,
        ["`tensorflow.python.keras.layers.Dense`", "leave `.python` out"],
        "from tensorflow.keras.layers import Dense",
    ),
    "lr": (
        "keras.optimizers.Adam(lr=0.1)\n",
        1,
        ["Adam(lr=)", "learning_rate="],
        "(learning_rate=0.1)",
    ),
    "alpha": ("layers.LeakyReLU(alpha=0.2)\n", 1, ["negative_slope="], "(negative_slope=0.2)"),
    "input_shape": ("layers.Dense(3, input_shape=(4,))\n", 1, ["keras.Input(shape=...)"], None),
    "reset_states": (
        "keras.metrics.Mean().reset_states()\n",
        1,
        ["today: reset_state"],
        ".Mean().reset_state()",
    ),
    "a metric's reset_states": (
        "class Mine(keras.metrics.Metric):\n    def reset_states(self):\n        pass\n",
        2,
        ["Keras calls `reset_state`"],
        "    def reset_state(self):",
    ),
    "compiled_loss": (  # documents 000, 001, 004
        "class M(keras.Model):\n    def f(self, y):\n        return self.compiled_loss(y, y)\n",
        3,
        ["self.compute_loss(y=y, y_pred=y_pred)"],
        None,
    ),
    "compiled_metrics": (
        "class M(keras.Model):\n    def f(self):\n        self.compiled_metrics.update_state(1)\n",
        3,
        ["self.metrics"],
        None,
    ),
    "fit_generator": (
        "net = keras.Sequential()\nnet.compile()\nnet.fit_generator(x=[1])\n",
        3,
        ["today: fit"],
        "net.fit(x=[1])",
    ),
    "a model's reset_states": (
        "net = keras.Sequential()\nnet.reset_states()\n",
        2,
        ["reset_state of its layers"],
        None,
    ),
    "another case": (
        "layers.dense(3)\n",
        1,
        ["minitape has no `keras.layers.dense`; the nearest is `keras.layers.Dense`"],
        None,
    ),
    "a shape that is a number": (
        "inputs = keras.Input(shape=784)\n",
        1,
        ["shape=(784,)"],
        "keras.Input(shape=(784,))",
    ),
    "a shape by position": (
        "inputs = layers.Input(784)\n",
        1,
        ["shape=(784,)"],
        "layers.Input((784,))",
    ),
    "a shape that is a product": (
        "inputs = keras.Input(shape = (28 * 28),)\n",
        1,
        ["shape=(28 * 28,)"],
        "keras.Input(shape = (28 * 28,),)",
    ),
    "the builtin input": (
        "inputs = keras.Input(shape=(3,))\nx = layers.Dense(3)(input)\n",
        2,
        ["reads from the keyboard", "did you mean `inputs`?"],
        "layers.Dense(3)(inputs)",
    ),
    "no super().__init__": (
        "class M(keras.Model):\n    def __init__(self, units):\n"
        '        """Makes it."""\n        self.dense = layers.Dense(units)\n',
        2,
        ["M.__init__ must begin with super().__init__()"],
        '"""Makes it."""\n        super().__init__()\n        self.dense',
    ),
    "no super().__init__ in a metric": (
        "class M(keras.metrics.Metric):\n"
        "    def __init__(self, name='rmse', **kwargs): self.sum = 0\n",
        2,
        ["super().__init__(name=name, **kwargs)"],
        "**kwargs): super().__init__(name=name, **kwargs); self.sum = 0",
    ),
    "no super().__init__ below another class": (
        "class A(keras.Model):\n    x = 1\nclass B(A):\n  def __init__(self):\n    self.y = 1\n",
        4,
        ["B.__init__"],
        "super().__init__()\n    self.y = 1",
    ),
    "model.add.Conv2D": (  # document 002
        "model = keras.Sequential()\nmodel.add.Conv2D(32, 3, activation='relu')\n",
        2,
        ["`add` is a method: model.add(layers.Conv2D(...))"],
        "model.add(layers.Conv2D(32, 3, activation='relu'))",
    ),
    "fit before compile": (  # document 002, the templates
        "model = keras.Sequential([layers.Dense(1)])\nmodel.fit(np.ones((2, 1)), np.ones(2))\n",
        2,
        ["model.compile("],
        None,
    ),
    "ModelCheckpoint": (
        "print(keras.callbacks.ModelCheckpoint(filepath='best.h5'))\n",
        1,
        ["ends in .keras today", "'best.h5'"],
        None,
    ),
    "a callback left out": (  # document 001, TensorBoard
        "history = keras.callbacks.Callback()\n",
        1,
        ["`history` is made here and never passed on: fit(..., callbacks=[history])"],
        None,
    ),
    "train for train_step": (  # document 004
        "class M(keras.Model):\n    def train(self, data):\n        return {}\n",
        2,
        ["train_step(self, data)"],
        None,
    ),
    "ten classes for CIFAR-100": (  # document 002
        "data = keras.datasets.cifar100\nlast = layers.Dense(10, activation='softmax')\n",
        2,
        ["100 classes"],
        None,
    ),
}
CLEAN = {
    "a page of no-break spaces in strings": f"x = 'a{NO_BREAK}b'  # c{NO_BREAK}“d” – e\n",
    "a triple string": 'x = """“\nmodel.add.Conv2D(32, 3)\n\tinput_shape(3)\n"""\n',
    "an escape that Python warns of": "x = '\\d'\n",
    "tabs alone": "if True:\n\tx = 1\n\tif x:\n\t\tx = 2\n",
    "gradients of something else": "def f(model):\n    return model.gradients(3)\n",
    "the right zip": (
        "def step(model, optimizer, grads):\n"
        "    weights = model.trainable_weights\n"
        "    optimizer.apply_gradients(zip(grads, weights))\n"
    ),
    "an input of one's own": "input = keras.Input(shape=(3,))\ny = layers.Dense(3)(input)\n",
    "input of Python's": "x = int(input('How many? '))\nfor line in iter(input, ''):\n    pass\n",
    "a model without an init": "class M(keras.Model):\n    def call(self, x):\n        return x\n",
    "an older base call": (
        "class M(keras.Model):\n    def __init__(self):\n        super(M, self).__init__()\n"
    ),
    "a shape by name": "SIZE = 28\nx = keras.Input(shape=(SIZE * SIZE,))\n",
    "a list that is read": "names = ['a', 'b']\nnames[0]\n",
    "ELU": "class ELU:\n    def __init__(self, alpha):\n        pass\n\nELU(alpha=0.2)\n",
    "names of other libraries": "import torch.nn as nn\nnn.Lineer(3, lr=2)\n",
    "a classifier of scikit-learn": "def f(model, x):\n    return model.predict_proba(x)\n",
    "names that are swapped": "a = b = 1\na, b = b, a\na = b\nb = a\nzip(a, b)\n",
    "a callback that is passed": (
        "class H(keras.callbacks.Callback):\n"
        "    def __init__(self):\n        self.x = []\n\n"
        "h = keras.callbacks.Callback()\nprint(h)\n"
    ),
}


def examined(script):
    findings, corrected = doctor.examine(IMPORTS + script)
    lines = [finding.line - IMPORTS.count("\n") for finding in findings]
    return list(zip(lines, findings, strict=True)), corrected


@pytest.mark.parametrize(("script", "line", "words", "correction"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found(script, line, words, correction):
    found, corrected = examined(script)
    (at, finding), *_ = [each for each in found if words[0] in each[1].text] or [(0, None)]
    assert finding, found
    assert at == line
    for each in words:
        assert each in finding.text
    assert bool(finding.edits) == (correction is not None)
    if correction is not None:
        assert correction in corrected
        again, _ = doctor.examine(corrected)
        assert finding.text not in [each.text for each in again]


SEVERAL = {  # scripts with more than one fault
    "curved quotes": 4,
    "brackets of full width": 3,
    "two missing commas": 2,
    "a shape that is called": 2,  # input_shape= is an older spelling too
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_once(name):
    found, _ = examined(FAULTS[name][0])
    texts = [finding.text for _, finding in found]
    if name not in ("a name that may be meant", "another case"):
        texts = [text for text in texts if "minitape has no" not in text]
    assert len(texts) == SEVERAL.get(name, 1)


def test_each_check_has_a_fault_that_it_finds():
    silent = set(checks.CHECKS)
    for script, *_ in FAULTS.values():
        for text in (IMPORTS + script, script):
            if not doctor.syntax_error(text):
                silent -= {check for check in silent if list(check(doctor.Script(text)))}
    assert silent <= {checks.list_without_equal_sign}  # its script lacks a comma as well


def test_missing_imports():
    script = """'''What it is.'''
from __future__ import annotations

x = Input(shape=(3,))
model = Model(x, layers.Dense(3)(Flatten()(x)))
print(np.ones(3), model, another)
"""
    findings, corrected = doctor.examine(script)
    assert [(each.line, each.text.partition(" is never imported")[0]) for each in findings] == [
        (4, "`Input`"),
        (5, "`Flatten`"),
        (5, "`Model`"),
        (5, "`layers`"),
        (6, "`np`"),
    ]
    top = corrected.partition("x = ")[0].splitlines()
    assert top[:3] == ["'''What it is.'''", "from __future__ import annotations", ""]
    assert sorted(top[3:]) == [
        "from tensorflow.keras import layers",
        "from tensorflow.keras.layers import Flatten",
        "from tensorflow.keras.layers import Input",
        "from tensorflow.keras.models import Model",
        "import numpy as np",
    ]
    assert doctor.examine(corrected) == ([], corrected)


def test_an_import_goes_above_a_decorator():
    _, corrected = doctor.examine("@tf.function\ndef f():\n    pass\n")
    assert corrected == "import tensorflow as tf\n@tf.function\ndef f():\n    pass\n"


def test_names_from_a_star_are_not_missing():
    assert doctor.examine("from tensorflow.keras.layers import *\nDense(3)\n")[0] == []


@pytest.mark.parametrize("script", CLEAN.values(), ids=CLEAN)
def test_what_is_right_is_left_alone(script):
    assert doctor.examine(IMPORTS + script) == ([], IMPORTS + script)


def test_the_documents_themselves():
    folder = CHECKOUT.parent / "shared" / "seeds"
    if not folder.is_dir():
        pytest.skip(f"no documents: there is no folder {folder}")
    texts = []
    for path in sorted(folder.glob("*.md")):
        page = path.read_text(errors="replace")
        blocks = re.findall(r"^ ?```(?:python|py)?\n(.*?)^ ?```", page, re.DOTALL | re.MULTILINE)
        for block in blocks:
            texts += [finding.text for finding in doctor.examine(block)[0]]
    said = {
        "the indentation mixes tabs and spaces": 2,
        "a tape has no `gradients`": 2,
        "apply_gradients takes pairs of (gradient, variable)": 2,
        "`keras.losses.SparesCategoricalCrossentropy` is misspelt": 1,
        "a shape is a tuple, and this one is a number": 2,
        "LeakyReLU(alpha=) is an older spelling": 5,
        "`compiled_loss` is Keras 2's": 3,
        "a comma is missing after `)`": 1,
        "an equal sign is missing: callbacks_list": 1,
        "`tensorboard` is made here and never passed on": 1,
        "`%load_ext tensorboard` is a command": 1,
    }
    counted = {start: sum(text.startswith(start) for text in texts) for start in said}
    assert counted == said
    assert sum("no-break space" in text for text in texts) >= 10


EXAMPLES = sorted(path for path in (CHECKOUT / "examples").glob("*.py") if path.stem != "mistakes")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_programs_that_run_have_no_faults(path):
    assert doctor.examine(path.read_text()) == ([], path.read_text())


def test_the_example_of_mistakes():
    text = (CHECKOUT / "examples" / "mistakes.py").read_text()
    findings, corrected = doctor.examine(text)
    assert [finding.text.partition(" ")[0] for finding in findings] == [
        "a",  # shape is a tuple
        "`input`",
        "`keras.losses.SparesCategoricalCrossentropy`",
        "a",  # tape has no `gradients`
        "apply_gradients",
        "`compiled_loss`",
        "`compiled_metrics`",
    ]
    left = [finding.text.partition(" ")[0] for finding in doctor.examine(corrected)[0]]
    assert left == ["`compiled_loss`", "`compiled_metrics`"]  # there it takes a decision


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "x = 1", "é = 'ü'; keras = 1\n", "\0"])
def test_small_files(text):
    findings, corrected = doctor.examine(text)
    assert corrected == text
    assert len(findings) == (text == "\0")


BROKEN = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

class Net(keras.Model):
\tdef __init__(self):
\t\tself.dense = layers.Dense(2, activation=“softmax”)

\tdef call(self, x):
\t\tx = tf.cast(x, tf.float32)
\t    return self.dense(x)

model = Net()
loss_fn = keras.losses.SparesCategoricalCrossentropy()
optimizer = keras.optimizers.RMSprop(lr=0.1)
x, y = np.eye(2), np.arange(2)
for step in range(30):
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x))
    gradients = tape.gradients(loss, model.trainable_weights)
    optimizer.apply_gradients(zip(model.trainable_weights, gradients))
print("learned", float(loss) < 0.1)
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(BROKEN)
    return path


def test_the_corrected_copy_runs(script, capsys):
    assert cli.main(["doctor", "--fix", str(script)]) == 1
    copy = script.with_name("script.fixed.py")
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == f"{copy} has the corrections; {script} is as it was"
    assert script.read_text() == BROKEN
    assert cli.main(["doctor", str(copy)]) == 0
    assert capsys.readouterr().out == f"{copy}: nothing found\n"
    command = "import sys; from minitape.cli import main; sys.exit(main())"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", command, "run", str(copy)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == "learned True\n"


def test_without_fix_nothing_is_written(script, capsys):
    assert cli.main(["doctor", str(script)]) == 1
    assert [path.name for path in script.parent.iterdir()] == ["script.py"]
    printed = capsys.readouterr().out.splitlines()
    assert f"{script}:21: a tape has no `gradients`: the method is called `gradient`" in printed
    assert printed[-1] == "8 found, 8 of them with a correction that is certain"


def test_an_older_copy_is_not_overwritten(script, capsys):
    copy = script.with_name("script.fixed.py")
    copy.write_text("mine")
    assert cli.main(["doctor", "--fix", str(script)]) == 2
    assert copy.read_text() == "mine"
    assert f"{copy} exists already, and is left as it is" in capsys.readouterr().out


def test_what_is_not_certain_makes_no_copy(tmp_path, capsys):
    script = tmp_path / "script.py"
    script.write_text("x = (1,\n")
    assert cli.main(["doctor", "--fix", str(script)]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["script.py"]
    assert "1 found, 0 of them" in capsys.readouterr().out


def test_files_that_cannot_be_read(tmp_path, capsys):
    (tmp_path / "bytes.py").write_bytes(b"x = '\xff'\n")
    for name in ("nowhere.py", "bytes.py"):
        assert cli.main(["doctor", str(tmp_path / name)]) == 2
        assert f"{name}: cannot be read: " in capsys.readouterr().out


def test_the_encoding_is_kept(tmp_path):
    script = tmp_path / "script.py"
    script.write_bytes("# coding: latin-1\nx = 'é'\ny = 1\xa0+ 2\n".encode("latin-1"))
    assert cli.main(["doctor", "--fix", str(script)]) == 1
    fixed = (tmp_path / "script.fixed.py").read_bytes()
    assert fixed == "# coding: latin-1\nx = 'é'\ny = 1 + 2\n".encode("latin-1")
