"""What the reference page shows: the contract with its extensions and the error table as text and tables."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.operation import METHODS, outcome_of
from generator.rules import signing_schemes

_INJECTED = "**Supplied by the signing layer, never by a caller.** "
_EXTENSIBLE = " Other words than these may occur."
# In the order of the page: first what a caller can act on.
_CATEGORIES = {
    "notOpen": "The order is not open",
    "notFound": "Nothing is found",
    "authentication": "Key and signature",
    "permission": "Permission",
    "clock": "Clock",
    "rateLimited": "Limits",
    "refused": "Refused for another reason",
    "unavailable": "The outcome is not known",
}
_ORDER = {
    "untouched": "untouched",
    "notOpen": "filled, cancelled earlier or never there",
    "unknown": "may have changed",
}
_REPEATS = {
    "harmless": "send it again, which does nothing more",
    "same-answer": "send it again, which does nothing more and gives the same answer",
    "never": "do not send it again",
}
_LINK = re.compile(r"\[([^\]]*)\]\((?!https?:)[^)]*\)")


def html_view(root: Mapping[str, Any], errors: Mapping[str, Any], signing: str) -> dict[str, Any]:
    """Return the document that the renderer reads, with the extensions as text and tables.

    No renderer knows the extensions, so limits, permission, rules and error table become descriptions.
    """
    view: dict[str, Any] = _with_marks_described(root)
    # The renderer would collapse operations under tags; a tag without operations is a page of its own.
    view["tags"] = [
        {"name": name, "x-traitTag": True, "description": text}
        for name, text in (
            ("Signing a request", _signing_text(root, signing)),
            ("Errors", _errors_text(errors)),
        )
    ]
    for server in view.get("servers", []):
        server["description"] = server.get("description", "").replace("`", "")
    for path in view["paths"].values():
        for method in METHODS:
            if method in path:
                path[method].pop("tags", None)
                path[method]["description"] = _operation_text(root, path[method])
    return view


def _with_marks_described(node: Any) -> Any:
    """Copy a node, and write its marks into its description."""
    if isinstance(node, list):
        return [_with_marks_described(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    copy = {key: _with_marks_described(value) for key, value in node.items()}
    if "x-injected" in node:
        copy["description"] = _INJECTED + str(node.get("description", ""))
    if "x-extensible" in node:
        copy["description"] = str(node.get("description", "")).rstrip() + _EXTENSIBLE
    return copy


def _operation_text(root: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    rows = [
        *_security_rows(root, operation),
        *_limit_rows(root, operation),
        *_reference_rows(operation),
        *_answer_rows(operation),
        *_outcome_rows(root, operation),
    ]
    return f"{operation['description'].rstrip()}\n\n{_table(('Rule', 'What it says'), rows)}\n"


def _security_rows(root: Mapping[str, Any], operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not operation.get("security"):
        return [("Signed", "no, public")]
    signing = next(iter(signing_schemes(root).values()))["x-bingx-signing"]
    words = [f"the header `{signing['headers']['apiKey']}`", *(f"`{name}`" for name in signing["inject"])]
    return [
        ("Signed", f"yes; the signing layer adds {_listed(words)}"),
        ("Permission of the API key", operation["x-bingx-permission"]),
    ]


def _limit_rows(root: Mapping[str, Any], operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    limits = operation["x-bingx-limits"]
    rows = [("Limit per UID", _rate(limits["uid"]))] if "uid" in limits else []
    if "copyTrading" in limits:
        rows.append(("Limit per UID of a copy-trading leader", _rate(limits["copyTrading"])))
    groups = {group["number"]: group for group in root.get("x-bingx-ip-groups", [])}
    if "ipGroup" in limits:
        group = groups[limits["ipGroup"]]
        rates = group["group"] if isinstance(group["group"], list) else [group["group"]]
        own = f"{_rate(group['endpoint'])} for this endpoint, and " if "endpoint" in group else ""
        shared = _listed([_rate(rate) for rate in rates])
        text = f"{own}{shared} for all endpoints of group {limits['ipGroup']} together"
        rows.append(("Limit per IP address", text))
    return rows or [("Limit", "none is documented")]


def _rate(rate: Mapping[str, Any]) -> str:
    return f"{rate['requests']} requests in {rate['seconds']} s"


def _reference_rows(operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    reference = operation.get("x-bingx-order-reference")
    if not reference:
        return []
    text = f"exactly one of {_code(reference['exactlyOneOf'])}"
    if "permanent" in reference:
        text += f"; only `{reference['permanent']}` never names another order later"
    return [("Names the order by", text)]


def _answer_rows(operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    answer = operation.get("x-bingx-answer")
    if not answer:
        return []
    texts = [f"it repeats {_code(answer['repeats'])} of the request"] if "repeats" in answer else []
    texts += _words("its", answer)
    items = answer.get("items", {})
    listed = f"each item of `{items.get('in', 'data')}`"
    if "repeats" in items:
        texts.append(f"{listed} repeats {_code(items['repeats'])} of the request")
    texts += _words(f"of {listed} the", items)
    if "accounts" in items:
        where = _code([items["in"], *([items["failures"]["in"]] if "failures" in items else [])], "or")
        texts.append(f"each id in {_code(items['accounts'], 'or')} is exactly once in {where}")
    return [("A success is believed if", ", and ".join(texts))]


def _words(whose: str, belief: Mapping[str, Any]) -> Iterator[str]:
    for name, rule in belief.get("requires", {}).items():
        if isinstance(rule, list):
            yield f"{whose} `{name}` is {_code(rule, 'or')}"
            continue
        for parameter, by_value in rule.items():
            for value, words in by_value.items():
                yield f"with `{parameter}` {value} {whose} `{name}` is {_code(words, 'or')}"


def _outcome_rows(root: Mapping[str, Any], operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    outcome = outcome_of(root, operation)
    texts = [_REPEATS[outcome.get("repeat", "never")]]
    if "settledBy" in outcome:
        settlement = outcome["settledBy"]
        names = _code([*settlement["with"], *settlement.get("each", {})])
        each = " of each order" if "each" in settlement else ""
        texts.append(f"`{settlement['operation']}` shows the state{each}, by its parameters {names}")
    return [
        ("If the answer is lost", "; ".join(texts)),
        *_state_rows(outcome.get("states")),
        *_timing_rows(outcome.get("timing", {})),
    ]


def _state_rows(states: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    if states is None:
        return []
    words = [f"{kind}: {_code(states[kind])}" for kind in ("canceled", "filled", "failed", "open")]
    if "executed" in states:
        executed = states["executed"]
        words.append(f"cancelled contradicts a `{executed['field']}` equal to `{executed['of']}`")
    return [(f"States in `{states['field']}`", "; ".join(words))]


def _timing_rows(timing: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"`{name}`", f"{entry['seconds']} s ({entry['confidence']}). {entry['source']}")
        for name, entry in timing.items()
    ]


def _signing_text(root: Mapping[str, Any], signing: str) -> str:
    """Return signing.md without its title and without links to other files."""
    rule = next(iter(signing_schemes(root).values()))["x-bingx-signing"]
    data = json.dumps(rule, ensure_ascii=False, indent=2)
    _, _, page = _LINK.sub(lambda link: f"`{link[1]}`", signing.strip()).partition("\n")
    return (
        f"{page.strip()}\n\n## The rule as data\n`x-bingx-signing` in the contract:\n```json\n{data}\n```\n"
    )


def _errors_text(errors: Mapping[str, Any]) -> str:
    parts = [
        "An error usually comes with HTTP 200 and a `code` other than 0. One code has several meanings, so "
        "code and text decide together. The first matching row of `errors.yaml` counts; the tables below are "
        "in another order. Without an envelope, the HTTP status decides.",
    ]
    rows = errors["rows"] + errors["httpStatuses"]
    for category, title in _CATEGORIES.items():
        chosen = [_error_row(row) for row in rows if row["category"] == category]
        parts += [f"## {title}", _table(("Answer", "Meaning, and what to do", "The order"), chosen)]
    return "\n\n".join(parts)


def _error_row(row: Mapping[str, Any]) -> tuple[str, str, str]:
    answers = [", ".join(f"**{code}**" for code in row["codes"])] if row.get("codes") else []
    if "statuses" in row:
        first, last = row["statuses"]["from"], row["statuses"]["to"]
        answers.append(f"**HTTP {first}**" if first == last else f"**HTTP {first} to {last}**")
    if "message" in row:
        answers.append(f"`{row['message']}`")
    answer = "<br>".join([*(answers or ["anything else"]), f"*{row['id']}*"])
    return answer, f"{row['meaning']}<br>{row['advice']}", _ORDER[row["order"]]


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _code(names: Iterable[str], word: str = "and") -> str:
    return _listed([f"`{name}`" for name in names], word)


def _listed(words: list[str], word: str = "and") -> str:
    return f" {word} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
