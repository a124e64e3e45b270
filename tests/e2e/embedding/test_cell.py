"""Cells of a notebook, in a kernel as Jupyter starts it: an event loop is running there already."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

from bingx_sandbox import Sandbox
from tests.e2e.outcome.calls import arrived

CLIENTS = pytest.mark.parametrize(
    ("name", "call", "close"),
    [("BingxSpot", "", "bingx.close()"), ("AsyncBingxSpot", "await ", "await bingx.aclose()")],
    ids=["blocking", "awaiting"],
)
MAYBE_SENT = "bingx_spot: a request may have been sent; whether it took effect is unknown"
CANCEL = "bingx.cancel_order('BTC-USDT', order_id={})"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits="off") as sandbox:
        yield sandbox


class Notebook:
    """Runs cells one after another in one kernel."""

    def __init__(self, client: BlockingKernelClient, interrupt: Callable[[], None]) -> None:
        self._client = client
        self.interrupt = interrupt

    def run(self, cell: str) -> str:
        """Run a cell and return what it shows: its output, or its traceback."""
        self.start(cell)
        return self.shown()

    def start(self, cell: str) -> None:
        self._message_id = self._client.execute(cell)

    def shown(self) -> str:
        parts = []
        while True:
            message = self._client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != self._message_id:
                continue
            content = message["content"]
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                return "".join(parts)
            parts += [content.get("text", ""), *content.get("traceback", [])]
            parts.append(content.get("data", {}).get("text/plain", ""))


@pytest.fixture(scope="module")
def notebook(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    folder = tmp_path_factory.mktemp("jupyter")
    own: dict[str, Any] = {
        "JUPYTER_PLATFORM_DIRS": "1",
        "JUPYTER_RUNTIME_DIR": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
        "BINGX_API_KEY": sandbox.api_key,
        "BINGX_API_SECRET": sandbox.api_secret,
        "BINGX_ENV": sandbox.url,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in own.items():
            patch.setenv(name, value)
        # Over files: another process may have taken a port that was free a moment ago.
        manager = KernelManager(kernel_name="python3", transport="ipc", ip=str(folder / "kernel"))
        manager.start_kernel()
        client = manager.client()
        try:
            client.start_channels()
            client.wait_for_ready(timeout=60)
            yield Notebook(client, manager.interrupt_kernel)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


@CLIENTS
def test_a_cell_cancels(notebook: Notebook, sandbox: Sandbox, name: str, call: str, close: str) -> None:
    orders = [sandbox.place_order()["orderId"] for _ in range(2)]
    cells = [
        f"from bingx_spot import {name}; bingx = {name}.from_env()",
        *(f"({call}{CANCEL.format(order)}).status.value" for order in orders),
        close,
    ]
    assert [notebook.run(cell) for cell in cells] == ["", "'CANCELED'", "'CANCELED'", ""]


@CLIENTS
def test_the_stop_button_ends_a_cell_and_the_next_one_goes_on(
    notebook: Notebook, sandbox: Sandbox, name: str, call: str, close: str
) -> None:
    order = sandbox.place_order()["orderId"]
    before = arrived(sandbox)
    sandbox.faults([{"fault": "hang-after-executing", "operation": "cancel", "seconds": 2.0}])
    try:
        notebook.run(f"from bingx_spot import {name}; bingx = {name}.from_env(timeout=60)")
        notebook.start(
            f"try: {call}{CANCEL.format(order)}\n"
            "except BaseException as stopped: print(type(stopped).__name__, stopped.__notes__); raise"
        )
        ends = time.monotonic() + 30
        while arrived(sandbox) == before:
            assert time.monotonic() < ends, "no request arrived"
            time.sleep(0.01)
        notebook.interrupt()
        shown = notebook.shown()
    finally:
        sandbox.faults([])
    assert MAYBE_SENT in shown
    # A cell that awaits is a task, which the button cancels.
    assert shown.startswith("CancelledError" if call else "KeyboardInterrupt")
    query = f"({call}bingx.query_order('BTC-USDT', order_id={order})).status.value"
    assert [notebook.run(cell) for cell in (query, close)] == ["'CANCELED'", ""]
