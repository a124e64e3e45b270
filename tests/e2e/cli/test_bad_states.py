"""`bingx-spot doctor` where something is wrong: each state is named for what it is, and so is the fix.

`pytest -s` prints what a person reads.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bingx_sandbox import Sandbox, offset_clock
from tests.support.command_line import invoke
from tests.support.scripted_server import http, scripted_server

pytestmark = pytest.mark.usefixtures("_visible_at_once")

NO_AUTHORITIES = {"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}
State = tuple[list[str], dict[str, str]]


class World:
    """What a state is made of: a sandbox, a folder, and servers that end with the test."""

    def __init__(self, stack: ExitStack, folder: Path, sandbox: Sandbox, server_tls: object) -> None:
        self.stack, self.folder, self.sandbox, self.server_tls = stack, folder, sandbox, server_tls
        self.keys = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret}
        self.at = {"BINGX_ENV": sandbox.url}

    def file(self, content: str, mode: int = 0o600) -> str:
        path = self.folder / "key"
        path.write_text(content, "utf-8")
        path.chmod(mode)
        return str(path)

    def whole(self) -> str:
        return f'{{"apiKey": "{self.sandbox.api_key}", "apiSecret": "{self.sandbox.api_secret}"}}'

    def server(self, answer: object, tls: object = None) -> str:
        return str(self.stack.enter_context(scripted_server(answer, tls)).url)  # type: ignore[arg-type]


def _with(**faulty: str) -> Callable[[World], State]:
    return lambda world: (["--yes"], {**world.keys, **world.at, **faulty})


def _file(content: Callable[[World], str], mode: int = 0o600, **more: str) -> Callable[[World], State]:
    def state(world: World) -> State:
        return ["--yes"], {**world.at, "BINGX_KEY_FILE": world.file(content(world), mode), **more}

    return state


def _closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


def _nothing_runs(world: World) -> State:
    return ["--yes", "--env", _closed_port()], world.keys


def _hanging(world: World) -> State:
    # The rest of the response never comes.
    return ["--yes", "--env", world.server(b"HTTP/1.1 200 OK\r\n"), "--timeout", "0.5"], world.keys


def _other_environment(world: World) -> State:
    other = world.stack.enter_context(Sandbox())
    return ["--yes"], {**world.keys, "BINGX_ENV": other.url}


def _not_whitelisted(world: World) -> State:
    message = "your current request IP does not match IP whitelist"
    world.sandbox.faults([{"fault": "error", "code": 100419, "msg": message, "operation": "query"}])
    return ["--yes"], {**world.keys, **world.at}


def _private_authority(world: World) -> State:
    return ["--yes", "--env", world.server(None, world.server_tls)], world.keys


def _proxy(status: str) -> Callable[[World], State]:
    def state(world: World) -> State:
        proxy = world.server(http("", status))
        return ["--yes", "--env", "https://127.0.0.1:9", "--proxy", proxy, "--timeout", "1"], world.keys

    return state


def _clock_behind(world: World) -> State:
    ahead = world.stack.enter_context(Sandbox(clock=offset_clock(3_600_000)))
    keys = {"BINGX_API_KEY": ahead.api_key, "BINGX_API_SECRET": ahead.api_secret}
    return ["--yes"], {**keys, "BINGX_ENV": ahead.url}


def _permission(*granted: str) -> Callable[[World], State]:
    def state(world: World) -> State:
        other = world.stack.enter_context(Sandbox(permissions=granted))
        keys = {"BINGX_API_KEY": other.api_key, "BINGX_API_SECRET": other.api_secret}
        return ["--yes"], {**keys, "BINGX_ENV": other.url}

    return state


#: The state, how it is made, the exit code, and what is said of it.
STATES: list[tuple[str, Callable[[World], State], int, tuple[str, ...]]] = [
    ("no key", lambda world: (["--yes"], world.at), 1, ("no API key is set", "Set BINGX_API_KEY")),
    ("a quoted key", _with(BINGX_API_KEY='"abc"'), 1, ("API key is in quotes", "env file of Docker")),
    ("a wrong key", _with(BINGX_API_KEY="abc"), 1, ("the exchange said: Incorrect apiKey",)),
    (
        "a wrong secret",
        _with(BINGX_API_SECRET="abc"),
        1,
        ("the exchange said: Signature", "Copy the secret of this API key again"),
    ),
    (
        "a key of another environment",
        _other_environment,
        1,
        ("Incorrect apiKey", "that it belongs to this environment"),
    ),
    (
        "an address that is not whitelisted",
        _not_whitelisted,
        1,
        ("does not match IP whitelist", "Add this machine's public IP address"),
    ),
    (
        "a key file with a byte order mark",
        _file(lambda world: f"\ufeff{world.whole()}"),
        1,
        ("begins with a byte order mark",),
    ),
    ("a key file for all to read", _file(World.whole, 0o644), 1, ("others can read it", "chmod 600")),
    (
        "an empty variable beside a key file",
        _file(World.whole, BINGX_API_KEY=""),
        1,
        ("BINGX_API_KEY is set and empty: unset it, so that BINGX_KEY_FILE is read",),
    ),
    ("nothing runs there", _nothing_runs, 1, ("Connection refused", "Does anything run there?")),
    ("a host that hangs", _hanging, 1, ("no response within 0.5 s", "give more time by --timeout")),
    (
        "no such host",
        lambda world: (["--yes", "--env", "https://no-such-host.invalid"], world.keys),
        1,
        ("no-such-host.invalid: ", "Check the network, the name server, and the spelling of the host."),
    ),
    (
        "a private authority",
        _private_authority,
        1,
        ("A private authority has signed the certificate", "--ca-file, or set BINGX_CA_FILE"),
    ),
    (
        "a proxy that wants a password",
        _proxy("407 Proxy Authentication Required"),
        1,
        ("HTTP 407 (it asks for a user and a password)", "URL of --proxy or BINGX_PROXY"),
    ),
    (
        "a proxy that does not run",
        lambda world: (["--yes", "--env", "live", "--proxy", _closed_port()], world.keys),
        1,
        ("proxy TCP", "Start the proxy, or correct --proxy or BINGX_PROXY."),
    ),
    (
        "a proxy that refuses",
        _proxy("403 Forbidden"),
        1,
        ("the proxy refused the connection: HTTP 403", "Let the proxy admit"),
    ),
    ("a clock that is an hour behind", _clock_behind, 0, ("1 h behind the exchange", "NTP")),
    ("a key without Spot Trading", _permission("Read"), 1, ("ermission",)),
    (
        "a proxy variable",
        lambda world: (
            ["--yes", "--env", "https://127.0.0.1:9"],
            {**world.keys, "HTTPS_PROXY": "http://p:1"},
        ),
        1,
        ("HTTPS_PROXY names p:1, and is not read, on purpose", "BINGX_PROXY"),
    ),
    (
        "an answer of no",
        lambda world: ([], {**world.keys, **world.at}),
        3,
        ("NOT checked: whether the key may cancel", "--yes"),
    ),
]


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path, server_tls: object) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(stack, tmp_path, sandbox, server_tls)


@pytest.mark.parametrize(("name", "state", "code", "said"), STATES, ids=[state[0] for state in STATES])
def test_each_is_named_for_what_it_is(world, name, state, code, said):
    arguments, variables = state(world)
    done = invoke("doctor", "--timeout", "3", *arguments, **{**NO_AUTHORITIES, **variables})
    print(f"\n$ bingx-spot doctor   # {name}\n{done.output}(exit code {done.exit_code})")
    text = " ".join(done.output.split())
    assert done.exit_code == code
    for words in said:
        assert words in text
    assert (code != 0) == ("Everything was checked" not in text)
    for secret in (world.sandbox.api_key, world.sandbox.api_secret):
        assert secret not in text
