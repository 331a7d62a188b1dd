"""Tensors, variables, gradients, functions and modules."""

import numpy as np

from .guide import Guide, labels, numbers

GUIDE = Guide()


@GUIDE.add
def tensors(tf, folder):
    scalar = tf.constant(4)
    matrix = tf.constant([[1, 2], [3, 4], [5, 6]], dtype=tf.float16)
    cube = tf.constant(np.arange(24).reshape(2, 3, 4))
    a, b = tf.constant([[1, 2], [3, 4]]), tf.ones([2, 2], dtype=tf.int32)
    row = tf.constant([0, 1, 1, 2, 3, 5, 8, 13, 21, 34])
    texts = tf.constant(["grey wolf", "brown fox"])
    return {
        "shown": [str(scalar), str(matrix), repr(cube), str(texts), str(tf.float32)],
        "sums": [a + b, a * b, a @ b, tf.add(a, b), tf.matmul(a, b), a - 1, 2.0 / tf.constant(3.0)],
        "asked": [cube.ndim, cube.shape.as_list(), tf.size(cube), tf.rank(cube), tf.shape(cube)],
        "cut": [
            row[0],
            row[:4],
            row[4:],
            row[2:7],
            row[::2],
            row[::-1],
            cube[:, :, -1],
            cube[..., 1],
        ],
        "shaped": [tf.reshape(cube, [-1]), tf.transpose(a), tf.expand_dims(a, 0), tf.stack([a, b])],
        "cast": [tf.cast([2.2, 3.9], tf.uint8), tf.cast(matrix, tf.float32)],
        "spread": [tf.broadcast_to([1, 2, 3], [3, 3]), tf.constant([[1], [2]]) * [1, 2, 3]],
        "chosen": [
            tf.gather(row, [0, 3]),
            tf.boolean_mask(row, row > 3),
            tf.where(row > 3, row, 0),
        ],
        "changed": tf.tensor_scatter_nd_update(row, [[0], [2]], [7, 8]),
        "python": [int(scalar), float(tf.constant(2.5)), bool(tf.constant(True)), len(row)],
        "formatted": f"{tf.constant(1.234):.2f} and {scalar}",
        "made": [
            tf.eye(2),
            tf.range(3),
            tf.fill([2], 7),
            tf.linspace(0.0, 1.0, 3),
            tf.one_hot([1], 3),
        ],
        "reduced": [
            tf.reduce_max(a),
            tf.argmax(a),
            tf.reduce_mean(matrix, axis=0),
            tf.nn.softmax([1.0, 2.0]),
        ],
    }


@GUIDE.add
def variables(tf, folder):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    copy = tf.Variable(v)
    v.assign([[5.0, 6.0], [7.0, 8.0]])
    named = tf.Variable([1, 2], name="counts", trainable=False)
    try:
        v.assign([1.0, 2.0, 3.0])
        refused = None
    except ValueError:
        refused = "ValueError"
    with tf.device("CPU:0"):
        product = tf.matmul(v, copy)
    return {
        "shown": [str(v), repr(named)],
        "values": [v.numpy(), copy, v.assign_add(tf.ones([2, 2])), v.assign_sub(tf.ones([2, 2]))],
        "names": [v.name, named.name, named.trainable, v.dtype.name, v.shape.as_list()],
        "used": [tf.convert_to_tensor(v), tf.argmax(v), tf.reshape(v, [4]), v == copy, v[0, 1]],
        "refused": refused,
        "product": [product, product.device],
    }


@GUIDE.add
def gradients(tf, folder):
    x = tf.Variable(3.0)
    w, b = tf.Variable(numbers(3, 2), name="w"), tf.Variable(tf.zeros(2), name="b")
    with tf.GradientTape(persistent=True) as tape:
        y = x**2
        loss = tf.reduce_mean(([[1.0, 2.0, 3.0]] @ w + b) ** 2)
    found = [
        tape.gradient(y, x),
        *tape.gradient(loss, [w, b]),
        tape.gradient(loss, {"w": w, "b": b}),
    ]
    fixed = tf.Variable(3.0, name="fixed", trainable=False)
    watched = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(watched)
        z = fixed**2 + watched**3 + x
    several = tape.gradient(z, [fixed, watched, x])
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        z = tf.sin(x) * w[0, 0]
    unwatched = tape.gradient(z, [x, w])
    with tf.GradientTape() as tape:
        z = tf.cast(tf.cast(x, tf.int32), tf.float32) + np.square(x)
    cut = tape.gradient(z, x)
    zero = tf.UnconnectedGradients.ZERO
    with tf.GradientTape() as tape:
        z = x**2
    connected = tape.gradient(z, w, unconnected_gradients=zero)
    if x > 0.0:
        with tf.GradientTape() as tape:
            result = x if x > 5.0 else -x
    return [found, several, unwatched, cut, connected, tape.gradient(result, x)]


@GUIDE.add
def advanced_gradients(tf, folder):
    @tf.custom_gradient
    def clipped(y):
        return y, lambda dy: tf.clip_by_norm(dy, 0.5)

    v, x = tf.Variable(2.0), tf.Variable(1.5)
    with tf.GradientTape() as tape:
        z = clipped(v * v)
        with tf.GradientTape() as inner, inner.stop_recording():
            silent = x * x
    first = tape.gradient(z, v)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x * x * x
        slope = inner.gradient(y, x)
    second = outer.gradient(slope, x)
    data = tf.constant(numbers(4, 3))
    layer = tf.keras.layers.Dense(2, activation=tf.nn.elu, kernel_initializer="ones")
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(data)
        y = layer(data)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as forward:
        tangent = forward.jvp(tf.sin(x))
    return {
        "custom": first,
        "silent": silent,
        "orders": [slope, second, tangent],
        "jacobian": tape.jacobian(y, layer.kernel),
        "each": tape.batch_jacobian(y, data),
        "norm": tf.sqrt(
            sum(tf.reduce_sum(g**2) for g in tape.gradient(y, layer.trainable_variables))
        ),
    }


@GUIDE.add
def functions(tf, folder):
    @tf.function
    def shrunk(x):
        while tf.reduce_sum(x) > 1:
            x = tf.tanh(x)
        return x

    @tf.function(input_signature=(tf.TensorSpec(shape=[None], dtype=tf.int32),))
    def collatz(x):
        return tf.where(x % 2 == 0, x // 2, 3 * x + 1)

    @tf.function
    def squares(n):
        array = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in tf.range(n):
            array = array.write(i, tf.cast(i, tf.float32) ** 2)
        return array.stack()

    class Counter:
        def __init__(self):
            self.count = None

        @tf.function
        def __call__(self):
            if self.count is None:
                self.count = tf.Variable(0)
            return self.count.assign_add(1)

    v, counter = tf.Variable(1.0), Counter()

    @tf.function
    def scaled(x):
        return x * v

    with tf.GradientTape() as tape:
        y = scaled(tf.constant(3.0))
    return {
        "loops": [shrunk(tf.constant([0.9, 0.8, 0.7])), squares(tf.constant(4))],
        "conditions": collatz(tf.constant([1, 2])),
        "state": [counter(), counter()],
        "gradient": tape.gradient(y, v),
        "python": scaled.python_function(tf.constant(2.0)),
        "control": [
            tf.cond(tf.constant(True), lambda: 1, lambda: 2),
            tf.while_loop(lambda i: i < 5, lambda i: (i + 1,), (tf.constant(0),)),
            tf.map_fn(lambda x: x * 2, tf.range(3)),
            tf.scan(lambda a, x: a + x, tf.range(4)),
        ],
    }


@GUIDE.add
def modules(tf, folder):
    class Dense(tf.Module):
        def __init__(self, units, name=None):
            super().__init__(name=name)
            self.units = units
            self.is_built = False

        def __call__(self, x):
            if not self.is_built:
                self.w = tf.Variable(tf.ones([x.shape[-1], self.units]), name="w")
                self.b = tf.Variable(tf.zeros([self.units]), name="b")
                self.is_built = True
            return tf.nn.relu(tf.matmul(x, self.w) + self.b)

    class Stack(tf.Module):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.layers = [Dense(3), Dense(2)]
            self.scale = tf.Variable(2.0, trainable=False, name="scale")

        def __call__(self, x):
            for layer in self.layers:
                x = layer(x)
            return x * self.scale

    model = Stack(name="the_model")
    y = model(tf.constant([[2.0, 2.0, 2.0]]))
    return [
        y,
        model.name,
        [v.name for v in model.variables],
        [v.shape.as_list() for v in model.trainable_variables],
        [type(m).__name__ for m in model.submodules],
    ]


@GUIDE.add
def a_line_fitted_by_hand(tf, folder):
    class Line(tf.Module):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.w, self.b = tf.Variable(5.0), tf.Variable(0.0)

        def __call__(self, x):
            return self.w * x + self.b

    tf.random.set_seed(3)
    x = tf.cast(tf.linspace(-2, 2, 51), tf.float32)
    y = x * 3.0 + 2.0 + tf.random.normal(shape=[51])
    line, losses = Line(), []
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - line(x)))
        dw, db = tape.gradient(loss, [line.w, line.b])
        line.w.assign_sub(0.1 * dw)
        line.b.assign_sub(0.1 * db)
        losses.append(f"{loss:.3f}")
    return [losses, line.w, line.b]


@GUIDE.add
def logistic_regression_with_an_optimizer_of_ones_own(tf, folder):
    tf.random.set_seed(22)
    x, y = tf.constant(numbers(60, 5) * 4), tf.cast(labels(60, 2), tf.float32)
    x = (x - tf.reduce_mean(x, 0)) / tf.math.reduce_std(x, 0)
    w, b = (tf.Variable(tf.random.uniform(shape, seed=22)) for shape in ([5, 1], []))
    moments = [[tf.Variable(tf.zeros(v.shape)) for v in (w, b)] for _ in range(2)]

    def predicted(x):
        return tf.squeeze(tf.add(tf.matmul(x, w), b), axis=1)

    for step in range(1, 4):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(
                tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=predicted(x))
            )
        for i, (g, v) in enumerate(zip(tape.gradient(loss, [w, b]), [w, b], strict=True)):
            m, s = moments[0][i], moments[1][i]
            m.assign(0.9 * m + 0.1 * g)
            s.assign(0.999 * s + 0.001 * tf.square(g))
            v.assign_sub(0.1 * (m / (1 - 0.9**step)) / (tf.sqrt(s / (1 - 0.999**step)) + 1e-7))
    classes = tf.cast(tf.sigmoid(predicted(x)) > 0.5, tf.float32)
    accuracy = tf.reduce_mean(tf.cast(classes == y, tf.float32))
    return [loss, accuracy, w, tf.math.confusion_matrix(y, classes)]


@GUIDE.add
def random_numbers(tf, folder):
    tf.random.set_seed(5)
    generator = tf.random.Generator.from_seed(1)
    parts = generator.split(2)
    return [
        generator.normal([2, 3]),
        generator.uniform([2]),
        parts[0].normal([2]),
        tf.random.uniform([2]),
        tf.random.normal([2], seed=1),
        tf.random.truncated_normal([2]),
        tf.random.shuffle([1, 2, 3, 4]),
        tf.random.gamma([2], 2.0),
        tf.random.poisson([2], 12.0),
        tf.random.stateless_uniform([2], seed=(1, 2)),
        tf.random.stateless_binomial([2], [1, 2], 20.0, 0.4),
    ]
