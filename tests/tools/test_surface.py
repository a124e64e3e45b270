"""The public surface: what it lists, and that a change which breaks callers is found and named."""

import ast
from functools import cache
from pathlib import Path

import pytest

import bingx_spot
from tools.surface import __main__ as command
from tools.surface.compare import freeze, last_release, surface_changes
from tools.surface.stub import stub

SAMPLE = """\
class AsyncBingxSpot:
    async def cancel_order(self, symbol: str, order_id: int = 0, window: float = 0) -> Order: ...
    async def server_time(self) -> int: ...
class BingxSpot:
    def __enter__(self) -> Self: ...
    def close(self) -> None: ...
class NotExecuted(CallError):
    ...
class Options(TypedDict):
    proxy: str | None
class Order:
    order_id: int
class OrderStatus(StrEnum):
    CANCELED = 'CANCELED'
    FILLED = 'FILLED'
def canonical_string(parameters: Mapping[str, object]) -> str: ...
def sign(canonical: str, secret: str) -> str: ...
"""


@cache
def todays_stub() -> str:
    """Return the stub of today's public names, made once."""
    return stub()


def changed(old: str = "", new: str = "") -> list[str]:
    """Return the changes that one replacement in the sample makes."""
    assert old in SAMPLE, old
    return [str(change) for change in surface_changes(SAMPLE, SAMPLE.replace(old, new, 1) if old else SAMPLE)]


class TestStub:
    def test_has_every_public_name(self) -> None:
        for name in set(bingx_spot.__all__) - {"__version__"}:
            assert f"\nclass {name}" in todays_stub() or f"\ndef {name}(" in todays_stub()

    def test_is_python(self) -> None:
        assert ast.parse(todays_stub()).body

    def test_has_what_callers_write_and_nothing_private(self) -> None:
        assert "    def cancel_order(self, symbol: str, *, order_id: OrderId | None = None" in todays_stub()
        assert "\nclass Options(" in todays_stub()
        assert "    timeout: " in todays_stub()
        assert "    CANCELED = 'CANCELED'" in todays_stub()
        assert "def _" not in todays_stub().replace("def __", "")


class TestChanges:
    def test_of_nothing_are_none(self) -> None:
        assert changed() == []

    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [
            pytest.param("def sign(", "def seal(", "sign: public object was removed", id="function gone"),
            pytest.param(
                "    def close(self) -> None: ...\n",
                "",
                "BingxSpot.close: public object was removed",
                id="method gone",
            ),
            pytest.param(
                "def server_time(self)",
                "def server_time(self, host: str)",
                "AsyncBingxSpot.server_time",
                id="required parameter",
            ),
            pytest.param(
                "order_id: int = 0, ",
                "",
                "AsyncBingxSpot.cancel_order",
                id="parameter gone",
            ),
            pytest.param(
                "    FILLED = 'FILLED'\n",
                "",
                "OrderStatus.FILLED: public object was removed",
                id="enum member gone",
            ),
            pytest.param("= 'CANCELED'", "= 'CANCELLED'", "OrderStatus.CANCELED", id="enum value"),
            pytest.param("proxy:", "proxies:", "Options.proxy: public object was removed", id="option gone"),
            pytest.param(
                "class NotExecuted(CallError)",
                "class NotExecuted(Exception)",
                "NotExecuted: its bases were",
                id="base class",
            ),
            pytest.param(
                "def canonical_string(",
                "def canonical_string(self, ",
                "canonical_string",
                id="first parameter",
            ),
            pytest.param(
                "(canonical: str", "(canonical: bytes", "sign(canonical): takes bytes", id="argument type"
            ),
            pytest.param(
                "secret: str) -> str",
                "secret: str) -> bytes",
                "sign: returns bytes; it was str",
                id="return type",
            ),
            pytest.param(
                "    order_id: int\n",
                "    order_id: int | None\n",
                "Order.order_id: is int | None",
                id="attribute type",
            ),
            pytest.param(
                "    def __enter__(self) -> Self: ...\n",
                "",
                "BingxSpot.__enter__: public object",
                id="with statement",
            ),
        ],
    )
    def test_that_break_callers_are_named(self, old: str, new: str, line: str) -> None:
        found = changed(old, new)
        assert [each for each in found if each.startswith(f"BREAKS  {line}")], found

    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [
            pytest.param("def sign(", "def seal(): ...\ndef sign(", "seal: is new", id="function"),
            pytest.param(
                "window: float = 0)",
                "window: float = 0, note: str = '')",
                "AsyncBingxSpot.cancel_order(note): is new",
                id="optional parameter",
            ),
            pytest.param(
                "    FILLED = 'FILLED'\n",
                "    FILLED = 'FILLED'\n    GONE = 'GONE'\n",
                "OrderStatus.GONE",
                id="enum member",
            ),
        ],
    )
    def test_that_break_no_caller_are_named_too(self, old: str, new: str, line: str) -> None:
        (found,) = changed(old, new)
        assert found.startswith(f"is fine  {line}")


class TestCommand:
    @pytest.fixture(autouse=True)
    def _released(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the last release have today's surface, whatever the project's own last one has."""
        released = tmp_path / "0.1.0.pyi"
        released.write_text(todays_stub(), "utf-8")
        monkeypatch.setattr(command, "last_release", lambda: released)
        monkeypatch.setattr(command, "stub", todays_stub)
        monkeypatch.setattr(command, "__version__", "0.1.0")

    def test_passes_on_the_current_surface(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert command.main([]) == 0, capsys.readouterr().err

    def test_fails_if_a_name_is_gone(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(command, "stub", lambda: todays_stub().replace("\ndef sign(", "\ndef seal("))
        assert command.main([]) == 1
        printed = capsys.readouterr()
        assert "BREAKS  sign: public object was removed" in printed.out
        assert "Raise its" in printed.err

    def test_accepts_the_change_with_a_new_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(command, "stub", lambda: todays_stub().replace("\ndef sign(", "\ndef seal("))
        monkeypatch.setattr(command, "__version__", "9.0.0")
        assert command.main([]) == 0

    def test_rejects_an_unknown_argument(self) -> None:
        assert command.main(["--force"]) == 2


def test_a_release_is_kept_under_its_version(tmp_path: Path) -> None:
    kept = freeze("1.2.0", tmp_path)
    assert kept.read_text("utf-8") == todays_stub(), "it is the same each time"
    (tmp_path / "1.10.0.pyi").write_text(todays_stub(), "utf-8")
    assert last_release(tmp_path).stem == "1.10.0"
