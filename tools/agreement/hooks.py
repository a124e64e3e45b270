"""Hooks of Schemathesis: requests are signed, and answers judged by their `code`: errors are HTTP 200."""

import json
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES

from bingx_spot.core.signing import canonical_string, sign

_ROOT = Path(__file__).resolve().parents[2]
_OPERATIONS = json.loads((_ROOT / "generated" / "operations.json").read_text("utf-8"))["operations"]
_NAMES = {each["path"]: {parameter["name"] for parameter in each["parameters"]} for each in _OPERATIONS}

_PASSED = {0, 100204, 100404}
"""The codes of a request whose parameters passed: success, an unknown pair, an unknown order."""

_LATE = 100421
"""The code of a request that was late, as it is with a `recvWindow` of a millisecond."""

# What no schema of the contract says: `x-bingx-order-reference`, `x-bingx-text`, and the prose about pages.
_BEYOND_SCHEMAS = re.compile(
    r"exactly one of|Order(ID|IDs)\b.*required|pageIndex times pageSize|ids with commas|clientOrderID must be"
)


class _Signature(AuthBase):
    """Adds key, timestamp and signature to a request, without names that the contract does not list."""

    def __init__(self, names: set[str]) -> None:
        self._names = names

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["X-BX-APIKEY"] = os.environ["BINGX_API_KEY"]
        if request.method == "GET":
            url, _, query = str(request.url).partition("?")
            request.url = f"{url}?{urlencode(self._signed(dict(parse_qsl(query, keep_blank_values=True))))}"
        elif isinstance(body := _read(request.body), dict):
            request.prepare_body(None, None, json=self._signed(body))
        return request

    def _signed(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        known = {name: value for name, value in parameters.items() if name in self._names}
        stamped = {**known, "timestamp": time.time_ns() // 1_000_000}
        try:
            signature = sign(canonical_string(stamped), os.environ["BINGX_API_SECRET"])
        except (TypeError, ValueError):  # it has no canonical string, and the sandbox rejects it
            signature = ""
        # A query string is verified in the order sent.
        return {**dict(sorted(stamped.items())), "signature": signature}


@schemathesis.hook
def before_call(_context: object, case: Any, kwargs: dict[str, Any]) -> None:
    """Let a generated request be signed when it is sent."""
    kwargs["auth"] = _Signature(_NAMES.get(case.path, set()))


@schemathesis.check
def parameters_agree(_context: object, response: Any, case: Any) -> None:
    """Fail if the sandbox rejects parameters that the contract allows, or accepts others."""
    answer = response.json()
    sent = (case.query if case.method == "GET" else case.body) or {}
    # A missing key is not looked at: every request gets one.
    modes = {
        place: part.mode for place, part in case.meta.components.items() if place != ParameterLocation.HEADER
    }
    probe = getattr(case.meta.phase.data, "scenario", None) in REQUEST_SHAPE_PROBES
    if probe or not isinstance(sent, dict):
        return
    passed = answer["code"] in _PASSED
    if GenerationMode.NEGATIVE not in modes.values():
        late = answer["code"] == _LATE and "recvWindow" in sent
        assert passed or late or _BEYOND_SCHEMAS.search(answer["msg"]), (
            f"The contract allows this, and the sandbox rejects it: {answer}"
        )
    elif not _may_pass(sent, _NAMES[case.path]):
        assert not passed, f"The contract forbids this, and the sandbox accepts it: {answer}"


def _may_pass(sent: Mapping[str, Any], names: set[str]) -> bool:
    """Return whether a request that the contract forbids may pass, because the exchange ignores the fault."""
    window_of_nothing = sent.get("recvWindow") in (0, "0")
    closed_countdown = sent.get("type") == "CLOSE" and "timeOut" in sent
    return window_of_nothing or closed_countdown or not names.issuperset(sent)


def _read(body: Any) -> Any:
    try:
        return json.loads(body or "null")
    except ValueError:
        return None
