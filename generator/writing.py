"""Plain data as YAML and as JSON that every reader takes for the same."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

_BASE: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_TEXT_TAG = "tag:yaml.org,2002:str"


class _Dumper(_BASE):  # type: ignore[misc, valid-type]
    """Writes several lines of text as a block, and a value that stands twice, twice."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(_TEXT_TAG, text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def yaml_text(data: Mapping[str, Any]) -> str:
    """Writes data as YAML, keys in the order given.

    Words that any version of YAML could take for something else (`'NO'`, `'0.1532'`) are in quotes.
    """
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110))


def json_text(data: Mapping[str, Any]) -> str:
    """Writes data as JSON, keys in the order given, for whoever has no reader of YAML."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
