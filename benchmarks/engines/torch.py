"""PyTorch, eager or with its forward and backward pass compiled."""

import functools
import itertools

import torch
from torch import nn

from ..workload import (
    EPSILON,
    LEARNING_RATE,
    chain,
    chain_inputs,
    conv_inputs,
    derivative_inputs,
    uniform,
)
from .fastest import fastest
from .repeated import repeated

# From PyTorch's order of axes to that of all engines here.
IMAGES, FILTERS = (0, 2, 3, 1), (2, 3, 1, 0)
IMPLEMENTATIONS = {
    "plain": {"foreach": False},
    "foreach": {"foreach": True},
    "fused": {"fused": True},
}


def start(name, device):
    device = "cuda" if device.startswith("/GPU") else "cpu"
    if device == "cuda":
        # Products and convolutions of float32 as such, as all engines compute them here.
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.benchmark = True
    if name == "torch":
        return TorchEngine(None, device)
    mode = "reduce-overhead" if device == "cuda" else None
    return TorchEngine(functools.partial(torch.compile, mode=mode), device)


class TorchEngine:
    """PyTorch with the optimizer implementation that is the fastest here.

    Args:
        compiled: What makes a compiled function of one in Python, or None. Single ops are measured
            eagerly alone.
        device: "cpu" or "cuda".
    """

    version = f"torch {torch.__version__}"

    def __init__(self, compiled=None, device="cpu"):
        self._compiles = compiled is not None
        self._compiled = compiled or (lambda function: function)
        self._device = device
        if compiled is None:
            self.chain_forward, self.chain_backward = self._chain_forward, self._chain_backward

    def data(self, x, y):
        x = self._put(x)
        if x.ndim == 4:
            x = x.permute(0, 3, 1, 2).contiguous()  # PyTorch's own layout: channels first
        return x, self._put(y)

    def _put(self, array):
        return torch.from_numpy(array).to(self._device)

    def _puts(self, arrays):
        """A tensor of an array, a tuple of tensors of a list of arrays."""
        return tuple(map(self._put, arrays)) if isinstance(arrays, list) else self._put(arrays)

    def _finished(self, result):
        if self._device == "cuda":
            torch.cuda.synchronize()
        return result

    def training(self, model, batch, dropout):
        if model.layers is None:
            return None
        torch.compiler.reset()  # it compiles a function for eight kinds of inputs, and then no more
        x, y = self.data(*model.data(4 * batch))
        trials = {
            ways: functools.partial(self._training(model, batch, dropout, *ways), x, y)
            for ways in itertools.product(self._implementations(model), self._layouts(model))
        }
        # Made anew: those that were tried have learned from it.
        return self._training(model, batch, dropout, *fastest(trials))

    def _implementations(self, model):
        """The optimizer's, to be tried."""
        if self._compiles and self._device == "cuda":  # each takes many seconds
            return ["fused" if model.optimizer == "adam" else "foreach"]
        return [name for name in IMPLEMENTATIONS if name != "fused" or model.optimizer == "adam"]

    def _layouts(self, model):
        """How images may lie in memory: the compiler chooses by itself, and the CPU's is known."""
        choice = self._device == "cuda" and not self._compiles and len(model.input_shape) == 3
        return [torch.contiguous_format, *([torch.channels_last] if choice else [])]

    def _training(self, model, batch, dropout, implementation, layout):
        network = _network(model, dropout).to(self._device, memory_format=layout)
        optimizer = _optimizer(model, network.parameters(), IMPLEMENTATIONS[implementation])
        loss_function = nn.CrossEntropyLoss()

        @self._compiled
        def loss_of(x, y):
            return loss_function(network(x), y)

        def train(x, y):
            losses = []
            x = x.contiguous(memory_format=layout)
            for inputs, labels in zip(x.split(batch), y.split(batch), strict=True):
                optimizer.zero_grad()
                loss = loss_of(inputs, labels)
                loss.backward()
                optimizer.step()
                losses.append(loss.detach().clone())  # a CUDA graph writes the next one over it
            return self._finished(float(torch.stack(losses).mean()))

        return train

    def hessian_vector_product(self):
        weights, vector, x, y = map(self._puts, derivative_inputs())

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
        weights, _, x, _ = map(self._puts, derivative_inputs())
        jacobian = self._compiled(
            torch.func.vmap(torch.func.jacrev(_logits, argnums=1), in_dims=(None, 0))
        )
        return lambda: jacobian(weights, x)

    def _chain_forward(self):
        x, a, b = map(self._put, chain_inputs())

        def run():
            with torch.no_grad():
                return self._finished(chain(torch.sin, torch.tanh, x, a, b))

        return run

    def _chain_backward(self):
        x, a, b = map(self._put, chain_inputs())
        x.requires_grad_()
        seed = torch.ones_like(x)

        def run():
            y = chain(torch.sin, torch.tanh, x, a, b)
            return self._finished(torch.autograd.grad(y, x, seed))

        return run

    # -- kernels: cuBLAS, cuDNN and PyTorch's own --------------------------------------------------

    def product(self, size):
        return self._repeated(torch.matmul, *self._uniform((size, size), (size, size)))

    def conv(self, *sizes):
        return self._fastest(lambda x, w, g: nn.functional.conv2d(x, w), sizes, IMAGES)

    def conv_input(self, *sizes):
        return self._fastest(lambda x, w, g: _convolution_backward(True, g, x, w), sizes, IMAGES)

    def conv_filter(self, *sizes):
        return self._fastest(lambda x, w, g: _convolution_backward(False, g, x, w), sizes, FILTERS)

    def add(self, count):
        return self._repeated(torch.add, *self._uniform((count,), (count,)))

    def softmax(self, rows, columns):
        return self._repeated(
            functools.partial(torch.softmax, dim=1), *self._uniform((rows, columns))
        )

    def row_sums(self, rows, columns):
        return self._repeated(functools.partial(torch.sum, dim=1), *self._uniform((rows, columns)))

    def adam(self, count):
        weights, weights.grad = self._uniform((count,), (count,))
        optimizer = torch.optim.Adam([weights], lr=LEARNING_RATE, eps=EPSILON, fused=True)

        def launch():
            optimizer.step()
            return weights

        return self._repeated(launch)

    def copy(self, count):
        (x,) = self._uniform((count,))
        return self._repeated(torch.empty_like(x).copy_, x)

    def _uniform(self, *shapes):
        return list(map(self._put, uniform(*shapes)))

    def _repeated(self, launch, *arguments):
        return repeated(functools.partial(launch, *arguments), self._finished)

    def _fastest(self, launch, sizes, back):
        """A convolution in the layout that is fastest here; the result in that of the inputs."""
        x, w, g = map(self._put, conv_inputs(*sizes))
        given = x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), g.permute(0, 3, 1, 2)
        runs = {
            layout: self._repeated(launch, *(t.contiguous(memory_format=layout) for t in given))
            for layout in (torch.contiguous_format, torch.channels_last)
        }
        run = runs[fastest(runs)]
        return lambda: run().permute(back)


def _convolution_backward(of_images, g, x, w):
    """The cotangent of the images or of the filters."""
    numbers = (1, 1), (0, 0), (1, 1), False, (0, 0), 1  # strides, padding, dilation, ...
    wanted = [of_images, not of_images, False]
    found = torch.ops.aten.convolution_backward(g, x, w, None, *numbers, wanted)
    return found[0 if of_images else 1]


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
