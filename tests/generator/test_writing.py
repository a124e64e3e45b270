import yaml

from generator.caller_view import caller_view
from generator.document import yaml_text
from tests.generator.contracts import CONTRACT


def test_what_is_written_reads_back_the_same() -> None:
    caller = caller_view(yaml.safe_load(CONTRACT))
    assert yaml.safe_load(yaml_text(caller)) == caller


def test_words_that_readers_disagree_about_are_quoted() -> None:
    text = yaml_text({"a": ["no", "0.1532", "1e3", "2024-01-31", "null", "MØTH-USDT", "plain"]})
    assert text.splitlines() == [
        "a:", "- 'no'", "- '0.1532'", "- 1e3", "- '2024-01-31'", "- 'null'", "- MØTH-USDT", "- plain",
    ]  # fmt: skip


def test_the_parser_in_c_and_the_one_in_python_write_the_same() -> None:
    class Slow(yaml.SafeDumper):
        def ignore_aliases(self, _: object) -> bool:
            return True

    Slow.add_representer(str, writing._represent_text)
    caller = caller_view(yaml.safe_load(CONTRACT))
    slow = yaml.dump(caller, Dumper=Slow, sort_keys=False, allow_unicode=True, width=110)
    assert slow == yaml_text(caller)
