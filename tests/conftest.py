"""Settings of every test: Hypothesis' profiles, a quiet TensorFlow on the CPU, the data folder."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Read by TensorFlow and Keras when they are first imported, so they are set before any test is.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# Without it, TensorFlow lacks grouped convolutions and refuses less; on some processors it is off.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

# No deadline: the first example of a test compiles, imports or allocates, and a busy machine is not
# a failure. HYPOTHESIS_PROFILE=intense python -m pytest tests/ops looks much further.
settings.register_profile("dev", max_examples=20, deadline=None)
settings.register_profile("ci", max_examples=20, deadline=None, derandomize=True, database=None)
settings.register_profile(
    "intense",
    max_examples=1500,  # a fifth of them for each op and property
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
DEEP = settings.default.max_examples > 50  # the tests that look further then

CHECKOUT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser):
    parser.addoption(
        "--under-function",
        action="store_true",
        help="run what tests call of the keras wing as a function too: see tests/under_function.py",
    )


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "in_python: what its calls do in Python is another thing each time"
    )
    if config.getoption("-m") != "gpu":  # those tests use the card, the others do without
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    if config.getoption("--under-function"):
        from tests.under_function import UnderFunction

        config.pluginmanager.register(UnderFunction(), "under-function")


def pytest_sessionstart():
    gc.disable()


def pytest_collection_finish():
    """Takes TensorFlow's modules and the 19,000 tests out of the garbage collector's sight.

    It walks through all of them again and again otherwise, and everything takes twice as long.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


_SETTINGS = "_hypothesis_internal_use_settings"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    """Gives a test function its settings back after each run.

    Hypothesis' plugin wraps the settings of a parametrized function once more at every run, and
    looks them up through all wrappers: after a thousand runs that is a RecursionError.
    """
    function = getattr(item, "obj", None)
    before = getattr(function, _SETTINGS, None)
    try:
        return (yield)
    finally:
        if before is not None:
            setattr(function, _SETTINGS, before)


@pytest.fixture(scope="session")
def shared_data():
    """The folder of full-size data: $MINITAPE_DATA, or ../shared/data beside the checkout."""
    folder = Path(os.environ.get("MINITAPE_DATA", CHECKOUT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no full-size data: there is no folder {folder} (set MINITAPE_DATA to yours)")
    return folder
