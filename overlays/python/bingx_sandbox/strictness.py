"""What the contract forbids and the exchange may accept: no public source says how it answers.

The sandbox rejects it, so that a client which does it is noticed. With `lenient` it is accepted.
"""

from __future__ import annotations

from bingx_sandbox.parameters import JsonNumber, Parameters
from bingx_sandbox.responses import invalid_parameter

_EXCLUSIVE = (("orderId", "clientOrderID"), ("orderIds", "clientOrderIDs"))
_NUMBERS = ("orderId", "process", "recvWindow", "timeOut", "timestamp")
_TEXTS = ("cancelRestrictions", "clientOrderID", "clientOrderIDs", "orderIds", "symbol", "type")


def check_strictly(parameters: Parameters) -> None:
    """Reject two ids for one order, and in a JSON body a number as text or a text as number.

    Raises:
        Rejection: The parameters are not as the contract has them (100400); the text names the parameter.
    """
    values = parameters.values
    for one, other in _EXCLUSIVE:
        if one in values and other in values:
            raise invalid_parameter(f"exactly one of {one} and {other} must be given")
    if parameters.placement != "json":
        return
    for name in _NUMBERS:
        if name in values and not isinstance(values[name], JsonNumber):
            raise invalid_parameter(f"{name} must be a JSON number")
    for name in _TEXTS:
        if isinstance(values.get(name), JsonNumber):
            raise invalid_parameter(f"{name} must be a JSON text")
