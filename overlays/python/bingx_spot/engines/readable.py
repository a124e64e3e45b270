"""Tell whether a socket has something to say."""

import select


def is_readable(descriptor: int) -> bool:
    """Tell whether reading from a socket would give something at once, its end included."""
    if not hasattr(select, "poll"):  # pragma: no cover - Windows has none
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
