"""A `.http` file for the HTTP Client of JetBrains, which httpYac understands too."""

import textwrap
from collections.abc import Iterator, Sequence

from generator.collections.requests import KEY_HEADER, SIGNING, VARIABLES, Request
from generator.document import json_text

_HEAD = """\
# Requests for the HTTP Client of JetBrains, and for httpYac (an extension of VS Code, and a command).
# The REST Client of VS Code cannot run a script, so it cannot sign: it can send the last request alone.
# A formatted answer has its order ids rounded: read them in the raw text (`httpyac send --raw`).
# Choose the environment `sandbox` of http-client.env.json. The parameters stand at the head of each script.
"""
_SCRIPT = """
const secret = request.environment.get("apiSecret");
const hmac = (text) => crypto.hmac.sha256().withTextSecret(secret).updateWithText(text).digest().toHex();
"""
_TEST = """
> {%
  client.test("code is 0", () => client.assert(String(response.body.code) === "0", response.body.msg));
%}
"""


def http_file(requests: Sequence[Request]) -> dict[str, str]:
    """Return the file, and the file of its environment."""
    parts = [_HEAD, *("\n".join(_lines(request)) for request in requests)]
    environment = {name: VARIABLES[name] for name in ("baseUrl", "apiKey", "apiSecret")}
    return {"bingx-spot.http": "\n".join(parts), "http-client.env.json": json_text({"sandbox": environment})}


def _lines(request: Request) -> Iterator[str]:
    yield f"### {request.name}"
    where = "{{baseUrl}}" + request.path
    if not request.signed:
        yield f"{request.method} {where}\n{_TEST}"
        return
    parameters = request.body
    for name, value in VARIABLES.items():
        parameters = parameters.replace("{{" + name + "}}", value)
    name = "json" if request.in_body else "query"
    result = f'request.variables.set("signed", sign(stamped(readObject(parameters)), hmac).{name});\n'
    script = f"const parameters = '{parameters}';\n\n{SIGNING}{_SCRIPT}{result}"
    # The script has encoded the values.
    yield "# @no-auto-encoding"
    yield f"< {{%\n{textwrap.indent(script.strip(), '  ')}\n%}}"
    yield f"{request.method} {where}" + ("" if request.in_body else "?{{signed}}")
    yield f"{KEY_HEADER}: {{{{apiKey}}}}"
    if request.in_body:
        yield "Content-Type: application/json\n\n{{signed}}"
    yield _TEST
