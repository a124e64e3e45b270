"""One request of a call, as the exchange reads it, and what became of it."""

from dataclasses import dataclass

from tools.simulate.wording import Reply
from tools.simulate.world import Order


@dataclass(slots=True, eq=False)
class Sent:
    """One request of the call, and what became of it.

    Attributes:
        operation: `cancel`, `query` or `time`.
        order_id: The order id that it names, or None.
        client_id: The client order id that it names, or nothing.
        timestamp: Its timestamp, in Unix milliseconds.
        window: Its recvWindow, in seconds.
        placement: Where its parameters stand: `json`, `query` or `form`.
        host: `primary` or `fallback`.
        at: When it was sent.
        arrived: Whether it has reached the exchange.
        expires: After which moment it cannot take effect any more, once it has arrived; 0 where it was stale.
        executed: The order that it has cancelled, or None.
        executed_at: When it did that.
        reply: The response that reached the driver, or None.
        replied: When it did.
        failed: What happened instead, in words.
        unsent: Whether the driver knows for certain that the exchange did not get it.
    """

    operation: str
    order_id: int | None
    client_id: str
    timestamp: int
    window: float
    placement: str
    host: str
    at: float
    arrived: bool = False
    expires: float = 0.0
    executed: Order | None = None
    executed_at: float = 0.0
    reply: Reply | None = None
    replied: float = 0.0
    failed: str = ""
    unsent: bool = False

    @property
    def named(self) -> str:
        """Return how the request names the order."""
        return f"order {self.order_id}" if self.order_id is not None else f"client id {self.client_id}"

    @property
    def is_ambiguous(self) -> bool:
        """Tell whether the driver cannot know for certain what became of the request."""
        return not self.unsent and not (self.reply is not None and self.reply.certain)
