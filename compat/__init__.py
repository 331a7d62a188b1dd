"""minitape beside real TensorFlow and Keras: op cases, twins, lockstep training."""
