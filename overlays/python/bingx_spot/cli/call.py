"""`bingx-spot call` and `bingx-spot operations`: call any operation of the contract, list all of them."""

import json
from functools import partial
from typing import Any

import click
from click.shell_completion import CompletionItem

from bingx_spot.cli.connection import Connection, connection_options
from bingx_spot.cli.output import dry_run_option, json_option, key_values, print_json, print_table
from bingx_spot.core.request import ApiCall
from bingx_spot.validation import allowed, check_arguments
from bingx_spot_api.contract import BY_ID, Operation

_CALL_EPILOG = """\b
Examples:
  bingx-spot operations
  bingx-spot call openOrders symbol=BTC-USDT
  bingx-spot call cancelOrders symbol=BTC-USDT orderIds=1,2 process=1 --json
  bingx-spot call cancelOpenOrders symbol=BTC-USDT --dry-run

It prints the data of the response, and where it comes from. Names are those of the exchange, and
those of Python will do.

\b
Exit codes:
  0    success
  1    not done, and the reason was printed
  2    wrong usage, or no API key; nothing was sent
  3    unknown: it could not be learnt in time
"""
_OPERATIONS_EPILOG = """\b
Examples:
  bingx-spot operations
  bingx-spot operations openOrders
"""
# The argument that names an operation, which the shell completes.
_operation_argument = partial(click.argument, "name", metavar="OPERATION", type=click.Choice(list(BY_ID)))


def _complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the parameters, or the words of one, that may stand here."""
    # A name that is no operation's comes as none.
    operation = BY_ID.get(ctx.params["name"])
    arguments = {argument.name: argument for argument in operation.arguments} if operation else {}
    # bash takes the equals sign for a word of its own.
    given = [word for word in ctx.params.get("parameters") or () if word != "="]
    name, equals, start = incomplete.partition("=")
    if not equals and given and given[-1] in arguments:
        name, start = given[-1], incomplete
    elif not equals:
        return [
            CompletionItem(f"{name}=", help=argument.description)
            for name, argument in arguments.items()
            if name.startswith(incomplete)
        ]
    words = (arguments[name].enum or ()) if name in arguments else ()
    return [CompletionItem(f"{name}={word}" if equals else word) for word in words if word.startswith(start)]


@click.command("call", epilog=_CALL_EPILOG)
@_operation_argument()
@click.argument("parameters", nargs=-1, metavar="[KEY=VALUE]...", shell_complete=_complete)
@connection_options
@json_option
@dry_run_option
def command(name: str, parameters: tuple[str, ...], connection: Connection, dry_run: bool) -> None:
    """Call any operation of the contract.

    Parameters are checked before anything is sent, and the response before it is printed.
    """
    operation = BY_ID[name]
    values = _values(operation, parameters)
    check_arguments(operation, values, wire_names=True)
    call = ApiCall.of(operation, values)
    if dry_run:
        connection.print_request(call)
        return
    is_read = operation.act == "read"
    after = "A read changes nothing." if is_read else f"Unknown whether {name} took effect."
    with connection.client(after) as bingx:
        part: dict[str, Any] = {"params" if operation.method == "GET" else "json": values}
        client = bingx.api.get_httpx_client()
        answer = client.request(operation.method, operation.path, **part).json()
    print_json({**connection.members(), "data": answer.get("data")}, indent=None if connection.as_json else 2)


def _values(operation: Operation, parameters: tuple[str, ...]) -> dict[str, Any]:
    """Return the parameters by their wire names."""
    arguments = {
        name: argument for argument in operation.arguments for name in (argument.python_name, argument.name)
    }
    values: dict[str, Any] = {}
    for name, text in key_values(parameters).items():
        argument = arguments.get(name)
        if argument is None:
            names = ", ".join(operation.parameters) or "nothing"
            raise click.UsageError(f"{name} is no parameter; {operation.operation_id} takes {names}.")
        if argument.name in values:
            raise click.UsageError(f"{argument.name} is given twice.")
        values[argument.name] = text if argument.type in ("string", "decimal") else _number(text)
    return values


def _number(text: str) -> Any:
    """Return a number, a boolean or an object; or the text, which is refused later."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


@click.command("operations", epilog=_OPERATIONS_EPILOG)
@_operation_argument(required=False)
@json_option
def operations_command(name: str | None, as_json: bool) -> None:
    """List the operations that can be called.

    With OPERATION it shows the permission and the parameters of one.
    """
    listed = [BY_ID[name] for name in ([name] if name else BY_ID)]
    if as_json:
        print_json([_described(operation) for operation in listed])
    elif name is None:
        print_table("Operations", "cyan", {one.operation_id: one.summary for one in listed})
    else:
        (operation,) = listed
        rows = {"permission": operation.permission or "none", **_described(operation)["parameters"]}
        if operation.exactly_one_of:
            rows["give one of"] = ", ".join(operation.exactly_one_of)
        print_table(f"{operation.operation_id}: {operation.summary}", "cyan", rows)


def _described(operation: Operation) -> dict[str, Any]:
    parameters = {
        argument.name: f"{argument.description} {'Required' if argument.required else 'Optional'}: "
        f"{allowed(argument)}."
        for argument in operation.arguments
    }
    return {
        "operation": operation.operation_id,
        "summary": operation.summary,
        "permission": operation.permission,
        "parameters": parameters,
    }
