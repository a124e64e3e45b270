"""The public names: that they are documented, typed, and free of other libraries' types."""

import ast
import inspect
import subprocess
import sys
import types
from pathlib import Path

import pytest

import bingx_spot
from bingx_spot import exceptions

NAMES = [
    "AsyncBingxSpot",
    "AsyncCancelRun",
    "AsyncDeadMansSwitch",
    "Attempt",
    "AuthenticationError",
    "BingxError",
    "BingxSpot",
    "BulkRunAborted",
    "CallError",
    "CancelAllOutcome",
    "CancelAllResult",
    "CancelOutcome",
    "CancelRequest",
    "CancelRestriction",
    "CancelResult",
    "CancelRun",
    "Clock",
    "ClockError",
    "Credentials",
    "CredentialsError",
    "DeadMansSwitch",
    "Environment",
    "ErrorDetails",
    "InvalidInput",
    "NotExecuted",
    "NotSent",
    "Order",
    "OrderAlreadyCanceled",
    "OrderFailed",
    "OrderFilled",
    "OrderNotFound",
    "OrderNotOpen",
    "OrderSide",
    "OrderStatus",
    "OrderType",
    "OutcomeUnknown",
    "PermissionDenied",
    "RateLimited",
    "RequestInfo",
    "RequestRejected",
    "Response",
    "StillOpen",
    "SwitchWarning",
    "UnknownErrorCode",
    "__version__",
    "canonical_string",
    "generated_client",
    "sign",
]
TREE = {
    "BingxError": "Exception",
    "InvalidInput": "BingxError",
    "CredentialsError": "BingxError",
    "CallError": "BingxError",
    "BulkRunAborted": "BingxError",
    "NotExecuted": "CallError",
    "NotSent": "NotExecuted",
    "StillOpen": "NotExecuted",
    "RequestRejected": "NotExecuted",
    "AuthenticationError": "RequestRejected",
    "PermissionDenied": "RequestRejected",
    "ClockError": "RequestRejected",
    "RateLimited": "RequestRejected",
    "OrderNotFound": "RequestRejected",
    "OrderNotOpen": "RequestRejected",
    "OrderFilled": "OrderNotOpen",
    "OrderAlreadyCanceled": "OrderNotOpen",
    "OrderFailed": "OrderNotOpen",
    "OutcomeUnknown": "CallError",
    "UnknownErrorCode": "OutcomeUnknown",
}
PACKAGE = Path(bingx_spot.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
OWN = [
    name for name in NAMES if getattr(getattr(bingx_spot, name), "__module__", "").startswith("bingx_spot.")
]


def test_the_public_names_are_these():
    assert bingx_spot.__all__ == NAMES


def test_the_package_has_every_public_name_and_no_other():
    found = {name for name, value in vars(bingx_spot).items() if not isinstance(value, types.ModuleType)}
    assert {name for name in found if not name.startswith("_")} == set(NAMES) - {"__version__"}


def test_the_tree_of_exceptions_is_as_documented():
    errors = {name: getattr(bingx_spot, name) for name in NAMES if name in TREE}
    assert {name: error.__bases__[0].__name__ for name, error in errors.items()} == TREE
    public = [name for name in NAMES if isinstance(getattr(bingx_spot, name), type)]
    assert {name for name in public if issubclass(getattr(bingx_spot, name), BaseException)} == set(TREE)
    for name in TREE:
        assert f"{name} " in f"{inspect.getdoc(sys.modules['bingx_spot.exceptions'])}\n".replace("\n", " ")


@pytest.mark.parametrize("name", ["Attempt", "ErrorDetails", "RequestInfo"])
def test_the_records_of_an_error_stand_beside_the_exceptions_too(name):
    assert getattr(exceptions, name) is getattr(bingx_spot, name)


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_has_a_docstring(module):
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert undocumented(tree) == []


def undocumented(parent: ast.AST) -> list[str]:
    found: list[str] = []
    for node in ast.iter_child_nodes(parent):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        is_overload = any(
            isinstance(name, ast.Name) and name.id == "overload" for name in node.decorator_list
        )
        if not ast.get_docstring(node) and not is_overload:
            found.append(node.name)
        if isinstance(node, ast.ClassDef):
            found += [f"{node.name}.{name}" for name in undocumented(node)]
    return found


@pytest.mark.parametrize("name", OWN)
def test_no_public_signature_has_another_library_s_type(name):
    value = getattr(bingx_spot, name)
    for function in functions_of(value):
        hints = {key: hint for key, hint in inspect.get_annotations(function).items() if key != "options"}
        for hint in hints.values():
            shown = str(hint)
            assert not any(library in shown for library in ("httpx", "attr", "json.", "anyio")), (
                function,
                shown,
            )


def test_importing_a_client_imports_nothing_that_is_slow():
    program = """
import sys
from bingx_spot import AsyncBingxSpot, BingxSpot
slow = ("anyio.", "asyncio.", "attrs.", "bingx_spot.bulk.", "email.", "httpx.", "ssl.")
print([name for name in sys.modules if f"{name}.".startswith(slow)])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def functions_of(value: object) -> list[types.FunctionType]:
    if inspect.isfunction(value):
        return [value]
    members = [
        getattr(member, "fget", None) or member for key, member in vars(value).items() if key[0] != "_"
    ]
    return [member for member in members if inspect.isfunction(member)]


def test_no_other_library_s_error_is_public():
    for name in NAMES:
        assert not getattr(getattr(bingx_spot, name), "__module__", "").startswith(("httpx", "attr", "json"))


def test_the_import_needs_no_library_of_the_command_line_or_the_sandbox():
    # httpx itself imports click and rich where they are installed, so they are taken away.
    foreign = ["click", "rich", "starlette", "uvicorn", "yaml", "trio", "pytest"]
    program = f"""
import sys
sys.modules.update(dict.fromkeys({foreign}))
import bingx_spot
print(*(name for name in sys.modules if f"{{name}}.".startswith(("bingx_sandbox.", "bingx_spot.cli."))))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_import_loads_no_library_that_it_does_not_need():
    # Each takes as long as all of this package; a client loads them when it is created.
    late = ("httpx", "httpcore", "httptools", "anyio", "asyncio", "ssl", "email.utils", "click", "rich")
    program = f"import sys, bingx_spot; print(*(name for name in {late} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_version_is_the_distribution_s():
    from importlib.metadata import version

    assert version("bingx-spot") == bingx_spot.__version__


def test_types_are_declared():
    assert (PACKAGE / "py.typed").is_file()


def test_a_missing_ccxt_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "ccxt", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'bingx-spot\[ccxt\]'"):
        import bingx_spot.integrations.ccxt  # noqa: F401 - what must fail


def test_dir_shows_the_public_names():
    assert dir(bingx_spot) == sorted(bingx_spot.__all__)
