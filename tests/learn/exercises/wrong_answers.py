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
}
