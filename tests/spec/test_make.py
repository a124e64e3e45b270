"""make.py writes signing.json from hand-written texts and openssl, and reports mistakes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.spec.vectors import SPEC

VECTORS = SPEC / "vectors"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the vectors; without openssl there is no test, except where CI promises one."""
    if shutil.which("openssl") is None:
        if "CI" in os.environ:
            pytest.fail("openssl is missing, and CI needs it")
        pytest.skip("openssl is not installed")
    for name in ("make.py", "signing.toml", "signing.json"):
        shutil.copy(VECTORS / name, tmp_path)
    return tmp_path


@pytest.fixture
def few(folder: Path) -> Path:
    """The same with the first two groups of cases alone: openssl is started for each case."""
    source = folder / "signing.toml"
    parts = source.read_text(encoding="utf-8").split("[[group]]")
    source.write_text("[[group]]".join(parts[:3]), encoding="utf-8")
    return folder


def test_the_vectors_are_what_openssl_gives(folder: Path) -> None:
    (folder / "signing.json").unlink()
    assert make(folder) == (0, "")
    assert (folder / "signing.json").read_bytes() == (VECTORS / "signing.json").read_bytes()


def test_check_finds_one_changed_character(few: Path) -> None:
    assert make(few) == (0, "")
    assert make(few, "--check") == (0, "")
    replace(few / "signing.json", "f8d883609dfd31c8", "f8d883609dfd31c9")
    code, error = make(few, "--check")
    assert code == 1
    assert "make vectors" in error


def test_a_changed_canonical_string_changes_the_digest(few: Path) -> None:
    replace(few / "signing.toml", "canonical = 'timestamp=1696751141337'", "canonical = 'timestamp=1'")
    assert make(few) == (0, "")
    text = (few / "signing.json").read_text(encoding="utf-8")
    assert "b1206765e9bd1cc8ef850965fc5c1edce909192ac61a811e6616a9930b8bf64c" not in text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "canonical = 'recvWindow=0&symbol=BTC-USDT&timestamp=1696751141337'",
            "canonical = 'recvWindow=1&symbol=BTC-USDT&timestamp=1696751141337'",
            "documented-symbol: openssl gave",
        ),
        ("query = 'timestamp=1696751141337&signature=<signature>'", "query = 'timestamp=1'", "must hold"),
    ],
    ids=["known-digest-not-met", "no-place-for-the-digest"],
)
def test_a_mistake_is_named_and_nothing_written(few: Path, old: str, new: str, message: str) -> None:
    replace(few / "signing.toml", old, new)
    code, error = make(few)
    assert code == 1
    assert message in error
    assert "Traceback" not in error
    assert (few / "signing.json").read_bytes() == (VECTORS / "signing.json").read_bytes()


def test_an_unknown_option_is_refused(folder: Path) -> None:
    code, error = make(folder, "--force")
    assert code == 2
    assert error.startswith("usage:")


def test_a_missing_openssl_is_named(folder: Path) -> None:
    code, error = make(folder, path=str(folder))
    assert (code, error) == (1, "spec/vectors/make.py: openssl is not installed\n")


def make(folder: Path, *arguments: str, path: str | None = None) -> tuple[int, str]:
    environment = os.environ | ({"PATH": path} if path else {})
    answer = subprocess.run(
        [sys.executable, str(folder / "make.py"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stderr


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
