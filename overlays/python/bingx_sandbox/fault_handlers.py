"""The handlers of the fault types: what each really does to a request and its connection.

To add one, describe it in `fault_types`, write a function that takes the context, and register it with
`@handles`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bingx_sandbox.bad_responses import (
    gzip_bomb,
    html_page,
    nested,
    of_another_order,
    padded,
    with_duplicate_keys,
    with_nan,
    with_order_fields,
)
from bingx_sandbox.conditions import Conditions
from bingx_sandbox.fault_context import FaultContext, milliseconds
from bingx_sandbox.responses import Rejection, busy, success

Handler = Callable[[FaultContext], Awaitable[None]]

# Longer than any client waits for a response.
_SILENCE_SECONDS = 600.0

_HANDLERS: dict[str, Handler] = {}


async def handle(context: FaultContext) -> None:
    """Apply its fault to a request."""
    await _HANDLERS[context.fault.name](context)


def handled_types() -> frozenset[str]:
    """Return the fault types that have a handler."""
    return frozenset(_HANDLERS)


def handles(name: str) -> Callable[[Handler], Handler]:
    """Register a function as the handler of a fault type."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[name] = handler
        return handler

    return register


@handles("refuse")
async def refuse(context: FaultContext) -> None:
    """Close the port for a while, then reset: a client that connects after the reset is refused."""
    context.connection.close_port(context.settings["seconds"])
    await context.reset()


@handles("reset-before-reading")
async def reset_before_reading(context: FaultContext) -> None:
    """Reset; nothing is executed."""
    await context.reset()


@handles("reset-after-executing")
async def reset_after_executing(context: FaultContext) -> None:
    """Execute and reset."""
    context.execute()
    await context.reset()


@handles("hang-before-executing")
async def hang_before_executing(context: FaultContext) -> None:
    """Send nothing; nothing is executed, not even later."""
    await context.wait(context.settings["seconds"])
    await context.close()


@handles("hang-after-executing")
async def hang_after_executing(context: FaultContext) -> None:
    """Execute and send nothing."""
    context.execute()
    await context.wait(context.settings["seconds"])
    await context.close()


@handles("execute-late")
async def execute_late(context: FaultContext) -> None:
    """Respond, or not, and execute later."""
    envelope = context.execute(Conditions(cancel_delay=milliseconds(context.settings["seconds"])))
    match context.settings["answer"]:
        case "busy":
            await context.send(context.http_response(busy().envelope(context.now)))
        case "accepted":
            accepted = with_order_fields(envelope, {"status": "PENDING_CANCEL"})
            await context.send(context.http_response(accepted))
        case "reset":
            await context.reset()
        case _:
            await context.wait(_SILENCE_SECONDS)
            await context.close()


@handles("lag-reads")
async def lag_reads(context: FaultContext) -> None:
    """Find orders as they were some time ago."""
    envelope = context.execute(Conditions(read_lag=milliseconds(context.settings["seconds"])))
    await context.send(context.http_response(envelope))


@handles("client-id-expired")
async def client_id_expired(context: FaultContext) -> None:
    """Find orders by client order id only if they are young."""
    # One less, so that 0 finds no order, not even one placed in this millisecond.
    life = milliseconds(context.settings["seconds"]) - 1
    envelope = context.execute(Conditions(client_order_id_life=life))
    await context.send(context.http_response(envelope))


@handles("variant")
async def variant(context: FaultContext) -> None:
    """Answer in another way where no page says how."""
    envelope = context.execute(Conditions(variant=context.settings))
    await context.send(context.http_response(envelope))


@handles("order-fields")
async def order_fields(context: FaultContext) -> None:
    """Change fields of the order in a success."""
    envelope = with_order_fields(context.execute_as_set(), context.settings)
    await context.send(context.http_response(envelope))


@handles("slow-start")
async def slow_start(context: FaultContext) -> None:
    """Wait before or after the execution, then respond."""
    if context.is_after:
        context.execute()
    if await context.wait(context.settings["seconds"]):
        await context.send(context.http_response(context.execute()))


@handles("trickle")
async def trickle(context: FaultContext) -> None:
    """Send the complete response, one byte at a time."""
    data = context.response().to_bytes()
    for index in range(len(data)):
        if index and not await context.wait(1 / context.settings["bytesPerSecond"]):
            return
        is_last = index == len(data) - 1
        context.write(data[index : index + 1], answered="whole" if is_last else "cut")
    await context.close()


@handles("cut-body")
async def cut_body(context: FaultContext) -> None:
    """Send a part of the body, never all of it."""
    response = context.response()
    missing = max(1, len(response.body) - context.settings["bytes"])
    context.write(response.to_bytes()[:-missing], answered="cut")
    await context.close()


@handles("wrong-length")
async def wrong_length(context: FaultContext) -> None:
    """Send the complete response with a wrong length."""
    response = context.response()
    length = max(0, len(response.body) + context.settings["by"])
    context.write(response.to_bytes(length), answered="whole")
    await context.close()


@handles("garbage-status-line")
async def garbage_status_line(context: FaultContext) -> None:
    """Send the complete response after a line that is not a status line."""
    line = context.settings["line"].encode("ascii")
    context.write(b"%b\r\n%b" % (line, context.response().headers_and_body()), answered="whole")
    await context.close()


@handles("close-idle")
async def close_idle(context: FaultContext) -> None:
    """Respond as if the connection were kept alive, and let the server close it when it is idle."""
    context.connection.close_when_idle(context.settings["seconds"])
    await context.send(context.http_response(context.execute()))


@handles("html")
async def html(context: FaultContext) -> None:
    """Respond with a page."""
    context.envelope()
    await context.send(html_page(context.settings["status"], context.now))


@handles("redirect")
async def redirect(context: FaultContext) -> None:
    """Redirect the client."""
    response = context.response()
    headers = {**response.headers, "location": context.settings["location"]}
    await context.send(replace(response, status=context.settings["status"], headers=headers, body=b""))


@handles("error")
async def error(context: FaultContext) -> None:
    """Respond with the rejection in the settings."""
    unblock = str(context.now + context.settings["unblockIn"])
    rejection = Rejection(context.settings["code"], context.settings["msg"].replace("{unblock}", unblock))
    context.envelope()
    envelope = replace(rejection.envelope(context.now), status=context.settings["status"])
    await context.send(context.http_response(envelope))


@handles("empty-body")
async def empty_body(context: FaultContext) -> None:
    """Respond without a body."""
    await context.send(replace(context.response(), status=context.settings["status"], body=b""))


@handles("data-null")
async def data_null(context: FaultContext) -> None:
    """Respond with a success that names no order."""
    context.envelope()
    await context.send(context.http_response(success(None)))


@handles("data-of-another-order")
async def data_of_another_order(context: FaultContext) -> None:
    """Respond with a success that names another order."""
    envelope = of_another_order(context.envelope(), context.order_id)
    await context.send(context.http_response(envelope))


@handles("nan")
async def nan(context: FaultContext) -> None:
    """Respond with NaN, which is not JSON, but which many parsers accept."""
    await context.send(context.http_response(with_nan(context.envelope())))


@handles("duplicate-keys")
async def duplicate_keys(context: FaultContext) -> None:
    """Respond with keys that occur twice, which each parser reads differently."""
    await context.send_with_body(with_duplicate_keys)


@handles("huge-body")
async def huge_body(context: FaultContext) -> None:
    """Respond with a very long body."""
    await context.send_with_body(lambda body: padded(body, context.settings["bytes"]))


@handles("deep-nesting")
async def deep_nesting(context: FaultContext) -> None:
    """Respond with JSON that exhausts the stack of a recursive parser."""
    await context.send_with_body(lambda body: nested(body, context.settings["depth"]))


@handles("gzip-bomb")
async def bomb(context: FaultContext) -> None:
    """Respond with a short body that decompresses to a very long one."""
    response = context.response()
    body = gzip_bomb(response.body, context.settings["bytes"])
    headers = {**response.headers, "content-encoding": "gzip"}
    await context.send(replace(response, body=body, headers=headers))


@handles("wrong-charset")
async def wrong_charset(context: FaultContext) -> None:
    """Respond in one character encoding and declare another."""
    response = context.response()
    body = response.body.decode("utf-8").encode(context.settings["encoded"], errors="replace")
    content_type = f"application/json; charset={context.settings['declared']}"
    await context.send(
        replace(response, body=body, headers={**response.headers, "content-type": content_type})
    )


@handles("clock-off")
async def clock_off(context: FaultContext) -> None:
    """Judge and respond by a clock that is off."""
    sign = -1 if context.settings["jumping"] and context.fault.count % 2 == 0 else 1
    envelope = context.execute(Conditions(clock_offset=sign * context.settings["offset"]))
    await context.send(context.http_response(envelope))
