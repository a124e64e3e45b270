"""API key and secret: where they are read from, and that they never leave the process."""

import copy
import json
import os
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bingx_spot import Credentials, CredentialsError

KEY = "planted-api-key-4c1d"
SECRET = "planted-api-secret-9e7b"
WHOLE_FILE = json.dumps({"apiKey": KEY, "apiSecret": SECRET})


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BINGX_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "bingx.json"
    path.write_text(WHOLE_FILE, encoding="utf-8")
    path.chmod(0o600)
    return path


def rejection(call: Callable[[], object]) -> str:
    """Return the error's text, once neither the key nor the secret is found in anything it shows."""
    with pytest.raises(CredentialsError) as rejected:
        call()
    shown = "".join(everything_shown(rejected.value))
    for half in (KEY, SECRET):
        assert half not in shown
    return str(rejected.value)


def everything_shown(error: BaseException) -> Iterator[str]:
    yield repr(error)
    rendered = traceback.TracebackException.from_exception(error, capture_locals=True)
    yield from rendered.format(chain=True)
    if error.__context__ is not None:
        # Not printed when suppressed, and within reach all the same.
        yield from everything_shown(error.__context__)


class TestGiven:
    def test_can_be_read(self):
        credentials = Credentials(KEY, SECRET)
        assert (credentials.api_key, credentials.api_secret) == (KEY, SECRET)

    @pytest.mark.parametrize(
        ("pair", "problem"),
        [
            (lambda: ("", SECRET), "API key is empty"),
            (lambda: (KEY, ""), "API secret is empty"),
            (lambda: (None, SECRET), "API key must be text, not NoneType"),
            (lambda: (KEY, SECRET.encode()), "API secret must be text, not bytes"),
            (lambda: (f"{KEY}\n", SECRET), "API key contains white space or a control character"),
            (lambda: (KEY, f" {SECRET}"), "API secret contains white space or a control character"),
            (lambda: (KEY, f"{SECRET}\x00"), "API secret contains white space or a control character"),
            (lambda: (KEY, f"{SECRET}\u200b"), "API secret contains white space or a control character"),
            (lambda: (KEY, f"{SECRET}\ud800"), "API secret contains white space or a control character"),
            (lambda: (f"{KEY}ø", SECRET), "API key contains a character that is not ASCII"),
            (lambda: (f'"{KEY}"', SECRET), "API key is in quotes: remove them"),
            (lambda: (KEY, f"'{SECRET}'"), "API secret is in quotes"),
            (lambda: (KEY, f"\N{LEFT DOUBLE QUOTATION MARK}{SECRET}"), "API secret is in quotes"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_that_cannot_be_used_are_rejected(self, pair, problem):
        assert rejection(lambda: Credentials(*pair())).startswith(problem)


class TestFromEnvironment:
    def test_takes_both_halves(self, monkeypatch):
        monkeypatch.setenv("BINGX_API_KEY", KEY)
        monkeypatch.setenv("BINGX_API_SECRET", SECRET)
        credentials = Credentials.from_env()
        assert (credentials.api_key, credentials.api_secret) == (KEY, SECRET)

    @pytest.mark.parametrize(
        ("present", "value", "absent"),
        [("BINGX_API_KEY", KEY, "BINGX_API_SECRET"), ("BINGX_API_SECRET", SECRET, "BINGX_API_KEY")],
    )
    def test_rejects_one_half_even_beside_a_key_file(self, monkeypatch, key_file, present, value, absent):
        monkeypatch.setenv(present, value)
        monkeypatch.setenv("BINGX_KEY_FILE", str(key_file))
        assert rejection(Credentials.from_env) == f"{absent} is missing; {present} alone is not enough"

    def test_takes_the_key_file_that_it_names(self, monkeypatch, key_file):
        monkeypatch.setenv("BINGX_KEY_FILE", str(key_file))
        assert Credentials.from_env().api_secret == SECRET

    def test_comes_before_the_key_file(self, monkeypatch, key_file):
        monkeypatch.setenv("BINGX_API_KEY", "other-key")
        monkeypatch.setenv("BINGX_API_SECRET", "other-secret")
        monkeypatch.setenv("BINGX_KEY_FILE", str(key_file))
        assert Credentials.from_env().api_key == "other-key"

    def test_without_any_says_what_to_set(self):
        text = rejection(Credentials.from_env)
        for name in ("BINGX_API_KEY", "BINGX_API_SECRET", "BINGX_KEY_FILE"):
            assert name in text

    def test_with_white_space_is_rejected(self, monkeypatch):
        monkeypatch.setenv("BINGX_API_KEY", KEY)
        monkeypatch.setenv("BINGX_API_SECRET", f"{SECRET}\n")
        assert "line break" in rejection(Credentials.from_env)


class TestFilesOfHalves:
    @pytest.fixture
    def halves(self, tmp_path, monkeypatch) -> Path:
        """Return a folder as Kubernetes mounts a secret: each file a link, with what the mount fixes."""
        for name, value in (("key", KEY), ("secret", SECRET)):
            (tmp_path / "..data").mkdir(exist_ok=True)
            file = tmp_path / "..data" / name
            file.write_text(f"{value}\r\n")
            file.chmod(0o444)
            (tmp_path / name).symlink_to(Path("..data", name))
            monkeypatch.setenv(f"BINGX_API_{name.upper()}_FILE", str(tmp_path / name))
        mounted = os.statvfs_result((4096, 4096, 0, 0, 0, 0, 0, 0, os.ST_RDONLY, 255))
        monkeypatch.setattr(os, "fstatvfs", lambda _: mounted)
        return tmp_path

    @pytest.mark.parametrize("mode", [0o400, 0o440, 0o444])
    def test_are_read_as_a_mount_has_them_without_line_ends(self, halves, mode):
        (halves / "secret").chmod(mode)
        credentials = Credentials.from_env()
        assert (credentials.api_key, credentials.api_secret) == (KEY, SECRET)

    @pytest.mark.usefixtures("halves")
    def test_stand_beside_the_variable_of_the_other_half(self, monkeypatch):
        monkeypatch.setenv("BINGX_API_KEY", "other-key")
        credentials = Credentials.from_env()
        assert (credentials.api_key, credentials.api_secret) == ("other-key", SECRET)

    @pytest.mark.usefixtures("halves")
    def test_come_before_the_key_file(self, monkeypatch):
        monkeypatch.setenv("BINGX_KEY_FILE", "nowhere")
        assert Credentials.from_env().api_key == KEY

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"", "is empty"),
            (b"\n", "is empty"),
            (f'"{SECRET}"\n'.encode(), "API secret is in quotes"),
            (f"\ufeff{SECRET}".encode(), "begins with a byte order mark"),
            (f"{SECRET}\nmore".encode(), "API secret contains white space"),
            (b"\xff", "is not UTF-8"),
        ],
        ids=["empty", "line end", "quotes", "mark", "two lines", "bytes"],
    )
    def test_that_cannot_be_used_are_named_for_what_they_are(self, halves, content, problem):
        (halves / "secret").chmod(0o600)
        (halves / "secret").write_bytes(content)
        assert problem in rejection(Credentials.from_env)

    def test_others_may_not_read_them_where_no_mount_fixes_that(self, halves, monkeypatch):
        monkeypatch.undo()
        monkeypatch.setenv("BINGX_API_KEY", KEY)
        monkeypatch.setenv("BINGX_API_SECRET_FILE", str(halves / "secret"))
        assert "chmod 600" in rejection(Credentials.from_env)

    @pytest.mark.parametrize(
        ("beside", "said"),
        [
            ("BINGX_API_SECRET_FILE", "is set and empty: unset it, so that BINGX_API_SECRET_FILE is read"),
            ("BINGX_KEY_FILE", "is set and empty: unset it, so that BINGX_KEY_FILE is read"),
            ("OTHER", "is set and empty"),
        ],
    )
    def test_an_empty_variable_beside_a_file_is_named(self, monkeypatch, beside, said):
        monkeypatch.setenv("BINGX_API_KEY", KEY)
        monkeypatch.setenv("BINGX_API_SECRET", "")
        monkeypatch.setenv(beside, "/secrets/bingx")
        assert rejection(Credentials.from_env) == f"BINGX_API_SECRET {said}"


class TestFromFile:
    @pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
    def test_takes_a_file_that_only_its_owner_can_read(self, key_file, mode):
        key_file.chmod(mode)
        credentials = Credentials.from_file(key_file)
        assert (credentials.api_key, credentials.api_secret) == (KEY, SECRET)

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666])
    def test_rejects_a_file_that_others_can_read_and_says_how_to_fix_it(self, key_file, mode):
        key_file.chmod(mode)
        assert f"chmod 600 {key_file}" in rejection(lambda: Credentials.from_file(key_file))

    def test_checks_the_file_behind_a_link(self, key_file, tmp_path):
        link = tmp_path / "link"
        link.symlink_to(key_file)
        key_file.chmod(0o644)
        assert "others can read it" in rejection(lambda: Credentials.from_file(link))

    def test_rejects_the_file_of_another_user(self, key_file, monkeypatch):
        if os.geteuid() == 0:
            os.chown(key_file, 65534, -1)
        else:
            # Only root can give a file away; anybody else can be taken for another user.
            monkeypatch.setattr(os, "geteuid", lambda: 65534)
        assert "belongs to another user" in rejection(lambda: Credentials.from_file(key_file))

    def test_rejects_a_directory(self, tmp_path):
        assert "is not used: it is a folder" in rejection(lambda: Credentials.from_file(tmp_path))

    def test_rejects_a_device(self):
        assert "not a regular file" in rejection(lambda: Credentials.from_file(os.devnull))

    def test_rejects_a_fifo_at_once(self, tmp_path):
        os.mkfifo(tmp_path / "fifo", 0o600)
        assert "it is a FIFO" in rejection(lambda: Credentials.from_file(tmp_path / "fifo"))

    def test_rejects_a_file_that_others_can_replace(self, key_file):
        key_file.parent.chmod(0o777)
        text = rejection(lambda: Credentials.from_file(key_file))
        assert f"chmod go-w {key_file.parent}" in text

    def test_follows_a_link_to_a_sound_file(self, key_file, tmp_path):
        (tmp_path / "link").symlink_to(key_file)
        assert Credentials.from_file(tmp_path / "link").api_secret == SECRET

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_names_a_byte_order_mark(self, key_file, encoding):
        key_file.write_text(WHOLE_FILE, encoding)
        text = rejection(lambda: Credentials.from_file(key_file))
        assert "begins with a byte order mark; save it as UTF-8 without one" in text

    def test_names_quotes(self, key_file):
        key_file.write_text(json.dumps({"apiKey": KEY, "apiSecret": f'"{SECRET}"'}), encoding="utf-8")
        assert "API secret is in quotes" in rejection(lambda: Credentials.from_file(key_file))

    def test_says_which_file_is_missing(self, tmp_path):
        path = tmp_path / "nowhere.json"
        assert str(path) in rejection(lambda: Credentials.from_file(path))

    @pytest.mark.parametrize("content", [SECRET, WHOLE_FILE, WHOLE_FILE + " " * 300])
    def test_does_not_repeat_a_key_that_stands_in_place_of_a_path(self, monkeypatch, content):
        monkeypatch.setenv("BINGX_KEY_FILE", content)
        assert "may be the key itself" in rejection(Credentials.from_env)
        monkeypatch.setenv("BINGX_API_KEY_FILE", content)
        monkeypatch.setenv("BINGX_API_SECRET_FILE", content)
        assert "may be the key itself" in rejection(Credentials.from_env)

    def test_rejects_a_path_with_a_null_byte(self):
        assert "is not a path" in rejection(lambda: Credentials.from_file("a\0b"))

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"{", WHOLE_FILE.encode()[:-1], json.dumps([KEY, SECRET]).encode(), f'"{SECRET}"'.encode(),
            b"null", json.dumps({"apiKey": KEY}).encode(), json.dumps({"apiSecret": SECRET}).encode(),
            json.dumps({"apiKey": KEY, "apiSecret": None}).encode(),
            json.dumps({"apiKey": 5, "apiSecret": SECRET}).encode(), b"[" * 60000,
            b"\xef\xbb\xbf" + WHOLE_FILE.encode(), WHOLE_FILE.encode("utf-16"), SECRET.encode() + b"\xff",
        ],
        ids=lambda content: ascii(content[:24]),
    )  # fmt: skip
    def test_rejects_other_contents(self, key_file, content):
        key_file.write_bytes(content)
        assert str(key_file) in rejection(lambda: Credentials.from_file(key_file))

    def test_says_that_a_file_is_empty(self, key_file):
        key_file.write_bytes(b"")
        assert "is empty; has the program that writes it finished?" in rejection(
            lambda: Credentials.from_file(key_file)
        )

    def test_rejects_an_empty_half(self, key_file):
        key_file.write_text(json.dumps({"apiKey": KEY, "apiSecret": ""}), encoding="utf-8")
        assert rejection(lambda: Credentials.from_file(key_file)) == "API secret is empty"

    def test_rejects_a_half_with_white_space(self, key_file):
        key_file.write_text(json.dumps({"apiKey": KEY, "apiSecret": f"{SECRET} "}), encoding="utf-8")
        assert "white space" in rejection(lambda: Credentials.from_file(key_file))

    def test_takes_the_first_line_of_the_sandbox_as_it_stands(self, key_file):
        line = {"url": "http://127.0.0.1:8642", "apiKey": KEY, "apiSecret": SECRET}
        key_file.write_text(json.dumps(line) + "\n", encoding="utf-8")
        assert Credentials.from_file(str(key_file)).api_key == KEY


class TestRedacted:
    @pytest.mark.parametrize("show", [repr, str, format, ascii, "{}".format, "%s".__mod__, "%r".__mod__])
    def test_shows_neither_half(self, show):
        text = show(Credentials(KEY, SECRET))
        assert text == "Credentials(api_key='***', api_secret='***')"

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_cannot_be_pickled(self, protocol):
        with pytest.raises(TypeError, match="must not leave the process"):
            pickle.dumps(Credentials(KEY, SECRET), protocol)

    @pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
    def test_cannot_be_copied(self, duplicate):
        with pytest.raises(TypeError, match="must not leave the process"):
            duplicate(Credentials(KEY, SECRET))

    def test_has_no_dictionary_to_dump(self):
        with pytest.raises(TypeError):
            vars(Credentials(KEY, SECRET))

    def test_returns_no_state(self):
        with pytest.raises(TypeError, match="must not leave the process"):
            Credentials(KEY, SECRET).__getstate__()
