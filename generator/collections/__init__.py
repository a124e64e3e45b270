"""Collections of requests to run by hand: Postman, Bruno, and a `.http` file."""

from collections.abc import Mapping
from typing import Any

from generator.collections.bruno import bruno
from generator.collections.http_file import http_file
from generator.collections.postman import postman
from generator.collections.requests import requests


def collections(compiled: Mapping[str, Any]) -> dict[str, str]:
    """Return the files of all collections by their path, from the compiled contract."""
    found = requests(compiled)
    return {
        f"collections/{name}": text
        for name, text in (postman(found) | bruno(found) | http_file(found)).items()
    }
