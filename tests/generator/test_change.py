import pytest

from generator.change import Change, numbers, version_allows


@pytest.mark.parametrize(
    ("released", "current", "allowed"),
    [
        ("1.1.0", "1.1.0", False),
        ("1.1.0", "1.9.0", False),
        ("1.1.0", "2.0.0", True),
        ("0.1.0", "0.1.1", False),
        ("0.1.0", "0.2.0", True),
        ("0.9.0", "1.0.0", True),
        ("9.0.0", "10.0.0", True),
    ],
)
def test_a_breaking_change_needs_a_higher_first_number(released: str, current: str, allowed: bool) -> None:
    breaking = [Change("a", "b", breaking=True), Change("c", "d", breaking=False)]
    assert version_allows(released, current, breaking) == allowed
    assert version_allows(released, current, breaking[1:])


@pytest.mark.parametrize("text", ["1.2", "1.2.3.4", "v1.2.3", "1.2.x", "1.-2.3", "1.2.３", ""])
def test_a_version_has_three_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="no version of three numbers"):
        numbers(text)
