"""Programs in the manner of TensorFlow's and Keras' beginners' guides, small and of our own.

Each takes the library under TensorFlow's name and a folder to write into, and returns what it
found out: numbers, texts, and structures of them. minitape, served as `tensorflow`, must find out
the same.
"""

from . import basics, data, layers, training

PROGRAMS = [*basics.GUIDE, *layers.GUIDE, *training.GUIDE, *data.GUIDE]
