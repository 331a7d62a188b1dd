"""A train_step for a GAN.

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
        variables = self.discriminator.trainable_variables
        with mt.GradientTape() as tape:
            a, b = self.discriminator(real), self.discriminator(self.generator(noise))
            discriminator_loss = self.loss_of(mt.ones_like(a), a)
            discriminator_loss += self.loss_of(mt.zeros_like(b), b)
        gradients = tape.gradient(discriminator_loss, variables)
        self.discriminator_optimizer.apply_gradients(zip(gradients, variables))

        variables = self.generator.trainable_variables
        with mt.GradientTape() as tape:
            made = self.discriminator(self.generator(noise))
            generator_loss = self.loss_of(mt.ones_like(made), made)
        gradients = tape.gradient(generator_loss, variables)
        self.generator_optimizer.apply_gradients(zip(gradients, variables))
        return {"discriminator": discriminator_loss, "generator": generator_loss}
