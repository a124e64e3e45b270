"""The public surface: what is on it, and that a change which breaks callers is found and named."""

from pathlib import Path

import pytest

import bingx_spot
from tools.surface import __main__ as command
from tools.surface.compare import freeze, last_release, surface_changes
from tools.surface.stub import stub

STUB = stub()


def changed(*changes: tuple[str, str]) -> list[str]:
    text = STUB
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return [str(change) for change in surface_changes(STUB, text)]


class TestStub:
    def test_has_every_public_name(self) -> None:
        for name in set(bingx_spot.__all__) - {"__version__"}:
            assert f"\nclass {name}" in STUB or f"\ndef {name}(" in STUB

    def test_is_python(self) -> None:
        compile(STUB, "surface.pyi", "exec")

    def test_has_what_callers_write_and_nothing_private(self) -> None:
        assert "    def cancel_order(self, symbol: str, *, order_id: int | str | None = None" in STUB
        assert "\nclass Options(" in STUB
        assert "    timeout: " in STUB
        assert "    CANCELED = 'CANCELED'" in STUB
        assert "def _" not in STUB.replace("def __", "")

    def test_is_the_same_each_time(self) -> None:
        assert stub() == STUB


class TestChanges:
    def test_are_none(self) -> None:
        assert changed() == []

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("\ndef sign(", "\ndef seal(", "BREAKS  sign: public object was removed"),
            ("    def close(self) -> None: ...\n", "", "BREAKS  BingxSpot.close: public object was removed"),
            (
                "def server_time(self) -> int",
                "def server_time(self, host: str) -> int",
                "BREAKS  AsyncBingxSpot.server_time",
            ),
            ("order_id: int | str | None = None, ", "", "BREAKS  AsyncBingxSpot.cancel_order"),
            ("    FILLED = 'FILLED'\n", "", "BREAKS  OrderStatus.FILLED: public object was removed"),
            ("    CANCELED = 'CANCELED'", "    CANCELED = 'CANCELLED'", "BREAKS  OrderStatus.CANCELED"),
            ("    proxy: ", "    proxies: ", "BREAKS  Options.proxy: public object was removed"),
            (
                "class NotExecuted(CallError)",
                "class NotExecuted(Exception)",
                "BREAKS  NotExecuted: its bases were",
            ),
            ("def canonical_string(", "def canonical_string(self, ", "BREAKS  canonical_string"),
            ("def sign(canonical: str", "def sign(canonical: bytes", "BREAKS  sign(canonical): takes bytes"),
            ("secret: str) -> str", "secret: str) -> bytes", "BREAKS  sign: returns bytes; it was str"),
            ("    order_id: int\n", "    order_id: int | None\n", "BREAKS  Order.order_id: is int | None"),
            ("    def __enter__(self) -> Self: ...\n", "", "BREAKS  BingxSpot.__enter__: public object"),
        ],
    )
    def test_that_break_callers_are_named(self, old: str, new: str, said: str) -> None:
        found = changed((old, new))
        assert [line for line in found if line.startswith(said)], found

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("\ndef sign(", "\ndef seal(): ...\ndef sign(", "is fine  seal: is new"),
            (
                "recv_window: float | None = None) -> Order",
                "recv_window: float | None = None, note: str = '') -> Order",
                "is fine  AsyncBingxSpot.cancel_order(note): is new",
            ),
            (
                "    FILLED = 'FILLED'\n",
                "    FILLED = 'FILLED'\n    GONE = 'GONE'\n",
                "is fine  OrderStatus.GONE",
            ),
        ],
    )
    def test_that_break_nobody_are_named_too(self, old: str, new: str, said: str) -> None:
        found = changed((old, new))
        assert len(found) == 1
        assert found[0].startswith(said)


class TestCommand:
    def test_passes_as_the_surface_stands(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert command.main([]) == 0, capsys.readouterr().err

    def test_fails_where_a_name_is_gone(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(command, "stub", lambda: STUB.replace("\ndef sign(", "\ndef seal("))
        assert command.main([]) == 1
        said = capsys.readouterr()
        assert "BREAKS  sign: public object was removed" in said.out
        assert "Raise its" in said.err

    def test_takes_the_change_under_a_version_that_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(command, "stub", lambda: STUB.replace("\ndef sign(", "\ndef seal("))
        monkeypatch.setattr(command, "__version__", "9.0.0")
        assert command.main([]) == 0

    def test_refuses_what_it_does_not_know(self) -> None:
        assert command.main(["--force"]) == 2


def test_a_release_is_kept_under_its_version(tmp_path: Path) -> None:
    kept = freeze("1.2.0", tmp_path)
    assert kept.read_text("utf-8") == STUB
    freeze("1.10.0", tmp_path)
    assert last_release(tmp_path).stem == "1.10.0"
