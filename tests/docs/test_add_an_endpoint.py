"""`docs/how-to/add-an-endpoint.md`, followed to the letter on a copy of the project."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from generator import redocly
from tests.support.documentation import shown
from tools.conformance.language import TOOLS, Language

ROOT = Path(__file__).parents[2]
PAGE = "how-to/add-an-endpoint.md"
PATH, TAG, SCHEMAS = BLOCKS = shown(PAGE, "yaml")
LINES = [line for line in "".join(BLOCKS).splitlines() if line.strip()]
(CALL,) = shown(PAGE, "python")
SCREENS = "".join(shown(PAGE, "text"))
MOST_LINES = 45
COMMAND = "from bingx_spot.cli import main; main()"
# By the target of make, what it runs.
TARGETS = {
    "generate": ["-m", "generator"],
    "lint-spec": ["-m", "generator.commands", "lint"],
    "spec-diff": ["-m", "generator.commands", "diff"],
}
TYPED = """
from typing import assert_type
from bingx_spot import AsyncBingxSpot, BingxSpot
from bingx_spot_api.models import Balance

def blocking(bingx: BingxSpot) -> None:
    assert_type(bingx.account.balance().balances, list[Balance])
    assert_type(bingx.account.balance(recv_window=1).balances[0].free, str)

async def awaiting(bingx: AsyncBingxSpot) -> None:
    assert_type((await bingx.account.balance()).balances, list[Balance])
"""
# Without it the generated parser would fail; response validation comes first.
LACKING = """
from bingx_sandbox import Sandbox
from bingx_spot import BingxSpot, CallError, Credentials
with Sandbox() as sandbox:
    sandbox.serve("GET", "/openApi/spot/v1/account/balance", {"balances": [{"asset": "USDT", "free": "1"}]})
    keys = Credentials(sandbox.api_key, sandbox.api_secret)
    try:
        BingxSpot(keys, environment=sandbox.url, timeout=1).account.balance()
    except CallError as error:
        print(error.message)
"""

# By the folder of a language, the name of a program that calls the endpoint, the program, how to run it.
OTHERS = {
    "go": (
        "drill_test.go",
        """
package bingxspot

import (
	"context"
	"fmt"
	"os"
	"testing"

	"bingxspot/api"
)

func TestDrill(t *testing.T) {
	client, err := New(os.Getenv("BINGX_API_KEY"), os.Getenv("BINGX_API_SECRET"))
	if err != nil {
		t.Fatal(err)
	}
	bingx, err := api.NewClientWithResponses(os.Getenv("BINGX_ENV"), api.WithHTTPClient(client))
	if err != nil {
		t.Fatal(err)
	}
	result, err := bingx.BalanceWithResponse(context.Background(), &api.BalanceParams{})
	if err != nil {
		t.Fatal(err)
	}
	for _, balance := range *result.JSON200.Data.Balances {
		fmt.Println(*balance.Asset, *balance.Free)
	}
}
""",
        '. "$(dirname -- "$0")/prepare.sh"; go test -count=1 -v -run TestDrill .',
    ),
    "java": (
        "src/test/java/bingx/spot/Drill.java",
        """
package bingx.spot;

import bingx.spot.client.api.AccountApi;
import java.time.Duration;

/** Lists the balances. */
public final class Drill {
  private Drill() {}

  /**
   * Runs it.
   *
   * @param arguments none
   * @throws Exception if it fails
   */
  public static void main(String[] arguments) throws Exception {
    var signing = new SigningInterceptor(Credentials.fromEnvironment(), Placement.JSON);
    var client = signing.client(System.getenv("BINGX_ENV"), Duration.ofSeconds(10));
    for (var balance : new AccountApi(client).balance(null).getData().getBalances()) {
      System.out.println(balance.getAsset() + " " + balance.getFree());
    }
  }
}
""",
        'cd "$(dirname -- "$0")"; . ./environment.sh; maven test-compile; '
        'java -cp "$BINGX_BUILD/test-classes:$BINGX_BUILD/classes:$(cat "$BINGX_BUILD/classpath")" '
        "bingx.spot.Drill",
    ),
    "rust": (
        "tests/drill.rs",
        """
use bingx_spot::{Client, Credentials, Error, Signing};

#[tokio::test(flavor = "current_thread")]
async fn drill() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("BINGX_ENV")?;
    let client = Client::signed(&url, Signing::new(Credentials::from_env()?))?;
    let answer = client.balance().send().await.map_err(Error::from)?.into_inner();
    for balance in answer.data.ok_or("no data")?.balances {
        println!("{} {}", balance.asset.ok_or("no asset")?, balance.free.ok_or("no amount")?);
    }
    Ok(())
}
""",
        'cd "$(dirname -- "$0")"; . ./environment.sh; '
        "cargo test --locked --quiet --no-default-features --test drill -- --nocapture",
    ),
    "typescript": (
        "test/drill.ts",
        """
import { Credentials, createBingx } from "../src/index.js";

const { BINGX_ENV = "", BINGX_API_KEY = "", BINGX_API_SECRET = "" } = process.env;
const bingx = createBingx(BINGX_ENV, { credentials: new Credentials(BINGX_API_KEY, BINGX_API_SECRET) });
const { data } = await bingx.GET("/openApi/spot/v1/account/balance");
for (const { asset, free } of data?.data?.balances ?? []) {
  console.log(asset, free);
}
""",
        '. "$(dirname -- "$0")/prepare.sh"; node_modules/.bin/tsc; node dist/test/drill.js',
    ),
}

# Generates and checks a whole copy of the project.
pytestmark = pytest.mark.slow


class Copy:
    """A copy of the project, in which the page is followed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("generator", "spec", "generated", "overlays/python"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", folder)
        # What is installed and built for the project serves its copy as well.
        (ROOT / "build").mkdir(exist_ok=True)
        (folder / "build").symlink_to(ROOT / "build")

    def insert(self, file: str, before: str, block: str) -> None:
        text = (self.folder / file).read_text("utf-8")
        assert before in text, before
        (self.folder / file).write_text(text.replace(before, block + before, 1), "utf-8")

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
        roots = (self.folder, self.folder / "overlays" / "python", self.folder / "generated" / "python")
        own["PYTHONPATH"] = own["MYPYPATH"] = os.pathsep.join(map(str, roots))
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=self.folder, env=own, capture_output=True, text=True, check=False)

    def make(self, target: str) -> str:
        """Run a target, and return its output."""
        ran = self.python(*TARGETS[target])
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `bingx-spot`."""
        return self.python("-c", COMMAND, *arguments)

    def on_sandbox(self, *program: str) -> subprocess.CompletedProcess[str]:
        """Run a Python program with the sandbox around it."""
        return self.command("sandbox", "--", sys.executable, *program)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Give a copy in which the endpoint is described and generated."""
    if PATH.splitlines()[0] in (ROOT / "spec" / "openapi.yaml").read_text("utf-8"):
        pytest.skip("the contract has this endpoint already: let the page add another one")
    copy = Copy(tmp_path_factory.mktemp("project"))
    copy.insert("spec/openapi.yaml", "  /openApi/spot/v1/trade/query:\n", f"{PATH}\n")
    copy.insert("spec/openapi.yaml", "  - name: server\n", TAG)
    copy.insert("spec/openapi.yaml", "    ListedOrder:\n", f"{SCHEMAS}\n")
    began = time.monotonic()
    assert "new: python/bingx_spot_api/api/account/balance.py\n" in copy.make("generate")
    print(f"{len(LINES)} lines of YAML, 0 by hand, {time.monotonic() - began:.1f} s to generate")
    return copy


def test_the_page_keeps_to_its_number_of_lines() -> None:
    assert len(LINES) <= MOST_LINES
    assert f"in {MOST_LINES} lines of YAML" in (ROOT / "docs" / PAGE).read_text("utf-8")


@pytest.mark.skipif(not redocly.installed(), reason="Node.js is not installed")
@pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")
def test_the_contract_is_valid_and_breaks_no_caller(copy: Copy) -> None:
    copy.make("lint-spec")
    added = "is fine  GET /openApi/spot/v1/account/balance: endpoint added\n"
    assert added in SCREENS
    assert added in copy.make("spec-diff")


def test_python_calls_it_without_a_line_by_hand(copy: Copy) -> None:
    called = copy.on_sandbox("-c", CALL)
    assert called.stdout, called.stderr
    assert f"$ bingx-spot sandbox -- python call.py\n{called.stdout}" in SCREENS
    (copy.folder / "typed.py").write_text(TYPED, "utf-8")
    typed = copy.python("-m", "mypy", "--strict", "--config-file=", "typed.py")
    assert typed.returncode == 0, typed.stdout
    lacking = copy.python("-c", LACKING)
    assert "the response lacks locked" in lacking.stdout, lacking.stderr


def test_the_command_line_calls_it(copy: Copy) -> None:
    called = copy.on_sandbox("-c", COMMAND, "call", "balance", "--json")
    printed = re.sub('"http://[^"]+"', "...", called.stdout)
    assert f"$ bingx-spot sandbox -- bingx-spot call balance --json\n{printed}" in SCREENS, called.stderr
    refused = copy.command("call", "balance", "recvWindow=70000")
    assert f"$ bingx-spot call balance recvWindow=70000\n{refused.stderr.splitlines()[-1]}\n" in SCREENS


@pytest.mark.parametrize("language", OTHERS)
def test_another_language_calls_it_typed_without_a_line_by_hand(copy: Copy, language: str) -> None:
    if missing := Language(ROOT / "overlays" / language, TOOLS[language]).missing():
        pytest.skip(f"not installed: {', '.join(missing)}")
    name, program, run = OTHERS[language]
    overlay = copy.folder / "overlays" / language
    shutil.copytree(ROOT / "overlays" / language, overlay)
    (overlay / name).write_text(program, "utf-8")
    (overlay / "drill.sh").write_text(f"set -eu\n{run}\n", "utf-8")
    # What Rust has compiled for the project serves its copy; the others are quick.
    build = (
        ROOT / "build" / "conformance" / language if language == "rust" else copy.folder / f"build-{language}"
    )
    called = copy.command("sandbox", "--", "env", f"BINGX_BUILD={build}", "sh", str(overlay / "drill.sh"))
    assert "USDT 566773.19\n" in called.stdout, called.stdout + called.stderr


def test_other_languages_have_it(copy: Copy) -> None:
    def generated(name: str) -> Any:
        return json.loads((copy.folder / "generated" / name).read_text("utf-8"))

    assert "/openApi/spot/v1/account/balance" in generated("openapi.caller.json")["paths"]
    assert "balance" in [operation["id"] for operation in generated("operations.json")["operations"]]
