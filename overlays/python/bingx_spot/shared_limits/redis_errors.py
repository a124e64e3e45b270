"""Say in words what is wrong with a server, without anything secret."""

import ssl
from collections.abc import Iterator
from socket import gaierror
from typing import Any

from bingx_spot.shared_limits.protocol import StoreError

# OpenSSL's numbers for a certificate of another host, another mail address or another IP address.
_OF_ANOTHER = (62, 63, 64)
_ASKED = "It may have to be rediss:// for redis://, or redis:// for rediss://."
_LATE = "?socket_timeout=0.5 gives one longer that is far away. Or is it redis:// and not rediss://?"
_CERTIFICATE = "Is it rediss:// at all? Does it want a certificate, ?ssl_certfile=FILE&ssl_keyfile=FILE?"
_AUTHORITY = "Name the authority that you trust: ?ssl_ca_certs=/PATH/ca.pem in the URL."
_RULE = (
    "ACL SETUSER NAME ~bingx-spot:* +eval +evalsha +get +set +time +info; and +select for a database, "
    "+cluster|slots +command for a cluster."
)
_SENTINELS = "Look at its name, and at the Sentinels; ?sentinel_password= is for a password of theirs."
_MASTER = "Name the one that it copies, or Sentinels: redis+sentinel://HOST:PORT/MASTER."


def trouble_of(error: BaseException, redis: Any) -> StoreError:
    """Return what is wrong with a server.

    Args:
        error: What redis-py, or the system below it, says of it.
        redis: redis-py.
    """
    # What lies deepest tells most: for a cluster, redis-py wraps what its last node said.
    for cause in reversed(list(_causes(error))):
        if isinstance(cause, redis.TimeoutError | TimeoutError):
            return StoreError("it did not answer in time", _LATE)
        for kinds, reason, mend in _known(redis):
            if isinstance(cause, kinds):
                return StoreError(reason, mend)
        if isinstance(cause, OSError):
            return _trouble_below(cause)
    if isinstance(error, redis.ResponseError):
        return _refusal(str(error), type(error).__name__)
    if isinstance(error, redis.ConnectionError):
        full = "max number of clients" in str(error)
        return StoreError("it has too many clients") if full else StoreError("it breaks off", _ASKED)
    return StoreError(f"it failed with {type(error).__name__}")


def _known(redis: Any) -> list[tuple[Any, str, str]]:
    known = redis.exceptions
    return [
        (
            (known.AuthenticationError, known.AuthorizationError),
            "it does not accept the user or the password",
            "Look at both in the URL: / ? # @ and % in them are %2F %3F %23 %40 and %25.",
        ),
        (known.NoPermissionError, "its user may not do what is needed", _RULE),
        (known.ReadOnlyError, "it is a replica, which takes no news", _MASTER),
        (known.BusyLoadingError, "it is still loading", ""),
        (known.OutOfMemoryError, "its memory is full", ""),
        (known.AskError, "it is a cluster, and does not say so", _RULE),
        (known.ClusterDownError, "its cluster is down", ""),
        (redis.sentinel.MasterNotFoundError, "no Sentinel tells where the master is", _SENTINELS),
        # redis-py looks for the first node among none.
        ((known.RedisClusterException, IndexError), "its cluster cannot be reached, or is none yet", ""),
    ]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _trouble_below(error: OSError) -> StoreError:
    if isinstance(error, ssl.SSLCertVerificationError):
        # Of these alone OpenSSL's sentence holds the host.
        if error.verify_code in _OF_ANOTHER:
            return StoreError("its certificate is another host's", "Name it as its certificate does.")
        return StoreError(f"its certificate is not trusted: {error.verify_message}", _AUTHORITY)
    if isinstance(error, ssl.SSLError):
        why = f" ({error.reason})" if error.reason else ""
        return StoreError(f"it breaks off in TLS{why}", _CERTIFICATE)
    if isinstance(error, gaierror):
        return StoreError("its name is not known", "Look at the host in the URL, and at the name server.")
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return StoreError("it breaks off", _ASKED)
    return StoreError("it cannot be reached")


def _refusal(said: str, kind: str) -> StoreError:
    if "can't run this command" in said or "has no permissions" in said:
        return StoreError("its user may not do what is needed", _RULE)
    if "DB index" in said or "SELECT is not allowed" in said:
        return StoreError("it has no database of that number", "A cluster has number 0 alone.")
    # The code before a refusal's words, if it has one: what follows may be anything.
    code = said.partition(" ")[0]
    return StoreError(f"it answered with {code if code.isalpha() and code.isupper() else kind}")
