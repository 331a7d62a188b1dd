"""PyTorch, eager."""

import time

import torch
from torch import nn

from ..workload import BATCH, CHAIN_LENGTH, chain_inputs


class TorchEngine:
    """PyTorch with the optimizer implementation that is the fastest here."""

    version = f"torch {torch.__version__}"

    def chain_forward(self):
        x, a, b = (torch.from_numpy(row) for row in chain_inputs())

        def run():
            with torch.no_grad():
                return _chain(x, a, b)

        return run

    def chain_backward(self):
        x, a, b = (torch.from_numpy(row) for row in chain_inputs())
        x.requires_grad_()
        seed = torch.ones_like(x)
        return lambda: torch.autograd.grad(_chain(x, a, b), x, seed)

    def training(self, model):
        if model.optimizer is None:  # a program of examples/
            return None
        inputs, labels = model.data()
        x, y = torch.from_numpy(inputs), torch.from_numpy(labels)
        if x.ndim == 4:
            x = x.permute(0, 3, 1, 2).contiguous()  # PyTorch's own layout: channels first
        loss_function = nn.CrossEntropyLoss()

        def rounds_with(optimizer_options):
            network = _network(model)
            optimizer = _optimizer(model, network.parameters(), optimizer_options)

            def run():
                total = torch.zeros(())
                for indices in torch.randperm(len(x)).split(BATCH):
                    optimizer.zero_grad()
                    loss = loss_function(network(x[indices]), y[indices])
                    loss.backward()
                    optimizer.step()
                    total += loss.detach()
                return float(total)

            return run

        options = [{"foreach": False}, {"foreach": True}]
        if model.optimizer == "adam":
            options.append({"fused": True})
        return min(map(rounds_with, options), key=_seconds)


def _chain(x, a, b):
    sin, tanh = torch.sin, torch.tanh
    for _ in range(CHAIN_LENGTH // 4):
        x = tanh(sin(x * a + b))
    return x


def _network(model):
    return {
        "mlp": lambda: nn.Sequential(
            nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 10)
        ),
        "cnn": lambda: nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.Flatten(),
            nn.Linear(24 * 24 * 64, 128), nn.ReLU(), nn.Linear(128, 10),
        ),
        "cifar": lambda: nn.Sequential(
            nn.Conv2d(3, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(6 * 6 * 32, 256), nn.ReLU(), nn.Linear(256, 100),
        ),
    }[model.name]()  # fmt: skip


def _optimizer(model, parameters, options):
    if model.optimizer == "adam":  # with Keras' defaults
        return torch.optim.Adam(parameters, lr=1e-3, eps=1e-7, **options)
    return torch.optim.RMSprop(parameters, lr=1e-3, alpha=0.9, eps=1e-7, **options)


def _seconds(run):
    """The shorter of two rounds, after one to warm up."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])
