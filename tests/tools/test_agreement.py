"""The comparison of sandbox and contract finds what it should."""

import pytest

from tools.agreement.__main__ import compare


@pytest.mark.slow
def test_numbers_as_text_are_noticed(capfd: pytest.CaptureFixture[str]) -> None:
    assert compare(examples=1, lenient=True) == 1
    assert "The contract forbids this, and the sandbox accepts it" in capfd.readouterr().out
