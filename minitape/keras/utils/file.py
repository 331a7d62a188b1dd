"""Downloading a file into Keras' cache: whole and genuine, or not at all."""

import hashlib
import http.client
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

BLOCK = 1 << 16
SECONDS_OF_SILENCE = 30
# Not all of OSError: a full disk is no reason to look for another network.
NETWORK_ERRORS = (
    urllib.error.URLError,
    http.client.HTTPException,
    ConnectionError,
    TimeoutError,
)


def get_file(fname, origin, file_hash, cache_subdir="datasets", cache_dir=None):
    """Returns the path of a file in Keras' cache, after downloading it if it is not there.

    The download goes to a file of its own beside the target and is renamed only when its SHA-256
    is the expected one, so the target is always whole; whatever goes wrong, what was there before
    stays, and nothing partial is left.

    Args:
        fname: The file's name in the cache, without a folder.
        origin: The http or https URL to download from.
        file_hash: The SHA-256 of the file, in hexadecimal digits.
        cache_subdir: The folder in the cache.
        cache_dir: The cache; by default `$KERAS_HOME`, or `~/.keras`.

    Raises:
        ConnectionError: If the file cannot be downloaded.
        ValueError: If what was downloaded has another SHA-256, `fname` has a folder in it, or
            `origin` is no http or https URL.

    As `tf.keras.utils.get_file`, which takes more arguments, and checks nothing by default.
    """
    if Path(fname).name != fname or fname in ("", ".."):
        raise ValueError(
            f"Expected a file name without a folder, received fname={fname!r}. "
            "Name the folder with cache_dir and cache_subdir."
        )
    if not origin.startswith(("https://", "http://")):
        raise ValueError(f"Expected an http or https URL, received origin={origin!r}.")
    cache = cache_dir or os.environ.get("KERAS_HOME") or "~/.keras"
    target = Path(cache).expanduser() / cache_subdir / fname
    stale = target.is_file()
    if stale and sha256(target) == file_hash:
        return str(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{fname}.{secrets.token_hex(4)}.part")
    try:
        print(f"Downloading data from {origin}")
        _download(origin, partial)
        received = sha256(partial)
        if received != file_hash:
            raise ValueError(
                f"The file that {origin} sent is not the expected one: its SHA-256 is {received}, "
                f"expected {file_hash}. Nothing was kept. Try again; if it stays so, the file was "
                "changed on its way, or at its source."
            )
        os.replace(partial, target)
    except NETWORK_ERRORS as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it holds the connection
        there = (
            f" The {target} that is there has another SHA-256; if you trust it, give its path to "
            "load_data(path=...)."
            if stale
            else ""
        )
        raise ConnectionError(
            f"Could not download {fname}: {error}. Without a network, fetch {origin} on another "
            f"computer and put it at {target} (SHA-256 {file_hash}).{there}"
        ) from error
    finally:
        # Also on Ctrl-C: a partial file would be found by nobody and fill the disk.
        partial.unlink(missing_ok=True)
    return str(target)


def sha256(path):
    """Returns the SHA-256 of a file as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(url, path):
    with (
        urllib.request.urlopen(url, timeout=SECONDS_OF_SILENCE) as response,
        open(path, "xb") as file,
    ):
        total = int(response.headers.get("Content-Length", 0))
        progress = _Progress(total)
        while block := response.read(BLOCK):
            file.write(block)
            progress.update(file.tell())
        progress.close()
        if file.tell() < total:  # read() returns what came before the connection was cut
            raise ConnectionError(f"the connection ended after {file.tell()} of {total} bytes")


class _Progress:
    """A line that shows how far a download is, redrawn in a terminal and printed once elsewhere."""

    WIDTH = 30

    def __init__(self, total):
        self.total = total
        self.done = 0
        self.start = time.monotonic()
        self.drawn = self.start

    def update(self, done):
        self.done = done
        now = time.monotonic()
        if sys.stdout.isatty() and now - self.drawn > 0.1:
            self.drawn = now
            print(f"\r{self._line()}", end="", flush=True)

    def close(self):
        print(f"\r{self._line()}" if sys.stdout.isatty() else self._line())

    def _line(self):
        megabytes = f"{self.done / 1e6:.1f} MB"
        seconds = time.monotonic() - self.start
        if not self.total:  # the server did not say how long the file is
            return f"{megabytes} {seconds:.0f}s"
        filled = min(self.WIDTH, self.WIDTH * self.done // self.total)
        bar = "━" * filled + "─" * (self.WIDTH - filled)
        return f"{bar} {megabytes} of {self.total / 1e6:.1f} MB {seconds:.0f}s"
