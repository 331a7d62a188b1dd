"""tf.Module, tf.name_scope, tf.TensorArray and tf.function beside TensorFlow's."""

import pytest

import minitape
from compat.outcome import assert_same_outcome
from minitape import keras


def parts(tf):
    """A module of modules, with variables in lists and dicts."""

    class Dense(tf.Module):
        def __init__(self, rows, columns, name=None):
            super().__init__(name)
            self.w = tf.Variable(tf.ones([rows, columns]), name="w")
            self.b = tf.Variable(tf.zeros([columns]), name="b", trainable=False)

        @tf.Module.with_name_scope
        def __call__(self, x):
            if not hasattr(self, "late"):
                self.late = tf.Variable(1.0, name="late")
            return tf.nn.relu(x @ self.w + self.b) * self.late

    class MLPModel(tf.Module):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.layers = []
            with self.name_scope:
                self.layers += [Dense(2, 3), Dense(3, 1)]
            self.by_name = {"z": tf.Variable(1.0, name="z"), "a": tf.Variable(2.0, name="a")}
            self.again = self.layers[0]
            self.other = (3, "text", None)

    return Dense, MLPModel


def described(module):
    return {
        "name": module.name,
        "variables": [v.name for v in module.variables],
        "trainable": [v.name for v in module.trainable_variables],
        "others": [v.name for v in module.non_trainable_variables],
        "modules": [m.name for m in module.submodules],
    }


def built(tf):
    model = parts(tf)[1]()
    x = tf.constant([[1.0, 2.0]])
    for layer in model.layers:
        x = layer(x)
    return [described(model), x]


def gradients(tf):
    layer = parts(tf)[0](2, 1)
    with tf.GradientTape() as tape:
        y = layer(tf.constant([[1.0, 2.0]]))
    return tape.gradient(y, layer.trainable_variables)


def scoped(tf):
    names = []
    with tf.name_scope("a") as outer:
        names += [outer, tf.Variable(1.0).name, tf.Variable(1.0, name="v").name]
        with tf.name_scope("b") as inner:
            names += [inner, tf.Variable(1.0, name="v").name]
            with tf.name_scope("") as none:
                names += [none, tf.Variable(1.0, name="v").name]
            with tf.name_scope("c/") as whole:
                names += [whole, tf.Variable(1.0, name="v").name]
        names.append(tf.Variable(1.0, name="v").name)
        dense = tf.keras.layers.Dense(1, name="d")
        dense.build((None, 2))
        names += [w.name for w in dense.weights] + [w.path for w in dense.weights]
    return [*names, tf.Variable(1.0, name="v").name, tf.name_scope("x").name]


def loop(tf):
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        for i in tf.range(4):
            array = array.write(i, x ** tf.cast(i, tf.float32))
        y = array.stack()
    return [y, array.size(), tape.gradient(y, x)]


def filled(tf, **settings):
    array = tf.TensorArray(tf.float32, 3, **settings)
    return array.unstack(tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))


class Counter:
    """What a tf.function as a method does; made for each library."""

    def __new__(cls, tf):
        class Counter:
            def __init__(self):
                self.count = tf.Variable(0)

            @tf.function
            def __call__(self, by=1):
                return self.count.assign_add(by)

            @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
            def plus(self, x):
                return {"sum": self.count + x, "count": [self.count]}

        return Counter()


def functions(tf):
    @tf.function
    def double(x):
        """Twice."""
        return 2 * x

    counter = Counter(tf)
    return [
        double(tf.constant(3.0)),
        double.python_function(4),
        double.get_concrete_function(tf.TensorSpec([], tf.float32))(tf.constant(1.0)),
        double.__name__,
        double.__doc__,
        counter(),
        counter(by=3),
        counter.plus(tf.constant(5)),
        tf.is_tensor(counter.plus(tf.constant(5))["count"][0]),
    ]


PROGRAMS = [
    lambda tf: described(parts(tf)[1]()),
    lambda tf: described(parts(tf)[1]("given")),
    lambda tf: parts(tf)[1]("no name"),
    lambda tf: tf.Module().name,
    built,
    gradients,
    scoped,
    lambda tf: tf.name_scope(3),
    loop,
    functions,
    lambda tf: filled(tf).stack(),
    lambda tf: filled(tf).concat(),
    lambda tf: filled(tf).gather([2, 0]),
    lambda tf: filled(tf).scatter([2, 0], [[7.0, 8.0], [9.0, 0.0]]).stack(),
    lambda tf: filled(tf).read(1),
    lambda tf: filled(tf).read(tf.constant(1)),
    lambda tf: [a.read(1) for a in [filled(tf)] for _ in range(2)],
    lambda tf: [a.read(1) for a in [filled(tf, clear_after_read=False)] for _ in range(2)],
    lambda tf: filled(tf).read(3),
    lambda tf: filled(tf).read(-1),
    lambda tf: filled(tf).write(3, [1.0, 2.0]),
    lambda tf: filled(tf).write(-1, [1.0, 2.0]),
    lambda tf: filled(tf, dynamic_size=True).write(4, [1.0, 2.0]).stack(),
    lambda tf: tf.TensorArray("float32", 1).write(0, tf.constant([1, 2])),
    lambda tf: tf.TensorArray("float32", 2).write(0, [1.0]).write(1, [1.0, 2.0]),
    lambda tf: tf.TensorArray("float32", 2, element_shape=[None]).write(0, [1.0]).stack(),
    lambda tf: tf.TensorArray("float32", 2, element_shape=[2]).stack(),
    lambda tf: (
        tf.TensorArray("float32", 2, infer_shape=False)
        .write(0, [1.0])
        .write(1, [1.0, 2.0])
        .concat()
    ),
    lambda tf: tf.TensorArray("float32"),
    lambda tf: tf.TensorArray("float32", 2).split([1.0, 2.0, 3.0], [1, 2]).read(1),
    lambda tf: tf.TensorArray("float32", 2).split([1.0, 2.0, 3.0], [1, 1, 1]),
    lambda tf: tf.TensorArray("float32", 2).split([1.0, 2.0, 3.0], [1, 1]),
    lambda tf: tf.TensorArray("float32", 2).unstack([1.0, 2.0, 3.0]),
    lambda tf: tf.TensorArray("float32", 0, dynamic_size=True).unstack([1.0, 2.0]).stack(),
    lambda tf: tf.TensorArray("float32", 0, element_shape=[2]).stack(),
    lambda tf: [
        [a.dtype.name, a.dynamic_size, a.element_shape.as_list()]
        for a in [tf.TensorArray("int32", 1).write(0, [1, 2])]
    ],
]


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_as_tensorflow_does(program, graphs):
    assert_same_outcome(program)


def test_keras_layers_in_a_module_are_found():
    """As in Keras 2; with Keras 3, a tf.Module does not see them."""

    class Net(minitape.Module):
        def __init__(self):
            super().__init__()
            self.inside = [keras.layers.Dense(2), keras.layers.BatchNormalization()]
            self.scale = minitape.Variable(1.0, name="scale")

        def __call__(self, x):
            return self.inside[1](self.inside[0](x)) * self.scale

    net = Net()
    net(minitape.ones([3, 4]))
    assert [v.name for v in net.variables] == [
        "scale:0", "kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance",
    ]  # fmt: skip
    assert [v.name for v in net.non_trainable_variables] == ["moving_mean", "moving_variance"]
