"""Data sets to learn with: `digits` comes with the library, `mnist` is downloaded once.

The others are read from Keras' cache.
"""

from . import cifar10, cifar100, digits, fashion_mnist, mnist

__all__ = ["cifar10", "cifar100", "digits", "fashion_mnist", "mnist"]
