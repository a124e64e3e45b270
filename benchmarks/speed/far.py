"""A server that is far away: TLS, and a link on which everything takes half a round trip.

`python -m benchmarks.speed.far CERTIFICATE` listens, prints the port, and serves until it is ended.
"""

import asyncio
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import PIPE, Popen

from benchmarks.speed.cores import SERVER_CORE, pinned
from benchmarks.speed.stand_in import Fixed

#: The link's round trip, in seconds.
ROUND_TRIP = 0.05


@contextmanager
def far_server(certificate: Path) -> Iterator[str]:
    """Run the server until the block ends, and give its origin.

    Args:
        certificate: Its key and its certificates, in one PEM file.
    """
    command = [sys.executable, "-m", "benchmarks.speed.far", str(certificate)]
    with Popen(pinned(command, SERVER_CORE), stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"https://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


async def _serve(certificate: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Fixed, "127.0.0.1", 0, ssl=context)
    near = server.sockets[0].getsockname()[1]

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", near)
        # To open a connection takes a round trip; here the first bytes have to make up for it.
        await asyncio.gather(_carry(reader, back, ROUND_TRIP), _carry(there, writer, 0.0))

    link = await asyncio.start_server(relay, "127.0.0.1", 0)
    print(link.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: float) -> None:
    """Hand on what comes half a round trip later, and nothing before the first so many seconds are over."""
    loop = asyncio.get_running_loop()
    earliest = loop.time() + first
    with suppress(OSError):
        while data := await reader.read(65536):
            loop.call_at(max(loop.time(), earliest) + ROUND_TRIP / 2, writer.write, data)
    loop.call_later(ROUND_TRIP / 2, writer.close)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
