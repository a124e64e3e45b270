"""`bingx-spot operations`: list the operations of the contract, or the parameters of one."""

from functools import partial
from typing import Any

import click

from bingx_spot.cli.output import json_option, print_json, print_table
from bingx_spot.validation import allowed
from bingx_spot_api.contract import BY_ID, Operation

_EPILOG = """\b
Examples:
  bingx-spot operations
  bingx-spot operations openOrders
"""


#: The argument that names an operation, which the shell completes.
operation_argument = partial(click.argument, "name", metavar="OPERATION", type=click.Choice(list(BY_ID)))


@click.command("operations", epilog=_EPILOG)
@operation_argument(required=False)
@json_option
def command(name: str | None, as_json: bool) -> None:
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
