"""Whether all engines have computed the same: what differs is not compared by its speed."""

from collections import Counter

import numpy as np


def distances(results):
    """Returns how far each engine is from what is in the middle of all.

    Args:
        results: A dictionary from the engine's name to a list of arrays.

    Returns:
        A dictionary from the name to the largest difference, as a part of the largest number in the
        array. It is infinite for other shapes than most have, and where a number is not finite.
    """
    shapes = {name: [array.shape for array in arrays] for name, arrays in results.items()}
    usual = Counter(map(str, shapes.values())).most_common(1)
    sound = [
        name
        for name, arrays in results.items()
        if str(shapes[name]) == usual[0][0] and all(np.isfinite(array).all() for array in arrays)
    ]
    found = dict.fromkeys(results, np.inf) | dict.fromkeys(sound, 0.0)
    for arrays in zip(*(results[name] for name in sound), strict=True):
        together = np.stack(arrays).astype("float64")
        scale = np.abs(together).max(initial=0) or 1.0
        middle = np.median(together, axis=0)
        for name, array in zip(sound, together, strict=True):
            found[name] = max(found[name], float(np.abs(array - middle).max(initial=0)) / scale)
    return found
