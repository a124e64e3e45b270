"""Make of the option `limits` what gives out the permits."""

from bingx_spot.errors import InvalidInput, shown
from bingx_spot.policy.account import Account
from bingx_spot.policy.limits import Permits, Unlimited

#: The environment variable that says how limits are shared where `from_env` is not told it.
LIMITS_VARIABLE = "BINGX_LIMITS"
ALLOWED = "off, or an object with ticket(operation, bulk)"
_OFF = "off"


def check_limits(choice: Permits | str | None) -> None:
    """Check the option `limits`.

    Raises:
        InvalidInput: It is none of what is allowed.
    """
    if choice is None or choice == _OFF or hasattr(choice, "ticket"):
        return
    reason = f"is {shown(choice)}" if isinstance(choice, str) else "is of another type"
    raise InvalidInput("limits", reason, ALLOWED)


def permits_of(choice: Permits | str | None, account: Account) -> Permits:
    """Return what gives out the permits.

    Args:
        choice: The option `limits`, checked.
        account: The API key's, which all clients of the process share.
    """
    if choice is None:
        return account.limits
    return Unlimited() if isinstance(choice, str) else choice
