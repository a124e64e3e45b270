"""Lock files pin a version and hashes of everything, and record no address to download from."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted([*(ROOT / "requirements").glob("*.txt"), *ROOT.glob("tools/conformance/readers/*/*.txt")])
# A requirement with its hashes is one line that is broken by backslashes.
_PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[a-z0-9,-]+\])?==[^ ]+( ;.*?)?( --hash=sha256:[0-9a-f]{64})+")


def requirements(text: str) -> list[str]:
    joined = re.sub(r" *\\\n +", " ", text)
    return [line for line in joined.splitlines() if line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_everything_is_pinned_with_hashes(lock: Path) -> None:
    lines = requirements(lock.read_text("utf-8"))
    assert lines
    assert [line for line in lines if not _PINNED.fullmatch(line)] == []


OTHERS = [
    ROOT / "overlays/rust/pinned.lock",
    *ROOT.glob("overlays/*/package-lock.json"),
    *ROOT.glob("generator/node/*lock*"),
    *ROOT.glob("tools/conformance/**/package-lock.json"),
]


def test_every_crate_is_pinned_with_its_checksum() -> None:
    crates = (ROOT / "overlays/rust/pinned.lock").read_text("utf-8").split("[[package]]")[1:]
    unpinned = [each for each in crates if not re.search(r'^checksum = "[0-9a-f]{64}"$', each, re.MULTILINE)]
    assert len(unpinned) == 1, "the overlay itself has none"


@pytest.mark.parametrize("lock", [*LOCKS, *OTHERS], ids=lambda lock: f"{lock.parent.name}/{lock.name}")
def test_no_download_address_is_recorded(lock: Path) -> None:
    assert re.findall(r"\w+://\S*|--(?:extra-)?index-url.*|--find-links.*", lock.read_text("utf-8")) == []


def test_the_light_lock_is_a_part_of_the_development_lock() -> None:
    """So that `make demo` and `make test` share one environment."""
    run, dev = (
        {line.split(" ")[0] for line in requirements((ROOT / "requirements" / name).read_text("utf-8"))}
        for name in ("run.txt", "dev.txt")
    )
    assert run < dev


@pytest.mark.parametrize(
    "line", ["certifi==1 \\\n    --hash=sha256:12", "certifi>=1", "certifi==1", "certifi @ file:x"]
)
def test_an_unpinned_line_is_noticed(line: str) -> None:
    assert not _PINNED.fullmatch(requirements(line)[0])
