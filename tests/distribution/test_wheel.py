"""The built wheel, alone in an empty virtual environment, outside the source tree."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bingx_sandbox import Sandbox

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "overlays" / "python" / "bingx_sandbox" / "assets"
SCRIPT = """
import sys
from bingx_spot import BingxSpot
with BingxSpot.from_env() as bingx:
    order = bingx.cancel_order(sys.argv[1], order_id=int(sys.argv[2]))
print(order.status, order.order_id)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Path:
    """Return an interpreter that has the wheel and its dependencies, and nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel]
    subprocess.run(install, check=True, capture_output=True, cwd=folder)
    return python


def run(command: list[str | Path], folder: Path, sandbox: Sandbox) -> str:
    variables = {
        "PATH": os.environ["PATH"],
        "BINGX_API_KEY": sandbox.api_key,
        "BINGX_API_SECRET": sandbox.api_secret,
        "BINGX_ENV": sandbox.url,
    }
    ran = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_wheel_cancels_an_order_from_python(python, tmp_path):
    with Sandbox() as sandbox:
        order = sandbox.place_order()
        command = [python, "-I", "-c", SCRIPT, order["symbol"], str(order["orderId"])]
        assert run(command, tmp_path, sandbox) == f"CANCELED {order['orderId']}\n"
        assert sandbox.orders()[-1]["status"] == "CANCELED"


def test_the_wheel_cancels_an_order_from_the_command_line(python, tmp_path):
    with Sandbox() as sandbox:
        order = sandbox.place_order()
        command = ["cancel", order["symbol"], "--order-id", str(order["orderId"]), "--json"]
        printed = run([python.with_name("bingx-spot"), *command], tmp_path, sandbox)
        assert json.loads(printed)["orderId"] == order["orderId"]


def test_without_the_extra_the_sandbox_command_says_what_to_install(python, tmp_path):
    command = [python.with_name("bingx-spot"), "sandbox", "--port", "0"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "bingx-spot[sandbox]" in ran.stderr


def test_the_wheel_is_the_same_to_the_byte_wherever_and_whenever_it_is_built(wheel, tmp_path):
    copy = tmp_path / "another place"
    unwanted = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "node_modules", "target")
    shutil.copytree(ROOT, copy, ignore=unwanted, copy_function=shutil.copy)
    again = tmp_path / "dist"
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", again, copy]
    subprocess.run(
        build, check=True, capture_output=True, env={**os.environ, "TZ": "Asia/Tokyo"}, umask=0o077
    )
    (rebuilt,) = again.glob("*.whl")
    assert rebuilt.name == wheel.name
    assert rebuilt.read_bytes() == wheel.read_bytes()


def test_the_wheel_holds_the_three_packages_typed_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    packages = {"bingx_spot", "bingx_spot_api", "bingx_sandbox"}
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == packages
    assert {f"{package}/py.typed" for package in packages} <= set(names)
    assert not [name for name in names if "__pycache__" in name]
    assets = {f"bingx_sandbox/assets/{file.name}" for file in ASSETS.iterdir()}
    assert "bingx_sandbox/assets/index.html" in assets <= set(names)
