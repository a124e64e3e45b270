"""The store in a file."""

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from bingx_spot.shared_limits import file_store
from bingx_spot.shared_limits.file_store import FileStore
from bingx_spot.shared_limits.store import StoreError
from tests.support.file_kinds import KINDS, standing
from tests.unit.shared_limits.reports import report

Make = Callable[[Path], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "limits"


@pytest.fixture
def store(path: Path) -> Iterator[FileStore]:
    with closing(FileStore(path)) as store:
        yield store


def granted(store: FileStore, process: str, number: int) -> list[str]:
    """Ask for so many permits, and return the names of those that are granted."""
    names = [f"{process}:{each}" for each in range(number)]
    return store.exchange("limit", report(process, single=names))["granted"]


def test_two_processes_have_one_limit(store: FileStore, path: Path) -> None:
    with closing(FileStore(path)) as other:
        assert len(granted(store, "a", 3)) == 3
        assert len(granted(other, "b", 3)) == 2


def test_limits_are_separate(store: FileStore) -> None:
    assert len(granted(store, "a", 5)) == 5
    assert store.exchange("another", report("a", single=["a:9"]))["granted"] == ["a:9"]


def test_the_file_is_readable_by_its_owner_alone(store: FileStore, path: Path) -> None:
    granted(store, "a", 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_full_disk_is_an_error_and_the_next_exchange_works(store: FileStore) -> None:
    granted(store, "a", 1)
    # SQLite's own error for a disk that is full.
    store._connect().execute("PRAGMA max_page_count = 1")
    big = report("a", single=[f"a:{'x' * 4000}{number}" for number in range(5)])
    with pytest.raises(StoreError, match="full"):
        store.exchange("another", big)
    assert granted(store, "b", 1) == ["b:0"]


def test_a_missing_directory_is_an_error(path: Path) -> None:
    with closing(FileStore(path / "deeper")) as store, pytest.raises(StoreError) as failure:
        granted(store, "a", 1)
    assert failure.value.reason == "the file cannot be opened: No such file or directory"
    assert failure.value.fix


@pytest.mark.parametrize("where", [Path("/dev/full"), Path("/")], ids=["device", "directory"])
def test_what_is_no_file_is_an_error(where: Path) -> None:
    with closing(FileStore(where)) as store, pytest.raises(StoreError):
        granted(store, "a", 1)


def test_another_file_is_left_as_it_is(store: FileStore, path: Path) -> None:
    path.write_text("my diary\n" * 100)
    with pytest.raises(StoreError, match="not a database"):
        granted(store, "a", 1)
    assert path.read_text() == "my diary\n" * 100


def test_a_file_that_was_deleted_or_replaced_is_used_no_longer(store: FileStore, path: Path) -> None:
    granted(store, "a", 3)
    path.unlink()
    with closing(FileStore(path)) as other:
        assert len(granted(other, "b", 3)) == 3
        # Only what the present file knows of: a would have been granted five, by the one that is gone.
        assert len(granted(store, "a", 5)) == 2


@pytest.mark.parametrize("name", ["accounts", "limits"])
def test_another_database_is_left_as_it_is(store: FileStore, path: Path, name: str) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"CREATE TABLE {name} (name TEXT PRIMARY KEY, state TEXT)")
        other.commit()
    content = path.read_bytes()
    with pytest.raises(StoreError) as failure:
        granted(store, "a", 1)
    assert failure.value.reason == "the file cannot be opened: it is another database"
    assert failure.value.fix
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(("words", "make"), KINDS.items(), ids=list(KINDS))
def test_what_is_no_regular_file_stays_as_it_is(store: FileStore, path: Path, words: str, make: Make) -> None:
    make(path)
    before = standing(path)
    with pytest.raises(StoreError) as failure:
        granted(store, "a", 1)
    assert failure.value.reason.startswith(f"the file cannot be opened: it is {words}")
    assert standing(path) == before


def test_a_file_that_others_may_write_is_not_used(store: FileStore, path: Path) -> None:
    granted(store, "a", 1)
    store.close()
    path.chmod(0o666)
    with pytest.raises(StoreError, match="others may write it; fix that with `chmod go-w"):
        granted(store, "a", 1)
    path.chmod(0o600)
    assert granted(store, "b", 1) == ["b:0"]


@pytest.mark.parametrize(
    "state",
    [
        '{"members": 5}',
        "[]",
        "5",
        '{"members": {"x": {"until": 1e12, "number": 1, "requests": 1, "window": 0}}}',
        "[" * 100_000,
    ],
    ids=lambda state: state[:12],
)
def test_an_unexpected_state_is_an_error(store: FileStore, state: str) -> None:
    granted(store, "a", 1)
    store._connect().execute("UPDATE limits SET state = ?", (state,))
    with pytest.raises(StoreError):
        granted(store, "a", 1)


class TestTheMachineStartsAgain:
    """Its monotonic clock begins again, and the file remains."""

    @pytest.fixture
    def machine(self, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
        machine = SimpleNamespace(boot="first", monotonic=90_000.0, time=1_700_000_000.0)
        monkeypatch.setattr(file_store.time, "monotonic", lambda: machine.monotonic)
        monkeypatch.setattr(file_store.time, "time", lambda: machine.time)
        monkeypatch.setattr(file_store, "_boot", lambda: machine.boot)
        return machine

    def locked_for(self, store: FileStore) -> float:
        return store.exchange("limit", report("b"))["locked_for"] / 1000

    # Without a name of the run, as on macOS, a clock that has gone back tells.
    @pytest.mark.parametrize(("boot", "up_for"), [("second", 10.0), ("second", 90_001.0), ("first", 10.0)])
    @pytest.mark.parametrize(("off_for", "left"), [(100.0, 200), (86_400.0, 0), (-50.0, 300)])
    def test_and_locks_have_gone_on(
        self,
        store: FileStore,
        machine: SimpleNamespace,
        boot: str,
        up_for: float,
        off_for: float,
        left: float,
    ) -> None:
        store.exchange("limit", report("a", locked_for=300_000))
        machine.boot, machine.monotonic, machine.time = boot, up_for, machine.time + off_for
        assert self.locked_for(store) == left
        machine.monotonic, machine.time = up_for + 20, machine.time + 5_000
        assert self.locked_for(store) == max(left - 20, 0), "from now on the monotonic clock counts"

    def test_an_earlier_version_knew_nothing_of_it(self, store: FileStore, machine: SimpleNamespace) -> None:
        store.exchange("limit", report("a", locked_for=300_000))
        store._connect().execute("UPDATE limits SET state = json_remove(state, '$.machine')")
        machine.monotonic += 100
        assert self.locked_for(store) == 200
