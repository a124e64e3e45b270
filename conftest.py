"""Hooks for all tests and for the examples of the documentation."""

import gc
import os
import signal
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.documentation import examples

# No limit of time, since the machine may be busy; on CI, hypothesis's own profile is the parent.
settings.register_profile(
    "bingx-spot", deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("bingx-spot")
# That of `make check`.
settings.register_profile("thorough", settings.get_profile("bingx-spot"), max_examples=150)

# A shell starts a job in the background with Ctrl-C ignored, and all that the job starts would ignore it too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Every example of the documentation is a test.
pytest_collect_file = examples.pytest()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Use three processes for each processor: most of their time the tests wait for sockets and deadlines."""
    return 3 * (os.cpu_count() or 1)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Return an id that can be read and selected, for what pytest escapes or only counts.

    It escapes an id once more in each of its sessions within one process, and then does not find a test by
    its first id, by which `make mutation` selects it.
    """
    if isinstance(val, str) and val.isascii() and val.isprintable() and "\\" not in val:
        return None
    text = ascii(val) if isinstance(val, str | bytes | dict | list | tuple) else ""
    if not text or " at 0x" in text:  # an address, which is another one in each process
        return None
    return text[:40].replace("\\", "/")


def pytest_collection() -> None:
    """Collect the tests without the garbage collector: nothing of them is garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over the collected tests, which stay until the end."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure on CI, which has every tool."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report
