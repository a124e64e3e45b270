"""A local stand-in for the BingX exchange: a real HTTP server on loopback that verifies and cancels.

It implements the exchange's wire protocol and shares no code with the SDK, so that one mistake cannot
hide in both.
"""

try:
    from bingx_sandbox.command import run_command, serve
    from bingx_sandbox.faults import load_rules
    from bingx_sandbox.sandbox import Sandbox
except ModuleNotFoundError as missing:
    package = (missing.name or "").partition(".")[0]
    if package not in ("starlette", "uvicorn"):
        raise
    raise ModuleNotFoundError(
        f"the sandbox needs {package}: install the extra, bingx-spot[sandbox]", name=package
    ) from missing
from bingx_sandbox.errors import SandboxError
from bingx_sandbox.settings import offset_clock

__all__ = ["Sandbox", "SandboxError", "load_rules", "offset_clock", "run_command", "serve"]
