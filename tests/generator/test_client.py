"""The generated client: what the templates change, and that upstream is what they were written against."""

import hashlib
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from generator.client import OPENAPI_PYTHON_CLIENT, TEMPLATES
from generator.problem import GeneratorError, SpecError
from generator.rendering import RUFF
from generator.run import generate
from tests.generator.conftest import Python, run_python
from tests.generator.contracts import ROOT, edited, line_of
from tests.generator.endpoint import with_read

# SHA-256 of each original.
UPSTREAM = {
    "client.py.jinja": "4eac65762f21014a7fbf59e730f1be6d28c9c85ddc1c40b458b6ff5f67a64c9e",
    "endpoint_init.py.jinja": "c1837a037fdbbd85b5dc1d49f58bd80a672fe4496cfaaf84d3b91927027b56da",
    "endpoint_module.py.jinja": "c1b2628053eb4875ba59566baa5ae907666f9cbfafa308d93f970a4404b7cd52",
    "model.py.jinja": "fd1c79680d51c06cfbb89809ad123750ba9add98b688036c04cabbf1f8ba40a0",
    "models_init.py.jinja": "4f64a3d6e1b15a561be5573c1b7702eb928c0e4fa6b67107d20e57a74c44d51a",
    "package_init.py.jinja": "ac15907e32dc39bd9b83ea6f2002fb87514f2182b97f88231b5a9c47321f6210",
    "property_templates/enum_property.py.jinja": (
        "28f1074bdd5f0d7e66618c7e3e5b6e3b75467adf25a971922905df0bf3dcf126"
    ),
    "property_templates/int_property.py.jinja": (
        "bcc65b46da262043ef9cacbde5f4f840d411aee7efe7181d4a767def148ddfc5"
    ),
    "str_enum.py.jinja": "e4979a5e6b338351eda8bdac534017cfbeb51a809b494fd3c632db39414817fc",
}
SMALL = Path(__file__).parent / "contract.yaml"
OWN = {"contract.py.jinja", "error_table.py.jinja", "surface.py.jinja", "tags.py.jinja"}


@pytest.mark.parametrize("name", UPSTREAM)
def test_the_upstream_template_is_the_one_that_was_replaced(name: str) -> None:
    original = files("openapi_python_client").joinpath("templates", name).read_bytes()
    assert hashlib.sha256(original).hexdigest() == UPSTREAM[name]


def test_every_template_names_the_upstream_template_and_the_reason() -> None:
    names = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.jinja")}
    assert names == UPSTREAM.keys() | OWN
    for name in UPSTREAM:
        head = (TEMPLATES / name).read_text("utf-8").split("#}")[0]
        assert f"{name} of openapi-python-client {OPENAPI_PYTHON_CLIENT}" in head
        assert "Why:" in head
        assert "Remove:" in head


def test_the_project_pins_the_tools_of_the_generator() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    assert f"openapi-python-client=={OPENAPI_PYTHON_CLIENT}" in groups["dev"]
    assert f"ruff=={RUFF}" in groups["dev"]


def test_a_complaint_of_the_generator_is_an_error_with_its_text(tmp_path: Path) -> None:
    text = edited(("enum: [BUY, SELL]", "enum: [BUY, SELL, sell]"))
    (tmp_path / "openapi.yaml").write_text(text, "utf-8")
    with pytest.raises(SpecError, match="openapi-python-client refuses this: ValueError: Duplicate key SELL"):
        generate(tmp_path / "openapi.yaml", "spec/openapi.yaml", tmp_path / "generated")
    assert not (tmp_path / "generated").exists()


def test_a_warning_of_the_generator_is_an_error_with_its_line(tmp_path: Path) -> None:
    parts = "".join(
        f"    {name}:\n      type: object\n      properties: {{oddity: {{type: {kind}}}}}\n"
        for name, kind in (("Odd", "boolean"), ("Odder", "string"))
    )
    head = "    CancelledOrder:\n      type: object\n"
    all_of = "      allOf: [{$ref: '#/components/schemas/Odd'}, {$ref: '#/components/schemas/Odder'}]\n"
    text = edited((head, f"{parts}{head}{all_of}"))
    (tmp_path / "openapi.yaml").write_text(text, "utf-8")
    with pytest.raises(SpecError) as caught:
        generate(tmp_path / "openapi.yaml", "spec/openapi.yaml", tmp_path / "generated")
    line = line_of(text, "    CancelledOrder:")
    start = f"spec/openapi.yaml:{line}: openapi-python-client refuses this: "
    assert [text for text in str(caught.value).splitlines() if text.startswith(start)]
    assert not (tmp_path / "generated").exists()


def test_a_complaint_shows_no_address(tmp_path: Path) -> None:
    taken = "    ReadThingResponse200Data: {type: object, properties: {y: {type: string}}}\n    Trade:"
    (tmp_path / "openapi.yaml").write_text(with_read().replace("    Trade:", taken), "utf-8")
    with pytest.raises(SpecError) as caught:
        generate(tmp_path / "openapi.yaml", "spec/openapi.yaml", tmp_path / "generated")
    assert "duplicate models" in str(caught.value)
    assert "object at" not in str(caught.value)


def test_another_ruff_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.rendering.version", lambda _: "0.1.0")
    with pytest.raises(GeneratorError, match=r"ruff 0\.1\.0 is installed, .* is needed\. Run `make setup`"):
        generate(SMALL, "spec/openapi.yaml", tmp_path / "generated")
    assert list(tmp_path.iterdir()) == []


def test_another_openapi_python_client_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.client.version", lambda _: "0.30.0")
    with pytest.raises(GeneratorError, match=r"openapi-python-client 0\.30\.0 is installed"):
        generate(SMALL, "spec/openapi.yaml", tmp_path / "generated")
    assert list(tmp_path.iterdir()) == []


def test_an_integer_in_text_becomes_an_integer_and_nothing_else_does(python: Python) -> None:
    kept = (1735964079647111280, True, 1.5, None, "12a", "", " 1", "1_0", "--1", "\u0661")
    cases = [("1735964079647111280", 1735964079647111280), ("-5", -5), *((value, value) for value in kept)]
    read = python(f"""
from bingx_spot_api.models import CancelledOrder, CancelOrderResponse
for wire, _ in {cases!r}:
    order = CancelledOrder.from_dict({{"symbol": "A-B", "orderId": wire, "status": "NEW"}})
    answer = CancelOrderResponse.from_dict({{"code": 0, "timestamp": wire}})
    print(ascii((wire, order.order_id, answer.timestamp)))
""")
    assert read.splitlines() == [ascii((wire, value, value)) for wire, value in cases]


def test_an_optional_integer_that_is_absent_is_unset(python: Python) -> None:
    assert (
        python("""
from bingx_spot_api.models import CancelOrderResponse
from bingx_spot_api.types import UNSET
print(CancelOrderResponse.from_dict({"code": "0"}).timestamp is UNSET)
""")
        == "True\n"
    )


def test_integers_in_lists_and_unions_are_converted_too(tmp_path: Path) -> None:
    fields = (
        "        ids: {type: array, items: {type: integer, format: int64}}\n"
        "        maybe: {type: integer, format: int64, nullable: true}\n"
    )
    text = edited(
        (
            "      required: [symbol, orderId, status]\n      properties:\n",
            f"      required: [symbol, orderId, status]\n      properties:\n{fields}",
        )
    )
    (tmp_path / "openapi.yaml").write_text(text, "utf-8")
    generate(tmp_path / "openapi.yaml", "spec/openapi.yaml", tmp_path / "generated")
    assert run_python(tmp_path / "generated", """
from bingx_spot_api.models import CancelledOrder
order = {"symbol": "A-B", "orderId": 1, "status": "NEW"}
for maybe in ("7", 7, None):
    generated = CancelledOrder.from_dict({**order, "ids": ["1", 2], "maybe": maybe})
    print(generated.ids, generated.maybe)
""") == "[1, 2] 7\n[1, 2] 7\n[1, 2] None\n"  # fmt: skip


def test_a_response_has_its_http_status(python: Python) -> None:
    assert python("""
from http import HTTPStatus
from types import SimpleNamespace
from bingx_spot_api.api.server import server_time
client = SimpleNamespace(raise_on_unexpected_status=False)
for code in (200, 201, 404, 520):
    response = SimpleNamespace(status_code=code, content=b"", headers={}, json=lambda: {"code": 0})
    try:
        status = server_time._build_response(client=client, response=response).status_code
        assert type(status) is HTTPStatus
    except ValueError as error:
        status = error
    print(status)
""").splitlines() == ["200", "201", "404", "520 is not a valid HTTPStatus"]


def test_a_client_shows_no_secret(python: Python) -> None:
    said = python("""
from bingx_spot_api import AuthenticatedClient, Client
kept = {"headers": {"X-A": "planted"}, "cookies": {"b": "planted"}, "httpx_args": {"auth": ("planted", "")}}
print(Client(base_url="https://example.com", **kept))
client = AuthenticatedClient(base_url="https://example.com", token="planted", **kept)
print(client, str(client), f"{client}")
""")
    assert "https://example.com" in said
    assert "planted" not in said


def test_importing_one_operation_imports_its_models_alone(large_python: Python) -> None:
    said = large_python("""
import bingx_spot_api.api.trade.cancel_kind_2
parts = ("bingx_spot_api.models.", "bingx_spot_api.api.")
print(*sorted(name for name in sys.modules if name.startswith(parts)))
""")
    assert said.split() == [
        "bingx_spot_api.api.trade",
        "bingx_spot_api.api.trade.cancel_kind_2",
        "bingx_spot_api.models.cancel_kind_2_request",
        "bingx_spot_api.models.cancel_kind_2_response",
        "bingx_spot_api.models.cancel_kind_2_response_data",
        "bingx_spot_api.models.cancelled_order",
        "bingx_spot_api.models.order_side",
        "bingx_spot_api.models.order_status",
        "bingx_spot_api.models.order_type",
    ]


def test_the_package_and_its_contract_import_neither_httpx_nor_attrs(large_python: Python) -> None:
    assert (
        large_python("""
import bingx_spot_api, bingx_spot_api.contract, bingx_spot_api.models
print([name for name in ("httpx", "attr", "attrs", "bingx_spot_api.client") if name in sys.modules])
""")
        == "[]\n"
    )


def test_a_call_and_its_models_import_no_http_library(python: Python) -> None:
    assert (
        python("""
import bingx_spot_api.api.trade.cancel_order, bingx_spot_api.models.cancelled_order
print([name for name in ("httpx", "httpcore", "ssl") if name in sys.modules])
""")
        == "[]\n"
    )


def test_lazily_imported_names_are_found_and_listed(python: Python) -> None:
    assert python("""
import bingx_spot_api
from bingx_spot_api import models
from bingx_spot_api.models import *
assert CancelledOrder is models.CancelledOrder and models.CancelledOrder.__name__ == "CancelledOrder"
assert {"AuthenticatedClient", "Client"} <= set(dir(bingx_spot_api))
assert set(models.__all__) <= set(dir(models))
for module in (bingx_spot_api, models):
    try:
        module.Nothing
    except AttributeError as error:
        print(error)
""").splitlines() == [
        "module 'bingx_spot_api' has no attribute 'Nothing'",
        "module 'bingx_spot_api.models' has no attribute 'Nothing'",
    ]


def test_a_call_answers_with_its_model_or_none(generated: Path) -> None:
    code = (generated / "python/bingx_spot_api/api/trade/cancel_order.py").read_text("utf-8")
    assert ") -> CancelOrderResponse | None:" in code
    assert "ErrorResponse" not in code
