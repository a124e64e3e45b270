"""Private files: what stands at a path, what may be opened and read, and what may be removed."""

import os
import stat
from pathlib import Path

import pytest

from bingx_spot import private_file
from bingx_spot.private_file import UnsafeFile
from tests.support.file_kinds import KINDS


@pytest.mark.parametrize(("words", "make"), KINDS.items(), ids=list(KINDS))
def test_what_is_no_regular_file_is_refused_by_what_it_is(tmp_path, words, make):
    path = tmp_path / "path"
    make(path)
    with pytest.raises(UnsafeFile) as refused:
        private_file.find(path)
    assert refused.value.strerror.startswith(f"it is {words}")
    assert "not a regular file" in refused.value.strerror


def test_nothing_is_no_file(tmp_path):
    assert private_file.find(tmp_path / "nothing") is None


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o777])
def test_what_others_may_write_is_refused(tmp_path, mode):
    path = tmp_path / "path"
    path.touch()
    path.chmod(mode)
    with pytest.raises(UnsafeFile, match=f"chmod go-w {path}"):
        private_file.find(path)
    path.chmod(mode & ~0o022)
    assert private_file.find(path)


def test_the_file_of_another_user_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "path"
    path.touch(0o600)
    if os.geteuid() == 0:
        os.chown(path, 65534, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 65534)
    with pytest.raises(UnsafeFile, match="belongs to another user"):
        private_file.find(path)


@pytest.mark.parametrize("suffix", ["-journal", "-wal", "-shm"])
def test_a_database_is_refused_for_what_others_have_put_beside_it(tmp_path, suffix):
    path = tmp_path / "path"
    path.touch(0o600)
    assert private_file.find_database(path)
    os.mkfifo(tmp_path / f"path{suffix}")
    with pytest.raises(UnsafeFile, match=f"path{suffix} is beside it, and it is a FIFO"):
        private_file.find_database(path)


class TestCreated:
    def test_it_is_its_owners_only_and_takes_no_place_of_another(self, tmp_path):
        path = tmp_path / "path"
        status = private_file.create(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert private_file.is_at(path, status)
        with pytest.raises(FileExistsError):
            private_file.create(path)

    def test_a_dangling_link_is_not_followed(self, tmp_path):
        (tmp_path / "link").symlink_to(tmp_path / "nothing")
        with pytest.raises(FileExistsError):
            private_file.create(tmp_path / "link")
        assert not (tmp_path / "nothing").exists()

    def test_only_what_was_created_is_removed(self, tmp_path):
        path = tmp_path / "path"
        created = private_file.create(path)
        kept = path.rename(tmp_path / "kept")
        path.touch()
        private_file.remove_created(path, created)
        assert path.exists(), "another file of that name"
        private_file.remove_created(path, None)
        assert path.exists(), "nothing was created"
        private_file.remove_created(kept, created)
        assert not kept.exists()
        private_file.remove_created(tmp_path / "gone" / "path", created)


class TestSecret:
    @pytest.fixture
    def secret(self, tmp_path):
        path = tmp_path / "folder" / "secret"
        path.parent.mkdir(0o700)
        path.write_bytes(b"secret")
        path.chmod(0o600)
        return path

    def test_a_fifo_is_refused_at_once(self, tmp_path):
        os.mkfifo(tmp_path / "fifo", 0o600)
        with pytest.raises(UnsafeFile, match="it is a FIFO"):
            private_file.read_secret(tmp_path / "fifo", 9)

    @pytest.mark.parametrize(
        ("mode", "shared"), [(0o777, True), (0o1777, False), (0o755, False), (0o707, True)]
    )
    def test_a_folder_that_others_may_write_is_refused(self, secret, mode, shared):
        secret.parent.chmod(mode)
        if shared:
            with pytest.raises(
                UnsafeFile, match=f"its folder .*; fix that with `chmod go-w {secret.parent}`"
            ):
                private_file.read_secret(secret, 9)
        else:
            assert private_file.read_secret(secret, 9) == b"secret"

    def test_a_group_may_write_the_folder_only_where_it_is_the_process_s_own(self, secret, monkeypatch):
        secret.parent.chmod(0o770)
        group = secret.parent.stat().st_gid
        monkeypatch.setattr(os, "getegid", lambda: group)
        assert private_file.read_secret(secret, 9) == b"secret"
        if group == 0:
            os.chown(secret.parent, -1, 65534)
        monkeypatch.setattr(os, "getegid", lambda: 65533)
        with pytest.raises(UnsafeFile, match="others may write its folder"):
            private_file.read_secret(secret, 9)

    @pytest.mark.parametrize("shared", ["folder of the link", "folder of the target"])
    def test_a_link_is_followed_between_sound_folders_only(self, secret, tmp_path, shared):
        # As Kubernetes mounts a secret: key -> ..data/key, ..data -> ..2026_11_30
        link = tmp_path / "mount" / "key"
        link.parent.mkdir(0o700)
        (tmp_path / "mount" / "..data").symlink_to(secret.parent)
        link.symlink_to(Path("..data") / secret.name)
        assert private_file.read_secret(link, 9) == b"secret"
        (link.parent if shared == "folder of the link" else secret.parent).chmod(0o777)
        with pytest.raises(UnsafeFile, match="others may write its folder"):
            private_file.read_secret(link, 9)

    @pytest.mark.parametrize(("mode", "read"), [(0o440, True), (0o444, True), (0o644, True), (0o666, False)])
    def test_on_a_read_only_mount_the_mount_says_who_reads(self, secret, monkeypatch, mode, read):
        secret.chmod(mode)
        with pytest.raises(UnsafeFile, match="others can read it"):
            private_file.read_secret(secret, 9)
        mounted = os.statvfs_result((4096, 4096, 0, 0, 0, 0, 0, 0, os.ST_RDONLY, 255))
        monkeypatch.setattr(os, "fstatvfs", lambda _: mounted)
        if read:
            secret.parent.chmod(0o777)
            assert private_file.read_secret(secret, 3) == b"sec"
        else:
            with pytest.raises(UnsafeFile):
                private_file.read_secret(secret, 9)
