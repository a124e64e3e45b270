"""Our own signer passes every vector."""

from typing import Any

import pytest

from bingx_spot import InvalidInput
from bingx_spot.core.request import json_body, query_string
from bingx_spot.core.signing import canonical_string, sign, signed_texts
from tests.spec.vectors import parameters_of, signing_tests, vector_id

ACCEPTED = signing_tests("accepted")
REFUSED = signing_tests("refused")


@pytest.mark.parametrize("test", ACCEPTED, ids=vector_id)
class TestAccepted:
    def test_canonical_string(self, test: Any) -> None:
        assert canonical_string(parameters_of(test)) == test["canonical"]

    def test_signature(self, test: Any) -> None:
        assert sign(test["canonical"], test["secret"]) == test["signature"]

    def test_json_body(self, test: Any) -> None:
        parameters = parameters_of(test)
        assert json_body(parameters, signed_texts(parameters), test["signature"]) == test["json"].encode()

    def test_query_string_and_form(self, test: Any) -> None:
        text = query_string(signed_texts(parameters_of(test)), test["signature"])
        assert (text, text) == (test["query"], test["form"])


@pytest.mark.parametrize("test", REFUSED, ids=vector_id)
class TestRefused:
    def test_canonical_string_names_the_parameter(self, test: Any) -> None:
        with pytest.raises(InvalidInput) as refusal:
            canonical_string(parameters_of(test))
        assert refusal.value.field == test["refusal"]["parameter"]
