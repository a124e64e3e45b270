"""Play one seed and print what happened, moment by moment."""

from tools.simulate.driver import order_of, play, said
from tools.simulate.scenario import scenario
from tools.simulate.verdict import judge


def timeline(seed: int) -> tuple[str, str]:
    """Return the timeline of one seed, and what is wrong with its call, or nothing."""
    call = scenario(seed, logged=True)
    result = play(call)
    order_id, status = order_of(result)
    stated = f" order {order_id} {status!r}" if order_id is not None else ""
    call.world.note(
        f"=== {said(result)}{stated}: {str(result)[:160] if isinstance(result, Exception) else ''}"
    )
    verdict = judge(call, result)
    for kind in ("lie", "avoidable", "broken"):
        if getattr(verdict, kind):
            call.world.note(f"{kind.upper()}: {getattr(verdict, kind)}")
    if call.meant is not None:
        call.world.note(f"in the end the order is {call.meant.status}, by {call.meant.by}")
    lines = [f"{moment:9.3f}  {text}" for moment, text in call.world.log or ()]
    return "\n".join(lines), verdict.wrong
