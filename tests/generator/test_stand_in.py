"""The sandbox as one file starts with a Python that has nothing installed, and cancels."""

import json
import subprocess
import sys
import urllib.request
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from generator.problem import GeneratorError
from generator.stand_in import NAME, _files_of, stand_in
from tests.generator.contracts import ROOT


def test_it_starts_alone(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(stand_in(ROOT))
    # -I and -S: nothing but the standard library.
    command = [sys.executable, "-I", "-S", str(tmp_path / NAME), "--port", "0", "--api-key", "sandbox-key"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as running:
        assert running.stdout is not None
        announced = json.loads(running.stdout.readline())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(announced["url"] + "/openApi/swap/v2/server/time") as answer:
            assert json.load(answer)["code"] == 0
        with opener.open(announced["url"]) as page:
            assert b"<html" in page.read()
        running.terminate()
    assert announced["apiKey"] == "sandbox-key"
    assert running.returncode == 0


def test_the_same_sources_give_the_same_bytes_with_every_licence() -> None:
    packed = stand_in(ROOT)
    assert packed == stand_in(ROOT)
    names = zipfile.ZipFile(BytesIO(packed)).namelist()
    assert sum("licenses/" in name.lower() or name == "LICENSE" for name in names) >= 8
    assert not [name for name in names if name.endswith((".pyc", ".so"))]


def test_a_library_for_one_system_alone_is_refused() -> None:
    with pytest.raises(GeneratorError, match=r"httptools has .*\.so, which is not for every Python"):
        list(_files_of("httptools"))
