"""The handlers of the fault types: what each really does to a request and its connection.

`fault_types` says in words what each does. To add one, describe it there, write a function that takes the
context, and register it with `@_handles`.
"""

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


def _handles(name: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        _HANDLERS[name] = handler
        return handler

    return register


@_handles("refuse")
async def _refuse(context: FaultContext) -> None:
    # Close the port first: a client that connects after the reset is refused.
    context.connection.close_port(context.settings["seconds"])
    await context.reset()


@_handles("reset-before-reading")
async def _reset_before_reading(context: FaultContext) -> None:
    await context.reset()


@_handles("reset-after-executing")
async def _reset_after_executing(context: FaultContext) -> None:
    context.execute()
    await context.reset()


@_handles("hang-before-executing")
async def _hang_before_executing(context: FaultContext) -> None:
    await context.wait(context.settings["seconds"])
    await context.close()


@_handles("hang-after-executing")
async def _hang_after_executing(context: FaultContext) -> None:
    context.execute()
    await _hang_before_executing(context)


@_handles("execute-late")
async def _execute_late(context: FaultContext) -> None:
    envelope = context.execute(Conditions(cancel_delay=milliseconds(context.settings["seconds"])))
    match context.settings["answer"]:
        case "busy":
            await context.respond(busy().envelope(context.now))
        case "accepted":
            await context.respond(with_order_fields(envelope, {"status": "PENDING_CANCEL"}))
        case "reset":
            await context.reset()
        case _:
            await context.wait(_SILENCE_SECONDS)
            await context.close()


@_handles("lag-reads")
async def _lag_reads(context: FaultContext) -> None:
    await context.respond_under(Conditions(read_lag=milliseconds(context.settings["seconds"])))


@_handles("client-id-expired")
async def _client_id_expired(context: FaultContext) -> None:
    # One less, so that 0 finds no order, not even one placed in this millisecond.
    life = milliseconds(context.settings["seconds"]) - 1
    await context.respond_under(Conditions(client_order_id_life=life))


@_handles("variant")
async def _variant(context: FaultContext) -> None:
    await context.respond_under(Conditions(variant=context.settings))


@_handles("clock-off")
async def _clock_off(context: FaultContext) -> None:
    sign = -1 if context.settings["jumping"] and context.fault.count % 2 == 0 else 1
    await context.respond_under(Conditions(clock_offset=sign * context.settings["offset"]))


@_handles("order-fields")
async def _order_fields(context: FaultContext) -> None:
    await context.respond(with_order_fields(context.execute_as_set(), context.settings))


@_handles("slow-start")
async def _slow_start(context: FaultContext) -> None:
    if context.is_after:
        context.execute()
    if await context.wait(context.settings["seconds"]):
        await context.respond(context.execute())


@_handles("trickle")
async def _trickle(context: FaultContext) -> None:
    data = context.response().to_bytes()
    for index in range(len(data)):
        if index and not await context.wait(1 / context.settings["bytesPerSecond"]):
            return
        is_last = index == len(data) - 1
        context.write(data[index : index + 1], answered="whole" if is_last else "cut")
    await context.close()


@_handles("cut-body")
async def _cut_body(context: FaultContext) -> None:
    response = context.response()
    missing = max(1, len(response.body) - context.settings["bytes"])
    context.write(response.to_bytes()[:-missing], answered="cut")
    await context.close()


@_handles("wrong-length")
async def _wrong_length(context: FaultContext) -> None:
    response = context.response()
    length = max(0, len(response.body) + context.settings["by"])
    context.write(response.to_bytes(length), answered="whole")
    await context.close()


@_handles("garbage-status-line")
async def _garbage_status_line(context: FaultContext) -> None:
    line = context.settings["line"].encode("ascii")
    context.write(b"%b\r\n%b" % (line, context.response().headers_and_body()), answered="whole")
    await context.close()


@_handles("close-idle")
async def _close_idle(context: FaultContext) -> None:
    context.connection.close_when_idle(context.settings["seconds"])
    await context.respond(context.execute())


@_handles("html")
async def _html(context: FaultContext) -> None:
    context.envelope()
    await context.send(html_page(context.settings["status"], context.now))


@_handles("redirect")
async def _redirect(context: FaultContext) -> None:
    status, location = context.settings["status"], context.settings["location"]
    await context.send(replace(context.response(location=location), status=status, body=b""))


@_handles("error")
async def _error(context: FaultContext) -> None:
    unblock = str(context.now + context.settings["unblockIn"])
    text, status = context.settings["msg"].replace("{unblock}", unblock), context.settings["status"]
    context.envelope()
    await context.respond(Rejection(context.settings["code"], text, status=status).envelope(context.now))


@_handles("empty-body")
async def _empty_body(context: FaultContext) -> None:
    await context.send(replace(context.response(), status=context.settings["status"], body=b""))


@_handles("data-null")
async def _data_null(context: FaultContext) -> None:
    context.envelope()
    await context.respond(success(None))


@_handles("data-of-another-order")
async def _data_of_another_order(context: FaultContext) -> None:
    await context.respond(of_another_order(context.envelope(), context.order_id))


@_handles("nan")
async def _nan(context: FaultContext) -> None:
    await context.respond(with_nan(context.envelope()))


@_handles("duplicate-keys")
async def _duplicate_keys(context: FaultContext) -> None:
    response = context.response()
    await context.send(replace(response, body=with_duplicate_keys(response.body)))


@_handles("huge-body")
async def _huge_body(context: FaultContext) -> None:
    response = context.response()
    await context.send(replace(response, body=padded(response.body, context.settings["bytes"])))


@_handles("deep-nesting")
async def _deep_nesting(context: FaultContext) -> None:
    response = context.response()
    await context.send(replace(response, body=nested(response.body, context.settings["depth"])))


@_handles("gzip-bomb")
async def _gzip_bomb(context: FaultContext) -> None:
    response = context.response(**{"content-encoding": "gzip"})
    await context.send(replace(response, body=gzip_bomb(response.body, context.settings["bytes"])))


@_handles("wrong-charset")
async def _wrong_charset(context: FaultContext) -> None:
    declared, encoded = context.settings["declared"], context.settings["encoded"]
    response = context.response(**{"content-type": f"application/json; charset={declared}"})
    await context.send(replace(response, body=response.body.decode().encode(encoded, errors="replace")))
