"""Files by URL: in a store that puts them in place at once, and in one where they are moved."""

from __future__ import annotations

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Barrier, Thread
from typing import ClassVar

import coze_harness
import pytest
from coze_harness.storage import remote_folder as remote
from coze_harness.storage.remote_folder import RemoteFolder, open_folder
from coze_harness.storage.storage_errors import RemoteError

NAMES = [
    "a.yaml",
    "天气/北京.yaml",
    "e\u0301/🙂 [1]*?.yaml",
    "一\u2028二/#1%20.yaml",
    "天气/ａ.yaml",
]


@pytest.fixture(params=["memory", "local"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> RemoteFolder:
    if request.param == "memory":
        return open_folder(f"memory://{tmp_path.name}/store")
    return open_folder(f"local://{tmp_path}/store")


def test_a_file_of_any_name_is_read_as_it_was_written(folder: RemoteFolder) -> None:
    for name in NAMES:
        remote.write_file(str(folder / name), name.encode())
    for name in NAMES:
        assert remote.read_file(str(folder / name)) == name.encode()
    assert remote.list_files(folder) == sorted(NAMES)
    assert remote.list_folders(folder) == sorted(
        {name.split("/")[0] for name in NAMES} - {"a.yaml"}
    )


def test_a_file_is_replaced_and_no_other_file_is_left(folder: RemoteFolder) -> None:
    for text in (b"old" * 1000, b"new"):
        remote.write_file(str(folder / "a.yaml"), text)
    assert remote.read_file(str(folder / "a.yaml")) == b"new"
    assert remote.list_files(folder) == ["a.yaml"]


def test_a_missing_file_has_its_own_error(folder: RemoteFolder) -> None:
    with pytest.raises(FileNotFoundError):
        remote.read_file(str(folder / "none.yaml"))
    assert remote.list_files(folder) == []
    assert remote.list_folders(folder) == []
    remote.remove_file(str(folder / "none.yaml"))
    remote.check_reachable(folder)


def test_many_files_are_read_at_once_each_with_its_own_error(folder: RemoteFolder) -> None:
    urls = [str(folder / name) for name in NAMES]
    for url in urls:
        remote.write_file(url, b"0123456789")
    contents = remote.read_files([*urls, str(folder / "none")])
    assert [contents[url] for url in urls] == [b"0123456789"] * len(urls)
    assert isinstance(contents[str(folder / "none")], FileNotFoundError)
    assert set(remote.read_files(urls, max_bytes=4).values()) == {b"0123"}
    assert remote.read_files([]) == {}


class _Together(BaseHTTPRequestHandler):
    """Answers only when as many are asking as the barrier holds."""

    barrier: ClassVar[Barrier]

    def do_GET(self) -> None:
        self.barrier.wait(timeout=30)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None: ...


def test_files_of_a_store_over_the_network_are_requested_together() -> None:
    _Together.barrier = Barrier(20)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Together) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        folder = open_folder(f"http://127.0.0.1:{server.server_port}/store")
        urls = [str(folder / f"{number}.yaml") for number in range(20)]
        contents = remote.read_files(urls)
        server.shutdown()
    assert contents == dict.fromkeys(urls, b"ok")


def test_files_are_uploaded_downloaded_and_copied(folder: RemoteFolder, tmp_path: Path) -> None:
    source = tmp_path / "here"
    source.write_bytes(b"x" * 100_000)
    remote.upload_file(source, str(folder / "a/b"))
    remote.copy_file(str(folder / "a/b"), str(folder / "c/d"))
    remote.remove_file(str(folder / "a/b"))
    remote.download_file(str(folder / "c/d"), tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == source.read_bytes()
    assert remote.list_files(folder) == ["c/d"]


def test_a_file_that_cannot_be_moved_in_place_leaves_nothing(tmp_path: Path) -> None:
    folder = open_folder(f"local://{tmp_path}/store")
    remote.write_file(str(folder / "taken/inside"), b"old")
    with pytest.raises(OSError, match=r"."):
        remote.write_file(str(folder / "taken/inside/a.yaml"), b"new")
    assert remote.list_files(folder) == ["taken/inside"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://", "not the URL of a folder"),
        ("s3:///", "not the URL of a folder"),
        ("://bucket/x", "not the URL of a folder"),
        ("s 3://bucket/x", "not the URL of a folder"),
        ("sftp://me:hunter2@host/x", "password"),
        ("s3://AKIA:hunter2@bucket/x", "password"),
        ("s3://bucket/x?X-Amz-Signature=hunter2", "query"),
        ("s3://bucket/x#hunter2", "fragment"),
        ("s3://bucket/../x", "must not contain"),
        ("s3://bucket/x\n", "control"),
        ("simplecache::s3://bucket/x", "Chained"),
        ("s3://[bucket/x", "not the URL of a folder"),
    ],
)
def test_a_url_of_no_folder_or_with_a_secret_is_rejected(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        open_folder(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["S3://bucket/x/", "s3://bucket/x"])
def test_a_folder_has_one_name(url: str) -> None:
    folder = open_folder(url)
    assert str(folder) == "s3://bucket/x"
    assert str(folder / "a" / Path("b/c")) == "s3://bucket/x/a/b/c"
    assert (folder / "a").parent == folder
    assert (folder / "a").name == "a"


def test_an_unknown_store_is_a_readable_error() -> None:
    with pytest.raises(RemoteError, match="zzz"):
        remote.check_reachable(open_folder("zzz://bucket/x"))


@pytest.mark.parametrize(
    ("missing", "url", "package"),
    [
        ("fsspec", "memory://x", "coze-harness[remote]"),
        ("fsspec", "s3://bucket/x", "coze-harness[s3]"),
        ("s3fs", "s3://bucket/x", "coze-harness[s3]"),
    ],
)
def test_a_package_that_is_missing_is_named(missing: str, url: str, package: str) -> None:
    code = f"""
import sys
sys.modules[{missing!r}] = None
from coze_harness.storage import remote_folder, storage_errors
try:
    remote_folder.check_reachable(remote_folder.open_folder({url!r}))
except storage_errors.RemoteError as error:
    print(error.strerror, "|", error.next_step)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(Path(coze_harness.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"pip install '{package}'" in done.stdout, done
    assert "is missing" in done.stdout


def test_nothing_of_a_store_is_imported_for_folders_on_disk() -> None:
    code = (
        "import coze_harness.project.opened_project, coze_harness.commands.report_runs, sys;"
        "print('fsspec' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(Path(coze_harness.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
