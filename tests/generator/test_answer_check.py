"""The caller's view against the answers of the vectors."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from generator.answer_check import answer_problems
from generator.caller_view import caller_view, without_injected
from generator.document import ROOT
from tests.support.plain_yaml import load_yaml

CONTRACT = load_yaml((ROOT / "spec" / "openapi.yaml").read_text("utf-8"))
FOLDER = ROOT / "spec" / "vectors"
VECTORS = json.loads((FOLDER / "answers.json").read_text("utf-8"))
NOT_TYPED = "NotTyped"


def of(body: str, *flags: str, status: int = 200) -> dict[str, Any]:
    test = {"id": "it", "flags": list(flags), "answer": {"status": status, "body": body}}
    return {"groups": [{"tests": [test]}]}


def problems(vectors: Any) -> list[str]:
    return list(answer_problems(caller_view(CONTRACT), vectors))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_every_answer_of_the_vectors_is_accepted_or_marked(path: Path) -> None:
    assert problems(json.loads(path.read_text("utf-8"))) == []


def test_the_answers_of_a_scenario_are_judged_too() -> None:
    answer = {"answer": {"status": 200, "body": '{"code":"0","data":{"orderId":"1"}}'}}
    test = {"id": "it", "flags": [], "operation": "cancelOrder", "server": {"queryOrder": [{}, answer]}}
    assert problems({"groups": [{"tests": [test]}]}) == [
        "it: the response schema refuses it: '1' is not of type 'integer'."
    ]
    assert problems({"groups": [{"tests": [test | {"flags": ["IdAsText"]}]}]}) == []


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
