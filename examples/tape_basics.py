"""Derivatives with a tape: of a number, of weights, twice, and of a function of your own."""

import minitape as mt

# One number: d(x²)/dx at 3.
x = mt.Variable(3.0)
with mt.GradientTape() as tape:
    y = x**2
print("d(x²)/dx at 3:", tape.gradient(y, x).numpy())

# Weights and a bias of a linear layer; the sources may be any structure.
w = mt.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="w")
b = mt.Variable([0.0, 0.0], name="b")
with mt.GradientTape(persistent=True) as tape:
    y = [[1.0, 2.0, 3.0]] @ w + b
    loss = mt.reduce_mean(y**2)
gradients = tape.gradient(loss, {"w": w, "b": b})
print("d(loss)/db:", gradients["b"].numpy())

# Twice: the inner gradient is computed while the outer tape records.
x = mt.Variable(2.0)
with mt.GradientTape() as outer:
    with mt.GradientTape() as inner:
        y = x**3
    first = inner.gradient(y, x)
print("d(x³)/dx and d²(x³)/dx² at 2:", first.numpy(), outer.gradient(first, x).numpy())


# A gradient of one's own: log(1 + e^x) without overflow in its derivative.
@mt.custom_gradient
def log1pexp(x):
    e = mt.exp(x)
    return mt.math.log1p(e), lambda g: g * (1 - 1 / (1 + e))


x = mt.constant(100.0)
with mt.GradientTape() as tape:
    tape.watch(x)
    y = log1pexp(x)
print("d(log(1 + e^x))/dx at 100:", tape.gradient(y, x).numpy())
