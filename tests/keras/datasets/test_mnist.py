"""MNIST from the cache, from a path, from a server, and from nowhere."""

import hashlib
import http.server
import threading

import numpy as np
import pytest

from minitape.keras.datasets import mnist
from minitape.keras.utils import file as file_utils


def small_mnist(path, **changes):
    random = np.random.default_rng(0)
    data = {
        "x_train": random.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "y_train": np.arange(6, dtype=np.uint8),
        "x_test": random.integers(0, 256, (4, 28, 28), dtype=np.uint8),
        "y_test": np.arange(4, dtype=np.uint8),
    }
    np.savez_compressed(path, **(data | changes))
    return path.read_bytes()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "datasets"


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server of mnist.npz: sends `server.send`, and says it is `server.announced` bytes long."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            server.requests += 1
            if server.send is None:
                self.send_error(503)
                return
            self.send_response(200)
            if server.announced is not None:
                self.send_header("Content-Length", str(server.announced))
            self.end_headers()
            self.wfile.write(server.send)

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.requests = 0
    server.send = small_mnist(tmp_path / "on_the_server.npz")
    server.announced = len(server.send)
    monkeypatch.setattr(mnist, "URL", f"http://127.0.0.1:{server.server_port}/mnist.npz")
    monkeypatch.setattr(mnist, "SHA256", hashlib.sha256(server.send).hexdigest())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_downloads_once(server, cache, capsys):
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    assert (x_train.shape, x_test.shape) == ((6, 28, 28), (4, 28, 28))
    assert (y_train.tolist(), y_test.tolist()) == ([0, 1, 2, 3, 4, 5], [0, 1, 2, 3])
    assert files_in(cache) == ["mnist.npz"]
    printed = capsys.readouterr().out
    assert f"Downloading data from {mnist.URL}" in printed
    assert "━" * 30 in printed
    mnist.load_data()
    assert server.requests == 1
    assert capsys.readouterr().out == ""


def test_the_progress_line_is_redrawn_in_a_terminal(server, cache, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr(file_utils.time, "monotonic", iter(range(100)).__next__)
    monkeypatch.setattr(file_utils, "BLOCK", 1000)
    mnist.load_data()
    lines = capsys.readouterr().out.split("\n")[1].split("\r")
    assert len(lines) > 3
    assert lines[1].startswith("━")
    assert "─" in lines[1]
    assert "─" not in lines[-1]


def test_a_server_that_does_not_say_how_much_it_sends(server, cache):
    server.announced = None
    mnist.load_data()
    assert files_in(cache) == ["mnist.npz"]


def test_another_file_name_in_the_cache(server, cache):
    mnist.load_data("digits_28.npz")
    assert files_in(cache) == ["digits_28.npz"]


def test_replaces_a_changed_file_of_the_cache(server, cache):
    cache.mkdir(parents=True)
    (cache / "mnist.npz").write_bytes(b"changed")
    mnist.load_data()
    assert (cache / "mnist.npz").read_bytes() == server.send


@pytest.mark.parametrize("before", [None, b"an earlier download"])
def test_refuses_a_wrong_hash_and_keeps_what_was_there(server, cache, before):
    if before:
        cache.mkdir(parents=True)
        (cache / "mnist.npz").write_bytes(before)
    server.send = server.send[:-1] + b"?"
    with pytest.raises(ValueError, match=f"SHA-256 is [0-9a-f]{{64}}, expected {mnist.SHA256}"):
        mnist.load_data()
    assert files_in(cache) == (["mnist.npz"] if before else [])
    assert not before or (cache / "mnist.npz").read_bytes() == before


def test_leaves_nothing_when_the_connection_is_cut_halfway(server, cache):
    server.send = server.send[: server.announced // 2]
    with pytest.raises(ConnectionError, match=r"connection ended after \d+ of \d+ bytes"):
        mnist.load_data()
    assert files_in(cache) == []


def test_leaves_nothing_when_it_is_interrupted(server, cache, monkeypatch):
    def interrupt(progress, done):
        assert len(files_in(cache)) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(file_utils._Progress, "update", interrupt)
    with pytest.raises(KeyboardInterrupt):
        mnist.load_data()
    assert files_in(cache) == []


def test_names_the_url_and_the_place_when_the_server_refuses(server, cache):
    server.send = None
    with pytest.raises(ConnectionError, match="503") as raised:
        mnist.load_data()
    assert mnist.URL in str(raised.value)
    assert str(cache / "mnist.npz") in str(raised.value)


@pytest.fixture
def offline(server, monkeypatch):
    """A URL at which nobody listens: the port of a server that has ended."""
    other = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    other.server_close()
    monkeypatch.setattr(mnist, "URL", f"http://127.0.0.1:{other.server_port}/mnist.npz")


def test_offline_says_which_file_to_put_where(offline, cache):
    with pytest.raises(ConnectionError, match="Could not download mnist.npz") as raised:
        mnist.load_data()
    for part in (mnist.URL, mnist.SHA256, str(cache / "mnist.npz")):
        assert part in str(raised.value)
    assert files_in(cache) == []


def test_offline_keeps_another_file_of_the_cache_and_says_how_to_use_it(offline, cache):
    cache.mkdir(parents=True)
    small_mnist(cache / "mnist.npz", y_test=np.zeros(4, np.uint8))
    with pytest.raises(ConnectionError, match=r"has another SHA-256.*load_data\(path="):
        mnist.load_data()
    assert files_in(cache) == ["mnist.npz"]
    assert mnist.load_data(cache / "mnist.npz")[1][1].tolist() == [0, 0, 0, 0]


def test_the_default_cache_is_the_home_folder(server, tmp_path, monkeypatch):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    mnist.load_data()
    assert files_in(tmp_path / "home" / ".keras" / "datasets") == ["mnist.npz"]


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*absent\.npz.*load_data\(\)"):
        mnist.load_data(tmp_path / "absent.npz")


@pytest.mark.parametrize(
    "changes", [{"x_test": np.zeros((4, 8, 8), np.uint8)}, {"y_train": np.zeros(6)}]
)
def test_a_path_to_something_else(tmp_path, changes):
    small_mnist(tmp_path / "other.npz", **changes)
    with pytest.raises(ValueError, match=rf"is not MNIST: expected {next(iter(changes))} to be"):
        mnist.load_data(tmp_path / "other.npz")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("../x", "http://127.0.0.1/x"),
        ("..", "http://127.0.0.1/x"),
        ("/x", "http://127.0.0.1/x"),
        ("x", "file:///x"),
    ],
)
def test_get_file_refuses_folders_and_other_schemes(name, url, tmp_path):
    with pytest.raises(ValueError, match="Expected"):
        file_utils.get_file(name, url, "0" * 64, cache_dir=tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_full_set(shared_data):
    (x_train, y_train), (x_test, y_test) = mnist.load_data(shared_data / "mnist.npz")
    assert (x_train.shape, x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
    # The counts by class that every description of MNIST gives for its first and last digit.
    assert np.bincount(y_train)[[0, 9]].tolist() == [5923, 5949]
    assert np.bincount(y_test)[[0, 9]].tolist() == [980, 1009]
