"""The progress bar: Keras' format in a terminal, plain lines in a file."""

import io
import re
import sys

import pytest

from minitape.keras.callbacks import ProgbarLogger
from minitape.keras.callbacks.bar import _clock


class Terminal(io.StringIO):
    def isatty(self):
        return True


def printed(monkeypatch, steps, verbose=1, epochs=1, batches=3, stream=None, logs=None):
    """What a logger prints of one epoch."""
    stream = io.StringIO() if stream is None else stream
    monkeypatch.setattr(sys, "stdout", stream)
    logger = ProgbarLogger()
    logger.set_params({"verbose": verbose, "epochs": epochs, "steps": steps})
    logger.on_train_begin({})
    logger.on_epoch_begin(0, {})
    for batch in range(batches):
        monkeypatch.setattr(logger._bar, "_drawn", -1.0)  # as if time had passed
        logger.on_train_batch_end(batch, logs or {"loss": 0.5})
    logger.on_epoch_end(0, logs or {"loss": 0.25})
    logger.on_train_end({})
    return stream.getvalue()


def plain(text):
    """The text without colours."""
    return re.sub(r"\x1b\[\d+m", "", text)


BAR = "━" * 20
PACE = r"\d+(s|ms|us)/step"


def test_a_file_gets_one_line_without_control_characters(monkeypatch):
    text = printed(monkeypatch, steps=3)
    assert re.fullmatch(rf"3/3 {BAR} 0s {PACE} - loss: 0\.2500\n", text)


def test_one_line_per_epoch(monkeypatch):
    text = printed(monkeypatch, steps=3, verbose=2)
    assert re.fullmatch(rf"3/3 - 0s - {PACE} - loss: 0\.2500\n", text)


def test_silence(monkeypatch):
    assert printed(monkeypatch, steps=3, verbose=0, epochs=5) == ""


@pytest.mark.parametrize(("epochs", "title"), [(1, ""), (4, "Epoch 1/4\n")])
def test_epochs_are_named_where_there_are_several(monkeypatch, epochs, title):
    text = printed(monkeypatch, steps=3, verbose="auto", epochs=epochs)
    assert text.startswith(f"{title}3/3 {BAR}")


def test_a_terminal_sees_the_bar_move(monkeypatch):
    text = printed(monkeypatch, steps=20, stream=Terminal(), batches=2)
    assert "\x1b[1m 2/20\x1b[0m \x1b[32m━━\x1b[37m" in text  # a tenth is green
    start, first, second, last = plain(text).split("\r")
    assert start == ""
    for line, count in ((first, " 1/20"), (second, " 2/20")):
        assert re.fullmatch(rf"{count} {BAR} 0s {PACE} - loss: 0\.5000", line.rstrip(" "))
        assert "\n" not in line
    assert re.fullmatch(rf" 2/20 {BAR} 0s {PACE} - loss: 0\.2500 *\n", last)


def test_a_shorter_line_wipes_out_a_longer_one(monkeypatch):
    stream = Terminal()
    text = printed(monkeypatch, steps=3, stream=stream, logs={"loss": 1e-9})
    *_, before, last = plain(text).split("\r")
    assert len(last.rstrip("\n")) >= len(before.rstrip(" "))


def test_an_unknown_number_of_steps(monkeypatch):
    text = plain(printed(monkeypatch, steps=None, stream=Terminal()))
    _, first, *_, last = text.split("\r")
    assert re.fullmatch(rf"      1/Unknown 0s {PACE} - loss: 0\.5000", first)
    assert re.fullmatch(rf"3/3 {BAR} 0s {PACE} - loss: 0\.2500 *\n", last)


def test_the_second_epoch_knows_how_many_steps_there_are(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    logger = ProgbarLogger()
    logger.set_params({"verbose": 1, "epochs": 2, "steps": None})
    for epoch in range(2):
        logger.on_epoch_begin(epoch, {})
        for batch in range(4):
            monkeypatch.setattr(logger._bar, "_drawn", -1.0)
            logger.on_train_batch_end(batch, {})
        logger.on_epoch_end(epoch, {})
    first, second = plain(stream.getvalue()).split("Epoch 2/2")
    assert "1/Unknown" in first
    assert "1/4" in second
    assert "Unknown" not in second


def test_time_left_while_running_and_time_taken_at_the_end(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    logger = ProgbarLogger()
    logger.set_params({"verbose": 1, "epochs": 1, "steps": 3})
    logger.on_epoch_begin(0, {})
    for batch in range(3):
        now[0] += 30
        logger.on_train_batch_end(batch, {})
    logger.on_epoch_end(0, {})
    lines = [line.split()[2:4] for line in plain(stream.getvalue()).split("\r")[1:]]
    assert lines == [[clock, "30s/step"] for clock in ("60s", "30s", "0s", "1:30")]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0s"), (59.9, "59s"), (61, "1:01"), (3599, "59:59"), (7325, "2:02:05")],
)
def test_clock(seconds, text):
    assert _clock(seconds) == text


def test_small_negative_and_many_values(monkeypatch):
    logs = {"a": 0.00012345, "b": -2.0, "c": [1.0, 2.0], "d": float("nan"), "e": 3}
    text = printed(monkeypatch, steps=3, verbose=2, logs=logs)
    values = "- a: 1.2345e-04 - b: -2.0000 - c: 1.5000 - d: nan - e: 3.0000"
    assert text.endswith(values + "\n")


def test_an_output_that_is_hardly_one(monkeypatch):
    class Sink:
        text = ""

        def write(self, text):
            self.text += text

        def flush(self):
            pass

    sink = Sink()
    monkeypatch.setattr(sys, "stdout", sink)
    logger = ProgbarLogger()
    logger.on_test_begin({})
    logger.on_test_end({"loss": 1.0})
    assert sink.text.endswith("- loss: 1.0000\n")


def test_an_encoding_without_bars(monkeypatch):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    logger = ProgbarLogger()
    logger.set_params({"verbose": 1, "epochs": 1, "steps": 1})
    logger.on_test_begin({})
    logger.on_test_batch_end(0, {})
    logger.on_test_end({"정확도": 1.0})
    assert raw.getvalue().startswith(b"1/1 ==================== 0s")
    assert raw.getvalue().endswith(b"???: 1.0000\n")
