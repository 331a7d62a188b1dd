"""The engines: each gives the chain and the training steps as functions to be timed.

An engine has `version`, a text; `chain_forward()` and `chain_backward()`, which return a function
that runs the chain once; and `training(model)`, which returns a function that runs one round of
`model.steps` training steps, or None for a model that the engine doesn't have.
"""
