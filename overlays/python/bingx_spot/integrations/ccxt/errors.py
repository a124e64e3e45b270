"""Errors that are ccxt's and this package's at once.

So `except ccxt.OrderNotFound as error: error.order` works.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import ccxt

from bingx_spot import exceptions
from bingx_spot.bulk.result import CancelResult
from bingx_spot.models import Order


class InvalidInput(exceptions.InvalidInput, ccxt.BadRequest):
    """An argument or an option is not allowed; nothing was sent."""


class CredentialsError(exceptions.CredentialsError, ccxt.AuthenticationError):
    """The API key or the secret is missing; nothing was sent."""


class NotSent(exceptions.NotSent, ccxt.NetworkError):
    """The exchange was not reached; the order is unaffected."""


class StillOpen(exceptions.StillOpen, ccxt.OperationFailed):
    """The order is open, and no request of this call can take effect any more."""


class RequestRejected(exceptions.RequestRejected, ccxt.OperationRejected):
    """The exchange rejected the request; the order is unaffected."""


class AuthenticationError(exceptions.AuthenticationError, ccxt.AuthenticationError):
    """The exchange did not accept the API key or the signature."""


class PermissionDenied(exceptions.PermissionDenied, ccxt.PermissionDenied):
    """The API key may not do this, or not from this IP address."""


class ClockError(exceptions.ClockError, ccxt.InvalidNonce):
    """The timestamp was too far from the exchange's time."""


class RateLimited(exceptions.RateLimited, ccxt.RateLimitExceeded):
    """A rate limit was passed, or would be passed before the deadline."""


class OrderNotFound(exceptions.OrderNotFound, ccxt.OrderNotFound):
    """The exchange finds no order by this id; `order` is None."""

    order: Order | None = None


class OrderNotOpen(exceptions.OrderNotOpen, ccxt.OrderNotFound):
    """The order is not open, and its state could not be learnt before the deadline; `order` is None."""


class OrderFilled(exceptions.OrderFilled, ccxt.OrderNotFound):
    """The order is filled; `order` has the amounts."""


class OrderAlreadyCanceled(exceptions.OrderAlreadyCanceled, ccxt.OrderNotFound):
    """The order was cancelled before, and not by this call; `order` has what was executed of it."""


class OrderFailed(exceptions.OrderFailed, ccxt.OrderNotFound):
    """The order failed or expired; `order` has its status."""


class OutcomeUnknown(exceptions.OutcomeUnknown, ccxt.RequestTimeout):
    """A request may have taken effect, and it could not be learnt in time whether it did."""


class UnknownErrorCode(exceptions.UnknownErrorCode, ccxt.RequestTimeout):
    """The exchange gave an error code that the error table does not list."""


_KINDS: dict[type[exceptions.BingxError], type[exceptions.BingxError]] = {
    exceptions.InvalidInput: InvalidInput,
    exceptions.CredentialsError: CredentialsError,
    exceptions.NotSent: NotSent,
    exceptions.StillOpen: StillOpen,
    exceptions.RequestRejected: RequestRejected,
    exceptions.AuthenticationError: AuthenticationError,
    exceptions.PermissionDenied: PermissionDenied,
    exceptions.ClockError: ClockError,
    exceptions.RateLimited: RateLimited,
    exceptions.OrderNotFound: OrderNotFound,
    exceptions.OrderNotOpen: OrderNotOpen,
    exceptions.OrderFilled: OrderFilled,
    exceptions.OrderAlreadyCanceled: OrderAlreadyCanceled,
    exceptions.OrderFailed: OrderFailed,
    exceptions.OutcomeUnknown: OutcomeUnknown,
    exceptions.UnknownErrorCode: UnknownErrorCode,
}


@contextmanager
def ccxt_errors() -> Iterator[None]:
    """Raise an error of this package as the class of this module that is ccxt's too."""
    try:
        yield
    except ccxt.BaseError:
        raise
    except exceptions.BulkRunAborted as aborted:
        raise as_ccxt(aborted.error) from aborted
    except exceptions.BingxError as error:
        raise as_ccxt(error).with_traceback(error.__traceback__) from error.__cause__


def as_ccxt(error: exceptions.BingxError) -> exceptions.BingxError:
    """Return an error as the class of this module that is ccxt's too.

    Args:
        error: An error of this package.
    """
    kind = next((_KINDS[base] for base in type(error).__mro__ if base in _KINDS), None)
    return error if kind is None else kind(*error.args)


def raise_first(results: list[CancelResult]) -> None:
    """Raise the error of the first order that was not cancelled; an unknown outcome goes before others.

    Args:
        results: The result of each order; the error has them as `results`.
    """
    failed = [result.error for result in results if result.error is not None]
    failed.sort(key=lambda error: not isinstance(error, exceptions.OutcomeUnknown))
    if failed:
        error = as_ccxt(failed[0])
        error.results = tuple(results)  # type: ignore[attr-defined]
        raise error
