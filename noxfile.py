"""Test the wheel on each installed Python, with the oldest and the newest dependencies.

`make pythons` runs it and prints a table. One session by itself, once the wheel is built:
`build/trust/venv/bin/python -m nox -s "wheel(lowest, 3.12.1)"`.
"""

import nox

from tools.pythons.installed import installed_pythons
from tools.pythons.paths import ENVIRONMENTS, WHEELS, report_of

nox.options.default_venv_backend = "uv"
nox.options.envdir = str(ENVIRONMENTS)
# A Python that is not installed is reported, never downloaded.
nox.options.download_python = "never"

# Together they use every dependency, over real sockets: the HTTP libraries, drivers, the generated client,
# the shared limits, the sandbox's server, the command line and its output.
TESTS = (
    "tests/spec/test_signer_vectors.py",
    "tests/e2e/outcome/test_matrix.py",
    "tests/e2e/test_client.py",
    "tests/e2e/test_engine.py",
    "tests/unit/test_public.py",
    "tests/e2e/test_reuse.py",
    "tests/unit/test_config.py",
    "tests/e2e/test_httpx_transport.py",
    "tests/unit/shared_limits/test_redis_store.py",
    "tests/e2e/shared_limits/test_processes.py::TestSharing",
    "tests/e2e/shared_limits/test_redis.py",
    "tests/e2e/shared_limits/test_redis_topologies.py",
    "tests/unit/bulk/test_journal.py",
    "tests/unit/bulk/test_journal_db.py",
    "tests/sandbox/test_control.py",
    "tests/sandbox/test_endpoints.py",
    "tests/e2e/cli/test_terminal.py",
)
# Of the outcome matrix only the rows in which the connection breaks: the others need no HTTP library. And
# nothing that needs a package of the development tools.
_PART = "(not test_what_becomes_of_a_cancel or reset) and not valkey"
_QUIET = ("-q", "-p", "no:cacheprovider")
_FROM_THE_WHEEL = (
    "import pathlib, sys, bingx_spot, bingx_spot_api, bingx_sandbox\n"
    "for package in (bingx_spot, bingx_spot_api, bingx_sandbox):\n"
    "    assert pathlib.Path(package.__file__).is_relative_to(sys.prefix), package.__file__\n"
)


# They wait more than they work, and share nothing.
@nox.session(allow_parallel=True)
@nox.parametrize("python", [nox.param(each.executable, id=str(each)) for each in installed_pythons()])
@nox.parametrize("versions", [nox.param(name, id=name) for name in ("lowest", "newest")])
def wheel(session: nox.Session, versions: str) -> None:
    """Install the wheel, and run the tests."""
    (built,) = WHEELS.glob("*.whl")
    if versions == "lowest":
        session.install("--require-hashes", "-r", "requirements/lowest.txt")
        session.install(f"{built}[redis,sandbox]")
    else:
        session.install("-c", "requirements/dev.txt", f"{built}[redis,sandbox]", "--group", "test")
    session.run("uv", "pip", "check", external=True)
    session.run("python", "-I", "-c", _FROM_THE_WHEEL)
    report = report_of(session.name)
    session.run("python", "-m", "pytest", *_QUIET, f"--junitxml={report}", "-k", _PART, *TESTS)
