"""Uses that a type checker must refuse, in each marked line. Never run."""

from bingx_spot import AsyncBingxSpot, BingxSpot, Credentials, Order, OrderNotOpen, canonical_string, sign


def made(credentials: Credentials) -> None:
    BingxSpot()  # refused
    BingxSpot("key", "secret")  # refused
    BingxSpot(credentials, timeout="5")  # refused
    BingxSpot(credentials, time_out=5)  # refused
    BingxSpot(credentials, placement="body")  # refused
    BingxSpot.from_env(environment=1)  # refused
    Credentials("key")  # refused
    Credentials(b"key", b"secret")  # refused


def called(bingx: BingxSpot) -> None:
    bingx.cancel_order()  # refused
    bingx.cancel_order("BTC-USDT", 1)  # refused
    bingx.cancel_order("BTC-USDT", order_id=1.7e18)  # refused
    bingx.cancel_order("BTC-USDT", order_id=1, client_order_id="mine")  # refused
    bingx.cancel_order("BTC-USDT", order_id=1, cancel_restrictions="FILLED")  # refused
    bingx.cancel_order("BTC-USDT")  # refused
    bingx.query_order("BTC-USDT")  # refused
    bingx.cancel_orders([("BTC-USDT", 1.7e18)])  # refused
    bingx.cancel_orders(["1735964079647111280"])  # refused
    bingx.cancel_order("BTC-USDT", orderId=1)  # refused
    bingx.cancel_order("BTC-USDT", order_id=1, timestamp=1)  # refused
    bingx.cancel_order(b"BTC-USDT", order_id=1)  # refused
    bingx.query_order("BTC-USDT", order_id=1, cancel_restrictions="NEW")  # refused
    bingx.with_options(recv_window=5000)  # refused
    bingx.trade.open_orders("BTC-USDT")  # refused
    bingx.trade.query_order(order_id=1)  # refused
    bingx.trade.cancel_orders(symbol="BTC-USDT", order_ids=["1"])  # refused
    bingx.trade.cancel_all_after(type_="STOP", time_out=10)  # refused
    bingx.trade.history_orders(status="NEW")  # refused
    bingx.trade.place_order(symbol="BTC-USDT")  # refused


async def awaited(bingx: AsyncBingxSpot) -> None:
    forgotten: Order = bingx.cancel_order("BTC-USDT", order_id=1)  # refused
    print(forgotten)
    with bingx:  # refused
        pass


def looked_at(order: Order, error: OrderNotOpen) -> None:
    order.status = "NEW"  # refused
    print(order.orderId)  # refused
    print(order.executed_qty + 1)  # refused
    print(error.order.status)  # refused


def signed() -> None:
    sign(canonical_string({"symbol": "BTC-USDT"}), b"secret")  # refused
    canonical_string("symbol=BTC-USDT")  # refused
