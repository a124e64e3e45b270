"""The search for the mistakes that lead to the very signature that was sent.

Every candidate is really signed and compared, so a mistake is named only if it reproduces the signature.
Single mistakes are tried before pairs, and the work is bounded however large the request is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bingx_sandbox.doctor.candidates import (
    RejectedRequest,
    SignedText,
    correct_text,
    texts_of_one,
    texts_of_two,
)
from bingx_sandbox.doctor.catalog import Mistake
from bingx_sandbox.doctor.parameter_variations import (
    all_orders,
    order_variations,
    parameter_variations,
    timestamp_variations,
    unrounded_variations,
    value_variations,
)
from bingx_sandbox.doctor.signing_variations import (
    Method,
    SigningKey,
    correct_key,
    correct_method,
    decode_signature,
    text_variations,
    wrong_keys,
    wrong_methods,
)

MAX_CANDIDATES = 8_000
"""The largest number of candidates that are signed for one request, which takes about ten milliseconds."""

MAX_BYTES = 4 * 2**20
"""The largest size of all candidates of one request together, in bytes."""

_OVERHEAD_BYTES = 64


@dataclass(frozen=True)
class Found:
    """The mistakes that lead to the signature that was sent.

    Attributes:
        mistakes: The mistakes, in the order in which they were made; none if the signature is correct.
        signed_text: The text that was signed.
        digest: The digest that was sent.
    """

    mistakes: tuple[Mistake, ...]
    signed_text: bytes
    digest: bytes


@dataclass(frozen=True)
class _Candidate:
    """One combination of text, secret and method that may have signed the request."""

    text: SignedText
    key: SigningKey
    method: Method

    def digest(self) -> bytes:
        return self.method.compute(self.key.secret, self.text.text)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        further = (self.key.mistake, self.method.mistake)
        return (*self.text.mistakes, *(mistake for mistake in further if mistake is not None))


def search(request: RejectedRequest) -> Found | None:
    """Return the mistakes that lead to the signature of a request; None if no usual ones do."""
    expected = decode_signature(request.signature)
    spent = 0
    for candidate in islice(_candidates(request, {len(digest) for digest in expected}), MAX_CANDIDATES):
        digest = candidate.digest()
        if digest in expected:
            return Found((*candidate.mistakes, *expected[digest]), candidate.text.text, digest)
        spent += len(candidate.text.text) + _OVERHEAD_BYTES
        if spent > MAX_BYTES:
            break
    return None


def _candidates(request: RejectedRequest, lengths: set[int]) -> Iterator[_Candidate]:
    """Yield all candidates, those with the fewest mistakes first."""
    text, key, method = correct_text(request), correct_key(request), correct_method()
    # In the order of the steps of signing: sort, write, join.
    variations = [
        *order_variations(request),
        *value_variations(request),
        *parameter_variations(request),
        *text_variations(request),
    ]
    seen = {text.text}
    texts = list(_unseen(texts_of_one(request, variations), seen))
    keys, methods = list(wrong_keys(request)), list(wrong_methods(lengths))

    yield _Candidate(text, key, method)
    yield from (_Candidate(other, key, method) for other in texts)
    yield from (_Candidate(text, other, method) for other in keys)
    yield from (_Candidate(text, key, other) for other in methods)
    for more in (timestamp_variations(request), all_orders(request), unrounded_variations(request)):
        yield from (_Candidate(other, key, method) for other in _unseen(texts_of_one(request, more), seen))
    yield from (_Candidate(other, key, method) for other in _unseen(texts_of_two(request, variations), seen))
    yield from (_Candidate(one, other, method) for one in texts for other in keys)
    yield from (_Candidate(one, key, other) for one in texts for other in methods)
    yield from (_Candidate(text, one, other) for one in keys for other in methods)


def _unseen(texts: Iterable[SignedText], seen: set[bytes]) -> Iterator[SignedText]:
    """Yield the texts that no other mistakes have led to yet."""
    for text in texts:
        if text.text not in seen:
            seen.add(text.text)
            yield text
