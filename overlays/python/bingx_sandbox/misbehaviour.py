"""Misbehaviour: what each kind of fault really does to a request and its connection.

To add one, describe it in `kinds`, write a function that takes the scene and register it with `@does`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bingx_sandbox.answers import Refusal, success
from bingx_sandbox.scene import Scene
from bingx_sandbox.spoiled import (
    gzip_bomb,
    nested,
    of_another_order,
    padded,
    page,
    with_duplicate_keys,
    with_nan,
)

Doing = Callable[[Scene], Awaitable[None]]

_DOINGS: dict[str, Doing] = {}


async def misbehave(scene: Scene) -> None:
    """Do to a request what its fault says."""
    await _DOINGS[scene.fault.name](scene)


def done_kinds() -> frozenset[str]:
    """Tell which kinds of faults can be done."""
    return frozenset(_DOINGS)


def does(name: str) -> Callable[[Doing], Doing]:
    """Register a function as what a kind of fault does."""

    def register(doing: Doing) -> Doing:
        _DOINGS[name] = doing
        return doing

    return register


@does("refuse")
async def refuse(scene: Scene) -> None:
    """Close the port for a while, then reset: whoever connects again after the reset is refused."""
    scene.connection.close_port(scene.settings["seconds"])
    await scene.reset()


@does("reset-before-reading")
async def reset_before_reading(scene: Scene) -> None:
    """Reset; nothing is executed."""
    await scene.reset()


@does("reset-after-executing")
async def reset_after_executing(scene: Scene) -> None:
    """Execute and reset."""
    scene.execute()
    await scene.reset()


@does("hang-before-executing")
async def hang_before_executing(scene: Scene) -> None:
    """Stay silent; nothing is executed, not even later."""
    await scene.wait(scene.settings["seconds"])
    await scene.close()


@does("hang-after-executing")
async def hang_after_executing(scene: Scene) -> None:
    """Execute and stay silent."""
    scene.execute()
    await scene.wait(scene.settings["seconds"])
    await scene.close()


@does("slow-start")
async def slow_start(scene: Scene) -> None:
    """Wait on one side of executing, then answer."""
    if scene.is_after:
        scene.execute()
    if await scene.wait(scene.settings["seconds"]):
        await scene.respond(scene.reply_with(scene.execute()))


@does("trickle")
async def trickle(scene: Scene) -> None:
    """Send the whole answer, one byte at a time."""
    written = scene.reply().written()
    for place in range(len(written)):
        if place and not await scene.wait(1 / scene.settings["bytesPerSecond"]):
            return
        is_last = place == len(written) - 1
        scene.write(written[place : place + 1], answered="whole" if is_last else "cut")
    await scene.close()


@does("cut-body")
async def cut_body(scene: Scene) -> None:
    """Send a part of the body, and never all of it."""
    reply = scene.reply()
    missing = max(1, len(reply.body) - scene.settings["bytes"])
    scene.write(reply.written()[:-missing], answered="cut")
    await scene.close()


@does("wrong-length")
async def wrong_length(scene: Scene) -> None:
    """Send the whole answer under a length that is not its own."""
    reply = scene.reply()
    scene.write(reply.written(max(0, len(reply.body) + scene.settings["by"])), answered="whole")
    await scene.close()


@does("garbage-status-line")
async def garbage_status_line(scene: Scene) -> None:
    """Send the whole answer below a line that is no status line."""
    line = scene.settings["line"].encode("ascii")
    scene.write(b"%b\r\n%b" % (line, scene.reply().written_below()), answered="whole")
    await scene.close()


@does("close-idle")
async def close_idle(scene: Scene) -> None:
    """Answer as if the connection were kept, and let the server close it when it is idle."""
    scene.connection.close_when_idle(scene.settings["seconds"])
    await scene.respond(scene.reply_with(scene.execute()))


@does("html")
async def html(scene: Scene) -> None:
    """Answer with a page."""
    scene.answer()
    await scene.respond(page(scene.settings["status"], scene.now))


@does("redirect")
async def redirect(scene: Scene) -> None:
    """Send the client elsewhere."""
    status, location = scene.settings["status"], scene.settings["location"]
    reply = scene.reply()
    await scene.respond(
        replace(reply, status=status, headers={**reply.headers, "location": location}, body=b"")
    )


@does("error")
async def error(scene: Scene) -> None:
    """Answer with a refusal of the test's choice."""
    unblock = str(scene.now + scene.settings["unblockIn"])
    refusal = Refusal(scene.settings["code"], scene.settings["msg"].replace("{unblock}", unblock))
    scene.answer()
    answer = replace(refusal.answer(scene.now), status=scene.settings["status"])
    await scene.respond(scene.reply_with(answer))


@does("empty-body")
async def empty_body(scene: Scene) -> None:
    """Answer with nothing."""
    await scene.respond(replace(scene.reply(), status=scene.settings["status"], body=b""))


@does("data-null")
async def data_null(scene: Scene) -> None:
    """Claim success and name no order."""
    scene.answer()
    await scene.respond(scene.reply_with(success(None)))


@does("data-of-another-order")
async def data_of_another_order(scene: Scene) -> None:
    """Claim success and name another order."""
    answer = of_another_order(scene.answer(), scene.order_id)
    await scene.respond(scene.reply_with(answer))


@does("nan")
async def nan(scene: Scene) -> None:
    """Answer with what is no JSON, though many parsers take it."""
    await scene.respond(scene.reply_with(with_nan(scene.answer())))


@does("duplicate-keys")
async def duplicate_keys(scene: Scene) -> None:
    """Answer with what each parser reads differently."""
    await scene.respond_with_body(with_duplicate_keys)


@does("huge-body")
async def huge_body(scene: Scene) -> None:
    """Answer with more than anybody asked for."""
    await scene.respond_with_body(lambda body: padded(body, scene.settings["bytes"]))


@does("deep-nesting")
async def deep_nesting(scene: Scene) -> None:
    """Answer with what exhausts the stack of a parser that recurses."""
    await scene.respond_with_body(lambda body: nested(body, scene.settings["depth"]))


@does("gzip-bomb")
async def bomb(scene: Scene) -> None:
    """Answer with little that unfolds to much."""
    reply = scene.reply()
    body = gzip_bomb(reply.body, scene.settings["bytes"])
    await scene.respond(replace(reply, body=body, headers={**reply.headers, "content-encoding": "gzip"}))


@does("wrong-charset")
async def wrong_charset(scene: Scene) -> None:
    """Answer in one character encoding and declare another."""
    reply = scene.reply()
    body = reply.body.decode("utf-8").encode(scene.settings["encoded"], errors="replace")
    content_type = f"application/json; charset={scene.settings['declared']}"
    await scene.respond(replace(reply, body=body, headers={**reply.headers, "content-type": content_type}))


@does("clock-off")
async def clock_off(scene: Scene) -> None:
    """Judge and answer by another clock."""
    sign = -1 if scene.settings["jumping"] and scene.fault.turn % 2 == 0 else 1
    scene.clock_offset = sign * scene.settings["offset"]
    await scene.respond(scene.reply_with(scene.execute()))
