"""Every field of an answer is validated, and can be read whatever the exchange sends."""

from pathlib import Path

import pytest

from generator.constructs import construct_problems
from generator.rules import rule_problems
from generator.run import generate
from tests.generator.conftest import run_python
from tests.generator.contracts import complaint, line_of
from tests.generator.endpoint import parameter, read, with_read, with_reads

REFERENCE = "{nullable: true, allOf: [{$ref: '#/components/schemas/Word'}]}"
DESCRIBED = "{description: It., allOf: [{$ref: '#/components/schemas"
FIELD = "{{type: object, properties: {{x: {}}}}}"
WRONG = {
    "data that may be null": (
        "{type: object, nullable: true, properties: {x: {type: string}}}",
        "may be null here",
    ),
    "null beside a reference": (FIELD.format(REFERENCE), "`x` has no type. Write one, or `$ref` alone"),
    "a closed enum": (FIELD.format("{type: string, enum: [A]}"), "`x` in an answer is a closed enum"),
    "closed enums in a list": (
        "{type: array, items: {type: string, enum: [A]}}",
        "`data` in an answer is a closed enum",
    ),
    "a map": (FIELD.format("{type: object, additionalProperties: {type: string}}"), "have any names"),
    "a time": (
        FIELD.format("{type: string, format: date-time}"),
        "Clients fail on text that is no `date-time`",
    ),
    "one name in Python": (
        "{type: object, properties: {StopPrice: {type: string}, stopPrice: {type: string}}}",
        "`StopPrice` and `stopPrice` have one name in Python",
    ),
}
# By the schema of `data`: what Python's method returns, a value that fits, one that does not.
KINDS = {
    "{type: integer, format: int64}": ("int", 5, "five"),
    "{type: string}": ("str", "", 5),
    "{type: boolean}": ("bool", True, 1),
    "{type: object}": ("models.Kind3Response200Data", {"a": 1}, "a"),
    "{type: array, items: {type: string, nullable: true}}": ("list[None | str]", ["a", None], [1]),
    "{$ref: '#/components/schemas/Trade'}": ("models.Trade", {"word": "B"}, {"word": 5}),
    f"{DESCRIBED}/Trade'}}]}}": ("models.Trade", {"word": "B"}, {"word": 5}),
    f"{{type: array, items: {DESCRIBED}/Word'}}]}}}}": ("list[models.Word]", ["A", "B"], [5]),
}
# What the generated code has names for.
WORDS = (
    *("additional_properties", "additional_keys", "answer", "client", "cls", "cookies", "d", "field_dict"),
    *("from_dict", "headers", "kwargs", "models", "params", "response", "src_dict", "to_dict", "url"),
)
CALL = """
import inspect, json
from bingx_spot.core.request import ApiCall
from bingx_spot.core.response_validation import validate_response
from bingx_spot.exceptions import CallError
from bingx_spot.models import Response
from bingx_spot_api.contract import OPERATIONS
from bingx_spot_api.tags import Tags

class Client(Tags):
    def __init__(self): self._client = self
    def get_httpx_client(self): return self
    def request(self, method, url, params=()):
        self.sent = params
        body = json.dumps({"code": 0, "data": self.data}).encode()
        return validate_response(ApiCall(OPERATIONS[method, url], {}), Response(200, {}, body, None))

client = Client()
"""


@pytest.mark.parametrize("name", WRONG)
def test_what_no_client_can_validate_or_read_is_reported_with_its_line(tmp_path: Path, name: str) -> None:
    data, said = WRONG[name]
    text = with_read(data=data)
    (line,) = complaint(tmp_path, text, of=(construct_problems, rule_problems)).splitlines()
    assert line.startswith(f"spec/openapi.yaml:{line_of(text, f'data: {data}')}: ")
    assert said in line


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fields")
    reads = [read(f"kind{number}", data=data) for number, data in enumerate(KINDS)]
    parameters = ", ".join(parameter("{type: string}", name=word) for word in WORDS)
    fields = ", ".join(f"{word}: {{type: string}}" for word in WORDS)
    reads.append(read("ownWords", parameters=parameters, data=f"{{type: object, properties: {{{fields}}}}}"))
    spec = folder / "openapi.yaml"
    spec.write_text(with_reads(*reads), "utf-8")
    generate(spec, "spec/openapi.yaml", folder / "generated")
    return folder / "generated"


def test_data_of_every_kind_is_typed_and_validated(tree: Path) -> None:
    shown = run_python(
        tree,
        f"""{CALL}
for number, (_, good, bad) in enumerate({list(KINDS.values())}):
    method = getattr(client.trade, f"kind{{number}}")
    print(inspect.signature(method).return_annotation)
    client.data = good
    method()
    for client.data in (bad, None):
        try:
            print(method())
        except CallError:
            pass
""",
    )
    assert shown.splitlines() == [returned for returned, _, _ in KINDS.values()]


def test_names_of_the_generated_code_itself_serve_as_parameters_and_fields(tree: Path) -> None:
    shown = run_python(
        tree,
        f"""{CALL}
client.data = dict.fromkeys({WORDS}, "said")
names = [name for name in inspect.signature(client.trade.own_words).parameters]
answer = client.trade.own_words(**dict.fromkeys(names, "asked"))
print(client.sent == dict.fromkeys({WORDS}, "asked"), answer.to_dict() == client.data)
""",
    )
    assert shown == "True True\n"
