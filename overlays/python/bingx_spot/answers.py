"""The gate: every answer passes here before the generated parser sees it.

Only a believed success gets through; everything else becomes one of our errors. The rules are those
of "Answers" in the reference of the wire, and of `x-bingx-answer` in spec/openapi.yaml.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, NoReturn

from bingx_spot.errors import shown
from bingx_spot.evidence import Evidence
from bingx_spot.fields import is_integer, misfit
from bingx_spot.refusals import refusal, refusal_without_envelope
from bingx_spot.request import Call
from bingx_spot_api.contract import Operation

_KEPT_BODY = 65536
_MASK = "***"
_OK = 200
_WHITE_SPACE = " \t\r\n"
# JSON can spell half of a surrogate pair. No output can print it, and parsers differ about it.
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Answer:
    """Hold an HTTP answer as it came.

    Attributes:
        http_status: Any number; some that come are listed in no RFC.
        headers: Names in lower case.
        body: The bytes of the body.
    """

    http_status: int
    headers: Mapping[str, str]
    body: bytes

    def without(self, secrets: tuple[str, ...]) -> "Answer":
        """Return the answer with these texts masked: a server may repeat what it was sent.

        Args:
            secrets: The API key and the signature of the request.
        """
        body, headers = self.body, self.headers
        shown = "\n".join(headers.values())
        for secret in secrets:
            if secret.encode() in body:
                body = body.replace(secret.encode(), _MASK.encode())
            if secret in shown:
                masked = {name: value.replace(secret, _MASK) for name, value in headers.items()}
                headers = MappingProxyType(masked)
        if body is self.body and headers is self.headers:
            return self
        return Answer(self.http_status, headers, body)

    def __reduce__(self) -> tuple[object, ...]:
        # Read-only views cannot be pickled.
        return (Answer, (self.http_status, dict(self.headers), self.body))

    def envelope(self) -> Mapping[str, Any]:
        """Return the JSON object in the body of a believed answer.

        The gate has parsed it, and it is not parsed again; whoever changes it changes it for all.
        """
        return self._envelope

    @cached_property
    def _envelope(self) -> Mapping[str, Any]:
        envelope: Mapping[str, Any] = json.loads(self.body)
        return envelope

    def data(self) -> dict[str, Any]:
        """Return the member `data` of a believed answer, parsed anew: it is the caller's own."""
        data = json.loads(self.body)["data"]
        return data if isinstance(data, dict) else {}

    def evidence(self, message: str, **more: Any) -> Evidence:
        """Return what an error shows of this answer.

        Args:
            message: The exchange's text, or what is wrong with the answer.
            **more: Further fields of `Evidence`.
        """
        return Evidence(
            message,
            http_status=self.http_status,
            body=self.body[:_KEPT_BODY],
            headers=self.headers,
            **more,
        )


def server_time(evidence: Evidence) -> int | None:
    """Return what an answer says of the exchange's time, in Unix milliseconds, or None.

    The envelope's own `timestamp` is exact; the header `Date` counts whole seconds, so its middle is taken.
    """
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        told = json.loads(evidence.body)["timestamp"]
        if is_integer(told):
            return int(told)
    # Imported here: it takes with it half of what is needed to send mail.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    with suppress(ValueError, KeyError, OverflowError):
        return int(parsedate_to_datetime(evidence.headers["date"]).timestamp() * 1000) + 500
    return None


class _Unbelievable(Exception):
    """Say why an answer is not taken for what it says."""


def vet(call: Call, answer: Answer) -> Answer:
    """Return the answer if it is a success that can be believed.

    Args:
        call: What was asked.
        answer: What came back.

    Raises:
        Refused: The exchange said no; the error's class tells what kind of no.
        OutcomeUnknown: The answer tells nothing certain.
    """
    try:
        envelope = _envelope(answer.body)
    except _Unbelievable as problem:
        # Bound for use outside the handler: our errors carry no chain of others, which could hold secrets.
        reason = str(problem)
    else:
        return _judged(call, answer, envelope)
    raise refusal_without_envelope(answer.evidence(reason))


def _judged(call: Call, answer: Answer, envelope: Mapping[str, Any]) -> Answer:
    code = envelope.get("code")
    message = envelope.get("msg")
    message = message if isinstance(message, str) else ""
    if not is_integer(code):
        raise refusal_without_envelope(
            answer.evidence(f"the answer's code cannot be believed: {shown(code)}")
        )
    if int(code) != 0:
        raise refusal(code, answer.evidence(message, code=code))
    problem = _doubt(call, answer, envelope)
    if problem:
        raise refusal(code, answer.evidence(f"{problem}; the exchange said {message!r}", code=code))
    # Kept for the parsers: to parse it once is enough.
    answer.__dict__["_envelope"] = envelope
    return answer


def _doubt(call: Call, answer: Answer, envelope: Mapping[str, Any]) -> str:
    """Return why a code of 0 is no success, or nothing."""
    operation = call.operation
    if answer.http_status != _OK:
        return f"the answer says success with HTTP status {answer.http_status}"
    if envelope["code"] != 0:
        # Met as "0". What writes success in another way than the contract may not be the exchange.
        return f"the answer says success with code {envelope['code']!r}"
    if envelope.get("success") is False:
        return "the answer says code 0 and success false"
    problem = misfit(operation.envelope, envelope)
    if problem or operation.data is None:
        return problem
    data = envelope.get("data")
    if not isinstance(data, dict):
        return "the answer says success and holds no data"
    return misfit(operation.data, data) or _another(call, data) or _contradiction(operation, data)


def _another(call: Call, data: Mapping[str, Any]) -> str:
    """Return how `data` differs from the order that was asked for, or nothing."""
    for name in call.operation.repeats:
        asked = call.parameters.get(name)
        if asked is None:
            continue
        told = data.get(name)
        # None apart: an order may be called "None".
        if told is None or str(told) != str(asked):
            return f"the answer is about another order: {name} is {shown(told)}, asked was {asked!r}"
    return ""


def _contradiction(operation: Operation, data: Mapping[str, Any]) -> str:
    for name, words in operation.contradicted_by:
        if str(data.get(name)).upper() in words:
            return f"the answer says success and {name} {data[name]}"
    return ""


def _envelope(body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body.

    Raises:
        _Unbelievable: It is no JSON object that everybody reads alike.
    """
    if not body.strip():
        raise _Unbelievable("the answer is empty")
    try:
        text = body.decode().strip(_WHITE_SPACE)
        envelope, end = _STRICT.raw_decode(text)
    except (ValueError, RecursionError):
        raise _no_json(body) from None
    if end != len(text):
        raise _no_json(body)
    if not isinstance(envelope, dict):
        raise _Unbelievable(f"the answer is JSON and no object; it begins {body[:60]!r}")
    if _SURROGATE_ESCAPE.search(body) and _holds_half_a_pair(envelope):
        raise _Unbelievable("the answer holds half of a surrogate pair, which is no character")
    return envelope


def _no_json(body: bytes) -> _Unbelievable:
    return _Unbelievable(f"the answer is not JSON; it begins {body[:60]!r}")


def _holds_half_a_pair(envelope: Mapping[str, Any]) -> bool:
    try:
        json.dumps(envelope, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return True
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Parsers differ in which of two equal names they keep, so nobody knows what was meant.
        raise _Unbelievable("the answer has two members of one name")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise _Unbelievable(f"the answer holds {name}, which is not JSON")


_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)
