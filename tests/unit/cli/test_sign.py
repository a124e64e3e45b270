"""`bingx-spot sign`: the documented digest, and where the secret comes from."""

import json
import time

import pytest

from tests.support.command_line import invoke

SAMPLE_SECRET = "mheO6dR8ovSsxZQCOYEFCtelpuxcWGTfHw7te326y6jOwq5WpvFQ9JNljoTwBXZGv5It07m9RXSPpDQEK2w"
PARAMETERS = ("timestamp=1696751141337", "symbol=BTC-USDT", "recvWindow=0")
BODY = '{"timestamp": 1696751141337, "symbol": "BTC-USDT", "recvWindow": 0}'
DIGEST = "f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2"


def test_prints_the_canonical_string_and_the_documented_digest():
    done = invoke("sign", *PARAMETERS, BINGX_API_SECRET=SAMPLE_SECRET)
    assert done.exit_code == 0
    assert "recvWindow=0&symbol=BTC-USDT&timestamp=1696751141337" in done.stdout
    assert DIGEST in done.stdout
    printed = json.loads(invoke("sign", *PARAMETERS, "--json", BINGX_API_SECRET=SAMPLE_SECRET).stdout)
    assert printed["signature"] == DIGEST


@pytest.mark.parametrize("parameters", [("symbol",), ("=1",), ("a=1", "a=2"), ("a=b=c",), ("a=b&c",)])
def test_rejects_what_cannot_be_signed(parameters):
    done = invoke("sign", *parameters, BINGX_API_SECRET="s")
    assert done.exit_code == 2
    assert not done.stdout


def test_takes_the_secret_from_a_key_file(tmp_path):
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"apiKey": "k", "apiSecret": SAMPLE_SECRET}))
    file.chmod(0o600)
    assert DIGEST in invoke("sign", *PARAMETERS, BINGX_KEY_FILE=str(file)).stdout
    file.chmod(0o644)
    done = invoke("sign", "a=1", BINGX_KEY_FILE=str(file))
    assert done.exit_code == 2
    assert "others can read it" in done.stderr


def test_without_a_secret_it_says_where_it_comes_from():
    done = invoke("sign", "a=1")
    assert done.exit_code == 2
    assert "BINGX_API_SECRET" in done.stderr


class TestCompare:
    def test_a_right_signature(self):
        done = invoke("sign", *sorted(PARAMETERS), "--compare", DIGEST, BINGX_API_SECRET=SAMPLE_SECRET)
        assert (done.exit_code, done.stdout) == (0, "The signature is right.\n")

    @pytest.mark.parametrize("signed", [["--body", "a=\udcff"], ["a=\udcff"]], ids=["body", "parameters"])
    def test_bytes_that_are_no_text_are_refused(self, signed):
        done = invoke("sign", *signed, "--compare", DIGEST, BINGX_API_SECRET=SAMPLE_SECRET)
        assert done.exit_code == 2
        assert "must be UTF-8 text" in done.stderr

    @pytest.mark.parametrize("as_json", [False, True])
    def test_a_usual_mistake_is_named(self, as_json):
        upper = DIGEST.upper()
        arguments = ["--compare", upper, "--body", BODY, *["--json"] * as_json]
        done = invoke("sign", *arguments, BINGX_API_SECRET=SAMPLE_SECRET)
        assert done.exit_code == 1
        assert "written in capitals" in done.stdout
        assert SAMPLE_SECRET not in done.stdout
        if as_json:
            assert json.loads(done.stdout)["matches"] is False

    def test_a_json_body_is_signed_in_sorted_order(self):
        done = invoke("sign", "--compare", DIGEST, "--body", BODY, BINGX_API_SECRET=SAMPLE_SECRET)
        assert (done.exit_code, done.stdout) == (0, "The signature is right.\n")

    def test_a_signature_that_no_usual_mistake_explains(self):
        done = invoke("sign", "a=1", "--compare", "ab" * 32, BINGX_API_SECRET="other")
        assert done.exit_code == 1
        assert "None of the usual mistakes" in done.stdout

    @pytest.mark.parametrize(
        "arguments", [(), ("--body", "{}"), ("a=1", "--body", "{}", "--compare", "00"), ("--compare", "00")]
    )
    def test_parameters_or_a_body_are_needed(self, arguments):
        assert invoke("sign", *arguments, BINGX_API_SECRET="s").exit_code == 2

    def test_a_body_that_cannot_be_read(self):
        done = invoke("sign", "--compare", "00", "--body", "{", BINGX_API_SECRET="s")
        assert done.exit_code == 2
        assert "malformed" in done.stderr


def test_seconds_in_place_of_milliseconds_are_pointed_out():
    done = invoke("sign", f"timestamp={int(time.time())}", BINGX_API_SECRET="s")
    assert done.exit_code == 0
    assert "is in seconds" in done.stderr
    assert not invoke("sign", *PARAMETERS, BINGX_API_SECRET="s").stderr
