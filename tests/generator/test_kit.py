"""The spec kit is complete, reproducible and enough for a new user."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from generator import redocly
from generator.caller_view import caller_view
from generator.collections import collections
from generator.document import Document
from generator.kit import kit_files, write_kit
from generator.problem import GeneratorError
from tests.generator.contracts import ROOT
from tests.support.plain_yaml import load_yaml

PAGES = sorted(page.stem for page in (ROOT / "spec" / "pages").glob("*.md"))
needs_node = pytest.mark.skipif(not redocly.installed(), reason="Node.js is not installed")

PACKING = "import sys; from pathlib import Path; from generator.kit import write_kit; "
PACKING += "write_kit(Path(sys.argv[1]), Path(sys.argv[2]))"


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked kit, in a folder of its own; `test_reference_page.py` shows its page."""
    folder = tmp_path_factory.mktemp("kit")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("generator.kit.reference_page", lambda *_: "<html>")
        archive = write_kit(folder)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def project(folder: Path, time: int) -> Path:
    """Copy the sources of the kit, with other times and with files of editors and Python."""
    shutil.copytree(ROOT / "spec", folder / "spec", copy_function=shutil.copy)
    shutil.copy(ROOT / "LICENSE", folder)
    (folder / "spec" / "vectors" / "__pycache__").mkdir(exist_ok=True)
    (folder / "spec" / "vectors" / "__pycache__" / "make.cpython-311.pyc").write_bytes(b"\0")
    (folder / "spec" / ".openapi.yaml.swp").write_bytes(os.urandom(8))
    for path in folder.rglob("*"):
        os.utime(path, (time, time))
    return folder


@pytest.mark.slow
@needs_node
def test_the_same_contract_gives_the_same_bytes(tmp_path: Path) -> None:
    archives = []
    for name, zone, umask, time in (
        ("a", "UTC", 0o022, 1),
        ("a longer name", "Pacific/Auckland", 0o077, 1e9),
    ):
        root = project(tmp_path / name, int(time))
        environment = os.environ | {"TZ": zone, "LC_ALL": "C", "PYTHONHASHSEED": str(umask)}
        command = [sys.executable, "-c", PACKING, str(root / "dist"), str(root)]
        subprocess.run(command, check=True, env=environment, umask=umask, cwd=ROOT)
        (archive,) = (root / "dist").iterdir()
        assert archive.name == f"bingx-spot-spec-{contract()['info']['version']}.tar.gz"
        archives.append(archive.read_bytes())
    assert archives[0] == archives[1]


class TestContents:
    def test_are_complete(self, kit: Path) -> None:
        assert {path.relative_to(kit).as_posix() for path in kit.rglob("*") if path.is_file()} == {
            *(
                "README.md",
                "generators.md",
                "CHANGELOG.md",
                "LICENSE",
                "reference.html",
                "signing.md",
                "extensions.md",
            ),
            *("openapi.yaml", "openapi.json", "openapi.caller.yaml", "openapi.caller.json"),
            *("openapi31.caller.yaml", "bingx-spot.arazzo.yaml", "bingx-sandbox.pyz", "Containerfile"),
            *collections(json.loads((ROOT / "generated" / "operations.json").read_text("utf-8"))),
            *("errors.yaml", "errors.json", "operations.json", *(f"pages/{page}.md" for page in PAGES)),
            *("vectors/README.md", "vectors/signing.json", "vectors/answers.json", "vectors/clock.json"),
            *("vectors/outcome.json", "vectors/verifier.json", "vectors/catches.json"),
            *("vectors/parse.json", "vectors/safety.json"),
            *("vectors/signing.toml", "vectors/make.py"),
            *(f"schemas/{path.name}" for path in (ROOT / "spec" / "schemas").iterdir()),
        }

    def test_are_the_same_in_yaml_and_in_json(self, kit: Path) -> None:
        for name in ("openapi", "openapi.caller", "errors"):
            plain = load_yaml((kit / f"{name}.yaml").read_text("utf-8"))
            assert json.loads((kit / f"{name}.json").read_text("utf-8")) == plain
        caller = load_yaml((kit / "openapi.caller.yaml").read_text("utf-8"))
        assert caller == caller_view(contract())

    def test_every_schema_that_a_file_names_is_there(self, kit: Path) -> None:
        for path in (kit / "vectors").glob("*.json"):
            named = json.loads(path.read_text("utf-8"))["schema"]
            assert (path.parent / named).is_file()

    def test_every_link_leads_somewhere(self, kit: Path) -> None:
        for page in kit.rglob("*.md"):
            for link in re.findall(r"\]\((?!https?:|#)([^)]+)\)", page.read_text("utf-8")):
                assert (page.parent / link).exists(), f"{page.name}: {link}"

    def test_can_be_read_by_others(self, kit: Path) -> None:
        assert all(path.stat().st_mode & 0o444 == 0o444 for path in kit.rglob("*"))

    def test_the_readme_names_each_file(self, kit: Path) -> None:
        table = (kit / "README.md").read_text("utf-8")
        for name in ("openapi.json", "openapi.caller.yaml", "errors.json", "reference.html", "signing.md"):
            assert f"`{name}`" in table


@pytest.mark.slow
class TestNewUser:
    """The steps of the README, from unpacking to a cancelled order."""

    @pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
    @pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
    def test_starts_the_sandbox_and_cancels_an_order_by_hand(self, kit: Path) -> None:
        readme = (kit / "README.md").read_text("utf-8")
        (command,) = re.findall(r"^\$ python3 (bingx-sandbox.pyz .*)$", readme, re.MULTILINE)
        (script,) = re.findall(r"^```sh\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
        # Another port than the README's, which may be taken.
        starting = [sys.executable, *command.split(), "--port", "0"]
        with subprocess.Popen(starting, stdout=subprocess.PIPE, text=True, cwd=kit) as running:
            assert running.stdout is not None
            script = script.replace("http://127.0.0.1:8642", json.loads(running.stdout.readline())["url"])
            ran = subprocess.run(["sh", "-eu", "-c", script], cwd=kit, capture_output=True, check=False)
            running.terminate()
        assert ran.returncode == 0, ran.stderr
        answer = json.loads(ran.stdout)
        assert (answer["code"], answer["data"]["status"]) == (0, "CANCELED")
        assert answer["data"]["orderId"] == 1735964079647111281

    def test_checks_the_digests_with_the_tool_that_made_them(self, kit: Path) -> None:
        make = [sys.executable, str(kit / "vectors" / "make.py"), "--check"]
        assert subprocess.run(make, check=False).returncode == 0


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    root = project(tmp_path, 1)
    (root / "spec" / "CHANGELOG.md").unlink()
    document = Document.read(root / "spec" / "openapi.yaml", "spec/openapi.yaml")
    with pytest.raises(GeneratorError, match=r"spec/CHANGELOG\.md is missing"):
        kit_files(document, root)


def contract() -> dict[str, dict[str, str]]:
    document: dict[str, dict[str, str]] = load_yaml((ROOT / "spec" / "openapi.yaml").read_text("utf-8"))
    return document


@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_it_is_written_over_no_other_kind_of_file(tmp_path: Path, kind: str) -> None:
    version = Document.read(ROOT / "spec" / "openapi.yaml", "spec/openapi.yaml").root["info"]["version"]
    target, diary = tmp_path / f"bingx-spot-spec-{version}.tar.gz", tmp_path / "diary"
    diary.write_text("1", "utf-8")
    if kind == "link":
        target.symlink_to(diary)
    else:
        os.mkfifo(target)
    with pytest.raises(GeneratorError, match="no regular file"):
        write_kit(tmp_path)
    assert diary.read_text("utf-8") == "1"
