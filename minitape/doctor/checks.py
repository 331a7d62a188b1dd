"""What Python reads in a script, and TensorFlow or Keras do not run, or run otherwise than meant.

Each check takes a Script and yields findings; CHECKS at the end lists them.
"""

import ast
from types import ModuleType

from .. import dropin, keras
from .script import (
    Finding,
    Script,
    end,
    inserted,
    renamed,
    renamed_attribute,
    replaced,
    short,
    start,
)

MODELS = ("keras.Model", "keras.models.Model", "keras.Sequential", "keras.models.Sequential")
INPUTS = ("keras.Input", "keras.layers.Input")
VARIABLES = {"trainable_weights", "trainable_variables", "weights", "variables"}
_SHAPE = "today the model begins with a keras.Input(shape=...)"
# (what is called, the argument's old name, its new one, or None and what to do instead)
OLD_ARGUMENTS = [
    ("keras.optimizers.", "lr", "learning_rate", ""),
    ("keras.optimizers.", "decay", None, "a schedule, of keras.optimizers.schedules"),
    ("keras.layers.LeakyReLU", "alpha", "negative_slope", ""),
    ("keras.layers.", "input_shape", None, _SHAPE),
    ("keras.layers.", "batch_input_shape", None, _SHAPE),
    ("keras.layers.", "input_dim", None, _SHAPE),
    ("keras.Model", "input", "inputs", ""),
    ("keras.Model", "output", "outputs", ""),
    ("keras.models.Model", "input", "inputs", ""),
    ("keras.models.Model", "output", "outputs", ""),
    ("keras.callbacks.ModelCheckpoint", "period", None, "use save_freq="),
]
# A method's name in Keras 2: that of today, or None and what to write.
OLD_METHODS = {
    "reset_states": ("reset_state", ""),
    "compiled_loss": (None, "self.compute_loss(y=y, y_pred=y_pred)"),
    "compiled_metrics": (None, "metric.update_state(y, y_pred) for the metrics in self.metrics"),
}
OLD_METHODS_OF_MODELS = {  # other libraries have such names too
    "fit_generator": ("fit", ""),
    "evaluate_generator": ("evaluate", ""),
    "predict_generator": ("predict", ""),
    "predict_proba": ("predict", ""),
    "predict_classes": (None, "np.argmax(model.predict(x), axis=-1)"),
    "reset_states": (None, "reset_state of its layers"),
}
USUAL_IMPORTS = {
    "tf": "import tensorflow as tf",
    "keras": "from tensorflow import keras",
    "layers": "from tensorflow.keras import layers",
    "np": "import numpy as np",
    "plt": "import matplotlib.pyplot as plt",
}


def misspelt_name(script: Script):
    """`keras.losses.SparesCategoricalCrossentropy`."""
    for node in script.nodes:
        if isinstance(node, ast.Attribute):
            room = script.path(node.value)
            if _lacks(room, node.attr):
                said, meant = _lacking(room, node.attr)
                edits = (renamed_attribute(node, meant),) if meant else ()
                yield Finding(node.lineno, said, edits)


def misspelt_import(script: Script):
    """`from tensorflow.keras.layers import Dens`."""
    for node, alias, path in _imported(script):
        words = path.split(".")
        rooms = [".".join(words[:n]) for n in range(1, len(words))]
        for room, word in zip(rooms, words[1:], strict=True):
            if word == "*" or not _lacks(room, word):
                continue
            said, meant = _lacking(room, word)
            last = isinstance(node, ast.ImportFrom) and room == rooms[-1]
            edits = (renamed(alias, word, meant),) if meant and last else ()
            yield Finding(node.lineno, said, edits)
            break


def tensorflow_inside(script: Script):
    """`from tensorflow.python.keras.layers import Dense`."""
    for node, _, path in _imported(script, inside=True):
        statement = script.source(node)
        better = statement.replace("tensorflow.python.", "tensorflow.")
        whole = path.replace("tf", "tensorflow", 1)
        said = f"`{whole}` is TensorFlow's inside: leave `.python` out"
        yield Finding(node.lineno, said, (replaced(node, better),) if better != statement else ())


def tape_gradients(script: Script):
    """`tape.gradients(loss, weights)`."""
    tapes = {"tape"}
    for node in script.nodes:
        for item in node.items if isinstance(node, ast.With) else ():
            if "GradientTape" in script.source(item.context_expr) and item.optional_vars:
                tapes.add(script.source(item.optional_vars))
    for node in script.nodes:
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "gradients"
            and script.source(node.value) in tapes
        ):
            said = "a tape has no `gradients`: the method is called `gradient`"
            yield Finding(node.lineno, said, (renamed_attribute(node, "gradient"),))


def swapped_zip(script: Script):
    """`optimizer.apply_gradients(zip(model.trainable_weights, gradients))`."""

    def is_variables(node):
        values = script.values.get(node.id, []) if isinstance(node, ast.Name) else [node]
        return any(getattr(value, "attr", None) in VARIABLES for value in values)

    for call, _ in script.calls():
        match call:
            case ast.Call(
                func=ast.Attribute(attr="apply_gradients"),
                args=[ast.Call(func=ast.Name(id="zip"), args=[first, second]), *_],
            ) if is_variables(first) and not is_variables(second):
                left, right = script.source(first), script.source(second)
                said = "apply_gradients takes pairs of (gradient, variable), and these are the "
                said += f"other way round: zip({right}, {left})"
                yield Finding(call.lineno, said, (replaced(first, right), replaced(second, left)))


def old_arguments(script: Script):
    """`Adam(lr=0.01)`, `LeakyReLU(alpha=0.2)`, `Dense(10, input_shape=(3,))`."""
    for call, path in script.calls():
        for keyword in call.keywords:
            for called, old, new, instead in OLD_ARGUMENTS:
                whole = path.startswith(called) if called.endswith(".") else path == called
                if not whole or keyword.arg != old:
                    continue
                said = f"{path.rpartition('.')[2]}({old}=) is an older spelling: "
                said += f"{new}= today" if new else instead
                edits = (renamed(keyword, old, new),) if new else ()
                yield Finding(keyword.lineno, said, edits)


def old_methods(script: Script):
    """`metric.reset_states()`, and `def reset_states` in a metric of one's own."""
    for node in script.nodes:
        if isinstance(node, ast.Attribute) and node.attr in OLD_METHODS | OLD_METHODS_OF_MODELS:
            known = OLD_METHODS_OF_MODELS if _is_model(script, node.value) else OLD_METHODS
            new, instead = known.get(node.attr, (None, ""))
            if new or instead:
                said = f"`{node.attr}` is Keras 2's; today: {new or instead}"
                yield Finding(node.lineno, said, (renamed_attribute(node, new),) if new else ())
    for owner in script.class_definitions():
        for method in _methods(owner) if owner.name in script.classes else ():
            if method.name == "reset_states":
                said = "`reset_states` is Keras 2's name: Keras calls `reset_state` today"
                edit = renamed(method, "def reset_states", "def reset_state")
                yield Finding(method.lineno, said, (edit,))


def checkpoint_path(script: Script):
    """`ModelCheckpoint("weights.h5")`."""
    for call, path in script.calls():
        if path != "keras.callbacks.ModelCheckpoint":
            continue
        options = {keyword.arg: keyword.value for keyword in call.keywords}
        file = call.args[0] if call.args else options.get("filepath")
        weights = getattr(options.get("save_weights_only"), "value", False)
        ending = ".weights.h5" if weights else ".keras"
        if isinstance(file, ast.Constant) and not str(file.value).endswith(ending):
            said = f"a ModelCheckpoint's path ends in {ending} today; this is {file.value!r}"
            yield Finding(call.lineno, said)


def shape_is_a_number(script: Script):
    """`Input(shape=784)`, `Input(shape=(28 * 28))`."""
    for call, path in script.calls():
        named = [word for word in call.keywords if word.arg == "shape"]
        shapes = [(word.value, script.source(word)) for word in named]
        shapes += [(shape, "") for shape in call.args[:1]]
        for shape, argument in shapes if path in INPUTS else ():
            if _is_whole_number(shape):
                text = f"({script.source(shape)},)"
                said = f"a shape is a tuple, and this one is a number: shape={text}"
                bracketed = argument.endswith(")")
                edit = inserted(end(shape), ",") if bracketed else replaced(shape, text)
                yield Finding(shape.lineno, said, (edit,))


def builtin_input(script: Script):
    """`layers.Dense(10)(input)`, where `inputs` is meant."""
    if "input" in script.bound:
        return
    found: dict[ast.Name, None] = {}  # each once, also where one call stands in another
    for call, path in script.calls():
        layer = isinstance(call.func, ast.Call) and script.path(call.func.func).startswith("keras.")
        if not (layer or path in MODELS):
            continue
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            for node in ast.walk(argument):
                if isinstance(node, ast.Name) and node.id == "input":
                    found[node] = None
    known = "inputs" in script.bound
    said = "`input` is Python's own function that reads from the keyboard"
    said += "; did you mean `inputs`?" if known else ", not a tensor"
    for node in found:
        yield Finding(node.lineno, said, (replaced(node, "inputs"),) if known else ())


def missing_super_init(script: Script):
    """A model or layer whose `__init__` does not call that of its base."""
    bases = (keras.Model, keras.layers.Layer, keras.metrics.Metric, keras.losses.Loss)
    for owner in script.class_definitions():
        if not issubclass(script.classes.get(owner.name, object), bases):
            continue
        for method in _methods(owner):
            if method.name != "__init__" or ".__init__" in script.source(method):
                continue
            given = [f"{a.arg}={a.arg}" for a in method.args.args if a.arg in ("name", "dtype")]
            given += [f"**{method.args.kwarg.arg}"] if method.args.kwarg else []
            statement = f"super().__init__({', '.join(given)})"
            said = f"{owner.name}.__init__ must begin with {statement}"
            documented = ast.get_docstring(method) is not None
            first = method.body[min(documented, len(method.body) - 1)]
            row = script.text.split("\n")[first.lineno - 1]
            margin = row[: len(row) - len(row.lstrip())]
            between = "; " if first.lineno == method.lineno else f"\n{margin}"
            yield Finding(method.lineno, said, (inserted(start(first), statement + between),))


def layers_behind_add(script: Script):
    """`model.add.Conv2D(32, 3)`."""
    names = {path: name for name, path in script.imports.items()}
    prefixes = [
        f"{names[path]}{inside}"
        for path, inside in (("keras.layers", ""), ("keras", ".layers"), ("tf", ".keras.layers"))
        if path in names
    ]
    prefix = [*prefixes, "layers"][0]
    for call, _ in script.calls():
        match call.func:
            case ast.Attribute(value=ast.Attribute(attr="add") as add, attr=layer):
                if isinstance(dropin.find(f"keras.layers.{layer}"), type):
                    whole = f"{script.source(add)}({prefix}.{layer}"
                    said = f"`add` is a method: {whole}(...))"
                    yield Finding(
                        call.lineno, said, (replaced(call.func, whole), inserted(end(call), ")"))
                    )


def list_without_equal_sign(script: Script):
    """`callbacks_list[...]` as a statement of its own."""
    for node in script.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Subscript):
            name = node.value.value
            if isinstance(name, ast.Name) and script.unbound.get(name.id) is name:
                said = f"an equal sign is missing: {name.id} = [...]"
                yield Finding(node.lineno, said, (inserted(end(name), " = "),))


def not_imported(script: Script):
    """`tf`, `layers`, `Dense` without the import that brings them."""
    documented = ast.get_docstring(script.tree) is not None
    for first in script.tree.body[documented:]:
        if not (isinstance(first, ast.ImportFrom) and first.module == "__future__"):
            break
    for name, node in script.unbound.items():
        statement = USUAL_IMPORTS.get(name)
        for room in ("layers", "models"):
            if not statement and name[0].isupper() and dropin.find(f"keras.{room}.{name}"):
                statement = f"from tensorflow.keras.{room} import {name}"
        if statement:
            said = f"`{name}` is never imported: {statement}"
            decorators = getattr(first, "decorator_list", [])
            line = min(part.lineno for part in (first, *decorators))
            yield Finding(node.lineno, said, (inserted((line, 0), f"{statement}\n"),))


def fit_before_compile(script: Script):
    """`model.fit` in a program that never compiles."""
    methods = {node.attr for node in script.nodes if isinstance(node, ast.Attribute)}
    if "compile" in methods:
        return
    for call, _ in script.calls():
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr == "fit" and _is_model(script, func.value):
            said = "fit needs a compiled model: model.compile(optimizer=..., loss=...) first"
            yield Finding(call.lineno, said)
            return


def callback_left_out(script: Script):
    """A callback that is made and never passed to fit."""
    names = [node for node in script.nodes if isinstance(node, ast.Name)]
    loads = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    for name, values in script.values.items():
        for value in values:
            path = script.path(value.func) if isinstance(value, ast.Call) else ""
            if path.startswith("keras.callbacks.") and name not in loads:
                said = f"`{name}` is made here and never passed on: fit(..., callbacks=[{name}])"
                yield Finding(value.lineno, said)


def method_called_train(script: Script):
    """`def train(self, data)` in a model, where fit calls `train_step`."""
    for owner in script.class_definitions():
        methods = {method.name: method for method in _methods(owner)}
        train = methods.get("train")
        if owner.name in script.classes and train and "train_step" not in methods:
            said = "fit calls `train_step(self, data)`; a method called `train` it never calls"
            yield Finding(train.lineno, said)


def ten_classes_for_a_hundred(script: Script):
    """CIFAR-100 into `Dense(10, activation="softmax")`."""
    words = {node.attr for node in script.nodes if isinstance(node, ast.Attribute)} | script.bound
    if "cifar100" not in words or words & {"mnist", "fashion_mnist", "cifar10"}:
        return
    for call, path in script.calls():
        units = call.args[0] if call.args else None
        softmax = any(getattr(k.value, "value", None) == "softmax" for k in call.keywords)
        if path == "keras.layers.Dense" and softmax and getattr(units, "value", None) == 10:
            said = "CIFAR-100 has 100 classes, and this layer has outputs for 10"
            yield Finding(call.lineno, said)


def _imported(script, inside=False):
    """Yields (statement, alias, short path) of imports of TensorFlow and Keras.

    Args:
        script: The Script.
        inside: Of `tensorflow.python`, or else of all but these.
    """
    for node in script.nodes:
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level):
            room = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                path = short(room + alias.name)
                words = path.split(".")
                if words[0] in ("tf", "keras") and (words[:2] == ["tf", "python"]) == inside:
                    yield node, alias, path


def _methods(owner):
    return [node for node in owner.body if isinstance(node, ast.FunctionDef)]


def _lacks(room, name):
    """Whether `room` is a module of TensorFlow's or Keras' in which minitape lacks the name."""
    if not room or name.startswith("_") or not isinstance(dropin.find(room), ModuleType):
        return False
    return dropin.find(f"{room}.{name}") is None and f"{room}.{name}" not in dropin.public_names()


def _lacking(room, name):
    """What to say of a lacking name, and the name that is meant where the letters are the same."""
    near = dropin.nearest(f"{room}.{name}")
    where, _, meant = (near or "").rpartition(".")
    # Not whatever the case: keras.layers.add is a function, and no slip for Add.
    if where == room and sorted(meant) == sorted(name):
        return f"`{room}.{name}` is misspelt: `{meant}`", meant
    said = f"minitape has no `{room}.{name}`"
    return (f"{said}; the nearest is `{near}`" if near else said), None


def _is_whole_number(node):
    """Whether an expression is a number, or arithmetic of some."""
    if isinstance(node, ast.BinOp):
        return _is_whole_number(node.left) and _is_whole_number(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _is_model(script, node):
    values = script.values.get(node.id, []) if isinstance(node, ast.Name) else []
    for value in values:
        if isinstance(value, ast.Call):
            own = issubclass(script.classes.get(script.source(value.func), object), keras.Model)
            if own or script.path(value.func) in MODELS:
                return True
    return False


CHECKS = (
    misspelt_import,
    misspelt_name,
    tensorflow_inside,
    tape_gradients,
    swapped_zip,
    old_arguments,
    old_methods,
    checkpoint_path,
    shape_is_a_number,
    builtin_input,
    missing_super_init,
    layers_behind_add,
    list_without_equal_sign,
    not_imported,
    fit_before_compile,
    callback_left_out,
    method_called_train,
    ten_classes_for_a_hundred,
)
