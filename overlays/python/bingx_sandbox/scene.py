"""A scene: one request that meets a fault, and what the fault may do with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.types import Receive, Send

from bingx_sandbox.answers import Answer, unavailable
from bingx_sandbox.arrival import Arrival
from bingx_sandbox.connection import Connection
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.faults import Fault
from bingx_sandbox.journal import Answered
from bingx_sandbox.kinds import AFTER
from bingx_sandbox.reply import Reply, reply_with


class Scene:
    """Lets a fault execute the request or not, and answer, spoil the answer or stay silent.

    Args:
        exchange: Who executes.
        arrival: The request.
        fault: The fault that it meets.
        connection: The connection that it came over.
        receive: Tells when the client is gone.
        send: Answers through the web server.

    Attributes:
        clock_offset: How far the sandbox's clock is off for this request, in milliseconds.
    """

    def __init__(
        self,
        exchange: Exchange,
        arrival: Arrival,
        fault: Fault,
        connection: Connection,
        receive: Receive,
        send: Send,
    ) -> None:
        self.fault = fault
        self.connection = connection
        self.clock_offset = 0
        self._exchange = exchange
        self._arrival = arrival
        self._receive = receive
        self._send = send
        self._answer: Answer | None = None

    @property
    def settings(self) -> Mapping[str, Any]:
        """Tell what the fault was told."""
        return self.fault.settings

    @property
    def is_after(self) -> bool:
        """Tell whether the fault comes after executing."""
        return bool(self.settings["when"] == AFTER)

    @property
    def order_id(self) -> int | None:
        """Tell which order the request names."""
        return self._arrival.order_id

    @property
    def now(self) -> int:
        """Tell the sandbox's time in Unix milliseconds, as far off as it is."""
        return self._exchange.clock() + self.clock_offset

    def execute(self) -> Answer:
        """Let the exchange judge and execute the request, once; gives its true answer."""
        if self._answer is None:
            self._answer = self._exchange.answer(self._arrival, self.clock_offset)
        return self._answer

    def answer(self) -> Answer:
        """Execute if the fault comes after that; else give a refusal that leaves the outcome open."""
        return self.execute() if self.is_after else unavailable().answer(self.now)

    def reply(self) -> Reply:
        """Make the response that the fault is to spoil."""
        return self.reply_with(self.answer())

    def reply_with(self, answer: Answer) -> Reply:
        """Make the response that carries an answer."""
        return reply_with(answer, self.now)

    async def respond(self, reply: Reply) -> None:
        """Send a response as HTTP wants it; the connection stays usable."""
        *most, last = reply.messages()
        for message in most:
            await self._send(message)
            self._note("cut")
        self._note("whole")
        await self._send(last)

    async def respond_with_body(self, spoil: Callable[[bytes], bytes]) -> None:
        """Send the response with its body spoiled."""
        reply = self.reply()
        await self.respond(replace(reply, body=spoil(reply.body)))

    def write(self, data: bytes, *, answered: Answered) -> None:
        """Send bytes as they are, noting first how much of the answer is out with them."""
        self._note(answered)
        self.connection.write(data)

    async def close(self) -> None:
        """Close the connection in order."""
        self.connection.close()
        await self._gone()

    async def reset(self) -> None:
        """Break the connection off with a TCP reset."""
        self.connection.reset()
        await self._gone()

    async def wait(self, seconds: float) -> bool:
        """Wait; tells whether the client is still there. Ends at once when the server stops."""
        try:
            async with asyncio.timeout(seconds):
                await self._gone()
        except TimeoutError:
            return True
        return False

    async def _gone(self) -> None:
        # The web server must have seen the end before it is told that there will be no response.
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _note(self, answered: Answered) -> None:
        if self.connection.is_open:
            self._arrival.record["answered"] = answered
