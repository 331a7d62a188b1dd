"""What GradientTape, ForwardAccumulator and custom_gradient do: rows 1 to 43 and 48 to 61."""

import threading

import numpy as np

from ..programs import Programs, Raises, floats

ROWS = Programs()
row = ROWS.row

# -- what is watched -------------------------------------------------------------------------------


@row(1, None)
def unwatched_tensor(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


@row(1, 6.0)
def watched_tensor(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


@row(2, 6.0)
def trainable_variable(tf):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
    return tape.gradient(y, v)


@row(2, 6.0)
def keras_variable(tf):
    v = tf.keras.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
    return tape.gradient(y, v)


@row(3, None)
def variable_that_is_not_trainable(tf):
    v = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        y = v * v
    return tape.gradient(y, v)


@row(3, 6.0)
def watched_variable_that_is_not_trainable(tf):
    v = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        tape.watch(v)
        y = v * v
    return tape.gradient(y, v)


@row(4, [5.0, None])
def watch_accessed_variables_false(tf):
    v, w = tf.Variable(3.0), tf.Variable(5.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(v)
        y = v * w
    return tape.gradient(y, [v, w])


@row(5, 6.0, theirs=Raises("ValueError"))
def watch_a_keras_variable(tf):
    v = tf.keras.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        tape.watch(v)
        y = v * v
    return tape.gradient(y, v)


@row(6, [None, None, 2.0])
def integer_sources(tf):
    v, n, x = tf.Variable(3), tf.constant(2), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        tape.watch(n)
        y = x * tf.cast(n, "float32") + tf.cast(v, "float32")
    return tape.gradient(y, [v, n, x])


@row(7, None)
def integer_target(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        n = tf.cast(x, "int32") * 2
    return tape.gradient(n, x)


@row(7, None)
def string_target(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        text = tf.constant("text")
    return tape.gradient(text, x)


@row(7, [1.0, None])
def string_source(tf):
    x, text = tf.Variable(3.0), tf.constant("text")
    with tf.GradientTape() as tape:
        y = x + 1.0
    return tape.gradient(y, [x, text])


@row(8, None)
def cast_to_integer_and_back(tf):
    x = tf.Variable(3.5)
    with tf.GradientTape() as tape:
        y = tf.cast(tf.cast(x, "int32"), "float32") * 2.0
    return tape.gradient(y, x)


@row(9, 6.0)
def cast_to_float64(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.cast(x, "float64")
        y = y * y
    return tape.gradient(y, x)


@row(10, [None, None])
def numpy_detour(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        through_method = tf.constant(x.numpy()) * 2.0
        through_ufunc = tf.constant(np.exp(x)) * 2.0
    return [tape.gradient(through_method, x), tape.gradient(through_ufunc, x)]


@row(
    11, Raises("TypeError", "3.0 of type 'float'.* as a target.*constant"), Raises("AttributeError")
)
def python_number_as_target(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        x * 2.0
    tape.gradient(3.0, x)


@row(11, Raises("TypeError", "of type 'ndarray'.* as a target.*constant"), Raises("AttributeError"))
def numpy_array_as_target(tf):
    x = tf.Variable([3.0])
    with tf.GradientTape() as tape:
        y = (x * 2.0).numpy()
    tape.gradient(y, x)


@row(
    12,
    Raises("TypeError", "of type 'ndarray'.* as a source.*before the tape"),
    Raises("AttributeError"),
)
def numpy_array_as_source(tf):
    x = np.ones(3, "float32")
    with tf.GradientTape() as tape:
        y = tf.constant(x) * 2.0
    tape.gradient(y, x)


# -- the life of a tape ----------------------------------------------------------------------------

USED = "non-persistent GradientTape can only be used to compute one set of gradients"


@row(13, Raises("RuntimeError", USED))
def second_gradient_on_a_used_tape(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    tape.gradient(y, x)


@row(13, [6.0, 6.0, 12.0])
def gradients_on_a_persistent_tape(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        z = 2.0 * y
    return [tape.gradient(y, x), tape.gradient(y, x), tape.gradient(z, x)]


@row(14, 6.0)
def gradient_inside_the_block(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        g = tape.gradient(y, x)
    return g


@row(14, Raises("RuntimeError", USED))
def gradient_inside_the_block_and_again(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.gradient(y, x)
    tape.gradient(y, x)


@row(15, [27.0, 18.0])
def gradient_inside_the_block_of_a_persistent_tape(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x * x
        first = tape.gradient(y, x)
    return [first, tape.gradient(first, x)]


@row(16, [12.0, 12.0])
def nested_tapes(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x * x * x
        first = inner.gradient(y, x)
    return [first, outer.gradient(first, x)]


@row(16, None)
def inner_gradient_after_the_outer_tape(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as outer, tf.GradientTape() as inner:
        y = x * x * x
    first = inner.gradient(y, x)
    return outer.gradient(first, x)


@row(16, 24.0)
def third_derivative(tf):
    x = tf.Variable(1.0)
    with tf.GradientTape() as t3:
        with tf.GradientTape() as t2:
            with tf.GradientTape() as t1:
                y = x * x * x * x
            d1 = t1.gradient(y, x)
        d2 = t2.gradient(d1, x)
    return t3.gradient(d2, x)


@row(16, [3.0, 1.0])
def two_tapes_side_by_side(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as a, tf.GradientTape() as b:
        y = 3.0 * x
        with a.stop_recording():
            z = 1.0 * x
    return [a.gradient([y, z], x), b.gradient(z, x)]


@row(17, [2.0, None])
def stop_recording(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        with tape.stop_recording():
            constant = x * x
        y = constant + 2.0 * x
    return [tape.gradient(y, x), tape.gradient(constant, x)]


@row(17, 1.0)
def error_while_recording_is_stopped(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        try:
            with tape.stop_recording():
                raise KeyError
        except KeyError:
            pass
        y = x + 1.0
    return tape.gradient(y, x)


@row(17, Raises("ValueError", "not recording"))
def stop_recording_outside_the_block(tf):
    with tf.GradientTape() as tape:
        pass
    with tape.stop_recording():
        pass


@row(18, [None, 3.0])
def reset_forgets_ops_and_watches(tf):
    x, w = tf.constant(3.0), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        x * x
        tape.reset()
        y = w * x
    return tape.gradient(y, [x, w])


@row(18, Raises("ValueError", "Tape is not recording"))
def reset_before_the_start(tf):
    tf.GradientTape().reset()


@row(19, Raises("ValueError", "Tape is still recording"))
def enter_an_active_tape(tf):
    with tf.GradientTape() as tape, tape:
        pass


@row(20, 12.0)
def enter_again_after_the_end(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
    with tape:
        z = y * x
    return tape.gradient(z, x)


@row(20, [6.0, 27.0])
def enter_again_after_the_gradient(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    first = tape.gradient(y, x)
    with tape:  # a new recording
        z = x * x * x
    return [first, tape.gradient(z, x)]


# TensorFlow's own error there is about a missing attribute of None.
@row(21, Raises("AttributeError", "watch.* inside `with"), theirs=Raises("AttributeError"))
def watch_before_the_start(tf):
    tf.GradientTape().watch(tf.constant(1.0))


@row(22, [6.0, None])
def error_inside_the_block(tf):
    x = tf.Variable(3.0)
    try:
        with tf.GradientTape() as tape:
            y = x * x
            raise KeyError
    except KeyError:
        z = y * x
    with tf.GradientTape() as later:
        pass
    return [tape.gradient([y, z], x), later.gradient(z, x)]


# -- targets and sources ---------------------------------------------------------------------------


@row(23, [27.0, 3.0, 54.0])
def intermediate_source(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = 2.0 * x
        z = y * y + y
        w = 3.0 * z
    return tape.gradient(w, [y, z, x])


@row(24, [5.0, 5.0])
def several_targets(tf):
    x = tf.Variable(1.0)
    with tf.GradientTape(persistent=True) as tape:
        y, z = 2.0 * x, 3.0 * x
    return [tape.gradient([y, z], x), tape.gradient({"a": y, "b": (z,)}, x)]


@row(24, 3.0)
def vector_target(tf):
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * tf.constant([1.0, 2.0])
    return tape.gradient(y, x)


@row(25, {"w": 2.0, "rest": [3.0, (None, 1.0)]})
def nested_sources(tf):
    w, b, c, d = (tf.Variable(float(i)) for i in (3, 2, 1, 0))
    with tf.GradientTape() as tape:
        y = w * b + d
    return tape.gradient(y, {"w": w, "rest": [b, (c, d)]})


@row(26, [6.0, 6.0])
def repeated_source(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, [x, x])


@row(27, [1.0, 2.0, 7.0])
def target_that_is_a_source(tf):
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
    return [tape.gradient(y, y), tape.gradient([y, y], y), tape.gradient([x, y], x)]


@row(27, 1.0)
def variable_that_is_target_and_source(tf):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        v * v
    return tape.gradient(v, v)


@row(28, 6.0)
def one_target_from_outside_the_tape(tf):
    x = tf.Variable(3.0)
    before = 5.0 * x
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient([before, y], x)


@row(29, None)
def no_targets(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        x * x
    return tape.gradient([], x)


@row(29, [])
def no_sources(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, [])


@row(29, Raises("TypeError", "None .*as a target"), theirs=Raises("TypeError"))
def target_none(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        x * x
    tape.gradient(None, x)


@row(29, Raises("TypeError", "None .*as a source"), theirs=Raises("TypeError"))
def source_none(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, [x, None])


@row(30, floats(2, 20, 200))
def output_gradients(tf):
    x = tf.Variable([1.0, 1.0, 1.0])
    with tf.GradientTape() as tape:
        y = 2.0 * x
    return tape.gradient(y, x, output_gradients=tf.constant([1.0, 10.0, 100.0]))


@row(30, 23.0)
def output_gradients_of_several_targets(tf):
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        targets = {"a": 2.0 * x, "b": 3.0 * x}
    return tape.gradient(targets, x, output_gradients=[tf.constant(10.0), tf.constant(1.0)])


@row(30, floats(10, 10))
def scalar_output_gradient(tf):
    x = tf.Variable([1.0, 1.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.constant(5.0))


@row(
    30,
    Raises("InvalidArgumentError", r"target's shape \(2,\).*Received: shape \(3,\)"),
    theirs=Raises("InvalidArgumentError"),
)
def output_gradient_of_another_shape(tf):
    x = tf.Variable([1.0, 1.0])
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x, output_gradients=tf.constant([1.0, 2.0, 3.0]))


@row(
    30,
    Raises("InvalidArgumentError", "dtype float32.*Received: .*float64"),
    theirs=Raises("InvalidArgumentError"),
)
def output_gradient_of_another_dtype(tf):
    x = tf.Variable([1.0, 1.0])
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x, output_gradients=tf.constant([1.0, 2.0], "float64"))


@row(30, Raises("ValueError", "output_gradients.*None"), theirs=Raises("ValueError"))
def output_gradients_with_none(tf):
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y, z = 2.0 * x, 3.0 * x
    tape.gradient([y, z], x, output_gradients=[tf.constant(1.0), None])


@row(31, [None, None])
def unconnected_none(tf):
    x, z = tf.Variable(1.0), tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = 2.0 * x
    none = tf.UnconnectedGradients.NONE
    return [
        tape.gradient(y, z, unconnected_gradients="none"),
        tape.gradient(y, z, unconnected_gradients=none),
    ]


@row(31, [floats(0, 0), floats(0, 0), 0])
def unconnected_zero(tf):
    x, z, n = tf.Variable(1.0), tf.Variable([1.0, 2.0]), tf.constant(3)
    with tf.GradientTape(persistent=True) as tape:
        y = 2.0 * x
    zero = tf.UnconnectedGradients.ZERO
    return [
        tape.gradient(y, z, unconnected_gradients="zero"),
        tape.gradient(y, z, unconnected_gradients=zero),
        tape.gradient(y, n, unconnected_gradients="zero"),
    ]


@row(31, Raises("ValueError", "Unknown value for unconnected_gradients: 'nonsense'"))
def unconnected_nonsense(tf):
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = 2.0 * x
    tape.gradient(y, x, unconnected_gradients="nonsense")


@row(32, [2.0, floats(0, 0)], theirs=Raises("AttributeError"))
def zeros_for_an_unconnected_keras_variable(tf):
    x, z = tf.keras.Variable(1.0), tf.keras.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = 2.0 * x
    return tape.gradient(y, [x, z], unconnected_gradients="zero")


@row(33, Raises("ValueError", "Passed in object .* of type 'ndarray', not"))
def watch_an_array(tf):
    with tf.GradientTape() as tape:
        tape.watch(np.ones(2, "float32"))


@row(33, Raises("ValueError", "Passed in object 1.0 of type 'float', not"))
def watch_a_number(tf):
    with tf.GradientTape() as tape:
        tape.watch(1.0)


# -- assignments -----------------------------------------------------------------------------------


@row(34, 33.0)
def variable_read_before_and_after_an_assignment(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        x.assign_add(1.0)
        z = x * y
    return tape.gradient(z, x)


@row(35, [None, 5.0])
def assignment_is_not_differentiable(tf):
    x, w = tf.Variable(3.0), tf.Variable(0.0)
    with tf.GradientTape() as tape:
        w.assign(x * 2.0)
        y = w * 5.0
    return tape.gradient(y, [x, w])


@row(36, 6.0)
def assignment_after_the_tape(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    x.assign(100.0)
    return tape.gradient(y, x)


@row(36, floats(6, 8))
def row_assignment_after_the_tape(tf):
    x = tf.Variable([3.0, 4.0])
    with tf.GradientTape() as tape:
        y = x * x
    x.scatter_update(tf.IndexedSlices(tf.constant([9.0]), tf.constant([0])))
    return tape.gradient(y, x)


@row(37, [1.0, None])
def name_bound_to_a_tensor_in_a_loop(tf):
    x, found = tf.Variable(1.0), []
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = x + 1.0
        found.append(tape.gradient(y, x))
        x = x + 1.0
    return found


@row(38, floats(18, 8))
def read_after_scatter_update(tf):
    x = tf.Variable([3.0, 4.0])
    with tf.GradientTape() as tape:
        x.scatter_update(tf.IndexedSlices(tf.constant([9.0]), tf.constant([0])))
        y = x * x
    return tape.gradient(y, x)


# -- where and how much ----------------------------------------------------------------------------


@row(39, None)
def op_in_another_thread(tf):
    x, results = tf.Variable(3.0), []
    with tf.GradientTape() as tape:
        thread = threading.Thread(target=lambda: results.append(x * x))
        thread.start()
        thread.join()
    return tape.gradient(results[0], x)


@row(40, 1.0)
def chain_of_20000_ops(tf):
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * 1.0
        for _ in range(20_000):
            y = y + 1.0
    return tape.gradient(y, x)


@row(40, 2.0**60)
def diamond_of_60_levels(tf):
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x + 0.0
        for _ in range(60):
            y = y + y
    return tape.gradient(y, x)


@row(41, "bacc")
def watched_variables_in_order_of_creation(tf):
    b, a = tf.Variable(1.0), tf.Variable(2.0)
    unused, c = tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape() as tape:
        y = c * a * b
    names = {b.ref(): "b", a.ref(): "a", c.ref(): "c", unused.ref(): "unused"}
    before = tape.watched_variables()
    tape.gradient(y, a)
    after = tape.watched_variables()
    return "".join(names[v.ref()] for v in before) + names[after[-1].ref()]


# -- control flow ----------------------------------------------------------------------------------


@row(42, 12.0)
def python_if_and_for(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x
        for _ in range(2):
            if y > 0.0:
                y = y * x
    return tape.gradient(y, x)


@row(42, [4.0, 3.0])
def cond(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = tf.cond(x > 0.0, lambda: x * x, lambda: 3.0 * x)
        z = tf.cond(x > 5.0, true_fn=lambda: x * x, false_fn=lambda: 3.0 * x)
    return [tape.gradient(y, x), tape.gradient(z, x)]


@row(42, [3, 12.0])
def while_loop(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        i, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, 1.0))
    return [i, tape.gradient(y, x)]


@row(42, [floats(1, 4, 9), floats(2, 4, 6)])
def map_fn(tf):
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.map_fn(lambda element: element * element, x)
    return [y, tape.gradient(y, x)]


@row(42, [floats(1, 2, 6), floats(9, 4, 2)])
def scan(tf):
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.scan(lambda accumulated, element: accumulated * element, x)
    return [y, tape.gradient(y, x)]


@row(42, floats(2, 4, 6))
def vectorized_map(tf):
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.vectorized_map(lambda element: element * element, x)
    return tape.gradient(y, x)


@row(42, 6.0)
def function(tf):
    x = tf.Variable(3.0)

    @tf.function
    def square(x):
        return x * x

    with tf.GradientTape() as tape:
        y = square(x)
    return tape.gradient(y, x)


@row(42, 6.0)
def tape_inside_a_function(tf):
    x = tf.Variable(3.0)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            y = x * x
        return tape.gradient(y, x)

    return step()


@row(43, 6.0)
def py_function(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.py_function(lambda x: x * x, [x], tf.float32)
    return tape.gradient(y, x)


@row(43, None)
def numpy_function(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.numpy_function(lambda x: np.float32(x * x), [x], tf.float32)
    return tape.gradient(y, x)


# -- forward mode ----------------------------------------------------------------------------------


@row(48, [12.0, None])
def jvp(tf):
    x, t = tf.constant(2.0), tf.constant(1.0)
    with tf.autodiff.ForwardAccumulator(x, t) as accumulator:
        y = x * x * x
    z = y * x
    return [accumulator.jvp(y), accumulator.jvp(z)]


@row(48, [4.0, 12.0])
def jvp_several_times(tf):
    x = tf.Variable(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y = x * x
        inside = accumulator.jvp(y)
        z = y * x
    return [inside, accumulator.jvp(z)]


@row(48, 12.0)
def forward_over_forward(tf):
    x, t = tf.constant(2.0), tf.constant(1.0)
    with tf.autodiff.ForwardAccumulator(x, t) as outer:
        with tf.autodiff.ForwardAccumulator(x, t) as inner:
            y = x * x * x
        first = inner.jvp(y)
    return outer.jvp(first)


@row(48, 12.0)
def forward_over_reverse(tf):
    x = tf.Variable(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        with tf.GradientTape() as tape:
            y = x * x * x
        first = tape.gradient(y, x)
    return accumulator.jvp(first)


@row(48, 12.0)
def reverse_over_forward(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
            y = x * x * x
        first = accumulator.jvp(y)
    return tape.gradient(first, x)


@row(49, Raises("ValueError", "specified as a primal multiple times"))
def primal_given_twice(tf):
    x, t = tf.constant(2.0), tf.constant(1.0)
    tf.autodiff.ForwardAccumulator([x, x], [t, t])


@row(50, Raises("ValueError", "Accumulator is still recording"), theirs=Raises("ValueError"))
def enter_an_active_accumulator(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator, accumulator:
        pass


@row(50, 12.0)
def enter_an_accumulator_again(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y = x * x
    with accumulator:
        z = y * x
    return accumulator.jvp(z)


@row(51, Raises("ValueError", "structure"), theirs=Raises("ValueError"))
def tangents_of_another_structure(tf):
    x, t = tf.constant(2.0), tf.constant(1.0)
    tf.autodiff.ForwardAccumulator([x], [t, t])


@row(51, Raises("ValueError", "float64"), theirs=Raises("ValueError"))
def tangent_of_another_dtype(tf):
    tf.autodiff.ForwardAccumulator(tf.constant(2.0), tf.constant(1.0, "float64"))


@row(51, Raises("ValueError", r"primal's shape \(\).*Received: \(2,\)"), theirs=True)
def tangent_of_another_shape(tf):
    tf.autodiff.ForwardAccumulator(tf.constant(2.0), tf.constant([1.0, 1.0]))
    return True


@row(52, [None, 0.0, {"a": (None, 1.0)}])
def jvp_of_what_is_unconnected(tf):
    x, z = tf.constant(2.0), tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y, unconnected = x + z, z * z
    return [
        accumulator.jvp(unconnected),
        accumulator.jvp(unconnected, unconnected_gradients="zero"),
        accumulator.jvp({"a": (unconnected, y)}),
    ]


# -- gradients of one's own ------------------------------------------------------------------------


@row(53, [9.0, 10.0])
def custom_gradient(tf):
    @tf.custom_gradient
    def square(x):
        return x * x, lambda g: g * 10.0

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = square(x)
    return [y, tape.gradient(y, x)]


@row(53, [6.0, 20.0])
def custom_gradient_with_a_keyword(tf):
    @tf.custom_gradient
    def scaled(x, factor=1.0):
        return x * factor, lambda g: g * 10.0 * factor

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = scaled(x, factor=2.0)
    return [y, tape.gradient(y, x)]


@row(53, [[100.0, 1000.0], [101.0, 1002.0]])
def custom_gradient_of_several_outputs(tf):
    @tf.custom_gradient
    def both(x, y):
        def grad(g_sum, g_product):
            return g_sum + 100.0 * g_product, 2.0 * g_sum + 1000.0 * g_product

        return (x + y, x * y), grad

    x, y = tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape(persistent=True) as tape:
        total, product = both(x, y)
    # The output that isn't used has the cotangent 0.
    return [tape.gradient(product, [x, y]), tape.gradient([total, product], [x, y])]


@row(53, [4.0, None])
def custom_gradient_with_none_for_an_input(tf):
    @tf.custom_gradient
    def product(x, y):
        return x * y, lambda g: (g * y, None)

    x, y = tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape() as tape:
        z = product(x, y)
    return tape.gradient(z, [x, y])


@row(53, [1.0, 9.0])
def custom_gradient_with_variables(tf):
    w = tf.Variable(2.0)

    @tf.custom_gradient
    def layer(x):
        def grad(g, variables=None):
            return g * 1.0, [g * 9.0 for _ in variables]

        return x * w, grad

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = layer(x)
    return tape.gradient(y, [x, w])


@row(53, [10.0, 10.0])
def custom_gradient_of_a_nested_argument(tf):
    @tf.custom_gradient
    def total(pair):
        return pair[0] + pair[1], lambda g: (g * 10.0, g * 10.0)

    x, y = tf.constant(3.0), tf.constant(4.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z = total([x, y])
    return tape.gradient(z, [x, y])


@row(53, [10.0, "int"])
def custom_gradient_with_a_number_as_argument(tf):
    types = []

    @tf.custom_gradient
    def power(x, n):
        types.append(type(n).__name__)
        return x**n, lambda g: (g * 10.0, None)

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = power(x, 2)
    return [tape.gradient(y, x), *types]


# TensorFlow returns the very float, and can't add it to another gradient.
@row(53, 13.0, theirs=Raises("AssertionError"))
def custom_gradient_that_is_a_number(tf):
    @tf.custom_gradient
    def same(x):
        return x * 1.0, lambda g: 10.0

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = same(x) + 3.0 * x
    return tape.gradient(y, x)


@row(53, 6.0)
def jvp_through_a_custom_gradient(tf):
    @tf.custom_gradient
    def square(x):
        return x * x, lambda g: g * 2.0 * x

    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y = square(x)
    return accumulator.jvp(y)


@row(54, Raises("ValueError", "expected to return 2 gradients, but returned 1 instead"))
def custom_gradient_with_too_few_gradients(tf):
    @tf.custom_gradient
    def product(x, y):
        return x * y, lambda g: g * y

    x, y = tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape() as tape:
        z = product(x, y)
    tape.gradient(z, x)


@row(55, Raises("TypeError", "grad_fn must accept keyword argument 'variables'"))
def custom_gradient_that_cannot_take_variables(tf):
    w = tf.Variable(2.0)

    @tf.custom_gradient
    def layer(x):
        return x * w, lambda g: g

    layer(tf.constant(3.0))


@row(56, Raises("ValueError", r"input's shape \(2,\). Received: \(7,\)"), np.ones(7, "float32"))
def custom_gradient_of_a_wrong_shape(tf):
    @tf.custom_gradient
    def same(x):
        return x * 1.0, lambda g: tf.ones([7])

    x = tf.Variable([3.0, 4.0])
    with tf.GradientTape() as tape:
        y = same(x)
    return tape.gradient(y, x)


@row(57, Raises("TypeError", r"must return \(result, grad_fn\)"), theirs=Raises("TypeError"))
def custom_gradient_that_returns_no_gradient(tf):
    tf.custom_gradient(lambda x: x * x)(tf.constant(3.0))


@row(58, Raises("KeyError", "mine"))
def error_in_a_custom_gradient(tf):
    @tf.custom_gradient
    def same(x):
        def grad(g):
            raise KeyError("mine")

        return x * 1.0, grad

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = same(x)
    tape.gradient(y, x)


@row(59, [27.0, 18.0])
def second_derivative_of_a_custom_gradient(tf):
    @tf.custom_gradient
    def cube(x):
        return x * x * x, lambda g: g * 3.0 * x * x

    x = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = cube(x)
        first = inner.gradient(y, x)
    return [first, outer.gradient(first, x)]


@row(60, [2, 24.0, 36.0])
def recompute_grad(tf):
    calls, w, x = [], tf.Variable(2.0), tf.Variable(3.0)

    @tf.recompute_grad
    def layer(x):
        calls.append(None)
        return x * x * w * w

    with tf.GradientTape() as tape:
        y = layer(x)
    d_x, d_w = tape.gradient(y, [x, w])
    return [tf.constant(len(calls)), d_x, d_w]


@row(60, 18.0)
def second_derivative_of_recompute_grad(tf):
    x = tf.constant(3.0)
    layer = tf.recompute_grad(lambda x: x * x * x)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = layer(x)
        first = inner.gradient(y, x)
    return outer.gradient(first, x)


@row(60, 36.0, theirs=Raises("NotImplementedError"))
def second_derivative_of_recompute_grad_with_a_variable(tf):
    x, w = tf.Variable(3.0), tf.Variable(2.0)
    layer = tf.recompute_grad(lambda x: x * x * x * w)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = layer(x)
        first = inner.gradient(y, x)
    return outer.gradient(first, x)


# -- of graphs alone -------------------------------------------------------------------------------

GRAPHS = Raises("RuntimeError", "not supported when eager execution is enabled.*GradientTape")


@row(61, GRAPHS)
def gradients(tf):
    tf.gradients(tf.constant(1.0), tf.constant(2.0))


@row(61, GRAPHS)
def hessians(tf):
    tf.hessians(tf.constant(1.0), tf.constant(2.0))
