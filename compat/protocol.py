"""Tensors and variables as Python and NumPy see them: printing, numbers, loops, copies."""

import copy
import math
import pickle

import numpy as np

from .programs import SAME, Programs, Raises

PROTOCOL = Programs()

VALUES = {
    "scalar": 1.5,
    "vector": [1.0, 2.0, 3.0],
    "matrix": [[1.0, 2.0], [3.0, 4.0]],
    "row": [[1.0, 2.0]],
    "int": 3,
    "bool": True,
    "bools": [True, False],
    "text": "ab",
    "texts": ["ab", "c"],
    "complex": 1 + 2j,
    "empty": np.zeros((0, 3), "float32"),
    "float64": np.array([1.1]),
    "float16": np.float16(1),
    "uint8": np.array([1, 2], "uint8"),
    "long": np.zeros(2000, "float32"),
}

TENSORS = {  # str, repr
    "scalar": (
        "tf.Tensor(1.5, shape=(), dtype=float32)",
        "<tf.Tensor: shape=(), dtype=float32, numpy=1.5>",
    ),
    "vector": (
        "tf.Tensor([1. 2. 3.], shape=(3,), dtype=float32)",
        "<tf.Tensor: shape=(3,), dtype=float32, numpy=array([1., 2., 3.], dtype=float32)>",
    ),
    "matrix": (
        "tf.Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)",
        "<tf.Tensor: shape=(2, 2), dtype=float32, numpy=\narray([[1., 2.],\n"
        "       [3., 4.]], dtype=float32)>",
    ),
    "row": (
        "tf.Tensor([[1. 2.]], shape=(1, 2), dtype=float32)",
        "<tf.Tensor: shape=(1, 2), dtype=float32, numpy=array([[1., 2.]], dtype=float32)>",
    ),
    "int": (
        "tf.Tensor(3, shape=(), dtype=int32)",
        "<tf.Tensor: shape=(), dtype=int32, numpy=3>",
    ),
    "bool": (
        "tf.Tensor(True, shape=(), dtype=bool)",
        "<tf.Tensor: shape=(), dtype=bool, numpy=True>",
    ),
    "bools": (
        "tf.Tensor([ True False], shape=(2,), dtype=bool)",
        "<tf.Tensor: shape=(2,), dtype=bool, numpy=array([ True, False])>",
    ),
    "text": (
        "tf.Tensor(b'ab', shape=(), dtype=string)",
        "<tf.Tensor: shape=(), dtype=string, numpy=b'ab'>",
    ),
    "texts": (
        "tf.Tensor([b'ab' b'c'], shape=(2,), dtype=string)",
        "<tf.Tensor: shape=(2,), dtype=string, numpy=array([b'ab', b'c'], dtype=object)>",
    ),
    "complex": (
        "tf.Tensor((1+2j), shape=(), dtype=complex128)",
        "<tf.Tensor: shape=(), dtype=complex128, numpy=(1+2j)>",
    ),
    "empty": (
        "tf.Tensor([], shape=(0, 3), dtype=float32)",
        "<tf.Tensor: shape=(0, 3), dtype=float32, numpy=array([], shape=(0, 3), dtype=float32)>",
    ),
    "float64": (
        "tf.Tensor([1.1], shape=(1,), dtype=float64)",
        "<tf.Tensor: shape=(1,), dtype=float64, numpy=array([1.1])>",
    ),
    "float16": (
        "tf.Tensor(1.0, shape=(), dtype=float16)",
        "<tf.Tensor: shape=(), dtype=float16, numpy=1.0>",
    ),
    "uint8": (
        "tf.Tensor([1 2], shape=(2,), dtype=uint8)",
        "<tf.Tensor: shape=(2,), dtype=uint8, numpy=array([1, 2], dtype=uint8)>",
    ),
}
for kind, (as_str, as_repr) in TENSORS.items():
    PROTOCOL.add(f"str_of_{kind}", as_str)(lambda tf, v=VALUES[kind]: str(tf.constant(v)))
    PROTOCOL.add(f"repr_of_{kind}", as_repr)(lambda tf, v=VALUES[kind]: repr(tf.constant(v)))

VARIABLES = {
    "scalar": "<tf.Variable 'Variable:0' shape=() dtype=float32, numpy=1.5>",
    "vector": "<tf.Variable 'Variable:0' shape=(3,) dtype=float32, "
    "numpy=array([1., 2., 3.], dtype=float32)>",
    "matrix": "<tf.Variable 'Variable:0' shape=(2, 2) dtype=float32, numpy=\n"
    "array([[1., 2.],\n       [3., 4.]], dtype=float32)>",
    "bool": "<tf.Variable 'Variable:0' shape=() dtype=bool, numpy=True>",
    "text": "<tf.Variable 'Variable:0' shape=() dtype=string, numpy=b'ab'>",
}
for kind, text in VARIABLES.items():
    for show in (str, repr, format):
        PROTOCOL.add(f"{show.__name__}_of_{kind}_variable", text)(
            lambda tf, v=VALUES[kind], show=show: show(tf.Variable(v))
        )


def outcome(name, function, *outcomes, of=tuple(VALUES)):
    """Adds what a function of a tensor gives, as text, for several kinds of tensor."""
    for kind, expected in zip(of, outcomes, strict=True):
        ours, theirs = expected if isinstance(expected, list) else (expected, SAME)
        PROTOCOL.add(f"{name}_of_{kind}", ours, theirs)(
            lambda tf, v=VALUES[kind]: str(function(tf.constant(v)))
        )


NOT_A_NUMBER = Raises("TypeError", "[Oo]nly|0-dimensional|dimensions")
AMBIGUOUS = Raises("ValueError", "ambiguous")
SEVERAL = ("vector", "matrix", "empty", "float64")

outcome("format", format, "1.5", "[1. 2. 3.]", "3", "True", "b'ab'", "[]", "(1+2j)",
        of=("scalar", "vector", "int", "bool", "text", "empty", "complex"))  # fmt: skip
outcome("format_2f", "{:.2f}".format, "1.50", "3.00", "1.00", of=("scalar", "int", "bool"))
outcome("format_2f", "{:.2f}".format, Raises("TypeError", "format"), of=("vector",))
outcome("float", float, "1.5", "3.0", "1.0", of=("scalar", "int", "bool"))
outcome("float", float, *[NOT_A_NUMBER] * 4, of=SEVERAL)
outcome("int", int, "1", "3", "1", of=("scalar", "int", "bool"))
outcome("int", int, *[NOT_A_NUMBER] * 4, of=SEVERAL)
outcome("complex", complex, "(1.5+0j)", "(3+0j)", "(1+2j)", of=("scalar", "int", "complex"))
outcome("bool", bool, "True", "True", "True", "True", of=("scalar", "int", "bool", "float64"))
outcome("bool", bool, AMBIGUOUS, AMBIGUOUS, of=("vector", "bools"))
# An empty array is false in TensorFlow; NumPy, like us, asks what was meant.
outcome("bool", bool, [AMBIGUOUS, "False"], of=("empty",))
outcome("len", len, "3", "2", "0", "2", of=("vector", "matrix", "empty", "texts"))
outcome("len", len, Raises("TypeError", "Scalar tensor has no"), of=("scalar",))
outcome("iter", list, Raises("TypeError", "Cannot iterate over a scalar"), of=("scalar",))
outcome("elements", lambda t: [x.numpy().tolist() for x in t],
        "[1.0, 2.0, 3.0]", "[[1.0, 2.0], [3.0, 4.0]]", "[]",
        of=("vector", "matrix", "empty"))  # fmt: skip
outcome("elements", lambda t: [x.numpy() for x in t], "[b'ab', b'c']", of=("texts",))
outcome("index", [0, 10, 20, 30].__getitem__, "30", of=("int",))
outcome("index", [0, 10, 20, 30].__getitem__, Raises("TypeError"), of=("vector",))
outcome("range", lambda t: list(range(t)), "[0, 1, 2]", of=("int",))
outcome("sqrt", math.sqrt, repr(math.sqrt(1.5)), of=("scalar",))
outcome("hash", hash, Raises("TypeError", "unhashable.*ref"), of=("scalar",))
outcome("dict_key", lambda t: {t: 1}, Raises("TypeError", "unhashable.*ref"), of=("scalar",))
outcome("ref", lambda t: {t.ref(): 1}[t.ref()], "1", of=("vector",))
outcome("type_of_numpy", lambda t: type(t.numpy()).__name__,
        "float32", "ndarray", "int32", "bool", "bytes",
        of=("scalar", "vector", "int", "bool", "text"))  # fmt: skip
outcome("array", lambda t: repr(np.asarray(t)),
        "array(1.5, dtype=float32)", "array([1., 2., 3.], dtype=float32)",
        "array(b'ab', dtype=object)", "array([b'ab', b'c'], dtype=object)",
        of=("scalar", "vector", "text", "texts"))  # fmt: skip
outcome("array_as_float64", lambda t: repr(np.array(t, dtype="float64")), "array(1.5)",
        of=("scalar",))  # fmt: skip
outcome("attribute", lambda t: t.foo, Raises("AttributeError", "foo"), of=("vector",))
outcome("pickle", lambda t: pickle.loads(pickle.dumps(t)), TENSORS["vector"][0], of=("vector",))
outcome("deepcopy", copy.deepcopy, TENSORS["vector"][0], of=("vector",))
outcome("shape", lambda t: f"{t.shape} {t.shape!r} {t.shape.rank} {t.shape.as_list()}",
        "() TensorShape([]) 0 []", "(3,) TensorShape([3]) 1 [3]",
        "(2, 2) TensorShape([2, 2]) 2 [2, 2]",
        of=("scalar", "vector", "matrix"))  # fmt: skip
outcome("dtype", lambda t: f"{t.dtype} {t.dtype!r} {t.dtype.name} {t.dtype.is_floating}",
        "<dtype: 'float32'> tf.float32 float32 True", "<dtype: 'int32'> tf.int32 int32 False",
        "<dtype: 'string'> tf.string string False",
        of=("scalar", "int", "text"))  # fmt: skip


def item_assignment(t):
    t[0] = 1.0


outcome("item_assignment", item_assignment, Raises("TypeError", "item assignment"), of=("vector",))


# -- beside NumPy ----------------------------------------------------------------------------------


def beside_numpy(name, expected, function, theirs=SAME):
    PROTOCOL.add(name, expected, theirs)(
        lambda tf: function(tf.constant([1.0, 2.0]), np.array([3.0, 4.0]))
    )


def floats(*numbers):
    return np.array(numbers, "float32")


beside_numpy("tensor_times_array", floats(3, 8), lambda t, a: t * a)
beside_numpy("array_times_tensor", floats(3, 8), lambda t, a: a * t)
beside_numpy("array_minus_tensor", floats(2, 2), lambda t, a: a - t)
beside_numpy("array_power_tensor", floats(3, 16), lambda t, a: a**t)
beside_numpy("numpy_scalar_times_tensor", floats(2, 4), lambda t, a: np.float64(2) * t)
beside_numpy("array_equals_tensor", np.array([False, False]), lambda t, a: a == t)
beside_numpy("array_below_tensor", np.array([False, False]), lambda t, a: a < t)
beside_numpy("array_matmul_tensor", floats([9, 12]), lambda t, a: a[:1, None] @ t[None] + [[6, 6]])
beside_numpy("list_plus_tensor", floats(4, 6), lambda t, a: a.tolist() + t)
beside_numpy("numpy_function_of_tensor", floats(1, 4), lambda t, a: np.square(t))
beside_numpy("tensor_in_a_list", True, lambda t, a: t[0] in [t[0]])


@PROTOCOL.add("int_tensor_times_float", Raises("TypeError", "Cannot convert 2.5 to"))
def int_tensor_times_float(tf):
    return tf.constant([1, 2]) * 2.5


# TensorFlow cuts the array's fractions off, without a word.
@PROTOCOL.add(
    "int_tensor_times_float_array",
    Raises("InvalidArgumentError", "int32 tensor like input #0, but is a float64.*cast"),
    theirs=np.array([1, 4], "int32"),
)
def int_tensor_times_float_array(tf):
    return tf.constant([1, 2]) * np.array([1.5, 2.5])


@PROTOCOL.add("writing_into_what_numpy_returned", floats(1, 2))
def writing_into_what_numpy_returned(tf):
    t = tf.constant([1.0, 2.0])
    t.numpy()[:] = 9
    np.array(t)[:] = 9
    return t


# -- variables -------------------------------------------------------------------------------------


def with_variable(name, expected, theirs=SAME):
    def add(function):
        PROTOCOL.add(f"variable_{name}", expected, theirs)(
            lambda tf: function(tf, tf.Variable([1.0, 2.0], name="v"))
        )

    return add


with_variable("name", "v:0")(lambda tf, v: v.name)
with_variable("shape", "(2,)")(lambda tf, v: str(v.shape))
with_variable("numpy", floats(1, 2))(lambda tf, v: v.numpy())
with_variable("elements", [1.0, 2.0])(lambda tf, v: [x.numpy() for x in v])
with_variable("value", floats(1, 2))(lambda tf, v: v.value())
with_variable("read_value", floats(1, 2))(lambda tf, v: v.read_value())
with_variable("slice", floats(2))(lambda tf, v: v[1:])
with_variable("times_array", floats(3, 8))(lambda tf, v: np.array([3.0, 4.0]) * v)
with_variable("float", "2.5")(lambda tf, v: str(float(tf.Variable(2.5))))
with_variable("int", "3")(lambda tf, v: str(int(tf.Variable(3))))
with_variable("hash", Raises("TypeError", "unhashable.*ref"))(lambda tf, v: hash(v))
with_variable("equals_itself", np.array([True, True]))(lambda tf, v: v == v)
with_variable("assign", floats(3, 4))(lambda tf, v: v.assign([3, 4]))
with_variable("assign_array", floats(3, 4))(lambda tf, v: v.assign(np.array([3.0, 4.0])))
with_variable("assign_add", floats(3, 4))(lambda tf, v: v.assign_add([2.0, 2.0]))
with_variable("assign_sub", floats(0, 1))(lambda tf, v: v.assign_sub([1.0, 1.0]))
with_variable("from_function", floats(1, 1))(lambda tf, v: tf.Variable(lambda: tf.ones([2])))
with_variable("from_variable", floats(1, 2))(lambda tf, v: tf.Variable(v))
with_variable("with_dtype", np.array([1.0]))(lambda tf, v: tf.Variable([1], dtype="float64"))

INCOMPATIBLE = r"Shape mismatch.*shape \(2,\).*assigned value shape \(3,\) are incompatible"
with_variable("assign_of_another_shape", Raises("ValueError", INCOMPATIBLE))(
    lambda tf, v: v.assign([1.0, 2.0, 3.0])
)
with_variable("assign_of_another_dtype", Raises("ValueError", "requested dtype float32.*int32"))(
    lambda tf, v: v.assign(tf.constant([1, 2]))
)
with_variable("assign_of_a_float64_tensor", Raises("ValueError", "requested dtype float32"))(
    lambda tf, v: v.assign(tf.constant([1.0, 2.0], "float64"))
)
with_variable("assign_of_a_float_to_an_int", Raises("TypeError", "Cannot convert 1.5"))(
    lambda tf, v: tf.Variable(1).assign(1.5)
)
with_variable("assign_add_of_another_shape", Raises("InvalidArgumentError", r"2.*3"))(
    lambda tf, v: v.assign_add([1.0, 2.0, 3.0])
)
with_variable("without_a_value", Raises("ValueError", "`initial_value` arg"))(
    lambda tf, v: tf.Variable()
)
with_variable("from_none", Raises("ValueError", "`initial_value` arg"))(
    lambda tf, v: tf.Variable(None)
)
with_variable("from_a_function_of_none", Raises("ValueError"))(
    lambda tf, v: tf.Variable(lambda: None)
)
with_variable("from_a_tensor_of_another_dtype", Raises("ValueError", "requested dtype float64"))(
    lambda tf, v: tf.Variable(tf.constant(1.0), dtype="float64")
)


@with_variable("in_place_addition", Raises("RuntimeError", "assign_add"))
def in_place_addition(tf, v):
    v += 1.0


@with_variable("trainable_set", Raises("AttributeError", "trainable"))
def set_trainable(tf, v):
    v.trainable = False


@with_variable("deepcopy_is_another", [floats(1, 2), floats(9, 9), "v:0"])
def deepcopy(tf, v):
    copied = copy.deepcopy(v)
    copied.assign([9.0, 9.0])
    return [v.numpy(), copied.numpy(), copied.name]


@with_variable("pickle_is_another", [floats(1, 2), floats(9, 9)])
def pickled(tf, v):
    copied = pickle.loads(pickle.dumps(v))
    copied.assign([9.0, 9.0])
    return [v.numpy(), copied.numpy()]


@with_variable("snapshot", [floats(1, 2), floats(9, 9)])
def snapshot(tf, v):
    before = v.value()
    v.assign([9.0, 9.0])
    return [before, v.value()]
