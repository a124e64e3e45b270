"""Give the generated client out, with httpx clients that sign."""

from typing import Unpack

# In annotations, for what it imports when it is asked for it, as in client.py.
import bingx_spot_api
from bingx_spot.assembly import engine_of, memory_of, parts_of, with_environment
from bingx_spot.credentials import Credentials
from bingx_spot.settings import Options, Settings


def generated_client(
    credentials: Credentials | None = None, **options: Unpack[Options]
) -> "bingx_spot_api.AuthenticatedClient":
    """Return a client of the generated package, `bingx_spot_api`, whose httpx clients sign.

    Pass it to the generated functions, `sync` and `asyncio` alike; it stamps, signs and limits their
    requests and lets only believed successes through to their parsers. It is a context manager.

    Args:
        credentials: API key and secret; None for those of the environment.
        **options: As for `BingxSpot`.

    Raises:
        CredentialsError: There are no credentials.
        InvalidInput: An option is not allowed; it names the option.
    """
    # Imported here: httpx takes longer than all of this package, whose own calls do without it.
    from bingx_spot.transport import signing_client  # noqa: PLC0415

    if credentials is None:
        credentials, options = Credentials.from_env(), with_environment(options)
    settings = Settings(**options)
    parts = parts_of(credentials, settings, memory_of(credentials, settings))
    return signing_client(parts, engine_of(settings), owns_engine=True)
