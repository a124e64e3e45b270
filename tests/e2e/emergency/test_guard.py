"""`bingx-spot guard` with real processes, killed in every way; only the exchange's clock jumps."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from bingx_sandbox import Sandbox
from tests.e2e.bulk.commands import COMMAND, variables, wait_until
from tests.support.jumping_clock import JumpingClock

SWITCH = "/openApi/spot/v1/trade/cancelAllAfter"
SECONDS = 10
BOT = ("sh", "-c", "echo $$; exec sleep 600")

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
def guarded(clock: JumpingClock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock, limits="off") as sandbox:
        yield sandbox


@pytest.fixture
def start(guarded: Sandbox) -> Iterator[Start]:
    """Return a function that starts a guard with a bot; all that is left of both is killed at the end."""
    started = []

    def start(*bot: str) -> subprocess.Popen[str]:
        command = [COMMAND, "guard", "--seconds", str(SECONDS), "--", *(bot or BOT)]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        # A group of its own, so that a bot whose guard is dead can be killed.
        guard = subprocess.Popen(command, text=True, env=variables(guarded), process_group=0, **pipes)
        started.append(guard)
        return guard

    yield start
    for guard in started:
        with suppress(ProcessLookupError):
            os.killpg(guard.pid, signal.SIGKILL)
        guard.communicate(timeout=60)


def pid_of_the_bot(guard: subprocess.Popen[str]) -> int:
    assert guard.stdout is not None
    return int(guard.stdout.readline())


def states(sandbox: Sandbox) -> set[str]:
    return {order["status"] for order in sandbox.orders()}


def are_cancelled_when_time_is_over(sandbox: Sandbox, clock: JumpingClock) -> bool:
    assert "CANCELED" not in states(sandbox)
    clock.jump(SECONDS + 1)
    return states(sandbox) == {"CANCELED"}


def test_a_bot_that_ends_with_0_keeps_its_orders(guarded, clock, start):
    guard = start("sh", "-c", "echo done")
    output, errors = guard.communicate(timeout=60)
    assert (guard.returncode, output) == (0, "done\n")
    assert "the exchange cancels every open order at " in errors
    assert errors.splitlines()[-1] == "guard: The dead man's switch is closed."
    clock.jump(600)
    assert "CANCELED" not in states(guarded)


def test_a_bot_that_is_killed_loses_its_orders(guarded, clock, start):
    guard = start()
    os.kill(pid_of_the_bot(guard), signal.SIGKILL)
    _, errors = guard.communicate(timeout=60)
    assert guard.returncode == 128 + signal.SIGKILL
    assert "has ended with 137, so the dead man's switch stays on: the exchange cancels every" in errors
    assert are_cancelled_when_time_is_over(guarded, clock)


def test_a_bot_that_fails_loses_its_orders(guarded, clock, start):
    guard = start("sh", "-c", "exit 7")
    guard.communicate(timeout=60)
    assert guard.returncode == 7
    assert are_cancelled_when_time_is_over(guarded, clock)


def test_a_guard_that_is_killed_leaves_the_switch_on(guarded, clock, start):
    guard = start()
    bot = pid_of_the_bot(guard)
    guard.kill()
    guard.wait()
    os.kill(bot, 0)  # it lives
    assert are_cancelled_when_time_is_over(guarded, clock)


def test_both_killed(guarded, clock, start):
    guard = start()
    pid_of_the_bot(guard)
    os.killpg(guard.pid, signal.SIGKILL)
    guard.wait()
    assert are_cancelled_when_time_is_over(guarded, clock)


def test_a_signal_that_asks_to_end_goes_to_the_bot(guarded, clock, start):
    guard = start("sh", "-c", "trap 'echo ended; exit 0' TERM; echo $$; while :; do sleep 0.02; done")
    pid_of_the_bot(guard)
    guard.terminate()
    output, _ = guard.communicate(timeout=60)
    assert (guard.returncode, output) == (0, "ended\n")
    clock.jump(600)
    assert "CANCELED" not in states(guarded)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_while_the_switch_is_closed_ends_with_a_sentence(guarded, start, number):
    guarded.faults([{"fault": "slow-start", "seconds": 30, "operation": SWITCH, "skip": 1}])
    guard = start("sh", "-c", "exit 0")
    wait_until(lambda: len(guarded.requests()) > 1)
    guard.send_signal(number)
    _, errors = guard.communicate(timeout=60)
    assert guard.returncode == 130
    said = "Interrupted. If the dead man's switch is on, the exchange cancels every open order within"
    assert errors.splitlines()[-1] == f"{said} {SECONDS} s."


@pytest.mark.slow
def test_a_lost_network_is_warned_of_and_the_exchange_cancels(guarded, clock, start):
    guarded.faults([{"fault": "reset-before-reading", "operation": SWITCH, "skip": 1}])
    guard = start()
    pid_of_the_bot(guard)
    assert guard.stderr is not None
    host, first, warning = (guard.stderr.readline() for _ in range(3))
    assert host.startswith("guard: Requests go to host http://127.0.0.1")
    assert first.startswith("guard: The dead man's switch is on")
    assert "Warning: the dead man's switch is not renewed" in warning
    assert are_cancelled_when_time_is_over(guarded, clock)


@pytest.mark.slow
def test_no_bot_is_started_where_the_exchange_says_failed(guarded, clock, start):
    guarded.faults([{"fault": "variant", "operation": SWITCH, "status": "FAILED"}])
    guard = start("sh", "-c", "echo started")
    output, errors = guard.communicate(timeout=60)
    assert (guard.returncode, output) == (3, "")
    # A request whose answer was lost may have begun the countdown.
    assert "not started. If the dead man's switch is on, the exchange cancels every open order" in errors
    assert "\nOutcomeUnknown (host " in errors


def test_no_bot_is_started_where_the_key_may_not_trade(clock):
    with Sandbox(permissions=("Read",)) as sandbox:
        command = [COMMAND, "guard", "--", "sh", "-c", "echo started"]
        done = subprocess.run(command, env=variables(sandbox), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "\nguard: The command was not started.\nPermissionDenied (host " in done.stderr


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param({"fault": "variant", "status": "FAILED"}, "OutcomeUnknown", marks=pytest.mark.slow),
        ({"fault": "error", "code": 100004, "msg": "Permission denied"}, "PermissionDenied"),
    ],
    ids=["failed", "refused"],
)
def test_a_switch_that_is_not_known_to_be_closed_is_no_success(guarded, clock, start, fault, error):
    guarded.faults([{**fault, "operation": SWITCH, "skip": 1}])
    guard = start("sh", "-c", "exit 0")
    _, errors = guard.communicate(timeout=60)
    assert guard.returncode == 3
    assert "The command has ended; unless the switch is closed, the exchange cancels every" in errors
    assert f"\n{error} (host " in errors


def test_the_exit_code_is_the_bot_s_where_nobody_reads_the_text(guarded, start):
    guard = start("sh", "-c", "echo $$; read line; exit 0")
    pid_of_the_bot(guard)
    guard.stderr.close()
    assert guard.wait(timeout=60) == 0
    assert [request["parameters"]["type"] for request in guarded.requests()] == ["ACTIVATE", "CLOSE"]


@pytest.mark.parametrize(
    "command",
    ["no-such-command", __file__, "", "README.md"],
    ids=["unknown", "not executable", "empty", "not on the path"],
)
def test_a_command_that_cannot_be_run_touches_no_switch(guarded, start, command):
    guard = start(command)
    _, errors = guard.communicate(timeout=60)
    assert guard.returncode == 2
    assert f"{command} cannot be run: it is not found, or not executable." in errors
    # An account has one switch: closing it would close that of another guard.
    assert not any(request["path"] == SWITCH for request in guarded.requests())


def test_a_command_of_an_unknown_format_leaves_no_switch_on(guarded, clock, start, tmp_path):
    program = tmp_path / "program"
    program.write_text("no program")
    program.chmod(0o755)
    guard = start(str(program))
    _, errors = guard.communicate(timeout=60)
    assert guard.returncode == 2
    assert "program cannot be run: Exec format error." in errors
    clock.jump(600)
    assert "CANCELED" not in states(guarded)
