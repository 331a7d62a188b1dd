"""Wrong answers by exercise: what stands in the solution, what in its place, words of the hint."""

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
}
