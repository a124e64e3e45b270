"""The caller's view against the answers of the vectors."""

import copy
import json
from typing import Any

from generator.answer_check import NOT_TYPED, answer_problems
from generator.caller_view import caller_view, without_injected
from generator.document import ROOT
from tests.support.plain_yaml import load_yaml

CONTRACT = load_yaml((ROOT / "spec" / "openapi.yaml").read_text("utf-8"))
VECTORS = json.loads((ROOT / "spec" / "vectors" / "answers.json").read_text("utf-8"))


def of(body: str, *flags: str, status: int = 200) -> dict[str, Any]:
    test = {"id": "it", "flags": list(flags), "answer": {"status": status, "body": body}}
    return {"groups": [{"tests": [test]}]}


def problems(vectors: Any) -> list[str]:
    return list(answer_problems(caller_view(CONTRACT), vectors))


def test_every_answer_of_the_vectors_is_accepted_or_marked() -> None:
    assert problems(VECTORS) == []


def test_the_contract_as_written_would_refuse_many() -> None:
    assert len(list(answer_problems(without_injected(CONTRACT), VECTORS))) > 10


def test_what_a_real_answer_may_hold_is_accepted() -> None:
    for data in ("null", "{}", '{"status":"EXPIRED","price":"","executedQty":"64123.123456789012345678"}'):
        assert problems(of(f'{{"code":"100404","msg":null,"data":{data}}}')) == []
    assert problems(of('{"code":100500,"msg":"busy"}', status=524)) == []


def test_a_mark_must_be_true() -> None:
    assert problems(of('{"code":0}', NOT_TYPED)) == [
        "it: the response schema accepts it, and it is marked NotTyped."
    ]
    assert "refuses it" in problems(of("[]"))[0]


def test_a_status_without_json_is_a_problem() -> None:
    contract = copy.deepcopy(CONTRACT)
    del contract["components"]["responses"]["ContentDeliveryError"]["content"]["application/json"]
    vectors = of('{"code":1}', status=520)
    assert list(answer_problems(caller_view(contract), vectors)) == [
        "it: the contract knows no JSON with HTTP 520."
    ]


def test_a_body_that_is_no_json_says_nothing() -> None:
    assert problems(of("<html>")) == []
