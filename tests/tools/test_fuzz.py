"""The fuzzing of what reads the bytes of others: it finds what is planted, and nothing else."""

from typing import Any

import pytest

from bingx_spot import Response
from bingx_spot.redaction import Redactor
from tools.fuzz import response
from tools.fuzz.__main__ import main


def test_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert response.main(1.0, seed=1) == 0
    assert "nothing found" in capsys.readouterr().out


def believe(_: object, answer: Response) -> Response:
    return answer


def crash(_: object, answer: Response) -> Response:
    raise KeyError(answer.http_status)


@pytest.mark.parametrize("planted", [believe, crash])
def test_finds_a_gate_that_lets_something_else_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], planted: Any
) -> None:
    monkeypatch.setattr(response, "validate_response", planted)
    assert response.main(30.0, seed=1) == 1
    assert "of seed 1" in capsys.readouterr().out


def test_finds_a_secret_that_is_not_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Redactor, "response", lambda _, *received: received)
    assert response.main(30.0, seed=1) == 1


def test_runs_each_target(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response, "main", lambda seconds, seed: (seconds, seed) == (0.0, None))
    assert main(0.0) == 1
