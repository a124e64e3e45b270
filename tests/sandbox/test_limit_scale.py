from __future__ import annotations

import json

import pytest

from bingx_sandbox import SandboxError
from bingx_sandbox.limit_scale import LimitScale, load_scale, read_scale
from bingx_sandbox.rates import Rate


@pytest.mark.parametrize(
    ("limits", "factor"),
    [
        ("documented", 1.0),
        ("off", None),
        ("10", 10.0),
        ("x10", 10.0),
        ("x0.5", 0.5),
        (2, 2.0),
        (0.01, 0.01),
        (1000, 1000.0),
    ],
)
def test_a_scale_is_a_word_or_a_factor(limits: object, factor: float | None) -> None:
    scale = read_scale(limits, 5)
    assert scale == LimitScale(factor, 5.0)
    assert load_scale(json.dumps(scale.to_dict()).encode()) == scale


@pytest.mark.parametrize(
    "limits", ["", "x", "few", "10x", "0", "-1", "1001", "1e3", " 10", 0, True, None, [], float("nan")]
)
def test_anything_else_is_rejected(limits: object) -> None:
    with pytest.raises(SandboxError) as rejected:
        read_scale(limits)
    assert rejected.value.field == "limits"


@pytest.mark.parametrize("seconds", [-1, 3601, "5", True, float("inf")])
def test_a_wrong_lock_out_time_is_rejected(seconds: object) -> None:
    with pytest.raises(SandboxError) as rejected:
        read_scale("off", seconds)
    assert rejected.value.field == "lockSeconds"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b"", None),
        (b"[]", None),
        (b"{", None),
        (b"[" * 100_000, None),
        (b"\xff", None),
        (b'{"limit": 1}', "limit"),
        (b'{"limits": null}', "limits"),
        (b'{"copyTrading": 1}', "copyTrading"),
    ],
)
def test_wrong_json_is_rejected(text: bytes, field: str | None) -> None:
    with pytest.raises(SandboxError) as rejected:
        load_scale(text)
    assert rejected.value.field == field


def test_defaults_are_as_documented() -> None:
    assert load_scale(b"{}") == LimitScale()


def test_a_scaled_rate_has_at_least_one_request() -> None:
    assert LimitScale(0.01).apply(Rate(5, 1)) == Rate(1, 1)
    assert LimitScale(0.5).apply(Rate(5, 1)) == Rate(2, 1)
