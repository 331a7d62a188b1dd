"""TensorBoard: the course of a training in files that the program TensorBoard shows."""

import os
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy

from ... import summary
from ...summary.summaries import plugin_metadata
from ...summary.writer import require_tensorboard
from ..layers import Embedding
from ..optimizers import Optimizer
from ..saving.weights import parts
from .callback import Callback


class TensorBoard(Callback):
    """Writes logs for TensorBoard: `tensorboard --logdir logs` shows them in a browser.

    The results of each epoch go to `train/` and `validation/` in the folder, and those of each
    evaluation, over the optimizer's steps. What the model itself writes with `tf.summary` in a
    batch is written for every `update_freq`-th batch.

    Args:
        log_dir: the folder. Let no other training write to it.
        histogram_freq: after every so many epochs, histograms of all weights; 0 for none.
        write_graph: whether the layers of the model and how they are connected are written, where
            it was not subclassed.
        write_images: whether the weights are written as pictures, with the histograms.
        write_steps_per_second: whether steps per second are written, too.
        update_freq: "epoch"; or "batch", or a number of batches, for results within the epochs.
        profile_batch: there is no profiler: anything but 0 gives a warning.
        embeddings_freq: after every so many epochs, the weights of Embedding layers; 0 for never.
        embeddings_metadata: the file in the folder that names the rows of an Embedding layer, a
            line for each: a dict by the layer's name, or one file for all of them.
        write_grads: whether there are histograms of the gradients as well, those of the epoch's
            last batch. (Keras had this argument until 2.3.)

    Raises:
        ImportError: the package tensorboard is not installed.
        ValueError: a `profile_batch` that is none.
    """

    def __init__(
        self,
        log_dir="logs",
        histogram_freq=0,
        write_graph=True,
        write_images=False,
        write_steps_per_second=False,
        update_freq="epoch",
        profile_batch=0,
        embeddings_freq=0,
        embeddings_metadata=None,
        *,
        write_grads=False,
    ):
        require_tensorboard()
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self.write_grads = write_grads
        _check_profile_batch(profile_batch)
        self._global_train_batch = 0
        self._global_test_batch = 0
        self._writers: dict[str, summary.SummaryWriter] = {}
        self._open_contexts: list[ExitStack] = []
        self._gradients: dict[int, tuple] = {}

    # -- where it is written ---------------------------------------------------------------------

    def set_model(self, model) -> None:
        """Begins with new files, and writes the model's graph."""
        super().set_model(model)
        self._close_writers()
        if self.write_graph:
            self._log_graph()
        if self.embeddings_freq:
            self._configure_embeddings()

    def _writer(self, name: str) -> summary.SummaryWriter:
        """The writer for "train" or "validation", whose file is made at the first use."""
        if name not in self._writers:
            folder = os.path.join(self.log_dir, name)
            self._writers[name] = summary.create_file_writer(folder)
        return self._writers[name]

    def _close_writers(self) -> None:
        while self._open_contexts:  # more than one if a training was interrupted
            self._pop_writer()
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    @contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        """A context in which summaries are written to a writer, whatever batch it is."""
        with self._writer(name).as_default(), summary.record_if(True):
            yield

    def _push_writer(self, name: str, step: int) -> None:
        """Has what is written within a batch go to a writer, if it is the batch's turn."""
        if self.update_freq == "epoch":
            return
        context = ExitStack()
        context.enter_context(self._writer(name).as_default(step))
        context.enter_context(summary.record_if(step % self.update_freq == 0))
        self._open_contexts.append(context)

    def _pop_writer(self) -> None:
        if self._open_contexts:
            self._open_contexts.pop().close()

    # -- moments ---------------------------------------------------------------------------------

    def on_train_begin(self, logs=None):
        """Counts the batches anew."""
        self._global_train_batch = 0
        self._push_writer("train", 0)

    def on_train_end(self, logs=None):
        """Closes the files."""
        self._close_writers()

    def on_train_batch_begin(self, batch, logs=None):
        """Counts a batch."""
        self._global_train_batch += 1
        self._pop_writer()
        self._push_writer("train", self._global_train_batch)
        self._batch_start_time = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        """Writes the results so far."""
        step = self._global_train_batch
        if self.write_steps_per_second:
            seconds = time.perf_counter() - self._batch_start_time
            summary.scalar("batch_steps_per_second", 1 / seconds, step=step)
        _log_numbers("batch_{}", logs or {}, step)

    def on_test_begin(self, logs=None):
        """Begins an evaluation."""
        self._push_writer("validation", self._global_test_batch)

    def on_test_batch_begin(self, batch, logs=None):
        """Counts a batch of an evaluation."""
        self._global_test_batch += 1
        self._pop_writer()
        self._push_writer("validation", self._global_test_batch)

    def on_test_end(self, logs=None):
        """Writes an evaluation's results over the optimizer's steps."""
        if isinstance(self.model.optimizer, Optimizer):
            step = int(self.model.optimizer.iterations)
            with self._writing("validation"):
                _log_numbers("evaluation_{}_vs_iterations", logs or {}, step)
        self._pop_writer()

    def on_epoch_begin(self, epoch, logs=None):
        """Notes the time, and has the gradients shown where they are wanted."""
        self._epoch_start_time = time.perf_counter()
        self._epoch_start_batch = self._global_train_batch
        if self.write_grads and self._wants_histograms(epoch):
            self._watch_gradients(self._keep_gradients)

    def on_epoch_end(self, epoch, logs=None):
        """Writes the epoch's results."""
        if logs:
            self._log_epoch(epoch, logs)
        if self._wants_histograms(epoch):
            self._log_weights(epoch)
            if self.write_grads:
                self._log_gradients(epoch)
                self._watch_gradients(None)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._log_embeddings(epoch)

    # -- what is written -------------------------------------------------------------------------

    def _log_graph(self) -> None:
        """Writes the model's config, of which TensorBoard draws a graph of its layers."""
        model = self.model
        if getattr(model, "_graph", None) is None and not getattr(model, "_is_list", False):
            return
        try:
            config = model.to_json()
        except Exception as error:
            warnings.warn(f"Model failed to serialize as JSON. Ignoring... {error}", stacklevel=2)
            return
        with self._writing("train"):
            summary.write(
                "keras", config, step=0, metadata=plugin_metadata("graph_keras_model", b"1")
            )

    def _log_epoch(self, epoch: int, logs: dict) -> None:
        results: dict[str, Any] = {"train": {}, "validation": {}}
        for name, value in logs.items():
            where = "validation" if name.startswith("val_") else "train"
            results[where][name.removeprefix("val_")] = value
        if isinstance(self.model.optimizer, Optimizer):
            rate = self.model.optimizer.learning_rate
            results["train"]["learning_rate"] = float(numpy.asarray(rate))
        if self.write_steps_per_second:
            seconds = time.perf_counter() - self._epoch_start_time
            steps = self._global_train_batch - self._epoch_start_batch
            results["train"]["steps_per_second"] = steps / seconds
        for where, values in results.items():
            if values:
                with self._writing(where):
                    _log_numbers("epoch_{}", values, epoch)

    def _wants_histograms(self, epoch: int) -> bool:
        return bool(self.histogram_freq) and epoch % self.histogram_freq == 0

    def _log_weights(self, epoch: int) -> None:
        with self._writing("train"):
            for layer in self.model.layers:
                for weight in layer.weights:
                    summary.histogram(f"{_tag(weight)}/histogram", weight, step=epoch)
                    pictures = _pictures(weight.numpy()) if self.write_images else None
                    if pictures is not None:
                        summary.image(f"{_tag(weight)}/image", pictures, step=epoch)

    def _watch_gradients(self, listener) -> None:
        for _, part in parts(self.model):
            if isinstance(part, Optimizer):
                part.gradient_listener = listener
        self.model._forget_programs()

    def _keep_gradients(self, gradients: list, variables: list) -> None:
        for gradient, variable in zip(gradients, variables, strict=True):
            self._gradients[variable.id] = (variable, gradient)

    def _log_gradients(self, epoch: int) -> None:
        with self._writing("train"):
            for variable, gradient in self._gradients.values():
                summary.histogram(f"{_tag(variable)}/gradient", gradient, step=epoch)
        self._gradients = {}

    # -- embeddings ------------------------------------------------------------------------------

    def _embeddings(self) -> list:
        return [layer for layer in self.model.layers if isinstance(layer, Embedding)]

    def _configure_embeddings(self) -> None:
        """Tells TensorBoard's projector where the weights of Embedding layers will be."""
        from google.protobuf import text_format
        from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

        given = self.embeddings_metadata or {}
        names = [layer.name for layer in self._embeddings()]
        if not isinstance(given, dict):
            given = dict.fromkeys(names, os.fspath(given))
        unknown = given.keys() - names
        if unknown:
            raise ValueError(
                "Unrecognized `Embedding` layer names passed to `keras.callbacks.TensorBoard` "
                f"`embeddings_metadata` argument: {sorted(unknown)}. Expected some of: {names}."
            )
        config = ProjectorConfig()
        for name in names:
            config.embeddings.add(
                tensor_name=name,
                tensor_path=_file_of_embeddings(name),
                metadata_path=given.get(name),
            )
        os.makedirs(self.log_dir, exist_ok=True)
        path = os.path.join(self.log_dir, "projector_config.pbtxt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text_format.MessageToString(config))

    def _log_embeddings(self, epoch: int) -> None:
        os.makedirs(os.path.join(self.log_dir, "train"), exist_ok=True)
        name = f"keras_embedding.ckpt-{epoch}.weights.h5"
        self.model.save_weights(os.path.join(self.log_dir, "train", name))
        for layer in self._embeddings():
            path = os.path.join(self.log_dir, _file_of_embeddings(layer.name))
            numpy.savetxt(path, layer.embeddings.numpy(), fmt="%.8g", delimiter="\t")


def _log_numbers(tag: str, logs: dict, step: int) -> None:
    """Writes the logs that are single numbers; TensorBoard has no place for arrays."""
    for name, value in logs.items():
        if not numpy.ndim(value):
            summary.scalar(tag.format(name), value, step=step)


def _file_of_embeddings(layer: str) -> str:
    return f"{layer}.tsv"


def _tag(variable) -> str:
    return str(getattr(variable, "path", variable.name)).replace(":", "_")


def _pictures(weight: numpy.ndarray) -> numpy.ndarray | None:
    """A weight as images; None where it has too many axes.

    A vector is a row, and a matrix lies on its longer side. Of three axes, each matrix along the
    last is an image; four are images already where the last has as many channels as one may have.
    """
    weight = numpy.squeeze(weight)
    if weight.ndim == 1:
        return weight[None, :, None, None]
    if weight.ndim == 2:
        return (weight.T if weight.shape[0] > weight.shape[1] else weight)[None, :, :, None]
    if weight.ndim == 3:
        return weight.transpose(2, 0, 1)[..., None]
    return weight if weight.ndim == 4 and weight.shape[-1] in (1, 3, 4) else None


def _check_profile_batch(profile_batch) -> None:
    """Refuses what is no batch and no range of batches, and says that none is profiled."""
    given = profile_batch
    try:
        given = [int(one) for one in given.split(",")] if isinstance(given, str) else given
        first, last = (given, given) if isinstance(given, int) else given
        valid = 0 <= first <= last
    except (TypeError, ValueError):
        valid = False
    if not valid:
        raise ValueError(
            "profile_batch must be a non-negative integer or 2-tuple of positive integers. A pair "
            f"of positive integers signifies a range of batches to profile. Found: {profile_batch}"
        )
    if last:
        warnings.warn(
            f"minitape has no profiler: profile_batch={profile_batch!r} is left out of account. "
            "Python's own is `python -m cProfile script.py`.",
            stacklevel=3,
        )
