"""Options and credentials for a client of a sandbox."""

from typing import Any

from bingx_sandbox import Sandbox
from bingx_spot import Credentials
from tests.support.samples import Unlimited


def options(sandbox: Sandbox, **more: Any) -> Any:
    return {"environment": sandbox.url, "limits": Unlimited(), **more}


def keys(sandbox: Sandbox) -> Credentials:
    return Credentials(sandbox.api_key, sandbox.api_secret)
