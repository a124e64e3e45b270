"""One bulk run, sync and async: a client that cancels many orders, and the results."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, BingxError, BingxSpot, CancelResult, Credentials
from tests.support.samples import Unlimited


@dataclass
class Finished:
    """The results of a run, in the order in which they were known, and the error that it ended with."""

    results: list[CancelResult] = field(default_factory=list)
    error: Exception | None = None

    @property
    def outcomes(self) -> list[str]:
        """The outcomes, in the order of the items."""
        return [str(result.outcome) for result in sorted(self.results, key=lambda result: result.position)]


#: Called with each result and the run.
Watch = Callable[[CancelResult, Any], object]
Runner = Callable[..., Finished]


def run_sync(
    sandbox: Sandbox | str, items: Iterable[object], watch: Watch | None = None, **options: Any
) -> Finished:
    finished = Finished()
    with BingxSpot(*_arguments(sandbox), **_options(sandbox, options)) as bingx:
        run = bingx.cancel_orders(items)
        try:
            for result in run:
                finished.results.append(result)
                if watch is not None:
                    watch(result, run)
        except (BingxError, LookupError) as error:
            finished.error = error
    return finished


def run_async(
    sandbox: Sandbox | str, items: Iterable[object], watch: Watch | None = None, **options: Any
) -> Finished:
    finished = Finished()

    async def gather() -> None:
        async with AsyncBingxSpot(*_arguments(sandbox), **_options(sandbox, options)) as bingx:
            run = bingx.cancel_orders(items)
            try:
                async for result in run:
                    finished.results.append(result)
                    if watch is not None:
                        watch(result, run)
            except (BingxError, LookupError) as error:
                finished.error = error

    asyncio.run(gather())
    return finished


def _arguments(sandbox: Sandbox | str) -> tuple[Credentials]:
    if isinstance(sandbox, str):
        return (Credentials("sample-api-key", "sample-secret"),)
    return (Credentials(sandbox.api_key, sandbox.api_secret),)


def _options(sandbox: Sandbox | str, options: dict[str, Any]) -> Any:
    url = sandbox if isinstance(sandbox, str) else sandbox.url
    return {"environment": url, "limits": Unlimited(), "timeout": 5.0, **options}
