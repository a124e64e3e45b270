"""Every parameter can be named in Python, checked, signed and sent."""

from pathlib import Path

import pytest

from generator.constructs import construct_problems
from generator.extensions import extension_problems
from generator.rules import rule_problems
from generator.validity import consistency_problems
from tests.generator.contracts import complaint, line_of
from tests.generator.endpoint import TEXT, parameter, with_read

STEPS = (extension_problems, construct_problems, rule_problems)
JSON = "{{type: string, x-bingx-text: {{form: json, items: {}}}}}"
JOINED = "{{type: string, x-bingx-text: {{form: joined, items: {}}}}}"
WRONG = {
    "joined fractions": (
        parameter(JOINED.format("{type: number, format: double}")),
        "Only texts and whole numbers can be joined",
    ),
    "joined booleans": (
        parameter(JOINED.format("{type: boolean}")),
        "Only texts and whole numbers can be joined",
    ),
    "a place in the path": (parameter(TEXT, place="path"), "is a path parameter"),
    "a cookie": (parameter(TEXT, place="cookie"), "is a cookie parameter"),
    "a separator in a name": (parameter(TEXT, name="a&b"), "`a&b` cannot be sent as a name"),
    "a space in a name": (parameter(TEXT, name="a b"), "`a b` cannot be sent as a name"),
    "letters beyond ASCII": (parameter(TEXT, name="größe"), "`größe` cannot be sent as a name"),
    "one name in Python": (
        f"{parameter(TEXT, name='orderId')}, {parameter(TEXT, name='order_id')}",
        "`orderId` and `order_id` have one name in Python",
    ),
    "a step": (parameter("{type: integer, format: int32, multipleOf: 5}"), "Nothing checks `multipleOf`"),
    "null": (parameter("{type: string, nullable: true}"), "Nothing checks `nullable`"),
    "a date": (parameter("{type: string, format: date}"), "Clients fail on text that is no `date`"),
    "a pattern found anywhere": (parameter("{type: string, pattern: '[0-9]'}"), "Begin it with ^"),
    "no number": (
        parameter("{type: integer, format: int32, minimum: 9, maximum: 5}"),
        "`minimum` of `p` is above its `maximum`",
    ),
    "a time that may be in seconds": (
        "{name: p, in: query, description: Unix time in milliseconds., "
        "schema: {type: integer, format: int64, minimum: 0}}",
        "`p` takes a time in seconds or microseconds",
    ),
    "a time that may be in microseconds": (
        "{name: p, in: query, description: 'Unix time, unit milliseconds.', "
        "schema: {type: integer, format: int64, minimum: 1000000000000}}",
        "`p` takes a time in seconds or microseconds",
    ),
    "no text": (
        parameter("{type: string, minLength: 9, maxLength: 5}"),
        "`minLength` of `p` is above its `maxLength`",
    ),
    "no list": (
        parameter(JSON.format("{type: string}, minItems: 3, maxItems: 2")),
        "`minItems` of `p` is above its `maxItems`",
    ),
    "a misspelt type in a text": (parameter(JSON.format("{type: strin}")), "is of type strin. Use one of"),
    "an item of no size": (parameter(JSON.format("{type: integer}")), "leaves its size open"),
    "a list in a text": (parameter(JSON.format("{type: array, items: {type: string}}")), "is of type array"),
    "numbers to choose from": (
        parameter(JSON.format("{type: integer, format: int32, enum: [1]}")),
        "an enum of another type than text",
    ),
    "a text in a text": (
        parameter(JSON.format(JSON.format("{type: string}"))),
        "Leave `x-bingx-text` out here",
    ),
    "a bound that is none": (
        parameter(JSON.format("{type: string, minLength: x}")),
        "`p` in a text is no schema",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_taken_checked_or_sent_is_reported_with_its_line(tmp_path: Path, name: str) -> None:
    parameters, said = WRONG[name]
    text = with_read(parameters=parameters)
    (line,) = complaint(tmp_path, text, of=STEPS).splitlines()
    assert line.startswith(f"spec/openapi.yaml:{line_of(text, 'parameters: [{')}: ")
    assert said in line


@pytest.mark.parametrize(
    "parameters",
    [
        "{name: p, in: query, description: Unix time in milliseconds., "
        "schema: {type: integer, format: int64, minimum: 1000000000000, maximum: 9999999999999}}",
        "{name: p, in: query, description: Unix time in seconds., schema: {type: integer, format: int64}}",
        "{name: p, in: query, description: How many milliseconds., schema: {type: integer, format: int64}}",
    ],
)
def test_other_times_are_allowed(tmp_path: Path, parameters: str) -> None:
    assert complaint(tmp_path, with_read(parameters=parameters), of=STEPS) == ""


@pytest.mark.parametrize("name", ["class", "order-id", "$top", "2fa", "from", "ids[]", "params", "answer"])
def test_odd_names_are_allowed(tmp_path: Path, name: str) -> None:
    assert complaint(tmp_path, with_read(parameters=parameter(TEXT, name=name)), of=STEPS) == ""


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (f"{parameter(TEXT)}, {{name: p, in: header, schema: {TEXT}}}", "has two parameters `p`"),
        (parameter("{type: string, pattern: '^[a'}"), "The pattern is no regular expression"),
    ],
)
def test_what_the_validator_of_openapi_finds_nowhere_has_a_line(
    tmp_path: Path, parameters: str, said: str
) -> None:
    text = with_read(parameters=parameters)
    (line,) = complaint(tmp_path, text, of=(consistency_problems,)).splitlines()
    assert said in line
    assert int(line.split(":")[1]) >= line_of(text, "readThing") - 1


def test_a_default_that_does_not_fit_is_named_with_its_line(tmp_path: Path) -> None:
    text = with_read(parameters=parameter("{type: string, enum: [BUY, SELL], default: buy}"))
    said = complaint(tmp_path, text, of=(consistency_problems,))
    line = line_of(text, "default: buy")
    problem = "The default does not fit its schema: 'buy' is not one of ['BUY', 'SELL']."
    assert said == f"spec/openapi.yaml:{line}: {problem} Correct one of the two."


def test_every_place_that_a_parameter_may_have_is_named(tmp_path: Path) -> None:
    said = complaint(tmp_path, with_read(parameters=parameter(TEXT, place="body")))
    assert "'body' is not one of ['path', 'query', 'header', 'cookie']" in said
