"""The search: which mistakes lead to the very signature that was sent.

Every candidate is really signed and compared, so a mistake is named only if it reproduces the signature. One
mistake is looked for before two, and the work is bounded however large the request is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bingx_sandbox.doctor.case import Case
from bingx_sandbox.doctor.digests import Method, readings, right_method, wrong_methods
from bingx_sandbox.doctor.forms import forms
from bingx_sandbox.doctor.keys import SigningKey, right_key, wrong_keys
from bingx_sandbox.doctor.mistakes import Mistake
from bingx_sandbox.doctor.orders import all_orders, orders
from bingx_sandbox.doctor.pieces import pieces
from bingx_sandbox.doctor.values import digits_before_rounding, stamps_nearby, values
from bingx_sandbox.doctor.variation import SignedText, right_text, texts_of_one, texts_of_two

MOST_CANDIDATES = 8_000
"""How many candidates are signed for one request at most, which takes some ten milliseconds."""

MOST_BYTES = 4 * 2**20
"""How many bytes all of these candidates have together at most."""

_MORE_THAN_THE_TEXT = 64


@dataclass(frozen=True)
class Found:
    """What leads to the signature that was sent.

    Attributes:
        mistakes: The mistakes, in the order in which they were made; none if the signature is right.
        signed_text: The text that was signed.
        digest: The digest that was sent.
    """

    mistakes: tuple[Mistake, ...]
    signed_text: bytes
    digest: bytes


@dataclass(frozen=True)
class _Candidate:
    """One way in which the request may have been signed."""

    text: SignedText
    key: SigningKey
    method: Method

    def digest(self) -> bytes:
        return self.method.compute(self.key.secret, self.text.text)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        further = (self.key.mistake, self.method.mistake)
        return (*self.text.mistakes, *(mistake for mistake in further if mistake is not None))


def search(case: Case) -> Found | None:
    """Find the mistakes of a case; None if no usual ones lead to its signature."""
    wanted = readings(case.signature)
    spent = 0
    for candidate in islice(_candidates(case, {len(digest) for digest in wanted}), MOST_CANDIDATES):
        digest = candidate.digest()
        if digest in wanted:
            return Found((*candidate.mistakes, *wanted[digest]), candidate.text.text, digest)
        spent += len(candidate.text.text) + _MORE_THAN_THE_TEXT
        if spent > MOST_BYTES:
            break
    return None


def _candidates(case: Case, lengths: set[int]) -> Iterator[_Candidate]:
    """Give all candidates, those with the fewest mistakes first."""
    text, key, method = right_text(case), right_key(case), right_method()
    # In the order in which they are made: what is sorted, then written, then joined.
    variations = [*orders(case), *values(case), *pieces(case), *forms(case)]
    seen = {text.text}
    texts = list(_fresh(texts_of_one(case, variations), seen))
    keys, methods = list(wrong_keys(case)), list(wrong_methods(lengths))

    yield _Candidate(text, key, method)
    yield from (_Candidate(other, key, method) for other in texts)
    yield from (_Candidate(text, other, method) for other in keys)
    yield from (_Candidate(text, key, other) for other in methods)
    for more in (stamps_nearby(case), all_orders(case), digits_before_rounding(case)):
        yield from (_Candidate(other, key, method) for other in _fresh(texts_of_one(case, more), seen))
    yield from (_Candidate(other, key, method) for other in _fresh(texts_of_two(case, variations), seen))
    yield from (_Candidate(one, other, method) for one in texts for other in keys)
    yield from (_Candidate(one, key, other) for one in texts for other in methods)
    yield from (_Candidate(text, one, other) for one in keys for other in methods)


def _fresh(texts: Iterable[SignedText], seen: set[bytes]) -> Iterator[SignedText]:
    """Pass over texts that other mistakes lead to already."""
    for text in texts:
        if text.text not in seen:
            seen.add(text.text)
            yield text
