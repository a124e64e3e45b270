"""The options of a client, checked; the same as text: in environment variables, on the command line."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

from bingx_spot.core.clock import Clock
from bingx_spot.environments import PLACEMENTS, Environment, Placement
from bingx_spot.exceptions import InvalidInput, shown
from bingx_spot.limits.rates import RateOption, check_rate
from bingx_spot.redaction import leaving_no_frame
from bingx_spot.shared_limits.options import LimitsOption, check_limits

if TYPE_CHECKING:
    import ssl

    import httpx

DEFAULT_TIMEOUT = 10.0
# An hour: 10000 is 10 seconds in the milliseconds of other clients.
MAXIMUM_TIMEOUT = 3_600
_HEADER_VALUE = re.compile(r"[!-~]([ -~]*[!-~])?")


class Options(TypedDict, total=False):
    """The keyword arguments of a client; `Config` says what each is."""

    environment: Literal["live", "vst", "sandbox"] | str | Environment  # noqa: PYI051 - editors complete it
    timeout: float
    placement: Placement | Literal["auto"]
    fallback: bool
    source_key: str | None
    proxy: str | None
    tls: "ssl.SSLContext | None"
    insecure_tls: bool
    transport: "httpx.BaseTransport | httpx.AsyncBaseTransport | None"
    clock: Clock
    limits: LimitsOption
    rate: RateOption


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The options of a client.

    Attributes:
        environment: `live`, `vst`, `sandbox`, a base URL, or an `Environment` with a fallback of its own.
        timeout: How long a call may take, in seconds, waiting for a permit included; at most an hour.
        placement: Where parameters go: `json`, `query` or `form`; `auto` for the contract's placement, with
            the query string as a fallback where the server does not see them there.
        fallback: Whether the environment's fallback host is used when the network fails.
        source_key: The value of the header `X-SOURCE-KEY`, or None for no such header.
        proxy: URL of an HTTP proxy, or None. Only beside https, through a tunnel: a proxy of plain http would
            see the API key.
        tls: An `ssl.SSLContext`, or None for the public certificate authorities.
        insecure_tls: Whether `tls` may be a context that does not verify the server's certificate or name.
            Whoever answers then gets the API key.
        transport: An httpx transport of the caller's own, or None. It opens a connection for each request.
        clock: The source of `timestamp`.
        limits: The rate limiter: None for the documented limits, which all clients of the process with the
            same API key share; a redis-py client or URL, or the path of a file, through which processes share
            them too; `off` for none; or an object of the caller's own (`limits.rate_limiter.RateLimiter`).
        rate: How fast to cancel: None for the documented rate, `copy-trading` for the one of accounts that
            lead copy trading (1 a second), or a number of requests a second for each cancel operation, at
            most the documented one. Of several clients with one API key, the slowest rate applies to all.

    Raises:
        InvalidInput: An option is not allowed; it names the option.
    """

    environment: str | Environment = "live"
    timeout: float = DEFAULT_TIMEOUT
    placement: Placement | Literal["auto"] = "auto"
    fallback: bool = True
    source_key: str | None = None
    proxy: str | None = field(default=None, repr=False)  # may hold a password
    tls: "ssl.SSLContext | None" = None
    insecure_tls: bool = False
    transport: "httpx.BaseTransport | httpx.AsyncBaseTransport | None" = None
    clock: Clock = field(default_factory=Clock)
    limits: LimitsOption = field(default=None, repr=False)  # a URL may hold a password
    rate: RateOption = None

    def __post_init__(self) -> None:
        environment = Environment.parse(self.environment)
        check_timeout(self.timeout)
        if self.placement not in ("auto", *PLACEMENTS):
            raise InvalidInput("placement", f"is {shown(self.placement)}", f"auto, {', '.join(PLACEMENTS)}")
        _check_type("source_key", isinstance(self.source_key, str | None), "text")
        if self.source_key is not None and not _HEADER_VALUE.fullmatch(self.source_key):
            allowed = "printable ASCII characters, without white space around them"
            raise InvalidInput("source_key", "cannot stand in an HTTP header", allowed)
        _check_type("fallback", isinstance(self.fallback, bool), "true or false")
        if self.transport is not None and (self.proxy is not None or self.tls is not None):
            beside = "proxy" if self.proxy is not None else "tls"
            raise InvalidInput(beside, "is given beside a transport", "an option of the transport itself")
        _check_type("proxy", isinstance(self.proxy, str | None), "a URL")
        if self.proxy is not None and environment.has_plain_http:
            reason = "would see the API key and the signature in clear"
            raise InvalidInput("proxy", reason, "a proxy beside https base URLs alone")
        _check_type("insecure_tls", isinstance(self.insecure_tls, bool), "true or false")
        if self.tls is not None:
            import ssl

            _check_type("tls", isinstance(self.tls, ssl.SSLContext), "an ssl.SSLContext")
            verifies = self.tls.verify_mode != ssl.CERT_NONE and self.tls.check_hostname
            if not verifies and not self.insecure_tls:
                reason = "does not verify the server's certificate and its name"
                raise InvalidInput("tls", reason, "a context that does, or insecure_tls=True beside it")
        _check_type("clock", hasattr(self.clock, "timestamp"), "an object with timestamp()")
        check_limits(self.limits)
        check_rate(self.rate)


def check_timeout(timeout: float) -> None:
    """Raise `InvalidInput` unless a timeout is a number of seconds that a call may take."""
    number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    # NaN compares false with everything.
    if not (number and 0 < timeout <= MAXIMUM_TIMEOUT):
        raise InvalidInput("timeout", f"is {shown(timeout)}", f"seconds above 0, at most {MAXIMUM_TIMEOUT}")


def _check_type(name: str, fits: bool, allowed: str) -> None:
    # The value is not in the error: a proxy URL may hold a password.
    if not fits:
        raise InvalidInput(name, "is of another type", allowed)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, which is a keyword argument of a client and an environment variable."""

    option: str
    variable: str
    parse: Callable[[str], Any]  # to the argument, which the client checks

    def value(self, text: str, name: str) -> Any:
        """Return the argument for a text; `InvalidInput` has the name by which the user gave it."""
        try:
            value = self.parse(text)
            Config(**cast("Options", {self.option: value}))
        except InvalidInput as error:
            raise InvalidInput(name, error.reason, error.allowed) from None
        return value


def _number(text: str) -> float | str:
    """Return a number, or a text that is refused later, or has a meaning of its own."""
    return float(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else text


def _authorities(path: str) -> "ssl.SSLContext":
    from bingx_spot.transport.tls_and_proxy import authorities_of

    return authorities_of(path)


#: What the environment and the command line can set, by the name of its option: `--ca-file` for `tls`.
SETTINGS = {
    "env": Setting("environment", "BINGX_ENV", str),
    "timeout": Setting("timeout", "BINGX_TIMEOUT", _number),
    "placement": Setting("placement", "BINGX_PLACEMENT", str),
    "proxy": Setting("proxy", "BINGX_PROXY", str),
    "ca-file": Setting("tls", "BINGX_CA_FILE", _authorities),
    "rate": Setting("rate", "BINGX_RATE", _number),
    "limits": Setting("limits", "BINGX_LIMITS", str),
}


# The URLs of `proxy` and `limits` may hold a password.
@leaving_no_frame
def with_environment(options: Options) -> Options:
    """Return the options, with those that variables give where they are not set; `InvalidInput` names one."""
    merged: dict[str, Any] = {**options}
    for setting in SETTINGS.values():
        text = os.environ.get(setting.variable)
        if text and setting.option not in options and _applies(setting.option, merged):
            merged[setting.option] = setting.value(text, setting.variable)
    return cast("Options", merged)


def _applies(option: str, options: dict[str, Any]) -> bool:
    """Return whether a variable may set this option beside others, of which the environment is the first."""
    # A transport of the caller's own opens its connections itself.
    if option in ("proxy", "tls") and options.get("transport") is not None:
        return False
    # Plain http stays on this machine, and no proxy is allowed beside it.
    return option != "proxy" or not Environment.parse(options.get("environment", "live")).has_plain_http
