"""What a reader of the contract would miss is named, with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.completeness import completeness_problems
from generator.document import Document
from generator.problem import Problem
from tests.generator.contracts import CONTRACT, ROOT, edited

Check = Callable[[str], list[Problem]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def check(text: str) -> list[Problem]:
        path = tmp_path / "openapi.yaml"
        path.write_text(text, "utf-8")
        return list(completeness_problems(Document.read(path, "spec/openapi.yaml")))

    return check


def test_the_contract_lacks_nothing() -> None:
    path = ROOT / "spec" / "openapi.yaml"
    assert list(completeness_problems(Document.read(path, "spec/openapi.yaml"))) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "          description: Price, in the quote asset for one unit of the base asset. "
            "A decimal number as text.\n          example: '0.1532'\n        origQty",
            "          example: '0.1532'\n        origQty",
            "`price` has no description.",
        ),
        (
            "          description: The asset that the fee is in.\n          example: USDT\n",
            "          description: The asset that the fee is in.\n",
            "`feeAsset` has no example.",
        ),
        (
            "description: Unix time, unit milliseconds. An int64.\n          example: 1675319535362",
            "description: Unix time, unit milliseconds.\n          example: 1675319535362",
            "`serverTime` is an int64, and its description does not say so.",
        ),
        (
            "          description: Trading pair, as in a cancel.\n",
            "",
            "`symbol` has no description.",
        ),
        (
            "      schema: {type: integer, format: int32}\n      example: 4\n",
            "      schema: {type: integer, format: int32}\n",
            "`X-RateLimit-Requests-Remain` has no example.",
        ),
        (
            "      summary: Get the exchange's time\n",
            "",
            "GET /openApi/swap/v2/server/time has no `summary`.",
        ),
        (
            "      x-bingx-limits: {}\n      x-bingx-outcome:\n        act: read\n        repeat: harmless\n",
            "      x-bingx-limits: {}\n",
            "GET /openApi/swap/v2/server/time has no `x-bingx-outcome`.",
        ),
        (
            "                time:\n                  summary: The time\n                  value:\n"
            "                    code: 0\n",
            "                time:\n                  summary: The time\n                  value:\n"
            "                    code: 1\n",
            "GET /openApi/swap/v2/server/time has no example of a success.",
        ),
        (
            "                  summary: The exchange is busy\n                  value:\n"
            "                    code: 100500\n                    msg: The current system is busy, "
            "please try again later\n        '400'",
            "                  summary: The exchange is busy\n                  value:\n"
            "                    code: 0\n                    msg: The current system is busy, "
            "please try again later\n        '400'",
            "GET /openApi/swap/v2/server/time has no example of an error.",
        ),
        (
            "          schema: {type: string}\n          example: <html><body>520",
            "          schema: {type: string}\n          x-none: <html><body>520",
            "The response default of POST /openApi/spot/v1/trade/cancel has no example.",
        ),
    ],
)
def test_names_what_is_missing(check: Check, old: str, new: str, problem: str) -> None:
    found = [problem.text for problem in check(edited((old, new)))]
    assert any(text.startswith(problem) for text in found), found


def test_a_problem_has_its_line(check: Check) -> None:
    old = "          description: The asset that the fee is in.\n          example: USDT\n"
    (problem,) = check(edited((old, old.split("\n", maxsplit=1)[0] + "\n")))
    assert CONTRACT.splitlines()[problem.line - 1].strip() == "feeAsset:"
