"""One request that meets a fault, and what the fault can do with it."""

import asyncio
from dataclasses import replace

from starlette.types import Receive, Send

from bingx_sandbox.conditions import NORMAL, Conditions
from bingx_sandbox.connection import Connection
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.fault_types import AFTER, BEFORE
from bingx_sandbox.faults import Fault
from bingx_sandbox.http_messages import HttpResponse, http_response
from bingx_sandbox.order_book import NEVER
from bingx_sandbox.request_log import Answered, IncomingRequest
from bingx_sandbox.responses import Envelope, unavailable


class FaultContext:
    """Lets a fault execute the request or not, and send, spoil or withhold the response.

    The exchange executes the request; `receive` reports when the client has disconnected, and `send` responds
    through the web server.
    """

    def __init__(
        self,
        exchange: Exchange,
        request: IncomingRequest,
        fault: Fault,
        connection: Connection,
        receive: Receive,
        send: Send,
    ) -> None:
        self.fault = fault
        self.settings = fault.settings
        self.order_id = request.order_id
        self.connection = connection
        self._exchange = exchange
        self._request = request
        self._receive = receive
        self._send = send
        self._envelope: Envelope | None = None
        self._clock_offset = 0

    @property
    def is_after(self) -> bool:
        """Return whether the fault happens after the execution."""
        return bool(self.settings["when"] == AFTER)

    @property
    def now(self) -> int:
        """Return the time of the exchange's clock, with its offset, in Unix milliseconds."""
        return self._exchange.clock() + self._clock_offset

    def execute(self, conditions: Conditions = NORMAL) -> Envelope:
        """Let the exchange judge and execute the request, once; return its true response."""
        self._clock_offset = conditions.clock_offset
        if self._envelope is None:
            self._envelope = self._exchange.respond(self._request, conditions)
        return self._envelope

    def execute_as_set(self) -> Envelope:
        """Execute the request when the setting `when` says; return its true response."""
        if self.is_after:
            return self.execute()
        never = self.settings["when"] == BEFORE
        delay = NEVER if never else milliseconds(self.settings["delay"])
        return self.execute(Conditions(cancel_delay=delay))

    def envelope(self) -> Envelope:
        """Execute as set; return the true response, or unless it is `after` a rejection without a result."""
        if self.settings["when"] != BEFORE:
            envelope = self.execute_as_set()
            if self.is_after:
                return envelope
        return unavailable().envelope(self.now)

    def response(self, **headers: str) -> HttpResponse:
        """Return the response that the fault is to spoil, with these headers too."""
        envelope = self.envelope()
        return http_response(replace(envelope, headers={**envelope.headers, **headers}), self.now)

    async def respond(self, envelope: Envelope) -> None:
        """Send an envelope as a well-formed HTTP response."""
        await self.send(http_response(envelope, self.now))

    async def respond_under(self, conditions: Conditions) -> None:
        """Execute the request under conditions, and send the response to that."""
        await self.respond(self.execute(conditions))

    async def send(self, response: HttpResponse) -> None:
        """Send a well-formed HTTP response; the connection can be used again."""
        *most, last = response.messages()
        for message in most:
            await self._send(message)
            self._log_answered("cut")
        self._log_answered("whole")
        await self._send(last)

    def write(self, data: bytes, *, answered: Answered) -> None:
        """Send raw bytes, and log how much of the response has been sent with them."""
        self._log_answered(answered)
        self.connection.write(data)

    async def close(self) -> None:
        """Close the connection in order."""
        self.connection.close()
        await self._wait_for_disconnect()

    async def reset(self) -> None:
        """Send a TCP reset."""
        self.connection.reset()
        await self._wait_for_disconnect()

    async def wait(self, seconds: float) -> bool:
        """Wait, and return whether the client is still connected. Return at once when the server stops."""
        try:
            async with asyncio.timeout(seconds):
                await self._wait_for_disconnect()
        except TimeoutError:
            return True
        return False

    async def _wait_for_disconnect(self) -> None:
        # The web server must have seen the disconnect before the application returns without a response.
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _log_answered(self, answered: Answered) -> None:
        if self.connection.is_open:
            self._request.record["answered"] = answered


def milliseconds(seconds: float) -> int:
    """Return a duration in whole milliseconds."""
    return round(seconds * 1000)
