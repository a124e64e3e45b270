"""Show that the wheel works on each Python at hand, with the oldest dependencies admitted and the newest.

`make pythons` runs it and prints a table. One session by itself, once the wheel is there:
`build/trust/venv/bin/python -m nox -s "wheel(lowest, 3.12.1)"`.
"""

import nox

from tools.pythons.at_hand import at_hand
from tools.pythons.places import ENVIRONMENTS, WHEELS, report_of

nox.options.default_venv_backend = "uv"
nox.options.envdir = str(ENVIRONMENTS)
# A Python that is not at hand is said, never downloaded.
nox.options.download_python = "never"

# Between them they use what is used of each dependency, over real sockets: every engine and both drivers, the
# generated client, the stores, the sandbox's server, the command line, and what it prints.
SHOWING = (
    "tests/spec/test_signer_vectors.py",
    "tests/e2e/outcome/test_matrix.py",
    "tests/e2e/test_client.py",
    "tests/e2e/test_engine.py",
    "tests/unit/test_public.py",
    "tests/e2e/test_reuse.py",
    "tests/unit/test_config.py",
    "tests/e2e/test_httpx_transport.py",
    "tests/e2e/shared_limits/test_redis_store.py::TestSharing::test_those_who_await_share_too",
    "tests/e2e/shared_limits/test_redis_store.py::TestSharing::test_both_get_their_permits_and_no_second_holds_too_many",
    "tests/e2e/shared_limits/test_redis_store.py::TestSecrets",
    "tests/e2e/shared_limits/test_redis_kinds.py::TestTls",
    "tests/e2e/shared_limits/test_redis_kinds.py::TestOptions",
    "tests/e2e/shared_limits/test_redis_kinds.py::TestUsers",
    "tests/e2e/shared_limits/test_redis_fleets.py",
    "tests/unit/bulk/test_journal.py",
    "tests/unit/bulk/test_journal_db.py",
    "tests/sandbox/test_control.py",
    "tests/sandbox/test_endpoints.py",
    "tests/e2e/cli/test_terminal.py",
)
# Of the matrix's five hundred cancels those whose connection breaks: the HTTP libraries' part in it.
_PART = "not test_what_becomes_of_a_cancel or reset"
_QUIETLY = ("-q", "-p", "no:cacheprovider")
_FROM_THE_WHEEL = (
    "import pathlib, sys, bingx_spot, bingx_spot_api, bingx_sandbox\n"
    "for package in (bingx_spot, bingx_spot_api, bingx_sandbox):\n"
    "    assert pathlib.Path(package.__file__).is_relative_to(sys.prefix), package.__file__\n"
)


# They wait more than they work, and touch nothing in common.
@nox.session(allow_parallel=True)
@nox.parametrize("python", [nox.param(each.executable, id=str(each)) for each in at_hand()])
@nox.parametrize("versions", [nox.param(name, id=name) for name in ("lowest", "newest")])
def wheel(session: nox.Session, versions: str) -> None:
    """Install the wheel and run the tests that show it works."""
    (built,) = WHEELS.glob("*.whl")
    if versions == "lowest":
        session.install("--require-hashes", "-r", "requirements/lowest.txt")
        session.install(f"{built}[fast,redis,sandbox]")
    else:
        session.install("-c", "requirements/dev.txt", f"{built}[fast,redis,sandbox]", "--group", "test")
    session.run("uv", "pip", "check", external=True)
    session.run("python", "-I", "-c", _FROM_THE_WHEEL)
    report = report_of(session.name)
    session.run("python", "-m", "pytest", *_QUIETLY, f"--junitxml={report}", "-k", _PART, *SHOWING)
