"""`python -m tools.agreement`: compare the sandbox with the contract."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bingx_sandbox import Sandbox
from generator.caller_view import without_injected
from generator.document import ROOT, Document, json_text

# These take an HTTP status for the verdict; `parameters_agree` of hooks.py takes the code.
_EXCLUDED = (
    "negative_data_rejection,positive_data_acceptance,unsupported_method,ignored_auth,missing_required_header"
)


def compare(examples: int = 25, *, lenient: bool = False) -> int:
    """Run Schemathesis against a sandbox, and return its exit code.

    Its requests are the same each time. The contract is the one on the wire without what `hooks.py` injects:
    its schemas of answers are the strict ones.

    Args:
        examples: How many requests to make up for each operation, beside those at the edges of its schemas.
        lenient: Whether the sandbox accepts what the contract forbids and the exchange may accept.
    """
    contract = Document.read(ROOT / "spec" / "openapi.yaml", "spec/openapi.yaml")
    with tempfile.TemporaryDirectory() as folder, Sandbox(limits="off", lenient=lenient) as sandbox:
        view = Path(folder) / "openapi.json"
        view.write_text(json_text(without_injected(contract.root)), "utf-8")
        command = [
            *(str(Path(sys.executable).with_name("schemathesis")), "run", str(view), "--url", sandbox.url),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", str(examples), "--seed", "1"),
            *("--continue-on-failure", "--exclude-checks", _EXCLUDED),
        ]
        hooks = {"SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("hooks.py")), "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            command, cwd=folder, env=os.environ | sandbox.environment | hooks, check=False
        ).returncode


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=25)
    sys.exit(compare(parser.parse_args().examples))
