"""The signing vectors are well-formed, and follow from `x-bingx-signing` alone."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.spec.signing_interpreter import RefusalError, SigningInterpreter
from tests.spec.vectors import (
    SPEC,
    parameters_of,
    read_json,
    read_yaml,
    signing_extension,
    signing_tests,
    vector_id,
)

ACCEPTED = signing_tests("accepted")
REFUSED = signing_tests("refused")
PLACEMENTS = ("json", "query", "form")
SAMPLE_SECRET = "mheO6dR8ovSsxZQCOYEFCtelpuxcWGTfHw7te326y6jOwq5WpvFQ9JNljoTwBXZGv5It07m9RXSPpDQEK2w"


@pytest.fixture(scope="module")
def interpreter() -> SigningInterpreter:
    return SigningInterpreter(signing_extension())


class TestFile:
    def test_obeys_its_schema(self) -> None:
        schema = read_json("schemas/vectors.schema.json")
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(read_json("vectors/signing.json"))

    def test_the_schema_finds_a_missing_stage(self) -> None:
        vectors = read_json("vectors/signing.json")
        del vectors["groups"][0]["tests"][0]["canonical"]
        validator = Draft202012Validator(read_json("schemas/vectors.schema.json"))
        assert [error.message for error in validator.iter_errors(vectors)] == [
            "'canonical' is a required property"
        ]

    def test_counts_its_tests_and_names_each_once(self) -> None:
        tests = ACCEPTED + REFUSED
        assert read_json("vectors/signing.json")["numberOfTests"] == len(tests)
        assert len({test["id"] for test in tests}) == len(tests)

    def test_explains_every_flag_and_uses_every_one(self) -> None:
        used = {flag for test in ACCEPTED + REFUSED for flag in test["flags"]}
        assert used == set(read_json("vectors/signing.json")["notes"])

    def test_holds_enough(self) -> None:
        assert len(ACCEPTED) >= 32
        assert {test["refusal"]["reason"] for test in REFUSED} == {
            "ForbiddenCharacter",
            "LoneSurrogate",
            "Nested",
            "NotFinite",
            "Null",
        }

    def test_holds_the_digests_that_were_known_beforehand(self) -> None:
        signatures = {(test["canonical"], test["secret"]): test["signature"] for test in ACCEPTED}
        symbol = "recvWindow=0&symbol=BTC-USDT&timestamp=1696751141337"
        account = "recvWindow=0&subAccountString=abc12345&timestamp=1696751141337"
        assert signatures[symbol, SAMPLE_SECRET] == (
            "f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2"
        )
        assert signatures[account, SAMPLE_SECRET] == (
            "8d0d3ea9b592be3678c33332ab13e9102e093e67255921e15a581146c87c272f"
        )


class TestInterpreter:
    """The extension alone is enough for every canonical string, signature and sent text."""

    @pytest.mark.parametrize("test", ACCEPTED, ids=vector_id)
    def test_gives_every_stage(self, interpreter: SigningInterpreter, test: Any) -> None:
        assert stages(interpreter, test) == {
            stage: test[stage] for stage in ("canonical", "signature", *PLACEMENTS)
        }

    @pytest.mark.parametrize("test", REFUSED, ids=vector_id)
    def test_refuses(self, interpreter: SigningInterpreter, test: Any) -> None:
        with pytest.raises(RefusalError) as refusal:
            interpreter.canonical_string(parameters_of(test))
        assert refusal.value.parameter == test["refusal"]["parameter"]


# Each rule with another value, which must change a result.
MUTATIONS: dict[str, Any] = {
    "algorithm": "HMAC-SHA512",
    "output": "hex-upper",
    "encoding": "UTF-16-LE",
    "canonicalString.exclude": [],
    "canonicalString.order": "as-given",
    "canonicalString.pair": "{key}:{value}",
    "canonicalString.join": ";",
    "canonicalString.rawValues": "none",
    "canonicalString.forbiddenCharacters.keys": ["="],
    "canonicalString.forbiddenCharacters.values": ["="],
    "canonicalString.refusedValues": ["null"],
    "canonicalString.numberText.wholeFloat": "decimal",
    "canonicalString.numberText.negativeZero": "-0",
    "canonicalString.numberText.fraction": "exact",
    "canonicalString.numberText.exponent": "always",
    "canonicalString.booleanText": ["False", "True"],
    "urlEncoding.unreserved": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "urlEncoding.otherBytes": "percent-lower-hex",
    "placements.json.order": "descending-ascii",
    "placements.json.signature": "appended",
    "placements.json.signaturePosition": "in-order",
    "placements.json.whitespace": "after-separators",
    "placements.json.nonAscii": "escaped",
    "placements.query.order": "descending-ascii",
    "placements.query.signature": "member",
    "placements.query.signaturePosition": "in-order",
    "placements.query.urlEncode": "nothing",
    "placements.form.order": "descending-ascii",
    "placements.form.signature": "member",
    "placements.form.signaturePosition": "in-order",
    "placements.form.urlEncode": "nothing",
}

# Rules for a sender or a server, not for the text.
NOT_ABOUT_TEXT = re.compile(
    r"inject\.\w+\.(value|when|correctedBy\.\w+)|placements\.\w+\.(contentType|in|verifiedOrder)|headers\.\w+"
)


class TestMutatedExtension:
    """A changed rule changes the result: the interpreter reads it from the extension."""

    @pytest.mark.parametrize("path", MUTATIONS)
    def test_gives_other_results(self, interpreter: SigningInterpreter, path: str) -> None:
        mutated = SigningInterpreter(mutated_extension(path, MUTATIONS[path]))
        tests = ACCEPTED + REFUSED
        assert any(outcome(mutated, test) != outcome(interpreter, test) for test in tests)

    def test_a_word_without_a_meaning_is_not_passed_over(self) -> None:
        mutated = SigningInterpreter(mutated_extension("canonicalString.order", "alphabetical"))
        with pytest.raises(KeyError, match="alphabetical"):
            mutated.canonical_string({"symbol": "BTC-USDT"})

    def test_every_rule_of_the_extension_is_obeyed(self) -> None:
        rules = {path for path in leaves(signing_extension()) if not NOT_ABOUT_TEXT.fullmatch(path)}
        assert rules == set(MUTATIONS)


class TestContract:
    """The request examples of openapi.yaml are signed truly."""

    def test_examples_carry_true_signatures(self, interpreter: SigningInterpreter) -> None:
        examples = list(request_examples())
        assert examples
        for example in examples:
            canonical = interpreter.canonical_string(example)
            assert example["signature"] == interpreter.signature(canonical, SAMPLE_SECRET)

    def test_the_example_of_the_field_is_one_of_them(self) -> None:
        properties = read_yaml("openapi.yaml")["components"]["schemas"]["CancelOrderRequest"]["properties"]
        signatures = [example["signature"] for example in request_examples()]
        assert properties["signature"]["example"] in signatures


class TestGuide:
    """signing.md tells the truth."""

    def test_worked_example_is_a_vector(self) -> None:
        blocks = re.findall(r"^```(?:json|text)\n(.*?)\n```$", guide(), flags=re.DOTALL | re.MULTILINE)
        test = next(test for test in ACCEPTED if test["id"] == "text-beyond-ascii")
        expected = ["canonical", "signature", "json", "query"]
        assert blocks[1:5] == [test[stage] for stage in expected]
        assert blocks[0] == (
            '{"symbol": "MØTH-USDT", "orderId": 1735964079647111280, "timestamp": 1696751141337}'
        )
        assert f"`{test['secret']}`" in guide()

    def test_names_each_vector_that_it_speaks_of_rightly(self) -> None:
        lists = re.findall(r"\((`[a-z0-9-]+`(?:,\s`[a-z0-9-]+`)*)\)", guide())
        named = {name for names in lists for name in re.findall(r"`([a-z0-9-]+)`", names)}
        clock = [test for group in read_json("vectors/clock.json")["groups"] for test in group["tests"]]
        assert len(named) > 20
        assert named <= {test["id"] for test in ACCEPTED + REFUSED + clock}


def guide() -> str:
    return (SPEC / "signing.md").read_text(encoding="utf-8")


def stages(interpreter: SigningInterpreter, test: Any) -> dict[str, str]:
    parameters = parameters_of(test)
    canonical = interpreter.canonical_string(parameters)
    signature = interpreter.signature(canonical, test["secret"])
    sent = {name: interpreter.sent(name, parameters, signature) for name in PLACEMENTS}
    return {"canonical": canonical, "signature": signature} | sent


def outcome(interpreter: SigningInterpreter, test: Any) -> object:
    try:
        return stages(interpreter, test)
    except RefusalError as refusal:
        return f"refused: {refusal.parameter}"
    except (UnicodeEncodeError, KeyError) as error:
        return f"impossible: {type(error).__name__}"


def mutated_extension(path: str, value: Any) -> Any:
    extension = copy.deepcopy(signing_extension())
    *parents, last = path.split(".")
    place = extension
    for parent in parents:
        place = place[parent]
    assert place[last] != value
    place[last] = value
    return extension


def leaves(rules: Any, path: str = "") -> Iterator[str]:
    if not isinstance(rules, dict):
        yield path
        return
    for key, value in rules.items():
        yield from leaves(value, f"{path}.{key}" if path else key)


def request_examples() -> Iterator[Any]:
    for operations in read_yaml("openapi.yaml")["paths"].values():
        for operation in operations.values():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                for example in media.get("examples", {}).values():
                    yield example["value"]
