"""The examination: looks at a refused request and says what was wrong with it."""

from __future__ import annotations

from bingx_sandbox.accounts import mask
from bingx_sandbox.doctor.case import Case
from bingx_sandbox.doctor.diagnosis import Diagnosis
from bingx_sandbox.doctor.digests import readings
from bingx_sandbox.doctor.mistakes import mistake
from bingx_sandbox.doctor.search import search

_NO_DIGEST = (
    "The signature is no digest: neither hex nor base64 of one. "
    "See spec/signing.md, rule 5: “Write the digest in lower-case hex.”"
)
_UNEXPLAINED = (
    "None of the usual mistakes explains the signature. Either it was made with another secret, or something "
    "was changed after signing: compare the text that you signed with the canonical string."
)


def examine_signature(case: Case) -> Diagnosis | None:
    """Say what was wrong with a signature; None if nothing was."""
    if case.signature.strip() == case.key.api_secret:
        return Diagnosis((mistake("secret-as-signature"),))
    found = search(case)
    if found is None:
        return Diagnosis(otherwise=_UNEXPLAINED if readings(case.signature) else _NO_DIGEST)
    if not found.mistakes:
        return None
    is_right_text = found.signed_text == case.canonical
    shown = None if is_right_text else _without_key(found.signed_text, case.key.api_key)
    return Diagnosis(found.mistakes, shown, found.digest)


def _without_key(text: bytes, api_key: str) -> str:
    """Show a text that was signed; an API key in it is masked as everywhere."""
    return text.decode(errors="replace").replace(api_key, str(mask(api_key)))
