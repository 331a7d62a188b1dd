"""Small programs whose gradient is None, or zero, each with what `explain` is to say about it.

The line that it must name ends in "# here". Each runs on TensorFlow, too.
"""

import inspect
import threading
from typing import NamedTuple

import numpy as np


class Program(NamedTuple):
    """A program: given a library it returns a tape, a target and a source."""

    run: object
    cause: str
    op: str | None
    name: str

    @property
    def line(self):
        """The number of the line that ends in "# here"; None where there is none."""
        lines, first = inspect.getsourcelines(self.run)
        marked = [i for i, text in enumerate(lines, first) if text.rstrip().endswith("# here")]
        return marked[0] if marked else None


PROGRAMS = {}


def program(cause, op, name="x"):
    """Decorator that adds a program; x is what the test calls the source."""

    def add(run):
        PROGRAMS[run.__name__] = Program(run, cause, op, name)
        return run

    return add


@program("not watched", "square")
def a_constant(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = tf.square(x)  # here
    return tape, y, x


@program("not trainable", "multiply", "frozen")
def a_frozen_variable(tf):
    x = tf.Variable(3.0, trainable=False, name="frozen")
    with tf.GradientTape() as tape:
        y = x * x  # here
    return tape, y, x


@program("not watched", "multiply", "v")
def a_tape_that_watches_nothing_by_itself(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = x * x  # here
    return tape, y, x


@program("integer", "multiply")
def an_integer(tf):
    x = tf.constant(3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cast(x * x, tf.float32)  # here
    return tape, y, x


@program("integer", "cast", "count")
def an_integer_variable(tf):
    x = tf.Variable(3, name="count")
    with tf.GradientTape() as tape:
        y = tf.cast(x, tf.float32)  # here
    return tape, y, x


@program("watched too late", "watch")
def watched_too_late(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.watch(x)  # here
    return tape, y, x


@program("before", "multiply", "v")
def used_before_the_block(tf):
    x = tf.Variable(3.0, name="v")
    h = x * x  # here
    with tf.GradientTape() as tape:
        y = h * 2.0
    return tape, y, x


@program("after", "square", "v")
def used_after_the_block(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        h = x * x
    y = tf.square(h)  # here
    return tape, y, x


@program("outside", "square", "v")
def used_between_two_blocks(tf):
    x = tf.Variable(3.0, name="v")
    tape = tf.GradientTape(persistent=True)
    with tape:
        h = x * x
    h = tf.square(h)  # here
    with tape:
        y = h * 2.0
    return tape, y, x


@program("stopped", "square", "v")
def used_while_recording_was_stopped(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        h = x * x
        with tape.stop_recording():
            y = tf.square(h)  # here
    return tape, y, x


@program("before", "multiply", "v")
def used_before_a_reset(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        h = x * x  # here
        tape.reset()
        y = h * 2.0
    return tape, y, x


@program("overwritten", "add")
def overwritten_after_its_use(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        x = x + 1.0  # here
    return tape, y, x


@program("overwritten", "add")
def a_variable_overwritten_before_the_block(tf):
    x = tf.Variable(3.0, name="v")
    x = x + 1.0  # here
    with tf.GradientTape() as tape:
        y = x * x
    return tape, y, x


@program("overwritten", "subtract")
def a_variable_overwritten_by_its_update(tf):
    x = tf.Variable(3.0, name="v")
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = x * x
        g = tape.gradient(y, x)
        if g is None:
            break
        x = x - 0.1 * g  # here
    with tf.GradientTape() as tape:
        y = x * x
    return tape, y, x


@program("overwritten", "getitem")
def a_slice_taken_for_the_gradient(tf):
    whole = tf.constant([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(whole)
        y = tf.reduce_sum(whole * whole)
        x = whole[0]  # here
    return tape, y, x


@program("assigned", "assign", "v")
def assigned_on_the_way(tf):
    x = tf.Variable(3.0, name="v")
    kept = tf.Variable(0.0, name="kept")
    with tf.GradientTape() as tape:
        kept.assign(x * x)  # here
        y = kept * 2.0
    return tape, y, x


@program("assigned", "Variable", "v")
def made_a_variable_on_the_way(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        h = tf.Variable(x * x)  # here
        y = h * 2.0
    return tape, y, x


@program("cast", "cast", "v")
def cast_to_integers(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        h = tf.cast(x * 2.0, tf.int32)  # here
        y = tf.cast(h, tf.float32) * 2.0
    return tape, y, x


@program("cast", "cast", "v")
def indices_of_a_lookup(tf):
    x = tf.Variable(1.0, name="v")
    with tf.GradientTape() as tape:
        index = tf.cast(x, tf.int32)  # here
        y = tf.gather(tf.constant([1.0, 2.0, 3.0]), index)
    return tape, y, x


@program("cast", "cast", "v")
def cast_to_booleans(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        h = tf.cast(x, tf.bool)  # here
        y = tf.where(h, 1.0, 2.0)
    return tape, y, x


@program("not differentiable", "greater", "v")
def a_comparison(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        h = x > 1.0  # here
        y = tf.where(h, 1.0, 2.0)
    return tape, y, x


@program("not differentiable", "argmax", "v")
def an_argmax(tf):
    x = tf.Variable([3.0, 4.0], name="v")
    with tf.GradientTape() as tape:
        h = tf.argmax(x)  # here
        y = tf.cast(h, tf.float32)
    return tape, y, x


@program("stop_gradient", "stop_gradient", "v")
def stopped_on_purpose(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        y = tf.stop_gradient(x * x) * 2.0  # here
    return tape, y, x


@program("stop_gradient", "stop_gradient", "v")
def stopped_and_compared(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        chosen = tf.where(x > 1.0, 1.0, 2.0)
        y = tf.stop_gradient(x) * chosen  # here
    return tape, y, x


@program("numpy", ".numpy()", "v")
def through_numpy(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        h = x * x
        h = tf.constant(h.numpy() * 2.0)  # here
        y = h * 2.0
    return tape, y, x


@program("numpy", "float()", "v")
def through_python(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        h = float(x) ** 2  # here
        y = tf.constant(h) * 2.0
    return tape, y, x


@program("numpy", "NumPy", "v")
def through_a_function_of_numpy(tf):
    x = tf.Variable([3.0, 4.0], name="v")
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(np.sin(x))  # here
    return tape, y, x


@program("numpy", "NumPy", "v")
def through_a_method_of_numpy(tf):
    x = tf.Variable([3.0, 4.0], name="v")
    with tf.GradientTape() as tape:
        h = x * 2.0
        y = tf.constant(np.mean(h))  # here
    return tape, y, x


@program("numpy", "numpy_function()", "v")
def through_numpy_function(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        y = tf.numpy_function(np.sin, [x], tf.float32)  # here
    return tape, y, x


@program("decision", "if", "v")
def only_a_decision(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        if x > 1.0:  # here
            y = tf.constant(1.0) * 2.0
    return tape, y, x


@program("thread", "multiply", "v")
def another_thread(tf):
    x = tf.Variable(3.0, name="v")
    made = []

    def work():
        made.append(x * x)  # here

    with tf.GradientTape() as tape:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        y = made[0] * 2.0
    return tape, y, x


@program("independent", "square", "v")
def nothing_to_do_with_it(tf):
    x, other = tf.Variable(3.0, name="v"), tf.Variable(4.0, name="other")
    with tf.GradientTape() as tape:
        print(float(other))
        y = tf.square(other)  # here
        x * 2.0
    return tape, y, x


@program("zero", "multiply", "v")
def times_zero(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        h = x * 0.0  # here
        y = h + 1.0
    return tape, y, x


@program("zero", "relu", "v")
def a_dead_unit(tf):
    x = tf.Variable([-3.0, -1.0], name="v")
    with tf.GradientTape() as tape:
        h = tf.nn.relu(x * 2.0)  # here
        y = tf.reduce_sum(h * 3.0)
    return tape, y, x


@program("zero", "where", "v")
def the_other_branch(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        y = tf.where(x > 5.0, x * x, 1.0)  # here
    return tape, y, x


@program("zero", "sigmoid", "v")
def a_saturated_unit(tf):
    x = tf.Variable(300.0, name="v")
    with tf.GradientTape() as tape:
        y = tf.sigmoid(x)  # here
    return tape, y, x


@program("zero", "square", "v")
def what_cancels(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        h = tf.square(x)  # here
        y = h * 2.0 - (h + h)
    return tape, y, x


@program("flows", None, "v")
def a_gradient(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        y = tf.square(x)  # here
    return tape, y, x


@program("flows", None, "v")
def the_source_itself(tf):
    x = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        x * 1.0
    return tape, x, x
