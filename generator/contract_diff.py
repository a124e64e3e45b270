"""Changes of the extensions and of the error table, which oasdiff does not compare."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.change import Change
from generator.operation import Operation, operations
from generator.references import objects
from generator.rules import signing_schemes

# What may be done with a request, from least to most.
_LICENCES = ("never", "harmless", "same-answer")

Rule = Callable[[str, Any, Any], Iterator[Change]]


def extension_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Compare the extensions of two contracts."""
    return [
        *_servers(before, after),
        *_groups(before, after),
        *_signing(before, after),
        *_operations(before, after),
        *_marks(before, after, "x-injected", ("callers no longer give it", "callers give it now")),
        *_extensible(before, after),
        *_texts(before, after),
    ]


def _servers(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = (
        {server["url"]: server.get("x-bingx-environment") for server in root.get("servers", [])}
        for root in (before, after)
    )
    for url in old.keys() - new.keys():
        yield Change("servers", f"{url} is gone", breaking=True)
    for url in new.keys() - old.keys():
        yield Change("servers", f"{url} is new", breaking=False)
    for url in old.keys() & new.keys():
        if old[url] != new[url]:
            yield Change("servers", f"{url} was {_text(old[url])} and is {_text(new[url])}", breaking=True)


def _groups(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = (
        {group["number"]: group for group in root.get("x-bingx-ip-groups", [])} for root in (before, after)
    )
    for number in sorted(old.keys() & new.keys()):
        where = f"IP group {number}"
        was, now = old[number], new[number]
        yield from _rate(where, "the limit of its endpoint", was.get("endpoint"), now.get("endpoint"))
        yield from _rates(where, "the limit of its group", was["group"], now["group"])
    for number in sorted(old.keys() ^ new.keys()):
        state = "gone" if number in old else "new"
        yield Change(f"IP group {number}", f"it is {state}", breaking=False)


def _rates(where: str, what: str, old: Any, new: Any) -> Iterator[Change]:
    """Compare limits that hold together, each with the one of the same window."""
    before, after = (
        {rate["seconds"]: rate for rate in (value if isinstance(value, list) else [value])}
        for value in (old, new)
    )
    if len(before) == len(after) == 1:
        yield from _rate(where, what, *before.values(), *after.values())
        return
    for seconds in sorted(before.keys() | after.keys()):
        yield from _rate(where, f"{what} in {seconds} s", before.get(seconds), after.get(seconds))


def _rate(where: str, what: str, old: Any, new: Any) -> Iterator[Change]:
    """Compare two limits. A lower one breaks callers: the exchange locks out who keeps to the old one."""
    if old == new:
        return
    if old is None or new is None:
        text = f"{what} is {'gone' if new is None else f'now {_per(new)}; none was documented'}"
        yield Change(where, text, breaking=old is None)
        return
    slower = new["requests"] / new["seconds"] < old["requests"] / old["seconds"]
    # The same rate may still allow fewer requests at once.
    breaking = slower or new["requests"] < old["requests"]
    yield Change(where, f"{what} was {_per(old)} and is {_per(new)}", breaking)


def _per(rate: Mapping[str, Any]) -> str:
    return f"{rate['requests']} in {rate['seconds']} s"


def _signing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Compare the signing rule, leaf by leaf. Any change breaks signers that follow the old rule."""
    old, new = (
        _leaves(next(iter(signing_schemes(root).values()))["x-bingx-signing"]) for root in (before, after)
    )
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path):
            text = f"{path} was {_text(old.get(path))} and is {_text(new.get(path))}"
            yield Change("x-bingx-signing", text, breaking=True)


def _leaves(node: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(node, Mapping):
        return {path: node}
    leaves: dict[str, Any] = {}
    for key, value in node.items():
        leaves |= _leaves(value, f"{path}.{key}" if path else key)
    return leaves


def _operations(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = ({operation.title: operation for operation in operations(root)} for root in (before, after))
    rules: Mapping[str, Rule] = {
        "x-bingx-limits": _limits,
        "x-bingx-permission": _permission,
        "x-bingx-order-reference": _reference,
        "x-bingx-answer": _belief,
        "x-bingx-outcome": _outcome,
    }
    for title in [title for title in old if title in new]:
        for key, rule in rules.items():
            was, now = (_stated(one[title], key) for one in (old, new))
            if was != now:
                yield from rule(title, was, now)


def _stated(operation: Operation, key: str) -> Any:
    """Return an extension, with what it shares with another operation."""
    return (operation.outcome() or None) if key == "x-bingx-outcome" else operation.node.get(key)


def _limits(where: str, old: Any, new: Any) -> Iterator[Change]:
    old, new = old or {}, new or {}
    yield from _rate(where, "the limit per UID", old.get("uid"), new.get("uid"))
    leaders = "the limit per UID of copy-trading leaders"
    yield from _rate(where, leaders, old.get("copyTrading"), new.get("copyTrading"))
    if old.get("ipGroup") != new.get("ipGroup"):
        text = f"the IP group was {_text(old.get('ipGroup'))} and is {_text(new.get('ipGroup'))}"
        yield Change(where, text, breaking=False)


def _permission(where: str, old: Any, new: Any) -> Iterator[Change]:
    text = f"the permission of the API key was {_text(old)} and is {_text(new)}"
    yield Change(where, text, breaking=new is not None)


def _reference(where: str, old: Any, new: Any) -> Iterator[Change]:
    was, now = set((old or {}).get("exactlyOneOf", [])), set((new or {}).get("exactlyOneOf", []))
    for name in sorted(was ^ now):
        text = f"`{name}` {'no longer names the order' if name in was else 'may name the order too'}"
        # A parameter becomes required if none was before.
        yield Change(where, text, breaking=name in was or not was)
    old_id, new_id = ((reference or {}).get("permanent") for reference in (old, new))
    if old_id != new_id:
        text = f"the permanent id was {_text(old_id)} and is {_text(new_id)}"
        yield Change(where, text, breaking=old_id is not None)


def _belief(where: str, old: Any, new: Any) -> Iterator[Change]:
    # Clients believe more or fewer answers than before; callers' code stays as it is.
    was, now = _leaves(old or {}), _leaves(new or {})
    for path in sorted(was.keys() | now.keys()):
        if was.get(path) != now.get(path):
            rule = f"`{path}` of the rule for believing a success"
            text = f"{rule} was {_text(was.get(path))} and is {_text(now.get(path))}"
            yield Change(where, text, breaking=False)


def _outcome(where: str, old: Any, new: Any) -> Iterator[Change]:
    old, new = old or {}, new or {}
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was != now:
            text = f"{key} was {_text(was)} and is {_text(now)}"
            yield Change(where, text, breaking=_loses(key, was, now))


def _loses(key: str, was: Any, now: Any) -> bool:
    """Return whether a client that relies on the old value is wrong now."""
    if key == "repeat":
        return _LICENCES.index(now or "never") < _LICENCES.index(was or "never")
    if key == "states" and was and now:
        return any(set(was[kind]) - set(now[kind]) for kind in ("canceled", "filled", "failed", "open"))
    # Timing changes how long a client waits, not what it may rely on.
    return key != "timing" and was is not None


def _marks(
    before: Mapping[str, Any], after: Mapping[str, Any], mark: str, texts: tuple[str, str]
) -> Iterator[Change]:
    """Compare a mark on the objects that both contracts have."""
    old, new = (_nodes(root) for root in (before, after))
    for path in [path for path in old if path in new]:
        was, now = mark in old[path], mark in new[path]
        if was != now:
            yield Change(path, texts[0] if now else texts[1], breaking=True)


def _extensible(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for change in _marks(
        before, after, "x-extensible", ("it may hold other words than the listed ones now", "")
    ):
        if change.text:
            yield change
        else:
            yield Change(change.where, "it holds only the listed words now", breaking=False)


def _texts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Compare what texts hold, leaf by leaf. A text that was allowed may be refused now."""
    old, new = (_nodes(root) for root in (before, after))
    for path in [path for path in old if path in new]:
        was, now = (_leaves(one[path].get("x-bingx-text", {})) for one in (old, new))
        for leaf in sorted(was.keys() | now.keys()):
            if was.get(leaf) != now.get(leaf):
                text = f"`{leaf}` of its text was {_text(was.get(leaf))} and is {_text(now.get(leaf))}"
                yield Change(path, text, breaking=now.get(leaf) is not None)


def _nodes(root: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return each object by a stable path: list items by their name, not by their index."""
    return {"/".join(_step(root, location)): node for location, node in objects(root)}


def _step(root: Mapping[str, Any], location: tuple[str | int, ...]) -> Iterator[str]:
    node: Any = root
    for step in location:
        node = node[step]
        named = isinstance(step, int) and isinstance(node, Mapping)
        yield str(node.get("name") or node.get("url") or step) if named else str(step)


def _text(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


_LISTS = ("rows", "httpStatuses")
# Callers act on these; the other members find a row or are read by people.
_ACTED_ON = ("order", "category")


def error_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Compare two error tables."""
    old, new = ({row["id"]: row for name in _LISTS for row in table[name]} for table in (before, after))
    return [*_of_rows(old, new), *_of_order(list(old), list(new))]


def _of_rows(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for row in [*old, *(row for row in new if row not in old)]:
        where = f"error {row}"
        if row not in new:
            yield Change(where, "its row is gone", breaking=True)
        elif row not in old:
            yield Change(where, "its row is new", breaking=False)
        else:
            yield from _of_row(where, old[row], new[row])


def _of_row(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            text = f"{key} was {old.get(key)!r} and is {new.get(key)!r}"
            yield Change(where, text, breaking=key in _ACTED_ON)


def _of_order(old: list[str], new: list[str]) -> Iterator[Change]:
    kept = [row for row in new if row in old]
    if kept != [row for row in old if row in new]:
        yield Change("error table", "the order of its rows has changed", breaking=False)
