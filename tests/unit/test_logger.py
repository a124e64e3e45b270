"""The logger of the package, and handlers of a program that raise."""

import logging
from collections.abc import Iterator

import pytest

from bingx_spot.logger import log
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, blocking
from tests.support.scripted_server import scripted_server


class Broken(logging.Handler):
    """A handler that sends messages over a network that is down."""

    def emit(self, record: logging.LogRecord) -> None:
        raise ConnectionError(f"cannot send: {record.getMessage()}")


@pytest.fixture
def _broken() -> Iterator[None]:
    logger, handler = logging.getLogger("bingx_spot"), Broken()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.mark.usefixtures("_broken")
def test_a_handler_that_raises_ends_no_call(capsys: pytest.CaptureFixture[str]) -> None:
    with scripted_server(SUCCESS) as server, blocking(server.url) as bingx:
        assert bingx.cancel_order(SYMBOL, order_id=ORDER_ID).status == "CANCELED"
    assert "ConnectionError: cannot send: cancelOrder: success" in capsys.readouterr().err


@pytest.mark.usefixtures("_broken")
def test_its_error_is_printed_where_python_prints_those_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    log.warning("anything")
    assert capsys.readouterr().err == ""


def test_a_record_names_who_has_logged_it(caplog: pytest.LogCaptureFixture) -> None:
    log.warning("the price is %d", 5)
    [record] = caplog.records
    assert (record.name, record.message) == ("bingx_spot", "the price is 5")
    assert record.funcName == "test_a_record_names_who_has_logged_it"
