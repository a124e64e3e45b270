"""The list of files that one warm cancel passes."""

import pytest

from bingx_sandbox import Sandbox
from tools.call_path import GENERATED, MOST, WRITTEN, async_path, recording, sync_path


@pytest.mark.anyio
async def test_both_clients_pass_the_same_path_but_for_the_transport(sandbox: Sandbox) -> None:
    paths = [set(sync_path(sandbox)), set(await async_path(sandbox))]
    for path, client in zip(paths, ("client.py", "async_client.py"), strict=True):
        assert {WRITTEN / client, WRITTEN / "core/signing.py", WRITTEN / "models.py"} <= path
        assert GENERATED / "api/trade/cancel_order.py" in path
        assert sum(file.is_relative_to(WRITTEN) for file in path) <= MOST
    assert {file.parent.name for file in paths[0] ^ paths[1]} == {"transport", "bingx_spot"}


def test_only_files_of_ours_are_counted_and_only_while_recording() -> None:
    with recording() as calls:
        sorted("abc", key=lambda letter: letter)
    assert not calls
