"""Folders and files by URL, in object stores and on other machines: the only import of fsspec.

A file is written whole or not at all here, too. Where a store fails, an `OSError` says why, as it
does for files on disk; a missing file is a `FileNotFoundError`.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

from coze_harness.messages import literal, message
from coze_harness.storage.atomic_write import temporary_name
from coze_harness.storage.storage_errors import FolderUrlError, RemoteError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

Value = TypeVar("Value")

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
# These write a file in one step; on others it is written under another name and then moved.
_ATOMIC: Final = frozenset(
    {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "oci", "tos", "memory"}
)
_PACKAGES: Final = {"s3": "coze-harness[s3]", "s3a": "coze-harness[s3]"}
_MAX_REASON: Final = 300


class RemoteFolder(Struct, frozen=True):
    """A folder (or a file) by its URL, which `open_folder` has checked: it contains no secret."""

    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str | PurePath) -> RemoteFolder:
        below = name.as_posix() if isinstance(name, PurePath) else name
        return RemoteFolder(f"{self.url}/{below}")

    @property
    def name(self) -> str:
        """The last part of the URL."""
        return self.url.rpartition("/")[2]

    @property
    def parent(self) -> RemoteFolder:
        """The folder that contains it."""
        return RemoteFolder(self.url.rpartition("/")[0])

    @property
    def is_private(self) -> bool:
        """Whether no other process can see it."""
        return self.url.startswith("memory://")


def is_url(text: str) -> bool:
    """Return whether a text is a URL and not a path; a path never has two slashes in a row."""
    return "://" in text


def open_folder(url: str) -> RemoteFolder:
    """Return a folder by its URL.

    Raises:
        FolderUrlError: it is not the URL of a folder, or has a password, which is not repeated.
    """
    scheme, _, rest = url.partition("://")
    if "::" in url:
        raise FolderUrlError(message("storage.url.chained"))
    if not _SCHEME.fullmatch(scheme) or not rest.strip("/"):
        raise FolderUrlError(message("storage.url.no_folder"))
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError as error:
        raise FolderUrlError(message("storage.url.no_folder")) from error
    if password is not None:
        raise FolderUrlError(message("storage.url.password"))
    if parts.query or parts.fragment or not url.isprintable():
        raise FolderUrlError(message("storage.url.query"))
    if any(part in (".", "..") for part in rest.split("/")):
        raise FolderUrlError(message("storage.url.dots"))
    return RemoteFolder(f"{scheme.lower()}://{rest.rstrip('/')}")


def check_reachable(folder: RemoteFolder) -> None:
    """Check that a store answers, before anything is done. The folder may be missing.

    Raises:
        RemoteError: it does not: no package, no such bucket, no permission, no network.
    """
    with suppress(FileNotFoundError):
        _call_store(folder.url, lambda store, path: store.info(path))


def read_file(url: str) -> bytes:
    """Return a file's bytes.

    Raises:
        FileNotFoundError: there is no such file.
        RemoteError: the store fails.
    """
    content: bytes = _call_store(url, lambda store, path: store.cat_file(path))
    return content


def read_files(urls: Sequence[str], max_bytes: int | None = None) -> dict[str, bytes | OSError]:
    """Return the bytes of files of one store, or what `read_file` would have raised, by their URLs.

    They are requested at the same time where the store supports it: one after the other, each would
    take a whole round trip.

    Args:
        urls: of the files.
        max_bytes: bytes to read from the beginning of each; all of them by default.
    """
    if not urls:
        return {}
    start = None if max_bytes is None else 0

    def fetch(store: AbstractFileSystem, _: str) -> list[bytes | Exception]:
        paths = [store._strip_protocol(url) for url in urls]
        contents: list[bytes | Exception] = store.cat_ranges(
            paths, start, max_bytes, on_error="return"
        )
        return contents

    try:
        contents = _call_store(urls[0], fetch)
    except OSError as error:
        return dict.fromkeys(urls, error)
    return {
        url: _as_os_error(one) if isinstance(one, Exception) else one
        for url, one in zip(urls, contents, strict=True)
    }


def write_file(url: str, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        RemoteError: the store fails; the old file is unchanged.
    """
    _write_whole(url, lambda store, path: store.pipe_file(path, data))


def upload_file(file: Path, url: str) -> None:
    """Upload a file, whole or not at all.

    Raises:
        RemoteError: the store fails; the old file is unchanged.
    """
    _write_whole(url, lambda store, path: store.put_file(str(file), path))


def download_file(url: str, file: Path) -> None:
    """Download a file.

    Raises:
        FileNotFoundError: there is no such file.
        RemoteError: the store fails.
    """
    _call_store(url, lambda store, path: store.get_file(path, str(file)))


def copy_file(url: str, to: str) -> None:
    """Copy a file within a store, by the store itself where it can.

    Raises:
        FileNotFoundError: there is no such file.
        RemoteError: the store fails.
    """

    def copy(store: AbstractFileSystem, path: str) -> None:
        store.cp_file(store._strip_protocol(url), path)

    _write_whole(to, copy)


def remove_file(url: str) -> None:
    """Delete a file, if it is there.

    Raises:
        RemoteError: the store fails.
    """
    with suppress(FileNotFoundError):
        _call_store(url, lambda store, path: store.rm_file(path))


def list_files(folder: RemoteFolder) -> list[str]:
    """Return the paths of all files below a folder, relative to it and sorted.

    Raises:
        RemoteError: the store fails.
    """

    def find(store: AbstractFileSystem, path: str) -> Iterable[str]:
        below = f"{path.rstrip('/')}/"
        return [name[len(below) :] for name in store.find(path) if name.startswith(below)]

    return _list_sorted(folder, find)


def list_folders(folder: RemoteFolder) -> list[str]:
    """Return the names of the folders in a folder, sorted.

    Raises:
        RemoteError: the store fails.
    """

    def find(store: AbstractFileSystem, path: str) -> Iterable[str]:
        entries = store.ls(path, detail=True)
        names = [one["name"].rstrip("/") for one in entries if one["type"] == "directory"]
        return [name.rpartition("/")[2] for name in names]

    return _list_sorted(folder, find)


def _list_sorted(
    folder: RemoteFolder, find: Callable[[AbstractFileSystem, str], Iterable[str]]
) -> list[str]:
    try:
        return sorted(_call_store(folder.url, find))
    except FileNotFoundError:
        return []


def _write_whole(url: str, write: Callable[[AbstractFileSystem, str], object]) -> None:
    """Call `write` so that the file appears at its URL in one step."""

    def write_and_move(store: AbstractFileSystem, path: str) -> None:
        if url.partition("://")[0] in _ATOMIC:
            write(store, path)
            return
        folder, _, name = path.rpartition("/")
        temporary = f"{folder}/{temporary_name(name)}"
        store.makedirs(folder, exist_ok=True)
        try:
            write(store, temporary)
            store.mv(temporary, path)
        except BaseException:
            with suppress(Exception):
                store.rm_file(temporary)
            raise

    _call_store(url, write_and_move)


def _call_store(url: str, call: Callable[[AbstractFileSystem, str], Value]) -> Value:
    """Call the store of a URL with the URL's path.

    Raises:
        FileNotFoundError: there is no such file or folder.
        RemoteError: any other failure.
    """
    with _wrap_store_errors(url):
        from fsspec.core import url_to_fs  # only here: most projects have no URL

        # fsspec keeps one object for each process and thread, so that none is used after a fork.
        store, path = url_to_fs(url)
        # Files that another process wrote since the last call must be visible.
        store.invalidate_cache()
        return call(store, path)


@contextmanager
def _wrap_store_errors(url: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        scheme = url.partition("://")[0]
        package = _PACKAGES.get(scheme, "coze-harness[remote]")
        reason = message("storage.no_package", scheme=scheme, reason=_first_line(error))
        step = literal(f"pip install '{package}'")
        if (error.name or "").partition(".")[0] != "fsspec" and scheme not in _PACKAGES:
            step = message("storage.no_package.next", scheme=scheme)
        raise RemoteError(reason, step) from error
    except Exception as error:
        # Each store's client has its own exceptions; all of them mean that the store failed.
        raise _as_os_error(error) from error


def _as_os_error(error: Exception) -> OSError:
    """Return the error of this module for one that a store's client raised."""
    reason = _first_line(error)
    if isinstance(error, RemoteError):
        return error
    if isinstance(error, FileNotFoundError):
        if "bucket" in reason.lower():
            return RemoteError(reason, message("storage.no_bucket.next"))
        return FileNotFoundError(errno.ENOENT, "No such file")
    if isinstance(error, PermissionError):
        return RemoteError(
            message("storage.permission", reason=reason), message("storage.permission.next")
        )
    return RemoteError(reason, message("storage.store_failed.next"))


def _first_line(error: Exception) -> str:
    """Return the first line of an error's message, without the number of an OSError."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    line = next(iter(text.strip().splitlines()), "")
    return (line or type(error).__name__)[:_MAX_REASON].rstrip(". ")
