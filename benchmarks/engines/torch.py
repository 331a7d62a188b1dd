"""PyTorch, eager or with its forward and backward pass compiled."""

import functools

import torch
from torch import nn

from ..workload import EPSILON, LEARNING_RATE, chain, chain_inputs, derivative_inputs
from .fastest import fastest


def start(name):
    return TorchEngine(torch.compile if name == "torch.compile" else None)


class TorchEngine:
    """PyTorch with the optimizer implementation that is the fastest here.

    Args:
        compiled: What makes a compiled function of one in Python, or None. Single ops are measured
            eagerly alone.
    """

    version = f"torch {torch.__version__}"

    def __init__(self, compiled=None):
        self._compiled = compiled or (lambda function: function)
        if compiled is None:
            self.chain_forward, self.chain_backward = _chain_forward, _chain_backward

    def data(self, x, y):
        x = torch.from_numpy(x)
        if x.ndim == 4:
            x = x.permute(0, 3, 1, 2).contiguous()  # PyTorch's own layout: channels first
        return x, torch.from_numpy(y)

    def training(self, model, batch, dropout):
        if model.layers is None:
            return None
        options = {"plain": {"foreach": False}, "foreach": {"foreach": True}}
        if model.optimizer == "adam":
            options["fused"] = {"fused": True}
        x, y = self.data(*model.data(4 * batch))
        trials = {
            name: functools.partial(self._training(model, batch, dropout, chosen), x, y)
            for name, chosen in options.items()
        }
        # Made anew: those that were tried have learned from it.
        return self._training(model, batch, dropout, options[fastest(trials)])

    def _training(self, model, batch, dropout, options):
        network = _network(model, dropout)
        optimizer = _optimizer(model, network.parameters(), options)
        loss_function = nn.CrossEntropyLoss()

        @self._compiled
        def loss_of(x, y):
            return loss_function(network(x), y)

        def train(x, y):
            losses = []
            for inputs, labels in zip(x.split(batch), y.split(batch), strict=True):
                optimizer.zero_grad()
                loss = loss_of(inputs, labels)
                loss.backward()
                optimizer.step()
                losses.append(loss.detach())
            return float(torch.stack(losses).mean())

        return train

    def hessian_vector_product(self):
        weights, vector, x, y = map(_tensors, derivative_inputs())

        def loss(weights):
            return nn.functional.cross_entropy(_logits(weights, x), y)

        @self._compiled
        def forward_over_reverse(weights, vector):
            return torch.func.jvp(torch.func.grad(loss), (weights,), (vector,))[1]

        @self._compiled
        def reverse_over_reverse(weights, vector):
            return torch.func.vjp(torch.func.grad(loss), weights)[1](vector)[0]

        ways = (forward_over_reverse, reverse_over_reverse)
        runs = {number: functools.partial(way, weights, vector) for number, way in enumerate(ways)}
        return runs[fastest(runs)]

    def batch_jacobian(self):
        weights, _, x, _ = map(_tensors, derivative_inputs())
        jacobian = self._compiled(
            torch.func.vmap(torch.func.jacrev(_logits, argnums=1), in_dims=(None, 0))
        )
        return lambda: jacobian(weights, x)


def _chain_forward():
    x, a, b = map(torch.from_numpy, chain_inputs())

    def run():
        with torch.no_grad():
            return chain(torch.sin, torch.tanh, x, a, b)

    return run


def _chain_backward():
    x, a, b = map(torch.from_numpy, chain_inputs())
    x.requires_grad_()
    seed = torch.ones_like(x)
    return lambda: torch.autograd.grad(chain(torch.sin, torch.tanh, x, a, b), x, seed)


def _tensors(arrays):
    """A tensor of an array, a tuple of tensors of a list of arrays."""
    if isinstance(arrays, list):
        return tuple(map(torch.from_numpy, arrays))
    return torch.from_numpy(arrays)


def _logits(weights, x):
    kernel, bias, last_kernel, last_bias = weights
    return torch.relu(x @ kernel + bias) @ last_kernel + last_bias


def _network(model, dropout):
    """The model with its first weights: channels first, kernels turned from Keras' layout."""
    weights = iter(map(torch.from_numpy, model.weights()))
    layers, channels = [], 1
    for kind, *_ in (*model.layers, ("dense",)):
        if kind == "conv":
            kernel = next(weights).permute(3, 2, 0, 1)
            layers += [_with(nn.Conv2d(*kernel.shape[1::-1], 3), kernel, next(weights)), nn.ReLU()]
            channels = kernel.shape[0]
        elif kind == "dense":
            kernel = next(weights)
            if layers and isinstance(layers[-1], nn.Flatten):  # its rows are in Keras' order
                rows = kernel.reshape(-1, channels, kernel.shape[1])
                kernel = rows.transpose(0, 1).reshape(kernel.shape)
            layers += [_with(nn.Linear(*kernel.shape), kernel.T, next(weights)), nn.ReLU()]
        else:
            layers.append(
                {"pool": nn.MaxPool2d(2), "flatten": nn.Flatten()}.get(kind, nn.Dropout(dropout))
            )
    return nn.Sequential(*layers[:-1])  # the last Dense has no relu


def _with(layer, kernel, bias):
    with torch.no_grad():
        layer.weight.copy_(kernel)
        layer.bias.copy_(bias)
    return layer


def _optimizer(model, parameters, options):
    if model.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=LEARNING_RATE, eps=EPSILON, **options)
    return torch.optim.RMSprop(parameters, lr=LEARNING_RATE, alpha=0.9, eps=EPSILON, **options)
