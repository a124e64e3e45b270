"""A fleet whose store fails in every way: the limit is kept, and nobody waits for long."""

import pytest

from tests.e2e.shared_limits import drill
from tests.e2e.shared_limits.drill import ROWS, Counted, Row
from tests.e2e.shared_limits.redis_server import BINARY, valkey_server_binary

#: The longest that the documentation names, and what a machine under load may add, in seconds.
LONGEST_GAP = 2.3 + 3.0

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["redis", "valkey"])
def counted(request: pytest.FixtureRequest) -> dict[Row, Counted]:
    """Run all rows against a server, a few at a time: they mostly wait."""
    binary = BINARY if request.param == "redis" else valkey_server_binary()
    if binary is None:
        pytest.skip(f"{request.param}-server is not installed")
    return dict(zip(ROWS, drill.count_all(ROWS, binary), strict=True))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what.replace(" ", "-"))
def test_the_limit_is_kept_and_no_cancel_fails(counted: dict[Row, Counted], row: Row) -> None:
    result = counted[row]
    assert result.most <= 5
    assert result.gap < LONGEST_GAP
    assert result.refused == 0
