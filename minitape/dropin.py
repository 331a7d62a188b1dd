"""`import tensorflow` and `import keras`, answered by minitape: an import hook.

    from minitape import dropin

    dropin.install()

    import tensorflow as tf
    from tensorflow.keras.layers import Dense    # minitape.keras.layers.Dense, the same class

`minitape run script.py` does this for a whole script. Modules and classes are minitape's own, under
a second name, and nothing is loaded twice. Only `tensorflow` is a module of its own: minitape has
rooms that are none of TensorFlow's, and another version.
"""

import difflib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType, SimpleNamespace

import minitape

from . import keras

# What tf.__version__ says: the TensorFlow that minitape follows, for programs that ask what they
# run on. minitape.__version__ says which minitape it is. keras.__version__ is Keras' likewise.
TENSORFLOW_VERSION = "2.21.0"
TOPS = ("keras", "tensorflow")
# What stands in `minitape` and is none of TensorFlow's names: the floors, and modules at the top.
FLOORS = {"arrays", "engine", "learn", "ops", "tracing"}
OWN = {
    *("cli", "demo", "doctor", "dropin", "importlib", "math_special", "module", "run"),
    *("settings", "warnings"),
}
# What TensorFlow has from Keras under a shorter path.
FROM_KERAS = ("initializers", "losses", "metrics", "optimizers")


def install() -> None:
    """Serves `tensorflow` and `keras` from minitape, in this process, until `uninstall`.

    A second call does nothing.

    Raises:
        RuntimeError: If the real TensorFlow or Keras is imported already.
    """
    if _FINDER in sys.meta_path:
        return
    for name in TOPS:
        if name in sys.modules:
            place = getattr(sys.modules[name], "__file__", None)
            raise RuntimeError(
                f"minitape cannot answer for {name}: another one is imported already, from "
                f"{place}. Start Python again, and call minitape.dropin.install() before anything "
                "that imports it."
            )
    for module in _rooms():
        module.__class__ = _Served
    sys.meta_path.insert(0, _FINDER)


def uninstall() -> None:
    """Takes the hook out again; `import tensorflow` then finds what is installed, or nothing.

    Names that were imported meanwhile stay what they are.
    """
    if _FINDER not in sys.meta_path:
        return
    sys.meta_path.remove(_FINDER)
    for module in _rooms():
        module.__class__ = ModuleType
    for name in [name for name in sys.modules if name.partition(".")[0] in TOPS]:
        del sys.modules[name]


def public_names() -> dict:
    """All that is served, by its shortest path: `keras.layers.Dense`, `tf.math.add`."""
    found, seen = {}, set()
    rooms = [("keras", keras), ("tf", _TENSORFLOW)]
    for path, room in rooms:  # grows as it goes: the upper rooms first
        if room in seen:
            continue
        seen.add(room)
        for name in vars(room).get("__all__") or list(vars(room)):
            value = getattr(room, name)
            if name.startswith("_") or (isinstance(value, ModuleType) and not _is_ours(value)):
                continue
            found[f"{path}.{name}"] = value
            if _is_ours(value):
                rooms.append((f"{path}.{name}", value))
    return found


def find(path: str):
    """What stands at a path such as `keras.layers.Dense` or `tf.math.add`; None if nothing does."""
    top, *words = path.split(".")
    found = {"keras": keras, "tf": _TENSORFLOW}.get(top)
    for word in words:
        found = getattr(found, word, None)
    return found


def nearest(path: str) -> str | None:
    """The public name that someone who wrote `path` is likely to have meant, or None.

    The same name elsewhere; else a similar one in the same room; else a very similar one anywhere.

    >>> nearest("keras.losses.SparesCategoricalCrossentropy")
    'keras.losses.SparseCategoricalCrossentropy'
    >>> nearest("keras.layers.Adam")
    'keras.optimizers.Adam'
    """
    room, _, name = path.rpartition(".")
    by_name: dict[str, str] = {}
    here: dict[str, str] = {}
    for known in public_names():
        place, _, last = known.rpartition(".")
        by_name.setdefault(last, known)
        if place == room:
            here[last] = known
    if name in by_name:
        return by_name[name]
    for names, cutoff in ((here, 0.76), (by_name, 0.85)):
        close = difflib.get_close_matches(name, names, n=1, cutoff=cutoff)
        if close:
            return names[close[0]]
    return None


def _missing(room, name):
    """Says that minitape lacks a name, and which it has."""
    path = f"{_path(room)}.{name}"
    if path in public_names():
        return f"`{path}` is no module, also in Keras. Write: from {_path(room)} import {name}"
    text = f"minitape, which answers for TensorFlow and Keras here, has no `{path}`."
    if path == "tf.python":
        return f"{text} It is TensorFlow's inside; the public names stand without `.python`."
    near = nearest(path)
    return f"{text} The nearest that it has: `{near}`." if near else text


def _path(room):
    if room is keras:
        return "keras"
    paths = (path for path, value in public_names().items() if value is room)
    return next(paths, "tf" if room is _TENSORFLOW else room.__name__)


class _Served(ModuleType):
    """A module that says, of a name that it lacks, who speaks and what is nearest."""

    def __getattr__(self, name):
        if name == "__path__":  # a plain module; TensorFlow's are packages: tensorflow.math.special
            return []
        if name.startswith("_"):  # Python looks for many of these, and for no reader
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        # With a name and no object, Python adds no second "Did you mean" of its own.
        raise AttributeError(_missing(self, name), name=name)


class _Finder(MetaPathFinder, Loader):
    """Finds `tensorflow` and `keras`, and what is below them, in minitape."""

    def find_spec(self, fullname, path=None, target=None):
        top, *words = fullname.split(".")
        if top == "minitape":
            return self._find_own(fullname, path)
        if top not in TOPS:
            return None
        # Not found is an error at once: the search must not go on, to the folder minitape/keras,
        # where it would load a file a second time under another name.
        module = keras if top == "keras" else _TENSORFLOW
        for word in words:
            inner = getattr(module, word, None)
            if not _is_ours(inner):
                # Without name=, for with it `from tensorflow import x` would drop this text.
                raise ModuleNotFoundError(_missing(module, word))
            module = inner
        return ModuleSpec(fullname, self, loader_state=module, is_package=True)

    def _find_own(self, fullname, path):
        """Explains `from tensorflow.keras.layers import x`, for which Python tries a submodule."""
        found = PathFinder.find_spec(fullname, path)
        room, _, name = fullname.rpartition(".")
        if found is None and isinstance(sys.modules.get(room), _Served):
            raise ModuleNotFoundError(_missing(sys.modules[room], name))
        return found

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        # importlib takes what stands there afterwards.
        sys.modules[module.__name__] = module.__spec__.loader_state


def _is_ours(value):
    """True for a module that is served."""
    if not isinstance(value, ModuleType):
        return False
    top, *words = value.__name__.split(".")
    return value is _TENSORFLOW or (top == "minitape" and not FLOORS.intersection(words[:1]))


def _rooms():
    """The modules of minitape that are served."""
    return [keras, *filter(_is_ours, public_names().values())]


def _tensorflow():
    module = _Served("tensorflow", minitape.__doc__)
    names = [name for name in dir(minitape) if not name.startswith("_")]
    vars(module).update(
        {name: getattr(minitape, name) for name in names if name not in OWN | FLOORS}
    )
    vars(module).update({name: getattr(keras, name) for name in FROM_KERAS})
    vars(module).update(version=SimpleNamespace(VERSION=TENSORFLOW_VERSION))
    vars(module).update(__version__=TENSORFLOW_VERSION, __file__=minitape.__file__)
    module.__spec__ = ModuleSpec("tensorflow", None, origin=minitape.__file__, is_package=True)
    return module


_FINDER = _Finder()
_TENSORFLOW = _tensorflow()
