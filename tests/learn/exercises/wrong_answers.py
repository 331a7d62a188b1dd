"""Wrong answers by exercise: what stands in the solution, what in its place, words of the hint."""

# The "simplifications" of micrograd's order that are proposed again and again.
BREADTH_FIRST = """    order = [end]
    for value in order:
        order += [parent for parent, _ in value.parents if parent not in order]
    return order
"""
PREORDER = """    order = []
    def visit(value):
        if value not in order:
            order.append(value)
            for parent, _ in value.parents:
                visit(parent)
    visit(end)
    return order
"""
NO_SORT = """    order = []
    def visit(value):
        order.append(value)
        for parent, _ in value.parents:
            visit(parent)
    visit(end)
    return order
"""
NO_SET = """    order = []
    def visit(value):
        for parent, _ in value.parents:
            visit(parent)
        order.append(value)
    visit(end)
    return order[::-1]
"""
RECURSIVE = """    order, seen = [], set()
    def visit(value):
        if value not in seen:
            seen.add(value)
            for parent, _ in value.parents:
                visit(parent)
            order.append(value)
    visit(end)
    return order[::-1]
"""

SWAPPED = (
    "            discriminator_loss +=",
    "            discriminator_loss = self.loss_of(mt.zeros_like(a), a)\n"
    "            b, discriminator_loss = -b, discriminator_loss\n"
    "            discriminator_loss +=",
)

WRONG = {
    1: [
        ("math.sin(x) + x * math.cos(x) + 2 * x", "math.cos(x) + 2 * x", "each factor changes"),
        ("= math.sin(x) + x * math.cos", "= x * math.cos", "Half of the product rule"),
        ("+ x * math.cos", "- x * math.cos", "the sine is +cos"),
        ("+ 2 * x", "+ x", "2 x, not x"),
        ("math.cos(x) + 2 * x", "math.cos(x)", "from each term"),
    ],
    2: [
        ("g * y, g * x", "g * x, g * y", "swapped"),
        ("g * y, g * x", "y, x", "what follows in the program"),
        ("g * y, g * x", "g + y, g + x", "multiplies"),
        ("g * y, g * x", "g * x * y, g * x * y", "no x left"),
        ("g * math.cos(x)", "-g * math.cos(x)", "no minus"),
        ("g * math.cos(x)", "g * math.sin(x)", "not the value"),
        ("g * math.cos(x)", "math.cos(g * x)", "a factor outside"),
        ("g * math.cos(x)", "g * math.cos(math.sin(x))", "not at its result"),
    ],
    3: [
        ("+ dc * 3", "", "What came from c is lost"),
        ("db * math.cos(a) + dc * 3", "dc * 3", "What came from b is lost"),
        ("da * x + da * x", "da * x", "x is used twice"),
        ("db = g * c\n    dc = g * b", "db = c\n    dc = b", "not the end of the program"),
        ("dc * 3", "dc", "has a factor"),
        ("db * math.cos(a) + dc * 3", "c * math.cos(a) * dc * 3", "is added"),
    ],
    4: [
        ("    return g.sum(axis=stretched, keepdims=True)", "    return g", "but not those"),
        ("return g.sum(axis=stretched, keepdims=True)", "return g.sum(axis=stretched)", "keepdims"),
        (".sum(", ".mean(", "not a mean"),
        (
            "return g.sum(axis=stretched, keepdims=True)",
            "return g.sum() + np.zeros(shape)",
            "keeps",
        ),
        ("    g = g.sum(axis=tuple(range(g.ndim - len(shape))))\n", "    return g\n", "as it came"),
    ],
    5: [
        ("g @ b.T, a.T @ g", "b.T @ g, g @ a.T", "order matters"),
        ("g @ b.T, a.T @ g", "g @ b, a @ g", "to be transposed"),
        ("g @ b.T, a.T @ g", "b.T, a.T", "g is missing"),
        ("g @ b.T, a.T @ g", "a.T @ g, g @ b.T", "swapped"),
        ("a.T @ g", "(a.T @ g).T", "second one"),
        ("g @ b.T, a.T @ g", "g * b, g * a", "element by element"),
    ],
    6: [
        ("return list(reversed(done))", "return done", "turned round"),
        ("self.grad = 1.0", "pass", "begins with end.grad = 1"),
        ("parent.grad += ", "parent.grad = ", "+=, not ="),
        ("    done, seen", BREADTH_FIRST + "    done, seen", "Breadth first"),
        ("    done, seen", PREORDER + "    done, seen", "before its parents were visited"),
        ("    done, seen", NO_SORT + "    done, seen", "Each use of a value walks on"),
        ("    done, seen", NO_SET + "    done, seen", "A set of what was visited"),
        ("    done, seen", RECURSIVE + "    done, seen", "a stack of your own"),
        ("            value.grad = 0.0\n", "            pass\n", "second backward adds"),
        ("(self, math.cos(self.data))", "(self, math.sin(self.data))", "rule of an op"),
    ],
    7: [
        ("dx * y + x * dy", "dx * dy", "vanishes beside"),
        ("dx * y + x * dy", "(dx * y, x * dy)", "one tangent"),
        ("dx * y + x * dy", "dx * x + dy * y", "not by x"),
        ("dx / y - x * dy / y**2", "dx / y + x * dy / y**2", "becomes smaller"),
        ("dx / y - x * dy / y**2", "dx / dy", "no quotient"),
        ("dx / y - x * dy / y**2", "dx / y - x * dy / y", "squared"),
        ("np.sum(2 * x * dx)", "2 * x * dx", "the parts of all elements"),
        ("np.sum(2 * x * dx)", "2 * x", "That is the gradient"),
        ("np.sum(2 * x * dx)", "np.sum(x * dx)", "a factor is missing"),
    ],
    8: [
        ("np.allclose(found, numeric, atol=1e-6)", "np.all(found == numeric)", "not with =="),
        (
            "    numeric = np.z",
            "    return True\n    numeric = np.z",
            "wrong everywhere",
        ),
        ("    numeric = np.z", "    g = np.ones_like(g)\n    numeric = np.z", "g is 1 everywhere"),
        ("np.shape(found) == x.shape and ", "", "broadcasts"),
        (
            "allclose(found, numeric,",
            "allclose(np.sum(found), np.sum(numeric),",
            "one wrong element hides",
        ),
        ("allclose(found, numeric,", "allclose(found[0], numeric[0],", "in one element alone"),
    ],
    9: [
        ("x > 0", "x >= 0", "At 0 the convention is 0: only"),
        ("g * (x > 0)", "1.0 * (x > 0)", "g is missing"),
        ("g * (x > 0)", "np.maximum(g, 0)", "x that decides"),
        ("np.sign(x)", "np.where(x >= 0, 1, -1)", "neither 1 nor -1"),
        ("np.sign(x)", "x / np.abs(x)", "0 / 0"),
        ("np.sign(x)", "(x > 0)", "That is relu's"),
        (" / np.sum(is_largest)", "", "too much"),
        ("is_largest = x == np.max(x)", "is_largest = np.arange(3) == np.argmax(x)", "they share"),
        ("g * is_largest / np.sum(is_largest)", "g / x.size + 0 * x", "not all"),
    ],
    10: [
        ("x - x.max(axis=-1, keepdims=True)", "x", "is inf"),
        ("x.max(axis=-1, keepdims=True)", "x.max()", "its own largest"),
        ("e.sum(axis=-1, keepdims=True)", "e.sum()", "each row is to"),
        ("x.max(axis", "x.mean(axis", "take off the largest"),
        ("x.max(axis", "x.min(axis", "The smallest is taken off"),
        ("x - x.max(axis=-1, keepdims=True)", "np.clip(x, -700, 700)", "Clipping"),
        ("y * (g - np.sum(g * y, axis=-1, keepdims=True))", "g * y * (1 - y)", "diagonal"),
        ("y * (g - np.sum(g * y, axis=-1, keepdims=True))", "g * y", "exp's rule"),
        ("g * y, axis=-1, keepdims=True", "g * y", "over everything"),
        ("np.sum(g * y, axis", "np.sum(g, axis", "weighted"),
    ],
    11: [
        ("largest = np.max(x)", "largest = 0", "exp of a large number"),
        ("return largest + np", "return np", "added outside"),
        ("largest + np.log", "largest * np.log", "no factor"),
        ("log_sum_exp(x) - x[label]", "-np.log(np.exp(x - log_sum_exp(x))[label])", "rounds to 0"),
        (
            "return log_sum_exp(x) - x[label]",
            "return x[label] - log_sum_exp(x)",
            "where p is near 1",
        ),
        ("return log_sum_exp(x) - x[label]", "return log_sum_exp(x)", "Where is the label"),
        ("    softmax[label] -= 1\n", "", "-1 at the label"),
        ("g * softmax", "softmax", "g is missing"),
        ("g * softmax", "-g * softmax", "makes the loss smaller"),
    ],
    12: [
        ("inner = mt.where(x > 0, x, 1.0)", "inner = x", "gradient has a nan"),
        ("mt.where(x > 0, mt.sqrt(inner), 0.0)", "mt.sqrt(inner)", "the second where, outside"),
        (
            "mt.where(x > 0, mt.sqrt(inner), 0.0)",
            "mt.sqrt(mt.maximum(x, 1e-7))",
            "Clipping x leaves",
        ),
    ],
    13: [
        (" - length + 1)", " - length)", "last window is missing"),
        ("np.stack(", "np.transpose(", "transposed"),
        (
            "i in range(len(x) - length + 1)",
            "i in range(0, len(x) - length + 1, length)",
            "overlap",
        ),
        ("+= row", "= row", "a part from each window"),
        ("np.outer(g, w)", "np.outer(g, w[::-1])", "turned round in dx"),
        ("windows(x, len(w)).T @ g", "(windows(x, len(w)).T @ g)[::-1]", "dw is turned round"),
        ("return dx, windows(x, len(w)).T @ g", "return windows(x, len(w)).T @ g, dx", "swapped"),
    ],
    14: [
        ("x.reshape(-1, size).max(axis=1)", "x.max()", "largest of all"),
        (".max(axis=1)", ".max(axis=0)", "wrong axis"),
        (".max(axis=1)", ".mean(axis=1)", "this pool keeps"),
        (
            "    dx[np",
            "    return (g[:, None] * (rows == rows.max(1)[:, None])).reshape(-1)\n    dx[np",
            "all of them",
        ),
        ("rows.argmax(axis=1)]", "size - 1 - rows[:, ::-1].argmax(axis=1)]", "the last got g"),
        ("    dx[np", "    return np.repeat(g, size)\n    dx[np", "has no effect"),
        ("dx.reshape(x.shape)", "dx", "back to x's"),
    ],
    15: [
        (
            "np.sqrt((centered**2).mean(axis=0) + eps)",
            "(np.sqrt((centered**2).mean(axis=0)) + eps)",
            "under the root",
        ),
        (
            "np.sqrt((centered**2).mean(axis=0) + eps)",
            "((centered**2).mean(axis=0) + eps)",
            "The root",
        ),
        (
            "np.sqrt((centered**2).mean(axis=0) + eps)",
            "np.sqrt(x.var(axis=0, ddof=1) + eps)",
            "n - 1",
        ),
        ("g - g.mean(axis=0) - y * (g * y).mean(axis=0)", "g", "taken for constants"),
        (" - y * (g * y).mean(axis=0)", "", "The variance depends"),
        ("g - g.mean(axis=0)", "g", "The mean depends"),
        (
            "(g - g.mean(axis=0) - y * (g * y).mean(axis=0))",
            "(g - g.sum(axis=0) - y * (g * y).sum(axis=0))",
            "not sums",
        ),
        (" - y * (g", " + y * (g", "has a minus"),
        (".mean(axis=0)) / std", ".mean(axis=0))", "divided by std"),
    ],
    16: [
        ("x * (uniform >= rate) / (1 - rate)", "x * (uniform >= rate)", "The mean becomes smaller"),
        ("x * (uniform >= rate)", "x * (uniform < rate)", "turned round"),
        ("x * (uniform >= rate) / (1 - rate)", "x * (uniform >= rate) / rate", "1 / (1 - rate)"),
        ("x * (uniform >= rate) / (1", "x * (uniform >= rate) * (1", "once more"),
        ("g * (uniform >= rate) / (1 - rate)", "g * (uniform >= rate)", "factor of the forward"),
        ("g * (uniform >= rate) / (1 - rate)", "g / (1 - rate)", "What was dropped"),
    ],
    17: [
        ("return w + v, v", "return w + momentum * v - learning_rate * g, v", "Nesterov"),
        ("v - learning_rate", "v + learning_rate", "the way up"),
        (
            "v = momentum * v - learning_rate * g\n    return w + v, v",
            "return w + v, momentum * v - learning_rate * g",
            "old velocity",
        ),
        (
            "v = momentum * v - learning_rate * g\n    return w + v, v",
            "v = momentum * v + g\n    return w - learning_rate * v, v",
            "PyTorch",
        ),
        ("m / (1 - beta_1**t), v / (1 - beta_2**t)", "m, v", "make up for it"),
        ("(math.sqrt(square) + epsilon)", "math.sqrt(square + epsilon)", "not under it"),
        ("g**2", "abs(g)", "squares of the gradients"),
        ("epsilon), m, v", "epsilon), mean, square", "uncorrected"),
        ("**t", "**(t + 1)", "counts from 1"),
        ("w - learning_rate * mean", "w + learning_rate * mean", "taken off w"),
    ],
    18: [
        ("return outer.gradient(target, x)", "return gradient", "the gradient itself"),
        ("return outer.gradient(target, x)", "return gradient * v", "still to be differentiated"),
        ("return outer.gradient(target, x)", "return target", "Now its gradient"),
        (
            "mt.reduce_sum(gradient * v)\n    return outer.gradient(target, x)",
            "mt.reduce_sum(gradient)\n    return outer.gradient(target, x) * v",
            "v came too late",
        ),
        ("gradient * v", "gradient", "v is missing"),
        ("            inner.watch(x)\n", "", "both tapes must watch"),
        ("return outer.gradient(target, x)", "return outer.jacobian(gradient, x)", "all of H"),
    ],
    19: [
        (
            "variables = self.generator.trainable_variables",
            "variables = self.trainable_variables",
            "changes the discriminator as well",
        ),
        (
            "variables = self.discriminator.trainable_variables",
            "variables = self.trainable_variables",
            "changes the generator as well",
        ),
        ("mt.ones_like(made)", "mt.zeros_like(made)", "label is 1, not 0"),
        (*SWAPPED, "labels are swapped"),
        ("self.loss_of(mt.ones_like(a), a)", "0.0", "no real examples"),
        ("+= self.loss_of(mt.zeros_like(b), b)", "+= 0.0", "no made examples"),
        ("        self.generator_optimizer.apply_gradients", "        zip", "learns nothing"),
    ],
    20: [
        ("x[i] * x[i]", "x[i]", "squared on the way"),
        ("i < size; i += blockDim.x", "i < size; i += size", "Only the first 64"),
        ("half = blockDim.x / 2", "half = 0", "Only thread 0's part"),
        ("int half = blockDim.x / 2", "int half = 1", "Only two threads' parts"),
        (
            "    partial[threadIdx.x] = sum;\n",
            "    if (sum < 0) return;\n    partial[0] = 0;\n",
            "0: is partial",
        ),
        ("        __syncthreads();\n    }", "    }", "missing in the loop"),
        ("    __syncthreads();\n    for", "    for", "before each round"),
        ("i < size;", "i <= size;", "needs a look whether i < size"),
    ],
}
