"""Every answer of answers.json finds its row by errors.yaml alone."""

import json
import re
from typing import Any, NoReturn

import pytest
from jsonschema import Draft202012Validator

from tests.spec.vectors import read_json, read_yaml, vector_id

TABLE = read_yaml("errors.yaml")
ROWS = TABLE["rows"]
STATUS_ROWS = TABLE["httpStatuses"]
VECTORS = read_json("vectors/answers.json")
TESTS = [test for group in VECTORS["groups"] for test in group["tests"]]

# Under which row the contract's own examples of errors fall.
EXAMPLES = {
    "notOpen": "order-filled-or-cancelled",
    "signatureRefused": "signature-wrong",
    "signatureMissing": "signature-missing",
    "apiKeyWrong": "api-key-wrong",
    "permissionMissing": "permission-missing",
    "ipNotWhitelisted": "ip-not-whitelisted",
    "invalidParameter": "invalid-parameter",
    "clock": "timestamp-null",
    "rateLimited": "endpoint-locked",
    "tooManyErrors": "too-many-errors",
    "riskControl": "risk-control",
    "busy": "busy",
}


# How an instruction begins, and the condition that may stand before it.
INSTRUCTION = re.compile(
    "(If [^,]+, )?(add|ask|change|check|compare|copy|correct|create|do|find|give|look|query|see|send|set"
    "|stop|try|use|wait)\\b",
    re.IGNORECASE,
)


class TestTable:
    def test_every_sentence_of_an_advice_is_an_instruction(self) -> None:
        advice = [
            text
            for row in (*ROWS, *STATUS_ROWS)
            for text in (row.get("advice", ""), *row.get("adviceFor", {}).values())
        ]
        sentences = [
            each for text in advice for each in re.split(r"(?<=[.]) ", " ".join(text.split())) if each
        ]
        assert [each for each in sentences if not INSTRUCTION.match(each)] == []

    def test_obeys_its_schema(self) -> None:
        schema = read_json("schemas/errors.schema.json")
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(TABLE)

    @pytest.mark.parametrize(
        "change",
        [
            {"order": "unknown"},
            {"order": "untouched"},
            {"message": "(?i)order"},
            {"message": r"order\s"},
            {"message": "Order"},
            {"message": "order.*gone"},
            {"message": "[a-z]+"},
            {"message": "x{2,}"},
            {"waiting": {"helps": True, "until": "after *([0-9]{13})"}},
            {"waiting": {"helps": False, "seconds": 5}},
            {"waiting": {"helps": "no"}},
            {"order": "untouched", "category": "rateLimited", "waiting": {"helps": True}},
            {"mesage": "order"},
        ],
        ids=str,
    )
    def test_the_schema_refuses(self, change: dict[str, Any]) -> None:
        row = next(row for row in ROWS if row["id"] == "order-not-exist")
        validator = Draft202012Validator(read_json("schemas/errors.schema.json"))
        assert validator.is_valid(TABLE | {"rows": [row]})
        assert not validator.is_valid(TABLE | {"rows": [row | change]})

    def test_names_each_row_once(self) -> None:
        names = [row["id"] for row in ROWS + STATUS_ROWS]
        assert len(names) == len(set(names))

    def test_each_list_ends_with_a_row_for_everything(self) -> None:
        for rows in (ROWS, STATUS_ROWS):
            open_rows = [
                row["id"] for row in rows if not row.keys() & {"operations", "codes", "message", "statuses"}
            ]
            assert open_rows == [rows[-1]["id"]]

    def test_every_expression_compiles_and_until_has_one_group(self) -> None:
        for row in ROWS + STATUS_ROWS:
            assert re.compile(row.get("message", "")).groups == 0
            until = row["waiting"].get("until")
            assert until is None or re.compile(until).groups == 1

    def test_rows_are_confined_to_operations_of_the_contract(self) -> None:
        paths = read_yaml("openapi.yaml")["paths"].values()
        known = {operation["operationId"] for path in paths for operation in path.values()}
        assert {name for row in ROWS + STATUS_ROWS for name in row.get("operations", ())} <= known

    def test_a_code_in_two_rows_stands_first_where_the_text_decides(self) -> None:
        decided: set[int] = set()
        for row in ROWS:
            codes = set(row.get("codes", ()))
            assert not codes & decided, f"{row['id']} can never be reached with {codes & decided}"
            if not row.keys() & {"message", "statuses"}:
                decided |= codes


class TestVectors:
    def test_obey_their_schema(self) -> None:
        schema = read_json("schemas/answers.schema.json")
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(VECTORS)

    def test_are_counted_and_named_once(self) -> None:
        assert VECTORS["numberOfTests"] == len(TESTS) >= 40
        assert len({test["id"] for test in TESTS}) == len(TESTS)

    def test_explain_every_flag_and_use_every_one(self) -> None:
        assert {flag for test in TESTS for flag in test["flags"]} == set(VECTORS["notes"])

    @pytest.mark.parametrize("test", TESTS, ids=vector_id)
    def test_find_their_row(self, test: Any) -> None:
        answer, operation = test["answer"], test.get("operation", "cancelOrder")
        assert classified(answer["status"], answer["body"], operation) == test["expected"]

    def test_reach_every_row(self) -> None:
        reached = {test["expected"]["row"] for test in TESTS}
        assert reached == {row["id"] for row in ROWS + STATUS_ROWS}

    def test_reach_every_code(self) -> None:
        sent = {(test["expected"]["row"], code_in(test)) for test in TESTS}
        for row in ROWS:
            for code in row.get("codes", ()):
                assert (row["id"], code) in sent


def test_a_list_is_not_open_by_the_texts_of_one_order() -> None:
    """YAML cannot join two expressions, so the row of several orders repeats those of one."""
    one = [row["message"] for row in ROWS if row["id"] in ("order-not-exist", "order-filled-or-cancelled")]
    (several,) = [row["message"] for row in ROWS if row["id"] == "list-not-open"]
    assert len(one) == 2
    assert all(f"|{each}|" in f"|{several}|" for each in one)


class TestContract:
    def test_examples_of_errors_find_their_row(self) -> None:
        operation = read_yaml("openapi.yaml")["paths"]["/openApi/spot/v1/trade/cancel"]["post"]
        examples = operation["responses"]["200"]["content"]["application/json"]["examples"]
        errors = {name: example["value"] for name, example in examples.items() if example["value"]["code"]}
        rows = {name: classified(200, json.dumps(value))["row"] for name, value in errors.items()}
        assert rows == EXAMPLES


def classified(status: int, body: str, operation: str = "cancelOrder") -> dict[str, Any]:
    """Follow the head of errors.yaml, and nothing else."""
    envelope = envelope_in(body)
    if envelope is None:
        row = next(row for row in STATUS_ROWS if holds(row, status))
        return verdict(row, "")
    code, message = envelope
    row = next(
        row
        for row in ROWS
        if operation in row.get("operations", [operation])
        and code in row.get("codes", [code])
        and re.search(row.get("message", ""), message, re.ASCII)
        and holds(row, status)
    )
    return verdict(row, message)


def verdict(row: Any, message: str) -> dict[str, Any]:
    until = row["waiting"].get("until")
    time = re.search(until, message, re.ASCII) if until else None
    return {
        "row": row["id"],
        "category": row["category"],
        "order": row["order"],
        "retryAt": int(time[1]) if time else None,
    }


def holds(row: Any, status: int) -> bool:
    statuses = row.get("statuses", {"from": status, "to": status})
    return bool(statuses["from"] <= status <= statuses["to"])


def envelope_in(body: str) -> tuple[int, str] | None:
    """Return the code and the normalised message of an envelope, or None."""
    try:
        answer = json.loads(body, parse_constant=_no_constant, object_pairs_hook=_no_name_twice)
    except ValueError:
        return None
    code = answer.get("code") if isinstance(answer, dict) else None
    if isinstance(code, str) and re.fullmatch("[0-9]+", code):
        code = int(code)
    if not isinstance(code, int) or isinstance(code, bool):
        return None
    message = answer.get("msg")
    return code, normalised(message if isinstance(message, str) else "")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("parsers differ in which of two equal names they keep")
    return members


def normalised(message: str) -> str:
    lower = re.sub("[A-Z]", lambda letter: letter[0].lower(), message)
    return re.sub("[ \\t\\r\\n]+", " ", lower).strip(" ")


def code_in(test: Any) -> int | None:
    envelope = envelope_in(test["answer"]["body"])
    return None if envelope is None else envelope[0]
