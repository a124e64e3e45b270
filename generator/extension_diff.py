"""What changed in our extensions, which no tool for OpenAPI knows, and whether it breaks callers."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.change import Change
from generator.operation import operations
from generator.reference import objects
from generator.rules import signing_schemes

# How often a request may be sent, least first.
_LICENCES = ("never", "harmless", "same-answer")

Rule = Callable[[str, Any, Any], Iterator[Change]]


def extension_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Compares the extensions of two contracts.

    Args:
        before: The released contract.
        after: The other one.
    """
    return [
        *_servers(before, after),
        *_groups(before, after),
        *_signing(before, after),
        *_operations(before, after),
        *_marks(before, after, "x-injected", ("the caller gives it no more", "the caller gives it now")),
        *_extensible(before, after),
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
        for name in ("endpoint", "group"):
            where = f"IP group {number}"
            yield from _rate(where, f"the limit of its {name}", old[number][name], new[number][name])
    for number in sorted(old.keys() ^ new.keys()):
        state = "gone" if number in old else "new"
        yield Change(f"IP group {number}", f"it is {state}", breaking=False)


def _rate(where: str, what: str, old: Any, new: Any) -> Iterator[Change]:
    """Compares two limits: whoever keeps to the old one is locked out under a lower one."""
    if old == new:
        return
    if old is None or new is None:
        text = f"{what} is {'gone' if new is None else f'now {_per(new)}; none was documented'}"
        yield Change(where, text, breaking=old is None)
        return
    slower = new["requests"] / new["seconds"] < old["requests"] / old["seconds"]
    # As many in a second may still be too many at once.
    breaking = slower or new["requests"] < old["requests"]
    yield Change(where, f"{what} was {_per(old)} and is {_per(new)}", breaking)


def _per(rate: Mapping[str, Any]) -> str:
    return f"{rate['requests']} in {rate['seconds']} s"


def _signing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Compares the signing rule, leaf by leaf: a signer that follows the old one is refused under another."""
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
            was, now = old[title].node.get(key), new[title].node.get(key)
            if was != now:
                yield from rule(title, was, now)


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
        text = f"`{name}` {'names the order no more' if name in was else 'may name the order too'}"
        # Where nothing had to name the order, having to is new.
        yield Change(where, text, breaking=name in was or not was)
    old_id, new_id = ((reference or {}).get("permanent") for reference in (old, new))
    if old_id != new_id:
        text = f"the id that never names another order was {_text(old_id)} and is {_text(new_id)}"
        yield Change(where, text, breaking=old_id is not None)


def _belief(where: str, old: Any, new: Any) -> Iterator[Change]:
    # Clients believe more or less than before; what callers write stays as it is.
    text = f"what makes a success believed was {_text(old)} and is {_text(new)}"
    yield Change(where, text, breaking=False)


def _outcome(where: str, old: Any, new: Any) -> Iterator[Change]:
    old, new = old or {}, new or {}
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was != now:
            text = f"{key} was {_text(was)} and is {_text(now)}"
            yield Change(where, text, breaking=_loses(key, was, now))


def _loses(key: str, was: Any, now: Any) -> bool:
    """Tell whether a client that relies on what was said before is wrong now."""
    if key == "repeat":
        return _LICENCES.index(now or "never") < _LICENCES.index(was or "never")
    if key == "states" and was and now:
        return any(set(was[kind]) - set(now[kind]) for kind in ("canceled", "filled", "failed", "open"))
    # Only how long a client waits, not what it may rely on.
    return key != "timing" and was is not None


def _marks(
    before: Mapping[str, Any], after: Mapping[str, Any], mark: str, texts: tuple[str, str]
) -> Iterator[Change]:
    """Compares a mark on what both contracts have."""
    old, new = (_nodes(root) for root in (before, after))
    for path in [path for path in old if path in new]:
        was, now = mark in old[path], mark in new[path]
        if was != now:
            yield Change(path, texts[0] if now else texts[1], breaking=True)


def _extensible(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for change in _marks(before, after, "x-extensible", ("more words than the listed ones may come now", "")):
        if change.text:
            yield change
        else:
            yield Change(change.where, "no more words than the listed ones come now", breaking=False)


def _nodes(root: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Gives each object by a name that stays when others come or go: parameters by name, not by place."""
    return {"/".join(_step(root, location)): node for location, node in objects(root)}


def _step(root: Mapping[str, Any], location: tuple[str | int, ...]) -> Iterator[str]:
    node: Any = root
    for step in location:
        node = node[step]
        named = isinstance(step, int) and isinstance(node, Mapping)
        yield str(node.get("name") or node.get("url") or step) if named else str(step)


def _text(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)
