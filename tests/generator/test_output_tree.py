import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.output_tree import Header, _previous, changes, differences, swap, workplace
from generator.problem import GeneratorError


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def generated(folder: Path, **files: str) -> Path:
    return write(folder, **files, **{"openapi.caller.yaml": "openapi: 3.0.3\n"})


def test_differences_name_each_file(tmp_path: Path) -> None:
    there = write(tmp_path / "there", same="1", changed="1", old="1")
    write(there / "package" / "__pycache__", cached="x")
    wanted = write(tmp_path / "wanted", same="1", changed="2", new="1")
    assert differences(there, wanted) == ["different: changed", "left over: old", "missing: new"]
    assert differences(there, there) == []


def test_changes_name_files_that_differ_in_more_than_their_header(tmp_path: Path) -> None:
    head = str(Header("1.0.0", "0" * 64)) + "\n"
    there = write(tmp_path / "there", same=head, headed=head + "1", changed=head + "1", old="1", bare="1")
    head = str(Header("1.0.0", "1" * 64)) + "\n"
    wanted = write(tmp_path / "wanted", same=head, headed=head + "1", changed=head + "2", new="1", bare="2")
    assert changes(there, wanted) == [
        "changed: bare",
        "changed: changed",
        "gone: old",
        "new: new",
        "Only the header changed in 2 more files.",
    ]
    assert changes(there, there) == []


def test_a_tree_that_is_not_there_misses_everything(tmp_path: Path) -> None:
    assert differences(tmp_path / "nothing", write(tmp_path / "wanted", a="1")) == ["missing: a"]


def test_a_swap_replaces_the_tree_whole(tmp_path: Path) -> None:
    target = generated(tmp_path / "generated", stale="1")
    swap(generated(tmp_path / "new", fresh="2"), target)
    assert sorted(path.name for path in target.iterdir()) == ["fresh", "openapi.caller.yaml"]
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    "failure", [OSError(28, "No space left on device"), KeyboardInterrupt(), SystemExit()]
)
def test_a_swap_that_fails_leaves_the_old_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    target = generated(tmp_path / "generated", stale="1")
    new = generated(tmp_path / "new", fresh="2")
    rename: Callable[[Path, Path], Path] = Path.rename

    def failing(self: Path, to: Path) -> Path:
        if self == new:
            raise failure
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises((GeneratorError, KeyboardInterrupt, SystemExit)):
        swap(new, target)
    assert (target / "stale").read_text("utf-8") == "1"
    assert not (target / "fresh").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["generated", "new"]


def test_ctrl_c_in_the_middle_of_a_swap_waits_for_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = generated(tmp_path / "generated", stale="1")
    new = generated(tmp_path / "new", fresh="2")
    rename: Callable[[Path, Path], Path] = Path.rename

    def interrupted(self: Path, to: Path) -> Path:
        signal.raise_signal(signal.SIGINT)
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        swap(new, target)
    assert (target / "fresh").read_text("utf-8") == "2"
    assert not (target / "stale").exists()


def test_the_next_run_restores_a_tree_after_a_kill_between_the_renames(tmp_path: Path) -> None:
    target = tmp_path / "generated"
    generated(_previous(target), stale="1")
    with workplace(target):
        assert (target / "stale").read_text("utf-8") == "1"
    assert list(tmp_path.iterdir()) == [target]


def test_the_next_run_removes_the_old_tree_after_a_kill_behind_the_renames(tmp_path: Path) -> None:
    target = generated(tmp_path / "generated", fresh="2")
    generated(_previous(target), stale="1")
    with workplace(target):
        assert (target / "fresh").exists()
    assert list(tmp_path.iterdir()) == [target]


def test_a_workplace_is_gone_after_a_failure(tmp_path: Path) -> None:
    target = generated(tmp_path / "generated")
    with pytest.raises(ZeroDivisionError), workplace(target) as folder:
        (folder / "half").write_text(str(1 / 0), "utf-8")
    assert list(tmp_path.iterdir()) == [target]


def test_a_foreign_folder_is_not_replaced(tmp_path: Path) -> None:
    target = write(tmp_path / "home", diary="1")
    with pytest.raises(GeneratorError, match="was not written by this generator"), workplace(target):
        pass
    assert (target / "diary").exists()


def test_what_is_no_tree_is_neither_followed_nor_removed(tmp_path: Path) -> None:
    tree = generated(tmp_path / "tree")
    diary = write(_previous(tmp_path / "generated"), diary="1")
    (tmp_path / "link").symlink_to(tree)
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "file").write_text("1", "utf-8")
    os.mkfifo(tmp_path / "fifo")
    before = sorted(tmp_path.rglob("*"))
    for name in ("generated", "link", "dangling", "file", "fifo"):
        with (
            pytest.raises(GeneratorError, match="was not written by this generator"),
            workplace(tmp_path / name),
        ):
            pass
    assert sorted(tmp_path.rglob("*")) == before
    assert (diary / "diary").read_text("utf-8") == "1"


def test_an_old_tree_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    target, tree = generated(tmp_path / "generated"), generated(tmp_path / "tree")
    _previous(target).symlink_to(tree)
    with pytest.raises(GeneratorError), workplace(target):
        pass
    assert _previous(target).is_symlink()
    assert (tree / "openapi.caller.yaml").exists()


def test_an_unwritable_folder_is_reported(tmp_path: Path) -> None:
    write(tmp_path, file="1")
    refused = pytest.raises(GeneratorError, match="Nothing can be written beside generated/")
    with refused, workplace(tmp_path / "file" / "generated"):
        pass


def test_the_header_is_written_into_files_with_comments_that_lack_it(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "py.typed").write_text("", "utf-8")
    (tmp_path / "a.yaml").write_text("symbol: MØTH-USDT\n\n", "utf-8")
    (tmp_path / "a.json").write_text("{}\n", "utf-8")
    (tmp_path / "package" / "a.py").write_text("# Written with its head.\n", "utf-8")
    header = Header("1.2.3", "ab" * 32)
    header.stamp(tmp_path)
    assert (tmp_path / "package" / "py.typed").read_text("utf-8") == str(header)
    assert (tmp_path / "a.yaml").read_text("utf-8") == f"{header}\nsymbol: MØTH-USDT\n"
    assert (tmp_path / "a.json").read_text("utf-8") == "{}\n"
    assert (tmp_path / "package" / "a.py").read_text("utf-8") == "# Written with its head.\n"
    assert "version 1.2.3,\n# SHA-256 abab" in str(header)
    assert all(line.startswith("# ") for line in str(header).splitlines())
