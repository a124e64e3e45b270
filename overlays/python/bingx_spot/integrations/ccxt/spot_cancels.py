"""Spot cancels of ccxt: which requests they are, what client sends them, and what ccxt gets as response."""

import ssl
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from bingx_spot.bulk.items import CancelRequest
from bingx_spot.bulk.result import CancelResult
from bingx_spot.config import Options
from bingx_spot.credentials import Credentials
from bingx_spot.emergency.result import CancelAllResult
from bingx_spot.environments import Environment
from bingx_spot.exceptions import BingxError, InvalidInput
from bingx_spot.integrations.ccxt.errors import as_ccxt, raise_first
from bingx_spot.models import Order

#: Paths of ccxt's implicit methods, below `spot/v1`.
CANCEL = "trade/cancel"
CANCEL_ORDERS = "trade/cancelOrders"
CANCEL_OPEN_ORDERS = "trade/cancelOpenOrders"

_ARGUMENTS = {
    "symbol": "symbol",
    "orderId": "order_id",
    "clientOrderID": "client_order_id",
    "cancelRestrictions": "cancel_restrictions",
    "recvWindow": "recv_window",
}
_LISTS = {"orderIds": "order_id", "clientOrderIDs": "client_order_id"}


class ClientSettings(NamedTuple):
    """What a client is built of; another one is built when they change."""

    api_key: str
    api_secret: str
    environment: str  # live, vst or a base URL
    timeout: float  # of a whole cancel, in seconds
    proxy: str | None
    cafile: str | None

    def __repr__(self) -> str:
        return f"ClientSettings(environment={self.environment!r})"

    @classmethod
    def of(cls, exchange: Any) -> "ClientSettings":
        """Return the settings of a ccxt exchange.

        Raises:
            InvalidInput: A setting would be ignored otherwise; it names the setting.
        """
        exchange.check_required_credentials()
        if "spot" not in exchange.urls["api"]:
            raise InvalidInput("set_sandbox_mode", "has no spot host in this ccxt", "a newer ccxt, or live")
        base_url = exchange.implode_hostname(exchange.urls["api"]["spot"]).removesuffix("/openApi")
        if exchange.check_proxy_url_settings(base_url, "POST", None, None) is not None:
            raise InvalidInput("proxyUrl", "sends key and signature to another host", "httpsProxy")
        http_proxy, https_proxy, socks_proxy = exchange.check_proxy_settings(base_url, "POST", None, None)
        if socks_proxy is not None or http_proxy is not None:
            raise InvalidInput("socksProxy or httpProxy", "is set", "httpsProxy")
        if not exchange.verify or not getattr(exchange, "validateServerSsl", True):
            raise InvalidInput("verify", "is off", "True; name an authority of your own as `cafile`")
        known = {Environment.parse(name).base_url: name for name in ("live", "vst")}
        return cls(
            exchange.apiKey,
            exchange.secret,
            known.get(base_url, base_url),
            exchange.timeout / 1000,
            https_proxy,
            getattr(exchange, "cafile", None),
        )

    def arguments(self) -> tuple[Credentials, Options]:
        """Return the arguments of a client of this package."""
        options = Options(environment=self.environment, timeout=self.timeout, proxy=self.proxy)
        if self.cafile is not None:
            options["tls"] = ssl.create_default_context(cafile=self.cafile)
        return Credentials(self.api_key, self.api_secret), options


def is_spot_cancel(path: str, api: object, method: str) -> bool:
    """Return whether a request of ccxt, to a path below a section, cancels spot orders."""
    section = list(api) if isinstance(api, list | tuple) else [api]
    paths = (CANCEL, CANCEL_ORDERS, CANCEL_OPEN_ORDERS)
    return section[:2] == ["spot", "v1"] and method == "POST" and path in paths


def cancel_arguments(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `cancel_order` for the parameters of a request, named as on the wire.

    Raises:
        InvalidInput: There is a parameter that a cancel does not take.
    """
    _check_names(params, _ARGUMENTS)
    return {_ARGUMENTS[name]: value for name, value in params.items()}


def cancel_requests(params: Mapping[str, Any]) -> list[CancelRequest]:
    """Return the orders that a request for several orders names, ids joined with commas.

    Raises:
        InvalidInput: There is a parameter that cannot be kept, or an id is not allowed.
    """
    _check_names(params, ("symbol", *_LISTS))
    return [
        CancelRequest(**{"symbol": params["symbol"], argument: value})
        for name, argument in _LISTS.items()
        if name in params
        for value in str(params[name]).split(",")
    ]


def pair_to_cancel(params: Mapping[str, Any]) -> str | None:
    """Return the pair whose open orders a request cancels, or None for all pairs.

    Raises:
        InvalidInput: There is a parameter that cannot be kept.
    """
    _check_names(params, ("symbol",))
    return params.get("symbol")


def _check_names(params: Mapping[str, Any], allowed: Iterable[str]) -> None:
    for name in params.keys() - set(allowed):
        raise InvalidInput(name, "is not a parameter of this cancel", ", ".join(allowed))


def order_response(order: Order) -> dict[str, Any]:
    """Return the response of the exchange that stated an order, as ccxt would have parsed it."""
    return dict(order.response.json())


def orders_response(results: Iterable[CancelResult]) -> dict[str, Any]:
    """Return a response for several orders in the form of the exchange's own.

    Raises:
        BingxError: An order was not cancelled; `results` has the result of each.
    """
    results = sorted(results, key=lambda result: result.position)
    raise_first(results)
    return {"code": 0, "data": {"orders": [dict(result.order.raw) for result in results if result.order]}}


def all_orders_response(result: CancelAllResult) -> dict[str, Any]:
    """Return a response for all open orders in the form of the exchange's own.

    Raises:
        BingxError: Orders are open, or may be; `result` has the ending of each.
    """
    try:
        result.check()
    except BingxError as error:
        raised = as_ccxt(error)
        raised.result = result  # type: ignore[attr-defined]
        raise raised from None
    cancelled = [dict(each.order.raw) for each in result.results if each.cancelled and each.order]
    return {"code": 0, "data": {"orders": cancelled}}
