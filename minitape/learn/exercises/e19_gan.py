"""Exercise 19: a train_step for a GAN."""

import numpy as np

from .drawn import one_of, together
from .framework import compare

START = '''"""A train_step for a GAN.

Two networks play against each other. The generator makes examples out of noise; the discriminator
gives a logit, which is large for what it takes for real. A step is two steps:

1. The discriminator learns: its loss is that of the labels 1 for real examples and 0 for made ones,
   added up. Its own variables are changed, no others.
2. The generator learns: its loss is that of the label 1 for what it makes, as judged by the new
   discriminator. The generator's own variables are changed, no others.

Check it:  minitape learn check 19
A hint:    minitape learn hint 19
"""

import minitape as mt
from minitape import keras


class GAN(keras.Model):
    def __init__(self, learning_rate):
        super().__init__()
        self.generator = keras.layers.Dense(1)
        self.discriminator = keras.layers.Dense(1)
        self.generator_optimizer = keras.optimizers.SGD(learning_rate)
        self.discriminator_optimizer = keras.optimizers.SGD(learning_rate)
        self.loss_of = keras.losses.BinaryCrossentropy(from_logits=True)  # (labels, logits)

    def train_step(self, data):
        noise, real = data  # (batch, 1) each
        ...
        return {"discriminator": discriminator_loss, "generator": generator_loss}
'''

HINTS = (
    "Each step has a tape of its own, in which the networks are called and the loss is computed.",
    "d_loss = loss_of(ones_like(a), a) + loss_of(zeros_like(b), b), with a = D(real) and "
    "b = D(G(noise)).",
    "tape.gradient(loss, self.discriminator.trainable_variables), and apply_gradients with those "
    "variables; then a new tape for the generator, with the label 1 and its own variables.",
)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def played(labels=(1, 0), of_real=1, of_made=1, wanted=1, spoils=False, helps=False, old=False):
    """The weights after a step, by hand; the arguments are the mistakes that can be made."""

    def step(generator, discriminator, noise, real, learning_rate):
        (a, b), (c, d) = generator, discriminator

        def made():
            return a * noise + b

        x = made()
        at_real = of_real * (sigmoid(c * real + d) - labels[0]) / len(real)
        at_made = of_made * (sigmoid(c * x + d) - labels[1]) / len(x)
        dc, dd = np.sum(at_real * real + at_made * x), np.sum(at_real + at_made)
        before = c, d
        if helps:
            a, b = (
                a - learning_rate * np.sum(at_made * c * noise),
                b - learning_rate * np.sum(at_made * c),
            )
        c, d = c - learning_rate * dc, d - learning_rate * dd
        if wanted is None:
            return np.array([a, b, c, d])
        e, f = before if old else (c, d)
        x = made()
        g = (sigmoid(e * x + f) - wanted) / len(x)
        a, b = a - learning_rate * np.sum(g * e * noise), b - learning_rate * np.sum(g * e)
        if spoils:
            c, d = c - learning_rate * np.sum(g * x), d - learning_rate * np.sum(g)
        return np.array([a, b, c, d])

    return step


MISTAKES = [
    (
        played(spoils=True),
        "The generator's step changes the discriminator as well: take its gradient with respect "
        "to the generator's variables alone.",
    ),
    (
        played(helps=True),
        "The discriminator's step changes the generator as well: take its gradient with respect "
        "to the discriminator's variables alone.",
    ),
    (
        played(wanted=0),
        "The generator wants what it makes to be taken for real: its label is 1, not 0.",
    ),
    (played(labels=(0, 1)), "The discriminator's labels are swapped: 1 is real, 0 is made."),
    (played(of_real=0), "The discriminator sees no real examples: their loss is missing."),
    (played(of_made=0), "The discriminator sees no made examples: their loss is missing."),
    (played(wanted=None), "The generator learns nothing: the second step is missing."),
    (
        played(old=True),
        "The generator was judged by the old discriminator. A new tape after its step sees the "
        "new one.",
    ),
    (
        played(of_real=0.5, of_made=0.5),
        "The discriminator's two losses are added up. This is their mean.",
    ),
]


def call(gan, generator, discriminator, noise, real, learning_rate):
    """Has the user's model make a step; returns its weights."""
    model = gan(learning_rate)
    for layer, (weight, bias) in (
        (model.generator, generator),
        (model.discriminator, discriminator),
    ):
        layer.build((None, 1))
        layer.set_weights([np.array([[weight]], "float32"), np.array([bias], "float32")])
    columns = [values[:, None].astype("float32") for values in (noise, real)]
    model.train_step(tuple(columns))
    weights = [*model.generator.get_weights(), *model.discriminator.get_weights()]
    return np.array([float(weight.item()) for weight in weights])


def check(user):
    """Compares the weights after a step."""
    # Few values: each call makes a model.
    pair = one_of(*map(np.array, ([1.0, 0.0], [1.0, 1.0], [-2.0, 0.5])))
    batch = one_of(*map(np.array, ([1.0, 2.0], [-1.0, 0.5])))
    given = together(pair, pair, batch, batch, one_of(0.5, 0.25))
    compare(user, "GAN", played(), given, MISTAKES, call=call, tolerance=1e-5, examples=40)
