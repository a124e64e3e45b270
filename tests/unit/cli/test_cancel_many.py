"""`bingx-spot cancel-many`: wrong usage."""

import pytest

from tests.support.command_line import invoke


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "--from"),
        (("--from", "missing.csv"), "missing.csv"),
        (("--from", "-", "--env", "moon"), "--env"),
        (("--from", "-", "--format", "xml"), "--format"),
        (("--from", "-", "--journal", "/"), "--journal"),
    ],
)
def test_wrong_usage_exits_2_and_names_the_option(arguments, named):
    text = "symbol,orderId\nBTC-USDT,1\n"
    done = invoke("cancel-many", *arguments, text=text, BINGX_API_KEY="k", BINGX_API_SECRET="s")
    assert done.exit_code == 2
    assert named in done.stderr


def test_without_an_api_key_it_exits_2_and_says_where_it_comes_from():
    done = invoke("cancel-many", "--from", "-", text="x")
    assert done.exit_code == 2
    assert "API key" in done.stderr
