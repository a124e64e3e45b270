"""Make signing.json: the hand-written cases of signing.toml, and the digests that openssl gives them.

    python spec/vectors/make.py            writes signing.json
    python spec/vectors/make.py --check    fails if signing.json is not what would be written

Nothing here knows how to sign. The canonical strings and the sent texts are typed by hand in
signing.toml; openssl computes each digest, and it takes the place of `<signature>`. So a mistake in
an implementation cannot be in the vectors as well.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "signing.toml"
TARGET = HERE / "signing.json"
PLACEHOLDER = "<signature>"

# Digests that were known before this tool: if openssl gives others, the tool calls it wrongly.
KNOWN_DIGESTS = {
    "documented-symbol": "f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2",
    "documented-sub-account": "8d0d3ea9b592be3678c33332ab13e9102e093e67255921e15a581146c87c272f",
}

Record = dict[str, Any]


class VectorsError(Exception):
    """Say why no vectors can be made: a mistake in signing.toml, or openssl."""


def main(arguments: list[str]) -> int:
    """Write signing.json, or with `--check` compare it; the exit code is 0, 1 (failed) or 2 (usage)."""
    if arguments not in ([], ["--check"]):
        print("usage: python spec/vectors/make.py [--check]", file=sys.stderr)
        return 2
    try:
        text = vectors_text()
    except VectorsError as error:
        print(f"spec/vectors/make.py: {error}", file=sys.stderr)
        return 1
    if arguments == ["--check"]:
        return check(text)
    TARGET.write_bytes(text)
    return 0


def check(text: bytes) -> int:
    """Compare `text` with signing.json and print how to update it."""
    if TARGET.is_file() and TARGET.read_bytes() == text:
        return 0
    print("spec/vectors/signing.json is not what signing.toml gives. Run `make vectors`.", file=sys.stderr)
    return 1


def vectors_text() -> bytes:
    """Give the bytes of signing.json; raise `VectorsError` if they cannot be made."""
    source = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    groups = [group_record(group) for group in source["group"]]
    vectors = {
        "version": source["version"],
        "schema": "../schemas/vectors.schema.json",
        "numberOfTests": sum(len(group["tests"]) for group in groups),
        "notes": source["notes"],
        "groups": groups,
    }
    check_known_digests(groups)
    return (json.dumps(vectors, ensure_ascii=False, indent=2) + "\n").encode()


def group_record(group: Record) -> Record:
    """Give a group as signing.json holds it."""
    tests = [test_record(case, group["secret"]) for case in group["case"]]
    return {"id": group["id"], "comment": group["comment"], "secret": group["secret"], "tests": tests}


def test_record(case: Record, secret: str) -> Record:
    """Give a case as signing.json holds it: refused, or accepted with its stages."""
    return refused_record(case) if "refusal" in case else accepted_record(case, secret)


def accepted_record(case: Record, secret: str) -> Record:
    """Give an accepted case with its digest, and the three sent texts with the digest in place."""
    signature = openssl_digest(case["canonical"], secret)
    return {
        "id": case["id"],
        "comment": case["comment"],
        "flags": case["flags"],
        "result": "accepted",
        "parameters": case["parameters"],
        "canonical": case["canonical"],
        "signature": signature,
        "json": with_signature(case["json"], signature),
        "query": with_signature(case["query"], signature),
        "form": with_signature(case["query"], signature),
    }


def refused_record(case: Record) -> Record:
    """Give a refused case; its reason is its flag. TOML has no null, so `null` names such parameters."""
    record = {
        "id": case["id"],
        "comment": case["comment"],
        "flags": [case["refusal"]["reason"]],
        "result": "refused",
        "parameters": case["parameters"] | dict.fromkeys(case.get("null", [])),
        "refusal": case["refusal"],
    }
    return record | ({"notJson": case["notJson"]} if "notJson" in case else {})


def with_signature(text: str, signature: str) -> str:
    """Give `text` with the digest in its one place; raise `VectorsError` if it has none, or several."""
    if text.count(PLACEHOLDER) != 1:
        raise VectorsError(f"{text!r} in signing.toml must hold {PLACEHOLDER} once")
    return text.replace(PLACEHOLDER, signature)


def openssl_digest(canonical: str, secret: str) -> str:
    """Give the HMAC-SHA256 under `secret` as openssl prints it; raise `VectorsError` if it fails."""
    # Bytes, so that no locale has a say in how the secret reaches openssl.
    command = [b"openssl", b"dgst", b"-sha256", b"-hmac", secret.encode()]
    try:
        answer = subprocess.run(command, input=canonical.encode(), capture_output=True, check=True)  # noqa: S603
    except FileNotFoundError:
        raise VectorsError("openssl is not installed") from None
    except subprocess.CalledProcessError as error:
        raise VectorsError(f"openssl failed: {error.stderr.decode(errors='replace').strip()}") from None
    return answer.stdout.decode().split()[-1]


def check_known_digests(groups: list[Record]) -> None:
    """Raise `VectorsError` unless the two digests that were known beforehand are met."""
    digests = {test["id"]: test.get("signature") for group in groups for test in group["tests"]}
    for test_id, known in KNOWN_DIGESTS.items():
        if digests.get(test_id) != known:
            raise VectorsError(f"{test_id}: openssl gave {digests.get(test_id)}, known is {known}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
