"""A plugin for pytest: a part of the tests, so that several processes share them, and no skips.

PART=2/8 python -m pytest -p tests.arrays.cuda.part   # every eighth test, from the second
"""

import os


def pytest_collection_modifyitems(items):
    part, parts = map(int, os.environ["PART"].split("/"))
    items[:] = items[part - 1 :: parts]


def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter.stats.get("skipped"):
        session.exitstatus = 1
