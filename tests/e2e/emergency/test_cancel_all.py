"""`cancel_all` of both clients and of the command line, on real sockets."""

import asyncio
import json
from typing import Any

import pytest

from bingx_spot import AsyncBingxSpot, BingxSpot, CancelAllResult, StillOpen
from tests.support.command_line import invoke
from tests.support.sandboxes import keys, options

CANCEL_OPEN = "/openApi/spot/v1/trade/cancelOpenOrders"
OFFLINE = {"fault": "error", "code": 100490, "msg": "pair offline"}
pytestmark = pytest.mark.usefixtures("_nothing_lags")


def blocking(sandbox, *arguments: Any, **more: Any) -> CancelAllResult:
    with BingxSpot(keys(sandbox), **options(sandbox)) as bingx:
        return bingx.cancel_all(*arguments, **more)


def awaiting(sandbox, *arguments: Any, **more: Any) -> CancelAllResult:
    async def cancel() -> CancelAllResult:
        async with AsyncBingxSpot(keys(sandbox), **options(sandbox)) as bingx:
            return await bingx.cancel_all(*arguments, **more)

    return asyncio.run(cancel())


@pytest.fixture(autouse=True)
def three(sandbox) -> list[int]:
    placed = [
        sandbox.place_order("BTC-USDT"),
        sandbox.place_order("BTC-USDT"),
        sandbox.place_order("ETH-USDT"),
    ]
    return [order["orderId"] for order in placed]


def states(sandbox) -> list[str]:
    return [order["status"] for order in sandbox.orders()]


@pytest.mark.parametrize("cancel_all", [blocking, awaiting], ids=["sync", "async"])
class TestClients:
    def test_all_pairs(self, sandbox, three, cancel_all):
        result = cancel_all(sandbox)
        assert result.nothing_open
        assert [each.item.order_id for each in result.results] == three
        assert all(each.cancelled for each in result.results)
        assert states(sandbox) == ["CANCELED"] * 3

    def test_one_pair(self, sandbox, cancel_all):
        assert cancel_all(sandbox, "BTC-USDT").check().symbol == "BTC-USDT"
        assert states(sandbox) == ["CANCELED", "CANCELED", "NEW"]

    @pytest.mark.parametrize("fault", ["reset-after-executing", "reset-before-reading"])
    def test_a_lost_answer(self, sandbox, cancel_all, fault):
        sandbox.faults([{"fault": fault, "operation": CANCEL_OPEN}])
        # It may act for as long as `recvWindow`, which is too long for this test.
        result = cancel_all(sandbox, timeout=2.0)
        assert {str(each.outcome) for each in result.results} == {"cancelled"}
        assert states(sandbox) == ["CANCELED"] * 3

    def test_what_cannot_be_cancelled_is_named(self, sandbox, three, cancel_all):
        sandbox.faults([{**OFFLINE, "operation": name} for name in (CANCEL_OPEN, "cancel")])
        result = cancel_all(sandbox)
        assert str(result.outcome) == "open"
        assert [order.order_id for order in result.still_open] == three
        with pytest.raises(StillOpen):
            result.check()


class TestCommand:
    def test_it_says_for_how_many_pairs_it_acts_and_asks(self, sandbox):
        asked = invoke("cancel-all", sandbox=sandbox, text="n\n")
        where = f"host {sandbox.url}"
        assert f"3 orders of 2 pairs are open ({where}). Cancel those of all pairs? [y/N]" in asked.stderr
        assert (asked.exit_code, states(sandbox)) == (1, ["NEW"] * 3)
        done = invoke("cancel-all", sandbox=sandbox, text="y\n")
        assert (done.exit_code, states(sandbox)) == (0, ["CANCELED"] * 3)
        assert done.stdout.startswith("Nothing is open")

    def test_it_does_not_act_where_nobody_answers(self, sandbox):
        done = invoke("cancel-all", sandbox=sandbox, text="")
        assert (done.exit_code, states(sandbox)) == (2, ["NEW"] * 3)
        assert "[y/N]: \nUsage" in done.stderr
        assert "use --yes where nobody can answer" in done.stderr

    def test_a_pair_is_acted_for_at_once(self, sandbox):
        done = invoke("cancel-all", "ETH-USDT", sandbox=sandbox)
        assert (done.exit_code, states(sandbox)) == (0, ["NEW", "NEW", "CANCELED"])

    def test_json_has_every_order(self, sandbox, three):
        done = invoke("cancel-all", "--yes", "--json", sandbox=sandbox)
        members = json.loads(done.stdout)
        assert (members["outcome"], members["host"]) == ("nothing_open", sandbox.url)
        assert [(each["orderId"], each["outcome"], each["status"]) for each in members["orders"]] == [
            (order_id, "cancelled", "CANCELED") for order_id in three
        ]

    def test_what_is_still_open_exits_15(self, sandbox, three):
        sandbox.faults([{**OFFLINE, "operation": name} for name in (CANCEL_OPEN, "cancel")])
        done = invoke("cancel-all", "--yes", sandbox=sandbox)
        assert done.exit_code == 15
        assert "Orders are still open" in done.stdout
        assert f"BTC-USDT {three[0]}" in done.stdout

    def test_too_little_time_exits_3(self, sandbox):
        sandbox.faults([{"fault": "html", "operation": "/openApi/spot/v1/trade/openOrders"}])
        done = invoke("cancel-all", "--yes", "--timeout", "1", sandbox=sandbox)
        assert "Run it again with --timeout 60" in done.stdout
        done = invoke("cancel-all", "--yes", "--timeout", "1", "--json", sandbox=sandbox)
        assert (done.exit_code, json.loads(done.stdout)["outcome"]) == (3, "unknown")
        assert states(sandbox) == ["CANCELED"] * 3

    def test_a_refusal_exits_1(self, sandbox):
        done = invoke("cancel-all", "--yes", sandbox=sandbox, BINGX_API_SECRET="wrong")
        assert (done.exit_code, states(sandbox)) == (1, ["NEW"] * 3)
        assert done.stderr.splitlines()[-1].startswith("AuthenticationError")

    @pytest.mark.parametrize(
        "arguments", [("btc",), ("--yes", "--timeout", "0"), ("--yes", "--env", "nowhere")]
    )
    def test_wrong_usage_exits_2(self, sandbox, arguments):
        done = invoke("cancel-all", *arguments, sandbox=sandbox)
        assert (done.exit_code, done.stderr.count("Cancelling")) == (2, 0)
