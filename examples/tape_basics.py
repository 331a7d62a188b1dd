"""Derivatives with a tape: of a number, of weights, twice, and of a function of your own.

minitape run examples/tape_basics.py    or, on TensorFlow:    python examples/tape_basics.py
"""

import tensorflow as tf

# One number: d(x²)/dx at 3.
x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x**2
print("d(x²)/dx at 3:", tape.gradient(y, x).numpy())

# Weights and a bias of a linear layer. A tape that is persistent can be asked more than once.
w = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="w")
b = tf.Variable(tf.zeros(2), name="b")
with tf.GradientTape(persistent=True) as tape:
    y = [[1.0, 2.0, 3.0]] @ w + b
    loss = tf.reduce_mean(y**2)
by_w, by_b = tape.gradient(loss, [w, b])
print("shapes of w and d(loss)/dw:", w.shape, by_w.shape)
print("d(loss)/db:", by_b.numpy())

# The sources may be any structure, and the gradients come in the same one.
gradients = tape.gradient(loss, {"w": w, "b": b})
print("the same by name:", gradients["b"].numpy())

# What the tape didn't see has no gradient: these variables are equal to w and b, but not they.
copies = {"w": tf.Variable(w), "b": tf.Variable(b)}
print("of copies that were made later:", tape.gradient(loss, copies)["b"])

# Twice: the inner gradient is computed while the outer tape records.
x = tf.Variable(2.0)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = x**3
    first = inner.gradient(y, x)
print("d(x³)/dx and d²(x³)/dx² at 2:", first.numpy(), outer.gradient(first, x).numpy())


# A gradient of one's own: log(1 + e^x) without overflow in its derivative.
@tf.custom_gradient
def log1pexp(x):
    e = tf.exp(x)
    return tf.math.log1p(e), lambda g: g * (1 - 1 / (1 + e))


x = tf.constant(100.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = log1pexp(x)
print("d(log(1 + e^x))/dx at 100:", tape.gradient(y, x).numpy())
