"""Spot cancels of ccxt: which requests they are, what client sends them, and what ccxt gets as response."""

import ssl
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from bingx_spot.async_client import AsyncBingxSpot
from bingx_spot.bulk.items import CancelRequest
from bingx_spot.bulk.result import CancelResult
from bingx_spot.client import BingxSpot
from bingx_spot.credentials import Credentials
from bingx_spot.emergency.result import CancelAllResult
from bingx_spot.environments import Environment
from bingx_spot.exceptions import BingxError, InvalidInput
from bingx_spot.integrations.ccxt.errors import as_ccxt, raise_first
from bingx_spot.models import Order
from bingx_spot.validation import WIRE_NAMES

_ARGUMENTS = {wire: name for name, wire in WIRE_NAMES.items()}
_LISTS = {"orderIds": "order_id", "clientOrderIDs": "client_order_id"}


class ClientSettings(NamedTuple):
    """Settings of a client; another one is built when they change."""

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


class SpotCancel(NamedTuple):
    """How one request of ccxt that cancels spot orders becomes a call of a client."""

    method: str
    arguments: Callable[[Mapping[str, Any]], dict[str, Any]]  # of the request's parameters
    response: Callable[[Any], dict[str, Any]]  # of the call's result, in the form of the exchange's own


class SpotExchange:
    """Base class of both exchanges, which sends spot cancels through a client of this package."""

    _client_class: ClassVar[type[BingxSpot | AsyncBingxSpot]]
    _spot: tuple[ClientSettings, Any] | None = None

    def request(
        self,
        path: str,
        api: Any = "public",
        method: str = "GET",
        params: Any = None,
        *more: Any,
        **named: Any,
    ) -> Any:
        """Send a request: a spot cancel through this package, anything else as ccxt does."""
        params = {} if params is None else params
        section = list(api) if isinstance(api, list | tuple) else [api]
        if section[:2] == ["spot", "v1"] and method == "POST" and path in _CANCELS:
            return self._cancel(_CANCELS[path], params)
        return super().request(path, api, method, params, *more, **named)  # type: ignore[misc]

    @abstractmethod
    def _cancel(self, cancel: SpotCancel, params: Mapping[str, Any]) -> Any:
        """Make a spot cancel, blocking or awaiting, and return the response as the exchange's own."""

    def _call(self, cancel: SpotCancel, params: Mapping[str, Any]) -> Any:
        """Call the client, which is created anew where the settings have changed."""
        settings = ClientSettings.of(self)
        if self._spot is None or self._spot[0] != settings:
            tls = None if settings.cafile is None else ssl.create_default_context(cafile=settings.cafile)
            # The old client is not closed: another thread or task may be in a call of it.
            client = self._client_class(
                Credentials(settings.api_key, settings.api_secret),
                environment=settings.environment,
                timeout=settings.timeout,
                proxy=settings.proxy,
                tls=tls,
            )
            self._spot = settings, client
        return getattr(self._spot[1], cancel.method)(**cancel.arguments(params))


def _check_names(params: Mapping[str, Any], allowed: Iterable[str]) -> None:
    for name in params.keys() - set(allowed):
        raise InvalidInput(name, "is not a parameter of this cancel", ", ".join(allowed))


def _one(params: Mapping[str, Any]) -> dict[str, Any]:
    _check_names(params, _ARGUMENTS)
    return {_ARGUMENTS[name]: value for name, value in params.items()}


def _several(params: Mapping[str, Any]) -> dict[str, Any]:
    _check_names(params, ("symbol", *_LISTS))
    orders = [
        CancelRequest(**{"symbol": params["symbol"], argument: value})
        for name, argument in _LISTS.items()
        if name in params
        for value in str(params[name]).split(",")
    ]
    return {"orders": orders}


def _all(params: Mapping[str, Any]) -> dict[str, Any]:
    _check_names(params, ("symbol",))
    return dict(params)


def _order_response(order: Order) -> dict[str, Any]:
    return dict(order.response.json())


def _orders_response(results: Iterable[CancelResult]) -> dict[str, Any]:
    results = sorted(results, key=lambda result: result.position)
    raise_first(results)
    return {"code": 0, "data": {"orders": [dict(result.order.raw) for result in results if result.order]}}


def _all_orders_response(result: CancelAllResult) -> dict[str, Any]:
    try:
        result.check()
    except BingxError as error:
        raised = as_ccxt(error)
        raised.result = result  # type: ignore[attr-defined]
        raise raised from None
    cancelled = [dict(each.order.raw) for each in result.results if each.cancelled and each.order]
    return {"code": 0, "data": {"orders": cancelled}}


# By the path of ccxt's implicit method, below `spot/v1`.
_CANCELS = {
    "trade/cancel": SpotCancel("cancel_order", _one, _order_response),
    "trade/cancelOrders": SpotCancel("cancel_orders", _several, _orders_response),
    "trade/cancelOpenOrders": SpotCancel("cancel_all", _all, _all_orders_response),
}
