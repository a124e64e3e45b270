"""Errors that are ccxt's and this package's at once.

So `except ccxt.OrderNotFound as error: error.order` works.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import ccxt

from bingx_spot import exceptions
from bingx_spot.bulk.result import CancelResult

# Each error of this package, and what it is to a bot of ccxt.
_PAIRS: tuple[tuple[type[exceptions.BingxError], type[Exception]], ...] = (
    (exceptions.InvalidInput, ccxt.BadRequest),
    (exceptions.CredentialsError, ccxt.AuthenticationError),
    (exceptions.NotSent, ccxt.NetworkError),
    (exceptions.StillOpen, ccxt.OperationFailed),
    (exceptions.RequestRejected, ccxt.OperationRejected),
    (exceptions.AuthenticationError, ccxt.AuthenticationError),
    (exceptions.PermissionDenied, ccxt.PermissionDenied),
    (exceptions.ClockError, ccxt.InvalidNonce),
    (exceptions.RateLimited, ccxt.RateLimitExceeded),
    (exceptions.OrderNotFound, ccxt.OrderNotFound),
    (exceptions.OrderNotOpen, ccxt.OrderNotFound),
    (exceptions.OrderFilled, ccxt.OrderNotFound),
    (exceptions.OrderAlreadyCanceled, ccxt.OrderNotFound),
    (exceptions.OrderFailed, ccxt.OrderNotFound),
    (exceptions.OutcomeUnknown, ccxt.RequestTimeout),
    (exceptions.UnknownErrorCode, ccxt.RequestTimeout),
)
# The class of both, which has the name and the words of ours. `order` is None where an error carries none.
_KINDS: dict[type[exceptions.BingxError], type[exceptions.BingxError]] = {
    ours: type(ours.__name__, (ours, ccxts), {"__module__": __name__, "__doc__": ours.__doc__, "order": None})
    for ours, ccxts in _PAIRS
}
# By name, so that they can be pickled.
globals().update({kind.__name__: kind for kind in _KINDS.values()})


@contextmanager
def ccxt_errors() -> Iterator[None]:
    """Raise an error of this package as the class that is ccxt's too."""
    try:
        yield
    except ccxt.BaseError:
        raise
    except exceptions.BulkRunAborted as aborted:
        raise as_ccxt(aborted.error) from aborted
    except exceptions.BingxError as error:
        raise as_ccxt(error).with_traceback(error.__traceback__) from error.__cause__


def as_ccxt(error: exceptions.BingxError) -> exceptions.BingxError:
    """Return an error of this package as the class that is ccxt's too."""
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
